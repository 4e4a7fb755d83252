//! Which coalitions are evaluated, and what their worths say of each group.
//!
//! The Shapley value of group i among n (Shapley, "A Value for n-Person Games", 1953) is
//! Σ_S |S|! (n−|S|−1)! / n! · (v(S∪i) − v(S)) over all coalitions S without i; or, the same, the mean of v(S∪i) − v(S) over
//! all orders of the groups, with S those before i. The mean over some orders is its estimate (Castro, Gómez and
//! Tejada, "Polynomial calculation of the Shapley value based on sampling", 2009), and in each order the differences add up
//! to v(all) − v(none). Each order is taken together with its reverse, which mostly errs the other way (antithetic pairs:
//! Mitchell, Cooper, Frank and Holmes, "Sampling Permutations for Shapley Value Estimation", 2022).

/// Where the generator of orders starts.
const SEED: u64 = 0x5c0_7e1e7;

/// The coalitions of a game. Their worths stand in a list: see each variant.
#[derive(Clone, Debug)]
pub(super) enum Coalitions {
    /// All of so many groups: coalition k has group g if bit g of k is set.
    All(usize),
    /// Pairs of orders. Coalition 0 is nobody, 1 is everybody; then, for each pair and each of its two orders, those of
    /// the first 1, 2, … n − 1 groups.
    Walks {
        groups: usize,
        /// Place of each group in the first order of each pair; in the second it is n − 1 less that.
        places: Vec<u32>,
    },
}

/// The next number of SplitMix64 (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014).
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl Coalitions {
    /// All coalitions if `permutations` is 0, otherwise those of so many orders.
    pub(super) fn new(groups: usize, permutations: usize) -> Self {
        if permutations == 0 {
            return Self::All(groups);
        }
        let mut state = SEED;
        let mut places = Vec::with_capacity(groups * permutations / 2);
        for _ in 0..permutations / 2 {
            // Fisher and Yates' shuffle of the places.
            let from = places.len();
            places.extend(0..groups as u32);
            let order = places.get_mut(from..).unwrap_or_default();
            for i in (1..groups).rev() {
                order.swap(i, (next(&mut state) % (i as u64 + 1)) as usize);
            }
        }
        Self::Walks { groups, places }
    }

    /// How many they are.
    pub(super) fn count_of(groups: usize, permutations: usize) -> usize {
        match permutations {
            0 => 1_usize.checked_shl(groups as u32).unwrap_or(usize::MAX),
            _ => permutations.saturating_mul(groups.saturating_sub(1)).saturating_add(2),
        }
    }

    /// How many these are.
    pub(super) fn count(&self) -> usize {
        match self {
            Self::All(groups) => Self::count_of(*groups, 0),
            Self::Walks { groups, places } => Self::count_of(*groups, places.len() / (*groups).max(1) * 2),
        }
    }

    /// Whether group `group` is in coalition `k`.
    pub(super) fn has(&self, k: usize, group: usize) -> bool {
        match self {
            Self::All(_) => (k >> group) & 1 == 1,
            Self::Walks { .. } if k < 2 => k == 1,
            Self::Walks { groups, places } => {
                let steps = groups.saturating_sub(1).max(1);
                let (walk, step) = ((k - 2) / steps, (k - 2) % steps);
                let place = places.get(walk / 2 * groups + group).copied().unwrap_or(0) as usize;
                let place = if walk.is_multiple_of(2) { place } else { groups - 1 - place };
                place <= step
            }
        }
    }

    /// The worths of nobody and of everybody.
    pub(super) fn ends(&self, worths: &[f64]) -> Option<(f64, f64)> {
        let all = if let Self::All(_) = self { worths.len().checked_sub(1)? } else { 1 };
        Some((*worths.first()?, *worths.get(all)?))
    }

    /// The Shapley value of a group, with its standard error; the error of an exact one is 0.
    pub(super) fn value(&self, group: usize, worths: &[f64]) -> (f64, f64) {
        match self {
            Self::All(groups) => (exact(*groups, group, worths), 0.0),
            Self::Walks { groups, places } => {
                let pairs = places.iter().skip(group).step_by(*groups).enumerate();
                estimate(pairs.map(|(pair, &place)| {
                    let (place, walk) = (place as usize, 2 * pair);
                    let there = self.gain(worths, walk, place);
                    (there + self.gain(worths, walk + 1, groups - 1 - place)) / 2.0
                }))
            }
        }
    }

    /// What the group at a place of an order adds to those before it.
    fn gain(&self, worths: &[f64], walk: usize, place: usize) -> f64 {
        let Self::Walks { groups, .. } = self else { return 0.0 };
        let worth = |members: usize| {
            let at = match members {
                0 => 0,
                n if n == *groups => 1,
                n => 2 + walk * (groups - 1) + n - 1,
            };
            worths.get(at).copied().unwrap_or(0.0)
        };
        worth(place + 1) - worth(place)
    }
}

/// The Shapley value of one of `groups` groups of which every coalition's worth is known.
fn exact(groups: usize, group: usize, worths: &[f64]) -> f64 {
    // |S|! (n−|S|−1)! / n! of each size of S.
    let mut weights = [0.0; crate::limits::EXACT_GROUPS];
    let mut weight = 1.0 / groups as f64;
    for (size, w) in weights.iter_mut().enumerate().take(groups) {
        *w = weight;
        weight *= (size + 1) as f64 / (groups - size - 1) as f64;
    }
    let bit = 1 << group;
    let mut sum = 0.0;
    for (k, without) in worths.iter().enumerate().filter(|(k, _)| k & bit == 0) {
        if let (Some(with), Some(weight)) = (worths.get(k | bit), weights.get(k.count_ones() as usize)) {
            sum += weight * (with - without);
        }
    }
    sum
}

/// The mean of independent figures, and its standard error.
fn estimate(figures: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let (n, sum) = figures.clone().fold((0.0, 0.0), |(n, sum), x| (n + 1.0, sum + x));
    let mean = sum / n;
    let squares = figures.fold(0.0, |squares, x| squares + (x - mean) * (x - mean));
    (mean, (squares / (n * (n - 1.0))).sqrt())
}
