//! From expressions to steps of a formula.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::ast::{Comparison, Expr, Mistake, Node, Operator};
use super::texts;
use crate::author::formula::{FormulaBuilder, Register};
use crate::author::source::suggest;
use crate::feature::formula::Function as Step;

/// What the values of a register are.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// A number.
    Number,
    /// 0 or 1.
    Truth,
    /// Days since 1970-01-01.
    Date,
    /// Index into a list of texts.
    Text(Rc<Vec<String>>),
    /// A duration in days.
    Days,
    /// A duration in months.
    Months,
    /// Always absent.
    Null,
}

impl Kind {
    /// For messages.
    pub fn describe(&self) -> &'static str {
        match self {
            Self::Number => "a number",
            Self::Truth => "true or false",
            Self::Date => "a date",
            Self::Text(_) => "a text",
            Self::Days => "a duration in days",
            Self::Months => "a duration in months",
            Self::Null => "null",
        }
    }
}

/// A register and what its values are.
#[derive(Clone, Debug, PartialEq)]
pub struct Typed {
    /// The register.
    pub register: Register,
    /// What its values are.
    pub kind: Kind,
}

/// A function that a model defines: an expression of its parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    /// Names of the parameters.
    pub parameters: Vec<String>,
    /// What it computes.
    pub body: Node,
}

/// The names that expressions may read.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// Columns by name.
    pub columns: BTreeMap<String, (u32, Kind)>,
    /// Functions by name.
    pub functions: BTreeMap<String, Function>,
}

impl Scope {
    /// The names as [`expression`](super::expression) wants them.
    pub fn known(&self) -> Vec<&str> {
        self.columns.keys().chain(self.functions.keys()).map(String::as_str).collect()
    }
}

/// How deep functions of a model may call each other.
const CALLS: usize = 16;
/// Parts of expressions that one formula may be made of: functions that call each other may write out very long ones.
const WORK: usize = 1 << 20;

/// Makes steps of expressions.
pub struct Compiler<'a> {
    scope: &'a Scope,
    /// The formula.
    pub builder: FormulaBuilder,
    /// The columns that are read, in the order of the formula's inputs.
    pub inputs: Vec<u32>,
    /// Parameters of the functions that are being called; and `?`.
    pub(super) locals: Vec<(String, Typed)>,
    calls: usize,
    work: usize,
}

pub(super) type Compiled = Result<Typed, Mistake>;

impl<'a> Compiler<'a> {
    /// An empty formula over the names of a scope.
    pub fn new(scope: &'a Scope) -> Self {
        Self {
            scope,
            builder: FormulaBuilder::new(),
            inputs: Vec::new(),
            locals: Vec::new(),
            calls: 0,
            work: 0,
        }
    }

    /// The register of a column.
    pub fn input(&mut self, column: u32) -> Register {
        let at = self.inputs.iter().position(|&c| c == column).unwrap_or_else(|| {
            self.inputs.push(column);
            self.inputs.len() - 1
        });
        Register::Input(at as u32)
    }

    /// What an expression computes.
    pub fn compile(&mut self, node: &Node) -> Compiled {
        self.work += 1;
        if self.work > WORK {
            let message = "this is too long when its functions are written out";
            return Err(Mistake::new(
                node.span.clone(),
                message,
                "compute a part of it in a node of its own",
            ));
        }
        match &node.expr {
            Expr::Null => Ok(self.null()),
            Expr::Number(x) => Ok(self.constant(*x, Kind::Number)),
            Expr::Truth(x) => Ok(self.constant(f64::from(u8::from(*x)), Kind::Truth)),
            Expr::Text(text) => Ok(self.constant(0.0, Kind::Text(Rc::new(vec![text.clone()])))),
            Expr::Name(name) => self.name(name, node),
            Expr::Neg(of) => {
                let x = self.compile(of)?;
                match x.kind {
                    Kind::Number | Kind::Days | Kind::Months => {
                        Ok(self.apply(Step::Neg, &[&x], x.kind.clone()))
                    }
                    Kind::Null => Ok(x),
                    _ => Err(wrong(of, &x, "a number")),
                }
            }
            Expr::Binary(op, a, b) => self.binary(*op, a, b, node),
            Expr::If(condition, a, b) => {
                let condition = self.truth(condition)?;
                let (a, b) = (self.compile(a)?, self.compile(b)?);
                let (a, b) = self.unified(a, b, node)?;
                // Whatever is not true, null too, is the other case.
                let no = self.constant(0.0, Kind::Truth);
                let condition = self.apply(Step::OrElse, &[&condition, &no], Kind::Truth);
                Ok(self.select(&condition, &a, &b))
            }
            Expr::Between(x, from, to) => {
                let (x, from, to) = (self.compile(x)?, self.compile(from)?, self.compile(to)?);
                let above = self.compare(Comparison::GreaterEqual, &x, &from, node)?;
                let below = self.compare(Comparison::LessEqual, &x, &to, node)?;
                Ok(self.apply(Step::And, &[&above, &below], Kind::Truth))
            }
            Expr::In(x, tests) => {
                let x = self.compile(x)?;
                self.locals.push(("?".to_owned(), x));
                let found = self.one_of(tests, node);
                self.locals.pop();
                found
            }
            Expr::Call(name, arguments) => self.call(name, arguments, node),
            Expr::Path(of, name) => self.path(of, name, node),
        }
    }

    /// A text as an index into the list of `kind`; anything else as it is.
    ///
    /// # Errors
    /// A text that is not in the list.
    pub fn text_of(&mut self, x: Typed, kind: &Kind) -> Result<Typed, Mistake> {
        if let (Kind::Text(own), Kind::Text(all)) = (&x.kind, kind)
            && let Some(text) = own.iter().find(|text| !all.contains(text))
        {
            let message = format!("this can be `{text}`, which is not among the values");
            return Err(Mistake::new(0..0, message, "add it to the values"));
        }
        Ok(texts::in_list(self, &x, kind))
    }

    pub(super) fn constant(&mut self, x: f64, kind: Kind) -> Typed {
        Typed { register: self.builder.constant(x), kind }
    }

    /// A value that is always missing.
    pub(super) fn null(&mut self) -> Typed {
        let zero = self.builder.constant(0.0);
        Typed { register: self.builder.table(Step::Lookup, zero, &[f64::NAN]), kind: Kind::Null }
    }

    pub(super) fn apply(&mut self, step: Step, of: &[&Typed], kind: Kind) -> Typed {
        let registers: Vec<Register> = of.iter().map(|x| x.register).collect();
        Typed { register: self.builder.apply(step, &registers), kind }
    }

    pub(super) fn select(&mut self, condition: &Typed, a: &Typed, b: &Typed) -> Typed {
        match self.builder.value(condition.register) {
            Some(x) if x != 0.0 => a.clone(),
            Some(_) => b.clone(),
            None => self.apply(Step::Select, &[condition, a, b], a.kind.clone()),
        }
    }

    /// A table of an index; of a constant index the value itself.
    pub(super) fn lookup(&mut self, x: &Typed, values: &[f64], kind: Kind) -> Typed {
        match self.builder.value(x.register).and_then(|i| values.get(i as usize)) {
            Some(&value) if !value.is_nan() => self.constant(value, kind),
            _ => Typed { register: self.builder.table(Step::Lookup, x.register, values), kind },
        }
    }

    fn name(&mut self, name: &str, node: &Node) -> Compiled {
        if let Some((_, local)) = self.locals.iter().rev().find(|(local, _)| local == name) {
            return Ok(local.clone());
        }
        if let Some((column, kind)) = self.scope.columns.get(name) {
            return Ok(Typed { register: self.input(*column), kind: kind.clone() });
        }
        let message = format!("there is no field, node or input `{name}`");
        let mend = suggest::mend(name, self.scope.columns.keys().map(String::as_str));
        Err(Mistake::new(node.span.clone(), message, mend))
    }

    /// A condition.
    pub(super) fn truth(&mut self, node: &Node) -> Compiled {
        let x = self.compile(node)?;
        match x.kind {
            Kind::Truth | Kind::Null => Ok(Typed { kind: Kind::Truth, ..x }),
            _ => Err(wrong(node, &x, "true or false")),
        }
    }

    /// A number.
    pub(super) fn number(&mut self, node: &Node) -> Compiled {
        let x = self.compile(node)?;
        match x.kind {
            Kind::Number | Kind::Null => Ok(Typed { kind: Kind::Number, ..x }),
            _ => Err(wrong(node, &x, "a number")),
        }
    }

    fn binary(&mut self, op: Operator, a: &Node, b: &Node, node: &Node) -> Compiled {
        if let Operator::And | Operator::Or = op {
            let (x, y) = (self.truth(a)?, self.truth(b)?);
            let step = if op == Operator::And { Step::And } else { Step::Or };
            return Ok(self.apply(step, &[&x, &y], Kind::Truth));
        }
        let (x, y) = (self.compile(a)?, self.compile(b)?);
        if let Operator::Compare(comparison) = op {
            return self.compare(comparison, &x, &y, node);
        }
        let step = match op {
            Operator::Add => Step::Add,
            Operator::Sub => Step::Sub,
            Operator::Mul => Step::Mul,
            Operator::Div => Step::Div,
            _ => Step::Pow,
        };
        let plain = matches!(op, Operator::Add | Operator::Sub);
        let kind = match (&x.kind, &y.kind) {
            (Kind::Null, _) => return Ok(x),
            (_, Kind::Null) => return Ok(y),
            (Kind::Number, Kind::Number) => Kind::Number,
            (Kind::Text(_), Kind::Text(_)) if op == Operator::Add => {
                return texts::joined(self, &x, &y, node);
            }
            (Kind::Date, Kind::Days) if plain => Kind::Date,
            (Kind::Days, Kind::Date) if op == Operator::Add => Kind::Date,
            (Kind::Date, Kind::Date) if op == Operator::Sub => Kind::Days,
            (Kind::Date, Kind::Months) if plain => {
                let months = if op == Operator::Sub { self.apply(Step::Neg, &[&y], Kind::Months) } else { y };
                return Ok(self.apply(Step::AddMonths, &[&x, &months], Kind::Date));
            }
            (Kind::Months, Kind::Date) if op == Operator::Add => {
                return Ok(self.apply(Step::AddMonths, &[&y, &x], Kind::Date));
            }
            (Kind::Days, Kind::Days) if plain => Kind::Days,
            (Kind::Months, Kind::Months) if plain => Kind::Months,
            _ => {
                let message =
                    format!("one cannot do this with {} and {}", x.kind.describe(), y.kind.describe());
                return Err(Mistake::new(
                    node.span.clone(),
                    message,
                    "calculate with numbers, or with dates and durations",
                ));
            }
        };
        Ok(self.apply(step, &[&x, &y], kind))
    }

    /// A comparison as FEEL has it: `=` and `!=` are never null, and null is equal to null only; the others are null if either is.
    pub(super) fn compare(&mut self, comparison: Comparison, x: &Typed, y: &Typed, node: &Node) -> Compiled {
        let equality = matches!(comparison, Comparison::Equal | Comparison::NotEqual);
        if x.kind == Kind::Null || y.kind == Kind::Null {
            return Ok(match (equality, x.kind == Kind::Null) {
                (false, true) => Typed { kind: Kind::Truth, ..x.clone() },
                (false, false) => Typed { kind: Kind::Truth, ..y.clone() },
                (true, first) => {
                    let other = if first { y } else { x };
                    let absent = self.apply(Step::IsAbsent, &[other], Kind::Truth);
                    if comparison == Comparison::Equal {
                        absent
                    } else {
                        self.apply(Step::Not, &[&absent], Kind::Truth)
                    }
                }
            });
        }
        let (x, y) = match (&x.kind, &y.kind) {
            (Kind::Text(_), Kind::Text(_)) if !equality => texts::ranked(self, x, y),
            _ => self.unified(x.clone(), y.clone(), node)?,
        };
        let (step, turned) = match comparison {
            Comparison::Equal | Comparison::NotEqual => (Step::Equal, false),
            Comparison::Less => (Step::Less, false),
            Comparison::LessEqual => (Step::LessEqual, false),
            Comparison::Greater => (Step::Less, true),
            Comparison::GreaterEqual => (Step::LessEqual, true),
        };
        if !equality && x.kind == Kind::Truth {
            return Err(Mistake::new(
                node.span.clone(),
                "true and false have no order",
                "compare them with `=`",
            ));
        }
        let pair = if turned { [&y, &x] } else { [&x, &y] };
        let found = self.apply(step, &pair, Kind::Truth);
        if !equality {
            return Ok(found);
        }
        let constant = |of: &Typed, this: &Self| this.builder.value(of.register).is_some();
        let found = if constant(&found, self) {
            found
        } else {
            // If either is absent: whether both are.
            let (a, b) = (
                self.apply(Step::IsAbsent, &[&x], Kind::Truth),
                self.apply(Step::IsAbsent, &[&y], Kind::Truth),
            );
            let both = match constant(&x, self) || constant(&y, self) {
                true => self.constant(0.0, Kind::Truth),
                false => self.apply(Step::And, &[&a, &b], Kind::Truth),
            };
            self.apply(Step::OrElse, &[&found, &both], Kind::Truth)
        };
        Ok(if comparison == Comparison::Equal {
            found
        } else {
            self.apply(Step::Not, &[&found], Kind::Truth)
        })
    }

    /// Two values of one kind; texts over one list.
    pub(super) fn unified(&mut self, a: Typed, b: Typed, node: &Node) -> Result<(Typed, Typed), Mistake> {
        match (&a.kind, &b.kind) {
            (Kind::Null, kind) => Ok((Typed { kind: kind.clone(), ..a }, b)),
            (kind, Kind::Null) => Ok((a.clone(), Typed { kind: kind.clone(), ..b })),
            (Kind::Text(x), Kind::Text(y)) => {
                let mut all: Vec<String> = x.to_vec();
                all.extend(y.iter().filter(|text| !x.contains(text)).cloned());
                let kind = Kind::Text(Rc::new(all));
                Ok((texts::in_list(self, &a, &kind), texts::in_list(self, &b, &kind)))
            }
            (x, y) if x == y => Ok((a, b)),
            (x, y) => {
                let message = format!("{} and {} do not go together", x.describe(), y.describe());
                Err(Mistake::new(node.span.clone(), message, "write values of the same type"))
            }
        }
    }

    /// A call of a function of the model, or of FEEL's own.
    fn call(&mut self, name: &str, arguments: &[Node], node: &Node) -> Compiled {
        let Some(function) = self.scope.functions.get(name) else {
            return self.own_function(name, arguments, node);
        };
        if function.parameters.len() != arguments.len() {
            let message =
                format!("`{name}` has {} parameters, not {}", function.parameters.len(), arguments.len());
            return Err(Mistake::new(node.span.clone(), message, "give as many arguments"));
        }
        if self.calls >= CALLS {
            let message = format!("`{name}` calls functions that call it");
            return Err(Mistake::new(node.span.clone(), message, "write it without recursion"));
        }
        let mut given = Vec::with_capacity(arguments.len());
        for (parameter, argument) in function.parameters.iter().zip(arguments) {
            given.push((parameter.clone(), self.compile(argument)?));
        }
        let outer = core::mem::replace(&mut self.locals, given);
        self.calls += 1;
        let found = self.compile(&function.body);
        self.calls -= 1;
        self.locals = outer;
        found.map_err(|inner| {
            let message = format!("in `{name}`: {}", inner.message);
            Mistake::new(node.span.clone(), message, inner.mend)
        })
    }
}

pub(super) fn wrong(node: &Node, found: &Typed, expected: &str) -> Mistake {
    let message = format!("this is {}, where {expected} is wanted", found.kind.describe());
    Mistake::new(node.span.clone(), message, format!("write {expected}"))
}
