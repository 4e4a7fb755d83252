//! A bundle opened in an instance.

use serde::Deserialize;

use super::instance::Instance;
use crate::error::{HostError, Result};

/// What a full decision should hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// Reason codes.
    pub reasons: bool,
    /// The canonical bytes that result digests are made of, instead of JSON.
    pub canonical: bool,
    /// What trees and tables hit.
    pub trace: bool,
    /// Language of the texts: its index in the bundle's list.
    pub language: u8,
}

impl Flags {
    fn bits(self) -> u32 {
        let [reasons, canonical, trace] = [self.reasons, self.canonical, self.trace].map(u32::from);
        reasons | canonical << 1 | trace << 2 | u32::from(self.language) << 8
    }
}

/// An open bundle: the typed face of the raw ABI.
pub struct Session {
    instance: Instance,
    handle: u32,
    fields: usize,
    selected: usize,
    /// Rows and place of the input area, which stays until other rows are asked for.
    area: (usize, u32),
    /// Whether the engine holds events.
    events: bool,
}

impl Session {
    /// Opens a bundle of `fields` fields. A signature is checked against `key` if there is one.
    pub fn open(
        mut instance: Instance,
        bundle: &[u8],
        fields: usize,
        key: Option<&[u8; 32]>,
    ) -> Result<Self> {
        let bytes = instance.push(bundle)?;
        let key_bytes = key.map(|key| instance.push(key)).transpose()?;
        let open = instance.exports.open.clone();
        let handle = instance.call(&open, (bytes.0, bytes.1, key_bytes.map_or(0, |k| k.0)))?;
        instance.free(bytes)?;
        if let Some(key) = key_bytes {
            instance.free(key)?;
        }
        let mut session = Self { instance, handle, fields, selected: 0, area: (0, 0), events: false };
        if handle == 0 { Err(session.error()) } else { Ok(session) }
    }

    /// Chooses the columns that [`Self::score_columns`] returns.
    pub fn select(&mut self, columns: &[u32]) -> Result<()> {
        let bytes: Vec<u8> = columns.iter().flat_map(|id| id.to_le_bytes()).collect();
        let ids = self.instance.push(&bytes)?;
        let select = self.instance.exports.select.clone();
        let count = u32::try_from(columns.len()).unwrap_or(u32::MAX);
        let status = self.instance.call(&select, (self.handle, ids.0, count))?;
        self.instance.free(ids)?;
        if status != 0 {
            return Err(self.error());
        }
        self.selected = columns.len();
        Ok(())
    }

    /// The event lists of the rows of the calls with columns that follow, as JSON: an array with an object a row; nothing if
    /// none has an event.
    pub fn events(&mut self, json: &[u8]) -> Result<()> {
        if json.is_empty() && !self.events {
            return Ok(());
        }
        let bytes = self.instance.push(json)?;
        let events_in = self.instance.exports.events_in.clone();
        let status = self.instance.call(&events_in, (self.handle, bytes.0, bytes.1))?;
        self.instance.free(bytes)?;
        self.events = !json.is_empty();
        if status == 0 { Ok(()) } else { Err(self.error()) }
    }

    /// The fast path: values column by column (NaN = missing, a category by its index, a date in days) to the selected
    /// columns (NaN = absent), written over `out`.
    pub fn score_columns(&mut self, rows: usize, values: &[f64], out: &mut Vec<f64>) -> Result<()> {
        self.fill(rows, values)?;
        let score = self.instance.exports.score_columns.clone();
        let ptr = self.instance.call(&score, (self.handle, count(rows)))?;
        if ptr == 0 {
            return Err(self.error());
        }
        let bytes = self.instance.bytes(ptr, self.selected * rows * 8)?;
        out.clear();
        out.extend(bytes.as_chunks::<8>().0.iter().map(|bytes| f64::from_le_bytes(*bytes)));
        Ok(())
    }

    /// Full decisions over columns, as JSON or canonical bytes.
    pub fn decide_columns(&mut self, rows: usize, values: &[f64], flags: Flags) -> Result<Vec<u8>> {
        self.fill(rows, values)?;
        let decide = self.instance.exports.decide_columns.clone();
        let status = self.instance.call(&decide, (self.handle, count(rows), flags.bits()))?;
        self.outcome(status)
    }

    /// Contributions of every input of the node that a score explains, column by column, then the baseline's column,
    /// then, of estimates, the standard error of each.
    pub fn contributions(&mut self, rows: usize, values: &[f64], score: u32) -> Result<Vec<f64>> {
        self.fill(rows, values)?;
        let contributions = self.instance.exports.contributions.clone();
        let status = self.instance.call(&contributions, (self.handle, count(rows), score))?;
        let bytes = self.outcome(status)?;
        // Eight bytes of counts stand before the values.
        Ok(bytes.as_chunks::<8>().0.iter().skip(1).map(|bytes| f64::from_le_bytes(*bytes)).collect())
    }

    /// Full decisions over one JSON record or an array of them.
    pub fn score_json(&mut self, json: &[u8], flags: Flags) -> Result<Vec<u8>> {
        let bytes = self.instance.push(json)?;
        let score = self.instance.exports.score_json.clone();
        let status = self.instance.call(&score, (self.handle, bytes.0, bytes.1, flags.bits()))?;
        let outcome = self.outcome(status);
        self.instance.free(bytes)?;
        outcome
    }

    /// Local credit data of one JSON record, of a device bundle.
    pub fn local(&mut self, json: &[u8]) -> Result<Vec<u8>> {
        let bytes = self.instance.push(json)?;
        let local = self.instance.exports.local.clone();
        let status = self.instance.call(&local, (self.handle, bytes.0, bytes.1))?;
        let outcome = self.outcome(status);
        self.instance.free(bytes)?;
        outcome
    }

    /// The decision of local credit data and one JSON object of the edge's fields, of an edge bundle.
    pub fn finish(&mut self, local: &[u8], json: &[u8], flags: Flags) -> Result<Vec<u8>> {
        let (data, fields) = (self.instance.push(local)?, self.instance.push(json)?);
        let finish = self.instance.exports.finish.clone();
        let params = (self.handle, data.0, data.1, fields.0, fields.1, flags.bits());
        let status = self.instance.call(&finish, params)?;
        let outcome = self.outcome(status);
        self.instance.free(data)?;
        self.instance.free(fields)?;
        outcome
    }

    /// What the bundle holds, as JSON.
    pub fn describe(&mut self) -> Result<Vec<u8>> {
        let describe = self.instance.exports.describe.clone();
        let status = self.instance.call(&describe, (self.handle,))?;
        self.outcome(status)
    }

    /// Closes the bundle and gives the instance back, for another one.
    pub fn close(mut self) -> Result<Instance> {
        let close = self.instance.exports.close.clone();
        self.instance.call(&close, (self.handle,))?;
        Ok(self.instance)
    }

    /// The engine's linear memory, in bytes.
    pub fn memory_bytes(&self) -> usize {
        self.instance.memory_bytes()
    }

    fn fill(&mut self, rows: usize, values: &[f64]) -> Result<()> {
        if self.area.0 != rows || self.area.1 == 0 {
            let columns_in = self.instance.exports.columns_in.clone();
            self.area = (rows, self.instance.call(&columns_in, (self.handle, count(rows)))?);
            if self.area.1 == 0 {
                return Err(self.error());
            }
        }
        let area = self.instance.bytes_mut(self.area.1, self.fields * rows * 8)?;
        for (bytes, value) in area.as_chunks_mut::<8>().0.iter_mut().zip(values) {
            *bytes = value.to_le_bytes();
        }
        Ok(())
    }

    fn outcome(&mut self, status: u32) -> Result<Vec<u8>> {
        if status == 0 { Ok(self.result()?.to_vec()) } else { Err(self.error()) }
    }

    fn result(&mut self) -> Result<&[u8]> {
        let (ptr, len) = (self.instance.exports.result_ptr.clone(), self.instance.exports.result_len.clone());
        let ptr = self.instance.call(&ptr, ())?;
        let len = self.instance.call(&len, ())?;
        self.instance.bytes(ptr, len as usize)
    }

    /// The error that the engine left in its result area.
    fn error(&mut self) -> HostError {
        #[derive(Deserialize)]
        struct Guest {
            code: String,
            message: String,
            place: String,
            mend: String,
        }
        match self.result().map(serde_json::from_slice::<Guest>) {
            Ok(Ok(Guest { code, message, place, mend })) => HostError::Guest { code, message, place, mend },
            Ok(Err(_)) => HostError::Trap { what: "it failed without saying why".to_owned() },
            Err(error) => error,
        }
    }
}

fn count(rows: usize) -> u32 {
    u32::try_from(rows).unwrap_or(u32::MAX)
}
