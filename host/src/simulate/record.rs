//! Columns of the input beside a bundle's fields, and of a JSON record what each bundle is given.

use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::Both;
use crate::error::{HostError, Result};
use crate::input::{Cell, Cells, nearest};

/// The columns that are read as texts.
pub(super) struct Extras {
    names: Vec<String>,
    /// Where each stands in a CSV; empty for JSON.
    positions: Vec<usize>,
    /// Whether a JSON record has had it.
    seen: Vec<bool>,
    delimiter: u8,
    scratch: Vec<u8>,
}

impl Extras {
    /// Columns of these names; of a CSV with this header.
    ///
    /// # Errors
    /// [`HostError::Input`]: a CSV without one of them, or with it twice.
    pub(super) fn new(
        names: Vec<String>,
        header: Option<&[String]>,
        delimiter: u8,
        place: &str,
    ) -> Result<Self> {
        let mut positions = Vec::new();
        for name in names.iter().filter(|_| header.is_some()) {
            let known = header.unwrap_or_default();
            let mut places = known.iter().enumerate().filter(|(_, known)| *known == name).map(|(at, _)| at);
            match (places.next(), places.next()) {
                (Some(at), None) => positions.push(at),
                (first, _) => {
                    let near = nearest(name, known.iter().map(String::as_str));
                    let what = if first.is_some() { "stands there twice" } else { "is not there" };
                    let mend = match (first, near) {
                        (None, Some(near)) => format!("is it `{near}`?"),
                        (None, None) => "name columns of the input".to_owned(),
                        (Some(_), _) => "take one of them out".to_owned(),
                    };
                    let place = format!("{place}: header, line 1");
                    return Err(HostError::Input {
                        place,
                        what: format!("the column `{name}` {what}"),
                        mend,
                    });
                }
            }
        }
        let seen = vec![header.is_some(); names.len()];
        Ok(Self { names, positions, seen, delimiter, scratch: Vec::new() })
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    /// Where a name stands among the columns.
    pub(super) fn index(&self, name: &str) -> usize {
        self.names.iter().position(|known| known == name).unwrap_or(usize::MAX)
    }

    /// The texts of a CSV record.
    pub(super) fn csv(&mut self, record: &[u8]) -> Vec<String> {
        let mut texts = vec![String::new(); self.names.len()];
        if self.names.is_empty() {
            return texts;
        }
        let mut cells = Cells::new(record, self.delimiter);
        let mut at = 0;
        while let Some(cell) = cells.next(&mut self.scratch) {
            for (text, _) in texts.iter_mut().zip(&self.positions).filter(|(_, position)| **position == at) {
                let bytes = match &cell {
                    Cell::Plain(range) => &record[range.clone()],
                    Cell::Unescaped => &self.scratch[..],
                };
                *text = String::from_utf8_lossy(bytes).into_owned();
            }
            at += 1;
        }
        texts
    }

    /// The texts of a JSON record: of a text itself, of a number and a truth value how it is written.
    fn json(&mut self, members: &[(String, Box<RawValue>)]) -> Vec<String> {
        let mut texts = vec![String::new(); self.names.len()];
        for (name, value) in members {
            let Some(at) = self.names.iter().position(|known| known == name) else { continue };
            self.seen[at] = true;
            texts[at] = match value.get() {
                "null" => String::new(),
                text if text.starts_with('"') => serde_json::from_str(text).unwrap_or_default(),
                text => text.to_owned(),
            };
        }
        texts
    }

    /// The first column that no JSON record has had.
    pub(super) fn never_seen(&self) -> Option<&str> {
        self.seen.iter().position(|seen| !seen).and_then(|at| self.names.get(at)).map(String::as_str)
    }
}

/// A chunk of JSON records as each bundle is given it, and the texts of each record.
#[derive(Default)]
pub(super) struct Projected {
    pub(super) texts: (Vec<u8>, Vec<u8>),
    pub(super) extras: Vec<Vec<String>>,
}

impl Projected {
    /// Takes from each record the members that each bundle has fields for. A line that is no object stays as it is: the
    /// reader says what is wrong with it.
    pub(super) fn fill(&mut self, text: &[u8], fields: &Both<HashSet<String>>, extras: &mut Extras) {
        self.texts.0.clear();
        self.texts.1.clear();
        self.extras.clear();
        for line in text.split(|&byte| byte == b'\n') {
            let record = line.trim_ascii();
            if !record.is_empty() {
                let mut input = serde_json::Deserializer::from_slice(record);
                let members =
                    Members.deserialize(&mut input).and_then(|members| input.end().map(|()| members));
                match members {
                    Ok(members) => {
                        project(&members, &fields.a, &mut self.texts.0);
                        project(&members, &fields.b, &mut self.texts.1);
                        self.extras.push(extras.json(&members));
                    }
                    Err(_) => {
                        self.texts.0.extend_from_slice(record);
                        self.texts.1.extend_from_slice(record);
                        self.extras.push(extras.json(&[]));
                    }
                }
            }
            self.texts.0.push(b'\n');
            self.texts.1.push(b'\n');
        }
    }
}

fn project(members: &[(String, Box<RawValue>)], fields: &HashSet<String>, out: &mut Vec<u8>) {
    out.push(b'{');
    let mut first = true;
    for (name, value) in members.iter().filter(|(name, _)| fields.contains(name)) {
        if !std::mem::take(&mut first) {
            out.push(b',');
        }
        // Writing a text into a Vec cannot fail.
        let _ = serde_json::to_writer(&mut *out, name);
        out.push(b':');
        out.extend_from_slice(value.get().as_bytes());
    }
    out.push(b'}');
}

/// The members of an object in their order, those with the same name too.
struct Members;

impl<'de> DeserializeSeed<'de> for Members {
    type Value = Vec<(String, Box<RawValue>)>;
    fn deserialize<D: Deserializer<'de>>(self, input: D) -> std::result::Result<Self::Value, D::Error> {
        input.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Members {
    type Value = Vec<(String, Box<RawValue>)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a record")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(entry) = map.next_entry()? {
            members.push(entry);
        }
        Ok(members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(names: &[&str]) -> HashSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn each_bundle_is_given_its_own_members() {
        let mut extras = Extras::new(vec!["sex".into(), "n".into(), "x".into()], None, b',', "in").unwrap();
        let fields = Both { a: set(&["age"]), b: set(&["age", "n"]) };
        let text = b"{\"age\": 1.50, \"sex\":\"a\\u0062\", \"n\": 3}\n\n{\"age\":1,\"age\":2}\nno json";
        let mut projected = Projected::default();
        projected.fill(text, &fields, &mut extras);
        assert_eq!(projected.texts.0, b"{\"age\":1.50}\n\n{\"age\":1,\"age\":2}\nno json\n");
        assert_eq!(projected.texts.1, b"{\"age\":1.50,\"n\":3}\n\n{\"age\":1,\"age\":2}\nno json\n");
        assert_eq!(projected.extras, [["ab", "3", ""], ["", "", ""], ["", "", ""]]);
        assert_eq!(extras.never_seen(), Some("x"));
    }

    #[test]
    fn columns_of_a_csv_are_found_or_refused() {
        let header: Vec<String> = ["age", "sex", "age"].map(str::to_owned).to_vec();
        let of = |name: &str| Extras::new(vec![name.into()], Some(&header), b',', "in");
        assert_eq!(of("sex").unwrap().csv(b"1,\"a \"\"b\"\"\",2"), ["a \"b\""]);
        assert!(of("age").is_err() && of("sexx").is_err());
    }
}
