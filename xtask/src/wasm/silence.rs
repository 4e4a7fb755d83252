//! Panic messages out of a module: nobody could see them.
//!
//! On `wasm32-unknown-unknown` std formats a panic's message, and then has no place to print it: the embedder sees the trap and
//! nothing else. Here the functions that lead there become that trap, so that wasm-opt can drop what only they used
//! (std's panic hook, its locks and streams, most number formatting). None of them returns, so nothing that a caller can
//! observe changes.

use anyhow::{Context, Result, bail};

use super::module::{Sections, imported_functions, leb, write_leb};

/// Parts of mangled names (both manglings write a path's elements with their lengths) of functions that never return.
const MESSAGES: [&str; 16] = [
    "4core9panicking",
    "13unwrap_failed",
    "13expect_failed",
    "22panic_already_borrowed",
    "30panic_already_mutably_borrowed",
    "18panic_access_error",
    "16slice_error_fail",
    "16slice_index_fail",
    "20slice_index_fail",
    "26slice_start_index_len_fail",
    "24slice_end_index_len_fail",
    "22slice_index_order_fail",
    "17len_mismatch_fail",
    "17capacity_overflow",
    "7raw_vec12handle_error",
    "18handle_alloc_error",
];

/// Body of a function that traps at once: no locals, `unreachable`, `end`.
const TRAP: [u8; 3] = [0, 0x00, 0x0b];

const IMPORT: u8 = 2;
const CODE: u8 = 10;

/// The module with those functions trapping, and how many they are.
///
/// Errors: a module without names, or cut short.
pub(crate) fn silence(wasm: &[u8]) -> Result<(Vec<u8>, usize)> {
    let mut imported = 0;
    let mut doomed = None;
    for section in Sections::of(wasm)? {
        let (id, body) = section?;
        match id {
            IMPORT => imported = imported_functions(body)?,
            0 if body.starts_with(b"\x04name") => doomed = Some(functions_to_silence(&body[5..])?),
            _ => {}
        }
    }
    let doomed = doomed.context("the module has no names: build it without `strip`")?;
    let mut out = wasm.get(..8).context("not a wasm module")?.to_vec();
    let mut silenced = 0;
    for section in Sections::of(wasm)? {
        let (id, body) = section?;
        out.push(id);
        if id != CODE {
            write_leb(&mut out, body.len());
            out.extend_from_slice(body);
            continue;
        }
        let (count, mut rest) = leb(body)?;
        let mut code = Vec::with_capacity(body.len());
        write_leb(&mut code, usize::try_from(count)?);
        for index in imported..imported + count {
            let (length, after) = leb(rest)?;
            let (function, after) =
                after.split_at_checked(usize::try_from(length)?).context("a function is cut short")?;
            rest = after;
            let function = if doomed.binary_search(&index).is_ok() {
                silenced += 1;
                &TRAP
            } else {
                function
            };
            write_leb(&mut code, function.len());
            code.extend_from_slice(function);
        }
        write_leb(&mut out, code.len());
        out.extend_from_slice(&code);
    }
    Ok((out, silenced))
}

/// The indexes of the functions with such names, ascending, from the body of a name section.
fn functions_to_silence(mut names: &[u8]) -> Result<Vec<u64>> {
    while let Some((&kind, after)) = names.split_first() {
        let (length, after) = leb(after)?;
        let (body, after) =
            after.split_at_checked(usize::try_from(length)?).context("the names are cut short")?;
        names = after;
        if kind != 1 {
            continue;
        }
        let (count, mut rest) = leb(body)?;
        let mut found = Vec::new();
        for _ in 0..count {
            let (index, after) = leb(rest)?;
            let (length, after) = leb(after)?;
            let (name, after) =
                after.split_at_checked(usize::try_from(length)?).context("a name is cut short")?;
            rest = after;
            let name = String::from_utf8_lossy(name);
            if MESSAGES.iter().any(|part| name.contains(part)) {
                found.push(index);
            }
        }
        found.sort_unstable();
        return Ok(found);
    }
    bail!("the module names no functions")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A module with an import and two functions, of which the second is named as std's panic is.
    fn module(named: bool) -> Vec<u8> {
        let mut wasm = b"\0asm\x01\0\0\0".to_vec();
        wasm.extend_from_slice(b"\x01\x04\x01\x60\x00\x00");
        wasm.extend_from_slice(b"\x02\x07\x01\x01a\x01b\x00\x00");
        wasm.extend_from_slice(b"\x03\x03\x02\x00\x00");
        wasm.extend_from_slice(b"\x0a\x08\x02\x02\x00\x0b\x03\x00\x01\x0b");
        if named {
            let name = b"_ZN4core9panicking9panic_fmt17h0123456789abcdefE";
            let mut names = vec![2, 1, 1, b'f', 2, name.len() as u8];
            names.extend_from_slice(name);
            let mut body = b"\x04name\x01".to_vec();
            body.push(names.len() as u8);
            body.extend(names);
            wasm.extend([0, body.len() as u8]);
            wasm.extend(body);
        }
        wasm
    }

    #[test]
    fn the_named_function_traps_and_nothing_else_changes() {
        let before = module(true);
        let (after, count) = silence(&before).unwrap();
        assert_eq!(count, 1);
        let expected: &[u8] = b"\x0a\x08\x02\x02\x00\x0b\x03\x00\x00\x0b";
        assert!(after.windows(expected.len()).any(|w| w == expected));
        assert_eq!(after.len(), before.len());
        assert_eq!(after.iter().zip(&before).filter(|(a, b)| a != b).count(), 1);
    }

    #[test]
    fn a_module_without_names_or_cut_short_is_refused() {
        assert!(silence(&module(false)).is_err());
        let whole = module(true);
        for length in [0, 7, 12, 30, whole.len() - 1] {
            assert!(silence(&whole[..length]).is_err(), "{length}");
        }
    }
}
