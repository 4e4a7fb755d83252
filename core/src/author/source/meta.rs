//! `[bundle]`: what the bundle is called and in which languages it speaks.

use super::code;
use super::report::{Name, Report, Spanned};
use super::table::{Item, Table};
use crate::schema::{Localized, Stage};

/// The checked `[bundle]`.
#[derive(Clone, Debug)]
pub(super) struct MetaDraft {
    pub(super) name: String,
    pub(super) version: String,
    pub(super) description: String,
    /// At least one; the first is the language of texts that do not say theirs.
    pub(super) languages: Vec<String>,
    /// Stage of fields and nodes that do not say theirs.
    pub(super) stage: Stage,
}

impl Default for MetaDraft {
    fn default() -> Self {
        Self {
            name: String::new(),
            version: "0.1.0".to_owned(),
            description: String::new(),
            languages: vec!["en".to_owned()],
            stage: Stage::Edge,
        }
    }
}

/// The words of the two stages.
pub(super) const STAGES: &[(&str, Stage)] = &[("device", Stage::Device), ("edge", Stage::Edge)];

/// Reads `[bundle]`. Whatever is wrong with it, the rest of the source can still be checked.
pub(super) fn read(root: &Table<'_>) -> MetaDraft {
    let mut meta = MetaDraft::default();
    let Some(table) = root.need("bundle", "{ name = \"…\" }").and_then(|item| item.table("[bundle]".into()))
    else {
        return meta;
    };
    let text = |item: Option<Item<'_>>| item.and_then(|i| i.text()).map(|t| t.value);
    if let Some(name) = table.need("name", "\"consumer-loans\"").and_then(|i| i.text()) {
        if name.value.trim().is_empty() {
            let mend = "write a short name, such as \"consumer-loans\"";
            table.report().error(code::VALUE, &name.span, "the bundle's name is empty", mend);
        }
        meta.name = name.value;
    }
    if let Some(version) = text(table.get("version")) {
        meta.version = version;
    }
    if let Some(description) = text(table.get("description")) {
        meta.description = description;
    }
    if let Some(stage) = table.get("stage").and_then(|i| i.choice(STAGES)) {
        meta.stage = stage.value;
    }
    if let Some(languages) = table.get("languages").and_then(|i| i.texts()) {
        meta.languages = read_languages(&table, &languages);
    }
    table.finish();
    meta
}

fn read_languages(table: &Table<'_>, found: &[Name]) -> Vec<String> {
    let mut languages: Vec<String> = Vec::new();
    for name in found {
        let tag = &name.value;
        let well_formed = !tag.is_empty()
            && tag
                .split('-')
                .all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()));
        if !well_formed {
            let message = format!("`{tag}` is not a language tag");
            table.report().error(
                code::VALUE,
                &name.span,
                message,
                "write BCP 47 tags: \"en\", \"zh\", \"pt-BR\"",
            );
        } else if languages.contains(tag) {
            let message = format!("the language `{tag}` is listed twice");
            table.report().error(code::NAME, &name.span, message, "list each language once");
        } else {
            languages.push(tag.clone());
        }
    }
    if languages.is_empty() {
        languages.push("en".to_owned());
    }
    languages
}

/// A text in the bundle's languages: `"…"` (the first language) or `{ en = "…", zh = "…" }`. With `all`, every language of
/// the bundle must be there.
pub(super) fn localized(item: &Item<'_>, table: &Table<'_>, meta: &MetaDraft, all: bool) -> Vec<Localized> {
    let mut texts: Vec<Localized> = Vec::new();
    if item.is_table() {
        let Some(inner) = item.table(item.what().to_owned()) else { return texts };
        for (Spanned { value: lang, span }, item) in inner.named() {
            if !meta.languages.contains(&lang) {
                table.report().error(
                    code::LANGUAGE,
                    &span,
                    format!("`{lang}` is not one of the bundle's languages"),
                    format!("add \"{lang}\" to `languages` of [bundle], or take the text out"),
                );
            }
            if let Some(text) = item.text() {
                texts.push(Localized { lang, text: text.value });
            }
        }
    } else if let (Some(text), Some(lang)) = (item.text(), meta.languages.first()) {
        texts.push(Localized { lang: lang.clone(), text: text.value });
    }
    if all {
        for lang in &meta.languages {
            if !texts.iter().any(|t| t.lang == *lang) {
                table.report().error(
                    code::LANGUAGE,
                    &item.span(),
                    format!("{} has no text in `{lang}`", item.what()),
                    format!("add `{lang} = \"…\"`, or take \"{lang}\" out of `languages` of [bundle]"),
                );
            }
        }
    }
    texts
}

/// A text as a node has it: in a language, or in the bundle's first.
pub(super) type Said = (Option<Name>, String);

/// Reads a text whose languages are checked when the node is built: `"…"` or `{ en = "…", zh = "…" }`.
pub(super) fn said(item: &Item<'_>) -> Vec<Said> {
    if !item.is_table() {
        return item.text().map(|text| (None, text.value)).into_iter().collect();
    }
    let entries = item.table(item.what().to_owned()).map_or_else(Vec::new, |table| table.named());
    entries.into_iter().filter_map(|(lang, item)| Some((Some(lang), item.text()?.value))).collect()
}

/// The texts in the bundle's languages.
pub(super) fn spoken(said: &[Said], languages: &[String], report: &Report<'_>) -> Vec<Localized> {
    let mut texts = Vec::with_capacity(said.len());
    for (lang, text) in said {
        if let Some(lang) = lang.as_ref().filter(|lang| !languages.contains(&lang.value)) {
            let message = format!("`{}` is not one of the bundle's languages", lang.value);
            let mend = format!("add \"{}\" to `languages` of [bundle], or take the text out", lang.value);
            report.error(code::LANGUAGE, &lang.span, message, mend);
        }
        let lang = lang.as_ref().map(|lang| &lang.value).or_else(|| languages.first());
        texts.extend(lang.map(|lang| Localized { lang: lang.clone(), text: text.clone() }));
    }
    texts
}
