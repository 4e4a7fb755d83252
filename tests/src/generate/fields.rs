//! Random fields.

use scorelet_core::schema::{Field, FieldType, Localized, Policies, Policy, Special, Stage};

use super::grid;
use crate::random::Random;

/// `n` fields of all types that a node reads, with bounds, special codes and policies. `refusing` allows the policy that
/// refuses a record.
pub(super) fn fields(random: &mut Random, n: usize, refusing: bool) -> Vec<Field> {
    (0..n).map(|i| field(random, i, refusing)).collect()
}

pub(super) fn field(random: &mut Random, index: usize, refusing: bool) -> Field {
    let kind = match random.below(8) {
        0 | 1 => {
            let n = random.between(1, 9);
            FieldType::Category { values: (0..n).map(|i| format!("c{i}")).collect() }
        }
        2 => FieldType::Integer,
        3 => FieldType::Boolean,
        4 => FieldType::Date,
        _ => FieldType::Number,
    };
    let number = matches!(kind, FieldType::Number | FieldType::Integer);
    let (min, max) =
        if number && random.one_in(3) { (-8.0, 9.0) } else { (f64::NEG_INFINITY, f64::INFINITY) };
    let specials = if number || matches!(kind, FieldType::Category { .. }) {
        // Inside the bounds and outside of them.
        let codes = [-9.0, -2.0, 99.0];
        codes[..random.below(3)].iter().map(|&value| special(value)).collect()
    } else {
        Vec::new()
    };
    let policies = Policies {
        missing: policy(random, &kind, refusing),
        special: policy(random, &kind, refusing),
        unseen: policy(random, &kind, refusing),
        out_of_range: policy(random, &kind, refusing),
    };
    Field {
        name: format!("field_{index}"),
        kind,
        unit: String::new(),
        stage: if random.one_in(3) { Stage::Device } else { Stage::Edge },
        leaves_device: random.one_in(2),
        min,
        max,
        specials,
        policies,
        labels: vec![Localized { lang: "en".into(), text: format!("Field {index}") }],
    }
}

fn special(value: f64) -> Special {
    Special { value, text: format!("special {value}"), name: format!("code {value}") }
}

fn policy(random: &mut Random, kind: &FieldType, refusing: bool) -> Policy {
    match random.below(10) {
        0 if refusing => Policy::Refuse,
        0..=4 => Policy::OwnBin,
        5..=7 => Policy::Native,
        _ => Policy::Impute(match kind {
            FieldType::Category { values } => random.below(values.len()) as f64,
            FieldType::Boolean => random.below(2) as f64,
            FieldType::Integer | FieldType::Date => grid(random).trunc(),
            _ => grid(random),
        }),
    }
}
