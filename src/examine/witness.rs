//! Calls that did no harm and may tell what became of a loss.
//!
//! Owns: the trace of each at the first reading, and reading the few again that
//! turned out to matter.

use std::collections::BTreeMap;

use super::{Examiner, ObjectSink, Recalled};
use crate::correlate::witnessed;
use crate::decode::Record;
use crate::decode::head::Field;
use crate::evidence::discover::Found;
use crate::model::event::strip_api_date;
use crate::model::evidence::ObjectPath;
use crate::model::id::AccountId;
use crate::model::time::UtcTime;
use crate::model::witness::{NameTrace, WitnessTrace};
use crate::normalise::cloudtrail::{account_of, principal_of};
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
        let [request, response] = catalogue.told_of_loss((source, name), [head.request, head.response]);
        let found = witnessed((source, name), (&request, &response), catalogue);
        if found.is_empty() {
            return;
        }
        let hash = |name: &str| self.examiner.thing_hash(&account, name);
        self.witnesses.push(WitnessTrace {
            record: u32::try_from(record.place.ordinal).expect("an object is bounded to far fewer records"),
            at: time.micros(),
            names: found.iter().map(|(bearing, name)| NameTrace::new(*bearing, hash(name))).collect(),
        });
    }
}

impl Examiner<'_> {
    /// The hash of the name of a thing, as a [`WitnessTrace`] holds it.
    pub fn thing_hash(&self, account: &AccountId, name: &str) -> u64 {
        texts_hash(self.key, &[account.as_str(), name])
    }

    /// Reads an object again for some of its records: path, and ordinals in
    /// their order.
    pub fn recalled(&self, found: &Found, wanted: &BTreeMap<&ObjectPath, Vec<u32>>) -> Vec<Recalled> {
        self.again(found, &|path| {
            let ordinals = wanted.get(path)?;
            Some(move |record: &Record<'_>| {
                u32::try_from(record.place.ordinal).is_ok_and(|at| ordinals.binary_search(&at).is_ok())
            })
        })
    }
}
