//! The axis of the picture.
//!
//! Owns: which time the picture spans and where on it a time stands.

use crate::model::report::Report;
use crate::model::time::UtcTime;

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
    pub(super) fn of(report: &Report, (left, width): (f32, f32)) -> Option<Self> {
        let scope = &report.scope;
        let windows =
            report.windows.iter().flat_map(|w| [Some(w.opened_at), w.closed_at, Some(w.last_seen_at)]);
        let sessions = report.sessions.iter().flat_map(|s| [s.started_at, s.last_event_at]);
        let calls = report.destructive.iter().map(|action| action.event_time);
        let rfcs = report.rfcs.iter().map(rfc_time);
        let mut times: Vec<i64> = windows
            .chain(sessions)
            .chain(calls)
            .chain(rfcs)
            .chain([scope.first_event_time, scope.last_event_time])
            .flatten()
            .map(UtcTime::micros)
            .collect();
        times.sort_unstable();
        let median = *times.get(times.len() / 2)?;
        let all = times.len();
        times.retain(|time| time.abs_diff(median) <= SPREAD_MAX.unsigned_abs());
        let (from, to) = (*times.first()?, *times.last()?);
        let left_out = (all - times.len()) as u64;
        (from < to).then_some(Self { from, to, left_out, left, width })
    }

    /// Where a time stands on the page; one outside stands at the end.
    pub(super) fn x(&self, micros: i64) -> f32 {
        self.left + self.offset(micros)
    }

    /// How far from the beginning of the axis a time stands, if it is on it.
    pub(super) fn place(&self, time: UtcTime) -> Option<f32> {
        (self.from..=self.to).contains(&time.micros()).then(|| self.offset(time.micros()))
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
