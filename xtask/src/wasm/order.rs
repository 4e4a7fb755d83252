//! The order of a module's functions by which gzip finds most: like code near like code.
//!
//! gzip looks back 32 KiB. From the largest function on, the next is always the one whose runs of bytes stand for the largest part in
//! what the last functions held. wasm-opt sorts functions by their names, so the order is written as names.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use anyhow::{Context, Result};

use super::module::{Sections, imported_functions, leb, write_leb};

/// Bytes of a run that is looked for again.
const RUN: usize = 6;
/// A run that stands in more functions than this tells nothing about likeness.
const COMMON: usize = 60;
/// Bytes of functions that gzip can still reach.
const REACH: usize = 30_000;
/// Runs that are added to a function's own, so that tiny functions do not always come first.
const SMALL: usize = 20;

/// The module with names that are numbers in the order found; other names are gone.
///
/// Errors: a module cut short.
pub(super) fn ordered(wasm: &[u8]) -> Result<Vec<u8>> {
    let mut out = wasm.get(..8).context("not a wasm module")?.to_vec();
    let (mut imported, mut functions) = (0, Vec::new());
    for section in Sections::of(wasm)? {
        let (id, body) = section?;
        match id {
            0 if body.starts_with(b"\x04name") => continue,
            2 => imported = imported_functions(body)?,
            10 => functions = bodies(body)?,
            _ => {}
        }
        out.push(id);
        write_leb(&mut out, body.len());
        out.extend_from_slice(body);
    }
    let mut place = vec![0; functions.len()];
    for (at, function) in order(&functions).into_iter().enumerate() {
        *place.get_mut(function).context("a function that is not there")? = at;
    }
    let mut names = Vec::new();
    write_leb(&mut names, place.len());
    for (index, at) in place.into_iter().enumerate() {
        write_leb(&mut names, usize::try_from(imported)? + index);
        let name = format!("{at:06}");
        write_leb(&mut names, name.len());
        names.extend_from_slice(name.as_bytes());
    }
    let mut body = b"\x04name\x01".to_vec();
    write_leb(&mut body, names.len());
    body.extend(names);
    out.push(0);
    write_leb(&mut out, body.len());
    out.extend(body);
    Ok(out)
}

/// The bodies of a code section.
fn bodies(body: &[u8]) -> Result<Vec<&[u8]>> {
    let (count, mut rest) = leb(body)?;
    let mut found = Vec::new();
    for _ in 0..count {
        let (length, after) = leb(rest)?;
        let (function, after) =
            after.split_at_checked(usize::try_from(length)?).context("a function is cut short")?;
        found.push(function);
        rest = after;
    }
    Ok(found)
}

/// The functions' indexes in the order in which they are to stand.
fn order(functions: &[&[u8]]) -> Vec<usize> {
    let runs: Vec<BTreeSet<&[u8]>> = functions.iter().map(|body| body.windows(RUN).collect()).collect();
    let mut holders = BTreeMap::<&[u8], Vec<usize>>::new();
    for (i, runs) in runs.iter().enumerate() {
        runs.iter().for_each(|run| holders.entry(run).or_default().push(i));
    }
    holders.retain(|_, holders| (2..=COMMON).contains(&holders.len()));
    // Of each function: how many of its runs the window holds; of each run: how often.
    let mut known = vec![0usize; functions.len()];
    let mut held = BTreeMap::<&[u8], usize>::new();
    let (mut window, mut reach) = (VecDeque::new(), 0);
    let mut left: BTreeSet<usize> = (0..functions.len()).collect();
    let mut order = Vec::with_capacity(functions.len());
    let of = |i: usize| runs.get(i).into_iter().flatten().filter_map(|run| Some((*run, holders.get(run)?)));
    let len = |i: usize| functions.get(i).map_or(0, |body| body.len());
    let size = |i: usize| runs.get(i).map_or(0, BTreeSet::len);
    let mut next = left.iter().copied().max_by_key(|&i| (len(i), std::cmp::Reverse(i)));
    while let Some(i) = next {
        left.remove(&i);
        order.push(i);
        for (run, holders) in of(i) {
            let times = held.entry(run).or_default();
            *times += 1;
            if *times == 1 {
                holders.iter().for_each(|&j| known[j] += 1);
            }
        }
        window.push_back(i);
        reach += len(i);
        while reach > REACH
            && window.len() > 1
            && let Some(gone) = window.pop_front()
        {
            reach -= len(gone);
            for (run, holders) in of(gone) {
                let times = held.entry(run).or_default();
                *times -= 1;
                if *times == 0 {
                    holders.iter().for_each(|&j| known[j] -= 1);
                }
            }
        }
        // By cross-multiplication: the share known of a function's runs, then its size, then its index.
        next = left.iter().copied().max_by(|&a, &b| {
            let share = |x: usize, y: usize| known[x] * (size(y) + SMALL);
            share(a, b).cmp(&share(b, a)).then(size(a).cmp(&size(b))).then(b.cmp(&a))
        });
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn like_functions_stand_together() {
        let text = |seed: u8, from: u8| -> Vec<u8> {
            (from..from + 40).map(|i| i.wrapping_mul(37).wrapping_add(seed)).collect()
        };
        let (a, b, a_again) = (text(1, 0), text(99, 100), text(1, 1));
        assert_eq!(order(&[&a, &b, &a_again]), [0, 2, 1]);
        assert_eq!(order(&[]), [] as [usize; 0]);
    }

    #[test]
    fn names_are_the_order_and_nothing_else_changes() {
        let mut wasm = b"\0asm\x01\0\0\0".to_vec();
        wasm.extend_from_slice(b"\x01\x04\x01\x60\x00\x00");
        wasm.extend_from_slice(b"\x03\x03\x02\x00\x00");
        wasm.extend_from_slice(b"\x0a\x08\x02\x02\x00\x0b\x03\x00\x01\x0b");
        let named = ordered(&wasm).unwrap();
        let names = b"\x00\x18\x04name\x01\x11\x02\x00\x06000001\x01\x06000000";
        assert_eq!(named, [&wasm[..], names].concat());
        // Once more: the old names are gone.
        assert_eq!(ordered(&named).unwrap(), named);
        assert!(ordered(&wasm[..wasm.len() - 3]).is_err());
    }
}
