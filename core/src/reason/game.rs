//! The game whose Shapley values are reasons: who plays, and what stands in for those who do not.

use super::coalitions::Coalitions;
use super::path::Path;
use super::{ReasonMethod, ReasonSpec};
use crate::bundle::wire::{Put, Reader, Refused, Wire};
use crate::column::State;
use crate::graph::Graph;
use crate::limits;
use crate::split::is_state;

/// What coalitions of reason groups are evaluated with.
///
/// A coalition's worth is the explained output, computed of the applicant's values in the columns of its groups and of a
/// reference row's in all others; the mean over the reference rows. (The *interventional* game: Lundberg and Lee, "A Unified
/// Approach to Interpreting Model Predictions", 2017, with independent inputs; Janzing, Minorics and Blöbaum, "Feature
/// relevance quantification in explainable AI: A causal problem", 2020, on why not conditional ones.)
#[derive(Clone, Debug, PartialEq)]
pub struct Game {
    /// Columns whose values are exchanged, ascending: all that the explained output is computed from. A field, or an output
    /// of a node before the explained one; what lies between is computed anew for each coalition.
    pub players: Vec<u32>,
    /// Of [`ReasonMethod::Permutation`]: how many orders of the groups are looked at, even and at least 4. Otherwise 0.
    pub permutations: u32,
    /// Reference rows, one after another: a value and its state for each player. The value of an absent one is 0.
    pub references: Vec<(f64, State)>,
}

impl Wire for Game {
    fn put(&self, out: &mut Vec<u8>) {
        out.u32s(&self.players);
        Put::u32(out, self.permutations);
        out.count(self.references.len());
        for &(value, state) in &self.references {
            Put::u8(out, state.0);
            Put::f64(out, value);
        }
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        let players = input.u32s("players", limits::COLUMNS)?;
        let permutations = input.u32()?;
        let n = input.count("reference values", limits::REFERENCE_ROWS * limits::COLUMNS, 9)?;
        let references = (0..n).map(|_| {
            let (state, value) = (State(input.u8()?), input.f64()?);
            let present = state.is_present() || value == 0.0;
            if is_state(state) && present {
                Ok((value, state))
            } else {
                Err(input.malformed("no reference value"))
            }
        });
        Ok(Self { references: references.collect::<Result<_, _>>()?, players, permutations })
    }
}

impl Game {
    /// How many reference rows there are.
    pub fn rows(&self) -> usize {
        self.references.len().checked_div(self.players.len()).unwrap_or(0)
    }
}

/// The reason groups of a spec, ascending.
pub(super) fn groups(spec: &ReasonSpec) -> Vec<u32> {
    let mut groups = spec.groups.clone();
    groups.sort_unstable();
    groups.dedup();
    groups
}

/// Checks the game of a spec against the graph. Returns the multiply-adds, or what takes as long, that it costs one row.
pub(super) fn check(graph: &Graph, spec: &ReasonSpec, game: &Game) -> Result<u64, &'static str> {
    if game.players.is_empty() || spec.groups.len() != game.players.len() {
        return Err("there must be a reason group for each player");
    }
    let rows = game.rows();
    if rows == 0 || rows > limits::REFERENCE_ROWS || rows * game.players.len() != game.references.len() {
        return Err(
            "there must be at least one reference row and at most 64, each with a value for each player",
        );
    }
    let groups = groups(spec).len();
    match (spec.method, game.permutations) {
        (ReasonMethod::Shapley, 0) if groups <= limits::EXACT_GROUPS => {}
        (ReasonMethod::Shapley, 0) => return Err("exact Shapley values are of 12 reason groups at most"),
        (ReasonMethod::Shapley, _) => return Err("exact Shapley values are not of permutations"),
        (_, n) if n >= 4 && n.is_multiple_of(2) => {}
        _ => return Err("permutations come in pairs, and their error is that of at least two pairs"),
    }
    let coalitions = Coalitions::count_of(groups, game.permutations as usize);
    // Of one group there are two coalitions, and yet an order each.
    if coalitions.max(game.permutations as usize) > limits::EXPLAINED_COALITIONS {
        return Err("its reasons are of more coalitions than the limit");
    }
    let path = Path::new(graph, &game.players, spec.node, spec.output)?;
    let work = (coalitions as u64).saturating_mul(rows as u64).saturating_mul(path.cost(graph));
    if work > limits::COALITION_WORK {
        return Err(
            "its reasons cost more than the limit: take fewer reference rows, permutations or groups",
        );
    }
    Ok(work)
}
