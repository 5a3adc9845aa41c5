//! Points in time as the sources spell them, in UTC with a stated precision.
//!
//! Owns: parsing and printing of every time spelling met in CloudTrail and AMS
//! records. Never reads a clock.

use serde::{Deserialize, Serialize};
use std::fmt;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Timelike, Utc};

/// A point in time, UTC, microseconds since 1970-01-01, with the number of
/// fraction digits that its source had (0 to 6).
///
/// Order and equality look at the instant alone.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct UtcTime {
    micros: i64,
    fraction_digits: u8,
}

impl PartialEq for UtcTime {
    fn eq(&self, other: &Self) -> bool {
        self.micros == other.micros
    }
}

impl Eq for UtcTime {}

impl PartialOrd for UtcTime {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for UtcTime {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.micros.cmp(&other.micros)
    }
}

impl std::hash::Hash for UtcTime {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.micros.hash(state);
    }
}

const MICROS_PER_S: i64 = 1_000_000;
const S_PER_DAY: i64 = 86_400;

impl UtcTime {
    /// From whole seconds since 1970-01-01 UTC.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self { micros: seconds * MICROS_PER_S, fraction_digits: 0 }
    }

    /// From microseconds since 1970-01-01 UTC, printed with all that is needed.
    pub const fn from_micros(micros: i64) -> Self {
        let fraction_digits = if micros % MICROS_PER_S == 0 {
            0
        } else if micros % 1_000 == 0 {
            3
        } else {
            6
        };
        Self { micros, fraction_digits }
    }

    /// The same time, printed with that many fraction digits, at most 6.
    #[must_use]
    pub const fn with_fraction_digits(self, digits: u8) -> Self {
        Self { micros: self.micros, fraction_digits: if digits > 6 { 6 } else { digits } }
    }

    /// Microseconds since 1970-01-01 UTC.
    pub const fn micros(self) -> i64 {
        self.micros
    }

    /// How many fraction digits its source had, 0 to 6.
    pub const fn fraction_digits(self) -> u8 {
        self.fraction_digits
    }

    /// Whole seconds since 1970-01-01 UTC, rounded down.
    pub const fn seconds(self) -> i64 {
        self.micros.div_euclid(MICROS_PER_S)
    }

    /// The same instant moved by `seconds`, which may be negative.
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self {
            micros: self.micros.saturating_add(seconds.saturating_mul(MICROS_PER_S)),
            fraction_digits: self.fraction_digits,
        }
    }

    /// The UTC day this instant lies in.
    pub const fn day(self) -> Day {
        Day(self.seconds().div_euclid(S_PER_DAY))
    }

    /// Reads any spelling met in the field; `None` if it is not one of them.
    ///
    /// Taken: RFC 3339 with `Z` or an offset and any fraction (`T` or a blank
    /// between date and time), ISO 8601 basic `20250101T000000Z`, a UTC time
    /// without zone as Lake prints it, `2025-01-01` alone (midnight), and the
    /// locale form of STS, `Jan 22, 2021 12:46:28 AM`.
    ///
    /// Source: facts/cloudtrail.md 1.1, 1.2 (eventTime, creationDate,
    /// expiration), 2.2 rows 11, 12, 18; facts/ams.md 3.7.
    pub fn parse(text: &str) -> Option<Self> {
        parse_cloudtrail(text.as_bytes()).or_else(|| parse_any(text.trim()))
    }
}

/// `YYYY-MM-DDTHH:MM:SSZ`, the one spelling of CloudTrail's eventTime, without
/// any allocation: every record of a dump passes here.
fn parse_cloudtrail(text: &[u8]) -> Option<UtcTime> {
    let [y0, y1, y2, y3, b'-', mo0, mo1, b'-', d0, d1, b'T', h0, h1, b':', mi0, mi1, b':', s0, s1, b'Z'] =
        *text
    else {
        return None;
    };
    let year = number(&[y0, y1, y2, y3])?;
    let month = number(&[mo0, mo1])?;
    let day = number(&[d0, d1])?;
    let hour = number(&[h0, h1])?;
    let minute = number(&[mi0, mi1])?;
    let second = number(&[s0, s1])?;
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
    let days = i64::from(date.to_epoch_days());
    let seconds = i64::from(hour * 3600 + minute * 60 + second);
    Some(UtcTime::from_seconds(days * S_PER_DAY + seconds))
}

fn number(digits: &[u8]) -> Option<u32> {
    digits
        .iter()
        .try_fold(0u32, |sum, &digit| digit.is_ascii_digit().then(|| sum * 10 + u32::from(digit - b'0')))
}

fn parse_any(text: &str) -> Option<UtcTime> {
    if !text.is_ascii() || text.len() < 8 || text.len() > 48 {
        return None;
    }
    if let Ok(zoned) = DateTime::parse_from_rfc3339(text) {
        return Some(from_chrono(zoned.with_timezone(&Utc), fraction_digits(text)));
    }
    for form in ["%Y-%m-%d %H:%M:%S%.f%:z", "%Y-%m-%dT%H:%M:%S%.f%z", "%Y%m%dT%H%M%S%z"] {
        if let Ok(zoned) = DateTime::parse_from_str(text, form) {
            return Some(from_chrono(zoned.with_timezone(&Utc), fraction_digits(text)));
        }
    }
    for form in [
        "%Y%m%dT%H%M%SZ",
        "%Y-%m-%d %H:%M:%S%.fZ",
        "%Y-%m-%d %H:%M:%S%.f",
        "%Y-%m-%dT%H:%M:%S%.f",
        "%b %d, %Y %I:%M:%S %p",
        "%b %d, %Y, %I:%M:%S %p",
    ] {
        if let Ok(naive) = NaiveDateTime::parse_from_str(text, form) {
            return Some(from_chrono(naive.and_utc(), fraction_digits(text)));
        }
    }
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    Some(UtcTime::from_seconds(i64::from(date.to_epoch_days()) * S_PER_DAY))
}

fn from_chrono(time: DateTime<Utc>, fraction_digits: u8) -> UtcTime {
    UtcTime { micros: time.timestamp_micros(), fraction_digits }
}

/// How many digits follow the decimal point, at most the six that are kept.
fn fraction_digits(text: &str) -> u8 {
    let Some((_, rest)) = text.split_once('.') else { return 0 };
    let digits = rest.bytes().take_while(u8::is_ascii_digit).take(6).count();
    u8::try_from(digits).expect("at most six")
}

impl fmt::Display for UtcTime {
    /// `YYYY-MM-DDTHH:MM:SSZ`, with a fraction only if the source had one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(time) = DateTime::<Utc>::from_timestamp_micros(self.micros) else {
            return write!(f, "@{}us", self.micros);
        };
        match four_digits(time.year()) {
            Some(year) => f.write_str(str::from_utf8(&to_the_second(year, &time)).unwrap_or_default())?,
            None => write!(f, "{}", time.format("%Y-%m-%dT%H:%M:%S"))?,
        }
        if self.fraction_digits > 0 {
            let micros = format!("{:06}", self.micros.rem_euclid(MICROS_PER_S));
            write!(f, ".{}", &micros[..usize::from(self.fraction_digits.min(6))])?;
        }
        f.write_str("Z")
    }
}

/// The digits of a year that has four of them.
fn four_digits(year: i32) -> Option<[u8; 4]> {
    let year = u32::try_from(year).ok().filter(|year| *year <= 9_999)?;
    let ([a, b], [c, d]) = (two_digits(year / 100), two_digits(year % 100));
    Some([a, b, c, d])
}

/// The two digits of a number below 100.
fn two_digits(number: u32) -> [u8; 2] {
    [number / 10, number % 10].map(|digit| b'0' + u8::try_from(digit).unwrap_or_default())
}

/// `YYYY-MM-DDTHH:MM:SS`, digit by digit: tables hold many times, and a pattern
/// that is parsed for each of them costs ten times as much.
fn to_the_second([y1, y2, y3, y4]: [u8; 4], time: &DateTime<Utc>) -> [u8; 19] {
    let [m1, m2] = two_digits(time.month());
    let [d1, d2] = two_digits(time.day());
    let [h1, h2] = two_digits(time.hour());
    let [n1, n2] = two_digits(time.minute());
    let [s1, s2] = two_digits(time.second());
    [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T', h1, h2, b':', n1, n2, b':', s1, s2]
}

/// A UTC day, counted from 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Day(pub i64);

impl Day {
    /// Reads `YYYY-MM-DD`.
    pub fn parse(text: &str) -> Option<Self> {
        let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
        Some(Self(i64::from(date.to_epoch_days())))
    }

    /// The first instant of the day.
    pub const fn start(self) -> UtcTime {
        UtcTime::from_seconds(self.0 * S_PER_DAY)
    }

    /// The day after.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Day {
    /// `YYYY-MM-DD`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.start().to_string();
        f.write_str(text.split('T').next().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_the_field_is_read() {
        let cases = [
            ("2023-07-10T11:42:18Z", "2023-07-10T11:42:18Z"),
            ("2023-07-10T11:42:18.250Z", "2023-07-10T11:42:18.250Z"),
            ("2023-07-10T11:42:18.000Z", "2023-07-10T11:42:18.000Z"),
            ("2022-02-08 09:23:37+11:00", "2022-02-07T22:23:37Z"),
            ("2022-02-08T09:23:37+0900", "2022-02-08T00:23:37Z"),
            ("20131102T010628Z", "2013-11-02T01:06:28Z"),
            ("2022-05-19 21:51:39.000", "2022-05-19T21:51:39.000Z"),
            ("Jan 22, 2021 12:46:28 AM", "2021-01-22T00:46:28Z"),
            ("2025-01-01", "2025-01-01T00:00:00Z"),
            ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
            ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"),
        ];
        for (text, expected) in cases {
            let read = UtcTime::parse(text).map(|time| time.to_string());
            assert_eq!(read.as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in ["", "2025-10-21TT00:52:27Z", "yesterday", "2025-13-01T00:00:00Z", "2025-02-30", "99"] {
            assert_eq!(UtcTime::parse(text), None, "{text}");
        }
    }

    #[test]
    fn days_are_utc() {
        let late = UtcTime::parse("2025-01-01T23:59:59Z").expect("a time");
        assert_eq!(late.day().to_string(), "2025-01-01");
        assert_eq!(late.plus_seconds(1).day().to_string(), "2025-01-02");
        assert_eq!(UtcTime::from_seconds(-1).day().to_string(), "1969-12-31");
    }
}
