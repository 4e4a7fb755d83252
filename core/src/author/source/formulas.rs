//! Formulas under construction in a source: expressions and steps that become one node, with the columns that they read.

use core::ops::Range;
use std::rc::Rc;

use super::builder::{Builder, Here, Kind, Live, Output, Unanswered};
use super::code;
use super::report::{MAIN, Name, Report, Spanned};
use super::table::Item;
use crate::author::expression::{self, Expression, Mistake, Scope, Typed};
use crate::author::formula::{FormulaBuilder, Register};
use crate::feature::formula::Function;
use crate::graph::Op;
use crate::schema::{EventSchema, FieldType};

/// An expression as written.
#[derive(Clone, Debug)]
pub(super) struct Text {
    text: Name,
    expression: Expression,
}

impl Text {
    /// Reads a text that is an expression.
    pub(super) fn read(item: &Item<'_>) -> Option<Self> {
        let text = item.text()?;
        match Expression::parse(&text.value) {
            Ok(expression) => Some(Self { text, expression }),
            Err(mistake) => {
                tell(&[mistake], &text, item.report());
                None
            }
        }
    }

    /// Reads an expression, a number or a flag.
    pub(super) fn value(item: &Item<'_>) -> Option<Self> {
        let text = match (item.as_number(), item.as_flag()) {
            (Some(number), _) => format!("{:?}", number.value),
            (None, Some(flag)) => flag.to_string(),
            (None, None) => return Self::read(item),
        };
        let expression = Expression::parse(&text).ok()?;
        Some(Self { text: Spanned::new(text, item.span()), expression })
    }

    /// Where it stands.
    pub(super) fn span(&self) -> &Range<usize> {
        &self.text.span
    }

    /// The names that it reads.
    pub(super) fn names(&self, report: &Report<'_>) -> Vec<Name> {
        let names = self.expression.names().into_iter();
        names.map(|(name, at)| Spanned::new(name, place(&self.text, &at, report))).collect()
    }

    /// The names that it reads, all at its own place.
    pub(super) fn inputs(&self) -> Vec<Name> {
        let names = self.expression.names().into_iter();
        names.map(|(name, _)| Spanned::new(name, self.text.span.clone())).collect()
    }
}

/// The place in the file of a part of a text, if the file has the text as it is; else that of the whole text.
fn place(text: &Name, part: &Range<usize>, report: &Report<'_>) -> Range<usize> {
    let written = report.files().get(MAIN).and_then(|bytes| bytes.get(text.span.clone()));
    match written == Some(text.value.as_bytes()) {
        true => text.span.start + part.start..text.span.start + part.end,
        false => text.span.clone(),
    }
}

fn tell(mistakes: &[Mistake], text: &Name, report: &Report<'_>) {
    for mistake in mistakes {
        let at = place(text, &mistake.span, report);
        report.error(code::EXPRESSION, &at, mistake.message.clone(), mistake.mend.clone());
    }
}

/// A formula that grows, with the columns that it reads.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) formula: FormulaBuilder,
    inputs: Vec<u32>,
    scope: Scope,
}

impl Draft {
    /// The register of a column.
    pub(super) fn input(&mut self, column: u32) -> Register {
        let at = self.inputs.iter().position(|&input| input == column).unwrap_or_else(|| {
            self.inputs.push(column);
            self.inputs.len() - 1
        });
        Register::Input(at as u32)
    }

    /// A function of registers.
    pub(super) fn apply(&mut self, function: Function, registers: &[Register]) -> Register {
        self.formula.apply(function, registers)
    }

    /// A constant.
    pub(super) fn constant(&mut self, x: f64) -> Register {
        self.formula.constant(x)
    }

    /// A register that is missing.
    pub(super) fn missing(&mut self) -> Register {
        let zero = self.constant(0.0);
        self.formula.table(Function::Lookup, zero, &[f64::NAN])
    }

    /// Compiles an expression; its mistakes are reported.
    pub(super) fn compile(&mut self, text: &Text, builder: &mut Builder<'_>) -> Option<Typed> {
        for name in text.names(builder.report) {
            let column = builder.readable(&name)?;
            let known = builder.column(column).cloned()?;
            let kind = match &known.kind {
                Kind::Number => match builder.fields.get(column as usize).map(|field| &field.kind) {
                    Some(FieldType::Integer) => expression::Kind::Integer,
                    _ => expression::Kind::Number,
                },
                Kind::Flag => expression::Kind::Flag,
                Kind::Category(values) => expression::Kind::Category(Rc::clone(values)),
                Kind::Date => expression::Kind::Date,
                Kind::Events => match builder.fields.get(column as usize).map(|field| &field.kind) {
                    Some(FieldType::EventList(schema)) => expression::Kind::Events(Rc::new(events(schema))),
                    _ => return None,
                },
                Kind::Hash => {
                    let message =
                        format!("`{}` is a bucket of a hash: expressions cannot read it", name.value);
                    builder.report.error(code::INPUT, &name.span, message, "read it through an embedding");
                    return None;
                }
            };
            let register = self.input(column);
            self.scope.add(name.value, expression::Column { register, kind, unit: known.unit });
        }
        match text.expression.compile(&self.scope, &mut self.formula) {
            Ok(typed) => Some(typed),
            Err(mistakes) => {
                tell(&mistakes, &text.text, builder.report);
                None
            }
        }
    }

    /// Compiles an expression that must be true or false.
    pub(super) fn condition(&mut self, text: &Text, builder: &mut Builder<'_>) -> Option<Register> {
        let typed = self.compile(text, builder)?;
        if typed.kind == expression::Kind::Flag {
            return Some(typed.register);
        }
        let message = format!("a condition is true or false, and this is {}", typed.kind.describe());
        builder.report.error(code::EXPRESSION, text.span(), message, "compare it: `x > 0`, `x == \"own\"`");
        None
    }

    /// Compiles an expression that must be a number.
    pub(super) fn number(&mut self, text: &Text, builder: &mut Builder<'_>) -> Option<Typed> {
        let typed = self.compile(text, builder)?;
        if matches!(typed.kind, expression::Kind::Number | expression::Kind::Integer) {
            return Some(typed);
        }
        let message = format!("a number is wanted here, and this is {}", typed.kind.describe());
        builder.report.error(
            code::EXPRESSION,
            text.span(),
            message,
            "write an expression that gives a number",
        );
        None
    }

    /// Adds the node; gives its first column. `live` are the absences of fields that go on to what reads it.
    pub(super) fn push(
        self,
        here: &Here,
        suffix: &str,
        outputs: Vec<(Output, Register)>,
        live: Live,
        builder: &mut Builder<'_>,
    ) -> Option<u32> {
        let (outputs, registers): (Vec<Output>, Vec<Register>) = outputs.into_iter().unzip();
        match self.formula.finish(self.inputs.len() as u32, &registers) {
            Ok(formula) => {
                let effect = (live, Unanswered::Pass);
                Some(builder.push(here, suffix, self.inputs, Op::Formula(formula), outputs, effect))
            }
            Err(what) => {
                builder.refused(&here.name.span, what, &here.name.value);
                None
            }
        }
    }

    /// The absences of fields that can reach these registers: not those that the formula has an answer for.
    pub(super) fn passing(&self, registers: &[Register], builder: &Builder<'_>) -> Live {
        let inputs = self.formula.passing(registers).into_iter();
        let columns: Vec<u32> = inputs.filter_map(|at| self.inputs.get(at as usize).copied()).collect();
        builder.live(&columns)
    }

    /// The absences of fields that reach its inputs.
    pub(super) fn live(&self, builder: &Builder<'_>) -> Live {
        builder.live(&self.inputs)
    }
}

/// What a value of an expression is as a column.
pub(super) fn kind_of(typed: &Typed) -> Kind {
    match &typed.kind {
        expression::Kind::Flag => Kind::Flag,
        expression::Kind::Date => Kind::Date,
        expression::Kind::Category(values) => Kind::Category(Rc::clone(values)),
        _ => Kind::Number,
    }
}

fn events(schema: &EventSchema) -> expression::Events {
    let column = |field: &crate::schema::Field| {
        let kind = match &field.kind {
            FieldType::Number => expression::Kind::Number,
            FieldType::Integer => expression::Kind::Integer,
            FieldType::Boolean => expression::Kind::Flag,
            FieldType::Date => expression::Kind::Date,
            FieldType::Category { values } => expression::Kind::Category(Rc::new(values.clone())),
            FieldType::EventList(_) | FieldType::Hash { .. } => return None,
        };
        Some(expression::EventColumn { kind, unit: field.unit.clone() })
    };
    let columns = schema.columns.iter().map(|own| (own.field.name.clone(), column(&own.field)));
    expression::Events { date: schema.date.clone(), columns: columns.collect() }
}
