//! The bundle source of a decision model.

use std::collections::BTreeSet;

use super::{InputType, Logic, Model, node_name, refuse};
use crate::Error;
use crate::author::feel::names_in;

/// The text of `bundle.toml` for a decision model in `file`: a field for each input, and a node for each decision. `wanted`: decisions
/// that are asked for, with those that they require; all of them if none is named.
///
/// # Errors
/// [`ImportError`](crate::error::ImportError) if a decision that is wanted has logic that is not supported, or an input that no field
/// can be.
pub fn source(name: &str, file: &str, model: &Model, wanted: &[&str]) -> Result<String, Error> {
    let decisions = required(model, wanted);
    let mut used: BTreeSet<String> = BTreeSet::new();
    for decision in model.decisions.iter().filter(|decision| decisions.contains(decision.name.as_str())) {
        match &decision.logic {
            Logic::Table(table) => used.extend(table.texts().flat_map(names_in)),
            Logic::Expression(cell, _) => used.extend(names_in(&cell.text)),
            Logic::Other(what) => {
                return Err(refuse(what.clone(), std::format!("decision `{}`", decision.name)));
            }
        }
    }
    let mut text = std::format!(
        "# Imported by `scorelet import`. Try it: scorelet build . -o model.sclb\n\
         # docs/decision-tables.md says what is read of a DMN model.\n\n\
         [bundle]\nname = {}\nversion = \"0.1.0\"\n\n\
         # What the decisions read. Give the fields their bounds (min, max), units, and policies for what is missing.\n[fields]\n",
        quoted(name)
    );
    for input in &model.inputs {
        let outer = input.name.split('.').next().unwrap_or_default();
        let read = |n: &str| mentions(&used, n);
        let component = input.name.contains('.') && read(outer);
        if !component && !read(&input.name) {
            continue;
        }
        let kind = match &input.kind {
            InputType::Number => "\"number\"".to_owned(),
            InputType::Boolean => "\"boolean\"".to_owned(),
            InputType::Date => "\"date\"".to_owned(),
            InputType::Text(list) if list.is_empty() => {
                let what = "a text input without allowed values, which nothing is compared with,";
                return Err(refuse(what, std::format!("input `{}`", input.name)));
            }
            InputType::Text(list) => {
                let all: Vec<String> = list.iter().map(|text| quoted(text)).collect();
                std::format!("[{}]", all.join(", "))
            }
            InputType::Other(what) => {
                return Err(refuse(std::format!("an input {what}"), std::format!("input `{}`", input.name)));
            }
        };
        text.push_str(&std::format!("{} = {kind}\n", quoted(&input.name)));
    }
    for decision in model.decisions.iter().filter(|decision| decisions.contains(decision.name.as_str())) {
        text.push_str(&std::format!(
            "\n[nodes.{}]\nkind = \"decision\"\nfile = {}\ndecision = {}\n",
            quoted(&node_name(&decision.name)),
            quoted(file),
            quoted(&decision.name)
        ));
    }
    text.push_str("\n# Scores and an outcome of these decisions are declared here: see docs/bundle-source.md.\n[scores]\n");
    Ok(text)
}

/// Whether one of the runs of words is the name, or holds it.
fn mentions(used: &BTreeSet<String>, name: &str) -> bool {
    // Names with signs in them are not runs of words: their first words are.
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | ' ');
    let start = name.split(|c| !plain(c)).next().unwrap_or_default().trim();
    used.contains(name) || (start != name && used.contains(start))
}

/// The decisions that are wanted, and all that they require.
fn required<'a>(model: &'a Model, wanted: &[&str]) -> BTreeSet<&'a str> {
    let all = model.decisions.iter().map(|decision| decision.name.as_str());
    let mut found: BTreeSet<&str> = all.filter(|name| wanted.is_empty() || wanted.contains(name)).collect();
    // Each stands after those that it requires.
    for decision in model.decisions.iter().rev() {
        if found.contains(decision.name.as_str()) {
            let names = decision.requires.iter();
            found
                .extend(names.filter_map(|name| model.decision(name)).map(|decision| decision.name.as_str()));
        }
    }
    found
}

/// A JSON text is a TOML text.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
