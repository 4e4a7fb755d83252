//! A record as JavaScript lays it out: for each field, in order, the kind of its value and a number; and all texts in one.
//! After a list of events comes each of its events, and after each event that is an object a value for every member, in the
//! order date, texts, columns.
//!
//! | kind | value | number |
//! |---|---|---|
//! | 0 | `null`, `undefined`, not there | – |
//! | 1, 2 | `false`, `true` | – |
//! | 3 | a number | itself |
//! | 4 | a text | its length in UTF-16 code units; it follows the texts before it |
//! | 5 | a list | – |
//! | 6 | an object | – |
//! | 7, 8, 9 | a bigint, a function, a symbol | – |
//! | 10 | the list of an event-list field | how many events it has |
//! | 11 | an event that is an object | 0, or one more than the length of the name of a member that events do not have, which is a text |

use crate::record::Given;
use crate::scorer::Piece;

/// The values of a record, one a field.
pub(super) struct Values<'a> {
    kinds: core::slice::Iter<'a, u8>,
    numbers: core::slice::Iter<'a, f64>,
    texts: &'a str,
}

impl<'a> Values<'a> {
    pub(super) fn new(kinds: &'a [u8], numbers: &'a [f64], texts: &'a str) -> Self {
        Self { kinds: kinds.iter(), numbers: numbers.iter(), texts }
    }

    /// The next `units` UTF-16 code units of the texts.
    fn text(&mut self, units: f64) -> &'a str {
        let mut left = units;
        let end = self.texts.char_indices().find_map(|(at, letter)| {
            if left <= 0.0 {
                return Some(at);
            }
            left -= letter.len_utf16() as f64;
            None
        });
        let (text, rest) = self.texts.split_at_checked(end.unwrap_or(self.texts.len())).unwrap_or_default();
        self.texts = rest;
        text
    }
}

impl<'a> Iterator for Values<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        let (&kind, &number) = (self.kinds.next()?, self.numbers.next()?);
        Some(Piece::Value(match kind {
            1 => Given::Boolean(false),
            2 => Given::Boolean(true),
            // JSON has no such numbers either: what is not known is null.
            3 if number.is_nan() => Given::Foreign("NaN"),
            3 if number.is_infinite() => Given::Foreign("an infinity"),
            3 => Given::Number(number),
            4 => Given::Text(self.text(number)),
            5 => Given::List,
            6 => Given::Object,
            7 => Given::Foreign("a bigint"),
            8 => Given::Foreign("a function"),
            9 => Given::Foreign("a symbol"),
            10 => return Some(Piece::Events(number as usize)),
            11 => return Some(Piece::Event((number > 0.0).then(|| self.text(number - 1.0)))),
            _ => Given::Nothing,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_one_a_field() {
        let kinds = [10, 11, 11, 0, 1, 2, 3, 4, 5, 6, 4, 4, 4, 7, 3];
        let numbers = [2.0, 0.0, 3.0, 0.0, 0.0, 0.0, 1.5, 3.0, 0.0, 0.0, 0.0, 2.0, 99.0, 0.0, f64::NAN];
        let found: Vec<Piece<'_>> = Values::new(&kinds, &numbers, "xyab\u{e9}\u{1f600}rest").collect();
        let expected = [
            Given::Nothing,
            Given::Boolean(false),
            Given::Boolean(true),
            Given::Number(1.5),
            Given::Text("ab\u{e9}"),
            Given::List,
            Given::Object,
            Given::Text(""),
            Given::Text("\u{1f600}"),
            Given::Text("rest"),
            Given::Foreign("a bigint"),
            Given::Foreign("NaN"),
        ];
        let events = [Piece::Events(2), Piece::Event(None), Piece::Event(Some("xy"))];
        let expected: Vec<Piece<'_>> = events.into_iter().chain(expected.map(Piece::Value)).collect();
        assert_eq!(found, expected);
    }
}
