//! Business hours, in the time of their place.
//!
//! Owns: whether an instant lies in them. Zones and their changes of summer time
//! are part of the program; an instant has one local time, so none is ambiguous.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, Timelike, Weekday};
use chrono_tz::Tz;

use crate::model::id::AccountId;
use crate::model::time::UtcTime;

/// Working days and hours of some accounts, or of all.
#[derive(Clone, Debug)]
pub(super) struct Hours {
    pub(super) zone: Tz,
    /// Monday first.
    pub(super) days: [bool; 7],
    /// Minutes of the day, the end not included.
    pub(super) from: u32,
    pub(super) to: u32,
    pub(super) accounts: BTreeSet<AccountId>,
}

impl Hours {
    /// The local time if an instant lies outside; `None` inside.
    pub(super) fn outside(&self, time: UtcTime) -> Option<String> {
        let local = DateTime::from_timestamp(time.seconds(), 0)?.with_timezone(&self.zone);
        let minute = local.hour() * 60 + local.minute();
        let works = self.days.get(local.weekday().num_days_from_monday() as usize).copied().unwrap_or(false);
        let inside = works && self.from <= minute && minute < self.to;
        (!inside).then(|| format!("{} {}", local.format("%a %Y-%m-%d %H:%M"), self.zone.name()))
    }
}

/// Minutes of the day of `HH:MM`; `24:00` is the end of the day.
pub(super) fn minute_of_day(text: &str) -> Option<u32> {
    let (hour, minute) = text.split_once(':')?;
    let digits = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    let (hour, minute): (u32, u32) =
        (digits(hour).then(|| hour.parse().ok())??, digits(minute).then(|| minute.parse().ok())??);
    let total = hour * 60 + minute;
    (minute < 60 && total <= 24 * 60).then_some(total)
}

/// Place of `mon` … `sun` in the week.
pub(super) fn day_of_week(text: &str) -> Option<usize> {
    let day: Weekday = text.parse().ok()?;
    Some(day.num_days_from_monday() as usize)
}
