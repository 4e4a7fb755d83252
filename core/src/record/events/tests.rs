//! Events as they are read against a naive reading of the same JSON.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::column::State;
use crate::record::{Lookup, bucket, parse_json};
use crate::schema::{
    After, EventColumn, EventSchema, Field, FieldType, Origin, Policies, Policy, Rule, RuleTest, Special,
    Stage,
};

fn field(name: &str, kind: FieldType) -> Field {
    let policy = Policy::OwnBin;
    Field {
        name: name.to_owned(),
        kind,
        unit: String::new(),
        stage: Stage::Edge,
        leaves_device: false,
        min: f64::NEG_INFINITY,
        max: f64::INFINITY,
        specials: Vec::new(),
        policies: Policies { missing: policy, special: policy, unseen: policy, out_of_range: policy },
        labels: Vec::new(),
    }
}

fn fields(after: After) -> Vec<Field> {
    let member = |field| EventColumn { field, origin: Origin::Member };
    let mut amount = field("amount", FieldType::Number);
    (amount.min, amount.max) = (-50.0, 50.0);
    amount.specials.push(Special { value: -99.0, text: String::new(), name: "none".to_owned() });
    let mut kind = field("kind", FieldType::Category { values: vec!["a".to_owned(), "b".to_owned()] });
    kind.policies.missing = Policy::Impute(1.0);
    let values = vec!["rent".to_owned(), "food".to_owned()];
    let rules = vec![
        Rule { text: 0, test: RuleTest::Word, pattern: "rent".to_owned(), category: 0 },
        Rule { text: 0, test: RuleTest::Prefix, pattern: "food".to_owned(), category: 1 },
    ];
    let of_text = |name, kind, origin| EventColumn { field: field(name, kind), origin };
    let columns = vec![
        member(amount),
        member(kind),
        of_text("bucket", FieldType::Hash { buckets: 32 }, Origin::Text(0)),
        of_text("purpose", FieldType::Category { values }, Origin::Rules(rules)),
        member(field("settled", FieldType::Date)),
        member(field("cash", FieldType::Boolean)),
    ];
    let texts = vec!["note".to_owned()];
    let schema = EventSchema { date: "date".to_owned(), as_of: 1, after, texts, columns };
    vec![field("list", FieldType::EventList(Box::new(schema))), field("as_of", FieldType::Date)]
}

/// Days since 1970-01-01 by another calendar.
fn days(text: &str) -> i32 {
    let day: jiff::civil::Date = text.parse().unwrap();
    day.since((jiff::Unit::Day, jiff::civil::date(1970, 1, 1))).unwrap().get_days()
}

/// The cells of an event, as the documentation says them.
fn cells(event: &Value) -> Vec<(f64, State)> {
    let absent = |state| (f64::NAN, state);
    let amount = match event["amount"].as_f64() {
        None => absent(State::MISSING),
        Some(-99.0) => absent(State::special(0)),
        Some(x) if x.abs() > 50.0 => absent(State::OUT_OF_RANGE),
        Some(x) => (x, State::PRESENT),
    };
    let kind = match event["kind"].as_str() {
        Some("a") => (0.0, State::PRESENT),
        Some("b") | None => (1.0, State::PRESENT),
        Some(_) => absent(State::UNSEEN),
    };
    let (hashed, purpose) = match event["note"].as_str() {
        None => (absent(State::MISSING), absent(State::MISSING)),
        Some(note) => {
            let lower = note.to_lowercase();
            let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).collect();
            let purpose = if words.contains(&"rent") {
                (0.0, State::PRESENT)
            } else if lower.starts_with("food") {
                (1.0, State::PRESENT)
            } else {
                absent(State::UNSEEN)
            };
            ((f64::from(bucket(note, 32)), State::PRESENT), purpose)
        }
    };
    let settled = match event["settled"].as_str() {
        None => absent(State::MISSING),
        Some(text) => (f64::from(days(text)), State::PRESENT),
    };
    let cash = match event["cash"].as_bool() {
        None => absent(State::MISSING),
        Some(flag) => (f64::from(u8::from(flag)), State::PRESENT),
    };
    vec![amount, kind, hashed, purpose, settled, cash]
}

fn day() -> impl Strategy<Value = String> {
    (2019..2022i16, 1..13i8, 1..29i8).prop_map(|(y, m, d)| format!("{y:04}-{m:02}-{d:02}"))
}

fn event() -> impl Strategy<Value = Value> {
    let maybe = |value: BoxedStrategy<Value>| prop_oneof![6 => value.prop_map(Some), 1 => Just(Some(Value::Null)), 1 => Just(None)];
    let amount = prop_oneof![Just(-99.0), -60.0..60.0, Just(50.0), Just(-0.0)].prop_map(Value::from);
    let kind = prop_oneof![Just("a"), Just("b"), Just("c")].prop_map(Value::from);
    let note = prop_oneof![Just("RENT may"), Just("Food"), Just("current"), Just(""), Just("food rent")];
    let members = (
        day(),
        maybe(amount.boxed()),
        maybe(kind.boxed()),
        maybe(note.prop_map(Value::from).boxed()),
        maybe(day().prop_map(Value::from).boxed()),
        maybe(any::<bool>().prop_map(Value::from).boxed()),
    );
    members.prop_map(|(day, amount, kind, note, settled, cash)| {
        let mut event = Map::new();
        let others =
            [("amount", amount), ("kind", kind), ("note", note), ("settled", settled), ("cash", cash)];
        for (name, value) in others {
            event.extend(value.map(|value| (name.to_owned(), value)));
        }
        event.insert("date".to_owned(), day.into());
        event.into()
    })
}

fn same(a: &[(f64, State)], b: &[(f64, State)]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.0.to_bits() == b.0.to_bits() && a.1 == b.1)
}

proptest! {
    #[test]
    fn events_are_those_of_a_naive_reading(
        list in prop::collection::vec(event(), 0..40),
        as_of in prop::option::weighted(0.9, day()),
        ignore in any::<bool>(),
    ) {
        let fields = fields(if ignore { After::Ignore } else { After::Refuse });
        let json = json!([{ "list": list.clone(), "as_of": as_of.clone() }, { "list": null }]).to_string();
        let mut rows = parse_json(&fields, &Lookup::new(&fields), json.as_bytes()).unwrap();
        let other = rows.pop().unwrap().unwrap();
        prop_assert_eq!((other.cells[0].1, other.events.len()), (State::MISSING, 0));
        let row = rows.pop().unwrap();
        let day_of = |event: &Value| days(event["date"].as_str().unwrap());
        let Some(as_of) = as_of.filter(|_| !list.is_empty()) else {
            match list.is_empty() {
                true => prop_assert_eq!(row.unwrap().cells[0].0, 0.0),
                false => prop_assert_eq!(row.unwrap_err().code(), "SCL-0215"),
            }
            return Ok(());
        };
        let late = list.iter().position(|event| day_of(event) > days(&as_of));
        if let (Some(late), false) = (late, ignore) {
            let error = row.unwrap_err();
            prop_assert_eq!(error.code(), "SCL-0214");
            prop_assert_eq!(error.field().unwrap(), format!("list[{late}]"));
            return Ok(());
        }
        let mut expected: Vec<&Value> = list.iter().filter(|event| day_of(event) <= days(&as_of)).collect();
        expected.sort_by_key(|event| day_of(event));
        let row = row.unwrap();
        let (index, found) = &row.events[0];
        prop_assert_eq!((*index, found.ignored as usize), (0, list.len() - expected.len()));
        prop_assert_eq!(&found.days, &expected.iter().map(|event| day_of(event)).collect::<Vec<_>>());
        let cells: Vec<_> = expected.iter().flat_map(|event| cells(event)).collect();
        prop_assert!(same(&found.cells, &cells), "{:?}\n{:?}", found.cells, cells);
        prop_assert_eq!(row.cells[0], (expected.len() as f64, State::PRESENT));
    }
}
