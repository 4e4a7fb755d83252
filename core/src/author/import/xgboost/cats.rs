//! Names of categories, which XGBoost 3.1 and later save with a model trained on a data frame.

use super::value::{Number, Object, Value, malformed};
use crate::Error;

/// For each feature the names of its codes 0, 1, …; and a note if they could not be used.
pub(super) type Names = (Vec<Option<Vec<String>>>, Option<String>);

/// Reads `model.cats`.
pub(super) fn read(model: &Object<'_>, features: usize) -> Result<Names, Error> {
    let mut names = vec![None; features];
    if model.find("cats").is_none() {
        return Ok((names, None));
    }
    let cats = model.object("cats", &["enc", "feature_segments", "sorted_idx"])?;
    let encodings = cats.array("enc")?;
    if !encodings.is_empty() && encodings.len() != features {
        let what = format!("{} encodings of {features} features", encodings.len());
        return Err(malformed(what, cats.at("enc")));
    }
    let mut cut = false;
    for (i, (encoding, names)) in encodings.iter().zip(&mut names).enumerate() {
        let known = ["offsets", "type", "values"];
        let encoding = Object::new(encoding, cats.at_index("enc", i), &known)?;
        let values = encoding.numbers("values")?;
        *names = match encoding.find("offsets") {
            Some(_) => match texts(&encoding, values)? {
                Texts::None => None,
                Texts::Cut => {
                    cut = true;
                    None
                }
                Texts::All(texts) => Some(texts),
            },
            None => {
                // Its number is the width of the integer, which does not matter here.
                if !matches!(encoding.get("type")?, Value::Number(_)) {
                    return Err(malformed("not a number", encoding.at("type")));
                }
                numbers(values)
            }
        };
    }
    let note = "Category names outside ASCII are not taken from the file: XGBoost 3.2 cuts them. Give the categories in \
                the order of the training data's codes.";
    Ok((names, cut.then(|| note.to_owned())))
}

enum Texts {
    None,
    Cut,
    All(Vec<String>),
}

fn texts(encoding: &Object<'_>, values: &[Number]) -> Result<Texts, Error> {
    let offsets = encoding.numbers("offsets")?;
    if offsets.is_empty() {
        return Ok(Texts::None);
    }
    // Signed or unsigned bytes; outside ASCII the file's offsets count characters, not bytes.
    let bytes: Option<Vec<u8>> =
        values.iter().map(|n| n.integer().and_then(|b| u8::try_from(b).ok()).filter(u8::is_ascii)).collect();
    let Some(bytes) = bytes else { return Ok(Texts::Cut) };
    let mut out = Vec::with_capacity(offsets.len() - 1);
    for (i, pair) in offsets.windows(2).enumerate() {
        let [start, end] = pair else { continue };
        let text = start.integer().zip(end.integer()).and_then(|(start, end)| {
            let range = usize::try_from(start).ok()?..usize::try_from(end).ok()?;
            String::from_utf8(bytes.get(range)?.to_vec()).ok()
        });
        match text {
            Some(text) => out.push(text),
            None => return Err(malformed("no such stretch of values", encoding.at_index("offsets", i))),
        }
    }
    Ok(Texts::All(out))
}

fn numbers(values: &[Number]) -> Option<Vec<String>> {
    if values.is_empty() {
        return None;
    }
    Some(values.iter().map(|n| n.integer().map_or_else(|| n.wide.to_string(), |i| i.to_string())).collect())
}
