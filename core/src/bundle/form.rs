//! What a form tells people about the fields: an optional section, since no figure depends on it.

use super::wire::{Put, Reader, Refused, Wire};
use crate::error::BundleError;
use crate::limits;
use crate::schema::{Field, Localized};

/// What a form says about one field beside what the field itself has.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FieldForm {
    /// The field's column.
    pub field: u32,
    /// Whether the applicant cannot change it (their age, their past): a what-if leaves it alone.
    pub immutable: bool,
    /// What to enter, in a sentence, by language.
    pub help: Vec<Localized>,
    /// For each category its names for people, by language; empty if no category has one.
    pub value_labels: Vec<Vec<Localized>>,
}

impl FieldForm {
    /// Whether it says anything.
    pub fn is_empty(&self) -> bool {
        !self.immutable && self.help.is_empty() && self.value_labels.iter().all(Vec::is_empty)
    }
}

fn get_texts(input: &mut Reader<'_>) -> Result<Vec<Localized>, Refused> {
    input.list("texts of a form", limits::LANGUAGES, 8)
}

impl Wire for FieldForm {
    fn put(&self, out: &mut Vec<u8>) {
        Put::u32(out, self.field);
        out.bool(self.immutable);
        out.list(&self.help);
        out.count(self.value_labels.len());
        for labels in &self.value_labels {
            out.list(labels);
        }
    }
    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        Ok(Self {
            field: input.u32()?,
            immutable: input.bool()?,
            help: get_texts(input)?,
            value_labels: {
                let n = input.count("labels of categories", limits::CATEGORIES, 4)?;
                (0..n).map(|_| get_texts(input)).collect::<Result<_, _>>()?
            },
        })
    }
}

/// Checks a form against its fields: each at most once, in order, with labels for all of its categories or for none.
pub(super) fn check(form: &[FieldForm], fields: &[Field]) -> Result<(), BundleError> {
    let fits = |entry: &FieldForm| {
        let labels = entry.value_labels.len();
        fields
            .get(entry.field as usize)
            .is_some_and(|field| labels == 0 || labels == field.categories().len())
    };
    if form.is_sorted_by(|a, b| a.field < b.field) && form.iter().all(fits) {
        Ok(())
    } else {
        Err(BundleError::Malformed { section: "form", what: "it does not fit the fields" })
    }
}
