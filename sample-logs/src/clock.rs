//! Times as seconds since 1970 UTC, and the spellings in which the documents write them.
//!
//! Owns calendar arithmetic. No clock is ever read: every time of a dump is computed from its seed and its stories.

/// Seconds in a minute.
pub(crate) const MINUTE: i64 = 60;
/// Seconds in an hour.
pub(crate) const HOUR: i64 = 3_600;
/// Seconds in a day.
pub(crate) const DAY: i64 = 86_400;

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A time of day on a calendar day, UTC.
struct Civil {
    year: i64,
    month: u32,
    day: u32,
    hour: u32,
    minute: u32,
    second: u32,
}

/// The time that `text` names, for constants of this crate: `2026-01-17T10:00:00Z` or `2026-01-17`.
///
/// Panics on any other form: a story with a misspelt time is a bug of the story.
pub(crate) fn at(text: &str) -> i64 {
    let number = |from: usize, to: usize| -> i64 {
        text.get(from..to)
            .and_then(|digits| digits.parse().ok())
            .expect("times of stories are written YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ")
    };
    let days = days_of(number(0, 4), number(5, 7), number(8, 10));
    if text.len() == 10 {
        return days * DAY;
    }
    days * DAY + number(11, 13) * HOUR + number(14, 16) * MINUTE + number(17, 19)
}

/// `2026-01-17T10:00:00Z`, as in CloudTrail's `eventTime`.
pub(crate) fn extended(time: i64) -> String {
    let c = civil(time);
    format!("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", c.year, c.month, c.day, c.hour, c.minute, c.second)
}

/// `20260117T100000Z`, as in the times of an RFC.
pub(crate) fn basic(time: i64) -> String {
    let c = civil(time);
    format!("{:04}{:02}{:02}T{:02}{:02}{:02}Z", c.year, c.month, c.day, c.hour, c.minute, c.second)
}

/// `20260117T1000Z`, as in the name of a delivered object.
pub(crate) fn delivery_minute(time: i64) -> String {
    let c = civil(time);
    format!("{:04}{:02}{:02}T{:02}{:02}Z", c.year, c.month, c.day, c.hour, c.minute)
}

/// `2026/01/17`, as in the key of a delivered object.
pub(crate) fn day_path(time: i64) -> String {
    let c = civil(time);
    format!("{:04}/{:02}/{:02}", c.year, c.month, c.day)
}

/// `Jan 17, 2026 10:00:00 AM`, the locale text in which STS writes `expiration`.
pub(crate) fn locale(time: i64) -> String {
    let c = civil(time);
    let (hour, half) = match c.hour {
        0 => (12, "AM"),
        1..=11 => (c.hour, "AM"),
        12 => (12, "PM"),
        _ => (c.hour - 12, "PM"),
    };
    let month = MONTHS[c.month as usize - 1];
    format!("{month} {}, {} {hour}:{:02}:{:02} {half}", c.day, c.year, c.minute, c.second)
}

fn civil(time: i64) -> Civil {
    let (days, seconds) = (time.div_euclid(DAY), time.rem_euclid(DAY) as u32);
    // Days to year, month, day in the Gregorian calendar, eras of 400 years beginning on 1 March.
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let day = (of_year - (153 * month_from_march + 2) / 5 + 1) as u32;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 } as u32;
    Civil {
        year: year_of_era + era * 400 + i64::from(month <= 2),
        month,
        day,
        hour: seconds / 3_600,
        minute: seconds / 60 % 60,
        second: seconds % 60,
    }
}

fn days_of(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings() {
        let time = at("2026-01-17T00:46:28Z");
        assert_eq!(extended(time), "2026-01-17T00:46:28Z");
        assert_eq!(basic(time), "20260117T004628Z");
        assert_eq!(delivery_minute(time), "20260117T0046Z");
        assert_eq!(day_path(time), "2026/01/17");
        assert_eq!(locale(time), "Jan 17, 2026 12:46:28 AM");
        assert_eq!(at("2024-02-29"), 1_709_164_800);
    }
}
