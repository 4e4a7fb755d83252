//! Written trees: generated ones against a naive walk, and what is refused.

use serde_json::json;

use super::source::{columns, decide, refused, scorer};

/// A small generator (SplitMix64), so that the trees are the same everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % below as u64) as usize
    }
}

#[derive(Clone, Copy, Debug)]
enum To {
    Split(usize),
    Leaf(usize),
}

#[derive(Debug)]
struct Split {
    field: usize,
    over: f64,
    ways: [To; 2],
    unknown: usize,
}

#[derive(Debug)]
enum Value {
    Number(f64),
    Field(usize),
}

struct Tree {
    splits: Vec<Split>,
    leaves: Vec<Value>,
}

const FIELDS: [&str; 4] = ["a", "b", "c", "d"];
const UNKNOWN: [&str; 3] = ["absent", "then", "else"];

/// A tree grown by splitting leaves that are open, at random.
fn grown(random: &mut Random) -> Tree {
    let mut tree = Tree { splits: Vec::new(), leaves: Vec::new() };
    // Places whose child is not known yet: split and way.
    let mut open: Vec<Option<(usize, usize)>> = vec![None];
    let wanted = 1 + random.next(12);
    while let Some(place) = (!open.is_empty()).then(|| open.swap_remove(random.next(open.len()))) {
        let to = if tree.splits.len() < wanted {
            let at = tree.splits.len();
            let (field, over, unknown) = (random.next(4), random.next(5) as f64, random.next(3));
            tree.splits.push(Split { field, over, ways: [To::Leaf(0); 2], unknown });
            open.extend([Some((at, 0)), Some((at, 1))]);
            To::Split(at)
        } else {
            tree.leaves.push(match random.next(2) {
                0 => Value::Number(random.next(100) as f64 / 8.0),
                _ => Value::Field(random.next(4)),
            });
            To::Leaf(tree.leaves.len() - 1)
        };
        if let Some((split, way)) = place {
            tree.splits[split].ways[way] = to;
        }
    }
    tree
}

fn source(tree: &Tree) -> String {
    let name = |to: To| match to {
        To::Split(at) => format!("s{at}"),
        To::Leaf(at) => format!("l{at}"),
    };
    let splits = tree.splits.iter().enumerate().map(|(at, split)| {
        let [then, other] = split.ways.map(name);
        let (field, over, unknown) = (FIELDS[split.field], split.over, UNKNOWN[split.unknown]);
        format!("{{ id = \"s{at}\", when = \"{field} > {over:?}\", then = \"{then}\", else = \"{other}\", unknown = \"{unknown}\" }},\n")
    });
    let leaves = tree.leaves.iter().enumerate().map(|(at, value)| match value {
        Value::Number(x) => format!("{{ id = \"l{at}\", value = {x:?}, text = \"Leaf {at}\" }},\n"),
        Value::Field(field) => format!("{{ id = \"l{at}\", expression = \"{} * 2.0\" }},\n", FIELDS[*field]),
    });
    let fields =
        FIELDS.map(|name| format!("{name} = {{ type = \"number\", missing = \"own_bin\" }}\n")).concat();
    format!(
        "[bundle]\nname = \"grown\"\n[fields]\n{fields}[nodes.t]\nkind = \"tree\"\nsplits = [\n{}]\nleaves = [\n{}]\n[scores.x]\nscore = \"t.value\"\n",
        splits.collect::<String>(),
        leaves.collect::<String>()
    )
}

/// The leaf and the value of a row, by walking.
fn walk(tree: &Tree, row: &[f64]) -> (Option<usize>, Option<f64>) {
    let mut at = To::Split(0);
    loop {
        match at {
            To::Split(split) => {
                let split = &tree.splits[split];
                let x = row[split.field];
                let way = match (x.is_nan(), split.unknown) {
                    (true, 0) => return (None, None),
                    (true, unknown) => unknown - 1,
                    (false, _) => usize::from(x <= split.over),
                };
                at = split.ways[way];
            }
            To::Leaf(leaf) => {
                let value = match tree.leaves[leaf] {
                    Value::Number(x) => x,
                    Value::Field(field) => row[field] * 2.0,
                };
                return (Some(leaf), (!value.is_nan()).then_some(value));
            }
        }
    }
}

#[test]
fn compiled_trees_are_walked_trees() {
    let mut random = Random(7);
    let mut leaves = 0;
    for _ in 0..60 {
        let tree = grown(&mut random);
        let mut scorer = scorer(&source(&tree));
        for _ in 0..40 {
            let cell = |random: &mut Random| match random.next(6) {
                5 => f64::NAN,
                x => x as f64,
            };
            let row: Vec<f64> = (0..4).map(|_| cell(&mut random)).collect();
            let found = columns(&mut scorer, &row, &["t.leaf", "t.value"]);
            let (leaf, value) = walk(&tree, &row);
            let told = |x: f64| (!x.is_nan()).then_some(x);
            assert_eq!(told(found[0]), leaf.map(|leaf| leaf as f64), "{row:?} {:?}", tree.splits);
            assert_eq!(told(found[1]), value, "{row:?} {:?} {:?}", tree.splits, tree.leaves);
            leaves += leaf.unwrap_or_default();
        }
    }
    assert!(leaves > 1000);
}

const SEGMENTS: &str = r#"
[bundle]
name = "segments"
languages = ["en", "de"]
[fields]
age = { type = "number" }
income = { type = "number" }
home = { type = "category", categories = ["own", "rent"] }
[nodes.young]
kind = "linear"
intercept = 0.5
coefficients = { age = 0.1 }
[nodes.grown]
kind = "linear"
intercept = -0.5
coefficients = { income = -0.01 }
[nodes.segment]
kind = "tree"
gives = "log_odds"
splits = [
  { id = "age", when = "age < 25.0", then = "young", else = "home", unknown = "then" },
  { id = "home", when = "home == \"own\"", then = "owner", else = "tenant", unknown = "else" },
]
leaves = [
  { id = "young", expression = "young", text = { en = "Under 25", de = "Unter 25" } },
  { id = "owner", expression = "grown - 0.25" },
  { id = "tenant", expression = "grown" },
]
[scores.credit]
model = "segment.value"
"#;

#[test]
fn segments_have_their_own_models_and_a_trace() {
    let mut scorer = scorer(SEGMENTS);
    let young = decide(&mut scorer, &json!({ "age": 20 }));
    assert_eq!(young["scores"][0]["margin"], 2.5);
    let trace = json!([{ "node": "segment", "kind": "tree", "hit": 0, "id": "young", "text": "Under 25" }]);
    assert_eq!(young["trace"], trace);
    let owner = decide(&mut scorer, &json!({ "age": 30, "income": 100, "home": "own" }));
    assert_eq!(owner["scores"][0]["margin"], -1.75);
    assert_eq!(owner["trace"], json!([{ "node": "segment", "kind": "tree", "hit": 1, "id": "owner" }]));
    // A field of another segment may be missing; one of the own may not be made up.
    let lacking = decide(&mut scorer, &json!({ "age": 30, "home": "rent" }));
    assert_eq!(lacking["scores"][0]["margin"], serde_json::Value::Null);
    assert_eq!(lacking["trace"][0]["id"], "tenant");
}

#[test]
fn trees_that_are_none_are_told_where() {
    for (from, to, told) in [
        ("then = \"young\"", "then = \"yung\"", "there is no split or leaf `yung`"),
        ("then = \"owner\"", "then = \"age\"", "stands before the split that leads to it"),
        ("then = \"owner\"", "then = \"tenant\"", "`tenant` is reached twice"),
        ("{ id = \"owner\"", "{ id = \"tenant\"", "have the id `tenant`"),
        (
            "  { id = \"tenant\"",
            "  { id = \"more\", value = 1 },\n  { id = \"tenant\"",
            "nothing leads to `more`",
        ),
        ("expression = \"grown\"", "value = \"x\"", "does not give what the others give"),
        ("expression = \"grown\"", "expression = \"home\"", "a number is wanted here"),
        ("when = \"age < 25.0\"", "when = \"age\"", "a condition is true or false"),
        ("when = \"age < 25.0\"", "when = \"agee < 25.0\"", "there is no field or node `agee`"),
        ("en = \"Under 25\"", "fr = \"Moins de 25\"", "is not one of the bundle's languages"),
        ("unknown = \"then\"", "unknown = \"maybe\"", "cannot be `maybe`"),
    ] {
        let toml = SEGMENTS.replacen(from, to, 1);
        assert_ne!(toml, SEGMENTS, "{from}");
        refused(&toml, told);
    }
}
