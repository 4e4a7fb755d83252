//! The XML of a PMML file: elements with their place, attributes with their types.

use roxmltree::{Document, Node, ParsingOptions};

use super::super::{MODEL_BYTES, check_limit, inconsistent, unsupported};
use crate::Error;
use crate::error::ImportError;

/// Elements inside each other: of a tree model each level is one.
const DEPTH: usize = 256;
/// Elements, attributes and texts.
const NODES: u32 = 1 << 26;
/// Bytes of a value that is quoted in a message.
const QUOTED: usize = 60;

/// Parses a file: no document type, no entities of its own, elements at most [`DEPTH`] deep.
pub(super) fn parse(text: &str) -> Result<Document<'_>, Error> {
    check_limit("bytes", text.len(), MODEL_BYTES)?;
    let options = ParsingOptions { allow_dtd: false, nodes_limit: NODES, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text, options).map_err(|error| {
        let what = match &error {
            roxmltree::Error::DtdDetected => "it has a document type".to_owned(),
            other => shorten(&other.to_string()),
        };
        ImportError::Format { format: "a PMML file", what, at: format!("line {}", error.pos().row) }
    })?;
    // Parents come before their children.
    let mut depths: Vec<usize> = Vec::new();
    for node in document.descendants() {
        let parent = node.parent().and_then(|p| depths.get(p.id().get_usize())).copied().unwrap_or(0);
        check_limit("elements inside each other", parent, DEPTH)?;
        depths.push(parent + 1);
    }
    Ok(document)
}

/// The start of a text, for a message.
pub(super) fn shorten(text: &str) -> String {
    let mut end = text.len().min(QUOTED);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    match text.get(..end) {
        Some(start) if end < text.len() => format!("{start}…"),
        _ => text.to_owned(),
    }
}

/// An element.
#[derive(Clone, Copy, Debug)]
pub(super) struct Element<'a>(Node<'a, 'a>);

impl<'a> Element<'a> {
    /// The outermost element.
    pub(super) fn root(document: &'a Document<'a>) -> Self {
        Self(document.root_element())
    }

    /// Its name, without a prefix.
    pub(super) fn name(self) -> &'a str {
        self.0.tag_name().name()
    }

    /// Its number, which no other element has.
    pub(super) fn number(self) -> u32 {
        self.0.id().get()
    }

    /// The elements in it, but for `Extension`.
    pub(super) fn children(self) -> impl Iterator<Item = Self> + 'a {
        self.0.children().filter(|n| n.is_element() && n.tag_name().name() != "Extension").map(Self)
    }

    /// Those of one name.
    pub(super) fn all(self, name: &'a str) -> impl Iterator<Item = Self> + 'a {
        self.children().filter(move |e| e.name() == name)
    }

    /// The first of a name.
    pub(super) fn child(self, name: &str) -> Option<Self> {
        self.children().find(|e| e.name() == name)
    }

    /// As [`child`](Self::child), and an error if there is none.
    pub(super) fn need_child(self, name: &str) -> Result<Self, Error> {
        self.child(name).ok_or_else(|| self.wrong(format!("{} has no {name}", self.name())))
    }

    /// Everything in it, itself first.
    pub(super) fn descendants(self) -> impl Iterator<Item = Self> + 'a {
        self.0.descendants().filter(Node::is_element).map(Self)
    }

    /// The element that it stands in.
    pub(super) fn parent(self) -> Option<Self> {
        self.0.parent_element().map(Self)
    }

    /// Its text.
    pub(super) fn text(self) -> &'a str {
        self.0.text().unwrap_or_default().trim()
    }

    /// An attribute.
    pub(super) fn get(self, name: &str) -> Option<&'a str> {
        self.0.attribute(name)
    }

    /// An attribute that must be there.
    pub(super) fn need(self, name: &str) -> Result<&'a str, Error> {
        self.get(name).ok_or_else(|| self.wrong(format!("{} has no `{name}`", self.name())))
    }

    /// A finite number.
    pub(super) fn figure(self, name: &str) -> Result<Option<f64>, Error> {
        self.get(name).map(|text| self.finite(text)).transpose()
    }

    /// A finite number that must be there.
    pub(super) fn need_figure(self, name: &str) -> Result<f64, Error> {
        self.finite(self.need(name)?)
    }

    /// A text of this element as a finite number.
    pub(super) fn finite(self, text: &str) -> Result<f64, Error> {
        match text.trim().parse::<f64>() {
            Ok(x) if x.is_finite() => Ok(x),
            _ => Err(self.wrong(format!("`{}` is no finite number", shorten(text)))),
        }
    }

    /// A truth.
    pub(super) fn flag(self, name: &str, default: bool) -> Result<bool, Error> {
        match self.get(name) {
            None => Ok(default),
            Some("true" | "1") => Ok(true),
            Some("false" | "0") => Ok(false),
            Some(other) => Err(self.wrong(format!("`{}` is neither true nor false", shorten(other)))),
        }
    }

    /// The values of its `Array`: apart by blanks, in quotes where they have blanks.
    pub(super) fn array(self) -> Result<Vec<String>, Error> {
        let array = self.need_child("Array")?;
        let (mut values, mut rest) = (Vec::new(), array.text());
        while let Some(first) = rest.chars().next() {
            if first == '"' {
                let mut value = String::new();
                let mut signs = rest.char_indices().skip(1);
                let end = loop {
                    match signs.next() {
                        None => return Err(array.wrong("a quote is not closed")),
                        Some((_, '\\')) => value.extend(signs.next().map(|(_, c)| c)),
                        Some((at, '"')) => break at + 1,
                        Some((_, c)) => value.push(c),
                    }
                };
                values.push(value);
                rest = rest.get(end..).unwrap_or_default();
            } else {
                let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
                values.extend(rest.get(..end).map(str::to_owned));
                rest = rest.get(end..).unwrap_or_default();
            }
            rest = rest.trim_start();
        }
        if array.figure("n")?.is_some_and(|n| n != values.len() as f64) {
            return Err(array.wrong(format!("it has {} values, and `n` says otherwise", values.len())));
        }
        Ok(values)
    }

    /// Where it stands: the names down to it, and the line.
    pub(super) fn place(self) -> String {
        let mut names: Vec<&str> = Vec::new();
        let mut at = Some(self);
        while let Some(element) = at {
            names.push(element.name());
            at = element.parent();
        }
        // Of a deep place the outer and the inner end.
        if names.len() > 12 {
            names.splice(6..names.len() - 4, ["…"]);
        }
        names.reverse();
        let line = self.0.document().text_pos_at(self.0.range().start).row;
        format!("{}, line {line}", names.join("/"))
    }

    /// What is allowed and not supported.
    pub(super) fn refuse(self, what: impl Into<String>) -> Error {
        unsupported(what, self.place())
    }

    /// The element itself is not supported.
    pub(super) fn refused(self) -> Error {
        self.refuse(format!("the element {}", shorten(self.name())))
    }

    /// A value of an attribute is not supported, or not known.
    pub(super) fn refuse_value(self, attribute: &str, value: &str) -> Error {
        self.refuse(format!("{} with {attribute} `{}`", self.name(), shorten(value)))
    }

    /// What contradicts itself or the standard.
    pub(super) fn wrong(self, what: impl Into<String>) -> Error {
        inconsistent(what, self.place())
    }
}
