//! Everything that takes more than one record to say: RFCs merged, mode windows,
//! sessions, destructive actions, findings, incidents and the timeline.
//!
//! Owns: the joins, and the order in which they are made. Does not read records
//! anew, does not write text for people beyond the sentences of its rows.
//!
//! ```text
//!  RFC records ─▶ rfcs ─────────────┐
//!  events ─▶ marks ─▶ session ─▶ window ─▶ destructive ─▶ finding ─▶ incident
//!  exports ──▶ listed ──────────────┘└─ lineage┴──────────┴─▶ timeline
//! ```

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::catalogue::Catalogue;
use crate::geoip::GeoIp;
use crate::model::actor::Actors;
use crate::model::control::ControlRow;
use crate::model::coverage::CoverageDay;
use crate::model::destructive::DestructiveAction;
use crate::model::event::Event;
use crate::model::finding::{Finding, Incident};
use crate::model::hit::Detected;
use crate::model::id::AccountId;
use crate::model::inventory::Inventory;
use crate::model::mode::{LinkConfidence, ModeSession};
use crate::model::object::Object;
use crate::model::problem::Problem;
use crate::model::report::{Report, Scope};
use crate::model::rfc::{Rfc, RfcRecord};
use crate::model::ticket::TicketCover;
use crate::model::time::UtcTime;
use crate::model::timeline::TimelineEntry;
use crate::normalise::rfc::from_event;
use crate::policy::Policy;
use crate::runs::{Filling, Room, Runs};

mod actor;
mod actors;
mod baseline;
mod burst;
mod context;
mod controls;
mod destructive;
mod detected;
mod expected;
mod finding;
mod incident;
mod joined;
mod lineage;
mod listed;
mod log_bucket;
mod marks;
mod order;
mod payload;
mod rfcs;
#[cfg(test)]
mod samples;
mod selection;
mod session;
#[cfg(test)]
mod tests;
mod timeline;
mod totals;
mod window;

pub use baseline::Baseline;
pub use context::tells_of_others;
use context::{Asking, Plain};
pub use destructive::{lost, named_things, witnessed};
pub use expected::parse as parse_expected_accounts;
pub use finding::{Correlated, correlated, rule_ids, rules_and_controls};
use incident::Incidents;
pub use lineage::{Wanted, issued_key, wanted};
use listed::ListedRole;
use log_bucket::LogBuckets;
pub use selection::Selection;
use session::Sessions;
use timeline::Timeline;
use totals::Totals;
use window::{RfcEvidence, Signs, Windows};

/// What the earlier stages found.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// Kept events that tell something of others, in order of time, each once.
    pub events: Vec<Event>,
    /// All other kept events: destructive calls, in order of time, each once.
    pub plain: Runs<Event>,
    /// What rules found.
    pub detected: Detected,
    /// Records of RFC archives; those of amscm calls are made here.
    pub rfc_records: Vec<RfcRecord>,
    /// What the files of change tickets cover.
    pub ticket_covers: Vec<TicketCover>,
    /// What exports of settings tell.
    pub inventory: Inventory,
    /// Callers of all records.
    pub actors: Actors,
    /// Table `coverage`.
    pub coverage: Vec<CoverageDay>,
    /// What all statements rest on.
    pub scope: Scope,
    /// Table `evidence`.
    pub objects: Vec<Object>,
    /// Problems of the earlier stages.
    pub problems: Vec<Problem>,
}

/// What the user declares.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Times for which the RFC evidence is complete, half-open
    /// (`--rfc-complete FROM..TO`).
    pub rfc_complete: Vec<(UtcTime, UtcTime)>,
    /// Accounts that events must be about (`--expect-accounts FILE`).
    pub expected_accounts: BTreeSet<AccountId>,
    /// The time that deadlines are compared with (`--as-of`); the end of the
    /// evidence if `None`.
    pub as_of: Option<UtcTime>,
    /// What "new" is told from (`--baseline`).
    pub baseline: Option<Baseline>,
    /// What the organisation allows (`--policy FILE`).
    pub policy: Policy,
    /// What tells countries and autonomous systems (`--geoip FILE`).
    pub geoip: GeoIp,
    /// Which rows are reported.
    pub selection: Selection,
    /// Where rows go that are too many for memory.
    pub room: Arc<Room>,
}

/// Correlates everything: every table of the report but `events`.
///
/// Makes the problems `conflicting_rfc` and `expected_account_missing`.
pub fn all(mut sources: Sources, catalogue: &Catalogue, options: &Options) -> Report {
    let actors = std::mem::take(&mut sources.actors);
    let Sources { mut events, plain, detected, mut rfc_records, ticket_covers: covers, .. } = sources;
    let Sources { inventory, coverage, scope, objects, mut problems, .. } = sources;
    let log_buckets = LogBuckets::of(&events, &inventory.trails, &objects);
    let asking = Asking { items: &inventory.items, log_buckets: &log_buckets, catalogue };
    let plain = Plain::of(plain, &mut events, asking);
    rfc_records.extend(events.iter().filter_map(from_event));
    let rfc_evidence = RfcEvidence::of(&rfc_records, &events, (&coverage, covers), &options.rfc_complete);
    let (rfcs, contradictions) = rfcs::merge(rfc_records, catalogue);
    let scope = declared(scope, options);
    problems.extend(contradictions.into_iter().chain(expected::problems(&scope)));

    let (listed, sessions, windows) =
        opened((&events, &inventory, &plain), (&rfcs, &rfc_evidence), catalogue);
    problems.extend(lineage::problems(&sessions));
    let lost = &destructive::Recorded::of(&inventory.items);
    let context =
        destructive::Context { sessions: &sessions, windows: &windows, rfcs: &rfcs, lost, catalogue };
    let calls = destructive::Calls { events: &events, plain: &plain };
    let (destructive, totals) = Totals::of(|take| destructive::each(calls, context, take), &options.room);
    let (sessions, windows) = counted(sessions, windows, &totals);
    let (known, said) = baseline::of(options.baseline.as_ref(), &actors);
    let scope = Scope { baseline: said, ..scope };
    problems.extend(actors::problem(&actors));
    let actors = actors::rows(actors, &totals.of_caller);

    let facts = finding::Facts {
        events: &events,
        log_buckets: &log_buckets,
        rfcs: &rfcs,
        rfc_evidence: &rfc_evidence,
        windows: &windows,
        sessions: &sessions,
        destructive: &destructive,
        all_timed: !totals.has_untimed,
        coverage: &coverage,
        last_event_time: scope.last_event_time,
        catalogue,
        known: known.as_ref(),
        policy: &options.policy,
        geoip: &options.geoip,
    };
    let (findings, controls) = judged(facts, &detected, (&scope, options), &mut problems);
    let selection = &options.selection;
    problems.sort();
    let mode_usage = actors::mode_usage(&sessions, &events);
    let told = told(facts, (&listed, &findings, &totals), options, scope.as_of);
    Report {
        scope: Scope { selections: selection.sentences(), ..scope },
        objects: objects.into(),
        problems,
        coverage,
        rfcs,
        windows: selection.windows(windows.rows.into_iter().map(|window| window.row)),
        sessions: selection.sessions(in_order(sessions.rows)),
        destructive: told.selected.unwrap_or(destructive),
        timeline: told.timeline,
        findings,
        incidents: told.incidents,
        controls,
        actors: selection.actors(actors),
        mode_usage: selection.mode_usage(mode_usage),
        ..Report::default()
    }
}

/// Roles as exports list them, sessions of marker roles with all that descends
/// from them, and windows.
fn opened(
    (events, inventory, plain): (&[Event], &Inventory, &Plain),
    (rfcs, rfc_evidence): (&[Rfc], &RfcEvidence),
    catalogue: &Catalogue,
) -> (Vec<ListedRole>, Sessions, Windows) {
    let marks = marks::of(events, catalogue);
    let listed = listed::of(&inventory.roles, events, &marks, catalogue);
    let sessions = session::of(events, &marks);
    let signs = Signs { events, marks: &marks, listed: &listed, sessions: &sessions, rfcs, rfc_evidence };
    let windows = window::of(signs, catalogue);
    let evidence = lineage::Evidence { events, catalogue, taken: &plain.taken };
    let (sessions, windows) = descended(evidence, in_windows(sessions, windows));
    (listed, sessions, windows)
}

/// The findings that are reported, as the policy governs them, and what they come
/// to for each control.
fn judged(
    facts: finding::Facts<'_>,
    detected: &Detected,
    (scope, options): (&Scope, &Options),
    problems: &mut Vec<Problem>,
) -> (Runs<Finding>, Vec<ControlRow>) {
    let room = &options.room;
    let mut made = Filling::sorted_by(room, finding::in_order);
    let mut governor = finding::Governor::of(facts.policy, scope.as_of, problems);
    let covered = finding::of(facts, governor.asked(), &mut made);
    detected::of(detected, (facts.events, facts.sessions), &mut made);
    let made = made.finish();
    governor.look_up(&made, facts.destructive, covered);
    let (mut findings, mut borne) = (Filling::in_order(room), controls::Borne::default());
    for finding in &made {
        let mut finding = finding.into_owned();
        governor.decide(&mut finding);
        if options.selection.holds_finding(&finding) {
            controls::name(&mut finding, facts.catalogue);
            borne.add(&finding, facts.catalogue);
            findings.push(finding);
        }
    }
    problems.extend(governor.finish());
    let basis = controls::Basis {
        catalogue: facts.catalogue,
        policy: facts.policy,
        selection: &options.selection,
        coverage: facts.coverage,
        rfcs: facts.rfcs,
        rfcs_declared: !options.rfc_complete.is_empty(),
        log_buckets: facts.log_buckets,
        baseline: facts.known.is_some(),
    };
    (findings.finish(), controls::of(detected, &borne, basis))
}

/// What destructive calls and findings are told as.
struct Told {
    /// The selected calls, if not all are.
    selected: Option<Runs<DestructiveAction>>,
    incidents: Runs<Incident>,
    timeline: Runs<TimelineEntry>,
}

/// Goes once through destructive calls and findings, both in order of time.
fn told(
    facts: finding::Facts<'_>,
    (listed, findings, totals): (&[ListedRole], &Runs<Finding>, &Totals),
    options: &Options,
    as_of: Option<UtcTime>,
) -> Told {
    let Options { selection, room, .. } = options;
    let tables = timeline::Tables {
        events: facts.events,
        rfcs: facts.rfcs,
        windows: facts.windows,
        listed,
        sessions: &facts.sessions.rows,
        findings,
        coverage: facts.coverage,
        undoing: &totals.undoing,
        selection,
    };
    let (mut incidents, mut timeline) = (Incidents::new(as_of, room), Timeline::of(tables, room));
    let mut selected = (!selection.is_all()).then(|| Filling::in_order(room));
    let mut findings = findings.iter().peekable();
    for row in facts.destructive {
        timeline.acted(&row);
        if !selection.holds_action(&row) {
            continue;
        }
        while let Some(finding) = findings.next_if(|finding| Incidents::comes_before(finding, &row)) {
            incidents.found(&finding);
        }
        incidents.acted(&row);
        if let Some(selected) = &mut selected {
            selected.push(row.into_owned());
        }
    }
    findings.for_each(|finding| incidents.found(&finding));
    let selected = selected.map(Filling::finish);
    Told { selected, incidents: incidents.finish(), timeline: timeline.finish() }
}

/// Sessions and windows with all that descends from the sessions.
fn descended(evidence: lineage::Evidence<'_>, known: (Sessions, Windows)) -> (Sessions, Windows) {
    let mut sessions = lineage::descend(evidence, known.0);
    for (place, row) in sessions.rows.iter().enumerate() {
        if let Some(window) = row.window_id.clone() {
            sessions.of_window.entry(window).or_default().push(place);
        }
    }
    let windows = with_descendants(known.1, &sessions);
    (sessions, windows)
}

/// The scope, with the accounts as the policy names them: its names win over those
/// of exports.
fn named_by(policy: &Policy, mut scope: Scope) -> Scope {
    let named =
        policy.accounts().iter().filter_map(|(id, account)| Some((id.clone(), account.name.clone()?)));
    scope.account_names.extend(named);
    scope
}

/// The scope with what the user declares: names, time, databases and expected accounts.
fn declared(scope: Scope, options: &Options) -> Scope {
    let scope = Scope { geoip: options.geoip.sentence(), ..scope };
    let scope = told_for(named_by(&options.policy, scope), options.as_of);
    expected::missing_in(scope, &options.expected_accounts)
}

/// The scope, told for the time that the user gave, else for the end of the
/// evidence.
fn told_for(scope: Scope, given: Option<UtcTime>) -> Scope {
    Scope { as_of: given.or(scope.last_event_time), as_of_given: given.is_some(), ..scope }
}

fn in_order(mut rows: Vec<ModeSession>) -> Vec<ModeSession> {
    rows.sort_by_cached_key(session::order);
    rows
}

/// The windows, each with the sessions that descend from its own.
fn with_descendants(mut windows: Windows, sessions: &Sessions) -> Windows {
    for (place, descent) in &sessions.descents {
        let window = windows.of_session.get(&descent.parent).copied();
        windows.of_session.extend(window.map(|window| (*place, window)));
    }
    windows
}

/// The sessions, each with its window.
fn in_windows(mut sessions: Sessions, windows: Windows) -> (Sessions, Windows) {
    for (place, row) in sessions.rows.iter_mut().enumerate() {
        let window = windows.of_session.get(&place);
        row.window_id = window.map(|window| windows.rows[*window].row.window_id.clone());
    }
    (sessions, windows)
}

/// Sessions and windows with their destructive calls counted, and windows with
/// the actors of their sessions. Attempts do not count.
fn counted(mut sessions: Sessions, mut windows: Windows, totals: &Totals) -> (Sessions, Windows) {
    for (place, session) in sessions.rows.iter_mut().enumerate() {
        session.destructive_actions = totals.of_session.get(&session.session_id).copied().unwrap_or(0);
        if let Some(window) = windows.of_session.get(&place) {
            let row = &mut windows.rows[*window].row;
            // A weak link is shown, and counts for nothing.
            if session.link_confidence != Some(LinkConfidence::Weak) {
                row.destructive_actions += session.destructive_actions;
            }
            row.actors.extend(session.actor.clone());
        }
    }
    (sessions, windows)
}
