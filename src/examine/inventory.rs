//! What the examination of one object takes from exports of settings.
//!
//! Owns: counting their rows, each a record of its own with an ordinal, and
//! what is remembered of an item of AWS Config until it is known which of them
//! are about something destroyed.

use std::collections::BTreeMap;

use crate::decode::{self, Aside, Document, Fault, Place, Record, RfcEntry, Sink};
use crate::evidence::discover::Found;
use crate::evidence::read::Container;
use crate::evidence::s3_key;
use crate::model::evidence::ObjectPath;
use crate::model::hash::ContentHash;
use crate::model::id::AccountId;
use crate::model::inventory::{ConfigItem, ConfigTrace};
use crate::model::problem::ProblemKind;
use crate::normalise::inventory::{Origin, TakeItem, configuration, read};
use crate::timeline::{RunKey, texts_hash};

use super::{Examiner, ObjectSink, archive};

impl ObjectSink<'_, '_> {
    /// Takes the rows of a document; tells whether it is such an export.
    pub(super) fn inventory(&mut self, document: &Document<'_>) -> bool {
        let origin = origin((&self.path, self.key_account.as_ref()), document, self.more_rows);
        let first_row = origin.first_row;
        let (key, traces) = (self.examiner.key, &mut self.traces);
        let accounts = &mut self.inventory.item_accounts;
        let take: TakeItem<'_> = &mut |item, configuration| {
            if let Some(account) = item.account_id.as_ref().filter(|account| !accounts.contains(account)) {
                accounts.insert(account.clone());
            }
            traces.push(trace(key, &item, configuration.is_some()));
        };
        let Some(read) = read(document.kind, origin, take) else { return false };
        let rejected = read.rejected.len() as u64;
        self.counts.seen += read.rows;
        self.counts.rejected += rejected;
        self.counts.kept += read.rows - rejected;
        for (row, why) in read.rejected {
            let place = Place { ordinal: first_row + row, ..document.place };
            self.problem(ProblemKind::RejectedRecord, place, why);
        }
        self.more_rows += read.rows.saturating_sub(1);
        self.inventory.extend(read.inventory);
        true
    }
}

/// Where a document lies whose object has so many rows more than documents
/// before it.
fn origin<'a>(
    (path, account): (&'a ObjectPath, Option<&'a AccountId>),
    document: &Document<'a>,
    more_rows: u64,
) -> Origin<'a> {
    let place = document.place;
    Origin {
        path,
        first_row: place.ordinal + more_rows,
        bytes: (place.start as u64, place.end as u64),
        text: document.text,
        account,
    }
}

fn trace(key: RunKey, item: &ConfigItem, configured: bool) -> ConfigTrace {
    let names = [&item.arn, &item.resource_id, &item.resource_name].map(|name| name.as_deref().unwrap_or(""));
    let account = item.account_id.as_ref().map_or("", AccountId::as_str);
    let region = item.region.as_ref().map_or("", |region| region.as_str());
    let [arn, id, name] = names;
    ConfigTrace {
        identity: texts_hash(key, &[account, region, &item.resource_type, arn, id, name]),
        names: names.map(|name| name_hash(key, name)),
        captured: item.captured_at.map_or(i64::MIN, |time| time.micros()),
        record: u32::try_from(item.evidence.record).expect("an object is bounded to far fewer records"),
        tells: configured && !item.deleted && item.captured_at.is_some(),
    }
}

/// The hash of one name of a resource, as a [`ConfigTrace`] holds it.
fn name_hash(key: RunKey, name: &str) -> u64 {
    texts_hash(key, &[name])
}

/// Items of AWS Config that were read again, and the object they lie in.
#[derive(Debug)]
pub struct Reread {
    /// The object.
    pub path: ObjectPath,
    /// SHA-256 of the object as it was read again.
    pub sha256: ContentHash,
    /// The items, configurations included.
    pub items: Vec<ConfigItem>,
}

impl Examiner<'_> {
    /// Reads an object again for some items of AWS Config in it: path, and
    /// ordinals in their order.
    pub fn config_items(&self, found: &Found, wanted: &BTreeMap<&ObjectPath, Vec<u32>>) -> Vec<Reread> {
        let all = archive::contents_again(found, self.days, &|path, content, inflated| {
            let ordinals = wanted.get(path)?;
            let key_account = s3_key::facts(path.as_str()).account_id;
            let mut sink = ItemSink { path, key_account, ordinals, items: Vec::new(), more_rows: 0 };
            if !matches!(content.container, Container::NotOpened(_) | Container::Archive(_)) {
                decode::decode(inflated, &mut sink);
            }
            Some(Reread { path: path.clone(), sha256: content.sha256, items: sink.items })
        });
        all.into_iter().flatten().collect()
    }

    /// The hash of a name of a resource, as a [`ConfigTrace`] holds it.
    pub fn name_hash(&self, name: &str) -> u64 {
        name_hash(self.key, name)
    }
}

/// Takes a few items of AWS Config in full, by their ordinals in order.
struct ItemSink<'o> {
    path: &'o ObjectPath,
    key_account: Option<AccountId>,
    ordinals: &'o [u32],
    items: Vec<ConfigItem>,
    more_rows: u64,
}

impl Sink for ItemSink<'_> {
    fn document(&mut self, document: Document<'_>) {
        let origin = origin((self.path, self.key_account.as_ref()), &document, self.more_rows);
        let (ordinals, items) = (self.ordinals, &mut self.items);
        let take: TakeItem<'_> = &mut |item, raw| {
            let wanted =
                u32::try_from(item.evidence.record).is_ok_and(|at| ordinals.binary_search(&at).is_ok());
            if wanted {
                items.push(ConfigItem { configuration: raw.map(configuration), ..item });
            }
        };
        let rows = read(document.kind, origin, take).map_or(0, |read| read.rows);
        self.more_rows += rows.saturating_sub(1);
    }

    fn record(&mut self, _: Record<'_>) {}

    fn rfc(&mut self, _: RfcEntry<'_>) {}

    fn aside(&mut self, _: Aside<'_>) {}

    fn fault(&mut self, _: Fault) {}
}
