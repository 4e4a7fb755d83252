//! What stands before a model: scalers, imputers, encoders of categories; and what only names its outputs.

use std::collections::BTreeMap;

use super::super::Lowered;
use super::super::elementwise::{choose, map, number, zip};
use super::super::gather::rows_of;
use super::super::matrix::{dense, row, scalar};
use super::super::reduce::over;
use super::super::wiring::{along, join};
use crate::Error;
use crate::author::import::check_limit;
use crate::author::import::onnx::lower::{Call, Lowering};
use crate::author::import::onnx::shape::Shape;
use crate::author::import::onnx::tensor::{self, Data, Type};
use crate::author::import::onnx::value::{Home, Value};
use crate::author::import::onnx::{OnnxColumn, OnnxFieldKind};
use crate::limits;
use crate::model::network::step::{Binary, Function, Reduction};

/// Categories of all fields of a model.
const CATEGORIES: usize = 1 << 18;

/// Lowers one of them.
pub(super) fn lower(on: &mut Lowering<'_>, call: &Call<'_>) -> Lowered {
    let node = call.node;
    let value = match node.op.as_str() {
        "Scaler" => scaler(on, call)?,
        "Normalizer" => normalizer(on, call)?,
        "Imputer" => imputer(on, call)?,
        "Binarizer" => {
            let x = number(call, 0)?;
            zip(on, call, Binary::Greater, &x, &scalar(node.float("threshold", 0.0)))?
        }
        "OneHotEncoder" => one_hot(on, call)?,
        "LabelEncoder" => label_encoder(on, call)?,
        "CategoryMapper" => category_mapper(on, call)?,
        "ArrayFeatureExtractor" => extract(on, call)?,
        "FeatureVectorizer" => {
            let _ = node.ints("inputdimensions");
            let values = (0..call.inputs.len())
                .map(|i| {
                    let x = number(call, i)?;
                    Ok(if x.shape.rank() == 1 { x.shaped(x.shape.padded(2)) } else { x }.typed(Type::Float))
                })
                .collect::<Result<Vec<_>, Error>>()?;
            join(on, call, &values, 1)?
        }
        "ZipMap" => {
            let texts = node.strings("classlabels_strings").to_vec();
            let ints = node.ints("classlabels_int64s").unwrap_or_default();
            let names = if texts.is_empty() { ints.iter().map(i64::to_string).collect() } else { texts };
            if let Some(output) = node.outputs.first() {
                on.class_names.insert(output.clone(), names);
            }
            call.input(0)?.clone()
        }
        _ => return Err(node.refuse("")),
    };
    Ok(vec![value])
}

fn scaler(on: &mut Lowering<'_>, call: &Call<'_>) -> Result<Value, Error> {
    let node = call.node;
    let mut x = number(call, 0)?.typed(Type::Float);
    let (offset, scale) = (node.floats("offset").to_vec(), node.floats("scale").to_vec());
    if offset.iter().any(|&o| o != 0.0) {
        x = zip(on, call, Binary::Subtract, &x, &row(&offset))?;
    }
    if scale.iter().any(|&s| s != 1.0) {
        x = zip(on, call, Binary::Multiply, &x, &row(&scale))?;
    }
    Ok(x)
}

/// Each row divided by its norm; a row whose norm is 0 stays.
fn normalizer(on: &mut Lowering<'_>, call: &Call<'_>) -> Result<Value, Error> {
    let node = call.node;
    let x = number(call, 0)?.typed(Type::Float);
    let axis = x.shape.rank().saturating_sub(1);
    let reduction = match node.text("norm", "MAX") {
        "MAX" => Reduction::Max,
        "L1" => Reduction::L1,
        "L2" => Reduction::L2,
        _ => return Err(node.wrong("no such norm")),
    };
    let norm = over(on, call, &x, reduction, &[axis], true)?;
    let zero = zip(on, call, Binary::Equal, &norm, &scalar(0.0))?;
    let divisor = zip(on, call, Binary::Add, &norm, &zero)?;
    zip(on, call, Binary::Divide, &x, &divisor)
}

fn imputer(on: &mut Lowering<'_>, call: &Call<'_>) -> Result<Value, Error> {
    let node = call.node;
    let x = number(call, 0)?;
    let whole = node.ints("imputed_value_int64s").unwrap_or_default();
    let replaced = match x.kind.is_real() {
        true => node.float("replaced_value_float", 0.0),
        false => node.int("replaced_value_int64", 0) as f32,
    };
    let _ = (node.float("replaced_value_float", 0.0), node.int("replaced_value_int64", 0));
    let mut values = node.floats("imputed_value_floats").to_vec();
    if values.is_empty() {
        values = whole.iter().map(|&v| v as f32).collect();
    }
    if values.is_empty() || values.iter().any(|v| !v.is_finite()) {
        return Err(node.wrong("it imputes no number"));
    }
    let gone = if replaced.is_nan() {
        on.reads_nan = true;
        map(on, (Function::IsNan, 0.0, 0.0), &x, Type::Boolean)?
    } else {
        zip(on, call, Binary::Equal, &x, &scalar(replaced))?.typed(Type::Boolean)
    };
    let kind = x.kind;
    Ok(choose(on, call, &gone, &row(&values), &x)?.typed(kind))
}

/// The codes that texts have in the categories of each field of a column value (one list a field); unknown texts are added.
fn codes_of(
    on: &mut Lowering<'_>,
    call: &Call<'_>,
    value: &Value,
    texts: &[String],
) -> Result<Vec<Vec<f32>>, Error> {
    let Home::Columns(columns) = &value.home else { return Err(call.node.refuse("of computed texts")) };
    let mut all = Vec::with_capacity(columns.len());
    for column in columns.iter() {
        let OnnxColumn::Field(field) = *column else { return Err(call.node.refuse("of computed texts")) };
        let Some(field) = on.fields.get_mut(field as usize) else { return Ok(Vec::new()) };
        let OnnxFieldKind::Category { values } = &mut field.kind else {
            return Err(call.node.refuse("of texts where numbers are"));
        };
        field.may_be_unknown = true;
        let mut known: BTreeMap<String, usize> = values.iter().cloned().zip(0..).collect();
        let mut codes = Vec::with_capacity(texts.len());
        for text in texts {
            check_limit("bytes in a category", text.len(), limits::TEXT_BYTES)?;
            let next = values.len();
            let code = *known.entry(text.clone()).or_insert(next);
            if code == next {
                on.categories += 1;
                check_limit("categories", values.len() + 1, limits::CATEGORIES)?;
                check_limit("categories of all fields", on.categories, CATEGORIES)?;
                values.push(text.clone());
            }
            codes.push(code as f32);
        }
        all.push(codes);
    }
    Ok(all)
}

/// The codes of texts, which must be the same in each field of a value.
pub(in crate::author::import::onnx::ops) fn codes(
    on: &mut Lowering<'_>,
    call: &Call<'_>,
    value: &Value,
    texts: &[String],
) -> Result<Vec<f32>, Error> {
    let lists = codes_of(on, call, value, texts)?;
    match lists.first() {
        Some(codes) if lists.iter().all(|other| other == codes) => Ok(codes.clone()),
        _ => Err(call.node.refuse("of columns of texts with different categories")),
    }
}

/// A flag for each category, in a new last axis.
fn one_hot(on: &mut Lowering<'_>, call: &Call<'_>) -> Result<Value, Error> {
    let node = call.node;
    let x = call.input(0)?;
    let (texts, ints) = (node.strings("cats_strings"), node.ints("cats_int64s").unwrap_or_default());
    let zeros = node.int("zeros", 1) != 0;
    let count = texts.len().max(ints.len());
    check_limit("categories", count, limits::CATEGORIES)?;
    if count == 0 {
        return Err(node.wrong("it has no categories"));
    }
    check_limit("values in a tensor", x.shape.len().saturating_mul(count), tensor::VALUES)?;
    let figures: Vec<f32> = if x.kind == Type::Text {
        codes_of(on, call, x, texts)?.concat()
    } else {
        let list: Option<Vec<f32>> = ints.iter().map(|&i| tensor::real(i)).collect();
        let list = list.filter(|l| !l.is_empty());
        let list = list.ok_or_else(|| node.refuse("categories that are no exact numbers"))?;
        list.iter().copied().cycle().take(list.len() * x.shape.len()).collect()
    };
    if !zeros {
        on.notes.insert("A category that an encoder does not know gives 0 in each of its columns; the trainer refuses it.".to_owned());
    }
    let mut wide = x.shape.clone();
    wide.dims.push(1);
    let mut dims = x.shape.dims.clone();
    dims.push(count);
    let table = Value::constant(Shape::fixed(&dims), Type::Float, Data::Real(figures));
    let column = x.shaped(wide).typed(Type::Float);
    zip(on, call, Binary::Equal, &column, &table)
}

/// A table from keys to values.
fn mapped(
    on: &mut Lowering<'_>,
    call: &Call<'_>,
    x: &Value,
    keys: &Data,
    values: &[f32],
    default: f32,
) -> Result<Value, Error> {
    let node = call.node;
    if keys.len() != values.len() || values.is_empty() {
        return Err(node.wrong(format!("{} keys of {} values", keys.len(), values.len())));
    }
    if x.kind == Type::Text {
        let Data::Text(texts) = keys else { return Err(node.wrong("keys of another type than the input")) };
        let codes = codes(on, call, x, texts)?;
        let rows = codes.iter().fold(0.0f32, |a, &b| a.max(b)) as usize + 1;
        let mut table = vec![default; rows];
        for (&code, &value) in codes.iter().zip(values) {
            if let Some(slot) = table.get_mut(code as usize) {
                *slot = value;
            }
        }
        let found = rows_of(on, &x.typed(Type::Float), &table, rows, 1, Some(&[default]))?;
        return Ok(found.shaped(x.shape.clone()));
    }
    let keys = keys.reals().filter(|k| k.iter().all(|k| !k.is_nan()));
    let keys = keys.ok_or_else(|| node.refuse("keys that are no exact numbers"))?;
    let mut wide = x.shape.clone();
    wide.dims.push(1);
    let flags = zip(on, call, Binary::Equal, &x.shaped(wide).typed(Type::Float), &row(&keys))?;
    let weights: Vec<f32> = values.iter().map(|v| v - default).collect();
    let found = dense(on, &flags, &weights, Some(&[default]), 1)?;
    Ok(found.shaped(x.shape.clone()))
}

fn label_encoder(on: &mut Lowering<'_>, call: &Call<'_>) -> Result<Value, Error> {
    let node = call.node;
    let x = call.input(0)?;
    let list = |name: &str| -> Option<Data> {
        if let Some(tensor) = node.tensor(&format!("{name}_tensor")) {
            return Some(tensor.data.clone());
        }
        let texts = node.strings(&format!("{name}_strings")).to_vec();
        let ints = node.ints(&format!("{name}_int64s")).unwrap_or_default().to_vec();
        let floats = node.floats(&format!("{name}_floats")).to_vec();
        match (texts.is_empty(), ints.is_empty(), floats.is_empty()) {
            (false, ..) => Some(Data::Text(texts)),
            (_, false, _) => Some(Data::Integer(ints)),
            (.., false) => Some(Data::Real(floats)),
            _ => None,
        }
    };
    let classes = node.strings("classes_strings").to_vec();
    let (keys, values) = match classes.is_empty() {
        // The first version: texts to their places.
        false => {
            (Some(Data::Text(classes.clone())), Some(Data::Integer((0..classes.len() as i64).collect())))
        }
        true => (list("keys"), list("values")),
    };
    let _ = node.text("default_string", "_Unused");
    let default_int = node.int("default_int64", -1) as f32;
    let default_float = node.float("default_float", 0.0);
    let tensor = node.tensor("default_tensor").and_then(|t| t.data.reals()?.first().copied());
    let (Some(keys), Some(values)) = (keys, values) else {
        return Err(node.wrong("it has no keys or values"));
    };
    let kind = match values {
        Data::Text(_) => return Err(node.refuse("values of texts")),
        Data::Integer(_) => Type::Integer,
        Data::Real(_) => Type::Float,
    };
    let usual = if kind == Type::Integer { default_int } else { default_float };
    let default = tensor.unwrap_or(usual);
    let values = values.reals().ok_or_else(|| node.refuse("values that are no exact numbers"))?;
    Ok(mapped(on, call, x, &keys, &values, default)?.typed(kind))
}

fn category_mapper(on: &mut Lowering<'_>, call: &Call<'_>) -> Result<Value, Error> {
    let node = call.node;
    let x = call.input(0)?;
    let _ = node.text("default_string", "_Unused");
    let texts = node.strings("cats_strings").to_vec();
    let ints = node.ints("cats_int64s").unwrap_or_default();
    let values: Option<Vec<f32>> = ints.iter().map(|&i| tensor::real(i)).collect();
    let default = node.int("default_int64", -1) as f32;
    let values = values.ok_or_else(|| node.refuse("values that are no exact numbers"))?;
    if x.kind != Type::Text {
        return Err(node.refuse("from numbers to texts"));
    }
    Ok(mapped(on, call, x, &Data::Text(texts), &values, default)?.typed(Type::Integer))
}

fn extract(on: &mut Lowering<'_>, call: &Call<'_>) -> Result<Value, Error> {
    let node = call.node;
    let (x, indices) = (call.input(0)?, call.input(1)?);
    let x = if x.shape.rank() == 1 { x.shaped(x.shape.padded(2)) } else { x.clone() };
    let axis = x.shape.rank().saturating_sub(1);
    call.apart(&x.shape, axis)?;
    if let Some(list) = indices.whole() {
        let len = x.shape.dim(axis);
        let positions = list.iter().map(|&i| usize::try_from(i).ok().filter(|&p| p < len));
        let positions = positions.collect::<Option<Vec<_>>>();
        let positions = positions.ok_or_else(|| node.wrong(format!("an index outside of {len} columns")))?;
        return along(on, &x, axis, &positions);
    }
    // Known values by computed indices: the classes by the place of the greatest score.
    let Some(table) = x.reals().filter(|_| x.shape.len() == x.shape.dim(axis)) else {
        return Err(node.refuse("of texts or computed values by computed indices"));
    };
    let found = rows_of(on, indices, &table, table.len(), 1, None)?;
    let mut shape = indices.shape.clone();
    shape.dims.insert(0, 1);
    if let Some(records) = &mut shape.records {
        records.axis += 1;
    }
    Ok(found.shaped(shape).typed(x.kind))
}
