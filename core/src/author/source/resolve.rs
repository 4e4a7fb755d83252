//! Policies that were not written, and those that were but do not hold: from what absences still need.

use std::collections::BTreeSet;

use super::builder::Builder;
use super::code;
use super::fields::FieldDraft;
use super::policies::Absence;
use crate::schema::{Field, FieldType, Policies, Policy};

/// The bundle's fields. Reports policies that pass a state on to a node without an answer for it.
pub(super) fn fields(builder: &Builder<'_>) -> Vec<Field> {
    let resolve = |(index, draft): (usize, &FieldDraft)| {
        let of = |absence| policy(index, draft, absence, builder);
        let [missing, special, unseen, out_of_range] = Absence::ALL.map(of);
        Field {
            name: draft.name.value.clone(),
            kind: draft.kind.clone(),
            unit: draft.unit.clone(),
            stage: draft.stage,
            leaves_device: draft.leaves_device,
            min: draft.min,
            max: draft.max,
            specials: draft.specials.clone(),
            policies: Policies { missing, special, unseen, out_of_range },
            labels: draft.labels.clone(),
        }
    };
    builder.fields.iter().enumerate().map(resolve).collect()
}

fn policy(index: usize, draft: &FieldDraft, absence: Absence, builder: &Builder<'_>) -> Policy {
    let needs = || builder.needs.iter().filter(move |n| n.field == index && n.absence == absence);
    let native = builder.native.contains(&(index, absence));
    let Some(written) = draft.policies.get(absence) else {
        // A state that cannot come is refused: it would be a mistake of the engine.
        return match () {
            () if needs().next().is_some() || !draft.lets_through(absence) => Policy::Refuse,
            () if native => Policy::Native,
            () => Policy::OwnBin,
        };
    };
    let nodes: BTreeSet<&str> = needs().filter(|n| !n.native).map(|n| n.node.as_str()).collect();
    if matches!(written.value, Policy::OwnBin | Policy::Native) {
        for node in nodes {
            let key = absence.key();
            let message =
                format!("`{}` passes {key} values on, and `{node}` has no answer for them", draft.name.value);
            let row = match absence {
                Absence::Special => {
                    "a row `{ state = \"special\", … }`, or one for each special code,".to_owned()
                }
                _ => format!("a row `{{ state = \"{key}\", … }}`"),
            };
            let mend = format!("give `{node}` {row}, or write `{key} = \"refuse\"` or `{{ impute = … }}`");
            builder.report.error(code::NO_BIN, &written.span, message, mend);
        }
    }
    written.value
}

/// Warns of fields and features that nothing reads.
pub(super) fn unread(builder: &Builder<'_>, nodes: &super::node::Nodes) {
    // A list that is read is read up to its reference time.
    let dates = builder.fields.iter().zip(0u32..).filter_map(|(field, id)| match &field.kind {
        FieldType::EventList(events) => builder.read.contains(&id).then_some(events.as_of),
        _ => None,
    });
    let dates: Vec<u32> = dates.collect();
    for (field, id) in builder.fields.iter().zip(0u32..) {
        if !builder.read.contains(&id) && !dates.contains(&id) {
            let message = format!("no node reads the field `{}`", field.name.value);
            let mend = "take it out, unless records carry it for another reason";
            builder.report.warn(code::UNREAD, &field.name.span, message, mend);
        }
    }
    for draft in &nodes.drafts {
        let name = &draft.here.name;
        let columns = builder.names.get(&name.value).map_or(&[][..], Vec::as_slice);
        let read =
            builder.models.contains_key(&name.value) || columns.iter().any(|c| builder.read.contains(c));
        if !columns.is_empty() && !read {
            let message = format!("nothing reads the node `{}`", name.value);
            builder.report.warn(
                code::UNREAD,
                &name.span,
                message,
                "take it out, or read it in a model or a score",
            );
        }
    }
}
