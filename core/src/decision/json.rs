//! A decision as JSON.

use super::Decision;
use crate::bundle::Bundle;
use crate::forecast::{Forecast, ForecastOutput, month_text};
use crate::json::Json;
use crate::reason::text_for;
use crate::record::state_name;

/// For whom a decision is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Who may see how it came about.
    Lender,
    /// Whom it is about.
    Applicant,
}

impl Decision {
    /// Appends the decision as a JSON object, with names, codes and texts of the bundle that made it; texts in `language`
    /// (a BCP 47 tag), or the nearest that the bundle has.
    pub fn write_json(&self, bundle: &Bundle, language: &str, out: &mut Vec<u8>) {
        self.write_for(Audience::Lender, bundle, language, out);
    }

    /// As [`Decision::write_json`], of the policy what they may see: an applicant is told of rules the reason codes alone,
    /// and neither fallbacks nor the trace. The digest is that of the whole decision.
    pub fn write_for(&self, audience: Audience, bundle: &Bundle, language: &str, out: &mut Vec<u8>) {
        Json::new(out).object(|json| {
            json.key("bundle").text(&self.bundle.to_string());
            json.key("digest").text(&self.digest().to_string());
            json.key("scores").array(self.scores.iter().zip(&bundle.scores), |json, (result, output)| {
                let band = result.band.and_then(|b| output.bands.get(b as usize));
                json.object(|json| {
                    json.key("name").text(&output.name);
                    json.key("kind").text(output.kind.name());
                    json.key("score").number(result.score);
                    json.key("pd").number(result.pd);
                    json.key("margin").number(result.margin);
                    json.key("band").text_or_null(band.map(|b| b.name.as_str()));
                    let Some(reasons) = &result.reasons else { return };
                    let known =
                        reasons.iter().filter_map(|r| Some((r, bundle.groups.get(r.group as usize)?)));
                    json.key("reasons").array(known, |json, (reason, group)| {
                        json.object(|json| {
                            json.key("code").text(&group.code);
                            json.key("text").text(text_for(&group.texts, language).unwrap_or_default());
                            json.key("contribution").number(Some(reason.contribution));
                        });
                    });
                });
            });
            json.key("absent").array(&self.absent, |json, &(index, state)| {
                let Some(field) = bundle.fields.get(index as usize) else { return };
                let special = state.special_index().and_then(|i| field.specials.get(usize::from(i)));
                json.object(|json| {
                    json.key("field").text(&field.name);
                    json.key("state").text(state_name(state));
                    if let Some(special) = special {
                        json.key("special").text(&special.name);
                    }
                });
            });
            if !self.ignored.is_empty() {
                json.key("ignored_events").array(&self.ignored, |json, &(index, events)| {
                    let Some(field) = bundle.fields.get(index as usize) else { return };
                    json.object(|json| {
                        json.key("field").text(&field.name);
                        json.key("events").integer(events as usize);
                    });
                });
            }
            if !bundle.forecasts.is_empty() {
                self.forecasts_json(bundle, json.key("forecasts"));
            }
            if let (Some(result), Some(policy)) = (&self.policy, &bundle.policy) {
                result.write(policy, bundle, (language, audience), json);
            }
        });
    }

    /// Appends the forecasts as a JSON array, as [`Decision::write_json`] has them.
    pub fn write_forecasts(&self, bundle: &Bundle, out: &mut Vec<u8>) {
        self.forecasts_json(bundle, &mut Json::new(out));
    }

    fn forecasts_json(&self, bundle: &Bundle, json: &mut Json<'_>) {
        json.array(self.forecasts.iter().zip(&bundle.forecasts), |json, (forecast, output)| {
            json.object(|json| write_forecast(forecast.as_ref(), output, json));
        });
    }
}

/// Months as objects, with a member a level; null if the forecast could not be told.
fn write_forecast(forecast: Option<&Forecast>, output: &ForecastOutput, json: &mut Json<'_>) {
    json.key("name").text(&output.name);
    json.key("unit").text(&output.unit);
    let Some(forecast) = forecast else {
        json.key("months").null();
        return;
    };
    let names: Vec<String> = output.levels.iter().map(|&level| ForecastOutput::level_name(level)).collect();
    let months = forecast.values.chunks(names.len().max(1)).zip(forecast.month..);
    json.key("months").array(months, |json, (values, month)| {
        json.object(|json| {
            json.key("month").text(&month_text(month));
            for (name, &value) in names.iter().zip(values) {
                json.key(name).number(Some(value));
            }
        });
    });
}
