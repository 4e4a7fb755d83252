//! Strided walks over a working memory: functions of two values, choices and copies, position after position.
//!
//! A run of the innermost axis is read into buffers a chunk at a time, so that a function has one loop, over values side by side,
//! whatever the strides. What a walk reads it does not write, except where it reads a position just before it writes the same one.

use crate::binary::{Binary, apply};

/// A place that a step reads: computed before, or a constant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Offset in the working memory.
    Memory(u32),
    /// Offset in the figures.
    Figures(u32),
}

/// One axis of a strided walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Axis {
    /// Positions.
    pub len: u32,
    /// Values from one position to the next in the target.
    pub out: u32,
    /// The same in the first input; 0 repeats it, negative walks backwards.
    pub a: i32,
    /// The same in the second input, if there is one.
    pub b: i32,
    /// The same in the third input, if there is one.
    pub c: i32,
}

impl Axis {
    /// Axes that walk the same positions in the same order: none of length 1, none that goes on where the next one inside it ends.
    /// Lengths and strides must be those of a walk whose positions fit a memory.
    pub fn merged(axes: &[Self]) -> Vec<Self> {
        let mut merged: Vec<Self> = Vec::with_capacity(axes.len());
        for axis in axes.iter().filter(|axis| axis.len != 1) {
            match merged.last_mut() {
                Some(outer) if outer.goes_on(axis) => {
                    *outer = Self { len: outer.len.saturating_mul(axis.len), ..*axis };
                }
                _ => merged.push(*axis),
            }
        }
        merged
    }

    fn goes_on(&self, inner: &Self) -> bool {
        let (n, outer, strides) = (i64::from(inner.len), self.strides(), inner.strides());
        outer.iter().zip(strides).all(|(&outer, inner)| outer == n.saturating_mul(inner))
    }

    /// Target, first, second, third input.
    fn strides(&self) -> [i64; 4] {
        [i64::from(self.out), i64::from(self.a), i64::from(self.b), i64::from(self.c)]
    }
}

/// Values of a chunk.
const CHUNK: usize = 64;

/// Where a run of the innermost axis starts: target, first, second, third input.
type Places = [isize; 4];

/// Calls `run` for each run of the innermost axis, in order.
fn each_run(axes: &[Axis], start: Places, mut run: impl FnMut(Axis, Places)) {
    let single = Axis { len: 1, out: 1, a: 0, b: 0, c: 0 };
    let (inner, outer) = match axes.split_last() {
        Some((inner, outer)) => (*inner, outer),
        None => (single, axes),
    };
    let mut at = [0u32; 8];
    let mut places = start;
    loop {
        run(inner, places);
        let mut moved = false;
        for (axis, at) in outer.iter().zip(&mut at).rev() {
            let strides = axis.strides();
            *at += 1;
            moved = *at < axis.len;
            let steps = if moved { 1 } else { 1 - axis.len as isize };
            *at = if moved { *at } else { 0 };
            for (place, stride) in places.iter_mut().zip(strides) {
                *place = place.wrapping_add((stride as isize).wrapping_mul(steps));
            }
            if moved {
                break;
            }
        }
        if !moved {
            return;
        }
    }
}

fn start(output: u32, sources: [Source; 3]) -> Places {
    let at = |source| match source {
        Source::Memory(at) | Source::Figures(at) => at as isize,
    };
    let [a, b, c] = sources;
    [output as isize, at(a), at(b), at(c)]
}

/// The values that a source is read from.
fn values<'a>(source: Source, memory: &'a [f32], figures: &'a [f32]) -> &'a [f32] {
    match source {
        Source::Memory(_) => memory,
        Source::Figures(_) => figures,
    }
}

/// Reads a run; what is outside stays as it is. Not inlined: six copies would take kilobytes of the wasm.
#[inline(never)]
fn gather(from: &[f32], at: isize, stride: i32, into: &mut [f32]) {
    match stride {
        0 => into.fill(from.get(at as usize).copied().unwrap_or(0.0)),
        1 => {
            if let Some(run) =
                (at as usize).checked_add(into.len()).and_then(|end| from.get(at as usize..end))
            {
                into.copy_from_slice(run);
            }
        }
        _ => {
            let mut at = at;
            for value in into {
                *value = from.get(at as usize).copied().unwrap_or(*value);
                at = at.wrapping_add(stride as isize);
            }
        }
    }
}

/// Writes a run; what is outside is left out.
#[inline(never)]
fn scatter(run: &[f32], memory: &mut [f32], at: isize, stride: u32) {
    if stride == 1 {
        if let Some(place) =
            (at as usize).checked_add(run.len()).and_then(|end| memory.get_mut(at as usize..end))
        {
            place.copy_from_slice(run);
        }
        return;
    }
    let mut at = at as usize;
    for value in run {
        if let Some(place) = memory.get_mut(at) {
            *place = *value;
        }
        at = at.wrapping_add(stride as usize);
    }
}

/// Chunks of a run: its first position and its length.
fn chunks(len: u32) -> impl Iterator<Item = (isize, usize)> {
    let len = len as usize;
    (0..len).step_by(CHUNK).map(move |at| (at as isize, CHUNK.min(len - at)))
}

fn place(from: isize, position: isize, stride: isize) -> isize {
    from.wrapping_add(position.wrapping_mul(stride))
}

/// `function` of `a` and `b` at each position, to the target at `output`.
#[inline(never)]
pub fn zip(
    function: Binary,
    a: Source,
    b: Source,
    output: u32,
    axes: &[Axis],
    figures: &[f32],
    memory: &mut [f32],
) {
    let (mut one, mut two) = ([0.0; CHUNK], [0.0; CHUNK]);
    each_run(axes, start(output, [a, b, b]), |axis, [to, from_a, from_b, _]| {
        for (at, n) in chunks(axis.len) {
            let (Some(one), Some(two)) = (one.get_mut(..n), two.get_mut(..n)) else { return };
            gather(values(a, memory, figures), place(from_a, at, axis.a as isize), axis.a, one);
            gather(values(b, memory, figures), place(from_b, at, axis.b as isize), axis.b, two);
            apply(function, one, two);
            scatter(one, memory, place(to, at, axis.out as isize), axis.out);
        }
    });
}

/// `a` where `condition` is not 0 (NaN is not), else `b`, at each position, to the target at `output`. The condition has stride `c`.
#[inline(never)]
pub fn select(
    condition: Source,
    a: Source,
    b: Source,
    output: u32,
    axes: &[Axis],
    figures: &[f32],
    memory: &mut [f32],
) {
    let (mut one, mut two, mut three) = ([0.0; CHUNK], [0.0; CHUNK], [0.0; CHUNK]);
    each_run(axes, start(output, [a, b, condition]), |axis, [to, from_a, from_b, from_c]| {
        for (at, n) in chunks(axis.len) {
            let buffers = (one.get_mut(..n), two.get_mut(..n), three.get_mut(..n));
            let (Some(one), Some(two), Some(three)) = buffers else { return };
            gather(values(a, memory, figures), place(from_a, at, axis.a as isize), axis.a, one);
            gather(values(b, memory, figures), place(from_b, at, axis.b as isize), axis.b, two);
            gather(values(condition, memory, figures), place(from_c, at, axis.c as isize), axis.c, three);
            for ((one, two), three) in one.iter_mut().zip(two).zip(three) {
                *one = if *three == 0.0 { *two } else { *one };
            }
            scatter(one, memory, place(to, at, axis.out as isize), axis.out);
        }
    });
}

/// Copies each position to the target at `output`.
#[inline(never)]
pub fn copy(input: Source, output: u32, axes: &[Axis], figures: &[f32], memory: &mut [f32]) {
    let mut buffer = [0.0; CHUNK];
    each_run(axes, start(output, [input; 3]), |axis, [to, from, ..]| {
        for (at, n) in chunks(axis.len) {
            let Some(run) = buffer.get_mut(..n) else { return };
            gather(values(input, memory, figures), place(from, at, axis.a as isize), axis.a, run);
            scatter(run, memory, place(to, at, axis.out as isize), axis.out);
        }
    });
}
