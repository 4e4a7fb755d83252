//! Local credit data as JSON, to show the person what leaves the device.

use crate::bundle::{Bundle, ScoreOutput};
use crate::column::State;
use crate::json::Json;
use crate::reason::{Reason, text_for};
use crate::record::state_name;
use crate::schema::Field;
use crate::split::LocalCreditData;

/// A state, with the name of the special code that it is of, if its field is known.
fn state(json: &mut Json<'_>, state: State, field: Option<&Field>) {
    json.key("state").text(state_name(state));
    let special = state.special_index().and_then(|i| field?.specials.get(usize::from(i)));
    if let Some(special) = special {
        json.key("special").text(&special.name);
    }
}

fn ranked(json: &mut Json<'_>, bundle: &Bundle, reasons: &[Reason], language: &str) {
    let known = reasons.iter().filter_map(|r| Some((r, bundle.groups.get(r.group as usize)?)));
    json.array(known, |json, (reason, group)| {
        json.object(|json| {
            json.key("code").text(&group.code);
            json.key("text").text(text_for(&group.texts, language).unwrap_or_default());
            json.key("contribution").number(Some(reason.contribution));
        });
    });
}

/// Appends `local` of a device bundle, with its bytes in hexadecimal digits.
pub(super) fn write(bundle: &Bundle, local: &LocalCreditData, language: &str, out: &mut Vec<u8>) {
    let Some(cut) = &bundle.cut else { return };
    let bytes: String = local.encode().iter().map(|byte| format!("{byte:02x}")).collect();
    Json::new(out).object(|json| {
        json.key("bundle").text(&bundle.digest.to_string());
        json.key("values").array(cut.crossing.iter().zip(&local.values), |json, (crossing, &(value, of))| {
            let field = bundle.fields.get(bundle.origin(crossing.column) as usize);
            json.object(|json| {
                json.key("name").text(&bundle.column_name(crossing.column));
                json.key("value").number(Some(value));
                state(json, of, field);
            });
        });
        json.key("absent").array(&local.absent, |json, &(index, of)| {
            let Some(field) = bundle.fields.get(index as usize) else { return };
            json.object(|json| {
                json.key("field").text(&field.name);
                state(json, of, Some(field));
            });
        });
        if !local.ignored.is_empty() {
            json.key("ignored_events").array(&local.ignored, |json, &(index, events)| {
                let Some(field) = bundle.fields.get(index as usize) else { return };
                json.object(|json| {
                    json.key("field").text(&field.name);
                    json.key("events").integer(events as usize);
                });
            });
        }
        let scores = cut.reasons.iter().filter_map(|&score| bundle.scores.get(score as usize));
        let found = scores.zip(&local.reasons);
        json.key("reasons").array(found, |json, (score, reasons): (&ScoreOutput, &Option<Vec<Reason>>)| {
            json.object(|json| {
                json.key("score").text(&score.name);
                let json = json.key("reasons");
                match reasons {
                    Some(reasons) => ranked(json, bundle, reasons, language),
                    None => json.null(),
                }
            });
        });
        json.key("bytes").text(&bytes);
    });
}
