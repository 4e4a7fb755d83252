//! Bindings for JavaScript: what the npm package's façade stands on. No domain logic.
//!
//! A record crosses as three flat values (see [`frame`]): the façade reads the object's own members once, so that
//! getters run outside of the engine and every key is looked at. Refusals are thrown as plain objects (serde-wasm-bindgen);
//! decisions and explanations come back as the JSON that the raw ABI gives: building them member by member was no quicker,
//! and larger (docs/browser.md). Columns cross without copies: the façade makes typed-array views of an area in the engine's
//! memory.

mod explanation;
mod frame;
mod local;

use serde::Serialize;
use wasm_bindgen::prelude::*;

use super::area::Area;
use super::session::{AbiError, Session};
use crate::Error;
use crate::bundle::{Bundle, Trust};
use crate::error::{BundleError, RecordError};
use crate::record::Row;
use crate::scorer::Options;
use crate::split::SplitError;
use crate::split::receipt::{self, Receipt};

/// An error as the façade's `ScoreletError` takes it.
#[derive(Serialize)]
struct Refusal<'a> {
    code: &'a str,
    message: &'a str,
    place: &'a str,
    mend: &'a str,
    row: Option<u32>,
    field: Option<&'a str>,
}

/// An error as a plain object, to be thrown.
fn refusal(error: impl Into<AbiError>) -> JsValue {
    let error = error.into();
    let (code, place, mend) = error.words();
    let record = error.record();
    let refusal = Refusal {
        code,
        message: &error.to_string(),
        place: &place,
        mend: &mend,
        row: record.and_then(RecordError::row).map(|row| row as u32),
        field: record.and_then(RecordError::field),
    };
    serde_wasm_bindgen::to_value(&refusal).unwrap_or(JsValue::NULL)
}

/// Texts that the engine writes are UTF-8: it has put them together from texts and ASCII.
fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_default()
}

/// An open bundle.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Engine {
    session: Session,
    language: String,
}

#[wasm_bindgen]
impl Engine {
    /// Verifies and opens a bundle. `key`: the 32 bytes of the only public key that is accepted, or nothing for any
    /// publisher. `name` and `version`: of the bundle that this one has to follow.
    ///
    /// Errors, here and below: an object with code, message, place and mend.
    pub fn open(
        bytes: &[u8],
        key: Option<Box<[u8]>>,
        name: Option<String>,
        version: Option<String>,
    ) -> Result<Engine, JsValue> {
        let trust = match key.as_deref().map(<&[u8; 32]>::try_from) {
            None => Trust::Anyone,
            Some(Ok(key)) => Trust::Key(key),
            Some(Err(_)) => return Err(refusal(Error::from(BundleError::WrongKey))),
        };
        let bundle = Bundle::open(bytes, trust).map_err(refusal)?;
        if let Some(version) = version {
            bundle.follows(name.as_deref(), &version).map_err(refusal)?;
        }
        Ok(Self { session: Session::new(bundle), language: String::new() })
    }

    /// The bundle's description, as JSON.
    pub fn describe(&self) -> String {
        let mut out = Vec::new();
        self.session.describe(&mut out);
        text(out)
    }

    /// Chooses the language of texts by its BCP 47 tag.
    pub fn speak(&mut self, language: String) {
        self.language = language;
    }

    /// The decision for one record, as JSON; `row` is named in errors.
    pub fn score(
        &mut self,
        kinds: &[u8],
        numbers: &[f64],
        texts: &str,
        reasons: bool,
        trace: bool,
        row: usize,
    ) -> Result<String, JsValue> {
        let values = self.row(kinds, numbers, texts, row)?;
        let decision = self.session.scorer.decide_row(values, Options { reasons, trace });
        let mut out = Vec::new();
        decision.write_json(self.session.scorer.bundle(), &self.language, &mut out);
        Ok(text(out))
    }

    /// What each input moved the explained output of a score by, as JSON.
    pub fn explain(
        &mut self,
        kinds: &[u8],
        numbers: &[f64],
        texts: &str,
        score: &str,
    ) -> Result<String, JsValue> {
        let values = self.row(kinds, numbers, texts, 0)?;
        let scorer = &mut self.session.scorer;
        let known = scorer.bundle().scores.iter();
        let Some(index) = known.clone().position(|s| s.name == score && s.reasons.is_some()) else {
            let index = known.clone().position(|s| s.name == score).unwrap_or(known.len());
            return Err(refusal(AbiError::NoContributions { score: index }));
        };
        let found = scorer.explain_row(&values, index).cloned();
        let mut out = Vec::new();
        explanation::write(scorer.bundle(), index, found.as_ref(), &self.language, &mut out);
        Ok(text(out))
    }

    /// What leaves the device of one record, as JSON; `row` is named in errors.
    pub fn local(
        &mut self,
        kinds: &[u8],
        numbers: &[f64],
        texts: &str,
        row: usize,
    ) -> Result<String, JsValue> {
        let values = self.row(kinds, numbers, texts, row)?;
        let scorer = &mut self.session.scorer;
        let (local, _) = scorer.local_row(&values).map_err(|error| refusal(Error::from(error)))?;
        let mut out = Vec::new();
        local::write(scorer.bundle(), &local, &self.language, &mut out);
        Ok(text(out))
    }

    /// Seals what leaves the device of one record for the edge's public key (32 bytes): the 32 bytes of the salt of its
    /// commitment, which stay on the device, then the receipt. `time_ms` is the client's clock.
    #[expect(
        clippy::too_many_arguments,
        reason = "a record is four of them; the rest is what a receipt says"
    )]
    pub fn seal(
        &mut self,
        kinds: &[u8],
        numbers: &[f64],
        texts: &str,
        row: usize,
        public_key: &[u8],
        nonce: &[u8],
        time_ms: f64,
        consent: String,
    ) -> Result<Vec<u8>, JsValue> {
        let values = self.row(kinds, numbers, texts, row)?;
        let scorer = &mut self.session.scorer;
        let (local, canonical) = scorer.local_row(&values).map_err(|error| refusal(Error::from(error)))?;
        let split = |error: SplitError| refusal(Error::from(error));
        let key = public_key.try_into().map_err(|_| split(SplitError::Key))?;
        let mut random = [0; 64];
        getrandom::fill(&mut random).map_err(|_| split(SplitError::Randomness))?;
        let (salt, ephemeral) = random.split_at(32);
        let (Ok(salt), Ok(ephemeral)) = (salt.try_into(), ephemeral.try_into()) else {
            return Err(split(SplitError::Randomness));
        };
        let receipt = Receipt {
            device: scorer.bundle().digest,
            nonce: nonce.to_vec(),
            time_ms: time_ms as u64,
            commitment: receipt::commit(&canonical, salt),
            consent,
            local: local.encode(),
        };
        let sealed = receipt::seal(&receipt, key, ephemeral).map_err(split)?;
        Ok([&salt[..], &sealed].concat())
    }

    /// The column value of a text in a field.
    pub fn value(&self, field: usize, text: &str, row: usize) -> Result<f64, JsValue> {
        let value = self.session.scorer.value_of_text(field, text, row);
        value.map_err(|error| refusal(Error::from(error)))
    }

    /// The error for a record with a member that is no field.
    pub fn unknown(&self, field: String, row: usize) -> JsValue {
        refusal(Error::from(RecordError::UnknownField { row, field }))
    }

    /// The error for what is no record.
    pub fn shapeless(&self) -> JsValue {
        refusal(Error::from(RecordError::Shape))
    }

    fn row(&self, kinds: &[u8], numbers: &[f64], texts: &str, row: usize) -> Result<Row, JsValue> {
        let values = frame::Values::new(kinds, numbers, texts);
        self.session.scorer.admit(values, row).map_err(|error| refusal(Error::from(error)))
    }
}

/// Rows of one bundle as columns, and the chosen columns that they come to, in the engine's memory.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Batch {
    area: Area,
    address: usize,
    error: Option<AbiError>,
}

#[wasm_bindgen]
impl Batch {
    /// Areas for `rows` rows and the columns `ids`.
    ///
    /// Errors: as [`Engine::open`]; too many rows, a column that does not exist.
    #[wasm_bindgen(constructor)]
    pub fn new(engine: &Engine, rows: usize, ids: Vec<u32>) -> Result<Batch, JsValue> {
        let mut area = Area::default();
        let scorer = &engine.session.scorer;
        let address = area.columns_in(scorer, rows).map_err(refusal)?.as_ptr() as usize;
        area.select(scorer, ids).map_err(refusal)?;
        Ok(Self { area, address, error: None })
    }

    /// Address of the field values: f64, field after field.
    pub fn values(&self) -> usize {
        self.address
    }

    /// Scores the first `rows` rows and gives the address of the chosen columns (f64, column after column), or 0 if
    /// [`Batch::error`] says why not. Nothing is allocated.
    pub fn run(&mut self, engine: &mut Engine, rows: usize) -> usize {
        match self.area.score(&mut engine.session.scorer, rows) {
            Ok(out) => out.as_ptr() as usize,
            Err(error) => {
                self.error = Some(error);
                0
            }
        }
    }

    /// Why the last run failed; its rows are counted from `first`.
    pub fn error(&mut self, first: usize) -> JsValue {
        match self.error.take() {
            Some(AbiError::Engine(Error::Record(error))) => refusal(Error::from(error.in_rows_from(first))),
            Some(error) => refusal(error),
            None => JsValue::NULL,
        }
    }
}
