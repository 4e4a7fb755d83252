//! A bundle with every part of a policy, made by hand.

use scorelet_core::author::formula::{FormulaBuilder, Register};
use scorelet_core::bundle::{BundleParts, Meta, ScoreKind, ScoreOutput};
use scorelet_core::feature::formula::Function;
use scorelet_core::graph::Node;
use scorelet_core::policy::{
    DecisionPolicy, FallbackOutput, FallbackStep, Need, Outcome, RuleKind, RuleOutput, SourceOutput,
    TermOutput, TraceHit, TraceKind, TraceOutput,
};
use scorelet_core::reason::ReasonGroup;
use scorelet_core::schema::{Field, FieldType, Localized, Policies, Policy, Stage};

pub(super) fn texts(text: &str) -> Vec<Localized> {
    vec![Localized { lang: "en".into(), text: text.into() }]
}

fn field(name: &str, kind: FieldType) -> Field {
    let own = Policy::OwnBin;
    Field {
        name: name.into(),
        kind,
        unit: String::new(),
        stage: Stage::Edge,
        leaves_device: true,
        min: f64::NEG_INFINITY,
        max: f64::INFINITY,
        specials: vec![],
        policies: Policies { missing: own, special: own, unseen: own, out_of_range: own },
        labels: vec![],
    }
}

/// Fields: 0 as_of, 1 debt, 2 income, 3 outcome, 4 term, 5 rule, 6 leaf, 7 row. Nodes: 8 ratio (main model), 9 used, 10 cause of the
/// first, 11 cause of the second, 12 bureau is present.
pub(super) fn parts() -> BundleParts {
    let number = FieldType::Number;
    let names = ["debt", "income", "outcome", "term", "rule", "leaf", "row"];
    let fields = names.iter().map(|name| field(name, number.clone()));
    let fields = std::iter::once(field("as_of", FieldType::Date)).chain(fields).collect();
    let node = |name: &str, inputs: Vec<u32>, builder: FormulaBuilder, outputs: &[Register]| {
        let op = builder.finish(inputs.len() as u32, outputs).unwrap().into();
        Node { name: name.into(), stage: Stage::Edge, inputs, op }
    };
    let [a, b] = [Register::Input(0), Register::Input(1)];
    let mut ratio = FormulaBuilder::new();
    let quotient = ratio.apply(Function::Div, &[a, b]);
    let mut chain = FormulaBuilder::new();
    let (zero, one) = (chain.constant(0.0), chain.constant(1.0));
    let no_main = chain.apply(Function::IsAbsent, &[a]);
    let no_thin = chain.apply(Function::IsAbsent, &[b]);
    let sixteen = chain.constant(16.0);
    let second = chain.apply(Function::Select, &[no_thin, sixteen, zero]);
    let nothing = chain.apply(Function::Div, &[zero, zero]);
    let thin = chain.apply(Function::Select, &[no_thin, nothing, one]);
    let used = chain.apply(Function::Select, &[no_main, thin, zero]);
    let mut there = FormulaBuilder::new();
    let absent = there.apply(Function::IsAbsent, &[a]);
    let there_is = there.apply(Function::Not, &[absent]);
    let nodes = vec![
        node("ratio", vec![1, 2], ratio, &[quotient]),
        node("chain", vec![8, 1], chain, &[used, no_main, second]),
        node("bureau", vec![1], there, &[there_is]),
    ];
    let score = ScoreOutput {
        name: "credit".into(),
        kind: ScoreKind::Credit,
        margin: Some(8),
        pd: None,
        score: None,
        band: None,
        bands: vec![],
        reasons: None,
    };
    let step =
        |model: &str, column, cause| FallbackStep { model: model.into(), column, cause, reasons: None };
    let hit = |id: &str, text: &str| TraceHit { id: id.into(), texts: texts(text) };
    let policy = DecisionPolicy {
        outcome: Some(3),
        as_of: Some(0),
        terms: vec![TermOutput {
            name: "limit".into(),
            unit: "EUR".into(),
            column: 4,
            labels: texts("Limit"),
        }],
        rules: vec![RuleOutput {
            id: "age".into(),
            kind: RuleKind::Hard,
            outcome: Some(Outcome::Decline),
            column: 5,
            texts: texts("Too young"),
            author: "Risk".into(),
            expires: Some(20_000),
            groups: vec![0],
        }],
        sources: vec![SourceOutput {
            name: "bureau".into(),
            need: Need::Required,
            column: 12,
            fields: vec![1],
            labels: vec![],
            effects: texts("The thin model scored"),
        }],
        fallbacks: vec![FallbackOutput {
            score: 0,
            used: 9,
            steps: vec![step("main", 8, 10), step("thin", 1, 11)],
        }],
        traces: vec![
            TraceOutput {
                name: "tree".into(),
                kind: TraceKind::Tree,
                column: 6,
                hits: vec![hit("a", "A"), hit("b", "B")],
            },
            TraceOutput {
                name: "table".into(),
                kind: TraceKind::Table,
                column: 7,
                hits: vec![hit("first", "One")],
            },
        ],
    };
    BundleParts {
        meta: Meta { name: "policy".into(), languages: vec!["en".into()], ..Meta::default() },
        fields,
        nodes,
        scores: vec![score],
        groups: vec![ReasonGroup { code: "R1".into(), texts: texts("Age") }],
        policy: Some(policy),
        ..BundleParts::default()
    }
}
