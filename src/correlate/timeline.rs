//! The merged story: the entries of `timeline`, in one total order.
//!
//! Owns: which rows of the other tables make entries, and the order. Their
//! sentences are `words`'s. Adds no fact of its own.

mod words;

use std::collections::{BTreeMap, BTreeSet};

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

use super::listed::ListedRole;
use super::window::{InnerChange, Shown, Windows};
use super::{actor, order};

/// The tables that the timeline merges.
#[derive(Clone, Copy)]
pub(super) struct Tables<'a> {
    pub(super) events: &'a [Event],
    pub(super) rfcs: &'a [Rfc],
    pub(super) windows: &'a Windows,
    pub(super) listed: &'a [ListedRole],
    pub(super) sessions: &'a [ModeSession],
    pub(super) destructive: &'a [DestructiveAction],
    pub(super) findings: &'a [Finding],
    pub(super) coverage: &'a [CoverageDay],
}

/// All entries: by time (none last), account, region, kind, event id, object
/// and record; ties left are told apart by their sentence.
pub(super) fn of(tables: Tables<'_>) -> Vec<TimelineEntry> {
    let rfcs = tables.rfcs.iter().flat_map(|rfc| rfc.steps.iter().map(|step| of_step(rfc, step)));
    let mut entries: Vec<TimelineEntry> = rfcs.collect();
    for window in &tables.windows.rows {
        let event = |place: Option<usize>| place.map(|place| &tables.events[place]);
        entries.push(opened(&window.row, event(window.opened_by_event)));
        entries.extend(closed(&window.row, event(window.closed_by_event)));
    }
    entries.extend(tables.windows.inner_changes.iter().filter_map(|change| role_changed(change, tables)));
    entries.extend(tables.sessions.iter().map(session_started));
    entries.reserve_exact(tables.destructive.len() + tables.findings.len());
    entries.extend(tables.destructive.iter().map(destroyed));
    entries.extend(undone(tables));
    entries.extend(tables.findings.iter().map(found));
    entries.extend(gaps(tables.coverage).into_iter().map(gap));
    entries.shrink_to_fit();
    grade(&mut entries, tables.events, tables.destructive);
    // Keys are borrowed: copies of them would take half as much memory as the entries.
    entries.sort_by(|a, b| place_of(a).cmp(&place_of(b)));
    entries
}

/// Where an entry stands among the others.
fn place_of(entry: &TimelineEntry) -> impl Ord + '_ {
    let place = (&entry.account_id, &entry.region, entry.kind);
    let proof = (&entry.event_id, order::none_last(entry.evidence.as_ref()));
    (order::none_last(entry.time), place, proof, &entry.summary, &entry.finding_id)
}

/// Gives each entry that an event shows the grade of that event.
fn grade(entries: &mut [TimelineEntry], events: &[Event], destructive: &[DestructiveAction]) {
    let shown: BTreeSet<&Evidence> = entries.iter().filter_map(|entry| entry.evidence.as_ref()).collect();
    let graded = events.iter().filter(|event| shown.contains(&event.evidence));
    let grades: BTreeMap<&Evidence, SourceGrade> =
        graded.map(|event| (&event.evidence, event.source_grade)).collect();
    let rows = destructive.iter().filter(|row| shown.contains(&row.evidence));
    let rows: BTreeMap<&Evidence, SourceGrade> = rows.map(|row| (&row.evidence, row.source_grade)).collect();
    drop(shown);
    for entry in entries {
        let known = |evidence| grades.get(evidence).or_else(|| rows.get(evidence)).copied();
        entry.source_grade = entry.evidence.as_ref().and_then(known);
    }
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
        evidence: Some(action.evidence.clone()),
        ..entry(TimelineKind::DestructiveAction, words::destroyed(action))
    }
}

/// The calls that undid others, each with what it undid.
fn undone(tables: Tables<'_>) -> Vec<TimelineEntry> {
    let of = |action: &DestructiveAction| action.undone_evidence.clone();
    let shown: BTreeSet<Evidence> = tables.destructive.iter().filter_map(of).collect();
    let calls = tables.events.iter().filter(|event| shown.contains(&event.evidence));
    let calls: BTreeMap<&Evidence, &Event> = calls.map(|event| (&event.evidence, event)).collect();
    let entry_of = |action: &DestructiveAction| {
        let by = calls.get(action.undone_evidence.as_ref()?)?;
        Some(TimelineEntry {
            time: action.undone_at,
            account_id: by.account_id.clone(),
            region: by.region.clone(),
            mode: action.mode.clone(),
            actor: actor::of(&by.principal),
            window_id: action.window_id.clone(),
            event_id: by.event_id.clone(),
            evidence: Some(by.evidence.clone()),
            ..entry(TimelineKind::Undone, words::undone(action, by))
        })
    };
    tables.destructive.iter().filter_map(entry_of).collect()
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
