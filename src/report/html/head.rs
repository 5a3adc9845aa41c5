//! The first screen: what must be known and done before anything else.
//!
//! Owns: what of the head facts stands there, and how much of it. The facts are
//! `headline`'s, the same as in report.md and summary.json.

use std::sync::Arc;

use crate::model::count::{counted, grouped};
use crate::model::destructive::DestructiveAction;
use crate::model::finding::Incident;
use crate::model::id::AccountId;
use crate::model::mode::{Authorization, ModeWindow, OpenedBound};
use crate::model::report::Report;
use crate::model::time::UtcTime;
use crate::report::column::AsText;
use crate::report::headline::{DeadlineGroup, Headline, users};
use crate::report::html::shown::{Shown, story};

/// Windows, deadlines and sentences shown before a reader asks for more: so many
/// that they fit a screen of 900 points.
const FIRST_MAX: usize = 3;
/// Windows and deadlines listed at all; the rest is in the tables.
const LISTED_MAX: usize = 50;
/// Incidents listed; the rest is in their table.
const INCIDENTS_MAX: usize = 12;

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
    pub(super) lost: Vec<LostView>,
    pub(super) lost_more: String,
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
    fn of((all, count): (impl Iterator<Item = T>, usize), shown: usize) -> Self {
        let mut first: Vec<T> = all.take(LISTED_MAX).collect();
        let rest = count.saturating_sub(LISTED_MAX);
        let more = first.split_off(first.len().min(shown));
        Self { first, more, rest: self::more(rest) }
    }
}

/// How many are not listed; empty where all are.
fn more(hidden: usize) -> String {
    if hidden == 0 { String::new() } else { grouped(hidden as u64) }
}

/// A window, in one short line under its name.
pub(super) struct WindowView {
    pub(super) link: String,
    pub(super) mode: Shown,
    pub(super) account: Shown,
    pub(super) opened: String,
    pub(super) uncertain: bool,
    pub(super) closed: String,
    pub(super) last_seen: String,
    pub(super) gone: String,
    pub(super) actors: Shown,
    pub(super) destroyed: String,
    pub(super) authorization: &'static str,
    pub(super) tone: &'static str,
}

/// Open deadlines that are alike.
pub(super) struct DeadlineView {
    pub(super) link: String,
    pub(super) until: String,
    pub(super) call: Shown,
    pub(super) account: Shown,
    pub(super) resource: Shown,
    pub(super) more: String,
    pub(super) actor: Shown,
    pub(super) critical: bool,
    pub(super) recovery: Shown,
}

/// What is gone for good.
pub(super) struct LostView {
    pub(super) link: String,
    pub(super) call: Shown,
    pub(super) account: Shown,
    pub(super) actor: Shown,
    pub(super) resource: Shown,
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
        let incidents = head.incidents.iter().take(INCIDENTS_MAX).map(|incident| IncidentView::of(&incident));
        let hidden = head.incidents.len().saturating_sub(INCIDENTS_MAX);
        let (seen_first, seen_later) = head.not_covered_first(FIRST_MAX);
        let not_covered = seen_first.iter().chain(&seen_later).map(|text| Shown::whole(text));
        let gone = usize::try_from(head.calls.gone_count).unwrap_or(usize::MAX);
        let windows = head.ordered_windows.iter().map(|window| WindowView::of(window, report));
        Self {
            coverage: Shown::whole(&head.coverage),
            counts: Shown::whole(&head.counts),
            as_of: as_of(report),
            windows_sentence: Shown::whole(&head.windows_sentence),
            windows: Listed::of((windows, head.ordered_windows.len()), FIRST_MAX),
            deadlines_sentence: Shown::whole(head.deadlines_sentence.as_deref().unwrap_or_default()),
            deadlines: Listed::of((deadlines(head).map(DeadlineView::of), head.act_before.count), FIRST_MAX),
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
            lost: head.calls.gone.iter().take(FIRST_MAX).map(|action| LostView::of(action)).collect(),
            lost_more: more(gone.saturating_sub(FIRST_MAX)),
            numbers: numbers(head),
            not_covered: Listed::of((not_covered, head.not_covered.len()), seen_first.len()),
            incidents: incidents.collect(),
            incidents_more: more(hidden),
        }
    }
}

/// The time that the report is told for.
fn as_of(report: &Report) -> String {
    let Some(time) = report.scope.as_of else { return String::new() };
    let why = if report.scope.as_of_given { "given with --as-of" } else { "the end of the evidence" };
    format!("{time}, {why}")
}

/// What is to be acted on, what is soonest within the first few.
fn deadlines<'h, 'a>(head: &'h Headline<'a>) -> impl Iterator<Item = &'h DeadlineGroup<'a>> {
    let first = head.act_first(FIRST_MAX);
    let rest = head.act_before.first.iter().filter({
        let first = first.clone();
        move |group| !first.iter().any(|one| one.number == group.number)
    });
    let rest: Vec<_> = rest.collect();
    first.into_iter().chain(rest)
}

fn numbers(head: &Headline<'_>) -> Vec<Number> {
    let number = |key, value: u64, labels: (&'static str, &'static str), tone| {
        let tone = if value == 0 { "calm" } else { tone };
        let label = if value == 1 { labels.0 } else { labels.1 };
        Number { key, value: grouped(value), label, tone }
    };
    let same = |label| (label, label);
    let (windows, calls) = (head.windows, head.destructive);
    let mut numbers = vec![
        number("mode_windows/total", windows.total, ("mode window", "mode windows"), "plain"),
        number("mode_windows/unauthorized", windows.unauthorized, same("unauthorized"), "bad"),
        number(
            "destructive_actions/succeeded",
            calls.succeeded,
            ("destructive action", "destructive actions"),
            "plain",
        ),
        number("destructive_actions/in_mode", calls.in_mode, same("of them in a mode"), "plain"),
        number("destructive_actions/irreversible", calls.irreversible, same("irreversible"), "bad"),
        number("destructive_actions/recoverable", calls.recoverable, same("recoverable"), "warn"),
        number("destructive_actions/deadline_passed", calls.deadline_passed, same("past recovery"), "bad"),
        number("destructive_actions/undone", calls.undone, same("undone"), "good"),
        number("destructive_actions/attempts", calls.attempts, ("attempt only", "attempts only"), "plain"),
        number("problems/losses", head.losses() as u64, ("loss of evidence", "losses of evidence"), "warn"),
    ];
    // Room is short, and most reports have none.
    numbers.retain(|one| one.key != "destructive_actions/deadline_passed" || calls.deadline_passed > 0);
    numbers
}

impl WindowView {
    fn of(window: &ModeWindow, report: &Report) -> Self {
        let time = |time: Option<UtcTime>| time.map(|time| time.to_string()).unwrap_or_default();
        Self {
            link: story("window", window.window_id.as_str()),
            mode: Shown::short(window.mode.as_str(), 60),
            account: account(window.account_id.as_str(), report.scope.account_names.get(&window.account_id)),
            opened: window.opened_at.to_string(),
            uncertain: window.opened_bound == OpenedBound::AtOrBefore,
            closed: time(window.closed_at),
            last_seen: window.last_seen_at.to_string(),
            gone: time(window.gone_by.filter(|_| window.closed_at.is_none())),
            actors: Shown::short(&users(window), 160),
            destroyed: match window.destructive_actions {
                0 => String::new(),
                calls => counted(calls, "destructive action"),
            },
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

/// The story of a call, or else the table that it is in.
fn link(action: &DestructiveAction) -> String {
    let table = || "#table/destructive_actions".to_owned();
    action.event_id.as_ref().map_or_else(table, |event| story("event", event.as_str()))
}

impl LostView {
    fn of(action: &DestructiveAction) -> Self {
        let text = |text: Option<&str>, chars| Shown::short(text.unwrap_or_default(), chars);
        Self {
            link: link(action),
            call: Shown::short(&action.event_name, 80),
            account: text(action.account_id.as_ref().map(AccountId::as_str), 40),
            actor: text(action.actor.as_deref(), 80),
            resource: text(action.resources.first().map(AsText::as_text), 120),
        }
    }
}

impl DeadlineView {
    fn of(group: &DeadlineGroup<'_>) -> Self {
        let action = &group.action;
        Self {
            link: link(action),
            until: group.until.to_string(),
            call: Shown::short(&action.event_name, 80),
            account: Shown::short(group.account(), 40),
            resource: Shown::short(action.resources.first().map_or("", AsText::as_text), 120),
            more: group.more(),
            actor: Shown::short(action.actor.as_deref().unwrap_or_default(), 80),
            critical: group.critical,
            recovery: Shown::short(&action.recovery, 300),
        }
    }
}

impl IncidentView {
    fn of(incident: &Incident) -> Self {
        let text = |time: Option<UtcTime>| time.map(|time| time.to_string());
        Self {
            link: story("incident", incident.incident_id.as_str()),
            severity: incident.severity.as_str(),
            started: text(incident.started_at).unwrap_or_default(),
            deadline: text(incident.next_deadline).unwrap_or_default(),
            summary: Shown::of(&incident.summary),
        }
    }
}
