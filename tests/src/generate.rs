//! Generated bundles and rows: what nobody thought of writing down as a case.

mod cells;
mod events;
mod features;
mod fields;
mod forest;
mod formula;
mod graph;
mod json;
mod lists;
mod network;
mod policy;
mod stages;
mod table;

pub use cells::{Rows, rows};
pub use events::{event_bundle, event_records};
pub use forest::{ForestShape, draft};
pub use graph::bundle;
pub use json::records;
pub use lists::event_lists;
pub use network::network;
pub use stages::{part, stages};

/// Values that thresholds, edges and rows are taken from, so that they hit each other exactly: quarters around zero.
pub(crate) const GRID: i32 = 40;

/// A grid point.
pub(crate) fn grid(random: &mut crate::random::Random) -> f64 {
    f64::from(random.between(0, 2 * GRID as usize) as i32 - GRID) / 4.0
}
