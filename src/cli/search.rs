//! The flags of `search` and their help text.

use std::ffi::OsString;

use clap::{Args, ValueEnum};

use super::{account, day, region, time};
use crate::model::id::{AccountId, Region};
use crate::model::time::{Day, UtcTime};

/// How it is called, in the help.
pub(super) const USAGE: &str = "\
devtrail search [OPTIONS] <PATH>... <QUERY>
       devtrail search [OPTIONS] --query <QUERY> <PATH>...";

/// Shown at the end of the help of `search`.
pub(super) const HELP: &str = "\
A query is made of terms; a record must answer all of them:
  alice                       these characters anywhere in the record, whatever their case
  \"two words\"                 the same, taken as they are
  /Delete(Bucket|Table)/      a regular expression; (?i) for any case
  eventName:Delete*           a field whose whole value is that; * is any characters, ? is one
  userIdentity.arn:*alice*    a path of keys; it need only be the end of the way to the value
  errorCode:*                 a field that has a value
  sourceIPAddress:/^10\\./     a field that a regular expression finds something in
  a b, a AND b, a OR b, NOT a, -a, (a OR b) c

Escapes of JSON are read before terms are compared. Secrets are replaced by REDACTED before that,
in what is printed and in what is searched. Every delivery of an event is a record of its own.

Examples:
  devtrail search dump/ 'eventName:Delete* alice'
  devtrail search dump/ rfc-archive/ 'ct-1opjmhuddw194' --from 2026-01-01 --format jsonl
  devtrail search dump/ 'errorCode:AccessDenied -userAgent:*Console*' --count
  devtrail search dump/ 'eventName:Delete*' --count-by account_id,event_name,errorCode
  devtrail search dump/ 9b1d4c5e-0a7f-4f0e-9d59-3f1f0b0c6a11 --limit 1

Exit status:
  0  all input was searched, whether or not anything was found
  2  wrong usage
  3  some input was not searched, or there was none
  4  the search failed
  130  interrupted";

/// What `search` takes.
#[derive(Args, Debug)]
pub struct Search {
    /// Folders, objects or archives of a dump, and last the QUERY
    #[arg(value_name = "PATH", required = true)]
    pub words: Vec<OsString>,

    /// What to look for; then every argument is a PATH
    #[arg(short = 'e', long, value_name = "QUERY", allow_hyphen_values = true)]
    pub query: Option<String>,

    /// Only records of events at or after this time (UTC)
    #[arg(long, value_name = "TIME", value_parser = time, help_heading = "Selection")]
    pub from: Option<UtcTime>,

    /// Only records of events before this time (UTC)
    #[arg(long, value_name = "TIME", value_parser = time, help_heading = "Selection")]
    pub to: Option<UtcTime>,

    /// Only records about this account; may be repeated
    #[arg(long, value_name = "ID", value_parser = account, help_heading = "Selection")]
    pub account: Vec<AccountId>,

    /// Only records of calls in this region, and those of no region; may be repeated
    #[arg(long, value_name = "REGION", value_parser = region, help_heading = "Selection")]
    pub region: Vec<Region>,

    /// Leave objects with an earlier date in their key unopened
    #[arg(long, value_name = "DATE", value_parser = day, help_heading = "Selection")]
    pub object_date_from: Option<Day>,

    /// Leave objects with this or a later date in their key unopened
    #[arg(long, value_name = "DATE", value_parser = day, help_heading = "Selection")]
    pub object_date_to: Option<Day>,

    /// How records are printed
    #[arg(long, value_name = "FORMAT", value_enum, default_value = "text", help_heading = "Output")]
    pub format: SearchFormat,

    /// Print how many records each object holds that answer, instead of the records
    #[arg(long, help_heading = "Output")]
    pub count: bool,

    /// Print how many records that answer have the same values in these fields, instead of the
    /// records, the largest number first. A field is day, a column of --format csv, or a path of
    /// keys as in a query; of several values of a record the outermost counts
    #[arg(
        long,
        value_name = "FIELD,...",
        value_delimiter = ',',
        value_parser = field,
        conflicts_with_all = ["count", "limit"],
        help_heading = "Output"
    )]
    pub count_by: Vec<String>,

    /// End after this many records
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..), help_heading = "Output")]
    pub limit: Option<u64>,

    /// Worker threads [default: cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024), help_heading = "Display")]
    pub threads: Option<u16>,

    /// Show no progress
    #[arg(long, help_heading = "Display")]
    pub no_progress: bool,

    /// Print nothing but records and errors
    #[arg(short, long, conflicts_with = "verbose", help_heading = "Display")]
    pub quiet: bool,

    /// Print every problem
    #[arg(short, long, help_heading = "Display")]
    pub verbose: bool,
}

/// A field to count by; the number itself stands beside them as `hits`.
fn field(text: &str) -> Result<String, String> {
    match text {
        "" => Err("no field is named".to_owned()),
        "hits" => Err("`hits` is the name of the number; give the path of a field".to_owned()),
        name => Ok(name.to_owned()),
    }
}

/// How records are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SearchFormat {
    /// For people: where it lies, and the record laid out
    Text,
    /// One JSON object a line, with the record in it
    Jsonl,
    /// One row a record
    Csv,
}
