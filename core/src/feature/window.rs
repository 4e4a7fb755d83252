//! Window aggregates: figures of a list of events, over windows of time before a reference date.
//!
//! Encoding: `spans`, `filters`, `outputs`, each a counted list, as `docs/bundle-format-events.md` has them.

mod check;
mod wire;

pub use scorelet_kernels::window::{Figure, Kind, MONTH_DAYS, Output, Span, Test, Top, Unit};
pub(super) use {check::filters as check_filters, check::span as check_span};
pub(super) use {check::needs as columns_of_tests, wire::get_filters, wire::put_filters};
pub(super) use {wire::get_optional, wire::put_optional};

pub use scorelet_kernels::window::WindowScratch;
use scorelet_kernels::window::{Plan, run};

use crate::bundle::wire::{Reader, Refused, Wire};
use crate::column::{Inputs, Outputs};
use crate::graph::{Kernel, Scratch};

/// Figures of a list of events. Two inputs: an event-list field, and the reference date; one output a figure (2·k for the k
/// greatest groups). A row whose list or date is absent is absent in the output, in the state of the first that is; a date that
/// is not a whole number of days of the years 0000 to 9999 is [`State::OUT_OF_RANGE`](crate::column::State::OUT_OF_RANGE).
///
/// An event after the reference date is in no window. A window without values has count and sum 0; figures that need a value
/// are missing; a result that is not finite is out of range.
#[derive(Clone, Debug, PartialEq)]
pub struct Window {
    spans: Vec<Span>,
    filters: Vec<Vec<Test>>,
    outputs: Vec<Output>,
    plan: Plan,
}

impl Window {
    /// Checks the parts: every index, bound and limit.
    pub fn new(
        spans: Vec<Span>,
        filters: Vec<Vec<Test>>,
        outputs: Vec<Output>,
    ) -> Result<Self, &'static str> {
        check::window(&spans, &filters, &outputs)?;
        let plan = Plan::new(&spans, &filters, &outputs);
        Ok(Self { spans, filters, outputs, plan })
    }

    /// The outputs, in order.
    pub fn outputs(&self) -> &[Output] {
        &self.outputs
    }

    /// The windows of time.
    pub fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// The filters: an event passes one if every test holds.
    pub fn filters(&self) -> &[Vec<Test>] {
        &self.filters
    }

    /// The output that a column belongs to, and its place in it.
    pub fn output_of(&self, mut column: usize) -> Option<(&Output, usize)> {
        for output in &self.outputs {
            if column < output.width() {
                return Some((output, column));
            }
            column -= output.width();
        }
        None
    }

    /// How many columns the events must have.
    pub fn event_columns(&self) -> u32 {
        check::columns(&self.filters, &self.outputs)
    }
}

impl Wire for Window {
    fn put(&self, out: &mut Vec<u8>) {
        wire::put(out, &self.spans, &self.filters, &self.outputs);
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        let (spans, filters, outputs) = wire::get(input)?;
        Self::new(spans, filters, outputs).map_err(|what| input.malformed(what))
    }
}

impl Kernel for Window {
    fn check(&self, inputs: usize) -> Result<(), &'static str> {
        if inputs == 2 {
            Ok(())
        } else {
            Err("a window reads exactly two columns: events and a reference date")
        }
    }

    fn width(&self, _inputs: usize) -> usize {
        self.plan.width()
    }

    #[inline(never)]
    fn eval(&self, inputs: &Inputs<'_>, outputs: &mut Outputs<'_>, scratch: &mut Scratch) {
        run(&self.plan, inputs, outputs, &mut scratch.window);
    }
}
