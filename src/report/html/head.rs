//! The first screen: what must be known and done before anything else.
//!
//! Owns: what of the head facts stands there, and how much of it. The facts are
//! `headline`'s, the same as in report.md and summary.json.

use std::sync::Arc;

use crate::model::count::grouped;
use crate::model::finding::Incident;
use crate::model::mode::{Authorization, ModeWindow, OpenedBound};
use crate::model::report::Report;
use crate::report::column::AsText;
use crate::report::headline::{Deadline, Headline};
use crate::report::html::shown::{Shown, story};

/// Windows, deadlines and sentences shown before a reader asks for more.
const FIRST_MAX: usize = 3;
/// Windows and deadlines listed at all; the rest is in the tables.
const LISTED_MAX: usize = 50;
/// Incidents listed; the rest is in their table.
const INCIDENTS_MAX: usize = 12;
/// Actors named for a window.
const ACTORS_MAX: usize = 3;

/// What the first screen shows.
pub(super) struct Head {
    pub(super) coverage: Shown,
    pub(super) counts: Shown,
    pub(super) as_of: String,
    pub(super) windows_sentence: Shown,
    pub(super) windows: Listed<WindowView>,
    pub(super) deadlines_sentence: Shown,
    pub(super) deadlines: Listed<DeadlineView>,
    pub(super) severities: Vec<Severity>,
    pub(super) suppressed: String,
    pub(super) destructive_sentence: Shown,
    pub(super) numbers: Vec<Number>,
    pub(super) not_covered: Listed<Shown>,
    pub(super) incidents: Vec<IncidentView>,
    pub(super) incidents_more: String,
}

/// The first of some things, some more, and how many are not listed.
pub(super) struct Listed<T> {
    pub(super) first: Vec<T>,
    pub(super) more: Vec<T>,
    pub(super) rest: String,
}

impl<T> Listed<T> {
    fn of(all: impl Iterator<Item = T>) -> Self {
        let mut first: Vec<T> = all.collect();
        let rest = first.len().saturating_sub(LISTED_MAX);
        first.truncate(LISTED_MAX);
        let more = first.split_off(first.len().min(FIRST_MAX));
        let rest = if rest == 0 { String::new() } else { grouped(rest as u64) };
        Self { first, more, rest }
    }
}

/// A window with no end seen.
pub(super) struct WindowView {
    pub(super) link: String,
    pub(super) mode: Shown,
    pub(super) account: Shown,
    pub(super) bound: &'static str,
    pub(super) opened: String,
    pub(super) last_seen: String,
    pub(super) gone: String,
    pub(super) actors: Shown,
    pub(super) authorization: &'static str,
    pub(super) tone: &'static str,
}

/// A deadline that is open.
pub(super) struct DeadlineView {
    pub(super) link: String,
    pub(super) until: String,
    pub(super) call: Shown,
    pub(super) account: Shown,
    pub(super) resource: Shown,
    pub(super) recovery: Shown,
}

/// How many findings there are of a severity.
pub(super) struct Severity {
    pub(super) word: &'static str,
    pub(super) count: String,
    pub(super) none: bool,
}

/// One number with what it counts.
pub(super) struct Number {
    pub(super) key: &'static str,
    pub(super) value: String,
    pub(super) label: &'static str,
    pub(super) tone: &'static str,
}

/// An incident, in the order in which to act.
pub(super) struct IncidentView {
    pub(super) link: String,
    pub(super) severity: &'static str,
    pub(super) started: String,
    pub(super) deadline: String,
    pub(super) summary: Shown,
}

impl Head {
    /// The first screen of that report.
    pub(super) fn of(report: &Report, head: &Headline<'_>) -> Self {
        let incidents = head.incidents.iter().take(INCIDENTS_MAX).map(|incident| IncidentView::of(incident));
        let hidden = head.incidents.len().saturating_sub(INCIDENTS_MAX);
        Self {
            coverage: Shown::whole(&head.coverage),
            counts: Shown::whole(&head.counts),
            as_of: as_of(report),
            windows_sentence: Shown::whole(&head.windows_sentence),
            windows: Listed::of(head.open_windows.iter().map(|window| WindowView::of(window, report))),
            deadlines_sentence: Shown::whole(head.deadlines_sentence.as_deref().unwrap_or_default()),
            deadlines: Listed::of(head.open_deadlines().map(DeadlineView::of)),
            severities: head
                .findings
                .iter()
                .map(|(severity, count)| Severity {
                    word: severity.as_str(),
                    count: grouped(*count),
                    none: *count == 0,
                })
                .collect(),
            suppressed: if head.suppressed == 0 { String::new() } else { grouped(head.suppressed) },
            destructive_sentence: Shown::whole(&head.destructive_sentence),
            numbers: numbers(head),
            not_covered: Listed::of(head.not_covered.iter().map(|text| Shown::whole(text))),
            incidents: incidents.collect(),
            incidents_more: if hidden == 0 { String::new() } else { grouped(hidden as u64) },
        }
    }
}

/// The time that the report is told for.
fn as_of(report: &Report) -> String {
    let Some(time) = report.scope.as_of else { return String::new() };
    let why = if report.scope.as_of_given { "given with --as-of" } else { "the end of the evidence" };
    format!("{time}, {why}")
}

fn numbers(head: &Headline<'_>) -> Vec<Number> {
    let number = |key, value: u64, label, tone| {
        let tone = if value == 0 { "calm" } else { tone };
        Number { key, value: grouped(value), label, tone }
    };
    let (windows, calls) = (head.windows, head.destructive);
    vec![
        number("mode_windows/total", windows.total, "mode windows", "plain"),
        number("mode_windows/unauthorized", windows.unauthorized, "unauthorized", "bad"),
        number("destructive_actions/succeeded", calls.succeeded, "destructive actions", "plain"),
        number("destructive_actions/in_mode", calls.in_mode, "of them in a mode", "plain"),
        number("destructive_actions/irreversible", calls.irreversible, "irreversible", "bad"),
        number("destructive_actions/recoverable", calls.recoverable, "recoverable", "warn"),
        number("destructive_actions/undone", calls.undone, "undone", "good"),
        number("destructive_actions/attempts", calls.attempts, "attempts only", "plain"),
        number("problems/losses", head.losses() as u64, "losses of evidence", "warn"),
    ]
}

impl WindowView {
    fn of(window: &ModeWindow, report: &Report) -> Self {
        let mut actors: Vec<&str> = window.actors.iter().map(|actor| &**actor).take(ACTORS_MAX).collect();
        let more = window.actors.len().saturating_sub(ACTORS_MAX);
        let more = format!("{more} more");
        if window.actors.len() > ACTORS_MAX {
            actors.push(&more);
        }
        Self {
            link: story("window", window.window_id.as_str()),
            mode: Shown::short(window.mode.as_str(), 60),
            account: account(window.account_id.as_str(), report.scope.account_names.get(&window.account_id)),
            bound: match window.opened_bound {
                OpenedBound::Exact => "since",
                OpenedBound::AtOrBefore => "open at or before",
            },
            opened: window.opened_at.to_string(),
            last_seen: window.last_seen_at.to_string(),
            gone: window.gone_by.map(|time| time.to_string()).unwrap_or_default(),
            actors: Shown::short(&actors.join(", "), 160),
            authorization: window.authorization.as_str(),
            tone: match window.authorization {
                Authorization::Authorized => "good",
                Authorization::Unauthorized => "bad",
                Authorization::Unknown => "warn",
            },
        }
    }
}

/// An account with the name that an export gives it.
fn account(id: &str, name: Option<&Arc<str>>) -> Shown {
    Shown::short(&name.map_or_else(|| id.to_owned(), |name| format!("{id} {name}")), 80)
}

impl DeadlineView {
    fn of(deadline: &Deadline<'_>) -> Self {
        let action = deadline.action;
        Self {
            link: action.event_id.as_ref().map_or_else(
                || "#table/destructive_actions".to_owned(),
                |event| story("event", event.as_str()),
            ),
            until: deadline.until.to_string(),
            call: Shown::short(&action.event_name, 80),
            account: Shown::short(
                action.account_id.as_ref().map_or("an unknown account", AsText::as_text),
                40,
            ),
            resource: Shown::short(action.resources.first().map_or("", AsText::as_text), 120),
            recovery: Shown::short(&action.recovery, 300),
        }
    }
}

impl IncidentView {
    fn of(incident: &Incident) -> Self {
        let text = |time: Option<crate::model::time::UtcTime>| time.map(|time| time.to_string());
        Self {
            link: story("incident", incident.incident_id.as_str()),
            severity: incident.severity.as_str(),
            started: text(incident.started_at).unwrap_or_default(),
            deadline: text(incident.next_deadline).unwrap_or_default(),
            summary: Shown::of(&incident.summary),
        }
    }
}
