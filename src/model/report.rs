//! Everything a run found out, as one plain value.
//!
//! Owns: what the outputs may read. Holds no text for people beyond the
//! sentences its parts carry, and nothing of the run itself (no clock, no
//! thread count): the same evidence gives the same report.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::model::actor::{ActorRow, ModeUse};
use crate::model::control::ControlRow;
use crate::model::coverage::{Counts, CoverageDay};
use crate::model::destructive::DestructiveAction;
use crate::model::event::Event;
use crate::model::finding::{Finding, Incident};
use crate::model::id::{AccountId, Region};
use crate::model::inventory::Recording;
use crate::model::mode::{ModeSession, ModeWindow};
use crate::model::object::Object;
use crate::model::problem::Problem;
use crate::model::rfc::Rfc;
use crate::model::since::Since;
use crate::model::time::UtcTime;
use crate::model::timeline::TimelineEntry;
use crate::runs::Runs;

/// What all statements of the report rest on.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// Objects found.
    pub objects: u64,
    /// Bytes found, as stored.
    pub bytes: u64,
    /// Bytes read, inflated.
    pub inflated_bytes: u64,
    /// How the records were spent.
    pub counts: Counts,
    /// Accounts that at least one event is about.
    pub accounts: BTreeSet<AccountId>,
    /// Regions that at least one event is about.
    pub regions: BTreeSet<Region>,
    /// Event categories seen (`Management`, `Data` …).
    pub categories: BTreeSet<String>,
    /// Earliest event time.
    pub first_event_time: Option<UtcTime>,
    /// Latest event time.
    pub last_event_time: Option<UtcTime>,
    /// The time that the report is told for: deadlines before it have passed.
    /// The latest event time, unless the user gave another.
    pub as_of: Option<UtcTime>,
    /// Whether the user gave it (`--as-of`).
    pub as_of_given: bool,
    /// What the user calls the case (`--case-name`).
    pub case_name: Option<Arc<str>>,
    /// What the user left out by flags, one sentence each.
    pub selections: Vec<String>,
    /// Objects left out by the date in their key.
    pub objects_left_out: u64,
    /// Names of accounts, from exports of their organization.
    pub account_names: BTreeMap<AccountId, Arc<str>>,
    /// What trails could have recorded, from exports of their settings.
    pub recording: Recording,
    /// What "new" is told from, or why nothing is called new: one sentence.
    pub baseline: String,
    /// Which databases tell countries and autonomous systems: one sentence; empty
    /// if the user gave none.
    pub geoip: String,
    /// Accounts that the user expects and that no event is about.
    pub expected_missing: Vec<AccountId>,
}

/// Everything a run found out. Rows are in the order in which they are written;
/// those that may be as many as the events lie on disk where they are many.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// What all statements rest on.
    pub scope: Scope,
    /// Table `evidence`.
    pub objects: Runs<Object>,
    /// Table `problems`.
    pub problems: Vec<Problem>,
    /// Table `coverage`.
    pub coverage: Vec<CoverageDay>,
    /// Table `rfcs`.
    pub rfcs: Vec<Rfc>,
    /// Table `mode_windows`.
    pub windows: Vec<ModeWindow>,
    /// Table `mode_sessions`.
    pub sessions: Vec<ModeSession>,
    /// Table `destructive_actions`.
    pub destructive: Runs<DestructiveAction>,
    /// Table `timeline`.
    pub timeline: Runs<TimelineEntry>,
    /// Table `findings`.
    pub findings: Runs<Finding>,
    /// Table `incidents`.
    pub incidents: Runs<Incident>,
    /// Table `controls`.
    pub controls: Vec<ControlRow>,
    /// Table `actors`.
    pub actors: Vec<ActorRow>,
    /// Table `mode_usage`.
    pub mode_usage: Vec<ModeUse>,
    /// Table `events`, only if asked for.
    pub events: Option<Vec<Event>>,
    /// How many rows that table has if they are too many for memory: `events` are
    /// then the first of them, and the files of the table are written apart.
    pub events_elsewhere: Option<u64>,
    /// What has changed since the last audit, only if its report was given.
    pub since: Option<Since>,
}
