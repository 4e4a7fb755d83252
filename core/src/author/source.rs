//! The bundle source compiler: a folder with `bundle.toml` becomes the parts of a bundle.
//!
//! `docs/bundle-source.md` is the reference of the language. The compiler reads the whole source before it gives up: each
//! mistake is a [`SourceError`] with the file, the line, the bytes and what to write instead.
//!
//! Steps: tables are read (`meta`, `fields`, `node` with the kinds' own files), models are imported and undeclared fields
//! derived from them, nodes are ordered and built into a `builder`, `scores` adds links, calibration, scales and bands,
//! `resolve` decides policies from what absent values would reach, `reasons` and `checks` are fitted on.

mod arithmetic;
mod bins;
mod builder;
mod check_cells;
mod checks;
pub mod code;
mod coded;
mod combine;
mod date;
mod decision_table;
mod encoders;
mod entropy;
mod events;
mod fields;
mod forecasts;
mod form;
mod formula;
mod formulas;
mod gives;
mod imported_card;
mod intervals;
mod linear;
mod meta;
mod network;
mod node;
mod notice;
mod outcome;
mod pmml;
mod policies;
mod policy;
mod reasons;
mod report;
mod resolve;
mod scorecard;
mod scores;
mod series;
pub(super) mod suggest;
mod table;
#[cfg(test)]
mod tests;
mod tree;
mod trees;
mod trust;
mod window;

use std::collections::BTreeMap;

use crate::Error;
use crate::bundle::{Bundle, BundleParts, Meta, Trust};
use crate::error::{BundleError, SourceError};
use crate::graph::Graph;
use crate::schema::Stage;
use builder::Builder;
use fields::FieldDraft;
use meta::MetaDraft;
use node::Nodes;
use reasons::Sample;
use report::{MAIN, Report};
use scores::Made;
use table::{Item, Table};

/// A bundle source without mistakes.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// What `Bundle::encode` takes.
    pub parts: BundleParts,
    /// What is not wrong but deserves a look, in the order of the file.
    pub warnings: Vec<SourceError>,
    /// The texts of decisions' outputs that are categories, by the outputs' names: a column has their indices.
    pub texts: BTreeMap<String, Vec<String>>,
}

/// Compiles a bundle source folder, given as file name → bytes. Names are relative to the folder, with `/` between parts.
///
/// # Errors
/// Every mistake found, those in `bundle.toml` first, each file's in its order.
pub fn compile(files: &BTreeMap<String, Vec<u8>>) -> Result<Compiled, Vec<SourceError>> {
    let report = Report::new(files);
    let parts = read(&report);
    let texts = report.texts();
    let (errors, warnings) = report.into_parts();
    match parts {
        Some(parts) if errors.is_empty() => Ok(Compiled { parts, warnings, texts }),
        _ => Err(errors),
    }
}

/// The parts of a bundle of one model file: a source of three lines.
pub(super) fn bare(name: &str, kind: &str, features: &[&str], bytes: &[u8]) -> Result<BundleParts, Error> {
    // The node's name must not be that of a feature, nor look like the node of one.
    let mut node = kind.to_owned();
    while features
        .iter()
        .any(|f| *f == node || f.strip_prefix(node.as_str()).is_some_and(|rest| rest.starts_with('.')))
    {
        node.push('_');
    }
    // A JSON text is a TOML text.
    let name = serde_json::Value::from(name);
    let toml = format!("[bundle]\nname = {name}\n[nodes.{node}]\nkind = \"{kind}\"\nfile = \"model\"\n");
    let files = BTreeMap::from([(MAIN.to_owned(), toml.into_bytes()), ("model".to_owned(), bytes.to_vec())]);
    match compile(&files) {
        Ok(compiled) => Ok(compiled.parts),
        Err(errors) => Err(match errors.into_iter().next() {
            Some(error) => Error::Source(error),
            None => {
                Error::Bundle(BundleError::Malformed { section: "nodes", what: "the model makes no bundle" })
            }
        }),
    }
}

/// The TOML of a file; `None` after a mistake was reported. `what` is the file, as a sentence about it begins.
fn toml<'a>(report: &Report<'_>, bytes: &'a [u8], what: &str) -> Option<toml_span::Value<'a>> {
    let text = match core::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(e) => {
            let at = e.valid_up_to();
            let message = format!("{what} is not UTF-8 here");
            report.error(code::SYNTAX, &(at..at + 1), message, "save it as UTF-8");
            return None;
        }
    };
    match toml_span::parse(text) {
        Ok(value) => Some(value),
        Err(e) => {
            let mend = "see https://toml.io for how to write TOML; texts stand in quotes, lists in [ ]";
            report.error(code::SYNTAX, &e.span.into(), e.to_string(), mend);
            None
        }
    }
}

fn read(report: &Report<'_>) -> Option<BundleParts> {
    let Some(bytes) = report.files().get(MAIN) else {
        let mend = "put a `bundle.toml` into the folder; `scorelet init` makes one to start from";
        report.error(code::FILE, &(0..0), "the folder has no `bundle.toml`", mend);
        return None;
    };
    let value = toml(report, bytes, "`bundle.toml`")?;
    let root = Item::root(report, &value).table("bundle.toml".to_owned())?;
    let meta = meta::read(&root);
    let mut fields = fields::read(&root, &meta);
    let mut nodes = node::read(&root, &meta, &fields);
    derive(&mut fields, &nodes, &root, &meta);
    let (written, sources, first, last) = policy::read(&root, &meta, &fields);
    let made = Made::default();
    nodes.drafts.splice(0..0, first);
    scores::read(&root, &meta, &made, &mut nodes);
    nodes.drafts.extend(last);
    let mut builder = Builder::new(report, &fields);
    builder.sources = sources;
    builder.languages.clone_from(&meta.languages);
    node::build(&nodes, &mut builder);
    let parts = finish(&root, &meta, &nodes, (written, made), builder);
    root.finish();
    parts
}

/// Adds the fields that imported models read and that neither `[fields]` nor `[nodes]` has.
fn derive(fields: &mut Vec<FieldDraft>, nodes: &Nodes, root: &Table<'_>, meta: &MetaDraft) {
    let declared = fields.len();
    for mut own in nodes.drafts.iter().flat_map(|d| d.spec.fields()) {
        let name = own.name.value.clone();
        let owner = name.split('.').next().unwrap_or_default();
        let is_node = |n: &str| n == name || n == owner;
        if nodes.drafts.iter().any(|d| is_node(&d.here.name.value)) || nodes.broken.iter().any(|n| is_node(n))
        {
            continue;
        }
        match fields.iter().position(|f| f.name.value == name) {
            Some(at) if at < declared => {}
            Some(at) => {
                if fields.get(at).is_some_and(|f| f.kind != own.kind) {
                    let message = format!("two models read `{name}`, with different types or categories");
                    root.report().error(code::INPUT, &own.name.span, message, "declare it in [fields]");
                }
            }
            None => {
                own.stage = meta.stage;
                own.leaves_device = meta.stage == Stage::Edge;
                if declared > 0 {
                    let message =
                        format!("the field `{name}` is not in [fields]: it is derived from the model");
                    root.report().warn(
                        code::NOTE,
                        &own.name.span,
                        message,
                        "declare it to give it bounds and policies",
                    );
                }
                fields.push(own);
            }
        }
    }
}

/// From the built graph to the parts.
fn finish(
    root: &Table<'_>,
    meta: &MetaDraft,
    nodes: &Nodes,
    (written, made): (policy::Written, Made),
    mut builder: Builder<'_>,
) -> Option<BundleParts> {
    let report = builder.report;
    let forecasts = forecasts::read(root, &mut builder);
    let mut scores = scores::finish(root, meta, !forecasts.is_empty(), &made, &mut builder);
    let mut policy = policy::finish(&written, &scores, meta, &mut builder);
    let groups_written = reasons::read(root, meta, &mut builder);
    let derived = groups_written.is_none();
    let trusted = trust::read(root, &mut builder);
    for score in &scores {
        let output = &score.output;
        builder.read.extend([output.margin, output.pd, output.score, output.band].into_iter().flatten());
    }
    builder.forgive();
    let fields = resolve::fields(&builder);
    let form = form::of(builder.fields);
    resolve::unread(&builder, nodes);
    let graph = match Graph::new(fields.len(), builder.nodes.clone()) {
        Ok(graph) => graph,
        Err(error) => {
            refused(report, &error);
            return None;
        }
    };
    let outputs: Vec<_> = scores.iter().map(|s| s.output.clone()).collect();
    let checks = match builder.broken.is_empty() {
        true => checks::read(root, &outputs, &builder),
        false => {
            // Known keys, whatever is in them.
            let _ = (root.get("check"), root.get("checks"));
            Vec::new()
        }
    };
    // Where a node is broken, inputs and groups that hang on it would be blamed for nothing.
    let mut groups = match builder.broken.is_empty() {
        true => {
            let sample = Sample { fields: &fields, graph: &graph, checks: &checks };
            reasons::assign(&mut scores, groups_written, meta, &builder, &sample)
        }
        false => Vec::new(),
    };
    if let Some(policy) = &mut policy {
        policy::assign(policy, &written, &scores, (&mut groups, derived), &builder);
    }
    let scores: Vec<_> = scores.into_iter().map(|s| s.output).collect();
    let notice = match builder.broken.is_empty() {
        true => {
            let known = notice::Known { meta, scores: &scores, groups: &groups, fields: builder.fields };
            notice::read(root, &known).encode()
        }
        false => {
            let _ = root.get("notice");
            Vec::new()
        }
    };
    if !report.failed() {
        checks::refused(&checks, &fields, report, root);
    }
    let meta = Meta {
        name: meta.name.clone(),
        version: meta.version.clone(),
        description: meta.description.clone(),
        languages: meta.languages.clone(),
        built_with: env!("CARGO_PKG_VERSION").to_owned(),
    };
    let outputs = builder.output_names();
    let (nodes, coded) = (builder.nodes, builder.coded);
    let parts = BundleParts {
        meta,
        fields,
        nodes,
        scores,
        groups,
        checks,
        form,
        cut: None,
        trusted,
        forecasts,
        policy,
        outputs,
        notice,
    };
    if !report.failed() {
        match Bundle::encode(parts.clone()).and_then(|bytes| Bundle::open(&bytes, Trust::Anyone)) {
            Ok(bundle) => checks::refused_events(bundle, report, root),
            Err(Error::Bundle(error)) => refused(report, &error),
            Err(_) => {}
        }
    }
    if !report.failed()
        && let Err(error) = super::cut::cut(&parts)
    {
        refused(report, &error);
    }
    if !report.failed() {
        coded::tell(&coded, &parts, report);
    }
    (!report.failed()).then_some(parts)
}

fn refused(report: &Report<'_>, error: &BundleError) {
    report.error(code::BUILD, &(0..0), format!("the bundle would not open: {error}"), error.mend());
}
