//! A value of the graph while it is lowered: its shape and where it stands.

use std::rc::Rc;

use super::OnnxColumn;
use super::shape::Shape;
use super::tensor::{Data, Tensor, Type};

/// Where a value stands.
#[derive(Clone, Debug)]
pub(super) enum Home {
    /// Known when the model is imported.
    Constant(Rc<Data>),
    /// Each of its values is a column: of a field, or of a part before.
    Columns(Rc<Vec<OnnxColumn>>),
    /// In the working memory of a network, values side by side.
    Memory { part: usize, at: u32 },
}

/// A value.
#[derive(Clone, Debug)]
pub(super) struct Value {
    pub(super) shape: Shape,
    pub(super) kind: Type,
    pub(super) home: Home,
}

impl Value {
    /// A constant of the file.
    pub(super) fn tensor(tensor: &Tensor) -> Self {
        Self {
            shape: Shape::fixed(&tensor.dims),
            kind: tensor.kind,
            home: Home::Constant(Rc::new(tensor.data.clone())),
        }
    }

    /// A computed constant.
    pub(super) fn constant(shape: Shape, kind: Type, data: Data) -> Self {
        Self { shape, kind, home: Home::Constant(Rc::new(data)) }
    }

    /// A list of whole numbers.
    pub(super) fn integers(values: Vec<i64>) -> Self {
        Self::constant(Shape::fixed(&[values.len()]), Type::Integer, Data::Integer(values))
    }

    /// Its values, if they are known.
    pub(super) fn data(&self) -> Option<&Data> {
        match &self.home {
            Home::Constant(data) => Some(data),
            _ => None,
        }
    }

    /// Its values as numbers, if they are known.
    pub(super) fn reals(&self) -> Option<Vec<f32>> {
        self.data().and_then(Data::reals)
    }

    /// Its values as whole numbers, if they are known.
    pub(super) fn whole(&self) -> Option<&[i64]> {
        match self.data()? {
            Data::Integer(values) => Some(values),
            _ => None,
        }
    }

    /// The same values in another shape.
    pub(super) fn shaped(&self, shape: Shape) -> Self {
        Self { shape, ..self.clone() }
    }

    /// The same values as another type.
    pub(super) fn typed(&self, kind: Type) -> Self {
        Self { kind, ..self.clone() }
    }
}
