//! Random bundles: fields, features, a scorecard, a linear model and a forest, each scaled into a score with reasons.

use scorelet_core::band::Bands;
use scorelet_core::bundle::{Band, BundleParts, FieldForm, Meta, ScoreKind, ScoreOutput};
use scorelet_core::calibrate::{Calibrate, Isotonic};
use scorelet_core::column::State;
use scorelet_core::graph::{Node, Op};
use scorelet_core::model::forest::Leaves;
use scorelet_core::model::linear::Linear;
use scorelet_core::model::link::Link;
use scorelet_core::model::scorecard::{PointsRange, Scorecard};
use scorelet_core::reason::{Game, ReasonGroup, ReasonMethod, ReasonSpec};
use scorelet_core::rounding::{Rounding, RoundingMode};
use scorelet_core::scale::{OddsScale, Scale, ScaleMap};
use scorelet_core::schema::{Field, FieldType, Localized, Stage};

use super::features::{arith, binned, impute, one_hot};
use super::fields::fields;
use super::forest::{ForestShape, draft};
use super::formula::formula;
use super::network::network;
use super::policy::policy;
use super::table::table;
use crate::random::Random;

const GROUPS: usize = 5;

/// A bundle from a seed: the same seed gives the same bundle, and every bundle is valid.
pub fn bundle(seed: u64) -> BundleParts {
    let mut random = Random::new(seed);
    let count = random.between(1, 10);
    let refusing = random.one_in(4);
    let mut maker = Maker {
        parts: BundleParts {
            meta: Meta {
                name: format!("generated {seed}"),
                version: "1".into(),
                description: String::new(),
                languages: vec!["en".into(), "zh".into()],
                built_with: "tests".into(),
            },
            fields: fields(&mut random, count, refusing),
            groups: (0..GROUPS).map(group).collect(),
            ..BundleParts::default()
        },
        columns: count as u32,
        random,
    };
    maker.features();
    maker.card();
    maker.linear();
    maker.forest();
    // By numbers of their own, so that what stands before does not change.
    maker.random = Random::new(seed ^ 0x4e7);
    maker.leaves();
    maker.network();
    maker.formula();
    maker.random = Random::new(seed ^ 0x7ab1e);
    maker.tables();
    // By numbers of its own, so that bundles do not change where a form does.
    maker.parts.form = form(&mut Random::new(seed ^ 0xf0f0), &maker.parts.fields);
    let (columns, scores) = (maker.columns, maker.parts.scores.len());
    let mut random = Random::new(seed ^ 0x9071c7);
    maker.parts.policy = policy(&mut random, &maker.parts.fields, columns, scores, GROUPS);
    maker.parts
}

/// What a form says about some of the fields.
fn form(random: &mut Random, fields: &[Field]) -> Vec<FieldForm> {
    let texts = |random: &mut Random, of: &str| -> Vec<Localized> {
        let languages = ["en", "zh"].into_iter().take(random.below(3));
        languages.map(|lang| Localized { lang: lang.into(), text: format!("{of} in {lang}") }).collect()
    };
    let one = |(field, of): (u32, &Field)| {
        let values = match &of.kind {
            FieldType::Category { values } if random.one_in(2) => values.as_slice(),
            _ => &[],
        };
        FieldForm {
            field,
            immutable: random.one_in(3),
            help: texts(random, "Help"),
            value_labels: values.iter().map(|value| texts(random, value)).collect(),
        }
    };
    (0..).zip(fields).map(one).filter(|form| !form.is_empty()).collect()
}

fn group(index: usize) -> ReasonGroup {
    let text = |lang: &str, text: String| Localized { lang: lang.into(), text };
    ReasonGroup {
        code: format!("R{index:02}"),
        texts: vec![text("en", format!("Reason {index}")), text("zh", format!("原因 {index}"))],
    }
}

struct Maker {
    parts: BundleParts,
    columns: u32,
    random: Random,
}

impl Maker {
    /// Adds a node; its index and first column.
    fn add(&mut self, name: &str, inputs: Vec<u32>, op: Op) -> (u32, u32) {
        let (index, first) = (self.parts.nodes.len(), self.columns);
        self.columns += op.width(inputs.len()) as u32;
        let name = format!("{name} {index}");
        self.parts.nodes.push(Node { name, stage: Stage::Edge, inputs, op });
        (index as u32, first)
    }

    fn features(&mut self) {
        for _ in 0..self.random.below(8) {
            let (op, inputs) = arith(&mut self.random);
            let inputs = (0..inputs).map(|_| self.random.below(self.columns as usize) as u32).collect();
            self.add("function", inputs, op);
        }
    }

    fn card(&mut self) {
        let (mut inputs, mut ranges) = (Vec::new(), Vec::new());
        let (averages, some_states) = (self.random.one_in(2), self.random.one_in(4));
        for (column, field) in self.parts.fields.clone().iter().enumerate() {
            let (op, minimum, maximum) = binned(&mut self.random, field, some_states);
            inputs.push(self.add("points", vec![column as u32], op).1);
            let share = self.random.unit();
            let average = averages.then_some(minimum + share * (maximum - minimum));
            ranges.push(PointsRange { minimum, maximum, average });
        }
        let modes = [RoundingMode::None, RoundingMode::HalfEven, RoundingMode::HalfAway, RoundingMode::Floor];
        let rounding = Rounding::new(*self.random.pick(&modes), self.random.below(3) as u8);
        let (base, base_first) = (self.random.below(300) as f64, self.random.one_in(2));
        let card = Scorecard::new(base, base_first, rounding.expect("few decimals"), ranges);
        let (node, total) = self.add("card", inputs, card.expect("generated ranges").into());
        let bands = self.bands(total, &[100.0, 200.5, 300.0]);
        let method = match averages && self.random.one_in(2) {
            true => ReasonMethod::PointsFromAverage,
            false => ReasonMethod::PointsFromMaximum,
        };
        let reasons = self.reasons(node, 0, method, false);
        self.score("card", ScoreKind::Standard, [None, None, Some(total), bands], Some(reasons));
    }

    fn linear(&mut self) {
        let mut inputs = Vec::new();
        for (column, field) in self.parts.fields.clone().iter().enumerate() {
            match &field.kind {
                FieldType::Category { values } => {
                    let op = one_hot(&mut self.random, values.len());
                    let width = op.width(1) as u32;
                    let first = self.add("dummies", vec![column as u32], op).1;
                    inputs.extend(first..first + width);
                }
                _ => {
                    let op = impute(&mut self.random, field);
                    inputs.push(self.add("filled", vec![column as u32], op).1);
                }
            }
        }
        let outputs = if self.random.one_in(3) { self.random.between(2, 4) } else { 1 };
        let mut figures = |n: usize| (0..n).map(|_| 0.4 * self.random.normal()).collect::<Vec<f64>>();
        let (intercepts, coefficients) = (figures(outputs), figures(outputs * inputs.len()));
        let means = figures(inputs.len());
        let model = Linear::new(intercepts, coefficients, Some(means)).expect("generated coefficients");
        let (node, margin) = self.add("linear", inputs, model.into());
        let (link, width) = if outputs == 1 {
            let sigmoid = 0.5 + self.random.unit();
            let links =
                [Link::Logit { sigmoid }, Link::Probit, Link::Cloglog, Link::Identity, Link::LogOnePlusExp];
            (*self.random.pick(&links), 1)
        } else {
            (*self.random.pick(&[Link::Softmax, Link::OneVsRest { sigmoid: 1.0 }, Link::Exp]), outputs)
        };
        let pd = self.add("link", (margin..margin + width as u32).collect(), link.into()).1;
        let output = self.random.below(outputs) as u32;
        let reasons = self.reasons(node, output, ReasonMethod::Linear, true);
        let score = self.odds_scale("points of the PD", pd, true);
        let columns = [Some(margin + output), Some(pd), Some(score), None];
        self.score("linear", ScoreKind::Income, columns, Some(reasons));
    }

    fn forest(&mut self) {
        let shape = ForestShape {
            trees: *self.random.pick(&[0, 1, 3, 17, 40, 120]),
            depth: *self.random.pick(&[0, 1, 3, 6, 9]),
            full: self.random.one_in(3),
            outputs: if self.random.one_in(3) { self.random.between(2, 5) } else { 1 },
        };
        let draft = draft(&mut self.random, &self.parts.fields, shape);
        let forest = draft.compile().expect("a generated forest");
        let linear_leaves = draft
            .trees
            .iter()
            .flat_map(|t| &t.nodes)
            .any(|n| matches!(n, scorelet_core::author::forest::TreeNode::Leaf { linear: Some(_), .. }));
        let inputs = (0..self.parts.fields.len() as u32).collect();
        let (node, margin) = self.add("forest", inputs, forest.into());
        let link = if shape.outputs == 1 { Link::Logit { sigmoid: 1.0 } } else { Link::Softmax };
        let link_inputs = (margin..margin + shape.outputs as u32).collect();
        let raw = self.add("probability", link_inputs, link.into()).1;
        let calibrate = match self.random.below(3) {
            0 => Calibrate::Platt { a: -1.1, b: 0.05 },
            n => {
                let (x, y) = (vec![0.1, 0.3, 0.45, 0.8], vec![0.02, 0.2, 0.5, 0.9]);
                Calibrate::Isotonic(Isotonic::new(n == 1, x, y).expect("ascending knots"))
            }
        };
        let pd = self.add("calibrated", vec![raw], calibrate.into()).1;
        let score = self.odds_scale("score", pd, true);
        let bands = self.bands(score, &[450.0, 520.0, 610.0]);
        // Covers of nothing but empty trees, and linear leaves, cannot be explained.
        let explained = !linear_leaves && shape.trees > 0;
        let reasons = explained.then(|| self.reasons(node, 0, ReasonMethod::TreeShap, true));
        let columns = [Some(margin), Some(pd), Some(score), bands];
        self.score("forest", ScoreKind::Credit, columns, reasons);
    }

    /// The leaves of a small forest, which the network reads.
    fn leaves(&mut self) {
        let shape = ForestShape {
            trees: self.random.between(1, 5),
            depth: *self.random.pick(&[0, 2, 4]),
            full: self.random.one_in(3),
            outputs: self.random.between(1, 2),
        };
        let forest =
            draft(&mut self.random, &self.parts.fields, shape).compile().expect("a generated forest");
        let leaves = forest.trees().map(|tree| tree.len() / 2 + 1).sum::<usize>() as u32;
        let ids = if self.random.one_in(2) { (1..=leaves).rev().collect() } else { Vec::new() };
        let inputs = (0..self.parts.fields.len() as u32).collect();
        self.add("leaves", inputs, Leaves::new(forest, ids).expect("numbers of all leaves").into());
    }

    /// A formula over any columns; all that it gives is in the decision.
    fn formula(&mut self) {
        let mut random = Random::new(self.random.bits());
        let inputs = random.between(1, 6);
        let inputs: Vec<u32> = (0..inputs).map(|_| random.below(self.columns as usize) as u32).collect();
        let op = formula(&mut random, inputs.len(), None);
        let width = op.outputs().len() as u32;
        let (_, first) = self.add("formula", inputs, op.into());
        for column in first..first + width {
            self.score(
                &format!("formula {column}"),
                ScoreKind::Income,
                [Some(column), None, None, None],
                None,
            );
        }
    }

    /// Decision tables over any columns; what the first hits give is in the decision.
    fn tables(&mut self) {
        for _ in 0..self.random.below(3) {
            let inputs = self.random.between(2, 8);
            let inputs: Vec<u32> =
                (0..inputs).map(|_| self.random.below(self.columns as usize) as u32).collect();
            let op: Op = table(&mut self.random, inputs.len()).into();
            let width = op.width(inputs.len()) as u32;
            let (_, first) = self.add("table", inputs, op);
            for column in first..first + width.min(3) {
                let columns = [Some(column), None, None, None];
                self.score(&format!("table {column}"), ScoreKind::Credit, columns, None);
            }
        }
    }

    /// A network over any columns, and its outputs.
    fn network(&mut self) {
        let inputs = self.random.between(1, 24);
        let inputs: Vec<u32> = (0..inputs).map(|_| self.random.below(self.columns as usize) as u32).collect();
        let outputs = self.random.between(1, 3);
        let op = network(&mut self.random, inputs.len(), outputs);
        let (node, pd) = self.add("network", inputs, op.into());
        let score = self.odds_scale("score of the network", pd, true);
        let reasons = self.coalitions(node, 0);
        self.score("network", ScoreKind::Fraud, [None, Some(pd), Some(score), None], Some(reasons));
    }

    fn odds_scale(&mut self, name: &str, column: u32, pd: bool) -> u32 {
        let scale =
            OddsScale { target: 600.0, odds: 50.0, pdo: 20.0, higher_is_riskier: self.random.one_in(4) };
        let map = match pd {
            true => ScaleMap::Pd { scale, pd_min: 1e-6, pd_max: 1.0 - 1e-6 },
            false => ScaleMap::LogOdds(scale),
        };
        let rounding =
            Rounding::new(RoundingMode::HalfAway, self.random.below(2) as u8).expect("few decimals");
        let (min, max) = *self.random.pick(&[(300.0, 850.0), (f64::NEG_INFINITY, f64::INFINITY)]);
        let op = Scale::new(map, rounding, min, max).expect("a valid scale");
        self.add(name, vec![column], op.into()).1
    }

    fn bands(&mut self, column: u32, edges: &[f64]) -> Option<u32> {
        let op = Bands::new(edges.to_vec()).expect("ascending edges");
        Some(self.add("band", vec![column], op.into()).1)
    }

    fn reasons(&mut self, node: u32, output: u32, method: ReasonMethod, higher_is_worse: bool) -> ReasonSpec {
        let inputs = self.parts.nodes[node as usize].inputs.len();
        let groups = (0..inputs).map(|_| self.random.below(GROUPS) as u32).collect();
        let max = self.random.between(1, 5) as u32;
        ReasonSpec { node, output, method, higher_is_worse, max, groups, game: None }
    }

    /// Of a node's inputs as players, against a row or two.
    fn coalitions(&mut self, node: u32, output: u32) -> ReasonSpec {
        let mut players = self.parts.nodes[node as usize].inputs.clone();
        players.sort_unstable();
        players.dedup();
        let cell = |random: &mut Random| match random.one_in(40) {
            true => (0.0, State::MISSING),
            false => (random.normal(), State::PRESENT),
        };
        let cells = players.len() * self.random.between(1, 2);
        let references = (0..cells).map(|_| cell(&mut self.random)).collect();
        let groups = players.iter().map(|_| self.random.below(GROUPS) as u32).collect();
        let (method, permutations) = match self.random.one_in(2) {
            true => (ReasonMethod::Shapley, 0),
            false => (ReasonMethod::Permutation, 2 * self.random.between(2, 5) as u32),
        };
        let game = Some(Game { players, permutations, references });
        ReasonSpec { node, output, method, higher_is_worse: true, max: 4, groups, game }
    }

    fn score(&mut self, name: &str, kind: ScoreKind, columns: [Option<u32>; 4], reasons: Option<ReasonSpec>) {
        let [margin, pd, score, band] = columns;
        let bands = match band {
            Some(_) => ["D", "C", "B", "A"].map(|name| Band { name: name.into(), labels: vec![] }).to_vec(),
            None => vec![],
        };
        self.parts.scores.push(ScoreOutput {
            name: name.into(),
            kind,
            margin,
            pd,
            score,
            band,
            bands,
            reasons,
        });
    }
}
