//! From a document to a model.

use std::collections::{BTreeMap, BTreeSet};

use roxmltree::Node;

use super::types::{Types, constants};
use super::xml::{child, children, document, href, name, text};
use super::{Decision, Input, InputType, Logic, Model, inconsistent, logic, twice};
use crate::Error;
use crate::author::feel::{self, Expr, Function, Node as Expression, Test, Tests};

/// Reads a model. What single decisions cannot have is in their [`Logic`], so that the others can be used.
///
/// # Errors
/// [`ImportError`](crate::error::ImportError) if it is no DMN model, or its parts do not go together.
pub fn import(bytes: &[u8]) -> Result<Model, Error> {
    let document = document(bytes)?;
    let root = document.root_element();
    let types = Types::new(root);
    let mut names = BTreeMap::new();
    let mut seen = BTreeSet::new();
    let elements = ["inputData", "decision", "businessKnowledgeModel"];
    for element in elements.into_iter().flat_map(|kind| children(root, kind)) {
        let Some(own) = name(element) else {
            return Err(inconsistent("an element has no name", element.tag_name().name()));
        };
        if !seen.insert(own.clone()) {
            return Err(twice(&own));
        }
        names.extend(element.attribute("id").map(|id| (id, own)));
    }
    let mut inputs = Vec::new();
    for element in children(root, "inputData") {
        let own = name(element).unwrap_or_default();
        let reference = child(element, "variable").and_then(|variable| variable.attribute("typeRef"));
        for (path, kind) in types.values(reference) {
            let name = if path.is_empty() { own.clone() } else { std::format!("{own}.{path}") };
            inputs.push(Input { name, kind });
        }
    }
    let decision = |element: Node<'_, '_>| Decision {
        name: name(element).unwrap_or_default(),
        logic: logic::read(element, &types),
        requires: children(element, "informationRequirement")
            .flat_map(|requirement| requirement.children().filter(Node::is_element))
            .filter_map(|reference| names.get(href(reference)?).cloned())
            .collect(),
    };
    let decisions: Vec<Decision> = children(root, "decision").map(decision).collect();
    let functions = children(root, "businessKnowledgeModel").filter_map(function).collect();
    let mut model =
        Model { name: name(root).unwrap_or_default(), inputs, decisions: order(decisions)?, functions };
    texts(&mut model, root);
    Ok(model)
}

/// A function that is an expression; others are missing where they are called.
fn function(element: Node<'_, '_>) -> Option<(String, Function)> {
    let logic = child(element, "encapsulatedLogic")?;
    let parameters: Vec<String> = children(logic, "formalParameter").filter_map(name).collect();
    let known: Vec<&str> = parameters.iter().map(String::as_str).collect();
    let body = feel::expression(&text(child(logic, "literalExpression")?).text, &known).ok()?;
    Some((name(element)?, Function { parameters, body }))
}

/// Each decision after those that it requires.
fn order(decisions: Vec<Decision>) -> Result<Vec<Decision>, Error> {
    let mut left = decisions;
    let mut done: Vec<Decision> = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let open: BTreeSet<String> = left.iter().map(|decision| decision.name.clone()).collect();
        let ready = |decision: &Decision| !decision.requires.iter().any(|name| open.contains(name));
        let (now, later): (Vec<Decision>, Vec<Decision>) = left.into_iter().partition(ready);
        if now.is_empty() {
            let name = later.first().map(|decision| decision.name.clone()).unwrap_or_default();
            return Err(inconsistent("decisions require each other in a circle", name));
        }
        done.extend(now);
        left = later;
    }
    Ok(done)
}

/// Gives the text inputs without allowed values the texts that the model compares them with.
fn texts(model: &mut Model, root: Node<'_, '_>) {
    let names: Vec<String> = model.names().into_iter().map(str::to_owned).collect();
    let known: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut note = |name: &str, texts: Vec<String>| {
        let all = found.entry(name.to_owned()).or_default();
        for text in texts {
            if !all.contains(&text) {
                all.push(text);
            }
        }
    };
    for clause in root.descendants().filter(|node| node.is_element() && node.tag_name().name() == "input") {
        let Some(input) = child(clause, "inputExpression").map(text) else { continue };
        if let Some(values) = child(clause, "inputValues") {
            note(&input.text, constants(&text(values)).0);
        }
    }
    for decision in &model.decisions {
        match &decision.logic {
            Logic::Table(table) => {
                for (i, input) in table.inputs.iter().enumerate() {
                    for cell in table.rules.iter().filter_map(|rule| rule.tests.get(i)) {
                        let Ok(Tests::Some(tests)) = feel::unary_tests(&cell.text, &known) else { continue };
                        note(&input.text, tests.iter().flat_map(of_test).collect());
                    }
                }
            }
            Logic::Expression(cell, _) => {
                if let Ok(node) = feel::expression(&cell.text, &known) {
                    compared(&node, &mut note);
                }
            }
            Logic::Other(_) => {}
        }
    }
    for input in &mut model.inputs {
        if let InputType::Text(list) = &mut input.kind
            && list.is_empty()
        {
            *list = found.get(&input.name).cloned().unwrap_or_default();
        }
    }
}

/// The texts that a test names.
fn of_test(test: &Test) -> Vec<String> {
    match test {
        Test::Compare(_, node) | Test::Value(node) => of_node(node),
        Test::Interval { from, to, .. } => [of_node(from), of_node(to)].concat(),
        Test::Not(tests) | Test::OneOf(tests) => tests.iter().flat_map(of_test).collect(),
    }
}

fn of_node(node: &Expression) -> Vec<String> {
    match &node.expr {
        Expr::Text(text) => vec![text.clone()],
        _ => Vec::new(),
    }
}

/// Notes the texts that names are compared with in an expression.
fn compared(node: &Expression, note: &mut impl FnMut(&str, Vec<String>)) {
    match &node.expr {
        Expr::Binary(_, a, b) => {
            for (x, y) in [(a, b), (b, a)] {
                if let Expr::Name(name) = &x.expr {
                    note(name, of_node(y));
                }
                compared(x, note);
            }
        }
        Expr::In(x, tests) => {
            if let Expr::Name(name) = &x.expr {
                note(name, tests.iter().flat_map(of_test).collect());
            }
        }
        Expr::Between(x, a, b) => {
            if let Expr::Name(name) = &x.expr {
                note(name, [of_node(a), of_node(b)].concat());
            }
        }
        Expr::If(a, b, c) => [a, b, c].into_iter().for_each(|x| compared(x, note)),
        Expr::Neg(x) | Expr::Path(x, _) => compared(x, note),
        Expr::Call(_, arguments) => arguments.iter().for_each(|x| compared(x, note)),
        Expr::Null | Expr::Number(_) | Expr::Text(_) | Expr::Truth(_) | Expr::Name(_) => {}
    }
}
