//! Rows with events, checked as the engine will check them.
//!
//! Values of other fields can be checked one by one; whether events are before the reference time is a matter of the whole
//! row. A bad one must be found here, or the engine would refuse all rows of its call.

use scorelet_core::bundle::Bundle;
use scorelet_core::error::RecordError;
use scorelet_core::scorer::{Scorer, Table};

use super::Block;

/// Checks rows of a bundle with event lists.
pub struct Checker(Scorer);

impl Checker {
    /// A checker, if the bundle has an event list.
    pub fn new(bundle: &Bundle) -> Option<Self> {
        let lists = bundle.fields.iter().any(|field| field.events().is_some());
        lists.then(|| Self(Scorer::new(bundle.clone())))
    }

    /// The name of a field, if it is an event list.
    pub(super) fn list(&self, field: usize) -> Option<&str> {
        let field = self.0.bundle().fields.get(field)?;
        field.events().map(|_| field.name.as_str())
    }

    /// Checks the row that is being read.
    pub(super) fn check(&mut self, block: &Block) -> Result<(), RecordError> {
        let (values, events) = block.row();
        self.0.admit_table(&Table { rows: 1, values: &values, events: &events })
    }
}
