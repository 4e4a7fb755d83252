//! What a bundle says about adverse action notices: an optional section that engines skip, since no figure depends on it.
//!
//! Section `notice`, id 2^31 + 4: index of the score that is told (`u32`, 2^32 − 1: none named); `u8` whether its range is declared, then
//! `f64` lowest and highest; texts of where the score comes from; reason groups about inquiries, and groups that are not specific
//! (`u32` lists); number of passages (`u32`), each its code (`u8`) and texts, ascending; number of actions (`u32`), each its field
//! (`u32`), direction (`u8`: 0 up, 1 down, 2 any), step, least and greatest value (each `u8` whether it is there, then `f64`) and cost
//! (`f64`), ascending by field.

mod passage;

pub use passage::Passage;

use crate::bundle::Bundle;
use crate::bundle::wire::{Put, Reader, Refused, Wire};
use crate::error::BundleError;
use crate::limits;
use crate::reason::counterfactual::{Action, Direction};
use crate::schema::Localized;

/// What a bundle says about its notices.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Notice {
    /// Index of the score that is told; the first that gives reasons if none is named.
    pub score: Option<u32>,
    /// Lowest and highest score there is; computed from the bundle where that can be done, if not declared.
    pub range: Option<(f64, f64)>,
    /// Who gives the score, by language.
    pub source: Vec<Localized>,
    /// Reason groups about inquiries: a key factor beyond the first four (15 U.S.C. 1681g(f)(9)).
    pub inquiries: Vec<u32>,
    /// Reason groups that say no more than that a policy or a score was not met (12 CFR 1002.9(b)(2)).
    pub unspecific: Vec<u32>,
    /// Passages in the author's own words, ascending; the others have built-in ones.
    pub passages: Vec<(Passage, Vec<Localized>)>,
    /// What an applicant can change, ascending by field.
    pub actions: Vec<(u32, Action)>,
}

impl Notice {
    /// Reads what [`Notice::encode`] wrote, and checks it against its bundle; an empty section is an empty notice.
    ///
    /// # Errors
    /// [`BundleError`] about section `notice`.
    pub fn of(bundle: &Bundle) -> Result<Self, BundleError> {
        if bundle.notice.is_empty() {
            return Ok(Self::default());
        }
        let mut input = Reader::new(&bundle.notice, "notice");
        let notice = Self::get(&mut input)?;
        input.end()?;
        let groups = notice.inquiries.iter().chain(&notice.unspecific);
        let fits = notice.score.is_none_or(|score| (score as usize) < bundle.scores.len())
            && groups.into_iter().all(|&group| (group as usize) < bundle.groups.len())
            && notice.passages.is_sorted_by(|a, b| a.0 < b.0)
            && notice.actions.is_sorted_by(|a, b| a.0 < b.0)
            && notice.actions.iter().all(|&(field, _)| (field as usize) < bundle.fields.len());
        if fits { Ok(notice) } else { Err(*input.malformed("it does not fit the bundle")) }
    }

    /// The bytes of the section; none if it says nothing.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        if *self != Self::default() {
            self.put(&mut bytes);
        }
        bytes
    }
}

fn put_open(out: &mut Vec<u8>, number: Option<f64>) {
    out.bool(number.is_some());
    if let Some(number) = number {
        Put::f64(out, number);
    }
}

fn get_open(input: &mut Reader<'_>) -> Result<Option<f64>, Refused> {
    Ok(if input.bool()? { Some(input.f64()?) } else { None })
}

impl Wire for Action {
    fn put(&self, out: &mut Vec<u8>) {
        Put::u8(
            out,
            match self.direction {
                Direction::Up => 0,
                Direction::Down => 1,
                Direction::Any => 2,
            },
        );
        [self.step, self.min, self.max].into_iter().for_each(|number| put_open(out, number));
        Put::f64(out, self.cost);
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        Ok(Self {
            direction: match input.u8()? {
                0 => Direction::Up,
                1 => Direction::Down,
                2 => Direction::Any,
                _ => return Err(input.malformed("an unknown direction")),
            },
            step: get_open(input)?,
            min: get_open(input)?,
            max: get_open(input)?,
            cost: input.f64()?,
        })
    }
}

impl Wire for Notice {
    fn put(&self, out: &mut Vec<u8>) {
        Put::u32(out, self.score.unwrap_or(u32::MAX));
        out.bool(self.range.is_some());
        if let Some((lowest, highest)) = self.range {
            Put::f64(out, lowest);
            Put::f64(out, highest);
        }
        out.list(&self.source);
        out.u32s(&self.inquiries);
        out.u32s(&self.unspecific);
        out.count(self.passages.len());
        for (passage, texts) in &self.passages {
            Put::u8(out, passage.code());
            out.list(texts);
        }
        out.count(self.actions.len());
        for (field, action) in &self.actions {
            Put::u32(out, *field);
            action.put(out);
        }
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        let score = input.u32()?;
        let range = if input.bool()? { Some((input.f64()?, input.f64()?)) } else { None };
        if range.is_some_and(|(lowest, highest)| lowest >= highest) {
            return Err(input.malformed("the lowest score is not under the highest"));
        }
        let source = input.list("texts of a notice", limits::LANGUAGES, 8)?;
        let inquiries = input.u32s("reason groups of a notice", limits::REASON_GROUPS)?;
        let unspecific = input.u32s("reason groups of a notice", limits::REASON_GROUPS)?;
        let count = input.count("passages", Passage::ALL.len(), 5)?;
        let mut passages = Vec::with_capacity(count);
        for _ in 0..count {
            let code = input.u8()?;
            let Some(&passage) = Passage::ALL.get(usize::from(code)) else {
                return Err(input.malformed("an unknown passage"));
            };
            passages.push((passage, input.list("texts of a notice", limits::LANGUAGES, 8)?));
        }
        let count = input.count("actions", limits::FIELDS, 16)?;
        let mut actions = Vec::with_capacity(count);
        for _ in 0..count {
            actions.push((input.u32()?, Action::get(input)?));
        }
        let score = (score != u32::MAX).then_some(score);
        Ok(Self { score, range, source, inquiries, unspecific, passages, actions })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_and_a_cut_is_seen() {
        let text = |text: &str| vec![Localized { lang: "en".into(), text: text.into() }];
        let action =
            Action { direction: Direction::Down, step: Some(5.0), min: None, max: Some(9.0), cost: 2.0 };
        let notice = Notice {
            score: Some(1),
            range: Some((300.0, 850.0)),
            source: text("us"),
            inquiries: vec![3],
            unspecific: vec![0, 2],
            passages: vec![(Passage::Title, text("t")), (Passage::Closing, text("c"))],
            actions: vec![(4, action), (7, Action::default())],
        };
        let bytes = notice.encode();
        let mut input = Reader::new(&bytes, "notice");
        assert_eq!(Notice::get(&mut input), Ok(notice));
        assert!(input.end().is_ok());
        for length in 0..bytes.len() {
            assert!(Notice::get(&mut Reader::new(&bytes[..length], "notice")).is_err());
        }
        assert!(Notice::default().encode().is_empty());
    }
}
