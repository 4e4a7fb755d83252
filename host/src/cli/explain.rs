//! `scorelet explain`: one applicant's waterfall, and what would have been approved.

use std::fmt::Write as _;

use scorelet_core::bundle::{Bundle, ScoreOutput};
use scorelet_core::decision::Decision;
use scorelet_core::notice::Notice;
use scorelet_core::reason::{ReasonMethod, text_for};
use scorelet_core::record::state_name;
use scorelet_core::scorer::Options;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::applicant::{self, Applicant};
use super::args::ExplainArgs;
use super::{outcome, resolve, table, term};
use crate::error::{HostError, Result, exit};
use crate::score::{Job, Plan, Request, Shape, Worker, inputs, origin};
use crate::{counterfactual, value};

/// Inputs that are drawn; the rest is one line.
const DRAWN: usize = 20;

pub(super) fn run(args: &ExplainArgs) -> Result<u8> {
    let (model, key) = resolve::scorable(&args.model)?;
    let mut input = resolve::input(&args.input, &model)?;
    let (engine, _runtime) = resolve::engine(&args.engine, 1)?;
    let request = Request { reasons: true, contribs: true, ..Request::default() };
    let plan = Plan::new(&model.bundle, &request);
    let name = input.name.clone();
    let job = Job::new(model.clone(), plan, Shape::Csv, input.header.take(), input.delimiter);
    let mut worker = Worker::new(&job, engine.open(&model, key.as_ref())?)?;
    input.cutter.limit_records(model.bundle.fields.len());

    let applicant = applicant::read(&mut worker, &mut input.cutter, &name, args.row)?;
    let language = args.lang.clone().unwrap_or_else(|| job.plan.language.clone());
    worker.evaluator().events(&applicant.events)?;
    let mut text = waterfall(&mut worker, &job, &applicant.values, &language, &applicant.place)?;
    if args.counterfactual {
        text.push_str(&smallest_change(args, &mut worker, &job, &applicant, &language)?);
    }
    term::print(&text)?;
    Ok(exit::OK)
}

/// What would have been approved.
fn smallest_change(
    args: &ExplainArgs,
    worker: &mut Worker<'_>,
    job: &Job,
    applicant: &Applicant,
    language: &str,
) -> Result<String> {
    let bundle = job.bundle();
    let approval = resolve::approval(args.approve.as_ref(), bundle, &args.model.model)?;
    let notice = Notice::of(bundle).map_err(|error| HostError::core(error, bundle.meta.name.clone()))?;
    let actions = counterfactual::actions(bundle, &notice, &args.may_change)?;
    let evaluator = worker.evaluator();
    evaluator.select(&[approval.column])?;
    let mut own = Vec::new();
    evaluator.score_columns(1, &applicant.values, &mut own)?;
    if own.first().is_some_and(|&value| approval.passes(value)) {
        return Ok(format!("\nApproved as it is ({}): there is nothing to change\n", approval.text));
    }
    let (values, events) = (&applicant.values, &applicant.events);
    let search = counterfactual::find(evaluator, bundle, values, events, &approval, &actions)?;
    let mut out = format!("\nSmallest change that is approved ({})\n", approval.text);
    match &search.found {
        Some(found) => {
            for &(field, to) in &found.changes {
                let text = |value: f64| value::localized(bundle, field as usize, value, language);
                let own = values.get(field as usize).copied().unwrap_or(f64::NAN);
                let label =
                    bundle.fields.get(field as usize).map_or("", |field| value::label(field, language));
                // Writing into a String cannot fail.
                let _ = writeln!(out, "  {label}: {} instead of {}", text(to), text(own));
            }
            let _ = writeln!(out, "  cost {} (1 is a field's whole range)", figure(found.cost));
        }
        None => out.push_str("  none: no change of one field, and none found of two, is approved\n"),
    }
    let rows = table::grouped(search.evaluations as u64);
    let _ = match search.complete {
        true => writeln!(out, "  {rows} changes tried"),
        false => {
            writeln!(out, "  {rows} changes tried, which is the limit: a smaller one may have been missed")
        }
    };
    Ok(out)
}

fn waterfall(
    worker: &mut Worker<'_>,
    job: &Job,
    values: &[f64],
    language: &str,
    place: &str,
) -> Result<String> {
    let bundle = job.bundle();
    let decision = worker.evaluator().decide_with(1, values, Options { reasons: true, trace: true })?;
    let Some(decision) = decision.first() else { return Ok(String::new()) };
    let mut out = format!("{place}   {} {}\n", bundle.meta.name, bundle.meta.version);
    for (index, score) in bundle.scores.iter().enumerate() {
        headline(&mut out, bundle, decision, index);
        if score.reasons.is_some() && outcome::is_of_its_own_model(bundle, decision, index) {
            let number = u32::try_from(index).unwrap_or(u32::MAX);
            let contributions = worker.evaluator().contributions(1, values, number)?;
            bars(&mut out, bundle, score, values, &contributions);
        }
        reasons(&mut out, bundle, decision, index, language);
    }
    outcome::tell(&mut out, bundle, decision, language);
    if !decision.absent.is_empty() {
        out.push_str("\nAbsent\n");
        for &(field, state) in &decision.absent {
            if let Some(field) = bundle.fields.get(field as usize) {
                // Writing into a String cannot fail.
                let _ = writeln!(out, "  {}: {}", field.name, state_name(state));
            }
        }
    }
    let _ = writeln!(out, "\nresult digest {}", decision.digest());
    Ok(out)
}

fn headline(out: &mut String, bundle: &Bundle, decision: &Decision, index: usize) {
    let (Some(score), Some(result)) = (bundle.scores.get(index), decision.scores.get(index)) else { return };
    let mut parts = Vec::new();
    parts.extend(result.score.map(|score| format!("score {}", figure(score))));
    parts.extend(result.pd.map(|pd| format!("PD {:.2} %", pd * 100.0)));
    let band = result.band.and_then(|band| score.bands.get(band as usize));
    parts.extend(band.map(|band| format!("band {}", band.name)));
    parts.extend(result.margin.map(|margin| format!("margin {}", figure(margin))));
    let _ = writeln!(out, "\n{}   {}\n", score.name, parts.join("   "));
}

fn bars(out: &mut String, bundle: &Bundle, score: &ScoreOutput, values: &[f64], contributions: &[f64]) {
    let Some(spec) = &score.reasons else { return };
    let Some((parts, rest)) = contributions.split_at_checked(spec.groups.len()) else { return };
    let Some((&baseline, errors)) = rest.split_first() else { return };
    if parts.iter().any(|part| !part.is_finite()) {
        return;
    }
    let mut names = inputs(bundle, spec);
    let columns = spec.columns(&bundle.graph);
    let mut order: Vec<usize> = (0..parts.len()).collect();
    // A group that plays as one is drawn once, where its first column stands, and has no value of its own.
    let several = |index: usize| {
        let same = spec.groups.iter().filter(|&&group| group == spec.groups[index]);
        spec.method.plays() && same.count() > 1
    };
    order.retain(|&index| !several(index) || !spec.groups[..index].contains(&spec.groups[index]));
    for &index in order.iter().filter(|&&index| several(index)) {
        let group = bundle.groups.get(spec.groups[index] as usize);
        names[index] = group.map_or_else(String::new, |group| group.code.clone());
    }
    order.sort_by(|&a, &b| parts[b].abs().total_cmp(&parts[a].abs()));
    let (drawn, rest) = order.split_at(order.len().min(DRAWN));
    let largest = parts.iter().fold(0.0_f64, |largest, part| largest.max(part.abs()));
    let reference = match spec.method {
        ReasonMethod::PointsFromMaximum => "most points there are",
        ReasonMethod::PointsFromAverage | ReasonMethod::Linear => "the population's average",
        ReasonMethod::TreeShap => "the training data's average",
        ReasonMethod::Shapley | ReasonMethod::Permutation => "the reference rows' average",
    };
    let mut lines = vec![(reference.to_owned(), String::new(), baseline, None)];
    for &index in drawn {
        let name = names.get(index).cloned().unwrap_or_default();
        let column = columns.get(index).filter(|_| !several(index));
        let value = column.map_or_else(String::new, |&id| shown(bundle, id, values));
        lines.push((name, value, parts[index], Some(errors.get(index).copied().unwrap_or(0.0))));
    }
    if !rest.is_empty() {
        let sum = rest.iter().fold(0.0, |sum, &index| sum + parts[index]);
        lines.push((format!("{} others", rest.len()), String::new(), sum, Some(0.0)));
    }
    let total = parts.iter().fold(baseline, |sum, part| sum + part);
    lines.push(("together".to_owned(), String::new(), total, None));

    let width = term::width();
    let room = |share: usize| width * share / 100;
    let fit = |texts: &mut dyn Iterator<Item = usize>, most: usize| texts.max().unwrap_or(0).min(most);
    let wide = fit(&mut lines.iter().map(|line| line.0.width()), room(38));
    let value_wide = fit(&mut lines.iter().map(|line| line.1.width()), room(20));
    let bar_wide = width.saturating_sub(wide + value_wide + 18).clamp(10, 40);
    let higher_is_worse = spec.higher_is_worse;
    for (name, value, amount, part) in lines {
        let is_part = part.is_some();
        let (name, value) = (fill(&name, wide), fill(&value, value_wide));
        let text = if is_part { format!("{:+}", Figure(amount)) } else { figure(amount) };
        let _ = write!(out, "  {name}  {value}  {text:>11}");
        if is_part && largest > 0.0 {
            let bar = bar(amount.abs() / largest, bar_wide);
            let adverse = (amount > 0.0) == higher_is_worse;
            let colour = if adverse { "\u{1b}[31m" } else { "\u{1b}[32m" };
            let _ = match (term::colours(), bar.is_empty()) {
                (_, true) => Ok(()),
                (true, false) => write!(out, "  {colour}{bar}\u{1b}[0m"),
                (false, false) => write!(out, "  {}{bar}", if adverse { "▼ " } else { "▲ " }),
            };
        }
        if let Some(error) = part.filter(|&error| error > 0.0) {
            let _ = write!(out, "  ± {}", figure(error));
        }
        out.push('\n');
    }
}

fn reasons(out: &mut String, bundle: &Bundle, decision: &Decision, index: usize, language: &str) {
    let Some(reasons) = decision.scores.get(index).and_then(|result| result.reasons.as_ref()) else { return };
    if reasons.is_empty() {
        out.push_str("\n  no adverse reason\n");
        return;
    }
    out.push_str("\n  reasons\n");
    for (place, reason) in reasons.iter().enumerate() {
        if let Some(group) = bundle.groups.get(reason.group as usize) {
            let text = text_for(&group.texts, language).unwrap_or_default();
            let _ = writeln!(out, "  {}. {}  {text}", place + 1, group.code);
        }
    }
}

/// A field's value as the record had it; nothing for a node's output.
fn shown(bundle: &Bundle, column: u32, values: &[f64]) -> String {
    let column = origin(bundle, column);
    match (bundle.fields.get(column as usize), values.get(column as usize)) {
        (Some(field), Some(&value)) => value::text(field, value),
        _ => String::new(),
    }
}

/// A bar of `share` of `width` cells, in eighths.
fn bar(share: f64, width: usize) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 8 × width")]
    let eighths = (share.clamp(0.0, 1.0) * (width * 8) as f64).round() as usize;
    "█".repeat(eighths / 8) + EIGHTHS[eighths % 8]
}

/// A text in exactly `width` cells of the terminal: cut, or filled up. A Chinese character takes two.
fn fill(text: &str, width: usize) -> String {
    let mut out = String::new();
    let mut used = 0;
    let whole = text.width() <= width;
    for letter in text.chars() {
        let next = used + letter.width().unwrap_or(0);
        if !whole && next + 1 > width {
            out.push('…');
            used += 1;
            break;
        }
        out.push(letter);
        used = next;
    }
    out + &" ".repeat(width.saturating_sub(used))
}

/// A figure for reading.
struct Figure(f64);

impl std::fmt::Display for Figure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = match (f.sign_plus(), self.0 < 0.0) {
            (_, true) => "−",
            (true, false) => "+",
            (false, false) => "",
        };
        let text = figure(self.0.abs());
        write!(f, "{sign}{text}")
    }
}

fn figure(value: f64) -> String {
    let decimals = match value.abs() {
        _ if value.fract() == 0.0 => 0,
        size if size < 10.0 => 4,
        size if size < 1000.0 => 2,
        _ => 1,
    };
    format!("{value:.decimals$}").replace('-', "−")
}
