//! `[scores]`: what the bundle is for. Makes the nodes between a model and its score: link, calibration, scale, bands.

mod fallback;

use core::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use fallback::Step;
pub(super) use fallback::{Chain, ChainLink};

use super::builder::{Builder, Here, Kind, Model, ModelKind, Output, Unanswered};
use super::code;
use super::meta::{self, MetaDraft};
use super::node::{NodeDraft, Nodes, Spec};
use super::outcome::{self, BandDraft, CalibrationDraft, Of, ScaleDraft, ScaleKind};
use super::reasons::ReasonsDraft;
use super::report::{Name, Spanned};
use super::suggest;
use super::table::{Item, Table};
use crate::band::Bands;
use crate::bundle::{Band, ScoreKind, ScoreOutput};
use crate::feature::arith::Arith;
use crate::graph::Op;
use crate::model::link::Link;

/// A score with its columns, and the model that its reasons explain: node and output.
pub(super) struct ScoreDraft {
    pub(super) output: ScoreOutput,
    pub(super) name: Name,
    pub(super) model: Option<(Model, u32)>,
    pub(super) higher_is_worse: bool,
    pub(super) reasons: ReasonsDraft,
    /// The models that can give it, if there are several.
    pub(super) fallback: Option<Chain>,
}

/// What a node can read of a score, as `credit.pd`.
pub(super) const FIGURES: [&str; 10] = [
    "margin",
    "pd",
    "score",
    "band",
    "log_odds",
    "risk",
    "uncalibrated",
    "prediction",
    "classes",
    "fallback",
];

/// What a score is called among the nodes: a node may have its name.
pub(super) fn draft_name(score: &str) -> String {
    format!("scores.{score}")
}

/// The scores as they are made, by their place in the source.
pub(super) type Made = Rc<RefCell<BTreeMap<usize, ScoreDraft>>>;

/// A score among the nodes: those that read its figures are built after it.
struct ScoreSpec {
    name: Name,
    place: usize,
    keys: Keys,
    meta: Rc<MetaDraft>,
    made: Made,
}

impl Spec for ScoreSpec {
    fn inputs(&self) -> Vec<Name> {
        let models = self.keys.model.iter().chain(self.keys.own.iter().flatten()).cloned();
        models.chain(self.keys.fallback.iter().flat_map(Step::inputs)).collect()
    }

    fn build(&self, _: &Here, builder: &mut Builder<'_>) -> Option<()> {
        let score = make(self.keys.clone(), self.name.clone(), &self.meta, builder);
        self.made.borrow_mut().insert(self.place, score?);
        Some(())
    }
}

const KINDS: &[(&str, ScoreKind)] = &[
    ("standard", ScoreKind::Standard),
    ("credit", ScoreKind::Credit),
    ("income", ScoreKind::Income),
    ("fraud", ScoreKind::Fraud),
];

/// Reads `[scores]` into drafts of nodes.
pub(super) fn read(root: &Table<'_>, meta: &MetaDraft, made: &Made, nodes: &mut Nodes) {
    let Some(table) = root.get("scores").and_then(|item| item.table("[scores]".to_owned())) else { return };
    let meta = Rc::new(meta.clone());
    for (place, (name, item)) in table.named().into_iter().enumerate() {
        let Some(own) = item.table(format!("score `{}`", name.value)) else { continue };
        let own = own.at(name.span.clone());
        let keys = keys(&own, &name, &meta);
        own.finish();
        let called = Spanned::new(draft_name(&name.value), name.span.clone());
        let Some(keys) = keys else {
            nodes.broken.insert(called.value);
            continue;
        };
        let here = Here { name: called, stage: meta.stage, written: true, feature: false };
        let spec = ScoreSpec { name, place, keys, meta: Rc::clone(&meta), made: Rc::clone(made) };
        nodes.drafts.push(NodeDraft { here, spec: Box::new(spec) });
    }
}

/// The scores that were made. A bundle with forecasts may do without.
pub(super) fn finish(
    root: &Table<'_>,
    meta: &MetaDraft,
    forecasts: bool,
    made: &Made,
    builder: &mut Builder<'_>,
) -> Vec<ScoreDraft> {
    if root.get("scores").is_some() {
        return core::mem::take(&mut *made.borrow_mut()).into_values().collect();
    }
    if forecasts { Vec::new() } else { derived(root, meta, builder) }
}

/// Without `[scores]` there is one, of the only model; one for each output if it has several.
fn derived(root: &Table<'_>, meta: &MetaDraft, builder: &mut Builder<'_>) -> Vec<ScoreDraft> {
    let only = builder.models.keys().next().filter(|_| builder.models.len() == 1).cloned();
    if let Some(model) = only {
        let outputs = builder.names.get(&model).map_or(1, Vec::len);
        if outputs == 1 {
            let name = Spanned::new("standard".to_owned(), 0..0);
            let keys = keys(&root.empty("score `standard`"), &name, meta);
            return keys.and_then(|keys| make(keys, name, meta, builder)).into_iter().collect();
        }
        let one = |k: usize| {
            let name = Spanned::new(format!("output_{k}"), 0..0);
            let draft = Keys { model: Some(Spanned::new(format!("{model}.{k}"), 0..0)), ..Keys::default() };
            make(draft, name, meta, builder)
        };
        return (0..outputs).filter_map(one).collect();
    }
    // A source whose only model has a mistake is not also blamed for having no score.
    if builder.broken.is_empty() {
        let mend = match builder.models.len() {
            0 => "add a model: `kind = \"scorecard\"`, `\"linear\"`, `\"trees\"` or `\"network\"`",
            _ => "add `[scores.credit]` with `model = \"…\"`",
        };
        let n = builder.models.len();
        let message = format!("there is no `[scores]`, and there are {n} models to derive a score from");
        builder.report.error(code::MISSING_KEY, &(0..0), message, mend);
    }
    Vec::new()
}

/// The keys of a score.
#[derive(Clone, Default)]
pub(super) struct Keys {
    kind: Option<ScoreKind>,
    model: Option<Name>,
    link: Option<Option<Link>>,
    good: bool,
    calibration: Option<CalibrationDraft>,
    scale: Option<ScaleDraft>,
    bands: Option<(Vec<BandDraft>, Vec<f64>)>,
    reasons: ReasonsDraft,
    /// `margin`, `pd`, `score`, `band` as nodes.
    own: [Option<Name>; 4],
    /// The models that are tried, in order; none: the model alone.
    fallback: Vec<Step>,
    /// Whether the outcome refers if none of them gives the score.
    refers: bool,
}

fn keys(table: &Table<'_>, name: &Name, meta: &MetaDraft) -> Option<Keys> {
    let kind = match table.get("kind") {
        Some(item) => item.choice(KINDS).map(|k| k.value),
        None => {
            Some(KINDS.iter().find(|(word, _)| *word == name.value).map_or(ScoreKind::Standard, |(_, k)| *k))
        }
    };
    let text = |key| table.get(key).map_or(Some(None), |i: Item<'_>| i.text().map(Some));
    let model = text("model");
    let link = table.get("link").map_or(Some(None), |i| outcome::link_word(&i).map(Some));
    let good = table
        .get("event")
        .map_or(Some(false), |i| i.choice(&[("bad", false), ("good", true)]).map(|e| e.value));
    let calibration = part(table, "calibration", outcome::calibration);
    let scale = part(table, "scale", outcome::scale_draft);
    let bands = table.get("bands").map_or(Some(None), |i| bands(&i, meta).map(Some));
    let reasons = ReasonsDraft::read(table);
    let own = ["margin", "pd", "score", "band"].map(text);
    let chain = fallback::read(table);
    let [margin, pd, score, band] = own;
    let (fallback, refers) = chain?;
    Some(Keys {
        kind: Some(kind?),
        model: model?,
        link: link?,
        good: good?,
        calibration: calibration?,
        scale: scale?,
        bands: bands?,
        reasons: reasons?,
        own: [margin?, pd?, score?, band?],
        fallback,
        refers,
    })
}

/// A key whose value is a table: `Some(None)` if it is not there.
fn part<T>(
    table: &Table<'_>,
    key: &'static str,
    read: impl FnOnce(&Table<'_>) -> Option<T>,
) -> Option<Option<T>> {
    let Some(item) = table.get(key) else { return Some(None) };
    let inner = item.table(item.what().to_owned())?;
    let value = read(&inner);
    inner.finish();
    value.map(Some)
}

fn bands(item: &Item<'_>, meta: &MetaDraft) -> Option<(Vec<BandDraft>, Vec<f64>)> {
    let items = item.list()?;
    let n = items.len();
    let label = |label: &Item<'_>, table: &Table<'_>| meta::localized(label, table, meta, false);
    let read: Vec<_> = items.iter().filter_map(|i| outcome::band(i, label)).collect();
    if read.len() != n {
        return None;
    }
    outcome::ordered(read, item)
}

/// The columns of a score as they are found or made.
#[derive(Clone, Copy, Default)]
pub(super) struct Columns {
    pub(super) margin: Option<u32>,
    pub(super) pd: Option<u32>,
    pub(super) score: Option<u32>,
    pub(super) band: Option<u32>,
}

fn make(mut keys: Keys, name: Name, meta: &MetaDraft, builder: &mut Builder<'_>) -> Option<ScoreDraft> {
    let here = Here { name: name.clone(), stage: meta.stage, written: true, feature: false };
    let clash = ["log_odds", "risk", "pd", "uncalibrated", "prediction", "score", "band"]
        .iter()
        .find(|part| builder.names.contains_key(&format!("{}.{part}", name.value)));
    if let Some(part) = clash {
        let message = format!(
            "the score `{}` would have a node `{}.{part}`, which there is already",
            name.value, name.value
        );
        builder.report.error(code::NAME, &name.span, message, "give the score another name");
        return None;
    }
    keys.reasons.find_players(builder)?;
    let [margin, pd, score, band] = &keys.own;
    let given = |builder: &mut Builder<'_>, name: &Option<Name>| match name {
        Some(name) => builder.one(name).map(Some),
        None => Some(None),
    };
    let (margin, pd) = (given(builder, margin), given(builder, pd));
    let (score, band) = (given(builder, score), given(builder, band));
    let model = model(&keys, &here, builder);
    let mut columns = Columns { margin: margin?, pd: pd?, score: score?, band: band? };
    // A score made of explicit nodes needs no model.
    let explicit = keys.model.is_none() && keys.own.iter().any(Option::is_some);
    let model = if explicit { None } else { Some(model?) };
    let mut higher_is_worse = false;
    let mut chain = None;
    if let Some((model, column)) = &model {
        higher_is_worse = is_risk(&keys, model);
        match keys.fallback.as_slice() {
            [] => steps(&keys, &here, model, *column, &mut columns, builder)?,
            _ => chain = Some(fallback::build(&keys, &here, (model, *column), &mut columns, builder)?),
        }
    }
    let bands = band_node(&keys, &here, &mut columns, builder)?;
    name_figures(&name.value, &columns, &bands, builder);
    let output = ScoreOutput {
        name: name.value.clone(),
        kind: keys.kind.unwrap_or(ScoreKind::Standard),
        margin: columns.margin,
        pd: columns.pd,
        score: columns.score,
        band: columns.band,
        bands,
        reasons: None,
    };
    Some(ScoreDraft { output, name, model, higher_is_worse, reasons: keys.reasons, fallback: chain })
}

/// Whether a higher output of the model is worse for the applicant.
fn is_risk(keys: &Keys, model: &Model) -> bool {
    model.kind != ModelKind::Points && !keys.good
}

/// Lets nodes read the figures of a score by its name.
fn name_figures(name: &str, columns: &Columns, bands: &[Band], builder: &mut Builder<'_>) {
    let figures =
        [("margin", columns.margin), ("pd", columns.pd), ("score", columns.score), ("band", columns.band)];
    for (figure, column) in figures {
        let Some(column) = column else { continue };
        builder.names.entry(format!("{name}.{figure}")).or_insert_with(|| vec![column]);
    }
    if let Some(column) = columns.band.and_then(|column| builder.columns.get_mut(column as usize))
        && column.kind == Kind::Number
        && !bands.is_empty()
    {
        column.kind = Kind::Category(Rc::new(bands.iter().map(|band| band.name.clone()).collect()));
    }
}

/// The model and the column of its output.
fn model(keys: &Keys, here: &Here, builder: &mut Builder<'_>) -> Option<(Model, u32)> {
    let name = match &keys.model {
        Some(name) => name.clone(),
        None if keys.own.iter().any(Option::is_some) => return None,
        None => {
            let mut models = builder.models.keys();
            match (models.next(), models.next()) {
                (Some(one), None) => Spanned::new(one.clone(), here.name.span.clone()),
                _ if !builder.broken.is_empty() => return None,
                _ => {
                    let names: Vec<&String> = builder.models.keys().collect();
                    let mend = match names.as_slice() {
                        [] => "add a model node".to_owned(),
                        _ => format!("add `model = …`: {}", suggest::quoted(&names)),
                    };
                    let message = format!("score `{}` does not say of which model it is", here.name.value);
                    builder.report.error(code::MISSING_KEY, &here.name.span, message, mend);
                    return None;
                }
            }
        }
    };
    find_model(&name, builder)
}

/// A model by name, and the column of its output.
fn find_model(name: &Name, builder: &mut Builder<'_>) -> Option<(Model, u32)> {
    let column = builder.one(name)?;
    let owner = if builder.models.contains_key(&name.value) {
        name.value.as_str()
    } else {
        name.value.split('.').next().unwrap_or_default()
    };
    let Some(model) = builder.models.get(owner) else {
        let message = format!("`{}` is not a model", name.value);
        let mend = suggest::mend(&name.value, builder.models.keys().map(String::as_str));
        builder.report.error(code::INPUT, &name.span, message, mend);
        return None;
    };
    Some((model.clone(), column))
}

/// Adds a step that reads one column; nothing of it may be absent for a reason that no policy covers.
fn step(builder: &mut Builder<'_>, here: &Here, name: &str, input: u32, op: Op) -> u32 {
    let open = builder.live(&[input]);
    builder.push(here, name, vec![input], op, Output::number(), (open, Unanswered::Need))
}

/// Link, calibration and scale.
fn steps(
    keys: &Keys,
    here: &Here,
    model: &Model,
    column: u32,
    columns: &mut Columns,
    builder: &mut Builder<'_>,
) -> Option<()> {
    if model.kind == ModelKind::Points {
        return points(keys, here, column, columns, builder);
    }
    columns.margin = columns.margin.or(Some(column));
    let link = keys.link.unwrap_or(model.link);
    // A model of the good outcome: its margin is turned, so that a higher one is a higher risk.
    let risk = if keys.good { step(builder, here, "risk", column, Op::Arith(Arith::Neg)) } else { column };
    if model.kind == ModelKind::Probability && keys.link.is_none() && columns.pd.is_none() {
        columns.pd = Some(if keys.good { complement(builder, here, column) } else { column });
    }
    let figure = predict(keys, here, model, link, (column, risk), columns, builder);
    calibrate(keys, here, risk, columns, builder)?;
    if let (Some(scale), None) = (&keys.scale, columns.score) {
        let log_odds = matches!(link, Some(Link::Logit { sigmoid: 1.0 })) && keys.calibration.is_none();
        let odds = matches!(scale.map, ScaleKind::Odds(_));
        let default = if log_odds || columns.pd.is_none() { Of::Margin } else { Of::Pd };
        let of = scale.of.unwrap_or(default);
        let input = match (of, columns.pd) {
            (Of::Pd, Some(pd)) => pd,
            (Of::Pd, None) => {
                let message =
                    format!("score `{}` is scaled of a PD, and the model gives none", here.name.value);
                builder.report.error(
                    code::INPUT,
                    &scale.span,
                    message,
                    "set `link = \"logit\"`, or scale `of = \"margin\"`",
                );
                return None;
            }
            (Of::Margin, _) if odds => risk,
            (Of::Margin, _) => figure.unwrap_or(risk),
        };
        let op = scale.op(of, builder)?;
        columns.score = Some(step(builder, here, "score", input, op));
    } else if columns.score.is_none() && columns.pd.is_none() {
        // A model of an amount or a count: its prediction is the score.
        columns.score = Some(figure.unwrap_or(column));
    }
    Some(())
}

/// The probability of the other outcome.
fn complement(builder: &mut Builder<'_>, here: &Here, column: u32) -> u32 {
    step(builder, here, "pd", column, Op::Arith(Arith::Affine { scale: -1.0, offset: 1.0 }))
}

/// The link: sets the PD, or returns the column of a prediction that is no probability.
fn predict(
    keys: &Keys,
    here: &Here,
    model: &Model,
    link: Option<Link>,
    (column, risk): (u32, u32),
    columns: &mut Columns,
    builder: &mut Builder<'_>,
) -> Option<u32> {
    let link = link?;
    match link {
        Link::Softmax | Link::OneVsRest { .. } => {
            let all = model_columns(builder, model);
            let k = all.iter().position(|&id| id == column)? as u32;
            // The scores of a model's classes share one node.
            let first = match builder.classes.get(&model.node) {
                Some(&first) => first,
                None => {
                    let open = builder.live(&all);
                    let output =
                        |i: usize| Output { name: i.to_string(), kind: Kind::Number, unit: String::new() };
                    let outputs = (0..all.len()).map(output).collect();
                    let effect = (open, Unanswered::Need);
                    builder.push(here, "classes", all, Op::Link(link), outputs, effect)
                }
            };
            builder.classes.insert(model.node, first);
            columns.pd = columns.pd.or(Some(first + k));
            None
        }
        Link::ArgMax => {
            let all = model_columns(builder, model);
            let open = builder.live(&all);
            Some(builder.push(
                here,
                "prediction",
                all,
                Op::Link(link),
                Output::number(),
                (open, Unanswered::Need),
            ))
        }
        Link::Identity => None,
        _ if outcome::is_probability(link) => {
            if columns.pd.is_none() {
                let name = if keys.calibration.is_some() { "uncalibrated" } else { "pd" };
                columns.pd = Some(step(builder, here, name, risk, Op::Link(link)));
            }
            None
        }
        _ => Some(step(builder, here, "prediction", column, Op::Link(link))),
    }
}

fn model_columns(builder: &Builder<'_>, model: &Model) -> Vec<u32> {
    let name = builder.nodes.get(model.node as usize).map(|n| n.name.clone()).unwrap_or_default();
    builder.names.get(&name).cloned().unwrap_or_default()
}

fn calibrate(
    keys: &Keys,
    here: &Here,
    risk: u32,
    columns: &mut Columns,
    builder: &mut Builder<'_>,
) -> Option<()> {
    let Some(calibration) = &keys.calibration else { return Some(()) };
    let input = match (calibration.of, columns.pd) {
        (Of::Margin, _) => risk,
        (Of::Pd, Some(pd)) => pd,
        (Of::Pd, None) => {
            let message =
                format!("the calibration of `{}` reads a PD, and the model gives none", here.name.value);
            builder.report.error(
                code::INPUT,
                &here.name.span,
                message,
                "set `link = \"logit\"`, or calibrate `of = \"margin\"`",
            );
            return None;
        }
    };
    columns.pd = Some(step(builder, here, "pd", input, Op::Calibrate(calibration.op.clone())));
    Some(())
}

/// A scorecard in points: the total is the score; a scale says what the points mean, and gives the PD.
fn points(
    keys: &Keys,
    here: &Here,
    column: u32,
    columns: &mut Columns,
    builder: &mut Builder<'_>,
) -> Option<()> {
    columns.score = columns.score.or(Some(column));
    if let Some(Some(_)) = keys.link {
        let message = format!("score `{}` is of a scorecard in points, which has no link", here.name.value);
        builder.report.error(
            code::VALUE,
            &here.name.span,
            message,
            "take `link` out; `scale` says what the points mean",
        );
        return None;
    }
    let Some(scale) = &keys.scale else {
        if keys.calibration.is_some() {
            let message = format!(
                "score `{}` has a calibration but no `scale` to turn points into odds",
                here.name.value
            );
            builder.report.error(
                code::MISSING_KEY,
                &here.name.span,
                message,
                "add `scale = { pdo = …, score = …, odds = … }`",
            );
            return None;
        }
        return Some(());
    };
    let ScaleKind::Odds(odds) = scale.map else {
        let message = format!("the points of score `{}` are its scale already", here.name.value);
        builder.report.error(
            code::VALUE,
            &scale.span,
            message,
            "give `pdo`, `score` and `odds` of the points, or take `scale` out",
        );
        return None;
    };
    // score = offset − factor · log-odds, so log-odds = offset / factor − score / factor.
    let (factor, offset) = (odds.factor(), odds.offset());
    let op = Arith::Affine { scale: -1.0 / factor, offset: offset / factor };
    if let Err(what) = op.clone().new() {
        builder.refused(&scale.span, what, "scale");
        return None;
    }
    let log_odds = step(builder, here, "log_odds", column, Op::Arith(op));
    columns.margin = columns.margin.or(Some(log_odds));
    let uncalibrated = if keys.calibration.is_some() { "uncalibrated" } else { "pd" };
    if columns.pd.is_none() {
        columns.pd =
            Some(step(builder, here, uncalibrated, log_odds, Op::Link(Link::Logit { sigmoid: 1.0 })));
    }
    calibrate(keys, here, log_odds, columns, builder)
}

fn band_node(
    keys: &Keys,
    here: &Here,
    columns: &mut Columns,
    builder: &mut Builder<'_>,
) -> Option<Vec<Band>> {
    let Some((drafts, edges)) = &keys.bands else { return Some(Vec::new()) };
    let bands = drafts.iter().map(|b| Band { name: b.name.value.clone(), labels: b.label.clone() }).collect();
    if columns.band.is_some() {
        return Some(bands);
    }
    let Some(input) = columns.score.or(columns.pd).or(columns.margin) else {
        let message = format!("score `{}` has bands but no figure to band", here.name.value);
        builder.report.error(code::MISSING_KEY, &here.name.span, message, "add `model` or `score`");
        return None;
    };
    let op = Bands::new(edges.clone()).map_err(|e| builder.refused(&here.name.span, e, "bands")).ok()?;
    columns.band = Some(step(builder, here, "band", input, Op::Bands(op)));
    Some(bands)
}
