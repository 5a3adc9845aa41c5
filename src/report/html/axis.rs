//! The time axis of the picture: from times to places, and its ticks.
//!
//! Owns: which times the axis spans. Whole numbers throughout, so that every
//! machine draws the same picture.

use crate::model::time::{Day, UtcTime};

const HOUR_S: i64 = 3_600;
const DAY_S: i64 = 24 * HOUR_S;
/// Times farther than this from the median are errors of the source, such as
/// the year 9999, and would press all others together.
const SPREAD_MAX_S: i64 = 10 * 366 * DAY_S;
/// Ticks at most.
const TICKS_MAX: i64 = 12;

/// A span of time laid over a span of pixels.
pub(super) struct Axis {
    from_s: i64,
    to_s: i64,
    left: i64,
    right: i64,
}

/// One mark of the axis.
pub(super) struct Tick {
    pub(super) x: i64,
    pub(super) label: String,
}

impl Axis {
    /// An axis that spans those times with a little room on both sides; `None`
    /// if there are no times.
    pub(super) fn over(times: impl Iterator<Item = UtcTime>, left: i64, right: i64) -> Option<Self> {
        let mut seconds: Vec<i64> = times.map(UtcTime::seconds).collect();
        seconds.sort_unstable();
        let median = *seconds.get(seconds.len() / 2)?;
        let near = seconds.iter().filter(|second| (*second - median).abs() <= SPREAD_MAX_S);
        let (from, to) =
            near.fold((median, median), |(from, to), second| (from.min(*second), to.max(*second)));
        let room = ((to - from) / 50).max(HOUR_S / 2);
        Some(Self { from_s: from - room, to_s: to + room, left, right })
    }

    /// Where a time lies; `None` outside of the axis.
    pub(super) fn x(&self, time: UtcTime) -> Option<i64> {
        let second = time.seconds();
        (self.from_s..=self.to_s).contains(&second).then(|| self.place(second))
    }

    /// Where a time lies, at the nearer end if it is outside.
    pub(super) fn clamped(&self, time: UtcTime) -> i64 {
        self.place(time.seconds().clamp(self.from_s, self.to_s))
    }

    fn place(&self, second: i64) -> i64 {
        self.left + (second - self.from_s) * (self.right - self.left) / (self.to_s - self.from_s)
    }

    /// Ticks at round UTC times.
    pub(super) fn ticks(&self) -> Vec<Tick> {
        const STEPS_S: [i64; 13] = [
            300,
            900,
            1_800,
            HOUR_S,
            3 * HOUR_S,
            6 * HOUR_S,
            12 * HOUR_S,
            DAY_S,
            2 * DAY_S,
            7 * DAY_S,
            14 * DAY_S,
            28 * DAY_S,
            84 * DAY_S,
        ];
        let span = self.to_s - self.from_s;
        let step = STEPS_S
            .into_iter()
            .find(|step| span / step < TICKS_MAX)
            .unwrap_or(span / TICKS_MAX / DAY_S * DAY_S);
        // Weeks begin on Mondays; the first of January 1970 was a Thursday.
        let offset = if step >= 7 * DAY_S { 4 * DAY_S } else { 0 };
        let first = (self.from_s - offset).div_euclid(step) * step + step + offset;
        (0..=TICKS_MAX + 1)
            .map(|n| first + n * step)
            .take_while(|second| *second <= self.to_s)
            .map(|second| Tick { x: self.place(second), label: label(second, step) })
            .collect()
    }
}

fn label(second: i64, step: i64) -> String {
    let text = UtcTime::from_seconds(second).to_string();
    let day = Day(second.div_euclid(DAY_S)).to_string();
    if step >= DAY_S {
        return day;
    }
    let clock = text.split_once('T').map_or("", |(_, clock)| clock.get(..5).unwrap_or(""));
    format!("{} {clock}", day.get(5..).unwrap_or(&day))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::at;

    fn labels(from: &str, to: &str) -> Vec<String> {
        let axis = Axis::over([at(from), at(to)].into_iter(), 0, 1000).expect("there are times");
        axis.ticks().into_iter().map(|tick| tick.label).collect()
    }

    #[test]
    fn ticks_are_round_and_few() {
        assert_eq!(labels("2025-01-01T00:10:00Z", "2025-01-01T02:50:00Z")[0], "01-01 00:00");
        assert_eq!(labels("2025-03-03T08:00:00Z", "2025-03-20T18:00:00Z")[0], "2025-03-03");
        for to in
            ["2025-03-03T08:00:01Z", "2025-04-01T00:00:00Z", "2026-01-01T00:00:00Z", "2033-01-01T00:00:00Z"]
        {
            let count = labels("2025-03-03T08:00:00Z", to).len();
            assert!((1..=13).contains(&count), "{to}: {count}");
        }
    }

    #[test]
    fn a_time_of_another_age_does_not_stretch_the_axis() {
        let times =
            ["2025-01-01T00:00:00Z", "2025-01-02T00:00:00Z", "2025-01-03T00:00:00Z", "9999-12-31T23:59:59Z"];
        let axis = Axis::over(times.into_iter().map(at), 0, 1000).expect("there are times");
        assert_eq!(axis.x(at("9999-12-31T23:59:59Z")), None);
        assert_eq!(axis.clamped(at("9999-12-31T23:59:59Z")), 1000);
        assert_eq!(axis.x(at("2025-01-02T00:00:00Z")), Some(500));
    }

    #[test]
    fn no_times_give_no_axis() {
        assert!(Axis::over(std::iter::empty(), 0, 10).is_none());
    }
}
