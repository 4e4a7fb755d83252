//! Generated expressions over generated rows.

use proptest::prelude::*;

use super::naive::{KINDS, NAMES, Naive, Row, V, of_kind};
use super::*;

use V::{Absent, Double, Int};

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
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn a_compiled_expression_gives_what_its_tree_says(seed in any::<u64>()) {
        let (text, rows) = write(seed);
        check(&text, &rows)?;
    }
}
