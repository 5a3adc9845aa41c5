//! The axis of the picture.
//!
//! Owns: which time the picture spans and where on it a time stands.

use crate::model::report::Report;
use crate::model::time::UtcTime;
use crate::report::headline::Headline;

use super::rfc_time;

/// Steps of the axis.
const STEPS: i64 = 5;

/// Times farther than this from the median are errors of their source, such as
/// the year 9999, and would press all others together: ten years.
const SPREAD_MAX: i64 = 3_660 * 86_400 * 1_000_000;

/// The time that the picture spans, in microseconds.
pub(super) struct Span {
    pub(super) from: i64,
    pub(super) to: i64,
    /// Times that are so far off that they are left out.
    pub(super) left_out: u64,
    left: f32,
    width: f32,
}

impl Span {
    /// From the first thing that has a time to the last; `None` without any.
    pub(super) fn of(report: &Report, head: &Headline<'_>, (left, width): (f32, f32)) -> Option<Self> {
        let scope = &report.scope;
        let windows =
            report.windows.iter().flat_map(|w| [Some(w.opened_at), w.closed_at, Some(w.last_seen_at)]);
        let sessions = report.sessions.iter().flat_map(|s| [s.started_at, s.last_event_at]);
        let rfcs = report.rfcs.iter().map(rfc_time);
        let mut few: Vec<i64> = windows
            .chain(sessions)
            .chain(rfcs)
            .chain([scope.first_event_time, scope.last_event_time])
            .flatten()
            .map(UtcTime::micros)
            .collect();
        few.sort_unstable();
        let all = few.len() + head.calls.timed.len();
        // The calls may be too many for memory: their times come in order.
        let times = || in_order(few.iter().copied(), head.calls.timed.iter().map(|call| call.micros));
        let median = times().nth(all / 2)?;
        let mut near = times().filter(|time| time.abs_diff(median) <= SPREAD_MAX.unsigned_abs());
        let from = near.next()?;
        let (to, kept) = near.fold((from, 1), |(_, kept), time| (time, kept + 1));
        let left_out = all as u64 - kept;
        (from < to).then_some(Self { from, to, left_out, left, width })
    }

    /// Where a time stands on the page; one outside stands at the end.
    pub(super) fn x(&self, micros: i64) -> f32 {
        self.left + self.offset(micros)
    }

    /// How far from the beginning of the axis a time stands, if it is on it.
    pub(super) fn place(&self, micros: i64) -> Option<f32> {
        (self.from..=self.to).contains(&micros).then(|| self.offset(micros))
    }

    fn offset(&self, micros: i64) -> f32 {
        let part = (micros.clamp(self.from, self.to) - self.from) as f64 / (self.to - self.from) as f64;
        part as f32 * self.width
    }

    /// The steps of the axis: where, and the time there to the minute.
    pub(super) fn ticks(&self) -> Vec<(f32, String)> {
        let tick = |step: i64| {
            let micros = self.from + (self.to - self.from) / STEPS * step;
            let spelt = UtcTime::from_seconds(micros.div_euclid(1_000_000)).to_string();
            (self.x(micros), spelt.get(..16).unwrap_or(&spelt).replace('T', " "))
        };
        (0..=STEPS).map(tick).collect()
    }
}

/// The times of two lists that are in order, as one.
fn in_order(one: impl Iterator<Item = i64>, other: impl Iterator<Item = i64>) -> impl Iterator<Item = i64> {
    let (mut one, mut other) = (one.peekable(), other.peekable());
    std::iter::from_fn(move || match (one.peek(), other.peek()) {
        (Some(first), Some(second)) if second < first => other.next(),
        (Some(_), _) => one.next(),
        (None, _) => other.next(),
    })
}
