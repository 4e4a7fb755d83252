//! The conformance cases of the language's specification (google/cel-spec, `tests/simple/testdata`).
//!
//! They are not a part of this project: `SCORELET_CEL_SPEC` names the folder with its `.textproto` files. `left_out.txt` beside
//! this file lists the cases that the subset does not claim, with the reason; every other case must pass. Each is run by the
//! evaluation of constants; and once more with its numbers, flags and texts as columns, by the engine.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::textproto::{Field, Message};
use super::*;
use crate::author::expression::constant::same;
use crate::author::expression::lexer::{Token, tokens};

const LEFT_OUT: &str = include_str!("left_out.txt");

/// What a case says.
enum Wanted {
    Value(Value),
    Error,
    /// A value that the subset does not have.
    Foreign,
}

fn wanted(case: &Message) -> Wanted {
    if case.get("eval_error").is_some() || case.get("any_eval_errors").is_some() {
        return Wanted::Error;
    }
    match case.get("value") {
        // A case without a value wants `true`.
        None => Wanted::Value(Value::Bool(true)),
        Some(Field::Message(value)) => self::value(value).map_or(Wanted::Foreign, Wanted::Value),
        Some(_) => Wanted::Foreign,
    }
}

fn value(message: &Message) -> Option<Value> {
    let (name, field) = message.0.first()?;
    let word = match field {
        Field::Word(word) => word.as_str(),
        _ => "",
    };
    Some(match (name.as_str(), field) {
        ("bool_value", _) => Value::Bool(word == "true"),
        ("int64_value", _) => Value::Int(whole(word)?),
        ("uint64_value", _) => Value::Uint(whole(word)?),
        ("double_value", _) => Value::Double(match word {
            "inf" | "infinity" | "Infinity" => f64::INFINITY,
            "-inf" | "-infinity" | "-Infinity" => f64::NEG_INFINITY,
            _ => word.parse().ok()?,
        }),
        ("string_value", Field::Text(text)) => Value::text(core::str::from_utf8(text).ok()?),
        ("list_value", Field::Message(list)) => {
            Value::List(list.all("values").map(value).collect::<Option<_>>()?)
        }
        ("map_value", Field::Message(map)) => {
            let part = |entry: &Message, name: &str| value(entry.all(name).next()?);
            let entries = map.all("entries").map(|entry| Some((part(entry, "key")?, part(entry, "value")?)));
            Value::Map(entries.collect::<Option<_>>()?)
        }
        _ => return None,
    })
}

fn whole<T: TryFrom<i128>>(word: &str) -> Option<T> {
    let (sign, digits) = word.strip_prefix('-').map_or((1, word), |digits| (-1, digits));
    let value = match digits.strip_prefix("0x") {
        Some(hex) => i128::from_str_radix(hex, 16).ok()?,
        None => digits.parse::<i128>().ok()?,
    };
    T::try_from(sign * value).ok()
}

/// Whether two values are the same, of the same type, NaN as itself.
fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Double(a), Value::Double(b)) => a == b || a.is_nan() && b.is_nan(),
        (Value::List(a), Value::List(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b)),
        _ => a.describe() == b.describe() && same(a, b) == Some(true),
    }
}

/// Whether a mistake is about what the subset does not have.
fn is_foreign(mistake: &Mistake) -> bool {
    let about = ["there are no bytes", "there is no `null`", "`{` does not fit", "has no member"];
    mistake.unknown_name || about.iter().any(|about| mistake.message.contains(about))
}

/// The case by the evaluation of constants: what is wrong, if anything.
fn by_constants(text: &str, wanted: &Wanted) -> Result<(), String> {
    match (constant(text), wanted) {
        (_, Wanted::Foreign) => Err("wants a value that the subset does not have".to_owned()),
        // An error because something is not in the subset proves nothing.
        (Err(mistakes), Wanted::Error) => match mistakes.iter().find(|mistake| is_foreign(mistake)) {
            Some(mistake) => Err(mistake.message.clone()),
            None => Ok(()),
        },
        (Ok(found), Wanted::Error) => Err(format!("gives {}, not an error", found.show())),
        (Ok(found), Wanted::Value(value)) if equal(&found, value) => Ok(()),
        (Ok(found), Wanted::Value(value)) => Err(format!("gives {}, not {}", found.show(), value.show())),
        (Err(mistakes), Wanted::Value(_)) => Err(mistakes[0].message.clone()),
    }
}

/// The case with its literals as columns, by the engine. `None` if it cannot be written so: a list of columns is no result, and
/// some functions take constants only.
fn by_engine(text: &str, wanted: &Wanted) -> Option<Result<(), String>> {
    let (mut scope, mut inputs, mut moved) = (Scope::new(), Vec::new(), String::new());
    let mut from = 0;
    for (token, span) in tokens(text).ok()? {
        let (kind, cell) = match &token {
            Token::Int(x) => (Kind::Integer, *x as f64),
            Token::Double(x) => (Kind::Number, *x),
            Token::Name(name, false) if name == "true" || name == "false" => {
                (Kind::Flag, f64::from(u8::from(name == "true")))
            }
            Token::Text(x) => (Kind::Category(Rc::new(vec!["another".to_owned(), x.clone()])), 1.0),
            _ => continue,
        };
        if cell.abs() > 9_007_199_254_740_992.0 && kind == Kind::Integer {
            return None;
        }
        let name = format!("column_{}", inputs.len());
        moved.push_str(&text[from..span.start]);
        moved.push_str(&name);
        from = span.end;
        scope.add(name, input(inputs.len() as u32, kind));
        inputs.push(present(cell));
    }
    moved.push_str(&text[from..]);
    if inputs.is_empty() {
        return None;
    }
    let mut builder = FormulaBuilder::new();
    let typed = compile(&moved, &scope, &mut builder).ok()?;
    let formula = builder.finish(inputs.len() as u32, &[typed.register]).unwrap();
    let (found, state) = run(&formula, &inputs, &[])[0];
    let found = match &typed.kind {
        _ if !state.is_present() => None,
        Kind::Category(values) => Some(Value::text(&values[found as usize])),
        Kind::Flag => Some(Value::Bool(found != 0.0)),
        Kind::Integer if matches!(wanted, Wanted::Value(Value::Uint(_))) => Some(Value::Uint(found as u64)),
        Kind::Integer => Some(Value::Int(found as i64)),
        _ => Some(Value::Double(found)),
    };
    Some(match (found, wanted) {
        (None, Wanted::Error) => Ok(()),
        // What is not finite is absent here.
        (None, Wanted::Value(Value::Double(x))) if !x.is_finite() => Ok(()),
        (Some(found), Wanted::Value(value)) if equal(&found, value) => Ok(()),
        (found, Wanted::Value(value)) => {
            Err(format!("the engine gives {:?}, not {}", found.map(|x| x.show()), value.show()))
        }
        (Some(found), _) => Err(format!("the engine gives {}, not an error", found.show())),
        (None, Wanted::Foreign) => Err("wants a value that the subset does not have".to_owned()),
    })
}

/// Reasons by what they are about: `file`, `file/section` or `file/section/case`; with `engine/` before it, the case is run by
/// constants only.
fn left_out() -> BTreeMap<&'static str, &'static str> {
    let lines = LEFT_OUT.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| line.split_once(": ").unwrap_or_else(|| panic!("no reason: {line}"))).collect()
}

#[test]
fn the_claimed_cases_of_the_specification_pass() {
    let Some(folder) = std::env::var_os("SCORELET_CEL_SPEC").map(PathBuf::from) else {
        let _ = std::io::Write::write_all(
            &mut std::io::stderr(),
            b"skipped: SCORELET_CEL_SPEC names no folder with the textproto files of google/cel-spec\n",
        );
        return;
    };
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let reasons = left_out();
    let mut used: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut all, mut claimed, mut engine) = (0, 0, 0);
    let (mut failed, mut figures) = (Vec::new(), Vec::new());
    for path in paths.iter().filter(|path| path.extension().is_some_and(|end| end == "textproto")) {
        let file = path.file_stem().unwrap().to_str().unwrap();
        let message = Message::parse(&std::fs::read_to_string(path).unwrap());
        let (mut own, mut own_claimed) = (0, 0);
        for section in message.all("section") {
            for case in section.all("test") {
                own += 1;
                let of_section = format!("{file}/{}", section.text("name"));
                let name = format!("{of_section}/{}", case.text("name"));
                let reason = [file, &of_section, &name].iter().find_map(|at| reasons.get_key_value(*at));
                let (text, wanted) = (case.text("expr"), wanted(case));
                let result = by_constants(&text, &wanted);
                let bound = case.get("bindings").is_some() || case.get("type_env").is_some();
                if let Some((at, _)) = reason {
                    *used.entry(at).or_default() += 1;
                    continue;
                }
                own_claimed += 1;
                if bound {
                    failed.push(format!("{name}: {text}: has bindings"));
                } else if let Err(what) = result {
                    failed.push(format!("{name}: {text}: {what}"));
                }
                let engine_name = format!("engine/{name}");
                match by_engine(&text, &wanted) {
                    _ if reasons.contains_key(engine_name.as_str()) => {
                        let (at, _) = reasons.get_key_value(engine_name.as_str()).unwrap();
                        *used.entry(at).or_default() += 1;
                    }
                    None => {}
                    Some(Ok(())) => engine += 1,
                    Some(Err(what)) => failed.push(format!("{name}: {text}: {what}")),
                }
            }
        }
        figures.push(format!("{file} {own_claimed} of {own}"));
        (all, claimed) = (all + own, claimed + own_claimed);
    }
    let unused: Vec<&&str> = reasons.keys().filter(|at| !used.contains_key(**at)).collect();
    let report =
        format!("{claimed} of {all} cases claimed, {engine} also by the engine; {}\n", figures.join(", "));
    std::io::Write::write_all(&mut std::io::stderr(), report.as_bytes()).unwrap();
    assert!(failed.is_empty(), "{} of {claimed} fail:\n{}", failed.len(), failed.join("\n"));
    assert!(unused.is_empty(), "reasons for cases that do not exist: {unused:?}");
    assert!(claimed > 0 && engine > 0);
}
