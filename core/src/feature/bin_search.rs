//! From numbers to their bins' values: the hot loop of a scorecard.

use core::hint::select_unpredictable;

/// Up to this many edges, comparing with every edge (two rows an instruction) is faster than searching.
const FEW_EDGES: usize = 16;

/// Edges that one pass over the rows compares with.
const PASS: usize = 4;

/// Rows that are searched in step: their probes have nothing to do with one another and overlap.
const LANES: usize = 8;

/// Writes for each `x` the value of its bin: `values[n]` with n the number of edges that `x` is `past`. `edges` ascend,
/// `values` are one more. NaN is past no edge, and nothing is past an edge NaN.
pub(super) fn assign(
    edges: &[f64],
    values: &[f64],
    x: &[f64],
    out: &mut [f64],
    past: impl Fn(f64, f64) -> bool + Copy,
) {
    if x.len() >= LANES && edges.len() <= FEW_EDGES {
        select(edges, values, x, out, past);
    } else {
        search(edges, values, x, out, past);
    }
}

/// Every row starts with the lowest bin's value and takes the next one's for each edge that it is past.
fn select(edges: &[f64], values: &[f64], x: &[f64], out: &mut [f64], past: impl Fn(f64, f64) -> bool + Copy) {
    let (lowest, above) = values.split_first().unwrap_or((&f64::NAN, &[]));
    out.fill(*lowest);
    for (some_edges, some_values) in edges.chunks(PASS).zip(above.chunks(PASS)) {
        // An array of fixed length, filled up with edges that nothing is past, keeps the row loop free of branches: the
        // compiler makes SIMD of it, natively and in wasm.
        let mut steps = [(f64::NAN, f64::NAN); PASS];
        for (step, (&edge, &value)) in steps.iter_mut().zip(some_edges.iter().zip(some_values)) {
            *step = (edge, value);
        }
        for (found, &x) in out.iter_mut().zip(x) {
            *found =
                steps.iter().fold(*found, |found, &(edge, value)| if past(x, edge) { value } else { found });
        }
    }
}

/// Binary search without branches, several rows in step.
fn search(edges: &[f64], values: &[f64], x: &[f64], out: &mut [f64], past: impl Fn(f64, f64) -> bool + Copy) {
    let (groups, rest) = x.as_chunks::<LANES>();
    let (out_groups, out_rest) = out.as_chunks_mut::<LANES>();
    for (x, out) in groups.iter().zip(out_groups) {
        *out = search_lanes(edges, x, past).map(|bin| values.get(bin).copied().unwrap_or(f64::NAN));
    }
    for (&x, out) in rest.iter().zip(out_rest) {
        let bin = edges.partition_point(|&edge| past(x, edge));
        *out = values.get(bin).copied().unwrap_or(f64::NAN);
    }
}

fn search_lanes(edges: &[f64], x: &[f64; LANES], past: impl Fn(f64, f64) -> bool) -> [usize; LANES] {
    let mut bins = [0; LANES];
    let mut left = edges.len();
    while left > 0 {
        // The bin of every row is in `bin..=bin + left`.
        let step = left.div_ceil(2);
        for (bin, &x) in bins.iter_mut().zip(x) {
            let probe = edges.get(*bin + step - 1).copied().unwrap_or(f64::NAN);
            *bin = select_unpredictable(past(x, probe), *bin + step, *bin);
        }
        left -= step;
    }
    bins
}
