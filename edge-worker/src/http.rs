//! HTTP: requests as they are read, answers as they are given.

mod reply;
mod request;

pub use reply::{Given, Reply};
pub use request::Incoming;
