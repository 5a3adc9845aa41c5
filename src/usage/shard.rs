//! What one thread counts, record by record.
//!
//! Owns: knowing a caller and a combination again by a keyed hash of the raw
//! text, so that of most records nothing is read and nothing copied.

use std::collections::{BTreeSet, HashMap};
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::BaselineTimes;
use super::fold::{Alike, Folded};
use crate::decode::head::{Flag, Head};
use crate::limits::{ACTOR_COMBINATIONS_HELD_MAX, ACTOR_VALUE_CHARS_MAX, IDENTITIES_HELD_MAX};
use crate::model::actor::{ActorKey, Calls, Span, Trait, WeekHours, network};
use crate::model::event::{is_denial, is_read_name};
use crate::model::id::AccountId;
use crate::model::principal::Principal;
use crate::model::time::UtcTime;
use crate::normalise::cloudtrail::{clean_text, principal_of};
use crate::timeline::{CallerMark, RunKey, texts_hash};

/// The keys are hashes already.
#[derive(Clone, Copy, Debug, Default)]
struct AsIs(u64);

impl Hasher for AsIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = xxh3_64_with_seed(bytes, self.0);
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

type ByHash = HashMap<u64, u32, BuildHasherDefault<AsIs>>;

/// A caller that a shard has met.
#[derive(Debug)]
struct Caller {
    key: ActorKey,
    mark: [u8; 5],
    access_keys: BTreeSet<Arc<str>>,
}

/// Calls of one caller to one service and region, from one address with one agent.
#[derive(Debug)]
struct Combination {
    caller: u32,
    /// Service, region, network, user agent.
    values: [Arc<str>; 4],
    span: Span,
    calls: Calls,
    hours: WeekHours,
}

/// What one thread counts.
#[derive(Debug)]
pub struct Shard {
    key: RunKey,
    baseline: Option<BaselineTimes>,
    identities: ByHash,
    callers: Vec<Caller>,
    by_mark: HashMap<[u8; 5], u32>,
    by_hash: ByHash,
    combinations: Vec<Combination>,
    texts: BTreeSet<Arc<str>>,
}

/// Bits of the last byte of a mark.
const READ: u8 = 1;
const DENIED: u8 = 2;

/// What the marks of copies say: whose they are, and which calls.
pub(super) fn unmark(mark: CallerMark, count: u64) -> ([u8; 5], Calls) {
    let [a, b, c, d, e, kind] = mark;
    let of = |is: bool| if is { count } else { 0 };
    let read = kind & READ != 0;
    let calls = Calls { reads: of(read), writes: of(!read), denied: of(kind & DENIED != 0) };
    ([a, b, c, d, e], calls)
}

impl Shard {
    pub(super) fn new(key: RunKey, baseline: Option<BaselineTimes>) -> Self {
        Self {
            key,
            baseline,
            identities: ByHash::default(),
            callers: Vec::new(),
            by_mark: HashMap::new(),
            by_hash: ByHash::default(),
            combinations: Vec::new(),
            texts: BTreeSet::new(),
        }
    }

    /// Counts a record about that account. Gives the mark by which it is taken
    /// back, should it turn out to be a copy.
    pub fn add(&mut self, head: &Head<'_>, account: Option<&AccountId>, time: Option<UtcTime>) -> CallerMark {
        let caller = self.caller(head, account);
        let place = self.combination(caller, head);
        let read = match head.read_only {
            Flag::Yes => true,
            Flag::No => false,
            Flag::Absent => is_read_name(head.event_name.as_str().unwrap_or_default()),
        };
        let denied = head.error_code.as_str().is_some_and(is_denial);
        let combination = &mut self.combinations[place as usize];
        combination.calls.reads += u64::from(read);
        combination.calls.writes += u64::from(!read);
        combination.calls.denied += u64::from(denied);
        if let Some(time) = time {
            let span = &mut combination.span;
            span.first = Some(span.first.map_or(time, |first| first.min(time)));
            span.last = span.last.max(Some(time));
            span.in_baseline |= self.baseline.is_some_and(|(from, to)| from <= time && time < to);
            combination.hours.add(time);
        }
        let [a, b, c, d, e] = self.callers[caller as usize].mark;
        [a, b, c, d, e, (if read { READ } else { 0 }) | (if denied { DENIED } else { 0 })]
    }

    /// Whether it should be put together.
    pub(super) fn is_full(&self) -> bool {
        self.combinations.len() >= ACTOR_COMBINATIONS_HELD_MAX || self.identities.len() >= IDENTITIES_HELD_MAX
    }

    /// Puts together what it holds, once it is full.
    pub fn relieve(&mut self, folded: &mut Folded) {
        if self.is_full() {
            self.fold_into(folded);
        }
    }

    /// The place of the record's caller.
    fn caller(&mut self, head: &Head<'_>, account: Option<&AccountId>) -> u32 {
        let identity = head.user_identity.unwrap_or_default();
        let about = account.map(AccountId::as_str).unwrap_or_default();
        let hash = xxh3_64_with_seed(about.as_bytes(), self.key.seed());
        let hash = xxh3_64_with_seed(identity.as_bytes(), hash);
        if let Some(place) = self.identities.get(&hash) {
            return *place;
        }
        let place = self.met(&principal_of(identity), account);
        self.identities.insert(hash, place);
        place
    }

    /// A caller whose identity was not seen in these words before.
    fn met(&mut self, principal: &Principal, account: Option<&AccountId>) -> u32 {
        let key = bounded(ActorKey::of(principal, account));
        let about = key.account_id.as_ref().map(AccountId::as_str).unwrap_or_default();
        let hash = texts_hash(self.key, &[about, &key.actor, &key.actor_type, &key.role_name]);
        let [a, b, c, d, e, ..] = hash.to_le_bytes();
        let mark = [a, b, c, d, e];
        let next = u32::try_from(self.callers.len()).expect("a shard is folded long before");
        let place = *self.by_mark.entry(mark).or_insert(next);
        if place == next {
            self.callers.push(Caller { key, mark, access_keys: BTreeSet::new() });
        }
        let access_key = principal.access_key_id.as_ref().map(|id| id.as_str()).unwrap_or_default();
        if !access_key.is_empty() {
            let access_key = self.text(access_key);
            self.callers[place as usize].access_keys.insert(access_key);
        }
        place
    }

    /// The place of the record's combination.
    fn combination(&mut self, caller: u32, head: &Head<'_>) -> u32 {
        let service = head.event_source.as_str().unwrap_or_default();
        let region = head.region.as_str().unwrap_or_default();
        let address = head.source_ip.as_str().unwrap_or_default();
        let agent = head.user_agent.as_str().unwrap_or_default();
        let mut hash = self.key.seed() ^ u64::from(caller).rotate_left(32);
        for text in [service, region, address, agent] {
            hash = xxh3_64_with_seed(text.as_bytes(), hash);
        }
        if let Some(place) = self.by_hash.get(&hash) {
            return *place;
        }
        let agent = clean_text(agent);
        let values = [service, region, &network(address), &agent].map(|text| self.text(text));
        let place = u32::try_from(self.combinations.len()).expect("a shard is folded long before");
        self.combinations.push(Combination {
            caller,
            values,
            span: Span::default(),
            calls: Calls::default(),
            hours: WeekHours::default(),
        });
        self.by_hash.insert(hash, place);
        place
    }

    /// The text, cut to its bound and held once.
    fn text(&mut self, text: &str) -> Arc<str> {
        let text = cut(text);
        if let Some(known) = self.texts.get(text) {
            return known.clone();
        }
        let new: Arc<str> = Arc::from(text);
        self.texts.insert(new.clone());
        new
    }

    /// Hands over all that was counted, and begins anew.
    pub fn fold_into(&mut self, folded: &mut Folded) {
        const TRAITS: [Trait; 4] = [Trait::Service, Trait::Region, Trait::Network, Trait::UserAgent];
        for one in self.combinations.drain(..) {
            let caller = &self.callers[one.caller as usize];
            let mut values = TRAITS.iter().zip(&one.values).map(|(which, value)| (*which, value));
            let alike = Alike {
                values: std::array::from_fn(|_| values.next().expect("as many values as traits")),
                span: one.span,
                calls: one.calls,
                hours: one.hours,
            };
            folded.add((&caller.key, caller.mark), &alike);
        }
        for caller in self.callers.drain(..) {
            for access_key in &caller.access_keys {
                folded.add_key((&caller.key, caller.mark), access_key);
            }
        }
        self.identities.clear();
        self.by_mark.clear();
        self.by_hash.clear();
        self.texts.clear();
    }
}

/// The text up to its bound.
fn cut(text: &str) -> &str {
    if text.len() <= ACTOR_VALUE_CHARS_MAX {
        return text;
    }
    let end = text.char_indices().nth(ACTOR_VALUE_CHARS_MAX).map_or(text.len(), |(at, _)| at);
    &text[..end]
}

/// The key with each text cut to its bound.
fn bounded(key: ActorKey) -> ActorKey {
    let short = |text: Arc<str>| if cut(&text).len() == text.len() { text } else { Arc::from(cut(&text)) };
    ActorKey {
        account_id: key
            .account_id
            .map(|id| if cut(id.as_str()) == id.as_str() { id } else { cut(id.as_str()).into() }),
        actor: short(key.actor),
        actor_type: short(key.actor_type),
        role_name: short(key.role_name),
    }
}
