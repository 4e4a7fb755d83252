//! The sections of a bundle's content.
//!
//! Content: u32 number of sections, then id (u32) and length (u32) of each, ascending by id, then the sections' bytes in
//! that order without gaps. A section whose id has bit 31 set may be skipped by an engine that does not know it; any
//! other unknown section is refused.

use super::Bundle;
use super::checks::{self, SelfCheck};
use super::form::{self, FieldForm};
use super::outputs::{self, OutputNames};
use super::wire::{Put, Reader, Refused, Wire};
use crate::error::BundleError;
use crate::forecast::ForecastOutput;
use crate::graph::{Node, Op};
use crate::limits;
use crate::names::Names;
use crate::policy::{self, DecisionPolicy};
use crate::reason::{ReasonGroup, ReasonSpec};
use crate::schema::{Field, Localized, Stage};
use crate::split::{self, Cut, Trusted};

/// Name, version and languages of a bundle.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Meta {
    /// Name.
    pub name: String,
    /// Version, as its author counts (for people; the digest is what identifies it).
    pub version: String,
    /// What it is for.
    pub description: String,
    /// BCP 47 tags of the languages that its texts are in; the first is the default.
    pub languages: Vec<String>,
    /// Version of the engine that wrote it.
    pub built_with: String,
}

impl Wire for Meta {
    fn put(&self, out: &mut Vec<u8>) {
        out.text(&self.name);
        out.text(&self.version);
        out.text(&self.description);
        out.list(&self.languages);
        out.text(&self.built_with);
    }
    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        Ok(Self {
            name: input.text()?,
            version: input.text()?,
            description: input.text()?,
            languages: input.list("languages", limits::LANGUAGES, 4)?,
            built_with: input.text()?,
        })
    }
}

/// What a score is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScoreKind {
    /// The overall score.
    Standard,
    /// Creditworthiness.
    Credit,
    /// Income.
    Income,
    /// Fraud.
    Fraud,
}

impl ScoreKind {
    /// The kind's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Credit => "credit",
            Self::Income => "income",
            Self::Fraud => "fraud",
        }
    }
}

/// A band of a score: its name for machines and for people.
#[derive(Debug, Clone, PartialEq)]
pub struct Band {
    /// Name, as in the decision.
    pub name: String,
    /// Names for people, by language.
    pub labels: Vec<Localized>,
}

impl Wire for Band {
    fn put(&self, out: &mut Vec<u8>) {
        out.text(&self.name);
        out.list(&self.labels);
    }
    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        Ok(Self { name: input.text()?, labels: input.list("band labels", limits::LANGUAGES, 8)? })
    }
}

/// One score of the decision: the columns that it is read from, and how its reasons are found.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoreOutput {
    /// Name, unique in the bundle.
    pub name: String,
    /// What it is about.
    pub kind: ScoreKind,
    /// Column of the model's margin (log-odds, or whatever the model sums up).
    pub margin: Option<u32>,
    /// Column of the probability of default.
    pub pd: Option<u32>,
    /// Column of the scaled score.
    pub score: Option<u32>,
    /// Column of the band's index.
    pub band: Option<u32>,
    /// Bands, in the order of their index.
    pub bands: Vec<Band>,
    /// How reason codes are found; none if the score gives no reasons.
    pub reasons: Option<ReasonSpec>,
}

fn put_column(out: &mut Vec<u8>, column: Option<u32>) {
    Put::u32(out, column.unwrap_or(u32::MAX));
}

fn get_column(input: &mut Reader<'_>) -> Result<Option<u32>, Refused> {
    Ok(match input.u32()? {
        u32::MAX => None,
        column => Some(column),
    })
}

impl Wire for ScoreOutput {
    fn put(&self, out: &mut Vec<u8>) {
        out.text(&self.name);
        Put::u8(out, self.kind as u8);
        for column in [self.margin, self.pd, self.score, self.band] {
            put_column(out, column);
        }
        out.list(&self.bands);
        out.bool(self.reasons.is_some());
        if let Some(reasons) = &self.reasons {
            reasons.put(out);
        }
    }
    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        Ok(Self {
            name: input.text()?,
            kind: match input.u8()? {
                0 => ScoreKind::Standard,
                1 => ScoreKind::Credit,
                2 => ScoreKind::Income,
                3 => ScoreKind::Fraud,
                _ => return Err(input.malformed("an unknown kind of score")),
            },
            margin: get_column(input)?,
            pd: get_column(input)?,
            score: get_column(input)?,
            band: get_column(input)?,
            bands: input.list("bands", limits::BINS, 8)?,
            reasons: if input.bool()? { Some(ReasonSpec::get(input)?) } else { None },
        })
    }
}

/// All that a bundle holds, before it is checked as a whole.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BundleParts {
    /// Name, version, languages.
    pub meta: Meta,
    /// Fields, in column order.
    pub fields: Vec<Field>,
    /// Nodes, in topological order.
    pub nodes: Vec<Node>,
    /// Scores.
    pub scores: Vec<ScoreOutput>,
    /// Reason groups.
    pub groups: Vec<ReasonGroup>,
    /// Self-check rows.
    pub checks: Vec<SelfCheck>,
    /// What a form says about the fields, ascending by field.
    pub form: Vec<FieldForm>,
    /// What makes it one of two stages.
    pub cut: Option<Cut>,
    /// What the edge checks of values that it did not compute.
    pub trusted: Trusted,
    /// Forecasts.
    pub forecasts: Vec<ForecastOutput>,
    /// Outcome, terms, rules, sources, fallbacks and traced nodes.
    pub policy: Option<DecisionPolicy>,
    /// Names of the outputs of nodes that have several, ascending by node.
    pub outputs: Vec<OutputNames>,
    /// The bytes of what it says about notices; empty if nothing.
    #[cfg(feature = "author")]
    pub notice: Vec<u8>,
}

const META: u32 = 1;
const KINDS: u32 = 2;
const FIELDS: u32 = 3;
const NODES: u32 = 4;
const SCORES: u32 = 5;
const GROUPS: u32 = 6;
const CHECKS: u32 = 7;
/// In stage bundles only; an engine that does not know it must not take a stage for the whole.
const CUT: u32 = 8;
/// Only where self-checks have event lists; one that skips it would not see that they fail.
const CHECK_EVENTS: u32 = 9;
/// Only where a bundle has forecasts; one that skips it would give decisions without them.
const FORECASTS: u32 = 10;
/// Only where a bundle has a policy; one that skips it would give decisions without an outcome.
const POLICY: u32 = 11;
const OPTIONAL: u32 = 1 << 31;
const FORM: u32 = OPTIONAL | 1;
const TRUST: u32 = OPTIONAL | 2;
const OUTPUTS: u32 = OPTIONAL | 3;
/// Of notices, which no engine writes: it is kept as it is, and whoever writes a notice reads it.
#[cfg(feature = "author")]
const NOTICE: u32 = OPTIONAL | 4;
const NAMES: [(u32, &str); 14] = [
    (META, "meta"),
    (KINDS, "kinds"),
    (FIELDS, "fields"),
    (NODES, "nodes"),
    (SCORES, "scores"),
    (GROUPS, "reason groups"),
    (CHECKS, "self-checks"),
    (CUT, "cut"),
    (CHECK_EVENTS, "events of self-checks"),
    (FORECASTS, "forecasts"),
    (POLICY, "policy"),
    (FORM, "form"),
    (TRUST, "trust"),
    (OUTPUTS, "output names"),
];

/// Whether a bundle may do without the section.
fn may_lack(id: u32) -> bool {
    matches!(id, CUT | CHECK_EVENTS | FORECASTS | POLICY) || id & OPTIONAL != 0
}

/// A kind of node by code, with its name and the engine version it came with, so that an older engine can say what
/// it lacks.
struct Kind {
    code: u16,
    name: String,
    since: String,
}

impl Wire for Kind {
    fn put(&self, out: &mut Vec<u8>) {
        Put::u16(out, self.code);
        out.text(&self.name);
        out.text(&self.since);
    }
    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        Ok(Self { code: input.u16()?, name: input.text()?, since: input.text()? })
    }
}

fn get_node(input: &mut Reader<'_>, kinds: &[Kind]) -> Result<Node, Refused> {
    let name = input.text()?;
    let code = input.u16()?;
    let stage = Stage::get(input)?;
    let inputs = input.u32s("inputs", limits::COLUMNS)?;
    let length = input.count("bytes of a node", limits::BUNDLE_BYTES, 1)?;
    let mut parameters = Reader::new(input.take(length)?, "nodes");
    let Some(kind) = kinds.iter().find(|kind| kind.code == code) else {
        let what = "its kind is not in the bundle's kind table";
        return Err(BundleError::Node { node: name, what }.into());
    };
    match Op::get(code, &mut parameters) {
        Some(op) => {
            let op = op?;
            parameters.end()?;
            Ok(Node { name, stage, inputs, op })
        }
        None => {
            let (kind, needs) = (kind.name.clone(), kind.since.clone());
            Err(BundleError::UnknownKind { node: name, kind, needs }.into())
        }
    }
}

/// Finds the sections by id.
fn sections(content: &[u8]) -> Result<[Reader<'_>; 14], Refused> {
    let mut table = Reader::new(content, "section table");
    let count = table.count("sections", limits::SECTIONS, 8)?;
    let mut entries = Vec::with_capacity(count);
    for _ in 0..count {
        entries.push((table.u32()?, table.u32()? as usize));
    }
    if !entries.is_sorted_by(|a, b| a.0 < b.0) {
        return Err(table.malformed("sections are not in ascending order"));
    }
    // One that is not there is of empty lists; a whole bundle has no cut at all, and many have no policy.
    let lacking = |id| match id {
        CUT | POLICY => &[][..],
        FORM | CHECK_EVENTS | FORECASTS | OUTPUTS => &[0; 4],
        _ => &[0; 8],
    };
    let mut found = NAMES.map(|(known, name)| (known, may_lack(known), Reader::new(lacking(known), name)));
    for (id, length) in entries {
        let bytes = table.take(length)?;
        match found.iter_mut().find(|(known, ..)| *known == id) {
            // One list of sections for one bundle: what has nothing to say is left out.
            Some((.., reader)) if may_lack(id) && bytes == lacking(id) => {
                return Err(reader.malformed("it is empty: then it must be left out"));
            }
            Some((_, there, reader)) => {
                *there = true;
                *reader = Reader::new(bytes, reader.section());
            }
            None if id & OPTIONAL != 0 => {}
            None => return Err(table.malformed("an unknown section that may not be skipped")),
        }
    }
    table.end()?;
    match found.iter().find(|(_, there, _)| !there) {
        Some((.., reader)) => Err(BundleError::Section { section: reader.section() }.into()),
        None => Ok(found.map(|(.., reader)| reader)),
    }
}

/// The bytes of the section of notices; none if there is no such section.
#[cfg(feature = "author")]
fn notice(content: &[u8]) -> Result<Vec<u8>, Refused> {
    let mut table = Reader::new(content, "section table");
    let count = table.count("sections", limits::SECTIONS, 8)?;
    let mut entries = Vec::with_capacity(count);
    for _ in 0..count {
        entries.push((table.u32()?, table.u32()? as usize));
    }
    for (id, length) in entries {
        let bytes = table.take(length)?;
        if id == NOTICE {
            return Ok(bytes.to_vec());
        }
    }
    Ok(Vec::new())
}

/// Reads all sections.
pub(super) fn decode(content: &[u8]) -> Result<BundleParts, Refused> {
    let [
        mut meta,
        mut kinds,
        mut fields,
        mut nodes,
        mut scores,
        mut groups,
        mut checks,
        mut cut,
        mut check_events,
        mut forecasts,
        mut policy,
        mut form,
        mut trust,
        mut outputs,
    ] = sections(content)?;
    let table: Vec<Kind> = kinds.list("kinds", limits::NODES, 10)?;
    kinds.end()?;
    let mut seen = vec![false; 1 << 16];
    for kind in &table {
        if seen.get_mut(usize::from(kind.code)).is_some_and(|seen| core::mem::replace(seen, true)) {
            return Err(kinds.malformed("a kind is listed twice"));
        }
    }
    let mut parts = BundleParts {
        meta: Meta::get(&mut meta)?,
        fields: fields.list("fields", limits::FIELDS, 60)?,
        nodes: {
            let n = nodes.count("nodes", limits::NODES, 15)?;
            (0..n).map(|_| get_node(&mut nodes, &table)).collect::<Result<_, _>>()?
        },
        scores: scores.list("scores", limits::OUTPUTS, 26)?,
        groups: groups.list("reason groups", limits::REASON_GROUPS, 8)?,
        checks: checks.list("self-checks", limits::ROWS, 16)?,
        cut: if cut.left() > 0 { Some(Cut::get(&mut cut)?) } else { None },
        form: form.list("fields of a form", limits::FIELDS, 13)?,
        trusted: Trusted::get(&mut trust)?,
        forecasts: forecasts.list("forecasts", limits::OUTPUTS, 24)?,
        policy: if policy.left() > 0 { Some(DecisionPolicy::get(&mut policy)?) } else { None },
        outputs: outputs.list("nodes with named outputs", limits::NODES, 8)?,
        #[cfg(feature = "author")]
        notice: notice(content)?,
    };
    checks::give_events(&mut parts.checks, &mut check_events)?;
    for reader in [
        meta,
        fields,
        nodes,
        scores,
        groups,
        checks,
        cut,
        check_events,
        forecasts,
        policy,
        form,
        trust,
        outputs,
    ] {
        reader.end()?;
    }
    Ok(parts)
}

/// Writes all sections.
#[cfg(feature = "author")]
pub(super) fn encode(parts: &BundleParts) -> Vec<u8> {
    let mut kinds: Vec<Kind> = Vec::new();
    for node in &parts.nodes {
        let (code, name) = node.op.kind();
        if !kinds.iter().any(|kind| kind.code == code) {
            kinds.push(Kind { code, name: name.to_owned(), since: node.op.since().to_owned() });
        }
    }
    kinds.sort_by_key(|kind| kind.code);

    let section = |fill: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = Vec::new();
        fill(&mut bytes);
        bytes
    };
    let always = [
        (META, section(&|out| parts.meta.put(out))),
        (KINDS, section(&|out| out.list(&kinds))),
        (FIELDS, section(&|out| out.list(&parts.fields))),
        (
            NODES,
            section(&|out| {
                out.count(parts.nodes.len());
                for node in &parts.nodes {
                    out.text(&node.name);
                    Put::u16(out, node.op.kind().0);
                    node.stage.put(out);
                    out.u32s(&node.inputs);
                    let parameters = section(&|bytes| node.op.put(bytes));
                    out.count(parameters.len());
                    out.extend_from_slice(&parameters);
                }
            }),
        ),
        (SCORES, section(&|out| out.list(&parts.scores))),
        (GROUPS, section(&|out| out.list(&parts.groups))),
        (CHECKS, section(&|out| out.list(&parts.checks))),
    ];
    // A bundle that has nothing to say there keeps the bytes, and the digest, that it had before there was the section.
    let cut = parts.cut.as_ref().map(|cut| (CUT, section(&|out| cut.put(out))));
    let lists = checks::events_of(&parts.checks);
    let lists = (!lists.is_empty()).then(|| (CHECK_EVENTS, section(&|out| out.list(&lists))));
    let ahead =
        (!parts.forecasts.is_empty()).then(|| (FORECASTS, section(&|out| out.list(&parts.forecasts))));
    let policy = parts.policy.as_ref().map(|policy| (POLICY, section(&|out| policy.put(out))));
    let form = (!parts.form.is_empty()).then(|| (FORM, section(&|out| out.list(&parts.form))));
    let trust = (!parts.trusted.is_empty()).then(|| (TRUST, section(&|out| parts.trusted.put(out))));
    let named = (!parts.outputs.is_empty()).then(|| (OUTPUTS, section(&|out| out.list(&parts.outputs))));
    let notice = (!parts.notice.is_empty()).then(|| (NOTICE, parts.notice.clone()));
    let more = [cut, lists, ahead, policy, form, trust, named, notice].into_iter().flatten();
    let sections: Vec<(u32, Vec<u8>)> = always.into_iter().chain(more).collect();
    let mut content = Vec::new();
    content.count(sections.len());
    for (id, bytes) in &sections {
        Put::u32(&mut content, *id);
        content.count(bytes.len());
    }
    for (_, bytes) in &sections {
        content.extend_from_slice(bytes);
    }
    content
}

/// Checks what only the whole bundle can tell: names are unique, every index is in range.
pub(super) fn check(bundle: &Bundle) -> Result<(), BundleError> {
    let malformed = |section, what| Err(BundleError::Malformed { section, what });
    if Names::new(bundle.fields.iter().map(|f| f.name.as_str())).has_duplicates() {
        return malformed("fields", "two fields have the same name");
    }
    for field in &bundle.fields {
        let checked = field.check().and_then(|()| match field.events() {
            Some(events) => events.check(field, &bundle.fields),
            None => Ok(()),
        });
        checked.map_err(|what| BundleError::Malformed { section: "fields", what })?;
    }
    if Names::new(bundle.graph.nodes().iter().map(|n| n.name.as_str())).has_duplicates() {
        return malformed("nodes", "two nodes have the same name");
    }
    if Names::new(bundle.scores.iter().map(|s| s.name.as_str())).has_duplicates() {
        return malformed("scores", "two scores have the same name");
    }
    let columns = bundle.graph.columns();
    let in_range = |column: Option<u32>| column.is_none_or(|c| (c as usize) < columns);
    let mut work =
        policy::check(bundle).map_err(|what| BundleError::Malformed { section: "policy", what })?;
    for score in &bundle.scores {
        if ![score.margin, score.pd, score.score, score.band].into_iter().all(in_range) {
            return malformed("scores", "a score reads a column that does not exist");
        }
        if let Some(column) = score.band {
            let node = bundle.node_of_column(column).map(|(node, _)| &node.op);
            let fits = match node {
                Some(Op::Bands(bands)) => bands.bands() == score.bands.len(),
                Some(Op::Given(_)) => true,
                _ => false,
            };
            if !fits {
                return malformed("scores", "a score's bands are not those of its band's column");
            }
        }
        if let Some(spec) = &score.reasons {
            work += spec
                .check(&bundle.graph, bundle.groups.len())
                .map_err(|what| BundleError::Malformed { section: "scores", what })?;
            if work > limits::COALITION_WORK {
                return malformed("scores", "the reasons of all scores together cost more than the limit");
            }
        }
    }
    forecast_outputs(bundle).map_err(|what| BundleError::Malformed { section: "forecasts", what })?;
    bundle.graph.nodes().iter().try_for_each(|node| reads_events(node, &bundle.fields))?;
    checks::check(bundle)?;
    split::check(bundle)?;
    form::check(&bundle.form, &bundle.fields)?;
    outputs::check(&bundle.outputs, &bundle.graph)
}

fn forecast_outputs(bundle: &Bundle) -> Result<(), &'static str> {
    if Names::new(bundle.forecasts.iter().map(|f| f.name.as_str())).has_duplicates() {
        return Err("two forecasts have the same name");
    }
    bundle.forecasts.iter().try_for_each(|forecast| forecast.check(&bundle.graph, &bundle.fields))?;
    if bundle.forecasts.iter().flat_map(ForecastOutput::columns).count() > limits::COLUMNS {
        return Err("the forecasts of a bundle have more figures than the limit");
    }
    Ok(())
}

/// A node over events reads event-list fields that have the columns it asks for.
fn reads_events(node: &Node, fields: &[Field]) -> Result<(), BundleError> {
    for (input, columns) in node.op.event_lists() {
        let field = node.inputs.get(input as usize).and_then(|&id| fields.get(id as usize));
        match field.and_then(Field::events) {
            Some(list) if columns as usize <= list.columns.len() => {}
            Some(_) => return Err(node.error("it reads a column that its events do not have")),
            None => return Err(node.error("an input that it reads events of is no event list")),
        }
    }
    Ok(())
}
