//! The editable form of a scorecard, which every scorecard importer makes.
//!
//! All three trainers close intervals on the left: a bin is `[from, to)`.

mod frame;
mod number;
mod optbinning;
mod scorecardpy;
#[cfg(test)]
mod tests;
mod toad;

use std::collections::BTreeMap;

use super::import::Format;
use crate::Error;
use crate::error::ImportError;

/// A tool that writes scorecard tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardFormat {
    /// OptBinning: `Scorecard.table()` as CSV or JSON.
    OptBinning,
    /// scorecardpy: `scorecard()` as CSV.
    Scorecardpy,
    /// toad: `ScoreCard.export()` as JSON.
    Toad,
}

impl CardFormat {
    /// The tool's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::OptBinning => "optbinning",
            Self::Scorecardpy => "scorecardpy",
            Self::Toad => "toad",
        }
    }
}

/// What a bin of an imported scorecard asks.
#[derive(Clone, Debug, PartialEq)]
pub enum CardTest {
    /// `from <= x < to`; ends may be infinite.
    Range {
        /// Lower end, inside.
        from: f64,
        /// Upper end, outside.
        to: f64,
    },
    /// One of these texts.
    Categories(Vec<String>),
    /// One of these special codes, as the file writes them.
    Codes(Vec<String>),
    /// Special codes that the file knows by a name only.
    Named(String),
    /// Any special code; the file does not say which there are.
    AnySpecial,
    /// No value.
    Missing,
    /// Every text that no other bin has.
    Other,
}

/// A bin: what it asks and what it gives.
#[derive(Clone, Debug, PartialEq)]
pub struct CardBin {
    /// Line of the file, from 1; 0 where the format has no lines.
    pub line: usize,
    /// What it asks.
    pub test: CardTest,
    /// Points.
    pub points: f64,
    /// Weight of evidence, where the file has it.
    pub woe: Option<f64>,
    /// Share of the training population, where the file has it.
    pub share: Option<f64>,
}

/// A characteristic and its bins, numeric ones ascending.
#[derive(Clone, Debug, PartialEq)]
pub struct Characteristic {
    /// Name of the feature.
    pub name: String,
    /// Bins.
    pub bins: Vec<CardBin>,
}

impl Characteristic {
    /// Points of the population's average applicant, if every bin's share is known.
    pub fn average(&self) -> Option<f64> {
        let terms = self.bins.iter().filter(|b| b.test != CardTest::Other).map(|b| Some(b.share? * b.points));
        terms.sum()
    }

    /// Whether it tests numbers (it has intervals).
    pub fn is_numeric(&self) -> bool {
        self.bins.iter().any(|b| matches!(b.test, CardTest::Range { .. }))
    }
}

/// A scorecard read from a trainer's file. Total = Σ points in the order of the characteristics, then + base.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportedScorecard {
    /// The tool that wrote it.
    pub format: CardFormat,
    /// Base points.
    pub base: f64,
    /// Characteristics in the trainer's order.
    pub characteristics: Vec<Characteristic>,
    /// What the reader should know: in whole sentences.
    pub notes: Vec<String>,
    /// Whether edges are as printed, rounded: a value between a printed edge and the exact one gets the neighbouring
    /// bin's points.
    pub printed_edges: bool,
}

impl ImportedScorecard {
    fn empty(format: CardFormat) -> Self {
        Self { format, base: 0.0, characteristics: Vec::new(), notes: Vec::new(), printed_edges: false }
    }
}

/// Reads a scorecard table. Without `format` the content tells. `binning` are OptBinning's own files of each variable, whose
/// edges are exact where the table's are rounded.
///
/// # Errors
/// [`ImportError`] with the line, row or name that is wrong.
pub fn import(
    bytes: &[u8],
    format: Option<CardFormat>,
    binning: &BTreeMap<String, &[u8]>,
) -> Result<ImportedScorecard, Error> {
    let Some(format) = format.or_else(|| sniff(bytes)) else {
        let what =
            "neither the columns of OptBinning or scorecardpy nor the JSON of toad were found".to_owned();
        return Err(ImportError::Format { format: "a scorecard table", what, at: "line 1".to_owned() }.into());
    };
    if format != CardFormat::OptBinning && !binning.is_empty() {
        let feature = format!("`binning` for a card of {}", format.name());
        return Err(ImportError::Unsupported { feature, at: "binning".to_owned() }.into());
    }
    let card = match format {
        CardFormat::OptBinning => optbinning::import(bytes, binning)?,
        CardFormat::Scorecardpy => scorecardpy::import(bytes)?,
        CardFormat::Toad => toad::import(bytes)?,
    };
    check(&card)?;
    Ok(card)
}

/// Which tool wrote it, by its content.
pub fn sniff(bytes: &[u8]) -> Option<CardFormat> {
    match super::import::sniff(bytes)? {
        Format::OptbinningCsv | Format::OptbinningJson => Some(CardFormat::OptBinning),
        Format::ScorecardpyCsv => Some(CardFormat::Scorecardpy),
        Format::ToadJson => Some(CardFormat::Toad),
        _ => None,
    }
}

/// Names must be distinct, figures finite, intervals in order.
fn check(card: &ImportedScorecard) -> Result<(), Error> {
    let wrong = |what: String, at: String| Err(ImportError::Inconsistent { what, at }.into());
    if card.characteristics.is_empty() {
        return wrong("the card has no characteristic".to_owned(), "card".to_owned());
    }
    if !card.base.is_finite() {
        return wrong("the base points are not finite".to_owned(), "card".to_owned());
    }
    let mut names = std::collections::BTreeSet::new();
    for characteristic in &card.characteristics {
        let name = &characteristic.name;
        let at =
            |bin: &CardBin| if bin.line > 0 { format!("line {}", bin.line) } else { format!("`{name}`") };
        if !names.insert(name) {
            return wrong(format!("two characteristics are named `{name}`"), format!("`{name}`"));
        }
        let mut before = f64::NEG_INFINITY;
        let texts = characteristic.bins.iter().any(|b| matches!(b.test, CardTest::Categories(_)));
        for bin in &characteristic.bins {
            if !bin.points.is_finite() {
                return wrong(format!("a bin of `{name}` has points that are not finite"), at(bin));
            }
            if let CardTest::Range { from, to } = bin.test {
                if texts {
                    return wrong(format!("`{name}` has both intervals and categories"), at(bin));
                }
                if from != before || to <= from {
                    let why = if card.printed_edges {
                        "; the table prints them rounded: give `binning`, or write it with `show_digits=8`"
                    } else {
                        ""
                    };
                    let what =
                        format!("the intervals of `{name}` overlap, leave a gap or do not ascend{why}");
                    return wrong(what, at(bin));
                }
                before = to;
            }
        }
        if !texts && before != f64::INFINITY {
            return wrong(format!("the intervals of `{name}` do not reach infinity"), format!("`{name}`"));
        }
    }
    Ok(())
}

pub(crate) fn malformed(format: &'static str, what: impl Into<String>, at: impl Into<String>) -> Error {
    ImportError::Format { format, what: what.into(), at: at.into() }.into()
}
