//! `scorelet notice` and the smallest change: letters as they should be, and all that gets no letter.

use scorelet_core::author::source::compile;
use scorelet_core::bundle::Bundle;
use scorelet_core::policy::{DecisionPolicy, Need, Outcome, RuleKind, RuleOutput, SourceOutput};
use scorelet_core::schema::Localized;

use super::sandbox::{Ran, Sandbox};

const CSV: &str = "age,income,housing\n45,3200,own\n22,,rent\n30,1200,with family\n";
const LETTER: [&str; 4] = ["--date", "2025-03-04", "--lender", "Bank & Co, Springfield"];

/// With decisions of three applicants in `d.json`: scores 590, 470 and 480.
fn decided(model: &str, sandbox: Sandbox) -> Sandbox {
    sandbox.write("in.csv", CSV);
    sandbox.run(&["score", model, "in.csv", "--format", "json", "--reasons", "-o", "d.json"]).ok();
    sandbox
}

fn notice(sandbox: &Sandbox, model: &str, more: &[&str]) -> Ran {
    sandbox.run(&[&["notice", "d.json", "--model", model], &LETTER[..], more].concat())
}

const BAR: [&str; 2] = ["--approve", "credit>=520"];

#[test]
fn a_letter_holds_what_it_must() {
    let sandbox = decided("card.sclb", Sandbox::with_card());
    let text = notice(&sandbox, "card.sclb", &[&BAR[..], &["--row", "2"]].concat()).ok();
    let parts = [
        "Dear [name of the applicant],",
        "  1. Length of credit experience\n  2. Income in relation to obligations\n  3. Type of housing\n",
        "Your score is 470. Scores range from a low of 450 to a high of 590.",
        "2025-03-04 by Bank & Co, Springfield",
        "450 ├",
        "did not have this information about you, or could not use what we were given:\n  • income\n",
        "wrong or out of date:\n  • age\n  • housing\n",
        "Equal Credit Opportunity Act",
        "[name and address of the authority]",
    ];
    for part in parts {
        assert!(text.contains(part) || folded(&text).contains(part), "{part}: {text}");
    }
    assert!(
        !text.contains("consumer reporting agency") && !text.contains("would have been approved"),
        "{text}"
    );
    assert!(text.lines().all(|line| line.chars().count() <= 88), "{text}");

    let more =
        ["--row", "2", "--lang", "zh-Hans-CN", "--bureau", "某征信 {score}", "--scored-on", "2025-03-01"];
    let text = folded(&notice(&sandbox, "card.sclb", &[&BAR[..], &more].concat()).ok());
    for part in
        ["信用经历较短", "您的评分为470", "最低为450", "个人信息保护法", "某征信 {score}", "2025-03-01"]
    {
        assert!(text.replace(' ', "").contains(&part.replace(' ', "")), "{part}: {text}");
    }
    notice(
        &sandbox,
        "card.sclb",
        &[&BAR[..], &["--row", "3", "--html", "n.html", "--applicant", "<script>"]].concat(),
    )
    .ok();
    let page = sandbox.read("n.html");
    for part in [
        "Dear &lt;script&gt;,",
        "<li>Income in relation to obligations</li>",
        "@media print",
        "lang=\"en\"",
        "Bank &amp; Co",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(!page.contains("<script") && !page.contains("://"), "{page}");
}

/// Without the folds of lines.
fn folded(text: &str) -> String {
    text.replace('\n', " ")
}

#[test]
fn what_gets_no_letter() {
    let sandbox = decided("card.sclb", Sandbox::with_card());
    let run = |more: &[&str]| notice(&sandbox, "card.sclb", more);
    run(&BAR).fails(3, &["SCL-0705", "d.json, decision 1", "was approved (credit>=520)"]);
    run(&["--row", "2"]).fails(2, &["decides no outcome", "--declined"]);
    run(&["--row", "2", "--declined"]).ok();
    run(&["--row", "4", "--declined"]).fails(3, &["no decision 4: it has 3"]);
    run(&["--row", "2", "--approve", "age>=30"]).fails(2, &["a decision does not hold that figure"]);
    run(&["--row", "2", "--approve", "credit.pd<=0.9"]).fails(3, &["was approved"]);
    run(&["--row", "2", "--approve", "credit=A,B"]).ok();
    let dated =
        ["notice", "d.json", "--model", "card.sclb", "--row", "2", "--declined", "--date", "2025-02-30"];
    sandbox.run(&dated).fails(2, &["there is no such date"]);
    run(&["--row", "1", "--declined"]).fails(3, &["gives no reason"]);

    let whole = sandbox.read("d.json");
    for (from, to) in
        [("470", "520"), ("R01", "R02"), ("\"missing\"", "\"unseen\""), ("\"band\":\"C\"", "\"band\":\"B\"")]
    {
        assert!(whole.contains(from), "{from}: {whole}");
        sandbox.write("d.json", &whole.replace(from, to));
        run(&["--row", "2", "--declined"]).fails(3, &["not as it was made", "result digest"]);
    }
    sandbox.write("d.json", &whole.replace("R01", "R77"));
    run(&["--row", "2", "--declined"]).fails(4, &["SCL-0111", "a reason code that there is not"]);
    for (text, told) in
        [("{}", "names no bundle"), ("no", "it is not JSON"), ("", "it has 0"), ("[1]", "names no bundle")]
    {
        sandbox.write("d.json", text);
        run(&["--declined"]).fails(3, &[told]);
    }
    sandbox.run(&["score", "card.sclb", "in.csv", "--format", "ndjson", "-o", "d.json"]).ok();
    run(&["--row", "2", "--declined"]).fails(3, &["gives no reason", "--reasons"]);
    notice(&sandbox, "none.sclb", &["--declined"]).fails(6, &["SCL-0701", "none.sclb"]);
    sandbox.write("other.toml", "");
    std::fs::create_dir(sandbox.path("other")).unwrap();
    sandbox.write("other/bundle.toml", &include_str!("card.toml").replace("first-card", "other-card"));
    notice(&sandbox, "other", &["--row", "2", "--declined"]).fails(3, &["made by another bundle"]);
}

#[test]
fn a_reason_that_only_says_low_score_is_none() {
    let sandbox = Sandbox::new();
    std::fs::create_dir(sandbox.path("second")).unwrap();
    sandbox.write("second/bundle.toml", include_str!("challenger.toml"));
    sandbox.write("in.csv", "age,income\n22,1000\n");
    sandbox.run(&["score", "second", "in.csv", "--format", "json", "--reasons", "-o", "d.json"]).ok();
    notice(&sandbox, "second", &["--declined"]).fails(3, &["say no more", "L01", "12 CFR 1002.9(b)(2)"]);
    // Where other reasons are there, it is left out and told.
    let with = |text: &str| {
        let two = "features = [\"age\"]\ntext = \"Age of the oldest account\"\n[reasons.L01]\nfeatures = [\"income\"]";
        let source = include_str!("challenger.toml")
            .replace("[reasons.L01]\nfeatures = [\"age\", \"income\"]", &format!("[reasons.L02]\n{two}"));
        sandbox.write(
            "second/bundle.toml",
            &(source.replace("Credit score too low", text) + "[notice]\nunspecific = [\"L01\"]\n"),
        );
        sandbox.run(&["score", "second", "in.csv", "--format", "json", "--reasons", "-o", "d.json"]).ok();
        notice(&sandbox, "second", &["--declined"])
    };
    for text in ["Below our policy", "In words that only the author knows to be empty"] {
        let ran = with(text);
        assert!(ran.err.contains("the reason L01 is left out"), "{}", ran.err);
        let (reasons, factors) = ran.out.split_once("We used a credit score").unwrap();
        assert!(!reasons.contains(text) && reasons.contains("oldest account"), "{reasons}");
        assert!(folded(factors).contains(text), "{factors}");
    }
}

#[test]
fn a_bundle_has_its_own_words_and_range() {
    let sandbox = Sandbox::new();
    std::fs::create_dir(sandbox.path("card")).unwrap();
    let build = |notice: &str| {
        sandbox.write("card/bundle.toml", &(include_str!("card.toml").to_owned() + notice));
        sandbox.run(&["build", "card", "-o", "card.sclb"])
    };
    build(
        "[notice]\nscore = \"credit\"\nrange = [300, 850]\nsource = { en = \"the house\", zh = \"本行\" }\n\
         [notice.texts]\ntitle = { en = \"No, {applicant}\", zh = \"否\" }\nscore = { en = \"{score} of {lowest}-{highest} by {source}\", zh = \"{score}\" }\n\
         [notice.change]\nage = { direction = \"up\", max = 39 }\nhousing = {}\n",
    )
    .ok();
    let sandbox = decided("card.sclb", sandbox);
    let letter = ["--row", "2", "--applicant", "Ann", "--record", "in.csv", "--counterfactual"];
    let text = notice(&sandbox, "card.sclb", &[&BAR[..], &letter].concat()).ok();
    for part in [
        "No, Ann\n",
        "470 of 300-850 by the house",
        "  • age: 25 years instead of 22 years\n  • housing: own instead of rent\n",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let build = |notice: &str| {
        sandbox.write("card/bundle.toml", &(include_str!("card.toml").to_owned() + notice));
        sandbox.run(&["build", "card", "-o", "card.sclb"])
    };
    build("[notice]\nrange = [300, 400]\n").ok();
    let sandbox = decided("card.sclb", sandbox);
    notice(&sandbox, "card.sclb", &["--row", "2", "--declined"]).fails(3, &["470 is not within its range"]);
    let build = |notice: &str| {
        sandbox.write("card/bundle.toml", &(include_str!("card.toml").to_owned() + notice));
        sandbox.run(&["build", "card", "-o", "card.sclb"])
    };
    build("[notice]\ninquiries = [\"R9\"]\n").fails(4, &["SCL-0605", "no reason code `R9`"]);
    build("[notice]\nscore = \"credits\"\n").fails(4, &["SCL-0605", "no score `credits`"]);
    build("[notice]\nrange = [2, 1]\n").fails(4, &["SCL-0608", "the lesser first"]);
    build("[notice.texts]\ntitle = { en = \"{name}\", zh = \"x\" }\n").fails(4, &["SCL-0608", "{name}"]);
    build("[notice.texts]\ntitle = \"one language\"\n").fails(4, &["SCL-0615", "`zh`"]);
    build("[notice.texts]\ntitel = \"x\"\n").fails(4, &["SCL-0602", "titel"]);
    build("[notice.change]\nages = {}\n").fails(4, &["SCL-0605", "no field `ages`"]);
    build("[notice.change]\nage = { step = 0 }\n").fails(4, &["SCL-0608", "`age` has a step"]);
    build("[notice.change]\nage = { direction = \"sideways\" }\n").fails(4, &["SCL-0608", "sideways"]);
}

#[test]
fn the_smallest_change() {
    let sandbox = decided("card.sclb", Sandbox::with_card());
    let run = |row: &str, change: &[&str]| {
        let fixed =
            ["explain", "card.sclb", "in.csv", "--row", row, "--counterfactual", "--approve", "credit>=500"];
        sandbox.run(&[&fixed[..], change].concat())
    };
    let text = run("2", &["--may-change", "age:+,housing"]).ok();
    assert!(text.contains("  age: 40 years instead of 22 years\n  cost 0.1765"), "{text}");
    let text = run("2", &["--may-change", "age:+@..39,housing"]).ok();
    assert!(text.contains("  age: 25 years instead of 22 years\n  housing: own instead of rent\n"), "{text}");
    // A missing income cannot be changed a little; an age can only go up.
    let text = run("2", &["--may-change", "income:+100@0..9000"]).ok();
    assert!(text.contains("none: no change") && text.contains("  0 changes tried"), "{text}");
    assert!(run("2", &["--may-change", "age:-"]).ok().contains("  4 changes tried"));
    let text = run("3", &["--may-change", "income:+100@0..9000"]).ok();
    assert!(text.contains("  income: 1500 EUR instead of 1200 EUR\n"), "{text}");
    assert!(run("1", &["--may-change", "age"]).ok().contains("Approved as it is"));
    run("2", &[]).fails(2, &["not known what the applicant can change", "--may-change"]);
    run("2", &["--may-change", "agee"]).fails(2, &["no field `agee`", "is it `age`?"]);
    run("3", &["--may-change", "income:+"]).fails(2, &["`income` cannot be changed", "no range"]);
    run("2", &["--may-change", "age:x"]).fails(2, &["`x` is not a number"]);

    let with = ["--row", "2", "--approve", "credit>=500", "--record", "in.csv", "--counterfactual"];
    let text = notice(&sandbox, "card.sclb", &[&with[..], &["--may-change", "age:+"]].concat()).ok();
    assert!(
        text.contains("  • age: 22 years\n") && text.contains("  • age: 40 years instead of 22 years\n"),
        "{text}"
    );
    let text = notice(&sandbox, "card.sclb", &[&with[..], &["--may-change", "age:-"]].concat()).ok();
    assert!(folded(&text).contains("found none within its bounds"), "{text}");
    sandbox.write("in.csv", &CSV.replace("22,,rent", "23,,rent"));
    let same = notice(&sandbox, "card.sclb", &[&with[..], &["--may-change", "age:+"]].concat());
    assert!(same.ok().contains("23 years"), "another age in the same bin comes to the same decision");
    sandbox.write("in.csv", &CSV.replace("22,,rent", "26,,rent"));
    let other = notice(&sandbox, "card.sclb", &[&with[..], &["--may-change", "age:+"]].concat());
    other.fails(3, &["in.csv, row 2", "does not come to that decision"]);
}

fn texts(text: &str) -> Vec<Localized> {
    vec![Localized { lang: "en".into(), text: text.into() }]
}

/// The card with a policy: fields give the outcome and whether rules fire, as formulas would.
fn with_policy() -> Sandbox {
    let more = "[fields.outcome]\ntype = \"integer\"\nmin = 0\nmax = 2\n[fields.listed]\ntype = \"boolean\"\n[fields.capped]\ntype = \"boolean\"\n";
    let source = include_str!("card.toml").replace("[fields.housing]", &format!("{more}[fields.housing]"));
    let files = [("bundle.toml".to_owned(), source.into_bytes())].into();
    let mut parts = compile(&files).map_err(|mistakes| format!("{mistakes:#?}")).unwrap().parts;
    let column =
        |name: &str| u32::try_from(parts.fields.iter().position(|f| f.name == name).unwrap()).unwrap();
    let rule = |id: &str, kind, name: &str, groups: &[u32]| RuleOutput {
        id: id.into(),
        kind,
        outcome: Some(if kind == RuleKind::Cap { Outcome::Refer } else { Outcome::Decline }),
        column: column(name),
        texts: texts(id),
        author: String::new(),
        expires: None,
        groups: groups.to_vec(),
    };
    let source = |name: &str, field: &str| SourceOutput {
        name: name.into(),
        need: Need::Optional,
        column: column(field),
        fields: vec![column("income")],
        labels: texts("Credit bureau of Springfield"),
        effects: Vec::new(),
    };
    parts.policy = Some(DecisionPolicy {
        outcome: Some(column("outcome")),
        rules: vec![
            rule("listed", RuleKind::Hard, "listed", &[1]),
            rule("capped", RuleKind::Cap, "capped", &[2]),
        ],
        sources: vec![source("bureau", "listed"), source("bank", "capped")],
        ..DecisionPolicy::default()
    });
    let sandbox = Sandbox::new();
    std::fs::write(sandbox.path("p.sclb"), Bundle::encode(parts).unwrap()).unwrap();
    sandbox.write(
        "in.csv",
        "age,income,housing,outcome,listed,capped\n45,3200,own,0,0,0\n22,1200,rent,2,0,0\n22,1200,rent,2,1,1\n22,1200,rent,1,0,1\n22,1200,rent,,0,0\n",
    );
    sandbox.run(&["score", "p.sclb", "in.csv", "--format", "json", "--reasons", "-o", "d.json"]).ok();
    sandbox
}

#[test]
fn outcomes_rules_and_sources_of_a_policy() {
    let sandbox = with_policy();
    let run = |more: &[&str]| notice(&sandbox, "p.sclb", more);
    run(&["--row", "1"]).fails(3, &["was approved (outcome approve)"]);
    run(&["--row", "1", "--declined"]).fails(3, &["was approved"]);
    run(&["--row", "4"]).fails(3, &["was referred: nobody has decided yet", "--declined"]);
    run(&["--row", "5"]).fails(3, &["could not be told"]);
    let reasons = |more: &[&str]| {
        let text = run(more).ok();
        text.split("The principal reasons").nth(1).unwrap().split("We used").next().unwrap().to_owned()
    };
    // The income of 1200 cost most: 60 points; then age, then housing.
    let of_score =
        "  1. Income in relation to obligations\n  2. Length of credit experience\n  3. Type of housing\n";
    assert!(reasons(&["--row", "2"]).contains(of_score), "{}", reasons(&["--row", "2"]));
    // A hard rule decided: the score did not.
    let hard = reasons(&["--row", "3"]);
    assert!(hard.contains("  1. Income in relation to obligations\n") && !hard.contains("  2. "), "{hard}");
    // The cap only refers: it is no reason to decline.
    assert!(!hard.contains("Type of housing"), "{hard}");
    // A cap and the score did, after a person declined it.
    assert!(reasons(&["--row", "4", "--declined"]).contains("  1. Type of housing\n  2. Income"));
    let text = run(&["--row", "3"]).ok();
    assert!(
        text.contains("came from these sources:\n  • Credit bureau of Springfield\n  • Credit"),
        "{text}"
    );
    assert!(text.contains("  • listed\n"), "the field that the rule reads: {text}");
    assert!(!run(&["--row", "2"]).ok().contains("came from these sources"));
    sandbox
        .write("d.json", &sandbox.read("d.json").replace("\"outcome\":\"refer\"", "\"outcome\":\"decline\""));
    run(&["--row", "4"]).fails(3, &["not as it was made"]);
}

#[test]
fn simulate_takes_the_outcome_of_a_policy() {
    let sandbox = with_policy();
    let args = ["simulate", "p.sclb", "p.sclb", "in.csv", "--approve-b", "credit>=440", "--json"];
    let found: serde_json::Value = serde_json::from_str(&sandbox.run(&args).ok()).unwrap();
    assert_eq!(found["overall"]["a"]["approved"]["count"], 1);
    assert_eq!(found["overall"]["b"]["approved"]["count"], 5);
    assert_eq!(found["bundles"]["a"]["approval"], "outcome=approve");
}
