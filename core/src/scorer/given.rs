//! One record whose values come typed, one a field, in the fields' order.

use super::{Options, Scorer, decide, events};
use crate::decision::Decision;
use crate::error::RecordError;
use crate::reason::Contributions;
use crate::record::{Given, Row, RowBuilder};

impl Scorer {
    /// Checks the values of a record; `row` is named in errors. Fields beyond the last value are missing.
    ///
    /// Errors: the first value that its field's type or policy refuses.
    pub(crate) fn admit<'a>(
        &self,
        mut values: impl Iterator<Item = Given<'a>>,
        row: usize,
    ) -> Result<Row, RecordError> {
        self.whole_records()?;
        let fields = &self.bundle.fields;
        let mut out = RowBuilder::new(fields, row);
        for (index, field) in fields.iter().enumerate() {
            let given = values.next().unwrap_or(Given::Nothing);
            let value = field.value_of(given, row, |text| self.lookup.code(field, index, text))?;
            out.push(Some(field.admit(value, row)?))?;
        }
        out.finish(Vec::new())
    }

    /// The column value of a text in a field.
    ///
    /// Errors: a field that the bundle does not have, a text that is no value of its type.
    pub(crate) fn value_of_text(&self, index: usize, text: &str, row: usize) -> Result<f64, RecordError> {
        let fields = &self.bundle.fields;
        let Some(field) = fields.get(index) else {
            return Err(RecordError::Columns { what: "field", expected: fields.len(), found: index });
        };
        field.value_of(Given::Text(text), row, |text| self.lookup.code(field, index, text))
    }

    /// The decision for one record.
    pub(crate) fn decide_row(&mut self, row: Row, options: Options) -> Decision {
        self.evaluate_row(&row);
        let ignored = row.ignored();
        let decision = decide(&self.bundle, &self.block, 0, row.absent, options, &mut self.explainer);
        Decision { ignored, ..decision }
    }

    /// What each input of the node that a score's reasons explain moved its output by. `None` if the score gives no
    /// reasons, or the output is absent.
    pub(crate) fn explain_row(&mut self, row: &Row, score: usize) -> Option<&Contributions> {
        self.evaluate_row(row);
        let spec = self.bundle.scores.get(score)?.reasons.as_ref()?;
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
