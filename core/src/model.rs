//! Models: scorecard, linear, trees, networks.

pub mod forest;
pub mod linear;
pub mod link;
pub mod network;
pub mod scorecard;
