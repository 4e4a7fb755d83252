//! The edge worker's HTTP API, as those who run it use it: tenants, keys, bundles, export, feedback, erasure.
//!
//! ```text
//! Address + Key ──▶ Client ──▶ Call (method, route, content, may it be repeated) ──▶ JSON, or lines
//! ```
//!
//! A key travels over https, or over plain http to this very machine; it never follows a redirect and never stands on a
//! command line. What the worker refuses comes back as [`EdgeError::Refused`] with the worker's own code, place and mend.

mod address;
mod call;
mod client;
mod error;
mod export;
mod key;
mod problem;

pub use address::Address;
pub use call::{Call, Content, Method, Route};
pub use client::Client;
pub use error::EdgeError;
pub use export::{Page, next_page};
pub use key::Key;
pub use problem::Problem;

/// A text of the other side, fit for a terminal: no control characters, and not without end.
pub fn clean(text: &str) -> String {
    const MOST: usize = 2000;
    let mut out: String = text.chars().take(MOST).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(MOST).is_some() {
        out.push('…');
    }
    out
}
