//! Against the definition: Shapley values by summing over every coalition.

use super::plan::Plan;
use crate::model::forest::NodeView;
use proptest::prelude::*;

/// A split asks test `feature * 4 + way`; a tree may ask one feature many times.
#[derive(Clone, Debug)]
enum Shape {
    Split { feature: u32, way: u32, slack: f64, sides: Box<(Shape, Shape)> },
    Leaf { value: f64, cover: f64 },
}

impl Shape {
    fn cover(&self) -> f64 {
        match self {
            Self::Split { slack, sides, .. } => (sides.0.cover() + sides.1.cover()) * slack,
            Self::Leaf { cover, .. } => *cover,
        }
    }

    fn nodes<'a>(&'a self, out: &mut Vec<NodeView<'a>>) {
        match self {
            Self::Split { feature, way, sides, .. } => {
                let at = out.len();
                let (feature, test, cover) = (*feature, feature * 4 + way, self.cover());
                out.push(NodeView::Split { feature, test, right: 0, cover });
                sides.0.nodes(out);
                let right = out.len() as u32;
                out[at] = NodeView::Split { feature, test, right, cover };
                sides.1.nodes(out);
            }
            Self::Leaf { value, cover } => {
                out.push(NodeView::Leaf { values: std::slice::from_ref(value), linear: None, cover: *cover })
            }
        }
    }

    /// The game: a split on a feature outside the coalition sends the row both ways.
    fn game(&self, coalition: u32, left: &[bool]) -> f64 {
        match self {
            Self::Leaf { value, .. } => *value,
            Self::Split { feature, way, sides, .. } => {
                let (l, r) = (sides.0.game(coalition, left), sides.1.game(coalition, left));
                if coalition >> feature & 1 == 1 {
                    return if left[(feature * 4 + way) as usize] { l } else { r };
                }
                let all = self.cover();
                if all == 0.0 {
                    return 0.5 * (l + r);
                }
                (sides.0.cover() / all).min(1.0) * l + (sides.1.cover() / all).min(1.0) * r
            }
        }
    }

    fn shapley(&self, features: u32, left: &[bool]) -> Vec<f64> {
        let factorial = |n: u32| (1..=n).fold(1.0, |product, k| product * f64::from(k));
        let games: Vec<f64> = (0..1_u32 << features).map(|s| self.game(s, left)).collect();
        let of_feature = |j: u32| {
            let others = (0..1_u32 << features).filter(|s| s >> j & 1 == 0);
            let terms = others.map(|s| {
                let size = s.count_ones();
                let weight = factorial(size) * factorial(features - size - 1) / factorial(features);
                weight * (games[(s | 1 << j) as usize] - games[s as usize])
            });
            terms.sum()
        };
        (0..features).map(of_feature).collect()
    }
}

fn shape(features: u32) -> impl Strategy<Value = Shape> {
    let cover = prop_oneof![8 => 0.001..10.0, 1 => Just(0.0)];
    let leaf = (-2.0..2.0, cover).prop_map(|(value, cover)| Shape::Leaf { value, cover });
    leaf.prop_recursive(10, 60, 2, move |side| {
        // Weights as trainers write them do not always add up to the last digit.
        let slack = prop_oneof![3 => Just(1.0), 1 => 0.9..1.2];
        (0..features, 0..4_u32, slack, side.clone(), side).prop_map(|(feature, way, slack, l, r)| {
            Shape::Split { feature, way, slack, sides: Box::new((l, r)) }
        })
    })
}

fn run(shapes: &[Shape], features: u32, left: &[bool]) -> (f64, Vec<f64>) {
    let mut plan = Plan::empty(features as usize, 1.0);
    let mut bias = 0.0;
    for shape in shapes {
        let mut nodes = Vec::new();
        shape.nodes(&mut nodes);
        bias += plan.add(&nodes, 0);
    }
    let mut out = vec![f64::NAN; features as usize];
    plan.run(left, &mut plan.work(features as usize), &mut out);
    (bias, out)
}

proptest! {
    #[test]
    fn equals_the_definition(
        shapes in proptest::collection::vec(shape(9), 1..4), left in proptest::collection::vec(any::<bool>(), 36),
    ) {
        let (bias, found) = run(&shapes, 9, &left);
        let empty: f64 = shapes.iter().map(|s| s.game(0, &left)).sum();
        prop_assert!((bias - empty).abs() < 1e-12);
        let mut wanted = vec![0.0; 9];
        for shape in &shapes {
            for (sum, value) in wanted.iter_mut().zip(shape.shapley(9, &left)) {
                *sum += value;
            }
        }
        for (a, b) in found.iter().zip(&wanted) {
            prop_assert!((a - b).abs() < 1e-12, "{found:?} {wanted:?}");
        }
        let whole: f64 = shapes.iter().map(|s| s.game(u32::MAX, &left)).sum();
        prop_assert!((bias + found.iter().sum::<f64>() - whole).abs() < 1e-12);
    }
}

/// The example of `docs/reason-codes.md`.
#[test]
fn months_and_income() {
    let leaf = |value: f64, cover: f64| Shape::Leaf { value, cover };
    let split = |feature: u32, l: Shape, r: Shape| Shape::Split {
        feature,
        way: 0,
        slack: 1.0,
        sides: Box::new((l, r)),
    };
    let income = split(1, leaf(0.6, 30.0), leaf(0.1, 10.0));
    let (bias, found) = run(&[split(0, income, leaf(-0.3, 60.0))], 2, &[true; 8]);
    for (a, b) in [(bias, 0.01), (found[0], 0.5025), (found[1], 0.0875)] {
        assert!((a - b).abs() < 1e-15, "{a} {b}");
    }
}

/// A tree that is one long path, with another feature at each split: the most points that a rule can need.
#[test]
fn a_path_of_512_features_adds_up() {
    let features = 512;
    for (passes, cover) in [(|_: usize| true) as fn(usize) -> bool, |i| i % 3 != 0, |_| false]
        .into_iter()
        .flat_map(|f| [(f, 1.0), (f, 1e-6), (f, 0.0)])
    {
        let mut shape = Shape::Leaf { value: 3.0, cover: 1.0 };
        for feature in (0..features).rev() {
            let other = Shape::Leaf { value: f64::from(feature % 7), cover };
            shape = Shape::Split { feature, way: 0, slack: 1.0, sides: Box::new((shape, other)) };
        }
        let left: Vec<bool> = (0..features as usize * 4).map(|i| passes(i / 4)).collect();
        let (bias, found) = run(std::slice::from_ref(&shape), features, &left);
        let wanted = shape.game_of_all(&left);
        let sum = bias + found.iter().sum::<f64>();
        assert!((sum - wanted).abs() < 1e-9, "{sum} {wanted}");
    }
}

impl Shape {
    /// The game with everyone, without a coalition's 32 bits.
    fn game_of_all(&self, left: &[bool]) -> f64 {
        match self {
            Self::Leaf { value, .. } => *value,
            Self::Split { feature, way, sides, .. } => {
                let goes_left = left[(feature * 4 + way) as usize];
                if goes_left { sides.0.game_of_all(left) } else { sides.1.game_of_all(left) }
            }
        }
    }
}
