//! `[forecasts]`: amounts month by month, as quantiles, that are part of the decision.

use super::builder::{Builder, Kind};
use super::code;
use super::report::Name;
use super::table::{Item, Table};
use crate::forecast::{ForecastOutput, WHOLE};

/// Reads `[forecasts.…]`.
pub(super) fn read(root: &Table<'_>, builder: &mut Builder<'_>) -> Vec<ForecastOutput> {
    let table = root.get("forecasts").and_then(|item| item.table("[forecasts]".to_owned()));
    let entries = table.map_or_else(Vec::new, |table| table.named());
    let mut forecasts = Vec::with_capacity(entries.len());
    for (name, item) in entries {
        let Some(own) = item.table(format!("forecast `{}`", name.value)) else { continue };
        let own = own.at(name.span.clone());
        let forecast = forecast(&own, name, builder);
        own.finish();
        forecasts.extend(forecast);
    }
    forecasts
}

fn forecast(table: &Table<'_>, name: Name, builder: &mut Builder<'_>) -> Option<ForecastOutput> {
    let unit = table.get("unit").map_or(Some(String::new()), |item| item.text().map(|text| text.value));
    let node = table.need("node", "\"network\"").and_then(|item| item.text());
    let as_of = table.need("as_of", "\"as_of\"").and_then(|item| item.text());
    let levels = table.need("levels", "[0.1, 0.5, 0.9]").and_then(|item| levels(&item));
    let (node, as_of) = (node?, as_of?);
    let columns = builder.find(&node);
    let as_of = reference(&as_of, builder);
    let (columns, levels) = (columns?, levels?);
    let first = columns.first().copied()?;
    let beside = columns.iter().zip(first..).all(|(&column, next)| column == next);
    if !beside || !columns.len().is_multiple_of(levels.len()) {
        let message = format!(
            "`{}` has {} outputs, which are not {} levels of each month",
            node.value,
            columns.len(),
            levels.len()
        );
        let mend =
            "name a node whose outputs are the first month at every level, then the second month, and so on";
        builder.report.error(code::INPUT, &node.span, message, mend);
        return None;
    }
    let months = u32::try_from(columns.len() / levels.len()).ok()?;
    Some(ForecastOutput { name: name.value, unit: unit?, first, months, levels, as_of: as_of? })
}

/// The levels in ten-thousandths.
fn levels(item: &Item<'_>) -> Option<Vec<u32>> {
    let numbers = item.numbers()?;
    let mut levels: Vec<u32> = Vec::with_capacity(numbers.len());
    for number in &numbers {
        let parts = number.value * f64::from(WHOLE);
        let near = parts.round();
        let fits = near >= 1.0 && near < f64::from(WHOLE) && (parts - near).abs() < 1e-6;
        let after = levels.last().is_none_or(|&last| f64::from(last) < near);
        if !fits || !after {
            let message = format!("{} cannot be the next quantile level", number.value);
            let mend =
                "write them ascending, over 0 and under 1, with at most four decimals: `[0.1, 0.5, 0.9]`";
            item.report().error(code::VALUE, &number.span, message, mend);
            return None;
        }
        levels.push(near as u32);
    }
    if levels.is_empty() {
        let mend = "write `[0.1, 0.5, 0.9]`, or `[0.5]` for the median alone";
        item.report().error(code::VALUE, &item.span(), "there are no quantile levels", mend);
        return None;
    }
    Some(levels)
}

/// The column of the reference time: a date field.
fn reference(name: &Name, builder: &mut Builder<'_>) -> Option<u32> {
    let column = builder.one(name)?;
    let date = builder.column(column).is_some_and(|column| column.kind == Kind::Date);
    if !date || column as usize >= builder.fields.len() {
        let message = format!("`{}` is no date field", name.value);
        builder.report.error(code::INPUT, &name.span, message, "name a field of `type = \"date\"`");
        return None;
    }
    Some(column)
}
