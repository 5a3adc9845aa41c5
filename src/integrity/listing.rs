//! The log objects that digests list, against those that the dump holds.
//!
//! Owns how a listed key finds its object, and the verdict on each. A log is
//! worth what the best digest that lists it is worth.

use std::collections::BTreeMap;

use crate::evidence::s3_key;
use crate::integrity::digest::Listed;
use crate::integrity::place::{file, is_at_home, shared_parts};
use crate::integrity::standing::{Sheet, Standing};
use crate::integrity::{Assessment, Mark, Missing, Packing, Stored};
use crate::model::evidence::ObjectPath;
use crate::model::hash::ContentHash;
use crate::model::id::{AccountId, Region};
use crate::model::object::Integrity;
use crate::model::problem::{Problem, ProblemKind};
use crate::model::time::{Day, UtcTime};

/// A log object that a digest lists, with the verdict on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedLog {
    /// `s3://bucket/key`, as it is listed.
    pub url: String,
    /// The chain of the digest, as an index into the chains.
    pub chain: usize,
    /// What the digest is worth that lists it.
    pub standing: Standing,
    /// What was found.
    pub state: LogState,
}

/// What was found of a listed log object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogState {
    /// Its content is the listed one.
    Same,
    /// Its content is another one.
    Other,
    /// It is no sound gzip, and its content is not the listed one.
    NotGzip,
    /// Its first gzip member is the listed one, and more follows.
    Followed,
    /// It could not be read to its end.
    NotRead,
    /// The dump does not hold it.
    Missing,
    /// The choice of dates left it unopened.
    LeftOut,
}

/// Minutes by which the time in a log's name may precede its delivery.
///
/// Source: facts/cloudtrail.md 3.1 (a real sample is 2 minutes early), 1.4.
const NAME_EARLY_S: i64 = 5 * 60;

/// Finds objects by file name, and by hash where they were renamed.
struct Finder<'a> {
    objects: &'a [Stored<'a>],
    by_file: BTreeMap<&'a str, Vec<usize>>,
    by_hash: BTreeMap<ContentHash, Vec<usize>>,
}

impl<'a> Finder<'a> {
    fn new(objects: &'a [Stored<'a>]) -> Self {
        let (mut by_file, mut by_hash) = (BTreeMap::<_, Vec<usize>>::new(), BTreeMap::<_, Vec<usize>>::new());
        for (index, stored) in objects.iter().enumerate() {
            by_file.entry(file(stored.object.path.as_str())).or_default().push(index);
            if !stored.object.inflated_sha256.is_none() {
                by_hash.entry(stored.object.inflated_sha256).or_default().push(index);
            }
        }
        Self { objects, by_file, by_hash }
    }

    /// The objects that can be the listed one: all that lie equally well, else
    /// any with its very content.
    fn find(&self, listed: &Listed) -> Vec<usize> {
        let path = |index: usize| self.objects[index].object.path.as_str();
        let named = self.by_file.get(file(&listed.object)).into_iter().flatten().copied();
        let at_home: Vec<usize> = named.filter(|&index| is_at_home(path(index), &listed.object)).collect();
        let best = at_home.iter().map(|&index| shared_parts(path(index), &listed.object)).max();
        let found: Vec<usize> = at_home
            .into_iter()
            .filter(|&index| Some(shared_parts(path(index), &listed.object)) == best)
            .collect();
        if found.is_empty() {
            return self.by_hash.get(&ContentHash::of_hex(&listed.sha256)).cloned().unwrap_or_default();
        }
        found
    }
}

/// Compares every listed log object with the dump.
pub(crate) fn compare(
    sheets: &[Sheet<'_>],
    standings: &[Standing],
    (objects, left_out): (&[Stored<'_>], &[ObjectPath]),
    done: &mut Assessment,
) {
    let finder = Finder::new(objects);
    let mut unopened = BTreeMap::<&str, Vec<&str>>::new();
    for path in left_out {
        unopened.entry(file(path.as_str())).or_default().push(path.as_str());
    }
    for group in listings(sheets, standings) {
        let best = &group[0];
        listed_twice(&group, done);
        let found = finder.find(best.log);
        let is_unopened = || {
            let named = unopened.get(file(&best.log.object)).into_iter().flatten();
            named.into_iter().any(|path| is_at_home(path, &best.log.object))
        };
        let state = match found.as_slice() {
            [] if is_unopened() => LogState::LeftOut,
            [] => {
                missing(best, done);
                LogState::Missing
            }
            found => found
                .iter()
                .map(|&index| one(best, index, objects, done))
                .max_by_key(gravity)
                .unwrap_or(LogState::Missing),
        };
        if !matches!(state, LogState::Same | LogState::Followed) {
            let (place, day) = delivery(best);
            done.hours.entry(place).or_default().unread.insert(day);
        }
        if best.standing.is_invalid() && state != LogState::LeftOut {
            let detail = format!("only a digest that failed its own check lists it: {}", best.sheet.path);
            let path = found
                .first()
                .map_or_else(|| missing_path(best.log), |&index| objects[index].object.path.clone());
            done.problems.push(Problem::of_object(&path, ProblemKind::ListedByInvalidDigest, detail));
        }
        done.logs.push(ListedLog {
            url: format!("s3://{}/{}", best.log.bucket, best.log.object),
            chain: best.chain,
            standing: best.standing,
            state,
        });
    }
}

/// One entry of one digest.
#[derive(Clone, Copy)]
struct Listing<'a> {
    log: &'a Listed,
    sheet: &'a Sheet<'a>,
    standing: Standing,
    chain: usize,
}

/// The listings of each log object, the most trusted first.
fn listings<'a>(sheets: &'a [Sheet<'a>], standings: &[Standing]) -> Vec<Vec<Listing<'a>>> {
    let mut by_place = BTreeMap::<(&str, &str), Vec<Listing<'a>>>::new();
    let mut chain = 0;
    for (at, sheet) in sheets.iter().enumerate() {
        if at > 0 && sheets[at - 1].chain() != sheet.chain() {
            chain += 1;
        }
        for log in &sheet.digest.logs {
            let one = Listing { log, sheet, standing: standings[at], chain };
            by_place.entry((&log.bucket, &log.object)).or_default().push(one);
        }
    }
    by_place
        .into_values()
        .map(|mut all| {
            all.sort_by_key(|listing| std::cmp::Reverse(listing.standing));
            all
        })
        .collect()
}

fn listed_twice(group: &[Listing<'_>], done: &mut Assessment) {
    let [first, second, ..] = group else { return };
    let agree = group.iter().all(|listing| listing.log.sha256 == first.log.sha256);
    let how = if agree { "with one hash" } else { "with different hashes" };
    let detail = format!("{} is also listed by {}, {how}", first.log.object, first.sheet.path);
    done.problems.push(Problem::of_object(second.sheet.path, ProblemKind::ListedTwice, detail));
}

fn missing_path(log: &Listed) -> ObjectPath {
    ObjectPath::new(format!("{}/{}", log.bucket, log.object))
}

/// Where and on which day a listed log was delivered.
fn delivery(listing: &Listing<'_>) -> ((AccountId, Region), Day) {
    let name = &listing.sheet.digest.name;
    let day = s3_key::facts(&listing.log.object).day.unwrap_or(listing.sheet.digest.start.day());
    ((name.account_id.clone(), name.region.clone()), day)
}

fn missing(listing: &Listing<'_>, done: &mut Assessment) {
    let path = missing_path(listing.log);
    let note = format!("the digest {} lists it", listing.sheet.path);
    let ((account_id, region), day) = delivery(listing);
    let hours = done.hours.entry((account_id.clone(), region.clone())).or_default();
    *hours.missing.entry(day).or_default() += 1;
    done.problems.push(Problem::of_object(&path, ProblemKind::MissingObject, note.clone()));
    done.missing.push(Missing {
        path,
        account_id: Some(account_id),
        region: Some(region),
        format: "cloudtrail_delivery",
        note,
    });
}

/// Of several copies, the worst is the one to tell of.
fn gravity(state: &LogState) -> u8 {
    match state {
        LogState::Same | LogState::LeftOut | LogState::Missing => 0,
        LogState::NotRead => 1,
        LogState::Followed => 2,
        LogState::Other | LogState::NotGzip => 3,
    }
}

/// The verdict on one object that a digest lists.
fn one(listing: &Listing<'_>, index: usize, objects: &[Stored<'_>], done: &mut Assessment) -> LogState {
    let stored = objects[index];
    let object = stored.object;
    let wanted = listing.log.sha256.as_str();
    let worth = match listing.standing {
        Standing::Signed => Integrity::Signed,
        Standing::Anchored => Integrity::HashChained,
        Standing::Unverified | Standing::Invalid(_) => Integrity::HashListed,
    };
    let (state, integrity) = match stored.first_member {
        Some(first) if first.inflated_sha256 == wanted => (LogState::Followed, Integrity::TrailingData),
        _ if object.inflated_sha256 == wanted => (LogState::Same, worth),
        _ if stored.packing == Packing::NotRead => (LogState::NotRead, Integrity::HashListed),
        _ => {
            let no_gzip = stored.packing == Packing::Broken
                || (stored.packing == Packing::Plain && listing.log.object.ends_with(".gz"));
            (if no_gzip { LogState::NotGzip } else { LogState::Other }, Integrity::Modified)
        }
    };
    if stored.first_member.is_some() && state != LogState::Same {
        done.first_member_only.insert(index);
    }
    let by = listing.sheet.path;
    let note = match state {
        LogState::Other | LogState::NotGzip => {
            let detail = format!("its content is not the one that the digest {by} lists: SHA-256 {wanted}");
            done.problems.push(Problem::of_object(&object.path, ProblemKind::ModifiedObject, detail));
            String::new()
        }
        LogState::NotRead => return state,
        _ if listing.standing.is_invalid() => format!("listed only by the invalid digest {by}"),
        _ if !is_at_home(object.path.as_str(), &listing.log.object) => {
            format!("found by its hash: its digest lists it as {}", listing.log.object)
        }
        _ => String::new(),
    };
    if state == LogState::Same {
        times(listing, &stored, done);
    }
    done.marks.entry(index).or_insert(Mark { integrity, note });
    state
}

/// The times that a digest states for a log whose hash is right.
fn times(listing: &Listing<'_>, stored: &Stored<'_>, done: &mut Assessment) {
    let object = stored.object;
    let stated = (listing.log.oldest, listing.log.newest);
    let found = (object.first_event_time, object.last_event_time);
    if let ((Some(oldest), Some(newest)), (Some(first), Some(last))) = (stated, found)
        && (oldest, newest) != (first, last)
    {
        let detail = format!(
            "the digest {} states events from {oldest} to {newest}; its records are from {first} to {last}",
            listing.sheet.path
        );
        done.problems.push(Problem::of_object(&object.path, ProblemKind::DigestTimesDiffer, detail));
    }
}

/// Log objects that no digest lists: suspect where a digest covers their
/// delivery, else merely not covered.
pub(crate) fn unreferenced(objects: &[Stored<'_>], done: &mut Assessment) {
    for (index, stored) in objects.iter().enumerate() {
        let object = stored.object;
        let unread = stored.packing == Packing::NotRead;
        if object.format != "cloudtrail_delivery" || unread || done.marks.contains_key(&index) {
            continue;
        }
        let covered = covered(stored, done);
        let integrity = if covered { Integrity::Unreferenced } else { Integrity::NoDigest };
        if covered {
            let detail = "digests cover its region and time, and none lists it";
            done.problems.push(Problem::of_object(&object.path, ProblemKind::UnreferencedObject, detail));
            done.unreferenced.push(object.path.clone());
        }
        done.marks.insert(index, Mark { integrity, note: String::new() });
    }
}

/// Whether digests cover the delivery of an object, by its own name.
fn covered(stored: &Stored<'_>, done: &Assessment) -> bool {
    let object = stored.object;
    let (Some(account), Some(region)) = (&object.account_id, &object.region) else { return false };
    let Some(hours) = done.hours.get(&(account.clone(), region.clone())) else { return false };
    let path = object.path.as_str();
    let at = |time: UtcTime| hours.covers(time) && hours.covers(time.plus_seconds(NAME_EARLY_S));
    let on = |day: Day| hours.touches(day);
    s3_key::delivered_at(path).map_or_else(|| s3_key::facts(path).day.is_some_and(on), at)
}
