//! What decoding finds in one object, put to the query.
//!
//! Owns: what of a record decides whether it is selected, and what is told of
//! a hit. Every kind of entry is searched: calls, RFCs, insights, documents.

use crate::decode::{Aside, AsideKind, Document, Fault, Place, Record, RfcEntry, RfcKind, Sink, format};
use crate::evidence::s3_key;
use crate::examine::account_and_time;
use crate::model::evidence::{Evidence, ObjectPath};
use crate::model::id::{AccountId, Region};
use crate::model::problem::Problem;
use crate::model::time::UtcTime;
use crate::normalise::cloudtrail::{account_of, principal_of};
use crate::normalise::rfc::{RfcRecordKind, from_archive};
use crate::search::by::Groups;
use crate::search::print::Hit;
use crate::search::term::Subject;
use crate::search::{Options, Searched};
use crate::tally::ProblemList;

/// Puts each entry of an object to the query.
pub(super) struct SearchSink<'o> {
    options: &'o Options<'o>,
    path: &'o ObjectPath,
    key_account: Option<AccountId>,
    printed: Vec<Vec<u8>>,
    hits: u64,
    groups: Groups,
    records: u64,
    pub(super) problems: ProblemList,
}

impl<'o> SearchSink<'o> {
    pub(super) fn new(options: &'o Options<'o>, path: &'o ObjectPath) -> Self {
        Self {
            options,
            path,
            key_account: s3_key::facts(path.as_str()).account_id,
            printed: Vec::new(),
            hits: 0,
            groups: Groups::default(),
            records: 0,
            problems: ProblemList::default(),
        }
    }

    pub(super) fn finish(self, no_evidence: bool) -> Searched {
        Searched {
            path: self.path.clone(),
            printed: self.printed,
            hits: self.hits,
            groups: self.groups,
            records: self.records,
            problems: self.problems.finish(),
            no_evidence,
        }
    }

    /// Counts records that hold nothing the query could be answered by.
    pub(super) fn pass(&mut self, records: u64) {
        self.records += records;
    }

    /// Whether an entry of that time, account and region is selected.
    fn selected(
        &self,
        (first, last): (Option<UtcTime>, Option<UtcTime>),
        accounts: &[Option<&AccountId>],
        region: Option<&str>,
    ) -> bool {
        let selection = &self.options.selection;
        selection.holds(first, last)
            && (selection.accounts.is_empty()
                || accounts.iter().any(|account| selection.holds_account(*account)))
            && (selection.regions.is_empty() || selection.holds_region(region.map(Region::from).as_ref()))
    }

    /// Whether the query holds for an entry.
    fn answers(&self, subject: &Subject<'_>) -> bool {
        self.options.query.holds(&mut |term| term.holds(subject))
    }

    fn hit(&mut self, hit: &Hit<'_>) {
        self.hits += 1;
        if let Some(by) = self.options.by {
            self.groups.add(by, self.path, hit);
        }
        // More than are wanted need not be printed.
        let wanted = self.options.limit.is_none_or(|limit| self.hits <= limit);
        if let Some(printer) = self.options.printer.filter(|_| wanted) {
            self.printed.push(printer.hit(self.path, hit));
        }
    }

    fn evidence(&self, place: Place) -> Evidence {
        Evidence {
            object: self.path.clone(),
            record: place.ordinal,
            start: place.start as u64,
            end: place.end as u64,
        }
    }
}

impl Sink for SearchSink<'_> {
    fn record(&mut self, record: Record<'_>) {
        self.records += 1;
        let head = &record.head;
        let time = head.event_time.as_str().and_then(UtcTime::parse);
        let selection = &self.options.selection;
        if !selection.holds(time, time) {
            return;
        }
        let account = || {
            let around = record.envelope_account.and_then(AccountId::if_well_formed);
            let around = around.or_else(|| self.key_account.clone());
            let caller = || head.user_identity.and_then(|identity| principal_of(identity).account_id);
            account_of(head.recipient_account_id.as_str(), around.as_ref(), caller)
        };
        let region = head.region.as_str();
        let narrowed = !selection.accounts.is_empty() || !selection.regions.is_empty();
        if narrowed && !self.selected((time, time), &[account().as_ref()], region) {
            return;
        }
        let subject = Subject::new(record.text);
        if !self.answers(&subject) {
            return;
        }
        let (account, principal) = (account(), head.user_identity.map(principal_of));
        self.hit(&Hit {
            kind: "event",
            record: record.place.ordinal,
            time,
            id: head.event_id.as_str(),
            source: head.event_source.as_str(),
            name: head.event_name.as_str(),
            account: account.as_ref().map(AccountId::as_str),
            region,
            principal: principal
                .as_ref()
                .and_then(|principal| principal.arn.as_ref())
                .map(|arn| arn.as_str()),
            text: subject.clean(),
        });
    }

    fn rfc(&mut self, entry: RfcEntry<'_>) {
        self.records += 1;
        let kind = match entry.kind {
            RfcKind::Full => RfcRecordKind::GetRfc,
            RfcKind::Summary => RfcRecordKind::Summary,
            RfcKind::StateChange => RfcRecordKind::StateChange,
        };
        let subject = Subject::new(entry.text);
        if !self.answers(&subject) {
            return;
        }
        // One that cannot be understood is still a record that holds the words.
        let read = from_archive(entry.text, kind, self.key_account.clone(), self.evidence(entry.place));
        let read = read.ok().map(|read| read.record);
        let record = read.as_ref();
        let first = record.and_then(|rfc| rfc.created_at.or(rfc.last_modified_at));
        let last = record.and_then(|rfc| rfc.last_modified_at.max(rfc.actual.1).or(rfc.created_at));
        let account = record.and_then(|rfc| rfc.account_id.as_ref());
        if !self.selected((first, last), &[account], None) {
            return;
        }
        self.hit(&Hit {
            kind: "rfc",
            record: entry.place.ordinal,
            time: first,
            id: record.map(|rfc| rfc.rfc_id.as_str()),
            source: None,
            name: record.and_then(|rfc| rfc.status.as_deref()),
            account: account.map(AccountId::as_str),
            region: None,
            principal: record.and_then(|rfc| rfc.created_by.as_deref()),
            text: subject.clean(),
        });
    }

    fn aside(&mut self, aside: Aside<'_>) {
        self.records += 1;
        let subject = Subject::new(aside.text);
        if !self.answers(&subject) {
            return;
        }
        let (account, time) = account_and_time(&aside);
        let account = account.or_else(|| self.key_account.clone());
        let region = aside.head.region.as_str();
        if !self.selected((time, time), &[account.as_ref()], region) {
            return;
        }
        self.hit(&Hit {
            kind: match aside.kind {
                AsideKind::Insight => "insight",
                AsideKind::Aggregated => "aggregated",
            },
            record: aside.place.ordinal,
            time,
            id: aside.head.event_id.as_str(),
            source: aside.head.event_source.as_str(),
            name: aside.head.event_name.as_str(),
            account: account.as_ref().map(AccountId::as_str),
            region,
            principal: None,
            text: subject.clean(),
        });
    }

    fn document(&mut self, document: Document<'_>) {
        self.records += 1;
        let subject = Subject::new(document.text);
        let account = self.key_account.clone();
        if !self.selected((None, None), &[account.as_ref()], None) || !self.answers(&subject) {
            return;
        }
        self.hit(&Hit {
            kind: "document",
            record: document.place.ordinal,
            time: None,
            id: None,
            source: None,
            name: Some(format::of_document(document.kind).name),
            account: account.as_ref().map(AccountId::as_str),
            region: None,
            principal: None,
            text: subject.clean(),
        });
    }

    fn fault(&mut self, fault: Fault) {
        let byte = fault.byte as u64;
        self.problems.add(match fault.ordinal {
            Some(ordinal) => Problem::of_record(self.path, fault.kind, (ordinal, byte), fault.detail),
            None => Problem::at_byte(self.path, fault.kind, byte, fault.detail),
        });
    }
}
