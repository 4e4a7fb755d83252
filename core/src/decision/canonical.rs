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
//! | 4 + 8 n | only if events were left out, since they are after their reference time, or there are forecasts or a policy: number of lists, then field (u32) and number of events (u32, at least 1) of each |
//! | 4 | only if there are forecasts or a policy: number of forecasts; then for each: |
//! | 1 | 1 if it could be told, else 0 and nothing more |
//! | 8 + 8 n | first month (i32, months since January 1970), number of figures, figures (f64; a negative zero is written as zero) |
//! | 1 | only if there is a policy, as all that follows: the outcome: 0 approve, 1 refer, 2 decline, 255 none |
//! | 4 + 1 or 9 n | number of terms, then for each 1 and its value (f64; a negative zero is written as zero), or 0 if absent |
//! | 4 + 5 n | number of rules that fired or are undecided, then index (u32) and 1 if undecided, else 0, of each |
//! | 4 + n | number of sources, then 1 if present, else 0, of each |
//! | 4 + n (8 + 4 m) | number of fallbacks, then for each the index of the model that was used (u32; 2^32 − 1: none), the number of models passed over, and the code of the cause (u32) of each |
//! | 4 + 4 n | only if the trace was asked for: number of traced nodes, then what was hit (u32; 2^32 − 1: nothing) of each. The result digest leaves these bytes out |
//!
//! All numbers are little-endian. Equal result digests prove equal results of the same bundle.

use super::{Decision, ScoreResult};
use crate::bundle::Digest;
use crate::bundle::wire::{Put, Reader, Refused};
use crate::column::State;
use crate::error::BundleError;
use crate::forecast::Forecast;
use crate::limits;
use crate::policy::PolicyResult;
use crate::reason::Reason;

/// Version of the canonical bytes.
pub const DECISION_VERSION: u16 = 1;

impl Decision {
    /// Appends the canonical bytes.
    pub fn canonical(&self, out: &mut Vec<u8>) {
        self.without_trace(out);
        if let Some(policy) = &self.policy {
            policy.put_trace(out);
        }
    }

    fn without_trace(&self, out: &mut Vec<u8>) {
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
        // A decision without has the bytes, and the digest, that it had before there were event lists, forecasts and policies.
        let more = !self.forecasts.is_empty() || self.policy.is_some();
        if !self.ignored.is_empty() || more {
            out.count(self.ignored.len());
            for &(field, events) in &self.ignored {
                Put::u32(out, field);
                Put::u32(out, events);
            }
        }
        if more {
            out.count(self.forecasts.len());
        }
        for forecast in &self.forecasts {
            out.bool(forecast.is_some());
            if let Some(Forecast { month, values }) = forecast {
                Put::u32(out, month.cast_unsigned());
                out.count(values.len());
                for value in values {
                    Put::f64(out, value + 0.0);
                }
            }
        }
        if let Some(policy) = &self.policy {
            policy.put(out);
        }
    }

    /// The result digest: SHA-256 over the canonical bytes but those of a trace, so that asking for it changes nothing.
    pub fn digest(&self) -> Digest {
        let mut bytes = Vec::new();
        self.without_trace(&mut bytes);
        Digest::of(&bytes)
    }
}

impl Decision {
    /// Reads what [`Decision::canonical`] wrote.
    ///
    /// Errors: [`BundleError`] about section `decision`.
    pub fn from_canonical(bytes: &[u8]) -> Result<Self, BundleError> {
        Ok(Self::read(bytes)?)
    }

    fn read(bytes: &[u8]) -> Result<Self, Refused> {
        let mut input = Reader::new(bytes, "decision");
        if input.take(4)? != b"SCLD" || input.u16()? != DECISION_VERSION {
            return Err(input.malformed("it does not begin as a decision does"));
        }
        let bundle = Digest(input.array()?);
        let count = input.count("scores", limits::OUTPUTS, 1)?;
        let mut scores = Vec::with_capacity(count);
        for _ in 0..count {
            let flags = input.u8()?;
            let has = |bit: u8| flags >> bit & 1 == 1;
            let mut figure = |bit| has(bit).then(|| input.f64()).transpose();
            let (score, pd, margin) = (figure(0)?, figure(1)?, figure(2)?);
            let band = has(3).then(|| input.u32()).transpose()?;
            let mut reasons = None;
            if has(4) {
                let count = input.count("reasons", limits::COLUMNS, 12)?;
                let read = |_| Ok(Reason { group: input.u32()?, contribution: input.f64()? });
                reasons = Some((0..count).map(read).collect::<Result<_, BundleError>>()?);
            }
            scores.push(ScoreResult { score, pd, margin, band, reasons });
        }
        let count = input.count("absent values", limits::FIELDS, 5)?;
        let absent = (0..count).map(|_| Ok((input.u32()?, State(input.u8()?))));
        let absent = absent.collect::<Result<_, BundleError>>()?;
        let (mut ignored, mut forecasts, mut policy) = (Vec::new(), Vec::new(), None);
        if input.left() > 0 {
            let count = input.count("event lists", limits::FIELDS, 8)?;
            let lists = (0..count).map(|_| Ok((input.u32()?, input.u32()?)));
            ignored = lists.collect::<Result<Vec<_>, Refused>>()?;
            let none = ignored.is_empty() && input.left() == 0;
            if none || ignored.iter().any(|&(_, events)| events == 0) {
                return Err(input.malformed("events were left out, but none"));
            }
            if input.left() > 0 {
                forecasts = get_forecasts(&mut input)?;
            }
            if input.left() > 0 {
                policy = Some(PolicyResult::get(&mut input)?);
            }
        }
        input.end()?;
        Ok(Self { bundle, scores, absent, ignored, forecasts, policy })
    }
}

fn get_forecasts(input: &mut Reader<'_>) -> Result<Vec<Option<Forecast>>, Refused> {
    let count = input.count("forecasts", limits::OUTPUTS, 1)?;
    if count == 0 && input.left() == 0 {
        return Err(input.malformed("it ends with forecasts, but none"));
    }
    let mut forecasts = Vec::with_capacity(count);
    for _ in 0..count {
        let forecast = match input.bool()? {
            true => Some(Forecast {
                month: input.u32()?.cast_signed(),
                values: input.f64s("figures of a forecast", limits::COLUMNS)?,
            }),
            false => None,
        };
        forecasts.push(forecast);
    }
    Ok(forecasts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_and_a_cut_is_seen() {
        let reason = Reason { group: 3, contribution: -1.5 };
        let full = ScoreResult {
            score: Some(612.0),
            pd: Some(0.25),
            margin: None,
            band: Some(2),
            reasons: Some(vec![reason]),
        };
        let decision = Decision {
            bundle: Digest::of(b"x"),
            scores: vec![full, ScoreResult::default()],
            absent: vec![(1, State::MISSING)],
            ignored: Vec::new(),
            forecasts: Vec::new(),
            policy: None,
        };
        let mut bytes = Vec::new();
        decision.canonical(&mut bytes);
        let whole = bytes.len();
        assert_eq!(Decision::from_canonical(&bytes).as_ref(), Ok(&decision));
        for length in 0..bytes.len() {
            assert!(Decision::from_canonical(&bytes[..length]).is_err());
        }
        let late = Decision { ignored: vec![(4, 2)], ..decision.clone() };
        bytes.clear();
        late.canonical(&mut bytes);
        assert_eq!(Decision::from_canonical(&bytes), Ok(late));
        for length in whole + 1..bytes.len() {
            assert!(Decision::from_canonical(&bytes[..length]).is_err());
        }
        let told = Some(Forecast { month: 670, values: vec![1.0, 2.5] });
        let ahead = Decision { forecasts: vec![told, None], ..decision.clone() };
        bytes.clear();
        ahead.canonical(&mut bytes);
        assert_eq!(Decision::from_canonical(&bytes), Ok(ahead));
        for length in whole + 1..bytes.len() {
            assert!(Decision::from_canonical(&bytes[..length]).is_err());
        }
    }
}
