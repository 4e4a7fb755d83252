//! A pandas frame as its files have it: CSV, or JSON in the orientations `records`, `split`, `columns` and `table`.

use serde_json::Value;

use super::malformed;
use crate::Error;
use crate::author::csv;

/// A row: line of the file (or row number in JSON, from 1) and its cells by column.
#[derive(Debug)]
pub(super) struct FrameRow {
    pub(super) line: usize,
    cells: Vec<String>,
}

/// Columns and rows; cells as text, empty where there is no value.
#[derive(Debug)]
pub(super) struct Frame {
    format: &'static str,
    columns: Vec<String>,
    pub(super) rows: Vec<FrameRow>,
    /// What `line` counts.
    pub(super) unit: &'static str,
}

impl Frame {
    /// Reads a CSV table with a header.
    pub(super) fn csv(bytes: &[u8], format: &'static str) -> Result<Self, Error> {
        let rows = csv::parse(bytes).map_err(|e| malformed(format, e.what, format!("line {}", e.line)))?;
        let mut rows = rows.into_iter();
        let Some(header) = rows.next() else { return Err(malformed(format, "the file is empty", "line 1")) };
        let width = header.cells.len();
        let mut frame = Self { format, columns: header.cells, rows: Vec::new(), unit: "line" };
        for row in rows {
            if row.cells.len() != width {
                let what = format!("a row has {} cells, the header has {width}", row.cells.len());
                return Err(malformed(format, what, format!("line {}", row.line)));
            }
            frame.rows.push(FrameRow { line: row.line, cells: row.cells });
        }
        Ok(frame)
    }

    /// Reads `DataFrame.to_json` of any orientation that keeps the names of columns.
    pub(super) fn json(bytes: &[u8], format: &'static str) -> Result<Self, Error> {
        let value: Value = serde_json::from_slice(bytes)
            .map_err(|e| malformed(format, e.to_string(), format!("line {}", e.line())))?;
        let shape = || malformed(format, "the JSON is not that of a table", "line 1");
        let mut frame = Self { format, columns: Vec::new(), rows: Vec::new(), unit: "row" };
        match &value {
            Value::Array(records) => frame.records(records).ok_or_else(shape)?,
            Value::Object(map) => match (map.get("columns"), map.get("data")) {
                (Some(Value::Array(columns)), Some(Value::Array(data))) => {
                    frame.split(columns, data).ok_or_else(shape)?
                }
                (None, Some(Value::Array(records))) => frame.records(records).ok_or_else(shape)?,
                _ => frame.by_column(map).ok_or_else(shape)?,
            },
            _ => return Err(shape()),
        }
        Ok(frame)
    }

    fn records(&mut self, records: &[Value]) -> Option<()> {
        self.columns = records.first()?.as_object()?.keys().cloned().collect();
        for (i, record) in records.iter().enumerate() {
            let record = record.as_object()?;
            let cells = self.columns.iter().map(|c| record.get(c).map_or(String::new(), cell)).collect();
            self.rows.push(FrameRow { line: i + 1, cells });
        }
        Some(())
    }

    fn split(&mut self, columns: &[Value], data: &[Value]) -> Option<()> {
        self.columns = columns.iter().map(cell).collect();
        for (i, row) in data.iter().enumerate() {
            let cells: Vec<String> = row.as_array()?.iter().map(cell).collect();
            if cells.len() != self.columns.len() {
                return None;
            }
            self.rows.push(FrameRow { line: i + 1, cells });
        }
        Some(())
    }

    fn by_column(&mut self, map: &serde_json::Map<String, Value>) -> Option<()> {
        self.columns = map.keys().cloned().collect();
        let mut keys: Vec<(u64, &String)> = Vec::new();
        for key in map.values().next()?.as_object()?.keys() {
            keys.push((key.parse().ok()?, key));
        }
        keys.sort_unstable();
        for (i, (_, key)) in keys.iter().enumerate() {
            let cells = map
                .values()
                .map(|v| v.as_object().and_then(|o| o.get(*key)).map(cell))
                .collect::<Option<_>>()?;
            self.rows.push(FrameRow { line: i + 1, cells });
        }
        Some(())
    }

    /// Position of a column.
    pub(super) fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|c| c == name)
    }

    /// Position of a column that must be there.
    pub(super) fn need(&self, name: &str) -> Result<usize, Error> {
        let what = || format!("there is no column `{name}`");
        self.column(name).ok_or_else(|| malformed(self.format, what(), format!("{} 1", self.unit)))
    }

    /// A place in words.
    pub(super) fn at(&self, row: &FrameRow) -> String {
        format!("{} {}", self.unit, row.line)
    }

    /// A cell that must hold a finite number.
    pub(super) fn number(&self, row: &FrameRow, column: usize) -> Result<f64, Error> {
        let text = row.text(column);
        let name = self.columns.get(column).map_or("", String::as_str);
        let finite = super::number::parse(text).filter(|x| x.is_finite());
        finite.ok_or_else(|| {
            malformed(self.format, format!("`{name}` is not a finite number: `{text}`"), self.at(row))
        })
    }
}

impl FrameRow {
    /// A cell as text.
    pub(super) fn text(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", String::as_str)
    }
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(s) => s.clone(),
        other => other.to_string(),
    }
}
