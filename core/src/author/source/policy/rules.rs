//! `[rules]`: hard rules, overrides, floors, caps and indicators.

use super::super::builder::{Builder, Here, Kind, Live, Output};
use super::super::code;
use super::super::date;
use super::super::formulas::{Draft, Text};
use super::super::meta::{self, MetaDraft, STAGES};
use super::super::node::{NodeDraft, Spec};
use super::super::report::{Name, Spanned};
use super::super::table::{Item, Table};
use super::build::Frame;
use crate::feature::formula::Function;
use crate::policy::{Outcome, RuleKind};
use crate::schema::Localized;

/// What happens if a value that a rule's condition needs is absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unknown {
    /// The rule is undecided, and the outcome is no better than refer.
    Refer,
    /// It fires.
    Fire,
    /// It does not fire.
    Ignore,
}

/// A rule as written.
#[derive(Clone, Debug)]
pub(super) struct RuleDraft {
    pub(super) id: Name,
    pub(super) kind: RuleKind,
    pub(super) texts: Vec<Localized>,
    pub(super) author: String,
    pub(super) expires: Option<i32>,
    pub(super) reasons: Vec<Name>,
    /// The outcome that it sets, or bounds.
    pub(super) outcome: Option<Outcome>,
    /// Terms that it sets, or bounds.
    pub(super) terms: Vec<(Name, Text)>,
}

const KINDS: &[(&str, RuleKind)] = &[
    ("hard", RuleKind::Hard),
    ("override", RuleKind::Override),
    ("floor", RuleKind::Floor),
    ("cap", RuleKind::Cap),
    ("indicator", RuleKind::Indicator),
];

pub(super) const OUTCOMES: &[(&str, Outcome)] =
    &[("approve", Outcome::Approve), ("refer", Outcome::Refer), ("decline", Outcome::Decline)];

const UNKNOWN: &[(&str, Unknown)] =
    &[("refer", Unknown::Refer), ("fire", Unknown::Fire), ("ignore", Unknown::Ignore)];

/// What a rule is called among the nodes.
pub(super) fn rule_name(id: &str) -> String {
    format!("rules.{id}")
}

struct RuleSpec {
    when: Text,
    hard: bool,
    unknown: Unknown,
    /// The last day that it holds, and the field that it is compared with.
    expires: Option<(f64, Name)>,
}

/// Reads `[rules]`.
pub(super) fn read(root: &Table<'_>, meta: &MetaDraft, frame: &Frame) -> (Vec<RuleDraft>, Vec<NodeDraft>) {
    let table = root.get("rules").and_then(|item| item.table("[rules]".to_owned()));
    let (mut rules, mut nodes) = (Vec::new(), Vec::new());
    for (id, item) in table.iter().flat_map(Table::named) {
        let Some(own) = item.table(format!("rule `{}`", id.value)) else { continue };
        let own = own.at(id.span.clone());
        let found = rule(&own, id, meta, frame);
        own.finish();
        if let Some((rule, node)) = found {
            rules.push(rule);
            nodes.push(node);
        }
    }
    (rules, nodes)
}

fn rule(table: &Table<'_>, id: Name, meta: &MetaDraft, frame: &Frame) -> Option<(RuleDraft, NodeDraft)> {
    let kind = table.need("kind", "\"hard\"").and_then(|item| item.choice(KINDS));
    let when = table.need("when", "\"age < 18\"").and_then(|item| Text::read(&item));
    let texts = table.need("text", "{ en = \"…\" }").map(|item| meta::localized(&item, table, meta, true));
    let author = table.get("author").map_or(Some(String::new()), |item| item.text().map(|text| text.value));
    let expires = table.get("expires").map_or(Some(None), |item| date::read(&item).map(Some));
    let reasons = table.get("reasons").map_or(Some(Vec::new()), |item| item.texts());
    let outcome =
        table.get("outcome").map_or(Some(None), |item| item.choice(OUTCOMES).map(|o| Some(o.value)));
    let terms = table.get("terms").map_or(Some(Vec::new()), |item| terms(&item));
    let unknown = table.get("unknown").map_or(Some(None), |item| item.choice(UNKNOWN).map(|u| Some(u.value)));
    let stage = table.get("stage").and_then(|item| item.choice(STAGES));
    let (kind, when, texts, author) = (kind?.value, when?, texts?, author?);
    let (expires, reasons, outcome, terms, unknown) = (expires?, reasons?, outcome?, terms?, unknown?);
    let hard = kind == RuleKind::Hard;
    let unknown = unknown.unwrap_or(if hard { Unknown::Refer } else { Unknown::Ignore });
    let expires = dated(table, expires, frame)?;
    let outcome = if hard { outcome.or(Some(Outcome::Decline)) } else { outcome };
    sound(table, &id, (kind, outcome, !terms.is_empty()), &author)?;
    let here = Here {
        name: Spanned::new(rule_name(&id.value), id.span.clone()),
        stage: stage.as_ref().map_or(meta.stage, |stage| stage.value),
        written: stage.is_some(),
        feature: true,
    };
    let day = expires.as_ref().map(|(day, _)| *day as i32);
    let spec = RuleSpec { when, hard, unknown, expires };
    let rule = RuleDraft { id, kind, texts, author, expires: day, reasons, outcome, terms };
    Some((rule, NodeDraft { here, spec: Box::new(spec) }))
}

/// `terms = { limit = 500 }`.
fn terms(item: &Item<'_>) -> Option<Vec<(Name, Text)>> {
    let entries = item.table(item.what().to_owned())?.named();
    let n = entries.len();
    let terms: Vec<_> =
        entries.into_iter().filter_map(|(name, item)| Some((name, Text::value(&item)?))).collect();
    (terms.len() == n).then_some(terms)
}

/// The expiry date with the field that it is compared with. Warns of a rule that has expired when the bundle is checked.
fn dated(table: &Table<'_>, expires: Option<Spanned<f64>>, frame: &Frame) -> Option<Option<(f64, Name)>> {
    let Some(expires) = expires else { return Some(None) };
    let Some(as_of) = &frame.as_of else {
        let message = format!("{} expires, and nothing says what its date is compared with", table.what());
        let mend = "add `as_of = \"…\"`, a date field, to [policy]";
        table.report().error(code::MISSING_KEY, &expires.span, message, mend);
        return None;
    };
    if frame.checked_on.is_some_and(|day| expires.value < day) {
        let message = format!("{} has expired", table.what());
        table.report().warn(code::NOTE, &expires.span, message, "take it out, or give it a later date");
    }
    Some(Some((expires.value, as_of.clone())))
}

/// What a rule must say, and must not.
fn sound(
    table: &Table<'_>,
    id: &Name,
    (kind, outcome, terms): (RuleKind, Option<Outcome>, bool),
    author: &str,
) -> Option<()> {
    let (what, mend) = match kind {
        RuleKind::Override | RuleKind::Floor | RuleKind::Cap if outcome.is_none() && !terms => {
            ("sets nothing", "add `outcome = \"refer\"` or `terms = { limit = 500 }`")
        }
        RuleKind::Override if author.is_empty() => {
            ("names nobody who answers for it", "add `author = \"…\"`")
        }
        RuleKind::Hard if terms => {
            ("sets terms, and is a hard rule", "make it a floor, a cap or an override")
        }
        RuleKind::Hard if outcome == Some(Outcome::Approve) => {
            ("is a hard rule that approves", "make it an override, with an author")
        }
        RuleKind::Indicator if terms || outcome.is_some() => {
            ("sets something, and is an indicator", "make it a floor, a cap or an override")
        }
        _ => return Some(()),
    };
    table.report().error(code::VALUE, &id.span, format!("{} {what}", table.what()), mend);
    None
}

impl Spec for RuleSpec {
    fn inputs(&self) -> Vec<Name> {
        let mut all = self.when.inputs();
        all.extend(self.expires.iter().map(|(_, as_of)| as_of.clone()));
        all
    }

    fn build(&self, here: &Here, builder: &mut Builder<'_>) -> Option<()> {
        let mut draft = Draft::default();
        let mut fires = draft.condition(&self.when, builder)?;
        if let Some((day, as_of)) = &self.expires {
            let as_of = builder.one(as_of)?;
            let as_of = draft.input(as_of);
            let day = draft.constant(*day);
            let holds = draft.apply(Function::LessEqual, &[as_of, day]);
            fires = draft.apply(Function::And, &[fires, holds]);
        }
        let otherwise = match self.unknown {
            Unknown::Refer => None,
            Unknown::Fire => Some(draft.constant(1.0)),
            Unknown::Ignore => Some(draft.constant(0.0)),
        };
        if let Some(otherwise) = otherwise {
            fires = draft.apply(Function::OrElse, &[fires, otherwise]);
        }
        let output = Output { name: String::new(), kind: Kind::Flag, unit: String::new() };
        let column = draft.push(here, "", vec![(output, fires)], Live::new(), builder)?;
        let model = builder.sources(column).into_iter().find(|name| builder.models.contains_key(*name));
        if let Some(model) = model.filter(|_| self.hard) {
            let message = format!("`{}` stands before every model, and reads `{model}`", here.name.value);
            let mend = "make it an override, which stands after the models";
            builder.report.error(code::INPUT, &here.name.span, message, mend);
            return None;
        }
        Some(())
    }
}
