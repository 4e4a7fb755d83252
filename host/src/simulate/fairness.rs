//! Group fairness by declared attributes that no bundle scores.
//!
//! Adverse impact ratio: the group's approval rate over the reference group's. "A selection rate for any race, sex, or ethnic group
//! which is less than four-fifths" is evidence of adverse impact (Uniform Guidelines on Employee Selection Procedures, 29 CFR
//! 1607.4(D)), which lending has taken over as a first screen; the same paragraph warns of small numbers and asks for
//! statistical significance, so the difference is also given in standard deviations of a two-proportion test.
//! Standardised mean difference: difference of mean scores over the pooled standard deviation (Cohen, "Statistical Power
//! Analysis for the Behavioral Sciences", 1988, section 2.5).

use serde::Serialize;

use super::{Both, Labels, Rate, Side};

/// Under this ratio a group's approval rate is flagged: four fifths.
pub(super) const FOUR_FIFTHS: f64 = 0.8;
/// A group smaller than this is told to be small.
const SMALL: u64 = 30;
/// So is one in which fewer were approved, or declined, than this: the test's normal approximation then fails.
const FEW: u64 = 5;

/// One group under one bundle.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Outcome {
    /// Those approved.
    pub approved: Rate,
    /// Adverse impact ratio; `None` for the reference group, and where its rate or the group's is not to be had.
    pub impact_ratio: Option<f64>,
    /// Difference of the two rates (group less reference) in standard deviations, both pooled.
    pub deviations: Option<f64>,
    /// Mean of the compared score of those that have one.
    pub mean_score: Option<f64>,
    /// Standardised mean difference of the score (group less reference).
    pub mean_difference: Option<f64>,
    /// Whether the ratio is under four fifths.
    pub under_four_fifths: bool,
}

/// One group.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Group {
    /// The attribute's value.
    pub value: String,
    /// Applicants in it.
    pub rows: u64,
    /// Under both bundles.
    pub outcome: Both<Outcome>,
    /// Why its figures say little, if they do.
    pub warning: Option<String>,
}

/// One attribute.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fairness {
    /// Its name.
    pub attribute: String,
    /// The group that the others are compared with.
    pub reference: String,
    /// Groups, in the order of their values; the reference among them.
    pub groups: Vec<Group>,
    /// What there is to know about the comparison as a whole.
    pub notes: Vec<String>,
}

impl Fairness {
    /// Of applicants by the values of one attribute.
    pub(super) fn of(labels: &Labels, reference: &str, sides: Both<&[Side]>) -> Self {
        let tallies = sides.map(|sides| tally(labels, sides));
        let base = labels.groups.iter().position(|group| group == reference);
        let of_side = |tallies: &[Tally], group: usize| match (tallies.get(group), base) {
            (Some(own), Some(base)) => own.outcome(tallies.get(base).filter(|_| base != group)),
            (Some(own), None) => own.outcome(None),
            _ => Tally::default().outcome(None),
        };
        let rows = labels.of.len() as u64;
        let groups: Vec<Group> = (0..labels.groups.len())
            .map(|group| {
                let outcome = Both { a: of_side(&tallies.a, group), b: of_side(&tallies.b, group) };
                let own = outcome.a.approved.of;
                let decided = |o: &Outcome| o.approved.count.min(o.approved.of - o.approved.count);
                let few = decided(&outcome.a).min(decided(&outcome.b));
                let warning = match () {
                    () if own < SMALL => Some(format!("only {own} applicants")),
                    // 29 CFR 1607.4(A): no determination for groups under two percent.
                    () if own * 50 < rows => Some("under 2 % of all applicants".to_owned()),
                    () if few < FEW => Some(format!("only {few} approved, or only {few} declined")),
                    () => None,
                };
                Group { value: labels.groups[group].clone(), rows: own, outcome, warning }
            })
            .collect();
        let mut notes = Vec::new();
        for (name, rates) in
            [("A", sides_rates(&groups, |g| g.outcome.a)), ("B", sides_rates(&groups, |g| g.outcome.b))]
        {
            // The guidelines compare with the group of the highest rate; small groups say nothing there.
            let own = rates.iter().find(|(value, _)| value == reference).map(|(_, rate)| *rate);
            let highest = rates.iter().max_by(|x, y| x.1.total_cmp(&y.1));
            if let (Some(own), Some((value, rate))) = (own, highest)
                && *rate > own
            {
                notes.push(format!(
                    "under {name} `{value}` is approved more often than the reference `{reference}` ({:.1} % and {:.1} %): \
                     29 CFR 1607.4(D) compares with the group of the highest rate",
                    rate * 100.0,
                    own * 100.0
                ));
            }
        }
        Self { attribute: labels.name.clone(), reference: reference.to_owned(), groups, notes }
    }
}

fn sides_rates(groups: &[Group], of: impl Fn(&Group) -> Outcome) -> Vec<(String, f64)> {
    let large = groups.iter().filter(|group| group.warning.is_none());
    large.filter_map(|group| Some((group.value.clone(), of(group).approved.rate?))).collect()
}

/// Counts of a group, and the moments of its scores.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    rows: u64,
    approved: u64,
    scored: u64,
    mean: f64,
    /// Sum of squared distances from the mean (Welford 1962).
    squares: f64,
}

fn tally(labels: &Labels, sides: &[Side]) -> Vec<Tally> {
    let mut tallies = vec![Tally::default(); labels.groups.len()];
    for (&group, side) in labels.of.iter().zip(sides) {
        let Some(tally) = tallies.get_mut(group as usize) else { continue };
        tally.rows += 1;
        tally.approved += u64::from(side.approved);
        if !side.score.is_nan() {
            tally.scored += 1;
            let distance = side.score - tally.mean;
            tally.mean += distance / tally.scored as f64;
            tally.squares += distance * (side.score - tally.mean);
        }
    }
    tallies
}

impl Tally {
    fn outcome(&self, reference: Option<&Self>) -> Outcome {
        let approved = Rate::new(self.approved, self.rows);
        let base = reference.map(|base| Rate::new(base.approved, base.rows));
        let impact_ratio = match (approved.rate, base.and_then(|base| base.rate)) {
            (Some(own), Some(base)) if base > 0.0 => Some(own / base),
            _ => None,
        };
        Outcome {
            approved,
            impact_ratio,
            deviations: reference.and_then(|base| self.deviations(base)),
            mean_score: (self.scored > 0).then_some(self.mean),
            mean_difference: reference.and_then(|base| self.mean_difference(base)),
            under_four_fifths: impact_ratio.is_some_and(|ratio| ratio < FOUR_FIFTHS),
        }
    }

    fn deviations(&self, base: &Self) -> Option<f64> {
        let (n, m) = (self.rows as f64, base.rows as f64);
        let pooled = (self.approved + base.approved) as f64 / (n + m);
        let error = (pooled * (1.0 - pooled) * (1.0 / n + 1.0 / m)).sqrt();
        (error > 0.0 && error.is_finite())
            .then(|| (self.approved as f64 / n - base.approved as f64 / m) / error)
    }

    fn mean_difference(&self, base: &Self) -> Option<f64> {
        let freedom = (self.scored + base.scored).checked_sub(2).filter(|&n| n > 0)? as f64;
        let deviation = ((self.squares + base.squares) / freedom).sqrt();
        let there = self.scored > 0 && base.scored > 0 && deviation > 0.0;
        there.then(|| (self.mean - base.mean) / deviation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sides(rows: &[(bool, f64)]) -> Vec<Side> {
        rows.iter().map(|&(approved, score)| Side { approved, score, pd: f64::NAN, band: None }).collect()
    }

    fn labels(groups: &[&str], of: &[u32]) -> Labels {
        let groups = groups.iter().map(|group| (*group).to_owned()).collect();
        Labels { name: "sex".into(), groups, of: of.to_vec() }
    }

    #[test]
    fn four_fifths_and_pooled_deviation() {
        // 50 of 100 men and 30 of 100 women: 0.6; p = 0.4, error = √(0.24 · 0.02), (0.3 − 0.5) / error.
        let of: Vec<u32> = (0..200).map(|row| row / 100).collect();
        let rows: Vec<(bool, f64)> = (0..200)
            .map(|row| (row % 100 < if row < 100 { 50 } else { 30 }, f64::from(row % 2 + row / 100)))
            .collect();
        let (a, labels) = (sides(&rows), labels(&["m", "w"], &of));
        let found = Fairness::of(&labels, "m", Both { a: &a, b: &a });
        let women = found.groups[1].outcome.a;
        assert_eq!(women.impact_ratio, Some(0.6));
        assert!(women.under_four_fifths);
        assert!((women.deviations.unwrap() - -0.2 / (0.24_f64 * 0.02).sqrt()).abs() < 1e-12);
        // Scores are 0 and 1, and 1 and 2: means 0.5 and 1.5, squares 25 each over 198.
        assert!((women.mean_difference.unwrap() - 1.0 / (50.0_f64 / 198.0).sqrt()).abs() < 1e-12);
        assert_eq!(found.groups[0].outcome.a.impact_ratio, None);
        assert!(found.notes.is_empty() && found.groups.iter().all(|group| group.warning.is_none()));
        let turned = Fairness::of(&labels, "w", Both { a: &a, b: &a });
        assert_eq!(turned.notes.len(), 2);
    }

    #[test]
    fn small_groups_are_told() {
        let a = sides(&[(true, 1.0), (false, 2.0), (true, f64::NAN)]);
        let found = Fairness::of(&labels(&["m", "w"], &[0, 0, 1]), "m", Both { a: &a, b: &a });
        assert_eq!(found.groups[1].warning.as_deref(), Some("only 1 applicants"));
        assert_eq!(found.groups[1].outcome.a.mean_difference, None);
        assert_eq!(found.groups[1].outcome.a.mean_score, None);
    }
}
