//! The figures of a group of applicants under one bundle.

use serde::Serialize;

use super::Side;
use super::economics::Terms;

/// A share with its counts and its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Rate {
    /// How many of them.
    pub count: u64,
    /// Of how many.
    pub of: u64,
    /// The share; `None` of nobody.
    pub rate: Option<f64>,
    /// Bounds of the 95 % score interval (Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", 1927).
    pub interval: Option<(f64, f64)>,
}

impl Rate {
    /// `count` of `of`.
    pub fn new(count: u64, of: u64) -> Self {
        let (k, n) = (count as f64, of as f64);
        if of == 0 {
            return Self { count, of, rate: None, interval: None };
        }
        // The 97.5 % point of the normal distribution.
        const Z: f64 = 1.959_963_984_540_054;
        let (rate, z2) = (k / n, Z * Z);
        let centre = (rate + z2 / (2.0 * n)) / (1.0 + z2 / n);
        let half = Z / (1.0 + z2 / n) * (rate * (1.0 - rate) / n + z2 / (4.0 * n * n)).sqrt();
        let interval = Some(((centre - half).max(0.0), (centre + half).min(1.0)));
        Self { count, of, rate: Some(rate), interval }
    }
}

/// Money of those approved, as the economics file has it. Sums are in the order of the input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Money {
    /// Σ EAD.
    pub exposure: f64,
    /// Σ PD × LGD × EAD.
    pub expected_loss: f64,
    /// Σ (1 − PD) × margin × EAD − PD × LGD × EAD, less the costs.
    pub expected_profit: f64,
    /// Σ LGD × EAD of those that turned out bad; `None` without outcomes.
    pub realised_loss: Option<f64>,
    /// Profit as it turned out, over those whose outcome is known; `None` without outcomes.
    pub realised_profit: Option<f64>,
    /// Approved applicants that are in no expected figure, since their PD or a term is absent.
    pub without: u64,
}

/// The figures of a group of applicants under one bundle.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Figures {
    /// Those approved, of all.
    pub approved: Rate,
    /// Those that turned out bad, of the approved whose outcome is known; `None` if no outcomes are.
    pub bad: Option<Rate>,
    /// Mean PD of the approved that have one.
    pub mean_pd: Option<f64>,
    /// Money; `None` without economics.
    pub money: Option<Money>,
}

/// What is known of one applicant beside the side: PD for money, outcome, terms.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    pub(super) side: Side,
    pub(super) pd: f64,
    pub(super) bad: Option<bool>,
    pub(super) terms: Option<Terms>,
}

/// What a decision costs.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Costs {
    pub(super) application: f64,
    pub(super) approved: f64,
}

impl Figures {
    /// Of applicants; `outcomes` is whether any outcomes are known at all.
    pub(super) fn of(applicants: impl Iterator<Item = Known>, costs: Option<Costs>, outcomes: bool) -> Self {
        let (mut rows, mut approved, mut known, mut bads) = (0_u64, 0_u64, 0_u64, 0_u64);
        let (mut pds, mut with_pd) = (0.0, 0_u64);
        let mut money = Money::default();
        let (mut loss, mut profit) = (0.0, 0.0);
        let per_account = costs.map_or(0.0, |costs| costs.approved);
        for applicant in applicants {
            rows += 1;
            if !applicant.side.approved {
                continue;
            }
            approved += 1;
            known += u64::from(applicant.bad.is_some());
            bads += u64::from(applicant.bad == Some(true));
            if !applicant.side.pd.is_nan() {
                pds += applicant.side.pd;
                with_pd += 1;
            }
            let Some(terms) = applicant.terms else { continue };
            let expected = (terms.loss(applicant.pd), terms.profit(applicant.pd));
            if expected.0.is_nan() || expected.1.is_nan() {
                money.without += 1;
            } else {
                money.exposure += terms.exposure;
                money.expected_loss += expected.0;
                money.expected_profit += expected.1 - per_account;
            }
            let realised = applicant.bad.map(|bad| if bad { 1.0 } else { 0.0 });
            if let Some(pd) = realised.filter(|&pd| !terms.profit(pd).is_nan()) {
                loss += terms.loss(pd);
                profit += terms.profit(pd) - per_account;
            }
        }
        let applications = costs.map_or(0.0, |costs| costs.application * rows as f64);
        money.expected_profit -= applications;
        money.realised_loss = outcomes.then_some(loss);
        money.realised_profit = outcomes.then_some(profit - applications);
        Self {
            approved: Rate::new(approved, rows),
            bad: outcomes.then(|| Rate::new(bads, known)),
            mean_pd: (with_pd > 0).then(|| pds / with_pd as f64),
            money: costs.map(|_| money),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wilsons_interval() {
        // Newcombe, "Two-sided confidence intervals for the single proportion", 1998, table I, method 3.
        let near = |rate: Rate, low: f64, high: f64| {
            let (a, b) = rate.interval.unwrap();
            assert!((a - low).abs() < 5e-5 && (b - high).abs() < 5e-5, "{a} {b}");
        };
        near(Rate::new(81, 263), 0.2553, 0.3662);
        near(Rate::new(15, 148), 0.0624, 0.1605);
        near(Rate::new(0, 20), 0.0, 0.1611);
        near(Rate::new(1, 29), 0.0061, 0.1718);
        assert_eq!(Rate::new(0, 0).rate, None);
    }

    #[test]
    fn costs_are_paid_and_the_absent_is_told() {
        let side = |approved| Side { approved, score: 0.0, pd: 0.1, band: None };
        let terms = |exposure| Some(Terms { exposure, lgd: 0.5, margin: 0.2 });
        let known =
            |approved, pd, bad, exposure| Known { side: side(approved), pd, bad, terms: terms(exposure) };
        let applicants = [
            known(true, 0.1, Some(true), 100.0),
            known(true, 0.1, None, 200.0),
            known(true, f64::NAN, Some(false), 300.0),
            known(false, 0.1, Some(true), 400.0),
        ];
        let costs = Some(Costs { application: 1.0, approved: 2.0 });
        let figures = Figures::of(applicants.into_iter(), costs, true);
        assert_eq!((figures.approved.count, figures.approved.of), (3, 4));
        assert_eq!(figures.bad.map(|bad| (bad.count, bad.of)), Some((1, 2)));
        let money = figures.money.unwrap();
        assert_eq!((money.exposure, money.expected_loss, money.without), (300.0, 15.0, 1));
        let expected = (18.0 - 5.0 - 2.0) + (36.0 - 10.0 - 2.0) - 4.0;
        assert!((money.expected_profit - expected).abs() < 1e-12);
        assert_eq!(money.realised_loss, Some(50.0));
        assert_eq!(money.realised_profit, Some((-50.0 - 2.0) + (60.0 - 2.0) - 4.0));
    }
}
