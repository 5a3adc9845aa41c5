//! What one object gives while it is decoded: events, counts and problems.
//!
//! Owns: deciding, record by record, what is kept and what is only counted.

use super::aside::{self, Asides};
use super::callers::Callers;
use super::counting::Counting;
use super::event_time::event_time;
use super::handed_out::Waiting;
use super::rows::ObjectRows;
use super::seen::Seen;
use super::spent::SAMPLE;
use super::{Examined, Examiner, Extras, Pending, Remembered};
use crate::decode::head::Head;
use crate::decode::{self, Aside, Document, Fault, Record, RfcEntry, Sink};
use crate::detect::Noted;
use crate::evidence::s3_key::KeyFacts;
use crate::integrity::{self, Delivery, Packing};
use crate::model::coverage::Counts;
use crate::model::event::Event;
use crate::model::evidence::{Evidence, ObjectPath};
use crate::model::id::{AccountId, Region};
use crate::model::inventory::{ConfigTrace, Inventory};
use crate::model::object::{Object, ObjectStatus};
use crate::model::problem::{Problem, ProblemKind};
use crate::model::rfc::RfcRecord;
use crate::model::time::UtcTime;
use crate::model::witness::WitnessTrace;
use crate::normalise::cloudtrail::{account_of, event, principal_of};
use crate::normalise::rfc::{RfcRecordKind, from_archive};
use crate::runs::{Ordinals, Spooled};
use crate::tally::{ProblemList, Tally};
use crate::timeline::{CallerMark, Fingerprint};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// Takes what decoding finds in one object.
pub(super) struct ObjectSink<'e, 'c> {
    pub(super) examiner: &'e Examiner<'c>,
    pub(super) path: ObjectPath,
    pub(super) key_account: Option<AccountId>,
    pub(super) key_region: Option<Region>,
    /// That the record is about.
    account: Option<AccountId>,
    pub(super) events: Vec<Event>,
    pub(super) noted: Noted,
    pub(super) rfc_records: Vec<RfcRecord>,
    pub(super) inventory: Inventory,
    pub(super) traces: Vec<ConfigTrace>,
    pub(super) witnesses: Vec<WitnessTrace>,
    /// Rows of documents beyond the first of each, which have ordinals too.
    pub(super) more_rows: u64,
    pub(super) problems: ProblemList,
    pub(super) tally: Tally,
    pub(super) fingerprints: Vec<Fingerprint>,
    pub(super) callers: Callers,
    pub(super) seen: Seen,
    /// How long the records took that were timed.
    pub(super) sampled: Duration,
    pub(super) waiting: Vec<Waiting>,
    /// How many keys were known to be handed out when the object was begun.
    pub(super) handed_before: usize,
    /// Whether a record that was only counted lay in an envelope.
    pub(super) enveloped: bool,
    pub(super) late: BTreeSet<u64>,
    pub(super) followed: BTreeSet<u64>,
    pub(super) counts: Counts,
    /// Records that tell of a single call.
    pub(super) calls: u64,
    /// Where rows of the table of all events go, if there is one.
    pub(super) rows: Option<ObjectRows<'e>>,
    pub(super) counting: Counting<'e>,
    pub(super) documents: Vec<integrity::Document>,
    pub(super) deliveries: Vec<Delivery>,
    /// Records that tell of no single call, by their category.
    pub(super) asides: Asides,
}

impl<'e, 'c> ObjectSink<'e, 'c> {
    pub(super) fn new(examiner: &'e Examiner<'c>, path: &ObjectPath, key: &KeyFacts) -> Self {
        Self {
            examiner,
            path: path.clone(),
            key_account: key.account_id.clone(),
            key_region: key.region.clone(),
            account: None,
            events: Vec::new(),
            noted: Noted::default(),
            rfc_records: Vec::new(),
            inventory: Inventory::default(),
            traces: Vec::new(),
            witnesses: Vec::new(),
            more_rows: 0,
            problems: ProblemList::default(),
            tally: Tally::default(),
            fingerprints: Vec::new(),
            callers: Callers::default(),
            seen: Seen::default(),
            sampled: Duration::ZERO,
            waiting: Vec::new(),
            handed_before: examiner.handed_out.count(),
            enveloped: false,
            late: BTreeSet::new(),
            followed: BTreeSet::new(),
            counts: Counts::default(),
            calls: 0,
            rows: None,
            counting: Counting::default(),
            documents: Vec::new(),
            deliveries: Vec::new(),
            asides: Asides::default(),
        }
    }

    pub(super) fn finish(self, mut object: Object) -> Examined {
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
        // As long as the run lasts, no room is held that nothing is in.
        let (mut events, mut hits, mut witnesses) = (self.events, self.noted.hits, self.witnesses);
        events.shrink_to_fit();
        hits.shrink_to_fit();
        witnesses.shrink_to_fit();
        let remembered = Remembered { tally: self.tally.finish(), callers: self.callers.finish(), witnesses };
        let seldom = Extras {
            rfc_records: self.rfc_records,
            inventory: (!self.inventory.is_empty()).then(|| Box::new(self.inventory)),
            traces: self.traces,
            problems,
            followed: self.followed,
            usage: self.counting.finish(),
            documents: self.documents,
            deliveries: self.deliveries,
            ..Extras::default()
        };
        Examined {
            object,
            events,
            plain: Spooled::default(),
            plain_ordinals: Ordinals::default(),
            more_hits: Spooled::default(),
            more_ordinals: Ordinals::default(),
            hits,
            seldom: seldom.into(),
            pending: Some(Box::new(Pending { remembered, fingerprints: self.fingerprints })),
            put_by: Spooled::default(),
            printed: None,
            counts: self.counts,
            calls: self.calls,
            ticket: self.rows.map(ObjectRows::end),
            packing: Packing::NotRead,
            skimmed: false,
        }
    }

    pub(super) fn evidence(&self, place: decode::Place) -> Evidence {
        evidence_in(&self.path, place)
    }

    pub(super) fn problem(&mut self, kind: ProblemKind, place: decode::Place, detail: String) {
        let at = (place.ordinal, place.start as u64);
        self.problems.add(Problem::of_record(&self.path, kind, at, detail));
    }

    pub(super) fn time_of(&mut self, record: &Record<'_>) -> Option<UtcTime> {
        let (time, odd) = event_time(record.head.event_time.as_str());
        if let Some((kind, detail)) = odd {
            self.problem(kind, record.place, detail);
        }
        time
    }

    /// Finds the account that a record is about. Most name that of the one before.
    fn find_account(&mut self, head: &Head<'_>, around: Option<&AccountId>) {
        let named = head.recipient_account_id.as_str().filter(|named| !named.is_empty());
        if named.is_none() || named != self.account.as_ref().map(AccountId::as_str) {
            let caller = || head.user_identity.and_then(|identity| principal_of(identity).account_id);
            self.account = account_of(named, around, caller);
        }
    }

    /// Counts a record; gives its time, and the mark of its caller.
    pub(super) fn count(
        &mut self,
        record: &Record<'_>,
        around: Option<&AccountId>,
    ) -> (Option<UtcTime>, CallerMark) {
        let head = &record.head;
        let time = self.time_of(record);
        self.find_account(head, around);
        let account = self.account.as_ref();
        self.tally.add(account, head.region.as_str(), time, head.event_category.as_str());
        let caller = self.counting.add((head, self.seen.caller()), account, time);
        if head.wrong_types().next().is_some() {
            let wrong: Vec<&str> = head.wrong_types().collect();
            let detail = format!("of another type than the format says: {}", wrong.join(", "));
            self.problem(ProblemKind::WrongType, record.place, detail);
        }
        if let Some(key) = head.duplicate {
            let detail = format!("`{key}` occurs twice; the last one was taken");
            self.problem(ProblemKind::DuplicateKey, record.place, detail);
        }
        (time, caller)
    }

    /// Understands a record that may matter, and keeps its event if it does, or
    /// if it touches a key that was handed out.
    pub(super) fn keep(&mut self, record: &Record<'_>, around: Option<&AccountId>, touched: bool) -> bool {
        let mut read = event(record.text, around, self.evidence(record.place));
        if !self.examiner.classifier.label(&mut read.event, record.text) {
            if !touched {
                return false;
            }
            self.followed.insert(record.place.ordinal);
        }
        self.hand_out(&read.event, touched);
        let known: Vec<&str> = record.head.wrong_types().collect();
        read.event.source_grade = record.grade;
        read.wrong_types.retain(|field| !known.contains(field));
        // Of every record with a row, its row tells.
        if !read.wrong_types.is_empty() && self.rows.is_none() {
            let detail = format!("of another type than the format says: {}", read.wrong_types.join(", "));
            self.problem(ProblemKind::WrongType, record.place, detail);
        }
        self.events.push(read.event);
        true
    }
}

/// Where a record lies.
pub(super) fn evidence_in(path: &ObjectPath, place: decode::Place) -> Evidence {
    Evidence { object: path.clone(), record: place.ordinal, start: place.start as u64, end: place.end as u64 }
}

impl ObjectSink<'_, '_> {
    fn examine(&mut self, record: &Record<'_>) {
        let named = record.envelope_account.and_then(AccountId::if_well_formed);
        // Lent instead of shared: threads count together who shares it.
        let of_key = self.key_account.take();
        self.examine_around(record, named.as_ref().or(of_key.as_ref()));
        self.key_account = of_key;
    }

    /// `around`: the account that what is around the record names.
    fn examine_around(&mut self, record: &Record<'_>, around: Option<&AccountId>) {
        self.counts.seen += 1;
        self.calls += 1;
        let touched = self.see(record);
        let (time, caller) = self.count(record, around);
        self.deliveries.extend(Delivery::of(record));
        let may_matter = touched
            || self.seen.may_wear_marker_role()
            || self.examiner.classifier.call_may_matter(&record.head, record.text);
        let kept = may_matter && self.keep(record, around, touched);
        if kept {
            self.counts.kept += 1;
        } else {
            self.counts.counted_only += 1;
            self.remember(record);
        }
        self.write_row(record, around, kept);
        if !kept || self.followed.contains(&record.place.ordinal) {
            self.witness(record, around, time);
        }
        self.detect(record, around, kept, time);
        let Some(event_id) = record.head.event_id.as_str().filter(|id| !id.is_empty()) else { return };
        let recipient = record.head.recipient_account_id.as_str().unwrap_or_default();
        let ordinal = u32::try_from(record.place.ordinal).expect("an object is bounded to far fewer records");
        let mut print = Fingerprint::new(self.examiner.key, (event_id, recipient), record.text, ordinal);
        print.set_caller(caller);
        self.fingerprints.push(print);
    }
}

impl Sink for ObjectSink<'_, '_> {
    fn record(&mut self, record: Record<'_>) {
        if !record.place.ordinal.is_multiple_of(u64::from(SAMPLE)) {
            return self.examine(&record);
        }
        let started = Instant::now();
        self.examine(&record);
        self.sampled += started.elapsed();
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
