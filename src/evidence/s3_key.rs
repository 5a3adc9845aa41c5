//! What the key of an object says about it: account, kind, region, day.
//!
//! Owns the grammar of S3 keys and CloudTrail file names. A key is a hint for
//! coverage and pruning; what an object *is*, its content tells.

use crate::model::id::{AccountId, Region};
use crate::model::time::{Day, UtcTime};
use serde::{Deserialize, Serialize};

/// What could be read from a key. Every part may be absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyFacts {
    /// The account whose logs the object holds.
    pub account_id: Option<AccountId>,
    /// The region whose logs the object holds.
    pub region: Option<Region>,
    /// The day of delivery.
    pub day: Option<Day>,
}

/// What the file name of a digest says of the chain it belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DigestName {
    /// The account whose logs it lists.
    pub account_id: AccountId,
    /// The region whose logs it lists.
    pub region: Region,
    /// The name of the trail.
    pub trail: String,
    /// The region in which the trail was made.
    pub home_region: Region,
    /// The end of the time it covers, `YYYYMMDDTHHMMSSZ`.
    pub end: String,
    /// Whether it belongs to the chain of logs left out at first.
    pub backfill: bool,
}

/// Reads the file name of a digest from both ends: the name of a trail may hold
/// `_`, `.` and `-`.
///
/// Source: facts/cloudtrail.md 2.1 (DIGEST).
pub fn digest_name(file: &str) -> Option<DigestName> {
    let stem = file.strip_suffix(".gz").unwrap_or(file).strip_suffix(".json")?;
    let (stem, backfill) = stem.strip_suffix("_backfill").map_or((stem, false), |stem| (stem, true));
    let (stem, end) = stem.rsplit_once('_')?;
    let (stem, home_region) = stem.rsplit_once('_')?;
    let (account, rest) = stem.split_once("_CloudTrail-Digest_")?;
    let (region, trail) = rest.split_once('_')?;
    let sound = is_region(region)
        && is_region(home_region)
        && !trail.is_empty()
        && end.len() == 16
        && stamp_day(end).is_some();
    sound.then_some(())?;
    Some(DigestName {
        account_id: AccountId::if_well_formed(account)?,
        region: Region::new(region),
        trail: trail.to_owned(),
        home_region: Region::new(home_region),
        end: end.to_owned(),
        backfill,
    })
}

/// When a log object was delivered, to the minute, from its file name
/// `<account>_CloudTrail_<region>_<YYYYMMDDTHHMM>Z…`.
///
/// Source: facts/cloudtrail.md 2.1 (LOG), 1.4.
pub fn delivered_at(path: &str) -> Option<UtcTime> {
    let file = path.rsplit(['/', '!']).next()?;
    let (_, rest) = file.split_once("_CloudTrail_")?;
    let stamp = rest.split('_').nth(1)?;
    stamp_day(stamp)?;
    UtcTime::parse(&format!("{}00Z", stamp.get(..13)?))
}

/// Reads a path inside a dump. Dumps often lose the leading part of a key, so
/// the longest suffix that fits is taken, and after it the file name alone.
///
/// Source: facts/cloudtrail.md 2.1 (KEY, LOG, DIGEST); facts/ams.md 8.
pub fn facts(path: &str) -> KeyFacts {
    let parts: Vec<&str> = path.split(['/', '!']).collect();
    let Some((file, folders)) = parts.split_last() else { return KeyFacts::default() };
    let mut facts = folder_facts(folders);
    let named = file_facts(file);
    facts.account_id = facts.account_id.or(named.account_id);
    facts.region = facts.region.or(named.region);
    facts.day = facts.day.or(named.day);
    facts
}

/// `…/<account>/<kind>/<region>/YYYY/MM/DD/`, read from its end.
fn folder_facts(folders: &[&str]) -> KeyFacts {
    let mut facts = KeyFacts::default();
    for window in folders.windows(3).rev() {
        if let [account, kind, region] = window
            && kind.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            && is_region(region)
            && let Some(account_id) = AccountId::if_well_formed(account)
        {
            facts.account_id = Some(account_id);
            facts.region = Some(Region::new(*region));
            break;
        }
    }
    for window in folders.windows(3).rev() {
        if let [year, month, day] = window
            && let Some(found) = day_of(year, month, day)
        {
            facts.day = Some(found);
            break;
        }
    }
    facts
}

fn day_of(year: &str, month: &str, day: &str) -> Option<Day> {
    let sound = year.len() == 4 && (1..=2).contains(&month.len()) && (1..=2).contains(&day.len());
    if !sound {
        return None;
    }
    Day::parse(&format!("{year}-{month:0>2}-{day:0>2}"))
}

/// `<account>_CloudTrail[-Kind]_<region>_…<YYYYMMDDTHHMM[SS]Z>…`.
fn file_facts(file: &str) -> KeyFacts {
    let mut facts = KeyFacts::default();
    let Some((account, rest)) = file.split_once('_') else { return facts };
    let Some(account_id) = AccountId::if_well_formed(account) else { return facts };
    let Some((_, rest)) = rest.split_once('_') else { return facts };
    let Some((region, rest)) = rest.split_once('_') else { return facts };
    if !is_region(region) {
        return facts;
    }
    facts.account_id = Some(account_id);
    facts.region = Some(Region::new(region));
    facts.day = rest.split(['_', '.']).find_map(stamp_day);
    facts
}

/// The day of `YYYYMMDDTHHMMZ` or `YYYYMMDDTHHMMSSZ`.
fn stamp_day(text: &str) -> Option<Day> {
    let (date, time) = text.split_once('T')?;
    let sound = date.len() == 8 && (time.len() == 5 || time.len() == 7) && time.ends_with('Z');
    if !sound || !date.is_ascii() {
        return None;
    }
    day_of(&date[..4], &date[4..6], &date[6..])
}

/// `[a-z]{2,5}(-[a-z]+)+-[0-9]{1,2}`.
fn is_region(text: &str) -> bool {
    let mut parts = text.split('-');
    let lower = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
    let Some(first) = parts.next() else { return false };
    let rest: Vec<&str> = parts.collect();
    let Some((number, names)) = rest.split_last() else { return false };
    lower(first)
        && (2..=5).contains(&first.len())
        && !names.is_empty()
        && names.iter().all(|name| lower(name))
        && (1..=2).contains(&number.len())
        && number.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether the date in a path lies in a range, half-open; a path without a date does.
pub fn is_of_days(path: &str, (from, to): (Option<Day>, Option<Day>)) -> bool {
    if from.is_none() && to.is_none() {
        return true;
    }
    let Some(day) = facts(path).day else { return true };
    from.is_none_or(|from| day >= from) && to.is_none_or(|to| day < to)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(path: &str) -> (Option<String>, Option<String>, Option<String>) {
        let facts = facts(path);
        (
            facts.account_id.map(|account| account.to_string()),
            facts.region.map(|region| region.to_string()),
            facts.day.map(|day| day.to_string()),
        )
    }

    fn all(account: &str, region: &str, day: &str) -> (Option<String>, Option<String>, Option<String>) {
        (Some(account.into()), Some(region.into()), Some(day.into()))
    }

    #[test]
    fn every_layout_of_the_field_is_read() {
        let log = "111122223333_CloudTrail_eu-west-1_20260102T0335Z_AbCdEfGhIjKlMnOp.json.gz";
        for prefix in [
            "bucket/AWSLogs/111122223333/CloudTrail/eu-west-1/2026/01/02/",
            "AWSLogs/o-exampleorg1/111122223333/CloudTrail/eu-west-1/2026/01/02/",
            "ams-a111122223333-log-management-eu-west-1/AWS/CloudTrail/AWSLogs/111122223333/CloudTrail/eu-west-1/2026/01/02/",
            "111122223333/CloudTrail/eu-west-1/2026/1/2/",
            "dump.zip!AWSLogs/111122223333/CloudTrail/eu-west-1/2026/01/02/",
            "",
        ] {
            assert_eq!(
                read(&format!("{prefix}{log}")),
                all("111122223333", "eu-west-1", "2026-01-02"),
                "{prefix}"
            );
        }
        let digest = "111122223333_CloudTrail-Digest_eu-west-1_my_trail.x_us-gov-west-1_20260101T011728Z_backfill.json.gz";
        assert_eq!(read(digest), all("111122223333", "eu-west-1", "2026-01-01"));
    }

    #[test]
    fn the_name_of_a_digest_is_read_from_both_ends() {
        let name = digest_name(
            "111122223333_CloudTrail-Digest_eu-west-1_my_trail.x_us-gov-west-1_20260101T011728Z_backfill.json.gz",
        )
        .expect("a digest's name");
        assert_eq!((name.trail.as_str(), name.home_region.as_str()), ("my_trail.x", "us-gov-west-1"));
        assert!(name.backfill);
        assert_eq!(name.end, "20260101T011728Z");
        assert_eq!(digest_name("digest.json.gz"), None);
        assert_eq!(digest_name("1_CloudTrail-Digest_x_y_z_20260101T011728Z.json"), None);
    }

    #[test]
    fn a_log_says_when_it_was_delivered() {
        let log = "a/111122223333_CloudTrail_eu-west-1_20260102T0335Z_AbCdEfGhIjKlMnOp.json.gz";
        assert_eq!(delivered_at(log), UtcTime::parse("2026-01-02T03:35:00Z"));
        assert_eq!(delivered_at("event_history.json"), None);
    }

    #[test]
    fn what_is_no_key_says_nothing() {
        for path in
            ["", "manifest.json", "a/b/c/d.json", "12/CloudTrail/eu-west-1/2026/13/02/x", "2026/1/é/x"]
        {
            assert_eq!(read(path), (None, None, None), "{path}");
        }
    }
}
