//! The flags of `ingest` and their help text.

use std::path::PathBuf;

use clap::Args;

use super::baseline;
use crate::case::Share;
use crate::run::BaselineFrom;

/// Shown at the end of the help of `ingest`.
pub(super) const HELP: &str = "\
A case folder holds what objects gave, addressed by their SHA-256. `analyze --case DIR` makes
the same reports of it as of the dump itself, byte for byte, and reads no object again:
  A killed run:    give the same command again; what was kept by then is not read again.
  The next month:  give the same case; only new objects are read. Those that have changed are
                   read again and named, those that are gone are left out and named.
  Many machines:   each takes a part of one dump into one case on a shared disk.
Rules, modes and the baseline decide what is kept: give `ingest` and `analyze` the same.
The dump has to stay where it is: a few records are looked at once more, when it is known
what they mean.

Examples:
  devtrail ingest dump/ --case case/
  devtrail analyze dump/ --case case/ -o audit/
  devtrail ingest dump/ --case /shared/case --part 3/64    (machine 3 of 64)
  devtrail analyze --case /shared/case -o audit/           (when all are done)

Exit status:
  0  all input was read
  2  wrong usage
  3  the case was filled, but some input was not read or not trusted (`analyze` tells it again,
     `ingest` does not, once the object is held)
  4  the run failed; what was kept by then stays
  130  interrupted; what was kept by then stays";

/// What `ingest` takes.
#[derive(Args, Debug)]
pub struct Ingest {
    /// Folder or object of a dump; folders are searched
    #[arg(value_name = "PATH", required = true)]
    pub paths: Vec<PathBuf>,

    /// Case folder; made if it is not there
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    pub case: PathBuf,

    /// Take only this part of the objects, told by their paths: K of N, from 1/N to N/N
    #[arg(long, value_name = "K/N", help_heading = "Selection")]
    pub part: Option<Share>,

    /// Profiles of privileged modes to add to the built-in ones (TOML)
    #[arg(long, value_name = "FILE", help_heading = "Evidence")]
    pub modes: Option<PathBuf>,

    /// What your organisation allows; only its modes and the files of its tickets count here (TOML)
    #[arg(long, value_name = "FILE", help_heading = "Evidence")]
    pub policy: Option<PathBuf>,

    /// What "new" will be told from: a part of the evidence, or the folder of an older report
    #[arg(long, value_name = "FROM..TO|DIR", value_parser = baseline, help_heading = "Evidence")]
    pub baseline: Option<BaselineFrom>,

    /// Folder of rules to add to the built-in ones (TOML); may be repeated
    #[arg(long, value_name = "DIR", help_heading = "Detection")]
    pub rules: Vec<PathBuf>,

    /// Folder of Sigma rules and correlations for CloudTrail (YAML); may be repeated
    #[arg(long, value_name = "DIR", help_heading = "Detection")]
    pub sigma: Vec<PathBuf>,

    /// Worker threads [default: cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024), help_heading = "Display")]
    pub threads: Option<u16>,

    /// Show no progress
    #[arg(long, help_heading = "Display")]
    pub no_progress: bool,

    /// Print nothing but errors
    #[arg(short, long, conflicts_with = "verbose", help_heading = "Display")]
    pub quiet: bool,

    /// Print every problem
    #[arg(short, long, help_heading = "Display")]
    pub verbose: bool,
}
