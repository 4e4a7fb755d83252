//! What several commands work out from their flags.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use scorelet_core::bundle::Bundle;
use scorelet_core::error::RecordError;

use super::args::{EngineArgs, EngineName, InputArgs, InputFormat, LimitArgs, ModelArgs};
use super::{keys, report, term};
use crate::approval::{Approval, Bar};
use crate::error::{HostError, Result};
use crate::input::{Cutter, Format, Header, Source};
use crate::model::Model;
use crate::runtime::{Artefact, Limits, Runtime};
use crate::score::Engine;

/// MODEL, opened, with the key it was checked against.
pub(super) fn model(args: &ModelArgs) -> Result<(Arc<Model>, Option<[u8; 32]>)> {
    let key = keys::public(args.key.as_ref())?;
    let model = Model::load(&args.model, key.as_ref())?;
    report::warn(&model.warnings);
    Ok((Arc::new(model), key))
}

/// MODEL as [`model`] opens it, for commands that give it whole records: the edge stage of a bundle cannot be given any.
pub(super) fn scorable(args: &ModelArgs) -> Result<(Arc<Model>, Option<[u8; 32]>)> {
    let opened = model(args)?;
    let bundle = &opened.0.bundle;
    if bundle.is_edge() {
        return Err(HostError::core(RecordError::EdgeStage, args.model.display().to_string()));
    }
    if bundle.is_device() {
        term::say(
            "this is the device stage of a bundle, with the scores of that stage; the edge finishes the rest",
        );
    }
    Ok(opened)
}

/// What counts as approved: the bar, or the outcome of the bundle's own policy.
pub(super) fn approval(bar: Option<&Bar>, bundle: &Bundle, path: &Path) -> Result<Approval> {
    let place = path.display().to_string();
    match bar {
        Some(bar) => Approval::of(bar, bundle, &place),
        None => Approval::of_policy(bundle).ok_or_else(|| HostError::Usage {
            what: format!("{place} decides no outcome, so it is not known who is approved"),
            mend: "give a bar, such as --approve 'credit>=600'".to_owned(),
        }),
    }
}

/// Limits as the runtime takes them.
pub(super) fn limits(args: &LimitArgs, instances: u32) -> Limits {
    Limits {
        deadline: Duration::from_millis(args.deadline),
        memory: (args.memory as usize) << 20,
        instances: instances.max(1),
        fuel: args.fuel,
    }
}

/// The engine that the flags name. The runtime has to outlive it: it keeps the clock of the deadlines.
pub(super) fn engine(args: &EngineArgs, threads: usize) -> Result<(Engine, Option<Runtime>)> {
    if args.engine == EngineName::Native {
        return Ok((Engine::Native, None));
    }
    let artefact = Artefact::embedded();
    let instances = u32::try_from(threads).unwrap_or(u32::MAX);
    let runtime = Runtime::new(&artefact, limits(&args.limits, instances))?;
    let module = runtime.load(&artefact)?;
    Ok((Engine::Wasm(module), Some(runtime)))
}

/// INPUT, opened, its header read.
pub(super) struct Input {
    pub(super) name: String,
    pub(super) bytes: Option<u64>,
    pub(super) format: Format,
    pub(super) header: Option<Header>,
    pub(super) delimiter: u8,
    pub(super) cutter: Cutter<Box<dyn Read + Send>>,
}

/// Opens INPUT for `model`.
pub(super) fn input(args: &InputArgs, model: &Model) -> Result<Input> {
    let (mut input, line) = table(args)?;
    if let Some(line) = line {
        let fields = &model.bundle.fields;
        input.header = Some(Header::new(&line, input.delimiter, fields, args.absent_columns, &input.name)?);
    }
    Ok(input)
}

/// Opens INPUT for whatever reads it: its header is not read yet, but given as it stands in a CSV.
pub(super) fn table(args: &InputArgs) -> Result<(Input, Option<Vec<u8>>)> {
    let delimiter = match args.delimiter.as_str() {
        "tab" | "\t" => b'\t',
        text => match text.as_bytes() {
            &[byte] if byte.is_ascii() && !byte.is_ascii_alphanumeric() && !b"\"\r\n-.".contains(&byte) => {
                byte
            }
            _ => {
                return Err(HostError::Usage {
                    what: format!("`{text}` cannot be a delimiter"),
                    mend: "give one character such as `;`, or the word tab".to_owned(),
                });
            }
        },
    };
    let format = args.input_format.map(|format| match format {
        InputFormat::Csv => Format::Csv,
        InputFormat::Json => Format::Json,
        InputFormat::Ndjson => Format::Ndjson,
    });
    let Source { name, bytes, format, begun, input } = Source::open(&args.input, format)?;
    let mut cutter = Cutter::new(input, begun, format, delimiter);
    let line = if format == Format::Csv {
        let line = cutter.header().map_err(|error| Source::failed(&name, error))?;
        let line = line.ok_or_else(|| HostError::Input {
            place: name.clone(),
            what: "it is empty: there is no header".to_owned(),
            mend: "give a CSV whose first line names the columns".to_owned(),
        })?;
        Some(line)
    } else {
        None
    };
    Ok((Input { name, bytes, format, header: None, delimiter, cutter }, line))
}
