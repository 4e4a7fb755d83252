//! Where names are looked up: fields, derived fields and outputs of models before, each computed when it is first asked for.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{check_limit, inconsistent};
use super::dictionary::Dictionary;
use super::graph::{Graph, Id};
use super::value::Value;
use super::xml::{Element, shorten};
use super::{PmmlField, expression};
use crate::Error;

/// Expressions in expressions, over derived fields and functions.
const DEPTH: usize = 100;
/// Expressions in all, those of functions once for each application.
const WORK: usize = 1 << 20;

/// What a name stands for.
#[derive(Clone, Debug)]
enum Slot<'a> {
    Value(Value),
    Derived(Element<'a>),
    /// Being computed: it reads itself.
    Open,
}

/// The names of a model; those of the models around it come before.
#[derive(Clone, Debug, Default)]
struct Frame<'a>(BTreeMap<String, Slot<'a>>);

/// A file on its way to values.
pub(super) struct Lowering<'a> {
    pub(super) graph: Graph,
    pub(super) dictionary: Dictionary<'a>,
    pub(super) fields: Vec<PmmlField>,
    pub(super) notes: BTreeSet<String>,
    /// Fields whose unknown texts are invalid.
    pub(super) unanswered: BTreeSet<u32>,
    /// Fields of which a missing value leaves some tree without an answer.
    pub(super) required: BTreeSet<u32>,
    functions: BTreeMap<&'a str, Element<'a>>,
    frames: Vec<Frame<'a>>,
    /// Frames that are looked into.
    visible: usize,
    /// Arguments of the function that is applied.
    arguments: Vec<BTreeMap<&'a str, Value>>,
    /// Whether a field is valid, of those whose invalid values are kept.
    pub(super) validity: BTreeMap<String, Id>,
    depth: usize,
    work: usize,
}

impl<'a> Lowering<'a> {
    pub(super) fn new(root: Element<'a>) -> Result<Self, Error> {
        let mut lowering = Self {
            graph: Graph::default(),
            dictionary: Dictionary::read(root)?,
            fields: Vec::new(),
            notes: BTreeSet::new(),
            unanswered: BTreeSet::new(),
            required: BTreeSet::new(),
            functions: BTreeMap::new(),
            frames: Vec::new(),
            visible: 0,
            arguments: Vec::new(),
            validity: BTreeMap::new(),
            depth: 0,
            work: 0,
        };
        lowering.open();
        if let Some(dictionary) = root.child("TransformationDictionary") {
            for function in dictionary.all("DefineFunction") {
                lowering.functions.insert(function.need("name")?, function);
            }
            lowering.derived(dictionary)?;
        }
        Ok(lowering)
    }

    /// A function of the file.
    pub(super) fn function(&self, name: &str) -> Option<Element<'a>> {
        self.functions.get(name).copied()
    }

    /// Opens the names of a model.
    pub(super) fn open(&mut self) {
        self.frames.push(Frame::default());
        self.visible = self.frames.len();
    }

    /// Forgets the names of the last model.
    pub(super) fn close(&mut self) {
        self.frames.pop();
        self.visible = self.frames.len();
    }

    /// Gives a name a value, in the last frame.
    pub(super) fn bind(&mut self, name: &str, value: Value) {
        if let Some(frame) = self.frames.last_mut() {
            frame.0.insert(name.to_owned(), Slot::Value(value));
        }
    }

    /// Gives the derived fields in an element their names, in the last frame.
    pub(super) fn derived(&mut self, here: Element<'a>) -> Result<(), Error> {
        for field in here.children() {
            match field.name() {
                "DerivedField" => {
                    let name = field.need("name")?;
                    let Some(frame) = self.frames.last_mut() else { continue };
                    if frame.0.insert(name.to_owned(), Slot::Derived(field)).is_some() {
                        return Err(field.wrong(format!("there are two fields `{}`", shorten(name))));
                    }
                }
                "DefineFunction" => {}
                _ => return Err(field.refused()),
            }
        }
        Ok(())
    }

    /// Whether a name means something.
    pub(super) fn knows(&self, name: &str) -> bool {
        self.frames.iter().take(self.visible).any(|f| f.0.contains_key(name))
    }

    /// The value of a name.
    pub(super) fn field(&mut self, name: &str, here: Element<'a>) -> Result<Value, Error> {
        let unknown = || here.wrong(format!("there is no field `{}` here", shorten(name)));
        if let Some(arguments) = self.arguments.last() {
            return arguments.get(name).cloned().ok_or_else(unknown);
        }
        let at =
            (0..self.visible).rev().find(|&at| self.frames.get(at).is_some_and(|f| f.0.contains_key(name)));
        let at = at.ok_or_else(unknown)?;
        let slot = self.frames.get_mut(at).and_then(|f| f.0.get_mut(name)).ok_or_else(unknown)?;
        let element = match slot {
            Slot::Value(value) => return Ok(value.clone()),
            Slot::Open => return Err(here.wrong(format!("the field `{}` reads itself", shorten(name)))),
            Slot::Derived(element) => *element,
        };
        *slot = Slot::Open;
        // It sees the names of its own model and of those around it.
        let visible = core::mem::replace(&mut self.visible, at + 1);
        let value = expression::derived(self, element);
        self.visible = visible;
        let value = value?;
        if let Some(slot) = self.frames.get_mut(at).and_then(|f| f.0.get_mut(name)) {
            *slot = Slot::Value(value.clone());
        }
        Ok(value)
    }

    /// Computes with the arguments of a function as the only names.
    pub(super) fn applied(
        &mut self,
        arguments: BTreeMap<&'a str, Value>,
        body: Element<'a>,
    ) -> Result<Value, Error> {
        self.arguments.push(arguments);
        let value = expression::read(self, body);
        self.arguments.pop();
        value
    }

    /// Goes one expression deeper.
    pub(super) fn enter(&mut self, here: Element<'a>) -> Result<(), Error> {
        self.depth += 1;
        self.work += 1;
        if self.depth > DEPTH {
            let what = format!("expressions more than {DEPTH} deep, functions and derived fields among them");
            return Err(inconsistent(what, here.place()));
        }
        check_limit("expressions to compute", self.work, WORK)?;
        self.graph.check()
    }

    /// Comes back.
    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }
}
