//! What the edge can check of values it did not compute, and what it then doubts.
//!
//! A receipt does not prove that the client was honest. The edge looks whether a value is in the range that training
//! has seen, and whether it agrees with what the edge knows from elsewhere. Neither changes the decision: each doubt
//! is named, and lowers the decision's assurance.

use crate::bundle::Bundle;
use crate::bundle::wire::{Put, Reader, Refused, Wire};
use crate::column::{Block, State};
use crate::error::BundleError;
use crate::limits;

/// The range of a column that training has seen, both ends included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Seen {
    /// The column.
    pub column: u32,
    /// Least value seen.
    pub min: f64,
    /// Greatest value seen.
    pub max: f64,
}

impl Wire for Seen {
    fn put(&self, out: &mut Vec<u8>) {
        Put::u32(out, self.column);
        Put::f64(out, self.min);
        Put::f64(out, self.max);
    }
    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        let seen = Self { column: input.u32()?, min: input.f64_open()?, max: input.f64_open()? };
        if seen.min > seen.max {
            return Err(input.malformed("a least value seen is over the greatest"));
        }
        Ok(seen)
    }
}

/// Two columns that should say the same: one of the device, one of the edge's own data.
#[derive(Debug, Clone, PartialEq)]
pub struct Agreement {
    /// Its name, as in the source.
    pub name: String,
    /// The column that is checked.
    pub local: u32,
    /// The column that it should agree with.
    pub other: u32,
    /// Largest difference that is agreement: `absolute + relative · |other|`, both at least 0.
    pub absolute: f64,
    /// See `absolute`.
    pub relative: f64,
}

impl Wire for Agreement {
    fn put(&self, out: &mut Vec<u8>) {
        out.text(&self.name);
        Put::u32(out, self.local);
        Put::u32(out, self.other);
        Put::f64(out, self.absolute);
        Put::f64(out, self.relative);
    }
    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        let agreement = Self {
            name: input.text()?,
            local: input.u32()?,
            other: input.u32()?,
            absolute: input.f64()?,
            relative: input.f64()?,
        };
        if agreement.absolute < 0.0 || agreement.relative < 0.0 {
            return Err(input.malformed("a tolerance is negative"));
        }
        Ok(agreement)
    }
}

/// What a bundle declares about values it would trust.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Trusted {
    /// Ranges that training has seen, ascending by column.
    pub seen: Vec<Seen>,
    /// What should agree.
    pub agreements: Vec<Agreement>,
}

impl Trusted {
    /// Whether nothing is declared.
    pub fn is_empty(&self) -> bool {
        self.seen.is_empty() && self.agreements.is_empty()
    }

    /// The columns that are looked at.
    pub fn columns(&self) -> impl Iterator<Item = u32> {
        let seen = self.seen.iter().map(|seen| seen.column);
        seen.chain(self.agreements.iter().flat_map(|a| [a.local, a.other]))
    }

    /// What is doubtful about a row of a block that the bundle's graph has evaluated. `named` is whether the device has named
    /// a field as absent.
    pub(crate) fn doubts(&self, bundle: &Bundle, block: &Block, row: usize, named: bool) -> Vec<Doubt> {
        let value = |column: u32| {
            let column = block.column(column as usize);
            match (column.values.get(row), column.states.get(row)) {
                (Some(&value), Some(&State::PRESENT)) => Some(value),
                _ => None,
            }
        };
        let mut doubts = Vec::new();
        for seen in &self.seen {
            if value(seen.column).is_some_and(|x| x < seen.min || x > seen.max) {
                doubts.push(Doubt::OutsideTraining { value: bundle.column_name(seen.column) });
            }
        }
        // A field that is absent is named as that (`LocalCreditData::decode` sees to it): what the device computed is left. It
        // may be absent for another field's sake, but not past the range that training has seen.
        for crossing in bundle.cut.iter().flat_map(|cut| &cut.crossing) {
            let computed = crossing.column as usize >= bundle.fields.len();
            let ranged = self.seen.iter().any(|seen| seen.column == crossing.column);
            if computed && value(crossing.column).is_none() && (ranged || !named) {
                doubts.push(Doubt::Absent { value: bundle.column_name(crossing.column) });
            }
        }
        for agreement in &self.agreements {
            let name = agreement.name.clone();
            match (value(agreement.local), value(agreement.other)) {
                (Some(local), Some(other)) => {
                    let most = agreement.absolute + agreement.relative * other.abs();
                    // A difference that is not finite is no agreement.
                    if !matches!((local - other).abs().partial_cmp(&most), Some(order) if order.is_le()) {
                        doubts.push(Doubt::Disagrees { name });
                    }
                }
                _ => doubts.push(Doubt::Uncompared { name }),
            }
        }
        doubts
    }
}

impl Wire for Trusted {
    fn put(&self, out: &mut Vec<u8>) {
        out.list(&self.seen);
        out.list(&self.agreements);
    }
    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        Ok(Self {
            seen: input.list("ranges seen", limits::CROSSING, 20)?,
            agreements: input.list("agreements", limits::CROSSING, 28)?,
        })
    }
}

/// Checks the declarations against the columns.
pub(crate) fn check(bundle: &Bundle) -> Result<(), BundleError> {
    let malformed = |what| Err(BundleError::Malformed { section: "trust", what });
    let columns = bundle.graph.columns();
    if bundle.trusted.columns().any(|column| column as usize >= columns) {
        return malformed("it names a column that does not exist");
    }
    if !bundle.trusted.seen.is_sorted_by(|a, b| a.column < b.column) {
        return malformed("ranges seen are not in ascending order");
    }
    Ok(())
}

/// Something about a decision that the edge could not believe or verify.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Doubt {
    /// A value outside the range that training has seen.
    OutsideTraining {
        /// Name of the column.
        value: String,
    },
    /// Two values that should agree do not.
    Disagrees {
        /// Name of the agreement.
        name: String,
    },
    /// Two values that should agree could not be compared: one is absent.
    Uncompared {
        /// Name of the agreement.
        name: String,
    },
    /// A value that the device should have computed is absent, and no field that is absent explains it; or training has seen
    /// a range of it, which it could not be held against.
    Absent {
        /// Name of the column.
        value: String,
    },
}

impl Doubt {
    /// A stable word for the kind: `outside_training`, `disagrees`, `uncompared`, `absent`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::OutsideTraining { .. } => "outside_training",
            Self::Disagrees { .. } => "disagrees",
            Self::Uncompared { .. } => "uncompared",
            Self::Absent { .. } => "absent",
        }
    }

    /// The column or agreement that it is about.
    pub fn about(&self) -> &str {
        match self {
            Self::OutsideTraining { value } | Self::Absent { value } => value,
            Self::Disagrees { name } | Self::Uncompared { name } => name,
        }
    }
}
