//! What reading records looks names up in, made once a bundle.

use super::events::ListShape;
use crate::names::Names;
use crate::schema::Field;

/// The names of fields, of each one's categories, and of the members of events.
#[derive(Debug, Default)]
pub(crate) struct Lookup {
    names: Names,
    categories: Vec<Names>,
    lists: Vec<Option<ListShape>>,
}

impl Lookup {
    pub(crate) fn new(fields: &[Field]) -> Self {
        Self {
            names: Names::new(fields.iter().map(|f| f.name.as_str())),
            categories: fields.iter().map(Field::category_names).collect(),
            lists: fields.iter().map(|field| field.events().map(ListShape::new)).collect(),
        }
    }

    /// The index of a field by its name.
    pub(crate) fn field(&self, name: &str) -> Option<usize> {
        self.names.find(name)
    }

    /// The column value of a category's text in `field`, which is the `index`-th.
    pub(crate) fn code(&self, field: &Field, index: usize, text: &str) -> f64 {
        field.code_of(text, self.categories.get(index).and_then(|names| names.find(text)))
    }

    /// The shape of the `index`-th field, if it is an event list.
    pub(crate) fn list(&self, index: usize) -> Option<&ListShape> {
        self.lists.get(index)?.as_ref()
    }
}
