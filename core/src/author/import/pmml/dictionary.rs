//! `DataDictionary`: the fields of the record, and which of their values are valid.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::super::{FEATURES, check_limit, check_names};
use super::graph::{Graph, Id, PartOp};
use super::value::{Kind, Value, Vocabulary, literal};
use super::xml::Element;
use super::{PmmlField, PmmlFieldKind};
use crate::Error;
use crate::feature::StateValues;
use crate::feature::impute::Impute;
use crate::graph::Op;
use crate::limits;

/// Open ends are infinite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Interval {
    pub(super) low: f64,
    pub(super) low_in: bool,
    pub(super) high: f64,
    pub(super) high_in: bool,
}

impl Interval {
    /// `Interval`: closure and margins.
    pub(super) fn read(here: Element<'_>, kind: &Kind) -> Result<Self, Error> {
        let (low_in, high_in) = match here.need("closure")? {
            "openOpen" => (false, false),
            "openClosed" => (false, true),
            "closedOpen" => (true, false),
            "closedClosed" => (true, true),
            other => return Err(here.refuse_value("closure", other)),
        };
        let margin = |name: &str, open: f64| match here.get(name) {
            None | Some("INF" | "+INF" | "-INF" | "Infinity" | "-Infinity") => Ok(open),
            Some(text) => literal(kind, text, here),
        };
        let (low, high) = (margin("leftMargin", f64::NEG_INFINITY)?, margin("rightMargin", f64::INFINITY)?);
        if low > high {
            return Err(here.wrong("the left margin is over the right one"));
        }
        Ok(Self { low, low_in, high, high_in })
    }

    /// Whether a value is in it.
    pub(super) fn holds(&self, graph: &mut Graph, x: Id) -> Id {
        let mut both = Vec::new();
        if self.low.is_finite() {
            let low = graph.constant(self.low);
            both.push(if self.low_in { graph.less_equal(low, x) } else { graph.less(low, x) });
        }
        if self.high.is_finite() {
            let high = graph.constant(self.high);
            both.push(if self.high_in { graph.less_equal(x, high) } else { graph.less(x, high) });
        }
        match both.as_slice() {
            [] => graph.equal(x, x),
            [one] => *one,
            [a, b, ..] => graph.and(*a, *b),
        }
    }
}

/// A field of the dictionary.
#[derive(Clone, Debug)]
pub(super) struct DataField<'a> {
    pub(super) here: Element<'a>,
    /// Texts have an empty vocabulary here.
    kind: Kind,
    integer: bool,
    /// Days that are added to a date.
    epoch: f64,
    intervals: Vec<Interval>,
    valid: Vec<&'a str>,
    invalid: Vec<&'a str>,
    missing: Vec<&'a str>,
    /// What a value is shown as.
    pub(super) shown: BTreeMap<&'a str, &'a str>,
}

/// A field as the model reads it.
pub(super) struct Entered {
    pub(super) value: Value,
    /// Whether the value is valid; unknown of an absent one, true of none that can be invalid.
    pub(super) valid: Option<Id>,
    /// Whether a text that is none of the list stays absent.
    pub(super) closed: bool,
}

impl<'a> DataField<'a> {
    fn read(here: Element<'a>) -> Result<Self, Error> {
        let (kind, integer, epoch) = match here.need("dataType")? {
            "string" => (Kind::Text(Rc::new(Vocabulary { texts: Vec::new(), open: true })), false, 0.0),
            "integer" => (Kind::Number, true, 0.0),
            "float" | "double" => (Kind::Number, false, 0.0),
            "boolean" => (Kind::Boolean, false, 0.0),
            "date" | "dateDaysSince[1970]" => (Kind::Date, false, 0.0),
            "dateDaysSince[1960]" => (Kind::Date, false, 3653.0),
            "dateDaysSince[1980]" => (Kind::Date, false, -3652.0),
            other => return Err(here.refuse_value("dataType", other)),
        };
        let mut field = Self {
            here,
            kind,
            integer,
            epoch,
            intervals: Vec::new(),
            valid: Vec::new(),
            invalid: Vec::new(),
            missing: Vec::new(),
            shown: BTreeMap::new(),
        };
        if !matches!(here.get("isCyclic"), None | Some("0")) {
            return Err(here.refuse("a cyclic field"));
        }
        for child in here.children() {
            match child.name() {
                "Interval" => field.intervals.push(Interval::read(child, &field.kind)?),
                "Value" => {
                    let value = child.need("value")?;
                    match child.get("property") {
                        None | Some("valid") => field.valid.push(value),
                        Some("invalid") => field.invalid.push(value),
                        // A number that is none is missing anyway.
                        Some("missing") if field.kind == Kind::Number && value == "NaN" => {}
                        Some("missing") => field.missing.push(value),
                        Some(other) => return Err(child.refuse_value("property", other)),
                    }
                    field.shown.extend(child.get("displayValue").map(|shown| (value, shown)));
                }
                _ => return Err(child.refused()),
            }
        }
        check_limit("categories", field.valid.len() + field.invalid.len(), limits::CATEGORIES)?;
        Ok(field)
    }

    /// The values of a categorical field, in the order of the dictionary.
    pub(super) fn values(&self) -> &[&'a str] {
        &self.valid
    }

    /// Its type; texts by the list of valid ones.
    pub(super) fn kind(&self) -> Kind {
        match &self.kind {
            Kind::Text(_) => super::value::texts(self.valid.iter().map(|v| (*v).to_owned()).collect()),
            other => other.clone(),
        }
    }

    /// Makes it a field of the record. `asked`: texts that the model asks for, of a field without a list of its own. `keep`: whether a
    /// text that is not in the list stays a value.
    pub(super) fn enter(
        &self,
        name: &str,
        fields: &mut Vec<PmmlField>,
        graph: &mut Graph,
        asked: &BTreeSet<&'a str>,
        keep: bool,
    ) -> Result<Entered, Error> {
        let number = fields.len() as u32;
        let column = graph.field(number);
        let mut closed_list = false;
        let (kind, value) = match &self.kind {
            Kind::Text(_) => {
                let mut list: Vec<String> = Vec::new();
                let closed = !self.valid.is_empty();
                let mut known = BTreeSet::new();
                let own = self.valid.iter().chain(&self.missing).chain(&self.invalid);
                for text in own.chain(asked.iter().filter(|_| !closed)) {
                    if known.insert(*text) {
                        list.push((*text).to_owned());
                    }
                }
                check_limit("categories", list.len(), limits::CATEGORIES)?;
                if list.is_empty() {
                    return Err(self.here.refuse("a text of which the model asks for no value"));
                }
                let other = list.len() as f64;
                let open = !closed || keep;
                let id = if open { other_as(graph, column, other)? } else { column };
                closed_list = !open;
                let kind = PmmlFieldKind::Category { values: list.clone() };
                (kind, Value { id, kind: Kind::Text(Rc::new(Vocabulary { texts: list, open })) })
            }
            Kind::Date => {
                let id = match self.epoch {
                    0.0 => column,
                    days => {
                        let days = graph.constant(days);
                        graph.add(column, days)
                    }
                };
                let kind = if self.epoch == 0.0 { Kind::Date } else { Kind::Number };
                (PmmlFieldKind::Date, Value { id, kind })
            }
            Kind::Boolean => (PmmlFieldKind::Boolean, Value::boolean(column)),
            Kind::Number if self.integer => (PmmlFieldKind::Integer, Value::number(column)),
            Kind::Number => (PmmlFieldKind::Number, Value::number(column)),
        };
        fields.push(PmmlField {
            name: name.to_owned(),
            kind,
            takes_missing: false,
            takes_unseen: !closed_list,
        });
        let mut value = value;
        if !self.missing.is_empty() {
            let is = value.is_one_of(graph, &self.missing, self.here)?;
            let missing = graph.missing();
            value.id = graph.select(is, missing, value.id);
        }
        let valid = self.validity(graph, &value)?;
        Ok(Entered { value, valid, closed: closed_list })
    }

    fn validity(&self, graph: &mut Graph, value: &Value) -> Result<Option<Id>, Error> {
        let mut any = Vec::new();
        for interval in &self.intervals {
            any.push(interval.holds(graph, value.id));
        }
        let closed_text =
            matches!(&value.kind, Kind::Text(v) if !v.open && v.texts.len() == self.valid.len());
        if !self.valid.is_empty() && !closed_text {
            any.push(value.is_one_of(graph, &self.valid, self.here)?);
        }
        let valid = any.into_iter().reduce(|a, b| graph.or(a, b));
        if self.invalid.is_empty() {
            return Ok(valid);
        }
        let is = value.is_one_of(graph, &self.invalid, self.here)?;
        let is_not = graph.not(is);
        Ok(Some(match valid {
            Some(valid) => graph.and(valid, is_not),
            None => is_not,
        }))
    }
}

/// A column whose unknown texts have an index of their own.
fn other_as(graph: &mut Graph, column: Id, other: f64) -> Result<Id, Error> {
    let states = StateValues { unseen: Some(other), ..StateValues::default() };
    let op = Impute::new(states).map_err(|what| super::super::inconsistent(what, "DataDictionary"))?;
    let part = graph.part(vec![column], PartOp::Op(Op::Impute(op)));
    Ok(graph.output(part, 0))
}

/// All fields by name.
pub(super) struct Dictionary<'a> {
    pub(super) fields: BTreeMap<&'a str, DataField<'a>>,
    asked: BTreeMap<&'a str, BTreeSet<&'a str>>,
}

impl<'a> Dictionary<'a> {
    pub(super) fn read(root: Element<'a>) -> Result<Self, Error> {
        let here = root.need_child("DataDictionary")?;
        let all: Vec<Element<'a>> = here.all("DataField").collect();
        check_limit("fields", all.len(), FEATURES)?;
        let mut fields = BTreeMap::new();
        let mut names = Vec::new();
        for element in all {
            let name = element.need("name")?;
            names.push(name);
            fields.insert(name, element);
        }
        check_names(names.iter().copied(), &here.place())?;
        let open = |e: &Element<'_>| e.get("dataType") == Some("string") && e.child("Value").is_none();
        let open = fields.iter().filter(|(_, e)| open(e)).map(|(name, _)| *name).collect();
        let asked = asked(root, open);
        let fields = fields.into_iter().map(|(name, here)| Ok((name, DataField::read(here)?)));
        Ok(Self { fields: fields.collect::<Result<_, Error>>()?, asked })
    }

    /// The texts that the model asks a field without a list for.
    pub(super) fn asked(&self, name: &str) -> &BTreeSet<&'a str> {
        const NONE: &BTreeSet<&str> = &BTreeSet::new();
        self.asked.get(name).unwrap_or(NONE)
    }
}

/// The texts that stand beside the name of a field, or of what is derived from it, anywhere in the model.
fn asked<'a>(root: Element<'a>, open: BTreeSet<&'a str>) -> BTreeMap<&'a str, BTreeSet<&'a str>> {
    const FIELD: [&str; 5] = ["field", "name", "predictorName", "fieldName", "column"];
    let mut found: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    if open.is_empty() {
        return found;
    }
    // Names that stand for a field, to a fixed point; a chain longer than this is none of a model that a person can read.
    let mut origin: BTreeMap<&str, BTreeSet<&str>> =
        open.iter().map(|name| (*name, BTreeSet::from([*name]))).collect();
    for _ in 0..8 {
        let mut grown = false;
        for derived in root.descendants().filter(|e| matches!(e.name(), "DerivedField" | "OutputField")) {
            let Some(name) = derived.get("name") else { continue };
            let from: BTreeSet<&str> = derived
                .descendants()
                .skip(1)
                .filter_map(|e| e.get("field"))
                .filter(|field| *field != name)
                .flat_map(|field| origin.get(field).into_iter().flatten().copied())
                .collect();
            let known = origin.entry(name).or_default();
            let before = known.len();
            known.extend(from);
            grown |= known.len() > before;
        }
        if !grown {
            break;
        }
    }
    let mut scopes: BTreeMap<u32, (Element<'a>, BTreeSet<&str>)> = BTreeMap::new();
    for element in root.descendants() {
        let names = FIELD.iter().filter_map(|key| element.get(key));
        let fields: BTreeSet<&str> =
            names.flat_map(|n| origin.get(n).into_iter().flatten()).copied().collect();
        if fields.is_empty() || element.name() == "DataField" {
            continue;
        }
        // Of an argument of a function: all of the outermost function. Of a column: all of the table.
        let mut scope = element;
        while let Some(parent) = scope.parent().filter(|p| matches!(p.name(), "Apply" | "MapValues")) {
            scope = parent;
        }
        scopes.entry(scope.number()).or_insert_with(|| (scope, BTreeSet::new())).1.extend(fields);
    }
    const VALUES: [&str; 3] = ["value", "missingValueReplacement", "invalidValueReplacement"];
    for (scope, fields) in scopes.into_values() {
        let mut texts: BTreeSet<&str> = BTreeSet::new();
        for inner in scope.descendants().filter(|e| e.name() != "TargetValueCount") {
            texts.extend(VALUES.iter().filter_map(|key| inner.get(key)));
            let is_cell = inner.parent().is_some_and(|p| p.name() == "row");
            match inner.name() {
                "Constant" => drop(texts.insert(inner.text())),
                "Array" => texts.extend(words(inner.text())),
                _ if is_cell => drop(texts.insert(inner.text())),
                _ => {}
            }
        }
        for field in fields {
            found.entry(field).or_default().extend(texts.iter().copied().filter(|t| !t.is_empty()));
        }
    }
    found
}

/// The values of an array as they stand in the file; those with a backslash in quotes are left to a list of the field's own.
fn words(text: &str) -> Vec<&str> {
    let (mut words, mut rest) = (Vec::new(), text.trim());
    while !rest.is_empty() {
        let (word, after) = match rest.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => rest.split_once(char::is_whitespace).unwrap_or((rest, "")),
        };
        words.push(word);
        rest = after.trim_start();
    }
    words
}
