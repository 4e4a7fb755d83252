//! What a node can compute: one variant a kind.

use crate::bundle::wire::{Reader, Wire};
use crate::column::{Inputs, Outputs};
use crate::error::BundleError;
use crate::model::forest::{Forest, ForestScratch};

/// What every kind of node does. Evaluation is total: it cannot fail, because [`Kernel::check`] has looked at everything
/// once at load, and an absent or unusable value becomes a missing state of the result.
pub trait Kernel: Wire {
    /// Checks the node's own parameters against the number of its inputs.
    fn check(&self, inputs: usize) -> Result<(), &'static str>;
    /// Output columns.
    fn width(&self, inputs: usize) -> usize;
    /// Fills every row of every output column.
    fn eval(&self, inputs: &Inputs<'_>, outputs: &mut Outputs<'_>, scratch: &mut Scratch);
}

/// Working memory that nodes share, allocated once a scorer and reused.
#[derive(Debug, Default)]
pub struct Scratch {
    /// For forests.
    pub forest: ForestScratch,
}

macro_rules! ops {
    ($( $(#[$doc:meta])* $variant:ident($ty:ty) = $code:literal, $name:literal; )*) => {
        /// A kind of node with its parameters.
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub enum Op { $( $(#[$doc])* $variant($ty), )* }

        impl Op {
            /// The kind's code and name, as the bundle's kind table has them.
            pub fn kind(&self) -> (u16, &'static str) {
                match self { $( Self::$variant(_) => ($code, $name), )* }
            }

            /// Reads the parameters of a node of kind `code`; `None` if the engine has no such kind.
            pub fn get(code: u16, input: &mut Reader<'_>) -> Option<Result<Self, BundleError>> {
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
// 0x03xx scores and decisions.
ops! {
    /// Decision trees: GBDT, random forest, DART.
    Forest(Forest) = 0x0203, "forest";
}
