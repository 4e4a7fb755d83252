//! Random rows for a bundle's fields: plain values, grid points and their neighbours, every way of being absent.

use scorelet_core::schema::{Field, FieldType};

use super::grid;
use crate::random::Random;

/// Rows as columns have them: field after field, in each a row after another.
#[derive(Clone, Debug)]
pub struct Rows {
    /// How many.
    pub count: usize,
    /// Values.
    pub values: Vec<f64>,
}

impl Rows {
    /// One value.
    pub fn value(&self, field: usize, row: usize) -> f64 {
        self.values[field * self.count + row]
    }

    /// The rows `from..to` alone.
    pub fn slice(&self, from: usize, to: usize) -> Self {
        let columns = self.values.chunks_exact(self.count.max(1));
        Self { count: to - from, values: columns.flat_map(|column| &column[from..to]).copied().collect() }
    }

    /// The rows in another order: row `i` is the old row `order[i]`.
    pub fn reordered(&self, order: &[usize]) -> Self {
        let columns = self.values.chunks_exact(self.count.max(1));
        let values = columns.flat_map(|column| order.iter().map(|&row| column[row])).collect();
        Self { count: order.len(), values }
    }
}

/// `count` rows. `json` leaves out what JSON cannot say (infinities).
pub fn rows(random: &mut Random, fields: &[Field], count: usize, json: bool) -> Rows {
    let mut values = Vec::with_capacity(fields.len() * count);
    for field in fields {
        values.extend((0..count).map(|_| {
            let value = cell(random, field);
            if json && value.is_infinite() { f64::MAX.copysign(value) } else { value }
        }));
    }
    Rows { count, values }
}

pub(super) fn cell(random: &mut Random, field: &Field) -> f64 {
    if random.one_in(10) {
        return f64::NAN;
    }
    if random.one_in(12) && !field.specials.is_empty() {
        let index = random.below(field.specials.len());
        return match field.kind {
            FieldType::Category { .. } => -2.0 - index as f64,
            _ => field.specials[index].value,
        };
    }
    match &field.kind {
        FieldType::Category { values } if random.one_in(12) => *random.pick(&[-1.0, values.len() as f64]),
        FieldType::Category { values } => random.below(values.len()) as f64,
        FieldType::Boolean => random.below(2) as f64,
        FieldType::Integer => match random.below(12) {
            0 => *random.pick(&[0.0, -1.0, 1e6, -9_007_199_254_740_992.0, 9_007_199_254_740_992.0]),
            _ => grid(random).trunc(),
        },
        // The number of its events.
        FieldType::EventList(_) => *random.pick(&[0.0, 1.0, 2.0, 5.0, 20.0]),
        FieldType::Hash { buckets } => random.below(*buckets as usize) as f64,
        FieldType::Date => match random.below(12) {
            0 => *random.pick(&[0.0, -1.0, 20_000.0, -25_567.0]),
            _ => grid(random).trunc(),
        },
        _ => number(random),
    }
}

fn number(random: &mut Random) -> f64 {
    match random.below(8) {
        0 => *random.pick(&[
            0.0,
            -0.0,
            1e-35,
            -1e-35,
            f64::from(1e-35_f32),
            1.1e-35,
            5e-324,
            1e38,
            -1e39,
            f64::MAX,
            f64::MIN,
            f64::INFINITY,
            f64::NEG_INFINITY,
        ]),
        1 | 2 => grid(random),
        3 => grid(random).next_up(),
        4 => grid(random).next_down(),
        // The neighbours among f32 numbers: equal to the grid point as f32 only after rounding.
        5 => f64::from((grid(random) as f32).next_up()),
        6 => 4.0 * random.normal(),
        _ => f64::from((4.0 * random.normal()) as f32),
    }
}
