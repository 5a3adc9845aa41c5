//! The errors after which a run cannot go on, each with the path it concerns,
//! its cause and a hint.
//!
//! Prints nothing and knows no exit codes beyond the kind of the error; `main`
//! does both.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::report::ReportError;
use crate::report::folder::FolderError;

mod case;
mod hint;

pub use self::case::CaseError;

/// What kind of failure: it picks the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The command has to be given differently.
    Usage,
    /// The run failed; no reports were left behind.
    Failed,
    /// The user stopped it; no reports were left behind.
    Interrupted,
}

/// Why a run cannot go on.
#[derive(Debug, Error)]
pub enum Error {
    /// A path to analyse cannot be looked at.
    #[error("cannot look at `{}`", .path.display())]
    Input {
        /// The path as given.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The output folder is an input, or lies inside one.
    #[error("the output folder `{}` is an input, or lies inside one", .path.display())]
    OutputInsideInput {
        /// The output folder.
        path: PathBuf,
    },
    /// An input lies inside the output folder, which would replace it.
    #[error("the input `{}` lies inside the output folder", .path.display())]
    InputInsideOutput {
        /// The input.
        path: PathBuf,
    },
    /// Standard output takes one text.
    #[error("standard output takes one format, and that a text")]
    StdoutNeedsOneFormat,
    /// Only the table of all events is divided.
    #[error("--events-by divides the table of all events")]
    EventsByNeedsAll,
    /// A selection that nothing can be in.
    #[error("--{from} must be before --{to}")]
    TurnedRange {
        /// The flag of its beginning.
        from: &'static str,
        /// The flag of its end.
        to: &'static str,
    },
    /// A case folder cannot be used.
    #[error(transparent)]
    Case(#[from] CaseError),
    /// Neither paths nor a case.
    #[error("nothing to analyse: give a PATH, or a --case that holds something")]
    NothingToAnalyze,
    /// A case does not hold every event.
    #[error("a case holds only events that matter, so it cannot give the table of all events")]
    AllEventsFromCase,
    /// The reports cannot be written, or may not be written there.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// Standard output cannot be written.
    #[error("cannot write to standard output")]
    Stdout(#[source] io::Error),
    /// A file of mode profiles cannot be read.
    #[error("cannot read the mode profiles `{}`", .path.display())]
    ModesUnreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file of mode profiles says something that cannot be.
    #[error("{}:{line}: {message}", .path.display())]
    ModesInvalid {
        /// The file.
        path: PathBuf,
        /// 1-based line.
        line: usize,
        /// What is wrong.
        message: String,
    },
    /// Rules cannot be read.
    #[error("cannot read the rules `{}`", .path.display())]
    RulesUnreadable {
        /// The folder or file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A policy file cannot be read.
    #[error("cannot read the policy `{}`", .path.display())]
    PolicyUnreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A folder of rules holds none.
    #[error("no file below `{}` ends in .{ending}", .path.display())]
    NoRules {
        /// The folder.
        path: PathBuf,
        /// The ending of files that would be.
        ending: String,
    },
    /// Files that are no rules.
    #[error("{}", listed(.0))]
    RulesInvalid(Vec<FileFault>),
    /// A rule whose own records fail it.
    #[error("rule `{rule_id}`, line {line}: it {message}")]
    RuleUnproven {
        /// Its id.
        rule_id: String,
        /// Line of the record in its file.
        line: usize,
        /// What fails.
        message: String,
    },
    /// There is no rule of that id.
    #[error("there is no rule `{id}`")]
    NoSuchRule {
        /// The id as given.
        id: String,
    },
    /// A policy file says something that cannot be.
    #[error("{}:{line}: {message}", .path.display())]
    PolicyInvalid {
        /// The file.
        path: PathBuf,
        /// 1-based line.
        line: usize,
        /// What is wrong.
        message: String,
    },
    /// A file of change tickets cannot be read.
    #[error("cannot read the tickets `{}`: {why}", .path.display())]
    TicketsUnreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// A file that the policy names for its tickets is none of tickets.
    #[error("{}:{line}: {message}", .path.display())]
    TicketsInvalid {
        /// The file.
        path: PathBuf,
        /// 1-based line.
        line: usize,
        /// What is wrong.
        message: String,
    },
    /// A list of expected accounts cannot be read.
    #[error("cannot read the list of accounts `{}`", .path.display())]
    AccountsUnreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A list of expected accounts holds something else.
    #[error("{}:{line}: {message}", .path.display())]
    AccountsInvalid {
        /// The file.
        path: PathBuf,
        /// 1-based line.
        line: usize,
        /// What is wrong.
        message: String,
    },
    /// A file of public keys cannot be used.
    #[error("cannot use the public keys `{}`: {why}", .path.display())]
    PublicKeys {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// A database of countries or autonomous systems cannot be used.
    #[error("cannot use the database `{}`: {why}", .path.display())]
    GeoIp {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// A manifest cannot be used.
    #[error("cannot use the manifest `{}`: {why}", .path.display())]
    Manifest {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// A search without its query.
    #[error("a path without a query, or a query without a path")]
    QueryMissing,
    /// The argument in the place of the query is something on the disk.
    #[error("`{}` is the last argument, where the query stands, and it is a path", .path.display())]
    QueryIsPath {
        /// The argument.
        path: PathBuf,
    },
    /// A query that cannot be understood.
    #[error("cannot understand the query `{query}`: {why}")]
    Query {
        /// The query.
        query: String,
        /// Why.
        why: String,
    },
    /// A folder that holds no report.
    #[error("`{}` holds no report: {why}", .path.display())]
    NoReport {
        /// The folder.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// A file of a report that is not as the run wrote it.
    #[error("cannot rely on `{}`: {why}", .path.display())]
    ReportAltered {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// An id that a report does not hold.
    #[error("nothing in the report is called `{id}`{near}")]
    UnknownId {
        /// The id.
        id: String,
        /// Ids that look like it, in words.
        near: String,
    },
    /// The worker threads cannot be started.
    #[error("cannot start the worker threads")]
    Threads(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The signal handler cannot be set.
    #[error("cannot watch for the interrupt signal")]
    Signal(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The user interrupted the run.
    #[error("interrupted; no reports were left behind")]
    Interrupted,
}

/// What is wrong with a file of the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileFault {
    /// The file.
    pub path: PathBuf,
    /// 1-based line, if it is one.
    pub line: Option<usize>,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for FileFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.path.display(), self.message),
            None => write!(f, "{}: {}", self.path.display(), self.message),
        }
    }
}

/// The first faults, and how many more there are.
fn listed(faults: &[FileFault]) -> String {
    const SHOWN_MAX: usize = 3;
    let shown: Vec<String> = faults.iter().take(SHOWN_MAX).map(FileFault::to_string).collect();
    let more = faults.len().saturating_sub(SHOWN_MAX);
    let tail = if more > 0 { format!("; and {more} more") } else { String::new() };
    format!("{}{tail}", shown.join("; "))
}

impl Error {
    /// What kind of failure this is.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Input { .. }
            | Self::OutputInsideInput { .. }
            | Self::InputInsideOutput { .. }
            | Self::StdoutNeedsOneFormat
            | Self::EventsByNeedsAll
            | Self::TurnedRange { .. }
            | Self::NothingToAnalyze
            | Self::AllEventsFromCase
            | Self::ModesUnreadable { .. }
            | Self::ModesInvalid { .. }
            | Self::RulesUnreadable { .. }
            | Self::NoRules { .. }
            | Self::RulesInvalid(_)
            | Self::RuleUnproven { .. }
            | Self::NoSuchRule { .. }
            | Self::PolicyUnreadable { .. }
            | Self::PolicyInvalid { .. }
            | Self::TicketsUnreadable { .. }
            | Self::TicketsInvalid { .. }
            | Self::AccountsUnreadable { .. }
            | Self::AccountsInvalid { .. }
            | Self::PublicKeys { .. }
            | Self::GeoIp { .. }
            | Self::Manifest { .. }
            | Self::QueryMissing
            | Self::QueryIsPath { .. }
            | Self::Query { .. }
            | Self::NoReport { .. }
            | Self::UnknownId { .. } => ErrorKind::Usage,
            Self::Report(error) => match error {
                ReportError::Folder(error) => match error {
                    FolderError::NoName { .. }
                    | FolderError::NotAFolder { .. }
                    | FolderError::NotEmpty { .. }
                    | FolderError::NotOurs { .. } => ErrorKind::Usage,
                    FolderError::Io { .. } => ErrorKind::Failed,
                },
                ReportError::Write(_) => ErrorKind::Failed,
                ReportError::NotOneStream(_) => ErrorKind::Usage,
            },
            Self::Case(CaseError::Io { .. }) => ErrorKind::Failed,
            Self::Case(_) => ErrorKind::Usage,
            Self::Stdout(_) | Self::Threads(_) | Self::Signal(_) | Self::ReportAltered { .. } => {
                ErrorKind::Failed
            }
            Self::Interrupted => ErrorKind::Interrupted,
        }
    }

    /// What belongs into temporary files of a folder could not be written there, or
    /// read again.
    pub fn not_on_disk(folder: &Path, source: io::Error) -> Self {
        let path = folder.join("temporary files");
        ReportError::from(FolderError::Io { action: "write", path, source }).into()
    }

    /// Whether the reader of standard output went away, which is no failure.
    pub fn is_broken_pipe(&self) -> bool {
        let (Self::Stdout(source) | Self::Report(ReportError::Write(source))) = self else { return false };
        source.kind() == io::ErrorKind::BrokenPipe
    }
}
