//! The flags of `explain` and their help text.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Shown at the end of the help of `explain`.
pub(super) const HELP: &str = "\
An ID is one of:
  an event id                   the call, the session and window around it, and its record
  ses-… or win-…                a session of a mode role, a window of a mode
  fnd-… or inc-…                a finding, an incident
  an RFC id                     an AMS request for change
  an actor                      a name as the column `actor` has it, or the ARN of a caller
  an access key                 AKIA…, ASIA…
  a resource                    an ARN, a name or an id: who touched it, in order
  an address, an account        where calls came from, where they were made
An ID that is several of these is told as each of them.

What is told comes from the tables of the report. A record is read again from the dump: where
run.json says that it lay, or where --dump says; it is shown only if its object is still the one
that was read.

Examples:
  devtrail explain audit/ 4f1a7d7e-5f55-4f2e-8d83-4b41be4a8f7c
  devtrail explain audit/ mallory --format jsonl | jq .sentence
  devtrail explain audit/ arn:aws:s3:::ledger --raw --dump /mnt/evidence/dump

Exit status:
  0  all was told
  2  wrong usage, no report in DIR, or an ID that is not in it
  3  a record could not be read again, or its object has changed since
  4  the tables cannot be read, or are not those that the run wrote";

/// What `explain` takes.
#[derive(Args, Debug)]
pub struct Explain {
    /// Folder that `analyze` wrote, with its tables as Parquet
    #[arg(value_name = "DIR")]
    pub report: PathBuf,

    /// What to tell about
    #[arg(value_name = "ID", allow_hyphen_values = true)]
    pub id: String,

    /// Where the dump lies now; may be repeated [default: where run.json says]
    #[arg(long, value_name = "PATH", help_heading = "Evidence")]
    pub dump: Vec<PathBuf>,

    /// Show the record behind each entry [default: for an event only]
    #[arg(long, help_heading = "Evidence")]
    pub raw: bool,

    /// Show no records; the dump is not needed
    #[arg(long, conflicts_with_all = ["raw", "dump"], help_heading = "Evidence")]
    pub no_raw: bool,

    /// How it is printed
    #[arg(long, value_name = "FORMAT", value_enum, default_value = "text", help_heading = "Output")]
    pub format: ExplainFormat,
}

/// How a story is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ExplainFormat {
    /// For people
    Text,
    /// One JSON object a line
    Jsonl,
}
