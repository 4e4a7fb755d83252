//! The write side: editable models, importers, the bundle source compiler. No I/O: bytes in, checked model out.

pub mod bare;
pub mod card;
pub mod csv;
pub mod cut;
pub mod expression;
pub mod feel;
pub mod forest;
pub mod formula;
pub mod import;
pub mod quantise;
pub mod scaffold;
pub mod source;
pub mod table;
