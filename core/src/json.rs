//! JSON in and out.

mod read;
mod write;

pub(crate) use read::{Kind, Mistake, Reader, array_len};
pub(crate) use write::Json;
