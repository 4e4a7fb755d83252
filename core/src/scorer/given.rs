//! One record whose values come typed, one a field, in the fields' order.

use super::{Options, Scorer, decide, events, own_model};
use crate::decision::Decision;
use crate::error::RecordError;
use crate::reason::Contributions;
use crate::record::{Admitted, EventReader, Given, RecordEvents, Row, RowBuilder};

/// A piece of a record: a value a field and, after a list of events, each event with a value a member.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Piece<'a> {
    /// A value.
    Value(Given<'a>),
    /// A list of so many events.
    Events(usize),
    /// An event, with the first member that events do not have.
    Event(Option<&'a str>),
}

impl Scorer {
    /// Checks the values of a record; `row` is named in errors. Fields beyond the last value are missing.
    ///
    /// Errors: the first value that its field's type or policy refuses.
    pub(crate) fn admit<'a>(
        &self,
        mut pieces: impl Iterator<Item = Piece<'a>>,
        row: usize,
    ) -> Result<Row, RecordError> {
        self.whole_records()?;
        let fields = &self.bundle.fields;
        let mut out = RowBuilder::new(fields, row);
        let mut lists = RecordEvents::new();
        for (index, field) in fields.iter().enumerate() {
            let given = match pieces.next() {
                Some(Piece::Events(count)) => {
                    if let (Some(schema), Some(shape)) = (field.events(), self.lookup.list(index)) {
                        let mut events = EventReader::new(field, schema, shape, row);
                        read_events(&mut events, count, &mut pieces);
                        lists.push((index as u32, events.finish()?));
                        out.push(Some(Admitted::UNSETTLED))?;
                        continue;
                    }
                    Given::List
                }
                Some(Piece::Value(given)) => given,
                Some(Piece::Event(_)) => Given::Object,
                None => Given::Nothing,
            };
            let value = field.value_of(given, row, |text| self.lookup.code(field, index, text))?;
            out.push(Some(field.admit(value, row)?))?;
        }
        Ok(out.finish(lists)?)
    }

    /// The column value of a text in a field.
    ///
    /// Errors: a field that the bundle does not have, a text that is no value of its type.
    pub(crate) fn value_of_text(&self, index: usize, text: &str, row: usize) -> Result<f64, RecordError> {
        let fields = &self.bundle.fields;
        let Some(field) = fields.get(index) else {
            return Err(RecordError::Columns { what: "field", expected: fields.len(), found: index });
        };
        Ok(field.value_of(Given::Text(text), row, |text| self.lookup.code(field, index, text))?)
    }

    /// The decision for one record.
    pub(crate) fn decide_row(&mut self, row: Row, options: Options) -> Decision {
        self.evaluate_row(&row);
        let ignored = row.ignored();
        let decision = decide(&self.bundle, &self.block, 0, row.absent, options, &mut self.explainer);
        Decision { ignored, ..decision }
    }

    /// What each input of the node that a score's reasons explain moved its output by. `None` if the score gives no
    /// reasons, the output is absent, or another model of a fallback gave the score.
    pub(crate) fn explain_row(&mut self, row: &Row, score: usize) -> Option<&Contributions> {
        self.evaluate_row(row);
        let spec = self.bundle.scores.get(score)?.reasons.as_ref()?;
        // Another model that gave the score is not what its own reasons explain.
        if !own_model(&self.bundle, &self.block, 0, score as u32) {
            return None;
        }
        self.explainer.contributions(&self.bundle.graph, spec, self.block.all(), 0)
    }

    fn evaluate_row(&mut self, row: &Row) {
        self.block.set_rows(1);
        for (index, &(value, state)) in row.cells.iter().enumerate() {
            let column = self.block.column_mut(index);
            if let (Some(v), Some(s)) = (column.values.first_mut(), column.states.first_mut()) {
                *v = value;
                *s = state;
            }
        }
        events::fill(&mut self.block, &self.bundle.fields, core::iter::once(&row.events[..]));
        self.bundle.graph.evaluate(&mut self.block, &mut self.scratch);
    }
}

/// Reads `count` events, each with a value for every member.
fn read_events<'a>(events: &mut EventReader<'_>, count: usize, pieces: &mut impl Iterator<Item = Piece<'a>>) {
    for _ in 0..count {
        match pieces.next() {
            Some(Piece::Event(unknown)) => {
                events.begin();
                if let Some(name) = unknown {
                    events.unknown(name);
                }
                for member in 0..events.members() {
                    if let Some(Piece::Value(given)) = pieces.next() {
                        events.set(member, given);
                    }
                }
                events.end();
            }
            Some(Piece::Value(given)) => events.no_event(given),
            Some(Piece::Events(_)) => events.no_event(Given::List),
            None => return,
        }
    }
}
