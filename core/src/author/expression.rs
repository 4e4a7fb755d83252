//! Expressions: a subset of the Common Expression Language, compiled to steps of a [`Formula`](crate::feature::formula::Formula).
//!
//! `docs/expressions.md` is the reference: grammar, functions, absent values, and where the subset differs from the language.
//!
//! What an expression computes from constants alone is computed here, by the language's own rules; texts exist only here: a
//! category is an index at run time, and a function of categories becomes a table over them.

mod ast;
mod compiler;
mod constant;
mod date;
mod escape;
mod events;
mod lexer;
mod lower;
mod macros;
mod member;
mod names;
mod operand;
mod parser;
mod scope;
mod tabulate;
#[cfg(test)]
mod tests;
mod typed;
mod value;

use core::ops::Range;

pub use scope::{Column, EventColumn, Events, Kind, Scope};
pub use value::Value;

use super::formula::{FormulaBuilder, Register};
use ast::Expr;
use operand::Operand;

/// Bounds of what is compiled.
mod limits {
    /// Bytes of a text.
    pub(super) const TEXT: usize = 1 << 16;
    /// Levels of a tree.
    pub(super) const DEPTH: usize = 128;
    /// Parts of a tree.
    pub(super) const NODES: usize = 1 << 14;
    /// Parts that are compiled, with those of macros counted once for every element.
    pub(super) const WORK: usize = 1 << 18;
    /// Elements of a list, bytes of a text, rows of a table.
    pub(super) const SIZE: usize = 1 << 16;
}

/// What is wrong with an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The bytes of the text that are wrong.
    pub span: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub mend: String,
    /// Whether it is about a name that nothing declares.
    pub unknown_name: bool,
}

impl Mistake {
    fn new(span: Range<usize>, message: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { span, message: message.into(), mend: mend.into(), unknown_name: false }
    }
}

/// What an expression was compiled to.
#[derive(Clone, Debug, PartialEq)]
pub struct Typed {
    /// Where the result stands.
    pub register: Register,
    /// What it is. A text is a category: the register has its index.
    pub kind: Kind,
    /// Its unit; empty for none.
    pub unit: String,
    /// The value, if it does not depend on the columns.
    pub constant: Option<Value>,
}

/// A parsed expression.
#[derive(Clone, Debug)]
pub struct Expression {
    root: Expr,
}

impl Expression {
    /// Parses a text.
    ///
    /// # Errors
    /// The first mistake of syntax; a text, or a tree of it, over the limits (64 KiB, 128 levels, 16,384 parts).
    pub fn parse(text: &str) -> Result<Self, Mistake> {
        Ok(Self { root: parser::parse(text)? })
    }

    /// The names that it reads, each once, in the order of the text, with the place of the first: the longest chain of names
    /// and dots, as `bureau.pd`, without variables of macros and names of functions.
    pub fn names(&self) -> Vec<(String, Range<usize>)> {
        names::read(&self.root)
    }

    /// Compiles it.
    ///
    /// # Errors
    /// Every mistake found.
    pub fn compile(&self, scope: &Scope, builder: &mut FormulaBuilder) -> Result<Typed, Vec<Mistake>> {
        compiler::compile(&self.root, scope, builder)
    }
}

/// Parses and compiles a text. Columns of event lists must be inputs of the formula.
///
/// # Errors
/// Every mistake found.
pub fn compile(text: &str, scope: &Scope, builder: &mut FormulaBuilder) -> Result<Typed, Vec<Mistake>> {
    Expression::parse(text).map_err(|mistake| vec![mistake])?.compile(scope, builder)
}

/// As [`compile`], of an expression that must be true or false.
///
/// # Errors
/// Every mistake found; a result of another kind.
pub fn condition(text: &str, scope: &Scope, builder: &mut FormulaBuilder) -> Result<Register, Vec<Mistake>> {
    let typed = compile(text, scope, builder)?;
    if typed.kind == Kind::Flag {
        return Ok(typed.register);
    }
    let message = format!("a condition is true or false, and this is {}", typed.kind.describe());
    Err(vec![Mistake::new(0..text.len(), message, "compare it: `x > 0`, `x == \"own\"`")])
}

/// The value of a text that reads no columns.
///
/// # Errors
/// Every mistake found.
pub fn constant(text: &str) -> Result<Value, Vec<Mistake>> {
    let expression = Expression::parse(text).map_err(|mistake| vec![mistake])?;
    match compiler::evaluate(&expression.root, &Scope::default(), &mut FormulaBuilder::new())? {
        Operand::Constant(value) => Ok(value),
        _ => Err(vec![Mistake::new(0..text.len(), "this is no constant", "take the columns out")]),
    }
}
