//! Golden and live cases.

use scorelet_core::author::import::onnx::{ImportedOnnx, import};

use crate::case::{Case, folders};
use crate::evaluate::{evaluate, ops};

#[test]
fn outputs_are_those_of_onnxruntime() {
    let checked = check_all("onnx-1");
    assert!(checked > 0, "no golden case found");
}

#[test]
fn node_tests_of_onnx_pass() {
    if std::env::var_os("SCORELET_LIVE").is_none() {
        eprintln!("skipped: `cargo xtask peers` names the folder of the node tests in SCORELET_LIVE");
        return;
    }
    check_all("onnx-node");
}

fn check_all(beginning: &str) -> usize {
    let (mut cases, mut values, mut failures) = (0, 0, Vec::new());
    let mut worst = (0.0, String::new());
    for folder in folders(beginning) {
        let case = Case::read(&folder);
        cases += 1;
        match check(&case) {
            Ok((count, difference)) => {
                values += count;
                if difference > worst.0 {
                    worst = (difference, folder.display().to_string());
                }
            }
            Err(what) => failures.push(format!("{}: {what}", folder.display())),
        }
    }
    eprintln!("{beginning}: {cases} cases, {values} values; worst difference {} ({})", worst.0, worst.1);
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
    cases
}

/// Checks each of the case's models that can be imported; one must be.
fn check(case: &Case) -> Result<(usize, f64), String> {
    let (mut count, mut worst, mut refused) = (0, 0.0f64, String::new());
    for (name, bytes) in case.models() {
        match import(&bytes) {
            Ok(model) => {
                let (more, difference) = check_model(case, &model).map_err(|e| format!("{name}: {e}"))?;
                count += more;
                worst = worst.max(difference);
            }
            Err(error) => refused = format!("{refused}{name}: {error} ({}); ", error.place()),
        }
    }
    if count > 0 { Ok((count, worst)) } else { Err(refused) }
}

/// How many values were compared, and the greatest difference (relative over 1).
fn check_model(case: &Case, model: &ImportedOnnx) -> Result<(usize, f64), String> {
    let ops = ops(model).map_err(|e| format!("{e} ({})", e.place()))?;
    let (header, names) = (&case.input[0], &case.expected[0]);
    let (mut count, mut worst) = (0, 0.0f64);
    let shares: Vec<bool> = (0..names.len())
        .map(|i| {
            case.expected.iter().skip(1).all(|r| r[i].parse().is_ok_and(|x: f64| (0.0..=1.0).contains(&x)))
        })
        .collect();
    for (number, (row, wanted)) in case.input.iter().zip(&case.expected).enumerate().skip(1) {
        let outputs = evaluate(model, &ops, header, row);
        for (output, values) in model.outputs.iter().zip(&outputs) {
            for (k, &got) in values.iter().enumerate() {
                let name =
                    if values.len() == 1 { output.name.clone() } else { format!("{}_{k}", output.name) };
                let place = names.iter().position(|n| *n == name);
                let place = place.ok_or_else(|| format!("the case has no `{name}`"))?;
                let wanted: f64 = wanted[place].parse().unwrap();
                count += 1;
                if !wanted.is_finite() && got.is_nan() {
                    continue;
                }
                let difference = (got - wanted).abs() / wanted.abs().max(1.0);
                // Outputs in [0, 1] to 1e-6, others to 1e-5 of themselves (of 1 near 0).
                let near = difference <= 1e-6 || (!shares[place] && difference <= 1e-5);
                if !near {
                    return Err(format!("row {number}, {name}: {got} is not {wanted}"));
                }
                worst = worst.max(difference);
            }
        }
    }
    match count {
        0 => Err("nothing was compared".to_owned()),
        _ => Ok((count, worst)),
    }
}
