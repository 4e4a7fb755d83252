//! `entropy_gain`: the blacklist score over three classes of transactions, and plain information gain.
//!
//! The formulas and what is our reading of them stand in `docs/entropy-gain.md`.

mod build;

use super::code;
use super::node::Parsed;
use super::report::Name;
use super::table::{Item, Table};

/// The classes, in the order of the formulas: A, B, C.
const CLASSES: [&str; 3] = ["applied", "settled", "in_collection"];

/// How a feature of a class is made of its events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Aggregate {
    Mean,
    Sum,
}

/// Where features and numbers of transactions come from.
enum Data {
    /// Columns: of each class its features, and its number of transactions.
    Columns { features: [Vec<Name>; 3], counts: Option<[Name; 3]> },
    /// Events: the list, the column of the class, the words of each class, and the columns that are features; or the column that
    /// splits them, for information gain.
    Events {
        list: Name,
        class: Name,
        words: [Vec<Name>; 3],
        features: Vec<Name>,
        by: Option<Name>,
        aggregate: Aggregate,
    },
}

enum Method {
    /// Thresholds, coefficients of each class, and complexity.
    Entropy { thresholds: [f64; 3], coefficients: [f64; 3], complexity: f64 },
    /// Information gain of the parts that the transactions are split into.
    Information,
}

struct Entropy {
    data: Data,
    method: Method,
}

pub(super) fn parse(table: &Table<'_>, _: &Name) -> Parsed {
    let methods = [("entropy_gain", false), ("information_gain", true)];
    let plain = table.get("method").map_or(Some(false), |item| item.choice(&methods).map(|m| m.value))?;
    let method = if plain { Some(Method::Information) } else { entropy(table) };
    let data = match table.get("events") {
        Some(list) => events(table, &list, plain),
        None => columns(table, plain),
    };
    Some(Box::new(Entropy { data: data?, method: method? }))
}

/// A value for each class.
fn each<T>(item: &Item<'_>, read: impl Fn(&Item<'_>) -> Option<T>) -> Option<[T; 3]> {
    let table = item.table(item.what().to_owned())?;
    let found = CLASSES.map(|class| table.need(class, "…").and_then(|item| read(&item)));
    table.finish();
    let [a, b, c] = found;
    Some([a?, b?, c?])
}

fn entropy(table: &Table<'_>) -> Option<Method> {
    let classes = "{ applied = 1.0, settled = 1.0, in_collection = 1.0 }";
    let number = |item: &Item<'_>| item.number();
    let thresholds = table.need("thresholds", classes).and_then(|item| each(&item, number));
    let coefficients = table.need("coefficients", classes).and_then(|item| each(&item, number));
    let complexity = table.need("complexity", "1.0").and_then(|item| item.number());
    let (thresholds, coefficients, complexity) = (thresholds?, coefficients?, complexity?);
    if let Some(zero) = thresholds.iter().find(|threshold| threshold.value == 0.0) {
        let message = format!("a threshold of {} is 0, and the gain divides by it", table.what());
        table.report().error(code::VALUE, &zero.span, message, "write the usual value of the feature");
        return None;
    }
    Some(Method::Entropy {
        thresholds: thresholds.map(|x| x.value),
        coefficients: coefficients.map(|x| x.value),
        complexity: complexity.value,
    })
}

fn columns(table: &Table<'_>, plain: bool) -> Option<Data> {
    let lists = "{ applied = [\"…\"], settled = [\"…\"], in_collection = [\"…\"] }";
    let names = "{ applied = \"…\", settled = \"…\", in_collection = \"…\" }";
    let features = table.need("features", lists).and_then(|item| each(&item, |item| item.texts()));
    // Features of an information gain are the numbers themselves.
    let counts = match plain {
        true => Some(None),
        false => table.need("counts", names).and_then(|item| each(&item, |item| item.text())).map(Some),
    };
    let (features, counts) = (features?, counts?);
    let [a, b, c] = [0, 1, 2].map(|class: usize| features.get(class).map_or(0, Vec::len));
    if a == 0 || a != b || b != c {
        let message = format!("{} has {a}, {b} and {c} features of its classes", table.what());
        table.report().error(code::VALUE, table.span(), message, "list as many of each, and at least one");
        return None;
    }
    Some(Data::Columns { features, counts })
}

fn events(table: &Table<'_>, list: &Item<'_>, plain: bool) -> Option<Data> {
    let words = |item: &Item<'_>| match item.as_text() {
        Some(word) => Some(vec![word]),
        None => item.texts(),
    };
    let classes = "{ applied = \"applied\", settled = \"settled\", in_collection = \"collection\" }";
    let list = list.text();
    let class = table.need("class", "\"status\"").and_then(|item| item.text());
    let words = table.need("classes", classes).and_then(|item| each(&item, words));
    let kinds = [("mean", Aggregate::Mean), ("sum", Aggregate::Sum)];
    let aggregate =
        table.get("aggregate").map_or(Some(Aggregate::Mean), |item| item.choice(&kinds).map(|k| k.value));
    let (features, by) = match plain {
        true => (Some(Vec::new()), table.need("by", "\"channel\"").and_then(|item| item.text()).map(Some)),
        false => (table.need("features", "[\"amount\"]").and_then(|item| item.texts()), Some(None)),
    };
    let (features, by) = (features?, by?);
    if features.is_empty() && !plain {
        let message = format!("{} has no features", table.what());
        table.report().error(code::VALUE, table.span(), message, "list columns of the events");
        return None;
    }
    Some(Data::Events { list: list?, class: class?, words: words?, features, by, aggregate: aggregate? })
}
