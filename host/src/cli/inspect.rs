//! `scorelet inspect`.

mod cut;

use std::fmt::Write as _;

use scorelet_core::bundle::Bundle;
use scorelet_core::forecast::ForecastOutput;
use scorelet_core::graph::Op;
use scorelet_core::schema::{Field, FieldType, Policy, Stage};
use scorelet_core::split::stage_name;
use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr;

use super::args::InspectArgs;
use super::{resolve, term};
use crate::error::{HostError, Result, exit};
use crate::model::{Model, Origin};
use crate::runtime::{Artefact, Limits, Runtime, Session, hex};
use crate::score::column_name;
use cut::Leaving;

pub(super) fn run(args: &InspectArgs) -> Result<u8> {
    let (model, key) = resolve::model(&args.model)?;
    if args.cut {
        return cut(args, &model);
    }
    if args.json {
        term::print(&format!("{:#}\n", as_json(&model, key.as_ref())?))?;
    } else {
        term::print(&as_text(&model))?;
    }
    Ok(exit::OK)
}

/// What leaves the device.
fn cut(args: &InspectArgs, model: &Model) -> Result<u8> {
    let Some(leaving) = Leaving::of(model)? else {
        return Err(HostError::Usage {
            what: "--cut: this bundle has no device stage, so nothing is cut".to_owned(),
            mend: "give fields and nodes of the bundle source `stage = \"device\"`".to_owned(),
        });
    };
    term::print(&if args.json { format!("{:#}\n", leaving.json()) } else { leaving.text() })?;
    Ok(exit::OK)
}

/// The engine's own description, with what only the file knows.
fn as_json(model: &Model, key: Option<&[u8; 32]>) -> Result<Value> {
    let artefact = Artefact::embedded();
    let runtime = Runtime::new(&artefact, Limits::default())?;
    let instance = runtime.load(&artefact)?.instantiate()?;
    let mut session = Session::open(instance, &model.bytes, model.bundle.fields.len(), key)?;
    let mut value: Value = serde_json::from_slice(&session.describe()?).unwrap_or_default();
    if let Some(object) = value.as_object_mut() {
        object.insert("origin".to_owned(), json!(origin(model.origin)));
        object.insert("bytes".to_owned(), json!(model.bytes.len()));
        object.insert("engine_memory_bytes".to_owned(), json!(session.memory_bytes()));
    }
    Ok(value)
}

fn origin(origin: Origin) -> &'static str {
    match origin {
        Origin::Bundle => "bundle",
        Origin::Source => "bundle source",
        Origin::Trainer => "trainer's file",
    }
}

fn as_text(model: &Model) -> String {
    let bundle = &model.bundle;
    let mut out = String::new();
    let meta = &bundle.meta;
    // Writing into a String cannot fail.
    let _ = writeln!(out, "{} {}", meta.name, meta.version);
    if !meta.description.is_empty() {
        let _ = writeln!(out, "{}", meta.description);
    }
    let signer = bundle.signer.map_or_else(|| "nobody".to_owned(), |key| hex(&key));
    let _ = writeln!(out, "\n  from       {}, {}", origin(model.origin), size(model.bytes.len()));
    let _ = writeln!(out, "  digest     {}", bundle.digest);
    if let Some(cut) = &bundle.cut {
        let _ = writeln!(
            out,
            "  stage      {}, {}",
            stage_name(cut.stage),
            match cut.stage {
                Stage::Device => format!("which gives {} to the edge", values(cut.crossing.len())),
                Stage::Edge => format!("which takes {} from the device", values(cut.crossing.len())),
            }
        );
        let _ = writeln!(out, "  of whole   {}", cut.whole);
        if cut.stage == Stage::Edge {
            let _ = writeln!(out, "  device     {}", cut.device);
        }
    }
    let _ = writeln!(out, "  signed by  {signer}");
    let _ = writeln!(out, "  languages  {}", meta.languages.join(", "));
    let _ = writeln!(out, "  built with {}", meta.built_with);
    let _ = writeln!(out, "  self-check {} rows", bundle.checks.len());
    fields(&mut out, bundle);
    nodes(&mut out, bundle);
    scores(&mut out, bundle);
    forecasts(&mut out, bundle);
    out
}

fn values(count: usize) -> String {
    format!("{count} value{}", if count == 1 { "" } else { "s" })
}

fn fields(out: &mut String, bundle: &Bundle) {
    let _ = writeln!(out, "\nFields ({})", bundle.fields.len());
    let wide = widest(bundle.fields.iter().map(|field| field.name.as_str()));
    for field in &bundle.fields {
        let policies = field.policies;
        let absent = [
            ("missing", policies.missing, true),
            ("special", policies.special, !field.specials.is_empty()),
            ("unseen", policies.unseen, matches!(field.kind, FieldType::Category { .. })),
            ("out of range", policies.out_of_range, field.min.is_finite() || field.max.is_finite()),
        ];
        let absent: Vec<String> = absent
            .iter()
            .filter(|(.., shown)| *shown)
            .map(|(state, policy, _)| format!("{state}: {}", policy_name(*policy)))
            .collect();
        line(out, &field.name, wide, &format!("{}; {}", type_name(field), absent.join(", ")));
    }
}

fn nodes(out: &mut String, bundle: &Bundle) {
    let nodes = bundle.graph.nodes();
    let _ = writeln!(out, "\nScore graph ({} nodes, {} columns)", nodes.len(), bundle.graph.columns());
    let wide = widest(nodes.iter().map(|node| node.name.as_str()));
    for node in nodes {
        let names: Vec<String> = node.inputs.iter().take(4).map(|&id| column_name(bundle, id)).collect();
        let more = node.inputs.len().saturating_sub(names.len());
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let mut bytes = Vec::new();
        node.op.put(&mut bytes);
        let width = node.op.width(node.inputs.len());
        let outputs = if width == 1 { String::new() } else { format!(" → {width} columns") };
        let device = if node.stage == Stage::Device { ", on the device" } else { "" };
        let what = format!(
            "{}({}{more}){outputs}{}, {}{device}",
            node.op.kind().1,
            names.join(", "),
            of_network(&node.op),
            size(bytes.len())
        );
        line(out, &node.name, wide, &what);
    }
}

/// How large a network is, if it is one.
fn of_network(op: &Op) -> String {
    let Op::Network(network) = op else { return String::new() };
    let program = network.program();
    let codes: u64 = program.quantised.iter().map(|t| u64::from(t.rows) * t.scales.len() as u64).sum();
    let codes = if codes > 0 { format!(", {codes} of them int8") } else { String::new() };
    let (steps, figures) = (program.steps.len(), program.figures.len());
    format!(", {steps} steps, {figures} figures{codes}, about {} multiply-adds a row", network.work())
}

fn scores(out: &mut String, bundle: &Bundle) {
    let _ = writeln!(out, "\nScores ({})", bundle.scores.len());
    let wide = widest(bundle.scores.iter().map(|score| score.name.as_str()));
    for score in &bundle.scores {
        let columns =
            [("margin", score.margin), ("pd", score.pd), ("score", score.score), ("band", score.band)];
        let mut parts: Vec<String> = columns
            .iter()
            .filter_map(|(what, column)| Some(format!("{what} ← {}", column_name(bundle, (*column)?))))
            .collect();
        if !score.bands.is_empty() {
            let bands: Vec<&str> = score.bands.iter().map(|band| band.name.as_str()).collect();
            parts.push(format!("bands {}", bands.join(" ")));
        }
        if let Some(reasons) = &score.reasons {
            parts.push(format!("up to {} reasons of {} groups", reasons.max, bundle.groups.len()));
        }
        line(out, &score.name, wide, &format!("{}; {}", score.kind.name(), parts.join(", ")));
    }
}

fn forecasts(out: &mut String, bundle: &Bundle) {
    if bundle.forecasts.is_empty() {
        return;
    }
    let _ = writeln!(out, "\nForecasts ({})", bundle.forecasts.len());
    let wide = widest(bundle.forecasts.iter().map(|forecast| forecast.name.as_str()));
    for forecast in &bundle.forecasts {
        let levels: Vec<String> =
            forecast.levels.iter().map(|&level| ForecastOutput::level_name(level)).collect();
        let unit = if forecast.unit.is_empty() { String::new() } else { format!(" in {}", forecast.unit) };
        let (months, as_of) = (forecast.months, column_name(bundle, forecast.as_of));
        let (first, levels) = (column_name(bundle, forecast.first), levels.join(" "));
        let what = format!("{months} months after {as_of}{unit}, {levels}, from {first}");
        line(out, &forecast.name, wide, &what);
    }
}

/// A name and what there is to say, folded to the terminal.
fn line(out: &mut String, name: &str, wide: usize, text: &str) {
    let room = term::width().saturating_sub(wide + 4).max(30);
    let pad = wide.saturating_sub(name.width());
    let _ = write!(out, "  {name}{:pad$}  ", "");
    if name.width() > wide {
        let _ = write!(out, "\n{:indent$}", "", indent = wide + 4);
    }
    let mut used = 0;
    for word in text.split(' ') {
        let length = word.width();
        if used > 0 && used + 1 + length > room {
            let _ = write!(out, "\n{:indent$}", "", indent = wide + 4);
            used = 0;
        } else if used > 0 {
            out.push(' ');
            used += 1;
        }
        out.push_str(word);
        used += length;
    }
    out.push('\n');
}

fn widest<'a>(names: impl Iterator<Item = &'a str>) -> usize {
    names.map(|name| name.width()).max().unwrap_or(0).min(36)
}

fn type_name(field: &Field) -> String {
    let bounds = match (field.min.is_finite(), field.max.is_finite()) {
        (true, true) => format!(" {} to {}", field.min, field.max),
        (true, false) => format!(" from {}", field.min),
        (false, true) => format!(" up to {}", field.max),
        (false, false) => String::new(),
    };
    let unit = if field.unit.is_empty() { String::new() } else { format!(" ({})", field.unit) };
    let kind = match &field.kind {
        FieldType::Number => "number".to_owned(),
        FieldType::Integer => "integer".to_owned(),
        FieldType::Boolean => "boolean".to_owned(),
        FieldType::Category { values } => format!("category of {}", values.len()),
        FieldType::Date => "date".to_owned(),
        FieldType::EventList(events) => format!("event list of {} columns", events.columns.len()),
        FieldType::Hash { buckets } => format!("hash in {buckets} buckets"),
    };
    let specials = match field.specials.len() {
        0 => String::new(),
        1 => ", 1 special code".to_owned(),
        n => format!(", {n} special codes"),
    };
    format!("{kind}{bounds}{unit}{specials}")
}

fn policy_name(policy: Policy) -> String {
    match policy {
        Policy::Refuse => "refuse".to_owned(),
        Policy::OwnBin => "own bin".to_owned(),
        Policy::Native => "native".to_owned(),
        Policy::Impute(value) => format!("impute {value}"),
    }
}

/// Bytes for reading.
pub(super) fn size(bytes: usize) -> String {
    match bytes {
        1 => "1 byte".to_owned(),
        0..10_000 => format!("{bytes} bytes"),
        10_000..10_000_000 => format!("{:.1} KB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}
