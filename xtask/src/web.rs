//! The page (`web-demo`): the bundles that it shows, its build, its size, its server.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::demo::{EXAMPLE, MODELS, Profile, SPLIT};
use crate::run::{node_tool, output, program, root, run, show, target};
use crate::wasm::Sizes;
use crate::{edge, npm, setup};

/// Bytes of the page without its bundles and its table after gzip -9 at most: HTML, CSS, all scripts and the engine.
const BUDGET: usize = 300 * 1024;

/// An example that the page offers: its name in files, its bundle source, its name for people.
struct Example<'a> {
    id: &'a str,
    source: &'a str,
    en: &'a str,
    zh: &'a str,
}

/// Event lists: six months of card statements, cut so that they stay on the device.
const EVENTS: Example<'static> = Example {
    id: "taiwan",
    source: "host/examples/taiwan-default",
    en: "Card statements",
    zh: "信用卡月结单",
};
/// Decisions: three sources, four scores, a tree, a table and rules.
const DECISION: Example<'static> = Example {
    id: "decision",
    source: "host/examples/three-sources",
    en: "Three sources",
    zh: "三个数据来源",
};
/// A forecast, which goes on from what was repaid.
const FORECAST: Example<'static> = Example {
    id: "forecast",
    source: "host/examples/repayment-forecast",
    en: "Repayment forecast",
    zh: "还款预测",
};

fn page() -> PathBuf {
    root().join("web-demo")
}

/// Builds the page with the example bundles and checks its size; and the edge worker with the bundle that is cut, for the lender
/// behind the page. The host must have been built.
pub(crate) fn build(profile: Profile) -> Result<()> {
    setup::npm()?;
    npm::build()?;
    bundles(profile)?;
    split(profile)?;
    edge::build()?;
    for config in ["web-demo/tsconfig.json", "web-demo/tsconfig.worker.json"] {
        run(program("node", &[]).arg(node_tool("typescript/bin/tsc")).args(["--project", config]))?;
    }
    let vite = node_tool("vite/bin/vite.js");
    run(program("node", &[]).arg(vite).args(["build", "--logLevel", "warn"]).current_dir(page()))?;
    measure(&page().join("dist"))
}

/// Signs the examples with a key of this checkout, and puts them where the page finds them.
fn bundles(profile: Profile) -> Result<()> {
    let (folder, tool) = (page().join("public/bundles"), profile.tool());
    fs::create_dir_all(&folder)?;
    let key = publisher(&tool)?;
    let table = "german_credit.csv";
    fs::copy(root().join(EXAMPLE).join("data").join(table), folder.join(table))?;
    let table = json!({ "file": table, "rows": 1000, "label": "creditability" });
    let mut list = Vec::new();
    for (id, en, zh) in MODELS {
        list.push(example(
            &tool,
            &key,
            &folder,
            &Example { id, source: &format!("{EXAMPLE}/{id}"), en, zh },
        )?);
    }
    for entry in &mut list {
        entry["table"] = table.clone();
    }
    let mut events = example(&tool, &key, &folder, &EVENTS)?;
    events["table"] = clients(&folder)?;
    list.push(events);
    let mut decision = example(&tool, &key, &folder, &DECISION)?;
    decision["table"] = applicants(&folder)?;
    list.push(decision);
    let mut forecast = example(&tool, &key, &folder, &FORECAST)?;
    forecast["past"] = json!({ "field": "repayments", "member": "repaid" });
    let public = fs::read_to_string(key.with_extension("pub"))?;
    let public = public.trim().rsplit(':').next().unwrap_or_default();
    let manifest = json!({
        "publisher": public,
        "bundles": list,
        "forecast": forecast,
    });
    fs::write(folder.join("manifest.json"), serde_json::to_string_pretty(&manifest)?)?;
    Ok(())
}

/// Writes the sample of [`EVENTS`] as a table, statements as JSON in their cells, with what became of each client.
fn clients(folder: &Path) -> Result<Value> {
    let data = root().join(EVENTS.source).join("data");
    let records = fs::read_to_string(data.join("sample.ndjson"))?;
    let answers = fs::read_to_string(data.join("expected.csv"))?;
    let fields = ["as_of", "limit", "education", "statements"];
    let mut text = format!("{},default\n", fields.join(","));
    let mut rows = 0;
    for (record, answer) in records.lines().zip(answers.lines().skip(1)) {
        let record: Value = serde_json::from_str(record)?;
        for field in fields {
            let value = record.get(field).with_context(|| format!("a client has no `{field}`"))?;
            let cell = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            text.push_str(&format!("\"{}\",", cell.replace('"', "\"\"")));
        }
        let outcome = answer.split(',').nth(1).context("a client has no outcome")?;
        text.push_str(outcome);
        text.push('\n');
        rows += 1;
    }
    let file = "taiwan_clients.csv";
    fs::write(folder.join(file), text)?;
    Ok(json!({ "file": file, "rows": rows, "label": "default" }))
}

/// Writes the held-out applicants of [`DECISION`] with what became of each.
fn applicants(folder: &Path) -> Result<Value> {
    let data = root().join(DECISION.source).join("data");
    let records = fs::read_to_string(data.join("applicants.csv"))?;
    let answers = fs::read_to_string(data.join("expected.csv"))?;
    let mut text = String::new();
    let mut rows = 0;
    for (record, answer) in records.lines().zip(answers.lines()) {
        let outcome = answer.split(',').nth(1).context("an applicant has no outcome")?;
        text.push_str(&format!("{record},{outcome}\n"));
        rows += 1;
    }
    let file = "decision_applicants.csv";
    fs::write(folder.join(file), text)?;
    Ok(json!({ "file": file, "rows": rows - 1, "label": "bad" }))
}

/// Builds and signs an example, puts it into `folder`, and describes it as the page's manifest does; with its device's part if it is cut.
/// What is for the edge alone does not go there.
fn example(tool: &Path, key: &Path, folder: &Path, example: &Example<'_>) -> Result<Value> {
    let Example { id, source, en, zh } = example;
    let built = target().join(format!("demo/{id}.sclb"));
    output(program(tool, &["build", source, "-o"]).arg(&built).arg("--key").arg(key.with_extension("key")))?;
    let part = |built: &Path| -> Result<Value> {
        let file = built.file_name().context("a bundle has a name")?;
        let bytes = fs::copy(built, folder.join(file))?;
        let described = output(program(tool, &["inspect", "--json"]).arg(built))?;
        let described: Value = serde_json::from_str(&described)?;
        let digest = described.get("digest").and_then(Value::as_str);
        let digest = digest.context("scorelet inspect names no digest")?;
        Ok(json!({ "file": file.to_string_lossy(), "bytes": bytes, "digest": digest }))
    };
    let mut entry = part(&built)?;
    entry["id"] = json!(id);
    entry["title"] = json!({ "en": en, "zh": zh });
    let device = built.with_extension("device.sclb");
    if device.is_file() {
        entry["device"] = part(&device)?;
    }
    Ok(entry)
}

/// Builds and signs the bundle that is cut, for the device and the edge. It is no part of the page: the lender has it.
pub(crate) fn split(profile: Profile) -> Result<()> {
    let tool = profile.tool();
    let secret = publisher(&tool)?.with_extension("key");
    let source = format!("{EXAMPLE}/{SPLIT}");
    let whole = target().join(format!("demo/{SPLIT}.sclb"));
    output(program(&tool, &["build", &source, "-o"]).arg(whole).arg("--key").arg(secret))?;
    Ok(())
}

/// The key pair of the examples' publisher, made once for each checkout: its name without the endings.
fn publisher(tool: &Path) -> Result<PathBuf> {
    let name = target().join("demo/publisher");
    if !name.with_extension("key").is_file() {
        fs::create_dir_all(target().join("demo"))?;
        output(program(tool, &["keygen"]).arg(&name))?;
    }
    Ok(name)
}

/// Prints what a first visit loads, as it travels, and refuses a page over the budget.
fn measure(dist: &Path) -> Result<()> {
    let mut files = Vec::new();
    walk(dist, &mut files)?;
    files.sort();
    let mut all = 0;
    println!("  the page, bytes after gzip -9:");
    for file in &files {
        let name = file.strip_prefix(dist).unwrap_or(file);
        if name.starts_with("bundles") {
            continue;
        }
        let size = Sizes::of(&fs::read(file)?)?.gzip;
        all += size;
        println!("    {size:>7}  {}", name.display());
    }
    println!("    {all:>7}  in all, without bundles (budget {BUDGET})");
    if all > BUDGET {
        bail!("the page is {all} bytes after gzip; the budget is {BUDGET}");
    }
    Ok(())
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { walk(&path, found)? } else { found.push(path) }
    }
    Ok(())
}

/// Serves the built page on 127.0.0.1 until Ctrl-C, from the first free port at or after `port`; 0 is any. Behind it stand a lender's
/// server and the edge worker, whose state is kept in `target/demo/edge-state`.
pub(crate) fn serve(port: u16) -> Result<()> {
    println!("\nThe page, and behind it a lender with an edge worker (workerd). Ctrl-C ends all of it.");
    let mut server =
        program("node", &["web-demo/serve.mjs", &port.to_string(), "--until-stdin-ends", "--lender"]);
    server.arg(target().join("demo")).arg(edge::folder());
    let started = server.stdin(Stdio::piped()).spawn();
    let mut child = started.with_context(|| format!("could not start `{}`", show(&server)))?;
    // The terminal sends Ctrl-C to both; if this task ends in another way, its end of the pipe closes and ends the server.
    let held = child.stdin.take();
    let status = child.wait()?;
    drop(held);
    if status.code().is_some_and(|code| code != 0) {
        bail!("`{}` failed ({status})", show(&server));
    }
    Ok(())
}
