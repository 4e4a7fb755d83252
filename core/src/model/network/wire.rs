//! A network in the bundle. `docs/bundle-format-network.md` describes every byte.

use super::step::{Axis, Binary, Cell, Function, Recurrent, Reduction, Source, Step};
use super::{Absent, Network, Program, Quantised, check};
use crate::bundle::wire::{Put, Reader, Refused, Wire};
use crate::limits;

/// Bit of a source's place that says that it is in the figures.
const FIGURES: u32 = 1 << 31;
/// A place that is none.
const NONE: u32 = u32::MAX;

impl Wire for Network {
    fn put(&self, out: &mut Vec<u8>) {
        let Program { inputs, memory, figures, quantised, steps, outputs } = &*self.program;
        out.list(inputs);
        memory.put(out);
        put_figures(figures, quantised, out);
        out.list(steps);
        out.u32s(outputs);
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        let inputs = input.list("inputs of a network", limits::NETWORK_INPUTS, 1)?;
        let memory = u32::get(input)?;
        let (figures, quantised) = get_figures(input)?;
        let steps = input.list("steps of a network", limits::NETWORK_STEPS, 1)?;
        let outputs = input.u32s("outputs of a network", limits::OUTPUTS)?;
        let program = Program { inputs, memory, figures, quantised, steps, outputs };
        let given = program.steps.clone();
        let network = Self::new(program).map_err(|what| input.malformed(what))?;
        if network.program.steps != given {
            return Err(input.malformed("a walk of a network is not in its shortest form"));
        }
        Ok(network)
    }
}

impl Wire for Absent {
    fn put(&self, out: &mut Vec<u8>) {
        match self {
            Self::Propagate => out.u8(0),
            Self::Nan => out.u8(1),
            Self::Value(x) => {
                out.u8(2);
                x.put(out);
            }
        }
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        match input.u8()? {
            0 => Ok(Self::Propagate),
            1 => Ok(Self::Nan),
            2 => f32::get(input).map(Self::Value),
            _ => Err(input.malformed("what becomes of an absent input of a network is not known")),
        }
    }
}

/// Runs of f32 and tables of codes, in the order of the figures.
fn put_figures(figures: &[f32], quantised: &[Quantised], out: &mut Vec<u8>) {
    let mut runs = Vec::new();
    let mut count = 0;
    let plain = |from: usize, to: usize, runs: &mut Vec<u8>| {
        let run = figures.get(from..to).unwrap_or_default();
        if !run.is_empty() {
            runs.u8(0);
            runs.count(run.len());
            run.iter().for_each(|x| x.put(runs));
        }
        usize::from(!run.is_empty())
    };
    let mut from = 0;
    for table in quantised {
        let at = table.at as usize;
        count += plain(from, at, &mut runs) + 1;
        from = at + table.rows as usize * table.scales.len();
        runs.u8(1);
        table.rows.put(&mut runs);
        runs.count(table.scales.len());
        table.scales.iter().for_each(|s| s.put(&mut runs));
        let codes = figures.get(at..from).unwrap_or_default().chunks_exact(table.scales.len().max(1));
        for row in codes {
            // Exact: see `check`.
            runs.extend(row.iter().zip(&table.scales).map(|(x, s)| (x / s).round_ties_even() as i8 as u8));
        }
    }
    count += plain(from, figures.len(), &mut runs);
    out.count(figures.len());
    out.count(count);
    out.append(&mut runs);
}

fn get_figures(input: &mut Reader<'_>) -> Result<(Vec<f32>, Vec<Quantised>), Refused> {
    // A figure takes a byte at least.
    let len = input.count("figures of a network", limits::NETWORK_FIGURES, 1)?;
    let runs = input.count("runs of figures", limits::NETWORK_FIGURES, 6)?;
    let mut figures = Vec::with_capacity(len);
    let mut quantised = Vec::new();
    let mut plain_before = false;
    for _ in 0..runs {
        let left = len - figures.len();
        let plain = match input.u8()? {
            0 => true,
            1 => false,
            _ => return Err(input.malformed("a kind of figures is not known")),
        };
        if plain {
            let n = input.count("figures of a network", left, 4)?;
            if n == 0 || plain_before {
                return Err(input.malformed("the figures of a network are not in their shortest form"));
            }
            let bytes = input.take(n.saturating_mul(4))?;
            figures.extend(bytes.as_chunks().0.iter().map(|&b| f32::from_le_bytes(b)));
        } else {
            let at = figures.len() as u32;
            let rows = u32::get(input)?;
            let columns = input.count("columns of a quantised table", left, 4)?;
            if columns == 0 || rows as usize > left / columns {
                return Err(input.malformed("a quantised table is larger than the figures that are left"));
            }
            let scales = (0..columns).map(|_| f32::get(input)).collect::<Result<Vec<_>, _>>()?;
            let codes = input.take(rows as usize * columns)?;
            if codes.contains(&0x80) {
                return Err(input.malformed("a code of a quantised table is -128"));
            }
            for row in codes.chunks_exact(columns) {
                figures.extend(row.iter().zip(&scales).map(|(&code, scale)| f32::from(code as i8) * scale));
            }
            quantised.push(Quantised { at, rows, scales });
        }
        plain_before = plain;
    }
    if figures.len() != len {
        return Err(input.malformed("the runs of a network's figures do not make up their number"));
    }
    Ok((figures, quantised))
}

impl Wire for u32 {
    fn put(&self, out: &mut Vec<u8>) {
        out.u32(*self);
    }
    #[inline(never)]
    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        input.u32()
    }
}

impl Wire for f32 {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.to_le_bytes());
    }
    #[inline(never)]
    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        Ok(Self::from_le_bytes(input.array()?))
    }
}

impl Wire for bool {
    fn put(&self, out: &mut Vec<u8>) {
        Put::bool(out, *self);
    }
    #[inline(never)]
    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        input.bool()
    }
}

/// A place that may be none.
impl Wire for Option<u32> {
    fn put(&self, out: &mut Vec<u8>) {
        out.u32(self.unwrap_or(NONE));
    }
    #[inline(never)]
    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        Ok(Some(input.u32()?).filter(|&place| place != NONE))
    }
}

impl Wire for Source {
    fn put(&self, out: &mut Vec<u8>) {
        match self {
            Self::Memory(at) => out.u32(*at),
            Self::Figures(at) => out.u32(at | FIGURES),
        }
    }
    #[inline(never)]
    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        let at = input.u32()?;
        Ok(if at & FIGURES == 0 { Self::Memory(at) } else { Self::Figures(at & !FIGURES) })
    }
}

impl Wire for Vec<Axis> {
    fn put(&self, out: &mut Vec<u8>) {
        out.u8(self.len() as u8);
        for axis in self {
            let Axis { len, out: target, a, b, c } = *axis;
            [len, target, a as u32, b as u32, c as u32].iter().for_each(|x| out.u32(*x));
        }
    }
    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        let n = usize::from(input.u8()?);
        if n > check::AXES {
            return Err(input.malformed("a walk of a network has too many axes"));
        }
        let mut stride = || input.u32();
        let mut axis = || {
            let (len, out) = (stride()?, stride()?);
            Ok(Axis { len, out, a: stride()? as i32, b: stride()? as i32, c: stride()? as i32 })
        };
        (0..n).map(|_| axis()).collect()
    }
}

/// A code is a place in the type's own list of all.
macro_rules! codes {
    ($ty:ident, $what:literal) => {
        impl Wire for $ty {
            fn put(&self, out: &mut Vec<u8>) {
                out.u8(Self::ALL.iter().position(|x| x == self).unwrap_or(usize::MAX) as u8);
            }
            fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
                let code = usize::from(input.u8()?);
                Self::ALL.get(code).copied().ok_or_else(|| input.malformed($what))
            }
        }
    };
}

codes! { Function, "a function of a network is not known" }
codes! { Binary, "a function of two values of a network is not known" }
codes! { Reduction, "a reduction of a network is not known" }

impl Wire for Cell {
    fn put(&self, out: &mut Vec<u8>) {
        out.u8(match self {
            Self::Simple => 0,
            Self::Gru { reset_after: false } => 1,
            Self::Gru { reset_after: true } => 2,
            Self::Lstm => 3,
        });
    }
    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        match input.u8()? {
            0 => Ok(Self::Simple),
            code @ (1 | 2) => Ok(Self::Gru { reset_after: code == 2 }),
            3 => Ok(Self::Lstm),
            _ => Err(input.malformed("a cell of a recurrent layer is not known")),
        }
    }
}

/// Fields in the order of the bundle.
macro_rules! recurrent {
    ($($field:ident)*) => {
        impl Wire for Recurrent {
            fn put(&self, out: &mut Vec<u8>) {
                out.list(&self.functions);
                $( self.$field.put(out); )*
            }
            fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
                let functions = input.list("activations of a cell", 3, 1)?;
                Ok(Self { functions, $( $field: Wire::get(input)?, )* })
            }
        }
    };
}

recurrent! { cell backward length inputs units input input_stride weights recurrent bias initial initial_cell
steps mask output output_stride last last_cell }

/// Steps by their codes, their fields in the order of the bundle.
macro_rules! steps {
    ($($code:literal $step:ident { $($field:ident)* })*) => {
        impl Wire for Step {
            fn put(&self, out: &mut Vec<u8>) {
                match self {
                    $( Self::$step { $($field),* } => { out.u8($code); $( $field.put(out); )* } )*
                    Self::Recurrent(layer) => { out.u8(12); layer.put(out); }
                }
            }
            fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
                match input.u8()? {
                    $( $code => Ok(Self::$step { $( $field: Wire::get(input)?, )* }), )*
                    12 => Ok(Self::Recurrent(Box::new(Wire::get(input)?))),
                    _ => Err(input.malformed("a step of a network is not known")),
                }
            }
        }
    };
}

steps! {
    1 Dense { rows inputs outputs input output weights bias }
    2 MatMul { batch rows inner columns a a_stride b b_stride output }
    3 Map { function alpha beta input output len }
    4 Zip { function a b output axes }
    5 Select { condition a b output axes }
    6 Copy { input output axes }
    7 Reduce { reduction input output outer len inner }
    8 Softmax { log input output outer len inner }
    9 Normalise { epsilon input output outer len scale shift }
    10 Lookup { input input_stride count table rows width unseen from_end output }
    11 CumulativeSum { input output outer len inner }
}
