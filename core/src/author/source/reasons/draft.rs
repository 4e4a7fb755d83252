//! `reasons` of a score.

use super::super::builder::Builder;
use super::super::code;
use super::super::imported_card::file;
use super::super::report::{Name, Spanned};
use super::super::table::{Item, Table};
use crate::graph::{Graph, Node};
use crate::reason::{DEFAULT_MAX, ReasonMethod};

const METHODS: &[(&str, ReasonMethod)] = &[
    ("points_from_maximum", ReasonMethod::PointsFromMaximum),
    ("points_from_average", ReasonMethod::PointsFromAverage),
    ("linear", ReasonMethod::Linear),
    ("tree_shap", ReasonMethod::TreeShap),
    ("shapley", ReasonMethod::Shapley),
    ("permutation", ReasonMethod::Permutation),
];

/// What `reasons` of a score asks for.
#[derive(Clone, Debug)]
pub(in super::super) struct ReasonsDraft {
    /// `reasons = false`.
    pub(super) off: bool,
    pub(super) method: Option<Spanned<ReasonMethod>>,
    pub(super) max: u32,
    /// A file with reference rows; if none is named they come from the self-checks.
    pub(super) reference: Option<Name>,
    pub(super) permutations: Option<u32>,
    /// Whether one of the keys for coalitions is there.
    coalitions: bool,
    /// Names whose columns are the players, and the columns when they are found.
    named: Option<Vec<Name>>,
    players: Option<Vec<u32>>,
    /// Written, not derived: a model that cannot be explained is then a mistake.
    pub(super) span: Option<core::ops::Range<usize>>,
}

impl Default for ReasonsDraft {
    fn default() -> Self {
        Self {
            off: false,
            method: None,
            max: DEFAULT_MAX,
            reference: None,
            permutations: None,
            coalitions: false,
            named: None,
            players: None,
            span: None,
        }
    }
}

impl ReasonsDraft {
    /// Reads the key `reasons` of a score's table.
    pub(in super::super) fn read(table: &Table<'_>) -> Option<Self> {
        let default = Self::default();
        let Some(item) = table.get("reasons") else { return Some(default) };
        let span = Some(item.span());
        if let Some(on) = item.as_flag() {
            return Some(Self { off: !on, span, ..default });
        }
        let inner = item.table(item.what().to_owned())?;
        let method = inner.get("method").map_or(Some(None), |i| i.choice(METHODS).map(Some));
        let whole = "write 4, the usual number";
        let max = inner.get("max").map_or(Some(default.max), |i| count(&i, &inner, (1, 1000, 1), whole));
        let reference = inner.get("reference").map_or(Some(None), |i| match i.as_text() {
            Some(word) if word.value == "checks" => Some(None),
            _ => file(&i).map(|(name, _)| Some(name)),
        });
        let even = "write an even number from 4 on: each order is taken together with its reverse";
        let permutations = inner
            .get("permutations")
            .map_or(Some(None), |i| count(&i, &inner, (4, 1 << 16, 2), even).map(Some));
        let named = inner.get("players").map_or(Some(None), |i| i.texts().map(Some));
        let coalitions = ["reference", "permutations", "players"].iter().find_map(|key| inner.key_span(key));
        inner.finish();
        let draft = Self {
            method: method?,
            max: max?,
            reference: reference?,
            permutations: permutations?,
            named: named?,
            coalitions: coalitions.is_some(),
            span,
            ..default
        };
        let other = draft.method.as_ref().is_some_and(|method| !method.value.plays());
        if let (true, Some(span)) = (other, coalitions) {
            let message = format!("`method` of {} evaluates no coalitions", item.what());
            let mend =
                "write `shapley` or `permutation`, or leave out `reference`, `permutations` and `players`";
            table.report().error(code::VALUE, &span, message, mend);
            return None;
        }
        Some(draft)
    }

    /// What it asks for of another model of the same score, whose output is `column`: as many reasons, found by that model's own
    /// method; with players, by coalitions of those that the model is computed from.
    pub(in super::super) fn of_another_model(&self, column: u32, builder: &Builder<'_>) -> Self {
        match &self.players {
            Some(players) => Self { players: Some(builder.read_of(column, players)), ..self.clone() },
            None => Self { off: self.off, max: self.max, ..Self::default() },
        }
    }

    /// Whether it says how coalitions are evaluated.
    pub(super) fn plays(&self) -> bool {
        self.coalitions
    }

    /// Finds the columns of the named players.
    pub(in super::super) fn find_players(&mut self, builder: &mut Builder<'_>) -> Option<()> {
        let Some(names) = &self.named else { return Some(()) };
        let found: Vec<Option<Vec<u32>>> = names.iter().map(|name| builder.find(name)).collect();
        let mut columns = found.into_iter().collect::<Option<Vec<_>>>()?.concat();
        columns.sort_unstable();
        columns.dedup();
        self.players = Some(columns);
        Some(())
    }

    /// The players: those that are named, otherwise what the explained model reads. Of a model of several nodes that is
    /// what all its nodes together read.
    pub(super) fn columns(&self, node: &Node, builder: &Builder<'_>, graph: &Graph) -> Vec<u32> {
        if let Some(players) = &self.players {
            return players.clone();
        }
        let model = node.name.split('.').next().unwrap_or_default();
        let own = |&column: &u32| {
            let node = builder.nodes.get(graph.node_at(column as usize)?)?;
            (node.name.split('.').next() == Some(model)).then_some(node)
        };
        let (mut players, mut open) = (Vec::new(), vec![node]);
        let mut seen = std::collections::BTreeSet::new();
        while let Some(node) = open.pop() {
            for column in &node.inputs {
                match own(column) {
                    Some(inner) if seen.insert(inner.name.as_str()) => open.push(inner),
                    Some(_) => {}
                    None => players.push(*column),
                }
            }
        }
        players.sort_unstable();
        players.dedup();
        players
    }
}

/// A whole number from `least` to `most` in steps of `step`.
fn count(
    item: &Item<'_>,
    table: &Table<'_>,
    (least, most, step): (u32, u32, u32),
    mend: &str,
) -> Option<u32> {
    let x = item.number()?;
    let whole = x.value.fract() == 0.0 && (f64::from(least)..=f64::from(most)).contains(&x.value);
    if whole && (x.value as u32).is_multiple_of(step) {
        return Some(x.value as u32);
    }
    let message = format!("{} must be a whole number from {least} on", item.what());
    table.report().error(code::VALUE, &x.span, message, mend);
    None
}
