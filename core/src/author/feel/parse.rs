//! From pieces to expressions: the grammar of FEEL in DMN 1.3, chapter 10, without contexts, functions, filters and loops.

use core::ops::Range;
use std::collections::BTreeSet;

use super::ast::{Comparison, Expr, Mistake, Node, Operator, Test, Tests};
use super::lex::{Token, tokens};

/// How deep expressions may nest.
const DEPTH: usize = 32;
/// Values that are read of an expression or cell, counting those that are read again because a bracket may open several things.
const WORK: usize = 1 << 16;
/// Operations of an expression or cell: they may stand one in the other.
const OPERATIONS: usize = 128;
/// Bytes of an expression or cell.
const BYTES: usize = 1 << 16;

/// Reads an expression. `known`: names that may have spaces and signs in them.
pub fn expression(text: &str, known: &[&str]) -> Result<Node, Mistake> {
    let mut parser = Parser::new(text, known)?;
    let node = parser.expression()?;
    parser.end()?;
    Ok(node)
}

/// Reads the content of a cell: `-`, or unary tests.
pub fn unary_tests(text: &str, known: &[&str]) -> Result<Tests, Mistake> {
    if matches!(text.trim(), "-" | "") {
        return Ok(Tests::Any);
    }
    let mut parser = Parser::new(text, known)?;
    let tests = parser.tests()?;
    parser.end()?;
    Ok(Tests::Some(tests))
}

/// What may be a name in a text of which the known names are not known yet: runs of up to eight words.
pub fn names_in(text: &str) -> BTreeSet<String> {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    let mut names = BTreeSet::new();
    let mut run: Vec<&str> = Vec::new();
    // What stands in quotes is no name.
    let text = text.replace("..", " , ");
    for piece in text.split('"').step_by(2).take(BYTES) {
        run.clear();
        for word in piece.split_whitespace() {
            let mut parts = word.split(|c: char| !is_part(c)).peekable();
            while let Some(part) = parts.next() {
                if !part.is_empty() {
                    run.push(part);
                    for start in run.len().saturating_sub(8)..run.len() {
                        names.insert(run.get(start..).unwrap_or_default().join(" "));
                    }
                    names.extend(part.split('-').map(str::to_owned));
                }
                if parts.peek().is_some() {
                    run.clear();
                }
            }
        }
    }
    names
}

struct Parser {
    tokens: Vec<(Token, Range<usize>)>,
    at: usize,
    depth: usize,
    work: usize,
    operations: usize,
}

type Parsed<T> = Result<T, Mistake>;

impl Parser {
    fn new(text: &str, known: &[&str]) -> Parsed<Self> {
        if text.len() > BYTES {
            return Err(Mistake::new(0..text.len(), "this is longer than 65,536 bytes", "make it shorter"));
        }
        Ok(Self { tokens: tokens(text, known)?, at: 0, depth: 0, work: 0, operations: 0 })
    }

    fn peek(&self) -> &Token {
        self.tokens.get(self.at).map_or(&Token::End, |(token, _)| token)
    }

    fn span(&self) -> Range<usize> {
        self.tokens.get(self.at).or(self.tokens.last()).map_or(0..0, |(_, span)| span.clone())
    }

    fn next(&mut self) -> Token {
        let token = self.peek().clone();
        self.at += 1;
        token
    }

    fn is_sign(&self, sign: &str) -> bool {
        matches!(self.peek(), Token::Sign(found) if *found == sign)
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(self.peek(), Token::Word(found) if found == word)
    }

    fn sign(&mut self, sign: &str) -> bool {
        let found = self.is_sign(sign);
        self.at += usize::from(found);
        found
    }

    fn word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        self.at += usize::from(found);
        found
    }

    fn need(&mut self, sign: &str) -> Parsed<()> {
        if self.sign(sign) { Ok(()) } else { Err(self.expected(&format!("`{sign}`"))) }
    }

    fn need_word(&mut self, word: &str) -> Parsed<()> {
        if self.word(word) { Ok(()) } else { Err(self.expected(&format!("`{word}`"))) }
    }

    fn expected(&self, what: &str) -> Mistake {
        let found = match self.peek() {
            Token::End => "the end".to_owned(),
            Token::Number(x) => format!("`{x}`"),
            Token::Text(text) | Token::At(text) => format!("the text \"{text}\""),
            Token::Word(word) => format!("`{word}`"),
            Token::Sign(sign) => format!("`{sign}`"),
        };
        Mistake::new(
            self.span(),
            format!("here stands {found}, where {what} is expected"),
            format!("write {what}"),
        )
    }

    fn end(&self) -> Parsed<()> {
        match self.peek() {
            Token::End => Ok(()),
            Token::Word(word)
                if matches!(word.as_str(), "instance" | "for" | "some" | "every" | "function") =>
            {
                Err(self.unsupported(word.clone()))
            }
            Token::Sign("[" | "{") => Err(self.unsupported("a filter, list or context".to_owned())),
            _ => Err(self.expected("the end of the expression")),
        }
    }

    fn unsupported(&self, what: String) -> Mistake {
        Mistake::new(self.span(), format!("{what} is not supported"), "docs/decision-tables.md lists what is")
    }

    fn node(&self, from: Range<usize>, expr: Expr) -> Node {
        let end =
            self.at.checked_sub(1).and_then(|i| self.tokens.get(i)).map_or(from.end, |(_, span)| span.end);
        Node { span: from.start..end.max(from.start), expr }
    }

    fn operation(&mut self) -> Parsed<()> {
        self.operations += 1;
        if self.operations <= OPERATIONS {
            return Ok(());
        }
        let message = "this has more than 128 operations";
        Err(Mistake::new(self.span(), message, "compute a part of it in a node of its own"))
    }

    fn expression(&mut self) -> Parsed<Node> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(Mistake::new(
                self.span(),
                "this is nested too deeply",
                "compute a part of it in a node of its own",
            ));
        }
        let start = self.span();
        let node = if self.word("if") {
            let condition = self.expression()?;
            self.need_word("then")?;
            let then = self.expression()?;
            self.need_word("else")?;
            let other = self.expression()?;
            self.node(start, Expr::If(Box::new(condition), Box::new(then), Box::new(other)))
        } else {
            self.any_of()?
        };
        self.depth -= 1;
        Ok(node)
    }

    fn any_of(&mut self) -> Parsed<Node> {
        let start = self.span();
        let mut left = self.all_of()?;
        while self.word("or") {
            self.operation()?;
            let right = self.all_of()?;
            left = self.node(start.clone(), Expr::Binary(Operator::Or, Box::new(left), Box::new(right)));
        }
        Ok(left)
    }

    fn all_of(&mut self) -> Parsed<Node> {
        let start = self.span();
        let mut left = self.comparison()?;
        while self.word("and") {
            self.operation()?;
            let right = self.comparison()?;
            left = self.node(start.clone(), Expr::Binary(Operator::And, Box::new(left), Box::new(right)));
        }
        Ok(left)
    }

    fn comparison_sign(&mut self) -> Option<Comparison> {
        let comparison = match self.peek() {
            Token::Sign("=") => Comparison::Equal,
            Token::Sign("!=") => Comparison::NotEqual,
            Token::Sign("<") => Comparison::Less,
            Token::Sign("<=") => Comparison::LessEqual,
            Token::Sign(">") => Comparison::Greater,
            Token::Sign(">=") => Comparison::GreaterEqual,
            _ => return None,
        };
        self.at += 1;
        Some(comparison)
    }

    fn comparison(&mut self) -> Parsed<Node> {
        let start = self.span();
        let left = self.sum()?;
        if let Some(comparison) = self.comparison_sign() {
            let right = self.sum()?;
            let op = Operator::Compare(comparison);
            return Ok(self.node(start, Expr::Binary(op, Box::new(left), Box::new(right))));
        }
        if self.word("between") {
            let from = self.sum()?;
            self.need_word("and")?;
            let to = self.sum()?;
            return Ok(self.node(start, Expr::Between(Box::new(left), Box::new(from), Box::new(to))));
        }
        if self.word("in") {
            let tests = self.in_tests()?;
            return Ok(self.node(start, Expr::In(Box::new(left), tests)));
        }
        Ok(left)
    }

    /// What stands after `in`: a test, tests in ( ), a list in [ ].
    fn in_tests(&mut self) -> Parsed<Vec<Test>> {
        let start = self.at;
        if self.is_sign("(") {
            // A range may begin so, too.
            if let Ok(test) = self.test() {
                return Ok(vec![test]);
            }
            self.at = start + 1;
            let tests = self.tests()?;
            self.need(")")?;
            return Ok(tests);
        }
        Ok(vec![self.test()?])
    }

    fn tests(&mut self) -> Parsed<Vec<Test>> {
        let mut tests = vec![self.test()?];
        while self.sign(",") {
            tests.push(self.test()?);
        }
        Ok(tests)
    }

    fn test(&mut self) -> Parsed<Test> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(Mistake::new(self.span(), "this is nested too deeply", "write it flat"));
        }
        let test = self.test_inside();
        self.depth -= 1;
        test
    }

    fn test_inside(&mut self) -> Parsed<Test> {
        if let Some(comparison) = self.comparison_sign() {
            return Ok(Test::Compare(comparison, self.sum()?));
        }
        let start = self.at;
        if self.is_word("not") && matches!(self.tokens.get(start + 1), Some((Token::Sign("("), _))) {
            self.at += 2;
            let tests = self.tests()?;
            self.need(")")?;
            return Ok(Test::Not(tests));
        }
        if let Some(open) = self.opening() {
            if let Some(test) = self.interval(open)? {
                return Ok(test);
            }
            self.at = start;
            if self.sign("[") {
                // A list: one of its members.
                let tests = self.tests()?;
                self.need("]")?;
                return Ok(Test::OneOf(tests));
            }
        }
        Ok(Test::Value(self.expression()?))
    }

    /// The sign that opens an interval: whether the end is left out.
    fn opening(&mut self) -> Option<bool> {
        let open = match self.peek() {
            Token::Sign("[") => false,
            Token::Sign("(" | "]") => true,
            _ => return None,
        };
        self.at += 1;
        Some(open)
    }

    /// The rest of an interval; `None` if it is something else.
    fn interval(&mut self, from_open: bool) -> Parsed<Option<Test>> {
        let Ok(from) = self.sum() else { return Ok(None) };
        if !self.sign("..") {
            return Ok(None);
        }
        let to = self.sum()?;
        let to_open = match self.peek() {
            Token::Sign("]") => false,
            Token::Sign(")" | "[") => true,
            _ => return Err(self.expected("`]` or `)`, which ends a range,")),
        };
        self.at += 1;
        Ok(Some(Test::Interval { from, from_open, to, to_open }))
    }

    fn sum(&mut self) -> Parsed<Node> {
        let start = self.span();
        let mut left = self.product()?;
        loop {
            let op = match self.peek() {
                Token::Sign("+") => Operator::Add,
                Token::Sign("-") => Operator::Sub,
                _ => return Ok(left),
            };
            self.at += 1;
            self.operation()?;
            let right = self.product()?;
            left = self.node(start.clone(), Expr::Binary(op, Box::new(left), Box::new(right)));
        }
    }

    fn product(&mut self) -> Parsed<Node> {
        let start = self.span();
        let mut left = self.power()?;
        loop {
            let op = match self.peek() {
                Token::Sign("*") => Operator::Mul,
                Token::Sign("/") => Operator::Div,
                _ => return Ok(left),
            };
            self.at += 1;
            self.operation()?;
            let right = self.power()?;
            left = self.node(start.clone(), Expr::Binary(op, Box::new(left), Box::new(right)));
        }
    }

    /// Powers bind from the left, and a sign before the base binds closer (DMN 1.3, table 54 and grammar rule 4).
    fn power(&mut self) -> Parsed<Node> {
        let start = self.span();
        let mut left = self.signed()?;
        while self.sign("**") {
            self.operation()?;
            let right = self.signed()?;
            left = self.node(start.clone(), Expr::Binary(Operator::Pow, Box::new(left), Box::new(right)));
        }
        Ok(left)
    }

    fn signed(&mut self) -> Parsed<Node> {
        let start = self.span();
        let mut signs = 0;
        while self.sign("-") {
            signs += 1;
        }
        let node = self.postfix()?;
        let neg = |node: Node| Node { span: start.start..node.span.end, expr: Expr::Neg(Box::new(node)) };
        Ok(match (signs, node.expr.clone()) {
            (0, _) => node,
            (n, Expr::Number(x)) => {
                let x = if n % 2 == 1 { -x } else { x };
                Node { span: start.start..node.span.end, expr: Expr::Number(x) }
            }
            (n, _) if n % 2 == 1 => neg(node),
            _ => neg(neg(node)),
        })
    }

    fn postfix(&mut self) -> Parsed<Node> {
        let start = self.span();
        let mut node = self.primary()?;
        while self.sign(".") {
            self.operation()?;
            let Token::Word(name) = self.peek().clone() else { return Err(self.expected("a name")) };
            self.at += 1;
            node = self.node(start.clone(), Expr::Path(Box::new(node), name));
        }
        Ok(node)
    }

    fn primary(&mut self) -> Parsed<Node> {
        let start = self.span();
        self.work += 1;
        if self.work > WORK {
            return Err(Mistake::new(start, "this is too long", "compute a part of it in a node of its own"));
        }
        if matches!(self.peek(), Token::End) {
            return Err(self.expected("a value"));
        }
        let expr = match self.next() {
            Token::Number(x) => Expr::Number(x),
            Token::Text(text) => Expr::Text(text),
            Token::At(text) => {
                let call = if text.starts_with(['P', '-']) { "duration" } else { "date" };
                let text = Node { span: start.clone(), expr: Expr::Text(text) };
                Expr::Call(call.to_owned(), vec![text])
            }
            Token::Sign("?") => Expr::Name("?".to_owned()),
            Token::Sign("(") => {
                let inside = self.expression()?;
                self.need(")")?;
                return Ok(Node { span: self.node(start, Expr::Null).span, expr: inside.expr });
            }
            Token::Word(word) => match word.as_str() {
                "null" => Expr::Null,
                "true" => Expr::Truth(true),
                "false" => Expr::Truth(false),
                "for" | "some" | "every" | "function" => {
                    self.at -= 1;
                    return Err(self.unsupported(format!("`{word}`")));
                }
                _ if self.sign("(") => Expr::Call(word, self.arguments()?),
                _ => Expr::Name(word),
            },
            Token::Sign("[" | "{") => {
                self.at -= 1;
                return Err(self.unsupported("a list or context as a value".to_owned()));
            }
            _ => {
                self.at -= 1;
                return Err(self.expected("a value"));
            }
        };
        Ok(self.node(start, expr))
    }

    fn arguments(&mut self) -> Parsed<Vec<Node>> {
        let mut arguments = Vec::new();
        if self.sign(")") {
            return Ok(arguments);
        }
        loop {
            arguments.push(self.expression()?);
            if self.sign(")") {
                return Ok(arguments);
            }
            self.need(",")?;
        }
    }
}
