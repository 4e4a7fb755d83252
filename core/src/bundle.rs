//! The read side of the bundle: container, limits, digest, signature, byte encoding.

pub mod wire;
