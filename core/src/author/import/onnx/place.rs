//! The places of the working memory that a step names.

use crate::model::network::step::{Source, Step};

fn source(source: &mut Source, f: &mut dyn FnMut(&mut u32)) {
    if let Source::Memory(at) = source {
        f(at);
    }
}

/// Calls `f` with each place of a step.
pub(super) fn each(step: &mut Step, f: &mut dyn FnMut(&mut u32)) {
    match step {
        Step::Dense { input, output, .. }
        | Step::Map { input, output, .. }
        | Step::Reduce { input, output, .. }
        | Step::Softmax { input, output, .. }
        | Step::Normalise { input, output, .. }
        | Step::CumulativeSum { input, output, .. } => {
            f(input);
            f(output);
        }
        Step::MatMul { a, b, output, .. } | Step::Zip { a, b, output, .. } => {
            source(a, f);
            source(b, f);
            f(output);
        }
        Step::Select { condition, a, b, output, .. } => {
            source(condition, f);
            source(a, f);
            source(b, f);
            f(output);
        }
        Step::Copy { input, output, .. } => {
            source(input, f);
            f(output);
        }
        Step::Lookup { input, table, output, .. } => {
            f(input);
            source(table, f);
            f(output);
        }
        Step::Recurrent(layer) => {
            f(&mut layer.input);
            let optional = [
                &mut layer.initial,
                &mut layer.initial_cell,
                &mut layer.steps,
                &mut layer.mask,
                &mut layer.output,
                &mut layer.last,
                &mut layer.last_cell,
            ];
            optional.into_iter().flatten().for_each(f);
        }
    }
}

/// Input and output of a step that may work in place, if it reads nothing else of the memory.
pub(super) fn in_place(step: &Step) -> Option<(u32, u32)> {
    match step {
        Step::Map { input, output, .. }
        | Step::Softmax { input, output, .. }
        | Step::Normalise { input, output, .. }
        | Step::CumulativeSum { input, output, .. } => Some((*input, *output)),
        _ => None,
    }
}
