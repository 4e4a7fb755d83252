//! A decision table as TOML: in the node, or in a file of its own.

use super::super::code;
use super::super::report::{Name, Report};
use super::super::table::{Item, Table};
use super::cell;
use crate::author::table::{Cell, HitPolicy, OutputType, WrittenOutput, WrittenRule, WrittenTable};
use crate::limits;

type Make = fn() -> OutputType;

/// The words of an output's type, and what they make.
const TYPES: &[(&str, Make)] = &[
    ("number", || OutputType::Number),
    ("boolean", || OutputType::Truth),
    ("date", || OutputType::Date),
    ("category", || OutputType::Text(Vec::new())),
];

/// `hit` and `hits`.
pub(super) fn policy(table: &Table<'_>) -> Option<(HitPolicy, u8)> {
    let policy = match table.get("hit") {
        Some(item) => item.choice(&HitPolicy::ALL).map(|choice| choice.value),
        None => Some(HitPolicy::Unique),
    };
    let Some(item) = table.get("hits") else { return Some((policy?, 4)) };
    let hits = item.number()?;
    let policy = policy?;
    let message = match () {
        () if !policy.lists() => {
            "`hits` is for the hit policies R, O and C: the others give one result".to_owned()
        }
        () if hits.value.trunc() == hits.value && (1.0..=limits::TABLE_HITS as f64).contains(&hits.value) => {
            return Some((policy, hits.value as u8));
        }
        () => format!("`hits` must be a whole number from 1 to {}", limits::TABLE_HITS),
    };
    table.report().error(code::VALUE, &hits.span, message, "take it out, or write `hits = 4`");
    None
}

/// `outputs` in the order of the file, with `default`.
pub(super) fn outputs(table: &Table<'_>) -> Option<Vec<WrittenOutput>> {
    let item = table.need("outputs", "{ limit = \"number\" }");
    let defaults = table.get("default").map(|item| item.table("`default`".to_owned()));
    let entries = item?.table(format!("`outputs` of {}", table.what()))?.named();
    let n = entries.len();
    let mut outputs: Vec<WrittenOutput> =
        entries.into_iter().filter_map(|(name, item)| output(name, &item)).collect();
    (outputs.len() == n).then_some(())?;
    if let Some(defaults) = defaults {
        for (name, item) in defaults?.named() {
            let value = cell(&item)?;
            match outputs.iter_mut().find(|output| output.name == name.value) {
                Some(output) => output.default = Some(value),
                None => {
                    let message = format!("there is no output `{}`", name.value);
                    table.report().error(code::UNKNOWN_NAME, &name.span, message, "name one of `outputs`");
                }
            }
        }
    }
    Some(outputs)
}

fn output(name: Name, item: &Item<'_>) -> Option<WrittenOutput> {
    let mut output = WrittenOutput {
        name: name.value,
        kind: OutputType::Found,
        unit: String::new(),
        default: None,
        order: Vec::new(),
        span: name.span,
    };
    if matches!(output.name.as_str(), "rule" | "count") || output.name.contains('.') || output.name.is_empty()
    {
        let message = format!("`{}` cannot be the name of an output", output.name);
        let mend = "use letters, digits, `_` and `-`; `rule` and `count` are given by themselves";
        item.report().error(code::NAME, &output.span, message, mend);
        return None;
    }
    if item.is_list() {
        output.kind = OutputType::Text(texts(item)?);
        return Some(output);
    }
    if !item.is_table() {
        output.kind = (item.choice(TYPES)?.value)();
        return Some(output);
    }
    let table = item.table(format!("output `{}`", output.name))?;
    let kind = table.get("type").map(|item| item.choice(TYPES));
    let values = table.get("values");
    if let Some(item) = table.get("unit") {
        output.unit = item.text()?.value;
    }
    table.finish();
    output.kind = match kind {
        Some(kind) => (kind?.value)(),
        None if values.is_some() => OutputType::Text(Vec::new()),
        None => OutputType::Found,
    };
    if let Some(values) = values {
        match &mut output.kind {
            OutputType::Text(list) => *list = texts(&values)?,
            _ => output.order = cells(&values)?,
        }
    }
    Some(output)
}

fn texts(item: &Item<'_>) -> Option<Vec<String>> {
    let items = item.list()?;
    let texts: Vec<String> = items.iter().filter_map(|item| Some(item.text()?.value)).collect();
    (texts.len() == items.len()).then_some(texts)
}

fn cells(item: &Item<'_>) -> Option<Vec<Cell>> {
    let items = item.list()?;
    let cells: Vec<Cell> = items.iter().filter_map(cell).collect();
    (cells.len() == items.len()).then_some(cells)
}

/// All of a table.
pub(super) fn read(table: &Table<'_>) -> Option<WrittenTable> {
    let policy = policy(table);
    let inputs = table.need("inputs", "[\"age\"]").and_then(|item| cells(&item));
    let outputs = outputs(table);
    let rules = table.need("rules", "[[\"< 18\", 0]]").and_then(|item| item.list());
    let ((policy, hits), inputs, outputs, rules) = (policy?, inputs?, outputs?, rules?);
    let rule = |item: &Item<'_>| {
        let cells = cells(item)?;
        rule(cells, inputs.len(), outputs.len(), item)
    };
    let n = rules.len();
    let rules: Vec<WrittenRule> = rules.iter().filter_map(rule).collect();
    (rules.len() == n).then_some(())?;
    Some(WrittenTable { policy, hits, inputs, outputs, rules, bare: true })
}

fn rule(mut cells: Vec<Cell>, inputs: usize, outputs: usize, item: &Item<'_>) -> Option<WrittenRule> {
    if cells.len() != inputs + outputs {
        let message = format!(
            "{} has {} cells; there are {inputs} inputs and {outputs} outputs",
            item.what(),
            cells.len()
        );
        item.report().error(
            code::VALUE,
            &item.span(),
            message,
            "write a cell for each; `\"-\"` tests nothing",
        );
        return None;
    }
    let outputs = cells.split_off(inputs);
    Some(WrittenRule { tests: cells, outputs, span: item.span() })
}

/// A table in a file of its own.
pub(super) fn file(table: &Table<'_>, name: &Name, bytes: &[u8]) -> Option<WrittenTable> {
    let outer = table.report();
    let report = outer.of_file(&name.value);
    let written = in_file(&report, bytes);
    outer.absorb(report);
    written
}

fn in_file(report: &Report<'_>, bytes: &[u8]) -> Option<WrittenTable> {
    let value = super::super::toml(report, bytes, "the file")?;
    let root = Item::root(report, &value).table("the table".to_owned())?;
    let written = read(&root);
    root.finish();
    written
}
