//! One object, from its bytes to kept events, counts and problems.
//!
//! Owns how the stages work together on one object; it is the unit of parallel
//! work and shares no state with other objects. May not write anything.

mod again;
pub mod archive;
mod aside;
mod callers;
mod canonical;
mod counting;
mod covered;
mod event_time;
mod handed_out;
mod inventory;
mod matched;
mod remembered;
mod row;
mod rows;
mod seen;
mod seldom;
mod sink;
mod skim;
mod spent;
mod unopened;
mod witness;

use serde::{Deserialize, Serialize};
use std::sync::atomic::AtomicBool;
use std::time::Instant;

pub use self::again::Recalled;
pub use self::aside::account_and_time;
pub use self::callers::{Callers, WantedHashes};
pub use self::canonical::CanonicalHashes;
use self::counting::Counting;
use self::covered::packing;
pub use self::handed_out::HandedOut;
pub use self::inventory::Reread;
pub use self::remembered::Remembered;
use self::row::row;
use self::rows::ObjectRows;
pub use self::seldom::{Extras, Seldom};
use self::sink::ObjectSink;
pub use self::skim::Depth;
pub use self::spent::{Part, Spent};
use self::unopened::{archive_itself, not_opened, not_opened_packing};
use crate::classify::Classifier;
use crate::correlate::tells_of_others;
use crate::decode;
use crate::detect::Detector;
use crate::evidence::discover::Found;
use crate::evidence::read::{Container, Content};
use crate::evidence::s3_key::{self};
use crate::integrity::Packing;
use crate::lake::Lake;
use crate::limits::{MEMORY_LIMIT_BYTES, prints_bytes_max};
use crate::model::coverage::Counts;
use crate::model::event::Event;
use crate::model::evidence::ObjectPath;
use crate::model::hit::Hit;
use crate::model::id::{AccountId, Region};
use crate::model::object::Object;
use crate::model::problem::Problem;
use crate::model::time::Day;
use crate::runs::{Ordinals, Spool, Spooled};
use crate::timeline::{Fingerprint, Prints, RunKey};
use crate::usage::Usage;

/// What one object gave.
#[derive(Debug, Serialize, Deserialize)]
pub struct Examined {
    /// Its row; duplicates are filled in later.
    pub object: Object,
    /// Events kept from it, in its order; once handed over, those that tell something
    /// of others.
    pub events: Vec<Event>,
    /// All other events kept from it.
    #[serde(skip)]
    pub plain: Spooled<Event>,
    /// Ordinals of those.
    #[serde(skip)]
    pub plain_ordinals: Ordinals,
    /// Records in it that rules match; once handed over, those that correlations count.
    pub hits: Vec<Hit>,
    /// All other hits in it.
    #[serde(skip)]
    pub more_hits: Spooled<Hit>,
    /// Ordinals of their records.
    #[serde(skip)]
    pub more_ordinals: Ordinals,
    /// What few objects give.
    pub seldom: Seldom,
    /// What the run takes of it; `None` once handed over.
    pub pending: Option<Box<Pending>>,
    /// What is remembered of it, where the run has put it.
    #[serde(skip)]
    pub put_by: Spooled<Remembered>,
    /// The number under which the run has taken its fingerprints.
    #[serde(skip)]
    pub printed: Option<u32>,
    /// How its entries were spent.
    pub counts: Counts,
    /// Records in it that tell of a single call.
    pub calls: u64,
    /// Its number in the table of all events; `None` if there is none.
    pub ticket: Option<u32>,
    /// How its content came out of its packing.
    pub packing: Packing,
    /// Whether its records were skipped: then its times may be wrong.
    pub skimmed: bool,
}

/// What an object gives to the run as a whole.
#[derive(Debug, Serialize, Deserialize)]
pub struct Pending {
    /// What is remembered of it until all are read.
    pub remembered: Remembered,
    /// Of every record with an event id.
    #[serde(with = "crate::timeline::packed")]
    pub fingerprints: Vec<Fingerprint>,
}

impl Opened {
    /// Hands over to the run what it does not have to hold of each object.
    pub fn hand_over(&mut self, examiner: &Examiner<'_>) {
        for one in &mut self.examined {
            if let Some(Extras { first_member: Some((_, short)), .. }) = one.seldom.get_mut() {
                short.hand_over(examiner);
            }
            one.hand_over(examiner);
        }
        // Most hold one, and a list grows by four at first.
        self.examined.shrink_to_fit();
    }
}

impl Examined {
    fn hand_over(&mut self, examiner: &Examiner<'_>) {
        if let Some(pending) = self.pending.take() {
            let Pending { remembered, fingerprints: mut prints } = *pending;
            self.printed = (!prints.is_empty()).then(|| examiner.prints.add(&mut prints));
            self.put_by = examiner.spool.put(vec![remembered]);
        }
        let catalogue = examiner.classifier.catalogue();
        let all = std::mem::take(&mut self.events);
        let (mut events, plain): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|event| tells_of_others(event, catalogue));
        events.shrink_to_fit();
        self.events = events;
        self.put_plain(plain, examiner);
        let all = std::mem::take(&mut self.hits);
        let (mut hits, more): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|hit| examiner.detector.correlates(hit.rule));
        hits.shrink_to_fit();
        self.hits = hits;
        self.put_hits(more, examiner);
        // Many objects are of one place.
        self.object.account_id.iter_mut().for_each(AccountId::share);
        self.object.region.iter_mut().for_each(Region::share);
    }

    fn put_plain(&mut self, plain: Vec<Event>, examiner: &Examiner<'_>) {
        if plain.is_empty() {
            return;
        }
        let ordinals: Vec<u32> =
            plain.iter().filter_map(|event| u32::try_from(event.evidence.record).ok()).collect();
        self.plain_ordinals = Ordinals::of(&ordinals);
        self.plain = examiner.spool.put(plain);
    }

    fn put_hits(&mut self, more: Vec<Hit>, examiner: &Examiner<'_>) {
        if more.is_empty() {
            return;
        }
        let ordinals = more.iter().filter_map(|hit| u32::try_from(hit.evidence.record).ok());
        let mut ordinals: Vec<u32> = ordinals.collect();
        ordinals.dedup();
        self.more_ordinals = Ordinals::of(&ordinals);
        self.more_hits = examiner.spool.put(more);
    }

    /// Whether a rule matches a record.
    pub fn matches(&self, record: u32) -> bool {
        let place = self.hits.binary_search_by_key(&u64::from(record), |hit| hit.evidence.record);
        place.is_ok() || self.more_ordinals.holds(record)
    }

    /// Whether the event of a record is kept, or only counted.
    pub fn keeps(&self, record: u32) -> bool {
        let place = self.events.binary_search_by_key(&u64::from(record), |event| event.evidence.record);
        place.is_ok() || self.plain_ordinals.holds(record)
    }

    /// Lets all that came of the object share path and texts in memory, as it does
    /// when the object was just read.
    pub fn share(&mut self) {
        let path = &self.object.path;
        for event in &mut self.events {
            event.evidence.object.clone_from(path);
            event.share();
        }
        self.hits.iter_mut().for_each(|hit| hit.evidence.object.clone_from(path));
    }
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
    /// Entries of archives to open, by the date in their name: first day, and
    /// first day after.
    pub days: (Option<Day>, Option<Day>),
    /// How much of each object is looked at.
    pub depth: Depth,
    /// Keys that mode sessions handed out, as far as is known.
    pub handed_out: HandedOut,
    /// Callers of all records; `None` if nobody asks for them.
    pub usage: Option<Usage>,
    /// How long threads were at each part of the work.
    pub spent: Spent,
    /// Takes the rows of the table of all events; `None` if nobody asks for it.
    pub lake: Option<Lake>,
    /// Takes the fingerprints of what was examined.
    pub prints: Prints,
    /// Takes what the run does not have to hold of each object.
    pub spool: Spool,
}

impl<'c> Examiner<'c> {
    /// For one run.
    pub fn new(classifier: Classifier<'c>, detector: Detector<'c>, depth: Depth) -> Self {
        Self {
            classifier,
            detector,
            key: RunKey::draw(),
            days: (None, None),
            depth,
            handed_out: HandedOut::default(),
            usage: None,
            spent: Spent::default(),
            lake: None,
            prints: Prints::new(prints_bytes_max(MEMORY_LIMIT_BYTES), None),
            spool: Spool::default(),
        }
    }
}

impl<'c> Examiner<'c> {
    /// Whether something could not be put on disk, so that nothing can come of the run.
    pub fn is_broken(&self) -> bool {
        self.prints.is_broken() || self.spool.is_broken()
    }
}

/// What an object gave, and all in it if it is an archive.
#[derive(Debug, Serialize, Deserialize)]
pub struct Opened {
    /// Each object that was looked at.
    pub examined: Vec<Examined>,
    /// Entries that the choice of dates left unopened.
    pub left_out: Vec<ObjectPath>,
}

impl Examiner<'_> {
    /// Examines an object, and if it is an archive, all in it. Locations in
    /// what it gives name no object yet: their place in the run is not known.
    /// Once `interrupted` is set, an archive is left where it is.
    pub fn examine(&self, found: &Found, interrupted: &AtomicBool) -> Opened {
        self.examine_with(self.usage.as_ref(), found, interrupted)
    }

    /// The same, with its callers counted elsewhere than with the examiner's own.
    pub fn examine_with(&self, usage: Option<&Usage>, found: &Found, interrupted: &AtomicBool) -> Opened {
        if let Some(obstacle) = &found.obstacle {
            let key_facts = s3_key::facts(found.path.as_str());
            let mut sink = ObjectSink::new(self, &found.path, &key_facts);
            let object = not_opened(found, obstacle, key_facts);
            sink.problems.extend(obstacle.problem(&found.path));
            return Opened { examined: vec![sink.finish(object)], left_out: Vec::new() };
        }
        let (mut examined, left_out) =
            archive::contents(found, (self.days, interrupted), &|path, content, inflated| {
                self.content(path, usage, content, inflated)
            });
        if let Some((_, inside)) = examined.split_last_mut() {
            inside.iter_mut().for_each(|one| one.object.inside_archive = true);
        }
        Opened { examined, left_out }
    }

    fn content(
        &self,
        path: &ObjectPath,
        usage: Option<&Usage>,
        content: Content,
        inflated: &mut [u8],
    ) -> Examined {
        self.spent.add(Part::Hashing, content.hashing);
        self.spent.add(Part::Inflating, content.reading.saturating_sub(content.hashing));
        // Decided later whether the rest counts: a digest covers this much.
        let covered = content.first_member.as_ref().map(|first| inflated[..first.inflated_bytes].to_vec());
        let all = self.decoded(path, (usage, self.lake.as_ref()), &content, inflated);
        let Some(first) = content.first_member.clone().filter(|_| all.object.format == DELIVERY) else {
            return all;
        };
        let short = self.decoded(path, (usage, None), &content, &mut covered.unwrap_or_default());
        // The rows of both are those of the whole, as far as they count.
        let short = Examined { ticket: all.ticket, ..short };
        let mut all = all;
        all.seldom.first_member = Some((first, Box::new(short)));
        all
    }

    /// Decodes the content of an object, or as much of it as is given.
    fn decoded(
        &self,
        path: &ObjectPath,
        (usage, lake): (Option<&Usage>, Option<&Lake>),
        content: &Content,
        inflated: &mut [u8],
    ) -> Examined {
        let started = Instant::now();
        let mut sink = ObjectSink::new(self, path, &s3_key::facts(path.as_str()));
        sink.rows = lake.map(|lake| ObjectRows::begin(lake, path));
        sink.counting = Counting::of(usage, content.first_member.is_some());
        for fault in &content.faults {
            sink.problems.add(Problem::of_object(path, fault.kind, fault.detail.clone()));
        }
        if self.depth == Depth::Integrity
            && content.faults.is_empty()
            && !matches!(content.container, Container::NotOpened(_) | Container::Archive(_))
            && let Some(times) = skim::times(path, inflated)
        {
            return sink.skimmed(content, times);
        }
        let decoded = match content.container {
            Container::NotOpened(packing) => not_opened_packing(packing, &mut sink),
            Container::Archive(kind) => archive_itself(kind),
            Container::Plain | Container::Gzip | Container::Packed(_) => decode::decode(inflated, &mut sink),
        };
        sink.catch_up(inflated);
        let examining = sink.sampled * spent::SAMPLE;
        self.spent.add(Part::Examining, examining);
        self.spent.add(Part::Decoding, started.elapsed().saturating_sub(examining));
        let object = row(path, content, &decoded);
        sink.counts.rejected += decoded.rejected;
        sink.counts.seen += decoded.rejected;
        Examined { packing: packing(content), ..sink.finish(object) }
    }
}

/// The form in which trails deliver: the only one that digests list.
const DELIVERY: &str = "cloudtrail_delivery";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_of_each_object_is_small() {
        // A dump of 50 million events has 40,000 objects.
        assert!(size_of::<Examined>() <= 512, "{}", size_of::<Examined>());
    }
}
