//! What all objects gave, put together: copies removed, one order, one scope.
//!
//! Every removal is counted. Knows events and rows, not how they were read.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::correlate::{Sources, Wanted};
use crate::examine::{Examined, Examiner};
use crate::integrity::{Assessment, Missing};
use crate::lake::Placed;
use crate::model::coverage::{Counts, CoverageDay};
use crate::model::event::{Event, in_order};
use crate::model::evidence::ObjectPath;
use crate::model::hit::{Detected, Hit};
use crate::model::id::{AccountId, Region};
use crate::model::inventory::{Inventory, Recording};
use crate::model::object::{Integrity, Object, ObjectStatus};
use crate::model::problem::{Problem, ProblemKind};
use crate::model::report::Scope;
use crate::runs::{Filling, Room, Runs, Spool, Spooled};
use crate::tally::Days;
use crate::timeline::{Copies, Location, RowCopies};

/// Everything that correlation needs, and the table of events if asked for.
#[derive(Debug)]
pub struct Gathered {
    /// What correlation starts from.
    pub sources: Sources,
    /// The kept events in order, if they make a table.
    pub events: Option<Vec<Event>>,
    /// Of each object with rows in the table of all events, where it lies.
    pub placed: Vec<(u32, Placed)>,
    /// Which rows of that table are copies.
    pub row_copies: RowCopies,
}

/// Puts together what the objects gave. `ids` names the event ids of records
/// that were looked at twice.
pub fn gather(
    (examined, copies, ids): (Vec<Box<Examined>>, &Copies, &BTreeMap<Location, String>),
    (wanted, examiner, room): (&Wanted, &Examiner<'_>, &Arc<Room>),
    events_table: bool,
    assessment: Assessment,
) -> Gathered {
    let mut days = Days::default();
    for one in &examined {
        examiner.spool.rows(&one.put_by).iter().for_each(|one| days.add(&one.tally));
    }
    let mut coverage = days.coverage(assessment.days());
    note_hours(&mut coverage, &assessment);
    let mut scope = scope(&examined, days, copies);
    let placed = placed(&examined);
    let rows = examined.iter().map(|one| one.calls).sum::<u64>() - copies.rows.dropped.len() as u64;
    // Only records show what was done: a digest alone brings no account into scope.
    let days = || coverage.iter().filter(|day| day.records > 0);
    scope.accounts = days().map(|day| day.account_id.clone()).collect::<BTreeSet<AccountId>>();
    scope.regions = days().map(|day| day.region.clone()).collect::<BTreeSet<Region>>();
    let mut problems: Vec<Problem> = conflicts(&examined, copies, ids);
    let (mut objects, mut events, mut rfc_records) = (Vec::new(), Vec::new(), Vec::new());
    events.reserve_exact(examined.iter().map(|one| one.events.len()).sum());
    let mut hits = Vec::with_capacity(examined.iter().map(|one| one.hits.len()).sum());
    let mut inventory = Inventory::default();
    let (mut plain, mut more) = (Vec::new(), Vec::new());
    for (index, mut one) in examined.into_iter().enumerate() {
        let index = u32::try_from(index).expect("a dump holds fewer than 2^32 objects");
        let mut object = one.object;
        object.duplicates = copies.per_object.get(&index).copied().unwrap_or(0);
        objects.push(object);
        let given = one.seldom.take();
        problems.extend(given.problems);
        rfc_records.extend(given.rfc_records);
        hits.extend(one.hits.into_iter().filter(|hit| is_original(hit, index, copies)));
        given.inventory.into_iter().for_each(|told| inventory.extend(*told));
        events.extend(one.events.into_iter().filter_map(|event| original(event, index, copies)));
        plain.extend((!one.plain.is_empty()).then_some((index, one.plain)));
        more.extend((!one.more_hits.is_empty()).then_some((index, one.more_hits)));
    }
    mark_integrity(&mut objects, &assessment);
    let plain = passing(plain, (copies, &objects), (wanted, &examiner.spool, room), &mut events);
    let more = passing_hits(more, (copies, &objects), (&examiner.spool, room));
    grade(&mut events, &mut hits, &objects);
    problems.extend(assessment.problems);
    objects.extend(assessment.missing.into_iter().map(missing));
    objects.sort_by(|a, b| a.path.cmp(&b.path));
    if !objects.iter().any(holds_evidence) {
        let detail = "the paths given hold no CloudTrail record and no RFC that could be read";
        problems.push(Problem::of_object(&ObjectPath::new("."), ProblemKind::NoEvidence, detail));
    }
    problems.sort();
    events.sort_by(in_order);
    if !placed.is_empty() {
        // Every event stands in a table: none is only counted.
        let more = rows - (events.len() + plain.len()) as u64;
        scope.counts.kept += more;
        scope.counts.counted_only -= more;
    }
    let table = events_table.then(|| in_one_table(&events, &plain));
    scope.account_names = inventory.account_names();
    scope.recording = Recording::of(&inventory.trails);
    let detected = Detected { hits, more, ..Detected::default() };
    let sources = Sources {
        events,
        plain,
        detected,
        rfc_records,
        inventory,
        coverage,
        scope,
        objects,
        problems,
        ..Sources::default()
    };
    Gathered { sources, events: table, placed, row_copies: RowCopies::default() }
}

/// Where the objects lie that have rows in the table of all events.
fn placed(examined: &[Box<Examined>]) -> Vec<(u32, Placed)> {
    let all = examined.iter().zip(0u32..);
    all.filter_map(|(one, object)| {
        Some((one.ticket?, Placed { object, end: one.seldom.ordinals_end.unwrap_or(u64::MAX) }))
    })
    .collect()
}

/// Tells each event and hit how well its object is anchored.
fn grade(events: &mut [Event], hits: &mut [Hit], objects: &[Object]) {
    let integrity: BTreeMap<&ObjectPath, Option<Integrity>> =
        objects.iter().map(|object| (&object.path, object.integrity)).collect();
    for event in events {
        let of_object = integrity.get(&event.evidence.object).copied().flatten();
        event.source_grade = event.source_grade.with_integrity(of_object);
    }
    for hit in hits {
        let of_object = integrity.get(&hit.evidence.object).copied().flatten();
        hit.source_grade = hit.source_grade.with_integrity(of_object);
    }
}

/// Whether a hit is not that of a copy.
fn is_original(hit: &Hit, object: u32, copies: &Copies) -> bool {
    let record = u32::try_from(hit.evidence.record).ok();
    record.is_none_or(|record| copies.dropped_matches.binary_search(&Location { object, record }).is_err())
}

/// The event with its number of copies, unless it is itself a copy.
fn original(mut event: Event, object: u32, copies: &Copies) -> Option<Event> {
    let record = u32::try_from(event.evidence.record).ok()?;
    let location = Location { object, record };
    if copies.dropped.binary_search(&location).is_ok() {
        return None;
    }
    if let Ok(at) = copies.delivered.binary_search_by_key(&location, |(location, _)| *location) {
        event.copies = copies.delivered[at].1;
    }
    Some(event)
}

/// Events of which only their own rows are told, in order, copies removed. Those that
/// a mode session may stand behind go to the other events.
fn passing(
    plain: Vec<(u32, Spooled<Event>)>,
    (copies, objects): (&Copies, &[Object]),
    (wanted, spool, room): (&Wanted, &Spool, &Arc<Room>),
    events: &mut Vec<Event>,
) -> Runs<Event> {
    let mut passing = Filling::sorted_by(room, in_order);
    for (index, spooled) in plain {
        let object = objects.get(index as usize);
        let integrity = object.and_then(|object| object.integrity);
        for event in spool.take(spooled) {
            let Some(mut event) = original(event, index, copies) else { continue };
            if wanted.holds_caller_of(&event) {
                events.push(event);
                continue;
            }
            event.source_grade = event.source_grade.with_integrity(integrity);
            if let Some(object) = object {
                event.evidence.object.clone_from(&object.path);
            }
            event.share();
            passing.push(event);
        }
    }
    passing.finish()
}

/// Hits of which only findings of their own rule are made, in order of time, copies
/// removed.
fn passing_hits(
    more: Vec<(u32, Spooled<Hit>)>,
    (copies, objects): (&Copies, &[Object]),
    (spool, room): (&Spool, &Arc<Room>),
) -> Runs<Hit> {
    let by_time =
        |one: &Hit, other: &Hit| (one.time.is_none(), one.time).cmp(&(other.time.is_none(), other.time));
    let mut passing = Filling::sorted_by(room, by_time);
    for (index, spooled) in more {
        let object = objects.get(index as usize);
        let integrity = object.and_then(|object| object.integrity);
        for mut hit in spool.take(spooled).into_iter().filter(|hit| is_original(hit, index, copies)) {
            hit.source_grade = hit.source_grade.with_integrity(integrity);
            if let Some(object) = object {
                hit.evidence.object.clone_from(&object.path);
            }
            passing.push(hit);
        }
    }
    passing.finish()
}

/// All kept events in order.
fn in_one_table(events: &[Event], plain: &Runs<Event>) -> Vec<Event> {
    let mut all: Vec<Event> = plain.iter().map(Cow::into_owned).collect();
    all.extend_from_slice(events);
    all.sort_by(in_order);
    all
}

fn scope(examined: &[Box<Examined>], days: Days, copies: &Copies) -> Scope {
    let mut scope = Scope {
        objects: examined.len() as u64,
        categories: days.categories,
        first_event_time: days.first,
        last_event_time: days.last,
        ..Scope::default()
    };
    let mut counts = Counts::default();
    for one in examined {
        if !one.object.inside_archive {
            scope.bytes += one.object.bytes;
        }
        scope.inflated_bytes += one.object.inflated_bytes;
        counts.seen += one.counts.seen;
        counts.kept += one.counts.kept;
        counts.counted_only += one.counts.counted_only;
        counts.rejected += one.counts.rejected;
    }
    let dropped = copies.dropped.len() as u64;
    counts.kept -= dropped;
    counts.counted_only -= copies.counted_only;
    counts.duplicates = dropped + copies.counted_only;
    scope.counts = counts;
    scope
}

fn conflicts(examined: &[Box<Examined>], copies: &Copies, ids: &BTreeMap<Location, String>) -> Vec<Problem> {
    let mut problems = Vec::new();
    for group in &copies.conflicts {
        let [first, others @ ..] = group.as_slice() else { continue };
        let path = |location: &Location| &examined[location.object as usize].object.path;
        for other in others {
            let id = ids.get(other).map_or("", String::as_str);
            let detail = format!(
                "event id `{id}` also stands in {} record {}, with other content; both were kept",
                path(first),
                first.record
            );
            problems.push(Problem {
                record: Some(u64::from(other.record)),
                ..Problem::of_object(path(other), ProblemKind::ConflictingCopies, detail)
            });
        }
    }
    problems
}

/// Says of each object what the digests say of it.
fn mark_integrity(objects: &mut [Object], assessment: &Assessment) {
    for (index, mark) in &assessment.marks {
        let object = &mut objects[*index];
        object.integrity = Some(mark.integrity);
        if mark.integrity == Integrity::Modified && object.status == ObjectStatus::NotEvidence {
            // A digest lists it: it was evidence once.
            object.status = ObjectStatus::Unreadable;
        }
        let parts = [object.note.as_str(), mark.note.as_str()];
        object.note = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ");
    }
}

/// The row of an object that digests name and the dump does not hold.
fn missing(one: Missing) -> Object {
    Object {
        account_id: one.account_id,
        region: one.region,
        format: one.format.into(),
        status: ObjectStatus::Unreadable,
        integrity: Some(Integrity::Missing),
        note: format!("not in the dump; {}", one.note),
        ..Object::blank(&one.path)
    }
}

/// Says of each day how much of it digests cover.
fn note_hours(coverage: &mut [CoverageDay], assessment: &Assessment) {
    for row in coverage {
        let place = (row.account_id.clone(), row.region.clone());
        let Some(hours) = assessment.hours.get(&place) else { continue };
        let covered = hours.of_days(row.day, row.until);
        (row.digest_hours, row.missing_digest_hours) = covered.hours.unzip();
        row.missing_objects = Some(covered.missing_objects);
        row.quiet = row.objects == 0 && covered.complete;
    }
}

fn holds_evidence(object: &Object) -> bool {
    object.records > 0 || !object.format.is_empty()
}
