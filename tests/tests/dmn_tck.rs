//! Cases of the DMN Technology Compatibility Kit (dmn-tck/tck, `TestCases`, Apache-2.0), read from the folder that `SCORELET_DMN_TCK`
//! names: `compliance-level-2`, `compliance-level-3`, …, each with folders of a `.dmn` model and `.xml` expected results.
//!
//! Each decision that is tested is imported by itself, with those that it requires, built, and evaluated by the native engine.
//! `tests/dmn-tck/left-out.txt` lists what is not claimed, with the reason: everything else must pass, and a line that is not needed
//! fails the test.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use roxmltree::{Document, Node};
use scorelet_core::author::import::dmn;
use scorelet_core::author::source::{Compiled, compile};
use scorelet_core::bundle::{Bundle, Trust};
use scorelet_core::record::date;
use scorelet_core::schema::FieldType;
use scorelet_core::scorer::Scorer;

/// Numbers of FEEL are decimals; ours are f64.
const TOLERANCE: f64 = 1e-10;

#[test]
fn cases_of_the_kit_pass_as_claimed() {
    let Some(root) = std::env::var_os("SCORELET_DMN_TCK").map(PathBuf::from).filter(|root| root.is_dir())
    else {
        let skipped = "skipped: SCORELET_DMN_TCK names no folder with the cases of dmn-tck/tck\n";
        std::io::stderr().write_all(skipped.as_bytes()).unwrap();
        return;
    };
    let listed = std::fs::read_to_string("dmn-tck/left-out.txt").unwrap();
    let lines = listed.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let listed: BTreeMap<&str, &str> =
        lines.map(|line| line.split_once(": ").expect("key: reason")).collect();
    let mut outcome = Outcome::default();
    for level in ["compliance-level-2", "compliance-level-3"] {
        for folder in folders(&root.join(level)) {
            run(&folder, &mut outcome);
        }
    }
    let mut wrong: Vec<String> = Vec::new();
    for (key, why) in &outcome.failed {
        if !listed.contains_key(key.as_str()) {
            wrong.push(format!("{key}: {why}"));
        }
    }
    let unneeded = listed.keys().filter(|key| !outcome.failed.contains_key(**key));
    wrong.extend(unneeded.map(|key| format!("{key}: is listed as left out, and passes or is not there")));
    let total: usize = outcome.tested.values().sum();
    let passed: usize = outcome.passed.values().sum();
    let figure = format!(
        "DMN TCK: {passed} of {total} expected results pass: {:?} of {:?}\n",
        outcome.passed, outcome.tested
    );
    std::io::stderr().write_all(figure.as_bytes()).unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(passed > 150, "{passed}");
}

#[derive(Default)]
struct Outcome {
    /// Expected results by level.
    tested: BTreeMap<String, usize>,
    passed: BTreeMap<String, usize>,
    /// `folder/decision` → why.
    failed: BTreeMap<String, String>,
}

fn folders(root: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root).into_iter().flatten().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.is_dir()).collect::<BTreeSet<_>>().into_iter().collect()
}

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let wanted = entries.filter(|path| path.extension().is_some_and(|e| e == ending));
    wanted.collect::<BTreeSet<_>>().into_iter().collect()
}

fn run(folder: &Path, outcome: &mut Outcome) {
    let level = folder.parent().unwrap().file_name().unwrap().to_str().unwrap().to_owned();
    let name = folder.file_name().unwrap().to_str().unwrap();
    let [file] = files(folder, "dmn").try_into().expect("one model");
    let bytes = std::fs::read(file).unwrap();
    let mut built: BTreeMap<String, Result<Decision, String>> = BTreeMap::new();
    for file in files(folder, "xml") {
        let text = std::fs::read_to_string(file).unwrap();
        let document = Document::parse(&text).unwrap();
        for case in elements(document.root_element(), "testCase") {
            for result in elements(case, "resultNode") {
                let decision = result.attribute("name").unwrap();
                let own = built.entry(decision.to_owned()).or_insert_with(|| build(&bytes, decision));
                *outcome.tested.entry(level.clone()).or_default() += 1;
                let found = match own {
                    Ok(own) => own.check(case, result),
                    Err(why) => Err(why.clone()),
                };
                match found {
                    Ok(()) => *outcome.passed.entry(level.clone()).or_default() += 1,
                    Err(why) => drop(outcome.failed.insert(format!("{name}/{decision}"), why)),
                }
            }
        }
    }
}

fn elements<'a, 'i: 'a>(node: Node<'a, 'i>, name: &'static str) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(move |child| child.is_element() && child.tag_name().name() == name)
}

struct Decision {
    scorer: Scorer,
    texts: BTreeMap<String, Vec<String>>,
    node: String,
    /// Columns by the names of the node's outputs; of one output without a name, the empty name.
    columns: BTreeMap<String, u32>,
}

fn build(bytes: &[u8], decision: &str) -> Result<Decision, String> {
    let model = dmn::import(bytes).map_err(|error| error.to_string())?;
    let toml = dmn::source("case", "case.dmn", &model, &[decision]).map_err(|error| error.to_string())?;
    let files = BTreeMap::from([
        ("bundle.toml".to_owned(), toml.into_bytes()),
        ("case.dmn".to_owned(), bytes.to_vec()),
    ]);
    let Compiled { parts, texts, .. } = compile(&files).map_err(|errors| errors[0].message.clone())?;
    let bytes = Bundle::encode(parts).map_err(|error| error.to_string())?;
    let bundle = Bundle::open(&bytes, Trust::Anyone).map_err(|error| error.to_string())?;
    let node = dmn::node_name(decision);
    let at = bundle.graph.nodes().iter().position(|n| n.name == node).ok_or("no node")?;
    let first = bundle.graph.first_column(at).unwrap() as u32;
    let own = &bundle.graph.nodes()[at];
    let width = own.op.width(own.inputs.len()) as u32;
    let name =
        |id: u32| bundle.column_name(id).strip_prefix(&node).unwrap().trim_start_matches('.').to_owned();
    let columns = (first..first + width).map(|id| (name(id), id)).collect();
    Ok(Decision { scorer: Scorer::new(bundle), texts, node, columns })
}

/// A value that is expected or found.
#[derive(Clone, Debug, PartialEq)]
enum Value {
    Null,
    Number(f64),
    Text(String),
}

impl Value {
    fn equals(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => (a - b).abs() <= TOLERANCE * a.abs().max(1.0),
            (a, b) => a == b,
        }
    }
}

/// The value of a `value` element.
fn value(node: Node<'_, '_>) -> Result<Value, String> {
    let inner = elements(node, "value").next().ok_or("an expected result of another form")?;
    let kind = inner.attributes().find(|a| a.name() == "type").map(|a| a.value()).unwrap_or_default();
    if inner.attributes().any(|a| a.name() == "nil" && a.value() == "true") {
        return Ok(Value::Null);
    }
    let text = inner.text().unwrap_or_default();
    Ok(match kind.rsplit(':').next().unwrap_or_default() {
        "string" => Value::Text(text.to_owned()),
        "boolean" => Value::Number(f64::from(u8::from(text.trim() == "true"))),
        "decimal" | "double" | "integer" => Value::Number(text.trim().parse().map_err(|_| "a number")?),
        "date" => Value::Number(date::parse(text.trim()).ok_or("a date of another form")?),
        other => return Err(format!("a value of the type {other}")),
    })
}

impl Decision {
    fn check(&mut self, case: Node<'_, '_>, result: Node<'_, '_>) -> Result<(), String> {
        let mut given: BTreeMap<String, Value> = BTreeMap::new();
        for input in elements(case, "inputNode") {
            gather(input, input.attribute("name").unwrap_or_default(), &mut given)?;
        }
        let mut row = Vec::new();
        for field in &self.scorer.bundle().fields {
            row.push(match (given.get(&field.name).unwrap_or(&Value::Null), &field.kind) {
                (Value::Null, _) => f64::NAN,
                (Value::Number(x), _) => *x,
                // One that the model does not name is unseen.
                (Value::Text(text), FieldType::Category { values }) => {
                    values.iter().position(|v| v == text).map_or(-1.0, |at| at as f64)
                }
                (Value::Text(_), _) => return Err("a text for a field of another type".to_owned()),
            });
        }
        let ids: Vec<u32> = self.columns.values().copied().collect();
        let mut out = vec![0.0; ids.len()];
        self.scorer.score_columns(1, &row, &ids, &mut out).map_err(|error| error.to_string())?;
        let cells: BTreeMap<&str, f64> = self.columns.keys().map(String::as_str).zip(out).collect();
        let expected = elements(result, "expected").next().ok_or("nothing expected")?;
        let found = |name: &str| -> Value {
            let x = cells.get(name).copied().unwrap_or(f64::NAN);
            let full = if name.is_empty() { self.node.clone() } else { format!("{}.{name}", self.node) };
            match self.texts.get(&full) {
                _ if x.is_nan() => Value::Null,
                Some(texts) => Value::Text(texts[x as usize].clone()),
                None => Value::Number(x),
            }
        };
        if let Some(list) = elements(expected, "list").next() {
            let items: Vec<Node<'_, '_>> = elements(list, "item").collect();
            let count = found("count");
            if count != Value::Number(items.len() as f64) {
                return Err(format!("{count:?} hits, and {} are expected", items.len()));
            }
            for (i, item) in items.iter().enumerate() {
                compare(*item, &|name| found(&format!("{}_{}", name.unwrap_or("result"), i + 1)))?;
            }
            return Ok(());
        }
        let single = |name: Option<&str>| match name {
            Some(name) => found(name),
            None if cells.contains_key("result") => found("result"),
            None if cells.contains_key("") => found(""),
            None if cells.contains_key("count") => found("count"),
            None => Value::Text("several outputs".to_owned()),
        };
        compare(expected, &single)
    }
}

/// Components of an input, with names of fields.
fn gather(node: Node<'_, '_>, path: &str, given: &mut BTreeMap<String, Value>) -> Result<(), String> {
    let components: Vec<Node<'_, '_>> = elements(node, "component").collect();
    for component in &components {
        let own = format!("{path}.{}", component.attribute("name").unwrap_or_default());
        gather(*component, &own, given)?;
    }
    if components.is_empty() {
        // An input that this decision does not read may be anything.
        given.extend(value(node).ok().map(|value| (path.to_owned(), value)));
    }
    Ok(())
}

fn compare(expected: Node<'_, '_>, found: &dyn Fn(Option<&str>) -> Value) -> Result<(), String> {
    let components: Vec<Node<'_, '_>> = elements(expected, "component").collect();
    for component in &components {
        let name = component.attribute("name");
        let (wanted, found) = (value(*component)?, found(name));
        if !wanted.equals(&found) {
            return Err(format!("{name:?} is {found:?}, and {wanted:?} is expected"));
        }
    }
    if components.is_empty() {
        let (wanted, found) = (value(expected)?, found(None));
        if !wanted.equals(&found) {
            return Err(format!("{found:?} is found, and {wanted:?} is expected"));
        }
    }
    Ok(())
}
