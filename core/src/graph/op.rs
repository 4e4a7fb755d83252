//! What a node can compute: one variant a kind.

use crate::band::Bands;
use crate::bundle::wire::{Reader, Refused, Wire};
use crate::calibrate::Calibrate;
use crate::column::{Inputs, Outputs};
use crate::decision::table::{DecisionTable, TableScratch};
use crate::feature::arith::Arith;
use crate::feature::bins::Bins;
use crate::feature::formula::{Formula, FormulaScratch};
use crate::feature::impute::Impute;
use crate::feature::lookup::Lookup;
use crate::feature::one_hot::OneHot;
use crate::feature::series::{Series, SeriesScratch};
use crate::feature::window::{Window, WindowScratch};
use crate::model::forest::{Forest, ForestScratch, Leaves, LeavesScratch};
use crate::model::linear::Linear;
use crate::model::link::Link;
use crate::model::network::{Network, NetworkScratch};
use crate::model::scorecard::Scorecard;
use crate::scale::Scale;
use crate::split::Given;

/// What every kind of node does. Evaluation is total: it cannot fail, because [`Kernel::check`] has looked at everything
/// once at load, and an absent or unusable value becomes a missing state of the result.
pub trait Kernel: Wire {
    /// Checks the node's own parameters against the number of its inputs.
    fn check(&self, inputs: usize) -> Result<(), &'static str>;
    /// Output columns.
    fn width(&self, inputs: usize) -> usize;
    /// Fills every row of every output column. Marked `#[inline(never)]` in every kind: one function with all kernels in
    /// it made a single row a fifth slower in V8.
    fn eval(&self, inputs: &Inputs<'_>, outputs: &mut Outputs<'_>, scratch: &mut Scratch);
}

/// Working memory that nodes share, allocated once a scorer and reused.
#[derive(Debug, Default)]
pub struct Scratch {
    /// For forests.
    pub forest: ForestScratch,
    /// For windows over events.
    pub window: WindowScratch,
    /// For series of events.
    pub series: SeriesScratch,
    /// For leaves of forests.
    pub leaves: LeavesScratch,
    /// For formulas.
    pub formula: FormulaScratch,
    /// For networks.
    pub network: NetworkScratch,
    /// For decision tables.
    pub table: TableScratch,
}

macro_rules! ops {
    ($( $(#[$doc:meta])* $variant:ident($ty:ty) = $code:literal, $name:literal; )*) => {
        /// A kind of node with its parameters.
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub enum Op { $( $(#[$doc])* $variant($ty), )* }

        $( impl From<$ty> for Op {
            fn from(op: $ty) -> Self {
                Self::$variant(op)
            }
        } )*

        impl Op {
            /// The kind's code and name, as the bundle's kind table has them.
            pub fn kind(&self) -> (u16, &'static str) {
                match self { $( Self::$variant(_) => ($code, $name), )* }
            }

            /// The engine version that the kind came with.
            pub fn since(&self) -> &'static str {
                "0.1.0"
            }

            /// Reads the parameters of a node of kind `code`; `None` if the engine has no such kind.
            pub fn get(code: u16, input: &mut Reader<'_>) -> Option<Result<Self, Refused>> {
                match code {
                    $( $code => Some(<$ty>::get(input).map(Self::$variant)), )*
                    _ => None,
                }
            }

            /// Writes the parameters.
            pub fn put(&self, out: &mut Vec<u8>) {
                match self { $( Self::$variant(op) => op.put(out), )* }
            }

            /// See [`Kernel::check`].
            pub fn check(&self, inputs: usize) -> Result<(), &'static str> {
                match self { $( Self::$variant(op) => op.check(inputs), )* }
            }

            /// The inputs that must be event-list fields, and how many columns the events of each must have.
            pub fn event_lists(&self) -> Vec<(u32, u32)> {
                match self {
                    Self::Window(window) => vec![(0, window.event_columns())],
                    Self::Series(series) => vec![(0, series.event_columns())],
                    Self::Formula(formula) => formula.event_lists(),
                    _ => Vec::new(),
                }
            }

            /// See [`Kernel::width`].
            pub fn width(&self, inputs: usize) -> usize {
                match self { $( Self::$variant(op) => op.width(inputs), )* }
            }

            /// See [`Kernel::eval`].
            pub fn eval(&self, inputs: &Inputs<'_>, outputs: &mut Outputs<'_>, scratch: &mut Scratch) {
                match self { $( Self::$variant(op) => op.eval(inputs, outputs, scratch), )* }
            }
        }
    };
}

// Codes are part of the bundle format: a code is never used for anything else. 0x01xx features, 0x02xx models,
// 0x03xx scores and decisions, 0x04xx the split.
ops! {
    /// Numeric bins with a value each.
    Bins(Bins) = 0x0101, "bins";
    /// A value per category.
    Lookup(Lookup) = 0x0102, "lookup";
    /// A column per category.
    OneHot(OneHot) = 0x0103, "one_hot";
    /// Absent values replaced.
    Impute(Impute) = 0x0104, "impute";
    /// Arithmetic of columns.
    Arith(Arith) = 0x0105, "arith";
    /// Expressions over columns and events.
    Formula(Formula) = 0x0106, "formula";
    /// Figures of events in windows of time.
    Window(Window) = 0x0107, "window";
    /// Events as a sequence of fixed length.
    Series(Series) = 0x0108, "series";
    /// Base points and points of characteristics.
    Scorecard(Scorecard) = 0x0201, "scorecard";
    /// Intercepts and coefficients.
    Linear(Linear) = 0x0202, "linear";
    /// Decision trees: GBDT, random forest, DART.
    Forest(Forest) = 0x0203, "forest";
    /// From margins to predictions.
    Link(Link) = 0x0204, "link";
    /// Dense, recurrent and other layers over f32 tensors.
    Network(Network) = 0x0205, "network";
    /// The leaf of each tree.
    Leaves(Leaves) = 0x0207, "leaves";
    /// From log-odds or any figure to a score.
    Scale(Scale) = 0x0301, "scale";
    /// From a margin or score to a calibrated PD.
    Calibrate(Calibrate) = 0x0302, "calibrate";
    /// From a score to its band.
    Bands(Bands) = 0x0303, "band";
    /// Rules of tests over columns.
    DecisionTable(DecisionTable) = 0x0304, "decision_table";
    /// Columns that come from the device.
    Given(Given) = 0x0401, "given";
}
