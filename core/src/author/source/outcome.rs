//! From margins to results: links, calibration, scales, bands. As nodes, and as parts of `[scores]`.

use super::builder::{Builder, Here, Output, Unanswered};
use super::code;
use super::node::{Parsed, Spec};
use super::report::{Name, Spanned};
use super::table::{Item, Table};
use crate::band::Bands;
use crate::calibrate::{Calibrate, Isotonic};
use crate::graph::Op;
use crate::model::link::Link;
use crate::rounding::{Rounding, RoundingMode};
use crate::scale::{OddsScale, Scale, ScaleMap};

/// Least and greatest PD that a scale takes: log-odds of 0 and 1 are infinite.
const PD_BOUNDS: (f64, f64) = (1e-9, 1.0 - 1e-9);

const LINKS: &[(&str, Option<Link>)] = &[
    ("none", None),
    ("identity", Some(Link::Identity)),
    ("logit", Some(Link::Logit { sigmoid: 1.0 })),
    ("probit", Some(Link::Probit)),
    ("cloglog", Some(Link::Cloglog)),
    ("exp", Some(Link::Exp)),
    ("softmax", Some(Link::Softmax)),
];

/// A link by name; `"none"` is `Some(None)`.
pub(super) fn link_word(item: &Item<'_>) -> Option<Option<Link>> {
    item.choice(LINKS).map(|l| l.value)
}

/// Whether a link's result is a probability.
pub(super) fn is_probability(link: Link) -> bool {
    matches!(link, Link::Logit { .. } | Link::Probit | Link::Cloglog | Link::Softmax | Link::OneVsRest { .. })
}

/// `round` and `decimals`.
pub(super) fn rounding(table: &Table<'_>, default: Rounding) -> Option<Rounding> {
    const MODES: &[(&str, RoundingMode)] = &[
        ("none", RoundingMode::None),
        ("nearest", RoundingMode::HalfEven),
        ("half_away", RoundingMode::HalfAway),
        ("down", RoundingMode::Floor),
        ("up", RoundingMode::Ceil),
    ];
    let mode = table.get("round").map(|i| i.choice(MODES));
    let decimals = table.get("decimals").map(|i| i.number());
    let mode = match mode {
        Some(read) => read?.value,
        None => default.mode(),
    };
    let Some(decimals) = decimals else {
        return Rounding::new(mode, default.decimals()).ok();
    };
    let decimals = decimals?;
    let whole = (0.0..=15.0).contains(&decimals.value) && decimals.value.fract() == 0.0;
    if !whole {
        let message = format!("`decimals` of {} must be a whole number from 0 to 15", table.what());
        table.report().error(code::VALUE, &decimals.span, message, "write 0 for whole numbers");
        return None;
    }
    Rounding::new(mode, decimals.value as u8).ok()
}

/// Which figure of a score a step reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    Margin,
    Pd,
}

const OF: &[(&str, Of)] = &[("margin", Of::Margin), ("pd", Of::Pd)];

/// A scale as written.
#[derive(Clone, Debug)]
pub(super) struct ScaleDraft {
    pub(super) map: ScaleKind,
    pub(super) of: Option<Of>,
    pub(super) rounding: Rounding,
    pub(super) min: f64,
    pub(super) max: f64,
    pub(super) span: core::ops::Range<usize>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum ScaleKind {
    Odds(OddsScale),
    MinMax { from: (f64, f64), to: (f64, f64) },
}

/// Reads the keys of a scale.
pub(super) fn scale_draft(table: &Table<'_>) -> Option<ScaleDraft> {
    let min_max = table
        .get("method")
        .map_or(Some(false), |i| i.choice(&[("odds", false), ("min_max", true)]).map(|m| m.value));
    let of = table.get("of").map(|i| i.choice(OF));
    let whole = Rounding::new(RoundingMode::HalfEven, 0).unwrap_or(Rounding::NONE);
    let rounding = rounding(table, whole);
    let bound = |key, open| table.get(key).map_or(Some(open), |i| i.number().map(|x| x.value));
    let (min, max) = (bound("min", f64::NEG_INFINITY), bound("max", f64::INFINITY));
    let map = if min_max? { min_max_map(table) } else { odds_map(table) };
    let of = match of {
        Some(read) => Some(read?.value),
        None => None,
    };
    Some(ScaleDraft { map: map?, of, rounding: rounding?, min: min?, max: max?, span: table.span().clone() })
}

fn min_max_map(table: &Table<'_>) -> Option<ScaleKind> {
    let pair = |key, example| {
        let item = table.need(key, example)?;
        match item.numbers()?.as_slice() {
            [a, b] => Some((a.value, b.value)),
            _ => {
                let message = format!("`{key}` of {} must be two numbers", table.what());
                table.report().error(
                    code::VALUE,
                    &item.span(),
                    message,
                    format!("write `{key} = {example}`"),
                );
                None
            }
        }
    };
    let (from, to) = (pair("from", "[0.0, 1.0]"), pair("to", "[0, 1000]"));
    let (from, to) = (from?, to?);
    // The engine wants the inputs ascending: turning both pairs is the same line.
    let turn = |(a, b): (f64, f64)| (b, a);
    Some(if from.0 > from.1 {
        ScaleKind::MinMax { from: turn(from), to: turn(to) }
    } else {
        ScaleKind::MinMax { from, to }
    })
}

fn odds_map(table: &Table<'_>) -> Option<ScaleKind> {
    let positive = |key, example| {
        let x = table.need(key, example)?.number()?;
        if x.value > 0.0 {
            return Some(x.value);
        }
        let message = format!("`{key}` of {} must be over 0", table.what());
        table.report().error(
            code::VALUE,
            &x.span,
            message,
            format!("write, for example, `{key} = {example}`"),
        );
        None
    };
    let (pdo, odds) = (positive("pdo", "20"), positive("odds", "50"));
    let target = table.need("score", "600").and_then(|i| i.number()).map(|x| x.value);
    let words = [("safer", false), ("riskier", true)];
    let riskier = table.get("higher_is").map_or(Some(false), |i| i.choice(&words).map(|w| w.value));
    Some(ScaleKind::Odds(OddsScale { target: target?, odds: odds?, pdo: pdo?, higher_is_riskier: riskier? }))
}

impl ScaleDraft {
    /// The node's operation, reading a PD or log-odds of default.
    pub(super) fn op(&self, of: Of, builder: &Builder<'_>) -> Option<Op> {
        let map = match self.map {
            ScaleKind::Odds(scale) if of == Of::Margin => ScaleMap::LogOdds(scale),
            ScaleKind::Odds(scale) => ScaleMap::Pd { scale, pd_min: PD_BOUNDS.0, pd_max: PD_BOUNDS.1 },
            ScaleKind::MinMax { from: (lo, hi), to: (at_lo, at_hi) } => {
                ScaleMap::Linear { lo, hi, at_lo, at_hi }
            }
        };
        let scale = Scale::new(map, self.rounding, self.min, self.max);
        scale.map(Op::Scale).map_err(|e| builder.refused(&self.span, e, "scale")).ok()
    }
}

/// A calibration as written.
#[derive(Clone, Debug)]
pub(super) struct CalibrationDraft {
    pub(super) op: Calibrate,
    pub(super) of: Of,
}

/// `calibration = { method = …, … }`.
pub(super) fn calibration(table: &Table<'_>) -> Option<CalibrationDraft> {
    let method = table.need("method", "\"platt\"")?.choice(&[("platt", false), ("isotonic", true)])?;
    let of = table.get("of").map(|i| i.choice(OF));
    let (op, default) =
        if method.value { (isotonic_op(table), Of::Pd) } else { (platt_op(table), Of::Margin) };
    let of = match of {
        Some(read) => read?.value,
        None => default,
    };
    Some(CalibrationDraft { op: op?, of })
}

fn platt_op(table: &Table<'_>) -> Option<Calibrate> {
    let figure = |key| table.need(key, "1.0").and_then(|i| i.number()).map(|x| x.value);
    let (slope, intercept) = (figure("slope"), figure("intercept"));
    // The engine's own sign is scikit-learn's: 1 / (1 + e^(a·x + b)).
    Some(Calibrate::Platt { a: -slope?, b: -intercept? })
}

fn isotonic_op(table: &Table<'_>) -> Option<Calibrate> {
    let list = |key| table.need(key, "[0.0, 1.0]").and_then(|i| i.numbers());
    let (x, y) = (list("x"), list("y"));
    let steps = table.get("steps").map_or(Some(false), |i| i.flag().map(|f| f.value));
    let plain = |list: Vec<Spanned<f64>>| list.into_iter().map(|x| x.value).collect();
    match Isotonic::new(steps?, plain(x?), plain(y?)) {
        Ok(isotonic) => Some(Calibrate::Isotonic(isotonic)),
        Err(what) => {
            let message = format!("{} is not valid: {what}", table.what());
            table.report().error(
                code::VALUE,
                table.span(),
                message,
                "give knots as isotonic regression makes them",
            );
            None
        }
    }
}

/// A band as written: name, least figure, labels are read by the caller.
#[derive(Clone, Debug)]
pub(super) struct BandDraft {
    pub(super) name: Name,
    pub(super) from: Option<Spanned<f64>>,
    pub(super) label: Vec<crate::schema::Localized>,
}

/// Checks the bands and turns them lowest first; the edges are one fewer.
pub(super) fn ordered(mut bands: Vec<BandDraft>, item: &Item<'_>) -> Option<(Vec<BandDraft>, Vec<f64>)> {
    let report = item.report();
    let open = bands.iter().filter(|b| b.from.is_none()).count();
    if open != 1 {
        let message = format!("{open} bands have no `from`: exactly one must be the lowest");
        report.error(
            code::BINS,
            &item.span(),
            message,
            "give every band but the lowest its least score as `from`",
        );
        return None;
    }
    if bands.first().is_some_and(|b| b.from.is_some()) {
        bands.reverse();
    }
    let mut edges: Vec<f64> = Vec::new();
    for (i, band) in bands.iter().enumerate() {
        let fits = match (&band.from, edges.last()) {
            (None, _) => i == 0,
            (Some(from), Some(&before)) => from.value > before,
            (Some(_), None) => true,
        };
        if !fits {
            let message = format!("the bands are not in order at `{}`", band.name.value);
            report.error(
                code::BINS,
                &band.name.span,
                message,
                "order them best first, each `from` below the one before",
            );
            return None;
        }
        edges.extend(band.from.as_ref().map(|x| x.value));
        if bands.iter().take(i).any(|b| b.name.value == band.name.value) {
            let message = format!("two bands are named `{}`", band.name.value);
            report.error(code::NAME, &band.name.span, message, "give each band its own name");
            return None;
        }
    }
    Some((bands, edges))
}

/// A node of one input whose operation needs no context.
struct Step {
    input: Name,
    op: StepOp,
}

enum StepOp {
    Link(Link),
    Plain(Op),
    Scale(ScaleDraft),
}

fn input(table: &Table<'_>) -> Option<Name> {
    table.need("input", "\"…\"")?.text()
}

pub(super) fn link(table: &Table<'_>, _: &Name) -> Parsed {
    let input = input(table);
    let function = table.need("function", "\"logit\"").and_then(|i| link_word(&i));
    let link = function?.unwrap_or(Link::Identity);
    Some(Box::new(Step { input: input?, op: StepOp::Link(link) }))
}

pub(super) fn platt(table: &Table<'_>, _: &Name) -> Parsed {
    let (input, op) = (input(table), platt_op(table));
    Some(Box::new(Step { input: input?, op: StepOp::Plain(Op::Calibrate(op?)) }))
}

pub(super) fn isotonic(table: &Table<'_>, _: &Name) -> Parsed {
    let (input, op) = (input(table), isotonic_op(table));
    Some(Box::new(Step { input: input?, op: StepOp::Plain(Op::Calibrate(op?)) }))
}

pub(super) fn scale(table: &Table<'_>, _: &Name) -> Parsed {
    let (input, draft) = (input(table), scale_draft(table));
    Some(Box::new(Step { input: input?, op: StepOp::Scale(draft?) }))
}

pub(super) fn bands(table: &Table<'_>, _: &Name) -> Parsed {
    let (input, item) =
        (input(table), table.need("bands", "[{ name = \"A\", from = 600 }, { name = \"B\" }]"));
    let item = item?;
    let (_, edges) = ordered(read_bands(&item)?, &item)?;
    let op = match Bands::new(edges) {
        Ok(bands) => Op::Bands(bands),
        Err(what) => {
            table.report().error(code::BINS, &item.span(), what, "order the bands best first");
            return None;
        }
    };
    Some(Box::new(Step { input: input?, op: StepOp::Plain(op) }))
}

/// The rows of `bands`, without labels.
fn read_bands(item: &Item<'_>) -> Option<Vec<BandDraft>> {
    let items = item.list()?;
    let n = items.len();
    let bands: Vec<_> = items.iter().filter_map(|i| band(i, |_, _| Vec::new())).collect();
    (bands.len() == n).then_some(bands)
}

/// One row of `bands`.
pub(super) fn band(
    item: &Item<'_>,
    labels: impl FnOnce(&Item<'_>, &Table<'_>) -> Vec<crate::schema::Localized>,
) -> Option<BandDraft> {
    let table = item.table(item.what().to_owned())?;
    let name = table.need("name", "\"A\"").and_then(|i| i.text());
    let from = table.get("from").map(|i| i.number());
    let label = table.get("label").map_or_else(Vec::new, |i| labels(&i, &table));
    table.finish();
    let from = match from {
        Some(read) => Some(read?),
        None => None,
    };
    Some(BandDraft { name: name?, from, label })
}

impl Spec for Step {
    fn inputs(&self) -> Vec<Name> {
        vec![self.input.clone()]
    }

    fn build(&self, here: &Here, builder: &mut Builder<'_>) -> Option<()> {
        let (inputs, op, outputs) = match &self.op {
            StepOp::Link(link) => {
                let columns = builder.find(&self.input)?;
                let together = matches!(link, Link::Softmax);
                if together && columns.len() < 2 {
                    let message = format!("`{}` has one output: a softmax needs several", self.input.value);
                    builder.report.error(
                        code::INPUT,
                        &self.input.span,
                        message,
                        "use `function = \"logit\"`",
                    );
                    return None;
                }
                let name = |i: usize| if columns.len() == 1 { String::new() } else { i.to_string() };
                let outputs =
                    (0..columns.len()).flat_map(|i| Output::number().into_iter().map(move |o| (i, o)));
                let outputs = outputs.map(|(i, o)| Output { name: name(i), ..o }).collect();
                (columns, Op::Link(*link), outputs)
            }
            StepOp::Plain(op) => (vec![builder.quantity(&self.input)?], op.clone(), Output::number()),
            StepOp::Scale(draft) => {
                let column = builder.quantity(&self.input)?;
                (vec![column], draft.op(draft.of.unwrap_or(Of::Margin), builder)?, Output::number())
            }
        };
        let open = builder.live(&inputs);
        builder.push(here, "", inputs, op, outputs, (open, Unanswered::Need));
        Some(())
    }
}
