//! From contributions to named reasons.

use super::{Reason, ReasonSpec};
use crate::limits;

/// Working memory of the ranking; it grows to the reason groups it meets and is then reused.
#[derive(Clone, Debug, Default)]
pub struct Ranking {
    /// Sum of each group's contributions, by group index.
    sums: Vec<f64>,
    adverse: Vec<Reason>,
}

impl Ranking {
    /// The reasons for one row's contributions (one an input of the explained node).
    ///
    /// Contributions of one group are added in the order of the inputs. A group is adverse if its sum is worse than
    /// nothing: above zero where a higher output is worse, under zero where it is better; exactly zero never is. Adverse
    /// groups stand by size of the sum, greatest first; groups of equal size in the order in which the bundle declares
    /// them. At most `spec.max` are named; none, if no group is adverse.
    pub fn reasons(&mut self, spec: &ReasonSpec, contributions: &[f64]) -> &[Reason] {
        let groups = spec.groups.iter().max().map_or(0, |&greatest| (greatest as usize).saturating_add(1));
        self.sums.clear();
        self.sums.resize(groups.min(limits::COLUMNS), 0.0);
        for (&group, &contribution) in spec.groups.iter().zip(contributions) {
            if let Some(sum) = self.sums.get_mut(group as usize) {
                *sum += contribution;
            }
        }
        self.adverse.clear();
        for (group, &sum) in self.sums.iter().enumerate() {
            if if spec.higher_is_worse { sum > 0.0 } else { sum < 0.0 } {
                // A result holds finite numbers only; a sum that overflowed is still the greatest.
                let contribution = sum.clamp(f64::MIN, f64::MAX);
                self.adverse.push(Reason { group: group as u32, contribution });
            }
        }
        // The few that are named are picked one after the other: the first of the greatest that are left. They stand in
        // the order of their groups, and taking one out of the middle must keep that.
        let named = self.adverse.len().min(spec.max as usize);
        for place in 0..named {
            let Some((first, rest)) = self.adverse.get_mut(place..).and_then(<[Reason]>::split_first_mut)
            else {
                break;
            };
            let mut greatest = first.contribution.abs();
            let mut at = 0;
            for (i, reason) in rest.iter().enumerate() {
                if reason.contribution.abs() > greatest {
                    (greatest, at) = (reason.contribution.abs(), i + 1);
                }
            }
            self.adverse.get_mut(place..=place + at).unwrap_or(&mut []).rotate_right(1);
        }
        self.adverse.truncate(named);
        &self.adverse
    }
}

#[cfg(test)]
mod tests {
    use super::super::ReasonMethod;
    use super::*;
    use proptest::prelude::*;

    fn spec(groups: &[u32], max: u32, higher_is_worse: bool) -> ReasonSpec {
        ReasonSpec {
            node: 0,
            output: 0,
            method: ReasonMethod::Linear,
            higher_is_worse,
            max,
            groups: groups.to_vec(),
            game: None,
        }
    }

    fn named(spec: &ReasonSpec, contributions: &[f64]) -> Vec<(u32, f64)> {
        let mut ranking = Ranking::default();
        let reasons = ranking.reasons(spec, contributions);
        reasons.iter().map(|r| (r.group, r.contribution)).collect()
    }

    #[test]
    fn inputs_of_one_group_are_one_reason() {
        let spec = spec(&[0, 1, 0, 2], 4, true);
        assert_eq!(named(&spec, &[1.0, 2.5, 2.0, -4.0]), [(0, 3.0), (1, 2.5)]);
    }

    #[test]
    fn equal_sizes_stand_in_declared_order() {
        let spec = spec(&[2, 1, 0], 2, false);
        assert_eq!(named(&spec, &[-5.0, -5.0, -5.0]), [(0, -5.0), (1, -5.0)]);
    }

    #[test]
    fn zero_and_what_helped_are_never_reasons() {
        let spec = spec(&[0, 1, 2, 2], 4, false);
        assert_eq!(named(&spec, &[0.0, 7.0, -1.5, 1.5]), []);
        assert_eq!(named(&spec, &[-0.0, 0.0, 0.0, 0.0]), []);
    }

    #[test]
    fn no_number_that_is_not_finite_comes_out() {
        let both = spec(&[0, 1], 4, true);
        assert_eq!(named(&both, &[f64::INFINITY, f64::NAN]), [(0, f64::MAX)]);
    }

    proptest! {
        #[test]
        fn reasons_are_adverse_sorted_and_complete(
            cells in proptest::collection::vec((0u32..5, -3i8..=3), 1..12), max in 1u32..7, worse: bool,
        ) {
            let (groups, contributions): (Vec<u32>, Vec<f64>) =
                cells.iter().map(|&(g, c)| (g, f64::from(c))).unzip();
            let spec = spec(&groups, max, worse);
            let found = named(&spec, &contributions);
            let sign = if worse { 1.0 } else { -1.0 };
            let mut wanted: Vec<(u32, f64)> = (0..5)
                .map(|g| (g, cells.iter().filter(|c| c.0 == g).map(|c| f64::from(c.1)).sum::<f64>()))
                .filter(|&(_, sum)| sum * sign > 0.0)
                .collect();
            wanted.sort_by_key(|&(g, sum)| (-(sum.abs() as i64), g));
            wanted.truncate(max as usize);
            prop_assert_eq!(found, wanted);
        }
    }
}
