//! Values of a block of rows: one column a field or node output, each value with its missing state.

use crate::events::{EventList, Events};

/// Why a value is absent, in one byte; [`State::PRESENT`] when it is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct State(pub u8);

impl State {
    /// The value is there.
    pub const PRESENT: Self = Self(0);
    /// No value was given (absent, JSON null, empty CSV cell, NaN).
    pub const MISSING: Self = Self(1);
    /// A category that the bundle does not know.
    pub const UNSEEN: Self = Self(2);
    /// A value outside the field's bounds, or a result that is not a finite number.
    pub const OUT_OF_RANGE: Self = Self(3);
    /// First of the special codes: `SPECIAL + i` is the field's i-th special code.
    pub const SPECIAL: u8 = 16;

    /// The state of a field's `index`-th special code.
    pub const fn special(index: u8) -> Self {
        Self(Self::SPECIAL.saturating_add(index))
    }

    /// Whether the value is there.
    pub const fn is_present(self) -> bool {
        self.0 == 0
    }

    /// The index of the special code, if it is one.
    pub const fn special_index(self) -> Option<u8> {
        self.0.checked_sub(Self::SPECIAL)
    }
}

/// One column: a value and a state per row. A value whose state is not present is NaN and must not be used.
#[derive(Clone, Copy, Debug)]
pub struct Column<'a> {
    /// Values, one a row.
    pub values: &'a [f64],
    /// States, one a row.
    pub states: &'a [State],
}

/// One output column to fill: whatever it holds comes from an earlier block, so every row must be written.
#[derive(Debug)]
pub struct ColumnMut<'a> {
    /// Values, one a row.
    pub values: &'a mut [f64],
    /// States, one a row.
    pub states: &'a mut [State],
}

impl ColumnMut<'_> {
    /// Writes one row; a value that is not finite becomes [`State::OUT_OF_RANGE`]: NaN is never in a result.
    pub fn set(&mut self, row: usize, value: f64) {
        let finite = value.is_finite();
        if let (Some(v), Some(s)) = (self.values.get_mut(row), self.states.get_mut(row)) {
            *v = if finite { value } else { f64::NAN };
            *s = if finite { State::PRESENT } else { State::OUT_OF_RANGE };
        }
    }

    /// Marks one row as absent.
    pub fn set_absent(&mut self, row: usize, state: State) {
        if let (Some(v), Some(s)) = (self.values.get_mut(row), self.states.get_mut(row)) {
            *v = f64::NAN;
            *s = state;
        }
    }
}

/// Storage of a block: `columns` columns of up to `capacity` rows, allocated once and reused.
#[derive(Debug, Default)]
pub struct Block {
    rows: usize,
    columns: usize,
    values: Vec<f64>,
    states: Vec<State>,
    events: Events,
}

impl Block {
    /// Room for `columns` columns of `capacity` rows, without event lists.
    pub fn new(columns: usize, capacity: usize) -> Self {
        Self::with_events(columns, capacity, Events::default())
    }

    /// Room for `columns` columns of `capacity` rows, and event lists.
    pub fn with_events(columns: usize, capacity: usize, events: Events) -> Self {
        let cells = columns.saturating_mul(capacity);
        Self { rows: 0, columns, values: vec![f64::NAN; cells], states: vec![State::MISSING; cells], events }
    }

    /// The event lists, to fill: one row of each for every row of the block.
    pub fn events_mut(&mut self) -> &mut Events {
        &mut self.events
    }

    /// Rows that the next evaluation works on; never more than the capacity.
    pub fn set_rows(&mut self, rows: usize) {
        self.rows = rows.min(self.values.len().checked_div(self.columns).unwrap_or(0));
    }

    /// Rows in use.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Reads a column; an empty one if the index is beyond the block.
    pub fn column(&self, index: usize) -> Column<'_> {
        self.all().column(index)
    }

    /// Writes a column; an empty one if the index is beyond the block.
    pub fn column_mut(&mut self, index: usize) -> ColumnMut<'_> {
        let (start, rows) = (index * self.rows, self.rows);
        match (self.values.get_mut(start..start + rows), self.states.get_mut(start..start + rows)) {
            (Some(values), Some(states)) => ColumnMut { values, states },
            _ => ColumnMut { values: &mut [], states: &mut [] },
        }
    }

    /// Values and states of the first `count` columns, side by side; empty ones if there are fewer.
    pub fn first_columns_mut(&mut self, count: usize) -> (&mut [f64], &mut [State]) {
        let cells = ..count * self.rows;
        match (self.values.get_mut(cells), self.states.get_mut(cells)) {
            (Some(values), Some(states)) => (values, states),
            _ => (&mut [], &mut []),
        }
    }

    /// All columns, to read.
    pub fn all(&self) -> Columns<'_> {
        Columns { rows: self.rows, values: &self.values, states: &self.states, events: &self.events }
    }

    /// Splits at a column: those before it to read, those from it on to write.
    pub fn split(&mut self, first_out: usize) -> (Columns<'_>, Outputs<'_>) {
        let at = (first_out * self.rows).min(self.values.len());
        let (values, out_values) = self.values.split_at_mut(at);
        let (states, out_states) = self.states.split_at_mut(at);
        (
            Columns { rows: self.rows, values, states, events: &self.events },
            Outputs { rows: self.rows, values: out_values, states: out_states },
        )
    }
}

/// Columns to read, by index.
#[derive(Clone, Copy, Debug)]
pub struct Columns<'a> {
    rows: usize,
    values: &'a [f64],
    states: &'a [State],
    events: &'a Events,
}

impl<'a> Columns<'a> {
    /// Rows of each column.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The event list of the field at a column, if it is one.
    pub fn events(&self, field: u32) -> Option<&'a EventList> {
        self.events.list(field)
    }

    /// One column; an empty one if the index is beyond the block.
    pub fn column(&self, index: usize) -> Column<'a> {
        let start = index * self.rows;
        match (self.values.get(start..start + self.rows), self.states.get(start..start + self.rows)) {
            (Some(values), Some(states)) => Column { values, states },
            _ => Column { values: &[], states: &[] },
        }
    }
}

/// A node's input columns, in the order the node names them.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a> {
    columns: Columns<'a>,
    ids: &'a [u32],
}

impl<'a> Inputs<'a> {
    /// The columns `ids` of `columns`.
    pub fn new(columns: Columns<'a>, ids: &'a [u32]) -> Self {
        Self { columns, ids }
    }

    /// Rows of each column.
    pub fn rows(&self) -> usize {
        self.columns.rows
    }

    /// How many input columns there are.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there is no input column.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// The `i`-th input column; an empty one if there is none.
    pub fn column(&self, i: usize) -> Column<'a> {
        match self.ids.get(i) {
            Some(&id) => self.columns.column(id as usize),
            None => Column { values: &[], states: &[] },
        }
    }

    /// One row of the inputs as f32, absent ones as NaN, into the places of `into`; whether all are present.
    ///
    /// Not inlined: callers are compiled for size.
    #[inline(never)]
    pub fn narrow_row(&self, row: usize, into: &mut [f32]) -> bool {
        let Columns { rows, values, states, .. } = self.columns;
        let mut all = true;
        for (place, &id) in into.iter_mut().zip(self.ids) {
            let at = id as usize * rows + row;
            let present = states.get(at).is_some_and(|state| state.is_present());
            *place = values.get(at).filter(|_| present).map_or(f32::NAN, |x| *x as f32);
            all &= present;
        }
        all
    }

    /// The event list of the `i`-th input, if that is an event-list field.
    pub fn events(&self, i: usize) -> Option<&'a EventList> {
        self.columns.events(*self.ids.get(i)?)
    }

    /// The input columns in order.
    pub fn iter(&self) -> impl Iterator<Item = Column<'a>> + '_ {
        self.ids.iter().map(|&id| self.columns.column(id as usize))
    }
}

/// A node's output columns, to write.
#[derive(Debug)]
pub struct Outputs<'a> {
    rows: usize,
    values: &'a mut [f64],
    states: &'a mut [State],
}

impl Outputs<'_> {
    /// Rows of each column.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The `i`-th output column; an empty one if there is none.
    pub fn column(&mut self, i: usize) -> ColumnMut<'_> {
        let (start, rows) = (i * self.rows, self.rows);
        match (self.values.get_mut(start..start + rows), self.states.get_mut(start..start + rows)) {
            (Some(values), Some(states)) => ColumnMut { values, states },
            _ => ColumnMut { values: &mut [], states: &mut [] },
        }
    }
}
