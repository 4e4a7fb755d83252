//! Random bundles over an event list: a window node, a series node, and a linear model of all their outputs; and records for them.

use scorelet_core::bundle::{BundleParts, Meta, ScoreKind, ScoreOutput};
use scorelet_core::feature::StateValues;
use scorelet_core::feature::impute::Impute;
use scorelet_core::feature::series::{Feature, Sequence, Series, Steps, Take};
use scorelet_core::feature::window::{Figure, Kind, Output, Span, Test, Top, Unit, Window};
use scorelet_core::graph::{Node, Op};
use scorelet_core::model::linear::Linear;
use scorelet_core::record::date;
use scorelet_core::schema::{
    After, EventColumn, EventSchema, Field, FieldType, Origin, Policies, Policy, Stage,
};
use serde_json::{Value, json};

use crate::random::Random;

const AS_OF: u32 = 0;
const LIST: u32 = 1;
const CATEGORIES: [&str; 5] = ["food", "rent", "salary", "loan", "other"];
/// Categories of each column of the events: category, amount, balance, flag.
const COLUMNS: [u32; 4] = [CATEGORIES.len() as u32, 0, 0, 0];
const LAST_DAY: f64 = 22_000.0;

fn field(name: &str, kind: FieldType) -> Field {
    let own = Policy::OwnBin;
    Field {
        name: name.to_owned(),
        kind,
        unit: String::new(),
        stage: Stage::Edge,
        leaves_device: true,
        min: f64::NEG_INFINITY,
        max: f64::INFINITY,
        specials: vec![],
        policies: Policies { missing: own, special: own, unseen: own, out_of_range: own },
        labels: vec![],
    }
}

fn fields() -> Vec<Field> {
    let column = |name, kind| {
        // A column is of its list's stage, and leaves with nothing of its own.
        let field = Field { leaves_device: false, ..field(name, kind) };
        EventColumn { field, origin: Origin::Member }
    };
    let categories = FieldType::Category { values: CATEGORIES.map(str::to_owned).to_vec() };
    let columns = vec![
        column("category", categories),
        column("amount", FieldType::Number),
        column("balance", FieldType::Number),
        column("flag", FieldType::Boolean),
    ];
    let schema =
        EventSchema { date: "date".into(), as_of: AS_OF, after: After::Ignore, texts: vec![], columns };
    vec![field("as_of", FieldType::Date), field("events", FieldType::EventList(Box::new(schema)))]
}

/// Filters over columns with these numbers of categories, 0 of what has none: without a test, with one, with two.
fn filters(random: &mut Random, columns: &[u32]) -> Vec<Vec<Test>> {
    let mut test = || {
        let column = random.below(columns.len()) as u32;
        match columns[column as usize] {
            0 if random.one_in(2) => {
                let (lo, hi) = (0.0, f64::INFINITY);
                Test::Between { column, lo, hi, lo_in: random.one_in(2), hi_in: true }
            }
            0 => Test::Between { column, lo: f64::NEG_INFINITY, hi: 0.0, lo_in: true, hi_in: false },
            categories => {
                let all = (1_u64 << categories.min(63)) - 1;
                Test::In { column, set: vec![1 + random.below(all as usize) as u64] }
            }
        }
    };
    (0..3).map(|n| (0..n).map(|_| test()).collect()).collect()
}

fn optional(random: &mut Random, below: usize) -> Option<u32> {
    Some(random.below(below + 1) as u32).filter(|&index| (index as usize) < below)
}

fn figure(random: &mut Random, spans: &[Span], columns: usize) -> Figure {
    let kinds = [
        Kind::Count,
        Kind::Sum,
        Kind::Mean,
        Kind::Min,
        Kind::Max,
        Kind::Std,
        Kind::Quantile(0.5),
        Kind::Quantile(random.unit()),
        Kind::Distinct,
        Kind::First,
        Kind::Last,
        Kind::DaysSinceFirst,
        Kind::DaysSinceLast,
        Kind::LongestStreak,
        Kind::CurrentStreak,
        Kind::Trend,
        Kind::Volatility,
        Kind::MonthlyStd,
        Kind::MonthlyTrend,
        Kind::MonthlyVolatility,
        Kind::Ignored,
    ];
    let kind = *random.pick(&kinds);
    let monthly = matches!(kind, Kind::MonthlyStd | Kind::MonthlyTrend | Kind::MonthlyVolatility);
    // The first span has months.
    let span = if monthly { 0 } else { random.below(spans.len()) as u32 };
    let events = matches!(kind, Kind::LongestStreak | Kind::CurrentStreak | Kind::Ignored);
    let column = Some(random.below(columns) as u32).filter(|_| !events);
    let filter = if kind == Kind::Ignored { None } else { optional(random, 3) };
    Figure { kind, span, filter, column }
}

/// A window over events whose columns have these numbers of categories, 0 of what has none.
pub(super) fn window(random: &mut Random, columns: &[u32]) -> Window {
    let mut spans = vec![Span { unit: Unit::Months, from: Some(6), to: 0 }, Span::ALL];
    for _ in 0..3 {
        let unit = *random.pick(&[Unit::Days, Unit::Months, Unit::CalendarMonths]);
        let to = random.below(4) as u32;
        spans.push(Span { unit, from: Some(to + random.between(1, 40) as u32), to });
    }
    let groups = columns.iter().position(|&categories| categories > 0);
    let outputs = (0..random.between(1, 25)).map(|_| match (random.below(6), groups) {
        (0, _) => Output::Ratio(figure(random, &spans, columns.len()), figure(random, &spans, columns.len())),
        (1, Some(group)) => Output::Top(Top {
            span: random.below(spans.len()) as u32,
            filter: optional(random, 3),
            group: group as u32,
            categories: columns[group],
            column: optional(random, columns.len()).filter(|&column| column as usize != group),
            k: random.between(1, columns[group].min(4) as usize) as u32,
            least: random.one_in(2),
        }),
        _ => Output::Figure(figure(random, &spans, columns.len())),
    });
    let outputs = outputs.collect();
    Window::new(spans, filters(random, columns), outputs).expect("a generated window")
}

/// A series over such events.
pub(super) fn series(random: &mut Random, columns: &[u32]) -> Series {
    let monthly = random.one_in(2);
    let steps = if monthly {
        let unit = *random.pick(&[Unit::Months, Unit::CalendarMonths]);
        Steps::Months { unit, skip: random.below(3) as u32 }
    } else {
        Steps::Events { filter: optional(random, 3) }
    };
    let mut feature = || {
        let take = if monthly {
            *random.pick(&[Take::Count, Take::Sum, Take::Mean, Take::Min, Take::Max, Take::Last])
        } else {
            *random.pick(&[Take::Value, Take::DaysBefore, Take::DaysBetween])
        };
        let days = matches!(take, Take::DaysBefore | Take::DaysBetween);
        let column = Some(random.below(columns.len()) as u32).filter(|_| !days);
        let filter = if monthly { optional(random, 3) } else { None };
        Feature { take, filter, column, empty: random.one_in(2).then_some(-1.5) }
    };
    let features = (0..3).map(|_| feature()).collect();
    let (length, filters) = (random.between(1, 12) as u32, filters(random, columns));
    Series::new(Sequence { steps, length, filters, features }).expect("a generated series")
}

/// A bundle from a seed: the same seed gives the same bundle, and every bundle is valid.
pub fn event_bundle(seed: u64) -> BundleParts {
    let mut random = Random::new(seed ^ 0xe7e7);
    let fields = fields();
    let (mut nodes, mut columns) = (Vec::new(), fields.len() as u32);
    let mut add = |name: String, inputs: Vec<u32>, op: Op| {
        let first = columns;
        columns += op.width(inputs.len()) as u32;
        nodes.push(Node { name, stage: Stage::Edge, inputs, op });
        first..columns
    };
    let of_window = add("window".into(), vec![LIST, AS_OF], window(&mut random, &COLUMNS).into());
    let of_series = add("series".into(), vec![LIST, AS_OF], series(&mut random, &COLUMNS).into());
    let mut inputs = Vec::new();
    for column in of_window.chain(of_series) {
        let fill = Some(random.normal());
        let values =
            StateValues { missing: fill, special: fill, unseen: fill, out_of_range: fill, specials: vec![] };
        let op = Impute::new(values).expect("generated values").into();
        inputs.push(add(format!("filled {column}"), vec![column], op).start);
    }
    let coefficients = inputs.iter().map(|_| random.normal()).collect();
    let model = Linear::new(vec![random.normal()], coefficients, None).expect("generated coefficients");
    let margin = add("model".into(), inputs, model.into()).start;
    let score = ScoreOutput {
        name: "events".into(),
        kind: ScoreKind::Credit,
        margin: Some(margin),
        pd: None,
        score: None,
        band: None,
        bands: vec![],
        reasons: None,
    };
    BundleParts {
        meta: Meta { name: format!("events {seed}"), languages: vec!["en".into()], ..Meta::default() },
        fields,
        nodes,
        scores: vec![score],
        ..BundleParts::default()
    }
}

/// Records for these bundles: no events and many, out of order, after the reference date, with absent and unseen values; some without
/// a list or a date.
pub fn event_records(random: &mut Random, count: usize) -> Vec<Value> {
    let day = |day: f64| date::format(day).expect("a day of these years");
    (0..count)
        .map(|_| {
            let as_of = LAST_DAY - random.below(4000) as f64;
            let reach = *random.pick(&[5, 60, 900]);
            let n = *random.pick(&[0, 1, 3, 40]);
            let events: Vec<Value> = (0..n)
                .map(|_| {
                    let mut event = json!({"date": day(as_of + 3.0 - random.below(reach) as f64)});
                    if !random.one_in(10) {
                        event["category"] = json!(random.pick(&CATEGORIES));
                    } else if random.one_in(2) {
                        event["category"] = json!("never seen");
                    }
                    if !random.one_in(10) {
                        event["amount"] = json!((random.normal() * 40_000.0).trunc() / 100.0);
                    }
                    if !random.one_in(10) {
                        event["balance"] = json!(random.below(30) as f64 / 10.0);
                    }
                    event["flag"] = json!(random.one_in(2));
                    event
                })
                .collect();
            let mut record = json!({"as_of": day(as_of), "events": events});
            if random.one_in(12) {
                record["as_of"] = Value::Null;
            }
            if random.one_in(12) {
                record["events"] = Value::Null;
            }
            record
        })
        .collect()
}
