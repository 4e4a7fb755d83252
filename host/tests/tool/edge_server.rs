//! A tiny HTTP server that answers as it is told, once a connection, and keeps what it was asked.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use serde_json::Value;

use super::sandbox::{Ran, Sandbox, run};

/// What was asked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked {
    /// Method, path and query.
    pub(crate) line: String,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// What is answered: the bytes as they go out.
pub(crate) type Reply = Vec<u8>;

/// An answer with a body.
pub(crate) fn reply(status: &str, kind: &str, body: impl AsRef<[u8]>) -> Reply {
    let body = body.as_ref();
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

/// An answer in JSON.
pub(crate) fn json(value: Value) -> Reply {
    reply("200 OK", "application/json", value.to_string())
}

/// A refusal as the worker gives it.
pub(crate) fn problem(status: &str, value: Value) -> Reply {
    reply(status, "application/problem+json", value.to_string())
}

pub(crate) struct Server {
    pub(crate) url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Answers the first request with `answer(0, …)`, and so on.
    pub(crate) fn new(answer: impl Fn(usize, &Asked) -> Reply + Send + 'static) -> Self {
        Self::over("http://127.0.0.1", answer, |stream, talk| talk(&mut &*stream, &mut &*stream))
    }

    /// The same with something between the socket and HTTP.
    pub(crate) fn over(
        scheme: &str,
        answer: impl Fn(usize, &Asked) -> Reply + Send + 'static,
        wrap: impl Fn(&TcpStream, &mut dyn FnMut(&mut dyn Read, &mut dyn Write)) + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("{scheme}:{}", listener.local_addr().unwrap().port());
        let (asked, stop) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let (kept, stopped) = (asked.clone(), stop.clone());
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if stopped.load(Ordering::SeqCst) {
                    return;
                }
                wrap(&stream.unwrap(), &mut |input, output| {
                    let Some(request) = read(input) else { return };
                    let at = {
                        let mut kept = kept.lock().unwrap();
                        kept.push(request.clone());
                        kept.len() - 1
                    };
                    // Who has heard enough goes away.
                    let _ = output.write_all(&answer(at, &request)).and_then(|()| output.flush());
                });
            }
        });
        Self { url, asked, stop, thread: Some(thread) }
    }

    /// Answers everything the same way.
    pub(crate) fn always(answer: Reply) -> Self {
        Self::new(move |_, _| answer.clone())
    }

    /// What was asked until now.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.line).collect()
    }

    /// Runs `scorelet edge` against it, as the operator.
    pub(crate) fn edge(&self, sandbox: &Sandbox, args: &[&str]) -> Ran {
        edge(sandbox, &[&["--url", &self.url], args].concat(), "scl_op_secret")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        let address = self.url.rsplit(':').next().unwrap();
        let _ = TcpStream::connect(format!("127.0.0.1:{address}"));
        let _ = self.thread.take().unwrap().join();
    }
}

/// Runs `scorelet edge` with a key and nothing else of this machine's environment.
pub(crate) fn edge(sandbox: &Sandbox, args: &[&str], key: &str) -> Ran {
    edge_with(sandbox, args, key, "")
}

pub(crate) fn edge_with(sandbox: &Sandbox, args: &[&str], key: &str, stdin: &str) -> Ran {
    let mut command = sandbox.command(&[&["edge"], args].concat());
    for name in ["SCORELET_EDGE_URL", "SCORELET_EDGE_TENANT", "ALL_PROXY", "HTTPS_PROXY", "https_proxy"] {
        command.env_remove(name);
    }
    command.env("SCORELET_EDGE_KEY", key);
    // A proxy that is not there: nothing may be sent to it.
    command.env("HTTP_PROXY", "http://127.0.0.1:9").env("http_proxy", "http://127.0.0.1:9");
    run(command, stdin)
}

fn read(input: &mut dyn Read) -> Option<Asked> {
    let mut input = BufReader::new(input);
    let mut asked = Asked::default();
    loop {
        let mut line = String::new();
        if input.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        } else if asked.line.is_empty() {
            asked.line = line.trim_end_matches(" HTTP/1.1").to_owned();
        } else if let Some((name, value)) = line.split_once(": ") {
            asked.headers.push((name.to_ascii_lowercase(), value.to_owned()));
        }
    }
    let length = asked.header("content-length").parse().unwrap_or(0);
    asked.body.resize(length, 0);
    input.read_exact(&mut asked.body).ok()?;
    Some(asked)
}
