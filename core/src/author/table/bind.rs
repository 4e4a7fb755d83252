//! From texts in cells to a table over columns.

use core::ops::Range;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::cell::{self, Asked};
use super::set::Set;
use super::written::{Cell, OutputType, WrittenOutput, WrittenTable};
use super::{Domain, Output, Rule, Table, Value};
use crate::author::feel::{Compiler, Expr, Kind, Mistake, Node, Scope, Test, Typed, expression};
use crate::author::formula::Register;
use crate::feature::formula::Formula;

/// A column that the table reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// One that is there.
    Column(u32),
    /// An output of the formula that goes with the table.
    Computed(u32),
}

/// A mistake and where it stands in the file.
pub type Placed = (Range<usize>, Mistake);

/// A table with what it reads.
#[derive(Clone, Debug)]
pub struct Bound {
    /// The table.
    pub table: Table,
    /// What it reads: the tested columns, then those that outputs are copied from.
    pub sources: Vec<Source>,
    /// Of each tested column how to write its values: its name and kind.
    pub columns: Vec<(String, Kind)>,
    /// How many of the tested columns, the last ones, are conditions on other columns.
    pub conditions: usize,
    /// What is computed before the table, and the columns that it reads.
    pub formula: Option<(Formula, Vec<u32>)>,
    /// What the outputs are.
    pub outputs: Vec<Kind>,
}

/// Binds a table to the names of a scope. `domain`: what values a column of the scope can have.
///
/// # Errors
/// Every mistake.
pub fn bind(
    written: &WrittenTable,
    scope: &Scope,
    domain: impl Fn(u32) -> Domain,
) -> Result<Bound, Vec<Placed>> {
    let known = scope.known();
    let mut binder = Binder {
        written,
        scope,
        known: &known,
        compiler: Compiler::new(scope),
        computed: Vec::new(),
        tested: Vec::new(),
        sets: BTreeMap::new(),
        mistakes: Vec::new(),
    };
    let inputs: Vec<Option<Tests>> = written.inputs.iter().map(|cell| binder.input(cell, &domain)).collect();
    if inputs.iter().any(Option::is_none) || inputs.is_empty() {
        if inputs.is_empty() {
            let mistake = Mistake::new(0..0, "the table has no input", "give it at least one");
            binder.mistakes.push((0..0, mistake));
        }
        return Err(binder.mistakes);
    }
    let inputs: Vec<Tests> = inputs.into_iter().flatten().collect();
    let mut asked: Vec<Vec<Set>> = Vec::with_capacity(written.rules.len());
    let mut conditions: Vec<(usize, u32)> = Vec::new();
    for (number, rule) in written.rules.iter().enumerate() {
        let row = inputs.iter().enumerate().zip(&rule.tests);
        let sets = row.map(|(input, cell)| binder.test(input, cell, number, &mut conditions));
        asked.push(sets.collect());
    }
    let (mut kinds, mut outputs, mut given) = (Vec::new(), Vec::new(), Vec::new());
    let mut copied: Vec<u32> = Vec::new();
    for (i, output) in written.outputs.iter().enumerate() {
        let (kind, of_output, values) = binder.output(i, output, &mut copied);
        kinds.push(kind);
        outputs.push(of_output);
        given.push(values);
    }
    let mut columns = core::mem::take(&mut binder.tested);
    let extra = binder.condition_columns(&conditions, &mut columns);
    if !binder.mistakes.is_empty() {
        return Err(binder.mistakes);
    }
    let conditions: BTreeSet<(usize, u32)> = conditions.into_iter().collect();
    let rule = |(number, mut tests): (usize, Vec<Set>)| {
        for &column in &extra {
            let here = conditions.contains(&(number, column));
            tests.push(if here { Set::one(1.0) } else { Set::any() });
        }
        let outputs =
            given.iter().map(|values| values.get(number).copied().unwrap_or(Value::Absent)).collect();
        Rule { tests, outputs }
    };
    let rules = asked.into_iter().enumerate().map(rule).collect();
    let domains = columns.iter().map(|column| column.domain).collect();
    let mut sources: Vec<Source> = columns.iter().map(|column| column.source).collect();
    sources.extend(copied.into_iter().map(Source::Computed));
    let columns = columns.into_iter().map(|column| (column.name, column.kind)).collect();
    let Binder { compiler, computed, .. } = binder;
    let Compiler { builder, inputs: reads, .. } = compiler;
    let formula = match computed.is_empty() {
        true => None,
        false => match builder.finish(reads.len() as u32, &computed) {
            Ok(formula) => Some((formula, reads)),
            Err(what) => return Err(vec![(0..0, Mistake::new(0..0, what, "make the table smaller"))]),
        },
    };
    let table = Table { policy: written.policy, hits: written.hits, domains, outputs, rules };
    Ok(Bound { table, sources, columns, conditions: extra.len(), formula, outputs: kinds })
}

/// What is tested.
struct Tests {
    node: Node,
    kind: Kind,
}

struct Tested {
    name: String,
    source: Source,
    kind: Kind,
    domain: Domain,
}

struct Binder<'a> {
    written: &'a WrittenTable,
    scope: &'a Scope,
    known: &'a [&'a str],
    compiler: Compiler<'a>,
    /// Outputs of the formula.
    computed: Vec<Register>,
    tested: Vec<Tested>,
    /// Cells that were read before, by column and text: large tables repeat them.
    sets: BTreeMap<(usize, String), Set>,
    mistakes: Vec<Placed>,
}

fn domain_of(kind: &Kind) -> Domain {
    match kind {
        Kind::Truth => Domain::indices(2),
        Kind::Text(list) => Domain::indices(list.len()),
        Kind::Date | Kind::Days | Kind::Months => Domain { whole: true, ..Domain::ANY },
        Kind::Number | Kind::Null => Domain::ANY,
    }
}

impl<'a> Binder<'a> {
    fn note<T>(&mut self, cell: &Cell, found: Result<T, Mistake>) -> Option<T> {
        let mistake = match found {
            Ok(found) => return Some(found),
            Err(mistake) => mistake,
        };
        let text = cell.text.trim();
        let message = match text.is_empty() {
            true => mistake.message,
            false => format!("in `{}`: {}", text.chars().take(80).collect::<String>(), mistake.message),
        };
        self.mistakes.push((cell.span.clone(), Mistake { message, ..mistake }));
        None
    }

    fn compute(&mut self, x: &Typed) -> u32 {
        let at = self.computed.iter().position(|&register| register == x.register).unwrap_or_else(|| {
            self.computed.push(x.register);
            self.computed.len() - 1
        });
        at as u32
    }

    /// A tested expression: a column that is there, or one that is computed.
    fn input(&mut self, cell: &Cell, domain: &impl Fn(u32) -> Domain) -> Option<Tests> {
        let parsed = expression(&cell.text, self.known);
        let node = self.note(cell, parsed)?;
        let name = cell.text.split_whitespace().collect::<Vec<_>>().join(" ");
        let column = match &node.expr {
            Expr::Name(name) => self.scope.columns.get(name),
            _ => None,
        };
        let (source, kind, domain) = match column {
            Some((column, kind)) => (Source::Column(*column), kind.clone(), domain(*column)),
            None => {
                let found = self.compiler.compile(&node);
                let x = self.note(cell, found)?;
                (Source::Computed(self.compute(&x)), x.kind.clone(), domain_of(&x.kind))
            }
        };
        self.tested.push(Tested { name, source, kind: kind.clone(), domain });
        Some(Tests { node, kind })
    }

    fn test(
        &mut self,
        (column, input): (usize, &Tests),
        cell: &Cell,
        rule: usize,
        conditions: &mut Vec<(usize, u32)>,
    ) -> Set {
        let key = (column, cell.text.clone());
        if let Some(set) = self.sets.get(&key) {
            return set.clone();
        }
        let read = cell::read(&cell.text, &input.kind, self.scope, self.known, self.written.bare);
        match self.note(cell, read) {
            Some(Asked::Set(set)) => {
                self.sets.insert(key, set.clone());
                set
            }
            Some(Asked::Condition(tests)) => {
                let condition = self.condition(input, &tests, cell);
                conditions.extend(condition.map(|column| (rule, column)));
                Set::any()
            }
            None => Set::none(),
        }
    }

    /// A computed column that is 1 where tests hold that depend on other columns.
    fn condition(&mut self, input: &Tests, tests: &[Test], cell: &Cell) -> Option<u32> {
        let node = Node { span: 0..cell.text.len(), expr: Expr::Null };
        let subject = self.compiler.compile(&input.node);
        let subject = self.note(cell, subject)?;
        let found = self.compiler.tests(subject, tests, &node);
        let holds = self.note(cell, found)?;
        Some(self.compute(&holds))
    }

    /// A tested column for each condition.
    fn condition_columns(&self, conditions: &[(usize, u32)], columns: &mut Vec<Tested>) -> Vec<u32> {
        let mut extra: Vec<u32> = conditions.iter().map(|&(_, column)| column).collect();
        extra.sort_unstable();
        extra.dedup();
        for &column in &extra {
            let rule = conditions.iter().find(|&&(_, c)| c == column).map_or(0, |&(rule, _)| rule);
            let name = format!("the condition of rule {}", rule + 1);
            columns.push(Tested {
                name,
                source: Source::Computed(column),
                kind: Kind::Truth,
                domain: Domain::indices(2),
            });
        }
        extra
    }

    /// An output: what it is, its default and order, and what each rule gives.
    fn output(
        &mut self,
        i: usize,
        output: &WrittenOutput,
        copied: &mut Vec<u32>,
    ) -> (Kind, Output, Vec<Value>) {
        let written = self.written;
        let cells = || written.rules.iter().filter_map(|rule| rule.outputs.get(i));
        let list = match &output.kind {
            OutputType::Text(list) if !list.is_empty() => Some(list.as_slice()),
            _ => None,
        };
        let all: Vec<&Cell> = cells().chain(&output.default).chain(&output.order).collect();
        let found: Vec<Given> = all.iter().map(|cell| self.given(cell, list)).collect();
        let kind = self.output_kind(output, &all, &found);
        let values: Vec<Value> =
            all.iter().zip(found).map(|(cell, given)| self.value(cell, given, &kind, copied)).collect();
        let (rules, rest) = values.split_at(written.rules.len().min(values.len()));
        let (default, order) = rest.split_at(usize::from(output.default.is_some()).min(rest.len()));
        let order = match (&kind, order.is_empty(), list) {
            (Kind::Text(list), true, Some(_)) => (0..list.len()).map(|i| i as f64).collect(),
            _ => order
                .iter()
                .filter_map(|value| if let Value::Constant(x) = value { Some(*x) } else { None })
                .collect(),
        };
        if written.policy.ranks() && rules.iter().any(|value| matches!(value, Value::Column(_))) {
            let mistake =
                Mistake::new(0..0, "outputs with a priority must be constants", "use another hit policy");
            self.mistakes.push((output.span.clone(), mistake));
        }
        (kind, Output { default: default.first().copied(), order }, rules.to_vec())
    }

    fn given(&mut self, cell: &Cell, list: Option<&[String]>) -> Given {
        let list = list.filter(|_| self.written.bare);
        let parsed = cell::output(&cell.text, list, self.known);
        let Some(Some(node)) = self.note(cell, parsed) else { return Given::Absent };
        let constant = cell::constant(&node, self.scope);
        match self.note(cell, constant) {
            Some(Some((_, Kind::Null))) | None => Given::Absent,
            Some(Some((value, kind))) => Given::Constant(value, kind),
            Some(None) => {
                let found = self.compiler.compile(&node);
                self.note(cell, found).map_or(Given::Absent, Given::Computed)
            }
        }
    }

    /// What an output is: as declared, or as its rules give it; the texts of all that it can be.
    fn output_kind(&mut self, output: &WrittenOutput, cells: &[&Cell], found: &[Given]) -> Kind {
        let of = |given: &Given| match given {
            Given::Absent => None,
            Given::Constant(_, kind) => Some(kind.clone()),
            Given::Computed(x) => Some(x.kind.clone()),
        };
        let declared = match &output.kind {
            OutputType::Number => Some(Kind::Number),
            OutputType::Truth => Some(Kind::Truth),
            OutputType::Date => Some(Kind::Date),
            OutputType::Text(list) => Some(Kind::Text(Rc::new(list.clone()))),
            OutputType::Found => found.iter().find_map(of),
        };
        let Some(kind) = declared else { return Kind::Number };
        let fixed = matches!(&output.kind, OutputType::Text(list) if !list.is_empty());
        let mut all: Vec<String> = match &output.kind {
            OutputType::Text(list) => list.clone(),
            _ => Vec::new(),
        };
        for (cell, given) in cells.iter().zip(found) {
            match (of(given), &kind) {
                (Some(Kind::Text(own)), Kind::Text(_)) => {
                    let new: Vec<String> = own.iter().filter(|text| !all.contains(text)).cloned().collect();
                    if let (Some(text), true) = (new.first(), fixed) {
                        let mend = crate::author::source::suggest::mend(text, all.iter().map(String::as_str));
                        let mistake = Mistake::new(
                            0..0,
                            format!("`{text}` is not among the values of the output"),
                            mend,
                        );
                        self.note::<()>(cell, Err(mistake));
                    }
                    all.extend(new);
                }
                (Some(Kind::Null) | None, _) => {}
                (Some(found), kind) if found != *kind => {
                    let message =
                        format!("this is {}, and the output is {}", found.describe(), kind.describe());
                    let mend = format!("write {}", kind.describe());
                    self.note::<()>(cell, Err(Mistake::new(0..0, message, mend)));
                }
                _ => {}
            }
        }
        if let Kind::Text(_) = kind { Kind::Text(Rc::new(all)) } else { kind }
    }

    fn value(&mut self, cell: &Cell, given: Given, kind: &Kind, copied: &mut Vec<u32>) -> Value {
        match (given, kind) {
            (Given::Absent, _) => Value::Absent,
            (Given::Constant(_, own), Kind::Text(list)) => {
                let text = cell::constant_text(&own).unwrap_or_default();
                let place = list.iter().position(|t| t == text);
                place.map_or(Value::Absent, |place| Value::Constant(place as f64))
            }
            (Given::Constant(x, _), _) => Value::Constant(x),
            (Given::Computed(x), _) => {
                let unified = self.compiler.text_of(x, kind);
                let Some(x) = self.note(cell, unified) else { return Value::Absent };
                let computed = self.compute(&x);
                let at = copied.iter().position(|&c| c == computed).unwrap_or_else(|| {
                    copied.push(computed);
                    copied.len() - 1
                });
                Value::Column(at as u32)
            }
        }
    }
}

/// What an output cell gives.
enum Given {
    Absent,
    Constant(f64, Kind),
    Computed(Typed),
}
