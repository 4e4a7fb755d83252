//! Shapley values of reason groups, by evaluating what lies between the players and the explained output for coalitions.

use super::coalitions::Coalitions;
use super::game::{Game, groups};
use super::path::Path;
use super::{Contributions, ReasonSpec};
use crate::column::{Block, Columns, Inputs, State};
use crate::graph::{Graph, Scratch};
use crate::limits;

/// A game that is ready to play: compiled once, then asked row by row.
#[derive(Debug)]
pub(super) struct Shapley {
    /// What it was compiled of.
    spec: ReasonSpec,
    path: Path,
    coalitions: Coalitions,
    /// Group of each player, among those of the spec.
    groups: Vec<usize>,
    block: Block,
    capacity: usize,
    /// The applicant's values.
    own: Vec<(f64, State)>,
    /// Worth of each coalition: the sum over the reference rows, and that of one of them.
    worths: Vec<f64>,
    one: Vec<f64>,
}

impl Shapley {
    /// Compiles a spec; `None` if it does not fit the graph.
    pub(super) fn new(graph: &Graph, spec: &ReasonSpec) -> Option<Self> {
        let game = spec.game.as_ref()?;
        let path = Path::new(graph, &game.players, spec.node, spec.output).ok()?;
        let all = groups(spec);
        let coalitions = Coalitions::new(all.len(), game.permutations as usize);
        let capacity = (limits::BLOCK_CELLS / path.columns.max(1)).clamp(1, limits::BLOCK_ROWS);
        Some(Self {
            block: Block::new(path.columns, capacity),
            groups: spec.groups.iter().map(|group| all.partition_point(|other| other < group)).collect(),
            worths: vec![0.0; coalitions.count()],
            one: vec![0.0; coalitions.count()],
            spec: spec.clone(),
            own: Vec::new(),
            capacity,
            coalitions,
            path,
        })
    }

    /// Whether it was compiled of this spec.
    pub(super) fn is_of(&self, spec: &ReasonSpec) -> bool {
        self.spec == *spec
    }

    /// Cells and coalitions that it keeps in memory.
    pub(super) fn size(&self) -> usize {
        self.path.columns * self.capacity + self.worths.len()
    }

    /// Contributions of one row of an evaluated block. A group's stands at the first of its players, the others have 0.
    ///
    /// A reference row with which a coalition has no output is left out; `None` if none is left.
    pub(super) fn contributions(
        &mut self,
        graph: &Graph,
        columns: Columns<'_>,
        row: usize,
        scratch: &mut Scratch,
        out: &mut Contributions,
    ) -> Option<()> {
        let spec = core::mem::take(&mut self.spec.game)?;
        let used = self.play(graph, &spec, columns, row, scratch);
        self.spec.game = Some(spec);
        if used == 0 {
            return None;
        }
        for worth in &mut self.worths {
            *worth /= used as f64;
        }
        (out.baseline, _) = self.coalitions.ends(&self.worths)?;
        let exact = matches!(self.coalitions, Coalitions::All(_));
        out.errors.resize(if exact { 0 } else { self.groups.len() }, 0.0);
        for (at, group) in self.groups.iter().enumerate() {
            if self.groups.get(..at).is_some_and(|before| before.contains(group)) {
                continue;
            }
            let (value, error) = self.coalitions.value(*group, &self.worths);
            if let Some(out) = out.values.get_mut(at) {
                *out = value;
            }
            if let Some(out) = out.errors.get_mut(at) {
                *out = error;
            }
        }
        Some(())
    }

    /// Adds up the worths over the reference rows; how many there are.
    fn play(
        &mut self,
        graph: &Graph,
        game: &Game,
        columns: Columns<'_>,
        row: usize,
        scratch: &mut Scratch,
    ) -> usize {
        self.own.clear();
        self.own.extend(game.players.iter().map(|&player| {
            let column = columns.column(player as usize);
            let value = column.values.get(row).copied().unwrap_or(f64::NAN);
            (value, column.states.get(row).copied().unwrap_or(State::MISSING))
        }));
        self.worths.fill(0.0);
        let mut used = 0;
        for reference in game.references.chunks_exact(game.players.len().max(1)) {
            if self.play_against(graph, reference, scratch).is_some() {
                used += 1;
                for (sum, worth) in self.worths.iter_mut().zip(&self.one) {
                    *sum += worth;
                }
            }
        }
        used
    }

    /// The worths against one reference row; `None` if a coalition has no output.
    fn play_against(
        &mut self,
        graph: &Graph,
        reference: &[(f64, State)],
        scratch: &mut Scratch,
    ) -> Option<()> {
        let Self { path, coalitions, groups, block, capacity, own, one, .. } = self;
        for (number, worths) in one.chunks_mut(*capacity).enumerate() {
            let first = number * *capacity;
            block.set_rows(worths.len());
            for (player, ((own, other), group)) in own.iter().zip(reference).zip(&*groups).enumerate() {
                let column = block.column_mut(player);
                for (k, (value, state)) in (first..).zip(column.values.iter_mut().zip(column.states)) {
                    (*value, *state) = if coalitions.has(k, *group) { *own } else { *other };
                    // As everywhere, the value of an absent one is not a number.
                    *value = if state.is_present() { *value } else { f64::NAN };
                }
            }
            for step in &path.steps {
                let (columns, mut outputs) = block.split(step.first);
                step.op(graph)?.eval(&Inputs::new(columns, &step.inputs), &mut outputs, scratch);
            }
            let output = block.column(path.output);
            if !output.states.iter().all(|state| state.is_present()) {
                return None;
            }
            worths.copy_from_slice(output.values.get(..worths.len())?);
        }
        Some(())
    }
}
