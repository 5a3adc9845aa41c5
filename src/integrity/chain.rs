//! Chains of digests: what each link says of the next, and what lacks.
//!
//! Owns gaps, restarts, missing digests and ends that come too early. The worth
//! of each digest by itself is `standing`'s to say.

use std::collections::{BTreeMap, BTreeSet};

use crate::integrity::digest::Previous;
use crate::integrity::place::file;
use crate::integrity::standing::{Fault, Sheet, Standing};
use crate::integrity::{Assessment, Mark, Missing, Stored};
use crate::model::evidence::ObjectPath;
use crate::model::id::{AccountId, Region};
use crate::model::object::Integrity;
use crate::model::problem::{Problem, ProblemKind};
use crate::model::time::UtcTime;

/// The digests of one account, region and trail, one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    /// The account whose logs it lists.
    pub account_id: AccountId,
    /// The region whose logs it lists.
    pub region: Region,
    /// The name of the trail.
    pub trail: String,
    /// The region in which the trail was made.
    pub home_region: Region,
    /// Whether it lists logs that were left out at first.
    pub backfill: bool,
    /// The organisation whose trail it is, told from its keys.
    pub organization: Option<String>,
    /// Its digests, oldest first.
    pub digests: Vec<ChainDigest>,
    /// Digests that it names and the dump does not hold, as `s3://bucket/key`.
    pub missing: Vec<String>,
    /// Stretches between its first and last digest that none covers.
    pub gaps: Vec<(UtcTime, UtcTime)>,
}

/// One digest of a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainDigest {
    /// `s3://bucket/key`, as it states itself.
    pub url: String,
    /// Start of the time it covers.
    pub start: UtcTime,
    /// End of the time it covers, not included.
    pub end: UtcTime,
    /// Names the key that signed it.
    pub fingerprint: String,
    /// What it is worth.
    pub standing: Standing,
    /// Whether its key is known.
    pub has_key: bool,
    /// Where it lies in the dump.
    pub path: ObjectPath,
}

/// Seconds that a chain may end before the last events of its account: digests
/// are written every hour, and delivered within the next.
///
/// Source: facts/cloudtrail.md 3.5 check n.
const TAIL_S: i64 = 2 * 3600;

/// Seconds between two digests below which nothing is missing.
const SEAM_S: i64 = 1;

/// Follows every chain from link to link.
pub(crate) fn follow(
    sheets: &[Sheet<'_>],
    (standings, worths): (&[Standing], &[Standing]),
    (objects, left_out): (&[Stored<'_>], &[ObjectPath]),
    done: &mut Assessment,
) {
    let lacking: BTreeSet<ObjectPath> = done
        .problems
        .iter()
        .filter(|problem| problem.kind == ProblemKind::NoPublicKey)
        .map(|problem| problem.object.clone())
        .collect();
    let without_key: BTreeSet<&str> = sheets
        .iter()
        .filter(|sheet| lacking.contains(sheet.path))
        .map(|sheet| sheet.digest.fingerprint.as_str())
        .collect();
    // Digests that are there but cannot be read, or were left out by choice.
    let there: BTreeSet<&str> =
        done.refused.iter().chain(left_out).map(|path| file(path.as_str())).map(stem).collect();
    let there: BTreeSet<String> = there.into_iter().map(ToOwned::to_owned).collect();
    let mut at = 0;
    for group in sheets.chunk_by(|a, b| a.chain() == b.chain()) {
        let (standings, worths) = (&standings[at..at + group.len()], &worths[at..at + group.len()]);
        at += group.len();
        let mut chain = chain_of(group, standings, &without_key);
        for (sheet, judged) in group.iter().zip(standings.iter().zip(worths)) {
            mark(sheet, judged, objects, done);
        }
        for pair in group.windows(2) {
            links(pair, &mut chain, done);
        }
        missing(group, &there, &mut chain, done);
        hash_contradictions(group, standings, done);
        unsigned_tail(&chain, done);
        done.chains.push(chain);
    }
}

fn stem(file: &str) -> &str {
    file.split(".json").next().unwrap_or(file)
}

fn chain_of(group: &[Sheet<'_>], standings: &[Standing], without_key: &BTreeSet<&str>) -> Chain {
    let first = group[0].digest;
    let name = &first.name;
    let digests = group
        .iter()
        .zip(standings)
        .map(|(sheet, standing)| ChainDigest {
            url: sheet.digest.url(),
            start: sheet.digest.start,
            end: sheet.digest.end,
            fingerprint: sheet.digest.fingerprint.clone(),
            standing: *standing,
            has_key: !without_key.contains(sheet.digest.fingerprint.as_str()),
            path: sheet.path.clone(),
        })
        .collect();
    Chain {
        account_id: name.account_id.clone(),
        region: name.region.clone(),
        trail: name.trail.clone(),
        home_region: name.home_region.clone(),
        backfill: name.backfill,
        organization: first.organization().map(ToOwned::to_owned),
        digests,
        missing: Vec::new(),
        gaps: Vec::new(),
    }
}

/// The word for a digest itself, and the problems it has by itself.
fn mark(
    sheet: &Sheet<'_>,
    (standing, worth): (&Standing, &Standing),
    objects: &[Stored<'_>],
    done: &mut Assessment,
) {
    let (integrity, note) = match *standing {
        Standing::Signed => (Integrity::Signed, ""),
        Standing::Anchored => (Integrity::HashChained, ""),
        Standing::Unverified => {
            (Integrity::HashListed, "neither its signature nor a later digest speaks for it")
        }
        Standing::Invalid(Fault::Signature) => {
            (Integrity::Modified, "its signature is not that of its content")
        }
        Standing::Invalid(Fault::Hash) => (Integrity::Modified, "the next digest lists another hash for it"),
        Standing::Invalid(Fault::Moved) => {
            (Integrity::Modified, "it does not lie where it says it was written")
        }
        Standing::Invalid(Fault::Algorithm) => {
            (Integrity::Modified, "it names an algorithm that no digest uses")
        }
    };
    for &index in &sheet.objects {
        done.marks.insert(index, Mark { integrity, note: note.to_owned() });
        if standing.is_invalid() {
            let path = &objects[index].object.path;
            done.problems.push(Problem::of_object(path, ProblemKind::InvalidDigest, note));
        }
    }
    let stands = "with each algorithm by the only name known for it, its content is the one that its signature, or \
                  the hash in the next digest, speaks for: the logs it lists were checked by its list";
    let oddities = sheet.digest.oddities.iter().map(String::as_str);
    for oddity in oddities.chain((worth > standing).then_some(stands)) {
        done.problems.push(Problem::of_object(sheet.path, ProblemKind::InconsistentDigest, oddity));
    }
}

/// What lies between two digests that follow each other in time.
fn links(pair: &[Sheet<'_>], chain: &mut Chain, done: &mut Assessment) {
    let [older, newer] = pair else { return };
    let (before, after) = (older.digest, newer.digest);
    let mut problem = |kind, detail: String| {
        done.problems.push(Problem::of_object(newer.path, kind, detail));
    };
    if before.end == after.end {
        let detail = format!("another digest of its chain ends at the same time: {}", older.path);
        return problem(ProblemKind::InconsistentDigest, detail);
    }
    // Backfill digests are written when there is something to add.
    if chain.backfill {
        return;
    }
    let restart = after.previous.is_none();
    if restart {
        let detail = format!(
            "its chain begins anew here, {} after the digest that ended {}: logging or validation was off; \
             look for StopLogging, DeleteTrail, or UpdateTrail with enableLogFileValidation=false",
            if after.start == before.end { "right" } else { "some time" },
            before.end
        );
        problem(ProblemKind::ChainRestart, detail);
    }
    let gap = after.start.seconds().saturating_sub(before.end.seconds());
    if gap > SEAM_S {
        chain.gaps.push((before.end, after.start));
        let hours = gap.saturating_add(1800) / 3600;
        let detail =
            format!("no digest covers {} to {}: about {} hours", before.end, after.start, hours.max(1));
        problem(ProblemKind::DigestGap, detail);
    } else if gap < -SEAM_S {
        let detail =
            format!("it begins at {}, before the digest before it ends, at {}", after.start, before.end);
        problem(ProblemKind::InconsistentDigest, detail);
    }
    let names_it = |previous: &Previous| previous.bucket == before.bucket && previous.object == before.object;
    if after.previous.as_ref().is_some_and(|previous| !names_it(previous)) && gap <= SEAM_S {
        let detail = format!("it does not name the digest before it, {}, as the previous one", older.path);
        problem(ProblemKind::InconsistentDigest, detail);
    }
}

/// Digests that are named and not there. The one before a chain's first is
/// outside what was exported.
fn missing(group: &[Sheet<'_>], there: &BTreeSet<String>, chain: &mut Chain, done: &mut Assessment) {
    let held: BTreeSet<(&str, &str)> =
        group.iter().map(|sheet| (sheet.digest.bucket.as_str(), sheet.digest.object.as_str())).collect();
    let mut named = BTreeMap::new();
    for sheet in &group[1..] {
        let Some(previous) = &sheet.digest.previous else { continue };
        let held = held.contains(&(previous.bucket.as_str(), previous.object.as_str()));
        if !held && !there.contains(stem(file(&previous.object))) {
            named.entry((&previous.bucket, &previous.object)).or_insert(sheet);
        }
    }
    for ((bucket, object), sheet) in named {
        let path = ObjectPath::new(format!("{bucket}/{object}"));
        let note = format!("the digest {} names it as the one before it", sheet.path);
        done.problems.push(Problem::of_object(&path, ProblemKind::MissingDigest, note.clone()));
        chain.missing.push(format!("s3://{bucket}/{object}"));
        done.missing.push(Missing {
            path,
            account_id: Some(chain.account_id.clone()),
            region: Some(chain.region.clone()),
            format: "cloudtrail_digest",
            note,
        });
    }
}

/// Digests that verify though the next one lists another hash for them.
fn hash_contradictions(group: &[Sheet<'_>], standings: &[Standing], done: &mut Assessment) {
    let by_place: BTreeMap<_, _> = group
        .iter()
        .zip(standings)
        .map(|(sheet, standing)| ((&sheet.digest.bucket, &sheet.digest.object), (sheet, standing)))
        .collect();
    for (sheet, standing) in group.iter().zip(standings) {
        let Some(previous) = &sheet.digest.previous else { continue };
        let Some((before, worth)) = by_place.get(&(&previous.bucket, &previous.object)) else { continue };
        if **worth == Standing::Signed && !standing.is_invalid() && before.sha256 != previous.sha256 {
            let detail = format!("it lists another hash for {}, whose signature verifies", before.path);
            done.problems.push(Problem::of_object(sheet.path, ProblemKind::InconsistentDigest, detail));
        }
    }
}

fn unsigned_tail(chain: &Chain, done: &mut Assessment) {
    let Some(last) = chain.digests.last() else { return };
    if last.standing == Standing::Unverified && last.has_key {
        let detail = "the newest digest of its chain: its signature is kept in the metadata of the S3 object \
                      alone; save it with `aws s3api head-object`, or export a later digest";
        done.problems.push(Problem::of_object(&last.path, ProblemKind::UnsignedTail, detail));
    }
}

/// Chains that end well before the events of their account and region, or
/// before the other chains of their trail: a chain whose newest digests were
/// deleted still verifies.
pub(crate) fn cut_short(sheets: &[Sheet<'_>], objects: &[Stored<'_>], done: &mut Assessment) {
    let mut events = BTreeMap::<(&AccountId, &Region), UtcTime>::new();
    for stored in objects.iter().filter(|stored| stored.object.format == "cloudtrail_delivery") {
        let object = stored.object;
        if let (Some(account), Some(region), Some(last)) =
            (&object.account_id, &object.region, object.last_event_time)
        {
            let latest = events.entry((account, region)).or_insert(last);
            *latest = last.max(*latest);
        }
    }
    let mut of_trail = BTreeMap::<(&AccountId, &str), UtcTime>::new();
    for sheet in sheets {
        let name = &sheet.digest.name;
        let end = sheet.digest.end;
        let latest = of_trail.entry((&name.account_id, name.trail.as_str())).or_insert(end);
        *latest = end.max(*latest);
    }
    for group in sheets.chunk_by(|a, b| a.chain() == b.chain()) {
        let (Some(last), name) = (group.last(), &group[0].digest.name) else { continue };
        if name.backfill {
            continue;
        }
        let end = last.digest.end;
        let limit = end.plus_seconds(TAIL_S);
        let event = events.get(&(&name.account_id, &name.region)).filter(|time| **time > limit);
        let other = of_trail.get(&(&name.account_id, name.trail.as_str())).filter(|time| **time > limit);
        let detail = match (event, other) {
            (Some(event), _) => format!("its chain ends at {end}, but events go on until {event}"),
            (None, Some(other)) => format!(
                "its chain ends at {end}, but other chains of trail {} go on until {other}",
                name.trail
            ),
            (None, None) => continue,
        };
        let detail = format!("{detail}: newer digests were not exported, or were deleted");
        done.problems.push(Problem::of_object(last.path, ProblemKind::ChainCutShort, detail));
    }
}
