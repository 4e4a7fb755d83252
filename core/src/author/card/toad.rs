//! toad: `ScoreCard.export(to_json=…)`: feature → { bin: points }, both in order.
//!
//! Conventions, from `ScoreCard.load` and `predict`: intervals are `[a ~ b)`; a comma joins categories; `else` is every other
//! category, and without it an unknown one takes the least points of the characteristic; `nan` is a missing number, and
//! without it −1 is put in its place; a missing category is the text `nan`. The base is spread over the points.

use core::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};

use super::{CardBin, CardFormat, CardTest, Characteristic, ImportedScorecard, malformed, number};
use crate::Error;

const FORMAT: &str = "a card of toad";

/// What toad puts in the place of a missing number.
const FILL: f64 = -1.0;

/// A JSON object in the order of the file.
struct Ordered<T>(Vec<(String, T)>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Ordered<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries<T>(core::marker::PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Entries<T> {
            type Value = Ordered<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Ordered<T>, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Ordered(entries))
            }
        }
        deserializer.deserialize_map(Entries(core::marker::PhantomData))
    }
}

type Card = Ordered<Ordered<f64>>;

fn parse(bytes: &[u8]) -> Result<Card, serde_json::Error> {
    serde_json::from_slice(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes))
}

/// Reads the card.
pub(super) fn import(bytes: &[u8]) -> Result<ImportedScorecard, Error> {
    let card = parse(bytes).map_err(|e| malformed(FORMAT, e.to_string(), format!("line {}", e.line())))?;
    let mut imported = ImportedScorecard::empty(CardFormat::Toad);
    for (name, bins) in card.0 {
        if bins.0.is_empty() {
            return Err(malformed(FORMAT, "a feature has no bins", format!("`{name}`")));
        }
        let numeric = bins.0.iter().any(|(bin, _)| interval(bin).is_some());
        let own = if numeric { numbers(&name, &bins.0)? } else { categories(&bins.0) };
        imported.characteristics.push(Characteristic { name, bins: own });
    }
    Ok(imported)
}

fn bin(test: CardTest, points: f64) -> CardBin {
    CardBin { line: 0, test, points, woe: None, share: None }
}

fn numbers(name: &str, list: &[(String, f64)]) -> Result<Vec<CardBin>, Error> {
    let mut bins = Vec::new();
    for (text, points) in list {
        let test = match interval(text) {
            Some(range) => range,
            None if text == "nan" => CardTest::Missing,
            None => {
                let what = format!("`{text}` is neither an interval nor `nan`");
                return Err(malformed(FORMAT, what, format!("`{name}`")));
            }
        };
        bins.push(bin(test, *points));
    }
    if !bins.iter().any(|b| b.test == CardTest::Missing) {
        let holds =
            |b: &&CardBin| matches!(b.test, CardTest::Range { from, to } if from <= FILL && FILL < to);
        if let Some(points) = bins.iter().find(holds).map(|b| b.points) {
            bins.push(bin(CardTest::Missing, points));
        }
    }
    Ok(bins)
}

fn categories(list: &[(String, f64)]) -> Vec<CardBin> {
    let mut bins = Vec::new();
    for (text, points) in list {
        if text == "else" {
            bins.push(bin(CardTest::Other, *points));
            continue;
        }
        let groups: Vec<String> = text.split(',').map(str::to_owned).collect();
        // toad makes the text `nan` of a missing value, or `None` of Python's None.
        let absent = if list.iter().any(|(t, _)| t.split(',').any(|g| g == "nan")) { "nan" } else { "None" };
        if groups.iter().any(|g| g == absent) {
            bins.push(bin(CardTest::Missing, *points));
        }
        bins.push(bin(CardTest::Categories(groups), *points));
    }
    let least = list.iter().map(|(_, points)| *points).fold(f64::INFINITY, f64::min);
    let other = bins.iter().find(|b| b.test == CardTest::Other).map_or(least, |b| b.points);
    for test in [CardTest::Other, CardTest::Missing] {
        if !bins.iter().any(|b| b.test == test) {
            bins.push(bin(test, other));
        }
    }
    bins
}

/// `[-inf ~ 0.5)`; older versions wrote a hyphen between blanks.
fn interval(text: &str) -> Option<CardTest> {
    let inner = text.trim().strip_prefix('[')?.strip_suffix(')')?;
    let (from, to) = inner.split_once('~').or_else(|| inner.split_once(" - "))?;
    Some(CardTest::Range { from: number::parse(from)?, to: number::parse(to)? })
}
