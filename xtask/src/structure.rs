//! The house rules that no compiler checks: length of files, where `unsafe` may stand, no stubs, no tests switched off.

use anyhow::{Result, bail};

use crate::run::{output, program, root};

const LONGEST: usize = 700;
const MEDIAN: usize = 200;
/// The raw ABI takes pointers from outside: the one place that needs it.
const UNSAFE_FILE: &str = "core/src/abi/raw.rs";
const SOURCE: [&str; 6] = ["rs", "ts", "js", "py", "sh", "html"];

/// Checks every source file that git knows or would add.
pub(crate) fn check() -> Result<()> {
    let listed = output(&mut program("git", &["ls-files", "--cached", "--others", "--exclude-standard"]))?;
    let mut lengths = Vec::new();
    let mut found = Vec::new();
    for path in listed.lines() {
        let Some((_, extension)) = path.rsplit_once('.') else { continue };
        if !SOURCE.contains(&extension) {
            continue;
        }
        // Listed and yet gone: deleted in the working tree.
        let Ok(text) = std::fs::read_to_string(root().join(path)) else { continue };
        let lines = text.lines().count();
        if lines > LONGEST {
            found.push(format!("{path}: {lines} lines, over {LONGEST}: more than one subject?"));
        }
        if extension == "rs" {
            lengths.push(lines);
            rust_rules(path, &text, &mut found);
        }
    }
    lengths.sort_unstable();
    let median = lengths.get(lengths.len() / 2).copied().unwrap_or(0);
    let longest = lengths.last().copied().unwrap_or(0);
    println!("  {} Rust files: median {median} lines, longest {longest}", lengths.len());
    if median > MEDIAN {
        found.push(format!("the median Rust file has {median} lines, over {MEDIAN}"));
    }
    if found.is_empty() { Ok(()) } else { bail!("{}", found.join("\n")) }
}

fn rust_rules(path: &str, text: &str, found: &mut Vec<String>) {
    // Written in two parts, so that this file does not find itself.
    let stubs = [concat!("todo", "!("), concat!("unimplemented", "!("), concat!("#[ign", "ore")];
    for (number, line) in text.lines().enumerate() {
        let code = line.split("//").next().unwrap_or_default();
        if path != UNSAFE_FILE && is_unsafe(code) {
            found.push(format!("{path}:{}: unsafe code outside {UNSAFE_FILE}", number + 1));
        }
        if stubs.iter().any(|stub| code.contains(stub)) {
            found.push(format!("{path}:{}: a stub, or a test that is switched off", number + 1));
        }
    }
}

fn is_unsafe(code: &str) -> bool {
    // Also written in parts.
    let keyword = concat!("uns", "afe");
    let after = ["{", "fn", "impl", "extern", "trait"].map(|what| format!("{keyword} {what}"));
    let attributes = [format!("#[{keyword}("), format!("allow({keyword}"), format!("expect({keyword}")];
    after.iter().chain(&attributes).any(|what| code.contains(what))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_find_what_they_should() {
        let mut found = Vec::new();
        rust_rules("a.rs", concat!("let x = unsa", "fe { y };\nto", "do!();\n// unsa", "fe { }"), &mut found);
        assert_eq!(found.len(), 2, "{found:?}");
        found.clear();
        rust_rules(UNSAFE_FILE, concat!("unsa", "fe fn f() {}"), &mut found);
        assert!(found.is_empty());
    }
}
