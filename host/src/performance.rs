//! How well a figure tells bad applicants from good ones: AUC, Gini, KS, exactly, ties included.

/// Discrimination of a figure over rows with a known outcome.
///
/// Source: Hand and Till (2001) for AUC as the Mann–Whitney statistic; Thomas, Edelman and Crook, "Credit Scoring and Its
/// Applications", for Gini and KS.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Performance {
    /// Rows with an outcome and a figure.
    pub rows: u64,
    /// Bad ones among them.
    pub bads: u64,
    /// Chance that a bad row's figure is over a good row's, a tie counting half; in `[0, 1]`.
    pub auc: f64,
    /// 2 AUC − 1.
    pub gini: f64,
    /// Largest distance between the two cumulated distributions, over all distinct figures; in `[0, 1]`.
    pub ks: f64,
}

impl Performance {
    /// Of figures that rise with the risk, each with whether the row was bad. `None` without at least one bad and one
    /// good row, or with a figure that is NaN.
    pub fn of(rows: &[(f64, bool)]) -> Option<Self> {
        let mut sorted = rows.to_vec();
        sorted.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        let bads = rows.iter().filter(|row| row.1).count() as u64;
        let goods = rows.len() as u64 - bads;
        if bads == 0 || goods == 0 || rows.iter().any(|row| row.0.is_nan()) {
            return None;
        }
        // Twice the number of pairs that are in order, in whole numbers: nothing is rounded before the last division.
        let mut twice_in_order = 0_u128;
        let (mut bads_below, mut goods_below) = (0_u64, 0_u64);
        let mut widest = 0_u128;
        // -0 and 0 sort apart and are equal all the same: they stand side by side in one chunk.
        for tie in sorted.chunk_by(|a, b| a.0 == b.0) {
            let bad = tie.iter().filter(|row| row.1).count() as u64;
            let good = tie.len() as u64 - bad;
            twice_in_order += u128::from(bad) * u128::from(2 * goods_below + good);
            bads_below += bad;
            goods_below += good;
            let distance = u128::from(bads_below) * u128::from(goods);
            widest = widest.max(distance.abs_diff(u128::from(goods_below) * u128::from(bads)));
        }
        let pairs = (u128::from(bads) * u128::from(goods)) as f64;
        let auc = twice_in_order as f64 / (2.0 * pairs);
        Some(Self { rows: rows.len() as u64, bads, auc, gini: 2.0 * auc - 1.0, ks: widest as f64 / pairs })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(bads: &[f64], goods: &[f64]) -> Performance {
        let rows: Vec<_> = bads.iter().map(|&x| (x, true)).chain(goods.iter().map(|&x| (x, false))).collect();
        Performance::of(&rows).unwrap()
    }

    #[test]
    fn perfect_useless_and_reversed() {
        let perfect = of(&[0.8, 0.9], &[0.1, 0.2, 0.3]);
        assert_eq!((perfect.auc, perfect.gini, perfect.ks), (1.0, 1.0, 1.0));
        let useless = of(&[0.5, 0.5], &[0.5]);
        assert_eq!((useless.auc, useless.gini, useless.ks), (0.5, 0.0, 0.0));
        let reversed = of(&[0.1], &[0.9]);
        assert_eq!((reversed.auc, reversed.gini, reversed.ks), (0.0, -1.0, 1.0));
    }

    #[test]
    fn ties_count_half() {
        // Pairs (bad, good): 0.4 beats 0.1, ties with 0.4; 0.6 beats both; so 3.5 of 4.
        let found = of(&[0.4, 0.6], &[0.1, 0.4]);
        assert_eq!((found.auc, found.ks), (0.875, 0.5));
        assert_eq!((found.rows, found.bads), (4, 2));
        assert_eq!(of(&[0.0], &[-0.0]).auc, 0.5);
    }

    #[test]
    fn nothing_to_tell_apart() {
        assert_eq!(Performance::of(&[(0.1, true)]), None);
        assert_eq!(Performance::of(&[(0.1, false), (0.2, false)]), None);
        assert_eq!(Performance::of(&[(0.1, true), (f64::NAN, false)]), None);
        assert_eq!(Performance::of(&[]), None);
    }
}
