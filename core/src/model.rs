//! Models: scorecard, linear, trees.

pub mod forest;
pub mod linear;
pub mod link;
pub mod scorecard;
