//! One object, from its bytes to kept events, counts and problems.
//!
//! Owns how the stages work together on one object; it is the unit of parallel
//! work and shares no state with other objects. May not write anything.

mod archive;
mod aside;
mod callers;
mod canonical;
mod covered;
mod event_time;
mod inventory;
mod matched;
mod row;
mod unopened;

use std::collections::BTreeMap;

use self::aside::Asides;
pub use self::callers::{Callers, WantedHashes};
pub use self::canonical::CanonicalHashes;
use self::canonical::CanonicalSink;
use self::covered::packing;
use self::event_time::event_time;
use self::row::row;
use self::unopened::{archive_itself, not_opened, not_opened_packing};
use crate::classify::Classifier;
use crate::decode::{self, Aside, Document, Fault, Record, RfcEntry, Sink};
use crate::detect::{Detector, Noted};
use crate::evidence::discover::Found;
use crate::evidence::read::{Container, Content, FirstMember};
use crate::evidence::s3_key::{self, KeyFacts};
use crate::integrity::{self, Delivery, Packing};
use crate::model::coverage::Counts;
use crate::model::event::Event;
use crate::model::evidence::{Evidence, ObjectPath};
use crate::model::hit::Hit;
use crate::model::id::{AccountId, Region};
use crate::model::inventory::Inventory;
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
    /// Records in it that rules match.
    pub hits: Vec<Hit>,
    /// RFC records in it.
    pub rfc_records: Vec<RfcRecord>,
    /// What exports of settings in it tell.
    pub inventory: Inventory,
    /// What went wrong.
    pub problems: Vec<Problem>,
    /// What its records were about, per account, region and day.
    pub tally: Tally,
    /// Of every record with an event id.
    pub fingerprints: Vec<Fingerprint>,
    /// Whose credentials its records were made with.
    pub callers: Callers,
    /// Ordinals from this one on were dropped; `None` if none were.
    pub ordinals_end: Option<u64>,
    /// How its entries were spent.
    pub counts: Counts,
    /// Digests, keys and signatures in it.
    pub documents: Vec<integrity::Document>,
    /// Deliveries of log objects that its records tell of.
    pub deliveries: Vec<Delivery>,
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
    /// Holds records against the rules.
    pub detector: Detector<'c>,
    /// The run's key for fingerprints.
    pub key: RunKey,
}

impl Examiner<'_> {
    /// Examines an object, and if it is an archive, all in it. Locations in
    /// what it gives name no object yet: their place in the run is not known.
    pub fn examine(&self, found: &Found) -> Vec<Examined> {
        if let Some(obstacle) = &found.obstacle {
            let key_facts = s3_key::facts(found.path.as_str());
            let mut sink = ObjectSink::new(self, &found.path, &key_facts);
            let object = not_opened(found, obstacle, key_facts);
            sink.problems.extend(obstacle.problem(&found.path));
            return vec![sink.finish(object)];
        }
        let mut all =
            archive::contents(found, &|path, content, inflated| self.content(path, content, inflated));
        if let Some((_, inside)) = all.split_last_mut() {
            inside.iter_mut().for_each(|one| one.object.inside_archive = true);
        }
        all
    }

    fn content(&self, path: &ObjectPath, content: Content, inflated: &mut [u8]) -> Examined {
        // Decided later whether the rest counts: a digest covers this much.
        let covered = content.first_member.as_ref().map(|first| inflated[..first.inflated_bytes].to_vec());
        let all = self.decoded(path, &content, inflated);
        let Some(first) = content.first_member.clone().filter(|_| all.object.format == DELIVERY) else {
            return all;
        };
        let short = self.decoded(path, &content, &mut covered.unwrap_or_default());
        Examined { first_member: Some((first, Box::new(short))), ..all }
    }

    /// Decodes the content of an object, or as much of it as is given.
    fn decoded(&self, path: &ObjectPath, content: &Content, inflated: &mut [u8]) -> Examined {
        let mut sink = ObjectSink::new(self, path, &s3_key::facts(path.as_str()));
        for fault in &content.faults {
            sink.problems.add(Problem::of_object(path, fault.kind, fault.detail.clone()));
        }
        let decoded = match content.container {
            Container::NotOpened(packing) => not_opened_packing(packing, &mut sink),
            Container::Archive(kind) => archive_itself(kind),
            Container::Plain | Container::Gzip | Container::Packed(_) => decode::decode(inflated, &mut sink),
        };
        let object = row(path, content, &decoded);
        sink.counts.rejected += decoded.rejected;
        sink.counts.seen += decoded.rejected;
        Examined { packing: packing(content), ..sink.finish(object) }
    }

    /// Reads an object again for some records in it: path, and ordinals in
    /// their order. Gives the hashes of their contents with their spelling
    /// taken out, and their event ids.
    pub fn canonical(
        &self,
        found: &Found,
        wanted: &BTreeMap<&ObjectPath, Vec<u32>>,
    ) -> Vec<(ObjectPath, CanonicalHashes)> {
        let all = archive::contents(found, &|path, content, inflated| {
            let ordinals = wanted.get(path)?;
            let mut sink = CanonicalSink { key: self.key, ordinals, hashes: Vec::new() };
            if !matches!(content.container, Container::NotOpened(_) | Container::Archive(_)) {
                decode::decode(inflated, &mut sink);
            }
            Some((path.clone(), sink.hashes))
        });
        all.into_iter().flatten().collect()
    }
}

/// The form in which trails deliver: the only one that digests list.
const DELIVERY: &str = "cloudtrail_delivery";

/// Takes what decoding finds in one object.
struct ObjectSink<'e, 'c> {
    examiner: &'e Examiner<'c>,
    path: ObjectPath,
    key_account: Option<AccountId>,
    key_region: Option<Region>,
    events: Vec<Event>,
    noted: Noted,
    rfc_records: Vec<RfcRecord>,
    inventory: Inventory,
    /// Rows of documents beyond the first of each, which have ordinals too.
    more_rows: u64,
    problems: ProblemList,
    tally: Tally,
    fingerprints: Vec<Fingerprint>,
    callers: Callers,
    counts: Counts,
    documents: Vec<integrity::Document>,
    deliveries: Vec<Delivery>,
    /// Records that tell of no single call, by their category.
    asides: Asides,
}

impl<'e, 'c> ObjectSink<'e, 'c> {
    fn new(examiner: &'e Examiner<'c>, path: &ObjectPath, key: &KeyFacts) -> Self {
        Self {
            examiner,
            path: path.clone(),
            key_account: key.account_id.clone(),
            key_region: key.region.clone(),
            events: Vec::new(),
            noted: Noted::default(),
            rfc_records: Vec::new(),
            inventory: Inventory::default(),
            more_rows: 0,
            problems: ProblemList::default(),
            tally: Tally::default(),
            fingerprints: Vec::new(),
            callers: Callers::default(),
            counts: Counts::default(),
            documents: Vec::new(),
            deliveries: Vec::new(),
            asides: Asides::default(),
        }
    }

    fn finish(self, mut object: Object) -> Examined {
        let (account, region) = self.tally.agreed();
        let account = account.or_else(|| self.inventory.agreed_account());
        object.account_id = object.account_id.or(self.key_account).or(account);
        object.region = object.region.or(self.key_region).or(region);
        let notes = std::iter::once(std::mem::take(&mut object.note)).chain(self.asides.notes());
        object.note = notes.filter(|note| !note.is_empty()).collect::<Vec<_>>().join("; ");
        object.records = self.counts.seen - self.counts.rejected;
        object.rejected = self.counts.rejected;
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
            hits: self.noted.hits,
            rfc_records: self.rfc_records,
            inventory: self.inventory,
            problems,
            tally: self.tally,
            fingerprints: self.fingerprints,
            callers: self.callers.finish(),
            ordinals_end: None,
            counts: self.counts,
            documents: self.documents,
            deliveries: self.deliveries,
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

    fn time_of(&mut self, record: &Record<'_>) -> Option<UtcTime> {
        let (time, odd) = event_time(record.head.event_time.as_str());
        if let Some((kind, detail)) = odd {
            self.problem(kind, record.place, detail);
        }
        time
    }

    /// Counts a record; gives its time.
    fn count(&mut self, record: &Record<'_>, around: Option<&AccountId>) -> Option<UtcTime> {
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
        time
    }

    /// Understands a record that may matter, and keeps its event if it does.
    fn keep(&mut self, record: &Record<'_>, around: Option<&AccountId>) -> bool {
        let mut read = event(record.text, around, self.evidence(record.place));
        if !self.examiner.classifier.label(&mut read.event, record.text) {
            return false;
        }
        let known: Vec<&str> = record.head.wrong_types().collect();
        read.event.source_grade = record.grade;
        read.wrong_types.retain(|field| !known.contains(field));
        if !read.wrong_types.is_empty() {
            let detail = format!("of another type than the format says: {}", read.wrong_types.join(", "));
            self.problem(ProblemKind::WrongType, record.place, detail);
        }
        self.events.push(read.event);
        true
    }
}

impl Sink for ObjectSink<'_, '_> {
    fn record(&mut self, record: Record<'_>) {
        self.counts.seen += 1;
        let around =
            record.envelope_account.and_then(AccountId::if_well_formed).or_else(|| self.key_account.clone());
        let time = self.count(&record, around.as_ref());
        self.deliveries.extend(Delivery::of(&record));
        self.callers.add(self.examiner.key, &record.head, record.text);
        let kept = self.examiner.classifier.may_matter(&record.head, record.text)
            && self.keep(&record, around.as_ref());
        if kept {
            self.counts.kept += 1;
        } else {
            self.counts.counted_only += 1;
        }
        let matched = self.detect(&record, around.as_ref(), kept, time);
        let Some(event_id) = record.head.event_id.as_str().filter(|id| !id.is_empty()) else { return };
        let recipient = record.head.recipient_account_id.as_str().unwrap_or_default();
        let ordinal = u32::try_from(record.place.ordinal).expect("an object is bounded to far fewer records");
        let location = Location { object: 0, record: ordinal };
        let identity = (event_id, recipient);
        let mut print = Fingerprint::new(self.examiner.key, identity, record.text, (location, kept));
        print.set_matched(matched);
        self.fingerprints.push(print);
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

    fn aside(&mut self, aside: Aside<'_>) {
        self.counts.seen += 1;
        self.counts.counted_only += 1;
        let category = self.asides.add(aside.kind);
        let (account, time) = aside::account_and_time(&aside);
        let account = account.or_else(|| self.key_account.clone());
        self.tally.add(account.as_ref(), aside.head.region.as_str(), time, Some(category));
    }

    fn document(&mut self, document: Document<'_>) {
        if self.inventory(&document) {
            return;
        }
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
