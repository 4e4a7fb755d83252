//! An ONNX model of numbers as an unsigned bundle with one score, whose margin is the model's first result:
//!
//!     cargo run -p scorelet-core --features author --example onnx_bundle -- model.onnx model.sclb

use std::error::Error;

use scorelet_core::author::import::onnx::{self, OnnxColumn, OnnxPart};
use scorelet_core::bundle::{Bundle, BundleParts, Meta, ScoreKind, ScoreOutput};
use scorelet_core::graph::{Node, Op};
use scorelet_core::schema::{Field, FieldType, Policies, Policy, Stage};

fn main() -> Result<(), Box<dyn Error>> {
    let paths: Vec<String> = std::env::args().skip(1).collect();
    let [from, to] = paths.as_slice() else { return Err("usage: onnx_bundle MODEL.onnx BUNDLE".into()) };
    let model = onnx::import(&std::fs::read(from)?)?;
    let fields: Vec<Field> = model.fields.iter().map(|field| number(&field.name)).collect();
    // A column is a field, or an output of a part: parts follow the fields one after another.
    let mut nodes = Vec::new();
    let mut firsts = Vec::new();
    let mut next = fields.len() as u32;
    let column = |firsts: &[u32], column: &OnnxColumn| match column {
        OnnxColumn::Field(field) => *field,
        OnnxColumn::Part { part, output } => firsts.get(*part as usize).copied().unwrap_or_default() + output,
    };
    for (place, part) in model.parts.into_iter().enumerate() {
        let (inputs, op, width) = match part {
            OnnxPart::Network { inputs, network } => {
                let width = network.outputs();
                (inputs, Op::from(network), width)
            }
            OnnxPart::Forest { inputs, forest } => {
                let forest = forest.compile()?;
                {
                    let width = forest.outputs();
                    (inputs, Op::from(forest), width)
                }
            }
        };
        let inputs = inputs.iter().map(|input| column(&firsts, input)).collect();
        nodes.push(Node { name: format!("part{place}"), stage: Stage::Edge, inputs, op });
        firsts.push(next);
        next += width as u32;
    }
    let first = model.outputs.first().and_then(|output| output.columns.first()).ok_or("no result")?;
    let score = ScoreOutput {
        name: "standard".to_owned(),
        kind: ScoreKind::Standard,
        margin: Some(column(&firsts, first)),
        pd: None,
        score: None,
        band: None,
        bands: Vec::new(),
        reasons: None,
    };
    let meta = Meta { name: "onnx".to_owned(), version: "1.0.0".to_owned(), ..Meta::default() };
    let parts = BundleParts { meta, fields, nodes, scores: vec![score], ..BundleParts::default() };
    std::fs::write(to, Bundle::encode(parts)?)?;
    Ok(())
}

fn number(name: &str) -> Field {
    let native = Policy::Native;
    Field {
        name: name.to_owned(),
        kind: FieldType::Number,
        unit: String::new(),
        stage: Stage::Edge,
        leaves_device: true,
        min: f64::NEG_INFINITY,
        max: f64::INFINITY,
        specials: Vec::new(),
        policies: Policies { missing: native, special: native, unseen: native, out_of_range: native },
        labels: Vec::new(),
    }
}
