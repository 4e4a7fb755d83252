//! Generated expressions: the compiled formula against a direct interpretation of the tree.

use jiff::ToSpan as _;
use jiff::civil::Date;
use proptest::prelude::*;

use super::*;
use crate::author::expression::ast::{Binary, Node, Unary};

/// A value of the interpretation.
#[derive(Clone, Debug, PartialEq)]
enum V {
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
const KINDS: [&str; 3] = ["food", "rent", "salary"];
const CODES: [&str; 2] = ["own", "Rent"];

/// The columns: two numbers, two whole numbers, two flags, a date, two categories, a list.
struct Row {
    cells: Vec<Cell>,
    events: Vec<Event>,
    list: State,
}

const NAMES: [(&str, fn() -> Kind); 9] = [
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

fn of_kind(kind: &Kind, (value, state): Cell) -> V {
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

struct Naive<'a> {
    row: &'a Row,
    variables: Vec<(String, V)>,
}

impl Naive<'_> {
    fn eval(&mut self, expr: &Expr) -> V {
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

/// Random numbers from a seed (splitmix64).
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % n as u64) as usize
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

/// Writes expressions of a type. `event`: in a loop, whose event is `e`.
struct Writer {
    random: Random,
    event: bool,
}

impl Writer {
    fn flag(&mut self, depth: usize) -> String {
        if depth == 0 {
            return match self.event {
                true => self.random.pick(&["f", "g", "e.cash", "true"]).to_owned(),
                false => self.random.pick(&["f", "g", "false"]).to_owned(),
            };
        }
        let d = depth - 1;
        match self.random.below(if self.event { 9 } else { 12 }) {
            0 => format!("!({})", self.flag(d)),
            1 => format!("({} && {})", self.flag(d), self.flag(d)),
            2 => format!("({} || {})", self.flag(d), self.flag(d)),
            3 => format!("({} ? {} : {})", self.flag(d), self.flag(d), self.flag(d)),
            4 => {
                let sign = self.random.pick(&["<", "<=", ">", ">=", "==", "!="]);
                match self.random.below(4) {
                    0 => format!("({} {sign} {})", self.date(d), self.date(d)),
                    1 => format!("({} {sign} {})", self.text(d), self.text(d)),
                    2 => format!("({} {sign} {})", self.number(d), self.whole(d)),
                    _ => format!("({} {sign} {})", self.whole(d), self.whole(d)),
                }
            }
            5 => format!("({} in [{}, 1, 2, 3])", self.whole(d), self.random.pick(&["i", "7", "j"])),
            6 => format!("(c in [{}, 'food'])", self.random.pick(&["'rent'", "k", "'salary'"])),
            7 => format!("has({})", self.random.pick(&["a", "i", "f", "d", "c"])),
            8 => format!("{}.startsWith({})", self.text(d), self.random.pick(&["'r'", "'f'", "'s'", "''"])),
            n => {
                let body = self.inside(|own| own.flag(d));
                let kind = ["all", "exists", "exists_one"][n - 9];
                match self.random.below(3) {
                    0 => format!("[i, 3, j].{kind}(x, x > {})", self.whole(0)),
                    _ => format!("t.{kind}(e, {body})"),
                }
            }
        }
    }

    fn inside(&mut self, write: impl FnOnce(&mut Self) -> String) -> String {
        let outer = core::mem::replace(&mut self.event, true);
        let text = write(self);
        self.event = outer;
        text
    }

    fn number(&mut self, depth: usize) -> String {
        if depth == 0 {
            return match self.event {
                true => self.random.pick(&["a", "b", "e.amount", "(a + 2.5)"]).to_owned(),
                false => self.random.pick(&["a", "b", "(a * 0.1)", "(1e3 - b)"]).to_owned(),
            };
        }
        let d = depth - 1;
        match self.random.below(if self.event { 8 } else { 10 }) {
            0 => format!("({} + {})", self.number(d), self.number(d)),
            1 => format!("({} - {})", self.number(d), self.whole(d)),
            2 => format!("({} * {})", self.whole(d), self.number(d)),
            3 => format!("({} / {})", self.number(d), self.number(d)),
            4 => format!("({} ? {} : double({}))", self.flag(d), self.number(d), self.whole(d)),
            5 => format!("min({}, {})", self.number(d), self.number(d)),
            6 => format!(
                "math.{}({})",
                self.random.pick(&["abs", "floor", "ceil", "round", "sign", "sqrt"]),
                self.number(d)
            ),
            7 => format!("{}.orValue({})", self.random.pick(&["a", "b"]), self.number(d)),
            n => {
                let filter = self.inside(|own| own.flag(d));
                let body = self.inside(|own| own.number(d));
                let figure = self.random.pick(&["sum", "min", "max", "average", "first", "last"]);
                match n {
                    8 => format!("t.filter(e, {filter}).map(e, {body}).{figure}()"),
                    _ => format!("t.map(e, {body}).{figure}()"),
                }
            }
        }
    }

    fn whole(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.random.pick(&["i", "j", "3", "12"]).to_owned();
        }
        let d = depth - 1;
        match self.random.below(if self.event { 9 } else { 10 }) {
            0 => format!("({} + {})", self.whole(d), self.whole(d)),
            1 => format!("({} * {})", self.whole(d), self.whole(d)),
            2 => format!("({} / {})", self.whole(d), self.whole(d)),
            3 => format!("({} % {})", self.whole(d), self.whole(d)),
            4 => format!("int({})", self.number(d)),
            5 => format!(
                "{}.{}()",
                self.date(d),
                self.random.pick(&[
                    "year",
                    "month",
                    "day",
                    "weekday",
                    "dayOfYear",
                    "getDayOfWeek",
                    "getMonth"
                ])
            ),
            6 => format!("size({})", self.text(d)),
            7 => format!("-({})", self.whole(d)),
            8 => format!(
                "{}Between({}, {})",
                self.random.pick(&["days", "months", "years"]),
                self.date(d),
                self.date(d)
            ),
            _ => {
                let filter = self.inside(|own| own.flag(d));
                format!("t.filter(e, {filter}).size()")
            }
        }
    }

    fn date(&mut self, depth: usize) -> String {
        if depth == 0 {
            return match self.event {
                true => self.random.pick(&["d", "e.date"]).to_owned(),
                false => self.random.pick(&["d", "date('2024-02-29')"]).to_owned(),
            };
        }
        let d = depth - 1;
        match self.random.below(3) {
            0 => format!("({} + {})", self.date(d), self.whole(d)),
            1 => format!("{}.addMonths({})", self.date(d), self.whole(d)),
            _ => format!("max({}, {})", self.date(d), self.date(d)),
        }
    }

    fn text(&mut self, depth: usize) -> String {
        if depth == 0 {
            return match self.event {
                true => self.random.pick(&["c", "k", "e.kind"]).to_owned(),
                false => self.random.pick(&["c", "k", "('ren' + 't')"]).to_owned(),
            };
        }
        let d = depth - 1;
        match self.random.below(3) {
            0 => format!("({} ? {} : {})", self.flag(d), self.text(d), self.text(d)),
            1 => format!("({}).lowerAscii()", self.text(d)),
            _ => format!("({} + {})", self.random.pick(&["c", "k"]), self.random.pick(&["k", "'y'"])),
        }
    }
}

fn row(random: &mut Random) -> Row {
    let state = |random: &mut Random| {
        [State::MISSING, State::OUT_OF_RANGE, State::UNSEEN, State::special(2)][random.below(4)]
    };
    let cell = |random: &mut Random, values: &[f64]| match random.below(6) {
        0 => absent(state(random)),
        _ => present(values[random.below(values.len())]),
    };
    let numbers = [0.0, 1.0, -2.5, 0.1, 1e300, 3.0, 7.0, -1e-300, 123_456.789];
    let wholes = [0.0, 1.0, -7.0, 3.0, 9_007_199_254_740_991.0, -12.0, 2.0, 400.0];
    let dates = [0.0, 19_782.0, -719_528.0, 2_932_896.0, 19_783.0, 11_016.0];
    let mut cells = Vec::new();
    for (_, kind) in NAMES {
        cells.push(match kind() {
            Kind::Number => cell(random, &numbers),
            Kind::Integer => cell(random, &wholes),
            Kind::Date => cell(random, &dates),
            Kind::Category(values) => cell(random, &[0.0, 1.0, 2.0][..values.len()]),
            _ => cell(random, &[0.0, 1.0]),
        });
    }
    let n = [0, 1, 2, 5][random.below(4)];
    let mut events: Vec<Event> = Vec::new();
    for day in 0..n {
        let cells = vec![cell(random, &numbers), cell(random, &[0.0, 1.0, 2.0]), cell(random, &[0.0, 1.0])];
        events.push((19_000 + day * 17, cells));
    }
    let list = if random.below(8) == 0 { state(random) } else { State::PRESENT };
    Row { cells, events, list }
}

fn scope() -> Scope {
    let mut scope = Scope::new();
    for (at, (name, kind)) in NAMES.into_iter().enumerate() {
        scope.add(name, input(at as u32, kind()));
    }
    let column = |name: &str, kind| (name.to_owned(), Some(EventColumn { kind, unit: String::new() }));
    let columns =
        vec![column("amount", Kind::Number), column("kind", category(&KINDS)), column("cash", Kind::Flag)];
    let events = Events { date: "date".to_owned(), columns };
    scope.add("t", input(NAMES.len() as u32, Kind::Events(Rc::new(events))));
    scope
}

/// Whether a text compiles, after what it gives was compared.
fn check(text: &str, rows: &[Row]) -> Result<bool, TestCaseError> {
    let mut builder = FormulaBuilder::new();
    let typed = match compile(text, &scope(), &mut builder) {
        Ok(typed) => typed,
        // What has no value whatever the columns are, and tables over the limit.
        Err(mistakes) => {
            let known = [
                "divides by zero",
                "does not fit",
                "no date of the years",
                "a table over the limit",
                "is never",
            ];
            let expected = mistakes
                .iter()
                .all(|m| known.iter().any(|known| m.message.contains(known)) || m.message.contains("2^53"));
            prop_assert!(expected, "{text}: {mistakes:?}");
            return Ok(false);
        }
    };
    let formula = builder.finish(NAMES.len() as u32 + 1, &[typed.register]).unwrap();
    let root = parser::parse(text).unwrap();
    for row in rows {
        let wanted = Naive { row, variables: Vec::new() }.eval(&root);
        let list = if row.list.is_present() { present(row.events.len() as f64) } else { absent(row.list) };
        let inputs: Vec<Cell> = row.cells.iter().copied().chain([list]).collect();
        let events = if row.list.is_present() { row.events.clone() } else { Vec::new() };
        let cells = run(&formula, &inputs, &[(NAMES.len() as u32, events)]);
        let found = of_kind(&typed.kind, cells[0]);
        let same = match (&found, &wanted) {
            (Absent(a), Absent(b)) => a == b,
            // One type for both: a whole number may have become a number.
            (Int(a) | Double(a), Int(b) | Double(b)) => a.to_bits() == b.to_bits() || a == b && *a == 0.0,
            (a, b) => a == b,
        };
        prop_assert!(same, "{text}: {found:?}, not {wanted:?}, of {:?} {:?}", row.cells, row.events);
    }
    Ok(true)
}

fn write(seed: u64) -> (String, Vec<Row>) {
    let mut writer = Writer { random: Random(seed), event: false };
    let depth = 1 + writer.random.below(4);
    let text = match writer.random.below(5) {
        0 => writer.flag(depth),
        1 => writer.whole(depth),
        2 => writer.date(depth),
        3 => writer.text(depth),
        _ => writer.number(depth),
    };
    (text, (0..8).map(|_| row(&mut writer.random)).collect())
}

#[test]
fn most_generated_expressions_compile() {
    let compiled = (0..300).filter(|&seed| {
        let (text, rows) = write(seed);
        check(&text, &rows).unwrap()
    });
    assert!(compiled.count() > 250);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn a_compiled_expression_gives_what_its_tree_says(seed in any::<u64>()) {
        let (text, rows) = write(seed);
        check(&text, &rows)?;
    }
}
