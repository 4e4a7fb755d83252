//! Macros: functions whose arguments are variables and bodies.

use super::ast::{Expr, Node};
use super::compiler::{Compiler, Found};
use super::operand::{Operand, Sequence, Stage};
use super::value::Value;
use super::{Mistake, limits};

/// Names of macros.
pub(super) const NAMES: [&str; 8] =
    ["all", "exists", "exists_one", "existsOne", "filter", "map", "has", "cel.bind"];

/// Before a dot these are no columns.
const NAMESPACES: [&str; 2] = ["math", "cel"];

/// What an argument of a call is.
pub(super) enum Role<'a> {
    /// A variable of those after it.
    Variable(&'a str),
    /// It reads the variable.
    Body,
    /// It does not.
    Plain,
}

/// The role of argument `at` of a call.
pub(super) fn variable(call: &Expr, at: usize) -> Role<'_> {
    let Node::Call { target, name, args } = &call.node else { return Role::Plain };
    let takes = match (name.text.as_str(), args.len()) {
        ("all" | "exists" | "exists_one" | "existsOne" | "filter", 2) | ("map", 2 | 3) => target.is_some(),
        ("bind", 3) => namespace(call) == Some("cel"),
        _ => false,
    };
    match args.get(at).map(|arg| &arg.node) {
        Some(Node::Name(name)) if takes && at == 0 => Role::Variable(name),
        Some(_) if takes && (at > 1 || name.text != "bind") => Role::Body,
        _ => Role::Plain,
    }
}

/// The namespace of a function: `math` of `math.abs(x)`.
pub(super) fn namespace(call: &Expr) -> Option<&'static str> {
    let Node::Call { target: Some(target), .. } = &call.node else { return None };
    let Node::Name(name) = &target.node else { return None };
    NAMESPACES.into_iter().find(|space| space == name)
}

/// Whether what stands before the dot of a call is a namespace.
pub(super) fn is_namespaced(call: &Expr) -> bool {
    namespace(call).is_some()
}

/// The call as a macro, if it is one.
pub(super) fn expand(compiler: &mut Compiler<'_>, call: &Expr) -> Option<Found> {
    let Node::Call { target, name, args } = &call.node else { return None };
    match (name.text.as_str(), target, args.as_slice()) {
        ("has", None, [operand]) => Some(compiler.has_value(operand, call)),
        ("bind", Some(_), [variable, value, body]) if namespace(call) == Some("cel") => {
            Some(compiler.bind(variable, value, body))
        }
        ("all" | "exists" | "exists_one" | "existsOne" | "filter", Some(target), [variable, body]) => {
            Some(compiler.over(target, &name.text, variable, &[body], call))
        }
        ("map", Some(target), [variable, body]) => {
            Some(compiler.over(target, "map", variable, &[body], call))
        }
        ("map", Some(target), [variable, filter, body]) => {
            Some(compiler.over(target, "map", variable, &[filter, body], call))
        }
        _ => None,
    }
}

impl Compiler<'_> {
    fn bind(&mut self, variable: &Expr, value: &Expr, body: &Expr) -> Found {
        let variable = self.variable(variable)?;
        let value = self.expr(value)?;
        self.with(variable, value, body)
    }

    fn variable(&mut self, expr: &Expr) -> Result<String, super::compiler::Noted> {
        match &expr.node {
            Node::Name(name) => Ok(name.clone()),
            _ => self.mistake(expr, "a macro's variable is a plain name", "write it as `list.all(x, x > 0)`"),
        }
    }

    fn has_value(&mut self, operand: &Expr, call: &Expr) -> Found {
        if let (Node::Member(of, key), None) = (&operand.node, operand.path()) {
            let of = self.expr(of)?;
            if let Operand::Constant(Value::Map(entries)) = &of {
                let known = entries.iter().any(|(own, _)| *own == Value::text(&key.text));
                return Ok(Operand::Constant(Value::Bool(known)));
            }
            let member = self.select(of, &key.text, operand)?;
            return self.has(member, call);
        }
        let operand = self.expr(operand)?;
        self.has(operand, call)
    }

    /// A body with a variable.
    pub(super) fn with(&mut self, variable: String, value: Operand, body: &Expr) -> Found {
        self.variables.push((variable, value));
        let result = self.expr(body);
        self.variables.pop();
        result
    }

    fn over(&mut self, target: &Expr, name: &str, variable: &Expr, bodies: &[&Expr], call: &Expr) -> Found {
        let variable = self.variable(variable)?;
        let list = self.expr(target)?;
        match list {
            Operand::Failed(_) => Ok(list),
            Operand::Sequence(sequence) if sequence.picked.is_none() => {
                self.over_events(sequence, name, variable, bodies, call)
            }
            Operand::List(_) | Operand::Constant(Value::List(_) | Value::Map(_)) => {
                let items = match &list {
                    Operand::Constant(Value::Map(entries)) => {
                        entries.iter().map(|(key, _)| Operand::Constant(key.clone())).collect()
                    }
                    _ => list.items().unwrap_or_default(),
                };
                self.unrolled(items, name, &variable, bodies, call)
            }
            other => {
                let message =
                    format!("`{name}` goes over a list or events, and this is {}", other.describe());
                self.mistake(
                    target,
                    message,
                    "write it after a list, as `[1, 2].all(x, x > 0)`, or after an event list",
                )
            }
        }
    }

    fn over_events(
        &mut self,
        mut sequence: Sequence,
        name: &str,
        variable: String,
        bodies: &[&Expr],
        call: &Expr,
    ) -> Found {
        let count = bodies.len();
        for (at, body) in bodies.iter().enumerate() {
            let filters = name == "filter" || at + 1 < count;
            let (variable, body, variables) = (variable.clone(), (*body).clone(), self.variables.clone());
            sequence.stages.push(Stage { filters, variable, body, variables });
        }
        match name {
            "filter" | "map" => Ok(Operand::Sequence(sequence)),
            _ => self.decide(&sequence, name, call),
        }
    }

    /// A macro over a list whose length is known.
    fn unrolled(
        &mut self,
        items: Vec<Operand>,
        name: &str,
        variable: &str,
        bodies: &[&Expr],
        call: &Expr,
    ) -> Found {
        let mut kept = Vec::new();
        let mut found = Operand::Constant(Value::Bool(name == "all"));
        let mut one = Operand::Constant(Value::Int(0));
        if items.len() > limits::SIZE {
            return self.mistake(call, "this list is too long for a macro", "write a shorter one");
        }
        for item in items {
            let mut results = Vec::with_capacity(bodies.len());
            for body in bodies {
                let result = self.with(variable.to_owned(), item.clone(), body)?;
                let dropped = matches!(result, Operand::Constant(Value::Bool(false)));
                results.push(result);
                if dropped && bodies.len() == 2 {
                    break;
                }
            }
            match (name, results.as_slice()) {
                ("map", [body]) if bodies.len() == 1 => kept.push(body.clone()),
                ("filter", [test]) | ("map", [test, ..]) => match test {
                    Operand::Constant(Value::Bool(false)) => {}
                    Operand::Constant(Value::Bool(true)) => {
                        kept.push(results.get(1).cloned().unwrap_or(item))
                    }
                    Operand::Failed(_) => return Ok(test.clone()),
                    Operand::Scalar(_) => {
                        let mend = "count or sum instead: `[a, b].map(x, x > 0 ? 1 : 0).sum()`";
                        return self.mistake(
                            call,
                            "which elements are kept must not depend on columns",
                            mend,
                        );
                    }
                    other => {
                        let message = format!("a filter is true or false, and this is {}", other.describe());
                        return self.mistake(call, message, "compare it: `x > 0`");
                    }
                },
                ("all" | "exists", [test]) => {
                    found = self.logic(name == "exists", vec![found, test.clone()], call)?
                }
                (_, [test]) => {
                    let (yes, no) = (Operand::Constant(Value::Int(1)), Operand::Constant(Value::Int(0)));
                    let count = match test {
                        Operand::Failed(_) => return Ok(test.clone()),
                        Operand::Constant(Value::Bool(holds)) => {
                            if *holds {
                                yes
                            } else {
                                no
                            }
                        }
                        other => {
                            let Some(super::operand::Type::Bool) = other.scalar_type() else {
                                return self.no_overload("!", core::slice::from_ref(other), call);
                            };
                            let test = self.scalar(other, call)?.register;
                            self.choose(test, yes, no, call)?
                        }
                    };
                    one = self.apply("+", vec![one, count], call)?;
                }
                _ => {}
            }
        }
        match name {
            "map" | "filter" => match kept.iter().find(|item| matches!(item, Operand::Failed(_))) {
                Some(failed) => Ok(failed.clone()),
                None => Ok(Operand::list(kept)),
            },
            "all" | "exists" => Ok(found),
            _ => self.apply("==", vec![one, Operand::Constant(Value::Int(1))], call),
        }
    }
}

/// A mistake of a loop in a loop.
pub(super) fn nested(call: &Expr) -> Mistake {
    let mend = "compute the inner figure in a node of its own, or before: it must not read the outer event";
    Mistake::new(call.span.clone(), "a loop over events stands in a loop and reads its event", mend)
}
