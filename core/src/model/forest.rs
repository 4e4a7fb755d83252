//! Decision trees: GBDT, random forest, DART.
//!
//! Three forms. The editable one (`author::forest::ForestDraft`) is what importers make. [`Forest`] is the canonical one:
//! compact, checked, what the bundle holds. From it the engine compiles, at load, the layouts its kernels walk.

use crate::bundle::wire::{Reader, Wire};
use crate::column::{Inputs, Outputs};
use crate::error::BundleError;
use crate::graph::{Kernel, Scratch};

/// How the trainer compares and adds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arithmetic {
    /// XGBoost: inputs, thresholds, leaves and sums in f32; a value goes left if it is less than the threshold.
    F32Less,
    /// LightGBM, scikit-learn: f64; a value goes left if it is less than or equal to the threshold.
    F64LessEqual,
}

/// What a split does with NaN (and, for LightGBM's zero_as_missing, with zero).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MissingRule {
    /// NaN goes left.
    NanLeft,
    /// NaN goes right.
    NanRight,
    /// NaN is compared as 0 (LightGBM missing_type None).
    NanIsZero,
    /// NaN and |x| <= 1e-35 go left (LightGBM missing_type Zero).
    ZeroLeft,
    /// NaN and |x| <= 1e-35 go right.
    ZeroRight,
}

/// The canonical form.
#[derive(Debug, Clone, PartialEq)]
pub struct Forest {}

/// Working memory of forest kernels.
#[derive(Debug, Default)]
pub struct ForestScratch {}

impl Wire for Forest {
    fn put(&self, _out: &mut Vec<u8>) {}
    fn get(_input: &mut Reader<'_>) -> Result<Self, BundleError> {
        Ok(Self {})
    }
}

impl Kernel for Forest {
    fn check(&self, _inputs: usize) -> Result<(), &'static str> {
        Ok(())
    }
    fn width(&self, _inputs: usize) -> usize {
        1
    }
    fn eval(&self, _inputs: &Inputs<'_>, _outputs: &mut Outputs<'_>, _scratch: &mut Scratch) {}
}
