//! The bundle source compiler: a folder with `bundle.toml` becomes the parts of a bundle.
//!
//! `docs/bundle-source.md` is the reference of the language. The compiler reads the whole source before it gives up: each
//! mistake is a [`SourceError`] with the file, the line, the bytes and what to write instead.

#![allow(dead_code, reason = "nodes, scores and checks are being added on top")]

pub mod code;
mod date;
mod fields;
mod meta;
mod policies;
mod report;
mod suggest;
mod table;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::error::SourceError;
use report::{MAIN, Report};
use table::Item;

/// Placeholder until the bundle's own parts are there.
#[derive(Clone, Debug, Default)]
pub struct BundleParts {}

/// A bundle source without mistakes.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// What `Bundle::encode` takes.
    pub parts: BundleParts,
    /// What is not wrong but deserves a look, in the order of the file.
    pub warnings: Vec<SourceError>,
}

/// Compiles a bundle source folder, given as file name → bytes. Names are relative to the folder, with `/` between parts.
///
/// # Errors
/// Every mistake found, those in `bundle.toml` first, each file's in its order.
pub fn compile(files: &BTreeMap<String, Vec<u8>>) -> Result<Compiled, Vec<SourceError>> {
    let report = Report::new(files);
    let parts = read(&report);
    let (errors, warnings) = report.into_parts();
    match parts {
        Some(parts) if errors.is_empty() => Ok(Compiled { parts, warnings }),
        _ => Err(errors),
    }
}

fn read(report: &Report<'_>) -> Option<BundleParts> {
    let Some(bytes) = report.files().get(MAIN) else {
        let mend = "put a `bundle.toml` into the folder; `scorelet init` makes one to start from";
        report.error(code::FILE, &(0..0), "the folder has no `bundle.toml`", mend);
        return None;
    };
    let text = match core::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(e) => {
            let at = e.valid_up_to();
            report.error(code::SYNTAX, &(at..at + 1), "`bundle.toml` is not UTF-8 here", "save it as UTF-8");
            return None;
        }
    };
    let value = match toml_span::parse(text) {
        Ok(value) => value,
        Err(e) => {
            let mend = "see https://toml.io for how to write TOML; texts stand in quotes, lists in [ ]";
            report.error(code::SYNTAX, &e.span.into(), e.to_string(), mend);
            return None;
        }
    };
    let root = Item::root(report, &value).table("bundle.toml".to_owned())?;
    let meta = meta::read(&root);
    let _fields = fields::read(&root, &meta);
    root.finish();
    (!report.failed()).then(BundleParts::default)
}
