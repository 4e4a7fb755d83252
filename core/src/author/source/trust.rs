//! `[trust]`: what the edge checks of values that it did not compute.

use super::builder::{Builder, Kind};
use super::code;
use super::table::Table;
use crate::split::{Agreement, Seen, Trusted};

/// Reads `[trust.seen]` and `[trust.agree.…]`.
pub(super) fn read(root: &Table<'_>, builder: &mut Builder<'_>) -> Trusted {
    let mut trusted = Trusted::default();
    let Some(table) = root.get("trust").and_then(|item| item.table("[trust]".to_owned())) else {
        return trusted;
    };
    if let Some(seen) = table.get("seen").and_then(|item| item.table("[trust.seen]".to_owned())) {
        for (name, item) in seen.named() {
            let column = builder.quantity(&name);
            let Some(bounds) = item.numbers() else { continue };
            match bounds.as_slice() {
                [min, max] if min.value <= max.value => {
                    let Some(column) = column else { continue };
                    trusted.seen.push(Seen { column, min: min.value, max: max.value });
                }
                _ => {
                    let message =
                        format!("the range of `{}` must be two numbers, the lesser first", name.value);
                    table.report().error(code::VALUE, &item.span(), message, "write `[0, 1.5]`");
                }
            }
        }
        trusted.seen.sort_by_key(|seen| seen.column);
    }
    if let Some(agree) = table.get("agree").and_then(|item| item.table("[trust.agree]".to_owned())) {
        for (name, item) in agree.named() {
            let Some(inner) = item.table(format!("agreement `{}`", name.value)) else { continue };
            let inner = inner.at(name.span.clone());
            let column = |key| inner.need(key, "\"income\"").and_then(|i| i.text());
            let (local, other) = (column("local"), column("other"));
            let tolerance = |key| inner.get(key).and_then(|i| i.number());
            let (absolute, relative) = (tolerance("absolute"), tolerance("relative"));
            for number in [&absolute, &relative].into_iter().flatten().filter(|n| n.value < 0.0) {
                let message = format!("the tolerance of `{}` is negative", name.value);
                inner.report().error(code::VALUE, &number.span, message, "write a number from 0 on");
            }
            inner.finish();
            let (Some(local), Some(other)) = (local, other) else { continue };
            let (Some(a), Some(b)) = (builder.quantity(&local), builder.quantity(&other)) else { continue };
            let kinds = |id| builder.column(id).map(|c| matches!(c.kind, Kind::Date));
            if kinds(a) != kinds(b) {
                let message = format!("`{}` and `{}` cannot be compared", local.value, other.value);
                builder.report.error(code::INPUT, &name.span, message, "compare two dates, or two numbers");
                continue;
            }
            let tolerance = |number: Option<super::report::Spanned<f64>>| number.map_or(0.0, |n| n.value);
            trusted.agreements.push(Agreement {
                name: name.value,
                local: a,
                other: b,
                absolute: tolerance(absolute),
                relative: tolerance(relative),
            });
        }
    }
    table.finish();
    trusted
}
