//! Everything that a simulation found, as the terminal, the page and JSON tell it.

use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};

use super::economics::{Economics, PdOf};
use super::figures::{Costs, Figures, Known, Rate};
use super::{Applicants, Fairness, Histogram, Labels, Side};
use crate::performance::Performance;

/// One thing for each of the two bundles.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Both<T> {
    /// Of the first bundle.
    pub a: T,
    /// Of the second.
    pub b: T,
}

impl<T> Both<T> {
    /// The same of each.
    pub fn map<U>(self, mut f: impl FnMut(T) -> U) -> Both<U> {
        Both { a: f(self.a), b: f(self.b) }
    }

    /// References to both.
    pub fn as_ref(&self) -> Both<&T> {
        Both { a: &self.a, b: &self.b }
    }
}

/// What is known of a bundle before a row is scored.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Compared {
    /// Name and version.
    pub name: String,
    /// Digest.
    pub digest: String,
    /// What counts as approved.
    pub approval: String,
    /// The compared score, if there is one.
    pub score: Option<String>,
    /// Names of its bands, the lowest first.
    pub bands: Vec<String>,
}

/// One cell of the matrix of both decisions.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Quadrant {
    /// Applicants in it, of all.
    pub share: Rate,
    /// Those that turned out bad, of those whose outcome is known.
    pub bad: Option<Rate>,
}

/// From which band of A to which of B: a row a band of A, a column a band of B; the last of each are those without a band.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Migration {
    /// Applicants.
    pub counts: Vec<Vec<u64>>,
    /// Applicants whose band has the same place from the top in both, where both have as many bands; `None` otherwise.
    pub unchanged: Option<u64>,
}

impl Migration {
    /// Whether anybody has no band under A, and under B.
    pub fn without_band(&self) -> (bool, bool) {
        let from = self.counts.last().is_some_and(|row| row.iter().any(|&n| n > 0));
        (from, self.counts.iter().any(|row| row.last().is_some_and(|&n| n > 0)))
    }
}

/// A group of a segment.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Slice {
    /// Its value.
    pub value: String,
    /// Its figures under both.
    pub figures: Both<Figures>,
}

/// The groups of a segment.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Segment {
    /// The column's name.
    pub name: String,
    /// Its groups.
    pub groups: Vec<Slice>,
}

/// Everything that a simulation found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// The bundles.
    pub bundles: Both<Compared>,
    /// Name of the input.
    pub input: String,
    /// Applicants that both could score.
    pub rows: u64,
    /// Rows that A could not score, those that B could not, and all left out.
    pub left_out: [u64; 3],
    /// Currency of money; `None` without economics.
    pub currency: Option<String>,
    /// All applicants under both.
    pub overall: Both<Figures>,
    /// Approved by both, by A only, by B only, by neither.
    pub quadrants: [Quadrant; 4],
    /// From band to band; `None` if a bundle has no bands.
    pub migration: Option<Migration>,
    /// How scores are spread.
    pub scores: Option<Histogram>,
    /// How well PD (or the score) tells bad from good, over all applicants whose outcome is known; `None` without outcomes.
    pub performance: Option<Both<Option<Performance>>>,
    /// Segments, in the order asked for.
    pub segments: Vec<Segment>,
    /// Attributes, in the order asked for.
    pub fairness: Vec<Fairness>,
}

impl Serialize for Performance {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Performance", 5)?;
        out.serialize_field("rows", &self.rows)?;
        out.serialize_field("bads", &self.bads)?;
        out.serialize_field("auc", &self.auc)?;
        out.serialize_field("gini", &self.gini)?;
        out.serialize_field("ks", &self.ks)?;
        out.end()
    }
}

impl Report {
    /// Of applicants.
    pub fn of(
        bundles: Both<Compared>,
        input: String,
        applicants: &Applicants,
        economics: Option<&Economics>,
    ) -> Self {
        let all = Counter { applicants, economics };
        let sides = Both { a: applicants.a.as_slice(), b: applicants.b.as_slice() };
        let segment = |labels: &Labels| {
            let mut members = vec![Vec::new(); labels.groups.len()];
            for (row, &group) in labels.of.iter().enumerate() {
                if let Some(members) = members.get_mut(group as usize) {
                    members.push(row);
                }
            }
            let groups = labels.groups.iter().zip(&members);
            let groups = groups.map(|(value, members)| {
                let figures = Both {
                    a: all.figures(Which::A, members.iter().copied()),
                    b: all.figures(Which::B, members.iter().copied()),
                };
                Slice { value: value.clone(), figures }
            });
            Segment { name: labels.name.clone(), groups: groups.collect() }
        };
        let rows = 0..applicants.a.len();
        Self {
            migration: migration(&bundles, sides),
            scores: Histogram::of(sides),
            performance: all.outcomes().then(|| sides.map(|sides| performance(sides, &applicants.bad))),
            segments: applicants.segments.iter().map(segment).collect(),
            fairness: (applicants.attributes.iter())
                .map(|(labels, reference)| Fairness::of(labels, reference, sides))
                .collect(),
            overall: Both { a: all.figures(Which::A, rows.clone()), b: all.figures(Which::B, rows) },
            quadrants: all.quadrants(),
            rows: applicants.a.len() as u64,
            left_out: applicants.left_out,
            currency: economics.map(|economics| economics.currency.clone()),
            bundles,
            input,
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Which {
    A,
    B,
}

/// Counts applicants.
struct Counter<'a> {
    applicants: &'a Applicants,
    economics: Option<&'a Economics>,
}

impl Counter<'_> {
    fn outcomes(&self) -> bool {
        !self.applicants.bad.is_empty()
    }

    fn bad(&self, row: usize) -> Option<bool> {
        self.applicants.bad.get(row).copied().flatten()
    }

    fn figures(&self, which: Which, rows: impl Iterator<Item = usize>) -> Figures {
        let Applicants { a, b, terms, .. } = self.applicants;
        let own = if which == Which::A { a } else { b };
        let pds = match self.economics.map(|economics| economics.pd) {
            Some(PdOf::A) => a,
            Some(PdOf::B) => b,
            Some(PdOf::Own) | None => own,
        };
        let known = rows.filter_map(|row| {
            let (side, pd) = (*own.get(row)?, pds.get(row)?.pd);
            Some(Known { side, pd, bad: self.bad(row), terms: terms.get(row).copied() })
        });
        let costs = self.economics.map(|economics| Costs {
            application: economics.cost_application,
            approved: economics.cost_approved,
        });
        Figures::of(known, costs, self.outcomes())
    }

    fn quadrants(&self) -> [Quadrant; 4] {
        let (mut counts, mut known, mut bads) = ([0_u64; 4], [0_u64; 4], [0_u64; 4]);
        for (row, (a, b)) in self.applicants.a.iter().zip(&self.applicants.b).enumerate() {
            let at = match (a.approved, b.approved) {
                (true, true) => 0,
                (true, false) => 1,
                (false, true) => 2,
                (false, false) => 3,
            };
            counts[at] += 1;
            known[at] += u64::from(self.bad(row).is_some());
            bads[at] += u64::from(self.bad(row) == Some(true));
        }
        let rows = self.applicants.a.len() as u64;
        std::array::from_fn(|at| Quadrant {
            share: Rate::new(counts[at], rows),
            bad: self.outcomes().then(|| Rate::new(bads[at], known[at])),
        })
    }
}

fn migration(bundles: &Both<Compared>, sides: Both<&[Side]>) -> Option<Migration> {
    let (a, b) = (bundles.a.bands.len(), bundles.b.bands.len());
    if a == 0 || b == 0 {
        return None;
    }
    let mut counts = vec![vec![0_u64; b + 1]; a + 1];
    let place = |band: Option<u32>, bands: usize| band.map_or(bands, |band| (band as usize).min(bands));
    for (from, to) in sides.a.iter().zip(sides.b) {
        counts[place(from.band, a)][place(to.band, b)] += 1;
    }
    let unchanged = (a == b).then(|| (0..a).map(|band| counts[band][band]).sum());
    Some(Migration { counts, unchanged })
}

/// How well a side's PD (else its score, turned) tells bad from good.
fn performance(sides: &[Side], bad: &[Option<bool>]) -> Option<Performance> {
    let with_pd = sides.iter().any(|side| !side.pd.is_nan());
    let risk = |side: &Side| if with_pd { side.pd } else { -side.score };
    let known = sides.iter().zip(bad).filter_map(|(side, bad)| Some((risk(side), (*bad)?)));
    let known: Vec<(f64, bool)> = known.filter(|(risk, _)| !risk.is_nan()).collect();
    Performance::of(&known)
}
