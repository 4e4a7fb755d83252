//! `cargo run --release -p scorelet-tests --no-default-features --example bench-table -- FOLDER`: a table of 10,000 rules and 8 columns,
//! built, and one applicant at a time natively. Writes the bundle and the applicants to FOLDER, for `v8.mjs` beside this file, which
//! times the wasm. Microseconds an applicant are the least of many rounds.

mod table;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::time::Instant;

use scorelet_core::author::source::compile;
use scorelet_core::bundle::{Bundle, Trust};
use scorelet_core::scorer::Scorer;
use table::{CATEGORIES, COLUMNS, Table, category, is_category};

/// Applicants that are timed.
const APPLICANTS: usize = 200;
/// The output's column: the first after the fields.
const OUT: u32 = COLUMNS as u32;

fn main() {
    let folder = std::env::args().nth(1).expect("usage: bench-table FOLDER");
    let folder = Path::new(&folder);
    let table = Table::new(10_000);
    let begun = Instant::now();
    let bundle = bundle(&table);
    let built = begun.elapsed().as_secs_f64();
    let rows: Vec<[f64; COLUMNS]> = (0..APPLICANTS).map(|i| table.applicant(i)).collect();
    std::fs::create_dir_all(folder).expect("a folder");
    std::fs::write(folder.join("table.sclb"), &bundle).expect("written");
    let bytes: Vec<u8> = rows.iter().flatten().flat_map(|x| x.to_le_bytes()).collect();
    std::fs::write(folder.join("applicants.f64"), bytes).expect("written");
    let mut scorer = Scorer::new(Bundle::open(&bundle, Trust::Anyone).expect("a bundle"));
    let mut score = |row: &[f64; COLUMNS]| {
        let mut out = [0.0];
        scorer.score_columns(1, row, &[OUT], &mut out).expect("a row");
        out[0]
    };
    for row in &rows {
        let (found, wanted) = (score(row), table.first(row));
        assert_eq!(Some(found).filter(|x| !x.is_nan()), wanted, "{row:?}");
    }
    let mut least = f64::INFINITY;
    for _ in 0..200 {
        let begun = Instant::now();
        for row in &rows {
            score(row);
        }
        least = least.min(begun.elapsed().as_secs_f64() * 1e6 / APPLICANTS as f64);
    }
    let bytes = bundle.len();
    let report = format!("built in {built:.1} s, {bytes} bytes; native {least:.2} us an applicant\n");
    std::io::stdout().write_all(report.as_bytes()).expect("written");
}

fn bundle(table: &Table) -> Vec<u8> {
    let mut toml = "[bundle]\nname = \"table\"\n[fields]\n".to_owned();
    for column in 0..COLUMNS {
        let list: Vec<String> = (0..CATEGORIES).map(|i| format!("\"{}\"", category(i))).collect();
        let kind =
            if is_category(column) { format!("[{}]", list.join(", ")) } else { "\"number\"".to_owned() };
        writeln!(toml, "f{column} = {kind}").expect("a text");
    }
    toml += "[nodes.table]\nkind = \"table\"\nfile = \"table.csv\"\nhit = \"F\"\noutputs = { out = \"number\" }\n";
    toml += "[scores.standard]\nscore = \"table.out\"\n";
    let mut csv: String = (0..COLUMNS).map(|column| format!("f{column},")).collect();
    csv += "out\n";
    for (number, rule) in table.rules.iter().enumerate() {
        for test in rule {
            write!(csv, "\"{}\",", test.text().replace('"', "\"\"")).expect("a text");
        }
        writeln!(csv, "{number}").expect("a text");
    }
    let files = [("bundle.toml", toml), ("table.csv", csv)];
    let files = BTreeMap::from(files.map(|(name, text)| (name.to_owned(), text.into_bytes())));
    Bundle::encode(compile(&files).expect("a sound source").parts).expect("a bundle")
}
