//! A second look at a few records, to tell a copy from an altered one.

use std::collections::BTreeMap;

use crate::decode::{self, Aside, Document, Fault, Record, RfcEntry, Sink};
use crate::evidence::discover::Found;
use crate::evidence::read::Container;
use crate::model::evidence::ObjectPath;
use crate::timeline::{RunKey, content_hash};

use super::{Examiner, archive};

/// Ordinal, content hash and event id of each record looked at.
pub type CanonicalHashes = Vec<(u32, u64, String)>;

impl Examiner<'_> {
    /// Reads an object again for some records in it: path, and ordinals in
    /// their order. Gives the hashes of their contents with their spelling
    /// taken out, and their event ids.
    pub fn canonical(
        &self,
        found: &Found,
        wanted: &BTreeMap<&ObjectPath, Vec<u32>>,
    ) -> Vec<(ObjectPath, CanonicalHashes)> {
        let all = archive::contents_again(found, self.days, &|path, content, inflated| {
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

/// Takes the canonical hashes of a few records.
struct CanonicalSink<'o> {
    key: RunKey,
    ordinals: &'o [u32],
    hashes: CanonicalHashes,
}

impl Sink for CanonicalSink<'_> {
    fn record(&mut self, record: Record<'_>) {
        let Ok(ordinal) = u32::try_from(record.place.ordinal) else { return };
        if self.ordinals.binary_search(&ordinal).is_ok() {
            let canonical = decode::json::canonical(record.text);
            let hash = content_hash(self.key, canonical.as_deref().unwrap_or(record.text));
            let id = record.head.event_id.as_str().unwrap_or_default().to_owned();
            self.hashes.push((ordinal, hash, id));
        }
    }

    fn rfc(&mut self, _: RfcEntry<'_>) {}

    fn aside(&mut self, _: Aside<'_>) {}

    fn document(&mut self, _: Document<'_>) {}

    fn fault(&mut self, _: Fault) {}
}
