//! What the worker says when it refuses: problem details by RFC 9457.

use serde_json::Value;

use super::clean;

/// A refusal of the worker.
#[derive(Clone, Debug, Default)]
pub struct Problem {
    /// HTTP status.
    pub status: u16,
    /// Stable code, `SCL-nnnn`.
    pub code: String,
    /// What went wrong, in a few words.
    pub title: String,
    /// What went wrong here.
    pub detail: String,
    /// Where: a field, a node, a header.
    pub place: String,
    /// What to do.
    pub mend: String,
    /// The request's id, to find it in the worker's log.
    pub request: String,
}

impl Problem {
    /// Reads `application/problem+json`; `None` if it is none of the worker's.
    pub fn read(status: u16, body: &[u8]) -> Option<Self> {
        let value: Value = serde_json::from_slice(body).ok()?;
        let text = |name: &str| clean(value.get(name).and_then(Value::as_str).unwrap_or_default());
        let problem = Self {
            status,
            code: text("code"),
            title: text("title"),
            detail: text("detail"),
            place: text("place"),
            mend: text("mend"),
            request: text("instance").trim_start_matches("urn:request:").to_owned(),
        };
        let says_nothing = problem.title.is_empty() && problem.detail.is_empty();
        (!problem.code.is_empty() && !says_nothing).then_some(problem)
    }

    /// Title and detail as one sentence, without saying the same twice.
    pub fn message(&self) -> String {
        match (self.title.as_str(), self.detail.as_str()) {
            ("", detail) => detail.to_owned(),
            (title, "") => title.to_owned(),
            (title, detail) if title == detail => title.to_owned(),
            (title, detail) => format!("{title}: {detail}"),
        }
    }
}
