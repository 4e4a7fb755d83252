//! The steps of the formulas.

use core::f64::consts::LN_2;

use super::super::builder::{Builder, Here, Kind, Live, Output};
use super::super::code;
use super::super::formulas::Draft;
use super::super::node::Spec;
use super::super::report::Name;
use super::super::suggest;
use super::{Aggregate, CLASSES, Data, Entropy, Method};
use crate::author::formula::Register;
use crate::feature::formula::Function;
use crate::schema::{EventSchema, Field, FieldType};

/// What the formulas need of the transactions.
struct Facts {
    /// Features of each class, as many of each. Of an information gain: numbers of transactions in each part.
    features: [Vec<Register>; 3],
    /// Transactions of each class.
    counts: [Register; 3],
    /// The absences of fields that the node passes on.
    live: Live,
}

impl Spec for Entropy {
    fn inputs(&self) -> Vec<Name> {
        match &self.data {
            Data::Columns { features, counts } => {
                features.iter().flatten().chain(counts.iter().flatten()).cloned().collect()
            }
            Data::Events { list, .. } => vec![list.clone()],
        }
    }

    fn build(&self, here: &Here, builder: &mut Builder<'_>) -> Option<()> {
        let mut draft = Draft::default();
        let facts = self.facts(&mut draft, builder)?;
        let number = |name: String| Output { name, kind: Kind::Number, unit: String::new() };
        let mut outputs = Vec::new();
        let shares = Shares::of(&facts.counts, &mut draft);
        let f = match &self.method {
            Method::Entropy { thresholds, coefficients, complexity } => {
                let mut f = draft.constant(0.0);
                for (class, features) in facts.features.iter().enumerate() {
                    let threshold = thresholds.get(class).copied().unwrap_or(1.0);
                    let beta = coefficients.get(class).copied().unwrap_or_default();
                    let gain = gain(features, threshold, beta, *complexity, &mut draft);
                    let (share, surprise) = shares.class(class, &mut draft);
                    let zero = draft.constant(0.0);
                    let empty = draft.apply(Function::Equal, &[share, zero]);
                    let term = draft.apply(Function::Mul, &[gain, surprise]);
                    // A class without transactions has no features either.
                    let term = draft.apply(Function::Select, &[empty, zero, term]);
                    f = draft.apply(Function::Add, &[f, term]);
                    let name = CLASSES.get(class).copied().unwrap_or_default();
                    outputs.push((number(format!("gain_{name}")), gain));
                }
                f
            }
            Method::Information => information(&facts, &shares, &mut draft),
        };
        let f = shares.valid(f, &mut draft);
        let one = draft.constant(1.0);
        let x = draft.apply(Function::Sub, &[one, f]);
        let blacklisted = draft.apply(Function::Less, &[x, one]);
        outputs.push((number("f".to_owned()), f));
        outputs.push((number("x".to_owned()), x));
        let flag = Output { name: "blacklisted".to_owned(), kind: Kind::Flag, unit: String::new() };
        outputs.push((flag, blacklisted));
        draft.push(here, "", outputs, facts.live, builder)?;
        Some(())
    }
}

/// G_k = (ξ/n) · Σ_i β_k · (K_i − K) / K.
fn gain(features: &[Register], threshold: f64, beta: f64, complexity: f64, draft: &mut Draft) -> Register {
    let (k, beta) = (draft.constant(threshold), draft.constant(beta));
    let mut sum = draft.constant(0.0);
    for &feature in features {
        let over = draft.apply(Function::Sub, &[feature, k]);
        let weighted = draft.apply(Function::Mul, &[beta, over]);
        let term = draft.apply(Function::Div, &[weighted, k]);
        sum = draft.apply(Function::Add, &[sum, term]);
    }
    let factor = draft.constant(complexity / features.len() as f64);
    draft.apply(Function::Mul, &[factor, sum])
}

/// −f · log2 f, and 0 of 0.
fn surprise(share: Register, draft: &mut Draft) -> Register {
    let (zero, ln2) = (draft.constant(0.0), draft.constant(LN_2));
    let ln = draft.apply(Function::Ln, &[share]);
    let log2 = draft.apply(Function::Div, &[ln, ln2]);
    let product = draft.apply(Function::Mul, &[share, log2]);
    let surprise = draft.apply(Function::Neg, &[product]);
    let some = draft.apply(Function::Less, &[zero, share]);
    draft.apply(Function::Select, &[some, surprise, zero])
}

fn sum(registers: &[Register], draft: &mut Draft) -> Register {
    let zero = draft.constant(0.0);
    registers.iter().fold(zero, |sum, &register| draft.apply(Function::Add, &[sum, register]))
}

/// The transactions of each class, and of all.
struct Shares {
    counts: [Register; 3],
    all: Register,
}

impl Shares {
    fn of(counts: &[Register; 3], draft: &mut Draft) -> Self {
        Self { counts: *counts, all: sum(counts, draft) }
    }

    /// f_k and S_k.
    fn class(&self, class: usize, draft: &mut Draft) -> (Register, Register) {
        let count = self.counts.get(class).copied().unwrap_or(self.all);
        let share = draft.apply(Function::Div, &[count, self.all]);
        (share, surprise(share, draft))
    }

    /// Σ_k −f_k · log2 f_k.
    fn entropy(&self, draft: &mut Draft) -> Register {
        let of = [0, 1, 2].map(|class| self.class(class, draft).1);
        sum(&of, draft)
    }

    /// A figure, if there are transactions and no number of them is negative: otherwise missing, or out of range.
    fn valid(&self, figure: Register, draft: &mut Draft) -> Register {
        let (zero, nothing) = (draft.constant(0.0), draft.missing());
        let refused = draft.apply(Function::Div, &[zero, zero]);
        let some = draft.apply(Function::Less, &[zero, self.all]);
        let mut found = draft.apply(Function::Select, &[some, figure, nothing]);
        for &count in &self.counts {
            let negative = draft.apply(Function::Less, &[count, zero]);
            found = draft.apply(Function::Select, &[negative, refused, found]);
        }
        found
    }
}

/// H − Σ_i (N_i / N) · H_i: by how much a part tells the class.
fn information(facts: &Facts, shares: &Shares, draft: &mut Draft) -> Register {
    let [a, b, c] = &facts.features;
    let mut rest = draft.constant(0.0);
    for ((&a, &b), &c) in a.iter().zip(b).zip(c) {
        let part = Shares::of(&[a, b, c], draft);
        let entropy = part.entropy(draft);
        let weight = draft.apply(Function::Div, &[part.all, shares.all]);
        let term = draft.apply(Function::Mul, &[weight, entropy]);
        let zero = draft.constant(0.0);
        // A part without transactions has no shares.
        let empty = draft.apply(Function::Equal, &[part.all, zero]);
        let term = draft.apply(Function::Select, &[empty, zero, term]);
        rest = draft.apply(Function::Add, &[rest, term]);
    }
    let whole = shares.entropy(draft);
    draft.apply(Function::Sub, &[whole, rest])
}

impl Entropy {
    fn facts(&self, draft: &mut Draft, builder: &mut Builder<'_>) -> Option<Facts> {
        match &self.data {
            Data::Columns { features, counts } => {
                let mut all = |names: &[Name], draft: &mut Draft| {
                    let column = |name| Some(draft.input(builder.quantity(name)?));
                    names.iter().map(column).collect::<Option<Vec<Register>>>()
                };
                let [a, b, c] = features;
                let features = [all(a, draft)?, all(b, draft)?, all(c, draft)?];
                let counts = match counts {
                    Some(names) => all(names, draft)?.try_into().ok()?,
                    None => [0, 1, 2]
                        .map(|class: usize| sum(features.get(class).map_or(&[][..], Vec::as_slice), draft)),
                };
                let live = draft.live(builder);
                Some(Facts { features, counts, live })
            }
            Data::Events { list, class, words, features, by, aggregate } => {
                let (column, schema) = builder.events(list)?;
                let of = Events { list, schema };
                let list = draft.input(column);
                let facts = match by {
                    None => {
                        let columns = features.iter().map(|name| of.number(name, builder));
                        let columns = columns.collect::<Option<Vec<u32>>>()?;
                        let class = of.classes(class, words, builder)?;
                        of.features(list, class, &columns, *aggregate, draft)
                    }
                    Some(by) => {
                        let (by, values) = of.category(by, builder)?;
                        let class = of.classes(class, words, builder)?;
                        of.parts(list, class, (by, values), draft)
                    }
                };
                Some(Facts { live: draft.live(builder), ..facts })
            }
        }
    }
}

/// Column of the class, and the indexes of each class's words, ascending.
type Classes = (u32, [Vec<f64>; 3]);

struct Events<'a> {
    list: &'a Name,
    schema: &'a EventSchema,
}

impl<'a> Events<'a> {
    fn column(&self, name: &Name, builder: &Builder<'_>) -> Option<(u32, &'a Field)> {
        let found = (0..).zip(&self.schema.columns).find(|(_, column)| column.field.name == name.value);
        if found.is_none() {
            let message = format!("the events of `{}` have no column `{}`", self.list.value, name.value);
            let names = self.schema.columns.iter().map(|column| column.field.name.as_str());
            builder.report.error(code::UNKNOWN_NAME, &name.span, message, suggest::mend(&name.value, names));
        }
        found.map(|(at, column)| (at, &column.field))
    }

    fn number(&self, name: &Name, builder: &Builder<'_>) -> Option<u32> {
        let (at, field) = self.column(name, builder)?;
        if matches!(field.kind, FieldType::Number | FieldType::Integer | FieldType::Boolean) {
            return Some(at);
        }
        let message = format!("`{}` is no number", name.value);
        builder.report.error(code::INPUT, &name.span, message, "name a column of numbers");
        None
    }

    fn category(&self, name: &Name, builder: &Builder<'_>) -> Option<(u32, &'a [String])> {
        let (at, field) = self.column(name, builder)?;
        if let FieldType::Category { values } = &field.kind {
            return Some((at, values));
        }
        let message = format!("`{}` is no category", name.value);
        builder.report.error(code::INPUT, &name.span, message, "name a column of `type = \"category\"`");
        None
    }

    fn classes(&self, class: &Name, words: &[Vec<Name>; 3], builder: &Builder<'_>) -> Option<Classes> {
        let (at, values) = self.category(class, builder)?;
        let index = |word: &Name| {
            let found = values.iter().position(|value| *value == word.value);
            if found.is_none() {
                let message = format!("`{}` is no category of `{}`", word.value, class.value);
                let mend = suggest::mend(&word.value, values.iter().map(String::as_str));
                builder.report.error(code::CATEGORIES, &word.span, message, mend);
            }
            found.map(|at| at as f64)
        };
        let mut all = Vec::new();
        for own in words {
            let mut own = own.iter().map(index).collect::<Option<Vec<f64>>>()?;
            own.sort_by(f64::total_cmp);
            own.dedup();
            all.push(own);
        }
        Some((at, all.try_into().ok()?))
    }

    /// Features and numbers of the classes' events.
    fn features(
        &self,
        list: Register,
        (class, words): Classes,
        columns: &[u32],
        aggregate: Aggregate,
        draft: &mut Draft,
    ) -> Facts {
        let tests = open(list, class, &words, draft);
        let one = draft.constant(1.0);
        let mut sums = Vec::new();
        for &test in &tests {
            let count = draft.apply(Function::Sum, &[test, one]);
            let own = columns.iter().map(|&column| {
                let value = draft.formula.event_column(column);
                draft.apply(Function::Sum, &[test, value])
            });
            let own: Vec<Register> = own.collect();
            sums.push((count, own));
        }
        draft.formula.close();
        let mut features = Vec::new();
        for (count, own) in &sums {
            let of = |&sum: &Register| match aggregate {
                Aggregate::Sum => sum,
                Aggregate::Mean => draft.apply(Function::Div, &[sum, *count]),
            };
            features.push(own.iter().map(of).collect());
        }
        facts(features, sums.iter().map(|(count, _)| *count).collect(), list)
    }

    /// Numbers of the classes' events in each part.
    fn parts(
        &self,
        list: Register,
        (class, words): Classes,
        (by, values): (u32, &[String]),
        draft: &mut Draft,
    ) -> Facts {
        let tests = open(list, class, &words, draft);
        let one = draft.constant(1.0);
        let of = draft.formula.event_column(by);
        let mut features = vec![Vec::new(); 3];
        for value in 0..values.len() {
            let value = draft.constant(value as f64);
            let here = draft.apply(Function::Equal, &[of, value]);
            for (&test, own) in tests.iter().zip(&mut features) {
                let both = draft.apply(Function::And, &[test, here]);
                own.push(draft.apply(Function::Sum, &[both, one]));
            }
        }
        draft.formula.close();
        let counts = features.iter().map(|own| sum(own, draft)).collect();
        facts(features, counts, list)
    }
}

/// Opens the loop; gives the test of each class.
fn open(list: Register, class: u32, words: &[Vec<f64>; 3], draft: &mut Draft) -> Vec<Register> {
    if let Register::Input(list) = list {
        draft.formula.open(list);
    }
    let of = draft.formula.event_column(class);
    words.iter().map(|own| draft.formula.table(Function::In, of, own)).collect()
}

fn facts(features: Vec<Vec<Register>>, counts: Vec<Register>, none: Register) -> Facts {
    Facts {
        features: features.try_into().unwrap_or_default(),
        counts: counts.try_into().unwrap_or([none; 3]),
        live: Live::new(),
    }
}
