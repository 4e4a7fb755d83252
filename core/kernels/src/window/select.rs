//! Order of values: keys, selection and sorting in linear time, whatever the values are.

/// A key that orders as the value does; −0 is 0.
pub(super) fn key(x: f64) -> u64 {
    let bits = (x + 0.0).to_bits();
    // Negative numbers: every bit turned; others: the sign bit.
    bits ^ (((bits as i64) >> 63) as u64 | 1 << 63)
}

/// The value of a key.
fn value(key: u64) -> f64 {
    f64::from_bits(key ^ ((((!key) as i64) >> 63) as u64 | 1 << 63))
}

/// Working memory of selection.
#[derive(Debug, Default)]
pub(super) struct Selection {
    keys: Vec<u64>,
    left: Vec<u64>,
}

impl Selection {
    /// Takes the values to select from.
    pub(super) fn take(&mut self, values: &[f64]) {
        self.keys.clear();
        self.keys.extend(values.iter().map(|&x| key(x)));
    }

    /// The value at the share `q` of the sorted values, linear between neighbours; `None` of no value.
    pub(super) fn quantile(&mut self, q: f64) -> Option<f64> {
        let last = self.keys.len().checked_sub(1)?;
        let h = q * last as f64;
        let below = (h as usize).min(last);
        let t = h - below as f64;
        let (a, up_to) = self.select(below)?;
        let b = if t == 0.0 || up_to > below + 1 {
            a
        } else {
            self.keys.iter().copied().filter(|&k| k > a).min().unwrap_or(a)
        };
        let (a, b) = (value(a), value(b));
        Some(if a == b || t == 0.0 {
            a
        } else if t < 0.5 {
            a + (b - a) * t
        } else {
            b - (b - a) * (1.0 - t)
        })
    }

    /// The key at `rank` of the sorted keys, and how many keys are not greater.
    fn select(&mut self, rank: usize) -> Option<(u64, usize)> {
        let (mut rank, mut before) = (rank, 0);
        self.left.clear();
        self.left.extend_from_slice(&self.keys);
        loop {
            let (least, most) = self.left.iter().fold((u64::MAX, 0), |(lo, hi), &k| (lo.min(k), hi.max(k)));
            if self.left.len() <= SHORT {
                sort_short(&mut self.left);
                let &found = self.left.get(rank)?;
                return Some((found, before + self.left.iter().filter(|&&k| k <= found).count()));
            }
            // The highest eight bits in which any two keys differ.
            let shift = (u64::BITS - (least ^ most).leading_zeros()).saturating_sub(8);
            if least == most {
                return Some((least, before + self.left.len()));
            }
            let mut counts = [0u32; 256];
            for &k in &self.left {
                if let Some(n) = counts.get_mut((k >> shift) as usize & 255) {
                    *n += 1;
                }
            }
            let mut bucket = 0;
            for (i, &n) in counts.iter().enumerate() {
                if rank < n as usize {
                    bucket = i;
                    break;
                }
                rank -= n as usize;
                before += n as usize;
            }
            self.left.retain(|&k| (k >> shift) as usize & 255 == bucket);
        }
    }
}

/// So few keys are sorted.
const SHORT: usize = 12;

/// By insertion.
fn sort_short(keys: &mut [u64]) {
    for i in 1..keys.len() {
        for j in (1..=i).rev() {
            match keys.get_mut(j - 1..=j) {
                Some([a, b]) if *a > *b => core::mem::swap(a, b),
                _ => break,
            }
        }
    }
}

/// Sorts keys with their places, stable: least significant byte first, bytes in which all agree left out.
pub(super) fn sort(pairs: &mut Vec<(u64, u32)>, spare: &mut Vec<(u64, u32)>) {
    let Some(&(first, _)) = pairs.first() else { return };
    let differ = pairs.iter().fold(0, |bits, (k, _)| bits | (k ^ first));
    for shift in (0..u64::BITS).step_by(8) {
        if (differ >> shift) & 255 == 0 {
            continue;
        }
        let mut starts = [0u32; 256];
        for (k, _) in pairs.iter() {
            if let Some(n) = starts.get_mut((k >> shift) as usize & 255) {
                *n += 1;
            }
        }
        let mut sum = 0;
        for n in &mut starts {
            (sum, *n) = (sum + *n, sum);
        }
        spare.clear();
        spare.resize(pairs.len(), (0, 0));
        for &pair in pairs.iter() {
            if let Some(at) = starts.get_mut((pair.0 >> shift) as usize & 255) {
                if let Some(to) = spare.get_mut(*at as usize) {
                    *to = pair;
                }
                *at += 1;
            }
        }
        core::mem::swap(pairs, spare);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_order_as_values_do() {
        let ascending =
            [f64::NEG_INFINITY, -1e300, -2.0, -1.0, -1e-310, 0.0, 1e-310, 1.0, 2.0, 1e300, f64::INFINITY];
        for pair in ascending.windows(2) {
            assert!(key(pair[0]) < key(pair[1]), "{pair:?}");
        }
        for x in ascending {
            assert_eq!(value(key(x)).to_bits(), x.to_bits());
        }
        assert_eq!(key(-0.0), key(0.0));
    }

    /// Lists of every length and much or little spread, against sorting.
    #[test]
    fn selection_and_sorting_are_as_std_sorts() {
        let mut seed = 3u64;
        let mut next = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            seed >> 33
        };
        let mut selection = Selection::default();
        for round in 0..400 {
            let n = 1 + round % 97;
            let cents = [3, 50, 100_000, 1 << 30][round % 4];
            let values: Vec<f64> = (0..n).map(|_| (next() % cents) as f64 / 100.0 - 3.0).collect();
            let mut sorted = values.clone();
            sorted.sort_by(f64::total_cmp);
            selection.take(&values);
            for rank in 0..n {
                let (found, up_to) = selection.select(rank).unwrap();
                assert_eq!(value(found), sorted[rank]);
                assert_eq!(up_to, sorted.iter().filter(|&&x| x <= sorted[rank]).count());
            }
            let mut pairs: Vec<(u64, u32)> = values.iter().map(|&x| key(x)).zip(0..).collect();
            let mut wanted = pairs.clone();
            wanted.sort_by_key(|pair| pair.0);
            sort(&mut pairs, &mut Vec::new());
            assert_eq!(pairs, wanted);
        }
    }

    #[test]
    fn quantiles() {
        let mut selection = Selection::default();
        let mut of = |values: &[f64], q| {
            selection.take(values);
            selection.quantile(q)
        };
        assert_eq!(of(&[], 0.5), None);
        assert_eq!(of(&[7.0], 0.9), Some(7.0));
        assert_eq!(of(&[4.0, 1.0, 3.0, 2.0], 0.5), Some(2.5));
        assert_eq!(of(&[4.0, 1.0, 3.0, 2.0], 1.0), Some(4.0));
        assert_eq!(of(&[4.0, 1.0, 3.0, 2.0], 0.0), Some(1.0));
        assert_eq!(of(&[10.0, 0.0], 0.25), Some(2.5));
        // No difference of infinities.
        assert_eq!(of(&[f64::INFINITY, f64::INFINITY], 0.3), Some(f64::INFINITY));
    }
}
