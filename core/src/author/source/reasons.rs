//! `[reasons]`: reason groups with code and texts, and which group each input of an explained model is in.

use std::collections::BTreeSet;

mod draft;
mod game;

pub(super) use draft::ReasonsDraft;
pub(super) use game::Sample;

use super::builder::{Builder, Column, ModelKind};
use super::code;
use super::meta::{self, MetaDraft};
use super::report::Name;
use super::scores::ScoreDraft;
use super::suggest;
use super::table::Table;
use crate::limits;
use crate::reason::{ReasonGroup, ReasonMethod, ReasonSpec};
use crate::schema::Localized;

/// A reason group as written.
pub(super) struct GroupDraft {
    pub(super) group: ReasonGroup,
    features: Vec<Name>,
}

/// `[reasons]` as written.
#[derive(Default)]
pub(super) struct Written {
    groups: Vec<GroupDraft>,
    /// A group names what nobody knows: its inputs may seem to be in no group.
    unsound: bool,
}

/// Reads `[reasons]`; `None` if there is none, and groups are derived.
pub(super) fn read(root: &Table<'_>, meta: &MetaDraft, builder: &mut Builder<'_>) -> Option<Written> {
    let table = root.get("reasons")?.table("[reasons]".to_owned())?;
    let mut written = Written::default();
    let mut seen: BTreeSet<String> = BTreeSet::new();
    for (name, item) in table.named() {
        let Some(inner) = item.table(format!("reason `{}`", name.value)) else { continue };
        let inner = inner.at(name.span.clone());
        let features = inner.need("features", "[\"…\"]").and_then(|i| i.texts()).unwrap_or_default();
        let texts = inner
            .need("text", "{ en = \"…\" }")
            .map(|i| meta::localized(&i, &inner, meta, true))
            .unwrap_or_default();
        inner.finish();
        for feature in &features {
            let known = builder.names.contains_key(&feature.value);
            if !known && !builder.broken.contains(&feature.value) {
                let mend = suggest::mend(&feature.value, builder.names.keys().map(String::as_str));
                let message = format!("there is no field or node `{}`", feature.value);
                builder.report.error(code::UNKNOWN_NAME, &feature.span, message, mend);
                written.unsound = true;
            } else if !seen.insert(feature.value.clone()) {
                let message = format!("`{}` is in two reason groups", feature.value);
                builder.report.error(code::GROUP, &feature.span, message, "keep it in one");
                written.unsound = true;
            }
        }
        written.groups.push(GroupDraft {
            group: ReasonGroup { code: name.value, texts: ordered(texts, meta) },
            features,
        });
    }
    Some(written)
}

/// The bundle's first language first.
fn ordered(mut texts: Vec<Localized>, meta: &MetaDraft) -> Vec<Localized> {
    let place = |lang: &str| meta.languages.iter().position(|l| l == lang).unwrap_or(usize::MAX);
    texts.sort_by_key(|t| place(&t.lang));
    texts
}

/// Gives each score its reason spec, and each further model of its fallback one of its own. Returns the bundle's groups.
pub(super) fn assign(
    scores: &mut [ScoreDraft],
    written: Option<Written>,
    meta: &MetaDraft,
    builder: &Builder<'_>,
    sample: &Sample<'_>,
) -> Vec<ReasonGroup> {
    let derive = written.is_none();
    let Written { groups, unsound } = written.unwrap_or_default();
    let mut groups = Assigned { groups, derive, budget: limits::COALITION_WORK };
    for score in scores.iter_mut().filter(|_| !unsound) {
        groups.explain(score, meta, builder, sample);
        let links = score.fallback.iter_mut().flat_map(|chain| chain.links.iter_mut().skip(1));
        links.for_each(|link| groups.explain(&mut link.alone, meta, builder, sample));
    }
    groups.groups.into_iter().map(|g| g.group).collect()
}

/// The groups so far, and what coalitions may still cost.
struct Assigned {
    groups: Vec<GroupDraft>,
    derive: bool,
    budget: u64,
}

impl Assigned {
    /// Gives a score its reason spec, if its model can be explained.
    fn explain(
        &mut self,
        score: &mut ScoreDraft,
        meta: &MetaDraft,
        builder: &Builder<'_>,
        sample: &Sample<'_>,
    ) {
        let Self { groups, derive, budget } = self;
        let (graph, derive) = (sample.graph, *derive);
        let Some((model, column)) = score.model.clone() else { return };
        if score.reasons.off {
            return;
        }
        let derived = match model.kind {
            ModelKind::Points => Some(ReasonMethod::PointsFromMaximum),
            ModelKind::Margin | ModelKind::Linear => Some(ReasonMethod::Linear),
            ModelKind::Trees => Some(ReasonMethod::TreeShap),
            // Several nodes may give the results of one file.
            ModelKind::Probability | ModelKind::Amount => None,
        };
        let explained = match derived {
            Some(_) => Some(model.node as usize),
            None => graph.node_at(column as usize),
        };
        let Some((at, node)) = explained.and_then(|at| Some((at, builder.nodes.get(at)?))) else { return };
        let first = graph.first_column(at).unwrap_or(0) as u32;
        let written = score.reasons.method.as_ref().map(|m| m.value);
        let method = written.or(derived.filter(|_| !score.reasons.plays()));
        let mut spec = ReasonSpec {
            node: at as u32,
            output: column.saturating_sub(first),
            method: method.unwrap_or(ReasonMethod::Shapley),
            higher_is_worse: score.higher_is_worse,
            max: score.reasons.max,
            groups: vec![0; node.inputs.len()],
            game: None,
        };
        if spec.method.plays() {
            let players = score.reasons.columns(node, builder, graph);
            let before = groups.len();
            let Some(rows) = game::references(&players, column, score, builder, sample) else { return };
            let own = grouped(&players, derive, &node.name, (score, builder, meta), groups);
            let Some(own) = own else { return };
            spec.groups = own;
            match game::fit(&mut spec, &players, &rows, groups.len(), (score, graph), *budget) {
                Ok(work) => {
                    *budget -= work;
                    score.output.reasons = Some(spec);
                }
                Err(what) => {
                    game::refused(what, score, builder);
                    groups.truncate(before);
                }
            }
            return;
        }
        // Whether the model can be explained so does not hang on the groups: ask with one group for all.
        if let Err(what) = spec.check(graph, 1) {
            let span = score.reasons.method.as_ref().map(|m| m.span.clone()).or(score.reasons.span.clone());
            let message = format!("score `{}` cannot give reasons: {what}", score.name.value);
            match span {
                Some(span) => {
                    let mend = derived.map_or(game::MEND, |derived| mend(&spec, derived));
                    builder.report.error(code::VALUE, &span, message, mend);
                }
                None => builder.report.warn(
                    code::NOTE,
                    &score.name.span,
                    message,
                    "write `reasons = false` to say so",
                ),
            }
            return;
        }
        let own = grouped(&node.inputs, derive, &node.name, (score, builder, meta), groups);
        if let Some(own) = own {
            spec.groups = own;
            score.output.reasons = Some(spec);
        }
    }
}

/// The group of each column that is explained; groups that nobody has written are added.
fn grouped(
    columns: &[u32],
    derive: bool,
    model: &str,
    (score, builder, meta): (&ScoreDraft, &Builder<'_>, &MetaDraft),
    groups: &mut Vec<GroupDraft>,
) -> Option<Vec<u32>> {
    let found = columns.iter().map(|&id| {
        let input = builder.column(id)?;
        match derive {
            true => Some(own_group(input, model, meta, builder, groups)),
            false => group_of(id, input, groups, score, builder),
        }
    });
    // All of them, so that each mistake is told.
    let found: Vec<Option<u32>> = found.collect();
    found.into_iter().collect()
}

fn mend(spec: &ReasonSpec, derived: ReasonMethod) -> &'static str {
    match (spec.method, derived) {
        (ReasonMethod::PointsFromAverage, ReasonMethod::PointsFromMaximum) => {
            "give every characteristic its `average` points, or use `points_from_maximum`"
        }
        (_, ReasonMethod::PointsFromMaximum) => {
            "a scorecard takes `points_from_maximum` or `points_from_average`"
        }
        (_, ReasonMethod::Linear) => "a linear model takes `linear`",
        _ => "trees take `tree_shap`, and any model `shapley`; `reasons = false` gives none",
    }
}

/// The group of an input: that of its own name, or else the only one among all that it comes from.
fn group_of(
    id: u32,
    input: &Column,
    groups: &[GroupDraft],
    score: &ScoreDraft,
    builder: &Builder<'_>,
) -> Option<u32> {
    let holds = |group: &GroupDraft, name: &str| group.features.iter().any(|f| f.value == name);
    let at = |found: Option<usize>| found.and_then(|i| u32::try_from(i).ok());
    let own = [input.name.as_str(), input.name.split('.').next().unwrap_or_default()];
    for name in own {
        if let Some(found) = at(groups.iter().position(|g| holds(g, name))) {
            return Some(found);
        }
    }
    let sources = builder.sources(id);
    let from: Vec<usize> = (0..groups.len())
        .filter(|&i| groups.get(i).is_some_and(|g| sources.iter().any(|s| holds(g, s))))
        .collect();
    let fields: Vec<&str> =
        input.fields.iter().filter_map(|&f| builder.fields.get(f)).map(|f| f.name.value.as_str()).collect();
    match from.as_slice() {
        [one] => return at(Some(*one)),
        [] => {
            let what = match fields.as_slice() {
                [one] => (*one).to_owned(),
                _ => input.name.clone(),
            };
            let message =
                format!("`{what}`, which score `{}` reads, is in no reason group", score.name.value);
            let codes: Vec<&str> = groups.iter().map(|g| g.group.code.as_str()).collect();
            let mend =
                format!("add it to `features` of one of {}, or make a new group", suggest::quoted(&codes));
            builder.report.error(code::GROUP, &score.name.span, message, mend);
        }
        several => {
            let codes: Vec<&str> =
                several.iter().filter_map(|&i| groups.get(i)).map(|g| g.group.code.as_str()).collect();
            let message =
                format!("`{}` comes from several reason groups: {}", input.name, suggest::quoted(&codes));
            let mend = format!("name `{}` itself in `features` of one of them", input.name);
            builder.report.error(code::GROUP, &score.name.span, message, mend);
        }
    }
    None
}

/// A group for an input that nobody grouped: called after its field, or after itself.
fn own_group(
    input: &Column,
    model: &str,
    meta: &MetaDraft,
    builder: &Builder<'_>,
    groups: &mut Vec<GroupDraft>,
) -> u32 {
    let mut fields = input.fields.iter().filter_map(|&f| builder.fields.get(f));
    let (code, labels) = match (fields.next(), fields.next()) {
        (Some(field), None) => (field.name.value.clone(), field.labels.as_slice()),
        _ => {
            let own = input.name.strip_prefix(model).and_then(|n| n.strip_prefix('.')).unwrap_or(&input.name);
            (own.to_owned(), &[][..])
        }
    };
    if let Some(found) = groups.iter().position(|g| g.group.code == code) {
        return found as u32;
    }
    let text = |lang: &String| {
        let label = labels.iter().find(|l| l.lang == *lang);
        Localized { lang: lang.clone(), text: label.map_or_else(|| code.clone(), |l| l.text.clone()) }
    };
    let texts = meta.languages.iter().map(text).collect();
    groups.push(GroupDraft { group: ReasonGroup { code, texts }, features: Vec::new() });
    groups.len() as u32 - 1
}
