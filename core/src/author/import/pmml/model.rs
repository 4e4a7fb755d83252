//! A model of any kind: its names, its prediction, its targets and outputs.

use super::graph::Id;
use super::lower::Lowering;
use super::mining::{self, Schema};
use super::value::{Kind, Value, texts};
use super::xml::Element;
use super::{bayes, ensemble, general, neural, output, regression, rules, scorecard, target, tree};
use crate::Error;
use crate::model::link::Link;

/// Classes with their probabilities.
#[derive(Clone, Debug)]
pub(super) struct Classes {
    pub(super) labels: Vec<String>,
    pub(super) probabilities: Vec<Id>,
}

/// A characteristic of a scorecard: how far its points are from the baseline, and its reason code.
#[derive(Clone, Debug)]
pub(super) struct Reason {
    pub(super) difference: Id,
    /// Index into the codes.
    pub(super) code: Id,
}

/// What a model says.
#[derive(Clone, Debug)]
pub(super) struct Prediction {
    /// The number, or the label.
    pub(super) value: Value,
    pub(super) classes: Option<Classes>,
    /// The value (of two classes: the probability of the last) before its link.
    pub(super) margin: Option<(Id, Link)>,
    /// The value is points of a scorecard.
    pub(super) points: bool,
    pub(super) reasons: Vec<Reason>,
    pub(super) codes: Vec<String>,
    /// Of characteristics with one code: the code, their name, their points.
    pub(super) groups: Vec<(String, String, Id)>,
    /// The node, rule or segment that decided.
    pub(super) entity: Option<Value>,
}

impl Prediction {
    /// A number.
    pub(super) fn number(id: Id) -> Self {
        Self {
            value: Value::number(id),
            classes: None,
            margin: None,
            points: false,
            reasons: Vec::new(),
            codes: Vec::new(),
            groups: Vec::new(),
            entity: None,
        }
    }

    /// A label alone.
    pub(super) fn label(value: Value) -> Self {
        Self { value, ..Self::number(Id(0)) }
    }

    /// The most probable of the classes, in the order of the target's values; of equal ones the first.
    pub(super) fn classes(
        low: &mut Lowering<'_>,
        target: &Target<'_>,
        found: Vec<(String, Id)>,
        here: Element<'_>,
    ) -> Result<Self, Error> {
        let ordered = target.ordered(found, here)?;
        let (labels, probabilities): (Vec<String>, Vec<Id>) = ordered.into_iter().unzip();
        let graph = &mut low.graph;
        let mut best: Option<(Id, Id)> = None;
        for (&p, k) in probabilities.iter().zip(0u32..) {
            let k = graph.constant(f64::from(k));
            best = Some(match best {
                None => (p, k),
                Some((most, at)) => {
                    let better = graph.less(most, p);
                    (graph.max(most, p), graph.select(better, k, at))
                }
            });
        }
        let (_, winner) = best.ok_or_else(|| here.wrong("it has no classes"))?;
        let value = Value { id: winner, kind: texts(labels.clone()) };
        Ok(Self { classes: Some(Classes { labels, probabilities }), ..Self::label(value) })
    }

    /// Every value of it by a function.
    pub(super) fn map(&mut self, mut f: impl FnMut(Id) -> Id) {
        self.value.id = f(self.value.id);
        let probabilities = self.classes.iter_mut().flat_map(|c| &mut c.probabilities);
        for id in probabilities.chain(self.entity.iter_mut().map(|e| &mut e.id)) {
            *id = f(*id);
        }
        for reason in &mut self.reasons {
            reason.difference = f(reason.difference);
        }
        if let Some((id, _)) = &mut self.margin {
            *id = f(*id);
        }
    }
}

/// What a model predicts.
#[derive(Clone, Debug, Default)]
pub(super) struct Target<'a> {
    pub(super) name: Option<&'a str>,
    /// The values of a categorical target, in the order of the dictionary.
    pub(super) values: Vec<&'a str>,
    /// Its type, if the dictionary has it.
    pub(super) kind: Option<Kind>,
}

impl<'a> Target<'a> {
    fn of(low: &Lowering<'a>, schema: &Schema<'a>, model: Element<'a>) -> Result<Self, Error> {
        let name = match schema.targets.as_slice() {
            [] => return Ok(Self::default()),
            [one] => *one,
            _ => return Err(model.refuse("a model of several targets")),
        };
        let field = low.dictionary.fields.get(name);
        let values = field.map_or(Vec::new(), |f| f.values().to_vec());
        Ok(Self { name: Some(name), values, kind: field.map(|f| f.kind()) })
    }

    /// Classes in the order of the target's values, the others after them.
    fn ordered(&self, mut found: Vec<(String, Id)>, here: Element<'_>) -> Result<Vec<(String, Id)>, Error> {
        let place = |label: &String| self.values.iter().position(|v| v == label).unwrap_or(self.values.len());
        found.sort_by_key(|(label, _)| place(label));
        let mut labels: Vec<&String> = found.iter().map(|(label, _)| label).collect();
        labels.sort();
        match labels.windows(2).any(|w| w.first() == w.get(1)) {
            true => Err(here.wrong("a class is there twice")),
            false => Ok(found),
        }
    }
}

/// Whether a model tells classes; a `functionName` that is neither is refused.
pub(super) fn classifies(here: Element<'_>) -> Result<bool, Error> {
    match here.need("functionName")? {
        "classification" => Ok(true),
        "regression" => Ok(false),
        other => Err(here.refuse_value("functionName", other)),
    }
}

/// A model's prediction and named results.
pub(super) struct Outcome {
    pub(super) prediction: Prediction,
    pub(super) outputs: Vec<output::Result>,
}

/// Computes a model. Its names are forgotten after it.
pub(super) fn inner<'a>(low: &mut Lowering<'a>, here: Element<'a>) -> Result<Outcome, Error> {
    low.enter(here)?;
    low.open();
    let outcome = compute(low, here, false);
    low.close();
    low.leave();
    outcome.map(|(outcome, _)| outcome)
}

fn compute<'a>(
    low: &mut Lowering<'a>,
    here: Element<'a>,
    outermost: bool,
) -> Result<(Outcome, Target<'a>), Error> {
    if !here.flag("isScorable", true)? {
        return Err(here.refuse("a model that is not scorable"));
    }
    let schema = mining::read(low, here, outermost)?;
    let wanted = Target::of(low, &schema, here)?;
    low.open();
    if let Some(local) = here.child("LocalTransformations") {
        low.derived(local)?;
    }
    let mut prediction = match here.name() {
        "RegressionModel" => regression::model(low, here, &wanted),
        "GeneralRegressionModel" => general::model(low, here, &wanted),
        "Scorecard" => scorecard::model(low, here),
        "TreeModel" => tree::model(low, here, &wanted),
        "MiningModel" => ensemble::model(low, here, &wanted),
        "NeuralNetwork" => neural::model(low, here, &wanted),
        "NaiveBayesModel" => bayes::model(low, here, &wanted),
        "RuleSetModel" => rules::model(low, here, &wanted),
        _ => Err(here.refused()),
    }?;
    target::apply(low, here, &wanted, &mut prediction)?;
    let mut outputs = output::read(low, here, &wanted, &prediction)?;
    // Where a value is invalid, there is no result.
    if let Some(sound) = schema.conditions.into_iter().reduce(|a, b| low.graph.and(a, b)) {
        let invalid = low.graph.invalid();
        prediction.map(|id| low.graph.select(sound, id, invalid));
        for output in &mut outputs {
            output.value.id = low.graph.select(sound, output.value.id, invalid);
        }
    }
    low.close();
    Ok((Outcome { prediction, outputs }, wanted))
}

/// What the score of the model is made of.
pub(super) enum Score {
    Probabilities(Vec<usize>),
    Amount(usize),
    Points(Id),
    Margin(Id, Link),
}

/// The results of the model of a file.
pub(super) struct Whole {
    pub(super) outputs: Vec<output::Result>,
    pub(super) score: Score,
    pub(super) groups: Vec<(String, String, Id)>,
}

/// The model of a file: its outputs, with the prediction and the probabilities where none of them is.
pub(super) fn outermost<'a>(low: &mut Lowering<'a>, here: Element<'a>) -> Result<Whole, Error> {
    let (outcome, wanted) = compute(low, here, true)?;
    let Outcome { prediction, mut outputs } = outcome;
    let value = target::typed(low, &wanted, prediction.value.clone());
    let at = output::ensure(&mut outputs, wanted.name.unwrap_or("prediction"), value, false);
    let mut places = Vec::new();
    let mut classes = prediction.classes.clone();
    if let (None, Kind::Text(vocabulary)) = (&classes, &prediction.value.kind) {
        low.notes.insert("It gives labels without probabilities: its score is 1 where the last class is predicted, else 0.".to_owned());
        let (labels, id) = (vocabulary.texts.clone(), prediction.value.id);
        let is = |k: u32| {
            let k = low.graph.constant(f64::from(k));
            low.graph.equal(id, k)
        };
        let probabilities = (0..labels.len() as u32).map(is).collect();
        classes = Some(Classes { labels, probabilities });
    }
    if let Some(classes) = &classes {
        for (label, &id) in classes.labels.iter().zip(&classes.probabilities) {
            let name = format!("probability({label})");
            places.push(output::ensure(&mut outputs, &name, Value::number(id), true));
        }
    }
    let score = match prediction.margin {
        Some((id, link)) => Score::Margin(id, link),
        None if prediction.points => Score::Points(prediction.value.id),
        None if !places.is_empty() => Score::Probabilities(places),
        None => Score::Amount(at),
    };
    Ok(Whole { outputs, score, groups: prediction.groups })
}
