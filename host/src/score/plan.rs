//! What a row of the output holds.

use scorelet_core::bundle::Bundle;
use scorelet_core::graph::Op;
use scorelet_core::policy::TermOutput;
use scorelet_core::reason::{ReasonMethod, ReasonSpec};

/// How the rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A line of cells a row.
    Csv,
    /// An object a line.
    Ndjson,
}

/// What is asked for, beside the scores themselves.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Request {
    /// Margins of the models.
    pub raw: bool,
    /// Contributions of each input.
    pub contribs: bool,
    /// Reason codes.
    pub reasons: bool,
    /// Language of texts.
    pub language: Option<String>,
}

/// What a figure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FigureKind {
    /// A number.
    Number,
    /// The index of a band of this score.
    Band(usize),
    /// The code of the outcome.
    Outcome,
}

/// One figure of a row.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// Name of its column.
    pub name: String,
    /// Column of the graph.
    pub column: u32,
    /// What it is.
    pub kind: FigureKind,
}

/// Everything that a row of the output holds, worked out once.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Score, PD, band of each score; the outcome and its terms.
    pub figures: Vec<Figure>,
    /// Margins.
    pub raw: Vec<Figure>,
    /// Scores with reasons, and how many they name at most.
    pub reasons: Vec<(usize, usize)>,
    /// Scores with contributions, and the names of their columns: the inputs, `bias`, and of estimates `error_…` of each
    /// input.
    pub contribs: Vec<(usize, Vec<String>)>,
    /// Language of texts.
    pub language: String,
    /// Columns of the input to write first: name and position. Empty if none are kept.
    pub keep: Vec<(String, usize)>,
    /// Whether the whole record is kept (JSON).
    pub keep_record: bool,
    /// Whether a CSV row begins with its number in the chunk, from 0.
    pub number: bool,
}

impl Plan {
    /// The plan for a bundle.
    pub fn new(bundle: &Bundle, request: &Request) -> Self {
        let mut figures = Vec::new();
        for (index, score) in bundle.scores.iter().enumerate() {
            let parts = [
                ("", score.score, FigureKind::Number),
                ("_pd", score.pd, FigureKind::Number),
                ("_band", score.band, FigureKind::Band(index)),
            ];
            for (suffix, column, kind) in parts {
                let name = format!("{}{suffix}", score.name);
                figures.extend(column.map(|column| Figure { name, column, kind }));
            }
        }
        if let Some(policy) = &bundle.policy {
            let (name, kind) = ("outcome".to_owned(), FigureKind::Outcome);
            figures.extend(policy.outcome.map(|column| Figure { name, column, kind }));
            let term = |term: &TermOutput| Figure {
                name: term.name.clone(),
                column: term.column,
                kind: FigureKind::Number,
            };
            figures.extend(policy.terms.iter().map(term));
        }
        // A bundle with margins alone (a bare model) still has something to say without --raw.
        let raw = if request.raw || figures.is_empty() { margins(bundle) } else { Vec::new() };
        let scored = || bundle.scores.iter().enumerate();
        let reasons = scored()
            .filter(|_| request.reasons)
            .filter_map(|(i, score)| Some((i, score.reasons.as_ref()?.max as usize)))
            .collect();
        let contribs = scored()
            .filter(|_| request.contribs)
            .filter_map(|(i, score)| Some((i, columns(bundle, score.reasons.as_ref()?))))
            .collect();
        let languages = &bundle.meta.languages;
        let language = request.language.clone().or_else(|| languages.first().cloned()).unwrap_or_default();
        Self {
            figures,
            raw,
            reasons,
            contribs,
            language,
            keep: Vec::new(),
            keep_record: false,
            number: false,
        }
    }

    /// The columns that the figures and margins are read from.
    pub fn columns(&self) -> Vec<u32> {
        self.figures.iter().chain(&self.raw).map(|figure| figure.column).collect()
    }

    /// Numbers that a row takes in memory, its fields and what is found for it: of this, not of the fields alone, depends
    /// how many rows may be in work at once.
    pub fn values_of_a_row(&self, bundle: &Bundle) -> usize {
        let contribs = self.contribs.iter().map(|(_, columns)| columns.len());
        let found = self.figures.len() + self.raw.len() + contribs.sum::<usize>();
        bundle.fields.len().max(found)
    }

    /// Names of the output's columns.
    pub fn names(&self, bundle: &Bundle) -> Vec<String> {
        let mut names: Vec<String> = self.number.then(|| "row".to_owned()).into_iter().collect();
        names.extend(self.keep.iter().map(|(name, _)| name.clone()));
        names.extend(self.figures.iter().chain(&self.raw).map(|figure| figure.name.clone()));
        let score = |index: usize| bundle.scores.get(index).map_or("", |score| score.name.as_str());
        for &(index, max) in &self.reasons {
            names.extend((1..=max).map(|n| format!("{}_reason_{n}", score(index))));
        }
        for (index, columns) in &self.contribs {
            names.extend(columns.iter().map(|column| format!("{}_contrib_{column}", score(*index))));
        }
        names
    }
}

/// Every output of every model, and every margin that a score names and that is none of those.
fn margins(bundle: &Bundle) -> Vec<Figure> {
    let mut found: Vec<Figure> = Vec::new();
    let number = FigureKind::Number;
    for score in &bundle.scores {
        let name = format!("{}_margin", score.name);
        found.extend(score.margin.map(|column| Figure { name, column, kind: number }));
    }
    for (index, node) in bundle.graph.nodes().iter().enumerate() {
        if !matches!(node.op, Op::Forest(_) | Op::Linear(_) | Op::Scorecard(_)) {
            continue;
        }
        let first = bundle.graph.first_column(index).unwrap_or_default();
        let width = node.op.width(node.inputs.len());
        for output in 0..width {
            let column = u32::try_from(first + output).unwrap_or(u32::MAX);
            let name = if width == 1 {
                format!("{}_margin", node.name)
            } else {
                format!("{}_margin_{output}", node.name)
            };
            if !found.iter().any(|figure| figure.column == column) {
                found.push(Figure { name, column, kind: number });
            }
        }
    }
    found
}

/// Names of the columns of contributions.
fn columns(bundle: &Bundle, spec: &ReasonSpec) -> Vec<String> {
    let inputs = inputs(bundle, spec);
    let errors = inputs.iter().filter(|_| spec.method == ReasonMethod::Permutation);
    let errors: Vec<String> = errors.map(|input| format!("error_{input}")).collect();
    inputs.into_iter().chain(["bias".to_owned()]).chain(errors).collect()
}

/// Names of what is explained, as people know it: a field's own also where a bin or an encoder of that field alone stands
/// in between, unless two inputs would share it.
pub(crate) fn inputs(bundle: &Bundle, spec: &ReasonSpec) -> Vec<String> {
    let inputs = spec.columns(&bundle.graph);
    let origins: Vec<u32> = inputs.iter().map(|&column| bundle.origin(column)).collect();
    let names = inputs.iter().zip(&origins).map(|(&column, &origin)| {
        let alone = origins.iter().filter(|&&other| other == origin).count() == 1;
        bundle.column_name(if alone { origin } else { column })
    });
    names.collect()
}

/// The field that a column is made from alone; the column itself if there are several.
pub(crate) fn origin(bundle: &Bundle, column: u32) -> u32 {
    bundle.origin(column)
}

/// A column's name.
pub(crate) fn column_name(bundle: &Bundle, column: u32) -> String {
    bundle.column_name(column)
}
