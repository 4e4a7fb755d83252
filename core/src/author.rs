//! The write side: editable models, importers, the bundle source compiler. No I/O: bytes in, checked model out.

pub mod forest;
pub mod import;
pub mod source;
