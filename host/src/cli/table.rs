//! Scores as a table in the terminal: the first rows, numbers aligned.

use comfy_table::presets::NOTHING;
use comfy_table::{Cell, CellAlignment, ColumnConstraint, ContentArrangement, Table, TableComponent, Width};

use super::term;
use crate::input::{self, Cells};
use crate::score::{FigureKind, Plan};

/// What a column of the table shows.
#[derive(Clone, Copy, PartialEq)]
enum Column {
    /// As it stands.
    Text,
    /// A number, rounded for reading.
    Short,
    /// A number in full.
    Full,
    /// Several cells, joined.
    Joined(usize),
}

/// The first rows of an output.
pub(super) struct Preview {
    columns: Vec<(String, Column)>,
    rows: Vec<Vec<String>>,
    limit: usize,
}

impl Preview {
    /// A preview of `limit` rows that `plan` writes as CSV with their numbers.
    pub(super) fn new(plan: &Plan, names: &[String], limit: usize) -> Self {
        let mut columns = vec![Column::Text];
        columns.extend(plan.keep.iter().map(|_| Column::Text));
        columns.extend(plan.figures.iter().map(|figure| match figure.kind {
            FigureKind::Number => Column::Short,
            FigureKind::Band(_) | FigureKind::Outcome => Column::Text,
        }));
        columns.extend(plan.raw.iter().map(|_| Column::Full));
        columns.extend(plan.reasons.iter().map(|&(_, max)| Column::Joined(max)));
        let contribs: usize = plan.contribs.iter().map(|(_, columns)| columns.len()).sum();
        columns.extend((0..contribs).map(|_| Column::Short));
        let mut names = names.iter();
        let mut named = Vec::new();
        for column in columns {
            let name = match column {
                Column::Joined(cells) => {
                    let first = names.by_ref().take(cells).next();
                    first.map(|name| name.trim_end_matches("_1").to_owned() + "s")
                }
                _ => names.next().cloned(),
            };
            // Words fold where a narrow terminal needs it; the input's own names stay as they are.
            let own = named.len() <= plan.keep.len();
            let name = name.unwrap_or_default();
            named.push((if own { name } else { name.replace('_', " ") }, column));
        }
        Self { columns: named, rows: Vec::new(), limit }
    }

    /// Takes what it still needs from a chunk's CSV, whose first row has the number `base` + 1.
    pub(super) fn add(&mut self, csv: &[u8], base: u64) {
        let (mut at, mut scratch) = (0, Vec::new());
        while at < csv.len() && self.rows.len() < self.limit {
            let mut cells = Cells::starting_at(csv, b',', at);
            let mut texts = Vec::new();
            while let Some(cell) = cells.next(&mut scratch) {
                texts.push(
                    String::from_utf8_lossy(match cell {
                        input::Cell::Plain(range) => &csv[range],
                        input::Cell::Unescaped => &scratch,
                    })
                    .into_owned(),
                );
            }
            at = cells.end();
            if let Some(number) = texts.first_mut() {
                *number = (number.parse::<u64>().unwrap_or(0) + base + 1).to_string();
            }
            self.rows.push(self.join(texts));
        }
    }

    fn join(&self, texts: Vec<String>) -> Vec<String> {
        let mut texts = texts.into_iter();
        let columns = self.columns.iter();
        columns
            .map(|(_, column)| match column {
                Column::Text | Column::Full => texts.next().unwrap_or_default(),
                Column::Short => texts.next().map(|text| short(&text)).unwrap_or_default(),
                Column::Joined(cells) => {
                    let given: Vec<String> =
                        texts.by_ref().take(*cells).filter(|text| !text.is_empty()).collect();
                    given.join(" ")
                }
            })
            .collect()
    }

    /// The table; `total` is the number of rows that were scored.
    pub(super) fn render(&self, total: u64) -> String {
        let mut table = framed();
        // A column of numbers stands to the right, its header too.
        let numeric = |index: usize| {
            let mut texts = self.rows.iter().filter_map(|row| row.get(index)).filter(|text| !text.is_empty());
            let joined = matches!(self.columns.get(index), Some((_, Column::Joined(_))));
            !joined && texts.all(|text| text.parse::<f64>().is_ok())
        };
        let align: Vec<CellAlignment> = (0..self.columns.len())
            .map(|index| if numeric(index) { CellAlignment::Right } else { CellAlignment::Left })
            .collect();
        let cells = |texts: Vec<&String>| -> Vec<Cell> {
            texts.into_iter().zip(&align).map(|(text, &align)| Cell::new(text).set_alignment(align)).collect()
        };
        table.set_header(cells(self.columns.iter().map(|(name, _)| name).collect()));
        for row in &self.rows {
            table.add_row(cells(row.iter().collect()));
        }
        // A number that is folded is a wrong number.
        for (index, (column, align)) in table.column_iter_mut().zip(&align).enumerate() {
            if *align == CellAlignment::Right {
                let longest = self.rows.iter().filter_map(|row| row.get(index)).map(String::len).max();
                let width = u16::try_from(longest.unwrap_or(0) + 2).unwrap_or(20);
                column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(width)));
            }
        }
        let mut out = table.to_string();
        out.push('\n');
        let more = total.saturating_sub(self.rows.len() as u64);
        if more > 0 {
            out.push_str(&format!("… and {} more rows: -o FILE writes all of them\n", grouped(more)));
        }
        out
    }
}

/// An empty table in this tool's dress, as wide as the terminal.
pub(super) fn framed() -> Table {
    let mut table = Table::new();
    table
        .load_preset(NOTHING)
        .set_style(TableComponent::HeaderLines, '─')
        .set_style(TableComponent::MiddleHeaderIntersections, '─')
        .set_style(TableComponent::LeftHeaderIntersection, '─')
        .set_style(TableComponent::RightHeaderIntersection, '─')
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(u16::try_from(term::width()).unwrap_or(100));
    table
}

/// A number for reading: at most six significant digits, the same number of decimals for figures of one kind.
fn short(text: &str) -> String {
    let Ok(value) = text.parse::<f64>() else { return text.to_owned() };
    if value.fract() == 0.0 {
        return text.to_owned();
    }
    let decimals = match value.abs() {
        size if size < 10.0 => 4,
        size if size < 1000.0 => 2,
        _ => 1,
    };
    format!("{value:.decimals$}")
}

/// A count with its thousands apart.
pub(super) fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_for_reading() {
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(grouped(999), "999");
        assert_eq!(short("0.123456789"), "0.1235");
        assert_eq!(short("612"), "612");
        assert_eq!(short("good"), "good");
    }
}
