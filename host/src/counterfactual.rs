//! The smallest change with which an applicant would have been approved, found by the engine that decides.

use scorelet_core::bundle::Bundle;
use scorelet_core::notice::Notice;
use scorelet_core::reason::counterfactual::{Action, Actionable, Direction, Search, search};
use scorelet_core::schema::FieldType;

use crate::approval::Approval;
use crate::error::{HostError, Result};
use crate::evaluate::Evaluator;
use crate::input::nearest;

/// Rows that a search evaluates at most.
pub const EVALUATIONS: usize = 200_000;

/// A change that is allowed, as `--may-change` writes it: `NAME`, `NAME:+`, `NAME:-`, with a step (`income:+100`) and bounds
/// (`income:+100@0..5000`).
#[derive(Clone, Debug, PartialEq)]
pub struct Allowed {
    /// Name of the field.
    pub name: String,
    /// How it may be changed.
    pub action: Action,
}

impl std::str::FromStr for Allowed {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let number = |text: &str| match text.trim().parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(value),
            _ => Err(format!("`{}` is not a number", text.trim())),
        };
        let (name, how) = text.trim().rsplit_once(':').unwrap_or((text.trim(), ""));
        if name.is_empty() {
            return Err("write it as income:+ or debt:-100@0..5000".to_owned());
        }
        let mut action = Action::default();
        let (how, bounds) = how.split_once('@').unwrap_or((how, ""));
        if !bounds.is_empty() {
            let (min, max) =
                bounds.split_once("..").ok_or("write bounds as @0..5000; either may be left out")?;
            let open = |text: &str| if text.trim().is_empty() { Ok(None) } else { number(text).map(Some) };
            (action.min, action.max) = (open(min)?, open(max)?);
        }
        let step = match (how.strip_prefix('+'), how.strip_prefix('-')) {
            (Some(rest), _) => {
                action.direction = Direction::Up;
                rest
            }
            (_, Some(rest)) => {
                action.direction = Direction::Down;
                rest
            }
            _ => how,
        };
        if !step.trim().is_empty() {
            action.step = Some(number(step)?);
        }
        Ok(Self { name: name.to_owned(), action })
    }
}

/// What may be changed: what is named, else what the bundle declares in `[notice.change]`.
///
/// # Errors
/// A name that is no field, and a bundle that declares nothing when nothing is named.
pub fn actions(bundle: &Bundle, notice: &Notice, named: &[Allowed]) -> Result<Vec<(u32, Action)>> {
    let usage = |what: String, mend: String| Err(HostError::Usage { what, mend });
    if named.is_empty() {
        if notice.actions.is_empty() {
            return usage(
                "it is not known what the applicant can change".to_owned(),
                "name fields: --may-change income:+,debt:-; or declare [notice.change] in the bundle source"
                    .to_owned(),
            );
        }
        return Ok(notice.actions.clone());
    }
    let mut found = Vec::new();
    for allowed in named {
        let Some((column, field)) = bundle.field(&allowed.name) else {
            let near = nearest(&allowed.name, bundle.fields.iter().map(|field| field.name.as_str()));
            let mend = near
                .map_or_else(|| "name fields of the bundle".to_owned(), |near| format!("is it `{near}`?"));
            return usage(format!("--may-change: there is no field `{}`", allowed.name), mend);
        };
        if bundle.form_of(column).is_some_and(|form| form.immutable) {
            let what = format!("--may-change: the bundle says that nobody can change `{}`", field.name);
            return usage(what, "leave it out".to_owned());
        }
        found.push((u32::try_from(column).unwrap_or(u32::MAX), allowed.action));
    }
    found.sort_by_key(|action| action.0);
    found.dedup_by_key(|action| action.0);
    Ok(found)
}

/// Searches for the smallest change of one applicant (`values` a field, `events` as the engine takes them) that `approval` passes.
///
/// # Errors
/// An action that does not fit its field; whatever the engine refuses.
pub fn find(
    evaluator: &mut Evaluator,
    bundle: &Bundle,
    values: &[f64],
    events: &[u8],
    approval: &Approval,
    actions: &[(u32, Action)],
) -> Result<Search> {
    let mut fields = Vec::with_capacity(actions.len());
    for (column, action) in actions {
        let (Some(field), Some(&value)) = (bundle.fields.get(*column as usize), values.get(*column as usize))
        else {
            continue;
        };
        let seen = bundle.trusted.seen.iter().find(|seen| seen.column == *column);
        let seen = seen.map(|seen| (seen.min, seen.max));
        let actionable =
            Actionable::new(field, *column, value, action, seen).map_err(|what| HostError::Usage {
                what: format!("the field `{}` cannot be changed: {what}", field.name),
                mend: format!("write its step and bounds: --may-change {}:+10@0..100", field.name),
            })?;
        fields.push(actionable);
    }
    evaluator.select(&[approval.column])?;
    // The events of one row, for as many rows as are asked for.
    let lists = bundle.fields.iter().any(|field| matches!(field.kind, FieldType::EventList(_)));
    let own = events.strip_prefix(b"[").and_then(|events| events.strip_suffix(b"]")).filter(|_| lists);
    let mut out = Vec::new();
    let mut approved = |rows: usize, values: &[f64]| -> Result<Vec<bool>> {
        if let Some(own) = own {
            let all = vec![own; rows].join(&b","[..]);
            evaluator.events(&[&b"["[..], &all, &b"]"[..]].concat())?;
        }
        evaluator.score_columns(rows, values, &mut out)?;
        Ok(out.iter().map(|&value| approval.passes(value)).collect())
    };
    search(values, &fields, EVALUATIONS, &mut approved)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_read_and_nonsense_is_not() {
        let read = |text: &str| text.parse::<Allowed>().map(|allowed| (allowed.name, allowed.action));
        let none = Action::default();
        assert_eq!(read("housing"), Ok(("housing".into(), none)));
        assert_eq!(read("a:+"), Ok(("a".into(), Action { direction: Direction::Up, ..none })));
        let full = Action { direction: Direction::Down, step: Some(2.5), min: Some(0.0), max: None, ..none };
        assert_eq!(read("a b:-2.5@0.."), Ok(("a b".into(), full)));
        assert_eq!(read("a:10@..9").unwrap().1, Action { step: Some(10.0), max: Some(9.0), ..none });
        for wrong in ["", ":+", "a:x", "a:+1@5", "a:+1@x..5", "a:+inf"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
