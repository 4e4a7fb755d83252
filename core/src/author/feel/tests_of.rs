//! Unary tests as conditions of a register: for tests that are not of constants only.

use super::ast::{Comparison, Expr, Mistake, Node, Test};
use super::compile::{Compiled, Compiler, Kind, Typed};
use crate::feature::formula::Function as Step;

impl Compiler<'_> {
    /// Whether one of the tests holds of `subject`; `span` is of messages.
    pub fn tests(&mut self, subject: Typed, tests: &[Test], node: &Node) -> Compiled {
        self.locals.push(("?".to_owned(), subject));
        let found = self.one_of(tests, node);
        self.locals.pop();
        found
    }

    pub(super) fn one_of(&mut self, tests: &[Test], node: &Node) -> Compiled {
        let mut any: Option<Typed> = None;
        for test in tests {
            let holds = self.holds(test, node)?;
            any = Some(match any {
                Some(before) => self.apply(Step::Or, &[&before, &holds], Kind::Truth),
                None => holds,
            });
        }
        any.ok_or_else(|| Mistake::new(node.span.clone(), "there is no test", "write at least one"))
    }

    fn subject(&self, node: &Node) -> Compiled {
        let found = self.locals.iter().rev().find(|(name, _)| name == "?").map(|(_, x)| x.clone());
        found.ok_or_else(|| {
            Mistake::new(node.span.clone(), "`?` means nothing here", "use it in a cell of a table")
        })
    }

    fn holds(&mut self, test: &Test, node: &Node) -> Compiled {
        let subject = self.subject(node)?;
        match test {
            Test::Compare(comparison, value) => {
                let value = self.compile(value)?;
                self.compare(*comparison, &subject, &value, node)
            }
            Test::Interval { from, from_open, to, to_open } => {
                let (from, to) = (self.compile(from)?, self.compile(to)?);
                let above = if *from_open { Comparison::Greater } else { Comparison::GreaterEqual };
                let below = if *to_open { Comparison::Less } else { Comparison::LessEqual };
                let above = self.compare(above, &subject, &from, node)?;
                let below = self.compare(below, &subject, &to, node)?;
                Ok(self.apply(Step::And, &[&above, &below], Kind::Truth))
            }
            Test::Value(value) => {
                let found = self.compile(value)?;
                // A condition on the value, not a truth that it must be equal to.
                if found.kind == Kind::Truth && (subject.kind != Kind::Truth || mentions_subject(value)) {
                    return Ok(found);
                }
                self.compare(Comparison::Equal, &subject, &found, node)
            }
            Test::Not(tests) => {
                let any = self.one_of(tests, node)?;
                let none = self.apply(Step::Not, &[&any], Kind::Truth);
                let absent = self.apply(Step::IsAbsent, &[&subject], Kind::Truth);
                let present = self.apply(Step::Not, &[&absent], Kind::Truth);
                Ok(self.apply(Step::And, &[&present, &none], Kind::Truth))
            }
            Test::OneOf(tests) => self.one_of(tests, node),
        }
    }
}

/// Whether an expression reads `?`.
fn mentions_subject(node: &Node) -> bool {
    match &node.expr {
        Expr::Name(name) => name == "?",
        Expr::Neg(x) | Expr::Path(x, _) | Expr::In(x, _) => mentions_subject(x),
        Expr::Binary(_, a, b) => mentions_subject(a) || mentions_subject(b),
        Expr::If(a, b, c) | Expr::Between(a, b, c) => [a, b, c].into_iter().any(|x| mentions_subject(x)),
        Expr::Call(_, arguments) => arguments.iter().any(mentions_subject),
        Expr::Null | Expr::Number(_) | Expr::Text(_) | Expr::Truth(_) => false,
    }
}
