//! The canonical bytes of a decision, and the result digest over them.
//!
//! | bytes | what |
//! |---|---|
//! | 4 | `SCLD` |
//! | 2 | version, 1 |
//! | 32 | digest of the bundle |
//! | 4 | number of scores; then for each score: |
//! | 1 | bit 0 score, 1 PD, 2 margin, 3 band, 4 reasons are there |
//! | 8 each | score, PD, margin, if there (f64; a negative zero is written as zero) |
//! | 4 | band index, if there |
//! | 4 + 12 n | if reasons are there: their number, then group (u32) and contribution (f64) of each |
//! | 4 + 5 n | number of absent values, then field (u32) and state (u8) of each |
//!
//! All numbers are little-endian. Equal result digests prove equal results of the same bundle.

use super::Decision;
use crate::bundle::Digest;
use crate::bundle::wire::Put;

/// Version of the canonical bytes.
pub const DECISION_VERSION: u16 = 1;

impl Decision {
    /// Appends the canonical bytes.
    pub fn canonical(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"SCLD");
        Put::u16(out, DECISION_VERSION);
        out.extend_from_slice(&self.bundle.0);
        out.count(self.scores.len());
        for result in &self.scores {
            let figures = [result.score, result.pd, result.margin];
            let mut flags = 0;
            for (bit, figure) in figures.iter().enumerate() {
                flags |= u8::from(figure.is_some()) << bit;
            }
            flags |= u8::from(result.band.is_some()) << 3;
            flags |= u8::from(result.reasons.is_some()) << 4;
            Put::u8(out, flags);
            for figure in figures.into_iter().flatten() {
                // Adding +0 turns −0 into +0 and leaves every other number as it is.
                Put::f64(out, figure + 0.0);
            }
            if let Some(band) = result.band {
                Put::u32(out, band);
            }
            if let Some(reasons) = &result.reasons {
                out.count(reasons.len());
                for reason in reasons {
                    Put::u32(out, reason.group);
                    Put::f64(out, reason.contribution);
                }
            }
        }
        out.count(self.absent.len());
        for &(field, state) in &self.absent {
            Put::u32(out, field);
            Put::u8(out, state.0);
        }
    }

    /// The result digest: SHA-256 over the canonical bytes.
    pub fn digest(&self) -> Digest {
        let mut bytes = Vec::new();
        self.canonical(&mut bytes);
        Digest::of(&bytes)
    }
}
