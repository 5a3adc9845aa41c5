//! The errors after which a run cannot go on, each with the path it concerns,
//! its cause and a hint.
//!
//! Prints nothing and knows no exit codes beyond the kind of the error; `main`
//! does both.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

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
    /// The output folder holds something already.
    #[error("the output folder `{}` is not empty", .path.display())]
    OutputNotEmpty {
        /// The output folder.
        path: PathBuf,
    },
    /// The output folder holds something that no run of this tool wrote.
    #[error("the output folder `{}` holds files that devtrail did not write", .path.display())]
    OutputForeign {
        /// The output folder.
        path: PathBuf,
    },
    /// The output folder is a file.
    #[error("the output folder `{}` is a file", .path.display())]
    OutputIsFile {
        /// The path.
        path: PathBuf,
    },
    /// The reports cannot be written.
    #[error("cannot write `{}`", .path.display())]
    Output {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Standard output cannot be written.
    #[error("cannot write to standard output")]
    Stdout(#[source] io::Error),
    /// A table cannot be built or encoded.
    #[error("cannot build the table `{table}`")]
    Table {
        /// Its name.
        table: String,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
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

impl Error {
    /// What kind of failure this is.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Input { .. }
            | Self::OutputInsideInput { .. }
            | Self::InputInsideOutput { .. }
            | Self::OutputNotEmpty { .. }
            | Self::OutputForeign { .. }
            | Self::OutputIsFile { .. }
            | Self::ModesUnreadable { .. }
            | Self::ModesInvalid { .. } => ErrorKind::Usage,
            Self::Output { .. }
            | Self::Stdout(_)
            | Self::Table { .. }
            | Self::Threads(_)
            | Self::Signal(_) => ErrorKind::Failed,
            Self::Interrupted => ErrorKind::Interrupted,
        }
    }

    /// What to do about it; `None` where the message says all there is.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Input { .. } => Some("give the folder, object or archive that holds the exported logs"),
            Self::OutputInsideInput { .. } => {
                Some("evidence is never written to: choose an --output folder beside the dump")
            }
            Self::InputInsideOutput { .. } => Some("choose another --output folder"),
            Self::OutputNotEmpty { .. } => {
                Some("choose a new folder, or replace the reports in it with --force")
            }
            Self::OutputForeign { .. } => {
                Some("--force replaces only what an earlier run wrote; choose a new folder")
            }
            Self::OutputIsFile { .. } => Some("choose a new folder"),
            Self::Output { .. } => Some("check that the disk has room and that the folder may be written"),
            Self::Stdout(_) => Some("write into a folder with --output <DIR>"),
            Self::ModesUnreadable { .. } => Some("give a TOML file that you may read"),
            Self::ModesInvalid { .. } => Some("`devtrail analyze --help` shows what a mode profile holds"),
            Self::Table { .. } => Some("this is a fault of devtrail; please report it"),
            Self::Threads(_) => Some("try a smaller number with --threads"),
            Self::Signal(_) | Self::Interrupted => None,
        }
    }
}
