//! Every flag, defined once: help, man page, completions and `docs/cli.md` come from here.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum, ValueHint};

use super::edge::args::EdgeArgs;
use super::notice::args::NoticeArgs;
use super::simulate::args::SimulateArgs;
use crate::approval::Bar;
use crate::counterfactual::Allowed;

const EXIT_CODES: &str = "Exit codes:
  0  all went well
  1  a difference was found (certify), or rows were left out (--on-error skip)
  2  wrong flags or arguments
  3  the input cannot be scored
  4  the bundle, bundle source or model file was refused
  5  the engine was stopped: deadline, memory, fuel, trap
  6  a file could not be read or written
  7  the edge worker refused, or did not answer";

/// Builds, checks, scores and certifies credit-scoring bundles with the very WebAssembly that ships.
#[derive(Debug, Parser)]
#[command(name = "scorelet", version, after_help = EXIT_CODES, propagate_version = true)]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// A command.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a working bundle source with comments, to start from
    Init(InitArgs),
    /// Write the bundle source of a model file, as its trainer saved it
    Import(ImportArgs),
    /// Make a key pair to sign bundles with
    Keygen(KeygenArgs),
    /// Build a bundle from its source folder
    Build(BuildArgs),
    /// Show what a bundle holds: fields, graph, scores, sizes
    Inspect(InspectArgs),
    /// Print the TypeScript types of a bundle's record and decision
    Types(TypesArgs),
    /// Score a table of records
    Score(ScoreArgs),
    /// Show how one applicant came to a score
    Explain(ExplainArgs),
    /// Tell a bundle's forecasts month by month
    Forecast(ForecastArgs),
    /// Write the adverse action notice of a decision
    Notice(Box<NoticeArgs>),
    /// Compare two bundles on the same applicants: approvals, bands, swap sets, money, fairness
    Simulate(Box<SimulateArgs>),
    /// Prove that engines agree on a bundle, bit by bit
    Certify(CertifyArgs),
    /// Measure a bundle: latency, throughput, load, instantiation
    Bench(BenchArgs),
    /// Run an edge worker: tenants, keys, bundles, export, feedback, erasure
    Edge(EdgeArgs),
    /// Print completions for a shell
    Completions(CompletionsArgs),
    /// Print the manual page
    Man(ManArgs),
}

/// Arguments of `init`.
#[derive(Debug, Parser)]
pub struct InitArgs {
    /// Folder to make; must not be there yet, or be empty
    #[arg(value_hint = ValueHint::DirPath)]
    pub dir: PathBuf,
}

/// Arguments of `import`.
#[derive(Debug, Parser)]
pub struct ImportArgs {
    /// Model file: ONNX, PMML, XGBoost, LightGBM, CatBoost, or a scorecard
    #[arg(value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
    /// Folder to make; must not be there yet, or be empty [default: the file's name without its ending]
    #[arg(short, long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub output: Option<PathBuf>,
    /// CSV of rows with the trainer's outputs, which becomes the bundle's self-check
    #[arg(long, value_name = "CSV", value_hint = ValueHint::FilePath)]
    pub check: Option<PathBuf>,
}

/// Arguments of `keygen`.
#[derive(Debug, Parser)]
pub struct KeygenArgs {
    /// Name of the two files: NAME.key (secret, keep it) and NAME.pub (give it to those who check)
    #[arg(default_value = "scorelet", value_hint = ValueHint::FilePath)]
    pub name: PathBuf,
}

/// Arguments of `build`.
#[derive(Debug, Parser)]
pub struct BuildArgs {
    /// Bundle source: the folder with bundle.toml
    #[arg(value_hint = ValueHint::DirPath)]
    pub dir: PathBuf,
    /// Bundle file to write, such as NAME.sclb; with a device stage NAME.device.sclb and NAME.edge.sclb too, beside it
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: PathBuf,
    /// Secret key to sign with (a .key file of `scorelet keygen`)
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub key: Option<PathBuf>,
}

/// MODEL and whose signature it must have.
#[derive(Debug, Parser)]
pub struct ModelArgs {
    /// A bundle, a bundle source folder, or an XGBoost, LightGBM or scorecard file as its trainer saved it
    #[arg(value_hint = ValueHint::AnyPath)]
    pub model: PathBuf,
    /// Public key that the bundle must be signed with (a .pub file)
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub key: Option<PathBuf>,
}

/// Limits of the engine in wasm.
#[derive(Debug, Parser)]
pub struct LimitArgs {
    /// Longest run of one call into the engine, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 60_000, help_heading = "Engine")]
    pub deadline: u64,
    /// Most memory of one instance of the engine, in MiB
    #[arg(long, value_name = "MIB", default_value_t = 1024, help_heading = "Engine",
          value_parser = clap::value_parser!(u32).range(1..=4095))]
    pub memory: u32,
    /// Fuel of one call into the engine; without it none is counted, which is faster
    #[arg(long, value_name = "N", help_heading = "Engine")]
    pub fuel: Option<u64>,
}

/// Which engine runs.
#[derive(Debug, Parser)]
pub struct EngineArgs {
    /// Engine: the embedded wasm under wasmtime, or the same code compiled into this tool
    #[arg(long, value_enum, default_value_t = EngineName::Wasm, help_heading = "Engine")]
    pub engine: EngineName,
    /// Limits.
    #[command(flatten)]
    pub limits: LimitArgs,
}

/// An engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum EngineName {
    /// The embedded wasm
    Wasm,
    /// The engine compiled into this tool
    Native,
}

/// How INPUT is read.
#[derive(Debug, Parser)]
pub struct InputArgs {
    /// Table of records: CSV with a header, JSON, or NDJSON; `-` is standard input
    #[arg(value_hint = ValueHint::FilePath)]
    pub input: PathBuf,
    /// Format of INPUT [default: by its name, else by its first bytes]
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub input_format: Option<InputFormat>,
    /// Delimiter of a CSV: one character, or `tab`
    #[arg(long, value_name = "CHAR", default_value = ",")]
    pub delimiter: String,
    /// Take a field without a column as missing in every row, instead of refusing the file
    #[arg(long)]
    pub absent_columns: bool,
}

/// Format of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum InputFormat {
    /// Comma-separated values with a header line
    Csv,
    /// One record, or an array of records
    Json,
    /// One record a line
    Ndjson,
}

/// Format of an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OutputFormat {
    /// For reading in a terminal: the first rows
    Table,
    /// Comma-separated values
    Csv,
    /// An array of decisions
    Json,
    /// A decision a line
    Ndjson,
}

/// What to do with a row that cannot be scored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OnError {
    /// End at the first one
    Stop,
    /// Leave it out, count it, name the first ones
    Skip,
}

/// Arguments of `score`.
#[derive(Debug, Parser)]
pub struct ScoreArgs {
    /// Model.
    #[command(flatten)]
    pub model: ModelArgs,
    /// Input.
    #[command(flatten)]
    pub input: InputArgs,
    /// File to write [default: standard output]
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,
    /// Format of the output [default: table on a terminal; else by the file's name; else csv]
    #[arg(short, long, value_enum)]
    pub format: Option<OutputFormat>,
    /// Add the models' margins, in the fewest digits that read back as the same number
    #[arg(long)]
    pub raw: bool,
    /// Add the contribution of each input to each score that gives reasons
    #[arg(long)]
    pub contribs: bool,
    /// Add reason codes
    #[arg(long)]
    pub reasons: bool,
    /// Language of reason texts in JSON, as a BCP 47 tag [default: the bundle's first]
    #[arg(long, value_name = "TAG")]
    pub lang: Option<String>,
    /// Keep the input's columns: all, or those named (--keep=id,date)
    #[arg(long, value_name = "COLUMNS", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    pub keep: Option<String>,
    /// What to do with a row that cannot be scored
    #[arg(long, value_enum, default_value_t = OnError::Stop)]
    pub on_error: OnError,
    /// Rows of a table
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub rows: u64,
    /// Worker threads [default: the processor's]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub threads: Option<u16>,
    /// Engine.
    #[command(flatten)]
    pub engine: EngineArgs,
}

/// Arguments of `explain`.
#[derive(Debug, Parser)]
pub struct ExplainArgs {
    /// Model.
    #[command(flatten)]
    pub model: ModelArgs,
    /// Input.
    #[command(flatten)]
    pub input: InputArgs,
    /// The applicant's row, from 1, the header not counted
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub row: u64,
    /// Language of texts, as a BCP 47 tag [default: the bundle's first]
    #[arg(long, value_name = "TAG")]
    pub lang: Option<String>,
    /// Search for the smallest change with which the applicant would be approved
    #[arg(long)]
    pub counterfactual: bool,
    /// What counts as approved: credit>=600, credit.pd<=0.05, credit=A,B [default: the outcome of the bundle's policy]
    #[arg(long, value_name = "BAR", requires = "counterfactual")]
    pub approve: Option<Bar>,
    /// Fields that may be changed, up (+), down (-) or both ways, with step and bounds: income:+,debt:-100@0..5000 [default:
    /// those of [notice.change] in the bundle source]
    #[arg(long, value_name = "FIELDS", value_delimiter = ',', requires = "counterfactual")]
    pub may_change: Vec<Allowed>,
    /// Engine.
    #[command(flatten)]
    pub engine: EngineArgs,
}

/// How forecasts are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ForecastFormat {
    /// For reading in a terminal, with bars
    Table,
    /// An array with an object a row
    Json,
    /// A line a row, month and level
    Csv,
}

/// Arguments of `forecast`.
#[derive(Debug, Parser)]
pub struct ForecastArgs {
    /// Model.
    #[command(flatten)]
    pub model: ModelArgs,
    /// Input.
    #[command(flatten)]
    pub input: InputArgs,
    /// Months to tell, from the first [default: all that the model tells]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1200))]
    pub months: Option<u32>,
    /// Format of the output
    #[arg(long, value_enum, default_value_t = ForecastFormat::Table)]
    pub format: ForecastFormat,
    /// Engine.
    #[command(flatten)]
    pub engine: EngineArgs,
}

/// Arguments of `inspect`.
#[derive(Debug, Parser)]
pub struct InspectArgs {
    /// Model.
    #[command(flatten)]
    pub model: ModelArgs,
    /// Show what leaves the device instead: each value with its range, states, reasons
    #[arg(long)]
    pub cut: bool,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `types`.
#[derive(Debug, Parser)]
pub struct TypesArgs {
    /// Model.
    #[command(flatten)]
    pub model: ModelArgs,
    /// Declaration file to write, such as bundle.d.ts [default: standard output]
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,
}

/// Arguments of `certify`.
#[derive(Debug, Parser)]
pub struct CertifyArgs {
    /// Model.
    #[command(flatten)]
    pub model: ModelArgs,
    /// Wasm artefact to certify; may be given several times [default: the embedded one]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub wasm: Vec<PathBuf>,
    /// Generated rows
    #[arg(long, value_name = "N", default_value_t = 5000, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    pub rows: u32,
    /// Limits.
    #[command(flatten)]
    pub limits: LimitArgs,
}

/// Arguments of `bench`.
#[derive(Debug, Parser)]
pub struct BenchArgs {
    /// Model.
    #[command(flatten)]
    pub model: ModelArgs,
    /// Input.
    #[command(flatten)]
    pub input: InputArgs,
    /// As JSON
    #[arg(long)]
    pub json: bool,
    /// Time for each measurement, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 500)]
    pub time: u64,
    /// Limits.
    #[command(flatten)]
    pub limits: LimitArgs,
}

/// Arguments of `completions`.
#[derive(Debug, Parser)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

/// Arguments of `man`.
#[derive(Debug, Parser)]
pub struct ManArgs {
    /// Write a page for the tool and one for each command into this folder
    #[arg(short, long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub output: Option<PathBuf>,
}
