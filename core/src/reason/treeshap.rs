//! Exact path-dependent TreeSHAP.
//!
//! The values are those of Lundberg, Erion and Lee, "Consistent Individualized Feature Attribution for Tree Ensembles"
//! (2018), Algorithm 2, which XGBoost's `pred_contribs` and LightGBM's `pred_contrib` compute: Shapley values of the game in
//! which a split on an input outside the coalition sends the row both ways, by the training weight of its children.
//!
//! They are computed in another way. In one tree, a leaf with value v that stands under distinct inputs i ∈ D gives input
//! j the amount v · (o_j − z_j) · Σ_S |S|! (|D|−|S|−1)! / |D|! · Π_{i∈S} o_i · Π_{i∉S} z_i over all S ⊆ D∖{j}, where o_i is 1
//! if the row passes all splits on i and 0 if not, and z_i is the product of their weight fractions. Owen ("Multilinear
//! extensions of games", 1972) turns the sum over coalitions into an integral,
//!
//!   v · (o_j − z_j) · ∫₀¹ Π_{i≠j} (t·o_i + (1−t)·z_i) dt,
//!
//! a polynomial in t of degree |D| − 1, which the Gauss–Legendre rule of ⌈|D|/2⌉ points integrates *exactly*. At a
//! fixed t the product is carried down the tree and the leaves are gathered up it, as Linear TreeShap (Yu, Xu, Wang and
//! Miao, 2022) does with other points: O(leaves · depth / 2) a tree instead of O(leaves · depth²), with positive factors only,
//! so that nothing cancels. (The same quadrature: Wettenstein, Mitchell and Yu, "Quadrature-TreeSHAP", 2026.)
//! Four points stand in a SIMD register pair; deeper trees take several passes.

mod plan;
#[cfg(test)]
mod tests;

use scorelet_kernels::treeshap::Work;

use crate::model::forest::Forest;
use plan::Plan;

/// A forest that can be explained: compiled once, then asked row by row.
#[derive(Clone, Debug)]
pub struct TreeShap {
    plan: Plan,
    work: Work,
    left: Vec<bool>,
}

impl TreeShap {
    /// Compiles one output of a forest. Refuses, in words, what has no TreeSHAP: no training weights, linear leaves (as
    /// LightGBM refuses them), more splits than [`crate::limits::EXPLAINED_SPLITS`], or
    /// [`crate::limits::EXPLAINED_TREE_SPLITS`] in one tree.
    pub fn new(forest: &Forest, output: u32) -> Result<Self, &'static str> {
        let plan = Plan::new(forest, output)?;
        let work = plan.work(forest.features());
        Ok(Self { plan, work, left: Vec::with_capacity(forest.tests()) })
    }

    /// Checks what [`TreeShap::new`] needs, without compiling.
    pub fn check(forest: &Forest, output: u32) -> Result<(), &'static str> {
        plan::check(forest, output)
    }

    /// Splits that it keeps in memory.
    pub fn splits(&self) -> usize {
        self.plan.len()
    }

    /// The expected output over the training weights: what an empty coalition gives.
    pub fn bias(&self) -> f64 {
        self.plan.bias()
    }

    /// Contributions of one row, one an input: with [`TreeShap::bias`] they add up to the forest's output, up to rounding.
    /// `values`: one an input, NaN for missing.
    pub fn contributions(&mut self, forest: &Forest, values: &[f64], out: &mut [f64]) {
        forest.decide(values, &mut self.left);
        self.plan.run(&self.left, &mut self.work, out);
    }
}
