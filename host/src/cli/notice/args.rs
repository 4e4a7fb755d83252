//! The flags of `scorelet notice`.

use std::path::PathBuf;

use clap::{Parser, ValueHint};

use super::super::args::EngineArgs;
use crate::approval::Bar;
use crate::counterfactual::Allowed;

/// Arguments of `notice`.
#[derive(Debug, Parser)]
pub struct NoticeArgs {
    /// Decisions with reasons, as `scorelet score --format json --reasons` or the edge wrote them; `-` is standard input
    #[arg(value_hint = ValueHint::FilePath)]
    pub decision: PathBuf,
    /// The bundle that made it (or its source folder)
    #[arg(long, value_name = "MODEL", value_hint = ValueHint::AnyPath)]
    pub model: PathBuf,
    /// Public key that the bundle must be signed with (a .pub file)
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub key: Option<PathBuf>,
    /// Which decision of the file, from 1
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    pub row: u64,
    /// Language of the notice, as a BCP 47 tag [default: the bundle's first]
    #[arg(long, value_name = "TAG")]
    pub lang: Option<String>,
    /// Name and address of the lender
    #[arg(long, value_name = "TEXT", help_heading = "Letter")]
    pub lender: Option<String>,
    /// Name of the applicant
    #[arg(long, value_name = "TEXT", help_heading = "Letter")]
    pub applicant: Option<String>,
    /// The consumer reporting agency whose report was used: name, address, telephone
    #[arg(long, value_name = "TEXT", help_heading = "Letter")]
    pub bureau: Option<String>,
    /// Name and address of the authority that supervises the lender
    #[arg(long, value_name = "TEXT", help_heading = "Letter")]
    pub agency: Option<String>,
    /// Date of the letter, YYYY-MM-DD [default: today, UTC]
    #[arg(long, value_name = "DATE", help_heading = "Letter")]
    pub date: Option<String>,
    /// Date on which the score was made [default: that of the letter]
    #[arg(long, value_name = "DATE", help_heading = "Letter")]
    pub scored_on: Option<String>,
    /// The bar that was not reached, if the bundle decides no outcome: credit>=600, credit.pd<=0.05, credit=A,B
    #[arg(long, value_name = "BAR")]
    pub approve: Option<Bar>,
    /// A person declined the application, after it was referred or without a bar
    #[arg(long)]
    pub declined: bool,
    /// The applicant's record (CSV, JSON, NDJSON; the same row as the decision): its values stand in the notice
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub record: Option<PathBuf>,
    /// Tell the smallest change with which the application would have been approved
    #[arg(long, requires = "record")]
    pub counterfactual: bool,
    /// Fields that may be changed, up (+), down (-) or both ways, with step and bounds: income:+,debt:-100@0..5000 [default:
    /// those of [notice.change] in the bundle source]
    #[arg(long, value_name = "FIELDS", value_delimiter = ',', requires = "counterfactual")]
    pub may_change: Vec<Allowed>,
    /// Write the notice as one HTML file, to print, instead of printing text
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub html: Option<PathBuf>,
    /// Engine.
    #[command(flatten)]
    pub engine: EngineArgs,
}
