//! A request: only what is asked for is fetched from the runtime, since each crossing costs.

use std::borrow::Cow;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use worker::Delay;
use worker::js_sys::futures::JsFuture;
use worker::js_sys::{Reflect, Uint8Array};
use worker::wasm_bindgen::{JsCast, JsValue};
use worker::worker_sys::web_sys::{Headers, ReadableStreamDefaultReader, Request};

use crate::problem::{Code, Outcome, Problem};
use crate::route::Body;

/// How long a body may take to arrive.
const PATIENCE: Duration = Duration::from_secs(20);

/// A request.
#[derive(Debug)]
pub struct Incoming {
    request: Request,
    headers: Headers,
    /// HTTP method.
    pub method: String,
    url: String,
    path: std::ops::Range<usize>,
}

impl Incoming {
    /// Takes a request of the runtime.
    pub fn new(request: Request) -> Self {
        let url = request.url();
        // `scheme://host/path?query`: the runtime gives it serialised, so that the first slash after the host begins the path.
        let host = url.find("://").map_or(0, |at| at + 3);
        let start = url.get(host..).and_then(|rest| rest.find('/')).map_or(url.len(), |at| host + at);
        let end = url.get(start..).and_then(|rest| rest.find(['?', '#'])).map_or(url.len(), |at| start + at);
        Self { headers: request.headers(), method: request.method(), request, url, path: start..end }
    }

    /// Its path, as it was sent.
    pub fn path(&self) -> &str {
        self.url.get(self.path.clone()).unwrap_or("/")
    }

    /// A header.
    pub fn header(&self, name: &str) -> Option<String> {
        self.headers.get(name).ok().flatten()
    }

    /// A parameter of the query.
    ///
    /// Errors: one that is given twice, or is not UTF-8.
    pub fn query(&self, name: &'static str) -> Outcome<Option<String>> {
        let query = self.url.get(self.path.end + 1..).unwrap_or_default();
        let query = query.split('#').next().unwrap_or_default();
        let mut found = None;
        for pair in query.split('&') {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            if unescaped(key).as_deref() != Some(name) {
                continue;
            }
            let value = unescaped(value);
            let value = value.ok_or_else(|| Problem::new(Code::Malformed, name, "it is not UTF-8"))?;
            if found.replace(value.into_owned()).is_some() {
                return Err(Problem::new(Code::Malformed, name, "it is given twice"));
            }
        }
        Ok(found)
    }

    /// The body, if it is what the route takes.
    ///
    /// Errors: another media type, a body that is too large or too slow.
    pub async fn body(&self, takes: Body) -> Outcome<Vec<u8>> {
        let limit = match takes {
            Body::None => return Ok(Vec::new()),
            Body::Json(limit) | Body::OptionalJson(limit) | Body::Bundle(limit) => limit,
        };
        let kind = self.header("content-type");
        let kind = kind.as_deref().map_or("", |kind| kind.split(';').next().unwrap_or_default().trim());
        let fits = match takes {
            Body::Bundle(_) => {
                ["application/vnd.scorelet.bundle", "application/octet-stream"].contains(&kind)
            }
            Body::OptionalJson(_) if kind.is_empty() => true,
            _ => kind.eq_ignore_ascii_case("application/json"),
        };
        if !fits {
            return Err(Problem::new(
                Code::MediaType,
                "Content-Type",
                format!("`{}` is not taken", shown(kind)),
            ));
        }
        let large = || {
            let detail = format!("at most {limit} bytes are taken");
            Err(Problem::new(Code::TooLarge, "body", detail))
        };
        let declared = self.header("content-length").and_then(|text| text.parse::<usize>().ok());
        if declared.is_some_and(|length| length > limit) {
            return large();
        }
        let read = async {
            // The server holds a body to the length that it declared.
            if declared.is_some() {
                return self.whole().await.map(Some);
            }
            self.in_parts(limit).await
        };
        match in_time(read).await {
            None => Err(Problem::new(Code::TooSlow, "body", "it did not arrive in time")),
            Some(Err(_)) => Err(Problem::new(Code::Malformed, "body", "it broke off")),
            Some(Ok(None)) => large(),
            Some(Ok(Some(bytes))) => Ok(bytes),
        }
    }

    async fn whole(&self) -> Result<Vec<u8>, JsValue> {
        let buffer = JsFuture::from(self.request.array_buffer()?).await?;
        Ok(Uint8Array::new(&buffer).to_vec())
    }

    /// Reads a body of unknown length, and no more of it than the limit.
    async fn in_parts(&self, limit: usize) -> Result<Option<Vec<u8>>, JsValue> {
        let Some(stream) = self.request.body() else { return Ok(Some(Vec::new())) };
        let reader: ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
        let mut bytes = Vec::new();
        loop {
            let part = JsFuture::from(reader.read()).await?;
            if Reflect::get(&part, &"done".into())?.is_truthy() {
                return Ok(Some(bytes));
            }
            let part = Uint8Array::new(&Reflect::get(&part, &"value".into())?);
            if bytes.len() + part.length() as usize > limit {
                // What is still to come is not waited for.
                let _ = reader.cancel();
                return Ok(None);
            }
            bytes.extend(part.to_vec());
        }
    }
}

/// What a future gives within [`PATIENCE`].
async fn in_time<T>(future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    let mut delay = pin!(Delay::from(PATIENCE));
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending => delay.as_mut().poll(context).map(|()| None),
    })
    .await
}

/// A text of the client in a message: short, and nothing but printable ASCII.
pub(super) fn shown(text: &str) -> String {
    text.chars().take(40).map(|c| if c.is_ascii_graphic() { c } else { '?' }).collect()
}

/// Percent-decoding of a query's name or value.
fn unescaped(text: &str) -> Option<Cow<'_, str>> {
    if !text.bytes().any(|byte| byte == b'%' || byte == b'+') {
        return Some(text.into());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        let escape = after.first_chunk::<2>().filter(|_| byte == b'%');
        let escaped = escape.and_then(|pair| core::str::from_utf8(pair).ok()).and_then(crate::text::unhex);
        match (byte, escaped.as_deref()) {
            (_, Some(&[decoded])) => {
                bytes.push(decoded);
                rest = after.get(2..).unwrap_or_default();
            }
            (b'+', _) => bytes.push(b' '),
            _ => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).ok().map(Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_decoded() {
        assert_eq!(unescaped("a%2Fb+c").as_deref(), Some("a/b c"));
        assert_eq!(unescaped("100%").as_deref(), Some("100%"));
        assert_eq!(unescaped("%C3%A4").as_deref(), Some("ä"));
        assert_eq!(unescaped("%FF"), None);
    }

    #[test]
    fn what_is_shown_of_a_client_s_text_is_short_and_printable() {
        assert_eq!(shown("text/<b>\r\nx"), "text/<b>??x");
        assert_eq!(shown(&"y".repeat(99)).len(), 40);
    }
}
