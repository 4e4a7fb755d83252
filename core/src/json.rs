//! JSON in and out.

mod read;
mod write;

pub(crate) use read::{Kind, Mistake, Reader};
pub(crate) use write::Json;
