use std::f64::consts::E;

use super::range::{Range, of_field};
use super::{states, sums};
use crate::author::forest::{Feature, FeatureKind, ForestDraft, Test, Tree, TreeNode};
use crate::column::State;
use crate::feature::StateValues;
use crate::feature::lookup::Lookup;
use crate::feature::one_hot::{AbsentRule, OneHot};
use crate::graph::Op;
use crate::model::forest::{Arithmetic, MissingRule};
use crate::model::linear::Linear;
use crate::model::link::Link;
use crate::model::scorecard::{PointsRange, Scorecard};
use crate::rounding::{Rounding, RoundingMode};
use crate::schema::{Field, FieldType, Policies, Policy, Special, Stage};

fn field(kind: FieldType, policies: [Policy; 4]) -> Field {
    let [missing, special, unseen, out_of_range] = policies;
    Field {
        name: "x".into(),
        kind,
        unit: String::new(),
        stage: Stage::Device,
        leaves_device: true,
        min: 0.0,
        max: 10.0,
        specials: vec![Special { value: -9.0, text: String::new(), name: "no file".into() }],
        policies: Policies { missing, special, unseen, out_of_range },
        labels: vec![],
    }
}

fn bounds(range: &Range) -> (f64, f64) {
    (range.min, range.max)
}

#[test]
fn each_imputed_value_counts_once() {
    let impute = |values: [f64; 4]| of_field(&field(FieldType::Integer, values.map(Policy::Impute)));
    let distinct = |values| {
        let range = impute(values);
        (range.min, range.max, range.distinct, range.whole)
    };
    // One of the field's own.
    assert_eq!(distinct([5.0; 4]), (0.0, 10.0, 11, true));
    // One outside, four times.
    assert_eq!(distinct([-99.0; 4]), (-99.0, 10.0, 12, true));
    // The second lies between the first and the field's own.
    assert_eq!(distinct([-99.0, -1.0, 10.0, 20.0]), (-99.0, 20.0, 14, true));
    // A value between two whole ones is there too, and refused by nobody.
    assert_eq!(distinct([2.5, 2.5, 0.0, 0.0]), (0.0, 10.0, 12, false));
}

#[test]
fn a_field_is_absent_in_what_its_policies_let_through() {
    let of = |kind, policies| states::of_field(&field(kind, policies)).into_iter().collect::<Vec<_>>();
    let all = [Policy::OwnBin; 4];
    assert_eq!(of(FieldType::Number, all), [State::MISSING, State::OUT_OF_RANGE, State::special(0)]);
    let category = FieldType::Category { values: vec!["a".into()] };
    assert_eq!(of(category, all), [State::MISSING, State::UNSEEN, State::special(0)]);
    let some = [Policy::Impute(1.0), Policy::Native, Policy::OwnBin, Policy::Refuse];
    assert_eq!(of(FieldType::Number, some), [State::special(0)]);
}

#[test]
fn a_state_with_a_value_is_none_of_the_node_s() {
    let category = FieldType::Category { values: vec!["a".into(), "b".into()] };
    let field = field(category, [Policy::OwnBin; 4]);
    let read = (of_field(&field), states::of_field(&field));
    let read = (&Range { max: 1.0, ..read.0 }, &read.1);
    let of = |op: &Op| states::of_op(op, &[read]).into_iter().collect::<Vec<_>>();
    let values = StateValues { missing: Some(3.0), specials: vec![(0, 4.0)], ..StateValues::default() };
    let lookup = |count| Lookup::new(vec![1.0; count], values.clone()).unwrap().into();
    assert_eq!(of(&lookup(2)), [State::UNSEEN]);
    let pass = AbsentRule::PassOn;
    let one_hot = OneHot { categories: 2, missing: pass, special: pass, unseen: pass, out_of_range: pass };
    assert_eq!(of(&one_hot.into()), [State::MISSING, State::UNSEEN, State::special(0)]);
    let one_hot = OneHot { missing: AbsentRule::AllZero, special: AbsentRule::OwnColumn, ..one_hot };
    assert_eq!(of(&one_hot.into()), [State::UNSEEN]);
    // A table that is too short does not know all of the field's categories.
    let known = std::collections::BTreeSet::new();
    let read = (read.0, &known);
    assert_eq!(states::of_op(&lookup(2), &[read]).len(), 0);
    assert_eq!(states::of_op(&lookup(1), &[read]).into_iter().collect::<Vec<_>>(), [State::UNSEEN]);
}

#[test]
fn a_scorecard_lies_between_its_fewest_and_its_most_points() {
    let points = |values: &[f64]| Range::of(values.iter().copied());
    let inputs = [points(&[10.0, -4.25, 7.0]), points(&[0.5, 20.0])];
    let inputs: Vec<&Range> = inputs.iter().collect();
    let any = PointsRange { minimum: 0.0, maximum: 0.0, average: None };
    for base_first in [true, false] {
        let card = |rounding| Scorecard::new(100.0, base_first, rounding, vec![any; 2]).unwrap();
        assert_eq!(bounds(&sums::of_card(&card(Rounding::NONE), &inputs)), (96.25, 130.0));
        let floor = Rounding::new(RoundingMode::Floor, 0).unwrap();
        assert_eq!(bounds(&sums::of_card(&card(floor), &inputs)), (96.0, 130.0));
        // An input without a bound has none to give.
        let open = Range { max: f64::INFINITY, ..inputs[0].clone() };
        let range = sums::of_card(&card(floor), &[&open, inputs[1]]);
        assert_eq!(bounds(&range), (96.0, f64::INFINITY));
        let nothing = sums::of_card(&card(floor), &[&points(&[]), inputs[1]]);
        assert!(nothing.is_empty());
    }
}

#[test]
fn a_linear_model_takes_each_input_at_the_end_that_matters() {
    let linear = Linear::new(vec![1.0, 0.0], vec![2.0, -3.0, 0.0, 1.0], None).unwrap();
    let (x, y) = (Range::between(-1.0, 1.0), Range::between(0.0, 10.0));
    assert_eq!(bounds(&sums::of_linear(&linear, 0, &[&x, &y])), (-31.0, 3.0));
    // What has no coefficient need have no bounds.
    assert_eq!(bounds(&sums::of_linear(&linear, 1, &[&Range::ANY, &y])), (0.0, 10.0));
    assert_eq!(bounds(&sums::of_linear(&linear, 0, &[&Range::ANY, &y])), (f64::NEG_INFINITY, f64::INFINITY));
}

fn stump(output: Option<u32>, left: &[f64], right: &[f64]) -> Tree {
    let leaf = |values: &[f64]| TreeNode::Leaf { values: values.to_vec(), linear: None, cover: 0.0 };
    let test = Test::Below { threshold: 1.0, missing: MissingRule::NanLeft };
    let split = TreeNode::Split { feature: 0, test, left: 1, right: 2, cover: 0.0 };
    Tree { output, nodes: vec![split, leaf(left), leaf(right)] }
}

#[test]
fn a_forest_lies_between_its_least_and_its_greatest_leaves() {
    let mut draft = ForestDraft {
        features: vec![Feature { name: "x".into(), kind: FeatureKind::Number }],
        arithmetic: Arithmetic::F64LessEqual,
        base: vec![0.5, -1.0],
        base_first: true,
        divisor: 1.0,
        trees: vec![stump(Some(0), &[0.25], &[-1.0]), stump(None, &[2.0, 4.0], &[3.0, -8.0])],
    };
    let range = |draft: &ForestDraft, output| bounds(&sums::of_forest(&draft.compile().unwrap(), output));
    assert_eq!((range(&draft, 0), range(&draft, 1)), ((1.5, 3.75), (-9.0, 3.0)));
    (draft.base_first, draft.divisor) = (false, 2.0);
    assert_eq!((range(&draft, 0), range(&draft, 1)), ((1.0, 2.125), (-5.0, 1.0)));
    // Both ends are reached where the trees agree, to the last bit of single precision.
    let thirds = (1..60).map(|i| f64::from(1.0 / i as f32));
    draft.trees = thirds.map(|leaf| stump(Some(0), &[leaf], &[-leaf])).collect();
    (draft.arithmetic, draft.base_first) = (Arithmetic::F32Less, true);
    assert_eq!(range(&draft, 0), (draft.margins(&[2.0])[0], draft.margins(&[0.0])[0]));
}

#[test]
fn a_link_s_bounds_are_those_of_its_margin() {
    let margin = Range::between(-1.0, 1.0);
    let near = |link, (least, greatest): (f64, f64)| {
        let (min, max) = bounds(&sums::of_link(link, &[&margin], 0));
        assert!(min <= least && least - min < 1e-9, "{link:?}: {min} for {least}");
        assert!(max >= greatest && max - greatest < 1e-9, "{link:?}: {max} for {greatest}");
    };
    near(Link::Identity, (-1.0, 1.0));
    near(Link::Logit { sigmoid: 1.0 }, (1.0 / (1.0 + E), E / (1.0 + E)));
    near(Link::Exp, (1.0 / E, E));
    near(Link::SquareSign, (-1.0, 1.0));
    let open = |link| bounds(&sums::of_link(link, &[&Range::ANY], 0));
    assert_eq!(open(Link::Logit { sigmoid: 2.0 }), (0.0, 1.0));
    assert_eq!(open(Link::Cloglog), (0.0, 1.0));
    assert_eq!(open(Link::Exp), (0.0, f64::INFINITY));
    assert_eq!(open(Link::Identity), (f64::NEG_INFINITY, f64::INFINITY));
}
