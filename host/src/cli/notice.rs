//! `scorelet notice`: the adverse action notice of a decision.

pub(super) mod args;

use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use scorelet_core::decision::Decision;
use scorelet_core::notice::Notice;
use scorelet_core::record::date;
use serde_json::Value;

use super::args::{InputArgs, ModelArgs};
use super::{applicant, resolve, term};
use crate::counterfactual;
use crate::error::{HostError, Result, exit};
use crate::model::Model;
use crate::notice::{Beside, Blanks, Declined, decision, write};
use crate::score::{Job, Plan, Request, Shape, Worker};
use args::NoticeArgs;

/// Bytes of a file of decisions at most.
const MOST: u64 = 256 << 20;

pub(super) fn run(args: &NoticeArgs) -> Result<u8> {
    let (model, key) = resolve::model(&ModelArgs { model: args.model.clone(), key: args.key.clone() })?;
    let bundle = &model.bundle;
    let place = format!("{}, decision {}", args.decision.display(), args.row);
    let json = nth(&args.decision, args.row)?;
    let found = decision(&json, bundle, &place)?;
    let language = args.lang.clone().or_else(|| bundle.meta.languages.first().cloned()).unwrap_or_default();
    let (date, scored_on) = dates(args)?;
    let blanks = Blanks {
        lender: args.lender.clone(),
        applicant: args.applicant.clone(),
        bureau: args.bureau.clone(),
        agency: args.agency.clone(),
        date,
        scored_on,
    };
    let bar = args.approve.as_ref();
    let bar = bar.map(|bar| resolve::approval(Some(bar), bundle, &args.model)).transpose()?;
    let declined = Declined { bar, by_person: args.declined };
    // A decision that gets no notice is refused before anything is searched for.
    let (mut letter, named) =
        write(bundle, &found, &declined, &blanks, &Beside::default(), &language, &place)?;
    if let Some(record) = &args.record {
        let beside = beside(args, &model, key.as_ref(), record, &found)?;
        (letter, _) = write(bundle, &found, &declined, &blanks, &beside, &language, &place)?;
    }
    for group in named.unspecific.iter().filter_map(|&group| bundle.groups.get(group as usize)) {
        term::say(&format!(
            "the reason {} is left out: it says no more than that a policy or a score was not met (12 CFR 1002.9(b)(2))",
            group.code
        ));
    }
    match &args.html {
        Some(path) => {
            let failed = |error| HostError::Write { path: path.clone(), error };
            std::fs::write(path, letter.page()).map_err(failed)?;
            term::say(&format!("the notice is in {}", path.display()));
        }
        None => term::print(&letter.text(term::width().min(88)))?,
    }
    Ok(exit::OK)
}

/// Decision `row` of a file: one decision, an array of them, or one a line.
fn nth(path: &Path, row: u64) -> Result<Value> {
    let failed = |error| HostError::Read { path: path.to_owned(), error };
    let mut text = Vec::new();
    let input: Box<dyn Read> = if path == Path::new("-") {
        Box::new(std::io::stdin())
    } else {
        Box::new(std::fs::File::open(path).map_err(failed)?)
    };
    input.take(MOST + 1).read_to_end(&mut text).map_err(failed)?;
    let refuse = |what: String| {
        Err(HostError::Input {
            place: path.display().to_string(),
            what,
            mend: "give decisions as JSON or NDJSON, and --row to name one".to_owned(),
        })
    };
    if text.len() as u64 > MOST {
        return refuse(format!("it is larger than {} MiB", MOST >> 20));
    }
    let mut before = 0;
    for value in serde_json::Deserializer::from_slice(&text).into_iter::<Value>() {
        let mut values = match value {
            Ok(Value::Array(values)) => values,
            Ok(value) => vec![value],
            Err(error) => return refuse(format!("it is not JSON: {error}")),
        };
        let wanted = usize::try_from(row - 1 - before).unwrap_or(usize::MAX);
        if wanted < values.len() {
            return Ok(values.swap_remove(wanted));
        }
        before += values.len() as u64;
    }
    refuse(format!("there is no decision {row}: it has {before}"))
}

/// The dates of the letter and of the score.
fn dates(args: &NoticeArgs) -> Result<(String, String)> {
    let checked = |flag: &str, given: &String| match date::parse(given) {
        Some(_) => Ok(given.clone()),
        None => Err(HostError::Usage {
            what: format!("{flag} {given}: there is no such date"),
            mend: "write it as YYYY-MM-DD".to_owned(),
        }),
    };
    let letter = match &args.date {
        Some(given) => checked("--date", given)?,
        None => {
            let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_secs());
            date::format((seconds / 86_400) as f64).unwrap_or_default()
        }
    };
    let scored = args.scored_on.as_ref().map(|given| checked("--scored-on", given)).transpose()?;
    Ok((letter.clone(), scored.unwrap_or(letter)))
}

/// The record of the decision, and the smallest change if that was asked for.
fn beside(
    args: &NoticeArgs,
    model: &Arc<Model>,
    key: Option<&[u8; 32]>,
    record: &Path,
    decided: &Decision,
) -> Result<Beside> {
    let bundle = &model.bundle;
    let input = InputArgs {
        input: record.to_owned(),
        input_format: None,
        delimiter: ",".to_owned(),
        absent_columns: false,
    };
    let mut input = resolve::input(&input, model)?;
    let (engine, _runtime) = resolve::engine(&args.engine, 1)?;
    let plan = Plan::new(bundle, &Request::default());
    let job = Job::new(model.clone(), plan, Shape::Csv, input.header.take(), input.delimiter);
    let mut worker = Worker::new(&job, engine.open(model, key)?)?;
    input.cutter.limit_records(bundle.fields.len());
    let applicant = applicant::read(&mut worker, &mut input.cutter, &input.name, args.row)?;
    let evaluator = worker.evaluator();
    evaluator.events(&applicant.events)?;
    let again = evaluator.decide(1, &applicant.values, true)?;
    if again.first().map(Decision::digest) != Some(decided.digest()) {
        return Err(HostError::Input {
            place: applicant.place,
            what: "this record does not come to that decision".to_owned(),
            mend: "give the record that was decided on, in the same row".to_owned(),
        });
    }
    let mut beside = Beside { values: Some(applicant.values), change: None };
    if args.counterfactual {
        let approval = resolve::approval(args.approve.as_ref(), bundle, &args.model)?;
        let notice = Notice::of(bundle).map_err(|error| HostError::core(error, bundle.meta.name.clone()))?;
        let actions = counterfactual::actions(bundle, &notice, &args.may_change)?;
        let values = beside.values.as_deref().unwrap_or_default();
        let search = counterfactual::find(evaluator, bundle, values, &applicant.events, &approval, &actions)?;
        beside.change = Some(search);
    }
    Ok(beside)
}
