//! Imported PMML models: each element by a small model with what the standard says it gives, the golden cases of trainers (and, where a
//! folder of them is named in `SCORELET_LIVE`, models made a minute ago), and files that lie.
#![cfg(feature = "author")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test may panic and speak"
)]
#![allow(
    clippy::disallowed_methods,
    reason = "the platform's own functions are another witness than the engine's"
)]

#[path = "pmml/ensembles.rs"]
mod ensembles;
#[path = "pmml/evaluate.rs"]
mod evaluate;
#[path = "pmml/fields.rs"]
mod fields;
#[path = "pmml/functions.rs"]
mod functions;
#[path = "pmml/golden.rs"]
mod golden;
#[path = "pmml/hostile.rs"]
mod hostile;
#[path = "pmml/models.rs"]
mod models;
#[path = "pmml/regressions.rs"]
mod regressions;
#[path = "pmml/source.rs"]
mod source;
#[path = "pmml/trees.rs"]
mod trees;
#[path = "pmml/write.rs"]
mod write;
