//! Types: FEEL's own, and item definitions.

use std::collections::BTreeMap;

use roxmltree::Node;

use super::InputType;
use super::xml::{child, children, name, text};
use crate::author::feel::{Expr, Test, Tests, unary_tests};
use crate::author::table::{Cell, OutputType};

/// How deep item definitions may refer to each other.
const DEPTH: usize = 16;

/// The item definitions of a model.
pub(super) struct Types<'a, 'i> {
    items: BTreeMap<String, Node<'a, 'i>>,
}

impl<'a, 'i: 'a> Types<'a, 'i> {
    pub(super) fn new(root: Node<'a, 'i>) -> Self {
        Self {
            items: children(root, "itemDefinition").filter_map(|item| Some((name(item)?, item))).collect(),
        }
    }

    /// The values of a type: itself, or its components with their names.
    pub(super) fn values(&self, reference: Option<&str>) -> Vec<(String, InputType)> {
        let mut found = Vec::new();
        self.gather(reference, "", DEPTH, &mut found);
        found
    }

    fn gather(
        &self,
        reference: Option<&str>,
        path: &str,
        depth: usize,
        found: &mut Vec<(String, InputType)>,
    ) {
        let Some(reference) = reference else {
            found.push((path.to_owned(), InputType::Other("of no type".to_owned())));
            return;
        };
        // `feel:number` of older files.
        let own = reference.rsplit(':').next().unwrap_or(reference);
        let kind = match (self.items.get(reference), own) {
            (Some(item), _) if depth > 0 => return self.item(*item, path, depth - 1, found),
            (_, "number") => InputType::Number,
            (_, "boolean") => InputType::Boolean,
            (_, "date") => InputType::Date,
            (_, "string") => InputType::Text(Vec::new()),
            _ => InputType::Other(std::format!("of the type `{reference}`")),
        };
        found.push((path.to_owned(), kind));
    }

    fn item(&self, item: Node<'a, 'i>, path: &str, depth: usize, found: &mut Vec<(String, InputType)>) {
        if item.attribute("isCollection") == Some("true") {
            found.push((path.to_owned(), InputType::Other("a list".to_owned())));
            return;
        }
        let components: Vec<_> = children(item, "itemComponent").collect();
        for component in &components {
            let Some(name) = name(*component) else { continue };
            let path = if path.is_empty() { name } else { std::format!("{path}.{name}") };
            if depth == 0 || found.len() > crate::limits::FIELDS {
                return;
            }
            self.item(*component, &path, depth - 1, found);
        }
        if !components.is_empty() {
            return;
        }
        let reference = child(item, "typeRef").map(|node| text(node).text);
        let first = found.len();
        self.gather(reference.as_deref(), path, depth, found);
        if let Some(allowed) = child(item, "allowedValues")
            && let Some((_, InputType::Text(list))) = found.get_mut(first)
        {
            *list = constants(&text(allowed)).0;
        }
    }

    /// What an output of a type is.
    pub(super) fn output(&self, reference: Option<&str>) -> OutputType {
        match self.values(reference).as_slice() {
            [(path, kind)] if path.is_empty() => match kind {
                InputType::Number => OutputType::Number,
                InputType::Boolean => OutputType::Truth,
                InputType::Date => OutputType::Date,
                // What is allowed is looked at where the output has values of its own.
                InputType::Text(list) => OutputType::Text(list.clone()),
                InputType::Other(_) => OutputType::Found,
            },
            _ => OutputType::Found,
        }
    }
}

/// The constants of a list of values: texts as they are, and every one as a cell.
pub(super) fn constants(cell: &Cell) -> (Vec<String>, Vec<Cell>) {
    let Ok(Tests::Some(tests)) = unary_tests(&cell.text, &[]) else { return (Vec::new(), Vec::new()) };
    let (mut texts, mut cells) = (Vec::new(), Vec::new());
    for test in &tests {
        let Test::Value(node) = test else { continue };
        if let Expr::Text(text) = &node.expr {
            texts.push(text.clone());
        }
        let text = cell.text.get(node.span.clone()).unwrap_or_default().to_owned();
        cells.push(Cell { text, span: cell.span.clone() });
    }
    (texts, cells)
}
