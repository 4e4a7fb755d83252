//! Feature nodes: from fields to the columns that models read.

pub mod arith;
mod bin_search;
pub mod bins;
pub mod formula;
pub mod impute;
pub mod lookup;
pub mod one_hot;
pub mod series;
mod states;
pub mod window;

pub use states::{Fallback, StateValues};
