//! A forest in the bundle. `docs/bundle-format-forest.md` describes every byte.

use scorelet_kernels::forest::{
    Arithmetic, Linear, Parts, Shape, ShapeError, Slot, SlotKind, Tests, leaf_values,
};

use super::Forest;
use crate::bundle::wire::{Put, Reader, Refused, Wire};
use crate::error::BundleError;
use crate::limits;

const BASE_FIRST: u8 = 1;
const COVERS: u8 = 2;
const COVERS_F64: u8 = 4;
const LINEAR: u8 = 8;
const TREE_OUTPUTS: u8 = 16;
const ALL_FLAGS: u8 = 31;
const EVERY_OUTPUT: u32 = u32::MAX;
/// Most words of a category set: codes below 2^24.
pub(crate) const SET_WORDS: usize = 1 << 19;
/// Test numbers are u16 up to this many tests.
const NARROW_TESTS: usize = 1 << 16;

impl Wire for Forest {
    fn put(&self, out: &mut Vec<u8>) {
        let p = &self.parts;
        let wide = p.arithmetic == Arithmetic::F64LessEqual;
        let covers_f64 = p.covers.iter().any(|&c| f64::from(c as f32) != c);
        let tree_outputs = p.outputs.iter().any(|&o| o != Some(0));
        out.u8(u8::from(wide));
        let flags = [
            (p.base_first, BASE_FIRST),
            (!p.covers.is_empty(), COVERS),
            (covers_f64, COVERS_F64),
            (!p.linears.is_empty(), LINEAR),
            (tree_outputs, TREE_OUTPUTS),
        ];
        out.u8(flags.iter().filter(|f| f.0).map(|f| f.1).sum());
        out.u32(p.features);
        out.f64s(&p.base);
        Put::f64(out, p.divisor);
        put_tests(&p.tests, wide, out);
        out.count(p.shape.trees().len());
        if tree_outputs {
            p.outputs.iter().for_each(|o| out.u32(o.unwrap_or(EVERY_OUTPUT)));
        }
        out.count(p.shape.nodes());
        out.extend_from_slice(p.shape.bits());
        if p.tests.count() <= NARROW_TESTS {
            p.splits.iter().for_each(|&t| out.u16(t as u16));
        } else {
            p.splits.iter().for_each(|&t| out.u32(t));
        }
        put_numbers(&p.values, wide, out);
        if !p.covers.is_empty() {
            put_numbers(&p.covers, covers_f64, out);
            out.count(p.inner_covers.len());
            for &(node, cover) in &p.inner_covers {
                out.u32(node);
                Put::f64(out, cover);
            }
        }
        if !p.linears.is_empty() {
            out.count(p.linears.len());
            for linear in &p.linears {
                out.u32(linear.leaf);
                Put::f64(out, linear.constant);
                out.count(linear.terms.len());
                for &(feature, coefficient) in &linear.terms {
                    out.u32(feature);
                    Put::f64(out, coefficient);
                }
            }
        }
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        get_parts(input).map(Self::new)
    }
}

fn get_parts(input: &mut Reader<'_>) -> Result<Parts, Refused> {
    let arithmetic = match input.u8()? {
        0 => Arithmetic::F32Less,
        1 => Arithmetic::F64LessEqual,
        _ => return Err(input.malformed("a forest's arithmetic is not known")),
    };
    let wide = arithmetic == Arithmetic::F64LessEqual;
    let flags = input.u8()?;
    if flags & !ALL_FLAGS != 0 || (flags & COVERS_F64 != 0 && flags & COVERS == 0) {
        return Err(input.malformed("a forest has flags that are not known"));
    }
    let features = input.u32()?;
    within(input, "features of a forest", features as usize, limits::COLUMNS)?;
    let base = input.f64s("outputs of a forest", limits::OUTPUTS)?;
    if base.is_empty() || (!wide && base.iter().any(|&b| f64::from(b as f32) != b)) {
        return Err(input.malformed("a forest has no output or a base that its arithmetic cannot hold"));
    }
    let divisor = input.f64()?;
    if divisor <= 0.0 || (!wide && f64::from(divisor as f32) != divisor) {
        return Err(input.malformed("a forest's divisor is not a positive number of its arithmetic"));
    }
    let tests = get_tests(features, wide, input)?;
    let trees = input.count("trees", limits::TREES, 0)?;
    within(input, "trees", trees.div_ceil(8), input.left())?;
    let outputs = if flags & TREE_OUTPUTS != 0 {
        get_outputs(trees, base.len() as u32, input)?
    } else {
        vec![Some(0); trees]
    };
    let nodes = input.count("nodes of trees", limits::TREE_NODES, 0)?;
    let shape = shape(input.take(nodes.div_ceil(8))?, nodes, trees, input.section())?;
    let splits = get_splits(shape.splits(), tests.count(), input)?;
    let leaf_values = outputs.iter().zip(shape.trees()).map(|(o, span)| leaf_values(*o, span, base.len()));
    let values = get_numbers(leaf_values.sum(), wide, input)?;
    let (mut covers, mut inner_covers) = (Vec::new(), Vec::new());
    if flags & COVERS != 0 {
        covers = get_numbers(shape.leaves(), flags & COVERS_F64 != 0, input)?;
        inner_covers = get_inner_covers(&shape, input)?;
        if covers.iter().chain(inner_covers.iter().map(|(_, c)| c)).any(|&c| c < 0.0) {
            return Err(input.malformed("a cover is negative"));
        }
    }
    let linears = if flags & LINEAR != 0 { get_linears(&shape, features, input)? } else { Vec::new() };
    if !linears.is_empty() && (!wide || outputs.iter().any(Option::is_none)) {
        return Err(input.malformed("linear leaves in a forest that cannot have them"));
    }
    Ok(Parts {
        features,
        arithmetic,
        base,
        base_first: flags & BASE_FIRST != 0,
        divisor,
        tests,
        outputs,
        shape,
        splits,
        values,
        covers,
        inner_covers,
        linears,
    })
}

/// Reads the shape of `trees` trees of `nodes` nodes.
pub(crate) fn shape(
    bits: &[u8],
    nodes: usize,
    trees: usize,
    section: &'static str,
) -> Result<Shape, BundleError> {
    Shape::new(bits, nodes, trees, limits::TREE_DEPTH).map_err(|error| match error {
        ShapeError::Misfit => {
            BundleError::Malformed { section, what: "the shape of the trees does not fit their number" }
        }
        ShapeError::Trailing => BundleError::Malformed { section, what: "bits after the last node" },
        ShapeError::Depth(found) => BundleError::Limit {
            section,
            what: "splits on a path of a tree",
            found: u64::from(found),
            limit: limits::TREE_DEPTH as u64,
        },
    })
}

fn within(input: &Reader<'_>, what: &'static str, found: usize, limit: usize) -> Result<(), Refused> {
    if found <= limit {
        return Ok(());
    }
    Err(input.over(what, found, limit))
}

fn put_numbers(numbers: &[f64], wide: bool, out: &mut Vec<u8>) {
    if wide {
        numbers.iter().for_each(|&x| Put::f64(out, x));
    } else {
        numbers.iter().for_each(|&x| out.u32((x as f32).to_bits()));
    }
}

/// `n` finite numbers, f32 or f64.
fn get_numbers(n: usize, wide: bool, input: &mut Reader<'_>) -> Result<Vec<f64>, Refused> {
    let numbers = get_open_numbers(n, wide, input)?;
    if numbers.iter().all(|x| x.is_finite()) {
        Ok(numbers)
    } else {
        Err(input.malformed("a number is not finite"))
    }
}

/// `n` numbers of any kind, f32 or f64.
fn get_open_numbers(n: usize, wide: bool, input: &mut Reader<'_>) -> Result<Vec<f64>, Refused> {
    let bytes = input.take(n.saturating_mul(if wide { 8 } else { 4 }))?;
    Ok(if wide {
        bytes.as_chunks().0.iter().map(|&b| f64::from_le_bytes(b)).collect()
    } else {
        bytes.as_chunks().0.iter().map(|&b| f64::from(f32::from_le_bytes(b))).collect()
    })
}

fn put_tests(tests: &Tests, wide: bool, out: &mut Vec<u8>) {
    out.count(tests.slots.len());
    for slot in &tests.slots {
        let missing = tests.missing_left.get(slot.first as usize..).unwrap_or(&[]);
        out.u32(slot.feature);
        match &slot.kind {
            SlotKind::Category { invalid_left, words } => {
                out.u8(2);
                let nan_left = missing.first().copied().unwrap_or(false);
                out.u8(u8::from(nan_left) | u8::from(*invalid_left) << 1);
                out.u32s(words);
            }
            kind => {
                out.u8(u8::from(*kind == SlotKind::NumberOrZero));
                out.u32(slot.len);
                put_numbers(tests.thresholds_of(slot), wide, out);
                for eight in missing.get(..slot.len as usize).unwrap_or(&[]).chunks(8) {
                    out.u8(eight.iter().rev().fold(0, |byte, &left| byte << 1 | u8::from(left)));
                }
            }
        }
    }
}

fn get_tests(features: u32, wide: bool, input: &mut Reader<'_>) -> Result<Tests, Refused> {
    let slots = input.count("slots of a forest", limits::TREE_NODES, 9)?;
    let mut tests = Tests { slots: Vec::with_capacity(slots), ..Tests::default() };
    let mut before = None;
    for _ in 0..slots {
        let feature = input.u32()?;
        let code = input.u8()?;
        let ordered = before.is_none_or(|b| b < (feature, code) || (b == (feature, code) && code == 2));
        if feature >= features || code > 2 || !ordered {
            return Err(input.malformed("a forest's slots are not in order"));
        }
        before = Some((feature, code));
        let first = tests.count();
        let kind = if code == 2 {
            let flags = input.u8()?;
            let words = input.u32s("words of a category set", SET_WORDS)?;
            if flags > 3 || words.last() == Some(&0) {
                return Err(input.malformed("a category set is not in its shortest form"));
            }
            tests.thresholds.push(0.0);
            tests.missing_left.push(flags & 1 != 0);
            SlotKind::Category { invalid_left: flags & 2 != 0, words }
        } else {
            get_thresholds(wide, &mut tests, input)?;
            if code == 0 { SlotKind::Number } else { SlotKind::NumberOrZero }
        };
        let len = tests.count() - first;
        tests.slots.push(Slot { feature, first: first as u32, len: len as u32, kind });
    }
    Ok(tests)
}

fn get_thresholds(wide: bool, tests: &mut Tests, input: &mut Reader<'_>) -> Result<(), Refused> {
    let n = input.count("tests of a forest", limits::TREE_NODES, if wide { 8 } else { 4 })?;
    let thresholds = get_open_numbers(n, wide, input)?;
    let bits = input.take(n.div_ceil(8))?;
    let missing = || (0..n).map(|i| bits.get(i / 8).is_some_and(|b| b >> (i % 8) & 1 == 1));
    let unused_bits = bits.last().is_some_and(|b| n % 8 != 0 && b >> (n % 8) != 0);
    // NaN fails the comparison, so it is refused here too.
    let in_order = thresholds.is_sorted_by(|a, b| a <= b);
    let twins = thresholds.windows(2).zip(missing().zip(missing().skip(1)));
    let mut twins = twins.filter(|(t, _)| t.first() == t.last());
    if n == 0
        || !in_order
        || thresholds.iter().any(|t| t.is_nan() || (*t == 0.0 && t.is_sign_negative()))
        || unused_bits
        || !twins.all(|(_, (a, b))| !a && b)
    {
        return Err(input.malformed("a forest's thresholds are not in order"));
    }
    tests.thresholds.extend_from_slice(&thresholds);
    tests.missing_left.extend(missing());
    Ok(())
}

fn get_outputs(trees: usize, outputs: u32, input: &mut Reader<'_>) -> Result<Vec<Option<u32>>, Refused> {
    let bytes = input.take(trees.saturating_mul(4))?;
    let codes: Vec<u32> = bytes.as_chunks().0.iter().map(|&b| u32::from_le_bytes(b)).collect();
    if codes.iter().any(|&o| o >= outputs && o != EVERY_OUTPUT) || codes.iter().all(|&o| o == 0) {
        return Err(input.malformed("a tree's output is not one of the forest's"));
    }
    Ok(codes.into_iter().map(|o| (o != EVERY_OUTPUT).then_some(o)).collect())
}

fn get_splits(n: usize, tests: usize, input: &mut Reader<'_>) -> Result<Vec<u32>, Refused> {
    let splits: Vec<u32> = if tests <= NARROW_TESTS {
        let bytes = input.take(n.saturating_mul(2))?;
        bytes.as_chunks().0.iter().map(|&b| u32::from(u16::from_le_bytes(b))).collect()
    } else {
        let bytes = input.take(n.saturating_mul(4))?;
        bytes.as_chunks().0.iter().map(|&b| u32::from_le_bytes(b)).collect()
    };
    match splits.iter().max() {
        Some(&most) if most as usize >= tests => Err(input.malformed("a split has a test that is not there")),
        _ => Ok(splits),
    }
}

fn get_inner_covers(shape: &Shape, input: &mut Reader<'_>) -> Result<Vec<(u32, f64)>, Refused> {
    let n = input.count("covers of splits", limits::TREE_NODES, 12)?;
    let covers = (0..n).map(|_| Ok((input.u32()?, input.f64()?))).collect::<Result<Vec<_>, Refused>>()?;
    let ordered = covers.is_sorted_by(|a, b| a.0 < b.0);
    if ordered && covers.iter().all(|&(node, _)| shape.is_split(node as usize)) {
        Ok(covers)
    } else {
        Err(input.malformed("covers of splits are not in order"))
    }
}

fn get_linears(shape: &Shape, features: u32, input: &mut Reader<'_>) -> Result<Vec<Linear>, Refused> {
    let n = input.count("linear leaves", limits::TREE_NODES, 16)?;
    let mut linears: Vec<Linear> = Vec::with_capacity(n);
    for _ in 0..n {
        let (leaf, constant) = (input.u32()?, input.f64()?);
        let terms = input.count("terms of a linear leaf", limits::COLUMNS, 12)?;
        let terms =
            (0..terms).map(|_| Ok((input.u32()?, input.f64()?))).collect::<Result<Vec<_>, Refused>>()?;
        let ordered = linears.last().is_none_or(|before| before.leaf < leaf);
        if !ordered || leaf as usize >= shape.leaves() || terms.iter().any(|&(f, _)| f >= features) {
            return Err(input.malformed("linear leaves are not in order"));
        }
        linears.push(Linear { leaf, constant, terms });
    }
    if linears.is_empty() {
        Err(input.malformed("linear leaves are flagged, but there are none"))
    } else {
        Ok(linears)
    }
}
