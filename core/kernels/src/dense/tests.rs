use super::*;
use crate::random::Random;

fn naive(weights: &[f32], bias: &[f32], shape: [usize; 3], x: &[f32]) -> Vec<f32> {
    let [rows, inputs, outputs] = shape;
    let mut y = Vec::new();
    for row in 0..rows {
        for output in 0..outputs {
            let mut sum = bias.get(output).copied().unwrap_or(0.0);
            for input in 0..inputs {
                sum += x[row * inputs + input] * weights[input * outputs + output];
            }
            y.push(sum);
        }
    }
    y
}

fn bits(x: &[f32]) -> Vec<u32> {
    x.iter().map(|x| x.to_bits()).collect()
}

#[test]
fn sums_go_in_the_order_of_the_inputs() {
    let mut random = Random(1);
    for rows in [0, 1, 3, 4, 5, 8, 11] {
        for inputs in [0, 1, 3, 5, 17, 50] {
            for outputs in [0, 1, 3, 4, 5, 7, 8, 12, 17, 31, 32, 33, 50, 64, 83] {
                let (weights, x) = (random.values(inputs * outputs), random.values(rows * inputs));
                for bias in [Vec::new(), random.values(outputs)] {
                    let mut y = random.values(rows * outputs);
                    dense(&weights, &bias, rows, inputs, outputs, &x, &mut y);
                    let expected = naive(&weights, &bias, [rows, inputs, outputs], &x);
                    assert_eq!(bits(&y), bits(&expected), "{rows} rows, {inputs} inputs, {outputs} outputs");
                }
            }
        }
    }
}

#[test]
fn slices_that_are_too_short_are_left_alone() {
    let full = vec![1.0; 60];
    let lengths = |w: usize, b: usize, x: usize, y: usize| {
        let mut out = vec![7.0; y];
        dense(&full[..w], &full[..b], 5, 3, 4, &full[..x], &mut out);
        out.iter().all(|y| *y == 7.0)
    };
    assert!(!lengths(12, 4, 15, 20));
    for (w, b, x, y) in [(11, 4, 15, 20), (12, 3, 15, 20), (12, 4, 14, 20), (12, 4, 15, 19), (0, 4, 15, 20)] {
        assert!(lengths(w, b, x, y), "{w} {b} {x} {y}");
    }
    let mut out = vec![7.0; 20];
    for (rows, inputs, outputs) in
        [(usize::MAX, 3, 4), (5, usize::MAX, 4), (5, 3, usize::MAX), (usize::MAX, usize::MAX, usize::MAX)]
    {
        dense(&full, &[], rows, inputs, outputs, &full, &mut out);
    }
    assert!(out.iter().all(|y| *y == 7.0));
}
