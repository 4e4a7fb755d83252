//! Text cells (CSV, forms) to column values, by the same rules as JSON values.

pub use super::given::Given;

use super::given::UNSEEN_CATEGORY;
use crate::decimal;
use crate::error::RecordError;
use crate::json;
use crate::record::date;
use crate::schema::{Field, FieldType, Policy};

/// Reads the values of one field. Built once, then used for every row; reading allocates nothing.
#[derive(Debug, Clone)]
pub struct FieldReader {
    field: Field,
    kind: Kind,
    /// Whether a state is refused, so that a value has to be looked at before it goes into a column.
    refuses: bool,
}

#[derive(Debug, Clone)]
enum Kind {
    Number,
    Integer,
    Boolean,
    Category(TextIndex),
    Date,
    Hash,
    Events,
}

impl FieldReader {
    /// A reader for `field`.
    pub fn new(field: &Field) -> Self {
        let kind = match &field.kind {
            FieldType::Number => Kind::Number,
            FieldType::Integer => Kind::Integer,
            FieldType::Boolean => Kind::Boolean,
            FieldType::Date => Kind::Date,
            FieldType::Hash { .. } => Kind::Hash,
            FieldType::EventList(_) => Kind::Events,
            FieldType::Category { values } => {
                let codes = field.specials.iter().zip(0_u32..);
                let codes = codes.map(|(special, i)| (special.text.as_str(), -2.0 - f64::from(i)));
                let values = values.iter().zip(0_u32..).map(|(text, i)| (text.as_str(), f64::from(i)));
                Kind::Category(TextIndex::new(codes.chain(values)))
            }
        };
        let policies = field.policies;
        let all = [policies.missing, policies.special, policies.unseen, policies.out_of_range];
        Self { field: field.clone(), kind, refuses: all.contains(&Policy::Refuse) }
    }

    /// The column value of a cell. Empty is missing, and so is `NaN`, which trainers' own tools write for it. The cell of an
    /// event list is a JSON array of events; its value is their number, and the events themselves are not looked at
    /// ([`Scorer::admit_table`](crate::scorer::Scorer::admit_table) does that).
    ///
    /// Errors: a text that is no value of the field's type, a value that the field's policy refuses; their row is 0.
    #[inline]
    pub fn read(&self, cell: &[u8]) -> Result<f64, RecordError> {
        let value = match &self.kind {
            _ if cell.is_empty() => Some(f64::NAN),
            Kind::Number => number(cell),
            Kind::Category(index) => Some(index.get(cell).unwrap_or(UNSEEN_CATEGORY)),
            Kind::Integer => number(cell).filter(|value| !value.is_finite() || whole(*value)),
            Kind::Boolean => boolean(cell),
            Kind::Date => date_text(cell),
            Kind::Hash => core::str::from_utf8(cell).ok().map(|text| self.field.bucket_of(text)),
            Kind::Events => json::array_len(cell).map(|events| events as f64),
        };
        match value {
            Some(value) => {
                if self.refuses {
                    self.field.admit(value, 0)?;
                }
                Ok(value)
            }
            None => Err(*self.field.type_error(0, "this text")),
        }
    }

    /// The column value of a typed value, as JSON gives it.
    ///
    /// Errors: as [`Self::read`].
    pub fn take(&self, given: Given<'_>) -> Result<f64, RecordError> {
        let code = |text: &str| match &self.kind {
            Kind::Category(index) => index.get(text.as_bytes()).unwrap_or(UNSEEN_CATEGORY),
            _ => UNSEEN_CATEGORY,
        };
        let value = self.field.value_of(given, 0, code)?;
        self.field.admit(value, 0)?;
        Ok(value)
    }
}

/// Whether a double is a whole number; one beyond ±2^53 is out of range, not of another type.
fn whole(value: f64) -> bool {
    value.fract() == 0.0
}

fn boolean(cell: &[u8]) -> Option<f64> {
    let is = |word: &[u8]| cell.eq_ignore_ascii_case(word);
    if cell == b"1" || is(b"true") {
        Some(1.0)
    } else if cell == b"0" || is(b"false") {
        Some(0.0)
    } else if is(b"nan") || cell.trim_ascii().is_empty() {
        Some(f64::NAN)
    } else {
        None
    }
}

fn date_text(cell: &[u8]) -> Option<f64> {
    let cell = cell.trim_ascii();
    if cell.is_empty() {
        return Some(f64::NAN);
    }
    date::parse(core::str::from_utf8(cell).ok()?)
}

/// A decimal number, correctly rounded. Almost every cell is one as JSON has it; what is not goes the long way.
#[inline]
fn number(cell: &[u8]) -> Option<f64> {
    match decimal::parse(cell) {
        Ok((value, length)) if length == cell.len() => Some(value),
        _ => any_number(cell),
    }
}

#[cold]
fn any_number(cell: &[u8]) -> Option<f64> {
    let cell = cell.trim_ascii();
    if cell.is_empty() {
        return Some(f64::NAN);
    }
    // std rounds correctly, and takes `inf` and `NaN` in any case.
    core::str::from_utf8(cell).ok()?.parse().ok()
}

/// Texts to values: open addressing over a table at most half full.
#[derive(Debug, Clone)]
struct TextIndex {
    entries: Vec<(Box<[u8]>, f64)>,
    /// One more than the index of an entry; 0 is free. The length is a power of two.
    slots: Vec<u32>,
}

impl TextIndex {
    fn new<'a>(texts: impl Iterator<Item = (&'a str, f64)>) -> Self {
        let entries: Vec<(Box<[u8]>, f64)> =
            texts.map(|(text, value)| (text.as_bytes().into(), value)).collect();
        let mut index = Self { slots: vec![0; (entries.len() * 2).next_power_of_two().max(2)], entries };
        for number in 0..index.entries.len() {
            let Some((text, _)) = index.entries.get(number) else { continue };
            let slot = index.probe(text).find(|&slot| index.slots.get(slot) == Some(&0));
            let value = u32::try_from(number + 1).unwrap_or(0);
            if let Some(free) = slot.and_then(|slot| index.slots.get_mut(slot)) {
                *free = value;
            }
        }
        index
    }

    #[inline]
    fn get(&self, text: &[u8]) -> Option<f64> {
        for slot in self.probe(text) {
            let entry = self.slots.get(slot)?.checked_sub(1)?;
            let (known, value) = self.entries.get(entry as usize)?;
            if **known == *text {
                return Some(*value);
            }
        }
        None
    }

    /// Every slot once, from the text's own one on.
    #[inline]
    fn probe(&self, text: &[u8]) -> impl Iterator<Item = usize> + use<> {
        let mask = self.slots.len() - 1;
        let first = hash(text);
        (0..=mask).map(move |step| first.wrapping_add(step) & mask)
    }
}

/// A quick hash: eight bytes a step. Bundles choose the texts and are checked for their number, so the worst a hostile
/// one reaches is a slow look-up of its own.
#[inline]
#[allow(clippy::cast_possible_truncation, reason = "the low bits are all that a table index needs")]
fn hash(text: &[u8]) -> usize {
    let mix = |state: u64, word: u64| (state ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(23);
    let (words, rest) = text.as_chunks::<8>();
    let mut state = words.iter().fold(text.len() as u64, |s, word| mix(s, u64::from_le_bytes(*word)));
    let tail = rest.iter().fold(0, |t: u64, &byte| t << 8 | u64::from(byte));
    state = mix(state, tail);
    (state ^ state >> 32) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::column::State;
    use crate::schema::{Policies, Special, Stage};
    use proptest::prelude::*;

    fn field(kind: FieldType) -> Field {
        let native = Policy::Native;
        let policies = Policies { missing: native, special: native, unseen: native, out_of_range: native };
        Field {
            name: "f".to_owned(),
            kind,
            unit: String::new(),
            stage: Stage::Edge,
            leaves_device: false,
            min: f64::NEG_INFINITY,
            max: f64::INFINITY,
            specials: Vec::new(),
            policies,
            labels: Vec::new(),
        }
    }

    #[test]
    fn cells_of_each_type() {
        let read = |kind: FieldType, cell: &str| FieldReader::new(&field(kind)).read(cell.as_bytes());
        assert_eq!(read(FieldType::Number, "-12.50"), Ok(-12.5));
        assert_eq!(read(FieldType::Number, " 1e-3 "), Ok(0.001));
        assert_eq!(read(FieldType::Number, "inf"), Ok(f64::INFINITY));
        assert!(read(FieldType::Number, "NaN").is_ok_and(f64::is_nan));
        assert!(read(FieldType::Number, "").is_ok_and(f64::is_nan));
        for wrong in ["1,5", "abc", "-", ".", "1.2.3", "0x10"] {
            assert_eq!(read(FieldType::Number, wrong).map_err(|e| e.code()), Err("SCL-0205"), "{wrong}");
        }
        assert_eq!(read(FieldType::Integer, "7.0"), Ok(7.0));
        assert!(read(FieldType::Integer, "7.5").is_err());
        assert_eq!(read(FieldType::Boolean, "True"), Ok(1.0));
        assert!(read(FieldType::Boolean, "yes").is_err());
        assert_eq!(read(FieldType::Date, "1970-01-02"), Ok(1.0));
        assert!(read(FieldType::Date, "2024-02-30").is_err());
    }

    #[test]
    fn categories_specials_and_strangers() {
        let values: Vec<String> = (0..500).map(|i| format!("value number {i}")).collect();
        let mut field = field(FieldType::Category { values: values.clone() });
        field.specials.push(Special { value: 0.0, text: "n/a".to_owned(), name: String::new() });
        let reader = FieldReader::new(&field);
        for (index, text) in values.iter().enumerate() {
            assert_eq!(reader.read(text.as_bytes()), Ok(index as f64));
        }
        assert_eq!(reader.read(b"n/a"), Ok(-2.0));
        assert_eq!(reader.take(Given::Text("value number 7")), Ok(7.0));
        assert!(reader.take(Given::Number(7.0)).is_err());
        assert_eq!(reader.read(b"value number 500"), Ok(UNSEEN_CATEGORY));
        assert_eq!(field.state_of(-2.0), State::special(0));
        field.policies.missing = Policy::Refuse;
        assert_eq!(FieldReader::new(&field).read(b"").map_err(|e| e.code()), Err("SCL-0206"));
    }

    proptest! {
        #[test]
        fn numbers_are_those_of_std(value in any::<f64>(), digits in 0..12_usize, whole in any::<i32>()) {
            for text in [format!("{value}"), format!("{value:e}"), format!("{:.digits$}", f64::from(whole) / 1024.0)] {
                let expected: f64 = text.parse().unwrap();
                prop_assert_eq!(number(text.as_bytes()).map(f64::to_bits), Some(expected.to_bits()), "{}", text);
            }
        }
    }
}
