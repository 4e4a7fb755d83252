//! TypeScript declarations of a bundle: its record, its scores, its reason codes. For callers of `@scorelet/core`.

use std::fmt::Write as _;

use scorelet_core::bundle::{Bundle, ScoreOutput};
use scorelet_core::forecast::ForecastOutput;
use scorelet_core::record::date;
use scorelet_core::schema::{EventSchema, Field, FieldType, Localized, Origin, Policy, Special, Stage};

/// The text of a `.d.ts` module.
pub fn declarations(bundle: &Bundle) -> String {
    let mut out = String::new();
    let meta = &bundle.meta;
    let title =
        format!("Types of the bundle {} {}, as `scorelet types` wrote them.", meta.name, meta.version);
    let digest = format!("Digest: {}", bundle.digest);
    comment(&mut out, "", &[title, meta.description.clone(), digest]);
    out.push('\n');
    record(&mut out, bundle);
    // Writing into a String cannot fail.
    let _ = writeln!(out, "/** The name of a field. */\nexport type FieldName = keyof Record;\n");
    scores(&mut out, bundle);
    decision(&mut out, bundle);
    outputs(&mut out, bundle);
    out
}

fn record(out: &mut String, bundle: &Bundle) {
    // The edge stage takes its own fields; those of the device are in the device bundle's record.
    let (whose, edge) = match bundle.is_edge() {
        true => ("One applicant's input at the edge, beside local credit data.", true),
        false => ("One applicant's input.", false),
    };
    comment(out, "", &[format!("{whose} A field that may be missing is optional; null says the same.")]);
    // Not an interface: only a type alias can be given where the package wants an object with any names.
    out.push_str("export type Record = {\n");
    for (index, field) in bundle.fields.iter().enumerate() {
        if edge && field.stage == Stage::Device {
            continue;
        }
        let help = bundle.form_of(index).map_or(&[][..], |form| &form.help);
        comment(out, "  ", &about(field, help));
        let optional = field.policies.missing != Policy::Refuse;
        let (mark, null) = if optional { ("?", " | null") } else { ("", "") };
        let _ = writeln!(out, "  {}{mark}: {}{null};", key(&field.name), kind(field));
    }
    out.push_str("};\n\n");
}

/// The type of a field's values.
fn kind(field: &Field) -> String {
    match &field.kind {
        FieldType::Number | FieldType::Integer => "number".to_owned(),
        FieldType::Boolean => "boolean".to_owned(),
        FieldType::Date => "string".to_owned(),
        FieldType::Category { values } => {
            union(values.iter().chain(field.specials.iter().map(|special| &special.text)))
        }
        FieldType::Hash { .. } => "string".to_owned(),
        FieldType::EventList(events) => format!("{{ {} }}[]", members(events)),
    }
}

/// The members of an event.
fn members(events: &EventSchema) -> String {
    let mut members = vec![format!("{}: string", key(&events.date))];
    members.extend(events.texts.iter().map(|text| format!("{}?: string | null", key(text))));
    for column in events.columns.iter().filter(|column| column.origin == Origin::Member) {
        let optional = column.field.policies.missing != Policy::Refuse;
        let (mark, null) = if optional { ("?", " | null") } else { ("", "") };
        members.push(format!("{}{mark}: {}{null}", key(&column.field.name), kind(&column.field)));
    }
    members.join("; ")
}

/// What a field's comment says.
fn about(field: &Field, help: &[Localized]) -> Vec<String> {
    let first = |texts: &[Localized]| texts.first().map(|text| text.text.clone());
    let label = first(&field.labels).unwrap_or_else(|| field.name.clone());
    let unit = if field.unit.is_empty() { String::new() } else { format!(", in {}", field.unit) };
    let what = match &field.kind {
        FieldType::Number => "a number",
        FieldType::Integer => "a whole number",
        FieldType::Boolean => "true or false",
        FieldType::Category { .. } => "one of these texts",
        FieldType::Date => "a date as YYYY-MM-DD",
        FieldType::Hash { .. } => "any text",
        FieldType::EventList(_) => "events, each with its date as YYYY-MM-DD",
    };
    let value = |x: f64| match field.kind {
        FieldType::Date => date::format(x).unwrap_or_else(|| x.to_string()),
        _ => x.to_string(),
    };
    let bounds = match (field.min.is_finite(), field.max.is_finite()) {
        (true, true) => format!(", {} to {}", value(field.min), value(field.max)),
        (true, false) => format!(", {} or more", value(field.min)),
        (false, true) => format!(", {} or less", value(field.max)),
        (false, false) => String::new(),
    };
    let code = |special: &Special| match field.kind {
        FieldType::Category { .. } => format!("`{}`: {}", special.text, special.name),
        _ => format!("`{}`: {}", value(special.value), special.name),
    };
    let codes: Vec<String> = field.specials.iter().map(code).collect();
    let mut lines = vec![format!("{label}: {what}{unit}{bounds}.")];
    lines.extend(first(help).map(|text| sentence(&text)));
    if !codes.is_empty() {
        lines.push(format!("Special codes: {}.", codes.join(", ")));
    }
    lines
}

fn scores(out: &mut String, bundle: &Bundle) {
    let names = union(bundle.scores.iter().map(|score| &score.name));
    let _ = writeln!(out, "/** The name of a score. */\nexport type ScoreName = {names};\n");
    let codes = union(bundle.groups.iter().map(|group| &group.code));
    let _ = writeln!(out, "/** A reason code. */\nexport type ReasonCode = {codes};\n");
    out.push_str(
        "/** The bands of each score, from the lowest to the highest. */\nexport interface Bands {\n",
    );
    for score in &bundle.scores {
        let _ = writeln!(out, "  {}: {};", key(&score.name), bands(score));
    }
    out.push_str("}\n\n");
}

fn bands(score: &ScoreOutput) -> String {
    union(score.bands.iter().map(|band| &band.name))
}

fn decision(out: &mut String, bundle: &Bundle) {
    out.push_str(
        "/** Why a score is not higher. */\nexport interface Reason {\n  code: ReasonCode;\n  text: string;\n  contribution: number;\n}\n\n",
    );
    out.push_str(
        "/** The scores of a decision, in the bundle's order; null is a figure that could not be had. */\n",
    );
    out.push_str("export type Scores = [\n");
    for score in &bundle.scores {
        let figure = |column: Option<u32>| if column.is_some() { "number | null" } else { "null" };
        let band = if score.band.is_some() { format!("{} | null", bands(score)) } else { "null".to_owned() };
        let _ = writeln!(out, "  {{");
        let _ = writeln!(out, "    name: {};", text(&score.name));
        let _ = writeln!(out, "    kind: {};", text(score.kind.name()));
        let _ = writeln!(out, "    score: {};", figure(score.score));
        let _ = writeln!(out, "    pd: {};", figure(score.pd));
        let _ = writeln!(out, "    margin: {};", figure(score.margin));
        let _ = writeln!(out, "    band: {band};");
        if score.reasons.is_some() {
            let _ = writeln!(out, "    /** Not there if reasons were not asked for. */");
            let _ = writeln!(out, "    reasons?: Reason[];");
        }
        let _ = writeln!(out, "  }},");
    }
    out.push_str("];\n\n");
    out.push_str(
        "/** A decision. */\nexport interface Decision {\n  /** Digest of the bundle. */\n  bundle: string;\n  /** Result digest: equal digests prove equal results. */\n  digest: string;\n  scores: Scores;\n  /** Values that were not there, or not usable. */\n  absent: { field: FieldName; state: \"missing\" | \"special\" | \"unseen\" | \"out_of_range\"; special?: string }[];\n",
    );
    let lists = bundle.fields.iter().filter(|field| field.events().is_some()).map(|field| &field.name);
    let lists = union(lists);
    if lists != "never" {
        let _ = writeln!(
            out,
            "  /** Event lists of which events were left out, since they are after the reference time. */\n  ignored_events?: {{ field: {lists}; events: number }}[];"
        );
    }
    if !bundle.forecasts.is_empty() {
        out.push_str("  /** Forecasts in the bundle's order; `months` is null where a value that it needs is absent. */\n  forecasts: [\n");
        for forecast in &bundle.forecasts {
            let levels = forecast
                .levels
                .iter()
                .map(|&level| format!(" {}: number;", key(&ForecastOutput::level_name(level))));
            let levels: String = levels.collect();
            let (name, unit) = (text(&forecast.name), text(&forecast.unit));
            let _ = writeln!(
                out,
                "    {{ name: {name}; unit: {unit}; months: {{ month: string;{levels} }}[] | null }},"
            );
        }
        out.push_str("  ];\n");
    }
    out.push_str("}\n\n");
}

/// The columns that can be asked for by name.
fn outputs(out: &mut String, bundle: &Bundle) {
    let mut names = Vec::new();
    for score in &bundle.scores {
        let figures =
            [("score", score.score), ("pd", score.pd), ("margin", score.margin), ("band", score.band)];
        names.extend(
            figures
                .iter()
                .filter(|(_, column)| column.is_some())
                .map(|(figure, _)| text(&format!("{}.{figure}", score.name))),
        );
    }
    for (index, node) in bundle.graph.nodes().iter().enumerate() {
        if node.op.width(node.inputs.len()) == 1 {
            names.push(text(&node.name));
        } else if let Some(outputs) = bundle.output_names(index) {
            names.extend(outputs.iter().map(|output| text(&format!("{}.{output}", node.name))));
        } else {
            // A template literal type: the outputs by number.
            let name = node.name.replace('\\', "\\\\").replace('`', "\\`").replace("${", "\\${");
            names.push(format!("`{name}.${{number}}`"));
        }
    }
    let names = if names.is_empty() { "never".to_owned() } else { names.join(" | ") };
    let _ = writeln!(out, "/** What `scoreColumns` can be asked for. */\nexport type Output = {names};");
}

/// A union of texts.
fn union<'a>(texts: impl Iterator<Item = &'a String>) -> String {
    let texts: Vec<String> = texts.map(|t| text(t)).collect();
    if texts.is_empty() { "never".to_owned() } else { texts.join(" | ") }
}

/// A text as a literal: one of JSON is one of TypeScript.
fn text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A property's name, quoted where it has to be.
fn key(name: &str) -> String {
    let word = |c: char| c == '_' || c == '$' || c.is_ascii_alphanumeric();
    if name.chars().all(word) && name.chars().next().is_some_and(|c| !c.is_ascii_digit()) {
        name.to_owned()
    } else {
        text(name)
    }
}

fn sentence(text: &str) -> String {
    let ended = text.ends_with(['.', '!', '?', '。', '！', '？']);
    if ended { text.to_owned() } else { format!("{text}.") }
}

/// A comment of these paragraphs.
fn comment(out: &mut String, indent: &str, paragraphs: &[String]) {
    // Whatever a bundle's texts hold, the comment ends where it should, and no line of them is a line of code.
    let safe = |text: &String| text.replace("*/", "* /").split_whitespace().collect::<Vec<_>>().join(" ");
    let paragraphs: Vec<String> = paragraphs.iter().map(safe).filter(|text| !text.is_empty()).collect();
    if let [one] = paragraphs.as_slice() {
        let _ = writeln!(out, "{indent}/** {one} */");
        return;
    }
    let _ = writeln!(out, "{indent}/**");
    for (index, paragraph) in paragraphs.iter().enumerate() {
        if index > 0 {
            let _ = writeln!(out, "{indent} *");
        }
        let _ = writeln!(out, "{indent} * {paragraph}");
    }
    let _ = writeln!(out, "{indent} */");
}

#[cfg(test)]
mod tests {
    use scorelet_core::author::source::compile;
    use scorelet_core::bundle::Trust;

    use super::*;

    const SOURCE: &str = r#"
[bundle]
name = "shop"
description = "Ends a comment? */ export type Evil = 1;"
[fields.amount]
type = "number"
unit = "EUR"
min = 0
specials = { "no file" = -9 }
special = { impute = 0 }
missing = "refuse"
label = "Amount"
help = "What you\nask for"
[fields.housing]
categories = ["own", "say \"rent\"", "c:\\"]
specials = { "not asked" = "n/a" }
special = "own_bin"
missing = "own_bin"
[fields."born on"]
type = "date"
min = "1900-01-01"
missing = { impute = "2000-01-01" }
[fields.payments]
type = "events"
as_of = "born on"
columns = { note = "text", amount = { type = "number", missing = "refuse" }, way = ["in", "out"], shop = { type = "hash", buckets = 8, of = "note" } }
[nodes.age]
kind = "subtract"
inputs = ["born on", "born on"]
[nodes.home]
kind = "one_hot"
input = "housing"
missing = "all_zero"
special = "all_zero"
unseen = "all_zero"
[nodes.model]
kind = "linear"
intercept = 0
coefficients = { amount = 1, age = 1 }
[forecasts.homes]
node = "home"
levels = [0.1, 0.5, 0.975]
as_of = "born on"
unit = "EUR"
[scores.credit]
model = "model"
scale = { pdo = 20, score = 600, odds = 50 }
bands = [{ name = "A", from = 600 }, { name = "B" }]
reasons = false
"#;

    fn bundle() -> Bundle {
        let files = [("bundle.toml".to_owned(), SOURCE.as_bytes().to_vec())].into();
        let parts = compile(&files).map_err(|mistakes| format!("{mistakes:#?}")).unwrap().parts;
        Bundle::open(&Bundle::encode(parts).unwrap(), Trust::Anyone).unwrap()
    }

    #[test]
    fn a_record_and_its_decision() {
        let made = declarations(&bundle());
        for expected in [
            " * Ends a comment? * / export type Evil = 1;\n",
            "  /**\n   * Amount: a number, in EUR, 0 or more.\n   *\n   * What you ask for.\n   *\n   * Special codes: `-9`: no file.\n   */\n  amount: number;\n",
            "  housing?: \"own\" | \"say \\\"rent\\\"\" | \"c:\\\\\" | \"n/a\" | null;\n",
            "born on: a date as YYYY-MM-DD, 1900-01-01 or more.",
            "  \"born on\"?: string | null;\n",
            "  payments?: { date: string; note?: string | null; amount: number; way?: \"in\" | \"out\" | null }[] | null;\n",
            "  ignored_events?: { field: \"payments\"; events: number }[];\n",
            "export type ScoreName = \"credit\";\n",
            "export type ReasonCode = never;\n",
            "  credit: \"B\" | \"A\";\n",
            "    band: \"B\" | \"A\" | null;\n",
            "\"credit.score\" | ",
            " | \"home.own\" | \"home.say \\\"rent\\\"\" | \"home.c:\\\\\" | \"model\"",
            "  forecasts: [\n    { name: \"homes\"; unit: \"EUR\"; months: { month: string; p10: number; p50: number; \"p97.5\": number; }[] | null },\n  ];\n}\n",
        ] {
            assert!(made.contains(expected), "{expected}\nis not in\n{made}");
        }
        assert!(!made.contains("reasons?:"));
    }
}
