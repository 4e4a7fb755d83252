//! What a place that runs the engine looks like to a test.

mod native;
#[cfg(feature = "host")]
mod wasmtime;

pub use native::Native;
use scorelet_core::bundle::Digest;
#[cfg(feature = "host")]
pub use wasmtime::Wasmtime;

/// An error as every runtime reports it.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// `SCL-` and four digits.
    pub code: String,
    /// What is wrong.
    pub message: String,
    /// Where.
    pub place: String,
    /// What to do.
    pub mend: String,
}

/// What one record came to: the digest of its decision, or why it was refused.
pub type Answer = Result<Digest, Refusal>;

/// A runtime with at most one bundle open.
pub trait Runtime {
    /// For messages.
    fn name(&self) -> &str;

    /// Opens a bundle of any publisher in place of the one before.
    fn open(&mut self, bundle: &[u8]) -> Result<(), Refusal>;

    /// Scores JSON: one record or an array.
    fn score_json(&mut self, json: &[u8], reasons: bool) -> Result<Vec<Answer>, Refusal>;

    /// Full decisions of rows given as columns.
    fn decide_columns(&mut self, rows: usize, values: &[f64], reasons: bool) -> Result<Vec<Answer>, Refusal>;

    /// The fast path: chosen columns of rows given as columns.
    fn score_columns(&mut self, rows: usize, values: &[f64], columns: &[u32]) -> Result<Vec<f64>, Refusal>;
}

/// Whether two columns of figures have the same bits (all NaN being the one NaN of "absent").
pub fn same_bits(a: &[f64], b: &[f64]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits())
}
