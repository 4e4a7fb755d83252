//! Decision tables: rules of tests over columns, and what a rule that hits gives (DMN 1.x, chapter 8).
//!
//! Encoding: `hits: u8, kept: u8` ([`Hits`]), `rules: u32`, `numbers: counted u16`, `columns: counted` ([`TestColumn`]),
//! `outputs: counted` ([`OutputColumn`]).

mod column;
mod eval;
mod output;

pub use column::TestColumn;
pub use eval::TableScratch;
pub use output::OutputColumn;

use crate::bundle::wire::{Put, Reader, Refused, Wire};
use crate::column::{Inputs, Outputs};
use crate::graph::{Kernel, Scratch};
use crate::limits;

/// What becomes of the rules that hold. DMN's hit policies P and O are [`First`](Self::First) and [`List`](Self::List) of rules that the
/// compiler has put into the order of their outputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hits {
    /// The first that holds (F, P).
    First,
    /// The only one (U). If several hold, every output is out of range.
    Unique,
    /// Any of them (A). If two that hold differ in an output, every output is out of range.
    Any,
    /// The first so many, one after another, and how many there are (R, O, C).
    List(u8),
    /// Of each output the sum, and how many hold (C+).
    Sum,
    /// Of each output the least, and how many hold (C<).
    Least,
    /// Of each output the greatest, and how many hold (C>).
    Greatest,
    /// How many hold (C#).
    Count,
}

impl Hits {
    fn code(self) -> (u8, u8) {
        match self {
            Self::First => (0, 0),
            Self::Unique => (1, 0),
            Self::Any => (2, 0),
            Self::List(kept) => (3, kept),
            Self::Sum => (4, 0),
            Self::Least => (5, 0),
            Self::Greatest => (6, 0),
            Self::Count => (7, 0),
        }
    }

    fn of_code(code: (u8, u8)) -> Option<Self> {
        let all = [Self::First, Self::Unique, Self::Any, Self::Sum, Self::Least, Self::Greatest, Self::Count];
        match code {
            (3, kept) if (1..=limits::TABLE_HITS).contains(&usize::from(kept)) => Some(Self::List(kept)),
            _ => all.into_iter().find(|hits| hits.code() == code),
        }
    }
}

/// A decision table.
///
/// **Inputs**: the columns that are tested, then columns that outputs are copied from ([`OutputColumn`]).
///
/// **Outputs** of [`Hits::First`], [`Hits::Unique`], [`Hits::Any`]: each output, then the number of the rule, from 1; 0 if none holds. Of
/// [`Hits::List`]: the same for the first hit, the second and so on, and last how many rules hold; what is beyond the last hit is
/// missing. Of the other policies: each output, then how many rules hold; of [`Hits::Count`] that only.
///
/// If no rule holds, an output has its default, or is missing without one; the sum, least and greatest too. For an absent value a test
/// holds only if it says so, so that evaluation is total.
///
/// Time for a row: of each column a binary search and one pass over the rules, 64 at a time, of which those are left out that stand
/// before the first or after the last rule that still holds.
#[derive(Clone, Debug, PartialEq)]
pub struct DecisionTable {
    hits: Hits,
    rules: u32,
    /// The rules' own numbers, from 0, if they are not those of their places.
    numbers: Vec<u16>,
    columns: Vec<TestColumn>,
    outputs: Vec<OutputColumn>,
}

impl DecisionTable {
    /// `numbers`: of each rule its own, from 0; empty if that is its place.
    pub fn new(
        hits: Hits,
        rules: u32,
        numbers: Vec<u16>,
        columns: Vec<TestColumn>,
        outputs: Vec<OutputColumn>,
    ) -> Result<Self, &'static str> {
        if rules == 0 || rules as usize > limits::TABLE_RULES {
            return Err("a decision table has no rule, or more than the limit");
        }
        if !numbers.is_empty() && numbers.len() != rules as usize {
            return Err("a decision table does not number each of its rules");
        }
        if columns.is_empty() || columns.len() > limits::COLUMNS {
            return Err("a decision table tests no column, or more than the limit");
        }
        if columns.iter().any(|column| column.rules() != rules) {
            return Err("a column of a decision table has another number of rules");
        }
        if outputs.iter().any(|output| output.rules() != rules as usize) {
            return Err("an output of a decision table has another number of rules");
        }
        if outputs.len() > limits::TABLE_OUTPUTS {
            return Err("a decision table has more outputs than the limit");
        }
        Ok(Self { hits, rules, numbers, columns, outputs })
    }

    /// What becomes of the rules that hold.
    pub fn hits(&self) -> Hits {
        self.hits
    }

    /// How many rules there are.
    pub fn rules(&self) -> u32 {
        self.rules
    }

    /// The columns that are tested.
    pub fn columns(&self) -> &[TestColumn] {
        &self.columns
    }

    /// What the rules give.
    pub fn outputs(&self) -> &[OutputColumn] {
        &self.outputs
    }

    /// What one row may take: tests of 64 rules at a time, and what the rules that hold give.
    pub fn work(&self) -> u64 {
        let (rules, columns) = (u64::from(self.rules), self.columns.len() as u64);
        (rules / 64 + 1) * columns + rules * (self.outputs.len() as u64 + 1)
    }

    /// How often the tests change their answer along their columns: memory and time to open grow with it.
    pub fn changes(&self) -> u64 {
        self.columns.iter().map(|column| column.changes().len() as u64).sum()
    }
}

impl Wire for DecisionTable {
    fn put(&self, out: &mut Vec<u8>) {
        let (code, kept) = self.hits.code();
        Put::u8(out, code);
        Put::u8(out, kept);
        Put::u32(out, self.rules);
        out.count(self.numbers.len());
        for &number in &self.numbers {
            Put::u16(out, number);
        }
        out.count(self.columns.len());
        for column in &self.columns {
            column.put(out);
        }
        out.list(&self.outputs);
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        let Some(hits) = Hits::of_code((input.u8()?, input.u8()?)) else {
            return Err(input.malformed("a decision table has a hit policy that this engine does not know"));
        };
        let rules = input.u32()?;
        let n = input.count("numbers of a table's rules", limits::TABLE_RULES, 2)?;
        let mut numbers = Vec::with_capacity(n);
        for _ in 0..n {
            numbers.push(input.u16()?);
        }
        let n = input.count("columns of a decision table", limits::COLUMNS, 24)?;
        let mut columns = Vec::with_capacity(n);
        for _ in 0..n {
            columns.push(TestColumn::get(rules, input)?);
        }
        let outputs = input.list("outputs of a decision table", limits::TABLE_OUTPUTS, 10)?;
        Self::new(hits, rules, numbers, columns, outputs).map_err(|what| input.malformed(what))
    }
}

impl Kernel for DecisionTable {
    fn check(&self, inputs: usize) -> Result<(), &'static str> {
        let Some(copied) = inputs.checked_sub(self.columns.len()) else {
            return Err("a decision table tests columns that it does not read");
        };
        if self.outputs.iter().any(|output| output.copied() > copied) {
            return Err("a decision table gives a column that it does not read");
        }
        Ok(())
    }

    fn width(&self, _inputs: usize) -> usize {
        let one = self.outputs.len() + 1;
        match self.hits {
            Hits::List(kept) => one * usize::from(kept) + 1,
            Hits::Count => 1,
            _ => one,
        }
    }

    #[inline(never)]
    fn eval(&self, inputs: &Inputs<'_>, outputs: &mut Outputs<'_>, scratch: &mut Scratch) {
        eval::run(self, inputs, outputs, &mut scratch.table);
    }
}
