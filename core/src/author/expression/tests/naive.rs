//! Generated expressions: the compiled formula against a direct interpretation of the tree.

use super::*;
use crate::author::expression::ast::{Binary, Node, Unary};
use jiff::ToSpan as _;
use jiff::civil::Date;

/// A value of the interpretation.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum V {
    Bool(bool),
    Int(f64),
    Double(f64),
    Date(i64),
    Text(String),
    Absent(State),
    List(Vec<V>),
    /// Index of the event.
    Event(usize),
    Events(Vec<V>),
}

use V::{Absent, Bool, Double, Int};

const OUT: V = Absent(State::OUT_OF_RANGE);
pub(super) const KINDS: [&str; 3] = ["food", "rent", "salary"];
pub(super) const CODES: [&str; 2] = ["own", "Rent"];

/// The columns: two numbers, two whole numbers, two flags, a date, two categories, a list.
pub(super) struct Row {
    pub(super) cells: Vec<Cell>,
    pub(super) events: Vec<Event>,
    pub(super) list: State,
}

/// A column: its name, and what it is.
type Named = (&'static str, fn() -> Kind);

pub(super) const NAMES: [Named; 9] = [
    ("a", || Kind::Number),
    ("b", || Kind::Number),
    ("i", || Kind::Integer),
    ("j", || Kind::Integer),
    ("f", || Kind::Flag),
    ("g", || Kind::Flag),
    ("d", || Kind::Date),
    ("c", || category(&KINDS)),
    ("k", || category(&CODES)),
];

pub(super) fn of_kind(kind: &Kind, (value, state): Cell) -> V {
    match kind {
        _ if !state.is_present() => Absent(state),
        Kind::Number => Double(value),
        Kind::Integer => Int(value),
        Kind::Flag => Bool(value != 0.0),
        Kind::Date => V::Date(value as i64),
        Kind::Category(values) => V::Text(values[value as usize].clone()),
        Kind::Events(_) => panic!("no value"),
    }
}

fn date(day: i64) -> Option<Date> {
    Date::constant(1970, 1, 1).checked_add(day.days()).ok().filter(|date| date.year() >= 0)
}

fn days(date: Date) -> i64 {
    i64::from((date - Date::constant(1970, 1, 1)).get_days())
}

fn finite(x: f64) -> V {
    if x.is_finite() { Double(x) } else { OUT }
}

fn whole(x: f64) -> V {
    if x.abs() < 9_007_199_254_740_992.0 { Int(x + 0.0) } else { OUT }
}

fn double(v: &V) -> f64 {
    match v {
        Int(x) | Double(x) => *x,
        other => panic!("{other:?}"),
    }
}

pub(super) struct Naive<'a> {
    pub(super) row: &'a Row,
    pub(super) variables: Vec<(String, V)>,
}

impl Naive<'_> {
    pub(super) fn eval(&mut self, expr: &Expr) -> V {
        match &expr.node {
            Node::Literal(value) => literal(value),
            Node::Name(name) => self.name(name),
            Node::Member(of, member) => match self.eval(of) {
                V::Event(at) => self.member(at, &member.text),
                other => panic!("{other:?}"),
            },
            Node::List(items) => V::List(items.iter().map(|item| self.eval(item)).collect()),
            Node::Unary(Unary::Not, x) => match self.eval(x) {
                Bool(x) => Bool(!x),
                other => other,
            },
            Node::Unary(Unary::Negate, x) => match self.eval(x) {
                Int(x) => Int(0.0 - x),
                Double(x) => Double(-x),
                other => other,
            },
            Node::Ternary(test, a, b) => {
                let (test, a, b) = (self.eval(test), self.eval(a), self.eval(b));
                match test {
                    Bool(true) => a,
                    Bool(false) => b,
                    other => other,
                }
            }
            Node::Binary(op @ (Binary::And | Binary::Or), a, b) => {
                kleene(*op == Binary::Or, [self.eval(a), self.eval(b)])
            }
            Node::Binary(Binary::In, x, list) => {
                let x = self.eval(x);
                let V::List(items) = self.eval(list) else { panic!() };
                if matches!(x, Absent(_)) {
                    return x;
                }
                let same = items.into_iter().map(|item| binary(Binary::Equal, x.clone(), item));
                same.fold(Bool(false), |found, same| kleene(true, [found, same]))
            }
            Node::Binary(op, a, b) => {
                let (a, b) = (self.eval(a), self.eval(b));
                binary(*op, a, b)
            }
            Node::Call { target, name, args } => self.call(target.as_deref(), &name.text, args),
            other => panic!("{other:?}"),
        }
    }

    fn name(&self, name: &str) -> V {
        if let Some((_, value)) = self.variables.iter().rev().find(|(own, _)| own == name) {
            return value.clone();
        }
        if name == "t" {
            if !self.row.list.is_present() {
                return Absent(self.row.list);
            }
            return V::Events((0..self.row.events.len()).map(V::Event).collect());
        }
        let at = NAMES.iter().position(|(own, _)| *own == name).unwrap();
        of_kind(&NAMES[at].1(), self.row.cells[at])
    }

    fn member(&self, event: usize, name: &str) -> V {
        let (day, cells) = &self.row.events[event];
        match name {
            "date" => V::Date(i64::from(*day)),
            "amount" => of_kind(&Kind::Number, cells[0]),
            "kind" => of_kind(&category(&KINDS), cells[1]),
            "cash" => of_kind(&Kind::Flag, cells[2]),
            other => panic!("{other}"),
        }
    }

    fn with(&mut self, variable: &Expr, value: V, body: &Expr) -> V {
        let Node::Name(name) = &variable.node else { panic!() };
        self.variables.push((name.clone(), value));
        let result = self.eval(body);
        self.variables.pop();
        result
    }

    fn call(&mut self, target: Option<&Expr>, name: &str, args: &[Expr]) -> V {
        let space = target.is_some_and(|target| matches!(&target.node, Node::Name(name) if name == "math"));
        if name == "has" {
            return Bool(!matches!(self.eval(&args[0]), Absent(_)));
        }
        if let (Some(target), [variable, body], "all" | "exists" | "exists_one" | "filter" | "map") =
            (target, args, name)
        {
            let of = self.eval(target);
            let (V::List(items) | V::Events(items)) = of else { return of };
            let of_one = |item: &V| match item {
                Absent(_) if matches!(target.node, Node::Call { .. }) => item.clone(),
                item => self.with(variable, item.clone(), body),
            };
            let results: Vec<V> = items.iter().map(of_one).collect();
            return match name {
                "all" => results.into_iter().fold(Bool(true), |all, x| kleene(false, [all, x])),
                "exists" => results.into_iter().fold(Bool(false), |any, x| kleene(true, [any, x])),
                "map" => V::List(results),
                // An event of which it is not known whether it is kept spoils what is made of the list, in its turn.
                _ => {
                    let kept = items.into_iter().zip(results).filter_map(|(item, x)| match x {
                        Bool(true) => Some(item),
                        Absent(state) => Some(Absent(state)),
                        _ => None,
                    });
                    let kept: Vec<V> = kept.collect();
                    match kept.iter().find(|x| matches!(x, Absent(_))) {
                        _ if name == "filter" => V::Events(kept),
                        Some(absent) => absent.clone(),
                        None => Bool(kept.len() == 1),
                    }
                }
            };
        }
        let mut values: Vec<V> =
            target.filter(|_| !space).map(|target| self.eval(target)).into_iter().collect();
        values.extend(args.iter().map(|arg| self.eval(arg)));
        function(name, &values)
    }
}

fn literal(value: &Value) -> V {
    match value {
        Value::Bool(x) => Bool(*x),
        Value::Int(x) => Int(*x as f64),
        Value::Double(x) => Double(*x),
        Value::Text(x) => V::Text(x.to_string()),
        other => panic!("{other:?}"),
    }
}

fn kleene(or: bool, args: [V; 2]) -> V {
    if args.contains(&Bool(or)) {
        return Bool(or);
    }
    args.into_iter().find(|x| matches!(x, Absent(_))).unwrap_or(Bool(!or))
}

fn binary(op: Binary, a: V, b: V) -> V {
    if let Some(absent) = [&a, &b].into_iter().find(|x| matches!(x, Absent(_))) {
        return absent.clone();
    }
    let order = match (&a, &b) {
        (V::Text(a), V::Text(b)) => a.partial_cmp(b),
        (Bool(a), Bool(b)) => a.partial_cmp(b),
        (V::Date(a), V::Date(b)) => a.partial_cmp(b),
        (Int(a) | Double(a), Int(b) | Double(b)) => a.partial_cmp(b),
        _ => None,
    };
    match (op, a, b) {
        (Binary::Equal, ..) => Bool(order.unwrap().is_eq()),
        (Binary::NotEqual, ..) => Bool(order.unwrap().is_ne()),
        (Binary::Less, ..) => Bool(order.unwrap().is_lt()),
        (Binary::LessEqual, ..) => Bool(order.unwrap().is_le()),
        (Binary::Greater, ..) => Bool(order.unwrap().is_gt()),
        (Binary::GreaterEqual, ..) => Bool(order.unwrap().is_ge()),
        (Binary::Add, V::Date(day), Int(n)) => moved(day as f64 + n),
        (Binary::Sub, V::Date(day), Int(n)) => moved(day as f64 - n),
        (Binary::Sub, V::Date(a), V::Date(b)) => Int((a - b) as f64),
        (Binary::Add, V::Text(a), V::Text(b)) => V::Text(a + &b),
        (op, Int(a), Int(b)) => match op {
            Binary::Add => whole(a + b),
            Binary::Sub => whole(a - b),
            Binary::Mul => whole(a * b),
            _ if b == 0.0 => OUT,
            Binary::Div => Int((a as i64 / b as i64) as f64),
            _ => Int((a as i64 % b as i64) as f64),
        },
        (op, a, b) => {
            let (a, b) = (double(&a), double(&b));
            finite(match op {
                Binary::Add => a + b,
                Binary::Sub => a - b,
                Binary::Mul => a * b,
                _ => a / b,
            })
        }
    }
}

fn moved(day: f64) -> V {
    let found = (day.abs() < 5e6).then(|| date(day as i64)).flatten();
    found.map_or(OUT, |_| V::Date(day as i64))
}

/// The months that can be added before the other date is passed, one by one.
fn months(from: Date, to: Date) -> f64 {
    let step = if to >= from { 1 } else { -1 };
    let reached = |n: i64| {
        from.checked_add(n.months()).is_ok_and(|date| if step > 0 { date <= to } else { date >= to })
    };
    let rough = i64::from(to.year() - from.year()) * 12 + i64::from(to.month() - from.month());
    // From two months before on: a month is never longer than two.
    let mut n = if step > 0 { (rough - 2).max(0) } else { (rough + 2).min(0) };
    while reached(n + step) {
        n += step;
    }
    n as f64
}

fn function(name: &str, args: &[V]) -> V {
    if name == "orValue" {
        return args.iter().find(|x| !matches!(x, Absent(_))).unwrap_or(&args[1]).clone();
    }
    if let Some(absent) = args.iter().find(|x| matches!(x, Absent(_))) {
        return absent.clone();
    }
    if let [V::List(items) | V::Events(items)] = args {
        if let Some(absent) = items.iter().find(|x| matches!(x, Absent(_))) {
            return absent.clone();
        }
        let add = |sum: V, x: &V| binary(Binary::Add, sum, x.clone());
        return match (name, items.as_slice()) {
            ("size", _) => Int(items.len() as f64),
            ("sum", _) => items.iter().fold(Double(0.0), add),
            (_, []) => Absent(State::MISSING),
            ("first", [first, ..]) => first.clone(),
            ("last", [.., last]) => last.clone(),
            ("average", _) => match items.iter().fold(Double(0.0), add) {
                Double(sum) => finite(sum / items.len() as f64),
                other => other,
            },
            ("min", [first, rest @ ..]) => rest.iter().fold(first.clone(), |a, b| extreme(false, &a, b)),
            ("max", [first, rest @ ..]) => rest.iter().fold(first.clone(), |a, b| extreme(true, &a, b)),
            other => panic!("{other:?}"),
        };
    }
    match (name, args) {
        ("min", [a, b]) => extreme(false, a, b),
        ("max" | "greatest", [a, b]) => extreme(true, a, b),
        ("abs", [Int(x)]) => Int(x.abs()),
        ("abs", [Double(x)]) => Double(x.abs()),
        ("floor", [Double(x)]) => Double(x.floor()),
        ("ceil", [Double(x)]) => Double(x.ceil()),
        ("round", [Double(x)]) => Double(x.round() + 0.0),
        ("sign", [Double(x)]) => Double(f64::from(i8::from(*x > 0.0) - i8::from(*x < 0.0))),
        ("sqrt", [Double(x)]) => finite(x.sqrt()),
        ("int", [Double(x)]) => whole(x.trunc()),
        ("double", [Int(x)]) => Double(*x),
        ("size", [V::Text(x)]) => Int(x.chars().count() as f64),
        ("startsWith", [V::Text(x), V::Text(part)]) => Bool(x.starts_with(part)),
        ("contains", [V::Text(x), V::Text(part)]) => Bool(x.contains(part)),
        ("lowerAscii", [V::Text(x)]) => V::Text(x.to_lowercase()),
        ("date", [V::Text(x)]) => V::Date(days(x.parse().unwrap())),
        ("year", [V::Date(day)]) => Int(f64::from(date(*day).unwrap().year())),
        ("month", [V::Date(day)]) => Int(f64::from(date(*day).unwrap().month())),
        ("day", [V::Date(day)]) => Int(f64::from(date(*day).unwrap().day())),
        ("weekday", [V::Date(day)]) => Int(f64::from(date(*day).unwrap().weekday().to_monday_one_offset())),
        ("getDayOfWeek", [V::Date(day)]) => {
            Int(f64::from(date(*day).unwrap().weekday().to_sunday_zero_offset()))
        }
        ("getMonth", [V::Date(day)]) => Int(f64::from(date(*day).unwrap().month()) - 1.0),
        ("dayOfYear", [V::Date(day)]) => Int(f64::from(date(*day).unwrap().day_of_year())),
        ("addMonths", [V::Date(day), Int(n)]) => {
            if n.abs() > 120_000.0 {
                return OUT;
            }
            let later = date(*day).unwrap().checked_add((*n as i64).months());
            later.ok().filter(|date| date.year() >= 0).map_or(OUT, |date| V::Date(days(date)))
        }
        ("monthsBetween", [V::Date(a), V::Date(b)]) => Int(months(date(*a).unwrap(), date(*b).unwrap())),
        ("yearsBetween", [V::Date(a), V::Date(b)]) => {
            Int((months(date(*a).unwrap(), date(*b).unwrap()) / 12.0).trunc() + 0.0)
        }
        ("daysBetween", [V::Date(a), V::Date(b)]) => Int((b - a) as f64),
        other => panic!("{other:?}"),
    }
}

fn extreme(greatest: bool, a: &V, b: &V) -> V {
    if let (V::Date(x), V::Date(y)) = (a, b) {
        return V::Date(if greatest { *x.max(y) } else { *x.min(y) });
    }
    let (x, y) = (double(a), double(b));
    let best = if if greatest { y > x } else { y < x } { y } else { x };
    if let (Int(_), Int(_)) = (a, b) { Int(best) } else { Double(best) }
}
