//! The flags of `scorelet simulate`.

use std::path::PathBuf;

use clap::{Parser, ValueHint};

use super::super::args::{EngineArgs, InputArgs, OnError};
use crate::approval::Bar;

/// Arguments of `simulate`.
#[derive(Debug, Parser)]
pub struct SimulateArgs {
    /// The bundle that decides now (A): a bundle, a bundle source folder, or a trainer's file
    #[arg(value_hint = ValueHint::AnyPath)]
    pub bundle_a: PathBuf,
    /// The bundle that may take its place (B)
    #[arg(value_hint = ValueHint::AnyPath)]
    pub bundle_b: PathBuf,
    /// Input.
    #[command(flatten)]
    pub input: InputArgs,
    /// Public key that A must be signed with (a .pub file)
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub key_a: Option<PathBuf>,
    /// Public key that B must be signed with
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub key_b: Option<PathBuf>,
    /// What counts as approved: credit>=600, credit.pd<=0.05, credit=A,B [default: the outcome of the bundle's policy]
    #[arg(long, value_name = "BAR")]
    pub approve: Option<Bar>,
    /// The same for A alone
    #[arg(long, value_name = "BAR")]
    pub approve_a: Option<Bar>,
    /// The same for B alone
    #[arg(long, value_name = "BAR")]
    pub approve_b: Option<Bar>,
    /// The score that is compared [default: of each bundle the first that says most]
    #[arg(long, value_name = "NAME")]
    pub score: Option<String>,
    /// Column of outcomes: 1 or 0, or the value that is bad (--outcome-column creditability=bad)
    #[arg(long, value_name = "COLUMN[=BAD]")]
    pub outcome_column: Option<String>,
    /// Exposure, LGD, margin and costs, as TOML (docs/simulation.md)
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub economics: Option<PathBuf>,
    /// Column to tell the figures by; may be given several times
    #[arg(long, value_name = "COLUMN")]
    pub segment: Vec<String>,
    /// Attribute that no bundle scores, with its reference group; may be given several times (--fairness sex=male)
    #[arg(long, value_name = "COLUMN=GROUP")]
    pub fairness: Vec<String>,
    /// Write the report as one HTML file
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub html: Option<PathBuf>,
    /// Print the report as JSON instead of tables
    #[arg(long)]
    pub json: bool,
    /// What to do with a row that one of the bundles cannot score
    #[arg(long, value_enum, default_value_t = OnError::Stop)]
    pub on_error: OnError,
    /// Engine.
    #[command(flatten)]
    pub engine: EngineArgs,
}
