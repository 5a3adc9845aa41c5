//! Calls that did no harm and may tell what became of a loss.
//!
//! Owns: the trace of each at the first reading, and reading the few again that
//! turned out to matter.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Examiner, ObjectSink, archive};
use crate::correlate::witnessed;
use crate::decode::head::Field;
use crate::decode::{self, Aside, Document, Fault, Record, RfcEntry, Sink};
use crate::evidence::discover::Found;
use crate::evidence::read::Container;
use crate::evidence::s3_key;
use crate::model::event::{Event, strip_api_date};
use crate::model::evidence::{Evidence, ObjectPath};
use crate::model::id::AccountId;
use crate::model::time::UtcTime;
use crate::model::witness::WitnessTrace;
use crate::normalise::cloudtrail::{account_of, event, principal_of};
use crate::timeline::texts_hash;

impl ObjectSink<'_, '_> {
    /// Remembers a record that is only counted, if it may tell of a loss. One
    /// without time or account could be tied to none.
    pub(super) fn witness(&mut self, record: &Record<'_>, around: Option<&AccountId>, time: Option<UtcTime>) {
        let head = &record.head;
        let source = head.event_source.as_str().unwrap_or_default();
        let name = strip_api_date(head.event_name.as_str().unwrap_or_default());
        let catalogue = self.examiner.classifier.catalogue();
        if !catalogue.may_explain_loss(source, name) {
            return;
        }
        let told = |field: &Field<'_>| field.as_str().is_some_and(|text| !text.is_empty());
        if told(&head.error_code) || told(&head.error_message) {
            return;
        }
        let caller = || head.user_identity.and_then(|identity| principal_of(identity).account_id);
        let account = account_of(head.recipient_account_id.as_str(), around, caller);
        let (Some(time), Some(account)) = (time, account) else { return };
        // Secrets may stand in here: nothing but hashes of names is kept.
        let parse = |raw: Option<&str>| -> Value {
            raw.and_then(|raw| serde_json::from_str(raw).ok()).unwrap_or_default()
        };
        let (request, response) = (parse(head.request), parse(head.response));
        let found = witnessed((source, name), (&request, &response), catalogue);
        if found.is_empty() {
            return;
        }
        let hash = |name: &str| self.examiner.thing_hash(&account, name);
        self.witnesses.push(WitnessTrace {
            record: u32::try_from(record.place.ordinal).expect("an object is bounded to far fewer records"),
            at: time.micros(),
            names: found.iter().map(|(bearing, name)| (*bearing, hash(name))).collect(),
        });
    }
}

/// Records that were read again, and the object they lie in.
#[derive(Debug)]
pub struct Recalled {
    /// The object.
    pub path: ObjectPath,
    /// SHA-256 of the object as it was read again.
    pub sha256: String,
    /// Their events.
    pub events: Vec<Event>,
}

impl Examiner<'_> {
    /// The hash of the name of a thing, as a [`WitnessTrace`] holds it.
    pub fn thing_hash(&self, account: &AccountId, name: &str) -> u32 {
        super::callers::short(texts_hash(self.key, &[account.as_str(), name]))
    }

    /// Reads an object again for some of its records: path, and ordinals in
    /// their order.
    pub fn recalled(&self, found: &Found, wanted: &BTreeMap<&ObjectPath, Vec<u32>>) -> Vec<Recalled> {
        let all = archive::contents_again(found, self.days, &|path, content, inflated| {
            let ordinals = wanted.get(path)?;
            let key_account = s3_key::facts(path.as_str()).account_id;
            let mut sink = RecordSink { path, key_account, ordinals, events: Vec::new() };
            if !matches!(content.container, Container::NotOpened(_) | Container::Archive(_)) {
                decode::decode(inflated, &mut sink);
            }
            Some(Recalled { path: path.clone(), sha256: content.sha256, events: sink.events })
        });
        all.into_iter().flatten().collect()
    }
}

/// Takes some records, by their ordinals in order.
struct RecordSink<'o> {
    path: &'o ObjectPath,
    key_account: Option<AccountId>,
    ordinals: &'o [u32],
    events: Vec<Event>,
}

impl Sink for RecordSink<'_> {
    fn record(&mut self, record: Record<'_>) {
        let place = record.place;
        if !u32::try_from(place.ordinal).is_ok_and(|at| self.ordinals.binary_search(&at).is_ok()) {
            return;
        }
        let around =
            record.envelope_account.and_then(AccountId::if_well_formed).or_else(|| self.key_account.clone());
        let evidence = Evidence {
            object: self.path.clone(),
            record: place.ordinal,
            start: place.start as u64,
            end: place.end as u64,
        };
        let read = event(record.text, around.as_ref(), evidence).event;
        self.events.push(Event { source_grade: record.grade, ..read });
    }

    fn rfc(&mut self, _: RfcEntry<'_>) {}

    fn aside(&mut self, _: Aside<'_>) {}

    fn document(&mut self, _: Document<'_>) {}

    fn fault(&mut self, _: Fault) {}
}
