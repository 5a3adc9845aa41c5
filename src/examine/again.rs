//! Reading an object again for some of its records.
//!
//! Owns: finding these records and understanding them as at a first reading.
//! Which ones are wanted is for those who ask.

use super::{Examiner, archive};
use crate::decode::{self, Aside, Document, Fault, Record, RfcEntry, Sink};
use crate::evidence::discover::Found;
use crate::evidence::read::Container;
use crate::evidence::s3_key;
use crate::model::event::Event;
use crate::model::evidence::{Evidence, ObjectPath};
use crate::model::hash::ContentHash;
use crate::model::id::AccountId;
use crate::normalise::cloudtrail::event;

/// Records that were read again, and the object they lie in.
#[derive(Debug)]
pub struct Recalled {
    /// The object.
    pub path: ObjectPath,
    /// SHA-256 of the object as it was read again.
    pub sha256: ContentHash,
    /// Their events.
    pub events: Vec<Event>,
}

impl Examiner<'_> {
    /// The wanted records of an object, or of each entry of an archive. For a
    /// path, `wanted` gives what tells a wanted record; none is looked at where
    /// it gives nothing.
    pub(super) fn again<W: Fn(&Record<'_>) -> bool>(
        &self,
        found: &Found,
        wanted: &(dyn Fn(&ObjectPath) -> Option<W> + Sync),
    ) -> Vec<Recalled> {
        let all = archive::contents_again(found, self.days, &|path, content, inflated| {
            let wanted = wanted(path)?;
            let key_account = s3_key::facts(path.as_str()).account_id;
            let mut sink = EventSink { path, key_account, wanted, events: Vec::new() };
            if !matches!(content.container, Container::NotOpened(_) | Container::Archive(_)) {
                decode::decode(inflated, &mut sink);
            }
            Some(Recalled { path: path.clone(), sha256: content.sha256, events: sink.events })
        });
        all.into_iter().flatten().collect()
    }
}

/// Takes the wanted records of one object.
struct EventSink<'p, W> {
    path: &'p ObjectPath,
    key_account: Option<AccountId>,
    wanted: W,
    events: Vec<Event>,
}

impl<W: Fn(&Record<'_>) -> bool> Sink for EventSink<'_, W> {
    fn record(&mut self, record: Record<'_>) {
        if !(self.wanted)(&record) {
            return;
        }
        let place = record.place;
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
