//! Event lists of a block of rows: dated events with typed columns, side by side for all rows.

use crate::column::State;

/// One column of the events of a list: a value and a state an event, as a field's column has them a row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EventColumn {
    /// Values; NaN where the state is not present.
    pub values: Vec<f64>,
    /// States.
    pub states: Vec<State>,
}

/// The events of one event-list field, of every row of the block. Within a row they are in ascending order of date; events of one
/// date keep the order in which they were given.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EventList {
    /// Where each row's events start, and one more: row `r` has the events `starts[r]..starts[r + 1]`.
    starts: Vec<u32>,
    /// Civil date of each event: days since 1970-01-01.
    days: Vec<i32>,
    columns: Vec<EventColumn>,
    /// Events of each row after its reference time, which were left out.
    ignored: Vec<u32>,
}

impl EventList {
    /// An empty list with `columns` columns beside the date, of no row.
    pub fn new(columns: usize) -> Self {
        Self { starts: vec![0], columns: vec![EventColumn::default(); columns], ..Self::default() }
    }

    /// Forgets all rows and keeps the memory.
    pub fn clear(&mut self) {
        self.starts.clear();
        self.starts.push(0);
        self.days.clear();
        self.ignored.clear();
        for column in &mut self.columns {
            column.values.clear();
            column.states.clear();
        }
    }

    /// Appends an event to the row that is being built. `cells` has a value and a state for each column; those beyond the
    /// columns are dropped, those that lack are missing.
    pub fn push(&mut self, day: i32, cells: &[(f64, State)]) {
        self.days.push(day);
        for (i, column) in self.columns.iter_mut().enumerate() {
            let (value, state) = cells.get(i).copied().unwrap_or((f64::NAN, State::MISSING));
            column.values.push(value);
            column.states.push(state);
        }
    }

    /// Ends the row that is being built; `ignored` events of it were left out.
    pub fn end_row(&mut self, ignored: u32) {
        self.starts.push(u32::try_from(self.days.len()).unwrap_or(u32::MAX));
        self.ignored.push(ignored);
    }

    /// Rows.
    pub fn rows(&self) -> usize {
        self.ignored.len()
    }

    /// The events of a row; none if there is no such row.
    pub fn row(&self, row: usize) -> EventRow<'_> {
        let range = match (self.starts.get(row), self.starts.get(row + 1)) {
            (Some(&start), Some(&end)) => start as usize..end as usize,
            _ => 0..0,
        };
        EventRow { list: self, range, ignored: self.ignored.get(row).copied().unwrap_or(0) }
    }
}

/// The events of one row.
#[derive(Clone, Debug)]
pub struct EventRow<'a> {
    list: &'a EventList,
    range: core::ops::Range<usize>,
    /// Events after the reference time, which were left out.
    pub ignored: u32,
}

impl<'a> EventRow<'a> {
    /// Dates, ascending.
    pub fn days(&self) -> &'a [i32] {
        self.list.days.get(self.range.clone()).unwrap_or_default()
    }

    /// Values and states of one column; empty ones if there is no such column.
    pub fn column(&self, index: usize) -> (&'a [f64], &'a [State]) {
        let column = self.list.columns.get(index);
        column
            .and_then(|c| Some((c.values.get(self.range.clone())?, c.states.get(self.range.clone())?)))
            .unwrap_or_default()
    }
}

/// The event lists of a block: one for each event-list field, in the order of the fields.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Events {
    lists: Vec<(u32, EventList)>,
}

impl Events {
    /// Lists for the fields at these columns, ascending, each with so many columns.
    pub fn new(fields: impl IntoIterator<Item = (u32, usize)>) -> Self {
        Self { lists: fields.into_iter().map(|(field, columns)| (field, EventList::new(columns))).collect() }
    }

    /// Whether there is no event-list field.
    pub fn is_empty(&self) -> bool {
        self.lists.is_empty()
    }

    /// The list of the field at a column.
    pub fn list(&self, field: u32) -> Option<&EventList> {
        let at = self.lists.binary_search_by_key(&field, |(field, _)| *field).ok()?;
        self.lists.get(at).map(|(_, list)| list)
    }

    /// The list of the field at a column, to fill.
    pub fn list_mut(&mut self, field: u32) -> Option<&mut EventList> {
        let at = self.lists.binary_search_by_key(&field, |(field, _)| *field).ok()?;
        self.lists.get_mut(at).map(|(_, list)| list)
    }

    /// Forgets all rows of all lists.
    pub fn clear(&mut self) {
        for (_, list) in &mut self.lists {
            list.clear();
        }
    }
}
