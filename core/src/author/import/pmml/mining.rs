//! `MiningSchema`: which fields a model reads, and what it does about values that are missing, invalid or far out.

use super::expression::{like, or_text};
use super::graph::Id;
use super::lower::Lowering;
use super::value::{Kind, Value, literal};
use super::xml::{Element, shorten};
use crate::Error;

/// What a model's schema says.
#[derive(Default)]
pub(super) struct Schema<'a> {
    /// The fields that it predicts.
    pub(super) targets: Vec<&'a str>,
    /// True where the model has a result; never unknown.
    pub(super) conditions: Vec<Id>,
}

/// Reads the schema of a model. Fields of the outermost model become fields of the record; those of a model in it are the names around it,
/// treated once more.
pub(super) fn read<'a>(
    low: &mut Lowering<'a>,
    model: Element<'a>,
    outermost: bool,
) -> Result<Schema<'a>, Error> {
    let mut schema = Schema::default();
    for field in model.need_child("MiningSchema")?.children() {
        if field.name() != "MiningField" {
            return Err(field.refused());
        }
        let name = field.need("name")?;
        match field.get("usageType") {
            None | Some("active") => {}
            Some("target" | "predicted") => {
                schema.targets.push(name);
                continue;
            }
            Some("supplementary" | "group" | "order" | "frequencyWeight" | "analysisWeight") => continue,
            Some(other) => return Err(field.refuse_value("usageType", other)),
        }
        let value = match outermost {
            true => entered(low, name, field, &mut schema)?,
            false if low.knows(name) => low.field(name, field)?,
            false => {
                return Err(field.wrong(format!("there is no field `{}` around the model", shorten(name))));
            }
        };
        let treated = treated(low, value, field, &mut schema)?;
        low.bind(name, treated);
    }
    Ok(schema)
}

/// A field of the record, its invalid values treated.
fn entered<'a>(
    low: &mut Lowering<'a>,
    name: &'a str,
    here: Element<'a>,
    schema: &mut Schema<'a>,
) -> Result<Value, Error> {
    let Some(field) = low.dictionary.fields.get(name).cloned() else {
        return Err(here.wrong(format!("the DataDictionary has no field `{}`", shorten(name))));
    };
    if low.knows(name) && low.fields.iter().any(|f| f.name == name) {
        return Err(here.wrong(format!("the field `{}` is there twice", shorten(name))));
    }
    let treatment = here.get("invalidValueTreatment").unwrap_or("returnInvalid");
    if !matches!(treatment, "returnInvalid" | "asIs" | "asMissing" | "asValue") {
        return Err(here.refuse_value("invalidValueTreatment", treatment));
    }
    let keep = matches!(treatment, "asIs" | "asValue");
    let asked = low.dictionary.asked(name).clone();
    let entered = field.enter(name, &mut low.fields, &mut low.graph, &asked, keep)?;
    let mut value = entered.value;
    if entered.closed && treatment == "returnInvalid" {
        // A record with such a text is refused.
        low.unanswered.insert(low.fields.len() as u32 - 1);
    }
    let Some(valid) = entered.valid else { return Ok(value) };
    match treatment {
        "returnInvalid" => {
            let yes = low.graph.truth(true);
            schema.conditions.push(low.graph.or_else(valid, yes));
        }
        "asMissing" => {
            let missing = low.graph.missing();
            value.id = low.graph.select(valid, value.id, missing);
        }
        "asIs" => drop(low.validity.insert(name.to_owned(), valid)),
        _ => {
            let text = here.need("invalidValueReplacement")?;
            let other = like(low, &value.kind, text, here)?;
            let (own, other, kind) = super::value::unified(&value, &other, &mut low.graph, here)?;
            value = Value { id: low.graph.select(valid, own, other), kind };
        }
    }
    Ok(value)
}

/// Outliers, then missing values.
fn treated<'a>(
    low: &mut Lowering<'a>,
    mut value: Value,
    here: Element<'a>,
    schema: &mut Schema<'a>,
) -> Result<Value, Error> {
    let outliers = here.get("outliers").unwrap_or("asIs");
    if outliers != "asIs" {
        if matches!(value.kind, Kind::Text(_) | Kind::Boolean) {
            return Err(here.refuse("outliers of what is no number"));
        }
        let bound = |name: &str| literal(&value.kind, here.need(name)?, here);
        let (low_value, high_value) = (bound("lowValue")?, bound("highValue")?);
        let graph = &mut low.graph;
        let (least, most) = (graph.constant(low_value), graph.constant(high_value));
        value.id = match outliers {
            "asExtremeValues" => {
                let raised = graph.max(value.id, least);
                graph.min(raised, most)
            }
            "asMissingValues" => {
                let (over, under) = (graph.less_equal(least, value.id), graph.less_equal(value.id, most));
                let inside = graph.and(over, under);
                let missing = graph.missing();
                graph.select(inside, value.id, missing)
            }
            other => return Err(here.refuse_value("outliers", other)),
        };
    }
    match here.get("missingValueTreatment") {
        None | Some("asIs" | "asMean" | "asMode" | "asMedian" | "asValue") => {}
        Some("returnInvalid") => {
            let absent = low.graph.is_absent(value.id);
            schema.conditions.push(low.graph.not(absent));
        }
        Some(other) => return Err(here.refuse_value("missingValueTreatment", other)),
    }
    match here.get("missingValueReplacement") {
        Some(text) => or_text(low, value, text, here),
        None => Ok(value),
    }
}
