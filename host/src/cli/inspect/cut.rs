//! `scorelet inspect --cut`: everything that leaves the device, and what stays there.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use comfy_table::{Cell, CellAlignment};
use scorelet_core::author;
use scorelet_core::bundle::{Bundle, Digest};
use scorelet_core::record::date;
use scorelet_core::schema::{Field, FieldType, Stage};
use scorelet_core::split::{Crossing, Cut, stage_name};
use serde_json::{Value, json};

use crate::cli::table::{framed, grouped};
use crate::error::{HostError, Result};
use crate::model::Model;

/// What leaves the device, as a bundle says it: the whole, or one of its stages.
pub(super) struct Leaving<'a> {
    bundle: &'a Bundle,
    cut: Cut,
    /// Of the device bundle, where it is known.
    device: Option<Digest>,
    /// Of the edge bundle, where it is known.
    edge: Option<Digest>,
}

impl<'a> Leaving<'a> {
    /// What leaves; `None` if the bundle has no device stage, so that the record is needed whole.
    pub(super) fn of(model: &'a Model) -> Result<Option<Self>> {
        let bundle = &model.bundle;
        if let Some(cut) = bundle.cut.clone() {
            let (device, edge) = match cut.stage {
                Stage::Device => (Some(bundle.digest), None),
                Stage::Edge => (Some(cut.device), Some(bundle.digest)),
            };
            return Ok(Some(Self { bundle, cut, device, edge }));
        }
        let stages = author::cut::cut(&bundle.clone().into_parts())
            .map_err(|error| HostError::core(error, bundle.meta.name.clone()))?;
        // The edge bundle keeps the whole one's columns and scores, so its cut can be read with either.
        Ok(stages.and_then(|stages| {
            let edge = Some(Bundle::digest_of(&stages.edge));
            stages.edge.cut.map(|cut| Self { bundle, device: Some(cut.device), edge, cut })
        }))
    }

    /// Fields of the device.
    fn fields(&self) -> impl Iterator<Item = (u32, &'a Field)> {
        (0..).zip(&self.bundle.fields).filter(|(_, field)| field.stage == Stage::Device)
    }

    fn crosses(&self, column: u32) -> bool {
        self.cut.crossing.iter().any(|crossing| crossing.column == column)
    }

    /// Fields whose values stay, whatever is made of them.
    fn stays(&self) -> Vec<&'a str> {
        let stays = self.fields().filter(|&(column, _)| !self.crosses(column));
        stays.map(|(_, field)| field.name.as_str()).collect()
    }

    /// The field, if the value is a field's own.
    fn field(&self, crossing: &Crossing) -> Option<&'a Field> {
        self.bundle.fields.get(crossing.column as usize)
    }

    fn type_name(&self, crossing: &Crossing) -> &'static str {
        match self.field(crossing).map(|field| &field.kind) {
            None if crossing.whole => "integer",
            None | Some(FieldType::Number) => "number",
            Some(FieldType::Integer) => "integer",
            Some(FieldType::Boolean) => "boolean",
            Some(FieldType::Category { .. }) => "category",
            Some(FieldType::Date) => "date",
            Some(FieldType::EventList { .. }) => "event list",
            Some(FieldType::Hash { .. }) => "hash",
        }
    }

    /// What is known of where a value comes from: names of fields. Of an edge bundle nothing: what is given has no inputs.
    fn origins(&self, column: u32) -> BTreeSet<u32> {
        let (mut found, mut seen, mut open) = (BTreeSet::new(), BTreeSet::new(), vec![column]);
        while let Some(column) = open.pop() {
            if (column as usize) < self.bundle.fields.len() {
                found.insert(column);
            } else if let Some((node, _)) = self.bundle.node_of_column(column)
                && seen.insert(column)
            {
                open.extend(&node.inputs);
            }
        }
        found
    }

    fn reasons(&self) -> impl Iterator<Item = (&'a str, u32, Vec<&'a str>)> {
        let bundle = self.bundle;
        self.cut.reasons.iter().filter_map(move |&score| {
            let score = bundle.scores.get(score as usize)?;
            let spec = score.reasons.as_ref()?;
            // One group a column that is explained, so the same group may stand there several times.
            let groups: BTreeSet<u32> = spec.groups.iter().copied().collect();
            let codes = groups.iter().filter_map(|&group| bundle.groups.get(group as usize));
            Some((score.name.as_str(), spec.max, codes.map(|group| group.code.as_str()).collect()))
        })
    }

    /// Most bytes of local credit data, as `docs/receipt-format.md` lays it out.
    fn bytes(&self) -> usize {
        let reasons: usize = self.reasons().map(|(_, max, _)| 2 + 10 * max as usize).sum();
        6 + 9 * self.cut.crossing.len() + 3 * self.fields().count() + reasons
    }

    pub(super) fn json(&self) -> Value {
        let values = self.cut.crossing.iter().map(|crossing| {
            let origins = self.origins(crossing.column);
            let origins: Vec<String> =
                origins.iter().map(|&column| self.bundle.column_name(column)).collect();
            json!({
                "name": self.bundle.column_name(crossing.column),
                "type": self.type_name(crossing),
                "field": self.field(crossing).is_some(),
                "from": origins,
                // JSON has no infinity: null is a bound that is not known.
                "min": crossing.min.is_finite().then_some(crossing.min),
                "max": crossing.max.is_finite().then_some(crossing.max),
                "distinct": (crossing.distinct > 0).then_some(crossing.distinct),
                // All that there are, where they are few.
                "values": (!crossing.values.is_empty()).then_some(&crossing.values),
            })
        });
        let reasons =
            self.reasons().map(|(score, max, codes)| json!({"score": score, "max": max, "codes": codes}));
        json!({
            "part": self.bundle.cut.as_ref().map_or("whole", |cut| stage_name(cut.stage)),
            "whole": self.cut.whole.to_string(),
            "device": self.device.map(|digest| digest.to_string()),
            "edge": self.edge.map(|digest| digest.to_string()),
            "values": values.collect::<Vec<_>>(),
            "states": self.fields().map(|(_, field)| field.name.as_str()).collect::<Vec<_>>(),
            "reasons": reasons.collect::<Vec<_>>(),
            "stays": self.stays(),
            "most_bytes": self.bytes(),
        })
    }

    pub(super) fn text(&self) -> String {
        let mut out = String::new();
        let meta = &self.bundle.meta;
        // Writing into a String cannot fail.
        let _ = writeln!(out, "{} {}: what leaves the device\n", meta.name, meta.version);
        let _ = writeln!(out, "  whole      {}", self.cut.whole);
        for (name, digest) in [("device", self.device), ("edge", self.edge)] {
            if let Some(digest) = digest {
                let _ = writeln!(out, "  {name:<9}  {digest}");
            }
        }
        let _ = writeln!(
            out,
            "\nValues ({}), each with its state: present, or why it is not\n",
            self.cut.crossing.len()
        );
        out.push_str(&self.table());
        let reasons: Vec<(&str, String)> = (self.reasons())
            .map(|(score, max, codes)| {
                let most = counted(max as usize, "reason code");
                (score, format!("at most {most}, the contribution of each; of {}", codes.join(" ")))
            })
            .collect();
        let fields = counted(self.fields().count(), "field");
        let stays = self.stays();
        let (absent, kept) = (format!("of {fields}"), counted(stays.len(), "field"));
        let names = reasons.iter().map(|&(name, _)| name).chain([absent.as_str(), kept.as_str()]);
        let wide = super::widest(names);

        out.push_str("\nStates\n");
        super::line(
            &mut out,
            &absent,
            wide,
            "why each was absent: missing, special code, unseen, out of range",
        );
        out.push_str("\nReasons\n");
        for (score, text) in &reasons {
            super::line(&mut out, score, wide, text);
        }
        if reasons.is_empty() {
            out.push_str("  none: all are found at the edge\n");
        }
        out.push_str("\nStays on the device\n");
        match stays.as_slice() {
            [] => out.push_str("  no field: all leave as they are\n"),
            stays => super::line(&mut out, &kept, wide, &stays.join(", ")),
        }
        out.push_str("\nTogether\n");
        let sealed = "sealed for the edge, with the device bundle's digest, a nonce, the time, a commitment to the record \
                      and the consent reference";
        super::line(
            &mut out,
            &format!("{} bytes", grouped(self.bytes() as u64)),
            wide,
            &format!("at most; {sealed}"),
        );
        out
    }

    fn table(&self) -> String {
        let mut table = framed();
        let align = [
            CellAlignment::Left,
            CellAlignment::Left,
            CellAlignment::Left,
            CellAlignment::Right,
            CellAlignment::Right,
            CellAlignment::Right,
        ];
        let row = |cells: [String; 6]| {
            cells
                .into_iter()
                .zip(align)
                .map(|(cell, align)| Cell::new(cell).set_alignment(align))
                .collect::<Vec<_>>()
        };
        table.set_header(row(
            ["value", "type", "made from", "least", "greatest", "distinct"].map(str::to_owned)
        ));
        for crossing in &self.cut.crossing {
            let field = self.field(crossing);
            let nothing = crossing.min > crossing.max;
            let bound = |value: f64| if nothing { "none".to_owned() } else { bound(value, field) };
            table.add_row(row([
                self.bundle.column_name(crossing.column),
                self.type_name(crossing).to_owned(),
                self.made_from(crossing),
                bound(crossing.min),
                bound(crossing.max),
                match crossing.distinct {
                    _ if nothing => "0".to_owned(),
                    0 => "any".to_owned(),
                    count => grouped(count.into()),
                },
            ]));
        }
        format!("{table}\n")
    }

    fn made_from(&self, crossing: &Crossing) -> String {
        const SHOWN: usize = 4;
        if self.field(crossing).is_some() {
            return "the field itself".to_owned();
        }
        let origins = self.origins(crossing.column);
        let names: Vec<String> =
            origins.iter().take(SHOWN).map(|&column| self.bundle.column_name(column)).collect();
        match origins.len() {
            0 => "(in the device bundle)".to_owned(),
            1..=SHOWN => names.join(", "),
            count => format!("{} and {} more", names.join(", "), count - SHOWN),
        }
    }
}

/// A bound as the field's type has it, in at most six digits.
fn bound(value: f64, field: Option<&Field>) -> String {
    if !value.is_finite() {
        return "any".to_owned();
    }
    match field.map(|field| &field.kind) {
        Some(FieldType::Category { values }) => {
            // Position in the list of categories.
            #[allow(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a position is small and positive"
            )]
            values.get(value as usize).cloned().unwrap_or_else(|| value.to_string())
        }
        Some(FieldType::Boolean) => if value == 0.0 { "no" } else { "yes" }.to_owned(),
        Some(FieldType::Date) => date::format(value).unwrap_or_else(|| value.to_string()),
        _ => short(value),
    }
}

fn short(value: f64) -> String {
    let full = value.to_string();
    if full.len() <= 9 {
        return full;
    }
    let digits = format!("{value:.5e}");
    match value.abs() {
        size if (1e-4..1e9).contains(&size) => digits.parse::<f64>().map_or(full, |short| short.to_string()),
        _ => digits,
    }
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
