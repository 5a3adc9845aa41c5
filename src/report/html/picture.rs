//! The timeline as a picture: one lane an account, drawn as inline SVG.
//!
//! Owns: what is drawn where. The template draws it; style.css gives it colour.
//! Calls that would fall on one spot are drawn as one mark, so that the picture
//! stays small however many there are.
//!
//! ```text
//!  111122223333  ┊▒▒developer ▒▒▒▒▒▒▒┊      ▒▒▒▒▒▒▒▒▒░░░     a row a mode, open end fading
//!                   ◆ ◆◆     ◆                                a row a kind of call
//!                 ▼                    ▼                      RFCs
//!                ════════════/////═══════════                 evidence, and gaps in it
//! ```

use std::collections::{BTreeMap, BTreeSet};

use crate::model::count::{counted, grouped};
use crate::model::coverage::{CoverageDay, Gap, gaps};
use crate::model::destructive::{DestructiveAction, Reversibility};
use crate::model::event::Outcome;
use crate::model::mode::{ModeWindow, OpenedBound};
use crate::model::report::Report;
use crate::model::rfc::Rfc;
use crate::model::time::UtcTime;
use crate::report::headline::Headline;
use crate::report::html::axis::{Axis, Tick};
use crate::report::html::view::Shown;

const LEFT: i64 = 130;
const RIGHT: i64 = 1160;
const TOP: i64 = 8;
const LANES_MAX: usize = 30;
const MODE_HEIGHT: i64 = 20;
const MARK_HEIGHT: i64 = 13;
const STRIP_HEIGHT: i64 = 10;
/// Pixels that share one mark.
const BIN: i64 = 6;
const TITLE_CHARS_MAX: usize = 300;

/// The picture, ready to be drawn.
pub(super) struct Picture {
    pub(super) height: i64,
    pub(super) bottom: i64,
    pub(super) ticks: Vec<Tick>,
    pub(super) lanes: Vec<Lane>,
    pub(super) notes: Vec<String>,
}

/// One account.
pub(super) struct Lane {
    pub(super) label: Shown,
    pub(super) y: i64,
    pub(super) height: i64,
    pub(super) bars: Vec<Bar>,
    pub(super) marks: Vec<Mark>,
    pub(super) strips: Vec<Strip>,
}

/// One mode window.
pub(super) struct Bar {
    pub(super) x: i64,
    pub(super) y: i64,
    pub(super) width: i64,
    /// Width of the fading end; 0 if the end was seen.
    pub(super) fade: i64,
    pub(super) fade_x: i64,
    /// Whether the start may be earlier.
    pub(super) uncertain: bool,
    pub(super) tone: &'static str,
    pub(super) label: Shown,
    pub(super) title: Shown,
}

/// Calls or RFCs on one spot.
pub(super) struct Mark {
    pub(super) x: i64,
    pub(super) y: i64,
    pub(super) shape: &'static str,
    pub(super) title: Shown,
}

/// A stretch with or without evidence.
pub(super) struct Strip {
    pub(super) x: i64,
    pub(super) y: i64,
    pub(super) width: i64,
    pub(super) gap: bool,
    pub(super) title: Shown,
}

/// Everything of one account.
#[derive(Default)]
struct Content<'a> {
    windows: Vec<&'a ModeWindow>,
    actions: Vec<&'a DestructiveAction>,
    rfcs: Vec<&'a Rfc>,
    days: Vec<&'a CoverageDay>,
    gaps: Vec<Gap<'a>>,
}

impl Picture {
    /// The picture of that report.
    pub(super) fn of(report: &Report, head: &Headline<'_>) -> Self {
        let contents = by_account(report);
        let mut notes = Vec::new();
        let mut picture = Self { height: 0, bottom: TOP, ticks: vec![], lanes: vec![], notes: vec![] };
        let Some(axis) = Axis::over(all_times(report), LEFT, RIGHT) else { return picture };
        let mut accounts: Vec<_> = contents.iter().collect();
        accounts.sort_by_key(|(_, content)| !content.has_story());
        for (account, content) in accounts.iter().take(LANES_MAX) {
            let lane = lane(account, content, &axis, picture.bottom);
            picture.bottom = lane.y + lane.height;
            picture.lanes.push(lane);
        }
        if let Some(more) = accounts.len().checked_sub(LANES_MAX).filter(|more| *more > 0) {
            notes.push(format!("{} not drawn.", counted(more as u64, "more account")));
        }
        let undrawn =
            report.destructive.iter().filter(|a| a.event_time.and_then(|at| axis.x(at)).is_none()).count();
        if undrawn > 0 {
            notes.push(format!("{} without a time on this axis not drawn.", counted(undrawn as u64, "call")));
        }
        if head.windows.open > 0 {
            notes
                .push("A fading end means that no end was seen, not that the mode is still open.".to_owned());
        }
        Self { height: picture.bottom + 26, ticks: axis.ticks(), notes, ..picture }
    }
}

impl Content<'_> {
    /// Whether there is more to tell than coverage.
    fn has_story(&self) -> bool {
        !(self.windows.is_empty() && self.actions.is_empty() && self.rfcs.is_empty())
    }
}

fn by_account(report: &Report) -> BTreeMap<&str, Content<'_>> {
    let mut contents: BTreeMap<&str, Content<'_>> = BTreeMap::new();
    for window in &report.windows {
        contents.entry(window.account_id.as_str()).or_default().windows.push(window);
    }
    for action in &report.destructive {
        let account = action.account_id.as_ref().map_or("unknown", |account| account.as_str());
        contents.entry(account).or_default().actions.push(action);
    }
    for rfc in &report.rfcs {
        let account = rfc.target_account_id.as_ref().or(rfc.account_id.as_ref());
        contents.entry(account.map_or("unknown", |account| account.as_str())).or_default().rfcs.push(rfc);
    }
    for day in &report.coverage {
        contents.entry(day.account_id.as_str()).or_default().days.push(day);
    }
    for gap in gaps(&report.coverage) {
        contents.entry(gap.account_id.as_str()).or_default().gaps.push(gap);
    }
    contents
}

fn all_times(report: &Report) -> impl Iterator<Item = UtcTime> {
    let windows = report.windows.iter().flat_map(|w| [Some(w.opened_at), w.closed_at, Some(w.last_seen_at)]);
    let actions = report.destructive.iter().map(|action| action.event_time);
    let rfcs = report.rfcs.iter().map(rfc_time);
    let days = report.coverage.iter().flat_map(|day| [Some(day.day.start()), Some(day.until.start())]);
    let ends = [report.scope.first_event_time, report.scope.last_event_time];
    windows.chain(actions).chain(rfcs).chain(days).chain(ends).flatten()
}

fn rfc_time(rfc: &Rfc) -> Option<UtcTime> {
    rfc.started_at.or(rfc.approved_at).or(rfc.submitted_at).or(rfc.created_at)
}

fn lane(account: &str, content: &Content<'_>, axis: &Axis, top: i64) -> Lane {
    let mut y = top + 8;
    let modes: BTreeSet<_> = content.windows.iter().map(|window| &window.mode).collect();
    let mut bars = Vec::new();
    for mode in modes {
        bars.extend(content.windows.iter().filter(|window| window.mode == *mode).map(|w| bar(w, axis, y)));
        y += MODE_HEIGHT;
    }
    let mut marks = Vec::new();
    for shape in SHAPES {
        let row = call_marks(content, axis, shape, y + MARK_HEIGHT / 2);
        y += if row.is_empty() { 0 } else { MARK_HEIGHT };
        marks.extend(row);
    }
    let row = rfc_marks(content, axis, y + MARK_HEIGHT / 2);
    y += if row.is_empty() { 0 } else { MARK_HEIGHT };
    marks.extend(row);
    let strips = strips(content, axis, y + 2);
    y += if strips.is_empty() { 0 } else { STRIP_HEIGHT };
    let height = (y + 4 - top).max(28);
    Lane { label: Shown::short(account, 14), y: top, height, bars, marks, strips }
}

fn bar(window: &ModeWindow, axis: &Axis, y: i64) -> Bar {
    let x = axis.clamped(window.opened_at);
    let end = axis.clamped(window.closed_at.unwrap_or(window.last_seen_at)).max(x + 4);
    let fade = if window.closed_at.is_none() { (RIGHT - end).max(8) } else { 0 };
    let tone = match window.authorization {
        crate::model::mode::Authorization::Authorized => "good",
        crate::model::mode::Authorization::Unauthorized => "bad",
        crate::model::mode::Authorization::Unknown => "warn",
    };
    let uncertain = window.opened_bound == OpenedBound::AtOrBefore;
    let word = window.authorization.as_str();
    let label = format!("{} · {word}", window.mode);
    // About 6.5 pixels a character at the style's size.
    let fits = label.chars().count() as i64 * 13 / 2 + 8 <= end - x + fade / 2;
    let closed = window.closed_at.map_or("no end seen".to_owned(), |time| format!("closed {time}"));
    let opened = if uncertain { "open at or before" } else { "opened" };
    let title = format!(
        "{}, {word}: {opened} {}, {closed}; {}, {}; {}",
        window.mode,
        window.opened_at,
        counted(window.sessions, "session"),
        counted(window.destructive_actions, "destructive action"),
        window.authorization_reason
    );
    Bar {
        x,
        y,
        width: end - x,
        fade,
        fade_x: end,
        uncertain,
        tone,
        label: Shown::short(if fits { &label } else { "" }, 60),
        title: Shown::short(&title, TITLE_CHARS_MAX),
    }
}

/// Kinds of calls, gravest first; each has its own row and shape.
const SHAPES: [&str; 5] = ["irreversible", "recoverable", "unknown", "remade", "attempt"];

const fn shape(action: &DestructiveAction) -> &'static str {
    match (action.outcome, action.reversibility) {
        (Outcome::Denied | Outcome::Failed | Outcome::DryRun, _) => "attempt",
        (Outcome::Succeeded, Reversibility::Irreversible) => "irreversible",
        (Outcome::Succeeded, Reversibility::Recoverable | Reversibility::RecoverableUntil) => "recoverable",
        (Outcome::Succeeded, Reversibility::Rebuildable | Reversibility::Reversible) => "remade",
        (Outcome::Succeeded, Reversibility::Unknown) => "unknown",
    }
}

fn call_marks(content: &Content<'_>, axis: &Axis, wanted: &'static str, y: i64) -> Vec<Mark> {
    let mut bins: BTreeMap<i64, Vec<&DestructiveAction>> = BTreeMap::new();
    for action in content.actions.iter().filter(|action| shape(action) == wanted) {
        if let Some(x) = action.event_time.and_then(|time| axis.x(time)) {
            bins.entry(x / BIN).or_default().push(action);
        }
    }
    bins.into_iter()
        .map(|(bin, actions)| {
            let title = Shown::short(&calls_title(&actions), TITLE_CHARS_MAX);
            Mark { x: bin * BIN + BIN / 2, y, shape: wanted, title }
        })
        .collect()
}

fn calls_title(actions: &[&DestructiveAction]) -> String {
    let first = actions[0];
    let at = |action: &DestructiveAction| action.event_time.map_or_else(String::new, |time| time.to_string());
    if actions.len() == 1 {
        return format!(
            "{} {} by {}: {}, {}; {}",
            at(first),
            first.event_name,
            first.actor.as_deref().unwrap_or("unknown"),
            first.outcome.as_str(),
            first.reversibility.as_str(),
            first.resources.first().map_or("", |resource| resource),
        );
    }
    let mut names: BTreeMap<&str, u64> = BTreeMap::new();
    for action in actions {
        *names.entry(&action.event_name).or_default() += 1;
    }
    let names: Vec<_> = names.into_iter().map(|(name, count)| format!("{} {name}", grouped(count))).collect();
    let last = actions[actions.len() - 1];
    let word = if shape(first) == "attempt" { "attempts" } else { first.reversibility.as_str() };
    format!(
        "{} calls ({word}), {} to {}: {}",
        grouped(actions.len() as u64),
        at(first),
        at(last),
        names.join(", ")
    )
}

fn rfc_marks(content: &Content<'_>, axis: &Axis, y: i64) -> Vec<Mark> {
    let mut bins: BTreeMap<i64, Vec<&Rfc>> = BTreeMap::new();
    for rfc in &content.rfcs {
        if let Some(x) = rfc_time(rfc).and_then(|time| axis.x(time)) {
            bins.entry(x / BIN).or_default().push(rfc);
        }
    }
    bins.into_iter()
        .map(|(bin, rfcs)| {
            let texts: Vec<_> = rfcs
                .iter()
                .map(|rfc| {
                    let time = rfc_time(rfc).map_or_else(String::new, |time| time.to_string());
                    let status = rfc.status.as_deref().unwrap_or("unknown");
                    format!("{time} RFC {} ({}, {status})", rfc.rfc_id, rfc.action.as_str())
                })
                .collect();
            Mark {
                x: bin * BIN + BIN / 2,
                y,
                shape: "rfc",
                title: Shown::short(&texts.join("; "), TITLE_CHARS_MAX),
            }
        })
        .collect()
}

/// Days with evidence from any region, joined; over them, the gaps of each region.
fn strips(content: &Content<'_>, axis: &Axis, y: i64) -> Vec<Strip> {
    let days: BTreeSet<_> = content.days.iter().filter(|day| day.objects > 0).map(|day| day.day).collect();
    let mut stretches = Vec::new();
    for day in days {
        match stretches.last_mut() {
            Some((_, end)) if *end == day => *end = day.next(),
            _ => stretches.push((day, day.next())),
        }
    }
    let strip = |from: UtcTime, to: UtcTime, gap, title: &str| {
        let x = axis.clamped(from);
        Strip { x, y, width: (axis.clamped(to) - x).max(2), gap, title: Shown::short(title, TITLE_CHARS_MAX) }
    };
    let covered = stretches.into_iter().map(|(from, to)| strip(from.start(), to.start(), false, "evidence"));
    let gaps = content.gaps.iter().map(|gap| {
        let title = format!("{}: no evidence from {} to {}", gap.region, gap.day, gap.until);
        strip(gap.day.start(), gap.until.next().start(), true, &title)
    });
    covered.chain(gaps).collect()
}
