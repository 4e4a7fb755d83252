//! Models: scorecard, linear, trees.

pub mod forest;
