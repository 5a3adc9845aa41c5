//! What `rules` takes.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};

/// What `rules` can do.
#[derive(Debug, Subcommand)]
pub enum RulesAction {
    /// Print the id, severity and title of each rule
    List {
        /// Folder of rules to add to the built-in ones (TOML); may be repeated
        #[arg(long, value_name = "DIR")]
        rules: Vec<PathBuf>,

        /// How to print them
        #[arg(long, value_name = "FORMAT", value_enum, default_value = "text")]
        format: RulesFormat,
    },
    /// Print one rule: what it matches, what its facts rest on, the records that prove it
    Show {
        /// Its id, as `rules list` prints it
        id: String,

        /// Folder of rules to add to the built-in ones (TOML); may be repeated
        #[arg(long, value_name = "DIR")]
        rules: Vec<PathBuf>,
    },
    /// Check a folder of rules: that each is well-formed, matches its hits and none of its misses
    #[command(after_help = CHECK_HELP)]
    Check {
        /// The folder
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
}

/// How rules are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RulesFormat {
    /// A line a rule
    Text,
    /// A JSON array of objects
    Json,
}

/// Shown at the end of the help of `rules check`.
const CHECK_HELP: &str = "\
A rule is a TOML file; its id is its path below DIR without `.toml`:
  title = \"Trail of the audit account changed\"
  severity = \"high\"
  status = \"stable\"
  author = \"you\"
  licence = \"Apache-2.0\"
  summary = \"The trail that every account relies on is not what it was\"
  response = \"Ask who changed it, and compare it with its template.\"
  references = [\"where its facts come from\"]
  event_source = \"cloudtrail.amazonaws.com\"
  event_name = [\"UpdateTrail\", \"DeleteTrail\"]
  [[when]]
  field = \"requestParameters.name\"
  ends_with = \"audit\"
  [[hit]]
  shows = \"what this record proves\"
  record = '''{ a CloudTrail record that must match }'''
  [[miss]]
  shows = \"what this record proves\"
  record = '''{ a CloudTrail record that must not match }'''
`devtrail rules show <id>` shows how the built-in rules are written.

Exit status:
  0  every rule matches its hits and none of its misses
  2  a file is no rule, or wrong usage
  3  a rule misses a hit, or matches a miss";
