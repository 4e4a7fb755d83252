//! Elements of DMN, whatever the version's namespace.

use roxmltree::{Document, Node, ParsingOptions};

use super::{NODES, check_size, format};
use crate::Error;
use crate::author::table::Cell;

/// The document of a file. Entities are refused, so that a short file cannot become a long one.
pub(super) fn document(bytes: &[u8]) -> Result<Document<'_>, Error> {
    check_size(bytes)?;
    let text = core::str::from_utf8(bytes).map_err(|error| format("it is not UTF-8", error.to_string()))?;
    let options = ParsingOptions { allow_dtd: false, nodes_limit: NODES, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text.trim_start_matches('\u{feff}'), options)
        .map_err(|error| format(error.to_string(), error.pos().to_string()))?;
    let root = document.root_element();
    let space = root.tag_name().namespace().unwrap_or_default();
    if root.tag_name().name() != "definitions" || !(space.contains("/DMN/") && space.contains("MODEL")) {
        let what = std::format!("its first element is `{}` of `{space}`", root.tag_name().name());
        return Err(format(what, "line 1"));
    }
    // Namespaces by the date of their version: 1.2 is the first that is read, 1.1 differs little and has another form.
    if space.contains("/DMN/20151101/") {
        return Err(super::refuse("DMN 1.1", "definitions"));
    }
    Ok(document)
}

/// The child elements of a name.
pub(super) fn children<'a, 'i: 'a>(
    node: Node<'a, 'i>,
    name: &'static str,
) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(move |child| child.is_element() && child.tag_name().name() == name)
}

/// The first child element of a name.
pub(super) fn child<'a, 'i: 'a>(node: Node<'a, 'i>, name: &'static str) -> Option<Node<'a, 'i>> {
    children(node, name).next()
}

/// The text of the `text` element inside.
pub(super) fn text(node: Node<'_, '_>) -> Cell {
    let inner = child(node, "text").unwrap_or(node);
    let text: String = inner.children().filter_map(|child| child.text()).collect();
    Cell { text: text.trim().to_owned(), span: inner.range() }
}

/// A name with white space as FEEL has it: one blank.
pub(super) fn name(node: Node<'_, '_>) -> Option<String> {
    let name = node.attribute("name")?.split_whitespace().collect::<Vec<_>>().join(" ");
    (!name.is_empty()).then_some(name)
}

/// The id that a reference names: `#id`, or `namespace#id` of another file.
pub(super) fn href<'a>(node: Node<'a, '_>) -> Option<&'a str> {
    node.attribute("href")?.rsplit('#').next()
}
