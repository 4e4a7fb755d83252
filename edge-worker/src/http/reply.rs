//! An answer on its way out.

use std::cell::RefCell;

use worker::worker_sys::web_sys::{Headers, Response, ResponseInit};

use crate::problem::Problem;

/// Headers of every answer. It is data for programs: nothing of it may be run, framed, sniffed or kept.
const ALWAYS: [(&str, &str); 6] = [
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
    ("referrer-policy", "no-referrer"),
    ("strict-transport-security", "max-age=31536000; includeSubDomains"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("cache-control", "no-store"),
];

/// What a handler answers.
#[derive(Debug)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// Media type.
    pub kind: &'static str,
    /// Further headers.
    pub headers: Vec<(&'static str, String)>,
    /// Body.
    pub body: Vec<u8>,
}

/// What was learned about a request before it was answered.
#[derive(Debug, Default)]
pub struct Given {
    /// The request's id.
    pub id: String,
    /// The origin that may read the answer.
    pub origin: Option<String>,
    /// When the request came, ms.
    pub start: u64,
}

impl Reply {
    /// JSON.
    pub fn json(status: u16, value: &impl serde::Serialize) -> Self {
        Self::bytes(status, "application/json", serde_json::to_vec(value).unwrap_or_default())
    }

    /// Any bytes.
    pub fn bytes(status: u16, kind: &'static str, body: Vec<u8>) -> Self {
        Self { status, kind, headers: Vec::new(), body }
    }

    /// A refusal.
    pub fn problem(problem: &Problem, id: &str) -> Self {
        let mut reply = Self::bytes(problem.status(), "application/problem+json", problem.json(id));
        if let Some(seconds) = problem.retry {
            reply.headers.push(("retry-after", seconds.to_string()));
        }
        if let Some(methods) = &problem.allow {
            reply.headers.push(("allow", methods.clone()));
        }
        if problem.status() == 401 {
            reply.headers.push(("www-authenticate", "Bearer".to_owned()));
        }
        reply
    }

    /// With another header.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// As the runtime takes it.
    ///
    /// Errors: a header that the runtime refuses.
    pub fn into_response(mut self, given: &Given) -> worker::Result<Response> {
        thread_local! {
            // Headers that every answer has, made once: the runtime copies them into each answer.
            static TEMPLATE: RefCell<Option<(Headers, ResponseInit)>> = const { RefCell::new(None) };
        }
        let elapsed = worker::Date::now().as_millis().saturating_sub(given.start);
        let plain = self.headers.is_empty() && given.origin.is_none();
        TEMPLATE.with_borrow_mut(|template| {
            if template.is_none() {
                let headers = Headers::new()?;
                for (name, value) in ALWAYS {
                    headers.set(name, value)?;
                }
                *template = Some((headers, ResponseInit::new()));
            }
            let Some((common, init)) = template else { return Err("no template".into()) };
            let own;
            let headers = if plain {
                &*common
            } else {
                own = Headers::new_with_headers(common)?;
                &own
            };
            headers.set("content-type", self.kind)?;
            headers.set("x-request-id", &given.id)?;
            headers.set("server-timing", &format!("edge;dur={elapsed}"))?;
            for (name, value) in &self.headers {
                headers.set(name, value)?;
            }
            if let Some(origin) = &given.origin {
                headers.set("access-control-allow-origin", origin)?;
                headers.set("vary", "Origin")?;
                headers.set("access-control-expose-headers", "x-request-id, server-timing, retry-after")?;
            }
            init.set_status(self.status);
            init.set_headers_headers(headers);
            let body = (!matches!(self.status, 204 | 304)).then_some(&mut self.body[..]);
            Ok(Response::new_with_opt_u8_array_and_init(body, init)?)
        })
    }
}
