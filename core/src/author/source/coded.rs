//! What figures as int8 do to a network's outputs: told with the self-check rows.

use super::code;
use super::report::{Name, Report};
use crate::bundle::{Bundle, BundleParts, Trust};
use crate::graph::Op;
use crate::scorer::{Scorer, Table as Rows};

/// A network whose figures became codes.
#[derive(Clone, Debug)]
pub(super) struct Coded {
    /// Its node.
    pub(super) node: u32,
    /// The node as it was.
    pub(super) before: Op,
    /// What the source calls it.
    pub(super) name: Name,
}

/// Says of each network how far its outputs are off over the self-check rows.
pub(super) fn tell(coded: &[Coded], parts: &BundleParts, report: &Report<'_>) {
    for network in coded {
        let mut before = parts.clone();
        if let Some(node) = before.nodes.get_mut(network.node as usize) {
            node.op = network.before.clone();
        }
        let message = match (values(&before, network.node), values(parts, network.node)) {
            (Some(before), Some(after)) if !before.is_empty() => {
                let same = |a: &f64, b: &f64| if a.is_nan() && b.is_nan() { 0.0 } else { (a - b).abs() };
                let differences = before.iter().zip(&after).map(|(a, b)| same(a, b));
                // NaN: absent with figures of one kind only.
                let greatest =
                    differences.fold(0.0, |most: f64, d| if d > most || d.is_nan() { d } else { most });
                let rows = parts.checks.len();
                format!(
                    "with int8 figures, results of `{}` are off by up to {greatest:.2e} over {rows} self-check rows",
                    network.name.value
                )
            }
            _ => {
                format!("nothing tells how far results of `{}` are off with int8 figures", network.name.value)
            }
        };
        let mend = "give self-check rows of real data, and compare what the scores lose by it";
        report.warn(code::NOTE, &network.name.span, message, mend);
    }
}

/// The outputs of a node for all self-check rows; NaN where absent.
fn values(parts: &BundleParts, node: u32) -> Option<Vec<f64>> {
    let bundle = Bundle::open(&Bundle::encode(parts.clone()).ok()?, Trust::Anyone).ok()?;
    let first = bundle.graph.first_column(node as usize)? as u32;
    let of = bundle.graph.nodes().get(node as usize)?;
    let columns: Vec<u32> = (first..first + of.op.width(of.inputs.len()) as u32).collect();
    let mut scorer = Scorer::new(bundle);
    let mut all = Vec::new();
    for check in &parts.checks {
        let events = check.events_json(&scorer.bundle().fields);
        let mut out = vec![f64::NAN; columns.len()];
        scorer
            .score_table(&Rows { rows: 1, values: &check.row, events: &events }, &columns, &mut out)
            .ok()?;
        all.extend(out);
    }
    Some(all)
}
