//! Events for rows: as many as each row says, of all values that their columns take.

use scorelet_core::bundle::Bundle;
use scorelet_core::record::date;
use scorelet_core::schema::{After, EventSchema, Field, FieldType, Origin, RuleTest};
use scorelet_core::scorer::{Scorer, Table};
use serde_json::{Map, Value};

use super::rows::{Random, candidates};

/// The event lists of each row, as a JSON object; nothing if the bundle has none. `values` has the number of events of each
/// list (field `f` of row `r` at `f * count + r`); where a row with them is refused, its lists are made empty, or its
/// reference time is given.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "numbers of events, at most a hundred"
)]
pub(super) fn generate(bundle: &Bundle, count: usize, values: &mut [f64]) -> Vec<String> {
    if bundle.fields.iter().all(|field| field.events().is_none()) {
        return Vec::new();
    }
    let mut random = Random(7);
    let mut checker = Scorer::new(bundle.clone());
    let width = bundle.fields.len();
    let row = |row: usize| {
        let mut own: Vec<f64> = (0..width).filter_map(|f| values.get(f * count + row).copied()).collect();
        let mut lists = Map::new();
        for (index, field) in bundle.fields.iter().enumerate() {
            let Some(events) = field.events() else { continue };
            // A reference time that is there, within the years that events can have.
            if let Some(as_of) =
                own.get_mut(events.as_of as usize).filter(|day| !(0.0..60_000.0).contains(*day))
            {
                *as_of = 18_000.0 + random.below(4000) as f64;
            }
            let day = own.get(events.as_of as usize).copied().unwrap_or_default();
            let number = own.get(index).copied().filter(|n| n.is_finite()).unwrap_or_default();
            let made: Vec<Value> = (0..number as usize).map(|_| event(events, day, &mut random)).collect();
            if !made.is_empty() {
                lists.insert(field.name.clone(), made.into());
            }
        }
        let json = Value::Object(lists).to_string();
        let table = format!("[{json}]");
        if checker.admit_table(&Table { rows: 1, values: &own, events: table.as_bytes() }).is_ok() {
            return (own, json);
        }
        for (field, value) in bundle.fields.iter().zip(&mut own) {
            if field.events().is_some() && value.is_finite() {
                *value = 0.0;
            }
        }
        (own, "{}".to_owned())
    };
    let rows: Vec<(Vec<f64>, String)> = (0..count).map(row).collect();
    for (index, (own, _)) in rows.iter().enumerate() {
        for (field, &value) in own.iter().enumerate() {
            if let Some(slot) = values.get_mut(field * count + index) {
                *slot = value;
            }
        }
    }
    rows.into_iter().map(|(_, json)| json).collect()
}

fn event(schema: &EventSchema, as_of: f64, random: &mut Random) -> Value {
    let after = if schema.after == After::Ignore && random.below(20) == 0 { 40.0 } else { 0.0 };
    // Days of one month and years before; several on one day.
    let most = if random.below(3) == 0 { 40 } else { 1500 };
    let ago = random.below(most) as f64;
    let day = date::format(as_of - ago + after).unwrap_or_else(|| "2020-01-31".to_owned());
    let mut event = Map::from_iter([(schema.date.clone(), Value::from(day))]);
    for (text, index) in schema.texts.iter().zip(0..) {
        if random.below(10) > 0 {
            event.insert(text.clone(), words(schema, index, random).into());
        }
    }
    for column in schema.columns.iter().filter(|column| column.origin == Origin::Member) {
        let value = member(&column.field, random);
        event.extend(value.map(|value| (column.field.name.clone(), value)));
    }
    event.into()
}

/// A text, which a rule may look for.
fn words(schema: &EventSchema, text: u32, random: &mut Random) -> String {
    let rules = schema.columns.iter().filter_map(|column| match &column.origin {
        Origin::Rules(rules) => Some(rules),
        _ => None,
    });
    let own: Vec<_> = rules.flatten().filter(|rule| rule.text == text).collect();
    match own.get(random.below(own.len() + 2)) {
        Some(rule) if rule.test == RuleTest::Code => rule.pattern.clone(),
        Some(rule) => format!("{} {}", rule.pattern.to_uppercase(), random.below(100)),
        None => format!("text {}", random.below(50)),
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "indexes of categories, checked")]
fn member(field: &Field, random: &mut Random) -> Option<Value> {
    let mut all = candidates(field, &[]);
    all.retain(|&value| field.admit(value, 0).is_ok() && !value.is_infinite());
    let value = all.get(random.below(all.len())).copied().filter(|value| !value.is_nan())?;
    Some(match &field.kind {
        FieldType::Boolean => (value == 1.0).into(),
        FieldType::Date => date::format(value)?.into(),
        FieldType::Hash { .. } => format!("text {value}").into(),
        FieldType::Category { values } if value >= 0.0 => values.get(value as usize)?.clone().into(),
        FieldType::Category { .. } if value <= -2.0 => {
            field.specials.get((-2.0 - value) as usize)?.text.clone().into()
        }
        FieldType::Category { .. } => "a stranger".into(),
        _ => value.into(),
    })
}
