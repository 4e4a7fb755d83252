//! The functions of formulas.

macro_rules! functions {
    ($( $(#[$doc:meta])* $name:ident = $code:literal, $arguments:literal, $registers:literal; )*) => {
        /// What a step of a formula does. `a`, `b`, `c` are its arguments: registers, unless said otherwise. The list is part of the
        /// bundle format: a code is never used for anything else.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub enum Function { $( $(#[$doc])* $name = $code, )* }

        impl Function {
            /// Every function.
            pub const ALL: &[Self] = &[ $( Self::$name, )* ];

            /// Arguments, and how many of the first are registers.
            const fn shape(self) -> (u8, u8) {
                match self { $( Self::$name => ($arguments, $registers), )* }
            }
        }
    };
}

functions! {
    /// −a.
    Neg = 0, 1, 1;
    /// 1 if a is 0, else 0.
    Not = 1, 1, 1;
    /// |a|.
    Abs = 2, 1, 1;
    /// e^a.
    Exp = 3, 1, 1;
    /// Natural logarithm; out of range where a ≤ 0.
    Ln = 4, 1, 1;
    /// Logarithm to base 10; out of range where a ≤ 0.
    Log10 = 5, 1, 1;
    /// ln(1 + a); out of range where a ≤ −1.
    Ln1p = 6, 1, 1;
    /// e^a − 1.
    Expm1 = 7, 1, 1;
    /// Square root; out of range where a < 0.
    Sqrt = 8, 1, 1;
    /// The greatest whole number that is not over a.
    Floor = 9, 1, 1;
    /// The least whole number that is not under a.
    Ceil = 10, 1, 1;
    /// a without its fraction.
    Trunc = 11, 1, 1;
    /// a if |a| < 2^53 (0 for −0), else out of range: a whole number that may be the rounding of another.
    Whole = 12, 1, 1;
    /// 1 if a is absent, else 0: never absent.
    IsAbsent = 13, 1, 1;
    /// Year of the date a. Dates are of the years 0000 to 9999; another is out of range.
    Year = 14, 1, 1;
    /// Month of the date a, 1 to 12.
    Month = 15, 1, 1;
    /// Day of the month of the date a, from 1.
    Day = 16, 1, 1;
    /// Day of the week of the date a: 1 Monday to 7 Sunday (ISO 8601).
    Weekday = 17, 1, 1;
    /// Day of the year of the date a, from 1.
    DayOfYear = 18, 1, 1;
    /// a + b.
    Add = 32, 2, 2;
    /// a − b.
    Sub = 33, 2, 2;
    /// a · b.
    Mul = 34, 2, 2;
    /// a / b; out of range where b is 0.
    Div = 35, 2, 2;
    /// a / b without its fraction: the quotient of whole numbers; out of range where b is 0.
    Quotient = 36, 2, 2;
    /// What the quotient leaves, with the sign of a; out of range where b is 0.
    Remainder = 37, 2, 2;
    /// a^b.
    Pow = 38, 2, 2;
    /// The lesser; a if they are equal.
    Min = 39, 2, 2;
    /// The greater; a if they are equal.
    Max = 40, 2, 2;
    /// 1 if a = b, else 0.
    Equal = 41, 2, 2;
    /// 1 if a ≠ b, else 0.
    NotEqual = 42, 2, 2;
    /// 1 if a < b, else 0.
    Less = 43, 2, 2;
    /// 1 if a ≤ b, else 0.
    LessEqual = 44, 2, 2;
    /// a and b, of Kleene's three-valued logic: 0 if either is 0, even where the other is absent.
    And = 45, 2, 2;
    /// a or b, of Kleene's three-valued logic: 1 if either is true, even where the other is absent.
    Or = 46, 2, 2;
    /// a if it is present, else b.
    OrElse = 47, 2, 2;
    /// a rounded to b decimals (0 to 15), halves to the even neighbour.
    HalfEven = 48, 2, 2;
    /// a rounded to b decimals (0 to 15), halves away from zero.
    HalfAway = 49, 2, 2;
    /// The date b months after the date a: the same day of that month, or its last.
    AddMonths = 50, 2, 2;
    /// Whole months from the date a to the date b; negative if b is earlier.
    MonthsBetween = 51, 2, 2;
    /// 1 if a > b, else 0.
    Greater = 52, 2, 2;
    /// 1 if a ≥ b, else 0.
    GreaterEqual = 53, 2, 2;
    /// b if a is true, c if it is 0; in the state of a if that is absent. The other of b and c may be absent.
    Select = 64, 3, 3;
    /// 1 if a is among the `c` table values from `b` on, which ascend; else 0.
    In = 65, 3, 1;
    /// The a-th (from 0) of the `c` table values from `b` on; missing where that is NaN, unseen where a is no index.
    Lookup = 66, 3, 1;
    /// How many of the `c` table values from `b` on, which ascend, are not over a.
    Rank = 67, 3, 1;
    /// Runs the next `b` steps once for every event of the list that is input `a`, in ascending order of date, and gives how many
    /// there are (to those steps too). If the list is absent, it and every accumulator of the loop are, in its state.
    Each = 96, 2, 0;
    /// In a loop: days since 1970-01-01 of the event.
    EventDay = 97, 0, 0;
    /// In a loop: column `a` of the event.
    EventColumn = 98, 1, 0;
    /// Accumulator: [`Function::Or`] of a over the events; 0 of none.
    Any = 99, 1, 1;
    /// Accumulator: [`Function::And`] of a over the events; 1 of none.
    All = 100, 1, 1;
    /// Accumulator: sum of b over the events whose a is true. Absent if a, or b where a is true, is absent for an event.
    Sum = 101, 2, 2;
    /// Accumulator: least b of the events whose a is true; missing of none. Absent as a sum is.
    Least = 102, 2, 2;
    /// Accumulator: greatest b of the events whose a is true; missing of none. Absent as a sum is.
    Greatest = 103, 2, 2;
    /// Accumulator: b of the first event whose a is true; missing of none. Absent as a sum is.
    First = 104, 2, 2;
    /// Accumulator: b of the last event whose a is true; missing of none. Absent as a sum is.
    Last = 105, 2, 2;
}

impl Function {
    /// Its code in the bundle.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The function of a code.
    pub fn of_code(code: u8) -> Option<Self> {
        Self::ALL.iter().copied().find(|function| function.code() == code)
    }

    /// How many arguments it has.
    pub const fn arguments(self) -> usize {
        self.shape().0 as usize
    }

    /// How many of its first arguments are registers.
    pub const fn registers(self) -> usize {
        self.shape().1 as usize
    }

    /// Whether it gathers a figure over the events of a loop.
    pub const fn accumulates(self) -> bool {
        self.code() >= Self::Any.code()
    }

    /// Whether it stands in loops only.
    pub const fn in_loop(self) -> bool {
        self.code() > Self::Each.code()
    }
}
