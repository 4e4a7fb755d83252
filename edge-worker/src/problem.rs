//! Refusals: problem details by RFC 9457, each with a stable code, the place and the mend.

use std::borrow::Cow;

/// What kind of refusal it is. A code never changes its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// The request is not well-formed.
    Malformed,
    /// No key, or one that is not known, revoked or ended.
    Unauthorized,
    /// The key may not do this.
    Forbidden,
    /// There is no such thing.
    NotFound,
    /// The route has other methods.
    Method,
    /// The body is larger than the route takes.
    TooLarge,
    /// The body is of another media type.
    MediaType,
    /// A value of the request is not acceptable.
    Unacceptable,
    /// Too many requests by this key.
    KeyRate,
    /// The body came too slowly.
    TooSlow,
    /// It is there already, or stands in the way.
    Conflict,
    /// A page of this origin may not call.
    Origin,
    /// The idempotency key was used for another request.
    OtherRequest,
    /// Something failed here.
    Internal,
    /// Something is missing in the set-up of the worker.
    SetUp,
    /// What the request needs to know cannot be read at present.
    Unavailable,
    /// The challenge is not of this tenant, or was changed.
    Challenge,
    /// The challenge has ended, or the receipt was made before it.
    Expired,
    /// The challenge was used already.
    Replayed,
    /// The receipt's device bundle is neither active nor in its grace period.
    Inactive,
    /// The edge key is neither current nor in its grace period.
    EdgeKey,
    /// The applicant is another one than the challenge's.
    OtherApplicant,
    /// The tenant has no active bundle.
    NoBundle,
    /// The bundle is not signed by one of the tenant's publishers.
    Publisher,
    /// Too many decisions for this applicant.
    ApplicantRate,
    /// There is nothing that an audit could compare.
    Unaudited,
    /// A decision has another outcome of the same date.
    OtherOutcome,
    /// What the active bundle needs was not given.
    Needed,
    /// The engine refused; its own code stands in the problem.
    Engine,
}

impl Code {
    /// HTTP status, code, title.
    pub const fn about(self) -> (u16, &'static str, &'static str) {
        match self {
            Self::Malformed => (400, "SCL-0901", "the request is malformed"),
            Self::Unauthorized => (401, "SCL-0902", "no valid key"),
            Self::Forbidden => (403, "SCL-0903", "the key may not do this"),
            Self::NotFound => (404, "SCL-0904", "not found"),
            Self::Method => (405, "SCL-0905", "method not allowed"),
            Self::TooLarge => (413, "SCL-0906", "the body is too large"),
            Self::MediaType => (415, "SCL-0907", "unsupported media type"),
            Self::Unacceptable => (422, "SCL-0908", "a value is not acceptable"),
            Self::KeyRate => (429, "SCL-0909", "too many requests by this key"),
            Self::TooSlow => (408, "SCL-0910", "the body came too slowly"),
            Self::Conflict => (409, "SCL-0911", "conflict"),
            Self::Origin => (403, "SCL-0912", "the origin is not allowed"),
            Self::OtherRequest => (422, "SCL-0913", "the idempotency key belongs to another request"),
            Self::Internal => (500, "SCL-0914", "the worker failed"),
            Self::SetUp => (503, "SCL-0915", "the worker is not set up"),
            Self::Unavailable => (503, "SCL-0916", "not available at present"),
            Self::Challenge => (422, "SCL-0920", "the challenge is not one of this edge"),
            Self::Expired => (410, "SCL-0921", "the challenge has expired"),
            Self::Replayed => (409, "SCL-0922", "the challenge was used already"),
            Self::Inactive => (409, "SCL-0923", "the bundle is not active"),
            Self::EdgeKey => (422, "SCL-0924", "the edge key is not accepted"),
            Self::OtherApplicant => (422, "SCL-0925", "another applicant"),
            Self::NoBundle => (409, "SCL-0926", "no active bundle"),
            Self::Publisher => (422, "SCL-0927", "not a publisher of this tenant"),
            Self::ApplicantRate => (429, "SCL-0928", "too many decisions for this applicant"),
            Self::Unaudited => (409, "SCL-0929", "nothing to audit"),
            Self::OtherOutcome => (409, "SCL-0930", "another outcome of that date"),
            Self::Needed => (422, "SCL-0931", "something is missing"),
            Self::Engine => (422, "SCL-0932", "the engine refuses"),
        }
    }

    /// What to do about it at that place.
    fn mend(self, place: &str) -> &'static str {
        match self {
            Self::Malformed | Self::Unacceptable | Self::Needed | Self::Engine => {
                "send what /openapi.json describes"
            }
            Self::Unauthorized => "send `Authorization: Bearer KEY` with a key that is in force",
            Self::Forbidden => "use a key with the scope that the route asks for",
            Self::NotFound => match place {
                "tenant" => "use the id of a tenant as it was made",
                "key" => "use the id of one of the tenant's keys; its list tells them",
                "bundle" | "digest" => {
                    "upload the bundle first, or use the digest of one that this key may have"
                }
                "id" => {
                    "use the id that a decision of this tenant was answered with, and that was not erased since"
                }
                _ => "check the address; /openapi.json lists the routes",
            },
            Self::Method => "use one of the methods in the header Allow",
            Self::TooLarge => "send less in one request",
            Self::MediaType => "send the media type that /openapi.json names",
            Self::KeyRate | Self::ApplicantRate | Self::Unavailable => {
                "wait as long as the header Retry-After says"
            }
            Self::TooSlow => "send the body at once",
            Self::Conflict => "read its present state first",
            Self::Origin => "add the page's origin to the tenant's origins",
            Self::OtherRequest => "use a new idempotency key for a new request",
            Self::Internal => "try again; the request's id finds the cause in the worker's log",
            Self::SetUp => "bind SCORELET_MASTER_KEY and SCORELET_OPERATOR_KEY_SHA256",
            Self::Challenge | Self::Expired | Self::Replayed | Self::EdgeKey => {
                "fetch a new challenge and seal again for it"
            }
            Self::Inactive => "fetch a new challenge, load the device bundle that it names and seal again",
            Self::OtherApplicant => "name the applicant that the challenge was fetched for, or none",
            Self::NoBundle => "upload and activate a bundle first",
            Self::Publisher => "sign it by a key in the tenant's publisher_keys",
            Self::Unaudited => "only decisions made from a receipt carry a commitment",
            Self::OtherOutcome => "report the later outcome with its own date",
        }
    }
}

/// A refusal on its way to the client.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// Its kind.
    pub code: Code,
    /// What is wrong here.
    pub detail: Cow<'static, str>,
    /// Where it is wrong.
    pub place: Cow<'static, str>,
    /// The engine's own code and mend.
    pub engine: Option<(&'static str, String)>,
    /// Seconds to wait, for the header Retry-After.
    pub retry: Option<u64>,
    /// Methods of the route, for the header Allow.
    pub allow: Option<String>,
}

/// Result with a refusal.
pub type Outcome<T> = Result<T, Problem>;

impl Problem {
    /// A refusal with what is wrong and where.
    pub fn new(
        code: Code,
        place: impl Into<Cow<'static, str>>,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { code, detail: detail.into(), place: place.into(), engine: None, retry: None, allow: None }
    }

    /// A value that is not acceptable.
    pub fn value(place: impl Into<Cow<'static, str>>, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Code::Unacceptable, place, detail)
    }

    /// A failure here. What failed goes to the log, not to the client.
    pub fn internal(what: &'static str) -> Self {
        Self::new(Code::Internal, what, "nothing was changed, or all of it")
    }

    /// Something that does not answer at present.
    pub fn unavailable(what: &'static str) -> Self {
        let detail = "its state could not be read, and what is known of it is too old";
        Self { retry: Some(1), ..Self::new(Code::Unavailable, what, detail) }
    }

    /// What the engine refused.
    pub fn engine(code: &'static str, place: String, detail: String, mend: String) -> Self {
        Self { engine: Some((code, mend)), ..Self::new(Code::Engine, place, detail) }
    }

    /// HTTP status.
    pub fn status(&self) -> u16 {
        self.code.about().0
    }

    /// The stable code.
    pub fn stable(&self) -> &'static str {
        self.engine.as_ref().map_or(self.code.about().1, |(code, _)| code)
    }

    /// `application/problem+json`, of the request with that id.
    pub fn json(&self, request: &str) -> Vec<u8> {
        let (status, _, title) = self.code.about();
        let mend = self.engine.as_ref().map_or(self.code.mend(&self.place), |(_, mend)| mend);
        let value = serde_json::json!({
            "type": format!("urn:scorelet:{}", self.stable()),
            "title": title,
            "status": status,
            "detail": self.detail,
            "instance": format!("urn:request:{request}"),
            "code": self.stable(),
            "place": self.place,
            "mend": mend,
        });
        serde_json::to_vec(&value).unwrap_or_default()
    }
}

impl From<scorelet_core::error::RecordError> for Problem {
    fn from(error: scorelet_core::error::RecordError) -> Self {
        Self::engine(error.code(), error.place(), error.to_string(), error.mend())
    }
}

impl From<scorelet_core::split::SplitError> for Problem {
    fn from(error: scorelet_core::split::SplitError) -> Self {
        Self::engine(error.code(), error.place(), error.to_string(), error.mend())
    }
}

impl From<scorelet_core::Error> for Problem {
    fn from(error: scorelet_core::Error) -> Self {
        Self::engine(error.code(), error.place(), error.to_string(), error.mend())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_has_all_members() {
        let problem = Problem::value("rate.key_per_minute", "it is negative");
        let json: serde_json::Value = serde_json::from_slice(&problem.json("r-1")).unwrap();
        assert_eq!(json["status"], 422);
        assert_eq!(json["code"], "SCL-0908");
        assert_eq!(json["instance"], "urn:request:r-1");
        assert_eq!(json["type"], "urn:scorelet:SCL-0908");
        assert_eq!(json["place"], "rate.key_per_minute");
        for member in ["title", "detail", "mend"] {
            assert!(json[member].is_string(), "{member}");
        }
    }

    #[test]
    fn what_is_not_found_is_mended_by_what_it_is() {
        let mut mends: Vec<_> = ["path", "tenant", "key", "bundle", "id"]
            .map(|place| Code::NotFound.mend(place))
            .into_iter()
            .filter(|mend| !mend.is_empty())
            .collect();
        mends.sort_unstable();
        mends.dedup();
        assert_eq!(mends.len(), 5);
        assert!(Code::NotFound.mend("path").contains("/openapi.json"));
        assert_eq!(Code::NotFound.mend("digest"), Code::NotFound.mend("bundle"));
    }
}
