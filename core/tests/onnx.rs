//! Imported ONNX models give what onnxruntime (or the node tests of ONNX) gives: golden cases, and, where a folder of them is named in
//! `SCORELET_LIVE`, models made a minute ago and the node tests of the ONNX package.
#![cfg(feature = "author")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test may panic and speak"
)]

#[path = "onnx/bare.rs"]
mod bare;
#[path = "onnx/case.rs"]
mod case;
#[path = "onnx/evaluate.rs"]
mod evaluate;
#[path = "onnx/hostile.rs"]
mod hostile;
#[path = "onnx/parity.rs"]
mod parity;
#[path = "onnx/write.rs"]
mod write;
