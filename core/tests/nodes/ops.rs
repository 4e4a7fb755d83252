//! Any op, as proptest draws it.

use proptest::collection::{btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use scorelet_core::band::Bands;
use scorelet_core::calibrate::{Calibrate, Isotonic};
use scorelet_core::column::State;
use scorelet_core::feature::arith::{Arith, Comparison};
use scorelet_core::feature::bins::{Bins, Closed};
use scorelet_core::feature::impute::Impute;
use scorelet_core::feature::lookup::Lookup;
use scorelet_core::feature::one_hot::{AbsentRule, OneHot};
use scorelet_core::feature::{Fallback, StateValues};
use scorelet_core::graph::Op;
use scorelet_core::model::linear::Linear;
use scorelet_core::model::link::Link;
use scorelet_core::model::scorecard::{PointsRange, Scorecard};
use scorelet_core::rounding::{Rounding, RoundingMode};
use scorelet_core::scale::{OddsScale, Scale, ScaleMap};

/// Values that meet: small halves, so that edges and indexes are hit exactly, and a few of any size.
pub(crate) fn value() -> BoxedStrategy<f64> {
    prop_oneof![
        6 => (-8i32..24).prop_map(|i| f64::from(i) / 2.0),
        1 => Just(-0.0),
        1 => any::<f64>().prop_filter("finite", |x| x.is_finite()),
    ]
    .boxed()
}

/// What may stand in a field: a value, or an infinity.
pub(crate) fn field_value() -> BoxedStrategy<f64> {
    prop_oneof![15 => value(), 1 => prop::sample::select(vec![f64::INFINITY, f64::NEG_INFINITY])].boxed()
}

/// An absent state.
pub(crate) fn state() -> BoxedStrategy<State> {
    prop_oneof![
        Just(State::MISSING),
        Just(State::UNSEEN),
        Just(State::OUT_OF_RANGE),
        (0u8..4).prop_map(State::special),
    ]
    .boxed()
}

fn states() -> BoxedStrategy<StateValues> {
    let plain = || option::of(value());
    let specials = vec(plain(), 4)
        .prop_map(|own| own.into_iter().enumerate().filter_map(|(i, v)| v.map(|v| (i as u8, v))).collect());
    (plain(), plain(), plain(), plain(), specials)
        .prop_map(|(missing, special, unseen, out_of_range, specials)| StateValues {
            missing,
            special,
            unseen,
            out_of_range,
            specials,
        })
        .boxed()
}

fn ascending(most: usize) -> BoxedStrategy<Vec<f64>> {
    btree_set(-40i32..80, 0..most).prop_map(|s| s.into_iter().map(|i| f64::from(i) / 4.0).collect()).boxed()
}

fn fallback() -> BoxedStrategy<Fallback> {
    prop_oneof![state().prop_map(Fallback::State), value().prop_map(Fallback::Value)].boxed()
}

fn rounding() -> BoxedStrategy<Rounding> {
    let modes = [
        RoundingMode::None,
        RoundingMode::HalfEven,
        RoundingMode::HalfAway,
        RoundingMode::Floor,
        RoundingMode::Ceil,
    ];
    (prop::sample::select(modes.to_vec()), 0u8..16).prop_map(|(m, d)| Rounding::new(m, d).unwrap()).boxed()
}

fn features() -> BoxedStrategy<Op> {
    let closed = prop_oneof![Just(Closed::Left), Just(Closed::Right)];
    let bins = (closed, ascending(60), vec(value(), 60), states()).prop_map(|(closed, edges, values, s)| {
        let values = values.into_iter().take(edges.len() + 1).collect();
        Bins::new(closed, edges, values, s).unwrap().into()
    });
    let lookup =
        (vec(value(), 0..8), states()).prop_map(|(values, s)| Lookup::new(values, s).unwrap().into());
    let rule = || prop::sample::select(vec![AbsentRule::PassOn, AbsentRule::AllZero, AbsentRule::OwnColumn]);
    let one_hot = (1u32..6, rule(), rule(), rule(), rule()).prop_map(
        |(categories, missing, special, unseen, out_of_range)| {
            OneHot { categories, missing, special, unseen, out_of_range }.into()
        },
    );
    let impute = states().prop_map(|s| Impute::new(s).unwrap().into());
    prop_oneof![bins, lookup, one_hot, impute].boxed()
}

fn unary() -> BoxedStrategy<Arith> {
    use Comparison::{Equal, Greater, GreaterEqual, Less, LessEqual, NotEqual};
    let how = prop::sample::select(vec![Less, LessEqual, Greater, GreaterEqual, Equal, NotEqual]);
    prop_oneof![
        (value(), value()).prop_map(|(a, b)| Arith::Clip { lo: a.min(b), hi: a.max(b) }),
        fallback().prop_map(|otherwise| Arith::Ln { otherwise }),
        fallback().prop_map(|otherwise| Arith::Ln1p { otherwise }),
        fallback().prop_map(|otherwise| Arith::Sqrt { otherwise }),
        prop::sample::select(vec![Arith::Exp, Arith::Abs, Arith::Neg, Arith::IsAbsent]),
        (value(), 0.1..9.0).prop_map(|(mean, sd)| Arith::Standardise { mean, sd }),
        (value(), value()).prop_map(|(scale, offset)| Arith::Affine { scale, offset }),
        (how, value()).prop_map(|(how, constant)| Arith::Compare { how, constant }),
    ]
    .boxed()
}

fn scores() -> BoxedStrategy<Op> {
    let odds = (value(), 0.1..99.0, 1.0..99.0, any::<bool>())
        .prop_filter("of a size that scales", |(target, ..)| target.abs() < 1e9)
        .prop_map(|(target, odds, pdo, higher_is_riskier)| OddsScale { target, odds, pdo, higher_is_riskier })
        .boxed();
    let pd = (odds.clone(), 0.001..0.4, 0.4..0.99);
    let linear = (-9.0..0.0, 0.1..9.0, -99.0..99.0, -99.0..99.0);
    let map = prop_oneof![
        odds.prop_map(ScaleMap::LogOdds),
        pd.prop_map(|(scale, pd_min, pd_max)| ScaleMap::Pd { scale, pd_min, pd_max }),
        linear.prop_map(|(lo, hi, at_lo, at_hi)| ScaleMap::Linear { lo, hi, at_lo, at_hi }),
    ];
    let scale = (map, rounding(), value(), value())
        .prop_map(|(map, r, a, b)| Scale::new(map, r, a.min(b), a.max(b)).unwrap().into());
    let isotonic = (any::<bool>(), ascending(20), vec(0.0..=1.0, 21)).prop_map(|(steps, mut x, mut y)| {
        x.push(99.0);
        y.truncate(x.len());
        y.sort_by(f64::total_cmp);
        Calibrate::Isotonic(Isotonic::new(steps, x, y).unwrap()).into()
    });
    prop_oneof![
        scale,
        isotonic,
        (value(), value()).prop_map(|(a, b)| Calibrate::Platt { a, b }.into()),
        ascending(20).prop_map(|edges| Bands::new(edges).unwrap().into()),
    ]
    .boxed()
}

fn models(inputs: usize) -> BoxedStrategy<Op> {
    let range = (-9.0..0.0, 0.0..9.0).prop_map(|(minimum, maximum)| (minimum, maximum));
    let card = (value(), any::<bool>(), rounding(), vec(range, inputs), option::of(value())).prop_map(
        |(base, first, rounding, ranges, average)| {
            let of = |(minimum, maximum)| PointsRange { minimum, maximum, average };
            Scorecard::new(base, first, rounding, ranges.into_iter().map(of).collect()).unwrap().into()
        },
    );
    let linear = (1usize..4, option::of(vec(value(), inputs)))
        .prop_flat_map(move |(k, means)| (vec(value(), k), vec(value(), k * inputs), Just(means)))
        .prop_map(|(intercepts, coefficients, means)| {
            Linear::new(intercepts, coefficients, means).unwrap().into()
        });
    let links = prop_oneof![
        prop::sample::select(vec![Link::Identity, Link::Probit, Link::Cloglog, Link::Exp, Link::SquareSign]),
        prop::sample::select(vec![Link::Hinge, Link::LogOnePlusExp]),
        (0.1..3.0).prop_map(|sigmoid| Link::Logit { sigmoid }),
    ];
    let together = prop_oneof![
        prop::sample::select(vec![Link::Softmax, Link::ArgMax]),
        (0.1..3.0).prop_map(|sigmoid| Link::OneVsRest { sigmoid }),
    ];
    let link = if inputs == 1 { links.boxed() } else { prop_oneof![links, together].boxed() };
    let folds = prop_oneof![
        prop::sample::select(vec![Arith::Add, Arith::Mul, Arith::Min, Arith::Max]),
        vec(value(), inputs).prop_map(|weights| Arith::WeightedSum { weights }),
    ];
    prop_oneof![card, linear, link.prop_map(Op::from), folds.prop_map(Op::from)].boxed()
}

/// Any op with the number of its inputs.
pub(crate) fn op() -> BoxedStrategy<(Op, usize)> {
    let pairs = prop_oneof![Just(Arith::Sub), fallback().prop_map(|otherwise| Arith::Ratio { otherwise })];
    prop_oneof![
        3 => features().prop_map(|op| (op, 1)),
        2 => unary().prop_map(|op| (op.into(), 1)),
        2 => scores().prop_map(|op| (op, 1)),
        1 => pairs.prop_map(|op| (op.into(), 2)),
        3 => (1usize..6).prop_flat_map(|n| (models(n), Just(n))),
    ]
    .boxed()
}
