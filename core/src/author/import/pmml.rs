//! PMML 4.0 to 4.4 (XML), of the Data Mining Group: <https://dmg.org/pmml/v4-4-1/GeneralStructure.html>.
//!
//! A model becomes values that are functions of the record's fields. Between those that are nodes of the engine (forests, linear
//! models, links) stand formulas, in f64, of everything else. What the standard leaves without a result is an absent value.
//! `docs/importing-pmml.md` lists the elements.

mod aggregate;
mod answer;
mod bayes;
mod dictionary;
mod ensemble;
mod expression;
mod forest;
mod function;
mod general;
mod graph;
mod links;
mod lower;
mod mapping;
mod mining;
mod model;
mod neural;
mod output;
mod predicate;
mod regression;
mod rules;
mod schedule;
mod scorecard;
mod target;
mod text;
mod tree;
mod value;
mod votes;
mod xml;

use self::lower::Lowering;
use self::value::Kind;
use self::xml::Element;
use super::{check_limit, unsupported};
use crate::Error;
use crate::author::forest::ForestDraft;
use crate::error::ImportError;
use crate::graph::Op;
use crate::limits;
use crate::model::link::Link;

/// A value that a part reads or that is a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PmmlColumn {
    /// A field, by its place in [`ImportedPmml::fields`].
    Field(u32),
    /// An output of a part.
    Part {
        /// Place in [`ImportedPmml::parts`].
        part: u32,
        /// Which of its outputs.
        output: u32,
    },
}

/// What a field holds.
#[derive(Clone, Debug, PartialEq)]
pub enum PmmlFieldKind {
    /// A number.
    Number,
    /// A whole number.
    Integer,
    /// True or false.
    Boolean,
    /// A date.
    Date,
    /// A text of those that the model knows.
    Category {
        /// Texts in the order of their codes.
        values: Vec<String>,
    },
}

/// A field that the model reads.
#[derive(Clone, Debug, PartialEq)]
pub struct PmmlField {
    /// Name.
    pub name: String,
    /// What it holds.
    pub kind: PmmlFieldKind,
    /// Whether the model may have a result where it is missing.
    pub takes_missing: bool,
    /// Whether the model may have a result where its text is not in the list.
    pub takes_unseen: bool,
}

/// What a part computes.
#[derive(Clone, Debug, PartialEq)]
#[allow(clippy::large_enum_variant, reason = "a model has few of them")]
pub enum PmmlOp {
    /// Trees; its outputs are margins.
    Forest(ForestDraft),
    /// Any other node.
    Op(Op),
}

/// A part of the model. It reads fields and parts before it.
#[derive(Clone, Debug, PartialEq)]
pub struct PmmlPart {
    /// One an input.
    pub inputs: Vec<PmmlColumn>,
    /// What it computes.
    pub op: PmmlOp,
}

/// What a result holds.
#[derive(Clone, Debug, PartialEq)]
pub enum PmmlOutputKind {
    /// A number.
    Number,
    /// A probability.
    Probability,
    /// True or false.
    Boolean,
    /// A date.
    Date,
    /// A text, by its index.
    Category {
        /// Texts in the order of their codes.
        values: Vec<String>,
    },
}

/// A result.
#[derive(Clone, Debug, PartialEq)]
pub struct PmmlOutput {
    /// Name.
    pub name: String,
    /// Where it is.
    pub column: PmmlColumn,
    /// What it holds.
    pub kind: PmmlOutputKind,
}

/// What the score of the model is made of.
#[derive(Clone, Debug, PartialEq)]
pub enum PmmlScore {
    /// Probabilities of the classes, by their places in [`ImportedPmml::outputs`]; the last of two is that of the event.
    Probabilities(Vec<usize>),
    /// A figure, by its place in [`ImportedPmml::outputs`].
    Amount(usize),
    /// The points of a scorecard.
    Points(PmmlColumn),
    /// A margin with its link.
    Margin(PmmlColumn, Link),
}

/// A reason code of a scorecard's characteristics.
#[derive(Clone, Debug, PartialEq)]
pub struct PmmlReason {
    /// The code.
    pub code: String,
    /// The characteristic's name.
    pub name: String,
    /// The fields that its points come from, by their places in [`ImportedPmml::fields`].
    pub fields: Vec<u32>,
}

/// A model read from a PMML file.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportedPmml {
    /// What it reads, in the order of its mining schema.
    pub fields: Vec<PmmlField>,
    /// What it computes, in order.
    pub parts: Vec<PmmlPart>,
    /// Its results.
    pub outputs: Vec<PmmlOutput>,
    /// What a score is made of.
    pub score: PmmlScore,
    /// Reason codes of a scorecard, of the characteristics that have one each.
    pub reasons: Vec<PmmlReason>,
    /// Who wrote the file.
    pub producer: String,
    /// What the reader of the model should know: in whole sentences.
    pub notes: Vec<String>,
}

/// Reads a model.
///
/// # Errors
/// [`ImportError`], with the path of the element and its line.
pub fn import(bytes: &[u8]) -> Result<ImportedPmml, Error> {
    let format = |what: String| ImportError::Format { format: "a PMML file", what, at: "line 1".to_owned() };
    let text = core::str::from_utf8(bytes).map_err(|_| format("it is not UTF-8".to_owned()))?;
    let document = xml::parse(text.strip_prefix('\u{feff}').unwrap_or(text))?;
    let root = Element::root(&document);
    if root.name() != "PMML" {
        return Err(format(format!("its element is {}", xml::shorten(root.name()))).into());
    }
    match root.need("version")? {
        "4.0" | "4.1" | "4.2" | "4.2.1" | "4.3" | "4.4" | "4.4.1" => {}
        other => return Err(root.refuse_value("version", other)),
    }
    let header = root.child("Header");
    let application = header.and_then(|h| h.child("Application")).and_then(|a| a.get("name"));
    let producer = xml::shorten(application.or(header.and_then(|h| h.get("copyright"))).unwrap_or("PMML"));
    let mut models = root.children().filter(|e| {
        !matches!(e.name(), "Header" | "MiningBuildTask" | "DataDictionary" | "TransformationDictionary")
    });
    let model = models.next().ok_or_else(|| root.wrong("there is no model in it"))?;
    if let Some(other) = models.next() {
        return Err(other.refuse("a second model in the file"));
    }
    let mut low = Lowering::new(root)?;
    let outcome = model::outermost(&mut low, model)?;
    let score = outcome.score;
    let results = outcome.outputs;
    check_limit("outputs", results.len(), limits::OUTPUTS)?;
    low.graph.check()?;
    let mut ids: Vec<graph::Id> = results.iter().map(|r| r.value.id).collect();
    if let model::Score::Margin(id, _) | model::Score::Points(id) = &score {
        ids.push(*id);
    }
    let (parts, columns) = schedule::parts(&low.graph, &ids)?;
    check_limit("parts", parts.len(), limits::NODES)?;
    let last =
        columns.last().copied().ok_or_else(|| unsupported("a model without results", model.place()))?;
    answer::mark(&mut low, &ids);
    let outputs = results.into_iter().zip(columns).map(|(result, column)| PmmlOutput {
        name: result.name,
        column,
        kind: match result.value.kind {
            Kind::Number if result.probability => PmmlOutputKind::Probability,
            Kind::Number => PmmlOutputKind::Number,
            Kind::Boolean => PmmlOutputKind::Boolean,
            Kind::Date => PmmlOutputKind::Date,
            Kind::Text(vocabulary) => {
                let mut values = vocabulary.texts.clone();
                // A text that the model passes through without knowing it.
                if vocabulary.open {
                    values.push("(other)".to_owned());
                }
                PmmlOutputKind::Category { values }
            }
        },
    });
    let reason = |(code, name, id): (String, String, graph::Id)| {
        let fields = answer::fields(&low.graph, id);
        PmmlReason { code, name, fields }
    };
    let reasons = outcome.groups.into_iter().map(reason).collect();
    Ok(ImportedPmml {
        reasons,
        outputs: outputs.collect(),
        fields: low.fields,
        parts,
        score: match score {
            model::Score::Probabilities(list) => PmmlScore::Probabilities(list),
            model::Score::Amount(at) => PmmlScore::Amount(at),
            model::Score::Points(_) => PmmlScore::Points(last),
            model::Score::Margin(_, link) => PmmlScore::Margin(last, link),
        },
        producer,
        notes: low.notes.into_iter().collect(),
    })
}
