//! Decision tables of every form, and decisions of a DMN file.

use super::{HEAD, code, column, compiled, folder, mistakes_in, one, one_in, scorer, value};
use crate::scorer::Scorer;

const FIELDS: &str = "[fields]\nage = { type = \"integer\", min = 0, max = 120, missing = \"refuse\", out_of_range = \"refuse\" }\n\
    income = { type = \"number\", min = 0 }\nrisk = [\"high\", \"low\"]\n";
const SCORES: &str = "[scores.standard]\nscore = \"limit.amount\"\n";

/// The columns of the node `limit`, by the names of its outputs.
fn outputs(scorer: &mut Scorer, row: &[f64], names: &[&str]) -> Vec<f64> {
    let first = column(scorer, "limit");
    let ids: Vec<u32> = (0..names.len() as u32).map(|i| first + i).collect();
    for (id, name) in ids.iter().zip(names) {
        assert_eq!(scorer.bundle().column_name(*id), format!("limit.{name}"));
    }
    let mut out = vec![0.0; ids.len()];
    scorer.score_columns(1, row, &ids, &mut out).unwrap();
    out
}

const CSV: &str = "age,income,risk,amount,what,note\n\
    < 18,-,-,0,decline,too young\n\
    >= 18,< 1000,-,100,refer,\n\
    >= 18,>= 1000,high,income * 0.1,refer,\n\
    >= 18,>= 1000,\"low, null\",income * 2,approve,\n\
    >= 18,null,-,50,refer,\n";
const NODE: &str = "outputs = { amount = { type = \"number\", unit = \"EUR\" }, what = [\"approve\", \"refer\", \"decline\"] }\n";

fn check(scorer: &mut Scorer) {
    let names = ["amount", "what", "rule"];
    assert_eq!(outputs(scorer, &[17.0, 5000.0, 1.0], &names), [0.0, 2.0, 1.0]);
    assert_eq!(outputs(scorer, &[18.0, 999.0, 1.0], &names), [100.0, 1.0, 2.0]);
    assert_eq!(outputs(scorer, &[18.0, 5000.0, 0.0], &names), [500.0, 1.0, 3.0]);
    assert_eq!(outputs(scorer, &[18.0, 5000.0, 1.0], &names), [10000.0, 0.0, 4.0]);
    assert_eq!(outputs(scorer, &[18.0, 5000.0, f64::NAN], &names), [10000.0, 0.0, 4.0]);
    assert_eq!(outputs(scorer, &[18.0, f64::NAN, 1.0], &names), [50.0, 1.0, 5.0]);
}

#[test]
fn a_table_as_csv_as_toml_and_inline_is_the_same() {
    let csv = format!(
        "{HEAD}{FIELDS}[nodes.limit]\nkind = \"table\"\nfile = \"limit.csv\"\nannotations = [\"note\"]\n{NODE}{SCORES}"
    );
    check(&mut scorer(&csv, &[("limit.csv", CSV)]));
    let table = format!(
        "{NODE}inputs = [\"age\", \"income\", \"risk\"]\nrules = [\n\
         [\"< 18\", \"-\", \"-\", 0, \"decline\"],\n[\">= 18\", \"< 1000\", \"-\", 100, \"refer\"],\n\
         [\">= 18\", \">= 1000\", '\"high\"', \"income * 0.1\", \"refer\"],\n\
         [\">= 18\", \">= 1000\", '\"low\", null', \"income * 2\", '\"approve\"'],\n[\">= 18\", \"null\", \"-\", 50, \"refer\"]]\n"
    );
    let toml = format!("{HEAD}{FIELDS}[nodes.limit]\nkind = \"table\"\nfile = \"limit.toml\"\n{SCORES}");
    check(&mut scorer(&toml, &[("limit.toml", &table)]));
    check(&mut scorer(&format!("{HEAD}{FIELDS}[nodes.limit]\nkind = \"table\"\n{table}{SCORES}"), &[]));
}

#[test]
fn lists_give_the_first_hits_and_their_number() {
    let toml = format!(
        "{HEAD}{FIELDS}[nodes.limit]\nkind = \"table\"\nhit = \"C\"\nhits = 2\ninputs = [\"age\"]\noutputs = {{ amount = \"number\" }}\n\
         default = {{ amount = -1 }}\nrules = [[\"> 20\", 1], [\"> 30\", 2], [\"> 40\", 3]]\n[scores.standard]\nscore = \"limit.count\"\n"
    );
    let mut scorer = scorer(&toml, &[]);
    let names = ["amount_1", "rule_1", "amount_2", "rule_2", "count"];
    assert_eq!(outputs(&mut scorer, &[50.0, 1.0, 1.0], &names), [1.0, 1.0, 2.0, 2.0, 3.0]);
    let found = outputs(&mut scorer, &[25.0, 1.0, 1.0], &names);
    assert_eq!((found[0], found[1], found[4]), (1.0, 1.0, 1.0));
    assert!(found[2].is_nan() && found[3].is_nan());
    let found = outputs(&mut scorer, &[5.0, 1.0, 1.0], &names);
    assert_eq!((found[0], found[1], found[4]), (-1.0, 0.0, 0.0));
}

#[test]
fn gaps_overlaps_and_rules_that_never_count_are_told_with_an_applicant() {
    let table = |hit: &str, more: &str, rules: &str| {
        format!(
            "{HEAD}{FIELDS}[nodes.limit]\nkind = \"table\"\nhit = \"{hit}\"\n{more}inputs = [\"age\", \"risk\"]\n\
             outputs = {{ amount = \"number\" }}\nrules = [{rules}]\n{SCORES}"
        )
    };
    let overlapping = "[\"<= 18\", \"-\", 1], [\">= 18\", \"-\", 2]";
    let found = mistakes_in(&table("U", "", overlapping), &[]);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].code, code::DECISION);
    assert!(
        found[0].message.contains("rules 1 and 2 overlap") && found[0].message.contains("age = 18"),
        "{found:#?}"
    );
    assert_eq!(mistakes_in(&table("A", "", overlapping), &[]).len(), 1);
    assert_eq!(mistakes_in(&table("F", "", overlapping), &[]), []);
    assert_eq!(mistakes_in(&table("A", "", "[\"<= 18\", \"-\", 1], [\">= 18\", \"-\", 1]"), &[]), []);
    let warned = |toml: &str| -> Vec<String> {
        let found = compiled(toml, &[]).warnings.into_iter().filter(|w| w.code == code::DECISION);
        found.map(|w| w.message).collect()
    };
    let gap = "[\"< 18\", \"-\", 1], [\"> 18\", \"low, null\", 2], [\"> 18\", \"high\", 2]";
    let found = warned(&table("U", "", gap));
    assert!(found.len() == 1 && found[0].contains("age = 18"), "{found:?}");
    assert!(warned(&table("U", "default = { amount = 0 }\n", gap)).is_empty());
    let found = mistakes_in(&table("U", "complete = true\n", gap), &[]);
    assert!(found.len() == 1 && found[0].message.contains("age = 18"), "{found:?}");
    let hidden = "[\"< 18\", \"-\", 1], [\"[0..120]\", \"-\", 2], [\"30\", \"high\", 2]";
    let found = warned(&table("F", "", hidden));
    assert!(found.len() == 1 && found[0].contains("rule 3 never counts"), "{found:?}");
    let found = warned(&table("F", "", "[\"-\", \"-\", 1], [\"> 120\", \"-\", 2]"));
    assert!(found.len() == 1 && found[0].contains("rule 2 never counts"), "{found:?}");
}

#[test]
fn mistakes_have_their_place_in_the_tables_file() {
    let node = "[nodes.limit]\nkind = \"table\"\nfile = \"limit.csv\"\noutputs = { amount = \"number\" }\n";
    let toml = format!("{HEAD}{FIELDS}{node}{SCORES}");
    one_in(&toml, &[("limit.csv", "age,amount\n<18,1\n>=18,x\n")], code::DECISION, 3, "allowed");
    one_in(&toml, &[("limit.csv", "age,amount\n<18,1\n>=18\n")], code::VALUE, 3, "as many");
    one_in(&toml, &[("limit.csv", "age,sum\n<18,1\n")], code::UNKNOWN_NAME, 10, "`sum`");
    one_in(&toml, &[("limit.csv", "age,risk,amount\n<18,hi,1\n")], code::DECISION, 2, "");
    let inline = |more: &str| {
        format!(
            "{FIELDS}[nodes.limit]\nkind = \"table\"\ninputs = [\"age\"]\noutputs = {{ amount = \"number\" }}\n{more}{SCORES}"
        )
    };
    one(&inline("rules = [[\"<18\", 1, 2]]\n"), code::VALUE, 11, "a cell for each");
    one(&inline("rules = []\nhits = 3\n"), code::VALUE, 12, "take it out");
    one(&inline("hit = \"X\"\nrules = []\n"), code::VALUE, 11, "allowed");
    let broken = folder(&toml.replace("csv", "toml"), &[("limit.toml", "hit = \"U\"\ninputs = 5\n")]);
    let found = super::compile(&broken).unwrap_err();
    assert!(found.iter().any(|e| e.file == "limit.toml" && e.line == 2), "{found:#?}");
}

const DMN: &str = r##"<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" name="loans" id="m" namespace="n">
  <itemDefinition name="tRisk"><typeRef>string</typeRef><allowedValues><text>"high", "low"</text></allowedValues></itemDefinition>
  <itemDefinition name="tLoan">
    <itemComponent name="amount"><typeRef>number</typeRef></itemComponent>
    <itemComponent name="months"><typeRef>number</typeRef></itemComponent>
  </itemDefinition>
  <inputData id="i1" name="The Loan"><variable name="The Loan" typeRef="tLoan"/></inputData>
  <inputData id="i2" name="Risk Class"><variable name="Risk Class" typeRef="tRisk"/></inputData>
  <businessKnowledgeModel id="b1" name="share"><encapsulatedLogic>
    <formalParameter name="a" typeRef="number"/><formalParameter name="b" typeRef="number"/>
    <literalExpression><text>a / b</text></literalExpression></encapsulatedLogic></businessKnowledgeModel>
  <decision id="d2" name="Limit"><variable name="Limit" typeRef="number"/>
    <informationRequirement><requiredDecision href="#d1"/></informationRequirement>
    <informationRequirement><requiredInput href="#i2"/></informationRequirement>
    <decisionTable hitPolicy="FIRST">
      <input><inputExpression typeRef="number"><text>Monthly Rate</text></inputExpression></input>
      <input><inputExpression typeRef="tRisk"><text>Risk Class</text></inputExpression></input>
      <output/>
      <rule><inputEntry><text>&lt; 100</text></inputEntry><inputEntry><text>not("high")</text></inputEntry>
        <outputEntry><text>Monthly Rate * 10</text></outputEntry></rule>
      <rule><inputEntry><text>-</text></inputEntry><inputEntry><text>"high","low"</text></inputEntry>
        <outputEntry><text>5</text></outputEntry></rule>
    </decisionTable></decision>
  <decision id="d1" name="Monthly Rate"><variable name="Monthly Rate" typeRef="number"/>
    <informationRequirement><requiredInput href="#i1"/></informationRequirement>
    <knowledgeRequirement><requiredKnowledge href="#b1"/></knowledgeRequirement>
    <literalExpression><text>share(The Loan.amount, The Loan.months)</text></literalExpression></decision>
  <decision id="d3" name="Boxed"><variable name="Boxed"/><context/></decision>
</definitions>"##;

#[test]
fn decisions_of_a_dmn_file_become_nodes() {
    use crate::author::import::dmn;
    let model = dmn::import(DMN.as_bytes()).unwrap();
    let names: Vec<&str> = model.decisions.iter().map(|d| d.name.as_str()).collect();
    assert_eq!(names, ["Monthly Rate", "Boxed", "Limit"]);
    let refused = dmn::source("loans", "loans.dmn", &model, &[]).unwrap_err();
    assert!(refused.to_string().contains("boxed `context`"), "{refused}");
    let toml = dmn::source("loans", "loans.dmn", &model, &["Limit"]).unwrap();
    assert!(
        toml.contains("\"Risk Class\" = [\"high\", \"low\"]") && toml.contains("\"The Loan.months\""),
        "{toml}"
    );
    let toml = toml.replace("[scores]\n", "[scores.standard]\nscore = \"Limit\"\n");
    let mut scorer = scorer(&toml, &[("loans.dmn", DMN)]);
    assert_eq!(value(&mut scorer, &[1200.0, 24.0, 1.0], "Limit"), 500.0);
    assert_eq!(value(&mut scorer, &[1200.0, 24.0, 0.0], "Limit"), 5.0);
    assert_eq!(value(&mut scorer, &[1200.0, 2.0, 1.0], "Limit"), 5.0);
    assert!(value(&mut scorer, &[1200.0, 2.0, f64::NAN], "Limit").is_nan());
}

#[test]
fn dmn_files_that_are_none_or_hostile_are_refused() {
    use crate::author::import::dmn;
    let refused = |text: &str| dmn::import(text.as_bytes()).unwrap_err().to_string();
    assert!(refused("<a/>").contains("`a`"));
    assert!(refused("nothing").contains("DMN"));
    assert!(refused("<!DOCTYPE x [<!ENTITY a \"aa\">]><definitions>&a;</definitions>").contains("DMN"));
    let circle = DMN.replace(
        "<informationRequirement><requiredInput href=\"#i1\"/>",
        "<informationRequirement><requiredDecision href=\"#d2\"/>",
    );
    assert!(refused(&circle).contains("circle"));
    assert!(refused(&DMN.replace("name=\"Boxed\"><", "name=\"Limit\"><")).contains("Limit"));
}
