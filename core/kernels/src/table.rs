//! Decision tables: which rules hold, 64 to a word.

/// Takes out of `kept` what is not in `set`: a bit a rule. `flips` are rules whose bit in `set` is the other way; a rule that stands
/// there twice is as it was. `room` is as long as `kept`. Gives the words between which bits are left: first, and one past the last.
///
/// Only words of `range` are looked at: the others of `kept` are known to be 0.
#[inline(never)]
pub fn keep(
    kept: &mut [u64],
    set: &[u64],
    flips: &[u16],
    room: &mut [u64],
    range: (usize, usize),
) -> (usize, usize) {
    let (from, to) = range;
    let (Some(kept), Some(set)) = (kept.get_mut(from..to), set.get(from..to)) else { return (0, 0) };
    match room.get_mut(from..to) {
        Some(room) if !flips.is_empty() => {
            room.copy_from_slice(set);
            for &rule in flips {
                let word = (usize::from(rule) / 64).wrapping_sub(from);
                if let Some(word) = room.get_mut(word) {
                    *word ^= 1 << (rule % 64);
                }
            }
            and(kept, room);
        }
        _ => and(kept, set),
    }
    let first = kept.iter().position(|&word| word != 0);
    let last = kept.iter().rposition(|&word| word != 0);
    match (first, last) {
        (Some(first), Some(last)) => (from + first, from + last + 1),
        _ => (0, 0),
    }
}

fn and(kept: &mut [u64], set: &[u64]) {
    for (kept, set) in kept.iter_mut().zip(set) {
        *kept &= set;
    }
}

/// Whether `x` stands before, at or after the edges, which ascend: 2n if n edges are less than x and none equals it, 2n + 1 if the next
/// one does.
#[inline(never)]
pub fn place(edges: &[f64], x: f64) -> usize {
    let below = edges.partition_point(|&edge| edge < x);
    2 * below + usize::from(edges.get(below) == Some(&x))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_between_and_at_edges() {
        let edges = [-1.0, 0.0, 2.5];
        let found = [f64::NEG_INFINITY, -1.0, -0.5, -0.0, 1.0, 2.5, f64::INFINITY].map(|x| place(&edges, x));
        assert_eq!(found, [0, 1, 2, 3, 4, 5, 6]);
        assert_eq!(place(&[], 3.0), 0);
    }

    #[test]
    fn keeps_what_is_in_the_set_and_says_where() {
        let mut room = [0; 4];
        let mut kept = [u64::MAX; 4];
        let set = [0, 0b110, 1, 0];
        assert_eq!(keep(&mut kept, &set, &[], &mut room, (0, 4)), (1, 3));
        assert_eq!(kept, set);
        // Rule 65 leaves, rule 64 is new in the set but was not kept, rule 128 is flipped twice.
        assert_eq!(keep(&mut kept, &set, &[64, 65, 128, 128], &mut room, (1, 3)), (1, 3));
        assert_eq!(kept, [0, 0b100, 1, 0]);
        assert_eq!(keep(&mut kept, &[0; 4], &[66], &mut room, (1, 3)), (1, 2));
        assert_eq!(keep(&mut kept, &[0; 4], &[], &mut room, (1, 2)), (0, 0));
        assert_eq!(kept, [0; 4]);
        assert_eq!(keep(&mut kept, &[0; 4], &[], &mut room, (0, 0)), (0, 0));
    }
}
