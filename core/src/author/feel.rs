//! FEEL, the expression language of DMN: the part that can be computed over columns.
//!
//! `parse` reads expressions and unary tests, [`Compiler`] makes steps of a formula of them. Numbers are f64 and not decimals, texts are
//! those of closed lists, `null` is any missing state. `docs/decision-tables.md` has the list of what is there and the differences.

mod ast;
mod calls;
mod compile;
mod lex;
mod parse;
#[cfg(test)]
mod tests;
mod tests_of;
mod texts;

pub use ast::{Comparison, Expr, Mistake, Node, Test, Tests};
pub use compile::{Compiler, Function, Kind, Scope, Typed};
pub use parse::{expression, names_in, unary_tests};
