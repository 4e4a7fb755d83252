//! From outputs as written to those of the engine, over the columns of a list.

use std::rc::Rc;

use super::super::builder::{self, Builder};
use super::super::code;
use super::super::report::Name;
use super::figures::{Draft, Word};
use super::filters::column;
use crate::feature::window::{Figure, Kind, Output, Span, Top};
use crate::schema::{EventSchema, Field, FieldType};

/// The outputs so far.
pub(super) struct Bound<'a, 'b> {
    pub(super) builder: &'b Builder<'a>,
    pub(super) schema: &'b EventSchema,
    pub(super) spans: Vec<Span>,
    pub(super) outputs: Vec<Output>,
    pub(super) columns: Vec<builder::Output>,
}

impl Bound<'_, '_> {
    /// Adds what is written: an output for each of its windows. `None` after a mistake was reported.
    pub(super) fn add(&mut self, draft: &Draft) -> Option<()> {
        let of = match &draft.of {
            Some(name) => Some((name, column(name, self.schema, self.builder)?)),
            None => None,
        };
        self.check(draft, of)?;
        let column = of.map(|(_, (column, _))| column);
        for words in &draft.windows {
            let suffix = if draft.listed { format!("_{}", words.name) } else { String::new() };
            let name = format!("{}{suffix}", draft.name.value);
            let span = self.span(words.span);
            let figure = |kind, span, filter| Figure { kind, span, filter, column };
            let output = match draft.word {
                Word::Top => {
                    self.top(draft, &name, of, span)?;
                    continue;
                }
                Word::Share => {
                    let kind = if column.is_some() { Kind::Sum } else { Kind::Count };
                    Output::Ratio(figure(kind, span, draft.filter), figure(kind, span, None))
                }
                Word::Of(kind) => match draft.over {
                    Some(over) => {
                        let over = self.span(over);
                        Output::Ratio(figure(kind, span, draft.filter), figure(kind, over, draft.filter))
                    }
                    None => Output::Figure(figure(kind, span, draft.filter)),
                },
            };
            let (kind, unit) = match output {
                Output::Figure(figure) => describe(figure.kind, of.map(|(_, (_, field))| field)),
                _ => (builder::Kind::Number, String::new()),
            };
            self.push(name, output, kind, unit);
        }
        Some(())
    }

    fn push(&mut self, name: String, output: Output, kind: builder::Kind, unit: String) {
        self.outputs.push(output);
        self.columns.push(builder::Output { name, kind, unit });
    }

    /// The index of a span.
    fn span(&mut self, span: Span) -> u32 {
        let found = self.spans.iter().position(|known| *known == span);
        found.unwrap_or_else(|| {
            self.spans.push(span);
            self.spans.len() - 1
        }) as u32
    }

    /// Whether the figure can be taken of what it is of, and of its windows.
    fn check(&self, draft: &Draft, of: Option<(&Name, (u32, &Field))>) -> Option<()> {
        let wrong = |name: &Name, message: String, mend: &str| {
            self.builder.report.error(code::INPUT, &name.span, message, mend);
            None
        };
        let own = &draft.name;
        let (values, events) = match draft.word {
            Word::Of(Kind::Count | Kind::DaysSinceFirst | Kind::DaysSinceLast) | Word::Share => (true, true),
            Word::Of(Kind::LongestStreak | Kind::CurrentStreak | Kind::Ignored) => (false, true),
            _ => (true, false),
        };
        match of {
            None if !events => {
                let message = format!("`{}` is a figure of values", own.value);
                return wrong(own, message, "write the name of a column in place of `true`");
            }
            Some((name, _)) if !values => {
                let message = format!("`{}` is a figure of events, not of `{}`", own.value, name.value);
                return wrong(name, message, "write `true` in place of the column, and tests in `where`");
            }
            Some((name, (_, field))) if needs_number(draft.word) && !is_number(field) => {
                let message = format!("the column `{}` is {}", name.value, field.kind.describe());
                return wrong(name, message, "take this figure of a number; categories can be counted");
            }
            _ => {}
        }
        if draft.word == Word::Of(Kind::Ignored) && (draft.filter.is_some() || draft.over.is_some()) {
            let message = "the number of ignored events is of no window and has no filter".to_owned();
            return wrong(own, message, "take `where` and `over` out");
        }
        let months = |span: &Span| span.months().is_some_and(|months| months >= 2);
        let monthly =
            matches!(draft.word, Word::Of(Kind::MonthlyStd | Kind::MonthlyTrend | Kind::MonthlyVolatility));
        if monthly && !draft.windows.iter().map(|w| &w.span).chain(&draft.over).all(months) {
            let message = format!("`{}` is a figure of months", own.value);
            return wrong(own, message, "give it a window of two months or more, as `in = \"12 months\"`");
        }
        Some(())
    }

    /// Adds the `k` greatest groups: names `NAME_1`, `NAME_1_value`, `NAME_2`, …
    fn top(
        &mut self,
        draft: &Draft,
        name: &str,
        of: Option<(&Name, (u32, &Field))>,
        span: u32,
    ) -> Option<()> {
        let (of, (group, field)) = of?;
        let FieldType::Category { values } = &field.kind else {
            let message = format!("the column `{}` is {}", of.value, field.kind.describe());
            self.builder.report.error(code::INPUT, &of.span, message, "groups are made of a category");
            return None;
        };
        let by = match &draft.groups.by {
            Some(name) => Some((name, column(name, self.schema, self.builder)?)),
            None => None,
        };
        if let Some((name, (_, field))) = by
            && !is_number(field)
        {
            let message = format!("the column `{}` is {}", name.value, field.kind.describe());
            self.builder.report.error(code::INPUT, &name.span, message, "groups are ranked by a number");
            return None;
        }
        self.outputs.push(Output::Top(Top {
            span,
            filter: draft.filter,
            group,
            categories: values.len() as u32,
            column: by.map(|(_, (column, _))| column),
            k: draft.groups.k,
            least: draft.groups.least,
        }));
        let unit = by.map_or_else(String::new, |(_, (_, field))| field.unit.clone());
        let categories = builder::Kind::Category(Rc::new(values.clone()));
        for place in 1..=draft.groups.k {
            let (kind, unit) = (categories.clone(), unit.clone());
            self.columns.push(builder::Output { name: format!("{name}_{place}"), kind, unit: String::new() });
            let name = format!("{name}_{place}_value");
            self.columns.push(builder::Output { name, kind: builder::Kind::Number, unit });
        }
        Some(())
    }
}

/// Whether one can calculate with the values.
pub(in super::super) fn is_number(field: &Field) -> bool {
    matches!(field.kind, FieldType::Number | FieldType::Integer | FieldType::Boolean)
}

fn needs_number(word: Word) -> bool {
    let counted = Word::Of(Kind::Count);
    let others = [Kind::Distinct, Kind::First, Kind::Last, Kind::DaysSinceFirst, Kind::DaysSinceLast];
    word != counted && word != Word::Top && !others.map(Word::Of).contains(&word)
}

/// What an event's own value is as a column of the graph.
pub(in super::super) fn kind_of(field: &Field) -> builder::Kind {
    match &field.kind {
        FieldType::Boolean => builder::Kind::Flag,
        FieldType::Category { values } => builder::Kind::Category(Rc::new(values.clone())),
        FieldType::Date => builder::Kind::Date,
        _ => builder::Kind::Number,
    }
}

/// Kind and unit of a figure.
fn describe(kind: Kind, field: Option<&Field>) -> (builder::Kind, String) {
    let number = builder::Kind::Number;
    match (kind, field) {
        (Kind::First | Kind::Last, Some(field)) => (kind_of(field), field.unit.clone()),
        (Kind::DaysSinceFirst | Kind::DaysSinceLast, _) => (number, "days".to_owned()),
        (
            Kind::Sum | Kind::Mean | Kind::Min | Kind::Max | Kind::Std | Kind::MonthlyStd | Kind::Quantile(_),
            Some(field),
        ) => (number, field.unit.clone()),
        _ => (number, String::new()),
    }
}
