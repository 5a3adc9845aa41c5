//! The flags and their help text, and nothing else.
//!
//! Values are checked here, before any file is opened. May not be imported by
//! any lower layer.

mod compare;
mod events;
mod explain;
mod ingest;
mod rules;
mod search;
mod verify;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::model::id::{AccountId, Region};
use crate::model::severity::Severity;
use crate::model::time::{Day, UtcTime};
use crate::run::BaselineFrom;

pub use self::compare::{Compare, CompareFormat};
pub use self::events::{EventsBy, EventsWanted};
pub use self::explain::{Explain, ExplainFormat};
pub use self::ingest::Ingest;
pub use self::rules::{RulesAction, RulesFormat};
pub use self::search::{Search, SearchFormat};
pub use self::verify::Verify;

/// Reconstruct AMS Developer mode use and destructive actions from exported AWS logs
///
/// Reads local copies of CloudTrail and AMS RFC archives. Opens no network connection. Writes
/// nothing into an input folder.
#[derive(Debug, Parser)]
#[command(name = "devtrail", version, max_term_width = 98, help_expected = true, subcommand_required = true)]
#[command(arg_required_else_help = true, after_help = AFTER_HELP)]
pub struct Cli {
    /// When to use colour
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", help_heading = "Display")]
    pub color: Color,

    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

/// Shown at the end of the help.
const AFTER_HELP: &str = "\
Exit status:
  0  all input was read, reports were written
  1  a finding is at or above --fail-on
  2  wrong usage
  3  reports were written, but some input was not read or not trusted (outranks 1)
  4  no reports: the run failed
  130  interrupted; no reports were left behind

Environment:
  NO_COLOR  no colour, if set and not empty";

/// When colour is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// If the output is a terminal and `NO_COLOR` is not set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Read a dump and write the audit reports
    #[command(visible_alias = "analyse", after_help = ANALYZE_HELP)]
    Analyze(Box<Analyze>),
    /// Check the digests of a dump, and the log objects that they list
    ///
    /// Prints what `aws cloudtrail validate-logs` prints, and what it cannot see: log objects that
    /// no digest lists, gaps, ends that come too early. Nothing is called valid that was not
    /// checked. Opens no network connection.
    #[command(after_help = verify::HELP)]
    Verify(Verify),
    /// Read a dump into a case folder, so that nothing of it is read twice
    ///
    /// For dumps that take long, grow every month, or are shared among machines: `analyze --case`
    /// tells of a case what it would tell of the dump. Writes nothing into an input folder.
    #[command(after_help = ingest::HELP)]
    Ingest(Box<Ingest>),
    /// Tell the whole story of an id in a report, with its evidence
    ///
    /// Tells in plain sentences, in order of time, what a report of `analyze` holds about an event,
    /// session, window, RFC, finding, incident, actor, access key, resource, address or account:
    /// each with the object and record that shows it, and on request the record itself.
    #[command(after_help = explain::HELP)]
    Explain(Explain),
    /// Tell what has changed since the last audit
    ///
    /// Compares two reports of `analyze` by their stable ids: mode windows, findings, incidents,
    /// deadlines for recovery, the objects of the dump, and the accounts and regions covered. What
    /// the new evidence does not cover is never called gone.
    #[command(after_help = compare::HELP)]
    Compare(Compare),
    /// Print the records of a dump that answer a query
    ///
    /// Searches what `analyze` would read: every form of record, RFCs and documents, in archives
    /// too. Prints whole records with the object and ordinal of each, and says how much was searched.
    #[command(override_usage = search::USAGE, after_help = search::HELP)]
    Search(Box<Search>),
    /// List, show and check the rules that make findings
    #[command(subcommand_required = true, arg_required_else_help = true)]
    Rules {
        /// What to do with them
        #[command(subcommand)]
        action: RulesAction,
    },
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the man page
    #[command(hide = true)]
    Man,
}

/// Shown at the end of the help of `analyze`.
const ANALYZE_HELP: &str = "\
Examples:
  devtrail analyze ./cloudtrail-bucket ./rfc-archive -o audit/
  devtrail analyze dump/ -o audit/ --from 2026-01-01 --to 2026-02-01 --fail-on high
  devtrail analyze dump/ -o - --format csv | head

A file for --modes holds profiles of privileged roles of your own:
  [[mode]]
  name = \"break_glass\"
  role = [{ name = \"BreakGlassAdmin\" }]

Exit status:
  0  all input was read, reports were written
  1  a finding is at or above --fail-on
  2  wrong usage
  3  reports were written, but some input was not read or not trusted (outranks 1)
  4  no reports: the run failed
  130  interrupted; no reports were left behind";

/// What `analyze` takes.
#[derive(Args, Debug)]
pub struct Analyze {
    /// Folder or object of a dump; folders are searched [default: all that the --case holds]
    #[arg(value_name = "PATH", required_unless_present = "case")]
    pub paths: Vec<PathBuf>,

    /// Case folder: what it holds is not read again, and what is read is kept in it (see `ingest`)
    #[arg(long, value_name = "DIR", help_heading = "Evidence")]
    pub case: Option<PathBuf>,

    /// Folder for the reports; `-` with one --format for standard output
    #[arg(short, long, value_name = "DIR", help_heading = "Output")]
    pub output: PathBuf,

    /// What to write; may be repeated [default: all of them]
    #[arg(long, value_name = "FORMAT", value_enum, help_heading = "Output")]
    pub format: Vec<FormatName>,

    /// Also write the table of events: those that matter, or every one
    #[arg(long, value_name = "WHICH", value_enum, help_heading = "Output")]
    pub events: Option<EventsWanted>,

    /// Divide the Parquet of all events into folders, as
    /// tables/events/account=…/day=…/part-0.parquet; with --events all
    #[arg(long, value_name = "BY", value_delimiter = ',', help_heading = "Output")]
    pub events_by: Vec<EventsBy>,

    /// Replace reports that an earlier run wrote into the folder
    #[arg(long, help_heading = "Output")]
    pub force: bool,

    /// Name of the case, for the head of report.html and its printed pages
    #[arg(long, value_name = "NAME", help_heading = "Output")]
    pub case_name: Option<String>,

    /// Report only what happened at or after this time (UTC)
    #[arg(long, value_name = "TIME", value_parser = time, help_heading = "Selection")]
    pub from: Option<UtcTime>,

    /// Report only what happened before this time (UTC)
    #[arg(long, value_name = "TIME", value_parser = time, help_heading = "Selection")]
    pub to: Option<UtcTime>,

    /// Report only this account; may be repeated
    #[arg(long, value_name = "ID", value_parser = account, help_heading = "Selection")]
    pub account: Vec<AccountId>,

    /// Report only calls in this region; may be repeated
    #[arg(long, value_name = "REGION", value_parser = region, help_heading = "Selection")]
    pub region: Vec<Region>,

    /// Leave objects with an earlier date in their key unopened
    #[arg(long, value_name = "DATE", value_parser = day, help_heading = "Selection")]
    pub object_date_from: Option<Day>,

    /// Leave objects with this or a later date in their key unopened
    #[arg(long, value_name = "DATE", value_parser = day, help_heading = "Selection")]
    pub object_date_to: Option<Day>,

    /// Tell which deadlines for recovery are open at this time (UTC) [default: end of the evidence]
    #[arg(long, value_name = "TIME", value_parser = time, help_heading = "Evidence")]
    pub as_of: Option<UtcTime>,

    /// Report of the last audit: tell in this one what has changed since (see `compare`)
    #[arg(long, value_name = "DIR", help_heading = "Evidence")]
    pub since: Option<PathBuf>,

    /// State that the dump holds every RFC of this time; may be repeated
    #[arg(long, value_name = "FROM..TO", value_parser = range, help_heading = "Evidence")]
    pub rfc_complete: Vec<(UtcTime, UtcTime)>,

    /// List of accounts that events must be about: an id a line, or a JSON array
    #[arg(long, value_name = "FILE", help_heading = "Evidence")]
    pub expect_accounts: Option<PathBuf>,

    /// Profiles of privileged modes to add to the built-in ones (TOML)
    #[arg(long, value_name = "FILE", help_heading = "Evidence")]
    pub modes: Option<PathBuf>,

    /// What your organisation allows: accounts, modes, approvers, freezes, suppressions (TOML)
    #[arg(long, value_name = "FILE", help_heading = "Evidence")]
    pub policy: Option<PathBuf>,

    /// What "new" is told from: a part of the evidence, or the folder of an older report
    #[arg(long, value_name = "FROM..TO|DIR", value_parser = baseline, help_heading = "Evidence")]
    pub baseline: Option<BaselineFrom>,

    /// Keys saved from `aws cloudtrail list-public-keys`, to check the signatures of digests; may
    /// be repeated
    #[arg(long, value_name = "FILE", help_heading = "Evidence")]
    pub public_keys: Vec<PathBuf>,

    /// Database of countries or ASNs (MaxMind DB format), for findings about networks; may be
    /// repeated
    #[arg(long, value_name = "FILE", help_heading = "Evidence")]
    pub geoip: Vec<PathBuf>,

    /// Folder of rules to add to the built-in ones (TOML); may be repeated
    #[arg(long, value_name = "DIR", help_heading = "Detection")]
    pub rules: Vec<PathBuf>,

    /// Folder of Sigma rules and correlations for CloudTrail (YAML); may be repeated
    #[arg(long, value_name = "DIR", help_heading = "Detection")]
    pub sigma: Vec<PathBuf>,

    /// Exit with 1 if a finding is at least this grave and no policy suppresses it
    #[arg(long, value_name = "LEVEL", value_parser = severity, help_heading = "Detection")]
    pub fail_on: Option<Severity>,

    /// Memory to plan with, as 512M or 2G: lists that grow with the dump hold their share of it, and
    /// more of each goes to temporary files [default: 1G]
    #[arg(long, value_name = "SIZE", value_parser = memory, help_heading = "Display")]
    pub memory_limit: Option<usize>,

    /// Worker threads [default: cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024), help_heading = "Display")]
    pub threads: Option<u16>,

    /// Show no progress
    #[arg(long, help_heading = "Display")]
    pub no_progress: bool,

    /// Print how long each stage took
    #[arg(long, conflicts_with = "quiet", help_heading = "Display")]
    pub timings: bool,

    /// Print nothing but errors
    #[arg(short, long, conflicts_with = "verbose", help_heading = "Display")]
    pub quiet: bool,

    /// Print every problem as it is found in the reports
    #[arg(short, long, help_heading = "Display")]
    pub verbose: bool,
}

/// What can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum FormatName {
    /// The tables as CSV
    Csv,
    /// The tables as Parquet
    Parquet,
    /// The report for people
    Html,
    /// The head of the report, for a ticket
    Md,
    /// The head of the report, for scripts
    Json,
    /// The timeline for Timesketch
    Timesketch,
    /// The findings in SARIF 2.1.0
    Sarif,
    /// The findings as lines of JSON
    Jsonl,
    /// The techniques for the ATT&CK Navigator
    AttackLayer,
    /// The tables as sheets of one workbook, with a cover to sign
    Xlsx,
    /// The report on at most 40 pages, to file and to sign
    Pdf,
    /// The timeline for Timesketch, as CSV
    TimesketchCsv,
    /// The timeline in the columns of log2timeline
    L2tcsv,
    /// Events as OCSF API Activity; implies --events kept
    Ocsf,
}

fn time(text: &str) -> Result<UtcTime, String> {
    UtcTime::parse(text).ok_or_else(|| "not a time; write 2026-01-31 or 2026-01-31T12:00:00Z".to_owned())
}

fn day(text: &str) -> Result<Day, String> {
    Day::parse(text).ok_or_else(|| "not a date; write 2026-01-31".to_owned())
}

fn account(text: &str) -> Result<AccountId, String> {
    AccountId::if_well_formed(text).ok_or_else(|| "not an account id; it has 12 digits".to_owned())
}

fn region(text: &str) -> Result<Region, String> {
    let sound =
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if sound { Ok(Region::from(text)) } else { Err("not a region; write eu-west-1".to_owned()) }
}

/// Whole mebibytes or gibibytes, as bytes.
fn memory(text: &str) -> Result<usize, String> {
    let wrong = || "not a size; write 512M or 2G".to_owned();
    let unit = |letter: &[char]| text.strip_suffix(letter).and_then(|number| number.parse::<usize>().ok());
    let mebibytes = unit(&['M', 'm']).or_else(|| unit(&['G', 'g'])?.checked_mul(1024)).ok_or_else(wrong)?;
    let bytes = mebibytes.checked_mul(1024 * 1024).ok_or_else(wrong)?;
    if mebibytes < 64 { Err("less than 64M is not enough".to_owned()) } else { Ok(bytes) }
}

fn severity(text: &str) -> Result<Severity, String> {
    Severity::ALL
        .into_iter()
        .find(|level| level.as_str() == text)
        .ok_or_else(|| "one of informational, low, medium, high, critical".to_owned())
}

/// `FROM..TO`. A date as TO includes that day; a time as TO is not included.
fn range(text: &str) -> Result<(UtcTime, UtcTime), String> {
    let (from, to) = text.split_once("..").ok_or("write FROM..TO, such as 2026-01-01..2026-01-31")?;
    let (from, end) = (time(from)?, time(to)?);
    let end = Day::parse(to).map_or(end, |day| day.next().start());
    if from < end { Ok((from, end)) } else { Err("FROM must be before TO".to_owned()) }
}

/// `FROM..TO`, or the folder of a report. What looks like times is times.
fn baseline(text: &str) -> Result<BaselineFrom, String> {
    let like_times = text.split_once("..").is_some_and(|(from, to)| time(from).is_ok() || time(to).is_ok());
    if like_times {
        return range(text).map(|(from, to)| BaselineFrom::Times(from, to));
    }
    if text.is_empty() {
        Err("write FROM..TO, or name a folder".to_owned())
    } else {
        Ok(BaselineFrom::Report(text.into()))
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definition_is_sound_and_every_flag_has_help() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_range_of_dates_holds_its_last_day() {
        let (from, to) = range("2026-01-01..2026-01-31").expect("a range");
        assert_eq!(
            (from.to_string().as_str(), to.to_string().as_str()),
            ("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z")
        );
        assert!(range("2026-01-02..2026-01-01").is_err());
        assert!(range("2026-01-02").is_err());
    }

    #[test]
    fn a_size_has_a_unit() {
        assert_eq!(memory("64M"), Ok(64 << 20));
        assert_eq!(memory("2g"), Ok(2 << 30));
        for wrong in ["", "1", "G", "63M", "0G", "1.5G", "-1G", "99999999999999999999G", "17179869184G"] {
            assert!(memory(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_baseline_is_times_or_a_folder() {
        assert!(matches!(baseline("2026-01-01..2026-01-31"), Ok(BaselineFrom::Times(..))));
        assert_eq!(baseline("../audit-2025"), Ok(BaselineFrom::Report("../audit-2025".into())));
        for wrong in ["2026-01-31..2026-01-01", "2026-01-01..later", ""] {
            assert!(baseline(wrong).is_err(), "{wrong}");
        }
    }
}
