//! 100 expressions of one applicant: the engine, natively, and GoRules ZEN (crate `zen-expression`, compiled once, one virtual machine)
//! in the same run. `cargo run --release -- BUNDLE` also writes the bundle, which `wasm.mjs` times in V8.
//!
//! Minimum of many rounds: other work on the machine only adds time. Both get the applicant anew for every evaluation; both
//! results are compared.

use std::hint::black_box;
use std::rc::Rc;
use std::time::Instant;

use scorelet_core::author::expression::{Column, Kind, Scope, compile};
use scorelet_core::author::formula::{FormulaBuilder, Register};
use scorelet_core::bundle::{Bundle, BundleParts, Meta, ScoreKind, ScoreOutput, Trust};
use scorelet_core::graph::{Node, Op};
use scorelet_core::schema::{Field, FieldType, Policies, Policy, Stage};
use scorelet_core::scorer::Scorer;
use serde_json::{Map, Value, json};
use zen_expression::Isolate;
use zen_expression::variable::Variable;

const CATEGORIES: [&str; 4] = ["own", "rent", "parents", "other"];
const NUMBERS: usize = 16;
const ROUNDS: usize = 400;

/// The same expression for both: the languages differ in `and`, `or` and `not`, and ZEN's functions have no namespace.
fn expressions() -> Vec<(String, String)> {
    let n = |i: usize| format!("n{}", i % NUMBERS);
    let category = |i: usize| CATEGORIES[i % CATEGORIES.len()];
    let mut all = Vec::new();
    for i in 0..20 {
        let (a, b, c, d) = (n(i), n(i + 3), n(i + 7), n(i + 11));
        all.push(format!("({a} + {b} * 2.5) / ({c} + 1000.0) - {d}"));
        all.push(format!("{a} > {b} && {c} <= 40.5 || housing == '{}'", category(i)));
        all.push(format!("{a} > {b} ? {c} * 0.1 : {a} > {d} ? {d} * 0.2 : 7.0"));
        all.push(format!("max([{a}, {b}, {c}]) - min([{b}, {d}])"));
        all.push(format!(
            "housing in ['{}', '{}'] ? math.floor({a} / 3.0) : math.abs({b} - {c})",
            category(i),
            category(i + 1)
        ));
    }
    let zen = |text: &String| text.replace("&&", "and").replace("||", "or").replace("math.", "");
    all.into_iter().map(|text| (text.clone(), zen(&text))).collect()
}

fn field(name: String, kind: FieldType) -> Field {
    let own = Policy::OwnBin;
    Field {
        name,
        kind,
        unit: String::new(),
        stage: Stage::Edge,
        leaves_device: false,
        min: f64::NEG_INFINITY,
        max: f64::INFINITY,
        specials: Vec::new(),
        policies: Policies { missing: own, special: own, unseen: own, out_of_range: own },
        labels: Vec::new(),
    }
}

fn bundle() -> Vec<u8> {
    let texts: Vec<String> = CATEGORIES.iter().map(|text| (*text).to_owned()).collect();
    let mut fields: Vec<Field> = (0..NUMBERS).map(|i| field(format!("n{i}"), FieldType::Number)).collect();
    fields.push(field("housing".to_owned(), FieldType::Category { values: texts.clone() }));
    let mut scope = Scope::new();
    for (at, field) in fields.iter().enumerate() {
        let kind = if at < NUMBERS { Kind::Number } else { Kind::Category(Rc::new(texts.clone())) };
        let register = Register::Input(at as u32);
        scope.add(field.name.clone(), Column { register, kind, unit: String::new() });
    }
    let mut builder = FormulaBuilder::new();
    let compiled = expressions()
        .into_iter()
        .map(|(text, _)| compile(&text, &scope, &mut builder).expect(&text).register);
    let outputs: Vec<Register> = compiled.collect();
    let formula = builder.finish(fields.len() as u32, &outputs).expect("a formula");
    println!("{} steps for {} expressions", formula.steps().len(), outputs.len());
    let score = ScoreOutput {
        name: "credit".to_owned(),
        kind: ScoreKind::Credit,
        margin: Some(fields.len() as u32),
        pd: None,
        score: None,
        band: None,
        bands: Vec::new(),
        reasons: None,
    };
    let node = Node {
        name: "formulas".to_owned(),
        stage: Stage::Edge,
        inputs: (0..fields.len() as u32).collect(),
        op: Op::Formula(formula),
    };
    let meta = Meta { name: "expressions".to_owned(), languages: vec!["en".to_owned()], ..Meta::default() };
    let parts =
        BundleParts { meta, fields, nodes: vec![node], scores: vec![score], ..BundleParts::default() };
    Bundle::encode(parts).expect("a bundle")
}

/// An applicant's row, and the same as an object.
fn applicant(i: usize) -> (Vec<f64>, Value) {
    let mut row: Vec<f64> = (0..NUMBERS).map(|f| ((i * 31 + f * 17) % 97) as f64 + 0.25).collect();
    let mut object = Map::new();
    for (f, x) in row.iter().enumerate() {
        object.insert(format!("n{f}"), json!(x));
    }
    object.insert("housing".to_owned(), json!(CATEGORIES[i % 4]));
    row.push((i % 4) as f64);
    (row, Value::Object(object))
}

/// Microseconds an applicant, at best.
fn least(applicants: usize, mut run: impl FnMut()) -> f64 {
    let rounds = (0..ROUNDS).map(|_| {
        let start = Instant::now();
        run();
        start.elapsed().as_secs_f64() * 1e6 / applicants as f64
    });
    rounds.fold(f64::INFINITY, f64::min)
}

fn main() {
    let bytes = bundle();
    if let Some(path) = std::env::args().nth(1) {
        std::fs::write(path, &bytes).expect("the bundle can be written");
    }
    let mut scorer = Scorer::new(Bundle::open(&bytes, Trust::Anyone).expect("a bundle"));
    let ids: Vec<u32> = (0..100).map(|i| (NUMBERS + 1) as u32 + i).collect();
    let applicants: Vec<_> = (0..64).map(applicant).collect();
    let mut isolate = Isolate::new();
    let compiled: Vec<_> =
        expressions().iter().map(|(_, text)| isolate.compile_standard(text).expect(text)).collect();
    let contexts: Vec<Variable> = applicants.iter().map(|(_, object)| object.clone().into()).collect();

    let mut out = vec![0.0; 100];
    for ((row, _), context) in applicants.iter().zip(&contexts) {
        scorer.score_columns(1, row, &ids, &mut out).expect("a row");
        isolate.set_environment(context.clone());
        for (i, expression) in compiled.iter().enumerate() {
            let found: Value = isolate.run_compiled(expression.bytecode()).expect("a value").to_value();
            let found = found.as_f64().or(found.as_bool().map(|x| f64::from(u8::from(x)))).expect("a figure");
            assert!((found - out[i]).abs() <= 1e-9 * out[i].abs().max(1.0), "{i}: {found} {}", out[i]);
        }
    }
    let own = least(applicants.len(), || {
        for (row, _) in &applicants {
            scorer.score_columns(1, black_box(row), &ids, &mut out).expect("a row");
            black_box(&out);
        }
    });
    let zen = least(applicants.len(), || {
        for context in &contexts {
            isolate.set_environment(black_box(context).clone());
            for expression in &compiled {
                black_box(isolate.run_compiled(expression.bytecode()).expect("a value"));
            }
        }
    });
    println!("100 expressions, one applicant, native: {own:.2} µs; ZEN {zen:.1} µs: {:.1} x", zen / own);
}
