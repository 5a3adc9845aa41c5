//! The picture of the time: a lane for each account, with its mode windows,
//! sessions, destructive calls by what became of them, RFCs, and where there is
//! evidence.
//!
//! Owns: which lanes there are, their rows, and where in a row a thing stands.
//! `span` is the axis, `marks` the shapes and the legend. What is uncertain is
//! drawn uncertain: an opening that was only seen later begins in slices, a
//! window without an end runs out in a point.
//!
//! ```text
//!  111122223333  developer  ▮▮▮▮▮▮▮      ¦¦▮▮▮▶      a row a mode
//!                           ▬▬  ▬                     sessions
//!                irreversible   ◆ ◆◆             3    a row a kind of call, how many
//!                RFCs      ▾                     1
//!                evidence ━━━━━━━//////━━━━━━         days read, and gaps
//! ```

mod marks;
mod span;

use std::collections::{BTreeMap, BTreeSet};

use crate::model::count::{counted, grouped};
use crate::model::id::AccountId;
use crate::model::mode::{Authorization, ModeSession, ModeWindow, OpenedBound};
use crate::model::report::Report;
use crate::model::rfc::Rfc;
use crate::model::time::{Day, UtcTime};
use crate::report::escape::shorten;
use crate::report::headline::Headline;

use super::flow::{Colour, Flow, GREEN, GREY, INK, MARGIN, Mark, PALE, RED, SMALL, Style, WIDTH};
use marks::{Kind, SESSION};
use span::Span;

/// Lanes drawn at most.
const LANES_MAX: usize = 16;
/// Rows of modes in a lane at most: AMS has two, a policy may name more.
const MODES_MAX: usize = 4;
/// Width of the names of accounts.
const NAMES: f32 = 84.0;
/// Width of the names of rows, right of those of accounts.
const ROWS: f32 = 50.0;
/// Width of the numbers at the right.
const TOTALS: f32 = 24.0;
/// Heights of a row of windows, of sessions, of marks and of evidence.
const BAR_ROW: f32 = 11.0;
const SESSION_ROW: f32 = 7.0;
const MARK_ROW: f32 = 8.5;
const STRIP_ROW: f32 = 8.0;
/// Height of a lane that has nothing but its name.
const LANE_MIN: f32 = 27.0;
/// Room between marks of one kind: those nearer than that are drawn as one.
const BIN: f32 = 5.0;
/// Text beside a row.
const ROW_STYLE: Style = Style { size: 5.5, bold: false, colour: GREY };

/// Where the axis begins and how wide it is.
const AXIS: (f32, f32) = (MARGIN.0 + NAMES + ROWS, WIDTH - NAMES - ROWS - TOTALS);

/// What the lane of one account shows.
#[derive(Default)]
struct Lane<'r> {
    windows: BTreeMap<&'r str, Vec<&'r ModeWindow>>,
    sessions: Vec<&'r ModeSession>,
    /// Marks by kind: how many there are, and how many at each place.
    marks: BTreeMap<Kind, (u64, BTreeMap<i64, u64>)>,
    covered: BTreeSet<Day>,
    gaps: Vec<(i64, i64)>,
}

impl Lane<'_> {
    /// Whether anything happened in it.
    fn tells(&self) -> bool {
        !self.windows.is_empty() || !self.sessions.is_empty() || !self.marks.is_empty()
    }

    fn height(&self) -> f32 {
        let rows = self.windows.len().min(MODES_MAX) as f32 * BAR_ROW
            + if self.sessions.is_empty() { 0.0 } else { SESSION_ROW }
            + self.marks.len() as f32 * MARK_ROW
            + STRIP_ROW;
        (rows + 6.0).max(LANE_MIN)
    }
}

/// Draws the picture, if there is a time to draw.
pub(super) fn draw(flow: &mut Flow<'_>, report: &Report, head: &Headline<'_>) {
    let Some(span) = Span::of(report, head, AXIS) else { return };
    let lanes = lanes(report, head, &span);
    let tallest = lanes.first().map_or(LANE_MIN, |(_, lane)| lane.height());
    flow.heading("What happened when");
    flow.need(tallest + 40.0);
    axis(flow, &span);
    for (account, lane) in lanes.iter().take(LANES_MAX) {
        if flow.room() < lane.height() {
            flow.turn();
            axis(flow, &span);
        }
        draw_lane(flow, (report, &span), account, lane);
    }
    flow.mark(Mark::Box { area: (MARGIN.0, flow.y, WIDTH, 0.4), colour: PALE });
    flow.gap(3.0);
    if lanes.len() > LANES_MAX {
        let more = counted((lanes.len() - LANES_MAX) as u64, "more account");
        let told = lanes.iter().skip(LANES_MAX).filter(|(_, lane)| lane.tells()).count();
        let text = format!(
            "… and {more}; in {} of them something happened: see the table timeline.",
            grouped(told as u64)
        );
        flow.paragraph(SMALL, &text);
    }
    if span.left_out > 0 {
        let times = counted(span.left_out, "time");
        let text = format!("Not drawn, as more than ten years away from the others: {times}.");
        flow.paragraph(SMALL, &text);
    }
    marks::legend(flow);
}

/// The lanes: those with windows first, those of which only the coverage is known last.
fn lanes<'r>(report: &'r Report, head: &'r Headline<'_>, span: &Span) -> Vec<(&'r str, Lane<'r>)> {
    let mut lanes: BTreeMap<&str, Lane<'_>> = BTreeMap::new();
    let named = |account: Option<&'r AccountId>| account.map_or("unknown account", AccountId::as_str);
    for window in &report.windows {
        let lane = lanes.entry(window.account_id.as_str()).or_default();
        lane.windows.entry(window.mode.as_str()).or_default().push(window);
    }
    for session in &report.sessions {
        lanes.entry(session.account_id.as_str()).or_default().sessions.push(session);
    }
    let calls = head.calls.timed.iter().map(|call| {
        let account = head.calls.accounts.get(call.account).and_then(Option::as_ref);
        (named(account), Kind::of(call.outcome, call.reversibility), call.micros)
    });
    let rfcs = report.rfcs.iter().filter_map(|rfc| {
        Some((
            named(rfc.target_account_id.as_ref().or(rfc.account_id.as_ref())),
            Kind::Rfc,
            rfc_time(rfc)?.micros(),
        ))
    });
    for (account, kind, time) in calls.chain(rfcs) {
        let (count, places) = lanes.entry(account).or_default().marks.entry(kind).or_default();
        *count += 1;
        if let Some(x) = span.place(time) {
            *places.entry((x / BIN).floor() as i64).or_default() += 1;
        }
    }
    for day in report.coverage.iter().filter(|day| day.objects > 0) {
        lanes.entry(day.account_id.as_str()).or_default().covered.insert(day.day);
    }
    for gap in &head.gaps {
        let stretch = (gap.day.start().micros(), gap.until.next().start().micros());
        lanes.entry(gap.account_id.as_str()).or_default().gaps.push(stretch);
    }
    let mut lanes: Vec<_> = lanes.into_iter().collect();
    lanes.sort_by_key(|(account, lane)| (lane.windows.is_empty(), !lane.tells(), *account));
    lanes
}

/// When it was carried out, else the latest step towards it that is known.
fn rfc_time(rfc: &Rfc) -> Option<UtcTime> {
    rfc.started_at.or(rfc.approved_at).or(rfc.submitted_at).or(rfc.created_at)
}

fn axis(flow: &mut Flow<'_>, span: &Span) {
    let style = Style { size: 6.0, bold: false, colour: GREY };
    for (x, shown) in span.ticks() {
        let width = flow.faces.regular.width(&shown, style.size);
        let left = (x - width / 2.0).clamp(AXIS.0 - 20.0, MARGIN.0 + WIDTH - width);
        flow.text((left, flow.y + 6.0), style, &shown);
        flow.mark(Mark::Box { area: (x - 0.2, flow.y + 8.0, 0.4, 4.0), colour: GREY });
    }
    flow.gap(12.0);
}

fn draw_lane(flow: &mut Flow<'_>, (report, span): (&Report, &Span), account: &str, lane: &Lane<'_>) {
    let top = flow.y;
    flow.mark(Mark::Box { area: (MARGIN.0, top, WIDTH, 0.4), colour: PALE });
    let style = Style { size: 8.0, bold: true, colour: INK };
    fitted(flow, (MARGIN.0, top + 12.0), style, (account, NAMES));
    if let Some(name) = report.scope.account_names.get(&AccountId::from(account)) {
        let style = Style { size: 7.0, bold: false, colour: GREY };
        fitted(flow, (MARGIN.0, top + 22.0), style, (name, NAMES));
    }
    let mut y = top + 4.0;
    for (mode, windows) in lane.windows.iter().take(MODES_MAX) {
        label(flow, y + 6.5, mode);
        windows.iter().for_each(|window| bar(flow, span, window, y));
        y += BAR_ROW;
    }
    if !lane.sessions.is_empty() {
        label(flow, y + 4.5, "sessions");
        lane.sessions.iter().for_each(|session| stroke(flow, span, session, y));
        total(flow, y + 4.5, lane.sessions.len() as u64);
        y += SESSION_ROW;
    }
    for (kind, (count, places)) in &lane.marks {
        label(flow, y + 6.0, kind.short());
        for bin in places.keys() {
            kind.draw(flow, (AXIS.0 + (*bin as f32 + 0.5) * BIN, y + MARK_ROW / 2.0));
        }
        total(flow, y + 6.0, *count);
        y += MARK_ROW;
    }
    label(flow, y + 5.0, "evidence");
    strip(flow, span, lane, y + 1.0);
    flow.gap(lane.height());
}

fn label(flow: &mut Flow<'_>, base: f32, text: &str) {
    fitted(flow, (MARGIN.0 + NAMES, base), ROW_STYLE, (text, ROWS));
}

/// As much of a text as fits, with a mark if that is not all.
fn fitted(flow: &mut Flow<'_>, at: (f32, f32), style: Style, (text, width): (&str, f32)) {
    let shown = flow.faces.drawable(&shorten(text, 80));
    let face = flow.faces.of(style.bold);
    let room = width - 4.0;
    if face.width(&shown, style.size) <= room {
        return flow.drawn(at, style, shown);
    }
    let first = face.lines(&shown, style.size, room - style.size).first().map(|line| format!("{line}…"));
    flow.drawn(at, style, first.unwrap_or_default());
}

/// How many things a row stands for.
fn total(flow: &mut Flow<'_>, base: f32, count: u64) {
    let shown = grouped(count);
    let width = flow.faces.regular.width(&shown, ROW_STYLE.size);
    flow.text((MARGIN.0 + WIDTH - width, base), ROW_STYLE, &shown);
}

/// A window: a bar in the colour of its authorization.
fn bar(flow: &mut Flow<'_>, span: &Span, window: &ModeWindow, top: f32) {
    const THICK: f32 = 7.0;
    let colour = tone(window.authorization);
    let from = span.x(window.opened_at.micros());
    let to = span.x(window.closed_at.map_or(span.to, UtcTime::micros)).max(from + 1.5);
    let end = if window.closed_at.is_none() { (to - 5.0).max(from) } else { to };
    flow.mark(Mark::Box { area: (from, top, end - from, THICK), colour });
    if window.opened_bound == OpenedBound::AtOrBefore {
        marks::slices(flow, (from, top, THICK), colour);
    }
    if window.closed_at.is_none() {
        marks::point(flow, (end, top, THICK), colour);
    }
}

const fn tone(authorization: Authorization) -> Colour {
    match authorization {
        Authorization::Authorized => GREEN,
        Authorization::Unauthorized => RED,
        Authorization::Unknown => GREY,
    }
}

/// A session: full if it is the mode role's own, two lines if it descends from one.
fn stroke(flow: &mut Flow<'_>, span: &Span, session: &ModeSession, top: f32) {
    let Some(start) = session.started_at.or(session.last_event_at) else { return };
    let from = span.x(start.micros());
    let to = span.x(session.last_event_at.unwrap_or(start).micros()).max(from + 2.2);
    if session.depth == 0 {
        flow.mark(Mark::Box { area: (from, top + 1.0, to - from, 3.4), colour: SESSION });
    } else {
        for y in [top + 1.0, top + 3.4] {
            flow.mark(Mark::Box { area: (from, y, to - from, 1.0), colour: SESSION });
        }
    }
}

/// Days of which records were read, and above them the stretches without any.
fn strip(flow: &mut Flow<'_>, span: &Span, lane: &Lane<'_>, top: f32) {
    let mut stretches: Vec<(i64, i64)> = Vec::new();
    for day in &lane.covered {
        let (from, to) = (day.start().micros(), day.next().start().micros());
        match stretches.last_mut() {
            Some(last) if last.1 == from => last.1 = to,
            _ => stretches.push((from, to)),
        }
    }
    for (from, to) in stretches.into_iter().filter(|(from, to)| *to > span.from && *from < span.to) {
        let (left, right) = (span.x(from), span.x(to));
        flow.mark(Mark::Box { area: (left, top + 3.6, right - left, 1.6), colour: GREY });
    }
    for (from, to) in lane.gaps.iter().filter(|(from, to)| *to > span.from && *from < span.to) {
        marks::hatch(flow, (span.x(*from), span.x(*to)), top);
    }
}
