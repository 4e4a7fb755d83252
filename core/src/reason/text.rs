//! The text of a reason in the reader's language.

use crate::schema::Localized;

/// The text for the language `tag` (BCP 47, compared without case): the same tag, else its shorter forms (`zh-Hans-CN` →
/// `zh-Hans` → `zh`: RFC 4647 section 3.4, lookup), else any regional form of its base language, else the first text.
/// `None` only if there is no text at all.
pub fn text_for<'a>(texts: &'a [Localized], tag: &str) -> Option<&'a str> {
    let exact = |range: &str| texts.iter().find(|t| t.lang.eq_ignore_ascii_case(range));
    let mut range = tag;
    loop {
        if let Some(found) = exact(range) {
            return Some(&found.text);
        }
        match range.rsplit_once('-') {
            Some((shorter, _)) => range = shorter,
            None => break,
        }
    }
    let base = |lang: &str| lang.split('-').next().is_some_and(|b| b.eq_ignore_ascii_case(range));
    texts.iter().find(|t| base(&t.lang)).or_else(|| texts.first()).map(|t| t.text.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn falls_back_from_the_tag_to_its_base_to_the_first() {
        let text = |lang: &str| Localized { lang: lang.into(), text: lang.into() };
        let texts = [text("en"), text("zh"), text("zh-Hant"), text("pt-BR")];
        for (tag, found) in [
            ("en", "en"),
            ("EN-us", "en"),
            ("zh-Hans-CN", "zh"),
            ("zh-hant-TW", "zh-Hant"),
            ("pt", "pt-BR"),
            ("pt-PT", "pt-BR"),
            ("fr", "en"),
            ("", "en"),
            ("-", "en"),
        ] {
            assert_eq!(text_for(&texts, tag), Some(found), "{tag}");
        }
        assert_eq!(text_for(&[], "en"), None);
    }
}
