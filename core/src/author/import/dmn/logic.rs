//! What decisions compute.

use roxmltree::Node;

use super::Logic;
use super::types::{Types, constants};
use super::xml::{child, children, name, text};
use crate::author::table::{Cell, HitPolicy, OutputType, WrittenOutput, WrittenRule, WrittenTable};

/// Expressions that are refused by their names.
const OTHERS: [&str; 10] = [
    "invocation",
    "context",
    "list",
    "relation",
    "functionDefinition",
    "conditional",
    "for",
    "filter",
    "every",
    "some",
];

/// The logic of a decision, or of a function.
pub(super) fn read(owner: Node<'_, '_>, types: &Types<'_, '_>) -> Logic {
    if let Some(table) = child(owner, "decisionTable") {
        return match decision_table(owner, table, types) {
            Ok(table) => Logic::Table(table),
            Err(what) => Logic::Other(what),
        };
    }
    if let Some(literal) = child(owner, "literalExpression") {
        let language = literal.attribute("expressionLanguage").unwrap_or("FEEL");
        if !language.to_ascii_uppercase().contains("FEEL") {
            return Logic::Other(std::format!("the expression language `{language}`"));
        }
        let cell = text(literal);
        return match cell.text.is_empty() {
            true => Logic::Other("an empty expression".to_owned()),
            false => Logic::Expression(cell, types.output(declared(owner, literal))),
        };
    }
    let other = OTHERS.into_iter().find(|other| child(owner, other).is_some());
    Logic::Other(other.map_or("a decision without logic".to_owned(), |name| std::format!("a boxed `{name}`")))
}

/// The type that the decision or its expression declares.
fn declared<'a>(owner: Node<'a, '_>, literal: Node<'a, '_>) -> Option<&'a str> {
    let variable = child(owner, "variable").and_then(|variable| variable.attribute("typeRef"));
    variable.or(literal.attribute("typeRef"))
}

fn policy(table: Node<'_, '_>) -> Result<HitPolicy, String> {
    let policy = match table.attribute("hitPolicy").unwrap_or("UNIQUE") {
        "UNIQUE" => HitPolicy::Unique,
        "ANY" => HitPolicy::Any,
        "PRIORITY" => HitPolicy::Priority,
        "FIRST" => HitPolicy::First,
        "RULE ORDER" => HitPolicy::RuleOrder,
        "OUTPUT ORDER" => HitPolicy::OutputOrder,
        "COLLECT" => match table.attribute("aggregation") {
            None => HitPolicy::Collect,
            Some("SUM") => HitPolicy::Sum,
            Some("MIN") => HitPolicy::Least,
            Some("MAX") => HitPolicy::Greatest,
            Some("COUNT") => HitPolicy::Count,
            Some(other) => return Err(std::format!("the aggregation `{other}`")),
        },
        other => return Err(std::format!("the hit policy `{other}`")),
    };
    Ok(policy)
}

fn decision_table(
    owner: Node<'_, '_>,
    table: Node<'_, '_>,
    types: &Types<'_, '_>,
) -> Result<WrittenTable, String> {
    let policy = policy(table)?;
    let clauses: Vec<_> = children(table, "input").collect();
    let inputs: Vec<Cell> =
        clauses.iter().map(|input| child(*input, "inputExpression").map(text).unwrap_or_default()).collect();
    let clauses: Vec<_> = children(table, "output").collect();
    let variable = child(owner, "variable").and_then(|variable| variable.attribute("typeRef"));
    let several = clauses.len() > 1;
    let outputs =
        clauses.iter().map(|clause| output(*clause, variable.filter(|_| !several), types)).collect();
    let rule = |rule: Node<'_, '_>| WrittenRule {
        tests: children(rule, "inputEntry").map(text).collect(),
        outputs: children(rule, "outputEntry").map(text).collect(),
        span: rule.range(),
    };
    let rules: Vec<WrittenRule> = children(table, "rule").map(rule).collect();
    let fits = |rule: &WrittenRule| rule.tests.len() == inputs.len() && rule.outputs.len() == clauses.len();
    if !rules.iter().all(fits) {
        return Err("a rule without an entry for each input and output".to_owned());
    }
    Ok(WrittenTable { policy, hits: 4, inputs, outputs, rules, bare: false })
}

fn output(clause: Node<'_, '_>, variable: Option<&str>, types: &Types<'_, '_>) -> WrittenOutput {
    let kind = types.output(clause.attribute("typeRef").or(variable));
    let values = child(clause, "outputValues").map(text);
    let (texts, order) = values.as_ref().map(constants).unwrap_or_default();
    let kind = match kind {
        OutputType::Text(allowed) => OutputType::Text(if texts.is_empty() { allowed } else { texts }),
        OutputType::Found if !texts.is_empty() => OutputType::Text(texts),
        kind => kind,
    };
    WrittenOutput {
        name: name(clause).unwrap_or_default(),
        order: if matches!(kind, OutputType::Text(_)) { Vec::new() } else { order },
        kind,
        unit: String::new(),
        default: child(clause, "defaultOutputEntry").map(text),
        span: clause.range(),
    }
}
