//! Numeric rows of bins as edges and values: ascending, without overlap or gap.

use super::bins::{BinRows, Test};
use super::builder::Builder;
use super::code;
use crate::feature::bins::Closed;

/// Edges (one fewer than the values) and values, lowest bin first.
pub(super) fn read(
    rows: &BinRows,
    builder: &Builder<'_>,
    column: u32,
    factor: f64,
) -> Option<(Vec<f64>, Vec<f64>)> {
    let report = builder.report;
    let name = builder.column(column).map_or("", |c| c.name.as_str());
    let field = builder.fields.get(column as usize);
    let (low, high) = field.map_or((f64::NEG_INFINITY, f64::INFINITY), |f| (f.min, f.max));
    let (mut edges, mut values) = (Vec::new(), Vec::new());
    let mut sound = true;
    // End of the row before: `None` before the first, `Some(None)` after a row that is open above.
    let mut before: Option<Option<f64>> = None;
    let mut wrong = |span: &core::ops::Range<usize>, message: String, mend: String| {
        sound = false;
        report.error(code::BINS, span, message, mend);
    };
    for row in &rows.rows {
        let (from, to) = match &row.test.value {
            Test::Range { from, to } => (from, to),
            Test::In(_) | Test::Flags(_) => {
                let message = format!("this row does not fit `{name}`, which is a number");
                report.error(code::INPUT, &row.test.span, message, "write `from` and `to`");
                return None;
            }
            Test::Other => {
                let message = format!("`other` is for categories, and `{name}` is a number");
                report.error(code::INPUT, &row.test.span, message, "write `from` and `to`");
                return None;
            }
            _ => continue,
        };
        let span = &row.test.span;
        match (before, from) {
            (None, Some(from)) if from.value > low => wrong(
                &from.span,
                format!("values below {} are in no bin", from.value),
                format!("leave out `from` of the first row, or set `min = {}` for the field", from.value),
            ),
            (Some(None), _) => wrong(
                span,
                "a row follows one that is open above".to_owned(),
                "give the row before a `to`, and order the rows from low to high".to_owned(),
            ),
            (Some(Some(end)), Some(from)) if from.value < end => wrong(
                &from.span,
                format!("this bin begins at {}, inside the one before, which ends at {end}", from.value),
                format!("write `from = {end}`"),
            ),
            (Some(Some(end)), Some(from)) if from.value > end => wrong(
                &from.span,
                format!("values between {end} and {} are in no bin", from.value),
                format!("write `from = {end}`"),
            ),
            _ => {}
        }
        let start = match before {
            Some(Some(end)) => {
                edges.push(end);
                end
            }
            _ => from.as_ref().map_or(f64::NEG_INFINITY, |x| x.value),
        };
        if let Some(to) = to
            && to.value <= start
        {
            wrong(
                &to.span,
                format!("this bin ends at {}, which is not above its beginning, {start}", to.value),
                "order the rows from low to high".to_owned(),
            );
        }
        values.push(row.value * factor);
        before = Some(to.as_ref().map(|x| x.value));
    }
    match before {
        None => wrong(
            &rows.span,
            format!("no row is for the numbers of `{name}`"),
            "add rows with `from` and `to`".to_owned(),
        ),
        // A value equal to the bound is allowed, but a left-closed bin does not hold its end.
        Some(Some(end)) if end < high || (end == high && rows.closed == Closed::Left) => wrong(
            &rows.span,
            format!("values from {end} on are in no bin"),
            "leave out `to` of the last row".to_owned(),
        ),
        _ => {}
    }
    sound.then_some((edges, values))
}
