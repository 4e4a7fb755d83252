//! Rows in order, bad rows, many rows.

use std::fmt::Write as _;

use super::sandbox::Sandbox;

const BAD: &str = "id,age,income,housing\n1,45,3200,own\n2,17,1,own\n3,4x,1,own\n4,50,1\n5,30,1500,rent\n";

#[test]
fn the_first_bad_row_ends_the_run_by_default() {
    let sandbox = Sandbox::with_card();
    let named = ["SCL-0206", "stdin, line 3, column `age`", "row 2", "--on-error skip"];
    sandbox.run_with(&["score", "card.sclb", "-"], BAD).fails(3, &named);
}

#[test]
fn bad_rows_can_be_left_out_and_are_counted() {
    let sandbox = Sandbox::with_card();
    let ran = sandbox.run_with(&["score", "card.sclb", "-", "--on-error", "skip", "--keep=id"], BAD);
    let ids: Vec<&str> = ran.out.lines().map(|line| line.split(',').next().unwrap()).collect();
    assert_eq!(ids, ["id", "1", "5"]);
    let named = [
        "bad row 2: [SCL-0206] stdin, line 3, column `age`",
        "bad row 3: [SCL-0205] stdin, line 4, column `age`",
        "bad row 4: [SCL-0208] stdin, line 5: it has 3 cells, the header 4",
        "2 rows scored",
        "3 bad rows left out",
    ];
    ran.fails(1, &named);
}

#[test]
fn bad_json_rows_too() {
    let sandbox = Sandbox::with_card();
    let lines = "{\"age\":45}\n{\"age\":\"old\"}\n{\"agee\":45}\n[1]\n{\"age\":45,\"age\":46}\nnonsense\n{\"age\":46}\n";
    let ran = sandbox
        .run_with(&["score", "card.sclb", "-", "--input-format", "ndjson", "--on-error", "skip"], lines);
    assert_eq!(ran.out.lines().count(), 3);
    ran.fails(1, &["[SCL-0205]", "[SCL-0203]", "[SCL-0202]", "[SCL-0204]", "[SCL-0201]", "5 bad rows"]);
}

/// The same bytes for any number of threads, over chunks that end in quotes and blank lines, with bad rows in between.
#[test]
fn threads_change_nothing() {
    let sandbox = Sandbox::with_card();
    let mut csv = String::from("note,age,income,housing\n");
    for row in 0..60_000_u32 {
        let age = 18 + row % 60;
        let note = match row % 7 {
            0 => "\"two\nlines\"".to_owned(),
            1 => "\"say \"\"so\"\"\"".to_owned(),
            2 => String::new(),
            _ => format!("n{row}"),
        };
        let housing = ["own", "rent", "with family", "", "tent"][row as usize % 5];
        let income = if row % 11 == 0 { String::new() } else { format!("{}.{}", row % 9000, row % 100) };
        let _ = writeln!(csv, "{note},{},{income},{housing}", if row == 33_333 { 5 } else { age });
        if row % 1000 == 0 {
            csv.push('\n');
        }
    }
    sandbox.write("in.csv", &csv);
    let run = |threads: &str, format: &str| {
        let args =
            ["score", "card.sclb", "in.csv", "--keep=note", "--on-error", "skip", "--threads", threads];
        let ran = sandbox.run(&[&args[..], &["--format", format]].concat());
        assert_eq!(ran.code, 1, "{}", ran.err);
        assert!(ran.err.contains("bad row 33334:"), "{}", ran.err);
        assert!(ran.err.contains("59,999 rows scored"), "{}", ran.err);
        ran.out
    };
    let one = run("1", "csv");
    assert_eq!(one.matches("\"two\nlines\"").count(), 60_000_usize.div_ceil(7));
    assert!(run("2", "csv") == one && run("5", "csv") == one);
    assert!(run("3", "ndjson") == run("1", "ndjson"));
}

#[test]
fn a_quote_that_is_never_closed_does_not_swallow_memory() {
    let sandbox = Sandbox::with_card();
    let mut csv = String::from("id,age,income,housing\n\"1,45,3200,own\n");
    while csv.len() < 17 << 20 {
        csv.push_str("2,45,3200,own\n");
    }
    sandbox.write("in.csv", &csv);
    sandbox.run(&["score", "card.sclb", "in.csv"]).fails(3, &["SCL-0705", "16 MiB", "quote"]);
}
