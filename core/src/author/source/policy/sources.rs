//! `[sources]`: groups of fields that come together, and whether they did.

use super::super::builder::{Builder, Here, Kind, Live, Output};
use super::super::code;
use super::super::fields::FieldDraft;
use super::super::formulas::{Draft, Text};
use super::super::meta::{self, MetaDraft, STAGES};
use super::super::node::{NodeDraft, Spec};
use super::super::report::{Name, Spanned};
use super::super::suggest;
use super::super::table::Table;
use crate::feature::formula::Function;
use crate::policy::Need;
use crate::schema::Localized;

/// A source as written.
#[derive(Clone, Debug)]
pub(in super::super) struct SourceDraft {
    pub(super) name: String,
    pub(super) need: Need,
    /// Indexes of its fields.
    pub(super) fields: Vec<usize>,
    pub(super) labels: Vec<Localized>,
    pub(super) effects: Vec<Localized>,
}

/// A source that a model needs.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Needed {
    /// Its place among the sources.
    pub(in super::super) index: u32,
    /// Column of whether it is present.
    pub(in super::super) column: u32,
}

/// What a source is called among the nodes.
pub(in super::super) fn source_name(name: &str) -> String {
    format!("sources.{name}")
}

/// The sources that a model needs: those that are named, otherwise the required ones that it reads.
pub(in super::super) fn needed(
    named: Option<&[Name]>,
    column: u32,
    builder: &mut Builder<'_>,
) -> Option<Vec<Needed>> {
    let of = |name: &str, builder: &Builder<'_>| {
        let index = builder.sources.iter().position(|source| source.name == name)?;
        let column = builder.names.get(&source_name(name))?.first().copied()?;
        Some(Needed { index: u32::try_from(index).ok()?, column })
    };
    let mut found = Vec::new();
    let Some(named) = named else {
        let read = builder.column(column).map(|column| column.fields.clone()).unwrap_or_default();
        let required = builder.sources.iter().filter(|source| source.need == Need::Required);
        let required = required.filter(|source| source.fields.iter().any(|field| read.contains(field)));
        found.extend(required.filter_map(|source| of(&source.name, builder)));
        builder.read.extend(found.iter().map(|needed| needed.column));
        return Some(found);
    };
    for name in named {
        let Some(needed) = of(&name.value, builder) else {
            if !builder.broken.contains(&source_name(&name.value)) {
                let message = format!("there is no source `{}`", name.value);
                let mend = suggest::mend(&name.value, builder.sources.iter().map(|s| s.name.as_str()));
                builder.report.error(code::UNKNOWN_NAME, &name.span, message, mend);
            }
            return None;
        };
        builder.read.insert(needed.column);
        found.push(needed);
    }
    Some(found)
}

#[derive(Clone)]
enum Present {
    Any,
    All,
    When(Text),
}

struct SourceSpec {
    fields: Vec<Name>,
    present: Present,
}

const NEEDS: &[(&str, Need)] =
    &[("required", Need::Required), ("optional", Need::Optional), ("refer", Need::Refer)];

/// Reads `[sources]`.
pub(super) fn read(
    root: &Table<'_>,
    meta: &MetaDraft,
    fields: &[FieldDraft],
) -> (Vec<SourceDraft>, Vec<NodeDraft>) {
    let table = root.get("sources").and_then(|item| item.table("[sources]".to_owned()));
    let (mut sources, mut nodes) = (Vec::new(), Vec::new());
    for (name, item) in table.iter().flat_map(Table::named) {
        let Some(own) = item.table(format!("source `{}`", name.value)) else { continue };
        let own = own.at(name.span.clone());
        let found = source(&own, name, meta, fields);
        own.finish();
        if let Some((source, node)) = found {
            sources.push(source);
            nodes.push(node);
        }
    }
    (sources, nodes)
}

fn source(
    table: &Table<'_>,
    name: Name,
    meta: &MetaDraft,
    fields: &[FieldDraft],
) -> Option<(SourceDraft, NodeDraft)> {
    let named = table.need("fields", "[\"score\", \"enquiries\"]").and_then(|item| item.texts());
    let need = table.get("need").map_or(Some(Need::Optional), |item| item.choice(NEEDS).map(|n| n.value));
    let present = table.get("present").map_or(Some(Present::Any), |item| {
        match item.as_text().as_ref().map(|word| word.value.as_str()) {
            Some("any") => Some(Present::Any),
            Some("all") => Some(Present::All),
            _ => Text::read(&item).map(Present::When),
        }
    });
    let stage = table.get("stage").and_then(|item| item.choice(STAGES));
    let texts = |key| table.get(key).map_or_else(Vec::new, |item| meta::localized(&item, table, meta, false));
    let (labels, effects) = (texts("label"), texts("effect"));
    let (named, need, present) = (named?, need?, present?);
    if named.is_empty() {
        let message = format!("{} has no fields", table.what());
        table.report().error(code::VALUE, table.span(), message, "list the fields that come with it");
        return None;
    }
    let mut own = Vec::with_capacity(named.len());
    for field in &named {
        match fields.iter().position(|known| known.name.value == field.value) {
            Some(at) => own.push(at),
            None => {
                let message = format!("there is no field `{}`", field.value);
                let mend = suggest::mend(&field.value, fields.iter().map(|f| f.name.value.as_str()));
                table.report().error(code::UNKNOWN_NAME, &field.span, message, mend);
            }
        }
    }
    (own.len() == named.len()).then_some(())?;
    let here = Here {
        name: Spanned::new(source_name(&name.value), name.span.clone()),
        stage: stage.as_ref().map_or(meta.stage, |stage| stage.value),
        written: stage.is_some(),
        feature: true,
    };
    let draft = SourceDraft { name: name.value, need, fields: own, labels, effects };
    Some((draft, NodeDraft { here, spec: Box::new(SourceSpec { fields: named, present }) }))
}

impl Spec for SourceSpec {
    fn inputs(&self) -> Vec<Name> {
        match &self.present {
            Present::When(text) => text.inputs(),
            _ => self.fields.clone(),
        }
    }

    fn build(&self, here: &Here, builder: &mut Builder<'_>) -> Option<()> {
        let mut draft = Draft::default();
        let zero = draft.constant(0.0);
        let function = if matches!(self.present, Present::All) { Function::And } else { Function::Or };
        let mut found = None;
        for field in &self.fields {
            // The fields are read, whatever says that the source is there.
            let column = builder.readable(field)?;
            if matches!(self.present, Present::When(_)) {
                continue;
            }
            let value = draft.input(column);
            // An event list that is there and empty tells nothing of its source.
            let there = match builder.column(column).map(|column| &column.kind) {
                Some(Kind::Events) => {
                    let any = draft.apply(Function::Less, &[zero, value]);
                    draft.apply(Function::OrElse, &[any, zero])
                }
                _ => {
                    let absent = draft.apply(Function::IsAbsent, &[value]);
                    draft.apply(Function::Not, &[absent])
                }
            };
            found = Some(found.map_or(there, |found| draft.apply(function, &[found, there])));
        }
        let present = match &self.present {
            Present::When(text) => {
                let told = draft.condition(text, builder)?;
                draft.apply(Function::OrElse, &[told, zero])
            }
            _ => found?,
        };
        let output = Output { name: String::new(), kind: Kind::Flag, unit: String::new() };
        draft.push(here, "", vec![(output, present)], Live::new(), builder)?;
        Some(())
    }
}
