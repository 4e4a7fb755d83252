//! Cuts a whole bundle into its device bundle and its edge bundle.
//!
//! The device bundle holds the fields and nodes of the device stage only, renumbered. The edge bundle keeps the whole
//! bundle's columns, so that scores, reasons and absent values keep their numbers; device nodes become
//! [`Given`]. What crosses is what the edge stage reads of the device stage, and nothing else: inputs of edge nodes,
//! figures of scores, and what the edge checks.

use std::collections::{BTreeMap, BTreeSet};

use crate::bundle::{Bundle, BundleParts, Digest, FieldForm, OutputNames, ScoreOutput, SelfCheck};
use crate::error::BundleError;
use crate::forecast::ForecastOutput;
use crate::graph::{Graph, Node, Op};
use crate::limits;
use crate::reason::{Path, ReasonGroup};
use crate::schema::{Field, Stage};
use crate::split::{Crossing, Cut, Given, Trusted};

mod bounds;
mod policy;
mod range;
mod states;
mod sums;
#[cfg(test)]
mod tests;

pub use bounds::bounds;

/// The two stages of a bundle.
#[derive(Debug, Clone, PartialEq)]
pub struct Stages {
    /// What ships to the applicant's device.
    pub device: BundleParts,
    /// What stays with the lender. It names the device bundle by its digest.
    pub edge: BundleParts,
}

/// Cuts a bundle; `None` if nothing of it is of the device stage.
///
/// # Errors
/// A device node that reads a value of the edge, or an edge node that reads a field which must not leave the device; a
/// bundle that is itself a stage.
pub fn cut(whole: &BundleParts) -> Result<Option<Stages>, BundleError> {
    if whole.cut.is_some() {
        return Err(BundleError::Malformed {
            section: "cut",
            what: "a stage of a bundle cannot be cut again",
        });
    }
    let on_device = |stage| stage == Stage::Device;
    if !whole.fields.iter().any(|f| on_device(f.stage)) && !whole.nodes.iter().any(|n| on_device(n.stage)) {
        return Ok(None);
    }
    let graph = Graph::new(whole.fields.len(), whole.nodes.clone())?;
    let columns = Columns::new(whole, &graph);
    columns.check(whole)?;
    columns.explained(whole, &graph)?;
    policy::explained(whole, &columns)?;
    let crossing = columns.crossing(whole);
    let trusted = whole.trusted.seen.len().max(whole.trusted.agreements.len());
    let (found, limit) = (crossing.len().max(trusted), limits::CROSSING);
    if found > limit {
        let (found, limit) = (found as u64, limit as u64);
        return Err(BundleError::Limit {
            section: "cut",
            what: "values that leave the device",
            found,
            limit,
        });
    }
    let explained_there =
        |score: &ScoreOutput| score.reasons.as_ref().is_some_and(|r| columns.node(r.node) == Stage::Device);
    let digest = Bundle::digest_of(whole);

    let device = device(whole, &columns, &crossing, digest);
    let reasons = (0..).zip(&whole.scores).filter(|(_, s)| explained_there(s)).map(|(i, _)| i).collect();
    let mut edge = whole.clone();
    edge.checks.clear();
    edge.cut = Some(Cut {
        stage: Stage::Edge,
        whole: digest,
        device: Bundle::digest_of(&device),
        crossing,
        reasons,
    });
    for node in edge.nodes.iter_mut().filter(|node| on_device(node.stage)) {
        let width = node.op.width(node.inputs.len()) as u32;
        node.inputs.clear();
        node.op = Op::Given(Given { width, one_hot: matches!(node.op, Op::OneHot(_)) });
    }
    Ok(Some(Stages { device, edge }))
}

/// The stage of every column, and where each stands in the device bundle.
struct Columns {
    stages: Vec<Stage>,
    nodes: Vec<Stage>,
    device: BTreeMap<u32, u32>,
}

impl Columns {
    fn new(whole: &BundleParts, graph: &Graph) -> Self {
        let mut stages: Vec<Stage> = whole.fields.iter().map(|f| f.stage).collect();
        for node in &whole.nodes {
            stages.extend(std::iter::repeat_n(node.stage, node.op.width(node.inputs.len())));
        }
        debug_assert_eq!(stages.len(), graph.columns());
        let there = (0u32..).zip(&stages).filter(|(_, stage)| **stage == Stage::Device);
        let device = there.zip(0..).map(|((column, _), own)| (column, own)).collect();
        let nodes = whole.nodes.iter().map(|n| n.stage).collect();
        Self { stages, nodes, device }
    }

    fn of(&self, column: u32) -> Stage {
        self.stages.get(column as usize).copied().unwrap_or_default()
    }

    fn node(&self, node: u32) -> Stage {
        self.nodes.get(node as usize).copied().unwrap_or_default()
    }

    /// The number that a node of the device has there.
    fn own_node(&self, node: u32) -> u32 {
        self.nodes.iter().take(node as usize).filter(|stage| **stage == Stage::Device).count() as u32
    }

    fn own(&self, column: u32) -> Option<u32> {
        self.device.get(&column).copied()
    }

    /// Columns of the device that the edge reads, ascending.
    fn read(&self, whole: &BundleParts) -> Vec<u32> {
        let edge = whole.nodes.iter().filter(|n| n.stage == Stage::Edge);
        let inputs = edge.flat_map(|n| n.inputs.iter().copied());
        let figures = whole.scores.iter().flat_map(|s| [s.margin, s.pd, s.score, s.band]).flatten();
        let ahead = whole.forecasts.iter().flat_map(|f| f.columns().chain([f.as_of]));
        let mut all: Vec<u32> = inputs
            .chain(figures)
            .chain(ahead)
            .chain(whole.policy.iter().flat_map(|policy| policy.results()))
            .chain(whole.trusted.columns())
            .filter(|&column| self.of(column) == Stage::Device)
            .collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    fn check(&self, whole: &BundleParts) -> Result<(), BundleError> {
        for node in whole.nodes.iter().filter(|n| n.stage == Stage::Device) {
            if node.inputs.iter().any(|&column| self.of(column) == Stage::Edge) {
                return Err(node.error("it runs on the device but reads a value of the edge"));
            }
        }
        // An event list never leaves: only what nodes make of it does.
        let stays = |field: &&Field| !field.leaves_device || field.events().is_some();
        let kept = |column: u32| whole.fields.get(column as usize).filter(stays);
        match self.read(whole).into_iter().find_map(kept) {
            Some(_) => Err(BundleError::Malformed {
                section: "cut",
                what: "the edge reads a field that must not leave the device",
            }),
            None => Ok(()),
        }
    }

    /// What the edge computes for coalitions must run there.
    fn explained(&self, whole: &BundleParts, graph: &Graph) -> Result<(), BundleError> {
        let steps =
            whole.policy.iter().flat_map(|policy| &policy.fallbacks).flat_map(|fallback| &fallback.steps);
        let specs = whole.scores.iter().filter_map(|s| s.reasons.as_ref());
        for spec in specs.chain(steps.filter_map(|step| step.reasons.as_ref())) {
            let Some(game) = spec.game.as_ref().filter(|_| self.node(spec.node) == Stage::Edge) else {
                continue;
            };
            let path = Path::new(graph, &game.players, spec.node, spec.output);
            let path = path.map_err(|what| BundleError::Malformed { section: "scores", what })?;
            let on_device = path.nodes().find(|&node| self.node(node) == Stage::Device);
            if let Some(node) = on_device.and_then(|node| whole.nodes.get(node as usize)) {
                return Err(node.error(
                    "it runs on the device, and the edge explains what is computed from it: take its outputs as players",
                ));
            }
        }
        Ok(())
    }

    fn crossing(&self, whole: &BundleParts) -> Vec<Crossing> {
        let reaches = reaches(whole);
        let read = self.read(whole).into_iter();
        read.filter_map(|column| {
            let Reach { range, absent } = reaches.get(column as usize)?;
            let range::Range { min, max, distinct, whole, values } = range.clone();
            Some(Crossing {
                column,
                min,
                max,
                distinct,
                whole,
                values,
                absent: absent.iter().copied().collect(),
            })
        })
        .collect()
    }
}

/// What a column can hold.
struct Reach {
    range: range::Range,
    absent: states::States,
}

/// What each column of the device can hold, in column order; a node reads columns before its own.
fn reaches(whole: &BundleParts) -> Vec<Reach> {
    let of_field = |field| Reach { range: range::of_field(field), absent: states::of_field(field) };
    let mut all: Vec<Reach> = whole.fields.iter().map(of_field).collect();
    for node in &whole.nodes {
        let inputs = node.inputs.iter().filter_map(|&column| all.get(column as usize));
        let inputs: Vec<_> = inputs.map(|reach| (&reach.range, &reach.absent)).collect();
        let ranges: Vec<_> = inputs.iter().map(|&(range, _)| range).collect();
        let mut absent = states::of_op(&node.op, &inputs);
        let events = |input: u32| whole.fields.get(*node.inputs.get(input as usize)? as usize)?.events();
        match &node.op {
            Op::Series(series) => {
                absent.extend(
                    events(0).into_iter().flat_map(|list| states::of_events(series.sequence(), list)),
                );
            }
            Op::Formula(formula) => absent.extend(states::of_formula(formula, events)),
            _ => {}
        }
        let outputs = 0..node.op.width(node.inputs.len());
        // Nobody asks what an edge node can give.
        let range = |output| match node.stage {
            Stage::Device => range::of_op(&node.op, output, &ranges),
            Stage::Edge => range::Range::ANY,
        };
        let new: Vec<Reach> =
            outputs.map(|output| Reach { range: range(output), absent: absent.clone() }).collect();
        all.extend(new);
    }
    all
}

fn device(whole: &BundleParts, columns: &Columns, crossing: &[Crossing], digest: Digest) -> BundleParts {
    let kept: Vec<usize> =
        (0..).zip(&whole.fields).filter(|(_, f)| f.stage == Stage::Device).map(|(i, _)| i).collect();
    let own_field = |&i: &usize| Some(whole.fields.get(i)?.clone().renumbered(|column| columns.own(column)));
    let fields: Vec<Field> = kept.iter().filter_map(own_field).collect();
    let own_node = |node: &Node| Node {
        name: node.name.clone(),
        stage: node.stage,
        inputs: node.inputs.iter().filter_map(|&column| columns.own(column)).collect(),
        op: node.op.clone(),
    };
    let on_device = |node: &&Node| node.stage == Stage::Device;
    let nodes: Vec<Node> = whole.nodes.iter().filter(on_device).map(own_node).collect();
    let known = (0..).zip(&whole.scores).filter_map(|(i, score)| Some((i, own_score(score, columns)?)));
    let (known, scores): (Vec<u32>, Vec<ScoreOutput>) = known.unzip();
    let policy = policy::own(whole, columns, &known);
    let reasons = (0..).zip(&scores).filter(|(_, s)| s.reasons.is_some()).map(|(i, _)| i).collect();
    let own = |crossing: &Crossing| {
        columns.own(crossing.column).map(|column| Crossing { column, ..crossing.clone() })
    };
    // Groups keep their numbers, which reasons name; texts of those that the device has no reasons of stay at the edge.
    let told = policy.iter().flat_map(|policy| &policy.rules).flat_map(|rule| rule.groups.iter().copied());
    let specs = scores.iter().filter_map(|s| s.reasons.as_ref());
    let named: BTreeSet<u32> = specs.flat_map(|r| r.groups.iter().copied()).chain(told).collect();
    let blank = || ReasonGroup { code: String::new(), texts: Vec::new() };
    let groups = (0..=named.last().copied().unwrap_or_default()).zip(&whole.groups);
    let groups = groups.map(|(i, group)| if named.contains(&i) { group.clone() } else { blank() }).collect();
    let groups = if named.is_empty() { Vec::new() } else { groups };
    BundleParts {
        meta: whole.meta.clone(),
        nodes,
        groups,
        checks: whole.checks.iter().filter_map(|check| own_check(check, &kept, columns)).collect(),
        form: whole.form.iter().filter_map(|form| own_form(form, columns)).collect(),
        cut: Some(Cut {
            stage: Stage::Device,
            whole: digest,
            device: Digest::default(),
            crossing: crossing.iter().filter_map(own).collect(),
            reasons,
        }),
        trusted: Trusted::default(),
        forecasts: whole.forecasts.iter().filter_map(|f| own_forecast(f, columns)).collect(),
        policy,
        outputs: own_names(whole, columns),
        // Whoever decides writes the notice.
        notice: Vec::new(),
        fields,
        scores,
    }
}

/// The names of outputs, by the numbers that the device's nodes have there.
fn own_names(whole: &BundleParts, columns: &Columns) -> Vec<OutputNames> {
    let there = whole.outputs.iter().filter(|entry| columns.node(entry.node) == Stage::Device);
    there.map(|entry| OutputNames { node: columns.own_node(entry.node), ..entry.clone() }).collect()
}

/// What the device knows of a score; `None` if nothing.
fn own_score(score: &ScoreOutput, columns: &Columns) -> Option<ScoreOutput> {
    let own = |column: Option<u32>| column.and_then(|c| columns.own(c));
    let reasons = score.reasons.as_ref().filter(|spec| columns.node(spec.node) == Stage::Device);
    let reasons = reasons.cloned().map(|mut spec| {
        spec.node = columns.own_node(spec.node);
        if let Some(game) = &mut spec.game {
            game.players = game.players.iter().filter_map(|&player| columns.own(player)).collect();
        }
        spec
    });
    let band = own(score.band);
    let own = ScoreOutput {
        name: score.name.clone(),
        kind: score.kind,
        margin: own(score.margin),
        pd: own(score.pd),
        score: own(score.score),
        band,
        bands: if band.is_some() { score.bands.clone() } else { Vec::new() },
        reasons,
    };
    let figures = [own.margin, own.pd, own.score, own.band];
    (own.reasons.is_some() || figures.iter().any(Option::is_some)).then_some(own)
}

/// A forecast that is found on the device as a whole; `None` for any other.
fn own_forecast(forecast: &ForecastOutput, columns: &Columns) -> Option<ForecastOutput> {
    let as_of = columns.own(forecast.as_of)?;
    let own = forecast.columns().map(|column| columns.own(column)).collect::<Option<Vec<u32>>>()?;
    let first = own.first().copied()?;
    // Columns of the device stay in order; those of a node stay beside each other.
    own.iter().zip(first..).all(|(&column, next)| column == next).then_some(())?;
    Some(ForecastOutput { first, as_of, ..forecast.clone() })
}

/// A self-check's row of the device's fields, with what it expects of the device's columns.
fn own_check(check: &SelfCheck, kept: &[usize], columns: &Columns) -> Option<SelfCheck> {
    let expected: Vec<(u32, f64)> =
        check.expected.iter().filter_map(|&(column, value)| Some((columns.own(column)?, value))).collect();
    // Without expectations it is still a sample to start a form with.
    let row = kept.iter().filter_map(|&i| check.row.get(i).copied()).collect();
    let own = |(field, events): &(u32, String)| {
        let device = kept.contains(&(*field as usize));
        Some((columns.own(*field).filter(|_| device)?, events.clone()))
    };
    let events = check.events.iter().filter_map(own).collect();
    Some(SelfCheck { row, events, expected, tolerance: check.tolerance })
}

fn own_form(form: &FieldForm, columns: &Columns) -> Option<FieldForm> {
    Some(FieldForm { field: columns.own(form.field)?, ..form.clone() })
}
