//! The search against trying everything, and what fields may be changed to.

use std::convert::Infallible;

use proptest::prelude::*;

use super::*;
use crate::schema::{Policies, Policy, Special, Stage};

fn field(kind: FieldType, min: f64, max: f64) -> Field {
    let own = Policy::OwnBin;
    Field {
        name: "x".into(),
        kind,
        unit: String::new(),
        min,
        max,
        specials: vec![Special { value: 3.0, text: String::new(), name: "code".into() }],
        policies: Policies { missing: own, special: own, unseen: own, out_of_range: own },
        labels: Vec::new(),
        stage: Stage::Edge,
        leaves_device: true,
    }
}

fn values(field: &Field, value: f64, action: &Action) -> Vec<f64> {
    let found = Actionable::new(field, 0, value, action, None).unwrap();
    assert!(found.values.is_sorted_by(|a, b| a.0 <= b.0) && found.values.iter().all(|v| v.0 > 0.0));
    found.values.into_iter().map(|(_, value)| value).collect()
}

#[test]
fn what_fields_may_be_changed_to() {
    let whole = field(FieldType::Integer, 0.0, 7.0);
    let up = Action { direction: Direction::Up, ..Action::default() };
    let down = Action { direction: Direction::Down, ..Action::default() };
    // 3 is a code, not a value.
    assert_eq!(values(&whole, 1.0, &up), [2.0, 4.0, 5.0, 6.0, 7.0]);
    assert_eq!(values(&whole, 1.0, &down), [0.0]);
    assert_eq!(values(&whole, 1.0, &Action { step: Some(2.5), ..up }), [4.0, 7.0]);
    assert_eq!(
        values(&whole, 2.0, &Action { min: Some(1.0), max: Some(4.0), ..Action::default() }),
        [1.0, 4.0]
    );
    // Special, missing, out of range: nothing is known to start from.
    assert!([3.0, f64::NAN, 9.0].iter().all(|&value| values(&whole, value, &up).is_empty()));

    let number = field(FieldType::Number, f64::NEG_INFINITY, f64::INFINITY);
    let tenth = Action { step: Some(0.1), max: Some(0.75), ..up };
    assert_eq!(values(&number, 0.4, &tenth), [0.5, 0.6, 0.7, 0.75]);
    assert_eq!(values(&number, 1.0, &Action { step: Some(10.0), ..up }).len(), 100);
    assert!(Actionable::new(&number, 0, 1.0, &up, None).is_err());
    let seen = Actionable::new(&number, 0, 1.0, &up, Some((0.0, 50.0))).unwrap();
    // 3.0 among the hundred is a code.
    assert_eq!((seen.values.len(), seen.values[0]), (99, (0.01, 1.5)));
    // A bound far away does not make the steps coarse.
    let far = field(FieldType::Number, 0.0, 1e9);
    assert_eq!(Actionable::new(&far, 0, 1.0, &up, Some((0.0, 50.0))).unwrap().values[0].1, 1.5);

    let flag = field(FieldType::Boolean, f64::NEG_INFINITY, f64::INFINITY);
    assert_eq!((values(&flag, 0.0, &up), values(&flag, 0.0, &down)), (vec![1.0], vec![]));
    let words = FieldType::Category { values: vec!["a".into(), "b".into(), "c".into()] };
    let words = field(words, f64::NEG_INFINITY, f64::INFINITY);
    assert_eq!(values(&words, 1.0, &Action::default()), [0.0, 2.0]);
    assert!(Actionable::new(&words, 0, 1.0, &Action { step: Some(1.0), ..up }, None).is_err());
    let hash = field(FieldType::Hash { buckets: 4 }, f64::NEG_INFINITY, f64::INFINITY);
    assert!(Actionable::new(&hash, 0, 1.0, &Action::default(), None).is_err());
    assert!(Actionable::new(&whole, 0, 1.0, &Action { cost: 0.0, ..up }, None).is_err());
    assert!(Actionable::new(&whole, 0, 1.0, &Action { min: Some(8.0), ..up }, None).is_err());
}

fn found(record: &[f64], fields: &[Actionable], limit: usize, rule: &dyn Fn(&[f64]) -> bool) -> Search {
    let mut approved = |rows: usize, values: &[f64]| {
        let row = |row: usize| values.chunks(rows).map(|column| column[row]).collect::<Vec<f64>>();
        Ok::<_, Infallible>((0..rows).map(|at| rule(&row(at))).collect())
    };
    match search(record, fields, limit, &mut approved) {
        Ok(search) => search,
        Err(never) => match never {},
    }
}

fn list(field: u32, n: usize, unit: f64) -> Actionable {
    Actionable { field, values: (1..=n).map(|k| (unit * k as f64, k as f64)).collect() }
}

#[test]
fn one_field_before_two_and_ties_by_field() {
    let fields = [list(1, 30, 1.0), list(0, 30, 1.0)];
    let both = found(&[0.0, 0.0], &fields, 100_000, &|row| row[0] + row[1] >= 5.0);
    assert_eq!(both.found, Some(Counterfactual { changes: vec![(1, 5.0)], cost: 5.0 }));
    assert!(both.complete);
    let product = found(&[0.0, 0.0], &fields, 100_000, &|row| row[0] * row[1] >= 12.0);
    let product = product.found.unwrap();
    assert_eq!((product.cost, product.changes.iter().map(|c| c.1).product::<f64>()), (7.0, 12.0));
    let none = found(&[0.0, 0.0], &fields, 100_000, &|_| false);
    assert_eq!((none.found, none.complete), (None, true));
    let cut = found(&[0.0, 0.0], &fields, 40, &|_| false);
    assert_eq!((cut.found, cut.complete, cut.evaluations), (None, false, 40));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// On lists short enough to be tried in full, the answer is the smallest there is; and always it is approved, within the limit, and
    /// the same when asked again.
    #[test]
    fn nothing_smaller_is_approved(
        lengths in prop::collection::vec(1_usize..40, 1..5),
        units in prop::collection::vec(1_u8..9, 5),
        weights in prop::collection::vec(-3_i8..9, 5),
        bar in 1_i16..400,
        odd in 1_i32..7,
    ) {
        let fields: Vec<Actionable> = lengths.iter().zip(&units).zip(0..)
            .map(|((&n, &unit), at)| list(at, n, f64::from(unit) / 8.0)).collect();
        let record = vec![0.0; fields.len()];
        // Neither linear nor monotone.
        let rule = |row: &[f64]| {
            let sum: f64 = row.iter().zip(&weights).map(|(x, &w)| x * f64::from(w)).sum();
            sum >= f64::from(bar) && (sum as i32) % odd == 0
        };
        let search = found(&record, &fields, 1_000_000, &rule);
        prop_assert_eq!(&search, &found(&record, &fields, 1_000_000, &rule));
        prop_assert!(search.complete);
        let mut least = f64::INFINITY;
        let mut one = f64::INFINITY;
        for (i, first) in fields.iter().enumerate() {
            for &(a, x) in &first.values {
                let mut row = record.clone();
                row[i] = x;
                if rule(&row) {
                    one = one.min(a);
                }
                for (j, second) in fields.iter().enumerate().skip(i + 1) {
                    for &(b, y) in &second.values {
                        let mut row = row.clone();
                        row[j] = y;
                        if rule(&row) {
                            least = least.min(a + b);
                        }
                    }
                }
            }
        }
        least = least.min(one);
        match search.found {
            Some(change) => {
                let mut row = record.clone();
                change.changes.iter().for_each(|&(field, value)| row[field as usize] = value);
                prop_assert!(rule(&row));
                prop_assert!(change.cost <= one && change.cost >= least - 1e-9);
                if lengths.iter().all(|&n| n <= COARSE) {
                    prop_assert!((change.cost - least).abs() < 1e-9);
                }
            }
            // A pair may be missed between the coarse values, never a single change.
            None => prop_assert!(one.is_infinite()),
        }
    }
}
