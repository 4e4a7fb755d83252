//! Shapes with the axis of the records.
//!
//! A model takes many records at once, the engine one. A shape therefore holds what one record has ("unit" dimensions), and where the
//! records stand: they are one factor of one dimension. While shapes are computed with (`Shape`, `Gather`, `Concat`), that factor is a
//! large prime number, so that it is found again in any product.

/// Stands for the number of records in computed shapes.
pub(super) const RECORDS: i64 = 1_000_003;

/// Where the records are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Records {
    /// The axis.
    pub(super) axis: usize,
    /// The factor of that axis' unit dimension that is outside of the records: `[before][records][rest]`; 1 nearly always.
    pub(super) before: usize,
}

/// A shape.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(super) struct Shape {
    /// Dimensions for one record.
    pub(super) dims: Vec<usize>,
    /// Where the records are; `None`: the value is the same for each record.
    pub(super) records: Option<Records>,
}

impl Shape {
    /// One that has nothing to do with records.
    pub(super) fn fixed(dims: &[usize]) -> Self {
        Self { dims: dims.to_vec(), records: None }
    }

    pub(super) fn rank(&self) -> usize {
        self.dims.len()
    }

    /// Values for one record.
    pub(super) fn len(&self) -> usize {
        self.product(..)
    }

    pub(super) fn dim(&self, axis: usize) -> usize {
        self.dims.get(axis).copied().unwrap_or(1)
    }

    /// Whether `axis` is the records' one.
    pub(super) fn is_records(&self, axis: usize) -> bool {
        self.records.is_some_and(|r| r.axis == axis)
    }

    /// The product of the dimensions in a range of axes.
    pub(super) fn product(&self, axes: impl core::ops::RangeBounds<usize>) -> usize {
        let own = self.dims.iter().enumerate().filter(|(i, _)| axes.contains(i));
        own.fold(1usize, |product, (_, &dim)| product.saturating_mul(dim))
    }

    /// Dimensions as ONNX's `Shape` has them, the records as [`RECORDS`].
    pub(super) fn sizes(&self) -> Vec<i64> {
        let size = |(i, &d): (usize, &usize)| d as i64 * if self.is_records(i) { RECORDS } else { 1 };
        self.dims.iter().enumerate().map(size).collect()
    }

    /// Values outside of the records, in row-major order.
    pub(super) fn outside(&self) -> usize {
        self.records.map_or(1, |r| self.product(..r.axis) * r.before)
    }

    /// The shape of computed sizes; `outside`: see [`Shape::outside`].
    pub(super) fn from_sizes(sizes: &[i64], outside: usize) -> Option<Self> {
        let mut shape = Self::default();
        for (axis, &size) in sizes.iter().enumerate() {
            if size != 0 && size % RECORDS == 0 {
                let before = shape.len();
                let whole = usize::try_from(size / RECORDS).ok()?;
                let factor = outside.checked_div(before).filter(|f| f * before == outside);
                let factor = factor.filter(|&f| f > 0 && whole.is_multiple_of(f))?;
                if shape.records.replace(Records { axis, before: factor }).is_some() {
                    return None;
                }
                shape.dims.push(whole);
            } else {
                shape.dims.push(usize::try_from(size).ok()?);
            }
        }
        (shape.is_small() && shape.rank() <= super::tensor::AXES).then_some(shape)
    }

    /// The shape that two broadcast to (the rule of numpy).
    pub(super) fn broadcast(&self, other: &Self) -> Option<Self> {
        let rank = self.rank().max(other.rank());
        let (a, b) = (self.padded(rank), other.padded(rank));
        let records = match (a.records, b.records) {
            (Some(x), Some(y)) if x != y => return None,
            (x, y) => x.or(y),
        };
        let mut dims = Vec::with_capacity(rank);
        for (axis, (&x, &y)) in a.dims.iter().zip(&b.dims).enumerate() {
            let dim = match (x, y) {
                (x, y) if x == y => x,
                (1, y) => y,
                (x, 1) => x,
                _ => return None,
            };
            // Every record would have to meet its own entry of the other.
            let lonely = |own: &Self| !own.is_records(axis) && own.dim(axis) != 1;
            if records.is_some_and(|r| r.axis == axis) && (lonely(&a) || lonely(&b)) {
                return None;
            }
            dims.push(dim);
        }
        let shape = Self { dims, records };
        shape.is_small().then_some(shape)
    }

    /// Whether it has no more values than a tensor may, even if its dimensions of 0 were 1: walks over part of the axes are then bounded.
    fn is_small(&self) -> bool {
        self.dims.iter().fold(1usize, |p, &d| p.saturating_mul(d.max(1))) <= super::tensor::VALUES
    }

    /// With dimensions of 1 in front.
    pub(super) fn padded(&self, rank: usize) -> Self {
        let more = rank.saturating_sub(self.rank());
        let mut dims = vec![1; more];
        dims.extend(&self.dims);
        let records = self.records.map(|r| Records { axis: r.axis + more, ..r });
        Self { dims, records }
    }

    /// Distances of neighbours in row-major order, one an axis.
    pub(super) fn strides(&self) -> Vec<usize> {
        (0..self.rank()).map(|axis| self.product(axis + 1..)).collect()
    }

    /// Strides of a walk over `target` (of the same rank or more), 0 along what is repeated.
    pub(super) fn strides_in(&self, target: &Self) -> Vec<usize> {
        let own = self.padded(target.rank());
        own.strides().into_iter().zip(&own.dims).map(|(s, &d)| if d == 1 { 0 } else { s }).collect()
    }

    /// An axis that may count from the end.
    pub(super) fn axis(&self, axis: i64) -> Option<usize> {
        let rank = self.rank() as i64;
        let axis = if axis < 0 { axis.checked_add(rank)? } else { axis };
        (0..rank).contains(&axis).then_some(axis as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(dims: &[usize], axis: usize) -> Shape {
        Shape { dims: dims.to_vec(), records: Some(Records { axis, before: 1 }) }
    }

    #[test]
    fn records_are_found_again_in_sizes() {
        let shape = of(&[1, 6, 4], 0);
        assert_eq!(shape.sizes(), [RECORDS, 6, 4]);
        let merged = Shape::from_sizes(&[RECORDS * 6, 4], shape.outside()).unwrap();
        assert_eq!(merged, of(&[6, 4], 0));
        assert_eq!(Shape::from_sizes(&[RECORDS, 24], merged.outside()).unwrap(), of(&[1, 24], 0));
        // [6, records, 4] as [6·records, 4] and back; as [records, …] it would mix records.
        let inner = of(&[6, 1, 4], 1);
        let merged = Shape::from_sizes(&[6 * RECORDS, 4], inner.outside()).unwrap();
        assert_eq!(merged.records, Some(Records { axis: 0, before: 6 }));
        assert_eq!(Shape::from_sizes(&[6, RECORDS, 4], merged.outside()).unwrap(), inner);
        assert_eq!(Shape::from_sizes(&[RECORDS, 24], merged.outside()), None);
    }

    #[test]
    fn broadcasts_as_numpy_and_keeps_records_apart() {
        let a = of(&[1, 3], 0);
        assert_eq!(a.broadcast(&Shape::fixed(&[3])), Some(a.clone()));
        assert_eq!(a.broadcast(&Shape::fixed(&[1, 1])), Some(a.clone()));
        assert_eq!(a.broadcast(&Shape::fixed(&[2, 3])), None);
        assert_eq!(a.broadcast(&of(&[1], 0)), None);
        let b = Shape::fixed(&[2, 1]).broadcast(&Shape::fixed(&[1, 5])).unwrap();
        assert_eq!(b.dims, [2, 5]);
    }
}
