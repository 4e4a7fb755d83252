//! Bodies as JSON.

use serde::Deserialize;

use super::Call;
use crate::http::Incoming;
use crate::problem::{Code, Outcome, Problem};

/// Longest reference of an applicant, in characters.
const REFERENCE: usize = 256;
/// Longest idempotency key.
const KEY: usize = 255;

/// Reads a body that must be one JSON object.
///
/// Errors: no JSON (malformed), JSON of another shape (not acceptable).
pub(super) fn object<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Outcome<T> {
    // serde would take an array as an object whose members have lost their names.
    let blank = |byte: &&u8| b" \t\r\n".contains(byte);
    let first = body.iter().find(|byte| !blank(byte)).copied();
    serde_json::from_slice(body)
        .map_err(|error| match (error.classify(), first) {
            (serde_json::error::Category::Data, _) => Problem::value("body", unquoted(&error.to_string())),
            _ => Problem::new(Code::Malformed, "body", error.to_string()),
        })
        .and_then(|value| match first {
            Some(b'{') => Ok(value),
            _ => Err(Problem::value("body", "it must be a JSON object")),
        })
}

/// What is wrong with JSON of another shape, without the value that was found: it may be anybody's.
fn unquoted(message: &str) -> String {
    if message.starts_with("missing field") || message.starts_with("duplicate field") {
        return message.to_owned();
    }
    match message.rsplit_once(", expected ") {
        Some((_, expected)) => format!("a value or a member is another one than expected: {expected}"),
        None => "a value or a member is another one than expected".to_owned(),
    }
}

/// The parameter `limit` of a query; without it, `most`.
///
/// Errors: not from 1 to `most`.
pub(super) fn limit(incoming: &Incoming, most: u32) -> Outcome<u32> {
    let Some(text) = incoming.query("limit")? else { return Ok(most) };
    let number = text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten();
    let fits = number.filter(|number| (1..=most).contains(number));
    fits.ok_or_else(|| Problem::value("limit", format!("it must be from 1 to {most}")))
}

/// Checks the reference of an applicant. Two texts that people take for one would be two applicants: a `+` in a query is a
/// blank, so that `+49…` arrives as ` 49…`.
///
/// Errors: empty or too long; a blank at one of its ends, or a control character.
pub(super) fn reference(place: &'static str, text: &str) -> Outcome<()> {
    if !(1..=REFERENCE).contains(&text.chars().count()) {
        return Err(Problem::value(place, format!("it must have 1 to {REFERENCE} characters")));
    }
    if text.trim() != text || text.chars().any(char::is_control) {
        let detail =
            "it begins or ends with a blank, or holds a control character (in a query `+` is written %2B)";
        return Err(Problem::value(place, detail));
    }
    Ok(())
}

/// The idempotency key of a request.
///
/// Errors: empty or too long.
pub(super) fn idempotency(call: &Call<'_>) -> Outcome<Option<String>> {
    let key = call.incoming.header("idempotency-key");
    if key.as_ref().is_some_and(|key| !(1..=KEY).contains(&key.len())) {
        let detail = format!("it must have 1 to {KEY} characters");
        return Err(Problem::new(Code::Malformed, "Idempotency-Key", detail));
    }
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct One {
        #[serde(default)]
        a: Option<u32>,
    }

    #[test]
    fn a_reference_is_one_text() {
        for good in ["a", "+49 30 1", "é\u{3000}x", &"x".repeat(REFERENCE)] {
            assert!(reference("applicant", good).is_ok(), "{good:?}");
        }
        for wrong in ["", " 49", "49 ", "a\nb", "a\0", "\u{85}a", "\u{3000}a", &"x".repeat(REFERENCE + 1)] {
            assert!(reference("applicant", wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn what_was_found_is_not_said_again() {
        for body in [r#"{"a":"erika"}"#, r#"{"erika":1}"#, r#"{"a":"erika, expected erika"}"#] {
            let refused = object::<One>(body.as_bytes()).unwrap_err();
            assert!(!refused.detail.contains("erika"), "{}", refused.detail);
        }
    }

    #[test]
    fn only_an_object_of_the_shape_is_taken() {
        assert_eq!(object::<One>(b" {\"a\":1}").unwrap().a, Some(1));
        for (body, status) in [
            (&b""[..], 400),
            (b"{", 400),
            (b"\xef\xbb\xbf{}", 400),
            (b"[]", 422),
            (b"[1]", 422),
            (b"null", 422),
            (b"{\"b\":1}", 422),
            (b"{\"a\":1,\"a\":2}", 422),
            (b"{\"a\":\"x\"}", 422),
            (b"{\"a\":\"\xff\"}", 400),
        ] {
            let refused = object::<One>(body).unwrap_err();
            assert!([400, 422].contains(&refused.status()), "{body:?}");
            if body.first() != Some(&b'{') || status == 422 {
                assert_eq!(refused.status(), status, "{body:?}");
            }
        }
    }
}
