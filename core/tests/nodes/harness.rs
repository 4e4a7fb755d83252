//! Evaluates one op over columns given as rows of cells.

use scorelet_core::column::{Block, Inputs, State};
use scorelet_core::graph::{Op, Scratch};

/// A value or why there is none.
pub(crate) type Cell = Result<f64, State>;

/// Missing, for short.
pub(crate) const MISSING: Cell = Err(State::MISSING);

/// The op's output columns for input columns of equal length, `block` rows at a time. Checks what every kernel owes: each
/// row written, a present value finite, an absent one the plain NaN.
pub(crate) fn run_in_blocks(op: &Op, inputs: &[Vec<Cell>], block: usize) -> Vec<Vec<Cell>> {
    op.check(inputs.len()).unwrap();
    let (rows, width) = (inputs[0].len(), op.width(inputs.len()));
    let ids: Vec<u32> = (0..inputs.len() as u32).collect();
    let mut out = vec![Vec::with_capacity(rows); width];
    let mut cells = Block::new(inputs.len() + width, block);
    let mut scratch = Scratch::default();
    for start in (0..rows).step_by(block) {
        let here = block.min(rows - start);
        cells.set_rows(here);
        for (k, column) in inputs.iter().enumerate() {
            let to = &mut cells.column_mut(k);
            for row in 0..here {
                match column[start + row] {
                    // Not `set`: a field's value may be infinite.
                    Ok(value) => (to.values[row], to.states[row]) = (value, State::PRESENT),
                    Err(state) => to.set_absent(row, state),
                }
            }
        }
        let (columns, mut outputs) = cells.split(inputs.len());
        for k in 0..width {
            // What an earlier block left behind.
            outputs.column(k).values.fill(f64::from_bits(0x7FF8_0000_0000_0001));
            outputs.column(k).states.fill(State(250));
        }
        op.eval(&Inputs::new(columns, &ids), &mut outputs, &mut scratch);
        for (k, column) in out.iter_mut().enumerate() {
            let from = cells.column(inputs.len() + k);
            for (&value, &state) in from.values.iter().zip(from.states) {
                assert_ne!(state, State(250), "a row was not written");
                if state.is_present() {
                    assert!(value.is_finite(), "{value} is present");
                    column.push(Ok(value));
                } else {
                    assert_eq!(value.to_bits(), f64::NAN.to_bits());
                    column.push(Err(state));
                }
            }
        }
    }
    out
}

/// All output columns.
pub(crate) fn run_all(op: impl Into<Op>, inputs: &[Vec<Cell>]) -> Vec<Vec<Cell>> {
    run_in_blocks(&op.into(), inputs, inputs[0].len())
}

/// The only output column.
pub(crate) fn run(op: impl Into<Op>, inputs: &[Vec<Cell>]) -> Vec<Cell> {
    let mut all = run_all(op, inputs);
    assert_eq!(all.len(), 1);
    all.remove(0)
}

/// Equal bits, not only equal values: −0 is not 0.
pub(crate) fn assert_bits(left: &[Cell], right: &[Cell]) {
    let bits = |cells: &[Cell]| cells.iter().map(|c| c.map(f64::to_bits)).collect::<Vec<_>>();
    assert_eq!(bits(left), bits(right), "{left:?} is not {right:?}");
}

/// A present column.
pub(crate) fn col(values: &[f64]) -> Vec<Cell> {
    values.iter().copied().map(Ok).collect()
}

/// Values within `tolerance`, relative to the greater of the two.
pub(crate) fn assert_close(left: &[Cell], right: &[f64], tolerance: f64) {
    assert_eq!(left.len(), right.len());
    for (l, r) in left.iter().zip(right) {
        let l = l.unwrap();
        assert!((l - r).abs() <= tolerance * l.abs().max(r.abs()), "{l} is not {r}");
    }
}
