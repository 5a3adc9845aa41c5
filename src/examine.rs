//! One object, from its bytes to kept events, counts and problems.
//!
//! Owns how the stages work together on one object; it is the unit of parallel
//! work and shares no state with other objects. May not write anything.

mod canonical;
mod covered;

use std::cell::RefCell;

use crate::classify::Classifier;
use crate::decode::{self, Decoded, Document, Fault, Record, RfcEntry, Sink, Verdict};
use crate::evidence::discover::{Found, Obstacle};
use crate::evidence::read::{Buffer, Container, Content, FirstMember, read};
use crate::evidence::s3_key::{self, KeyFacts};
use crate::examine::canonical::CanonicalSink;
use crate::examine::covered::packing;
use crate::integrity::{self, Packing};
use crate::model::coverage::Counts;
use crate::model::event::Event;
use crate::model::evidence::{Evidence, ObjectPath};
use crate::model::id::{AccountId, Region};
use crate::model::object::{Object, ObjectStatus};
use crate::model::problem::{Problem, ProblemKind};
use crate::model::rfc::RfcRecord;
use crate::model::time::UtcTime;
use crate::normalise::cloudtrail::{account_of, event, principal_of};
use crate::normalise::rfc::{RfcRecordKind, from_archive};
use crate::tally::{ProblemList, Tally};
use crate::timeline::{Fingerprint, Location, RunKey};

/// What one object gave.
#[derive(Debug)]
pub struct Examined {
    /// Its row; duplicates are filled in later.
    pub object: Object,
    /// Events kept from it, in its order.
    pub events: Vec<Event>,
    /// RFC records in it.
    pub rfc_records: Vec<RfcRecord>,
    /// What went wrong.
    pub problems: Vec<Problem>,
    /// What its records were about, per account, region and day.
    pub tally: Tally,
    /// Of every record with an event id.
    pub fingerprints: Vec<Fingerprint>,
    /// How its entries were spent.
    pub counts: Counts,
    /// Digests, keys and signatures in it.
    pub documents: Vec<integrity::Document>,
    /// How its content came out of its packing.
    pub packing: Packing,
    /// The same object up to the end of its first gzip member, if more follows.
    pub first_member: Option<(FirstMember, Box<Examined>)>,
}

/// What a run gives to the examination of each of its objects.
#[derive(Debug)]
pub struct Examiner<'c> {
    /// Decides which records matter.
    pub classifier: Classifier<'c>,
    /// The run's key for fingerprints.
    pub key: RunKey,
}

thread_local! {
    /// Inflated content of the object at hand; its memory serves the next one.
    static BUFFER: RefCell<Buffer> = RefCell::default();
}

impl Examiner<'_> {
    /// Examines the object with this index in the run.
    pub fn examine(&self, index: u32, found: &Found) -> Examined {
        let key_facts = s3_key::facts(found.path.as_str());
        let mut sink = ObjectSink::new(self, index, &found.path, &key_facts);
        if let Some(obstacle) = &found.obstacle {
            let object = not_opened(found, obstacle, key_facts);
            sink.problems.extend(obstacle.problem(&found.path));
            return sink.finish(object);
        }
        BUFFER.with_borrow_mut(|buffer| {
            let content = read(&found.location, buffer);
            let inflated = buffer.content();
            // Decided later whether the rest counts: a digest covers this much.
            let covered =
                content.first_member.as_ref().map(|first| inflated[..first.inflated_bytes].to_vec());
            let all = decoded(found, (&content, inflated), sink);
            let Some(first) = content.first_member.clone().filter(|_| all.object.format == DELIVERY) else {
                return all;
            };
            let sink = ObjectSink::new(self, index, &found.path, &key_facts);
            let short = decoded(found, (&content, &mut covered.unwrap_or_default()), sink);
            Examined { first_member: Some((first, Box::new(short))), ..all }
        })
    }

    /// Reads the object again for the records with these ordinals, and gives
    /// the hashes of their contents with their spelling taken out, and their
    /// event ids.
    pub fn canonical(&self, found: &Found, ordinals: &[u32]) -> Vec<(u32, u64, String)> {
        let mut sink = CanonicalSink { key: self.key, ordinals, hashes: Vec::new() };
        BUFFER.with_borrow_mut(|buffer| {
            read(&found.location, buffer);
            decode::decode(buffer.content(), &mut sink);
        });
        sink.hashes
    }
}

/// The form in which trails deliver: the only one that digests list.
const DELIVERY: &str = "cloudtrail_delivery";

/// Decodes the content of an object, or as much of it as is given.
fn decoded(
    found: &Found,
    (content, inflated): (&Content, &mut [u8]),
    mut sink: ObjectSink<'_, '_>,
) -> Examined {
    for fault in &content.faults {
        sink.problems.add(Problem::of_object(&found.path, fault.kind, fault.detail.clone()));
    }
    let decoded = match content.container {
        Container::NotOpened(packing) => not_opened_packing(packing, &mut sink),
        Container::Plain | Container::Gzip => decode::decode(inflated, &mut sink),
    };
    let object = row(found, content, &decoded);
    sink.counts.rejected += decoded.rejected;
    sink.counts.seen += decoded.rejected;
    Examined { packing: packing(content), ..sink.finish(object) }
}

/// An entry of the dump that was not opened at all.
fn not_opened(found: &Found, obstacle: &Obstacle, key: KeyFacts) -> Object {
    let (status, note) = match obstacle {
        Obstacle::LinkInside(target) => (
            ObjectStatus::NotEvidence,
            format!("symbolic link to `{target}`, which is read at its own place"),
        ),
        Obstacle::LinkOutside(target) => (
            ObjectStatus::Unreadable,
            format!("symbolic link to `{target}`, outside the paths given: not followed"),
        ),
        Obstacle::NotAFile => (ObjectStatus::Unreadable, "not a regular file".to_owned()),
        Obstacle::Unreadable(why) => (ObjectStatus::Unreadable, why.clone()),
    };
    Object { account_id: key.account_id, region: key.region, status, note, ..Object::blank(&found.path) }
}

fn not_opened_packing(packing: &'static str, sink: &mut ObjectSink<'_, '_>) -> Decoded {
    let detail = format!("{packing} archive: recognised; unpack it first, this version does not open it");
    sink.fault(Fault { kind: ProblemKind::FormNotRead, ordinal: None, byte: 0, detail });
    Decoded { format: packing, verdict: Verdict::NotRead, rejected: 0 }
}

fn row(found: &Found, content: &Content, decoded: &Decoded) -> Object {
    let (status, note) = match &decoded.verdict {
        Verdict::Evidence => (ObjectStatus::Read, String::new()),
        Verdict::NotRead => (ObjectStatus::Unreadable, "recognised, not read: see problems".to_owned()),
        Verdict::NotEvidence(what) => (ObjectStatus::NotEvidence, what.clone()),
        Verdict::Unknown => (ObjectStatus::Unreadable, "nothing in it could be recognised".to_owned()),
        Verdict::Empty => (ObjectStatus::Empty, "no content, or no entries by its own word".to_owned()),
    };
    Object {
        sha256: content.sha256.clone(),
        inflated_sha256: content.inflated_sha256.clone(),
        bytes: content.bytes,
        inflated_bytes: content.inflated_bytes,
        format: decoded.format,
        rejected: decoded.rejected,
        status,
        note,
        ..Object::blank(&found.path)
    }
}

/// Takes what decoding finds in one object.
struct ObjectSink<'e, 'c> {
    examiner: &'e Examiner<'c>,
    index: u32,
    path: ObjectPath,
    key_account: Option<AccountId>,
    key_region: Option<Region>,
    events: Vec<Event>,
    rfc_records: Vec<RfcRecord>,
    problems: ProblemList,
    tally: Tally,
    fingerprints: Vec<Fingerprint>,
    counts: Counts,
    documents: Vec<integrity::Document>,
}

impl<'e, 'c> ObjectSink<'e, 'c> {
    fn new(examiner: &'e Examiner<'c>, index: u32, path: &ObjectPath, key: &KeyFacts) -> Self {
        Self {
            examiner,
            index,
            path: path.clone(),
            key_account: key.account_id.clone(),
            key_region: key.region.clone(),
            events: Vec::new(),
            rfc_records: Vec::new(),
            problems: ProblemList::default(),
            tally: Tally::default(),
            fingerprints: Vec::new(),
            counts: Counts::default(),
            documents: Vec::new(),
        }
    }

    fn finish(self, mut object: Object) -> Examined {
        let (account, region) = self.tally.agreed();
        object.account_id = object.account_id.or(self.key_account).or(account);
        object.region = object.region.or(self.key_region).or(region);
        object.records = self.counts.seen - self.counts.rejected;
        (object.first_event_time, object.last_event_time) = self.tally.span();
        let problems = self.problems.finish();
        let lossy = problems.iter().any(|problem| problem.kind.leaves_object_partial());
        object.status = match object.status {
            ObjectStatus::Read | ObjectStatus::Empty if lossy && object.records > 0 => ObjectStatus::Partial,
            ObjectStatus::Read | ObjectStatus::Empty if lossy => ObjectStatus::Unreadable,
            other => other,
        };
        Examined {
            object,
            events: self.events,
            rfc_records: self.rfc_records,
            problems,
            tally: self.tally,
            fingerprints: self.fingerprints,
            counts: self.counts,
            documents: self.documents,
            packing: Packing::NotRead,
            first_member: None,
        }
    }

    fn evidence(&self, place: decode::Place) -> Evidence {
        Evidence {
            object: self.path.clone(),
            record: place.ordinal,
            start: place.start as u64,
            end: place.end as u64,
        }
    }

    fn problem(&mut self, kind: ProblemKind, place: decode::Place, detail: String) {
        let at = (place.ordinal, place.start as u64);
        self.problems.add(Problem::of_record(&self.path, kind, at, detail));
    }

    /// The event's time, with a problem where it is missing, broken or absurd.
    fn time_of(&mut self, record: &Record<'_>) -> Option<UtcTime> {
        let Some(text) = record.head.event_time.as_str() else {
            self.problem(ProblemKind::InvalidTime, record.place, "no eventTime".to_owned());
            return None;
        };
        let Some(time) = UtcTime::parse(text) else {
            let detail = format!("eventTime `{text}` is no time");
            self.problem(ProblemKind::InvalidTime, record.place, detail);
            return None;
        };
        if !(CLOUDTRAIL_BEGAN..FAR_FUTURE).contains(&time) {
            let detail = format!("eventTime {time} is outside the life of CloudTrail");
            self.problem(ProblemKind::ImplausibleTime, record.place, detail);
        }
        Some(time)
    }

    fn count(&mut self, record: &Record<'_>, around: Option<&AccountId>) {
        let head = &record.head;
        let time = self.time_of(record);
        let caller = || head.user_identity.and_then(|identity| principal_of(identity).account_id);
        let account = account_of(head.recipient_account_id.as_str(), around, caller);
        self.tally.add(account.as_ref(), head.region.as_str(), time, head.event_category.as_str());
        let wrong: Vec<&str> = head.wrong_types().collect();
        if !wrong.is_empty() {
            let detail = format!("of another type than the format says: {}", wrong.join(", "));
            self.problem(ProblemKind::WrongType, record.place, detail);
        }
        if let Some(key) = head.duplicate {
            let detail = format!("`{key}` occurs twice; the last one was taken");
            self.problem(ProblemKind::DuplicateKey, record.place, detail);
        }
    }

    /// Understands a record that may matter, and keeps its event if it does.
    fn keep(&mut self, record: &Record<'_>, around: Option<&AccountId>) -> bool {
        let mut read = event(record.text, around, self.evidence(record.place));
        if !self.examiner.classifier.label(&mut read.event, record.text) {
            return false;
        }
        let known: Vec<&str> = record.head.wrong_types().collect();
        read.wrong_types.retain(|field| !known.contains(field));
        if !read.wrong_types.is_empty() {
            let detail = format!("of another type than the format says: {}", read.wrong_types.join(", "));
            self.problem(ProblemKind::WrongType, record.place, detail);
        }
        self.events.push(read.event);
        true
    }
}

/// CloudTrail was announced on 13 November 2013; earlier event times cannot be.
const CLOUDTRAIL_BEGAN: UtcTime = UtcTime::from_seconds(1_383_264_000);

/// 1 January 2100: no event of this service's life is later.
const FAR_FUTURE: UtcTime = UtcTime::from_seconds(4_102_444_800);

impl Sink for ObjectSink<'_, '_> {
    fn record(&mut self, record: Record<'_>) {
        self.counts.seen += 1;
        let around =
            record.envelope_account.and_then(AccountId::if_well_formed).or_else(|| self.key_account.clone());
        self.count(&record, around.as_ref());
        let kept = self.examiner.classifier.may_matter(&record.head, record.text)
            && self.keep(&record, around.as_ref());
        if kept {
            self.counts.kept += 1;
        } else {
            self.counts.counted_only += 1;
        }
        let Some(event_id) = record.head.event_id.as_str().filter(|id| !id.is_empty()) else { return };
        let recipient = record.head.recipient_account_id.as_str().unwrap_or_default();
        let ordinal = u32::try_from(record.place.ordinal).expect("an object is bounded to far fewer records");
        let location = Location { object: self.index, record: ordinal };
        let identity = (event_id, recipient);
        self.fingerprints.push(Fingerprint::new(self.examiner.key, identity, record.text, (location, kept)));
    }

    fn rfc(&mut self, entry: RfcEntry<'_>) {
        self.counts.seen += 1;
        let kind = match entry.kind {
            decode::RfcKind::Full => RfcRecordKind::GetRfc,
            decode::RfcKind::Summary => RfcRecordKind::Summary,
            decode::RfcKind::StateChange => RfcRecordKind::StateChange,
        };
        match from_archive(entry.text, kind, self.key_account.clone(), self.evidence(entry.place)) {
            Ok(read) => {
                self.counts.kept += 1;
                if !read.odd_fields.is_empty() {
                    let detail =
                        format!("of another type than the format says: {}", read.odd_fields.join(", "));
                    self.problem(ProblemKind::WrongType, entry.place, detail);
                }
                self.rfc_records.push(read.record);
            }
            Err(why) => {
                self.counts.rejected += 1;
                self.problem(ProblemKind::RejectedRecord, entry.place, why);
            }
        }
    }

    fn document(&mut self, document: Document<'_>) {
        self.counts.seen += 1;
        match integrity::read(document.kind, document.text, self.path.as_str()) {
            Some(Ok((read, odd))) => {
                self.counts.kept += 1;
                self.documents.push(read);
                for detail in odd {
                    self.problem(ProblemKind::UnusableKey, document.place, detail);
                }
            }
            Some(Err(why)) => {
                self.counts.rejected += 1;
                self.problem(ProblemKind::RefusedDigest, document.place, why);
            }
            None => {
                self.counts.rejected += 1;
                let about = decode::format::of_document(document.kind).about;
                let what = format!("{about}: recognised; this version does not read it");
                self.problem(ProblemKind::FormNotRead, document.place, what);
            }
        }
    }

    fn fault(&mut self, fault: Fault) {
        let byte = fault.byte as u64;
        let problem = match fault.ordinal {
            Some(ordinal) => Problem::of_record(&self.path, fault.kind, (ordinal, byte), fault.detail),
            None => Problem::at_byte(&self.path, fault.kind, byte, fault.detail),
        };
        self.problems.add(problem);
    }
}
