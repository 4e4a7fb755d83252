//! FEEL's own functions, and the parts of dates.

use super::ast::{Expr, Mistake, Node};
use super::compile::{Compiled, Compiler, Kind, Typed, wrong};
use super::texts;
use crate::feature::formula::Function as Step;
use crate::record::date;

impl Compiler<'_> {
    pub(super) fn own_function(&mut self, name: &str, arguments: &[Node], node: &Node) -> Compiled {
        let fail = |message: String, mend: &str| Err(Mistake::new(node.span.clone(), message, mend));
        match (name, arguments) {
            ("not", [x]) => {
                let x = self.truth(x)?;
                Ok(self.apply(Step::Not, &[&x], Kind::Truth))
            }
            ("abs", [x]) => {
                let of = self.compile(x)?;
                match of.kind {
                    Kind::Number | Kind::Days | Kind::Months => {
                        Ok(self.apply(Step::Abs, &[&of], of.kind.clone()))
                    }
                    Kind::Null => Ok(of),
                    _ => Err(wrong(x, &of, "a number")),
                }
            }
            ("sqrt" | "exp" | "log", [x]) => {
                let step = match name {
                    "sqrt" => Step::Sqrt,
                    "exp" => Step::Exp,
                    _ => Step::Ln,
                };
                let x = self.number(x)?;
                Ok(self.apply(step, &[&x], Kind::Number))
            }
            ("floor" | "ceiling" | "round up" | "round down" | "round half up" | "round half down", [x]) => {
                let x = self.number(x)?;
                let scale = self.constant(0.0, Kind::Number);
                self.rounded(name, x, scale, node)
            }
            (
                "floor" | "ceiling" | "round up" | "round down" | "round half up" | "round half down",
                [x, scale],
            )
            | ("decimal", [x, scale]) => {
                let (x, scale) = (self.number(x)?, self.number(scale)?);
                self.rounded(name, x, scale, node)
            }
            ("modulo", [a, b]) => {
                let (a, b) = (self.number(a)?, self.number(b)?);
                let quotient = self.apply(Step::Div, &[&a, &b], Kind::Number);
                let whole = self.apply(Step::Floor, &[&quotient], Kind::Number);
                let part = self.apply(Step::Mul, &[&b, &whole], Kind::Number);
                Ok(self.apply(Step::Sub, &[&a, &part], Kind::Number))
            }
            ("odd" | "even", [x]) => {
                let x = self.number(x)?;
                let two = self.constant(2.0, Kind::Number);
                let rest = self.apply(Step::Remainder, &[&x, &two], Kind::Number);
                let rest = self.apply(Step::Abs, &[&rest], Kind::Number);
                let wanted = self.constant(f64::from(u8::from(name == "odd")), Kind::Number);
                Ok(self.apply(Step::Equal, &[&rest, &wanted], Kind::Truth))
            }
            ("min" | "max" | "sum" | "product", [_, ..]) => {
                let step = match name {
                    "min" => Step::Min,
                    "max" => Step::Max,
                    "sum" => Step::Add,
                    _ => Step::Mul,
                };
                self.folded(step, arguments, node)
            }
            ("mean", [_, ..]) => {
                let sum = self.folded(Step::Add, arguments, node)?;
                let count = self.constant(arguments.len() as f64, Kind::Number);
                Ok(self.apply(Step::Div, &[&sum, &count], Kind::Number))
            }
            ("upper case" | "lower case" | "string length", [x]) => {
                let of = self.text(x)?;
                Ok(match name {
                    "upper case" => texts::mapped(self, &of, str::to_uppercase),
                    "lower case" => texts::mapped(self, &of, str::to_lowercase),
                    _ => texts::figure(self, &of, Kind::Number, |text| text.chars().count() as f64),
                })
            }
            ("contains" | "starts with" | "ends with", [a, b]) => {
                let (a, b) = (self.text(a)?, self.text(b)?);
                let relation = match name {
                    "contains" => |text: &str, part: &str| text.contains(part),
                    "starts with" => |text: &str, part: &str| text.starts_with(part),
                    _ => |text: &str, part: &str| text.ends_with(part),
                };
                texts::relation(self, (&a, &b), node, relation)
            }
            ("date", [x]) => match &x.expr {
                Expr::Text(text) => match date::parse(text) {
                    Some(day) => Ok(self.constant(day, Kind::Date)),
                    None => fail(format!("`{text}` is no date that exists"), "write date(\"YYYY-MM-DD\")"),
                },
                _ => {
                    let of = self.compile(x)?;
                    if matches!(of.kind, Kind::Date | Kind::Null) {
                        Ok(of)
                    } else {
                        Err(wrong(x, &of, "a date"))
                    }
                }
            },
            ("date", [year, month, day]) => match (&year.expr, &month.expr, &day.expr) {
                (Expr::Number(y), Expr::Number(m), Expr::Number(d)) => {
                    match date::parse(&format!("{y:04}-{m:02}-{d:02}")) {
                        Some(day) => Ok(self.constant(day, Kind::Date)),
                        None => fail("this is no date that exists".to_owned(), "write year, month and day"),
                    }
                }
                _ => fail("a date of computed parts is not supported".to_owned(), "write the date itself"),
            },
            ("duration", [x]) => {
                let Expr::Text(text) = &x.expr else {
                    return fail(
                        "a duration must be written as a text".to_owned(),
                        "write duration(\"P30D\")",
                    );
                };
                match duration(text) {
                    Some((length, kind)) => Ok(self.constant(length, kind)),
                    None => fail(
                        format!("`{text}` is no duration of whole days, or of years and months"),
                        "write duration(\"P30D\") or duration(\"P1Y6M\")",
                    ),
                }
            }
            ("years and months duration", [a, b]) => {
                let (a, b) = (self.date(a)?, self.date(b)?);
                Ok(self.apply(Step::MonthsBetween, &[&a, &b], Kind::Months))
            }
            ("day of year", [x]) => {
                let x = self.date(x)?;
                Ok(self.apply(Step::DayOfYear, &[&x], Kind::Number))
            }
            ("today" | "now", _) => fail(
                format!("`{name}` is not supported: a decision must not depend on a clock"),
                "read a date field with the time of the application",
            ),
            _ => fail(
                format!("the function `{name}` of {} arguments is not supported", arguments.len()),
                "docs/decision-tables.md lists the functions",
            ),
        }
    }

    fn text(&mut self, node: &Node) -> Compiled {
        let x = self.compile(node)?;
        if let Kind::Text(_) = x.kind { Ok(x) } else { Err(wrong(node, &x, "a text")) }
    }

    fn date(&mut self, node: &Node) -> Compiled {
        let x = self.compile(node)?;
        if let Kind::Date = x.kind { Ok(x) } else { Err(wrong(node, &x, "a date")) }
    }

    fn folded(&mut self, step: Step, arguments: &[Node], node: &Node) -> Compiled {
        let mut all: Option<Typed> = None;
        for argument in arguments {
            let x = self.compile(argument)?;
            let same = matches!(step, Step::Min | Step::Max) && x.kind == Kind::Date;
            if !same && x.kind != Kind::Number {
                return Err(wrong(argument, &x, "a number"));
            }
            all = Some(match all {
                Some(before) if before.kind != x.kind => {
                    return Err(wrong(argument, &x, before.kind.describe()));
                }
                Some(before) => self.apply(step, &[&before, &x], x.kind.clone()),
                None => x,
            });
        }
        all.ok_or_else(|| Mistake::new(node.span.clone(), "there is no argument", "give at least one"))
    }

    /// A number rounded to `scale` decimals. The scale of the roundings that go one way is a constant.
    fn rounded(&mut self, name: &str, x: Typed, scale: Typed, node: &Node) -> Compiled {
        let step = match name {
            "decimal" => Some(Step::HalfEven),
            "round half up" => Some(Step::HalfAway),
            _ => None,
        };
        if let Some(step) = step {
            return Ok(self.apply(step, &[&x, &scale], Kind::Number));
        }
        let factor =
            self.builder.value(scale.register).filter(|s| s.trunc() == *s && (0.0..=15.0).contains(s));
        let Some(scale) = factor else {
            let message = format!("`{name}` takes a constant number of decimals from 0 to 15");
            return Err(Mistake::new(node.span.clone(), message, "write the number of decimals"));
        };
        let factor = self.constant((0..scale as u8).fold(1.0, |power, _| power * 10.0), Kind::Number);
        let scaled = self.apply(Step::Mul, &[&x, &factor], Kind::Number);
        let zero = self.constant(0.0, Kind::Number);
        let half = self.constant(0.5, Kind::Number);
        let (floor, ceiling) = (
            self.apply(Step::Floor, &[&scaled], Kind::Number),
            self.apply(Step::Ceil, &[&scaled], Kind::Number),
        );
        let negative = self.apply(Step::Less, &[&x, &zero], Kind::Truth);
        let whole = match name {
            "floor" => floor,
            "ceiling" => ceiling,
            "round up" => self.select(&negative, &floor, &ceiling),
            "round down" => self.select(&negative, &ceiling, &floor),
            // Halves towards zero.
            _ => {
                let up = self.apply(Step::Sub, &[&scaled, &half], Kind::Number);
                let up = self.apply(Step::Ceil, &[&up], Kind::Number);
                let down = self.apply(Step::Add, &[&scaled, &half], Kind::Number);
                let down = self.apply(Step::Floor, &[&down], Kind::Number);
                self.select(&negative, &down, &up)
            }
        };
        Ok(self.apply(Step::Div, &[&whole, &factor], Kind::Number))
    }

    pub(super) fn path(&mut self, of: &Node, name: &str, node: &Node) -> Compiled {
        let x = self.compile(of)?;
        let (step, kind) = match (&x.kind, name) {
            (Kind::Date, "year") => (Step::Year, Kind::Number),
            (Kind::Date, "month") => (Step::Month, Kind::Number),
            (Kind::Date, "day") => (Step::Day, Kind::Number),
            (Kind::Date, "weekday") => (Step::Weekday, Kind::Number),
            (Kind::Days, "days") => return Ok(Typed { kind: Kind::Number, ..x }),
            (Kind::Months, "years" | "months") => {
                let twelve = self.constant(12.0, Kind::Number);
                let step = if name == "years" { Step::Quotient } else { Step::Remainder };
                return Ok(self.apply(step, &[&x, &twelve], Kind::Number));
            }
            _ => {
                let message = format!("{} has no `{name}`", x.kind.describe());
                return Err(Mistake::new(
                    node.span.clone(),
                    message,
                    "docs/decision-tables.md lists what there is",
                ));
            }
        };
        Ok(self.apply(step, &[&x], kind))
    }
}

/// `P30D`, or `P1Y6M`; with a sign before it.
fn duration(text: &str) -> Option<(f64, Kind)> {
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text),
    };
    let mut rest = text.strip_prefix('P').filter(|rest| !rest.is_empty())?;
    let mut part = |unit: char| {
        let Some((digits, after)) = rest.split_once(unit) else { return Some(None) };
        if digits.is_empty() || digits.len() > 9 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        rest = after;
        Some(digits.parse::<f64>().ok())
    };
    let (years, months, days) = (part('Y')?, part('M')?, part('D')?);
    if !rest.is_empty() {
        return None;
    }
    match (years.is_some() || months.is_some(), days) {
        (false, Some(days)) => Some((sign * days, Kind::Days)),
        (true, None) => Some((sign * (12.0 * years.unwrap_or(0.0) + months.unwrap_or(0.0)), Kind::Months)),
        _ => None,
    }
}
