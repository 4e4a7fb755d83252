//! Sends calls to a worker and reads its answers.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use ureq::http::{Request, Response};
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::{Agent, Body, Proxy};

use super::{Address, Call, Content, EdgeError, Key, Problem, clean};

/// Most bytes of an answer in JSON. The largest is a list of a tenant's bundles or keys.
const ANSWER: u64 = 8 << 20;
/// Times that a call is sent which may be sent again.
const TRIES: u32 = 3;
/// Longest pause that a worker may ask for before the next try.
const PAUSE: Duration = Duration::from_secs(10);

/// A worker and the key to speak to it with.
pub struct Client {
    agent: Agent,
    address: Address,
    key: Key,
}

impl Client {
    /// A client. Nothing is sent yet.
    ///
    /// # Errors
    /// [`EdgeError::Tls`] if the system's root certificates cannot be read and https is asked for.
    pub fn new(address: Address, key: Key) -> Result<Self, EdgeError> {
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            // A key goes to the address that was given and nowhere else.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(concat!("scorelet/", env!("CARGO_PKG_VERSION")))
            .timeout_resolve(Some(Duration::from_secs(10)))
            .timeout_connect(Some(Duration::from_secs(10)))
            .timeout_send_body(Some(Duration::from_secs(120)))
            .timeout_recv_response(Some(Duration::from_secs(60)))
            .timeout_recv_body(Some(Duration::from_secs(120)));
        config = if address.is_plain() {
            // Through a proxy the key would leave this machine in clear.
            config.proxy(None)
        } else {
            config.proxy(Proxy::try_from_env()).https_only(true).tls_config(tls(&address)?)
        };
        Ok(Self { agent: config.build().new_agent(), address, key })
    }

    /// The key.
    pub fn key(&self) -> &Key {
        &self.key
    }

    /// Makes a call whose answer is JSON; `Null` where the worker answers with nothing (204).
    ///
    /// # Errors
    /// Any [`EdgeError`] but those of addresses and keys.
    pub fn json(&self, call: &Call<'_>) -> Result<Value, EdgeError> {
        let body = self.bytes(call, ANSWER)?;
        if body.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&body).map_err(|error| answer(call, format!("it is no JSON ({error})")))
    }

    /// Makes a call and gives its answer's body, of at most `most` bytes.
    ///
    /// # Errors
    /// As [`Client::json`].
    pub fn bytes(&self, call: &Call<'_>, most: u64) -> Result<Vec<u8>, EdgeError> {
        let mut tried = 0;
        loop {
            tried += 1;
            let last = tried >= TRIES || !call.again;
            let pause = match self.send(call).and_then(|response| received(call, response, most)) {
                Err(error @ (EdgeError::Unreachable { .. } | EdgeError::Broken { .. })) if last => {
                    return Err(error);
                }
                Err(EdgeError::Unreachable { .. } | EdgeError::Broken { .. }) => None,
                Err(error) => return Err(error),
                Ok(Received::Body(body)) => return Ok(body),
                Ok(Received::Refusal { error, .. }) if last => return Err(error),
                Ok(Received::Refusal { error, later: None }) => return Err(error),
                Ok(Received::Refusal { later: Some(pause), .. }) => Some(pause),
            };
            std::thread::sleep(pause.unwrap_or(Duration::from_millis(200) * tried * tried));
        }
    }

    fn send(&self, call: &Call<'_>) -> Result<Response<Body>, EdgeError> {
        let builder = Request::builder()
            .method(call.method.name())
            .uri(self.address.url(&call.route.whole()))
            .header("authorization", self.key.bearer())
            .header("accept", "application/json, application/x-ndjson, application/problem+json");
        let wrong = |error: ureq::http::Error| answer(call, error.to_string());
        let sent = match &call.content {
            Content::Nothing => self.agent.run(builder.body(()).map_err(wrong)?),
            Content::Json(value) => {
                let builder = builder.header("content-type", "application/json");
                self.agent.run(builder.body(value.to_string()).map_err(wrong)?)
            }
            Content::Bundle(bytes) => {
                let builder = builder.header("content-type", "application/vnd.scorelet.bundle");
                self.agent.run(builder.body(*bytes).map_err(wrong)?)
            }
        };
        sent.map_err(|error| self.failed(call, error))
    }

    fn failed(&self, call: &Call<'_>, error: ureq::Error) -> EdgeError {
        let address = || self.address.text().to_owned();
        match error {
            ureq::Error::Io(ref io) if tls_failure(io).is_some() => {
                EdgeError::Tls { address: address(), what: tls_failure(io).unwrap_or_default() }
            }
            ureq::Error::Rustls(error) => EdgeError::Tls { address: address(), what: error.to_string() },
            ureq::Error::Tls(what) => EdgeError::Tls { address: address(), what: what.to_owned() },
            ureq::Error::HostNotFound => {
                EdgeError::Unreachable { address: address(), what: "the host's name is not known".to_owned() }
            }
            ureq::Error::ConnectionFailed => {
                EdgeError::Unreachable { address: address(), what: "it was refused".to_owned() }
            }
            ureq::Error::Io(io) if unreachable(io.kind()) => {
                EdgeError::Unreachable { address: address(), what: io.to_string() }
            }
            ureq::Error::Timeout(ureq::Timeout::Resolve | ureq::Timeout::Connect) => {
                EdgeError::Unreachable { address: address(), what: "it took too long".to_owned() }
            }
            error => broken(call, error),
        }
    }
}

/// What came back.
enum Received {
    Body(Vec<u8>),
    Refusal {
        error: EdgeError,
        /// How long to wait before it is worth another try; `None` if it never is.
        later: Option<Duration>,
    },
}

fn received(call: &Call<'_>, mut response: Response<Body>, most: u64) -> Result<Received, EdgeError> {
    let status = response.status();
    let later = matches!(status.as_u16(), 429 | 502 | 503 | 504).then(|| {
        let header = response.headers().get("retry-after").and_then(|value| value.to_str().ok());
        let seconds = header.and_then(|text| text.trim().parse().ok());
        seconds.map_or(Duration::from_millis(500), Duration::from_secs).min(PAUSE)
    });
    let most = if status.is_success() { most } else { ANSWER };
    let body = response.body_mut().with_config().limit(most).read_to_vec();
    let body = body.map_err(|error| match error {
        ureq::Error::BodyExceedsLimit(_) => answer(call, format!("it has more than {most} bytes")),
        error => broken(call, error),
    })?;
    if status.is_success() {
        return Ok(Received::Body(body));
    }
    let error = match Problem::read(status.as_u16(), &body) {
        Some(problem) => EdgeError::Refused { place: call.place(), problem: Box::new(problem) },
        None => answer(call, what_else(status.as_u16(), &response, &body)),
    };
    Ok(Received::Refusal { error, later })
}

/// A refusal that is no problem document: most often a gateway's page.
fn what_else(status: u16, response: &Response<Body>, body: &[u8]) -> String {
    let target = response.headers().get("location").and_then(|value| value.to_str().ok());
    if let (300..400, Some(target)) = (status, target) {
        return format!("HTTP {status}, it points to {}, and a key does not follow", clean(target));
    }
    let first: String = String::from_utf8_lossy(body).chars().take(80).collect();
    match clean(first.trim()).as_str() {
        "" => format!("HTTP {status} with nothing in it"),
        first => format!("HTTP {status}: {first}"),
    }
}

fn answer(call: &Call<'_>, what: String) -> EdgeError {
    EdgeError::Answer { place: call.place(), what }
}

fn broken(call: &Call<'_>, error: ureq::Error) -> EdgeError {
    let (place, again) = (call.place(), call.again);
    match error {
        ureq::Error::Timeout(wait) => EdgeError::Timeout { place, what: wait.to_string(), again },
        ureq::Error::Io(error) => EdgeError::Broken { place, what: error.to_string(), again },
        ureq::Error::Protocol(error) => answer(call, error.to_string()),
        error => answer(call, error.to_string()),
    }
}

fn unreachable(kind: io::ErrorKind) -> bool {
    use io::ErrorKind as Kind;
    matches!(
        kind,
        Kind::ConnectionRefused
            | Kind::HostUnreachable
            | Kind::NetworkUnreachable
            | Kind::AddrNotAvailable
            | Kind::NetworkDown
    )
}

/// rustls tells of a bad certificate inside an I/O error.
fn tls_failure(error: &io::Error) -> Option<String> {
    error.get_ref()?.downcast_ref::<rustls::Error>().map(ToString::to_string)
}

/// TLS 1.2 and 1.3 by ring, against the roots of this system.
fn tls(address: &Address) -> Result<TlsConfig, EdgeError> {
    // Another part of the program may have chosen one before: that is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let found = rustls_native_certs::load_native_certs();
    if found.certs.is_empty() {
        let first = found.errors.first().map_or_else(|| "there are none".to_owned(), ToString::to_string);
        let what = format!("no root certificates on this system: {first}");
        return Err(EdgeError::Tls { address: address.text().to_owned(), what });
    }
    let certs: Vec<Certificate<'static>> =
        found.certs.iter().map(|cert| Certificate::from_der(cert).to_owned()).collect();
    Ok(TlsConfig::builder().root_certs(RootCerts::Specific(Arc::new(certs))).build())
}
