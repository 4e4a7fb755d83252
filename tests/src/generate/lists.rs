//! Random event lists in any bundle: all types of columns, texts with rules and hashes, and events for records.

use scorelet_core::bundle::{BundleParts, ScoreKind, ScoreOutput};
use scorelet_core::feature::series::Sequence;
use scorelet_core::feature::window::{Figure, Kind, Output, Span, Unit, Window};
use scorelet_core::graph::{Node, Op};
use scorelet_core::record::date;
use scorelet_core::schema::{
    After, EventColumn, EventSchema, Field, FieldType, Origin, Policies, Policy, Rule, RuleTest, Stage,
};
use serde_json::{Map, Value, json};

use super::cells::cell;
use super::fields;
use super::formula::formula;
use super::policy::renumber;
use crate::random::Random;

/// Adds a reference time and one or two event lists to a generated bundle, after its fields and nodes; over each list windows, a series,
/// a formula, and a network that reads the series.
pub fn event_lists(random: &mut Random, parts: &mut BundleParts) {
    let first = parts.fields.len() as u32;
    let lists = random.between(1, 2) as u32;
    let moved = |column: u32| if column < first { column } else { column + 1 + lists };
    for node in &mut parts.nodes {
        node.inputs.iter_mut().for_each(|column| *column = moved(*column));
    }
    for score in &mut parts.scores {
        for figure in [&mut score.margin, &mut score.pd, &mut score.score, &mut score.band] {
            *figure = figure.map(moved);
        }
        let game = score.reasons.as_mut().and_then(|reasons| reasons.game.as_mut());
        game.into_iter().flat_map(|game| &mut game.players).for_each(|column| *column = moved(*column));
    }
    if let Some(policy) = &mut parts.policy {
        renumber(policy, &moved);
    }
    let missing = *random.pick(&[Policy::OwnBin, Policy::Impute(19_000.0)]);
    parts.fields.push(plain("as_of", FieldType::Date, missing));
    for list in 0..lists {
        let schema = schema(random, first);
        let missing = *random.pick(&[Policy::OwnBin, Policy::Native, Policy::Impute(0.0)]);
        parts.fields.push(plain(&format!("list_{list}"), FieldType::EventList(Box::new(schema)), missing));
    }
    let widths = parts.nodes.iter().map(|node| node.op.width(node.inputs.len()));
    let mut columns = (parts.fields.len() + widths.sum::<usize>()) as u32;
    for list in first + 1..=first + lists {
        let schema = parts.fields[list as usize].events().expect("a list");
        let categories: Vec<u32> = schema.columns.iter().map(categories).collect();
        let fixed = window(schema);
        let series = super::events::series(random, &categories);
        // What comes of the series is the input of a network.
        let sequence = columns_of(series.sequence());
        let ops: [(&str, Op); 5] = [
            ("window", fixed.into()),
            ("any window", super::events::window(random, &categories).into()),
            ("series", series.into()),
            ("formula", formula(random, 2, Some(categories.len())).into()),
            ("network of series", super::network(random, sequence as usize, 2).into()),
        ];
        let mut of_series = 0..0;
        for (what, op) in ops {
            let over_series = what == "network of series";
            let inputs = if over_series { of_series.clone().collect() } else { vec![list, first] };
            let width = op.width(inputs.len()) as u32;
            if what == "series" {
                of_series = columns..columns + width;
            }
            let name = format!("{what} {list}");
            parts.nodes.push(Node { name: name.clone(), stage: Stage::Edge, inputs, op });
            // Every output is in the decision.
            for column in (columns..columns + width).step_by(3) {
                let at = |offset| Some(column + offset).filter(|&c| c < columns + width);
                parts.scores.push(ScoreOutput {
                    name: format!("{name} {column}"),
                    kind: ScoreKind::Standard,
                    margin: at(0),
                    pd: at(1),
                    score: at(2),
                    band: None,
                    bands: Vec::new(),
                    reasons: None,
                });
            }
            columns += width;
        }
    }
}

/// How many categories a column has.
fn categories(column: &EventColumn) -> u32 {
    match &column.field.kind {
        FieldType::Category { values } => values.len() as u32,
        _ => 0,
    }
}

/// How many outputs a series has: its features and a mask, step by step.
fn columns_of(sequence: &Sequence) -> u32 {
    (sequence.features.len() as u32 + 1) * sequence.length
}

fn plain(name: &str, kind: FieldType, missing: Policy) -> Field {
    let own = Policy::OwnBin;
    Field {
        name: name.to_owned(),
        kind,
        unit: String::new(),
        stage: Stage::Edge,
        leaves_device: false,
        min: f64::NEG_INFINITY,
        max: f64::INFINITY,
        specials: Vec::new(),
        policies: Policies { missing, special: own, unseen: own, out_of_range: own },
        labels: Vec::new(),
    }
}

fn schema(random: &mut Random, as_of: u32) -> EventSchema {
    let texts = random.below(3);
    let member = |field| EventColumn { field, origin: Origin::Member };
    let mut columns: Vec<EventColumn> = (0..random.between(1, 6))
        .map(|index| {
            let refusing = random.one_in(8);
            let field = fields::field(random, index, refusing);
            member(Field { stage: Stage::Edge, leaves_device: false, ..field })
        })
        .collect();
    let hash = FieldType::Hash { buckets: random.between(1, 300) as u32 };
    columns.push(member(plain("bucket", hash.clone(), Policy::OwnBin)));
    if texts > 0 {
        let text = |random: &mut Random| random.below(texts) as u32;
        let field = plain("of text", hash, Policy::OwnBin);
        columns.push(EventColumn { field, origin: Origin::Text(text(random)) });
        let tests = [RuleTest::Prefix, RuleTest::Word, RuleTest::Code];
        let rules = (0..random.below(20)).map(|_| {
            let pattern = random.pick(&WORDS).to_lowercase();
            Rule { text: text(random), test: *random.pick(&tests), pattern, category: random.below(3) as u32 }
        });
        let rules = rules.collect();
        let values = ["a", "b", "c"].map(str::to_owned).to_vec();
        let field = plain("by rules", FieldType::Category { values }, Policy::OwnBin);
        columns.push(EventColumn { field, origin: Origin::Rules(rules) });
    }
    EventSchema {
        date: "day".to_owned(),
        as_of,
        after: *random.pick(&[After::Refuse, After::Ignore, After::Ignore]),
        texts: (0..texts).map(|text| format!("text {text}")).collect(),
        columns,
    }
}

/// Count, sum, extremes, spread and order of every column, over two windows of time.
fn window(schema: &EventSchema) -> Window {
    let spans = vec![
        Span { unit: Unit::Months, from: None, to: 0 },
        Span { unit: Unit::Days, from: Some(90), to: 0 },
    ];
    let figure = |kind, span, column| Output::Figure(Figure { kind, span, filter: None, column });
    let mut outputs = vec![figure(Kind::Count, 0, None), figure(Kind::Ignored, 0, None)];
    for column in 0..schema.columns.len() as u32 {
        for kind in [Kind::Sum, Kind::Max, Kind::Std, Kind::Distinct, Kind::First, Kind::Last] {
            outputs.push(figure(kind, column % 2, Some(column)));
        }
    }
    Window::new(spans, Vec::new(), outputs).expect("a valid window")
}

/// Texts that rules look for, alone and in others.
const WORDS: [&str; 8] =
    ["rent", "Gehalt", "5411", "\u{5de5}\u{8d44}", "amazon prime", "r", "\u{c4}rzte", "x1"];

/// `count` events around the reference time.
pub(super) fn events(random: &mut Random, schema: &EventSchema, as_of: f64, count: usize) -> Value {
    let as_of = if as_of.abs() < 100_000.0 { as_of } else { 19_000.0 };
    (0..count).map(|_| event(random, schema, as_of)).collect()
}

fn event(random: &mut Random, schema: &EventSchema, as_of: f64) -> Value {
    let late = if random.one_in(40) { random.between(1, 9) as f64 } else { 0.0 };
    let ago = if random.one_in(3) { random.below(4) } else { random.below(500) } as f64;
    let mut event = Map::from_iter([(schema.date.clone(), json!(date::format(as_of - ago + late)))]);
    for text in &schema.texts {
        let words = format!("{}{}", random.pick(&["", "x ", "(", "a"]), random.pick(&WORDS));
        let words = match random.below(10) {
            0 => Value::Null,
            1 => words.to_uppercase().into(),
            _ => words.into(),
        };
        event.insert(text.clone(), words);
    }
    for column in schema.columns.iter().filter(|column| column.origin == Origin::Member) {
        let value = cell(random, &column.field);
        // What JSON cannot say is left out, and most of what the record would be refused for.
        let refused = column.field.admit(value, 0).is_err() && !random.one_in(50);
        if value.is_finite() && !refused {
            event.insert(column.field.name.clone(), super::json::cell(&column.field, value));
        }
    }
    event.into()
}
