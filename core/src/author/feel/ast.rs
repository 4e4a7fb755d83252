//! What FEEL texts become.

use core::ops::Range;

/// What is wrong with a text: where (bytes), what, and what to write instead.
#[derive(Clone, Debug, PartialEq)]
pub struct Mistake {
    /// Bytes of the text.
    pub span: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub mend: String,
}

impl Mistake {
    pub(crate) fn new(span: Range<usize>, message: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { span, message: message.into(), mend: mend.into() }
    }
}

/// An expression with the bytes that it stands in.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Bytes of the text.
    pub span: Range<usize>,
    /// What it is.
    pub expr: Expr,
}

/// How two values compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `=`.
    Equal,
    /// `!=`.
    NotEqual,
    /// `<`.
    Less,
    /// `<=`.
    LessEqual,
    /// `>`.
    Greater,
    /// `>=`.
    GreaterEqual,
}

/// An operation of two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `+`.
    Add,
    /// `-`.
    Sub,
    /// `*`.
    Mul,
    /// `/`.
    Div,
    /// `**`.
    Pow,
    /// `and`.
    And,
    /// `or`.
    Or,
    /// A comparison.
    Compare(Comparison),
}

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// `null`.
    Null,
    /// A number.
    Number(f64),
    /// A text in quotes.
    Text(String),
    /// `true`, `false`.
    Truth(bool),
    /// A name; `?` is the value that a unary test is about.
    Name(String),
    /// `- x`.
    Neg(Box<Node>),
    /// Two values and what is done with them.
    Binary(Operator, Box<Node>, Box<Node>),
    /// `if a then b else c`.
    If(Box<Node>, Box<Node>, Box<Node>),
    /// `x between a and b`.
    Between(Box<Node>, Box<Node>, Box<Node>),
    /// `x in tests`.
    In(Box<Node>, Vec<Test>),
    /// `f(a, b)`.
    Call(String, Vec<Node>),
    /// `x.name`.
    Path(Box<Node>, String),
}

/// A unary test: what it asks of the value `?`.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// `< 5`.
    Compare(Comparison, Node),
    /// `[1..5)`: the ends, and whether they are left out.
    Interval {
        /// Lower end.
        from: Node,
        /// Whether the lower end is left out.
        from_open: bool,
        /// Upper end.
        to: Node,
        /// Whether the upper end is left out.
        to_open: bool,
    },
    /// A value that it must be equal to; or a condition that must hold.
    Value(Node),
    /// `not(tests)`: none of them, and the value is there.
    Not(Vec<Self>),
    /// A list: one of its members.
    OneOf(Vec<Self>),
}

/// The content of a cell: `-`, or tests one of which must hold.
#[derive(Clone, Debug, PartialEq)]
pub enum Tests {
    /// `-`: whatever the value is, and even if it is absent.
    Any,
    /// One of these.
    Some(Vec<Test>),
}
