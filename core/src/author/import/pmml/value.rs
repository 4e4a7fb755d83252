//! Values with their types. A text is an index into the texts that it can be.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::graph::{Graph, Id};
use super::xml::{Element, shorten};
use crate::Error;
use crate::feature::formula::Function;
use crate::limits;

/// The texts that a value can be.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Vocabulary {
    pub(super) texts: Vec<String>,
    /// The index after the last is any other text.
    pub(super) open: bool,
}

impl Vocabulary {
    pub(super) fn position(&self, text: &str) -> Option<usize> {
        self.texts.iter().position(|t| t == text)
    }

    /// Indices that a value can have.
    fn len(&self) -> usize {
        self.texts.len() + usize::from(self.open)
    }
}

/// A type.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    Number,
    Boolean,
    /// Days since 1970-01-01.
    Date,
    Text(Rc<Vocabulary>),
}

/// A value with its type.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Value {
    pub(super) id: Id,
    pub(super) kind: Kind,
}

/// A closed list of texts.
pub(super) fn texts(texts: Vec<String>) -> Kind {
    Kind::Text(Rc::new(Vocabulary { texts, open: false }))
}

impl Value {
    pub(super) fn number(id: Id) -> Self {
        Self { id, kind: Kind::Number }
    }

    pub(super) fn boolean(id: Id) -> Self {
        Self { id, kind: Kind::Boolean }
    }

    /// A text as a constant.
    pub(super) fn text(graph: &mut Graph, text: &str) -> Self {
        Self { id: graph.constant(0.0), kind: texts(vec![text.to_owned()]) }
    }

    /// As a number: a text by what it reads as, missing if that is none.
    pub(super) fn to_number(&self, graph: &mut Graph) -> Id {
        match &self.kind {
            Kind::Text(vocabulary) => {
                let number = |t: &String| t.trim().parse().ok().filter(|x: &f64| x.is_finite());
                let mut table: Vec<f64> =
                    vocabulary.texts.iter().map(|t| number(t).unwrap_or(f64::NAN)).collect();
                table.resize(vocabulary.len(), f64::NAN);
                graph.table(Function::Lookup, self.id, &table)
            }
            _ => self.id,
        }
    }

    /// As a text, if the texts are known.
    pub(super) fn to_text(&self, graph: &mut Graph, here: Element<'_>) -> Result<Self, Error> {
        match &self.kind {
            Kind::Text(_) => Ok(self.clone()),
            Kind::Boolean => {
                Ok(Self { id: self.id, kind: texts(vec!["false".to_owned(), "true".to_owned()]) })
            }
            _ => match graph.value(self.id) {
                Some(x) => Ok(Self::text(graph, &x.to_string())),
                None => Err(here.refuse("a number as a text")),
            },
        }
    }

    /// The figure of a literal of this type; `None` of a text that the value can never be.
    pub(super) fn figure(&self, text: &str, here: Element<'_>) -> Result<Option<f64>, Error> {
        match &self.kind {
            Kind::Text(vocabulary) => Ok(vocabulary.position(text).map(|at| at as f64)),
            kind => literal(kind, text, here).map(Some),
        }
    }

    /// Whether it is a literal.
    pub(super) fn is(&self, graph: &mut Graph, text: &str, here: Element<'_>) -> Result<Id, Error> {
        self.is_one_of(graph, &[text], here)
    }

    /// Whether it is one of several literals.
    pub(super) fn is_one_of(
        &self,
        graph: &mut Graph,
        texts: &[&str],
        here: Element<'_>,
    ) -> Result<Id, Error> {
        let mut figures = Vec::with_capacity(texts.len());
        for text in texts {
            figures.extend(self.figure(text, here)?);
        }
        Ok(graph.is_in(self.id, figures))
    }

    /// Whether two values are equal.
    pub(super) fn equals(&self, other: &Self, graph: &mut Graph, here: Element<'_>) -> Result<Id, Error> {
        match (&self.kind, &other.kind) {
            (Kind::Text(_), Kind::Text(_)) => {
                let (a, b, _) = joined(self, other, graph, here)?;
                Ok(graph.equal(a, b))
            }
            (Kind::Text(v), _) if v.texts.len() == 1 && graph.value(self.id).is_some() => {
                other.is(graph, v.texts.first().map_or("", String::as_str), here)
            }
            (_, Kind::Text(v)) if v.texts.len() == 1 && graph.value(other.id).is_some() => {
                self.is(graph, v.texts.first().map_or("", String::as_str), here)
            }
            (Kind::Text(_), _) | (_, Kind::Text(_)) => Err(here.refuse("a text compared with a number")),
            _ => Ok(graph.equal(self.id, other.id)),
        }
    }

    /// Its figure in order: of texts their place among all sorted.
    pub(super) fn ordered(
        &self,
        other: &Self,
        graph: &mut Graph,
        here: Element<'_>,
    ) -> Result<(Id, Id), Error> {
        match (&self.kind, &other.kind) {
            (Kind::Text(_), Kind::Text(_)) => {
                let (a, b, all) = joined(self, other, graph, here)?;
                if all.open {
                    return Err(here.refuse("an order of texts that are not all known"));
                }
                let mut sorted: Vec<&String> = all.texts.iter().collect();
                sorted.sort();
                let rank = |t: &String| sorted.binary_search(&t).unwrap_or(0) as f64;
                let table: Vec<f64> = all.texts.iter().map(rank).collect();
                Ok((graph.table(Function::Lookup, a, &table), graph.table(Function::Lookup, b, &table)))
            }
            _ => Ok((self.to_number(graph), other.to_number(graph))),
        }
    }

    /// Each text by a function of it.
    pub(super) fn mapped(
        &self,
        graph: &mut Graph,
        here: Element<'_>,
        f: impl Fn(&str) -> String,
    ) -> Result<Self, Error> {
        let text = self.to_text(graph, here)?;
        let Kind::Text(vocabulary) = &text.kind else { return Ok(text) };
        if vocabulary.open {
            return Err(here.refuse("a function of texts that are not all known"));
        }
        let (list, table) = distinct(vocabulary.texts.iter().map(|t| f(t)));
        Ok(Self { id: lookup(graph, text.id, &table), kind: texts(list) })
    }
}

/// A lookup, unless it changes nothing.
pub(super) fn lookup(graph: &mut Graph, x: Id, table: &[f64]) -> Id {
    if table.iter().enumerate().all(|(i, &v)| v == i as f64) {
        return x;
    }
    match graph.value(x).and_then(|x| table.get(x as usize)) {
        Some(&known) if !known.is_nan() => graph.constant(known),
        _ => graph.table(Function::Lookup, x, table),
    }
}

/// Distinct texts in order, and the index of each.
pub(super) fn distinct(all: impl Iterator<Item = String>) -> (Vec<String>, Vec<f64>) {
    let (mut list, mut known, mut table) = (Vec::new(), BTreeMap::new(), Vec::new());
    for text in all {
        let at = *known.entry(text.clone()).or_insert_with(|| {
            list.push(text);
            list.len() - 1
        });
        table.push(at as f64);
    }
    (list, table)
}

/// Two texts as indices into one vocabulary.
fn joined(
    a: &Value,
    b: &Value,
    graph: &mut Graph,
    here: Element<'_>,
) -> Result<(Id, Id, Rc<Vocabulary>), Error> {
    let (a, b) = (a.to_text(graph, here)?, b.to_text(graph, here)?);
    let (Kind::Text(first), Kind::Text(second)) = (&a.kind, &b.kind) else {
        return Err(here.refuse("a number as a text"));
    };
    if first == second {
        return Ok((a.id, b.id, Rc::clone(first)));
    }
    if first.open && second.open {
        return Err(here.refuse("two texts that are not all known"));
    }
    let mut list = first.texts.clone();
    let known: BTreeMap<&String, usize> = first.texts.iter().zip(0..).collect();
    let mut table = Vec::with_capacity(second.len());
    for text in &second.texts {
        let at = known.get(text).copied().unwrap_or_else(|| {
            list.push(text.clone());
            list.len() - 1
        });
        table.push(at as f64);
    }
    if list.len() > limits::CATEGORIES {
        return Err(here.wrong(format!("a text has {} values", list.len())));
    }
    let other = list.len() as f64;
    if second.open {
        table.push(other);
    }
    let mut own: Vec<f64> = (0..first.texts.len()).map(|i| i as f64).collect();
    if first.open {
        own.push(other);
    }
    let all = Vocabulary { texts: list, open: first.open || second.open };
    Ok((lookup(graph, a.id, &own), lookup(graph, b.id, &table), Rc::new(all)))
}

/// Two values of one type, to choose between.
pub(super) fn unified(
    a: &Value,
    b: &Value,
    graph: &mut Graph,
    here: Element<'_>,
) -> Result<(Id, Id, Kind), Error> {
    match (&a.kind, &b.kind) {
        (Kind::Text(_), _) | (_, Kind::Text(_)) => {
            let (a, b, all) = joined(a, b, graph, here)?;
            Ok((a, b, Kind::Text(all)))
        }
        (one, other) if one == other => Ok((a.id, b.id, one.clone())),
        _ => Ok((a.id, b.id, Kind::Number)),
    }
}

/// A literal of a type that is no text.
pub(super) fn literal(kind: &Kind, text: &str, here: Element<'_>) -> Result<f64, Error> {
    match kind {
        Kind::Boolean => match text.trim() {
            "true" | "1" | "1.0" => Ok(1.0),
            "false" | "0" | "0.0" => Ok(0.0),
            other => Err(here.wrong(format!("`{}` is neither true nor false", shorten(other)))),
        },
        Kind::Date => date(text).ok_or_else(|| here.wrong(format!("`{}` is no date", shorten(text)))),
        _ => here.finite(text),
    }
}

/// Days since 1970-01-01 of a date as YYYY-MM-DD.
pub(super) fn date(text: &str) -> Option<f64> {
    let mut parts = text.trim().splitn(3, '-').map(|p| p.parse::<i64>().ok().filter(|n| *n >= 0));
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    let fits = year <= 9999
        && (1..=12).contains(&month)
        && (1..=scorelet_kernels::civil::days_in_month(year, month)).contains(&day);
    fits.then(|| scorelet_kernels::civil::days(year, month, day) as f64)
}
