//! Pages of an export: whole lines, and where the next page begins.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{Call, Client, EdgeError, Route};

/// Most bytes of a page.
const PAGE: u64 = 64 << 20;

/// A page of an export.
#[derive(Debug)]
pub struct Page {
    /// Whole lines of JSON, each with its line end.
    pub lines: Vec<u8>,
    /// How many.
    pub count: u64,
    /// Where the next page begins; the same as before if there was nothing.
    pub cursor: Option<String>,
}

/// The last line of a page.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Last {
    cursor: Option<String>,
}

/// Asks for the page at `cursor` (the first without one), of at most `limit` lines.
///
/// # Errors
/// As [`Client::json`]; [`EdgeError::Broken`] if the page has no end, [`EdgeError::Answer`] if it is not lines of JSON.
pub fn next_page(client: &Client, kind: &str, cursor: Option<&str>, limit: u32) -> Result<Page, EdgeError> {
    let mut route = Route::new(&["v1", "export"]).with("kind", kind).with("limit", &limit.to_string());
    if let Some(cursor) = cursor {
        route = route.with("cursor", cursor);
    }
    let call = Call::get(route);
    let mut lines = client.bytes(&call, PAGE)?;
    let end = lines.trim_ascii_end().len();
    let start = lines[..end].iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
    let Ok(last) = serde_json::from_slice::<Last>(&lines[start..end]) else {
        let what = "the page has no cursor at its end".to_owned();
        return Err(EdgeError::Broken { place: call.place(), what, again: true });
    };
    lines.truncate(start);
    let mut count = 0;
    for line in lines.split_inclusive(|&byte| byte == b'\n') {
        count += 1;
        if let Err(error) = serde_json::from_slice::<IgnoredAny>(line) {
            let what = format!("line {count} of the page is no JSON ({error})");
            return Err(EdgeError::Answer { place: call.place(), what });
        }
    }
    Ok(Page { lines, count, cursor: last.cursor })
}
