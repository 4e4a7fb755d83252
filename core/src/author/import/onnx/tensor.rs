//! Tensors of the file: constants.

use super::proto;
use super::refuse::{malformed, shorten};
use crate::Error;
use crate::author::import::{check_limit, inconsistent, unsupported};
use crate::limits;

/// Values of one tensor.
pub(super) const VALUES: usize = limits::NETWORK_FIGURES;
/// Axes of one tensor.
pub(super) const AXES: usize = 16;

/// Element types, as far as the importer tells them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Float,
    /// Computed as [`Type::Float`]; the notes say so.
    Double,
    /// Whole numbers of any width.
    Integer,
    Boolean,
    Text,
}

impl Type {
    /// From ONNX's code.
    pub(super) fn new(code: i32, at: &str) -> Result<Self, Error> {
        Ok(match code {
            1 => Self::Float,
            11 => Self::Double,
            2..=7 | 12 | 13 => Self::Integer,
            8 => Self::Text,
            9 => Self::Boolean,
            _ => return Err(unsupported(format!("the element type {}", name(code)), at)),
        })
    }

    /// Whether it is float or double.
    pub(super) fn is_real(self) -> bool {
        matches!(self, Self::Float | Self::Double)
    }
}

fn name(code: i32) -> String {
    match code {
        10 => "float16".to_owned(),
        14 | 15 => "complex".to_owned(),
        16 => "bfloat16".to_owned(),
        17..=20 => "float8".to_owned(),
        21 | 22 => "int4".to_owned(),
        other => format!("number {other}"),
    }
}

/// Values of a constant, in row-major order.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Data {
    Real(Vec<f32>),
    /// Whole numbers, and 0 or 1.
    Integer(Vec<i64>),
    Text(Vec<String>),
}

impl Data {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Real(v) => v.len(),
            Self::Integer(v) => v.len(),
            Self::Text(v) => v.len(),
        }
    }

    /// As f32 numbers; `None` for texts and for whole numbers that f32 does not have.
    pub(super) fn reals(&self) -> Option<Vec<f32>> {
        match self {
            Self::Real(v) => Some(v.clone()),
            Self::Integer(v) => v.iter().map(|&i| real(i)).collect(),
            Self::Text(_) => None,
        }
    }
}

/// A whole number as f32, if f32 has it.
pub(super) fn real(i: i64) -> Option<f32> {
    let x = i as f32;
    (x as i128 == i128::from(i)).then_some(x)
}

/// A tensor that the file holds.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tensor {
    pub(super) dims: Vec<usize>,
    pub(super) kind: Type,
    pub(super) data: Data,
}

/// Reads a tensor.
pub(super) fn read(tensor: proto::Tensor, at: &str) -> Result<Tensor, Error> {
    if tensor.data_location == Some(1) || !tensor.external_data.is_empty() {
        let location = tensor.external_data.iter().find(|e| e.key.as_deref() == Some("location"));
        let location = location.and_then(|e| e.value.as_deref()).unwrap_or("another file");
        let feature = format!("external data (the tensor's values are in `{}`)", shorten(location));
        return Err(unsupported(feature, at));
    }
    let dims = dims(&tensor.dims, at)?;
    let count = dims.iter().product::<usize>();
    let code = tensor.data_type.unwrap_or(0);
    let kind = Type::new(code, at)?;
    let data = match (&tensor.raw_data, kind) {
        (Some(raw), Type::Float | Type::Double | Type::Integer | Type::Boolean) => from_raw(raw, code, at)?,
        (Some(_), Type::Text) => return Err(malformed("texts as raw data", at)),
        (None, _) => listed(tensor, code),
    };
    if data.len() != count {
        let what = format!("a tensor of {count} values holds {}", data.len());
        return Err(inconsistent(what, at));
    }
    Ok(Tensor { dims, kind, data })
}

fn dims(declared: &[i64], at: &str) -> Result<Vec<usize>, Error> {
    check_limit("axes of a tensor", declared.len(), AXES)?;
    let mut product = 1usize;
    let mut dims = Vec::with_capacity(declared.len());
    for &dim in declared {
        let dim = usize::try_from(dim).map_err(|_| inconsistent(format!("a dimension of {dim}"), at))?;
        // As if a dimension of 0 were 1: walks over part of the axes are then bounded.
        product = product.saturating_mul(dim.max(1));
        check_limit("values in a tensor", product, VALUES)?;
        dims.push(dim);
    }
    Ok(dims)
}

fn listed(tensor: proto::Tensor, code: i32) -> Data {
    match code {
        1 => Data::Real(tensor.float_data),
        11 => Data::Real(tensor.double_data.into_iter().map(|x| x as f32).collect()),
        7 => Data::Integer(tensor.int64_data),
        8 => Data::Text(tensor.string_data.iter().map(|s| String::from_utf8_lossy(s).into_owned()).collect()),
        _ => Data::Integer(tensor.int32_data.into_iter().map(i64::from).collect()),
    }
}

fn from_raw(raw: &[u8], code: i32, at: &str) -> Result<Data, Error> {
    fn whole<const N: usize>(raw: &[u8], make: fn([u8; N]) -> i64) -> Option<Data> {
        let (chunks, rest) = raw.as_chunks::<N>();
        rest.is_empty().then(|| Data::Integer(chunks.iter().map(|&c| make(c)).collect()))
    }
    let data = match code {
        1 => {
            let (chunks, rest) = raw.as_chunks::<4>();
            rest.is_empty().then(|| Data::Real(chunks.iter().map(|&c| f32::from_le_bytes(c)).collect()))
        }
        11 => {
            let (chunks, rest) = raw.as_chunks::<8>();
            let values = chunks.iter().map(|&c| f64::from_le_bytes(c) as f32);
            rest.is_empty().then(|| Data::Real(values.collect()))
        }
        2 => whole::<1>(raw, |[b]| i64::from(b)),
        3 => whole::<1>(raw, |b| i64::from(i8::from_le_bytes(b))),
        9 => whole::<1>(raw, |[b]| i64::from(b != 0)),
        4 => whole::<2>(raw, |b| i64::from(u16::from_le_bytes(b))),
        5 => whole::<2>(raw, |b| i64::from(i16::from_le_bytes(b))),
        6 => whole::<4>(raw, |b| i64::from(i32::from_le_bytes(b))),
        12 => whole::<4>(raw, |b| i64::from(u32::from_le_bytes(b))),
        7 | 13 => whole::<8>(raw, i64::from_le_bytes),
        _ => None,
    };
    data.ok_or_else(|| inconsistent("the raw data is no whole number of values", at))
}
