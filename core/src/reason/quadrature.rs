//! Gauss–Legendre quadrature on [0, 1].

/// A point t of the rule, with what TreeSHAP needs of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Point {
    /// t, strictly between 0 and 1.
    pub(super) t: f64,
    /// 1 − t.
    pub(super) rest: f64,
    /// Weight.
    pub(super) weight: f64,
}

/// The `n`-point rule (n ≥ 1), ascending: exact for polynomials up to degree 2n − 1.
///
/// The points are the roots of the Legendre polynomial P_n, found by Newton's method from Tricomi's first approximation
/// (Abramowitz and Stegun, "Handbook of Mathematical Functions", 25.4.29 and 22.16.6).
pub(super) fn gauss_legendre(n: usize) -> Vec<Point> {
    let mut points = Vec::with_capacity(n);
    for i in 0..n {
        let angle = core::f64::consts::PI * (i as f64 + 0.75) / (n as f64 + 0.5);
        let mut x = -cosine(angle);
        let mut slope = 1.0;
        // Newton doubles the digits each time: from 1e-3 it is at rounding level after four steps.
        for _ in 0..8 {
            let (value, derivative) = legendre(n, x);
            slope = derivative;
            x -= value / derivative;
        }
        let weight = 1.0 / ((1.0 - x * x) * slope * slope);
        points.push(Point { t: 0.5 + 0.5 * x, rest: 0.5 - 0.5 * x, weight });
    }
    points
}

/// cos x for 0 ≤ x ≤ π, to about 1e-12, by its power series about π/2: the start of an iteration, for which a library's cosine
/// would be 2 KB of compressed wasm.
fn cosine(x: f64) -> f64 {
    let y = core::f64::consts::FRAC_PI_2 - x;
    let (mut term, mut sum) = (y, y);
    for k in 1..10 {
        let k = f64::from(2 * k);
        term *= -y * y / (k * (k + 1.0));
        sum += term;
    }
    sum
}

/// P_n(x) and its derivative, by the three-term recurrence.
fn legendre(n: usize, x: f64) -> (f64, f64) {
    let (mut before, mut value) = (1.0, x);
    for k in 2..=n {
        let k = k as f64;
        let next = ((2.0 * k - 1.0) * x * value - (k - 1.0) * before) / k;
        (before, value) = (value, next);
    }
    (value, n as f64 * (x * value - before) / (x * x - 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integrates_powers_exactly() {
        for n in [1, 2, 3, 4, 8, 16, 40, 256] {
            let rule = gauss_legendre(n);
            assert!(rule.windows(2).all(|p| p[0].t < p[1].t));
            assert!(rule.iter().all(|p| p.t > 0.0 && p.rest > 0.0 && p.weight > 0.0));
            for degree in [0, 1, 2 * n - 2, 2 * n - 1] {
                let power = |x: f64| (0..degree).fold(1.0, |product, _| product * x);
                let up: f64 = rule.iter().map(|p| p.weight * power(p.t)).sum();
                let down: f64 = rule.iter().map(|p| p.weight * power(p.rest)).sum();
                let exact = 1.0 / (degree as f64 + 1.0);
                assert!((up / exact - 1.0).abs() < 1e-12, "n {n} degree {degree}: {up} {exact}");
                assert!((down / exact - 1.0).abs() < 1e-12, "n {n} degree {degree}: {down} {exact}");
            }
        }
    }
}
