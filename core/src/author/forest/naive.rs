//! A forest evaluated straight from its editable form: slow, plain, and what every kernel must equal bit for bit.

use super::{ForestDraft, LeafLinear, Test, Tree, TreeNode};
use crate::model::forest::{Arithmetic, MissingRule, ZERO_BAND};

impl ForestDraft {
    /// The margin of each output for one row (`row`: one value an input feature, NaN for missing).
    pub fn margins(&self, row: &[f64]) -> Vec<f64> {
        let start = self.base.iter().map(|&b| if self.base_first { b } else { 0.0 });
        let mut sums: Vec<f64> = start.collect();
        for tree in &self.trees {
            let Some((values, linear)) = self.leaf(tree, row) else { continue };
            match tree.output {
                Some(output) => {
                    let plain = values.first().copied().unwrap_or(0.0);
                    let value = linear.map_or(plain, |l| linear_value(l, plain, row));
                    if let Some(sum) = sums.get_mut(output as usize) {
                        *sum = self.add(*sum, value);
                    }
                }
                None => sums.iter_mut().zip(values).for_each(|(sum, &v)| *sum = self.add(*sum, v)),
            }
        }
        for (sum, &base) in sums.iter_mut().zip(&self.base) {
            *sum = match self.arithmetic {
                Arithmetic::F32Less => f64::from(*sum as f32 / self.divisor as f32),
                Arithmetic::F64LessEqual => *sum / self.divisor,
            };
            if !self.base_first {
                *sum = self.add(*sum, base);
            }
        }
        sums
    }

    fn add(&self, a: f64, b: f64) -> f64 {
        match self.arithmetic {
            Arithmetic::F32Less => f64::from(a as f32 + b as f32),
            Arithmetic::F64LessEqual => a + b,
        }
    }

    fn leaf<'a>(&self, tree: &'a Tree, row: &[f64]) -> Option<(&'a [f64], Option<&'a LeafLinear>)> {
        let mut at = 0;
        // A path visits a node once, so a longer one is a circle.
        for _ in 0..tree.nodes.len() {
            match tree.nodes.get(at)? {
                TreeNode::Leaf { values, linear, .. } => return Some((values, linear.as_ref())),
                TreeNode::Split { feature, test, left, right, .. } => {
                    let x = row.get(*feature as usize).copied().unwrap_or(f64::NAN);
                    at = if self.goes_left(test, x) { *left as usize } else { *right as usize };
                }
            }
        }
        None
    }

    fn goes_left(&self, test: &Test, x: f64) -> bool {
        let single = self.arithmetic == Arithmetic::F32Less;
        let x = if single { f64::from(x as f32) } else { x };
        match test {
            Test::Below { threshold, missing } => {
                let below = |x: f64| if single { x < *threshold } else { x <= *threshold };
                let zero = x.is_nan() || x.abs() <= ZERO_BAND;
                match missing {
                    MissingRule::NanLeft => x.is_nan() || below(x),
                    MissingRule::NanRight => below(x),
                    MissingRule::NanIsZero => below(if x.is_nan() { 0.0 } else { x }),
                    MissingRule::ZeroLeft => zero || below(x),
                    MissingRule::ZeroRight => !zero && below(x),
                }
            }
            Test::InSet { categories, nan_left, invalid_left } => {
                if x.is_nan() {
                    return *nan_left;
                }
                let valid =
                    if single { (0.0..16_777_216.0).contains(&x) } else { x > -1.0 && x < 2_147_483_648.0 };
                if valid { categories.contains(&(x as u32)) } else { *invalid_left }
            }
        }
    }
}

fn linear_value(linear: &LeafLinear, plain: f64, row: &[f64]) -> f64 {
    let mut sum = linear.constant;
    for &(feature, coefficient) in &linear.terms {
        let x = row.get(feature as usize).copied().unwrap_or(f64::NAN);
        if x.is_nan() {
            return plain;
        }
        sum += coefficient * x;
    }
    sum
}
