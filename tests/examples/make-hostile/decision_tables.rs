//! Broken decision tables.

use scorelet_core::bundle::wire::Put;

use crate::Cases;
use crate::base;
use crate::sections::Sections;

/// Bytes of a column of 2 rules.
#[derive(Clone)]
struct Column {
    edges: Vec<f64>,
    ends: Vec<u32>,
    changes: Vec<u16>,
    sets: Vec<u64>,
}

/// A table of 2 rules and one column, `x < 5` and `x >= 5`, with one output.
#[derive(Clone)]
struct Parts {
    hits: [u8; 2],
    rules: u32,
    numbers: Vec<u16>,
    columns: Vec<Column>,
    values: Vec<f64>,
    given: Vec<u16>,
    default: u16,
    outputs: u32,
}

fn parts() -> Parts {
    let column = Column { edges: vec![5.0], ends: vec![2, 2], changes: vec![0, 1], sets: vec![0b01, 0] };
    Parts {
        hits: [0, 0],
        rules: 2,
        numbers: Vec::new(),
        columns: vec![column],
        values: vec![1.0, 2.0],
        given: vec![1, 2],
        default: 0,
        outputs: 1,
    }
}

impl Parts {
    fn file(&self) -> Vec<u8> {
        let mut out: Vec<u8> = self.hits.to_vec();
        Put::u32(&mut out, self.rules);
        out.count(self.numbers.len());
        self.numbers.iter().for_each(|&number| Put::u16(&mut out, number));
        out.count(self.columns.len());
        for column in &self.columns {
            out.f64s(&column.edges);
            column.ends.iter().for_each(|&end| Put::u32(&mut out, end));
            out.count(column.changes.len());
            column.changes.iter().for_each(|&rule| Put::u16(&mut out, rule));
            column.sets.iter().for_each(|&set| Put::u64(&mut out, set));
        }
        Put::u32(&mut out, self.outputs);
        for _ in 0..self.outputs.min(1) {
            out.f64s(&self.values);
            out.count(self.given.len());
            self.given.iter().for_each(|&place| Put::u16(&mut out, place));
            Put::u16(&mut out, self.default);
        }
        node(&out)
    }
}

fn node(parameters: &[u8]) -> Vec<u8> {
    let mut kinds = Vec::new();
    let all = [(0x0101, "bins"), (0x0201, "scorecard"), (0x0304, "decision_table")];
    kinds.count(all.len());
    for (code, name) in all {
        Put::u16(&mut kinds, code);
        kinds.text(name);
        kinds.text("0.1.0");
    }
    Sections::of(&base::parts()).with(2, kinds).with(4, base::node_bytes(0x0304, &[0], parameters)).file()
}

/// Adds all of them.
pub(crate) fn add(cases: &mut Cases) {
    let mut broken = |name, change: &dyn Fn(&mut Parts)| {
        let mut parts = parts();
        change(&mut parts);
        cases.insert(name, parts.file());
    };
    broken("table-no-rules", &|p| p.rules = 0);
    broken("table-too-many-rules", &|p| p.rules = u32::MAX);
    broken("table-rules-of-other-columns", &|p| p.rules = 65);
    broken("table-unknown-hits", &|p| p.hits = [8, 0]);
    broken("table-list-of-none", &|p| p.hits = [3, 0]);
    broken("table-list-too-long", &|p| p.hits = [3, 65]);
    broken("table-first-with-hits", &|p| p.hits = [0, 1]);
    broken("table-numbers-of-other-rules", &|p| p.numbers = vec![1]);
    broken("table-no-columns", &|p| p.columns.clear());
    broken("table-more-columns-than-inputs", &|p| p.columns.push(p.columns[0].clone()));
    broken("table-edges-descend", &|p| {
        p.columns[0].edges = vec![5.0, 4.0];
        p.columns[0].ends = vec![1, 1, 2, 2];
    });
    broken("table-edge-infinite", &|p| p.columns[0].edges = vec![f64::INFINITY]);
    broken("table-edge-nan", &|p| p.columns[0].edges = vec![f64::NAN]);
    broken("table-ends-descend", &|p| p.columns[0].ends = vec![2, 1]);
    broken("table-ends-before-changes", &|p| p.columns[0].ends = vec![1, 1]);
    broken("table-ends-beyond-changes", &|p| p.columns[0].ends = vec![2, 9]);
    broken("table-changes-without-edges", &|p| {
        p.columns[0].edges.clear();
        p.columns[0].ends.clear();
    });
    broken("table-change-of-no-rule", &|p| p.columns[0].changes = vec![0, 2]);
    broken("table-set-of-no-rule", &|p| p.columns[0].sets = vec![0b101, 0]);
    broken("table-absent-of-no-rule", &|p| p.columns[0].sets = vec![1, 1 << 63]);
    broken("table-value-nan", &|p| p.values = vec![1.0, f64::NAN]);
    broken("table-output-of-other-rules", &|p| p.given = vec![1]);
    broken("table-output-no-column", &|p| p.given = vec![1, 3]);
    broken("table-default-no-column", &|p| p.default = u16::MAX);
    broken("table-outputs-too-many", &|p| p.outputs = u32::MAX);
    // A file of few bytes that declares much.
    let mut declared = vec![0, 0];
    Put::u32(&mut declared, 65_536);
    Put::u32(&mut declared, 0);
    Put::u32(&mut declared, 32_768);
    cases.insert("table-columns-declared-only", node(&declared));
    Put::u32(&mut declared, 4_194_304);
    cases.insert("table-edges-declared-only", node(&declared));
}
