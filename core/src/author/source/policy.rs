//! What a decision is beside its scores: `[policy]`, `[sources]`, `[rules]`, `[outcome]` and `[terms]`.
//!
//! Sources and rules are nodes that other nodes may read, as `sources.bureau` and `rules.blacklist`; outcome and terms come last.

mod build;
mod outcome;
mod rules;
mod sources;
mod terms;

pub(super) use build::{Written, assign, finish, read};
pub(super) use sources::{SourceDraft, needed, source_name};
