//! Nodes over events: `window`, many figures of one event list.

mod bind;
mod figures;
mod filters;
mod span;

pub(super) use bind::{is_number, kind_of};
pub(super) use figures::whole;
pub(super) use filters::{Filters, column};

use super::builder::{Builder, Here, Unanswered};
use super::code;
use super::node::{Parsed, Spec};
use super::report::Name;
use super::table::Table;
use crate::feature::window::Window;
use crate::graph::Op;
use crate::schema::EventSchema;

/// The event list that a node reads, and its reference time if that is not the list's own.
pub(super) struct Source {
    events: Name,
    as_of: Option<Name>,
}

impl Source {
    pub(super) fn read(table: &Table<'_>) -> Option<Self> {
        let events = table.need("events", "\"transactions\"").and_then(|item| item.text());
        let as_of = table.get("as_of").map_or(Some(None), |item| item.text().map(Some));
        Some(Self { events: events?, as_of: as_of? })
    }

    pub(super) fn names(&self) -> Vec<Name> {
        [self.events.clone()].into_iter().chain(self.as_of.clone()).collect()
    }

    /// The columns that the node reads: events, reference date.
    pub(super) fn find<'a>(&self, builder: &mut Builder<'a>) -> Option<(Vec<u32>, &'a EventSchema)> {
        let (list, schema) = builder.events(&self.events)?;
        let as_of = match &self.as_of {
            None => {
                builder.read.insert(schema.as_of);
                schema.as_of
            }
            Some(name) => {
                let column = builder.one(name)?;
                if builder.column(column).is_some_and(|c| c.kind != super::builder::Kind::Date) {
                    let message = format!("`{}` is no date", name.value);
                    let mend = "name a field of `type = \"date\"`, or take `as_of` out: the list has its own";
                    builder.report.error(code::INPUT, &name.span, message, mend);
                    return None;
                }
                column
            }
        };
        // A list whose reference time was not found is broken, and has been reported.
        builder.column(as_of)?;
        Some((vec![list, as_of], schema))
    }
}

struct WindowSpec {
    source: Source,
    filters: Filters,
    outputs: Vec<figures::Draft>,
}

pub(super) fn parse(table: &Table<'_>, _: &Name) -> Parsed {
    let source = Source::read(table);
    let mut filters = Filters::read(table);
    let outputs = table.need("outputs", "{ spent = { sum = \"amount\", in = \"30 days\" } }");
    let entries = outputs?.table(format!("`outputs` of {}", table.what()))?.named();
    let n = entries.len();
    if n == 0 {
        let message = format!("{} has no outputs", table.what());
        table.report().error(code::VALUE, table.span(), message, "list at least one in `outputs`");
    }
    let mut unread = Filters::default();
    let outputs: Vec<figures::Draft> = entries
        .into_iter()
        .filter_map(|(name, item)| figures::read(name, &item, filters.as_mut().unwrap_or(&mut unread)))
        .collect();
    let sound = n > 0 && outputs.len() == n;
    sound.then_some(())?;
    Some(Box::new(WindowSpec { source: source?, filters: filters?, outputs }))
}

impl Spec for WindowSpec {
    fn inputs(&self) -> Vec<Name> {
        self.source.names()
    }

    fn build(&self, here: &Here, builder: &mut Builder<'_>) -> Option<()> {
        let (inputs, schema) = self.source.find(builder)?;
        let filters = self.filters.bind(schema, builder);
        let (spans, outputs, columns) = (Vec::new(), Vec::new(), Vec::new());
        let mut bound = bind::Bound { builder, schema, spans, outputs, columns };
        let added: Vec<Option<()>> = self.outputs.iter().map(|draft| bound.add(draft)).collect();
        let bind::Bound { spans, outputs, columns, .. } = bound;
        added.into_iter().collect::<Option<Vec<()>>>()?;
        let op = Window::new(spans, filters?, outputs);
        let op = op.map_err(|what| builder.refused(&here.name.span, what, &here.name.value)).ok()?;
        let mut names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
        names.sort_unstable();
        if let Some([twin, _]) = names.windows(2).find(|pair| matches!(pair, [a, b] if a == b)) {
            let message = format!("two outputs of `{}` are named `{twin}`", here.name.value);
            builder.report.error(code::NAME, &here.name.span, message, "give one of them another name");
            return None;
        }
        let open = builder.live(&inputs);
        builder.push(here, "", inputs, Op::Window(op), columns, (open, Unanswered::Pass));
        Some(())
    }
}
