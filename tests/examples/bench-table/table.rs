//! The table: intervals, comparisons, lists of categories and tests of nothing, from a seed.

pub(crate) const COLUMNS: usize = 8;
pub(crate) const CATEGORIES: usize = 40;

/// Which columns are categories; the others are numbers.
pub(crate) fn is_category(column: usize) -> bool {
    column % 4 == 3
}

pub(crate) fn category(index: usize) -> String {
    format!("c{index}")
}

pub(crate) enum Test {
    Any,
    Between(f64, f64),
    AtLeast(f64),
    Less(f64),
    Among(Vec<usize>),
}

impl Test {
    fn holds(&self, x: f64) -> bool {
        match self {
            Self::Any => true,
            Self::Between(a, b) => (*a..=*b).contains(&x),
            Self::AtLeast(a) => x >= *a,
            Self::Less(a) => x < *a,
            Self::Among(list) => list.iter().any(|&i| i as f64 == x),
        }
    }

    /// As S-FEEL.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Any => String::new(),
            Self::Between(a, b) => format!("[{a}..{b}]"),
            Self::AtLeast(a) => format!(">= {a}"),
            Self::Less(a) => format!("< {a}"),
            Self::Among(list) => {
                list.iter().map(|&i| format!("\"{}\"", category(i))).collect::<Vec<_>>().join(", ")
            }
        }
    }
}

pub(crate) struct Table {
    pub(crate) rules: Vec<[Test; COLUMNS]>,
}

struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

impl Table {
    pub(crate) fn new(rules: usize) -> Self {
        let mut random = Random(11);
        let mut test = |column: usize| {
            if is_category(column) {
                let n = 1 + random.below(12);
                return match random.below(3) {
                    0 => Test::Any,
                    _ => Test::Among(
                        (0..n).map(|i| (random.below(CATEGORIES as u64) + i) as usize % CATEGORIES).collect(),
                    ),
                };
            }
            let a = random.below(100_000) as f64 / 10.0;
            match random.below(5) {
                0 => Test::Any,
                1 => Test::AtLeast(a),
                2 => Test::Less(a),
                _ => Test::Between(a, a + random.below(30_000) as f64 / 10.0),
            }
        };
        Self { rules: (0..rules).map(|_| std::array::from_fn(&mut test)).collect() }
    }

    /// Applicants for whom the first rule that holds stands anywhere: with some, none does.
    pub(crate) fn applicant(&self, i: usize) -> [f64; COLUMNS] {
        let mut random = Random(1000 + i as u64);
        std::array::from_fn(|column| match is_category(column) {
            true => random.below(CATEGORIES as u64) as f64,
            false => random.below(1_000_000) as f64 / 7.0 % 10_000.0,
        })
    }

    /// The first rule that holds, looked for rule by rule.
    pub(crate) fn first(&self, row: &[f64; COLUMNS]) -> Option<f64> {
        let holds = |rule: &[Test; COLUMNS]| rule.iter().zip(row).all(|(test, &x)| test.holds(x));
        self.rules.iter().position(holds).map(|rule| rule as f64)
    }
}
