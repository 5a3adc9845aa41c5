//! The merged story: the entries of `timeline`, in one total order.
//!
//! Owns: which rows of the other tables make entries, and the order. Their
//! sentences are `words`'s. Adds no fact of its own. Destructive calls and findings
//! are told one after the other as they come, and are not held.

mod words;

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::model::coverage::{CoverageDay, Gap, gaps};
use crate::model::destructive::DestructiveAction;
use crate::model::event::Event;
use crate::model::evidence::Evidence;
use crate::model::finding::Finding;
use crate::model::mode::{Authorization, ModeSession, ModeWindow};
use crate::model::rfc::{Rfc, RfcAction, RfcStep, RfcStepKind};
use crate::model::severity::Severity;
use crate::model::source_grade::SourceGrade;
use crate::model::timeline::{TimelineEntry, TimelineKind};
use crate::runs::{Filling, Room, Runs};

use super::listed::ListedRole;
use super::selection::Selection;
use super::window::{InnerChange, Shown, Windows};
use super::{actor, order};

/// What the timeline merges, besides destructive calls.
#[derive(Clone, Copy)]
pub(super) struct Tables<'a> {
    pub(super) events: &'a [Event],
    pub(super) rfcs: &'a [Rfc],
    pub(super) windows: &'a Windows,
    pub(super) listed: &'a [ListedRole],
    pub(super) sessions: &'a [ModeSession],
    pub(super) findings: &'a Runs<Finding>,
    pub(super) coverage: &'a [CoverageDay],
    /// The records of calls that undid destructive ones.
    pub(super) undoing: &'a BTreeSet<Evidence>,
    /// Which entries are told.
    pub(super) selection: &'a Selection,
}

/// The entries that are told so far.
pub(super) struct Timeline<'a> {
    tables: Tables<'a>,
    entries: Filling<TimelineEntry>,
    /// Entries that are graded once all records were met.
    waiting: Vec<TimelineEntry>,
    /// The grades of their records, and of those of findings.
    grades: BTreeMap<Evidence, Option<SourceGrade>>,
    undoing: BTreeMap<&'a Evidence, &'a Event>,
}

impl<'a> Timeline<'a> {
    /// Begins with what memory holds.
    pub(super) fn of(tables: Tables<'a>, room: &Arc<Room>) -> Self {
        let rfcs = tables.rfcs.iter().flat_map(|rfc| rfc.steps.iter().map(|step| of_step(rfc, step)));
        let mut waiting: Vec<TimelineEntry> = rfcs.collect();
        for window in &tables.windows.rows {
            let event = |place: Option<usize>| place.map(|place| &tables.events[place]);
            waiting.push(opened(&window.row, event(window.opened_by_event)));
            waiting.extend(closed(&window.row, event(window.closed_by_event)));
        }
        waiting.extend(tables.windows.inner_changes.iter().filter_map(|change| role_changed(change, tables)));
        waiting.extend(tables.sessions.iter().map(session_started));
        let shown = waiting.iter().filter_map(|entry| entry.evidence.clone());
        let mut grades: BTreeMap<Evidence, Option<SourceGrade>> =
            shown.map(|record| (record, None)).collect();
        for finding in tables.findings {
            let mut record = finding.evidence.clone();
            record.object.share();
            grades.insert(record, None);
        }
        let mut undoing = BTreeMap::new();
        for event in tables.events {
            if let Some(grade) = grades.get_mut(&event.evidence) {
                *grade = Some(event.source_grade);
            }
            if tables.undoing.contains(&event.evidence) {
                undoing.insert(&event.evidence, event);
            }
        }
        Self { tables, entries: Filling::sorted_by(room, in_order), waiting, grades, undoing }
    }

    /// Takes in a destructive call, told or not.
    pub(super) fn acted(&mut self, action: &DestructiveAction) {
        if let Some(grade @ None) = self.grades.get_mut(&action.evidence) {
            *grade = Some(action.source_grade);
        }
        if self.tables.selection.holds_action(action) {
            self.tell(destroyed(action));
            let by = action.undone_evidence.as_ref().and_then(|record| self.undoing.get(record));
            if let Some(entry) = by.map(|by| undone(action, by)) {
                self.tell(entry);
            }
        }
    }

    fn tell(&mut self, entry: TimelineEntry) {
        if self.tables.selection.holds_entry(&entry) {
            self.entries.push(entry);
        }
    }

    /// All entries: by time (none last), account, region, kind, event id, object
    /// and record; ties left are told apart by their sentence.
    pub(super) fn finish(mut self) -> Runs<TimelineEntry> {
        let tables = self.tables;
        let waiting = std::mem::take(&mut self.waiting);
        for entry in waiting.into_iter().chain(tables.findings.iter().map(|finding| found(&finding))) {
            let grade = entry.evidence.as_ref().and_then(|record| self.grades.get(record));
            let source_grade = grade.copied().flatten();
            self.tell(TimelineEntry { source_grade, ..entry });
        }
        gaps(tables.coverage).into_iter().for_each(|row| self.tell(gap(row)));
        self.entries.finish()
    }
}

fn in_order(one: &TimelineEntry, other: &TimelineEntry) -> Ordering {
    place_of(one).cmp(&place_of(other))
}

/// Where an entry stands among the others.
fn place_of(entry: &TimelineEntry) -> impl Ord + '_ {
    let place = (&entry.account_id, &entry.region, entry.kind);
    let proof = (&entry.event_id, order::none_last(entry.evidence.as_ref()));
    (order::none_last(entry.time), place, proof, &entry.summary, &entry.finding_id)
}

/// An entry that is about nothing yet.
fn entry(kind: TimelineKind, mut summary: String) -> TimelineEntry {
    summary.shrink_to_fit();
    TimelineEntry {
        time: None,
        kind,
        account_id: None,
        region: None,
        mode: None,
        actor: None,
        summary,
        severity: Severity::Informational,
        window_id: None,
        session_id: None,
        rfc_id: None,
        event_id: None,
        finding_id: None,
        source_grade: None,
        evidence: None,
    }
}

fn of_step(rfc: &Rfc, step: &RfcStep) -> TimelineEntry {
    let kind = match step.kind {
        RfcStepKind::Created => TimelineKind::RfcCreated,
        RfcStepKind::Submitted => TimelineKind::RfcSubmitted,
        RfcStepKind::Approved => TimelineKind::RfcApproved,
        RfcStepKind::Rejected => TimelineKind::RfcRejected,
        RfcStepKind::Canceled => TimelineKind::RfcCanceled,
        RfcStepKind::Started => TimelineKind::RfcStarted,
        RfcStepKind::Succeeded => TimelineKind::RfcSucceeded,
        RfcStepKind::Failed => TimelineKind::RfcFailed,
    };
    TimelineEntry {
        time: Some(step.time),
        account_id: rfc.account_id.clone(),
        mode: rfc.mode.clone(),
        actor: step.by.clone(),
        severity: if rfc.action == RfcAction::Other { Severity::Informational } else { Severity::Low },
        rfc_id: Some(rfc.rfc_id.clone()),
        event_id: step.event_id.clone(),
        evidence: Some(step.evidence.clone()),
        ..entry(kind, words::step(rfc, step))
    }
}

fn of_window(window: &ModeWindow, kind: TimelineKind, summary: String) -> TimelineEntry {
    TimelineEntry {
        account_id: Some(window.account_id.clone()),
        mode: Some(window.mode.clone()),
        window_id: Some(window.window_id.clone()),
        ..entry(kind, summary)
    }
}

fn opened(window: &ModeWindow, event: Option<&Event>) -> TimelineEntry {
    TimelineEntry {
        time: Some(window.opened_at),
        region: event.and_then(|event| event.region.clone()),
        actor: event.and_then(|event| actor::of(&event.principal)),
        severity: match window.authorization {
            Authorization::Authorized => Severity::Low,
            Authorization::Unknown => Severity::Medium,
            Authorization::Unauthorized => Severity::Critical,
        },
        rfc_id: window.rfc_ids.first().filter(|_| window.authorization == Authorization::Authorized).cloned(),
        event_id: event.and_then(|event| event.event_id.clone()),
        evidence: Some(window.evidence.clone()),
        ..of_window(window, TimelineKind::ModeOpened, words::opened(window, event))
    }
}

fn closed(window: &ModeWindow, event: Option<&Event>) -> Option<TimelineEntry> {
    let event = event?;
    Some(TimelineEntry {
        time: window.closed_at,
        region: event.region.clone(),
        actor: actor::of(&event.principal),
        event_id: event.event_id.clone(),
        evidence: Some(event.evidence.clone()),
        ..of_window(window, TimelineKind::ModeClosed, words::closed(window, event))
    })
}

fn role_changed(change: &InnerChange, tables: Tables<'_>) -> Option<TimelineEntry> {
    let role = &change.role;
    let told = match change.shown {
        Shown::Event(place) => {
            let event = &tables.events[place];
            TimelineEntry {
                time: event.time,
                region: event.region.clone(),
                actor: actor::of(&event.principal),
                event_id: event.event_id.clone(),
                evidence: Some(event.evidence.clone()),
                ..entry(TimelineKind::ModeRoleChanged, words::role_changed(event, role))
            }
        }
        Shown::Listed(place) => {
            let listed = &tables.listed[place];
            TimelineEntry {
                time: listed.created_at,
                evidence: Some(listed.evidence.clone()),
                ..entry(TimelineKind::ModeRoleChanged, format!("{role} was created, as an export tells"))
            }
        }
        Shown::Gone(place) => {
            let listed = &tables.listed[place];
            let summary = format!("AWS Config recorded {role} as deleted by now");
            TimelineEntry {
                time: listed.gone_by,
                evidence: listed.gone_evidence.clone(),
                ..entry(TimelineKind::ModeRoleChanged, summary)
            }
        }
        Shown::Rfc(_) => return None,
    };
    Some(TimelineEntry {
        account_id: Some(change.account.clone()),
        mode: Some(change.mode.clone()),
        severity: Severity::Low,
        window_id: change.window.map(|place| tables.windows.rows[place].row.window_id.clone()),
        ..told
    })
}

fn session_started(session: &ModeSession) -> TimelineEntry {
    let kind = if session.depth == 0 { TimelineKind::SessionStarted } else { TimelineKind::SessionChained };
    TimelineEntry {
        time: session.started_at,
        account_id: Some(session.account_id.clone()),
        mode: Some(session.mode.clone()),
        actor: session.actor.clone(),
        severity: Severity::Low,
        window_id: session.window_id.clone(),
        session_id: Some(session.session_id.clone()),
        evidence: Some(session.evidence.clone()),
        ..entry(kind, words::session_started(session))
    }
}

fn destroyed(action: &DestructiveAction) -> TimelineEntry {
    TimelineEntry {
        time: action.event_time,
        account_id: action.account_id.clone(),
        region: action.region.clone(),
        mode: action.mode.clone(),
        actor: action.actor.clone(),
        severity: action.severity,
        window_id: action.window_id.clone(),
        session_id: action.session_id.clone(),
        rfc_id: action.rfc_id.clone(),
        event_id: action.event_id.clone(),
        source_grade: Some(action.source_grade),
        evidence: Some(action.evidence.clone()),
        ..entry(TimelineKind::DestructiveAction, words::destroyed(action))
    }
}

/// A call that undid another, with what it undid.
fn undone(action: &DestructiveAction, by: &Event) -> TimelineEntry {
    TimelineEntry {
        time: action.undone_at,
        account_id: by.account_id.clone(),
        region: by.region.clone(),
        mode: action.mode.clone(),
        actor: actor::of(&by.principal),
        window_id: action.window_id.clone(),
        event_id: by.event_id.clone(),
        source_grade: Some(by.source_grade),
        evidence: Some(by.evidence.clone()),
        ..entry(TimelineKind::Undone, words::undone(action, by))
    }
}

fn found(finding: &Finding) -> TimelineEntry {
    TimelineEntry {
        time: finding.time,
        account_id: finding.account_id.clone(),
        mode: finding.mode.clone(),
        actor: finding.actor.clone(),
        severity: finding.severity,
        window_id: finding.window_id.clone(),
        session_id: finding.session_ids.first().filter(|_| finding.session_ids.len() == 1).cloned(),
        rfc_id: finding.rfc_ids.first().filter(|_| finding.rfc_ids.len() == 1).cloned(),
        finding_id: Some(finding.finding_id.clone()),
        evidence: Some(finding.evidence.clone()),
        ..entry(TimelineKind::Finding, words::found(finding))
    }
}

fn gap(row: Gap<'_>) -> TimelineEntry {
    TimelineEntry {
        time: Some(row.day.start()),
        account_id: Some(row.account_id.clone()),
        region: Some(row.region.clone()),
        severity: Severity::Low,
        ..entry(TimelineKind::EvidenceGap, format!("no evidence from {} to {}", row.day, row.until))
    }
}
