//! Local credit data: what the device stage hands to the edge stage, and nothing else.
//!
//! | bytes | what |
//! |---|---|
//! | 2 | number of values; then for each, in the order of the cut: |
//! | 1 | state |
//! | 8 | the value (f64), if its state is present |
//! | 2 | number of absent fields; then for each, ascending: |
//! | 3 | field of the device bundle (u16), the state it came in (u8) |
//! | 2 | number of scores whose reasons the device finds; then for each, in the order of the cut: |
//! | 2 | number of reasons, or 65535 if there is nothing to explain; then for each, in rank order: |
//! | 10 | reason group (u16), contribution (f64) |
//! | 2 | only if events were left out, since they are after their reference time: number of lists; then for each, ascending: |
//! | 6 | field of the device bundle (u16), number of events, at least 1 (u32) |
//!
//! Numbers are little-endian.

use super::{Cut, Given, SplitError};
use crate::bundle::Bundle;
use crate::bundle::wire::{Put, Reader, Refused};
use crate::column::State;
use crate::graph::Op;
use crate::limits;
use crate::reason::{Reason, ReasonSpec};
use crate::record::Absent;
use crate::schema::{After, Field, FieldType, Policy, Stage};

/// Nothing to explain, where a number of reasons stands.
const NONE: u16 = u16::MAX;
const WHAT: &str = "local credit data";

/// What the device stage hands to the edge stage.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LocalCreditData {
    /// Value and state of each column that crosses, in the order of the cut. NaN unless present.
    pub values: Vec<(f64, State)>,
    /// Fields of the device bundle that were absent, with the state they came in, ascending.
    pub absent: Vec<Absent>,
    /// For each score whose reasons the device finds: the ranked reasons; `None` if there is nothing to explain.
    pub reasons: Vec<Option<Vec<Reason>>>,
    /// Event lists of the device bundle (field) that left events out, and how many, ascending.
    pub ignored: Vec<(u32, u32)>,
}

impl LocalCreditData {
    /// The bytes.
    pub fn encode(&self) -> Vec<u8> {
        // Counts are within 16 bits: `limits::CROSSING`, `FIELDS` and `OUTPUTS` are.
        let mut out = Vec::with_capacity(8 + 9 * self.values.len() + 3 * self.absent.len());
        Put::u16(&mut out, self.values.len() as u16);
        for &(value, state) in &self.values {
            Put::u8(&mut out, state.0);
            if state.is_present() {
                Put::f64(&mut out, value);
            }
        }
        Put::u16(&mut out, self.absent.len() as u16);
        for &(field, state) in &self.absent {
            Put::u16(&mut out, field as u16);
            Put::u8(&mut out, state.0);
        }
        Put::u16(&mut out, self.reasons.len() as u16);
        for reasons in &self.reasons {
            let Some(reasons) = reasons else {
                Put::u16(&mut out, NONE);
                continue;
            };
            Put::u16(&mut out, reasons.len() as u16);
            for reason in reasons {
                Put::u16(&mut out, reason.group as u16);
                Put::f64(&mut out, reason.contribution);
            }
        }
        if !self.ignored.is_empty() {
            Put::u16(&mut out, self.ignored.len() as u16);
            for &(field, events) in &self.ignored {
                Put::u16(&mut out, field as u16);
                Put::u32(&mut out, events);
            }
        }
        out
    }

    /// Reads what came from a device, for the edge bundle that is to finish it. Whatever the device bundle cannot have
    /// computed is refused: another number of values, a value out of its range, a state that the field's policy refuses,
    /// reasons that are not ranked.
    ///
    /// Errors: [`SplitError`].
    pub fn decode(bytes: &[u8], edge: &Bundle) -> Result<Self, SplitError> {
        let cut = edge.cut.as_ref().filter(|cut| cut.stage == Stage::Edge);
        let cut = cut.ok_or(SplitError::Stage { needed: "edge" })?;
        let mut input = Reader::new(bytes, WHAT);
        let values = values(&mut input, edge, cut)?;
        let absent = absent(&mut input, edge)?;
        let reasons = reasons(&mut input, edge, cut)?;
        let ignored = ignored(&mut input, edge, &absent)?;
        input.end().map_err(|_| malformed("bytes are left over"))?;
        let local = Self { values, absent, reasons, ignored };
        local.fits_together(edge, cut)?;
        Ok(local)
    }
}

impl LocalCreditData {
    /// A field that crosses is absent in both lists or in none; columns of a one-hot node tell of one category; a score has
    /// reasons of the device if what they explain is there.
    fn fits_together(&self, edge: &Bundle, cut: &Cut) -> Result<(), SplitError> {
        let impossible = |column, why| Err(SplitError::Impossible { value: edge.column_name(column), why });
        // The device bundle's numbers of the edge bundle's fields.
        let mut own = 0;
        let numbers = edge.fields.iter().map(|field| {
            let on_device = field.stage == Stage::Device;
            let number = on_device.then_some(own);
            own += u32::from(on_device);
            number
        });
        let numbers: Vec<Option<u32>> = numbers.collect();
        for (crossing, &(value, state)) in cut.crossing.iter().zip(&self.values) {
            let column = crossing.column;
            let Some(field) = edge.fields.get(column as usize) else { continue };
            let number = numbers.get(column as usize).copied().flatten();
            let absent = self.absent.iter().find(|&&(at, _)| Some(at) == number);
            let fits = match absent {
                None => field.admit(value, 0).is_ok_and(|a| state.is_present() && a.given.is_present()),
                Some(&(_, given)) => field
                    .apply_policy(f64::NAN, given)
                    .is_some_and(|a| a.state == state && (!state.is_present() || a.value == value)),
            };
            if !fits {
                return impossible(column, "not what its missing state says");
            }
        }
        // Of the node that the column before belongs to: its first column, its state, whether a column was 1.
        let mut before = (u32::MAX, State::PRESENT, false);
        for (crossing, &(value, state)) in cut.crossing.iter().zip(&self.values) {
            let column = crossing.column;
            let Some((node, output)) = edge.node_of_column(column) else { continue };
            if !matches!(node.op, Op::Given(Given { one_hot: true, .. })) {
                continue;
            }
            let first = column.saturating_sub(output as u32);
            if before.0 != first {
                before = (first, state, false);
            }
            if state != before.1 || (before.2 && value == 1.0) {
                return impossible(column, "not what the other columns of its one-hot node say");
            }
            before.2 |= value == 1.0;
        }
        let explained =
            cut.reasons.iter().filter_map(|&score| edge.scores.get(score as usize)?.reasons.as_ref());
        for (spec, reasons) in explained.zip(&self.reasons) {
            let first = edge.graph.first_column(spec.node as usize).unwrap_or_default() as u32;
            let column = first.saturating_add(spec.output);
            let at = cut.crossing.binary_search_by_key(&column, |crossing| crossing.column).ok();
            let there = at.and_then(|at| self.values.get(at)).map(|(_, state)| state.is_present());
            // Coalitions with every reference row may have no output where the applicant has one.
            let may_lack = spec.method.plays() && reasons.is_none();
            if there.is_some_and(|there| there != reasons.is_some() && !may_lack) {
                return impossible(column, "there without reasons, or absent with them");
            }
        }
        Ok(())
    }
}

fn malformed(why: &'static str) -> SplitError {
    SplitError::Malformed { what: WHAT, why }
}

/// The only things that reading numbers can meet.
fn short(_: Refused) -> SplitError {
    malformed("it ends too early, or holds a number that is not finite")
}

fn count(input: &mut Reader<'_>, expected: usize) -> Result<(), SplitError> {
    if usize::from(input.u16().map_err(short)?) == expected {
        Ok(())
    } else {
        Err(malformed("a count is not that of the bundle"))
    }
}

fn values(input: &mut Reader<'_>, edge: &Bundle, cut: &Cut) -> Result<Vec<(f64, State)>, SplitError> {
    count(input, cut.crossing.len())?;
    let mut values = Vec::with_capacity(cut.crossing.len());
    for crossing in &cut.crossing {
        let impossible = |why| Err(SplitError::Impossible { value: edge.column_name(crossing.column), why });
        let state = State(input.u8().map_err(short)?);
        if !state.is_present() {
            if !crossing.absent.contains(&state) {
                return impossible("absent in a state that it cannot be in");
            }
            values.push((f64::NAN, state));
            continue;
        }
        let value = input.f64().map_err(short)?;
        if !crossing.takes(value) {
            return impossible("not one of the values that can be computed");
        }
        values.push((value, state));
    }
    Ok(values)
}

/// Whether it is a state that a value of the field can come in.
pub(crate) fn known(field: &Field, state: State) -> bool {
    match (state, state.special_index()) {
        (_, Some(index)) => usize::from(index) < field.specials.len(),
        (State::MISSING, _) => true,
        (State::UNSEEN, _) => matches!(field.kind, FieldType::Category { .. }),
        (State::OUT_OF_RANGE, _) => {
            matches!(field.kind, FieldType::Number | FieldType::Integer | FieldType::Date)
        }
        _ => false,
    }
}

fn absent(input: &mut Reader<'_>, edge: &Bundle) -> Result<Vec<Absent>, SplitError> {
    let fields: Vec<&Field> = edge.fields.iter().filter(|f| f.stage == Stage::Device).collect();
    let n = usize::from(input.u16().map_err(short)?);
    if n > fields.len() {
        return Err(malformed("more fields are absent than there are"));
    }
    let mut absent: Vec<Absent> = Vec::with_capacity(n);
    for _ in 0..n {
        let at = u32::from(input.u16().map_err(short)?);
        let state = State(input.u8().map_err(short)?);
        let Some(field) = fields.get(at as usize) else {
            return Err(malformed("a field that the device bundle does not have"));
        };
        if absent.last().is_some_and(|&(before, _)| before >= at) {
            return Err(malformed("absent fields are not in ascending order"));
        }
        if !known(field, state) || field.policies.of(state) == Policy::Refuse {
            let value = field.name.clone();
            return Err(SplitError::Impossible { value, why: "in a state that its field refuses" });
        }
        absent.push((at, state));
    }
    Ok(absent)
}

fn ignored(input: &mut Reader<'_>, edge: &Bundle, absent: &[Absent]) -> Result<Vec<(u32, u32)>, SplitError> {
    if input.left() == 0 {
        return Ok(Vec::new());
    }
    let fields: Vec<&Field> = edge.fields.iter().filter(|f| f.stage == Stage::Device).collect();
    let n = usize::from(input.u16().map_err(short)?);
    if n == 0 || n > fields.len() {
        return Err(malformed("a count of event lists is not possible"));
    }
    let mut ignored: Vec<(u32, u32)> = Vec::with_capacity(n);
    for _ in 0..n {
        let (at, events) = (u32::from(input.u16().map_err(short)?), input.u32().map_err(short)?);
        let schema = fields.get(at as usize).and_then(|field| field.events());
        if schema.is_none() || ignored.last().is_some_and(|&(before, _)| before >= at) {
            return Err(malformed("event lists are not in ascending order, or are none"));
        }
        let possible = schema.is_some_and(|schema| schema.after == After::Ignore)
            && (1..=limits::EVENTS).contains(&(events as usize))
            && absent.iter().all(|&(absent, _)| absent != at);
        if !possible {
            let value = fields.get(at as usize).map_or_else(String::new, |field| field.name.clone());
            return Err(SplitError::Impossible { value, why: "so many events were left out of it" });
        }
        ignored.push((at, events));
    }
    Ok(ignored)
}

fn reasons(input: &mut Reader<'_>, edge: &Bundle, cut: &Cut) -> Result<Vec<Option<Vec<Reason>>>, SplitError> {
    count(input, cut.reasons.len())?;
    let specs = cut.reasons.iter().filter_map(|&score| edge.scores.get(score as usize)?.reasons.as_ref());
    let mut all = Vec::with_capacity(cut.reasons.len());
    for spec in specs {
        let n = input.u16().map_err(short)?;
        if n == NONE {
            all.push(None);
            continue;
        }
        if u32::from(n) > spec.max || usize::from(n) > limits::REASON_GROUPS {
            return Err(malformed("more reasons than the score names"));
        }
        let mut ranked = Vec::with_capacity(usize::from(n));
        for _ in 0..n {
            let group = u32::from(input.u16().map_err(short)?);
            ranked.push(Reason { group, contribution: input.f64().map_err(short)? });
        }
        if !is_ranked(&ranked, spec) {
            return Err(malformed("its reasons are not ranked as reasons are"));
        }
        all.push(Some(ranked));
    }
    Ok(all)
}

/// What the ranking promises: groups of the score, adverse, each group once, greatest first.
fn is_ranked(ranked: &[Reason], spec: &ReasonSpec) -> bool {
    ranked.iter().all(|r| spec.groups.contains(&r.group))
        && ranked
            .iter()
            .all(|r| if spec.higher_is_worse { r.contribution > 0.0 } else { r.contribution < 0.0 })
        && ranked.is_sorted_by(|a, b| {
            let (x, y) = (a.contribution.abs(), b.contribution.abs());
            x > y || (x == y && a.group < b.group)
        })
        && ranked.iter().enumerate().all(|(i, r)| ranked.iter().take(i).all(|s| s.group != r.group))
}
