//! The tree of an expression.

use core::ops::Range;

use super::value::Value;

/// A part of an expression, and the bytes of the text that it stands in.
#[derive(Clone, Debug)]
pub(super) struct Expr {
    pub(super) span: Range<usize>,
    pub(super) node: Node,
    /// Levels under it, itself included.
    pub(super) depth: usize,
}

/// A word with its place.
#[derive(Clone, Debug)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) span: Range<usize>,
}

#[derive(Clone, Debug)]
pub(super) enum Node {
    Literal(Value),
    /// A variable.
    Name(String),
    /// `a.b`.
    Member(Box<Expr>, Word),
    /// `a[b]`.
    Index(Box<Expr>, Box<Expr>),
    /// `f(…)`, or `a.f(…)` with `a` as its target.
    Call {
        target: Option<Box<Expr>>,
        name: Word,
        args: Vec<Expr>,
    },
    List(Vec<Expr>),
    Map(Vec<(Expr, Expr)>),
    Unary(Unary, Box<Expr>),
    Binary(Binary, Box<Expr>, Box<Expr>),
    Ternary(Box<Expr>, Box<Expr>, Box<Expr>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unary {
    Not,
    Negate,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Binary {
    Or,
    And,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Equal,
    NotEqual,
    In,
    Add,
    Sub,
    Mul,
    Div,
    Rem,
}

impl Binary {
    /// As it is written.
    pub(super) const fn sign(self) -> &'static str {
        match self {
            Self::Or => "||",
            Self::And => "&&",
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::In => "in",
            Self::Add => "+",
            Self::Sub => "-",
            Self::Mul => "*",
            Self::Div => "/",
            Self::Rem => "%",
        }
    }
}

impl Expr {
    pub(super) fn new(span: Range<usize>, node: Node) -> Self {
        let mut depth = 0;
        node.each(&mut |child| depth = child.depth.max(depth));
        Self { span, node, depth: depth + 1 }
    }

    /// The names that it is, if it is nothing but names and dots: `a.b.c`.
    pub(super) fn path(&self) -> Option<String> {
        match &self.node {
            Node::Name(name) => Some(name.clone()),
            Node::Member(of, member) => Some(format!("{}.{}", of.path()?, member.text)),
            _ => None,
        }
    }

    /// The first name of its path.
    pub(super) fn root(&self) -> Option<&str> {
        match &self.node {
            Node::Name(name) => Some(name),
            Node::Member(of, _) => of.root(),
            _ => None,
        }
    }
}

impl Node {
    /// Its parts, in the order of the text.
    pub(super) fn each<'a>(&'a self, visit: &mut dyn FnMut(&'a Expr)) {
        match self {
            Self::Literal(_) | Self::Name(_) => {}
            Self::Member(a, _) | Self::Unary(_, a) => visit(a),
            Self::Index(a, b) | Self::Binary(_, a, b) => [a, b].into_iter().for_each(|e| visit(e)),
            Self::Ternary(a, b, c) => [a, b, c].into_iter().for_each(|e| visit(e)),
            Self::List(items) => items.iter().for_each(visit),
            Self::Call { target, args, .. } => {
                target.iter().for_each(|e| visit(e));
                args.iter().for_each(visit);
            }
            Self::Map(entries) => {
                for (key, value) in entries {
                    visit(key);
                    visit(value);
                }
            }
        }
    }
}
