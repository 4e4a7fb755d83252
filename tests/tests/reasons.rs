//! Reasons of generated bundles: contributions add up, and what is named follows from them.

use scorelet_core::bundle::{Bundle, ScoreOutput, Trust};
use scorelet_core::reason::{ReasonMethod, ReasonSpec};
use scorelet_core::scorer::{Options, Scorer};
use scorelet_tests::generate::{self, Rows};
use scorelet_tests::random::Random;

const BUNDLES: u64 = 60;
const ROWS: usize = 60;

/// A score that gives reasons, its explained output and the contributions of every row, the baseline last.
struct Explained {
    seed: u64,
    score: usize,
    spec: ReasonSpec,
    /// Largest step of the explained node's own rounding.
    rounding: f64,
    output: Vec<f64>,
    contributions: Rows,
}

fn each(check: impl Fn(&Explained, &mut Scorer, &Rows)) {
    let mut explained = 0;
    for seed in 0..BUNDLES {
        let bytes = Bundle::encode(generate::bundle(seed)).unwrap();
        let bundle = Bundle::open(&bytes, Trust::Anyone).unwrap();
        let rows = generate::rows(&mut Random::new(seed), &bundle.fields, ROWS, false);
        let scores: Vec<ScoreOutput> = bundle.scores.clone();
        let mut scorer = Scorer::new(bundle);
        for (score, spec) in scores.iter().enumerate().filter_map(|(i, s)| Some((i, s.reasons.clone()?))) {
            let first = scorer.bundle().graph.first_column(spec.node as usize).unwrap() as u32;
            let mut output = vec![0.0; ROWS];
            // Some generated bundles refuse a whole call for one value.
            if scorer.score_columns(ROWS, &rows.values, &[first + spec.output], &mut output).is_err() {
                continue;
            }
            let values = scorer.contributions(ROWS, &rows.values, score).unwrap().unwrap();
            let rounding = match spec.method {
                ReasonMethod::PointsFromMaximum | ReasonMethod::PointsFromAverage => 1.0,
                _ => 0.0,
            };
            let contributions = Rows { count: ROWS, values };
            check(&Explained { seed, score, spec, rounding, output, contributions }, &mut scorer, &rows);
            explained += 1;
        }
    }
    assert!(explained > 100, "only {explained} scores explained");
}

#[test]
fn contributions_and_the_baseline_add_up_to_the_output() {
    each(|e, scorer, _| {
        let policy = scorer.bundle().policy.as_ref();
        let falls_back = policy.is_some_and(|policy| policy.fallback_of(e.score as u32).is_some());
        for row in 0..ROWS {
            let terms = (0..=e.spec.groups.len()).map(|i| e.contributions.value(i, row));
            let (sum, size) = terms.fold((0.0, 0.0), |(sum, size): (f64, f64), c| (sum + c, size + c.abs()));
            if e.output[row].is_nan() {
                assert!(sum.is_nan(), "seed {}: an absent output was explained", e.seed);
                continue;
            }
            if sum.is_nan() && (e.spec.method.plays() || falls_back) {
                // A coalition with each reference row has no output; another model of a fallback gave the score.
                continue;
            }
            // XGBoost's margin is a sum in f32 of leaves of the order of 1, which may cancel; the contributions are f64.
            let slack = e.rounding + 1e-6 * size.max(e.output[row].abs()).max(1.0);
            let distance = (sum - e.output[row]).abs();
            assert!(distance <= slack, "seed {}, row {row}: {sum} is not {}", e.seed, e.output[row]);
        }
    });
}

#[test]
fn reasons_are_the_adverse_groups_by_size() {
    each(|e, scorer, rows| {
        let decisions =
            scorer.decide_columns(ROWS, &rows.values, Options { reasons: true, trace: true }).unwrap();
        let worse = if e.spec.higher_is_worse { 1.0 } else { -1.0 };
        for (row, decision) in decisions.iter().enumerate() {
            let reasons = decision.scores[e.score].reasons.as_deref();
            let policy = scorer.bundle().policy.as_ref();
            if let Some((at, _)) = policy.and_then(|policy| policy.fallback_of(e.score as u32)) {
                let used = decision.policy.as_ref().unwrap().fallbacks[at].step;
                if used != Some(0) {
                    // Of another model, or of none.
                    assert!(used.is_some() || reasons.is_none(), "seed {}, row {row}: reasons", e.seed);
                    continue;
                }
            }
            let Some(reasons) = reasons else {
                let explained = !e.contributions.value(0, row).is_nan();
                assert!(!explained, "seed {}, row {row}: no reasons", e.seed);
                let excused = e.output[row].is_nan() || e.spec.method.plays();
                assert!(excused, "seed {}, row {row}: no reasons", e.seed);
                continue;
            };
            let mut groups: Vec<(u32, f64)> = (0..scorer.bundle().groups.len() as u32)
                .map(|group| {
                    let inputs = e.spec.groups.iter().enumerate().filter(|(_, g)| **g == group);
                    (group, inputs.fold(0.0, |sum, (i, _)| sum + e.contributions.value(i, row)))
                })
                .filter(|(_, sum)| sum * worse > 0.0)
                .collect();
            groups.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
            groups.truncate(e.spec.max as usize);
            let found: Vec<(u32, f64)> = reasons.iter().map(|r| (r.group, r.contribution)).collect();
            assert_eq!(found, groups, "seed {}, row {row}", e.seed);
        }
    });
}

#[test]
fn reasons_have_the_same_bits_in_any_block() {
    each(|e, scorer, rows| {
        let options = Options { reasons: true, trace: true };
        let whole = scorer.decide_columns(ROWS, &rows.values, options).unwrap();
        for size in [1, 7] {
            for from in (0..ROWS).step_by(size) {
                let to = (from + size).min(ROWS);
                let part = scorer.decide_columns(to - from, &rows.slice(from, to).values, options).unwrap();
                for (row, decision) in (from..to).zip(&part) {
                    assert_eq!(decision.digest(), whole[row].digest(), "seed {}, row {row}", e.seed);
                }
            }
        }
    });
}
