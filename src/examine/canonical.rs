//! A second look at a few records: their content with its spelling taken out.
//!
//! Serves the comparison of copies and nothing else.

use crate::decode::{self, Document, Fault, Record, RfcEntry, Sink};
use crate::timeline::{RunKey, content_hash};

/// Takes the canonical hashes of a few records.
pub(super) struct CanonicalSink<'o> {
    pub(super) key: RunKey,
    pub(super) ordinals: &'o [u32],
    pub(super) hashes: Vec<(u32, u64, String)>,
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

    fn document(&mut self, _: Document<'_>) {}

    fn fault(&mut self, _: Fault) {}
}
