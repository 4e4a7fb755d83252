//! A bundle's content as a list of sections, to be put together wrongly.

use scorelet_core::bundle::BundleParts;
use scorelet_core::bundle::wire::Put;

use crate::base::encode;

/// Sections by id, with their bytes.
#[derive(Clone)]
pub(crate) struct Sections(pub(crate) Vec<(u32, Vec<u8>)>);

impl Sections {
    /// Those of a bundle, valid or not.
    pub(crate) fn of(parts: &BundleParts) -> Self {
        Self(encode(parts))
    }

    /// With the bytes of one of them replaced, or of an optional one added.
    pub(crate) fn with(mut self, id: u32, bytes: Vec<u8>) -> Self {
        if self.0.iter().all(|section| section.0 != id) {
            self.0.push((id, bytes));
            return self;
        }
        self.0.iter_mut().filter(|section| section.0 == id).for_each(|section| section.1.clone_from(&bytes));
        self
    }

    /// The file: unsigned header, table, sections.
    pub(crate) fn file(&self) -> Vec<u8> {
        let mut out = b"SCORELET\x01\0\0\0\0\0\0\0".to_vec();
        out.resize(112, 0);
        out.count(self.0.len());
        for (id, bytes) in &self.0 {
            Put::u32(&mut out, *id);
            out.count(bytes.len());
        }
        self.0.iter().for_each(|(_, bytes)| out.extend_from_slice(bytes));
        out
    }
}
