//! Counterfactuals: the smallest change of what an applicant can change that reaches approval.
//!
//! The idea is that of Wachter, Mittelstadt and Russell, "Counterfactual Explanations Without Opening the Black Box" (2017), with the
//! declared actions of Ustun, Spangher and Liu, "Actionable Recourse in Linear Classification" (2019). Any model can be searched,
//! since it is only evaluated: each field has a list of values that it may be changed to, with costs, and
//!
//! 1. all changes of one field are tried in the order of their costs; the first that is approved is the smallest of these;
//! 2. changes of two fields that cost less than that are tried in the same way on coarser lists; for the two fields of the first that is
//!    approved all values are tried, or, where these are too many, it is made smaller field by field until nothing smaller is approved.
//!
//! Equal costs go by the order of the fields, then of the values: the same record has the same answer everywhere. Rows are evaluated in
//! blocks by whoever calls, so nothing of this is in the runtime.

#[cfg(test)]
mod tests;

use crate::schema::{Field, FieldType};

/// Values of a field's list at most.
const VALUES: usize = 1000;
/// Steps of a range whose step is not declared.
const STEPS: f64 = 100.0;
/// Values of a field's coarser list, for pairs.
const COARSE: usize = 16;
/// Pairs of values of two fields that are all tried.
const ALL_PAIRS: usize = 20_000;
/// Rows of a block.
const BLOCK: usize = 256;

/// Which way a field may be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Direction {
    /// To greater values; a boolean to true.
    Up,
    /// To lesser values; a boolean to false.
    Down,
    /// Either way.
    #[default]
    Any,
}

/// How a field may be changed, as its author or the command line declares it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Action {
    /// Which way.
    pub direction: Direction,
    /// Distance of two values, over 0; a hundredth of the range if not declared. Of a number, integer or date only.
    pub step: Option<f64>,
    /// Least value; the field's own if not declared.
    pub min: Option<f64>,
    /// Greatest value; the field's own if not declared.
    pub max: Option<f64>,
    /// What a change over the whole range costs, over 0; of a boolean or a category, what any change costs.
    pub cost: f64,
}

impl Default for Action {
    fn default() -> Self {
        Self { direction: Direction::Any, step: None, min: None, max: None, cost: 1.0 }
    }
}

/// A field with the values that it may be changed to.
#[derive(Clone, Debug, PartialEq)]
pub struct Actionable {
    /// Column of the field.
    pub field: u32,
    /// Cost and value, ascending by cost.
    pub values: Vec<(f64, f64)>,
}

impl Actionable {
    /// The values that `field`, whose column is `column` and whose value is `value`, may be changed to. `seen` is the range that training
    /// has seen, if that is known. None if the value is absent: what is not known cannot be changed a little.
    ///
    /// # Errors
    /// A field that cannot be changed in steps (event lists, hashes), one without a range, or an action that does not fit.
    pub fn new(
        field: &Field,
        column: u32,
        value: f64,
        action: &Action,
        seen: Option<(f64, f64)>,
    ) -> Result<Self, &'static str> {
        let positive = |x: f64| x.is_finite() && x > 0.0;
        if !positive(action.cost) || action.step.is_some_and(|step| !positive(step)) {
            return Err("its step and its cost must be over 0");
        }
        let there = field.state_of(value) == crate::column::State::PRESENT;
        let values = match &field.kind {
            FieldType::EventList(_) | FieldType::Hash { .. } => {
                return Err("an event list or a hash cannot be changed in steps");
            }
            FieldType::Boolean | FieldType::Category { .. }
                if action.step.is_some() || action.min.is_some() || action.max.is_some() =>
            {
                return Err("a boolean or a category has no step and no bounds");
            }
            _ if !there => Vec::new(),
            FieldType::Boolean => {
                let to = 1.0 - value;
                let allowed = match action.direction {
                    Direction::Up => to == 1.0,
                    Direction::Down => to == 0.0,
                    Direction::Any => true,
                };
                if allowed { vec![(action.cost, to)] } else { Vec::new() }
            }
            FieldType::Category { values } => {
                let others = (0..values.len()).map(|index| index as f64).filter(|&index| index != value);
                others.map(|index| (action.cost, index)).collect()
            }
            FieldType::Number | FieldType::Integer | FieldType::Date => steps(field, value, action, seen)?,
        };
        Ok(Self { field: column, values })
    }

    /// At most [`COARSE`] of the values, evenly, the last one too.
    fn coarse(&self) -> Vec<(f64, f64)> {
        let n = self.values.len();
        let every = n.div_ceil(COARSE).max(1);
        (1..=COARSE).filter_map(|k| self.values.get((k * every).min(n).checked_sub(1)?).copied()).collect()
    }
}

fn steps(
    field: &Field,
    value: f64,
    action: &Action,
    seen: Option<(f64, f64)>,
) -> Result<Vec<(f64, f64)>, &'static str> {
    let low = action.min.unwrap_or(f64::NEG_INFINITY).max(field.min);
    let high = action.max.unwrap_or(f64::INFINITY).min(field.max);
    if low > high {
        return Err("its bounds leave no value");
    }
    let width = |low: f64, high: f64| Some(high - low).filter(|w| w.is_finite() && *w > 0.0);
    let range = match (action.min, action.max) {
        (Some(min), Some(max)) => width(min, max),
        _ => None,
    };
    let range = range
        .or_else(|| seen.and_then(|(low, high)| width(low, high)))
        .or_else(|| width(field.min, field.max))
        .or_else(|| action.step.map(|step| step * STEPS))
        .ok_or("it has no range: declare its bounds or a step")?;
    let whole = !matches!(field.kind, FieldType::Number);
    let mut step = action.step.unwrap_or(range / STEPS);
    if whole {
        step = step.round().max(1.0);
    }
    // The list reaches a bound that the action declares; otherwise it goes no further than one range.
    let reach = |bound: f64, declared: bool| {
        let distance = (bound - value).abs();
        if declared { distance } else { distance.min(range) }
    };
    let (down, up) = (reach(low, action.min.is_some()), reach(high, action.max.is_some()));
    let longest = down.max(up);
    if longest / step > VALUES as f64 {
        step *= (longest / step / VALUES as f64).ceil();
    }
    let places = decimals(value).max(decimals(step));
    let mut all = Vec::new();
    for (sign, bound, reach, way) in [(1.0, high, up, Direction::Up), (-1.0, low, down, Direction::Down)] {
        if action.direction != Direction::Any && action.direction != way {
            continue;
        }
        let mut add = |to: f64| {
            let further = (to - value) * sign > 0.0;
            let inside = (low..=high).contains(&to);
            if further && inside && field.state_of(to) == crate::column::State::PRESENT {
                all.push((action.cost * (to - value).abs() / range, to));
            }
        };
        let count = (reach / step).floor();
        let mut k = 1.0;
        while k <= count {
            add(rounded(value + sign * k * step, places));
            k += 1.0;
        }
        if (bound - value).abs() == reach && value + sign * count * step != bound {
            add(if whole { bound.trunc() } else { bound });
        }
    }
    all.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    all.dedup_by(|a, b| a.1 == b.1);
    Ok(all)
}

/// Decimals of a number as it is written; 9 at most.
fn decimals(value: f64) -> usize {
    let text = value.to_string();
    text.split_once('.').map_or(0, |(_, rest)| rest.len()).min(9)
}

/// The nearest number with that many decimals: 0.1 three times is 0.3.
fn rounded(value: f64, places: usize) -> f64 {
    format!("{value:.places$}").parse().unwrap_or(value)
}

/// A change that is approved.
#[derive(Clone, Debug, PartialEq)]
pub struct Counterfactual {
    /// Field and new value, in the order of the fields searched.
    pub changes: Vec<(u32, f64)>,
    /// Sum of the costs.
    pub cost: f64,
}

/// What a search came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Search {
    /// The smallest change found; `None` if none is approved.
    pub found: Option<Counterfactual>,
    /// Rows that were evaluated.
    pub evaluations: usize,
    /// Whether all that should be tried was tried; else the limit ended the search.
    pub complete: bool,
}

/// One thing to try: its cost, and up to two changes, each an index of a field searched and a value.
type Trial = (f64, (usize, f64), Option<(usize, f64)>);

/// Says which rows are approved: it is given their number, and their values column by column.
pub type Judge<'a, E> = dyn FnMut(usize, &[f64]) -> Result<Vec<bool>, E> + 'a;

/// Searches for the smallest change of `record` (a value a field) that `approved` accepts. At most `limit` rows are evaluated.
///
/// # Errors
/// Those of `approved`.
pub fn search<E>(
    record: &[f64],
    fields: &[Actionable],
    limit: usize,
    approved: &mut Judge<'_, E>,
) -> Result<Search, E> {
    let mut searcher = Searcher { record, fields, left: limit, complete: true, approved };
    let singles =
        ordered((0..).zip(fields).flat_map(|(at, field)| {
            field.values.iter().map(move |&(cost, value)| (cost, (at, value), None))
        }));
    let mut best = searcher.first(&singles)?;
    let bar = best.map_or(f64::INFINITY, |trial| trial.0);

    let coarse: Vec<Vec<(f64, f64)>> = fields.iter().map(Actionable::coarse).collect();
    let mut pairs: Vec<Trial> = Vec::new();
    for (i, first) in coarse.iter().enumerate() {
        for (j, second) in coarse.iter().enumerate().skip(i + 1) {
            for &(a, x) in first {
                let cheaper = second.iter().filter(|(b, _)| a + b < bar);
                pairs.extend(cheaper.map(|&(b, y)| (a + b, (i, x), Some((j, y)))));
            }
        }
    }
    if let Some(pair) = searcher.first(&ordered(pairs.into_iter()))? {
        best = Some(searcher.refine(pair)?);
    }
    let found = best.map(|(cost, first, second)| {
        let change = |(at, value): (usize, f64)| fields.get(at).map(|field| (field.field, value));
        Counterfactual {
            changes: [Some(first), second].into_iter().flatten().filter_map(change).collect(),
            cost,
        }
    });
    Ok(Search { found, evaluations: limit - searcher.left, complete: searcher.complete })
}

/// By cost; the sort is stable, so equal ones stay in the order of the fields and values.
fn ordered(trials: impl Iterator<Item = Trial>) -> Vec<Trial> {
    let mut trials: Vec<Trial> = trials.collect();
    trials.sort_by(|a, b| a.0.total_cmp(&b.0));
    trials
}

struct Searcher<'a, E> {
    record: &'a [f64],
    fields: &'a [Actionable],
    left: usize,
    complete: bool,
    approved: &'a mut Judge<'a, E>,
}

impl<E> Searcher<'_, E> {
    /// The first trial that is approved.
    fn first(&mut self, trials: &[Trial]) -> Result<Option<Trial>, E> {
        for block in trials.chunks(BLOCK) {
            let block = block.get(..block.len().min(self.left)).unwrap_or_default();
            if block.is_empty() {
                self.complete = false;
                return Ok(None);
            }
            self.left -= block.len();
            let mut values = Vec::with_capacity(self.record.len() * block.len());
            for (column, &own) in (0_u32..).zip(self.record) {
                values.extend(block.iter().map(|&(_, first, second)| {
                    let changed = |change: &(usize, f64)| {
                        self.fields.get(change.0).is_some_and(|field| field.field == column)
                    };
                    [Some(first), second].iter().flatten().find(|c| changed(c)).map_or(own, |c| c.1)
                }));
            }
            let passes = (self.approved)(block.len(), &values)?;
            if let Some(at) = passes.iter().position(|&passes| passes) {
                return Ok(block.get(at).copied());
            }
        }
        Ok(None)
    }

    /// Makes an approved pair smaller: the smallest of all pairs of its fields, or one field at a time, the other held, until neither
    /// can be.
    fn refine(&mut self, pair: Trial) -> Result<Trial, E> {
        let mut best = pair;
        let list = |at: usize| self.fields.get(at).map_or(&[][..], |field| &field.values);
        let (first, second) = (pair.1.0, pair.2.map_or(0, |second| second.0));
        if list(first).len() * list(second).len() <= ALL_PAIRS {
            let smaller = list(first).iter().flat_map(|&(a, x)| {
                let cheaper = list(second).iter().filter(move |(b, _)| a + b < pair.0);
                cheaper.map(move |&(b, y)| (a + b, (first, x), Some((second, y))))
            });
            let smaller = ordered(smaller);
            return Ok(self.first(&smaller)?.unwrap_or(best));
        }
        // Each turn takes a value of a finite list down, so this ends; the limit may end it sooner.
        loop {
            let before = best.0;
            for turn in [true, false] {
                let (cost, first, Some(second)) = best else { return Ok(best) };
                let (moved, held) = if turn { (first, second) } else { (second, first) };
                let Some(field) = self.fields.get(moved.0) else { return Ok(best) };
                let own =
                    field.values.iter().find(|(_, value)| *value == moved.1).map_or(0.0, |(cost, _)| *cost);
                let smaller = field.values.iter().filter(|(less, _)| *less < own);
                let trials = smaller.map(|&(less, value)| {
                    let (moved, rest) = ((moved.0, value), cost - own);
                    let (first, second) = if turn { (moved, held) } else { (held, moved) };
                    (rest + less, first, Some(second))
                });
                if let Some(found) = self.first(&ordered(trials))? {
                    best = found;
                }
            }
            if best.0 >= before {
                return Ok(best);
            }
        }
    }
}
