use crate::harness::{Cell, MISSING, assert_bits, col, run};
use scorelet_core::column::State;
use scorelet_core::feature::StateValues;
use scorelet_core::feature::bins::{Bins, Closed};

fn bins(closed: Closed, edges: &[f64]) -> Bins {
    let values = (0..=edges.len()).map(|i| i as f64 * 10.0).collect();
    Bins::new(closed, edges.to_vec(), values, StateValues::default()).unwrap()
}

#[test]
fn an_edge_belongs_to_the_closed_side() {
    let x = col(&[-1.0, -0.0, 0.0, 0.5, 1.0, 2.0, 3.0, f64::INFINITY, f64::NEG_INFINITY]);
    let left = run(bins(Closed::Left, &[0.0, 1.0, 2.0]), std::slice::from_ref(&x));
    assert_bits(&left, &col(&[0.0, 10.0, 10.0, 10.0, 20.0, 30.0, 30.0, 30.0, 0.0]));
    let right = run(bins(Closed::Right, &[0.0, 1.0, 2.0]), &[x]);
    assert_bits(&right, &col(&[0.0, 0.0, 0.0, 10.0, 10.0, 20.0, 30.0, 30.0, 0.0]));
}

#[test]
fn every_number_of_edges_agrees_with_a_plain_count() {
    for n in 0..200 {
        let edges: Vec<f64> = (0..n).map(f64::from).collect();
        let x: Vec<f64> = (-2..2 * n + 2).map(|i| f64::from(i) / 2.0).collect();
        for closed in [Closed::Left, Closed::Right] {
            let expected = x.iter().map(|&x| {
                let under = edges.iter().filter(|&&e| if closed == Closed::Left { e <= x } else { e < x });
                under.count() as f64 * 10.0
            });
            let expected: Vec<Cell> = expected.map(Ok).collect();
            assert_bits(&run(bins(closed, &edges), &[col(&x)]), &expected);
        }
    }
}

#[test]
fn absent_states_have_their_own_values_or_pass_on() {
    let states = StateValues {
        missing: Some(-1.0),
        special: Some(-2.0),
        specials: vec![(1, -3.0)],
        ..StateValues::default()
    };
    let op = Bins::new(Closed::Left, vec![0.0], vec![1.0, 2.0], states).unwrap();
    let special = |i| Err(State::special(i));
    let x = vec![Ok(5.0), MISSING, special(0), special(1), special(2), Err(State::UNSEEN), Ok(-5.0)];
    let expected = [Ok(2.0), Ok(-1.0), Ok(-2.0), Ok(-3.0), Ok(-2.0), Err(State::UNSEEN), Ok(1.0)];
    assert_bits(&run(op, &[x]), &expected);
}

#[test]
fn without_edges_there_is_one_bin() {
    assert_bits(&run(bins(Closed::Right, &[]), &[vec![Ok(3.0), MISSING]]), &[Ok(0.0), MISSING]);
}

#[test]
fn what_is_no_bins_is_refused() {
    let new = |edges: &[f64], values: &[f64]| {
        Bins::new(Closed::Left, edges.to_vec(), values.to_vec(), StateValues::default())
    };
    assert!(new(&[1.0, 1.0], &[0.0; 3]).is_err());
    assert!(new(&[-0.0, 0.0], &[0.0; 3]).is_err());
    assert!(new(&[2.0, 1.0], &[0.0; 3]).is_err());
    assert!(new(&[f64::INFINITY], &[0.0; 2]).is_err());
    assert!(new(&[f64::NAN], &[0.0; 2]).is_err());
    assert!(new(&[1.0], &[0.0; 3]).is_err());
    assert!(new(&[1.0], &[0.0, f64::NAN]).is_err());
    let states = StateValues { specials: vec![(1, 0.0), (1, 1.0)], ..StateValues::default() };
    assert!(Bins::new(Closed::Left, vec![], vec![0.0], states).is_err());
}
