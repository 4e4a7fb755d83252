//! The flags of `scorelet edge`.

use std::path::PathBuf;

use clap::{ArgGroup, Parser, Subcommand, ValueEnum, ValueHint};

use super::super::args::OnError;

const KEYS: &str =
    "The key is the text in SCORELET_EDGE_KEY, or in the file of --key-file: the operator's, or a tenant's
with the scope that the command needs. It travels over https, or over plain http to this machine.";

/// Arguments of `edge`.
#[derive(Debug, Parser)]
#[command(after_help = KEYS)]
pub struct EdgeArgs {
    /// Address of the worker
    #[arg(long, global = true, value_name = "URL", env = "SCORELET_EDGE_URL", hide_env_values = true,
          value_hint = ValueHint::Url, help_heading = "Worker")]
    pub url: Option<String>,
    /// File that holds the key, and nothing else [default: the text in SCORELET_EDGE_KEY]
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Worker")]
    pub key_file: Option<PathBuf>,
    /// The worker's answer as JSON
    #[arg(long, global = true, help_heading = "Worker")]
    pub json: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: EdgeCommand,
}

/// A command of `edge`.
#[derive(Debug, Subcommand)]
pub enum EdgeCommand {
    /// Make the secrets of a new worker: its master key and the operator's key
    Keygen(KeygenArgs),
    /// Tenants and their settings
    #[command(subcommand)]
    Tenant(TenantCommand),
    /// Keys of a tenant
    #[command(subcommand)]
    Key(KeyCommand),
    /// Bundles of a tenant
    #[command(subcommand)]
    Bundle(BundleCommand),
    /// Upload a bundle with its device and edge bundles, and let it decide
    Release(ReleaseArgs),
    /// Make a new key that receipts are sealed for; the old one is taken through the grace period
    RotateKey(TenantFlag),
    /// Fetch decisions, feedback and audits, a line of JSON each
    Export(ExportArgs),
    /// Send outcomes of decisions
    Feedback(FeedbackArgs),
    /// Erase all that is stored of an applicant
    Erase(EraseArgs),
    /// Drop at once what is past its retention, as the worker does by itself from time to time
    Purge,
}

/// Arguments of `edge keygen`.
#[derive(Debug, Parser)]
pub struct KeygenArgs {
    /// Name of the two files: NAME.env (the worker's environment) and NAME.key (the operator's key)
    #[arg(default_value = "edge", value_hint = ValueHint::FilePath)]
    pub name: PathBuf,
}

/// Whose.
#[derive(Debug, Parser)]
pub struct TenantFlag {
    /// The tenant [default: the one that the key belongs to]
    #[arg(short, long, value_name = "TENANT", env = "SCORELET_EDGE_TENANT", hide_env_values = true)]
    pub tenant: Option<String>,
}

/// A command of `edge tenant`.
#[derive(Debug, Subcommand)]
pub enum TenantCommand {
    /// Make a tenant (operator)
    Create(TenantCreateArgs),
    /// List the tenants (operator)
    List,
    /// Show a tenant's settings
    Show(TenantShowArgs),
    /// Change a tenant's settings; what is not named stays
    Set(TenantSetArgs),
}

/// Arguments of `edge tenant create`.
#[derive(Debug, Parser)]
pub struct TenantCreateArgs {
    /// Its id: at most 32 of a-z, 0-9 and -
    pub tenant: String,
    /// Its name, for people [default: the id]
    #[arg(long, value_name = "TEXT")]
    pub name: Option<String>,
}

/// Arguments of `edge tenant show`.
#[derive(Debug, Parser)]
pub struct TenantShowArgs {
    /// The tenant [default: the one that the key belongs to]
    #[arg(env = "SCORELET_EDGE_TENANT", hide_env_values = true)]
    pub tenant: Option<String>,
}

/// What is stored of a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Retention {
    /// Scores, reason codes, digests, pseudonyms and references of consents only
    None,
    /// Local credit data and the fields given at the edge, too
    Features,
    /// The record, too
    Full,
}

/// Arguments of `edge tenant set`.
#[derive(Debug, Parser)]
#[command(group = ArgGroup::new("settings").required(true).multiple(true),
          override_usage = "scorelet edge tenant set [OPTIONS] [TENANT]")]
pub struct TenantSetArgs {
    /// The tenant [default: the one that the key belongs to]
    #[arg(env = "SCORELET_EDGE_TENANT", hide_env_values = true)]
    pub tenant: Option<String>,
    /// Its name, for people
    #[arg(long, value_name = "TEXT", group = "settings")]
    pub name: Option<String>,
    /// What is stored of a decision
    #[arg(long, value_enum, group = "settings")]
    pub retention: Option<Retention>,
    /// Days after which what is stored is dropped
    #[arg(long, value_name = "DAYS", group = "settings")]
    pub retention_days: Option<u32>,
    /// How long after a change the last bundle's and the last key's receipts are still taken, in seconds
    #[arg(long, value_name = "S", group = "settings")]
    pub grace_seconds: Option<u32>,
    /// Origin of a page that may call the worker, such as https://bank.example; may be given several times, and replaces
    /// those before
    #[arg(long, value_name = "ORIGIN", group = "settings")]
    pub origin: Vec<String>,
    /// No page may call the worker
    #[arg(long, group = "settings", conflicts_with = "origin")]
    pub no_origins: bool,
    /// Public key that bundles must be signed with (a .pub file); may be given several times, and replaces those before
    #[arg(long, value_name = "FILE", group = "settings", value_hint = ValueHint::FilePath)]
    pub publisher_key: Vec<PathBuf>,
    /// Most requests of a secret key in a minute; 0: any number
    #[arg(long, value_name = "N", group = "settings")]
    pub key_per_minute: Option<u32>,
    /// Most requests of a publishable key in a minute; 0: any number
    #[arg(long, value_name = "N", group = "settings")]
    pub publishable_per_minute: Option<u32>,
    /// Most decisions about an applicant in an hour; 0: any number
    #[arg(long, value_name = "N", group = "settings")]
    pub applicant_per_hour: Option<u32>,
    /// How far a device's clock may be off before the assurance is reduced, in seconds
    #[arg(long, value_name = "S", group = "settings")]
    pub clock_skew_seconds: Option<u32>,
    /// How long a challenge can be answered, in seconds
    #[arg(long, value_name = "S", group = "settings")]
    pub challenge_seconds: Option<u32>,
}

/// A command of `edge key`.
#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Make a key; its text is shown this once
    Create(KeyCreateArgs),
    /// List the keys, without their texts
    List(TenantFlag),
    /// Make a new key in place of one
    Rotate(KeyRotateArgs),
    /// End a key at once
    Revoke(KeyRevokeArgs),
}

/// Kind of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum KeyKind {
    /// For pages: challenges, bundles and receipts only
    Publishable,
    /// For servers: what its scopes allow
    Secret,
}

/// Arguments of `edge key create`.
#[derive(Debug, Parser)]
pub struct KeyCreateArgs {
    /// Whose.
    #[command(flatten)]
    pub tenant: TenantFlag,
    /// Kind of the key
    #[arg(long, value_enum, default_value_t = KeyKind::Secret)]
    pub kind: KeyKind,
    /// What a secret key may do: decide, read, audit, feedback, export, erase, trace, admin; several with commas
    #[arg(long, value_name = "SCOPES", value_delimiter = ',')]
    pub scope: Vec<String>,
    /// Its name, for people
    #[arg(long, value_name = "TEXT")]
    pub name: Option<String>,
    /// File to write the key's text to, instead of standard output
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,
}

/// Arguments of `edge key rotate`.
#[derive(Debug, Parser)]
pub struct KeyRotateArgs {
    /// Whose.
    #[command(flatten)]
    pub tenant: TenantFlag,
    /// The key's id
    pub id: String,
    /// How long the old key still holds, in seconds
    #[arg(long, value_name = "S", default_value_t = 0)]
    pub overlap_seconds: u32,
    /// File to write the new key's text to, instead of standard output
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,
}

/// Arguments of `edge key revoke`.
#[derive(Debug, Parser)]
pub struct KeyRevokeArgs {
    /// Whose.
    #[command(flatten)]
    pub tenant: TenantFlag,
    /// The key's id
    pub id: String,
}

/// A command of `edge bundle`.
#[derive(Debug, Subcommand)]
pub enum BundleCommand {
    /// Upload a signed bundle: whole, device or edge
    Upload(BundleUploadArgs),
    /// List the bundles, and which one decides
    List(TenantFlag),
    /// Let an uploaded bundle decide
    Activate(BundleActivateArgs),
    /// Let the bundle before decide again
    Rollback(TenantFlag),
}

/// Arguments of `edge bundle upload`.
#[derive(Debug, Parser)]
pub struct BundleUploadArgs {
    /// Whose.
    #[command(flatten)]
    pub tenant: TenantFlag,
    /// Bundle files, one after the other: a device bundle before its edge bundle
    #[arg(required = true, value_hint = ValueHint::FilePath)]
    pub file: Vec<PathBuf>,
}

/// Arguments of `edge bundle activate`.
#[derive(Debug, Parser)]
pub struct BundleActivateArgs {
    /// Whose.
    #[command(flatten)]
    pub tenant: TenantFlag,
    /// Digest of a whole or an edge bundle, its first 8 or more digits, or its file
    #[arg(value_name = "DIGEST|FILE", value_hint = ValueHint::FilePath)]
    pub bundle: String,
}

/// Arguments of `edge release`.
#[derive(Debug, Parser)]
pub struct ReleaseArgs {
    /// Whose.
    #[command(flatten)]
    pub tenant: TenantFlag,
    /// A bundle file NAME.sclb, with NAME.device.sclb and NAME.edge.sclb beside it if it has a device stage; or a bundle
    /// source folder
    #[arg(value_name = "BUNDLE|DIR", value_hint = ValueHint::AnyPath)]
    pub model: PathBuf,
    /// Secret key to sign with what is built from a folder (a .key file of `scorelet keygen`)
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub sign: Option<PathBuf>,
    /// Upload only: what decides stays
    #[arg(long)]
    pub no_activate: bool,
}

/// What to export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ExportKind {
    /// Decisions
    Decisions,
    /// Feedback
    Feedback,
    /// Verdicts of audits
    Audits,
    /// Everything
    All,
}

/// Arguments of `edge export`.
#[derive(Debug, Parser)]
pub struct ExportArgs {
    /// File to write; with --cursor what comes is added to it [default: standard output]
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,
    /// What to export
    #[arg(long, value_enum, default_value_t = ExportKind::All)]
    pub kind: ExportKind,
    /// Where to go on: the cursor that an earlier export ended with; what was written since comes then
    #[arg(long, value_name = "CURSOR")]
    pub cursor: Option<String>,
    /// Lines of a request
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub limit: u32,
}

/// Arguments of `edge feedback`.
#[derive(Debug, Parser)]
pub struct FeedbackArgs {
    /// CSV with the columns decision, label (good, bad, indeterminate) and date (YYYY-MM-DD); `-` is standard input
    #[arg(value_hint = ValueHint::FilePath)]
    pub input: PathBuf,
    /// What to do with a row that the worker refuses
    #[arg(long, value_enum, default_value_t = OnError::Stop)]
    pub on_error: OnError,
}

/// Arguments of `edge erase`.
#[derive(Debug, Parser)]
pub struct EraseArgs {
    /// The applicant, as decisions were asked for; `-` reads it from standard input, which keeps it out of the shell's
    /// history
    pub applicant: String,
}
