//! Sets of values: what a test holds for.

/// A place between numbers: just before one, or just after it.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Cut(pub f64, pub bool);

impl Cut {
    /// Before all numbers.
    pub const FIRST: Self = Self(f64::NEG_INFINITY, false);
    /// After all numbers.
    pub const LAST: Self = Self(f64::INFINITY, true);

    /// Just before a number.
    pub fn before(x: f64) -> Self {
        // −0 is 0.
        Self(x + 0.0, false)
    }

    /// Just after a number.
    pub fn after(x: f64) -> Self {
        Self(x + 0.0, true)
    }
}

/// The numbers between two cuts.
pub type Part = (Cut, Cut);

/// Numbers, as parts that ascend and do not touch; and whether an absent value belongs to them.
#[derive(Clone, Debug, PartialEq)]
pub struct Set {
    parts: Vec<Part>,
    /// Whether the test holds of an absent value.
    pub absent: bool,
}

impl Set {
    /// Every value, absent ones too: `-`.
    pub fn any() -> Self {
        Self { parts: vec![(Cut::FIRST, Cut::LAST)], absent: true }
    }

    /// No value.
    pub fn none() -> Self {
        Self { parts: Vec::new(), absent: false }
    }

    /// Absent values: `null`.
    pub fn null() -> Self {
        Self { parts: Vec::new(), absent: true }
    }

    /// The numbers between two cuts; none if they do not ascend.
    pub fn part(from: Cut, to: Cut) -> Self {
        Self { parts: if from < to { vec![(from, to)] } else { Vec::new() }, absent: false }
    }

    /// One number.
    pub fn one(x: f64) -> Self {
        Self::part(Cut::before(x), Cut::after(x))
    }

    /// The parts, ascending.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Whether a value belongs to it; `None` is an absent one.
    pub fn has(&self, value: Option<f64>) -> bool {
        match value {
            None => self.absent,
            Some(x) => self.parts.iter().any(|&(from, to)| from <= Cut::before(x) && Cut::after(x) <= to),
        }
    }

    /// What belongs to either.
    pub fn or(&self, other: &Self) -> Self {
        let mut all: Vec<Part> = self.parts.iter().chain(&other.parts).copied().collect();
        all.sort_by(|a, b| a.partial_cmp(b).unwrap_or(core::cmp::Ordering::Equal));
        let mut parts: Vec<Part> = Vec::with_capacity(all.len());
        for (from, to) in all {
            match parts.last_mut() {
                Some((_, end)) if from <= *end => {
                    if to > *end {
                        *end = to;
                    }
                }
                _ => parts.push((from, to)),
            }
        }
        Self { parts, absent: self.absent || other.absent }
    }

    /// The numbers that do not belong to it; no absent value.
    pub fn not(&self) -> Self {
        let mut parts = Vec::with_capacity(self.parts.len() + 1);
        let mut from = Cut::FIRST;
        for &(start, end) in &self.parts {
            if from < start {
                parts.push((from, start));
            }
            from = end;
        }
        if from < Cut::LAST {
            parts.push((from, Cut::LAST));
        }
        Self { parts, absent: false }
    }
}
