//! SQL as the stores use it: values bound, never written into the text.

use worker::{Result, SqlStorage, SqlStorageValue, State};

/// A value to bind, or one that was found.
pub type Value = SqlStorageValue;

/// The database of an object.
#[derive(Debug)]
pub struct Sql(SqlStorage);

impl Sql {
    /// The database, with every step of `steps` that it has not seen yet.
    ///
    /// Errors: of the database.
    pub fn open(state: &State, steps: &[&str]) -> Result<Self> {
        let sql = Self(state.storage().sql());
        sql.run("CREATE TABLE IF NOT EXISTS migration (step INTEGER PRIMARY KEY)", vec![])?;
        let done = sql.number("SELECT COUNT(*) FROM migration", vec![])?;
        for (number, step) in steps.iter().enumerate().skip(done as usize) {
            for statement in step.split(';').map(str::trim).filter(|statement| !statement.is_empty()) {
                sql.run(statement, vec![])?;
            }
            sql.run("INSERT INTO migration (step) VALUES (?)", vec![Value::Integer(number as i64)])?;
        }
        Ok(sql)
    }

    /// Runs a statement; how many rows it wrote, those of indices included.
    ///
    /// Errors: of the database.
    pub fn run(&self, query: &str, values: Vec<Value>) -> Result<usize> {
        Ok(self.0.exec(query, values)?.rows_written())
    }

    /// Rows one by one: who stops early has read no more of them.
    ///
    /// Errors: of the database.
    pub fn each(&self, query: &str, values: Vec<Value>) -> Result<impl Iterator<Item = Result<Row>>> {
        Ok(self.0.exec(query, values)?.raw().map(|row| row.map(Row)))
    }

    /// All rows.
    ///
    /// Errors: of the database.
    pub fn rows(&self, query: &str, values: Vec<Value>) -> Result<Vec<Row>> {
        self.each(query, values)?.collect()
    }

    /// The first row.
    ///
    /// Errors: of the database.
    pub fn first(&self, query: &str, values: Vec<Value>) -> Result<Option<Row>> {
        self.0.exec(query, values)?.raw().next().map(|row| row.map(Row)).transpose()
    }

    /// The number in the first column of the first row; 0 if there is none.
    ///
    /// Errors: of the database.
    pub fn number(&self, query: &str, values: Vec<Value>) -> Result<u64> {
        Ok(self.first(query, values)?.map_or(0, |row| row.number(0)))
    }
}

/// A row.
#[derive(Debug)]
pub struct Row(Vec<Value>);

impl Row {
    /// A text; empty if it is none.
    pub fn text(&self, column: usize) -> &str {
        match self.0.get(column) {
            Some(Value::String(text)) => text,
            _ => "",
        }
    }

    /// What a text of JSON says. From bytes, as messages are read: reading a type from texts too would be all its code again.
    pub fn json<T: serde::de::DeserializeOwned>(&self, column: usize) -> Option<T> {
        serde_json::from_slice(self.text(column).as_bytes()).ok()
    }

    /// A text, unless it is null.
    pub fn text_or_null(&self, column: usize) -> Option<&str> {
        match self.0.get(column) {
            Some(Value::String(text)) => Some(text),
            _ => None,
        }
    }

    /// A number; 0 if it is none.
    pub fn number(&self, column: usize) -> u64 {
        match self.0.get(column) {
            Some(&Value::Integer(number)) => number.max(0) as u64,
            Some(&Value::Float(number)) => number as u64,
            _ => 0,
        }
    }

    /// Bytes; empty if they are none.
    pub fn bytes(&self, column: usize) -> &[u8] {
        match self.0.get(column) {
            Some(Value::Blob(bytes)) => bytes,
            _ => &[],
        }
    }
}

/// A time or a count to bind.
pub fn number(value: u64) -> Value {
    Value::Integer(i64::try_from(value).unwrap_or(i64::MAX))
}
