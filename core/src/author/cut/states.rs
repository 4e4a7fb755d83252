//! Which missing states a column can be in at all. A set may hold more than can happen, never less: what is not in it is
//! refused at the edge.

use std::collections::BTreeSet;

use super::range::Range;
use crate::column::State;
use crate::feature::arith::Arith;
use crate::feature::formula::Formula;
use crate::feature::one_hot::{AbsentRule, OneHot};
use crate::feature::series::{Sequence, Take};
use crate::feature::{Fallback, StateValues};
use crate::graph::Op;
use crate::schema::{EventSchema, Field, Policy};
use crate::split::known;

/// Missing states.
pub(super) type States = BTreeSet<State>;

/// Those that a field lets through to the nodes.
pub(super) fn of_field(field: &Field) -> States {
    let passes = |state: &State| {
        matches!(field.policies.of(*state), Policy::OwnBin | Policy::Native) && known(field, *state)
    };
    let fixed = [State::MISSING, State::UNSEEN, State::OUT_OF_RANGE].into_iter();
    let special = (0..=u8::MAX).zip(&field.specials).map(|(index, _)| State::special(index));
    fixed.chain(special).filter(passes).collect()
}

/// Those that an event's own value may have in a series that keeps them.
pub(super) fn of_events(series: &Sequence, list: &EventSchema) -> States {
    let kept =
        series.features.iter().filter(|feature| feature.take == Take::Value && feature.empty.is_none());
    let columns = kept.filter_map(|feature| list.columns.get(feature.column? as usize));
    columns.flat_map(|column| of_field(&column.field)).collect()
}

/// Those that an event's own value may have in a formula: `list` gives the events of an input.
pub(super) fn of_formula<'a>(formula: &Formula, list: impl Fn(u32) -> Option<&'a EventSchema>) -> States {
    let columns = formula.event_columns().into_iter();
    let columns = columns.filter_map(|(input, column)| list(input)?.columns.get(column as usize));
    columns.flat_map(|column| of_field(&column.field)).collect()
}

/// Those of every output of a node.
pub(super) fn of_op(op: &Op, inputs: &[(&Range, &States)]) -> States {
    let mut all: States = inputs.iter().flat_map(|(_, states)| states.iter().copied()).collect();
    let index_of = |count: usize| inputs.iter().all(|(range, _)| range.is_index(count));
    match op {
        Op::Bins(bins) => return without(all, bins.states()),
        Op::Lookup(lookup) => {
            if !index_of(lookup.values().len()) {
                all.insert(State::UNSEEN);
            }
            return without(all, lookup.states());
        }
        Op::OneHot(one_hot) => {
            if !index_of(one_hot.categories as usize) {
                all.insert(State::UNSEEN);
            }
            all.retain(|state| rule(one_hot, *state) == AbsentRule::PassOn);
            return all;
        }
        // A forest has a branch for every absent value.
        Op::Forest(_) | Op::Leaves(_) => all.clear(),
        // Nothing in the window, or in the month; no rule of a table that holds, or one that gives nothing.
        Op::Window(_) | Op::Series(_) | Op::DecisionTable(_) => {
            all.insert(State::MISSING);
        }
        // A place of a table without a value, or no place of it; the least of no events.
        Op::Formula(_) => all.extend([State::MISSING, State::UNSEEN]),
        Op::Arith(Arith::IsAbsent) => return States::new(),
        Op::Arith(Arith::Compare { .. }) | Op::Bands(_) => return all,
        Op::Arith(
            Arith::Ln { otherwise }
            | Arith::Ln1p { otherwise }
            | Arith::Sqrt { otherwise }
            | Arith::Ratio { otherwise },
        ) => {
            if let Fallback::State(state) = otherwise {
                all.insert(*state);
            }
        }
        _ => {}
    }
    // A result that is not finite.
    all.insert(State::OUT_OF_RANGE);
    match op {
        Op::Impute(impute) => without(all, impute.states()),
        _ => all,
    }
}

/// What is left of states where some have a value.
fn without(mut all: States, values: &StateValues) -> States {
    all.retain(|state| values.of(*state).is_none());
    all
}

fn rule(one_hot: &OneHot, state: State) -> AbsentRule {
    match state {
        State::MISSING => one_hot.missing,
        State::UNSEEN => one_hot.unseen,
        State::OUT_OF_RANGE => one_hot.out_of_range,
        _ => one_hot.special,
    }
}
