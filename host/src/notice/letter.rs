//! A notice as a letter: its parts, as text and as a page to print.

use std::fmt::Write as _;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::page::{escape, page};

/// A part of a letter.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// Paragraphs, an empty line between them.
    Text(String),
    /// A list, counted if the order says something.
    List {
        /// Whether its items are counted.
        counted: bool,
        /// Its items.
        items: Vec<String>,
    },
    /// The score, for the eye: lowest, score, highest.
    Gauge {
        /// Share of the range below the score.
        share: f64,
        /// Lowest, score, highest, as they are written.
        texts: [String; 3],
    },
}

/// A letter.
#[derive(Clone, Debug, PartialEq)]
pub struct Letter {
    /// BCP 47 tag of its language.
    pub language: String,
    /// Heading.
    pub title: String,
    /// Parts, in order.
    pub parts: Vec<Part>,
}

impl Letter {
    /// As plain text, folded to `width` cells of a terminal.
    pub fn text(&self, width: usize) -> String {
        let mut out = format!("{}\n{}\n", self.title, "═".repeat(self.title.width().min(width)));
        for part in &self.parts {
            match part {
                Part::Text(text) => {
                    for line in text.lines() {
                        out.push('\n');
                        out.push_str(&folded(line, width, ""));
                    }
                    out.push('\n');
                }
                Part::List { counted, items } => {
                    for (place, item) in items.iter().enumerate() {
                        let mark = if *counted { format!("  {}. ", place + 1) } else { "  • ".to_owned() };
                        let indent = " ".repeat(mark.width());
                        let text = folded(item, width.saturating_sub(indent.len()), &indent);
                        // Writing into a String cannot fail.
                        let _ = writeln!(out, "{mark}{text}");
                    }
                }
                Part::Gauge { share, texts: [lowest, score, highest] } => {
                    const CELLS: usize = 40;
                    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share")]
                    let at = ((share.clamp(0.0, 1.0) * CELLS as f64).round() as usize).min(CELLS - 1);
                    let (before, after) = ("─".repeat(at), "─".repeat(CELLS - 1 - at));
                    let _ = writeln!(out, "\n  {lowest} ├{before}●{after}┤ {highest}   ({score})");
                }
            }
        }
        out
    }

    /// As one HTML file, to read and to print.
    pub fn page(&self) -> String {
        let mut out = format!("<main>\n<h1>{}</h1>\n", escape(&self.title));
        for part in &self.parts {
            match part {
                Part::Text(text) => {
                    for paragraph in text.split("\n\n").filter(|paragraph| !paragraph.trim().is_empty()) {
                        let lines: Vec<String> = paragraph.lines().map(escape).collect();
                        let _ = writeln!(out, "<p>{}</p>", lines.join("<br>"));
                    }
                }
                Part::List { counted, items } => {
                    let tag = if *counted { "ol" } else { "ul" };
                    let _ = writeln!(out, "<{tag}>");
                    items.iter().for_each(|item| {
                        let _ = writeln!(out, "<li>{}</li>", escape(item));
                    });
                    let _ = writeln!(out, "</{tag}>");
                }
                Part::Gauge { share, texts: [lowest, score, highest] } => {
                    let _ = writeln!(
                        out,
                        "<div class=\"gauge\" aria-hidden=\"true\"><span>{}</span><span class=\"range\"><i style=\"left:{:.1}%\"></i>\
                         <b style=\"left:{:.1}%\">{}</b></span><span>{}</span></div>",
                        escape(lowest),
                        share.clamp(0.0, 1.0) * 100.0,
                        share.clamp(0.0, 1.0) * 100.0,
                        escape(score),
                        escape(highest)
                    );
                }
            }
        }
        out.push_str("</main>\n");
        page(&self.language, &self.title, include_str!("letter.css"), &out)
    }
}

/// A line in lines of at most `width` cells, those after the first indented. Words stay whole where there are spaces; Chinese text
/// breaks anywhere but before a punctuation mark.
fn folded(line: &str, width: usize, indent: &str) -> String {
    let mut out = String::new();
    let mut used = 0;
    let mut piece = String::new();
    let mut flush = |out: &mut String, piece: &mut String| {
        let wide = piece.trim_end().width();
        if used > 0 && used + wide > width {
            while out.ends_with(' ') {
                out.pop();
            }
            out.push('\n');
            out.push_str(indent);
            used = 0;
        }
        used += piece.width();
        out.push_str(piece);
        piece.clear();
    };
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        piece.push(letter);
        let mark = |c: char| "，。；：、！？）》”’".contains(c);
        let wide = letter.width().unwrap_or(0) == 2;
        let next = letters.peek().copied().unwrap_or(' ');
        if letter == ' ' || (wide && !mark(next)) || (next.width().unwrap_or(0) == 2 && !mark(next)) {
            flush(&mut out, &mut piece);
        }
    }
    flush(&mut out, &mut piece);
    out.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_folded_between_words_and_between_characters() {
        assert_eq!(folded("one two three", 8, "  "), "one two\n  three");
        assert_eq!(folded("您有权查询本人信用报告。", 10, ""), "您有权查询\n本人信用报\n告。");
        assert_eq!(folded("", 10, ""), "");
    }

    #[test]
    fn a_letter_is_text_and_a_page_without_markup_from_outside() {
        let parts = vec![
            Part::Text("Dear <b>,\n\nline".into()),
            Part::List { counted: true, items: vec!["a & b".into()] },
            Part::Gauge { share: 0.5, texts: ["300".into(), "575".into(), "850".into()] },
        ];
        let letter = Letter { language: "en".into(), title: "T".into(), parts };
        let text = letter.text(60);
        assert!(text.contains("  1. a & b\n") && text.contains("300 ├") && text.contains("(575)"), "{text}");
        let page = letter.page();
        assert!(page.contains("<p>Dear &lt;b&gt;,</p>") && page.contains("<li>a &amp; b</li>"), "{page}");
    }
}
