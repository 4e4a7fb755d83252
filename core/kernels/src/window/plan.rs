//! What is asked for, sorted so that nothing is done twice.

use super::{Figure, Kind, Output, Span, Test, Top};

/// The outputs of a window node, sorted by filter, column and span.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    pub(super) spans: Vec<Span>,
    pub(super) passes: Vec<Pass>,
    pub(super) outs: Vec<Out>,
    pub(super) results: usize,
}

/// All that one filter is needed for.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Pass {
    filter: Option<u32>,
    pub(super) tests: Vec<Test>,
    pub(super) slices: Vec<Slice>,
    /// With the first of its results.
    pub(super) tops: Vec<(Top, usize)>,
}

/// The events that pass a filter and have a value in a column.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Slice {
    pub(super) column: Option<u32>,
    /// Whether a cell asks for different values.
    pub(super) distinct: bool,
    pub(super) cells: Vec<Cell>,
}

/// One window of a slice.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Cell {
    pub(super) span: u32,
    pub(super) needs: Needs,
    /// With the place of its result.
    pub(super) figures: Vec<(Kind, usize)>,
}

/// What a cell's figures share.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Needs {
    pub(super) sum: bool,
    pub(super) extremes: bool,
    pub(super) squares: bool,
    pub(super) months: bool,
}

impl Needs {
    fn add(&mut self, kind: Kind) {
        match kind {
            Kind::Sum | Kind::Mean | Kind::Trend => self.sum = true,
            Kind::Min | Kind::Max => self.extremes = true,
            Kind::Std | Kind::Volatility => (self.sum, self.squares) = (true, true),
            Kind::MonthlyStd | Kind::MonthlyTrend | Kind::MonthlyVolatility => self.months = true,
            _ => {}
        }
    }
}

/// Where an output comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Out {
    Result(usize),
    Ratio(usize, usize),
}

impl Plan {
    /// Sorts the outputs. A filter that is not in `filters` lets every event pass; a span that is not in `spans` has none.
    pub fn new(spans: &[Span], filters: &[Vec<Test>], outputs: &[Output]) -> Self {
        let mut plan = Self { spans: spans.to_vec(), ..Self::default() };
        for output in outputs {
            match output {
                Output::Figure(figure) => {
                    let at = plan.figure(filters, *figure);
                    plan.outs.push(Out::Result(at));
                }
                Output::Ratio(a, b) => {
                    let (a, b) = (plan.figure(filters, *a), plan.figure(filters, *b));
                    plan.outs.push(Out::Ratio(a, b));
                }
                Output::Top(top) => {
                    let (first, n) = (plan.results, output.width());
                    plan.results += n;
                    plan.pass(filters, top.filter, |pass| pass.tops.push((*top, first)));
                    plan.outs.extend((first..first + n).map(Out::Result));
                }
            }
        }
        plan
    }

    /// Output columns.
    pub fn width(&self) -> usize {
        self.outs.len()
    }

    /// The place of a figure's result.
    fn figure(&mut self, filters: &[Vec<Test>], figure: Figure) -> usize {
        let next = self.results;
        let Figure { kind, span, filter, column } = figure;
        let of_cell = |cell: &mut Cell| {
            cell.needs.add(kind);
            with(&mut cell.figures, |(k, _)| *k == kind, || (kind, next), |&mut (_, at)| at)
        };
        let of_slice = |slice: &mut Slice| {
            slice.distinct |= kind == Kind::Distinct;
            let made = || Cell { span, needs: Needs::default(), figures: Vec::new() };
            with(&mut slice.cells, |cell| cell.span == span, made, of_cell)
        };
        let of_pass = |pass: &mut Pass| {
            let made = || Slice { column, distinct: false, cells: Vec::new() };
            with(&mut pass.slices, |slice| slice.column == column, made, of_slice)
        };
        let at = self.pass(filters, filter, of_pass);
        self.results += usize::from(at == next);
        at
    }

    fn pass<R>(
        &mut self,
        filters: &[Vec<Test>],
        filter: Option<u32>,
        then: impl FnOnce(&mut Pass) -> R,
    ) -> R {
        let tests = || filter.and_then(|f| filters.get(f as usize)).cloned().unwrap_or_default();
        let made = || Pass { filter, tests: tests(), slices: Vec::new(), tops: Vec::new() };
        with(&mut self.passes, |pass| pass.filter == filter, made, then)
    }
}

/// `then` of the item that fits, which is made if there is none.
fn with<T, R>(
    items: &mut Vec<T>,
    fits: impl Fn(&T) -> bool,
    made: impl FnOnce() -> T,
    then: impl FnOnce(&mut T) -> R,
) -> R {
    if let Some(item) = items.iter_mut().find(|item| fits(item)) {
        return then(item);
    }
    let mut item = made();
    let result = then(&mut item);
    items.push(item);
    result
}
