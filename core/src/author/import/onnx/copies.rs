//! From a list of places to strided copies.

use crate::model::network::step::{Axis, Source, Step};

/// Axes of one copy at most.
const AXES: usize = 8;

/// 0, 1, 2, …
pub(super) fn identity(len: usize) -> Vec<u32> {
    (0..len as u32).collect()
}

/// Steps that put the values at `picks` (places from `input` on) side by side at `output`.
pub(super) fn of(picks: &[u32], input: Source, output: u32) -> Vec<Step> {
    if let Some((first, axes)) = nested(picks) {
        return vec![Step::Copy { input: from(input, first), output, axes }];
    }
    // No regular pattern: one copy for each run of equal distances.
    let mut steps = Vec::new();
    let mut rest = picks;
    let mut at = output;
    while let Some(&first) = rest.first() {
        let (len, stride) = run(rest);
        let axes = vec![Axis { len: len as u32, out: 1, a: stride, b: 0, c: 0 }];
        steps.push(Step::Copy { input: from(input, first), output: at, axes });
        at += len as u32;
        rest = rest.get(len..).unwrap_or_default();
    }
    steps
}

fn from(input: Source, by: u32) -> Source {
    match input {
        Source::Memory(at) => Source::Memory(at + by),
        Source::Figures(at) => Source::Figures(at + by),
    }
}

/// Length of the run of equal distances at the start, and the distance.
fn run(picks: &[u32]) -> (usize, i32) {
    let mut steps = picks.windows(2).map(|w| match w {
        [a, b] => i64::from(*b) - i64::from(*a),
        _ => 0,
    });
    match steps.next() {
        None => (picks.len(), 1),
        Some(stride) => (2 + steps.take_while(|&s| s == stride).count(), stride as i32),
    }
}

/// First pick and axes, outermost first, if the picks are nested loops.
fn nested(picks: &[u32]) -> Option<(u32, Vec<Axis>)> {
    let first = *picks.first()?;
    let mut level = picks.to_vec();
    let mut axes = Vec::new();
    let mut out = 1u32;
    while level.len() > 1 {
        let (len, stride) = inner(&level)?;
        axes.push(Axis { len: len as u32, out, a: stride, b: 0, c: 0 });
        out = out.saturating_mul(len as u32);
        level = level.iter().step_by(len).copied().collect();
    }
    if axes.is_empty() {
        axes.push(Axis { len: 1, out: 1, a: 0, b: 0, c: 0 });
    }
    axes.reverse();
    (axes.len() <= AXES).then_some((first, axes))
}

/// The longest run that the whole list repeats.
fn inner(level: &[u32]) -> Option<(usize, i32)> {
    let (longest, stride) = run(level);
    // A run may go on into the next block by chance: shorter ones that divide the list are tried, too.
    let fits = |len: usize| {
        level.len().is_multiple_of(len)
            && level.chunks(len).all(|chunk| {
                let start = chunk.first().map_or(0, |&c| i64::from(c));
                chunk.iter().zip(0i64..).all(|(&c, i)| i64::from(c) == start + i * i64::from(stride))
            })
    };
    (2..=longest).rev().find(|&len| fits(len)).map(|len| (len, stride))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn play(steps: &[Step], len: usize) -> Vec<u32> {
        let mut out = vec![u32::MAX; len];
        for step in steps {
            let Step::Copy { input: Source::Memory(input), output, axes } = step else { panic!("{step:?}") };
            let count: u32 = axes.iter().map(|a| a.len).product();
            for i in 0..count {
                let (mut rest, mut from, mut to) = (i, i64::from(*input), *output);
                for axis in axes.iter().rev() {
                    let at = rest % axis.len;
                    rest /= axis.len;
                    from += i64::from(at) * i64::from(axis.a);
                    to += at * axis.out;
                }
                out[to as usize] = from as u32;
            }
        }
        out
    }

    #[test]
    fn copies_give_the_picks() {
        let transposed: Vec<u32> = (0..3).flat_map(|c| (0..4).map(move |r| r * 3 + c)).collect();
        let repeated: Vec<u32> = (0..4).flat_map(|c| [c; 3]).collect();
        let cases: [(Vec<u32>, usize); 7] = [
            ((0..10).collect(), 1),
            (transposed, 1),
            (repeated, 1),
            ((0..5).rev().collect(), 1),
            (vec![7], 1),
            (vec![0, 1, 2, 10, 11, 12], 1),
            (vec![3, 1, 4, 1, 5], 3),
        ];
        for (picks, steps) in cases {
            let made = of(&picks, Source::Memory(0), 0);
            assert_eq!(play(&made, picks.len()), picks);
            assert_eq!(made.len(), steps, "{picks:?}");
        }
    }
}
