//! `scorelet certify`.

use std::fmt::Write as _;

use super::args::CertifyArgs;
use super::table::grouped;
use super::{inspect, resolve, term};
use crate::certify::{Report, certify, generate, self_checks};
use crate::error::{Result, exit};
use crate::evaluate::Evaluator;
use crate::runtime::{Artefact, Runtime};

pub(super) fn run(args: &CertifyArgs) -> Result<u8> {
    let (model, key) = resolve::scorable(&args.model)?;
    let bundle = &model.bundle;
    let mut artefacts: Vec<Artefact> =
        args.wasm.iter().map(|path| Artefact::from_file(path)).collect::<Result<_>>()?;
    if artefacts.is_empty() {
        artefacts.push(Artefact::embedded());
    }
    let rows = generate(bundle, args.rows as usize);
    term::print(&format!(
        "{} {}   digest {}\n{} self-check rows, {} generated rows, {} columns\n",
        bundle.meta.name,
        bundle.meta.version,
        bundle.digest,
        grouped(bundle.checks.len() as u64),
        grouped(rows.rows as u64),
        bundle.graph.columns(),
    ))?;

    let mut native = Evaluator::native(bundle.clone());
    let checks = self_checks(bundle, &mut native)?;
    let alone = certify(bundle, &rows, &mut native, None)?;
    let mut agree = checks.differing == 0;
    term::print(&format!("\nnative\n{}  results    {}\n", verdict("self-check", &checks), alone.digest))?;

    for artefact in &artefacts {
        let runtime = Runtime::new(artefact, resolve::limits(&args.limits, 2))?;
        let module = runtime.load_with_trapping_imports(artefact)?;
        let mut out = format!(
            "\n{}\n  sha-256    {}\n  size       {}\n  imports    {}\n",
            artefact.name,
            artefact.sha256(),
            inspect::size(artefact.bytes.len()),
            imports(module.imports()),
        );
        let mut engine = Evaluator::wasm(&module, &model.bytes, bundle.fields.len(), key.as_ref())?;
        let checks = self_checks(bundle, &mut engine)?;
        let report = certify(bundle, &rows, &mut engine, Some(&mut native))?;
        agree &= checks.differing == 0 && report.differing == 0;
        out.push_str(&verdict("self-check", &checks));
        out.push_str(&verdict("generated", &report));
        // Writing into a String cannot fail.
        let _ = writeln!(out, "  results    {}", report.digest);
        term::print(&out)?;
    }
    term::print(if agree {
        "\ncertified: all agree, bit by bit\n"
    } else {
        "\nNOT certified: there are differences\n"
    })?;
    Ok(if agree { exit::OK } else { exit::DIFFERENCE })
}

fn imports(imports: &[String]) -> String {
    match imports {
        [] => "none".to_owned(),
        some => format!("{} ({}), each traps if it is called", some.len(), some.join(", ")),
    }
}

pub(super) fn verdict(name: &str, report: &Report) -> String {
    let mut out = format!("  {name:<10} ");
    let rows = grouped(report.rows as u64);
    let values = grouped(report.values as u64);
    let _ = match &report.first {
        None if report.rows == 0 => writeln!(out, "no rows"),
        None => writeln!(out, "{rows} rows, {values} values: no difference"),
        Some(first) => writeln!(
            out,
            "{} of {rows} rows differ; the first is row {}, {}: expected {}, found {}",
            grouped(report.differing as u64),
            first.row + 1,
            first.what,
            first.expected,
            first.found
        ),
    };
    out
}
