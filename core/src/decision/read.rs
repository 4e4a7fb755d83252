//! A decision read back from its JSON, so that its result digest can be checked.

use serde_json::Value;

use super::{Decision, ScoreResult};
use crate::bundle::{Bundle, Digest, ScoreOutput};
use crate::column::State;
use crate::error::BundleError;
use crate::forecast::{Forecast, ForecastOutput, month_of};
use crate::policy::{Cause, DecisionPolicy, FallbackOutput, Outcome, PolicyResult, RuleState, UsedStep};
use crate::reason::Reason;

type Result<T> = core::result::Result<T, BundleError>;

fn wrong<T>(what: &'static str) -> Result<T> {
    Err(BundleError::Malformed { section: "decision", what })
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// A number, or null.
fn number(value: &Value, key: &str) -> Result<Option<f64>> {
    match value.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value.as_f64().map_or_else(|| wrong("a figure that is no number"), |x| Ok(Some(x))),
    }
}

/// Where a name stands.
fn place<'a>(name: &str, mut names: impl Iterator<Item = &'a str>, what: &'static str) -> Result<u32> {
    match names.position(|known| known == name).and_then(|at| u32::try_from(at).ok()) {
        Some(at) => Ok(at),
        None => wrong(what),
    }
}

impl Decision {
    /// Reads what [`Decision::write_json`] wrote of a decision of `bundle`. Members that it does not know are passed over, and so is a trace.
    /// Texts are not read: codes and names say what was meant. Whether the decision is as it was made is told by comparing
    /// [`Decision::digest`] with the member `digest`.
    ///
    /// # Errors
    /// [`BundleError`] about section `decision`: not the shape of a decision, or names that the bundle does not have.
    pub fn from_json(value: &Value, bundle: &Bundle) -> Result<Self> {
        let scores = list(value, "scores");
        if !value.is_object() || scores.len() != bundle.scores.len() {
            return wrong("it does not have the scores of the bundle");
        }
        let scores = scores.iter().zip(&bundle.scores).map(|(value, output)| score(value, output, bundle));
        let absent = list(value, "absent").iter().map(|value| absent(value, bundle));
        let ignored = list(value, "ignored_events").iter().map(|value| {
            let field = field(value, bundle)?;
            match value.get("events").and_then(Value::as_u64).and_then(|n| u32::try_from(n).ok()) {
                Some(events @ 1..) => Ok((field, events)),
                _ => wrong("a number of events that is none"),
            }
        });
        let forecasts = list(value, "forecasts");
        if forecasts.len() != bundle.forecasts.len() {
            return wrong("it does not have the forecasts of the bundle");
        }
        let forecasts =
            forecasts.iter().zip(&bundle.forecasts).map(|(value, output)| forecast(value, output));
        Ok(Self {
            bundle: match digest(text(value, "bundle")) {
                Some(digest) => digest,
                None => return wrong("it does not name its bundle by a digest"),
            },
            scores: scores.collect::<Result<_>>()?,
            absent: absent.collect::<Result<_>>()?,
            ignored: ignored.collect::<Result<_>>()?,
            forecasts: forecasts.collect::<Result<_>>()?,
            policy: bundle.policy.as_ref().map(|own| policy(value, own)).transpose()?,
        })
    }
}

fn digest(text: &str) -> Option<Digest> {
    let mut bytes = [0; 32];
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if pairs.len() != bytes.len() || !rest.is_empty() {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(pairs) {
        *byte = u8::from_str_radix(core::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(Digest(bytes))
}

fn score(value: &Value, output: &ScoreOutput, bundle: &Bundle) -> Result<ScoreResult> {
    if text(value, "name") != output.name {
        return wrong("its scores are not those of the bundle");
    }
    let band = match value.get("band").and_then(Value::as_str) {
        Some(name) => {
            Some(place(name, output.bands.iter().map(|band| band.name.as_str()), "a band that there is not")?)
        }
        None => None,
    };
    let reason = |value: &Value| {
        let codes = bundle.groups.iter().map(|group| group.code.as_str());
        let group = place(text(value, "code"), codes, "a reason code that there is not")?;
        let Some(contribution) = number(value, "contribution")? else {
            return wrong("a reason without a contribution");
        };
        Ok(Reason { group, contribution })
    };
    let reasons = value.get("reasons").and_then(Value::as_array);
    Ok(ScoreResult {
        score: number(value, "score")?,
        pd: number(value, "pd")?,
        margin: number(value, "margin")?,
        band,
        reasons: reasons.map(|all| all.iter().map(reason).collect::<Result<_>>()).transpose()?,
    })
}

fn field(value: &Value, bundle: &Bundle) -> Result<u32> {
    let names = bundle.fields.iter().map(|field| field.name.as_str());
    place(text(value, "field"), names, "a field that there is not")
}

fn absent(value: &Value, bundle: &Bundle) -> Result<(u32, State)> {
    let at = field(value, bundle)?;
    let state = match text(value, "state") {
        "missing" => State::MISSING,
        "unseen" => State::UNSEEN,
        "out_of_range" => State::OUT_OF_RANGE,
        "special" => {
            let specials = bundle.fields.get(at as usize).map_or(&[][..], |field| &field.specials);
            let names = specials.iter().map(|special| special.name.as_str());
            let special = place(text(value, "special"), names, "a special code that there is not")?;
            State::special(u8::try_from(special).unwrap_or(u8::MAX))
        }
        _ => return wrong("a missing state that there is not"),
    };
    Ok((at, state))
}

fn forecast(value: &Value, output: &ForecastOutput) -> Result<Option<Forecast>> {
    let Some(months) = value.get("months").and_then(Value::as_array) else { return Ok(None) };
    let Some(month) = months.first().and_then(|first| month_of(text(first, "month"))) else {
        return wrong("a forecast without its first month");
    };
    let names: Vec<String> = output.levels.iter().map(|&level| ForecastOutput::level_name(level)).collect();
    let mut values = Vec::with_capacity(months.len() * names.len());
    for month in months {
        for name in &names {
            match number(month, name)? {
                Some(figure) => values.push(figure),
                None => return wrong("a forecast without one of its figures"),
            }
        }
    }
    Ok(Some(Forecast { month, values }))
}

fn policy(value: &Value, own: &DecisionPolicy) -> Result<PolicyResult> {
    let outcome = match value.get("outcome").and_then(Value::as_str) {
        None => None,
        Some(name) => match Outcome::ALL.into_iter().find(|outcome| outcome.name() == name) {
            Some(outcome) => Some(outcome),
            None => return wrong("an outcome that there is not"),
        },
    };
    let (terms, sources) = (list(value, "terms"), list(value, "sources"));
    let fallbacks = list(value, "fallback");
    let counts = [(terms.len(), own.terms.len()), (sources.len(), own.sources.len())];
    if counts.iter().any(|(found, own)| found != own) || fallbacks.len() != own.fallbacks.len() {
        return wrong("it does not have the policy of the bundle");
    }
    let rule = |value: &Value| {
        let ids = own.rules.iter().map(|rule| rule.id.as_str());
        let fired = text(value, "state") != "undecided";
        let state = if fired { RuleState::Fired } else { RuleState::Undecided };
        Ok((place(text(value, "id"), ids, "a rule that there is not")?, state))
    };
    let present = |value: &Value| value.get("present").and_then(Value::as_bool).unwrap_or_default();
    let used = fallbacks.iter().zip(&own.fallbacks).map(|(value, output)| used(value, output, own));
    Ok(PolicyResult {
        outcome,
        terms: terms.iter().map(|term| number(term, "value")).collect::<Result<_>>()?,
        rules: list(value, "rules").iter().map(rule).collect::<Result<_>>()?,
        sources: sources.iter().map(present).collect(),
        fallbacks: used.collect::<Result<_>>()?,
        trace: None,
    })
}

fn used(value: &Value, output: &FallbackOutput, policy: &DecisionPolicy) -> Result<UsedStep> {
    let step = match value.get("used").and_then(Value::as_str) {
        None => None,
        Some(name) => {
            let models = output.steps.iter().map(|step| step.model.as_str());
            Some(place(name, models, "a model of a fallback that there is not")?)
        }
    };
    let cause = |value: &Value| {
        let name = text(value, "cause");
        let plain = (1..).map_while(Cause::of_code).take(5).find(|cause| cause.name() == name);
        match plain {
            Some(cause) => Ok(cause),
            None if name == "missing_source" => {
                let names = policy.sources.iter().map(|source| source.name.as_str());
                place(text(value, "source"), names, "a source that there is not").map(Cause::MissingSource)
            }
            None => wrong("a cause that there is not"),
        }
    };
    Ok(UsedStep { step, causes: list(value, "passed").iter().map(cause).collect::<Result<_>>()? })
}
