use super::*;
use crate::random::Random;

/// Each output of the runs: the start, then the products in the order of the inputs.
fn naive(matrix: &[f32], columns: usize, units: usize, runs: &[usize], start: &[f32], x: &[f32]) -> Vec<u32> {
    let places = runs.iter().flat_map(|run| (0..units).map(move |unit| run + unit));
    let sum = |(place, start): (usize, &f32)| {
        x.iter().enumerate().fold(*start, |sum, (input, x)| sum + x * matrix[input * columns + place])
    };
    places.zip(start).map(sum).map(f32::to_bits).collect()
}

#[test]
fn products_are_sums_in_the_order_of_the_inputs() {
    let mut random = Random(11);
    for inputs in [0, 1, 3, 7, 8, 9, 16, 63, 64, 65] {
        for units in [1, 3, 4, 5, 24, 25, 63, 64, 65] {
            for runs in [&[0][..], &[units, 0], &[2 * units, 0, units], &[units, 2 * units, 0, units]] {
                let columns = 3 * units;
                let matrix = random.values(inputs * columns);
                let x = random.values(inputs);
                let mut start = random.values(runs.len() * units);
                // A sum of −0 shows whether anything is added that is not there.
                start.iter_mut().step_by(3).for_each(|start| *start = -0.0);
                let gate = units.next_multiple_of(LANES);
                let mut packed = vec![Weights::NONE; inputs.div_ceil(GROUP) * runs.len() * gate / LANES];
                pack(&matrix, inputs, columns, units, runs, &mut packed);
                let mut full = vec![0.5; runs.len() * gate];
                for (places, start) in full.chunks_mut(gate).zip(start.chunks(units)) {
                    places[..units].copy_from_slice(start);
                }
                let mut x_full = x.clone();
                x_full.resize(inputs.next_multiple_of(GROUP), 0.0);
                let mut apart = vec![7.0; full.len()];
                product(&packed, &x_full, sums(&mut full.clone()), sums(&mut apart));
                let places = sums(&mut full);
                product(&packed, &x_full, places, places);
                let expected = naive(&matrix, columns, units, runs, &start, &x);
                for full in [full, apart] {
                    let found: Vec<u32> =
                        full.chunks(gate).flat_map(|gate| &gate[..units]).map(|sum| sum.to_bits()).collect();
                    assert_eq!(found, expected, "{inputs} inputs, {units} units, {runs:?}");
                }
            }
        }
    }
}
