//! The parts of a LightGBM text model: sections of `key=value` lines.

use crate::Error;
use crate::author::import::{check_limit, inconsistent, unsupported};
use crate::error::ImportError;
use crate::limits;

const HEADER_KEYS: [&str; 11] = [
    "version",
    "num_class",
    "num_tree_per_iteration",
    "label_index",
    "max_feature_idx",
    "objective",
    "average_output",
    "feature_names",
    "monotone_constraints",
    "feature_infos",
    "tree_sizes",
];
const TREE_KEYS: [&str; 22] = [
    "num_leaves",
    "num_cat",
    "split_feature",
    "split_gain",
    "threshold",
    "decision_type",
    "left_child",
    "right_child",
    "leaf_value",
    "leaf_weight",
    "leaf_count",
    "internal_value",
    "internal_weight",
    "internal_count",
    "cat_boundaries",
    "cat_threshold",
    "is_linear",
    "leaf_const",
    "num_features",
    "leaf_features",
    "leaf_coeff",
    "shrinkage",
];

/// Not the format: no such line, no number.
pub(super) fn malformed(what: impl Into<String>, at: impl Into<String>) -> Error {
    ImportError::Format { format: "a LightGBM text model", what: what.into(), at: at.into() }.into()
}

/// Lines `key=value` that belong together.
#[derive(Debug)]
pub(super) struct Section<'a> {
    name: String,
    line: usize,
    entries: Vec<(&'a str, &'a str, usize)>,
}

/// A model, taken apart.
#[derive(Debug)]
pub(super) struct Document<'a> {
    pub(super) header: Section<'a>,
    pub(super) trees: Vec<Section<'a>>,
    /// Value of `[categorical_feature: …]` among the parameters.
    pub(super) categorical_feature: Option<&'a str>,
    /// JSON and its line.
    pub(super) pandas_categorical: Option<(&'a str, usize)>,
}

/// The part of the file that a line belongs to.
enum Part {
    Header,
    Trees,
    Importances,
    Parameters,
    End,
}

/// Takes a file apart. Every line must have its place.
pub(super) fn parse(bytes: &[u8]) -> Result<Document<'_>, Error> {
    let text = core::str::from_utf8(bytes)
        .map_err(|e| malformed("the text is not UTF-8", format!("byte {}", e.valid_up_to())))?;
    let mut lines = text.lines().map(str::trim_end).enumerate().map(|(i, line)| (i + 1, line));
    if lines.next().is_none_or(|(_, line)| line != "tree") {
        return Err(malformed("its first line is not `tree`", "line 1"));
    }
    let mut document = Document {
        header: Section { name: "header".to_owned(), line: 1, entries: Vec::new() },
        trees: Vec::new(),
        categorical_feature: None,
        pandas_categorical: None,
    };
    let (mut part, mut ended) = (Part::Header, false);
    for (number, line) in lines {
        part = match (part, line) {
            (part, "") => part,
            (Part::Header | Part::Trees, "end of trees") => {
                ended = true;
                Part::End
            }
            (Part::Header | Part::Trees | Part::End, "feature importances:" | "feature_importances:") => {
                Part::Importances
            }
            (Part::Trees | Part::Importances | Part::End, "parameters:") => Part::Parameters,
            (Part::Parameters, "end of parameters") => Part::End,
            (Part::Parameters, line) => {
                let list = line.strip_prefix("[categorical_feature:");
                let list = list.and_then(|l| l.strip_suffix(']'));
                document.categorical_feature = list.or(document.categorical_feature);
                Part::Parameters
            }
            (part, line) => match line.strip_prefix("pandas_categorical:") {
                Some(json) => {
                    document.pandas_categorical = Some((json, number));
                    Part::End
                }
                None => document.line(part, line, number)?,
            },
        };
    }
    // v2 has no such line: there the count of tree_sizes tells a cut file.
    if !ended && document.header.find("version") != Some("v2") {
        let what = "the file is cut off: `end of trees` is missing";
        return Err(inconsistent(what, "end of the file"));
    }
    Ok(document)
}

impl<'a> Document<'a> {
    /// A line that is no heading.
    fn line(&mut self, part: Part, line: &'a str, number: usize) -> Result<Part, Error> {
        match part {
            Part::Header | Part::Trees if line.starts_with("Tree=") => {
                let expected = format!("Tree={}", self.trees.len());
                if line != expected {
                    let what = format!("`{expected}` is expected here");
                    return Err(inconsistent(what, format!("line {number}")));
                }
                check_limit("trees", self.trees.len() + 1, limits::TREES)?;
                self.trees.push(Section { name: expected, line: number, entries: Vec::new() });
                Ok(Part::Trees)
            }
            Part::Trees => {
                if let Some(tree) = self.trees.last_mut() {
                    tree.push(line, number, &TREE_KEYS)?;
                }
                Ok(part)
            }
            Part::Header => self.header.push(line, number, &HEADER_KEYS).map(|()| part),
            Part::Importances | Part::Parameters => Ok(part),
            Part::End => {
                let what = "a line that no LightGBM writes here";
                Err(malformed(what, format!("line {number}")))
            }
        }
    }
}

impl<'a> Section<'a> {
    fn push(&mut self, line: &'a str, number: usize, known: &[&str]) -> Result<(), Error> {
        let (key, value) = line.split_once('=').unwrap_or((line, ""));
        let place = format!("{}, line {number}", self.name);
        if !known.contains(&key) {
            let key: String = key.chars().take(60).collect();
            return Err(unsupported(format!("the key `{key}` of this LightGBM file"), place));
        }
        if self.entries.iter().any(|(k, _, _)| *k == key) {
            return Err(inconsistent(format!("`{key}` is there twice"), place));
        }
        self.entries.push((key, value, number));
        Ok(())
    }

    /// Place of a key, for errors.
    pub(super) fn at(&self, key: &str) -> String {
        let entry = self.entries.iter().find(|(k, _, _)| *k == key);
        let line = entry.map_or(self.line, |(_, _, line)| *line);
        format!("{}, line {line}", self.name)
    }

    /// Value of a key that may be absent.
    pub(super) fn find(&self, key: &str) -> Option<&'a str> {
        self.entries.iter().find(|(k, _, _)| *k == key).map(|(_, value, _)| *value)
    }

    /// Value of a key.
    pub(super) fn get(&self, key: &str) -> Result<&'a str, Error> {
        self.find(key).ok_or_else(|| malformed(format!("`{key}=` is missing"), self.at(key)))
    }

    /// A count.
    pub(super) fn count(&self, key: &str) -> Result<usize, Error> {
        let text = self.get(key)?.trim();
        text.parse().map_err(|_| malformed(format!("`{key}` is not a count"), self.at(key)))
    }

    /// Numbers, blank-separated.
    pub(super) fn list<T: core::str::FromStr>(&self, key: &str) -> Result<Vec<T>, Error> {
        let mut out = Vec::new();
        for (i, text) in self.get(key)?.split_ascii_whitespace().enumerate() {
            out.push(text.parse().map_err(|_| {
                let what = format!("element {i} of `{key}` is not a number of its kind");
                malformed(what, self.at(key))
            })?);
        }
        Ok(out)
    }

    /// Numbers of a declared count.
    pub(super) fn list_of<T: core::str::FromStr>(&self, key: &str, count: usize) -> Result<Vec<T>, Error> {
        let list = self.list(key)?;
        match list.len() == count {
            true => Ok(list),
            false => {
                let what = format!("`{key}` has {} elements where {count} are declared", list.len());
                Err(inconsistent(what, self.at(key)))
            }
        }
    }
}
