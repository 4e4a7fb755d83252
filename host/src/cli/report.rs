//! Errors as people see them: code, message, the source around it, what to do.

use std::fmt;

use miette::{Diagnostic, LabeledSpan, NamedSource, SourceSpan};
use scorelet_core::error::SourceError;

use super::term;
use crate::error::{HostError, Mistake};

/// One error, ready to be drawn.
#[derive(Debug)]
struct Report {
    code: String,
    message: String,
    help: String,
    source: Option<NamedSource<String>>,
    label: Option<(SourceSpan, String)>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Report {}

impl Diagnostic for Report {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(&self.code))
    }
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        (!self.help.is_empty()).then(|| Box::new(&self.help) as Box<dyn fmt::Display>)
    }
    fn source_code(&self) -> Option<&dyn miette::SourceCode> {
        self.source.as_ref().map(|source| source as &dyn miette::SourceCode)
    }
    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let (span, text) = self.label.as_ref()?;
        Some(Box::new(std::iter::once(LabeledSpan::new_with_span(Some(text.clone()), *span))))
    }
}

/// Writes an error to standard error.
pub(super) fn show(error: &HostError) {
    if let HostError::Source { path, mistakes } = error {
        for Mistake { error, text } in mistakes {
            let file = path.join(&error.file).display().to_string();
            draw(&mistake(error, file, text));
        }
        return;
    }
    draw(&Report {
        code: error.code().to_owned(),
        message: format!("{}: {error}", error.place()),
        help: error.mend(),
        source: None,
        label: None,
    });
}

/// Writes what a bundle source deserves a look at.
pub(super) fn warn(warnings: &[SourceError]) {
    for warning in warnings {
        term::say(&format!("warning[{}] {}: {warning} ({})", warning.code, warning.place(), warning.mend));
    }
}

fn mistake(error: &SourceError, file: String, text: &str) -> Report {
    let place = if error.line > 0 { format!("{file}:{}", error.line) } else { file.clone() };
    let span = error.span.start.min(text.len())..error.span.end.min(text.len());
    let shown = !text.is_empty() && error.line > 0;
    Report {
        code: error.code.to_owned(),
        message: format!("{place}: {}", error.message),
        help: error.mend.clone(),
        source: shown.then(|| NamedSource::new(file, text.to_owned())),
        label: shown.then(|| (SourceSpan::from(span), "here".to_owned())),
    }
}

fn draw(report: &Report) {
    let width = term::width().min(120);
    let handler = miette::MietteHandlerOpts::new().width(width).context_lines(2).build();
    let drawn = Drawn { handler: &handler, report };
    term::say(format!("{drawn:?}").trim_end());
}

struct Drawn<'a> {
    handler: &'a miette::MietteHandler,
    report: &'a Report,
}

impl fmt::Debug for Drawn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        miette::ReportHandler::debug(self.handler, self.report, f)
    }
}
