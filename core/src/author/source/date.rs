//! Civil dates in the bundle source.

use super::code;
use super::report::Spanned;
use super::table::Item;
use crate::record::date;

/// A date written as `"YYYY-MM-DD"`, as days since 1970-01-01.
pub(super) fn read(item: &Item<'_>) -> Option<Spanned<f64>> {
    let text = item.text()?;
    if let Some(days) = date::parse(&text.value) {
        return Some(Spanned::new(days, text.span));
    }
    let message = format!("{} is no date: `{}`", item.what(), text.value);
    item.report().error(code::VALUE, &text.span, message, "write it as \"YYYY-MM-DD\"");
    None
}
