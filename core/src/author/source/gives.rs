//! `gives`: what the value of a node that stands for a model is, so that a score can be made of it.

use super::builder::{Builder, Here, Model, ModelKind};
use super::table::Table;
use crate::model::link::Link;

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gives {
    /// A probability of default.
    Probability,
    /// Log-odds of it.
    LogOdds,
    /// Any other figure, as a score.
    Amount,
}

impl Gives {
    /// Reads the key.
    pub(super) fn read(table: &Table<'_>) -> Option<Self> {
        const WORDS: &[(&str, Gives)] =
            &[("probability", Gives::Probability), ("log_odds", Gives::LogOdds), ("amount", Gives::Amount)];
        table.get("gives").map_or(Some(Self::Amount), |item| item.choice(WORDS).map(|word| word.value))
    }

    /// Lets scores name the node that was pushed last.
    pub(super) fn register(self, here: &Here, builder: &mut Builder<'_>) {
        let (kind, link) = match self {
            Self::Probability => (ModelKind::Probability, None),
            Self::LogOdds => (ModelKind::Amount, Some(Link::Logit { sigmoid: 1.0 })),
            Self::Amount => (ModelKind::Amount, None),
        };
        let node = builder.nodes.len().saturating_sub(1) as u32;
        builder.models.insert(here.name.value.clone(), Model { node, kind, link });
    }
}
