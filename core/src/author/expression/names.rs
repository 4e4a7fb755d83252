//! The names that an expression reads.

use core::ops::Range;

use super::ast::{Expr, Node};
use super::macros;

/// Names of columns, each once, with the place of the first.
pub(super) fn read(root: &Expr) -> Vec<(String, Range<usize>)> {
    let mut found = Found { names: Vec::new(), bound: Vec::new() };
    found.visit(root);
    found.names
}

struct Found {
    names: Vec<(String, Range<usize>)>,
    bound: Vec<String>,
}

impl Found {
    fn visit(&mut self, expr: &Expr) {
        if let (Some(path), Some(root)) = (expr.path(), expr.root()) {
            let known = self.bound.iter().any(|name| name == root);
            if !known && !self.names.iter().any(|(name, _)| *name == path) {
                self.names.push((path, expr.span.clone()));
            }
            return;
        }
        if let Node::Call { target, args, .. } = &expr.node {
            if let Some(target) = target.as_ref().filter(|_| !macros::is_namespaced(expr)) {
                self.visit(target);
            }
            let bound = self.bound.len();
            for (at, arg) in args.iter().enumerate() {
                match macros::variable(expr, at) {
                    macros::Role::Variable(name) => self.bound.push(name.to_owned()),
                    macros::Role::Body => self.visit(arg),
                    macros::Role::Plain => {
                        let inner = self.bound.split_off(bound);
                        self.visit(arg);
                        self.bound.extend(inner);
                    }
                }
            }
            self.bound.truncate(bound);
            return;
        }
        expr.node.each(&mut |child| self.visit(child));
    }
}

/// Whether an expression reads one of these variables.
pub(super) fn mentions(expr: &Expr, variables: &[String]) -> bool {
    read(expr).iter().any(|(path, _)| {
        let root = path.split('.').next().unwrap_or_default();
        variables.iter().any(|name| name == root)
    })
}
