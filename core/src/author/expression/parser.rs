//! From tokens to a tree: precedence climbing over the grammar of the Common Expression Language.

use core::ops::Range;

use super::ast::{Binary, Expr, Node, Unary, Word};
use super::lexer::{Token, tokens};
use super::value::Value;
use super::{Mistake, limits};

/// Words that are no names.
const RESERVED: [&str; 17] = [
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "package",
    "namespace",
    "return",
    "var",
    "void",
    "while",
];

/// Words of other languages that stand where an operator should.
const WORDS: [(&str, &str); 8] = [
    ("and", "write `&&` for \"and\""),
    ("or", "write `||` for \"or\""),
    ("is", "write `==` to compare"),
    ("mod", "write `%` for what a division leaves"),
    ("then", "write `condition ? a : b` to choose"),
    ("else", "write `condition ? a : b` to choose"),
    ("if", "write `condition ? a : b` to choose"),
    ("between", "write `low <= x && x <= high`"),
];

/// Parses a whole text.
pub(super) fn parse(text: &str) -> Result<Expr, Mistake> {
    if text.len() > limits::TEXT {
        let message = format!("the expression has {} bytes; the limit is {}", text.len(), limits::TEXT);
        return Err(Mistake::new(0..0, message, "write it as several nodes"));
    }
    let mut parser = Parser { tokens: tokens(text)?, at: 0, open: 0, nodes: 0 };
    let expr = parser.expression()?;
    match parser.peek() {
        Token::End => Ok(expr),
        _ => Err(parser.unexpected("an operator or the end")),
    }
}

struct Parser {
    tokens: Vec<(Token, Range<usize>)>,
    at: usize,
    /// Expressions that are being read.
    open: usize,
    nodes: usize,
}

type Parsed = Result<Expr, Mistake>;

impl Parser {
    fn peek(&self) -> &Token {
        self.tokens.get(self.at).map_or(&Token::End, |(token, _)| token)
    }

    fn span(&self) -> Range<usize> {
        let last = self.tokens.get(self.at).or(self.tokens.last());
        last.map_or(0..0, |(_, span)| span.clone())
    }

    /// Where the token before this one ends.
    fn end(&self) -> usize {
        self.at.checked_sub(1).and_then(|at| self.tokens.get(at)).map_or(0, |(_, span)| span.end)
    }

    fn is(&self, sign: &str) -> bool {
        matches!(self.peek(), Token::Sign(found) if *found == sign)
    }

    fn take(&mut self, sign: &str) -> bool {
        let found = self.is(sign);
        self.at += usize::from(found);
        found
    }

    fn need(&mut self, sign: &str, what: &str) -> Result<(), Mistake> {
        if self.take(sign) { Ok(()) } else { Err(self.unexpected(what)) }
    }

    fn unexpected(&self, wanted: &str) -> Mistake {
        let found = self.peek();
        let message = match found {
            Token::End => "the expression ends too early".to_owned(),
            _ => format!("{} does not fit here", found.describe()),
        };
        let foreign = match found {
            Token::Name(name, false) => WORDS.iter().find(|(word, _)| name.eq_ignore_ascii_case(word)),
            _ => None,
        };
        let mend =
            foreign.map_or_else(|| format!("{wanted} should stand here"), |(_, mend)| (*mend).to_owned());
        Mistake::new(self.span(), message, mend)
    }

    fn make(&mut self, span: Range<usize>, node: Node) -> Parsed {
        self.nodes += 1;
        let expr = Expr::new(span, node);
        let (found, limit, what) = match () {
            () if self.nodes > limits::NODES => (self.nodes, limits::NODES, "has more parts"),
            () if expr.depth > limits::DEPTH => (expr.depth, limits::DEPTH, "is nested deeper"),
            () => return Ok(expr),
        };
        debug_assert!(found > limit);
        let message = format!("the expression {what} than the limit of {limit}");
        Err(Mistake::new(expr.span, message, "write a part of it as a node of its own"))
    }

    fn expression(&mut self) -> Parsed {
        self.open += 1;
        if self.open > limits::DEPTH {
            let message = format!("the expression is nested deeper than the limit of {}", limits::DEPTH);
            return Err(Mistake::new(self.span(), message, "write a part of it as a node of its own"));
        }
        let condition = self.binary(0)?;
        let whole = if self.take("?") {
            let yes = self.binary(0)?;
            self.need(":", "`:` and the other value")?;
            let no = self.expression()?;
            let span = condition.span.start..no.span.end;
            self.make(span, Node::Ternary(Box::new(condition), Box::new(yes), Box::new(no)))?
        } else {
            condition
        };
        self.open -= 1;
        Ok(whole)
    }

    /// The operator that stands here, and how strongly it binds.
    fn operator(&self) -> Option<(Binary, u8)> {
        let sign = match self.peek() {
            Token::Sign(sign) => sign,
            Token::Name(name, false) if name == "in" => "in",
            _ => return None,
        };
        Some(match sign {
            "||" => (Binary::Or, 1),
            "&&" => (Binary::And, 2),
            "<" => (Binary::Less, 3),
            "<=" => (Binary::LessEqual, 3),
            ">" => (Binary::Greater, 3),
            ">=" => (Binary::GreaterEqual, 3),
            "==" => (Binary::Equal, 3),
            "!=" => (Binary::NotEqual, 3),
            "in" => (Binary::In, 3),
            "+" => (Binary::Add, 4),
            "-" => (Binary::Sub, 4),
            "*" => (Binary::Mul, 5),
            "/" => (Binary::Div, 5),
            "%" => (Binary::Rem, 5),
            _ => return None,
        })
    }

    fn binary(&mut self, least: u8) -> Parsed {
        let mut left = self.unary()?;
        while let Some((op, strength)) = self.operator().filter(|&(_, strength)| strength > least) {
            self.at += 1;
            if matches!(op, Binary::And | Binary::Or) {
                left = self.chain(op, strength, left)?;
                continue;
            }
            let right = self.binary(strength)?;
            let span = left.span.start..right.span.end;
            left = self.make(span, Node::Binary(op, Box::new(left), Box::new(right)))?;
        }
        Ok(left)
    }

    /// A chain of `&&` or of `||`, whose order makes no difference: a balanced tree, so that a long one is not deep.
    fn chain(&mut self, op: Binary, strength: u8, first: Expr) -> Parsed {
        let mut parts = vec![first, self.binary(strength)?];
        while self.operator().is_some_and(|(next, _)| next == op) {
            self.at += 1;
            parts.push(self.binary(strength)?);
        }
        while parts.len() > 1 {
            let mut pairs = Vec::with_capacity(parts.len().div_ceil(2));
            let mut rest = parts.into_iter();
            while let Some(left) = rest.next() {
                pairs.push(match rest.next() {
                    Some(right) => {
                        let span = left.span.start..right.span.end;
                        self.make(span, Node::Binary(op, Box::new(left), Box::new(right)))?
                    }
                    None => left,
                });
            }
            parts = pairs;
        }
        parts.pop().ok_or_else(|| self.unexpected("a value"))
    }

    fn unary(&mut self) -> Parsed {
        let mut signs = Vec::new();
        loop {
            let start = self.span().start;
            if self.take("!") {
                signs.push((Unary::Not, start));
            } else if self.take("-") {
                signs.push((Unary::Negate, start));
            } else {
                break;
            }
            if signs.len() > limits::DEPTH {
                return Err(self.unexpected("a value"));
            }
        }
        let number = matches!(self.peek(), Token::Int(_));
        let mut operand =
            self.member(number && signs.last().is_some_and(|(sign, _)| *sign == Unary::Negate))?;
        if let (Some((Unary::Negate, start)), Node::Literal(Value::Int(i64::MIN))) =
            (signs.last().filter(|_| number), &operand.node)
        {
            // The sign is a part of this number.
            operand.span.start = *start;
            signs.pop();
        }
        for (sign, start) in signs.into_iter().rev() {
            let span = start..operand.span.end;
            operand = self.make(span, Node::Unary(sign, Box::new(operand)))?;
        }
        Ok(operand)
    }

    fn member(&mut self, negated: bool) -> Parsed {
        let mut expr = self.primary(negated)?;
        loop {
            let start = expr.span.start;
            if self.take(".") {
                let name = self.word("a name")?;
                let node = if self.take("(") {
                    let args = self.list(")")?;
                    Node::Call { target: Some(Box::new(expr)), name, args }
                } else {
                    Node::Member(Box::new(expr), name)
                };
                expr = self.make(start..self.end(), node)?;
            } else if self.take("[") {
                let index = self.expression()?;
                self.need("]", "`]`")?;
                expr = self.make(start..self.end(), Node::Index(Box::new(expr), Box::new(index)))?;
            } else {
                return Ok(expr);
            }
        }
    }

    fn word(&mut self, wanted: &str) -> Result<Word, Mistake> {
        let span = self.span();
        match self.peek() {
            Token::Name(name, _) => {
                let text = name.clone();
                self.at += 1;
                Ok(Word { text, span })
            }
            _ => Err(self.unexpected(wanted)),
        }
    }

    /// Expressions with commas, up to a bracket; one more comma may stand before it.
    fn list(&mut self, close: &str) -> Result<Vec<Expr>, Mistake> {
        let mut items = Vec::new();
        while !self.take(close) {
            items.push(self.expression()?);
            if !self.take(",") && !self.is(close) {
                return Err(self.unexpected(&format!("`,` or `{close}`")));
            }
        }
        Ok(items)
    }

    fn primary(&mut self, negated: bool) -> Parsed {
        let span = self.span();
        let token = self.peek().clone();
        let literal = match token {
            Token::Int(x) => match i64::try_from(x) {
                Ok(x) => Value::Int(x),
                Err(_) if negated && x == i64::MIN.unsigned_abs() => Value::Int(i64::MIN),
                Err(_) => {
                    let mend = format!("the greatest is {}; write it with a fraction: `1.0e20`", i64::MAX);
                    return Err(Mistake::new(span, "this whole number is too large", mend));
                }
            },
            Token::Uint(x) => Value::Uint(x),
            Token::Double(x) => Value::Double(x),
            Token::Text(text) => Value::Text(text.into()),
            Token::Name(name, quoted) => return self.name(name, quoted),
            Token::Sign("(") => {
                self.at += 1;
                let inner = self.expression()?;
                self.need(")", "`)`")?;
                return Ok(inner);
            }
            Token::Sign("[") => {
                self.at += 1;
                let items = self.list("]")?;
                return self.make(span.start..self.end(), Node::List(items));
            }
            Token::Sign("{") => return self.map(),
            _ => return Err(self.unexpected("a value")),
        };
        self.at += 1;
        self.make(span, Node::Literal(literal))
    }

    fn name(&mut self, name: String, quoted: bool) -> Parsed {
        let span = self.span();
        if !quoted {
            match name.as_str() {
                "true" | "false" => {
                    self.at += 1;
                    return self.make(span, Node::Literal(Value::Bool(name == "true")));
                }
                "null" => {
                    let mend = "ask with `has(x)`, or give a value in its place with `x.orValue(0)`";
                    return Err(Mistake::new(span, "there is no `null`: a value is there or absent", mend));
                }
                "in" => return Err(self.unexpected("a value")),
                word if RESERVED.contains(&word) => {
                    let known = WORDS.iter().find(|(foreign, _)| *foreign == word);
                    let mend = known.map_or_else(
                        || format!("if it is a name, write `` `{word}` ``"),
                        |(_, mend)| (*mend).to_owned(),
                    );
                    return Err(Mistake::new(span, format!("`{word}` is a reserved word"), mend));
                }
                _ => {}
            }
        }
        self.at += 1;
        if !self.take("(") {
            return self.make(span, Node::Name(name));
        }
        let args = self.list(")")?;
        let word = Word { text: name, span: span.clone() };
        self.make(span.start..self.end(), Node::Call { target: None, name: word, args })
    }

    fn map(&mut self) -> Parsed {
        let start = self.span().start;
        self.at += 1;
        let mut entries = Vec::new();
        while !self.take("}") {
            let key = self.expression()?;
            self.need(":", "`:` and the value of the key")?;
            entries.push((key, self.expression()?));
            if !self.take(",") && !self.is("}") {
                return Err(self.unexpected("`,` or `}`"));
            }
        }
        self.make(start..self.end(), Node::Map(entries))
    }
}
