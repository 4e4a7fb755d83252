//! A field's value as people read it.

use scorelet_core::bundle::Bundle;
use scorelet_core::reason::text_for;
use scorelet_core::record::date;
use scorelet_core::schema::{Field, FieldType};

/// A value as the record had it: a category's text, a date, the name of a special code.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "indexes of categories, checked")]
pub fn text(field: &Field, value: f64) -> String {
    match &field.kind {
        _ if value.is_nan() => "missing".to_owned(),
        FieldType::Category { values } if value >= 0.0 => {
            values.get(value as usize).cloned().unwrap_or_default()
        }
        FieldType::Category { .. } if value <= -2.0 => field
            .specials
            .get((-2.0 - value) as usize)
            .map_or_else(String::new, |special| special.name.clone()),
        FieldType::Category { .. } => "unseen".to_owned(),
        FieldType::Boolean => (value == 1.0).to_string(),
        FieldType::Date => date::format(value).unwrap_or_default(),
        _ => {
            let special = field.specials.iter().find(|special| special.value == value);
            special.map_or_else(|| value.to_string(), |special| special.name.clone())
        }
    }
}

/// The name of a field for people.
pub fn label<'a>(field: &'a Field, language: &str) -> &'a str {
    text_for(&field.labels, language).unwrap_or(&field.name)
}

/// A value of a bundle's field for people, in their language, with its unit.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index of a category, checked")]
pub fn localized(bundle: &Bundle, column: usize, value: f64, language: &str) -> String {
    let Some(field) = bundle.fields.get(column) else { return String::new() };
    if let (FieldType::Category { .. }, true) = (&field.kind, value >= 0.0) {
        let labels = bundle.form_of(column).and_then(|form| form.value_labels.get(value as usize));
        if let Some(label) = labels.and_then(|labels| text_for(labels, language)) {
            return label.to_owned();
        }
    }
    if let (FieldType::Boolean, true) = (&field.kind, language.starts_with("zh") && !value.is_nan()) {
        return if value == 1.0 { "是" } else { "否" }.to_owned();
    }
    if let (FieldType::Boolean, false) = (&field.kind, value.is_nan()) {
        return if value == 1.0 { "yes" } else { "no" }.to_owned();
    }
    let plain = text(field, value);
    let number = matches!(field.kind, FieldType::Number | FieldType::Integer);
    let figure = number && value.is_finite() && !field.specials.iter().any(|special| special.value == value);
    // Units are written once in a bundle; those of time are words.
    let unit = match (field.unit.as_str(), language.starts_with("zh")) {
        ("days" | "day", true) => "天",
        ("months" | "month", true) => "个月",
        ("years" | "year", true) => "年",
        (unit, _) => unit,
    };
    if figure && !unit.is_empty() { format!("{plain} {unit}") } else { plain }
}
