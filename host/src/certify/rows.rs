//! Rows that try everything a field can be.

use scorelet_core::bundle::Bundle;
use scorelet_core::graph::Op;
use scorelet_core::schema::{Field, FieldType};

/// Values that are tried of each field besides random ones; more thresholds than these are thinned out.
const CANDIDATES: usize = 4096;

/// Rows, column by column.
pub struct Rows {
    /// How many.
    pub rows: usize,
    /// Field `f` of row `r` at `f * rows + r`.
    pub values: Vec<f64>,
    /// The event lists of each row, as a JSON object; empty if the bundle has none.
    pub events: Vec<String>,
}

impl Rows {
    /// The events of `count` rows from `first` on, as the engine takes them beside columns.
    pub fn events_of(&self, first: usize, count: usize) -> Vec<u8> {
        match self.events.get(first..).and_then(|rows| rows.get(..count)) {
            Some(rows) => format!("[{}]", rows.join(",")).into_bytes(),
            None => Vec::new(),
        }
    }
}

/// A small generator (SplitMix64, Steele et al. 2014): the same rows on every machine.
pub(super) struct Random(pub(super) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ z >> 31
    }

    #[allow(clippy::cast_possible_truncation, reason = "an index under `n`")]
    pub(super) fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }
}

/// `count` rows that the bundle does not refuse: a refused value is replaced by another of its field.
pub fn generate(bundle: &Bundle, count: usize) -> Rows {
    let thresholds = thresholds(bundle);
    let mut values = Vec::with_capacity(bundle.fields.len() * count);
    for (index, field) in bundle.fields.iter().enumerate() {
        let mut candidates = candidates(field, thresholds.get(index).map_or(&[][..], Vec::as_slice));
        candidates.retain(|&value| field.admit(value, 0).is_ok());
        if candidates.is_empty() {
            candidates.push(f64::NAN);
        }
        // A row alone says which value made a difference, so the first rows walk through the candidates in step.
        let mut random = Random(index as u64 + 1);
        for row in 0..count {
            let at = if row < candidates.len() {
                (row + index) % candidates.len()
            } else {
                random.below(candidates.len())
            };
            values.push(candidates.get(at).copied().unwrap_or(f64::NAN));
        }
    }
    let events = super::events::generate(bundle, count, &mut values);
    Rows { rows: count, values, events }
}

pub(super) fn candidates(field: &Field, thresholds: &[f64]) -> Vec<f64> {
    let mut found = vec![f64::NAN];
    let whole = matches!(field.kind, FieldType::Integer | FieldType::Date);
    match &field.kind {
        FieldType::Boolean => found.extend([0.0, 1.0]),
        FieldType::Category { values } => {
            found.extend((0..values.len().min(CANDIDATES)).map(|i| i as f64));
            found.push(-1.0);
            found.extend((0..field.specials.len()).map(|i| -2.0 - i as f64));
        }
        // The number of its events: they are made for each row.
        FieldType::EventList(_) => found.extend([0.0, 1.0, 2.0, 3.0, 5.0, 8.0, 13.0, 40.0, 100.0]),
        FieldType::Hash { buckets } => {
            found.extend((0..*buckets).take(CANDIDATES).map(f64::from));
            found.push(f64::from(buckets.saturating_sub(1)));
        }
        FieldType::Number | FieldType::Integer | FieldType::Date => {
            let wild = [
                0.0,
                -0.0,
                1.0,
                -1.0,
                f64::INFINITY,
                f64::NEG_INFINITY,
                f64::MAX,
                f64::MIN,
                f64::MIN_POSITIVE,
                5e-324,
                1e15,
                9_007_199_254_740_992.0,
                1e300,
                f64::from(f32::MAX),
                3.5e38,
                1e-35,
                1.1e-35,
            ];
            found.extend(wild);
            found.extend(field.specials.iter().map(|special| special.value));
            let edges =
                thresholds.iter().chain([&field.min, &field.max]).copied().filter(|edge| edge.is_finite());
            for edge in edges {
                found.extend([edge, edge.next_up(), edge.next_down()]);
                // A trainer that compares in f32 has its neighbours further away.
                #[allow(clippy::cast_possible_truncation, reason = "that is the point")]
                let near = edge as f32;
                found.extend([f64::from(near), f64::from(near.next_up()), f64::from(near.next_down())]);
            }
            let (low, high) = (field.min.max(-1e6), field.max.min(1e6));
            let mut random = Random(42);
            for _ in 0..64 {
                let share = random.below(1 << 20) as f64 / f64::from(1 << 20);
                found.push(low + (high - low) * share);
            }
        }
    }
    if whole {
        for value in &mut found {
            *value = value.trunc();
        }
    }
    if found.len() > CANDIDATES * 6 {
        let step = found.len().div_ceil(CANDIDATES * 6);
        found = found.into_iter().step_by(step).collect();
    }
    found
}

/// Bin edges and split thresholds that are compared with each field's own column.
fn thresholds(bundle: &Bundle) -> Vec<Vec<f64>> {
    let mut found = vec![Vec::new(); bundle.fields.len()];
    for node in bundle.graph.nodes() {
        let mut add = |input: usize, value: f64| {
            let column = node.inputs.get(input).map(|&column| column as usize);
            if let Some(list) = column.and_then(|column| found.get_mut(column)) {
                list.push(value);
            }
        };
        match &node.op {
            Op::Bins(bins) => bins.edges().iter().for_each(|&edge| add(0, edge)),
            Op::Leaves(leaves) => {
                leaves
                    .forest()
                    .thresholds()
                    .for_each(|(feature, threshold)| add(feature as usize, threshold));
            }
            Op::Forest(forest) => {
                forest.thresholds().for_each(|(feature, threshold)| add(feature as usize, threshold));
            }
            _ => {}
        }
    }
    for list in &mut found {
        list.sort_by(f64::total_cmp);
        list.dedup();
    }
    found
}
