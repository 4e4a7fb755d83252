//! Which column of a CSV is which field.

use scorelet_core::schema::{Field, FieldType};

use super::csv::{Cell, Cells};
use crate::error::{HostError, Result};

/// The columns of a CSV.
#[derive(Clone, Debug, PartialEq)]
pub struct Header {
    /// Names, as they stand in the file.
    pub names: Vec<String>,
    /// The field of each column, if it is one.
    pub fields: Vec<Option<usize>>,
}

impl Header {
    /// Reads a header line. Every field must have its column unless `absent_columns` allows that it is missing in every
    /// row; other columns are left alone.
    pub fn new(
        line: &[u8],
        delimiter: u8,
        fields: &[Field],
        absent_columns: bool,
        file: &str,
    ) -> Result<Self> {
        let refuse = |what: String, mend: String| {
            Err(HostError::Input { place: format!("{file}: header, line 1"), what, mend })
        };
        let mut names = Vec::new();
        let mut scratch = Vec::new();
        let mut cells = Cells::new(line, delimiter);
        while let Some(cell) = cells.next(&mut scratch) {
            let bytes = match &cell {
                Cell::Plain(range) => &line[range.clone()],
                Cell::Unescaped => &scratch[..],
            };
            match std::str::from_utf8(bytes) {
                Ok(name) => names.push(name.trim().to_owned()),
                Err(_) => {
                    let what = format!("column {} has a name that is not UTF-8", names.len() + 1);
                    return refuse(what, "save the file as UTF-8".to_owned());
                }
            }
        }
        let mut found = vec![None; names.len()];
        let mut absent = Vec::new();
        for (index, field) in fields.iter().enumerate() {
            let mut places = names.iter().enumerate().filter(|(_, name)| **name == field.name);
            match (places.next(), places.next()) {
                (Some((at, _)), None) => found[at] = Some(index),
                (Some((a, _)), Some((b, _))) => {
                    let what = format!("field `{}` stands in columns {} and {}", field.name, a + 1, b + 1);
                    return refuse(what, "take one of them out".to_owned());
                }
                (None, _) if absent_columns => {}
                (None, _) if matches!(field.kind, FieldType::EventList { .. }) => {}
                (None, _) => absent.push(field.name.as_str()),
            }
        }
        if let Some(first) = absent.first() {
            let what = if absent.len() == 1 {
                format!("there is no column for field `{first}`")
            } else {
                format!("there are no columns for {} fields: `{}`", absent.len(), absent.join("`, `"))
            };
            let near = nearest(first, names.iter().map(String::as_str))
                .map_or_else(String::new, |name| format!("is it `{name}`? Rename that column; or "));
            let mend = format!("{near}give --absent-columns to score the field as missing in every row");
            return refuse(what, mend);
        }
        Ok(Self { names, fields: found })
    }
}

/// The name most like `wanted`, if one is like it at all.
pub fn nearest<'a>(wanted: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let plain = |text: &str| -> Vec<char> {
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let target = plain(wanted);
    names
        .map(|name| (distance(&target, &plain(name)), name))
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, _)| *distance <= target.len() / 3)
        .map(|(_, name)| name)
}

/// Levenshtein distance.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let cost = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = cost.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_found_and_a_stranger_is_not() {
        assert_eq!(nearest("age_in_years", ["age_in_year", "job"].into_iter()), Some("age_in_year"));
        assert_eq!(nearest("Credit-Amount", ["credit_amount"].into_iter()), Some("credit_amount"));
        assert_eq!(nearest("age", ["purpose"].into_iter()), None);
    }
}
