//! The flags of `compare` and their help text.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Shown at the end of the help of `compare`.
pub(super) const HELP: &str = "\
Words of a change:
  new          only the new report has it
  ended        open in the old report, over in the new one
  passed, met  a deadline that is over; a loss that was undone
  changed      both have it, and the new one says something else of it
  refined      both have it under different ids, as the new one knows better when it began
  ongoing      both have it, and it is not over
  gone         only the old report has it, though the new one covers its time and place
  not_covered  only the old report has it, and the new one does not cover it
What is the same in both and over is counted in the text, and is no row.

Examples:
  devtrail compare audit-2026-01/ audit-2026-02/
  devtrail compare audit-2026-01/ audit-2026-02/ --format jsonl | jq 'select(.change == \"new\")'
  devtrail compare audit-2026-01/ audit-2026-02/ -o changes/

Exit status:
  0  all was compared
  2  wrong usage, or a folder that holds no report
  4  the tables cannot be read, or are not those that the run wrote";

/// What `compare` takes.
#[derive(Args, Debug)]
pub struct Compare {
    /// Folder that `analyze` wrote for the last audit, with its tables as Parquet
    #[arg(value_name = "OLD_DIR")]
    pub old: PathBuf,

    /// Folder that `analyze` wrote now
    #[arg(value_name = "NEW_DIR")]
    pub new: PathBuf,

    /// How it is printed
    #[arg(long, value_name = "FORMAT", value_enum, default_value = "text", help_heading = "Output")]
    pub format: CompareFormat,

    /// New folder to write changes.csv into, with its SHA256SUMS
    #[arg(short, long, value_name = "DIR", help_heading = "Output")]
    pub output: Option<PathBuf>,
}

/// How changes are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CompareFormat {
    /// For people
    Text,
    /// One JSON object a line
    Jsonl,
    /// The table of changes
    Csv,
}
