//! What is made of events: loops with accumulators.

use std::rc::Rc;

use super::ast::{Expr, Node};
use super::compiler::{Compiler, Found, Noted, flag};
use super::operand::{EXACT, Operand, Pick, Scalar, Sequence, Stage, Text, Type};
use super::typed::as_text;
use super::{macros, names};
use crate::author::formula::Register;
use crate::feature::formula::Function;

impl Compiler<'_> {
    /// `all`, `exists` and `exists_one`: the last stage is their condition.
    pub(super) fn decide(&mut self, sequence: &Sequence, name: &str, call: &Expr) -> Found {
        let register = self.looped(sequence, call, |compiler, guard, current| {
            let Some(Type::Bool) = current.scalar_type() else {
                let message =
                    format!("`{name}` asks a question of each event, and this is {}", current.describe());
                return compiler.mistake(call, message, "compare it: `e.amount > 0`");
            };
            let test = compiler.scalar(&current, call)?.register;
            let kept = guard.map_or(test, |guard| {
                // What a filter leaves out decides nothing.
                let (function, guard) = match name {
                    "all" => (Function::Or, compiler.builder.apply(Function::Not, &[guard])),
                    _ => (Function::And, guard),
                };
                compiler.builder.apply(function, &[guard, test])
            });
            let one = compiler.builder.constant(1.0);
            Ok(match name {
                "all" => compiler.builder.apply(Function::All, &[kept]),
                "exists" => compiler.builder.apply(Function::Any, &[kept]),
                _ => compiler.builder.apply(Function::Sum, &[kept, one]),
            })
        })?;
        if matches!(name, "all" | "exists") {
            return Ok(flag(register));
        }
        let one = self.builder.constant(1.0);
        Ok(flag(self.builder.apply(Function::Equal, &[register, one])))
    }

    /// A figure of a sequence.
    pub(super) fn of_events(&mut self, name: &str, args: &[Operand], call: &Expr) -> Found {
        let [Operand::Sequence(sequence)] = args else { return self.no_overload(name, args, call) };
        if sequence.picked.is_some() {
            return self.no_overload(name, args, call);
        }
        let mapped = sequence.stages.iter().any(|stage| !stage.filters);
        match name {
            "size" => return self.count(sequence, call),
            "first" | "last" if !mapped => {
                let picked = Some(if name == "first" { Pick::First } else { Pick::Last });
                return Ok(Operand::Sequence(Sequence { picked, ..sequence.clone() }));
            }
            _ if !mapped => {
                let message = format!("`{name}` is made of values, and these are events");
                return self.mistake(call, message, format!("say which value: `.map(e, e.amount).{name}()`"));
            }
            _ => {}
        }
        let function = match name {
            "sum" | "average" => Function::Sum,
            "min" => Function::Least,
            "max" => Function::Greatest,
            "first" => Function::First,
            "last" => Function::Last,
            _ => return self.no_overload(name, args, call),
        };
        self.gathered(sequence, name, function, call)
    }

    /// A member of the first or last event.
    pub(super) fn select_picked(&mut self, of: Operand, member: &str, expr: &Expr) -> Found {
        let Operand::Sequence(mut sequence) = of else { return Err(Noted) };
        let (name, function) = match sequence.picked.take() {
            Some(Pick::First) => ("first", Function::First),
            _ => ("last", Function::Last),
        };
        let variable = "event".to_owned();
        let (name_of, member) = (
            Expr::new(expr.span.clone(), Node::Name(variable.clone())),
            super::ast::Word { text: member.to_owned(), span: expr.span.clone() },
        );
        let body = Expr::new(expr.span.clone(), Node::Member(Box::new(name_of), member));
        sequence.stages.push(Stage { filters: false, variable, body, variables: Vec::new() });
        self.gathered(&sequence, name, function, expr)
    }

    fn count(&mut self, sequence: &Sequence, call: &Expr) -> Found {
        if !sequence.stages.iter().any(|stage| stage.filters) {
            // The list's own value is how many events it has.
            return Ok(whole(sequence.list));
        }
        let stages = sequence.stages.iter().rev().skip_while(|stage| !stage.filters).cloned();
        let mut filtered = Sequence { stages: stages.collect(), ..sequence.clone() };
        filtered.stages.reverse();
        let register = self.looped(&filtered, call, |compiler, guard, _| {
            let one = compiler.builder.constant(1.0);
            let guard = guard.unwrap_or(one);
            Ok(compiler.builder.apply(Function::Sum, &[guard, one]))
        })?;
        Ok(whole(register))
    }

    fn gathered(&mut self, sequence: &Sequence, name: &str, function: Function, call: &Expr) -> Found {
        let mut kind = None;
        let mut count = None;
        let register = self.looped(sequence, call, |compiler, guard, current| {
            let one = compiler.builder.constant(1.0);
            let guard = guard.unwrap_or(one);
            if let (Some(text), "first" | "last") = (as_text(&current, compiler.builder), name) {
                let register = compiler.builder.apply(function, &[guard, text.register]);
                kind = Some(Operand::Text(text));
                return Ok(register);
            }
            let of = current.scalar_type();
            let fits = of.is_some_and(|of| match name {
                "sum" | "average" => of.is_number(),
                "min" | "max" => of.is_number() || of == Type::Date,
                _ => true,
            });
            if !fits {
                if let Operand::Failed(mistake) = current {
                    return compiler.wrong(mistake);
                }
                let message = format!("`{name}` does not go with {} of each event", current.describe());
                return compiler.mistake(call, message, "map the events to numbers: `.map(e, e.amount)`");
            }
            let scalar = compiler.scalar(&current, call)?;
            let register = compiler.builder.apply(function, &[guard, scalar.register]);
            kind = Some(Operand::Scalar(scalar));
            if name == "average" {
                count = Some(compiler.builder.apply(Function::Sum, &[guard, one]));
            }
            Ok(register)
        })?;
        match kind {
            Some(Operand::Text(text)) => Ok(Operand::Text(Text { register, column: None, ..text })),
            Some(Operand::Scalar(scalar)) => Ok(self.finished(name, count, Scalar { register, ..scalar })),
            _ => Err(Noted),
        }
    }

    fn finished(&mut self, name: &str, count: Option<Register>, mut scalar: Scalar) -> Operand {
        match (name, count) {
            (_, Some(count)) => {
                let mean = self.builder.apply(Function::Div, &[scalar.register, count]);
                // Of no events there is none, as there is no least.
                let zero = self.builder.constant(0.0);
                let none = self.builder.table(Function::Lookup, zero, &[f64::NAN]);
                // The sum may be absent in another state than the count, and tells it.
                let known = self.builder.apply(Function::Equal, &[scalar.register, scalar.register]);
                let count = self.builder.apply(Function::Mul, &[known, count]);
                scalar.register = self.builder.apply(Function::Select, &[count, mean, none]);
                scalar.of = Type::Double;
            }
            ("sum", None) if scalar.of.is_whole() => {
                scalar.register = self.builder.apply(Function::Whole, &[scalar.register]);
                scalar.bound = EXACT;
            }
            ("sum", None) => scalar.bound = f64::INFINITY,
            _ => {}
        }
        Operand::Scalar(scalar)
    }

    /// A loop over a sequence: `last` gets whether an event is kept and what was made of it.
    fn looped(
        &mut self,
        sequence: &Sequence,
        call: &Expr,
        last: impl FnOnce(&mut Self, Option<Register>, Operand) -> Result<Register, Noted>,
    ) -> Result<Register, Noted> {
        if self.builder.is_open() {
            return self.wrong(macros::nested(call));
        }
        let Register::Input(list) = sequence.list else {
            return self.mistake(
                call,
                "this event list is no input of the formula",
                "read a field of `type = \"events\"`",
            );
        };
        let outer = core::mem::take(&mut self.hoisted);
        for stage in &sequence.stages {
            let variables = core::mem::replace(&mut self.variables, stage.variables.clone());
            self.hoist(&stage.body, &mut vec![stage.variable.clone()]);
            self.variables = variables;
        }
        if !self.mistakes.is_empty() {
            self.hoisted = outer;
            return Err(Noted);
        }
        self.builder.open(list);
        let result = self.body(sequence, call).and_then(|(guard, current)| last(self, guard, current));
        self.builder.close();
        self.hoisted = outer;
        result
    }

    /// The stages, for the event of the open loop.
    fn body(&mut self, sequence: &Sequence, call: &Expr) -> Result<(Option<Register>, Operand), Noted> {
        let mut current = Operand::Event(Rc::clone(&sequence.events));
        let mut guard: Option<Register> = None;
        for stage in &sequence.stages {
            let variables = core::mem::replace(&mut self.variables, stage.variables.clone());
            let result = self.with(stage.variable.clone(), current.clone(), &stage.body);
            self.variables = variables;
            let result = result?;
            if !stage.filters {
                current = result;
                continue;
            }
            let test = match &result {
                Operand::Failed(mistake) => {
                    let mistake = mistake.clone();
                    return self.wrong(mistake);
                }
                other if other.scalar_type() == Some(Type::Bool) => self.scalar(other, call)?.register,
                other => {
                    let message = format!("a filter is true or false, and this is {}", other.describe());
                    return self.mistake(&stage.body, message, "compare it: `e.amount > 0`");
                }
            };
            guard = Some(match guard {
                Some(guard) => self.builder.apply(Function::And, &[guard, test]),
                None => test,
            });
        }
        Ok((guard, current))
    }

    /// Compiles what a body has of parts that do not read its variables, so that they run once, before the loop.
    fn hoist(&mut self, expr: &Expr, variables: &mut Vec<String>) {
        let plain = matches!(expr.node, Node::Literal(_) | Node::Name(_) | Node::Member(..));
        if plain && expr.path().is_some() || matches!(expr.node, Node::Literal(_)) {
            return;
        }
        if !names::mentions(expr, variables) {
            if let Ok(operand) = self.expr(expr)
                && matches!(operand, Operand::Scalar(_) | Operand::Text(_))
            {
                self.hoisted.push((expr.span.clone(), operand));
            }
            return;
        }
        let known = variables.len();
        if let Node::Call { args, .. } = &expr.node {
            for at in 0..args.len() {
                if let macros::Role::Variable(name) = macros::variable(expr, at) {
                    variables.push(name.to_owned());
                }
            }
        }
        expr.node.each(&mut |child| self.hoist(child, variables));
        variables.truncate(known);
    }
}

/// A number of events.
fn whole(register: Register) -> Operand {
    Operand::Scalar(Scalar { register, of: Type::Int, unit: "".into(), bound: 1e6 })
}
