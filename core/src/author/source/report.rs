//! Collects every mistake of a bundle source, so that an author sees all of them at once.

use core::cell::RefCell;
use core::ops::Range;
use std::collections::BTreeMap;

use crate::error::SourceError;

/// A value with the bytes of `bundle.toml` that it stands in.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Spanned<T> {
    pub(super) value: T,
    pub(super) span: Range<usize>,
}

/// A name as the author wrote it.
pub(super) type Name = Spanned<String>;

impl<T> Spanned<T> {
    pub(super) fn new(value: T, span: Range<usize>) -> Self {
        Self { value, span }
    }
}

/// The file that most spans are in.
pub(super) const MAIN: &str = "bundle.toml";

/// The mistakes found so far. Reporting needs no exclusive borrow: every part of the compiler holds a shared one.
#[derive(Debug)]
pub(super) struct Report<'a> {
    files: &'a BTreeMap<String, Vec<u8>>,
    /// The file that spans are in where no other is named.
    main: String,
    errors: RefCell<Vec<SourceError>>,
    warnings: RefCell<Vec<SourceError>>,
    texts: RefCell<BTreeMap<String, Vec<String>>>,
}

impl<'a> Report<'a> {
    pub(super) fn new(files: &'a BTreeMap<String, Vec<u8>>) -> Self {
        let main = MAIN.to_owned();
        let (errors, warnings, texts) = Default::default();
        Self { files, main, errors, warnings, texts }
    }

    /// An empty report whose spans are in another file of the folder, to be taken in by [`Self::absorb`].
    pub(super) fn of_file(&self, file: &str) -> Self {
        Self { main: file.to_owned(), ..Self::new(self.files) }
    }

    /// Takes in what was found in another file.
    pub(super) fn absorb(&self, other: Self) {
        self.errors.borrow_mut().extend(other.errors.into_inner());
        self.warnings.borrow_mut().extend(other.warnings.into_inner());
    }

    /// The files of the folder.
    pub(super) fn files(&self) -> &'a BTreeMap<String, Vec<u8>> {
        self.files
    }

    /// A mistake in `bundle.toml`, or the file that the report is of.
    pub(super) fn error(
        &self,
        code: &'static str,
        span: &Range<usize>,
        message: impl Into<String>,
        mend: impl Into<String>,
    ) {
        self.error_in(&self.main, code, span, message, mend);
    }

    /// A mistake in another file of the folder.
    pub(super) fn error_in(
        &self,
        file: &str,
        code: &'static str,
        span: &Range<usize>,
        message: impl Into<String>,
        mend: impl Into<String>,
    ) {
        let error = self.make(file, code, span, message.into(), mend.into());
        self.errors.borrow_mut().push(error);
    }

    /// Something that is not wrong but that the author should see.
    pub(super) fn warn(
        &self,
        code: &'static str,
        span: &Range<usize>,
        message: impl Into<String>,
        mend: impl Into<String>,
    ) {
        self.warn_in(&self.main, code, span, message, mend);
    }

    /// Something in another file of the folder that the author should see.
    pub(super) fn warn_in(
        &self,
        file: &str,
        code: &'static str,
        span: &Range<usize>,
        message: impl Into<String>,
        mend: impl Into<String>,
    ) {
        let warning = self.make(file, code, span, message.into(), mend.into());
        self.warnings.borrow_mut().push(warning);
    }

    /// Notes the texts that an output of a node can be.
    pub(super) fn note_texts(&self, output: String, texts: &[String]) {
        self.texts.borrow_mut().insert(output, texts.to_vec());
    }

    /// The texts that outputs of nodes can be, by their names.
    pub(super) fn texts(&self) -> BTreeMap<String, Vec<String>> {
        self.texts.take()
    }

    /// Whether a mistake has been found.
    pub(super) fn failed(&self) -> bool {
        !self.errors.borrow().is_empty()
    }

    /// Errors and warnings, each in the order of the file, each said once.
    pub(super) fn into_parts(self) -> (Vec<SourceError>, Vec<SourceError>) {
        (tidy(self.errors.into_inner()), tidy(self.warnings.into_inner()))
    }

    fn make(
        &self,
        file: &str,
        code: &'static str,
        span: &Range<usize>,
        message: String,
        mend: String,
    ) -> SourceError {
        let bytes = self.files.get(file).map_or(&[][..], Vec::as_slice);
        // A mistake at the end of the file may point past it.
        let start = span.start.min(bytes.len());
        let span = start..span.end.clamp(start, bytes.len());
        let line = match bytes.get(..start) {
            Some(before) => before.iter().filter(|&&b| b == b'\n').count() + 1,
            None => 0,
        };
        SourceError { code, file: file.to_owned(), line, span, message, mend }
    }
}

fn tidy(mut found: Vec<SourceError>) -> Vec<SourceError> {
    let order = |e: &SourceError| (e.file != MAIN, e.file.clone(), e.span.start, e.code);
    found.sort_by_key(order);
    found.dedup();
    found
}

/// The bytes of a line (from 1) of a text file: the span of a mistake that is only known by its line.
pub(super) fn line_span(bytes: &[u8], line: usize) -> Range<usize> {
    let mut start = 0;
    for (number, content) in bytes.split(|&b| b == b'\n').enumerate() {
        let end = start + content.len();
        if number + 1 == line {
            return start..end;
        }
        start = end + 1;
    }
    0..0
}
