//! An explanation as JSON.

use crate::bundle::Bundle;
use crate::json::Json;
use crate::reason::{Contributions, ReasonMethod, text_for};

/// Appends what moved the explained output of a score from its baseline to its total; without figures if that output is
/// absent. Texts in `language`, or the nearest that the bundle has.
pub(super) fn write(
    bundle: &Bundle,
    score: usize,
    found: Option<&Contributions>,
    language: &str,
    out: &mut Vec<u8>,
) {
    let Some(output) = bundle.scores.get(score) else { return };
    let Some(spec) = &output.reasons else { return };
    let inputs = spec.columns(&bundle.graph);
    let mut errors = found.map_or(&[][..], |found| &found.errors).iter();
    let values = found.map_or(&[][..], |found| &found.values);
    let points = matches!(spec.method, ReasonMethod::PointsFromMaximum | ReasonMethod::PointsFromAverage);
    Json::new(out).object(|json| {
        json.key("score").text(&output.name);
        json.key("baseline").number(found.map(|found| found.baseline));
        // From the left, as a reader adds them up.
        let total = found.map(|found| found.values.iter().fold(found.baseline, |sum, value| sum + value));
        json.key("total").number(total);
        json.key("unit").text(if points { "points" } else { "margin" });
        json.key("higher_is_worse").bool(spec.higher_is_worse);
        json.key("contributions").array(
            values.iter().zip(&spec.groups).zip(inputs),
            |json, ((&value, &group), &input)| {
                let group = bundle.groups.get(group as usize);
                let text = group.and_then(|group| text_for(&group.texts, language));
                let field = bundle.fields.get(bundle.origin(input) as usize);
                json.object(|json| {
                    json.key("input").text(&bundle.column_name(input));
                    json.key("field").text_or_null(field.map(|field| field.name.as_str()));
                    json.key("group").text_or_null(group.map(|group| group.code.as_str()));
                    json.key("text").text(text.unwrap_or_default());
                    json.key("contribution").number(Some(value));
                    if let Some(&error) = errors.next() {
                        json.key("standard_error").number(Some(error));
                    }
                });
            },
        );
    });
}
