//! JSON in and out.

mod number;
mod read;
mod write;

pub(crate) use read::{Kind, Mistake, Reader};
pub(crate) use write::Json;
