//! A decision as JSON.

use serde::Serialize;

use super::Decision;
use crate::bundle::Bundle;
use crate::reason::text_for;
use crate::record::state_name;
use crate::schema::Field;

#[derive(Serialize)]
struct DecisionJson<'a> {
    bundle: String,
    digest: String,
    scores: Vec<ScoreJson<'a>>,
    absent: Vec<AbsentJson<'a>>,
}

#[derive(Serialize)]
struct ScoreJson<'a> {
    name: &'a str,
    kind: &'static str,
    score: Option<f64>,
    pd: Option<f64>,
    margin: Option<f64>,
    band: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasons: Option<Vec<ReasonJson<'a>>>,
}

#[derive(Serialize)]
struct ReasonJson<'a> {
    code: &'a str,
    text: &'a str,
    contribution: f64,
}

#[derive(Serialize)]
struct AbsentJson<'a> {
    field: &'a str,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    special: Option<&'a str>,
}

impl Decision {
    /// Appends the decision as a JSON object, with names, codes and texts of the bundle that made it; texts in `language`
    /// (a BCP 47 tag), or the nearest that the bundle has.
    pub fn write_json(&self, bundle: &Bundle, language: &str, out: &mut Vec<u8>) {
        let scores = self.scores.iter().zip(&bundle.scores).map(|(result, output)| ScoreJson {
            name: &output.name,
            kind: output.kind.name(),
            score: result.score,
            pd: result.pd,
            margin: result.margin,
            band: result.band.and_then(|b| output.bands.get(b as usize)).map(|b| b.name.as_str()),
            reasons: result.reasons.as_ref().map(|reasons| {
                let known = reasons.iter().filter_map(|r| Some((r, bundle.groups.get(r.group as usize)?)));
                known
                    .map(|(reason, group)| ReasonJson {
                        code: &group.code,
                        text: text_for(&group.texts, language).unwrap_or_default(),
                        contribution: reason.contribution,
                    })
                    .collect()
            }),
        });
        let absent = self.absent.iter().filter_map(|&(index, state)| {
            let field: &Field = bundle.fields.get(index as usize)?;
            let special = state.special_index().and_then(|i| field.specials.get(usize::from(i)));
            Some(AbsentJson {
                field: &field.name,
                state: state_name(state),
                special: special.map(|s| s.name.as_str()),
            })
        });
        let json = DecisionJson {
            bundle: self.bundle.to_string(),
            digest: self.digest().to_string(),
            scores: scores.collect(),
            absent: absent.collect(),
        };
        // Writing into a Vec cannot fail, and no map here has keys that are not texts.
        let _ = serde_json::to_writer(out, &json);
    }
}
