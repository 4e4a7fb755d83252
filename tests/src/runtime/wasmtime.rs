//! The core's wasm under wasmtime, through the host's library: the very bytes that the host ships.

use scorelet::HostError;
use scorelet::runtime::{Artefact, Flags, Limits, Module, Session};
use scorelet_core::bundle::{Bundle, Digest, Trust};

use super::{Answer, Refusal, Runtime};

/// A module that is instantiated anew for every bundle.
pub struct Wasmtime {
    module: Module,
    // The module's clock, which enforces deadlines, lives as long as this.
    _runtime: scorelet::runtime::Runtime,
    session: Option<Session>,
}

impl Default for Wasmtime {
    fn default() -> Self {
        Self::new(&Artefact::embedded())
    }
}

impl Wasmtime {
    /// Compiles an artefact.
    ///
    /// # Panics
    /// If it is no wasm, or has imports.
    pub fn new(artefact: &Artefact) -> Self {
        let limits = Limits { instances: 4, ..Limits::default() };
        let runtime = scorelet::runtime::Runtime::new(artefact, limits).expect("wasmtime starts");
        let module = runtime.load(artefact).expect("the artefact compiles and has no imports");
        Self { module, _runtime: runtime, session: None }
    }

    /// The device stage: encoded local credit data.
    pub fn local(&mut self, json: &[u8]) -> Result<Vec<u8>, Refusal> {
        Ok(self.session().local(json)?)
    }

    /// The edge stage.
    pub fn finish(&mut self, local: &[u8], json: &[u8], reasons: bool) -> Answer {
        split(&self.session().finish(local, json, flags(reasons))?).remove(0)
    }

    fn session(&mut self) -> &mut Session {
        self.session.as_mut().expect("a bundle was opened before")
    }
}

impl From<HostError> for Refusal {
    fn from(error: HostError) -> Self {
        match error {
            HostError::Guest { code, message, place, mend } => Self { code, message, place, mend },
            // A trap or an exhausted limit: never right.
            other => panic!("the engine did not refuse, it failed: {other:?}"),
        }
    }
}

/// The ABI's canonical results: a status byte, a length, the bytes, for each row.
fn split(mut bytes: &[u8]) -> Vec<Answer> {
    let mut answers = Vec::new();
    while let Some((&[status, a, b, c, d], rest)) = bytes.split_first_chunk::<5>() {
        let (row, rest) = rest.split_at(u32::from_le_bytes([a, b, c, d]) as usize);
        bytes = rest;
        answers.push(if status == 0 {
            Ok(Digest::of(row))
        } else {
            let error: serde_json::Value = serde_json::from_slice(row).expect("an error is JSON");
            let text = |key: &str| error[key].as_str().expect("a text").to_owned();
            Err(Refusal {
                code: text("code"),
                message: text("message"),
                place: text("place"),
                mend: text("mend"),
            })
        });
    }
    assert!(bytes.is_empty(), "canonical results end in the middle of a row");
    answers
}

fn flags(reasons: bool) -> Flags {
    Flags { reasons, canonical: true, ..Flags::default() }
}

impl Runtime for Wasmtime {
    fn name(&self) -> &str {
        "wasmtime"
    }

    fn open(&mut self, bundle: &[u8]) -> Result<(), Refusal> {
        // The session wants to know the number of fields; a bundle that does not open has none.
        let fields = Bundle::open(bundle, Trust::Anyone).map_or(0, |bundle| bundle.fields.len());
        self.session = None;
        let instance = self.module.instantiate().expect("an instance");
        self.session = Some(Session::open(instance, bundle, fields, None)?);
        Ok(())
    }

    fn score_json(&mut self, json: &[u8], reasons: bool) -> Result<Vec<Answer>, Refusal> {
        Ok(split(&self.session().score_json(json, flags(reasons))?))
    }

    fn decide_columns(&mut self, rows: usize, values: &[f64], reasons: bool) -> Result<Vec<Answer>, Refusal> {
        Ok(split(&self.session().decide_columns(rows, values, flags(reasons))?))
    }

    fn score_columns(&mut self, rows: usize, values: &[f64], columns: &[u32]) -> Result<Vec<f64>, Refusal> {
        let mut out = Vec::new();
        self.session().select(columns)?;
        self.session().score_columns(rows, values, &mut out)?;
        Ok(out)
    }
}
