//! One of the two reports: its tables, and what its evidence covers.
//!
//! Owns: whether a report could have shown something. A day is covered if an
//! object with records of it was read; an object that both read covers what it
//! holds, whatever its day.

use std::collections::{BTreeMap, BTreeSet};

use crate::compare::Row;
use crate::correlate::Selection;
use crate::model::id::{AccountId, Region};
use crate::model::time::{Day, UtcTime};
use crate::readback::Tables;

/// What a run was asked for, as far as it bears on what its report can show.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// Rows to report.
    pub selection: Selection,
    /// Days in keys of objects: from (included) and to (not included).
    pub object_days: (Option<Day>, Option<Day>),
    /// The time it was told for, if one was given.
    pub as_of: Option<UtcTime>,
}

/// One report with its coverage.
pub struct Side<'t> {
    pub(super) tables: &'t Tables,
    /// `None` if its command line could not be understood.
    asked: Option<Asked>,
    /// The days of which records were read, by account and region.
    pub(super) days: BTreeMap<(String, String), BTreeSet<Day>>,
    /// The first and the last of them.
    pub(super) span: Option<(Day, Day)>,
    /// The rows of objects by path; those that are missing from the dump apart.
    pub(super) objects: BTreeMap<String, usize>,
    /// SHA-256 of what was read, as stored.
    pub(super) read: BTreeSet<String>,
    /// The time that its deadlines are compared with.
    pub(super) as_of: Option<UtcTime>,
}

/// Where and when something was.
pub(super) struct Spot {
    account: String,
    region: String,
    /// The region is that of the row itself, not of its object.
    own_region: bool,
    times: (Option<UtcTime>, Option<UtcTime>),
    sha256: String,
}

impl<'t> Side<'t> {
    /// A report, with what its run was asked for if that is known.
    pub fn of(tables: &'t Tables, asked: Option<Asked>) -> Self {
        let coverage = tables.grid("coverage");
        let mut days = BTreeMap::<(String, String), BTreeSet<Day>>::new();
        for row in (0..coverage.rows()).filter(|row| coverage.number(*row, "objects") > Some(0)) {
            let whose = (coverage.text(row, "account_id"), coverage.text(row, "region"));
            days.entry(whose).or_default().extend(Day::parse(&coverage.text(row, "day")));
        }
        let evidence = tables.grid("evidence");
        let there = |row: &usize| evidence.text(*row, "integrity") != "missing";
        let rows = (0..evidence.rows()).filter(there);
        let objects: BTreeMap<String, usize> =
            rows.map(|row| (evidence.text(row, "source_object"), row)).collect();
        let was_read = |row: &&usize| evidence.text(**row, "status") == "read";
        let read = objects.values().filter(was_read).map(|row| evidence.text(*row, "sha256"));
        let read: BTreeSet<String> = read.filter(|sha256| !sha256.is_empty()).collect();
        let all = || days.values().flatten().copied();
        let span = all().min().zip(all().max());
        let given = asked.as_ref().and_then(|asked| asked.as_of);
        let last = (0..coverage.rows()).filter_map(|row| coverage.time(row, "last_event_time")).max();
        Self { tables, asked, span, objects, read, as_of: given.or(last), days }
    }

    /// From when to when it has records, and what time it is told for.
    pub fn scope(&self) -> String {
        let span = self.span.map_or_else(
            || "no records of known time".to_owned(),
            |(first, last)| format!("records of {first} to {last}"),
        );
        self.as_of.map_or_else(|| span.clone(), |time| format!("{span}, told for {time}"))
    }

    /// The time that its deadlines are compared with.
    pub const fn as_of(&self) -> Option<UtcTime> {
        self.as_of
    }

    /// Where and when a row of this report was; the place of its object tells
    /// the region where the row has none.
    pub(super) fn spot(&self, row: &Row<'_>, times: (Option<UtcTime>, Option<UtcTime>)) -> Spot {
        let evidence = self.tables.grid("evidence");
        let object = self.objects.get(&row.text("source_object")).copied();
        let of_object =
            |column: &str| object.map_or_else(String::new, |object| evidence.text(object, column));
        let region = row.text("region");
        let own_region = !region.is_empty();
        Spot {
            account: row.text("account_id"),
            region: if own_region { region } else { of_object("region") },
            own_region,
            times,
            sha256: of_object("sha256"),
        }
    }

    /// Why this report could not have shown what was there; `None` if it could.
    pub(super) fn lacks(&self, spot: &Spot) -> Option<String> {
        let Some(Asked { selection, .. }) = &self.asked else {
            return Some("what that report was to select is not known".to_owned());
        };
        let (first, last) = spot.times;
        if !selection.holds(first, last) {
            return Some("left out by --from or --to".to_owned());
        }
        let account = Some(AccountId::from(spot.account.as_str())).filter(|_| !spot.account.is_empty());
        if !selection.holds_account(account.as_ref()) {
            return Some("left out by --account".to_owned());
        }
        let region = Some(Region::from(spot.region.as_str())).filter(|_| spot.own_region);
        if !selection.holds_region(region.as_ref()) {
            return Some("left out by --region".to_owned());
        }
        if self.read.contains(&spot.sha256) {
            return None;
        }
        let Some(day) = first.or(last).map(UtcTime::day) else {
            return Some("no time tells whether the evidence covers it".to_owned());
        };
        let here = |(account, region): &(String, String)| {
            (spot.account.is_empty() || *account == spot.account)
                && (spot.region.is_empty() || *region == spot.region)
        };
        let covered = self.days.iter().any(|(whose, days)| here(whose) && days.contains(&day));
        let place: Vec<&str> =
            [&*spot.account, &*spot.region].into_iter().filter(|part| !part.is_empty()).collect();
        (!covered).then(|| format!("no record of {day} was read for {}", place.join(", ")))
    }

    /// Whether its dump holds that object, at its path or elsewhere.
    pub(super) fn holds(&self, object: &str, spot: &Spot) -> bool {
        self.objects.contains_key(object) || self.read.contains(&spot.sha256)
    }

    /// Whether the days of which this report was to have objects hold this one:
    /// those of its records, without those that its flags leave out.
    pub(super) fn spans(&self, day: Day) -> bool {
        let (from, to) = self.asked.as_ref().map_or((None, None), |asked| asked.object_days);
        let inside = self.span.is_some_and(|(first, last)| (first..=last).contains(&day));
        inside && from.is_none_or(|from| day >= from) && to.is_none_or(|to| day < to)
    }
}
