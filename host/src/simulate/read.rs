//! One pass over the input with both engines.

use std::collections::HashSet;
use std::io::Read;

use scorelet_core::bundle::Bundle;
use scorelet_core::record::text::FieldReader;

use super::economics::Economics;
use super::record::{Extras, Projected};
use super::side::Columns;
use super::{Applicants, Both, Labels, Side};
use crate::error::{HostError, Result};
use crate::evaluate::Evaluator;
use crate::input::{Block, Checker, Chunk, CsvReader, Cutter, Header, JsonReader, Reader, Source};

/// What is asked of the input beside the scores.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    /// The column of outcomes, and the value that is bad (if none, what means yes).
    pub outcome: Option<(String, Option<String>)>,
    /// Columns whose values are segments.
    pub segments: Vec<String>,
    /// Declared attributes with their reference groups.
    pub attributes: Vec<(String, String)>,
    /// Economics.
    pub economics: Option<Economics>,
    /// Whether a row that cannot be scored is left out, instead of ending the run.
    pub skip: bool,
}

/// One of the bundles with its engine, its readers and its buffers.
struct Engine<'a> {
    reader: Reader<'a>,
    evaluator: Evaluator,
    columns: Columns,
    block: Block,
    values: Vec<f64>,
}

impl Engine<'_> {
    fn score(&mut self, text: &[u8]) -> Result<()> {
        self.reader.read(text, &mut self.block);
        self.values.clear();
        if self.block.rows > 0 {
            self.evaluator.events(&self.block.events)?;
            self.evaluator.score_columns(self.block.rows, &self.block.values, &mut self.values)?;
        }
        Ok(())
    }

    fn side(&self, row: usize) -> Side {
        self.columns.side(&self.values, self.block.rows, row)
    }
}

/// What the input is.
pub struct Table<R> {
    /// Its name for messages.
    pub name: String,
    /// The header of a CSV for each bundle; `None` for JSON.
    pub headers: Option<Both<Header>>,
    /// Delimiter of a CSV.
    pub delimiter: u8,
    /// Its records.
    pub cutter: Cutter<R>,
}

/// Reads and scores every row. `sides` are the bundles with their engines, and how a side is read of each.
///
/// # Errors
/// A column that is not there; a row that cannot be scored (unless it is skipped); an outcome that is none; a reference group that
/// nobody is in; an input without a row that both can score; whatever an engine refuses.
pub fn read<R: Read>(
    ask: &Ask,
    mut table: Table<R>,
    sides: Both<(&Bundle, Evaluator, super::side::Plan)>,
) -> Result<Applicants> {
    let mut names: Vec<String> = ask.segments.clone();
    names.extend(ask.attributes.iter().map(|(name, _)| name.clone()));
    names.extend(ask.outcome.iter().map(|(name, _)| name.clone()));
    names.extend(ask.economics.iter().flat_map(|economics| economics.columns().map(str::to_owned)));
    names.sort_unstable();
    names.dedup();
    let header = table.headers.as_ref().map(|headers| headers.a.names.clone());
    let mut extras = Extras::new(names, header.as_deref(), table.delimiter, &table.name)?;

    let fields = Both { a: names_of(sides.a.0), b: names_of(sides.b.0) };
    table.cutter.limit_records(fields.a.len().max(fields.b.len()));
    let readers = Both { a: readers(sides.a.0), b: readers(sides.b.0) };
    let headers = table.headers.take();
    let headers = Both { a: headers.as_ref().map(|h| &h.a), b: headers.as_ref().map(|h| &h.b) };
    let mut a = engine(sides.a, &readers.a, headers.a, table.delimiter)?;
    let mut b = engine(sides.b, &readers.b, headers.b, table.delimiter)?;
    let json = headers.a.is_none();

    let mut found = Found { ask, texts: vec![Vec::new(); extras.len()], applicants: Applicants::default() };
    let (mut chunk, mut projected) = (Chunk::default(), Projected::default());
    let (mut rows, mut lines) = (0, u64::from(!json));
    let failed = |error| Source::failed(&table.name, error);
    while table.cutter.next(&mut chunk).map_err(failed)? {
        if json {
            projected.fill(&chunk.text, &fields, &mut extras);
            a.score(&projected.texts.0)?;
            b.score(&projected.texts.1)?;
        } else {
            a.score(&chunk.text)?;
            b.score(&chunk.text)?;
        }
        if !ask.skip {
            refuse(&a.block, &table.name, "the first bundle", rows, lines)?;
            refuse(&b.block, &table.name, "the second bundle", rows, lines)?;
        }
        let mut both = 0;
        for (row, number) in a.block.numbers.iter().enumerate() {
            let Ok(other) = b.block.numbers.binary_search(number) else { continue };
            both += 1;
            let texts = if json {
                usize::try_from(*number)
                    .ok()
                    .and_then(|at| projected.extras.get(at).cloned())
                    .unwrap_or_default()
            } else {
                let record = a.block.texts.get(row).and_then(|range| chunk.text.get(range.clone()));
                extras.csv(record.unwrap_or_default())
            };
            let place = || format!("{}, row {}", table.name, rows + number + 1);
            found.add(a.side(row), b.side(other), texts, &extras, place)?;
        }
        let left_out = &mut found.applicants.left_out;
        left_out[0] += a.block.bad_count;
        left_out[1] += b.block.bad_count;
        left_out[2] += a.block.rows_seen - both;
        rows += a.block.rows_seen;
        lines += a.block.lines_seen;
    }
    if found.applicants.a.is_empty() {
        let what = match rows {
            0 => "it has no row: there is nothing to simulate".to_owned(),
            rows => format!("none of its {rows} rows can be scored by both bundles"),
        };
        let mend = "`scorelet score` with each bundle tells what it refuses".to_owned();
        return Err(HostError::Input { place: table.name, what, mend });
    }
    if let Some(name) = extras.never_seen() {
        let what = format!("no record has a member `{name}`");
        return Err(HostError::Input {
            place: table.name,
            what,
            mend: "name members of the records".to_owned(),
        });
    }
    found.finish(&extras, &table.name)
}

fn names_of(bundle: &Bundle) -> HashSet<String> {
    bundle.fields.iter().map(|field| field.name.clone()).collect()
}

fn readers(bundle: &Bundle) -> Vec<FieldReader> {
    bundle.fields.iter().map(FieldReader::new).collect()
}

fn engine<'a>(
    (bundle, mut evaluator, plan): (&'a Bundle, Evaluator, super::side::Plan),
    readers: &'a [FieldReader],
    header: Option<&'a Header>,
    delimiter: u8,
) -> Result<Engine<'a>> {
    let columns = Columns::new(plan);
    evaluator.select(&columns.selected)?;
    let checker = Checker::new(bundle);
    let reader = match header {
        Some(header) => Reader::Csv(CsvReader::new(header, readers, delimiter, checker)),
        None => Reader::Json(JsonReader::new(&bundle.fields, readers, checker)),
    };
    Ok(Engine { reader, evaluator, columns, block: Block::default(), values: Vec::new() })
}

/// The first row of a chunk that a bundle cannot score, as an error.
fn refuse(block: &Block, name: &str, bundle: &str, rows: u64, lines: u64) -> Result<()> {
    let Some(bad) = block.bad.first() else { return Ok(()) };
    let column = bad.column.as_ref().map_or_else(String::new, |column| format!(", column {column}"));
    Err(HostError::Row {
        row: rows + bad.row + 1,
        place: format!("{name}:{}{column}", lines + bad.line + 1),
        code: bad.code,
        what: format!("{} (by {bundle})", bad.what),
        mend: format!("{}; or --on-error skip leaves such rows out", bad.mend),
    })
}

/// What has been read so far.
struct Found<'a> {
    ask: &'a Ask,
    /// The texts of each extra column that becomes groups.
    texts: Vec<Vec<String>>,
    applicants: Applicants,
}

impl Found<'_> {
    fn add(
        &mut self,
        a: Side,
        b: Side,
        texts: Vec<String>,
        extras: &Extras,
        place: impl Fn() -> String,
    ) -> Result<()> {
        let text = |name: &str| texts.get(extras.index(name)).map_or("", String::as_str);
        if let Some((name, bad)) = &self.ask.outcome {
            let found = outcome(text(name), bad.as_deref()).ok_or_else(|| HostError::Input {
                place: place(),
                what: format!("`{}` in column `{name}` is no outcome", text(name)),
                mend: format!("use 1 and 0, or name the value that is bad: --outcome-column {name}=VALUE"),
            })?;
            self.applicants.bad.push(found);
        }
        if let Some(economics) = &self.ask.economics {
            self.applicants.terms.push(economics.terms(text));
        }
        self.applicants.a.push(a);
        self.applicants.b.push(b);
        for (column, text) in self.texts.iter_mut().zip(texts) {
            column.push(text);
        }
        Ok(())
    }

    fn finish(self, extras: &Extras, name: &str) -> Result<Applicants> {
        let Self { ask, texts, mut applicants } = self;
        let refuse =
            |what: String, mend: String| Err(HostError::Input { place: name.to_owned(), what, mend });
        let of = |name: &str| texts.get(extras.index(name)).map_or(&[][..], Vec::as_slice);
        for segment in &ask.segments {
            applicants.segments.push(Labels::segment(segment, of(segment)));
        }
        for (attribute, reference) in &ask.attributes {
            let labels = Labels::exact(attribute, of(attribute));
            if !labels.groups.contains(reference) {
                let what = format!("nobody's `{attribute}` is `{reference}`");
                let known: Vec<&str> = labels.groups.iter().take(8).map(String::as_str).collect();
                return refuse(what, format!("its values are {}", known.join(", ")));
            }
            applicants.attributes.push((labels, reference.clone()));
        }
        if let Some((column, bad)) = &ask.outcome
            && !applicants.bad.contains(&Some(true))
        {
            let value = bad.as_deref().unwrap_or("1");
            let what = format!("no row is bad: no value of `{column}` is `{value}`");
            return refuse(what, format!("name the value that is bad: --outcome-column {column}=VALUE"));
        }
        Ok(applicants)
    }
}

/// Whether an outcome is bad; the inner `None` if it is not known, the outer one if the text is no outcome.
#[allow(clippy::option_option, reason = "both are needed")]
fn outcome(text: &str, bad: Option<&str>) -> Option<Option<bool>> {
    let text = text.trim();
    if text.is_empty() {
        return Some(None);
    }
    match bad {
        Some(bad) => Some(Some(text == bad)),
        None if text == "1" || text.eq_ignore_ascii_case("true") => Some(Some(true)),
        None if text == "0" || text.eq_ignore_ascii_case("false") => Some(Some(false)),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::outcome;

    #[test]
    fn outcomes() {
        assert_eq!(outcome(" ", None), Some(None));
        assert_eq!((outcome("1", None), outcome("False", None)), (Some(Some(true)), Some(Some(false))));
        assert_eq!((outcome("bad", None), outcome("1.5", None)), (None, None));
        assert_eq!(
            (outcome("bad", Some("bad")), outcome("good", Some("bad"))),
            (Some(Some(true)), Some(Some(false)))
        );
    }
}
