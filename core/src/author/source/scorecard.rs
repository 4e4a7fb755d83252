//! `kind = "scorecard"`: characteristics inline, or from a table that a scorecard tool wrote.

use core::ops::Range;

use super::bins::{self, BinRows, Test};
use super::builder::{Builder, Here, Model, ModelKind, Output, Unanswered};
use super::code;
use super::imported_card;
use super::node::{Parsed, Spec};
use super::outcome;
use super::policies::Absence;
use super::report::{Name, Spanned};
use super::table::{Item, Table};
use crate::graph::Op;
use crate::model::linear::Linear;
use crate::model::link::Link;
use crate::model::scorecard::{PointsRange, Scorecard};
use crate::rounding::Rounding;

/// A characteristic: bins of one input.
pub(super) struct CharacteristicSpec {
    /// Name of its points: `card.NAME`.
    pub(super) name: String,
    pub(super) input: Name,
    pub(super) rows: BinRows,
    pub(super) coefficient: f64,
    pub(super) average: Option<f64>,
    /// An imported table counts special codes in training without saying which.
    pub(super) specials: bool,
}

pub(super) struct ScorecardSpec {
    pub(super) base: f64,
    pub(super) base_first: bool,
    pub(super) rounding: Rounding,
    /// Points (or WoE) of every state that a characteristic has no row for.
    pub(super) absent: Option<f64>,
    pub(super) characteristics: Vec<CharacteristicSpec>,
    pub(super) kind: ModelKind,
    pub(super) span: Range<usize>,
    /// Fields that an imported table reads.
    pub(super) derived: Vec<super::fields::FieldDraft>,
}

pub(super) fn parse(table: &Table<'_>, name: &Name) -> Parsed {
    let base = table.get("base").map(|i| i.number());
    let rounding = outcome::rounding(table, Rounding::NONE);
    let absent = table.get("absent").map(|i| i.number());
    let inline = table.get("characteristics");
    let mut spec = match (table.get("file"), inline) {
        (Some(file), None) => imported_card::read(table, &file, name),
        (None, Some(item)) => characteristics(table, &item),
        (Some(file), Some(_)) => {
            let message = format!("{} has both `file` and `characteristics`", table.what());
            table.report().error(code::VALUE, &file.span(), message, "keep one of them");
            None
        }
        (None, None) => {
            let message = format!("{} has neither `characteristics` nor `file`", table.what());
            let mend = "add `file = \"scorecard.csv\"`, or tables `[nodes.….characteristics.…]`";
            table.report().error(code::MISSING_KEY, table.span(), message, mend);
            None
        }
    };
    if let (Some(spec), Some(base)) = (&mut spec, base) {
        spec.base = base?.value;
    }
    if let (Some(spec), Some(absent)) = (&mut spec, absent) {
        spec.absent = Some(absent?.value);
    }
    let mut spec = spec?;
    spec.rounding = rounding?;
    Some(Box::new(spec))
}

fn characteristics(table: &Table<'_>, item: &Item<'_>) -> Option<ScorecardSpec> {
    let entries = item.table(format!("`characteristics` of {}", table.what()))?.named();
    let n = entries.len();
    let list: Vec<_> = entries.into_iter().filter_map(|(name, item)| characteristic(name, &item)).collect();
    if n == 0 {
        table.report().error(
            code::VALUE,
            &item.span(),
            format!("{} has no characteristic", table.what()),
            "add at least one",
        );
    }
    if n == 0 || list.len() != n {
        return None;
    }
    let woe = list.iter().filter(|c| c.rows.woe).count();
    if woe != 0 && woe != n {
        let message = format!("{} has characteristics in WoE and others in points", table.what());
        table.report().error(
            code::BINS,
            table.span(),
            message,
            "give all of them `woe` with `coefficient`, or all `points`",
        );
        return None;
    }
    let kind = if woe > 0 { ModelKind::Margin } else { ModelKind::Points };
    Some(ScorecardSpec {
        base: 0.0,
        base_first: true,
        rounding: Rounding::NONE,
        absent: None,
        characteristics: list,
        kind,
        span: table.span().clone(),
        derived: Vec::new(),
    })
}

fn characteristic(name: Name, item: &Item<'_>) -> Option<CharacteristicSpec> {
    let table = item.table(format!("characteristic `{}`", name.value))?.at(name.span.clone());
    let input = table.get("input").map_or(Some(name.clone()), |i| i.text());
    let coefficient = table.get("coefficient").map_or(Some(1.0), |i| i.number().map(|x| x.value));
    let average = table.get("average").map(|i| i.number().map(|x| x.value));
    let rows = bins::read(&table);
    table.finish();
    let average = match average {
        Some(read) => Some(read?),
        None => None,
    };
    Some(CharacteristicSpec {
        name: name.value,
        input: input?,
        rows: rows?,
        coefficient: coefficient?,
        average,
        specials: false,
    })
}

impl Spec for ScorecardSpec {
    fn inputs(&self) -> Vec<Name> {
        self.characteristics.iter().map(|c| c.input.clone()).collect()
    }

    fn fields(&self) -> Vec<super::fields::FieldDraft> {
        self.derived.clone()
    }

    fn build(&self, here: &Here, builder: &mut Builder<'_>) -> Option<()> {
        let mut inputs = Vec::new();
        let mut ranges = Vec::new();
        let mut sound = true;
        for characteristic in &self.characteristics {
            match self.points(characteristic, here, builder) {
                Some((column, range)) => {
                    inputs.push(column);
                    ranges.push(range);
                }
                None => sound = false,
            }
        }
        if !sound {
            return None;
        }
        if self.kind == ModelKind::Margin {
            return self.margin(here, builder, inputs, &ranges);
        }
        if ranges.iter().any(|r| r.average.is_none()) {
            ranges.iter_mut().for_each(|r| r.average = None);
        }
        let card = Scorecard::new(self.base, self.base_first, self.rounding, ranges);
        let card = card.map_err(|e| builder.refused(&self.span, e, &here.name.value)).ok()?;
        let open = builder.live(&inputs);
        builder.push(here, "", inputs, Op::Scorecard(card), Output::number(), (open, Unanswered::Need));
        let node = builder.nodes.len() as u32 - 1;
        let model = Model { node, kind: self.kind, link: None };
        builder.models.insert(here.name.value.clone(), model);
        Some(())
    }
}

impl ScorecardSpec {
    /// A card of WoE and coefficients is a linear model of the WoE columns: reasons are against the averages, which for
    /// WoE is about 0.
    fn margin(
        &self,
        here: &Here,
        builder: &mut Builder<'_>,
        inputs: Vec<u32>,
        ranges: &[PointsRange],
    ) -> Option<()> {
        if self.rounding != Rounding::NONE {
            builder.refused(&self.span, "log-odds are not rounded: round the score", &here.name.value);
            return None;
        }
        let coefficients = self.characteristics.iter().map(|c| c.coefficient).collect();
        let means = ranges.iter().map(|r| r.average.unwrap_or(0.0)).collect();
        let op = Linear::new(vec![self.base], coefficients, Some(means));
        let op = op.map_err(|e| builder.refused(&self.span, e, &here.name.value)).ok()?;
        let open = builder.live(&inputs);
        builder.push(here, "", inputs, Op::Linear(op), Output::number(), (open, Unanswered::Need));
        let node = builder.nodes.len() as u32 - 1;
        let link = Some(Link::Logit { sigmoid: 1.0 });
        builder.models.insert(here.name.value.clone(), Model { node, kind: self.kind, link });
        Some(())
    }

    /// Rows of an imported table for special codes that the field does not have: left out, and said.
    fn special_codes(
        &self,
        spec: &CharacteristicSpec,
        column: u32,
        rows: &mut BinRows,
        builder: &Builder<'_>,
    ) {
        let known = builder.origin(column).map_or(&[][..], |field| &field.specials);
        let mut unknown: Vec<String> = Vec::new();
        rows.rows.retain(|row| match &row.test.value {
            Test::Special(name) if !known.iter().any(|s| s.name == *name) => {
                unknown.push(name.clone());
                false
            }
            _ => true,
        });
        let what = match unknown.is_empty() {
            false => format!("special codes under the names {}", super::suggest::quoted(&unknown)),
            true if spec.specials && known.is_empty() => "special codes".to_owned(),
            true => return,
        };
        let message =
            format!("`{}` had {what} in training; the table does not say which values they are", spec.name);
        let mend =
            format!("declare them in `specials` of the field `{}`, or give `binning`", spec.input.value);
        builder.report.warn(code::NOTE, &self.span, message, mend);
    }

    /// The node of one characteristic's points.
    fn points(
        &self,
        spec: &CharacteristicSpec,
        here: &Here,
        builder: &mut Builder<'_>,
    ) -> Option<(u32, PointsRange)> {
        let column = builder.one(&spec.input)?;
        let mut rows = spec.rows.clone();
        if !self.derived.is_empty() {
            self.special_codes(spec, column, &mut rows, builder);
        }
        if let Some(points) = self.absent {
            let has = |rows: &BinRows, absence| {
                rows.rows.iter().any(|r| matches!(r.test.value, Test::State(a) if a == absence))
            };
            for absence in Absence::ALL {
                if !has(&rows, absence) {
                    let test = Spanned::new(Test::State(absence), self.span.clone());
                    rows.rows.push(bins::Row { test, value: points });
                }
            }
        }
        // In a card of WoE the coefficients are the linear model's.
        let factor = if self.kind == ModelKind::Margin { 1.0 } else { spec.coefficient };
        let bound = rows.bind(builder, column, factor)?;
        let (minimum, maximum) = bound.range;
        let range = PointsRange { minimum, maximum, average: spec.average };
        let effect = (bound.open, Unanswered::Need);
        // Points of what the device reads are its own work: the card, on the edge, sees points only.
        let here = &Here { feature: true, ..here.clone() };
        let id = builder.push(here, &spec.name, vec![column], bound.op, Output::number(), effect);
        Some((id, range))
    }
}
