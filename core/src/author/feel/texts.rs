//! Texts over closed lists: what is computed of a text is a table over its list.

use std::rc::Rc;

use super::ast::{Mistake, Node};
use super::compile::{Compiled, Compiler, Kind, Typed};
use crate::feature::formula::Function as Step;
use crate::limits;

/// The list of a text; empty of anything else.
pub(super) fn list(x: &Typed) -> Rc<Vec<String>> {
    match &x.kind {
        Kind::Text(list) => Rc::clone(list),
        _ => Rc::default(),
    }
}

/// A text as an index into a longer list.
pub(super) fn in_list(compiler: &mut Compiler<'_>, x: &Typed, kind: &Kind) -> Typed {
    let (own, Kind::Text(all)) = (list(x), kind) else { return x.clone() };
    let place = |text: &String| all.iter().position(|t| t == text).map_or(f64::NAN, |i| i as f64);
    let places: Vec<f64> = own.iter().map(place).collect();
    match places.iter().zip(0..).all(|(&place, i)| place == f64::from(i)) {
        true => Typed { kind: kind.clone(), ..x.clone() },
        false => compiler.lookup(x, &places, kind.clone()),
    }
}

/// Two texts as their places in alphabetic order (of Unicode scalar values).
pub(super) fn ranked(compiler: &mut Compiler<'_>, a: &Typed, b: &Typed) -> (Typed, Typed) {
    let (x, y) = (list(a), list(b));
    let mut all: Vec<&String> = x.iter().chain(y.iter()).collect();
    all.sort();
    all.dedup();
    let places =
        |own: &[String]| own.iter().map(|text| all.partition_point(|t| *t < text) as f64).collect::<Vec<_>>();
    (compiler.lookup(a, &places(&x), Kind::Number), compiler.lookup(b, &places(&y), Kind::Number))
}

/// One text after the other.
pub(super) fn joined(compiler: &mut Compiler<'_>, a: &Typed, b: &Typed, node: &Node) -> Compiled {
    let (x, y) = (list(a), list(b));
    if x.len().saturating_mul(y.len()) > limits::CATEGORIES {
        let message = "the texts that this can be are more than 65,536";
        return Err(Mistake::new(node.span.clone(), message, "join texts of shorter lists"));
    }
    let mut all: Vec<String> = Vec::new();
    let mut places = Vec::with_capacity(x.len() * y.len());
    for first in x.iter() {
        for second in y.iter() {
            let text = format!("{first}{second}");
            let place = all.iter().position(|t| *t == text).unwrap_or_else(|| {
                all.push(text);
                all.len() - 1
            });
            places.push(place as f64);
        }
    }
    let width = compiler.constant(y.len() as f64, Kind::Number);
    let row = compiler.apply(Step::Mul, &[a, &width], Kind::Number);
    let place = compiler.apply(Step::Add, &[&row, b], Kind::Number);
    Ok(compiler.lookup(&place, &places, Kind::Text(Rc::new(all))))
}

/// A text made of each text.
pub(super) fn mapped(compiler: &mut Compiler<'_>, x: &Typed, f: impl Fn(&str) -> String) -> Typed {
    let mut all: Vec<String> = Vec::new();
    let mut places = Vec::new();
    for text in list(x).iter().map(|text| f(text)) {
        let place = all.iter().position(|t| *t == text).unwrap_or_else(|| {
            all.push(text);
            all.len() - 1
        });
        places.push(place as f64);
    }
    compiler.lookup(x, &places, Kind::Text(Rc::new(all)))
}

/// A figure of each text.
pub(super) fn figure(compiler: &mut Compiler<'_>, x: &Typed, kind: Kind, f: impl Fn(&str) -> f64) -> Typed {
    let values: Vec<f64> = list(x).iter().map(|text| f(text)).collect();
    compiler.lookup(x, &values, kind)
}

/// A truth of two texts, one of which is always the same.
pub(super) fn relation(
    compiler: &mut Compiler<'_>,
    (a, b): (&Typed, &Typed),
    node: &Node,
    f: impl Fn(&str, &str) -> bool,
) -> Compiled {
    let truth = |holds: bool| f64::from(u8::from(holds));
    let (x, y) = (list(a), list(b));
    match (x.as_slice(), y.as_slice()) {
        (_, [one]) => Ok(figure(compiler, a, Kind::Truth, |text| truth(f(text, one)))),
        ([one], _) => Ok(figure(compiler, b, Kind::Truth, |text| truth(f(one, text)))),
        _ => {
            let message = "both texts vary";
            Err(Mistake::new(node.span.clone(), message, "compare with a text in quotes"))
        }
    }
}
