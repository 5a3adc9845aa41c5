//! The picture of the time: a lane for each account, with its mode windows,
//! destructive calls and stretches without evidence.
//!
//! Owns: where in the lane a thing stands and how it looks. What is uncertain
//! is drawn uncertain: an opening that was only seen later begins in slices, a
//! window without an end runs out in a point.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::destructive::Reversibility;
use crate::model::event::Outcome;
use crate::model::id::AccountId;
use crate::model::mode::{Authorization, ModeWindow, OpenedBound};
use crate::model::report::Report;
use crate::model::time::UtcTime;
use crate::report::headline::Headline;

use super::flow::{AMBER, Colour, Flow, GREEN, GREY, INK, MARGIN, Mark, PALE, RED, SMALL, Style, WIDTH};

/// Lanes drawn at most.
const LANES_MAX: usize = 16;
/// Width of the names of accounts.
const NAMES: f32 = 118.0;
/// Height of a lane.
const HEIGHT: f32 = 30.0;
/// Steps of the axis.
const STEPS: i64 = 5;

/// The time that the picture spans, in microseconds.
struct Span {
    from: i64,
    to: i64,
}

impl Span {
    /// From the first event, window or call to the last.
    fn of(report: &Report) -> Option<Self> {
        let scope = &report.scope;
        let windows =
            report.windows.iter().flat_map(|w| [Some(w.opened_at), w.closed_at, Some(w.last_seen_at)]);
        let times = windows.chain([scope.first_event_time, scope.last_event_time]).flatten();
        let (from, to) = times
            .fold((i64::MAX, i64::MIN), |(from, to), time| (from.min(time.micros()), to.max(time.micros())));
        (from < to).then_some(Self { from, to })
    }

    fn x(&self, micros: i64) -> f32 {
        let part = (micros.clamp(self.from, self.to) - self.from) as f64 / (self.to - self.from) as f64;
        MARGIN.0 + NAMES + part as f32 * (WIDTH - NAMES)
    }
}

/// Draws the picture, if there is a time to draw.
pub(super) fn draw(flow: &mut Flow<'_>, report: &Report, head: &Headline<'_>) {
    let Some(span) = Span::of(report) else { return };
    let accounts = accounts(report);
    flow.heading("What happened when");
    flow.need(HEIGHT * 2.0 + 60.0);
    axis(flow, &span);
    for account in accounts.iter().take(LANES_MAX) {
        flow.need(HEIGHT);
        lane(flow, (report, head), &span, account);
    }
    let more = accounts.len().saturating_sub(LANES_MAX);
    if more > 0 {
        flow.paragraph(SMALL, &format!("… and {more} more accounts, in the table timeline."));
    }
    legend(flow);
}

/// Accounts with a window or a destructive call, those with windows first.
fn accounts(report: &Report) -> Vec<&AccountId> {
    let windows: BTreeSet<&AccountId> = report.windows.iter().map(|window| &window.account_id).collect();
    let calls: BTreeSet<&AccountId> =
        report.destructive.iter().filter_map(|action| action.account_id.as_ref()).collect();
    windows.iter().chain(calls.difference(&windows)).copied().collect()
}

fn axis(flow: &mut Flow<'_>, span: &Span) {
    for step in 0..=STEPS {
        let micros = span.from + (span.to - span.from) / STEPS * step;
        let spelt = UtcTime::from_seconds(micros.div_euclid(1_000_000)).to_string();
        let shown = spelt.get(..16).unwrap_or(&spelt).replace('T', " ");
        let x = span.x(micros);
        let style = Style { size: 6.0, bold: false, colour: GREY };
        let left = (x - flow.faces.regular.width(&shown, style.size) / 2.0)
            .clamp(MARGIN.0 + NAMES - 20.0, MARGIN.0 + WIDTH - flow.faces.regular.width(&shown, style.size));
        flow.text((left, flow.y + 6.0), style, &shown);
        flow.mark(Mark::Box { area: (x - 0.2, flow.y + 8.0, 0.4, 4.0), colour: GREY });
    }
    flow.gap(12.0);
}

fn lane(flow: &mut Flow<'_>, (report, head): (&Report, &Headline<'_>), span: &Span, account: &AccountId) {
    let top = flow.y;
    flow.mark(Mark::Box { area: (MARGIN.0, top, WIDTH, 0.4), colour: PALE });
    flow.text((MARGIN.0, top + 12.0), Style { size: 8.0, bold: true, colour: INK }, account.as_str());
    if let Some(name) = report.scope.account_names.get(account) {
        let name = crate::report::escape::shorten(name, 22);
        flow.text((MARGIN.0, top + 22.0), Style { size: 7.0, bold: false, colour: GREY }, &name);
    }
    for gap in head.gaps.iter().filter(|gap| gap.account_id == account) {
        hatch(flow, span, (gap.day.start().micros(), gap.until.next().start().micros()), top);
    }
    for window in report.windows.iter().filter(|window| window.account_id == *account) {
        bar(flow, span, window, top + 5.0);
    }
    calls(flow, report, span, (account, top + 15.0));
    flow.gap(HEIGHT);
}

/// A stretch without evidence: slices along the foot of the lane.
fn hatch(flow: &mut Flow<'_>, span: &Span, (from, to): (i64, i64), top: f32) {
    const STEP: f32 = 3.0;
    let (mut x, end) = (span.x(from), span.x(to));
    while x < end {
        flow.mark(Mark::Box { area: (x, top + HEIGHT - 4.0, (end - x).min(STEP / 2.0), 3.0), colour: GREY });
        x += STEP;
    }
}

/// A window: a bar in the colour of its authorization.
fn bar(flow: &mut Flow<'_>, span: &Span, window: &ModeWindow, top: f32) {
    const THICK: f32 = 7.0;
    let colour = match window.authorization {
        Authorization::Authorized => GREEN,
        Authorization::Unauthorized => RED,
        Authorization::Unknown => GREY,
    };
    let from = span.x(window.opened_at.micros());
    let to = span.x(window.closed_at.map_or(span.to, UtcTime::micros)).max(from + 1.5);
    flow.mark(Mark::Box { area: (from, top, to - from, THICK), colour });
    if window.opened_bound == OpenedBound::AtOrBefore {
        for slice in 1..=3_u8 {
            let left = from - f32::from(slice) * 3.0;
            flow.mark(Mark::Box { area: (left, top, 1.2, THICK), colour });
        }
    }
    if window.closed_at.is_none() {
        let points = vec![(to, top - 2.0), (to + 8.0, top + THICK / 2.0), (to, top + THICK + 2.0)];
        flow.mark(Mark::Shape { points, colour });
    }
}

/// Destructive calls: one stroke for each point of the lane and kind, so that
/// a million of them take no more marks than the lane has points.
fn calls(flow: &mut Flow<'_>, report: &Report, span: &Span, (account, top): (&AccountId, f32)) {
    let mut strokes: BTreeMap<(i64, u8), u64> = BTreeMap::new();
    for action in report.destructive.iter().filter(|action| action.account_id.as_ref() == Some(account)) {
        let Some(time) = action.event_time else { continue };
        *strokes
            .entry((span.x(time.micros()).round() as i64, kind(action.outcome, action.reversibility)))
            .or_default() += 1;
    }
    for (x, kind) in strokes.keys() {
        let (colour, height) = LOOKS[usize::from(*kind).min(LOOKS.len() - 1)];
        flow.mark(Mark::Box { area: (*x as f32 - 0.5, top + 10.0 - height, 1.2, height), colour });
    }
}

/// Colour and height of attempts, other losses and irreversible ones.
const LOOKS: [(Colour, f32); 3] = [(GREY, 4.0), (AMBER, 8.0), (RED, 10.0)];

const fn kind(outcome: Outcome, reversibility: Reversibility) -> u8 {
    match (outcome, reversibility) {
        (Outcome::Succeeded, Reversibility::Irreversible) => 2,
        (Outcome::Succeeded, _) => 1,
        _ => 0,
    }
}

fn legend(flow: &mut Flow<'_>) {
    flow.gap(4.0);
    for line in [
        "Bars: mode windows; green authorized, red unauthorized, grey not known. A point at the right: no end seen. Slices at the left: open by then, perhaps earlier.",
        "Strokes below: destructive calls; tall red irreversible, amber other that succeeded, short grey attempts. Slices along the foot of a lane: days without evidence in a region. Times are UTC.",
    ] {
        flow.paragraph(SMALL, line);
    }
}
