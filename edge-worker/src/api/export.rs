//! `GET /v1/export`: decisions, outcomes and audits as lines of JSON, page by page.
//!
//! A cursor holds how far every shard was read: asked again later with the last one, the export goes on with what is new.

use super::{Call, ShardAsk, ask_shard, parse};
use crate::http::Reply;
use crate::ids::SHARDS;
use crate::problem::{Code, Outcome, Problem};
use crate::store::shard::{Positions, Taken};
use crate::text::{base64, unbase64};

const KINDS: [&str; 4] = ["all", "decisions", "feedback", "audits"];
const MOST: u32 = 1000;
/// Bytes of a page after which no further shard is asked.
const PAGE: usize = 4 << 20;

type All = [Positions; SHARDS as usize];

pub(super) async fn export(call: &Call<'_>) -> Outcome<Reply> {
    let (known, _) = call.tenant()?;
    let kind = call.incoming.query("kind")?.unwrap_or_else(|| "all".to_owned());
    if !KINDS.contains(&kind.as_str()) {
        return Err(Problem::value("kind", format!("it must be one of {}", KINDS.join(", "))));
    }
    let limit = parse::limit(call.incoming, MOST)?;
    let mut positions = match call.incoming.query("cursor")?.as_deref() {
        None | Some("") => All::default(),
        Some(text) => read(text)
            .ok_or_else(|| Problem::new(Code::Malformed, "cursor", "it is none of an earlier page"))?,
    };
    let bindings = call.bindings()?;
    let mut left = limit;
    let mut body = Vec::new();
    for (shard, position) in (0..).zip(&mut positions) {
        if left == 0 || body.len() >= PAGE {
            break;
        }
        let ask = ShardAsk::Export { after: *position, limit: left, kind: kind.clone() };
        let (taken, lines): (Taken, _) = ask_shard(&bindings, known, shard, &ask, &[]).await?;
        left -= taken.lines.min(left);
        *position = taken.after;
        body.extend(lines);
    }
    body.extend(format!("{{\"cursor\":\"{}\"}}\n", write(&positions)).into_bytes());
    Ok(Reply::bytes(200, "application/x-ndjson", body))
}

/// Version, then the positions as numbers of seven bits a byte (LEB128).
fn write(all: &All) -> String {
    let mut bytes = vec![1];
    for position in all {
        for mut number in [position.decisions, position.feedback, position.audits] {
            while number >= 128 {
                bytes.push(number as u8 | 128);
                number >>= 7;
            }
            bytes.push(number as u8);
        }
    }
    base64(&bytes)
}

fn read(text: &str) -> Option<All> {
    let bytes = unbase64(text)?;
    let mut bytes = bytes.into_iter();
    if bytes.next() != Some(1) {
        return None;
    }
    let mut number = || {
        let mut number = 0u64;
        // The database binds numbers that JavaScript has exactly: 53 bits.
        for shift in (0..56).step_by(7) {
            let byte = bytes.next()?;
            number |= u64::from(byte & 127) << shift;
            if byte < 128 {
                return (number < 1 << 53).then_some(number);
            }
        }
        None
    };
    let mut all = All::default();
    for position in &mut all {
        *position = Positions { decisions: number()?, feedback: number()?, audits: number()? };
    }
    bytes.next().is_none().then_some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_it_was_written() {
        let mut all = All::default();
        all[3] = Positions { decisions: 1, feedback: 127, audits: 128 };
        all[15] = Positions { decisions: 123_456_789_012, feedback: 0, audits: 1 << 40 };
        assert_eq!(read(&write(&all)), Some(all));
        for wrong in ["", "x", "AA", "AQ", "AQAA", &format!("{}AA", write(&all)), &"_".repeat(200)] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
