//! The steps that a network is made of.
//!
//! A network is a straight-line program over the f32 working memory of one row. Shapes are static: a step names places in that
//! memory (offsets) and extents, which are checked once at load. Figures (weights, biases, tables) stand in one list that all steps
//! share; a step names a place in it. Matrices stand input after input, in each an output after another (`[inputs][outputs]`), so that
//! one value of the input is multiplied with a run of weights.

pub use scorelet_kernels::activate::Activation as Function;
pub use scorelet_kernels::binary::Binary;
pub use scorelet_kernels::recurrent::Cell;
pub use scorelet_kernels::reduce::Reduction;
pub use scorelet_kernels::walk::{Axis, Source};

/// A recurrent layer in one direction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recurrent {
    /// The cell.
    pub cell: Cell,
    /// Activations, one for each that the cell has: simple f; GRU f, g; LSTM f, g, h. Functions without alpha and beta, or with
    /// their usual ones.
    pub functions: Vec<Function>,
    /// Whether the sequence is read from its end.
    pub backward: bool,
    /// Steps of the sequence, at least 1.
    pub length: u32,
    /// Values of a step.
    pub inputs: u32,
    /// Units.
    pub units: u32,
    /// The sequence in memory, `[length][inputs]`; from one step to the next are `input_stride` values.
    pub input: u32,
    /// See [`Recurrent::input`].
    pub input_stride: u32,
    /// Figures: input weights `[inputs][gates·units]`.
    pub weights: u32,
    /// Figures: recurrent weights `[units][gates·units]`.
    pub recurrent: u32,
    /// Figures: biases `[gates·units]`, then recurrent biases `[gates·units]`.
    pub bias: u32,
    /// Initial state in memory `[units]`; zeros if none. For an LSTM the cell's state is `initial_cell`.
    pub initial: Option<u32>,
    /// See [`Recurrent::initial`].
    pub initial_cell: Option<u32>,
    /// Memory place of the number of steps that count (ONNX `sequence_lens`): later ones are not read, and their output is 0.
    pub steps: Option<u32>,
    /// Memory `[length]`: a step whose mask is 0 leaves the state as it is (left-padded series).
    pub mask: Option<u32>,
    /// Where the state of each step goes, if anywhere: `[length]`, from one to the next `output_stride` values.
    pub output: Option<u32>,
    /// See [`Recurrent::output`].
    pub output_stride: u32,
    /// Where the last state goes `[units]`.
    pub last: Option<u32>,
    /// Where the last cell state of an LSTM goes `[units]`.
    pub last_cell: Option<u32>,
}

/// One step of a network.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// For each of `rows` runs of `inputs` values: `outputs` values, bias + Σ input·weight in the order of the inputs.
    Dense {
        /// Runs.
        rows: u32,
        /// Values of a run.
        inputs: u32,
        /// Outputs of a run.
        outputs: u32,
        /// Memory.
        input: u32,
        /// Memory.
        output: u32,
        /// Figures `[inputs][outputs]`.
        weights: u32,
        /// Figures `[outputs]`; zeros if none.
        bias: Option<u32>,
    },
    /// Product of two computed matrices, `batch` times: `[rows][inner] · [inner][columns]`, sums in the order of `inner`.
    MatMul {
        /// How many products.
        batch: u32,
        /// Rows of the first.
        rows: u32,
        /// Columns of the first.
        inner: u32,
        /// Columns of the second.
        columns: u32,
        /// First factor; consecutive ones are `a_stride` apart (0: the same one each time).
        a: Source,
        /// See `a`.
        a_stride: u32,
        /// Second factor.
        b: Source,
        /// See `b`.
        b_stride: u32,
        /// Memory.
        output: u32,
    },
    /// A function of each value; in place where `input` is `output`.
    Map {
        /// Which.
        function: Function,
        /// Parameter.
        alpha: f32,
        /// Parameter.
        beta: f32,
        /// Memory.
        input: u32,
        /// Memory.
        output: u32,
        /// Values.
        len: u32,
    },
    /// A function of two values at each position of a strided walk.
    Zip {
        /// Which.
        function: Binary,
        /// First input.
        a: Source,
        /// Second input.
        b: Source,
        /// Memory.
        output: u32,
        /// Axes, outermost first; at most 8.
        axes: Vec<Axis>,
    },
    /// `a` where `condition` is not 0, else `b`. Axis strides: a, b, c = condition.
    Select {
        /// Condition.
        condition: Source,
        /// Where it holds.
        a: Source,
        /// Elsewhere.
        b: Source,
        /// Memory.
        output: u32,
        /// Axes, outermost first; at most 8.
        axes: Vec<Axis>,
    },
    /// Copies along a strided walk: transpose, slice, concatenate, expand, flip.
    Copy {
        /// From.
        input: Source,
        /// Memory.
        output: u32,
        /// Axes, outermost first; at most 8.
        axes: Vec<Axis>,
    },
    /// Reduces `[outer][len][inner]` to `[outer][inner]`.
    Reduce {
        /// How.
        reduction: Reduction,
        /// Memory.
        input: u32,
        /// Memory.
        output: u32,
        /// Extents.
        outer: u32,
        /// Values that become one.
        len: u32,
        /// Extents.
        inner: u32,
    },
    /// Softmax of each of `[outer]` runs `[len]` whose values are `inner` apart, as `[outer][len][inner]`; `log`: its logarithm.
    Softmax {
        /// Logarithm of it.
        log: bool,
        /// Memory; in place where it is `output`.
        input: u32,
        /// Memory.
        output: u32,
        /// Extents.
        outer: u32,
        /// Values of a run.
        len: u32,
        /// Extents.
        inner: u32,
    },
    /// Layer normalisation of each of `outer` runs of `len` values: (x − mean)/√(variance + epsilon)·scale + shift.
    Normalise {
        /// Added to the variance.
        epsilon: f32,
        /// Memory.
        input: u32,
        /// Memory.
        output: u32,
        /// Runs.
        outer: u32,
        /// Values of a run.
        len: u32,
        /// Figures `[len]`; ones if none.
        scale: Option<u32>,
        /// Figures `[len]`; zeros if none.
        shift: Option<u32>,
    },
    /// Rows of a table by computed indices: for each of `count` indices a run of `width` values. An index that is no row of the table
    /// (negative, a fraction, too large, NaN) takes row `unseen`; a negative one counts from the end first if `from_end`.
    Lookup {
        /// Indices in memory, from one to the next `input_stride` values.
        input: u32,
        /// See `input`.
        input_stride: u32,
        /// How many indices.
        count: u32,
        /// Table `[rows][width]`.
        table: Source,
        /// Rows of the table, at least 1.
        rows: u32,
        /// Values of a row.
        width: u32,
        /// Row for an index that is none.
        unseen: u32,
        /// Whether −1 is the last row.
        from_end: bool,
        /// Memory `[count][width]`.
        output: u32,
    },
    /// Running sum along `len` in `[outer][len][inner]`.
    CumulativeSum {
        /// Memory.
        input: u32,
        /// Memory.
        output: u32,
        /// Extents.
        outer: u32,
        /// Values.
        len: u32,
        /// Extents.
        inner: u32,
    },
    /// A recurrent layer.
    Recurrent(Box<Recurrent>),
}
