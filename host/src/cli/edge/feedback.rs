//! `scorelet edge feedback`: outcomes of decisions, from a CSV.

use std::io::Read;
use std::path::{Path, PathBuf};

use scorelet_core::record::date;
use serde_json::json;

use super::args::FeedbackArgs;
use super::{Worker, term};
use crate::cli::args::OnError;
use crate::cli::table::grouped;
use crate::edge::{Call, Content, EdgeError, Method, Route, clean};
use crate::error::{HostError, Result, exit};
use crate::input::{self, Cells};

const COLUMNS: [&str; 3] = ["decision", "label", "date"];
const LABELS: [&str; 3] = ["good", "bad", "indeterminate"];
/// Refused rows that are named; the rest is counted.
const NAMED: u64 = 20;

/// A row of the file.
#[derive(Debug, PartialEq)]
struct Outcome {
    line: usize,
    decision: String,
    label: String,
    date: String,
}

pub(super) fn run(worker: &Worker, args: &FeedbackArgs) -> Result<u8> {
    let (name, text) = read(&args.input)?;
    // The whole file is checked before its first row is sent.
    let outcomes = outcomes(&text, &name)?;
    let (mut sent, mut refused) = (0_u64, 0_u64);
    for outcome in &outcomes {
        let content = json!({"decision": outcome.decision, "label": outcome.label, "date": outcome.date});
        let route = Route::new(&["v1", "feedback"]);
        // Idempotent by decision and date, so that the same file may be sent again as well.
        match worker.client.json(&Call::idempotent(Method::Post, route, Content::Json(content))) {
            Ok(_) => sent += 1,
            Err(error @ EdgeError::Refused { .. }) if args.on_error == OnError::Skip && of_row(&error) => {
                refused += 1;
                if refused <= NAMED {
                    let line = outcome.line;
                    term::say(&format!("refused: [{}] {name}, line {line}: {error}", error.code()));
                }
            }
            Err(error) => {
                let (line, rows) = (outcome.line, grouped(sent));
                term::say(&format!("{name}, line {line}: stopped; {rows} rows before it were taken"));
                return Err(error.into());
            }
        }
    }
    let left_out = if refused > 0 { format!(", {} refused", grouped(refused)) } else { String::new() };
    if worker.json {
        term::print(&format!("{:#}\n", json!({"sent": sent, "refused": refused})))?;
    } else {
        let outcomes = if sent == 1 { "outcome" } else { "outcomes" };
        term::print(&format!("{} {outcomes} sent{left_out}\n", grouped(sent)))?;
    }
    Ok(if refused > 0 { exit::DIFFERENCE } else { exit::OK })
}

/// Whether a refusal is about the row: a decision that is not there, say, and not a key that may not send any.
fn of_row(error: &EdgeError) -> bool {
    let EdgeError::Refused { problem, .. } = error else { return false };
    matches!(problem.status, 400 | 404 | 409 | 410 | 422)
}

fn read(path: &Path) -> Result<(String, Vec<u8>)> {
    let failed = |error| HostError::Read { path: path.to_owned(), error };
    if path == Path::new("-") {
        let mut text = Vec::new();
        let failed = |error| HostError::Read { path: PathBuf::from("stdin"), error };
        std::io::stdin().lock().read_to_end(&mut text).map_err(failed)?;
        return Ok(("standard input".to_owned(), text));
    }
    Ok((path.display().to_string(), std::fs::read(path).map_err(failed)?))
}

/// The rows of the CSV.
fn outcomes(text: &[u8], name: &str) -> Result<Vec<Outcome>> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let wrong = |line: usize, what: String, mend: &str| HostError::Input {
        place: format!("{name}, line {line}"),
        what,
        mend: mend.to_owned(),
    };
    let mut lines = Lines { text, at: 0, line: 1 };
    let (_, header) = lines.next().unwrap_or_default();
    let mut places = [0; 3];
    for (place, column) in places.iter_mut().zip(COLUMNS) {
        let found = header.iter().position(|cell| cell.trim().eq_ignore_ascii_case(column));
        let missing = || {
            let what = format!("there is no column `{column}`");
            wrong(1, what, "give a CSV with the columns decision, label and date")
        };
        *place = found.ok_or_else(missing)?;
    }
    let mut outcomes = Vec::new();
    for (line, cells) in lines {
        if cells.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let cell = |place: usize| cells.get(place).map(|cell| cell.trim().to_owned()).unwrap_or_default();
        let [decision, label, date] = places.map(cell);
        if decision.is_empty() {
            return Err(wrong(
                line,
                "there is no decision".to_owned(),
                "give the id that the worker answered with",
            ));
        }
        if !LABELS.contains(&label.as_str()) {
            let what = format!("`{}` is no label", clean(&label));
            return Err(wrong(line, what, "write good, bad or indeterminate"));
        }
        if date::parse(&date).is_none() {
            return Err(wrong(line, format!("`{}` is no date", clean(&date)), "write it as 2026-01-31"));
        }
        outcomes.push(Outcome { line, decision, label, date });
    }
    Ok(outcomes)
}

/// Records of a CSV with the line that each begins in.
struct Lines<'a> {
    text: &'a [u8],
    at: usize,
    line: usize,
}

impl Iterator for Lines<'_> {
    type Item = (usize, Vec<String>);

    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.text.len() {
            return None;
        }
        let mut cells = Cells::starting_at(self.text, b',', self.at);
        let (mut record, mut scratch) = (Vec::new(), Vec::new());
        while let Some(cell) = cells.next(&mut scratch) {
            let bytes = match cell {
                input::Cell::Plain(range) => self.text.get(range).unwrap_or_default(),
                input::Cell::Unescaped => &scratch,
            };
            record.push(String::from_utf8_lossy(bytes).into_owned());
        }
        let (line, begin) = (self.line, self.at);
        self.at = cells.end();
        let read = self.text.get(begin..self.at).unwrap_or_default();
        self.line += read.iter().filter(|&&byte| byte == b'\n').count();
        Some((line, record))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_by_their_header() {
        let text = b"\xef\xbb\xbfdate,note,Decision,label\r\n2026-01-31,\"a,\nb\",d1,good\r\n\r\n2026-02-01,,d2,bad\n";
        let rows = outcomes(text, "f.csv").unwrap();
        let row = |line, decision: &str, label: &str, date: &str| Outcome {
            line,
            decision: decision.to_owned(),
            label: label.to_owned(),
            date: date.to_owned(),
        };
        assert_eq!(rows, [row(2, "d1", "good", "2026-01-31"), row(5, "d2", "bad", "2026-02-01")]);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        for (text, place, what) in [
            ("", "f.csv, line 1", "no column `decision`"),
            ("decision,label\n", "f.csv, line 1", "no column `date`"),
            ("decision,label,date\nd1,good,2026-01-31\n,good,2026-01-31\n", "f.csv, line 3", "no decision"),
            ("decision,label,date\nd1,fine,2026-01-31\n", "f.csv, line 2", "`fine` is no label"),
            ("decision,label,date\nd1,bad,31.01.2026\n", "f.csv, line 2", "`31.01.2026` is no date"),
            ("decision,label,date\nd1,bad,2026-02-30\n", "f.csv, line 2", "`2026-02-30` is no date"),
            ("decision,label,date\nd1\n", "f.csv, line 2", "`` is no label"),
        ] {
            let error = outcomes(text.as_bytes(), "f.csv").unwrap_err();
            assert_eq!(error.place(), place);
            assert!(error.to_string().contains(what), "{error}");
        }
    }
}
