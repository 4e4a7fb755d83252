//! Arithmetic nodes: functions of one column, of two, of many.

use super::builder::{Builder, Here, Kind, Live, Output, Unanswered};
use super::code;
use super::node::{Parsed, Spec};
use super::policies::Absence;
use super::report::{Name, Spanned};
use super::suggest;
use super::table::Table;
use crate::column::State;
use crate::feature::Fallback;
use crate::feature::arith::{Arith, Comparison};
use crate::graph::Op;

/// What becomes of the inputs' units.
#[derive(Clone, Copy, PartialEq)]
enum Units {
    /// They must agree; the result has the same.
    Same,
    /// The result has none.
    None,
}

struct Function {
    arith: Arith,
    inputs: Vec<Name>,
    units: Units,
}

impl Spec for Function {
    fn inputs(&self) -> Vec<Name> {
        self.inputs.clone()
    }

    fn build(&self, here: &Here, builder: &mut Builder<'_>) -> Option<()> {
        let any = self.arith == Arith::IsAbsent;
        let read = |name| if any { builder.one(name) } else { builder.quantity(name) };
        let found: Vec<Option<u32>> = self.inputs.iter().map(read).collect();
        let inputs = found.into_iter().collect::<Option<Vec<u32>>>()?;
        let mut output = Output::number();
        if let Some(out) = output.first_mut() {
            out.kind = self.result(&inputs, builder);
            out.unit = self.unit(&inputs, builder)?;
        }
        let open = if any { Live::new() } else { builder.live(&inputs) };
        if let Err(what) = self.arith.clone().new() {
            builder.refused(&here.name.span, what, &here.name.value);
            return None;
        }
        let op = Op::Arith(self.arith.clone());
        builder.push(here, "", inputs, op, output, (open, Unanswered::Pass));
        Some(())
    }
}

impl Function {
    fn result(&self, inputs: &[u32], builder: &Builder<'_>) -> Kind {
        let date = |id: &u32| builder.column(*id).is_some_and(|c| c.kind == Kind::Date);
        match self.arith {
            Arith::Compare { .. } | Arith::IsAbsent => Kind::Flag,
            Arith::Min | Arith::Max | Arith::Clip { .. } if inputs.iter().all(date) => Kind::Date,
            _ => Kind::Number,
        }
    }

    /// The unit of the result; reports inputs that cannot be put together.
    fn unit(&self, inputs: &[u32], builder: &Builder<'_>) -> Option<String> {
        if self.units == Units::None {
            return Some(String::new());
        }
        let columns: Vec<_> =
            self.inputs.iter().zip(inputs).filter_map(|(n, &id)| Some((n, builder.column(id)?))).collect();
        let (_, first) = columns.first()?;
        let dates = columns.iter().filter(|(_, c)| c.kind == Kind::Date).count();
        if let Some((name, other)) =
            columns.iter().find(|(_, c)| (c.kind == Kind::Date) != (first.kind == Kind::Date))
        {
            let message = format!(
                "`{}` is {} and `{}` is {}",
                first.name,
                first.kind.describe(),
                other.name,
                other.kind.describe()
            );
            builder.report.error(code::INPUT, &name.span, message, "put dates together with dates only");
            return None;
        }
        if dates > 0 {
            if matches!(self.arith, Arith::Add) {
                let (name, _) = columns.first()?;
                builder.report.error(
                    code::INPUT,
                    &name.span,
                    "dates cannot be added",
                    "subtract them: the result is in days",
                );
                return None;
            }
            return Some(if matches!(self.arith, Arith::Sub) { "days".to_owned() } else { String::new() });
        }
        let united = columns.iter().find(|(_, c)| !c.unit.is_empty()).map(|(_, c)| *c);
        let Some(united) = united else { return Some(String::new()) };
        if let Some((name, other)) = columns.iter().find(|(_, c)| !c.unit.is_empty() && c.unit != united.unit)
        {
            builder.report.error(
                code::INPUT,
                &name.span,
                format!("`{}` is in {} and `{}` in {}", united.name, united.unit, other.name, other.unit),
                "convert one of them first (`kind = \"affine\"` with `scale`), or mend the units of the fields",
            );
            return None;
        }
        Some(united.unit.clone())
    }
}

fn function(arith: Option<Arith>, inputs: Option<Vec<Name>>, units: Units) -> Parsed {
    Some(Box::new(Function { arith: arith?, inputs: inputs?, units }))
}

fn input(table: &Table<'_>) -> Option<Vec<Name>> {
    Some(vec![table.need("input", "\"…\"")?.text()?])
}

fn inputs(table: &Table<'_>, exactly: Option<usize>) -> Option<Vec<Name>> {
    let item = table.need("inputs", "[\"…\", \"…\"]")?;
    let names = item.texts()?;
    let fits = exactly.map_or(!names.is_empty(), |n| names.len() == n);
    if !fits {
        let wanted = exactly.map_or("at least one".to_owned(), |n| n.to_string());
        let message = format!("{} lists {} inputs", table.what(), names.len());
        table.report().error(code::VALUE, &item.span(), message, format!("list {wanted}"));
        return None;
    }
    Some(names)
}

fn number(table: &Table<'_>, key: &'static str) -> Option<f64> {
    table.need(key, "0.0")?.number().map(|x| x.value)
}

/// `otherwise`: a number or a state. `Some` of the default if it is not there.
fn otherwise(table: &Table<'_>) -> Option<Fallback> {
    let Some(item) = table.get("otherwise") else { return Some(Fallback::State(State::OUT_OF_RANGE)) };
    if let Some(Spanned { value, .. }) = item.as_number() {
        return Some(Fallback::Value(value));
    }
    let states =
        [("missing", State::MISSING), ("out_of_range", State::OUT_OF_RANGE), ("unseen", State::UNSEEN)];
    item.choice(&states).map(|s| Fallback::State(s.value))
}

pub(super) fn clip(table: &Table<'_>, _: &Name) -> Parsed {
    let bound = |key| table.get(key).map(|i| i.number());
    let (lo, hi, from) = (bound("min"), bound("max"), input(table));
    if lo.is_none() && hi.is_none() {
        let message = format!("{} has neither `min` nor `max`", table.what());
        table.report().error(code::MISSING_KEY, table.span(), message, "add `min = …` or `max = …`");
        return None;
    }
    let lo = lo.map_or(Some(f64::NEG_INFINITY), |x| x.map(|x| x.value));
    let hi = hi.map_or(Some(f64::INFINITY), |x| x.map(|x| x.value));
    function(lo.zip(hi).map(|(lo, hi)| Arith::Clip { lo, hi }), from, Units::Same)
}

pub(super) fn log(table: &Table<'_>, _: &Name) -> Parsed {
    function(otherwise(table).map(|otherwise| Arith::Ln { otherwise }), input(table), Units::None)
}

pub(super) fn log1p(table: &Table<'_>, _: &Name) -> Parsed {
    function(otherwise(table).map(|otherwise| Arith::Ln1p { otherwise }), input(table), Units::None)
}

pub(super) fn sqrt(table: &Table<'_>, _: &Name) -> Parsed {
    function(otherwise(table).map(|otherwise| Arith::Sqrt { otherwise }), input(table), Units::None)
}

pub(super) fn exp(table: &Table<'_>, _: &Name) -> Parsed {
    function(Some(Arith::Exp), input(table), Units::None)
}

pub(super) fn abs(table: &Table<'_>, _: &Name) -> Parsed {
    function(Some(Arith::Abs), input(table), Units::Same)
}

pub(super) fn negate(table: &Table<'_>, _: &Name) -> Parsed {
    function(Some(Arith::Neg), input(table), Units::Same)
}

pub(super) fn standardise(table: &Table<'_>, _: &Name) -> Parsed {
    let (mean, sd) = (number(table, "mean"), number(table, "sd"));
    function(mean.zip(sd).map(|(mean, sd)| Arith::Standardise { mean, sd }), input(table), Units::None)
}

pub(super) fn affine(table: &Table<'_>, _: &Name) -> Parsed {
    let figure = |key, default| table.get(key).map_or(Some(default), |i| i.number().map(|x| x.value));
    let (scale, offset) = (figure("scale", 1.0), figure("offset", 0.0));
    function(
        scale.zip(offset).map(|(scale, offset)| Arith::Affine { scale, offset }),
        input(table),
        Units::None,
    )
}

pub(super) fn ratio(table: &Table<'_>, _: &Name) -> Parsed {
    let name = |key| table.need(key, "\"…\"").and_then(|i| i.text());
    let (numerator, denominator) = (name("numerator"), name("denominator"));
    let names = numerator.zip(denominator).map(|(a, b)| vec![a, b]);
    function(otherwise(table).map(|otherwise| Arith::Ratio { otherwise }), names, Units::None)
}

pub(super) fn subtract(table: &Table<'_>, _: &Name) -> Parsed {
    function(Some(Arith::Sub), inputs(table, Some(2)), Units::Same)
}

pub(super) fn add(table: &Table<'_>, _: &Name) -> Parsed {
    function(Some(Arith::Add), inputs(table, None), Units::Same)
}

pub(super) fn multiply(table: &Table<'_>, _: &Name) -> Parsed {
    function(Some(Arith::Mul), inputs(table, None), Units::None)
}

pub(super) fn min(table: &Table<'_>, _: &Name) -> Parsed {
    function(Some(Arith::Min), inputs(table, None), Units::Same)
}

pub(super) fn max(table: &Table<'_>, _: &Name) -> Parsed {
    function(Some(Arith::Max), inputs(table, None), Units::Same)
}

pub(super) fn weighted_sum(table: &Table<'_>, _: &Name) -> Parsed {
    let weights = table.need("weights", "{ age = 0.5 }")?.table(format!("`weights` of {}", table.what()))?;
    let entries = weights.named();
    let n = entries.len();
    let (names, weights): (Vec<Name>, Vec<f64>) =
        entries.into_iter().filter_map(|(name, item)| Some((name, item.number()?.value))).unzip();
    if n == 0 {
        table.report().error(
            code::VALUE,
            table.span(),
            format!("{} has no weights", table.what()),
            "list at least one",
        );
    }
    let sound = n > 0 && names.len() == n;
    function(sound.then_some(Arith::WeightedSum { weights }), Some(names), Units::None)
}

pub(super) fn compare(table: &Table<'_>, _: &Name) -> Parsed {
    const WORDS: [(&str, Comparison); 6] = [
        ("less", Comparison::Less),
        ("less_equal", Comparison::LessEqual),
        ("greater", Comparison::Greater),
        ("greater_equal", Comparison::GreaterEqual),
        ("equal", Comparison::Equal),
        ("not_equal", Comparison::NotEqual),
    ];
    let from = input(table);
    let found: Vec<_> = WORDS.iter().filter_map(|&(word, how)| Some((how, table.get(word)?))).collect();
    let arith = match found.as_slice() {
        [(how, item)] => item.number().map(|x| Arith::Compare { how: *how, constant: x.value }),
        _ => {
            let message = format!("{} needs exactly one comparison", table.what());
            let mend = format!("write one of {}", suggest::quoted(&WORDS.map(|(w, _)| w)));
            table.report().error(code::MISSING_KEY, table.span(), message, mend);
            None
        }
    };
    function(arith, from, Units::None)
}

pub(super) fn is_absent(table: &Table<'_>, _: &Name) -> Parsed {
    function(Some(Arith::IsAbsent), input(table), Units::None)
}

/// Four keys with a number each: what a node gives for absent inputs.
pub(super) fn state_values(table: &Table<'_>) -> Option<crate::feature::StateValues> {
    let read =
        |absence: Absence| table.get(absence.key()).map_or(Some(None), |i| i.number().map(|x| Some(x.value)));
    let [missing, special, unseen, out_of_range] = Absence::ALL.map(read);
    Some(crate::feature::StateValues {
        missing: missing?,
        special: special?,
        unseen: unseen?,
        out_of_range: out_of_range?,
        specials: Vec::new(),
    })
}
