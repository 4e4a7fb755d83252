//! Imported tree models give their trainers' own margins, bit for bit: golden cases made by the trainers, and, where a
//! folder of them is named in `SCORELET_LIVE`, models made a minute ago.
#![cfg(feature = "author")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test may panic and speak"
)]

#[path = "import/case.rs"]
mod case;
#[path = "import/golden.rs"]
mod golden;
#[path = "import/mutate.rs"]
mod mutate;
#[path = "import/peers.rs"]
mod peers;
#[path = "import/refuse.rs"]
mod refuse;
#[path = "import/refuse_cat.rs"]
mod refuse_cat;
