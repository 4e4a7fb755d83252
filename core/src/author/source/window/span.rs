//! Windows of time as words: `"30 days"`, `"6 to 3 months"`, `"all"`.

use super::super::code;
use super::super::table::Item;
use crate::feature::window::{Span, Unit};
use crate::limits;

/// A window with what its words make of an output's name.
#[derive(Clone)]
pub(super) struct Words {
    pub(super) span: Span,
    /// The words with `_` for blanks.
    pub(super) name: String,
}

/// One window, or a list of them.
pub(super) fn read(item: &Item<'_>) -> Option<Vec<Words>> {
    if !item.is_list() {
        return Some(vec![one(item)?]);
    }
    let items = item.list()?;
    if items.is_empty() {
        let message = format!("{} lists no window", item.what());
        item.report().error(code::VALUE, &item.span(), message, "list at least one, as \"3 months\"");
        return None;
    }
    let n = items.len();
    let all: Vec<Words> = items.iter().filter_map(one).collect();
    (all.len() == n).then_some(all)
}

fn one(item: &Item<'_>) -> Option<Words> {
    let text = item.text()?;
    let Some(span) = parse(&text.value) else {
        let message = format!("{} is no window of time: `{}`", item.what(), text.value);
        let mend = "write \"30 days\", \"3 months\", \"2 calendar months\", \"6 to 3 months\" or \"all\"";
        item.report().error(code::VALUE, &text.span, message, mend);
        return None;
    };
    let far = span.from.unwrap_or(span.to);
    let most = if span.months().is_some() { limits::WINDOW_MONTHS } else { limits::WINDOW_UNITS };
    let message = if span.from.is_some_and(|from| from <= span.to) {
        format!("{} ends before it begins: `{}`", item.what(), text.value)
    } else if far as usize > most {
        format!("{} reaches further back than {most}: `{}`", item.what(), text.value)
    } else {
        return Some(Words { span, name: text.value.split_whitespace().collect::<Vec<_>>().join("_") });
    };
    let mend = "write the earlier bound first, as \"6 to 3 months\"; \"all\" has no beginning";
    item.report().error(code::VALUE, &text.span, message, mend);
    None
}

/// `all`, or `N [to M] UNIT`, or `all to M UNIT`.
fn parse(text: &str) -> Option<Span> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let number = |word: &str| word.parse::<u32>().ok().filter(|n| word.len() <= 9 && *n > 0);
    let (bounds, unit) = match words.as_slice() {
        ["all"] => return Some(Span::ALL),
        [bounds @ .., "calendar", "month" | "months"] => (bounds, Unit::CalendarMonths),
        [bounds @ .., "month" | "months"] => (bounds, Unit::Months),
        [bounds @ .., "day" | "days"] => (bounds, Unit::Days),
        _ => return None,
    };
    let (from, to) = match bounds {
        [from] => (Some(number(from)?), 0),
        ["all", "to", to] => (None, number(to)?),
        [from, "to", to] => (Some(number(from)?), number(to)?),
        _ => return None,
    };
    Some(Span { unit, from, to })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        let span = |unit, from, to| Some(Span { unit, from, to });
        for (text, wanted) in [
            ("all", span(Unit::Days, None, 0)),
            ("1 day", span(Unit::Days, Some(1), 0)),
            ("30 days", span(Unit::Days, Some(30), 0)),
            ("3  months", span(Unit::Months, Some(3), 0)),
            ("6 to 3 months", span(Unit::Months, Some(6), 3)),
            ("2 calendar months", span(Unit::CalendarMonths, Some(2), 0)),
            ("all to 90 days", span(Unit::Days, None, 90)),
            ("", None),
            ("0 days", None),
            ("-3 days", None),
            ("3", None),
            ("months", None),
            ("3 weeks", None),
            ("3 to all days", None),
            ("99999999999 days", None),
            ("1.5 months", None),
        ] {
            assert_eq!(parse(text), wanted, "{text}");
        }
    }
}
