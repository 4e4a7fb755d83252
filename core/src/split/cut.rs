//! The section `cut` of a device bundle and an edge bundle: to which whole they belong, and what crosses.

use crate::bundle::wire::{Put, Reader, Refused, Wire};
use crate::bundle::{Bundle, Digest};
use crate::column::State;
use crate::error::BundleError;
use crate::graph::Op;
use crate::limits;
use crate::policy::DecisionPolicy;
use crate::schema::Stage;

/// A value that leaves the device: a column that the edge stage reads.
#[derive(Debug, Clone, PartialEq)]
pub struct Crossing {
    /// The column, in this bundle's numbering.
    pub column: u32,
    /// Least value that the device stage can give; −∞ if that is not known.
    pub min: f64,
    /// Greatest value that it can give; +∞ if that is not known.
    pub max: f64,
    /// How many different values it can take beside the missing states; 0 if any number.
    pub distinct: u32,
    /// Whether it is always a whole number.
    pub whole: bool,
    /// All values that it can have, ascending; empty if they are too many, or not known.
    pub values: Vec<f64>,
    /// The missing states that it can be in, ascending.
    pub absent: Vec<State>,
}

impl Crossing {
    /// Whether the device stage can give this value.
    pub fn takes(&self, value: f64) -> bool {
        value >= self.min
            && value <= self.max
            && (!self.whole || value.trunc() == value)
            && (self.values.is_empty() || self.values.contains(&value))
    }
}

impl Wire for Crossing {
    fn put(&self, out: &mut Vec<u8>) {
        Put::u32(out, self.column);
        Put::f64(out, self.min);
        Put::f64(out, self.max);
        Put::u32(out, self.distinct);
        out.bool(self.whole);
        out.f64s(&self.values);
        out.count(self.absent.len());
        out.extend(self.absent.iter().map(|state| state.0));
    }
    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        // Where nothing can be present, no value is possible: least over greatest says so.
        Ok(Self {
            column: input.u32()?,
            min: input.f64_open()?,
            max: input.f64_open()?,
            distinct: input.u32()?,
            whole: input.bool()?,
            values: input.f64s("values that a crossing can have", limits::LISTED_VALUES)?,
            absent: {
                let states = input.count("states of a crossing", 1 << 8, 1)?;
                input.take(states)?.iter().map(|&state| State(state)).collect()
            },
        })
    }
}

/// What makes a bundle one of two stages.
#[derive(Debug, Clone, PartialEq)]
pub struct Cut {
    /// The stage that this bundle is.
    pub stage: Stage,
    /// Digest of the whole bundle, which decisions carry.
    pub whole: Digest,
    /// In an edge bundle: digest of the device bundle that belongs to it. In a device bundle: zeros.
    pub device: Digest,
    /// What crosses, ascending by column.
    pub crossing: Vec<Crossing>,
    /// Scores (index in this bundle) whose reasons are found on the device, ascending: their explained node runs there.
    pub reasons: Vec<u32>,
}

impl Wire for Cut {
    fn put(&self, out: &mut Vec<u8>) {
        self.stage.put(out);
        out.extend_from_slice(&self.whole.0);
        out.extend_from_slice(&self.device.0);
        out.list(&self.crossing);
        out.u32s(&self.reasons);
    }
    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        Ok(Self {
            stage: Stage::get(input)?,
            whole: Digest(input.array()?),
            device: Digest(input.array()?),
            crossing: input.list("values that cross", limits::CROSSING, 33)?,
            reasons: input.u32s("scores with reasons of the device", limits::OUTPUTS)?,
        })
    }
}

impl Bundle {
    /// Whether this is the edge stage of a bundle, which needs local credit data.
    pub fn is_edge(&self) -> bool {
        self.cut.as_ref().is_some_and(|cut| cut.stage == Stage::Edge)
    }

    /// Whether this is the device stage of a bundle.
    pub fn is_device(&self) -> bool {
        self.cut.as_ref().is_some_and(|cut| cut.stage == Stage::Device)
    }

    /// The digest that decisions carry: an edge bundle finishes those of the whole one.
    pub fn decides_as(&self) -> Digest {
        match &self.cut {
            Some(cut) if cut.stage == Stage::Edge => cut.whole,
            _ => self.digest,
        }
    }
}

/// The stage that writes each column.
fn stages(bundle: &Bundle) -> Vec<Stage> {
    let nodes = bundle.graph.nodes().iter();
    let fields = bundle.fields.iter().map(|field| field.stage);
    let written = nodes.flat_map(|n| core::iter::repeat_n(n.stage, n.op.width(n.inputs.len())));
    fields.chain(written).collect()
}

/// A state byte that means something, and not that a value is there: missing, unseen, out of range, or a special code.
fn is_absent(state: State) -> bool {
    match state.special_index() {
        Some(index) => usize::from(index) < limits::SPECIALS,
        None => !state.is_present() && state <= State::OUT_OF_RANGE,
    }
}

/// A state byte that means something: present, or a missing state.
pub(crate) fn is_state(state: State) -> bool {
    state.is_present() || is_absent(state)
}

/// Checks a stage bundle as a whole. A whole bundle has no cut, and nothing is given in it.
pub(crate) fn check(bundle: &Bundle) -> Result<(), BundleError> {
    let malformed = |what| Err(BundleError::Malformed { section: "cut", what });
    let given = |op: &Op| matches!(op, Op::Given(_));
    let nodes = bundle.graph.nodes();
    let Some(cut) = &bundle.cut else {
        return match nodes.iter().find(|node| given(&node.op)) {
            Some(node) => Err(node.error("only the edge stage of a bundle is given values")),
            None => Ok(()),
        };
    };
    if !cut.crossing.is_sorted_by(|a, b| a.column < b.column) || !cut.reasons.is_sorted_by(|a, b| a < b) {
        return malformed("what crosses is not in ascending order");
    }
    let columns = bundle.graph.columns();
    let stages = stages(bundle);
    let stage_of = |column: u32| stages.get(column as usize).copied().unwrap_or_default();
    let device = |column: u32| {
        (column as usize) < columns
            && stage_of(column) == Stage::Device
            && bundle
                .fields
                .get(column as usize)
                .is_none_or(|field| field.leaves_device && field.events().is_none())
    };
    if !cut.crossing.iter().all(|crossing| device(crossing.column)) {
        return malformed("what crosses is no value of the device stage, or must not leave it");
    }
    let states = |crossing: &Crossing| {
        crossing.absent.is_sorted_by(|a, b| a < b) && crossing.absent.iter().all(|&state| is_absent(state))
    };
    if !cut.crossing.iter().all(states) {
        return malformed("the missing states of what crosses are none, or not in ascending order");
    }
    if cut.reasons.iter().any(|&s| bundle.scores.get(s as usize).is_none_or(|s| s.reasons.is_none())) {
        return malformed("reasons of a score that gives none");
    }
    if cut.stage == Stage::Device {
        let alien = nodes.iter().any(|node| node.stage != Stage::Device || given(&node.op));
        if alien || bundle.fields.iter().any(|field| field.stage != Stage::Device) {
            return malformed("a device bundle holds device nodes and fields only");
        }
        return match bundle.scores.iter().filter(|s| s.reasons.is_some()).count() == cut.reasons.len() {
            true => Ok(()),
            false => malformed("the reasons that a device bundle finds are those that cross"),
        };
    }
    if nodes.iter().any(|node| given(&node.op) != (node.stage == Stage::Device)) {
        return malformed("in an edge bundle, device nodes are given and no others");
    }
    let crosses = |column: u32| cut.crossing.binary_search_by_key(&column, |c| c.column).is_ok();
    let there = |column: u32| stage_of(column) == Stage::Edge || crosses(column);
    let read = nodes.iter().flat_map(|node| &node.inputs).copied();
    let shown = bundle.scores.iter().flat_map(|s| [s.margin, s.pd, s.score, s.band]).flatten();
    let ahead = bundle.forecasts.iter().flat_map(|f| f.columns().chain([f.as_of]));
    let told = bundle.policy.as_ref().map_or_else(Vec::new, DecisionPolicy::results);
    if !read.chain(shown).chain(ahead).chain(told).chain(bundle.trusted.columns()).all(there) {
        return malformed("the edge reads a value of the device that does not cross");
    }
    for (score, index) in bundle.scores.iter().zip(0..) {
        // A band that is given must be one of the score's.
        let band = score.band.filter(|&column| stage_of(column) == Stage::Device);
        let band = band.and_then(|band| cut.crossing.iter().find(|c| c.column == band));
        if band.is_some_and(|c| !c.whole || c.min < 0.0 || c.max >= score.bands.len() as f64) {
            return malformed("a band of the device is not one of its score's");
        }
        let node = score.reasons.as_ref().and_then(|spec| nodes.get(spec.node as usize));
        if node.is_some_and(|node| given(&node.op)) != cut.reasons.binary_search(&index).is_ok() {
            return malformed("reasons of the device are those of scores explained there");
        }
    }
    Ok(())
}
