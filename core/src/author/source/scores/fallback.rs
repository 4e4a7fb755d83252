//! Re-scoring on exception: the models that can give a score, in the order in which they are tried.

use super::super::builder::{Builder, Here, Kind, Live, Model, Output};
use super::super::code;
use super::super::formulas::{Draft, Text};
use super::super::outcome::{self, CalibrationDraft, ScaleDraft};
use super::super::policy;
use super::super::report::{Name, Spanned};
use super::super::table::{Item, Table};
use super::{Columns, Keys, ScoreDraft, find_model, is_risk, part, steps};
use crate::author::formula::Register;
use crate::bundle::{ScoreKind, ScoreOutput};
use crate::feature::formula::Function;
use crate::limits;
use crate::model::link::Link;
use crate::policy::Cause;

/// A figure of a model that is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Figure {
    Margin,
    Pd,
    Score,
}

const FIGURES: &[(&str, Figure)] =
    &[("margin", Figure::Margin), ("pd", Figure::Pd), ("score", Figure::Score)];

#[derive(Clone)]
struct Bounds {
    of: Option<Figure>,
    min: f64,
    max: f64,
    span: core::ops::Range<usize>,
}

#[derive(Clone)]
struct Disagree {
    of: Option<Figure>,
    with: Name,
    over: f64,
}

/// A model that is tried. The first is the score's own: its model, link and scale are the score's.
#[derive(Clone)]
pub(super) struct Step {
    model: Option<Name>,
    when: Option<Text>,
    needs: Option<Vec<Name>>,
    bounds: Option<Bounds>,
    disagree: Option<Disagree>,
    link: Option<Option<Link>>,
    good: Option<bool>,
    calibration: Option<CalibrationDraft>,
    scale: Option<ScaleDraft>,
}

impl Step {
    /// What it reads.
    pub(super) fn inputs(&self) -> Vec<Name> {
        let mut all: Vec<Name> = self.model.iter().cloned().collect();
        all.extend(self.when.iter().flat_map(Text::inputs));
        all.extend(self.disagree.iter().map(|disagree| disagree.with.clone()));
        let source = |name: &Name| Spanned::new(policy::source_name(&name.value), name.span.clone());
        all.extend(self.needs.iter().flatten().map(source));
        all
    }
}

/// The models of a score and what tells of them.
pub(in super::super) struct Chain {
    /// Column of the index of the model that gave the score.
    pub(in super::super) used: u32,
    pub(in super::super) links: Vec<ChainLink>,
    /// Whether the outcome refers if none of them did.
    pub(in super::super) refers: bool,
}

/// A model of a chain.
pub(in super::super) struct ChainLink {
    pub(in super::super) model: String,
    pub(in super::super) column: u32,
    pub(in super::super) cause: u32,
    /// As a score of its own, whose reasons are found like any other's.
    pub(in super::super) alone: ScoreDraft,
}

/// `fallback`, `needs`, `bounds` and `disagree` of a score; no steps if none is there.
pub(super) fn read(table: &Table<'_>) -> Option<(Vec<Step>, bool)> {
    let first = checks(table);
    let Some(item) = table.get("fallback") else {
        let first = first?;
        let alone = first.needs.is_none() && first.bounds.is_none() && first.disagree.is_none();
        return Some((if alone { Vec::new() } else { vec![first] }, true));
    };
    let items = item.list()?;
    let (mut steps, mut refers, mut sound) = (vec![first?], false, true);
    let last = items.len();
    for (at, item) in items.iter().enumerate() {
        if item.as_text().is_some() {
            refers = item.choice(&[("refer", true)])?.value;
            if at + 1 < last {
                let mend = "put `\"refer\"` at the end: what comes after it is never tried";
                item.report().error(code::VALUE, &item.span(), "a fallback ends with `\"refer\"`", mend);
                sound = false;
            }
            continue;
        }
        match item.table(item.what().to_owned()).and_then(step) {
            Some(step) => steps.push(step),
            None => sound = false,
        }
    }
    if steps.len() > limits::FALLBACK_STEPS {
        let message =
            format!("{} lists {} models; the limit is {}", item.what(), steps.len(), limits::FALLBACK_STEPS);
        item.report().error(code::LIMIT, &item.span(), message, "list fewer");
        sound = false;
    }
    sound.then_some((steps, refers))
}

fn step(table: Table<'_>) -> Option<Step> {
    let model = table.need("model", "\"thin\"").and_then(|item| item.text());
    let when = table.get("when").map_or(Some(None), |item| Text::read(&item).map(Some));
    let link = table.get("link").map_or(Some(None), |item| outcome::link_word(&item).map(Some));
    let events = [("bad", false), ("good", true)];
    let good = table.get("event").map_or(Some(None), |item| item.choice(&events).map(|e| Some(e.value)));
    let calibration = part(&table, "calibration", outcome::calibration);
    let scale = part(&table, "scale", outcome::scale_draft);
    let checked = checks(&table);
    table.finish();
    let step = Step { model: Some(model?), when: when?, link: link?, good: good?, ..checked? };
    Some(Step { calibration: calibration?, scale: scale?, ..step })
}

/// What passes a model over.
fn checks(table: &Table<'_>) -> Option<Step> {
    let needs = table.get("needs").map_or(Some(None), |item| item.texts().map(Some));
    let bounds = part(table, "bounds", bounds);
    let disagree = part(table, "disagree", |inner| {
        let with = inner.need("with", "\"other.pd\"").and_then(|item| item.text());
        let over = inner.need("over", "0.2").and_then(|item| item.number());
        let of = figure(inner);
        Some(Disagree { with: with?, over: over?.value, of: of? })
    });
    Some(Step {
        model: None,
        when: None,
        needs: needs?,
        bounds: bounds?,
        disagree: disagree?,
        link: None,
        good: None,
        calibration: None,
        scale: None,
    })
}

fn figure(table: &Table<'_>) -> Option<Option<Figure>> {
    table.get("of").map_or(Some(None), |item: Item<'_>| item.choice(FIGURES).map(|of| Some(of.value)))
}

fn bounds(table: &Table<'_>) -> Option<Bounds> {
    let bound = |key, open| table.get(key).map_or(Some(open), |item| item.number().map(|x| x.value));
    let (min, max, of) = (bound("min", f64::NEG_INFINITY), bound("max", f64::INFINITY), figure(table));
    let (min, max, of) = (min?, max?, of?);
    if min > max || (min.is_infinite() && max.is_infinite()) {
        let message = format!("{} are no bounds", table.what());
        table.report().error(code::VALUE, table.span(), message, "write `{ min = -6, max = 6 }`");
        return None;
    }
    Some(Bounds { of, min, max, span: table.span().clone() })
}

/// The models with their figures, and the node that takes the first that is not passed over.
pub(super) fn build(
    keys: &Keys,
    here: &Here,
    (model, column): (&Model, u32),
    columns: &mut Columns,
    builder: &mut Builder<'_>,
) -> Option<Chain> {
    let mut tried = Vec::with_capacity(keys.fallback.len());
    for step in &keys.fallback {
        tried.push(match &step.model {
            None => try_model(keys, keys.model.as_ref(), here, (model, column), *columns, builder)?,
            Some(name) => {
                let (model, column) = find_model(name, builder)?;
                let own = Keys {
                    link: step.link,
                    good: step.good.unwrap_or(keys.good),
                    calibration: step.calibration.clone(),
                    scale: step.scale.clone().or_else(|| keys.scale.clone()),
                    ..Keys::default()
                };
                try_model(&own, Some(name), here, (&model, column), Columns::default(), builder)?
            }
        });
    }
    choose(keys, here, &tried, columns, builder)
}

/// A model that is tried, with its figures.
struct Tried {
    name: String,
    model: Model,
    column: u32,
    columns: Columns,
    higher_is_worse: bool,
}

fn try_model(
    keys: &Keys,
    name: Option<&Name>,
    here: &Here,
    (model, column): (&Model, u32),
    mut columns: Columns,
    builder: &mut Builder<'_>,
) -> Option<Tried> {
    let name = name.map_or_else(|| here.name.value.clone(), |name| name.value.clone());
    let own = Spanned::new(format!("{}.{name}", here.name.value), here.name.span.clone());
    steps(keys, &Here { name: own, ..here.clone() }, model, column, &mut columns, builder)?;
    builder.forgiven.insert(column);
    builder.forgiven.extend([columns.margin, columns.pd, columns.score].into_iter().flatten());
    Some(Tried { name, model: model.clone(), column, columns, higher_is_worse: is_risk(keys, model) })
}

impl Tried {
    fn figure(&self, figure: Figure) -> Option<u32> {
        match figure {
            Figure::Margin => self.columns.margin,
            Figure::Pd => self.columns.pd,
            Figure::Score => self.columns.score,
        }
    }
}

/// The node that takes the figures of the first model that is not passed over.
fn choose(
    keys: &Keys,
    here: &Here,
    tried: &[Tried],
    columns: &mut Columns,
    builder: &mut Builder<'_>,
) -> Option<Chain> {
    let figures = figures(here, tried, builder)?;
    let mut draft = Draft::default();
    let mut causes = Vec::with_capacity(tried.len());
    for (model, step) in tried.iter().zip(&keys.fallback) {
        causes.push(cause(model, step, &mut draft, builder)?);
    }
    let zero = draft.constant(0.0);
    let accepted: Vec<Register> =
        causes.iter().map(|&cause| draft.apply(Function::Equal, &[cause, zero])).collect();
    let pick = |draft: &mut Draft, value: &dyn Fn(&mut Draft, usize) -> Register| {
        let mut picked = draft.missing();
        for (at, &accepted) in accepted.iter().enumerate().rev() {
            let value = value(draft, at);
            picked = draft.apply(Function::Select, &[accepted, value, picked]);
        }
        picked
    };
    let mut outputs = Vec::new();
    let output = |name: &str| Output { name: name.to_owned(), kind: Kind::Number, unit: String::new() };
    for &(figure, name) in &figures {
        let value = |draft: &mut Draft, at: usize| {
            let column = tried.get(at).and_then(|model| model.figure(figure));
            match column {
                Some(column) => draft.input(column),
                None => draft.missing(),
            }
        };
        outputs.push((output(name), pick(&mut draft, &value)));
    }
    outputs.push((output("used"), pick(&mut draft, &|draft, at| draft.constant(at as f64))));
    for (model, &cause) in tried.iter().zip(&causes) {
        outputs.push((output(&format!("cause.{}", model.name)), cause));
    }
    let first = draft.push(here, "fallback", outputs, Live::new(), builder)?;
    for (&(figure, _), column) in figures.iter().zip(first..) {
        match figure {
            Figure::Margin => columns.margin = Some(column),
            Figure::Pd => columns.pd = Some(column),
            Figure::Score => columns.score = Some(column),
        }
    }
    let none = |figure| !figures.iter().any(|&(known, _)| known == figure);
    columns.margin = columns.margin.filter(|_| !none(Figure::Margin));
    let used = first + figures.len() as u32;
    let links =
        tried.iter().zip(used + 1..).map(|(model, cause)| link(model, cause, keys, here, builder)).collect();
    builder.read.extend(used..=used + tried.len() as u32);
    Some(Chain { used, links, refers: keys.refers })
}

fn link(tried: &Tried, cause: u32, keys: &Keys, here: &Here, builder: &Builder<'_>) -> ChainLink {
    let output = ScoreOutput {
        name: here.name.value.clone(),
        kind: ScoreKind::Standard,
        margin: None,
        pd: None,
        score: None,
        band: None,
        bands: Vec::new(),
        reasons: None,
    };
    ChainLink {
        model: tried.name.clone(),
        column: tried.column,
        cause,
        alone: ScoreDraft {
            output,
            name: here.name.clone(),
            model: Some((tried.model.clone(), tried.column)),
            higher_is_worse: tried.higher_is_worse,
            reasons: keys.reasons.of_another_model(tried.column, builder),
            fallback: None,
        },
    }
}

/// The figures that every model gives. A model may lack the margin only: margins of different models are no one figure.
fn figures(here: &Here, tried: &[Tried], builder: &Builder<'_>) -> Option<Vec<(Figure, &'static str)>> {
    let mut all = Vec::new();
    for &(name, figure) in FIGURES {
        let lacking = tried.iter().find(|model| model.figure(figure).is_none());
        let has = tried.iter().find(|model| model.figure(figure).is_some());
        match (lacking, has) {
            (None, Some(_)) => all.push((figure, name)),
            (Some(lacking), Some(has)) if figure != Figure::Margin => {
                let message = format!(
                    "the models of score `{}` do not give the same figures: `{}` gives a {name}, `{}` none",
                    here.name.value, has.name, lacking.name
                );
                let mend = "give the model of the fallback its own `link`, `calibration` or `scale`";
                builder.report.error(code::INPUT, &here.name.span, message, mend);
                return None;
            }
            _ => {}
        }
    }
    Some(all)
}

/// The code of why a model is passed over: the first that holds of a missing source, its condition, no output, bounds and
/// disagreement; 0 if none does.
fn cause(model: &Tried, step: &Step, draft: &mut Draft, builder: &mut Builder<'_>) -> Option<Register> {
    let zero = draft.constant(0.0);
    let mut found = zero;
    let figure = |of: Option<Figure>| match of {
        Some(of) => model.figure(of),
        None => Some(model.column),
    };
    let lacks = |builder: &Builder<'_>, span: &core::ops::Range<usize>| {
        let message = format!("`{}` has no such figure", model.name);
        builder.report.error(code::INPUT, span, message, "choose another of `margin`, `pd` and `score`");
    };
    let set = |draft: &mut Draft, test: Register, cause: Cause, found: Register| {
        let code = draft.constant(f64::from(cause.code()));
        draft.apply(Function::Select, &[test, code, found])
    };
    if let Some(disagree) = &step.disagree {
        let Some(own) = figure(disagree.of) else {
            lacks(builder, &disagree.with.span);
            return None;
        };
        let other = builder.quantity(&disagree.with)?;
        builder.forgiven.insert(other);
        let (own, other) = (draft.input(own), draft.input(other));
        let apart = draft.apply(Function::Sub, &[own, other]);
        let apart = draft.apply(Function::Abs, &[apart]);
        let over = draft.constant(disagree.over);
        let over = draft.apply(Function::Less, &[over, apart]);
        // A model that says nothing does not disagree.
        let told = draft.apply(Function::OrElse, &[over, zero]);
        found = set(draft, told, Cause::Disagreement, found);
    }
    if let Some(bounds) = &step.bounds {
        let Some(own) = figure(bounds.of) else {
            lacks(builder, &bounds.span);
            return None;
        };
        let own = draft.input(own);
        for (least, greatest) in [(Some(bounds.min), None), (None, Some(bounds.max))] {
            let [a, b] = match (least, greatest) {
                (Some(min), _) if min.is_finite() => [own, draft.constant(min)],
                (_, Some(max)) if max.is_finite() => [draft.constant(max), own],
                _ => continue,
            };
            let outside = draft.apply(Function::Less, &[a, b]);
            found = set(draft, outside, Cause::OutOfBounds, found);
        }
    }
    let figures = FIGURES.iter().filter_map(|&(_, figure)| model.figure(figure));
    for column in core::iter::once(model.column).chain(figures) {
        let register = draft.input(column);
        let absent = draft.apply(Function::IsAbsent, &[register]);
        found = set(draft, absent, Cause::NoOutput, found);
    }
    if let Some(when) = &step.when {
        let when = draft.condition(when, builder)?;
        let holds = draft.apply(Function::OrElse, &[when, zero]);
        let not = draft.apply(Function::Not, &[holds]);
        found = set(draft, not, Cause::Condition, found);
    }
    for source in policy::needed(step.needs.as_deref(), model.column, builder)?.into_iter().rev() {
        let there = draft.input(source.column);
        let missing = draft.apply(Function::Not, &[there]);
        found = set(draft, missing, Cause::MissingSource(source.index), found);
    }
    Some(found)
}
