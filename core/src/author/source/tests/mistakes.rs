//! One test a mistake.

use super::*;

const CARD: &str = "[nodes.card]\nkind = \"scorecard\"\n";

/// A scorecard of one characteristic over `age`, whose rows are given.
fn age_card(rows: &str) -> String {
    format!("[fields]\nage = \"integer\"\n{CARD}[nodes.card.characteristics.age]\nbins = [\n{rows}\n]\n")
}

/// The same over a category.
fn housing_card(rows: &str) -> String {
    format!(
        "[fields]\nhousing = [\"own\", \"rent\", \"free\"]\n{CARD}[nodes.card.characteristics.housing]\nbins = [\n{rows}\n]\n"
    )
}

#[test]
fn a_folder_without_bundle_toml() {
    let found = compile(&BTreeMap::new()).unwrap_err();
    assert_eq!(found[0].code, code::FILE);
    assert!(found[0].mend.contains("scorelet init"));
}

#[test]
fn broken_toml_and_broken_utf8() {
    one("version = 1.0.0\n", code::SYNTAX, 3, "quotes");
    one("name = \"twice\"\n", code::SYNTAX, 3, "toml");
    let files = BTreeMap::from([("bundle.toml".to_owned(), b"[bundle]\nname = \"\xff\"\n".to_vec())]);
    let found = compile(&files).unwrap_err();
    assert_eq!((found[0].code, found[0].line), (code::SYNTAX, 2));
}

#[test]
fn unknown_keys_and_types_are_all_reported() {
    let toml = "[bundle]\nname = 3\nverson = \"1\"\n[fields.age]\ntype = \"intger\"\nmni = 2\n[nodse]\n";
    let found = mistakes_in(toml, &[]);
    let seen: Vec<_> = found.iter().filter(|e| e.line > 1).map(|e| (e.code, e.line)).collect();
    let wanted = [
        (code::TYPE, 2),
        (code::UNKNOWN_KEY, 3),
        (code::VALUE, 5),
        (code::UNKNOWN_KEY, 6),
        (code::UNKNOWN_KEY, 7),
    ];
    assert_eq!(seen, wanted, "{found:#?}");
    let mends: String = found.iter().map(|e| e.mend.as_str()).collect();
    for word in ["`version`", "`integer`", "`min`", "`nodes`"] {
        assert!(mends.contains(&format!("did you mean {word}?")), "{mends}");
    }
}

#[test]
fn missing_keys() {
    let found = mistakes_in(
        "[bundle]\n[fields.age]\nmin = 2\n[nodes.a]\ninput = \"age\"\n[nodes.b]\nkind = \"bins\"\n",
        &[],
    );
    let seen: Vec<_> = found.iter().map(|e| (e.code, e.line)).collect();
    let k = code::MISSING_KEY;
    assert_eq!(seen, [(k, 1), (k, 2), (k, 4), (k, 6), (k, 6)], "{found:#?}");
}

#[test]
fn bounds_in_the_wrong_order_and_bounds_without_order() {
    one(
        &age_card("{ points = 1 }")
            .replace("age = \"integer\"", "age = { type = \"integer\", min = 9, max = 3 }"),
        code::VALUE,
        4,
        "lesser",
    );
    let toml = housing_card("{ other = true, points = 1 }")
        .replace("housing = [", "housing = { min = 3, categories = [")
        .replace("]\n[nodes.card]", "] }\n[nodes.card]");
    one(&toml, code::INPUT, 4, "take `min` out");
}

#[test]
fn a_date_that_is_none() {
    let toml = age_card("{ points = 1 }")
        .replace("age = \"integer\"", "age = { type = \"date\", min = \"2020-02-30\" }");
    one(&toml, code::VALUE, 4, "YYYY-MM-DD");
}

#[test]
fn names_twice() {
    one(
        "[fields]\nage = \"integer\"\n[nodes.age]\nkind = \"abs\"\ninput = \"age\"\n[scores.a]\npd = \"age\"\n",
        code::NAME,
        5,
        "another name",
    );
    one(&housing_card("{ other = true, points = 1 }").replace("\"free\"", "\"own\""), code::NAME, 4, "once");
    one(
        "languages = [\"en\", \"en\"]\n[fields]\nage = \"integer\"\n[scores.a]\nscore = \"age\"\n",
        code::NAME,
        3,
        "once",
    );
}

#[test]
fn unknown_names_come_with_the_nearest() {
    let toml = "[fields]\ncredit_amount = \"number\"\n[nodes.m]\nkind = \"linear\"\ncoefficients = { credit_amuont = 1 }\n";
    one(toml, code::UNKNOWN_NAME, 7, "did you mean `credit_amount`?");
    let toml = housing_card("{ in = [\"onw\"], points = 1 },\n{ other = true, points = 2 }");
    one(&toml, code::UNKNOWN_NAME, 9, "did you mean `own`?");
}

#[test]
fn circles_are_named() {
    let node = |name: &str, input: &str| format!("[nodes.{name}]\nkind = \"abs\"\ninput = \"{input}\"\n");
    let toml =
        format!("{}{}{}{}", node("a", "b"), node("b", "c"), node("c", "a"), "[scores.s]\nscore = \"a\"\n");
    let found = mistakes_in(&format!("{HEAD}{toml}"), &[]);
    assert_eq!((found.len(), found[0].code, found[0].line), (1, code::CYCLE, 3), "{found:#?}");
    for name in ["`a`", "`b`", "`c`"] {
        assert!(found[0].message.contains(name), "{}", found[0].message);
    }
    one(&format!("{}[scores.s]\nscore = \"a\"\n", node("a", "a")), code::CYCLE, 3, "out");
}

#[test]
fn values_outside_what_is_allowed() {
    one(
        &age_card("{ points = 1 }")
            .replace("age = \"integer\"", "age = { type = \"integer\", missing = \"own-bin\" }"),
        code::VALUE,
        4,
        "`own_bin`",
    );
    one(
        &age_card("{ points = 1 }")
            .replace("age = \"integer\"", "age = { type = \"integer\", missing = \"impute\" }"),
        code::VALUE,
        4,
        "{ impute = … }",
    );
    one(
        &format!("{}[scores.s]\nscale = {{ pdo = 0, score = 600, odds = 50 }}\n", age_card("{ points = 1 }")),
        code::VALUE,
        12,
        "pdo = 20",
    );
    one(
        "[fields]\nage = \"integer\"\n[nodes.c]\nkind = \"standardise\"\ninput = \"age\"\nmean = 1\nsd = 0\n[scores.s]\nscore = \"c\"\n",
        code::VALUE,
        5,
        "change",
    );
}

#[test]
fn bins_overlap_leave_a_gap_or_do_not_ascend() {
    let b = code::BINS;
    one(&age_card("{ to = 30, points = 1 },\n{ from = 25, points = 2 }"), b, 10, "from = 30");
    one(&age_card("{ to = 30, points = 1 },\n{ from = 35, points = 2 }"), b, 10, "from = 30");
    one(
        &age_card("{ to = 30, points = 1 },\n{ to = 20, points = 2 },\n{ points = 3 }"),
        b,
        10,
        "low to high",
    );
    one(&age_card("{ points = 1 },\n{ from = 35, points = 2 }"), b, 10, "`to`");
    one(&age_card("{ from = 3, to = 30, points = 1 },\n{ points = 2 }"), b, 9, "min = 3");
    one(&age_card("{ to = 30, points = 1 },\n{ to = 35, points = 2 }"), b, 8, "leave out `to`");
    one(&age_card("{ state = \"missing\", points = 1 }"), b, 8, "from");
    one(&age_card("{ to = 30, in = [\"x\"], points = 1 }"), b, 9, "one of");
    one(&age_card("{ to = 30, points = 1 },\n{ woe = 2 }"), b, 10, "`points`");
    one(
        &age_card(
            "{ points = 1 },\n{ state = \"missing\", points = 1 },\n{ state = \"missing\", points = 2 }",
        ),
        b,
        11,
        "one",
    );
}

#[test]
fn bins_that_end_where_the_bounds_end_are_complete() {
    let toml = age_card("{ from = 18, to = 30, points = 1 },\n{ to = 101, points = 2 }");
    let toml = toml.replace("age = \"integer\"", "age = { type = \"integer\", min = 18, max = 100 }");
    compiled(&format!("{HEAD}{toml}"), &[]);
}

#[test]
fn categories_in_no_bin_or_in_two() {
    let c = code::CATEGORIES;
    one(
        &housing_card("{ in = [\"own\"], points = 1 },\n{ in = [\"rent\", \"own\"], points = 2 }"),
        c,
        10,
        "one",
    );
    let toml = housing_card("{ in = [\"own\"], points = 1 }");
    let found = mistakes_in(&format!("{HEAD}{toml}"), &[]);
    assert_eq!((found.len(), found[0].code, found[0].line), (1, c, 8), "{found:#?}");
    assert!(found[0].message.contains("`rent`, `free`"), "{}", found[0].message);
}

#[test]
fn a_state_without_a_bin() {
    let toml = age_card("{ points = 1 }")
        .replace("age = \"integer\"", "age = { type = \"integer\", missing = \"own_bin\" }");
    one(&toml, code::NO_BIN, 4, "state = \"missing\"");
    let toml = toml.replace("{ points = 1 }", "{ points = 1 },\n{ state = \"missing\", points = 0 }");
    compiled(&format!("{HEAD}{toml}"), &[]);
    let toml = housing_card("{ in = [\"own\", \"rent\", \"free\"], points = 1 }");
    let toml = toml
        .replace("housing = [", "housing = { unseen = \"own_bin\", categories = [")
        .replace("]\n[nodes.card]", "] }\n[nodes.card]");
    one(&toml, code::NO_BIN, 4, "state = \"unseen\"");
}

#[test]
fn a_state_is_followed_through_arithmetic() {
    let toml = "[fields.age]\ntype = \"integer\"\nmissing = \"own_bin\"\n[nodes.l]\nkind = \"log\"\ninput = \"age\"\n\
                [nodes.m]\nkind = \"linear\"\ncoefficients = { l = 1.0 }\n";
    let found = mistakes_in(&format!("{HEAD}{toml}"), &[]);
    assert_eq!((found.len(), found[0].code, found[0].line), (1, code::NO_BIN, 5), "{found:#?}");
    assert!(found[0].message.contains("`m`"), "{}", found[0].message);
}

#[test]
fn what_nothing_reads_is_a_warning() {
    let toml = age_card("{ points = 1 }").replace("[fields]\n", "[fields]\nother = \"number\"\n");
    let warnings = compiled(&format!("{HEAD}{toml}"), &[]).warnings;
    assert_eq!((warnings.len(), warnings[0].code, warnings[0].line), (1, code::UNREAD, 4), "{warnings:#?}");
}

#[test]
fn stages() {
    let toml = "[fields]\nage = \"integer\"\n[nodes.d]\nkind = \"abs\"\ninput = \"age\"\nstage = \"device\"\n[scores.s]\nscore = \"d\"\n";
    one(toml, code::STAGE, 5, "stage = \"device\"");
    let toml = "[fields.age]\ntype = \"integer\"\nstage = \"device\"\n[nodes.d]\nkind = \"abs\"\ninput = \"age\"\nstage = \"edge\"\n[scores.s]\nscore = \"d\"\n";
    one(toml, code::STAGE, 6, "leaves_device = true");
}

#[test]
fn what_the_edge_checks() {
    let head = "[fields.age]\ntype = \"integer\"\n[nodes.d]\nkind = \"abs\"\ninput = \"age\"\n[scores.s]\nscore = \"d\"\n";
    let with = |text: &str| format!("{head}{text}");
    one(&with("[trust.seen]\nd = [3, 1]\n"), code::VALUE, 11, "[0, 1.5]");
    one(&with("[trust.seen]\ndd = [0, 1]\n"), code::UNKNOWN_NAME, 11, "`d`");
    one(&with("[trust.agree.x]\nlocal = \"d\"\n"), code::MISSING_KEY, 10, "other");
    one(&with("[trust.agree.x]\nlocal = \"d\"\nother = \"age\"\nrelative = -1\n"), code::VALUE, 13, "0 on");
}

#[test]
fn kinds_and_units_that_do_not_fit() {
    let two = |a: &str, b: &str, kind: &str| {
        format!(
            "[fields]\na = {a}\nb = {b}\n[nodes.d]\nkind = \"{kind}\"\ninputs = [\"a\", \"b\"]\n[scores.s]\nscore = \"d\"\n"
        )
    };
    let number = |unit: &str| format!("{{ type = \"number\", unit = \"{unit}\" }}");
    one(&two("[\"x\", \"y\"]", "\"number\"", "add"), code::INPUT, 8, "one_hot");
    one(&two(&number("EUR"), &number("months"), "subtract"), code::INPUT, 8, "convert");
    compiled(&format!("{HEAD}{}", two(&number("EUR"), &number("EUR"), "subtract")), &[]);
    one(&two("\"date\"", "\"number\"", "subtract"), code::INPUT, 8, "dates");
    one(&housing_card("{ to = 3, points = 1 },\n{ other = true, points = 2 }"), code::INPUT, 9, "in = ");
    one(&age_card("{ in = [\"x\"], points = 1 }"), code::INPUT, 9, "`from`");
}

#[test]
fn reasons_and_languages() {
    let card =
        format!("languages = [\"en\", \"zh\"]\n{}", age_card("{ to = 30, points = 1 },\n{ points = 2 }"));
    let ok = format!("{card}[reasons.R1]\nfeatures = [\"age\"]\ntext = {{ en = \"Age\", zh = \"年龄\" }}\n");
    compiled(&format!("{HEAD}{ok}"), &[]);
    one(&ok.replace(", zh = \"年龄\"", ""), code::LANGUAGE, 15, "zh = ");
    one(&ok.replace("zh = \"年龄\"", "zh = \"年龄\", de = \"Alter\""), code::LANGUAGE, 15, "languages");
    one(&ok.replace("[\"age\"]", "[\"aeg\"]"), code::UNKNOWN_NAME, 14, "did you mean `age`?");
    let twice = format!("{ok}[reasons.R2]\nfeatures = [\"age\"]\ntext = {{ en = \"Age\", zh = \"年龄\" }}\n");
    one(&twice, code::GROUP, 17, "one");
    let without = format!("{ok}[scores.s]\n").replace("[\"age\"]", "[]");
    one(&without, code::GROUP, 16, "`R1`");
}

#[test]
fn files() {
    one("[nodes.card]\nkind = \"scorecard\"\nfile = \"crad.csv\"\n", code::FILE, 5, "bundle.toml");
    let more = [("card.csv", "Variable,Bin,Points\nage,\"(-inf, inf)\",x\n")];
    one_in(
        &format!("{HEAD}[nodes.card]\nkind = \"scorecard\"\nfile = \"crad.csv\"\n"),
        &more,
        code::FILE,
        5,
        "did you mean `card.csv`?",
    );
    one_in(
        &format!("{HEAD}[nodes.card]\nkind = \"scorecard\"\nfile = \"card.csv\"\n"),
        &more,
        code::IMPORT,
        5,
        "OptBinning",
    );
    let text =
        mistakes_in(&format!("{HEAD}[nodes.card]\nkind = \"scorecard\"\nfile = \"card.csv\"\n"), &more);
    assert!(text[0].message.contains("line 2"), "{}", text[0].message);
}

#[test]
fn self_checks() {
    let card = age_card("{ to = 30, points = 1 },\n{ points = 2 }");
    let c = code::CHECK;
    one(
        &format!("{card}[[check]]\nrecord = {{ aeg = 3 }}\nexpect = {{ card = 1 }}\n"),
        c,
        13,
        "did you mean `age`?",
    );
    one(
        &format!("{card}[[check]]\nrecord = {{ age = 3 }}\nexpect = {{ crad = 1 }}\n"),
        c,
        14,
        "did you mean `card`?",
    );
    one(&format!("{card}[[check]]\nrecord = {{}}\nexpect = {{ card = 1 }}\n"), c, 12, "policy");
    let toml = format!("{HEAD}checks = 1\n{card}")
        .replace("checks = 1\n", "")
        .replace("[bundle]", "checks = \"c.csv\"\n[bundle]");
    compiled(&toml, &[("c.csv", "age,card\n3,1\n30,2\n")]);
    let in_csv = |csv: &str, line: usize, mend: &str| {
        let found = mistakes_in(&toml, &[("c.csv", csv)]);
        assert_eq!(
            (found.len(), found[0].code, found[0].file.as_str(), found[0].line),
            (1, c, "c.csv", line),
            "{found:#?}"
        );
        assert!(found[0].mend.contains(mend), "{found:#?}");
    };
    in_csv("age,crad\n3,1\n", 1, "did you mean `card`?");
    in_csv("age,card\n3,1\n3\n", 3, "as many");
    in_csv("age,card\nx,1\n", 2, "cell");
    in_csv("age,card\n3,\"1\n", 2, "UTF-8");
}

#[test]
fn scores() {
    one("[fields]\nage = \"integer\"\n", code::MISSING_KEY, 1, "model");
    let two = age_card("{ points = 1 }") + "[nodes.m]\nkind = \"linear\"\ncoefficients = { age = 1.0 }\n";
    one(&two, code::MISSING_KEY, 1, "model = ");
    one(&format!("{two}[scores.s]\n"), code::MISSING_KEY, 14, "`card`, `m`");
    one(&format!("{two}[scores.s]\nmodel = \"ma\"\n"), code::UNKNOWN_NAME, 15, "did you mean `m`?");
    one(
        &format!("{}[scores.s]\nbands = [{{ name = \"A\", from = 3 }}]\n", age_card("{ points = 1 }")),
        code::BINS,
        12,
        "lowest",
    );
    let bands = "bands = [{ name = \"A\", from = 3 }, { name = \"B\", from = 4 }, { name = \"C\" }]";
    one(&format!("{}[scores.s]\n{bands}\n", age_card("{ points = 1 }")), code::BINS, 12, "best first");
    one(
        &format!("{}[scores.s]\nreasons = {{ method = \"tree_shap\" }}\n", age_card("{ points = 1 }")),
        code::VALUE,
        12,
        "points_from_maximum",
    );
}

#[test]
fn what_a_form_says() {
    let field = |keys: &str| {
        housing_card("{ other = true, points = 1 }")
            .replace("housing = [", "housing = { categories = [")
            .replace("]\n[nodes.card]", &format!("], {keys} }}\n[nodes.card]"))
    };
    one(&field("labels = { owned = \"Owner\" }"), code::CATEGORIES, 4, "own");
    one(&field("labels = { own = 3 }"), code::TYPE, 4, "text");
    one(&field("labels = { own = { de = \"Eigentum\" } }"), code::LANGUAGE, 4, "languages");
    one(&field("help = { de = \"Wie wohnen Sie?\" }"), code::LANGUAGE, 4, "languages");
    one(&field("immutable = \"yes\""), code::TYPE, 4, "true or false");
    let age =
        age_card("{ points = 1 }").replace("age = \"integer\"", "age = { type = \"integer\", labels = {} }");
    one(&age, code::INPUT, 4, "`label`");
}
