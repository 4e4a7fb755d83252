//! Forests: every kernel gives the bits of the naive walk over the editable form, the wire form round-trips, and no
//! mutation of it panics.
#![cfg(feature = "author")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

#[path = "forest/draft.rs"]
mod draft;
#[path = "forest/equal.rs"]
mod equal;
#[path = "forest/wire.rs"]
mod wire;
