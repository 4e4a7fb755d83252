use scorelet_core::rounding::{Rounding, RoundingMode};

fn round(mode: RoundingMode, decimals: u8, xs: &[f64]) -> Vec<f64> {
    let rounding = Rounding::new(mode, decimals).unwrap();
    xs.iter().map(|&x| rounding.apply(x)).collect()
}

#[test]
fn half_even_is_numpys_round() {
    // numpy.round(x, 0) and numpy.round(x, 2) of NumPy 2.4.
    let whole = round(RoundingMode::HalfEven, 0, &[0.5, 1.5, 2.5, -0.5, -2.5, 2.675, 1.005, -1.115]);
    assert_eq!(whole, [0.0, 2.0, 2.0, 0.0, -2.0, 3.0, 1.0, -1.0]);
    let two = round(RoundingMode::HalfEven, 2, &[0.125, 2.675, 1.005, -1.115, 0.285, 1e300, 123456.785]);
    assert_eq!(two, [0.12, 2.68, 1.0, -1.12, 0.28, 1e300, 123456.78]);
}

#[test]
fn the_other_modes() {
    let xs = [0.5, 1.5, -0.5, -1.5, 2.4, -2.4, 0.49999999999999994];
    assert_eq!(round(RoundingMode::HalfAway, 0, &xs), [1.0, 2.0, -1.0, -2.0, 2.0, -2.0, 0.0]);
    assert_eq!(round(RoundingMode::Floor, 0, &xs), [0.0, 1.0, -1.0, -2.0, 2.0, -3.0, 0.0]);
    assert_eq!(round(RoundingMode::Ceil, 0, &xs), [1.0, 2.0, 0.0, -1.0, 3.0, -2.0, 1.0]);
    assert_eq!(round(RoundingMode::None, 3, &xs), xs);
}

#[test]
fn never_minus_zero_nor_overflow() {
    for mode in [
        RoundingMode::None,
        RoundingMode::HalfEven,
        RoundingMode::HalfAway,
        RoundingMode::Floor,
        RoundingMode::Ceil,
    ] {
        for decimals in [0, 15] {
            let out = round(mode, decimals, &[-0.0, -1e-320, f64::MAX, f64::MIN]);
            assert_eq!(out[0].to_bits(), 0);
            assert_ne!(out[1].to_bits(), (-0.0f64).to_bits());
            assert_eq!(out[2..], [f64::MAX, f64::MIN]);
        }
    }
    assert!(Rounding::new(RoundingMode::Floor, 16).is_err());
}
