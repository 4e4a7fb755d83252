//! What values a column can have.

use super::set::{Cut, Part, Set};

/// What values a column can have, so that a gap or an overlap is told by an applicant who can exist.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Domain {
    /// Least value; may be infinite.
    pub min: f64,
    /// Greatest value; may be infinite.
    pub max: f64,
    /// Whole numbers only: integers, dates, truths, categories.
    pub whole: bool,
    /// Whether a value may be absent.
    pub absent: bool,
}

impl Domain {
    /// Any number, or none.
    pub const ANY: Self = Self { min: f64::NEG_INFINITY, max: f64::INFINITY, whole: false, absent: true };

    /// Indices of a list of so many, or an absent value.
    pub fn indices(n: usize) -> Self {
        Self { min: 0.0, max: n as f64 - 1.0, whole: true, absent: true }
    }

    /// A value between two cuts, if there is one; the plainest that is easily found.
    pub fn value(&self, (from, to): Part) -> Option<f64> {
        let from = if from < Cut::before(self.min) { Cut::before(self.min) } else { from };
        let to = if Cut::after(self.max) < to { Cut::after(self.max) } else { to };
        if from >= to {
            return None;
        }
        let inside = |x: f64| x.is_finite() && from <= Cut::before(x) && Cut::after(x) <= to;
        if self.whole {
            let low = if from.1 { from.0.floor() + 1.0 } else { from.0.ceil() };
            let high = if to.1 { to.0.floor() } else { to.0.ceil() - 1.0 };
            return [low, high, 0.0].into_iter().find(|&x| inside(x)).map(|x| x + 0.0);
        }
        let (a, b) = (from.0, to.0);
        let middle = match (a.is_finite(), b.is_finite()) {
            (true, true) => a / 2.0 + b / 2.0,
            (true, false) => a + 1.0,
            (false, true) => b - 1.0,
            (false, false) => 0.0,
        };
        // Beyond 2^53, one more or less is the same number.
        let far = [middle, a, b, a.next_up(), b.next_down()];
        far.into_iter().find(|&x| inside(x)).map(|x| x + 0.0)
    }

    /// A value that belongs to both sets; the inner `None` is an absent one.
    pub fn common(&self, a: &Set, b: &Set) -> Option<Option<f64>> {
        let (mut left, mut right) = (a.parts().iter().peekable(), b.parts().iter().peekable());
        while let (Some(&&(a, b)), Some(&&(c, d))) = (left.peek(), right.peek()) {
            let from = if a < c { c } else { a };
            let to = if b < d { b } else { d };
            if let Some(x) = (from < to).then(|| self.value((from, to))).flatten() {
                return Some(Some(x));
            }
            if b < d {
                left.next()
            } else {
                right.next()
            };
        }
        (self.absent && a.absent && b.absent).then_some(None)
    }

    /// Whether a set has every value that there can be.
    pub fn covered(&self, set: &Set) -> bool {
        (set.absent || !self.absent) && set.not().parts().iter().all(|&part| self.value(part).is_none())
    }
}
