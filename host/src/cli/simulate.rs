//! `scorelet simulate`: what would change if one bundle took another's place.

pub(super) mod args;
mod summary;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use scorelet_core::bundle::ScoreOutput;

use super::args::{ModelArgs, OnError};
use super::{resolve, term};
use crate::approval::Bar;
use crate::error::{HostError, Result, exit};
use crate::input::{Header, nearest};
use crate::model::Model;
use crate::simulate::economics::{Economics, PdOf};
use crate::simulate::{Ask, Both, Compared, Plan, Report, Table, compared, page, read};
use args::SimulateArgs;

pub(super) fn run(args: &SimulateArgs) -> Result<u8> {
    let ask = ask(args)?;
    let open = |model: &PathBuf, key: &Option<PathBuf>| {
        resolve::scorable(&ModelArgs { model: model.clone(), key: key.clone() })
    };
    let (a, b) = (open(&args.bundle_a, &args.key_a)?, open(&args.bundle_b, &args.key_b)?);
    let sides = Both {
        a: Side::new(&a.0, &args.bundle_a, args.approve_a.as_ref().or(args.approve.as_ref()), args)?,
        b: Side::new(&b.0, &args.bundle_b, args.approve_b.as_ref().or(args.approve.as_ref()), args)?,
    };
    never_scored(&ask, &sides)?;
    expected(&ask, &sides)?;

    let (input, line) = resolve::table(&args.input)?;
    let header = |model: &Model| {
        let of = |line: &Vec<u8>| {
            Header::new(line, input.delimiter, &model.bundle.fields, args.input.absent_columns, &input.name)
        };
        line.as_ref().map(of).transpose()
    };
    let headers = match (header(&a.0)?, header(&b.0)?) {
        (Some(a), Some(b)) => Some(Both { a, b }),
        _ => None,
    };
    let (engine, _runtime) = resolve::engine(&args.engine, 2)?;
    let table = Table { name: input.name.clone(), headers, delimiter: input.delimiter, cutter: input.cutter };
    let engines = Both {
        a: (&a.0.bundle, engine.open(&a.0, a.1.as_ref())?, sides.a.plan.clone()),
        b: (&b.0.bundle, engine.open(&b.0, b.1.as_ref())?, sides.b.plan.clone()),
    };
    let applicants = read(&ask, table, engines)?;
    let bundles = sides.map(|side| side.compared);
    let report = Report::of(bundles, input.name, &applicants, ask.economics.as_ref());

    if let Some(path) = &args.html {
        std::fs::write(path, page(&report))
            .map_err(|error| HostError::Write { path: path.clone(), error })?;
    }
    if args.json {
        let json = serde_json::to_string_pretty(&report).unwrap_or_default();
        term::print(&(json + "\n"))?;
    } else {
        term::print(&summary::text(&report))?;
    }
    if let Some(path) = &args.html {
        term::say(&format!("the report with its charts is in {}", path.display()));
    }
    Ok(if report.left_out[2] > 0 { exit::DIFFERENCE } else { exit::OK })
}

/// What the flags ask of the input.
fn ask(args: &SimulateArgs) -> Result<Ask> {
    let split = |text: &str| {
        let (name, value) = text.split_once('=')?;
        Some((name.trim().to_owned(), value.trim().to_owned()))
    };
    let attribute = |text: &String| {
        split(text).filter(|(name, value)| !name.is_empty() && !value.is_empty()).ok_or_else(|| {
            HostError::Usage {
                what: format!("--fairness {text}: there is no reference group"),
                mend: "write it as --fairness sex=male".to_owned(),
            }
        })
    };
    Ok(Ask {
        outcome: args.outcome_column.as_ref().map(|text| match split(text) {
            Some((name, bad)) => (name, Some(bad)),
            None => (text.trim().to_owned(), None),
        }),
        segments: args.segment.clone(),
        attributes: args.fairness.iter().map(attribute).collect::<Result<_>>()?,
        economics: args.economics.as_deref().map(Economics::load).transpose()?,
        skip: args.on_error == OnError::Skip,
    })
}

/// A bundle of the simulation, with how a side is read of it.
struct Side {
    model: Arc<Model>,
    path: PathBuf,
    plan: Plan,
    compared: Compared,
}

impl Side {
    fn new(model: &Arc<Model>, path: &Path, bar: Option<&Bar>, args: &SimulateArgs) -> Result<Self> {
        let bundle = &model.bundle;
        let place = path.display().to_string();
        let approval = resolve::approval(bar, bundle, path)?;
        let score = compared(bundle, args.score.as_deref());
        if let (Some(name), None) = (&args.score, score) {
            let names: Vec<&str> = bundle.scores.iter().map(|score| score.name.as_str()).collect();
            let near = nearest(name, names.iter().copied());
            return Err(HostError::Usage {
                what: format!("--score {name}: {place} has no such score"),
                mend: near.map_or_else(
                    || format!("it has {}", names.join(", ")),
                    |near| format!("is it `{near}`?"),
                ),
            });
        }
        let compared = Compared {
            name: format!("{} {}", bundle.meta.name, bundle.meta.version),
            digest: bundle.digest.to_string(),
            approval: approval.text.clone(),
            score: score.map(|score| score.name.clone()),
            bands: score.map(bands).unwrap_or_default(),
        };
        let plan = Plan { approval, score: score.cloned() };
        Ok(Self { model: model.clone(), path: path.to_owned(), plan, compared })
    }
}

fn bands(score: &ScoreOutput) -> Vec<String> {
    let there = score.bands.iter().filter(|_| score.band.is_some());
    there.map(|band| band.name.clone()).collect()
}

/// A declared attribute must not be what a bundle scores: fairness by it would be asked of the model itself.
fn never_scored(ask: &Ask, sides: &Both<Side>) -> Result<()> {
    for (name, _) in &ask.attributes {
        for side in [&sides.a, &sides.b] {
            if side.model.bundle.field(name).is_some() {
                return Err(HostError::Usage {
                    what: format!("--fairness {name}: {} reads `{name}` as a field", side.path.display()),
                    mend: "declare an attribute that no bundle scores; --segment tells figures by a field"
                        .to_owned(),
                });
            }
        }
    }
    Ok(())
}

/// Expected figures need a PD.
fn expected(ask: &Ask, sides: &Both<Side>) -> Result<()> {
    let Some(economics) = &ask.economics else { return Ok(()) };
    for (side, needed) in [(&sides.a, economics.pd != PdOf::B), (&sides.b, economics.pd != PdOf::A)] {
        if needed && side.plan.score.as_ref().is_none_or(|score| score.pd.is_none()) {
            return Err(HostError::Usage {
                what: format!("--economics: {} has no PD in the compared score", side.path.display()),
                mend: "name a score with a PD (--score), or take the other bundle's: pd = \"a\" or \"b\" in the file"
                    .to_owned(),
            });
        }
    }
    Ok(())
}
