//! A bundle's description as JSON: what a form, a table or an inspector needs.

use crate::bundle::{Bundle, Digest, FieldForm, ScoreOutput, SelfCheck};
use crate::graph::{Node, Op};
use crate::json::Json;
use crate::record::date;
use crate::scale::ScaleMap;
use crate::schema::{After, EventSchema, Field, FieldType, Localized, Origin, Policy};
use crate::split::{Cut, stage_name as stage};

/// Most records that are given as samples.
const SAMPLES: usize = 20;

fn texts(json: &mut Json<'_>, list: &[Localized]) {
    json.array(list, |json, text| {
        json.object(|json| {
            json.key("lang").text(&text.lang);
            json.key("text").text(&text.text);
        });
    });
}

fn policy(json: &mut Json<'_>, policy: Policy) {
    match policy {
        Policy::Refuse => json.text("refuse"),
        Policy::OwnBin => json.text("own_bin"),
        Policy::Native => json.text("native"),
        Policy::Impute(value) => json.object(|json| json.key("impute").number(Some(value))),
    }
}

/// The members and columns of an event list.
fn event_list(json: &mut Json<'_>, events: &EventSchema, fields: &[Field]) {
    json.key("date").text(&events.date);
    json.key("as_of").text_or_null(fields.get(events.as_of as usize).map(|field| field.name.as_str()));
    json.key("after").text(match events.after {
        After::Refuse => "refuse",
        After::Ignore => "ignore",
    });
    json.key("texts").array(&events.texts, |json, text| json.text(text));
    json.key("columns").array(&events.columns, |json, column| {
        json.object(|json| {
            members(json, &column.field, &[]);
            json.key("member").bool(column.origin == Origin::Member);
        });
    });
}

fn field(json: &mut Json<'_>, field: &Field, fields: &[Field], form: Option<&FieldForm>) {
    json.object(|json| {
        members(json, field, fields);
        json.key("stage").text(stage(field.stage));
        json.key("leaves_device").bool(field.leaves_device);
        texts(json.key("help"), form.map_or(&[], |form| &form.help));
        let labels = form.map_or(&[][..], |form| &form.value_labels);
        json.key("value_labels").array(labels, |json, labels| texts(json, labels));
        json.key("immutable").bool(form.is_some_and(|form| form.immutable));
    });
}

/// What a field of a record and a column of an event list have both.
fn members(json: &mut Json<'_>, field: &Field, fields: &[Field]) {
    let kind = match &field.kind {
        FieldType::Number => "number",
        FieldType::Integer => "integer",
        FieldType::Boolean => "boolean",
        FieldType::Category { .. } => "category",
        FieldType::Date => "date",
        FieldType::EventList { .. } => "event_list",
        FieldType::Hash { .. } => "hash",
    };
    json.key("name").text(&field.name);
    json.key("type").text(kind);
    if let FieldType::Category { values } = &field.kind {
        json.key("values").array(values, |json, value| json.text(value));
    }
    match &field.kind {
        FieldType::Hash { buckets } => json.key("buckets").integer(*buckets as usize),
        FieldType::EventList(events) => event_list(json, events, fields),
        _ => {}
    }
    json.key("unit").text(&field.unit);
    json.key("min").number(Some(field.min));
    json.key("max").number(Some(field.max));
    json.key("specials").array(&field.specials, |json, special| {
        json.object(|json| {
            if matches!(field.kind, FieldType::Category { .. }) {
                json.key("text").text(&special.text);
            } else {
                json.key("value").number(Some(special.value));
            }
            json.key("name").text(&special.name);
        });
    });
    let p = &field.policies;
    let policies = [
        ("missing", p.missing),
        ("special", p.special),
        ("unseen", p.unseen),
        ("out_of_range", p.out_of_range),
    ];
    json.key("policies").object(|json| {
        for (name, p) in policies {
            policy(json.key(name), p);
        }
    });
    texts(json.key("labels"), &field.labels);
}

/// Whether a record can say everything that the row has: JSON has no infinities, and a category that is not known has lost
/// its text.
fn sayable(fields: &[Field], check: &SelfCheck) -> bool {
    let category = |field: &Field| matches!(field.kind, FieldType::Category { .. });
    fields.iter().zip(&check.row).all(|(field, &x)| !(x.is_infinite() || (category(field) && x == -1.0)))
}

/// A self-check row as a record; a value that is missing is left out.
fn record(json: &mut Json<'_>, fields: &[Field], check: &SelfCheck) {
    json.object(|json| {
        for ((index, field), &x) in (0..).zip(fields).zip(&check.row) {
            // A bucket has lost its text.
            if x.is_nan() || matches!(field.kind, FieldType::Hash { .. }) {
                continue;
            }
            let json = json.key(&field.name);
            match &field.kind {
                FieldType::Boolean => json.bool(x != 0.0),
                FieldType::EventList(_) => {
                    let found = check.events.iter().find(|(at, _)| *at == index);
                    json.raw(found.map_or("[]", |(_, events)| events));
                }
                FieldType::Date => json.text_or_null(date::format(x).as_deref()),
                FieldType::Category { values } => {
                    let special = || field.specials.get((-2.0 - x) as usize).map(|s| s.text.as_str());
                    let text = if x < 0.0 { special() } else { values.get(x as usize).map(String::as_str) };
                    json.text_or_null(text);
                }
                _ => json.number(Some(x)),
            }
        }
    });
}

/// The node whose first output is `column`, if it reads the column `input`.
fn node_between(bundle: &Bundle, input: Option<u32>, column: Option<u32>) -> Option<&Node> {
    let column = usize::try_from(column?).ok()?;
    let at = |index: usize| bundle.graph.first_column(index) == Some(column);
    let (_, node) = bundle.graph.nodes().iter().enumerate().find(|&(index, _)| at(index))?;
    (node.inputs.first().copied() == Some(input?)).then_some(node)
}

/// Where each band of a score but the lowest begins; empty if the bands are cut by another figure.
fn edges<'a>(bundle: &'a Bundle, score: &ScoreOutput) -> &'a [f64] {
    match node_between(bundle, score.score, score.band).map(|node| &node.op) {
        Some(Op::Bands(bands)) => bands.edges(),
        _ => &[],
    }
}

/// Offset and factor of a score that is offset − factor · the explained output, but for rounding and limits: by them
/// contributions in log-odds are told in points.
fn points(bundle: &Bundle, score: &ScoreOutput) -> Option<(f64, f64)> {
    let spec = score.reasons.as_ref()?;
    let explained = bundle.graph.first_column(spec.node as usize)?.checked_add(spec.output as usize)?;
    let scale = node_between(bundle, u32::try_from(explained).ok(), score.score)?;
    match &scale.op {
        Op::Scale(scale) => match scale.map() {
            ScaleMap::LogOdds(odds) => Some((odds.offset(), odds.factor())),
            _ => None,
        },
        _ => None,
    }
}

/// What leaves the device.
fn cut(json: &mut Json<'_>, bundle: &Bundle, cut: &Cut) {
    json.object(|json| {
        json.key("stage").text(stage(cut.stage));
        json.key("whole").text(&cut.whole.to_string());
        if bundle.is_edge() {
            json.key("device").text(&cut.device.to_string());
        }
        json.key("values").array(&cut.crossing, |json, crossing| {
            json.object(|json| {
                json.key("name").text(&bundle.column_name(crossing.column));
                json.key("min").number(Some(crossing.min));
                json.key("max").number(Some(crossing.max));
                json.key("distinct").integer(crossing.distinct as usize);
            });
        });
        let scores = cut.reasons.iter().filter_map(|&score| bundle.scores.get(score as usize));
        json.key("reasons").array(scores, |json, score| json.text(&score.name));
    });
}

/// Appends the description of `bundle` as a JSON object.
pub(super) fn write(bundle: &Bundle, out: &mut Vec<u8>) {
    let nodes = bundle.graph.nodes();
    Json::new(out).object(|json| {
        json.key("name").text(&bundle.meta.name);
        json.key("version").text(&bundle.meta.version);
        json.key("description").text(&bundle.meta.description);
        json.key("languages").array(&bundle.meta.languages, |json, language| json.text(language));
        json.key("built_with").text(&bundle.meta.built_with);
        json.key("digest").text(&bundle.digest.to_string());
        json.key("signer").text_or_null(bundle.signer.map(|key| Digest(key).to_string()).as_deref());
        json.key("fields").array(bundle.fields.iter().enumerate(), |json, (index, of)| {
            field(json, of, &bundle.fields, bundle.form_of(index));
        });
        json.key("nodes").array(nodes.iter().enumerate(), |json, (index, node)| {
            json.object(|json| {
                json.key("name").text(&node.name);
                json.key("kind").text(node.op.kind().1);
                json.key("stage").text(stage(node.stage));
                json.key("inputs").array(&node.inputs, |json, &id| json.integer(id as usize));
                json.key("first_column").integer(bundle.graph.first_column(index).unwrap_or_default());
                json.key("outputs").integer(node.op.width(node.inputs.len()));
                if let Some(names) = bundle.output_names(index) {
                    json.key("output_names").array(names, |json, name| json.text(name));
                }
            });
        });
        json.key("scores").array(&bundle.scores, |json, score| {
            let explained = score.reasons.as_ref().and_then(|spec| nodes.get(spec.node as usize));
            json.object(|json| {
                json.key("name").text(&score.name);
                json.key("kind").text(score.kind.name());
                json.key("margin").column(score.margin);
                json.key("pd").column(score.pd);
                json.key("score").column(score.score);
                json.key("band").column(score.band);
                let from = core::iter::once(None).chain(edges(bundle, score).iter().copied().map(Some));
                let from = from.chain(core::iter::repeat(None));
                json.key("bands").array(score.bands.iter().zip(from), |json, (band, from)| {
                    json.object(|json| {
                        json.key("name").text(&band.name);
                        json.key("from").number(from);
                        texts(json.key("labels"), &band.labels);
                    });
                });
                json.key("explained").text_or_null(explained.map(|node| node.name.as_str()));
                if let Some((offset, factor)) = points(bundle, score) {
                    json.key("points").object(|json| {
                        json.key("offset").number(Some(offset));
                        json.key("factor").number(Some(factor));
                    });
                }
            });
        });
        json.key("groups").array(&bundle.groups, |json, group| {
            json.object(|json| {
                json.key("code").text(&group.code);
                texts(json.key("texts"), &group.texts);
            });
        });
        if let Some(of) = &bundle.cut {
            cut(json.key("cut"), bundle, of);
        }
        json.key("columns").integer(bundle.graph.columns());
        json.key("checks").integer(bundle.checks.len());
        let samples = bundle.checks.iter().filter(|check| sayable(&bundle.fields, check)).take(SAMPLES);
        json.key("samples").array(samples, |json, check| record(json, &bundle.fields, check));
    });
}
