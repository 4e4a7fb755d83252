//! A small reader of CSV (RFC 4180): enough for the tables of trainers and self-checks, with the line of every row.

/// A row: line of its beginning (from 1) and its cells.
#[derive(Clone, Debug, PartialEq)]
pub struct CsvRow {
    /// Line, from 1.
    pub line: usize,
    /// Cells, unquoted.
    pub cells: Vec<String>,
}

/// Why a text is not CSV.
#[derive(Clone, Debug, PartialEq)]
pub struct CsvError {
    /// Line, from 1.
    pub line: usize,
    /// What is wrong.
    pub what: &'static str,
}

/// Reads all rows. Empty lines are left out; a byte order mark is skipped; cells in quotes may hold commas, quotes (doubled)
/// and line ends.
pub fn parse(bytes: &[u8]) -> Result<Vec<CsvRow>, CsvError> {
    let text = match core::str::from_utf8(bytes) {
        Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text),
        Err(e) => {
            let before = bytes.get(..e.valid_up_to()).unwrap_or_default();
            return Err(CsvError { line: lines(before) + 1, what: "the file is not UTF-8" });
        }
    };
    let mut rows = Vec::new();
    let mut row = CsvRow { line: 1, cells: Vec::new() };
    let mut cell = String::new();
    let (mut line, mut quoted, mut closed) = (1, false, false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                cell.push('"');
                chars.next();
            }
            '"' if quoted => (quoted, closed) = (false, true),
            _ if quoted => {
                line += usize::from(c == '\n');
                cell.push(c);
            }
            '"' if cell.is_empty() && !closed => quoted = true,
            '"' => return Err(CsvError { line, what: "a quotation mark inside a cell without quotes" }),
            ',' => {
                row.cells.push(core::mem::take(&mut cell));
                closed = false;
            }
            '\r' if chars.peek() == Some(&'\n') => {}
            '\n' => {
                line += 1;
                end_row(&mut rows, &mut row, &mut cell, line);
                closed = false;
            }
            _ if closed => {
                return Err(CsvError { line, what: "text after the closing quotation mark of a cell" });
            }
            _ => cell.push(c),
        }
    }
    if quoted {
        return Err(CsvError { line: row.line, what: "a quotation mark is not closed" });
    }
    end_row(&mut rows, &mut row, &mut cell, line);
    Ok(rows)
}

fn end_row(rows: &mut Vec<CsvRow>, row: &mut CsvRow, cell: &mut String, next_line: usize) {
    row.cells.push(core::mem::take(cell));
    let empty = matches!(row.cells.as_slice(), [one] if one.is_empty());
    let done = core::mem::replace(row, CsvRow { line: next_line, cells: Vec::new() });
    if !empty {
        rows.push(done);
    }
}

fn lines(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&b| b == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(text: &str) -> Vec<(usize, Vec<String>)> {
        parse(text.as_bytes()).unwrap().into_iter().map(|r| (r.line, r.cells)).collect()
    }

    #[test]
    fn quotes_commas_and_line_ends() {
        let rows = cells("\u{feff}a,b\r\n\"x,\"\"y\"\"\nz\",2\n\n,\n");
        assert_eq!(rows.len(), 3);
        assert_eq!(rows[1], (2, vec!["x,\"y\"\nz".to_owned(), "2".to_owned()]));
        assert_eq!(rows[2], (5, vec![String::new(), String::new()]));
        assert_eq!(cells(""), []);
        assert_eq!(cells("\"\""), []);
    }

    #[test]
    fn broken_quotes_have_their_line() {
        assert_eq!(parse(b"a\nb\"c").unwrap_err().line, 2);
        assert_eq!(parse(b"a\n\"c\n\n").unwrap_err().line, 2);
        assert_eq!(parse(b"\"a\"b").unwrap_err().line, 1);
        assert_eq!(parse(b"a\n\xff").unwrap_err().line, 2);
    }
}
