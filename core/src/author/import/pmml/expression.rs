//! Expressions of derived fields.

use super::dictionary::Interval;
use super::function;
use super::graph::{Graph, Id};
use super::lower::Lowering;
use super::mapping;
use super::value::{Kind, Value, literal, lookup, texts, unified};
use super::xml::Element;
use crate::Error;
use crate::feature::formula::Function;

/// The names of expressions.
pub(super) fn is_expression(name: &str) -> bool {
    matches!(
        name,
        "Constant"
            | "FieldRef"
            | "NormContinuous"
            | "NormDiscrete"
            | "Discretize"
            | "MapValues"
            | "Apply"
            | "TextIndex"
            | "Aggregate"
            | "Lag"
    )
}

/// The one expression in an element.
pub(super) fn inside(here: Element<'_>) -> Result<Element<'_>, Error> {
    let mut found = here.children().filter(|e| is_expression(e.name()));
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        _ => Err(here.wrong(format!("{} has not one expression", here.name()))),
    }
}

/// `DerivedField`: its expression, as its type.
pub(super) fn derived<'a>(low: &mut Lowering<'a>, here: Element<'a>) -> Result<Value, Error> {
    let value = read(low, inside(here)?)?;
    typed(low, value, here)
}

/// A value as the `dataType` of an element says.
pub(super) fn typed<'a>(low: &mut Lowering<'a>, value: Value, here: Element<'a>) -> Result<Value, Error> {
    let Some(kind) = here.get("dataType") else { return Ok(value) };
    let graph = &mut low.graph;
    match (kind, &value.kind) {
        ("string", Kind::Number | Kind::Date) if graph.value(value.id).is_none() => {
            Err(here.refuse("a number as a text"))
        }
        ("string", _) => value.to_text(graph, here),
        ("integer" | "float" | "double", _) => Ok(Value::number(value.to_number(graph))),
        ("boolean", Kind::Text(_)) => {
            let id = value.is(graph, "true", here)?;
            Ok(Value::boolean(id))
        }
        ("boolean", _) => Ok(Value::boolean(value.id)),
        ("date" | "dateDaysSince[1970]", Kind::Number | Kind::Date) => {
            Ok(Value { id: value.id, kind: Kind::Date })
        }
        _ => Err(here.refuse_value("dataType", kind)),
    }
}

/// An expression.
pub(super) fn read<'a>(low: &mut Lowering<'a>, here: Element<'a>) -> Result<Value, Error> {
    low.enter(here)?;
    let value = match here.name() {
        "Constant" => constant(low, here),
        "FieldRef" => field_ref(low, here),
        "NormContinuous" => norm_continuous(low, here),
        "NormDiscrete" => norm_discrete(low, here),
        "Discretize" => mapping::discretize(low, here),
        "MapValues" => mapping::map_values(low, here),
        "Apply" => function::apply(low, here),
        _ => Err(here.refused()),
    };
    low.leave();
    value
}

/// The type of a literal that says none.
fn guessed(text: &str) -> &'static str {
    match text.trim().parse::<f64>() {
        Ok(_) => "double",
        Err(_) => "string",
    }
}

/// A literal by the name of its type.
pub(super) fn of_type<'a>(
    low: &mut Lowering<'a>,
    kind: Option<&str>,
    text: &str,
    here: Element<'a>,
) -> Result<Value, Error> {
    let kind = match kind.unwrap_or_else(|| guessed(text)) {
        "string" => return Ok(Value::text(&mut low.graph, text)),
        "integer" | "float" | "double" => Kind::Number,
        "boolean" => Kind::Boolean,
        "date" | "dateDaysSince[1970]" => Kind::Date,
        other => return Err(here.refuse_value("dataType", other)),
    };
    let figure = literal(&kind, text, here)?;
    Ok(Value { id: low.graph.constant(figure), kind })
}

fn constant<'a>(low: &mut Lowering<'a>, here: Element<'a>) -> Result<Value, Error> {
    if here.flag("missing", false)? {
        let id = low.graph.missing();
        return Ok(match here.get("dataType") {
            Some("string") => Value { id, kind: texts(vec![String::new()]) },
            _ => Value::number(id),
        });
    }
    of_type(low, here.get("dataType"), here.text(), here)
}

/// A value, or the literal of an attribute where it is missing.
pub(super) fn or_literal<'a>(
    low: &mut Lowering<'a>,
    value: Value,
    attribute: &str,
    here: Element<'a>,
) -> Result<Value, Error> {
    match here.get(attribute) {
        None => Ok(value),
        Some(text) => or_text(low, value, text, here),
    }
}

/// A literal of the type of a value.
pub(super) fn like<'a>(
    low: &mut Lowering<'a>,
    kind: &Kind,
    text: &str,
    here: Element<'a>,
) -> Result<Value, Error> {
    Ok(match kind {
        Kind::Text(_) => Value::text(&mut low.graph, text),
        kind => {
            let figure = literal(kind, text, here)?;
            Value { id: low.graph.constant(figure), kind: kind.clone() }
        }
    })
}

/// A value, or a literal of its type where it is missing.
pub(super) fn or_text<'a>(
    low: &mut Lowering<'a>,
    value: Value,
    text: &str,
    here: Element<'a>,
) -> Result<Value, Error> {
    let other = like(low, &value.kind, text, here)?;
    let (a, b, kind) = unified(&value, &other, &mut low.graph, here)?;
    Ok(Value { id: low.graph.or_else(a, b), kind })
}

fn field_ref<'a>(low: &mut Lowering<'a>, here: Element<'a>) -> Result<Value, Error> {
    let value = low.field(here.need("field")?, here)?;
    or_literal(low, value, "mapMissingTo", here)
}

fn norm_continuous<'a>(low: &mut Lowering<'a>, here: Element<'a>) -> Result<Value, Error> {
    let value = low.field(here.need("field")?, here)?;
    let x = value.to_number(&mut low.graph);
    let points = here.all("LinearNorm").map(|p| Ok((p.need_figure("orig")?, p.need_figure("norm")?)));
    let points = points.collect::<Result<Vec<(f64, f64)>, Error>>()?;
    if points.len() < 2 || !points.is_sorted_by(|a, b| a.0 < b.0) {
        return Err(here.wrong("it has not two or more LinearNorm that ascend"));
    }
    let (first, last) =
        (points.first().copied().unwrap_or_default(), points.last().copied().unwrap_or_default());
    let graph = &mut low.graph;
    let mut y = piecewise(graph, x, &points);
    let all = Interval { low: first.0, low_in: true, high: last.0, high_in: true };
    match here.get("outliers") {
        None | Some("asIs") => {}
        Some("asMissingValues") => {
            let inside = all.holds(graph, x);
            let missing = graph.missing();
            y = graph.select(inside, y, missing);
        }
        Some("asExtremeValues") => {
            let (from, to) = (graph.constant(first.0), graph.constant(last.0));
            let (least, most) = (graph.constant(first.1), graph.constant(last.1));
            let (under, over) = (graph.less(x, from), graph.less(to, x));
            y = graph.select(over, most, y);
            y = graph.select(under, least, y);
        }
        Some(other) => return Err(here.refuse_value("outliers", other)),
    }
    or_literal(low, Value::number(y), "mapMissingTo", here)
}

/// The value on straight lines between points that ascend; before the first and after the last they go on.
pub(super) fn piecewise(graph: &mut Graph, x: Id, points: &[(f64, f64)]) -> Id {
    let starts: Vec<f64> = points.iter().skip(1).take(points.len().saturating_sub(2)).map(|p| p.0).collect();
    let pieces = |of: fn((f64, f64), (f64, f64)) -> f64| -> Vec<f64> {
        points.windows(2).filter_map(|w| Some(of(*w.first()?, *w.get(1)?))).collect()
    };
    let piece = match starts.as_slice() {
        [] => graph.constant(0.0),
        starts => graph.table(Function::Rank, x, starts),
    };
    let x0 = lookup(graph, piece, &pieces(|a, _| a.0));
    let dx = lookup(graph, piece, &pieces(|a, b| b.0 - a.0));
    let y0 = lookup(graph, piece, &pieces(|a, _| a.1));
    let dy = lookup(graph, piece, &pieces(|a, b| b.1 - a.1));
    let offset = graph.sub(x, x0);
    let share = graph.div(offset, dx);
    let rise = graph.mul(share, dy);
    graph.add(rise, y0)
}

fn norm_discrete<'a>(low: &mut Lowering<'a>, here: Element<'a>) -> Result<Value, Error> {
    if !matches!(here.get("method"), None | Some("indicator")) {
        return Err(here.refuse_value("method", here.get("method").unwrap_or_default()));
    }
    let value = low.field(here.need("field")?, here)?;
    let is = value.is(&mut low.graph, here.need("value")?, here)?;
    or_literal(low, Value::number(is), "mapMissingTo", here)
}
