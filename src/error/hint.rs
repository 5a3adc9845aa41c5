//! What to do about an error, one sentence each.
//!
//! Owns: the hints; what went wrong says the error itself.

use crate::report::ReportError;
use crate::report::folder::FolderError;

use super::{CaseError, Error};

impl Error {
    /// What to do about it; `None` where the message says all there is.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Input { .. } => Some("give the folder, object or archive that holds the exported logs"),
            Self::OutputInsideInput { .. } => {
                Some("evidence is never written to: choose an --output folder beside the dump")
            }
            Self::InputInsideOutput { .. } => Some("choose another --output folder"),
            Self::EventsByNeedsAll => Some("give --events all with it"),
            Self::StdoutNeedsOneFormat => Some("give one --format, and not parquet"),
            Self::TurnedRange { .. } => Some("the beginning is included, the end is not"),
            Self::Report(error) => report_hint(error),
            Self::Case(error) => case_hint(error),
            Self::AllEventsFromCase => Some("leave --case out, or give --events kept"),
            Self::NothingToAnalyze => Some("`devtrail ingest <PATH>... --case <DIR>` fills a case"),
            Self::AccountsUnreadable { .. } | Self::AccountsInvalid { .. } => {
                Some("give a file with one account id a line, or a JSON array of them")
            }
            Self::ModesUnreadable { .. } => Some("give a TOML file that you may read"),
            Self::ModesInvalid { .. } => Some("`devtrail analyze --help` shows what a mode profile holds"),
            Self::RulesUnreadable { .. } => Some("give a folder with files of rules that you may read"),
            Self::NoRules { .. } => Some("give the folder that holds the rules"),
            Self::RulesInvalid(_) => Some("`devtrail rules check --help` shows how a rule is written"),
            Self::RuleUnproven { .. } => Some("`devtrail rules check <DIR>` shows all records that fail"),
            Self::NoSuchRule { .. } => Some("`devtrail rules list` shows the rules"),
            Self::PolicyUnreadable { .. } => Some("give a TOML file that you may read"),
            Self::PolicyInvalid { .. } => Some("docs/policy.toml is a policy that holds every key"),
            Self::TicketsUnreadable { .. } => {
                Some("`file` below [[tickets]] is a path from the folder of the policy")
            }
            Self::TicketsInvalid { .. } => {
                Some("docs/tickets.csv is a file of tickets; JSON has the same names as keys")
            }
            Self::PublicKeys { .. } => {
                Some("`devtrail verify --help` shows how to save the keys with list-public-keys")
            }
            Self::GeoIp { .. } => Some(
                "give an unpacked database of countries, cities or ASNs in the MaxMind DB format (.mmdb)",
            ),
            Self::Manifest { .. } => Some("give the manifest.sha256 of an earlier report"),
            Self::QueryMissing => Some(
                "give the paths first and the query last, such as: devtrail search dump/ 'eventName:Delete*'",
            ),
            Self::QueryIsPath { .. } => {
                Some("give the query last, in quotes if it has several words, or with --query")
            }
            Self::Query { .. } => Some("`devtrail search --help` shows what a query is made of"),
            Self::NoReport { .. } => {
                Some("give the folder that `devtrail analyze` wrote, with --format parquet among its formats")
            }
            Self::ReportAltered { .. } => {
                Some("restore the folder, or let `devtrail analyze` write the report again")
            }
            Self::UnknownId { .. } => Some(
                "an id is that of an event, session (ses-…), window (win-…), RFC, finding (fnd-…) or incident \
                 (inc-…), or an actor, access key, resource, address or account; \
                 `devtrail search <dump> <ID>` looks through every record of the dump",
            ),
            Self::Stdout(_) => Some("write into a folder with --output <DIR>"),
            Self::Threads(_) => Some("try a smaller number with --threads"),
            Self::Signal(_) | Self::Interrupted => None,
        }
    }
}

fn report_hint(error: &ReportError) -> Option<&'static str> {
    match error {
        ReportError::Folder(error) => Some(match error {
            FolderError::NoName { .. } | FolderError::NotAFolder { .. } => "choose a new folder",
            FolderError::NotEmpty { .. } => "choose a new folder, or replace the reports in it with --force",
            FolderError::NotOurs { .. } => {
                "--force replaces only what an earlier run wrote; choose a new folder"
            }
            FolderError::Io { .. } => "check that the disk has room and that the folder may be written",
        }),
        ReportError::Write(_) => Some("write into a folder with --output <DIR>"),
        ReportError::NotOneStream(_) => Some("give one --format, and not parquet"),
    }
}

fn case_hint(error: &CaseError) -> Option<&'static str> {
    Some(match error {
        CaseError::NotACase(_) => "give a new folder, an empty one, or one that `devtrail ingest` made",
        CaseError::Absent(_) => "`devtrail ingest <PATH>... --case <DIR>` makes one",
        CaseError::NothingUsable(_) => {
            "give the flags that `devtrail ingest` had (--rules, --sigma, --modes, --policy, --baseline), \
             or the paths of the dump, which is then read anew"
        }
        CaseError::OtherVersion(_) => "make a new case with this version: the dump is what counts",
        CaseError::TwoOfOneName { .. } | CaseError::TwoNames { .. } => {
            "give all folders of the dump in one command, so that paths begin below what they have in common; \
             dumps that have nothing to do with each other need a case each"
        }
        CaseError::Io { .. } => "check that the disk has room and that the folder may be read and written",
    })
}
