//! What one thread counts, record by record.
//!
//! Owns: knowing a caller, what it called and where from by keyed hashes of raw
//! text, so that of most records nothing is read and nothing copied. Two pairs of
//! values instead of all four together: so there are few.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::BaselineTimes;
use super::fold::{Folded, Sum};
use crate::decode::head::{Flag, Head};
use crate::limits::{ACTOR_PAIRS_HELD_MAX, ACTOR_VALUE_CHARS_MAX, IDENTITIES_HELD_MAX};
use crate::model::actor::{ActorKey, Calls, Span, Trait, network};
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
    sum: Sum,
    access_keys: BTreeSet<Arc<str>>,
}

/// Two values that calls of one caller have in common.
#[derive(Debug)]
struct Pair {
    caller: u32,
    /// Places among the texts.
    values: [u32; 2],
    span: Span,
}

/// Pairs of one kind: each is told by a hash of its raw texts.
#[derive(Debug, Default)]
struct Pairs {
    by_hash: ByHash,
    all: Vec<Pair>,
}

/// What one thread counts.
#[derive(Debug)]
pub struct Shard {
    key: RunKey,
    baseline: Option<BaselineTimes>,
    identities: ByHash,
    callers: Vec<Caller>,
    by_mark: HashMap<[u8; 5], u32>,
    /// Services with regions.
    targets: Pairs,
    /// Networks with user agents.
    origins: Pairs,
    /// Values of pairs.
    texts: Vec<Arc<str>>,
    /// Their places, by hashes of the raw texts that they were made of.
    by_raw: ByHash,
}

/// Callers that stay known when what was counted of them is handed over.
const CALLERS_KEPT_MAX: usize = 4096;

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
            targets: Pairs::default(),
            origins: Pairs::default(),
            texts: Vec::new(),
            by_raw: ByHash::default(),
        }
    }

    /// Counts a record about that account; `identity` is the keyed hash of its raw
    /// `userIdentity`. Gives the mark by which it is taken
    /// back, should it turn out to be a copy.
    pub fn add(
        &mut self,
        (head, identity): (&Head<'_>, u64),
        account: Option<&AccountId>,
        time: Option<UtcTime>,
    ) -> CallerMark {
        let caller = self.caller((head, identity), account);
        let read = match head.read_only {
            Flag::Yes => true,
            Flag::No => false,
            Flag::Absent | Flag::WrongType => is_read_name(head.event_name.as_str().unwrap_or_default()),
        };
        let denied = head.error_code.as_str().is_some_and(is_denial);
        let in_baseline = self.baseline.zip(time).is_some_and(|((from, to), time)| from <= time && time < to);
        let sum = &mut self.callers[caller as usize].sum;
        sum.calls.reads += u64::from(read);
        sum.calls.writes += u64::from(!read);
        sum.calls.denied += u64::from(denied);
        extend(&mut sum.span, time, in_baseline);
        if let Some(time) = time {
            sum.hours.add(time);
        }
        extend(self.target(caller, head), time, in_baseline);
        extend(self.origin(caller, head), time, in_baseline);
        let [a, b, c, d, e] = self.callers[caller as usize].mark;
        [a, b, c, d, e, (if read { READ } else { 0 }) | (if denied { DENIED } else { 0 })]
    }

    /// Whether it should be put together.
    pub(super) fn is_full(&self) -> bool {
        self.targets.all.len() >= ACTOR_PAIRS_HELD_MAX
            || self.origins.all.len() >= ACTOR_PAIRS_HELD_MAX
            || self.identities.len() >= IDENTITIES_HELD_MAX
    }

    /// Puts together what it holds, once it is full.
    pub fn relieve(&mut self, folded: &mut Folded) {
        if self.is_full() {
            self.fold_into(folded);
        }
    }

    /// The place of the record's caller.
    fn caller(&mut self, (head, identity): (&Head<'_>, u64), account: Option<&AccountId>) -> u32 {
        let about = account.map(AccountId::as_str).unwrap_or_default();
        let hash = xxh3_64_with_seed(about.as_bytes(), identity ^ self.key.seed());
        if let Some(place) = self.identities.get(&hash) {
            return *place;
        }
        let place = self.met(&principal_of(head.user_identity.unwrap_or_default()), account);
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
            self.callers.push(Caller { key, mark, sum: Sum::default(), access_keys: BTreeSet::new() });
        }
        let access_key = principal.access_key_id.as_ref().map(|id| id.as_str()).unwrap_or_default();
        if !access_key.is_empty() {
            let known = &mut self.callers[place as usize].access_keys;
            let access_key = cut(access_key);
            if !known.contains(access_key) {
                known.insert(Arc::from(access_key));
            }
        }
        place
    }

    /// When the record's caller called that service in that region.
    fn target(&mut self, caller: u32, head: &Head<'_>) -> &mut Span {
        let service = head.event_source.as_str().unwrap_or_default();
        let region = head.region.as_str().unwrap_or_default();
        let hash = self.hash(caller, [service, region]);
        let place = match self.targets.by_hash.get(&hash) {
            Some(place) => *place,
            None => {
                let values = [service, region].map(|text| self.text(0, text, |text| text.into()));
                self.targets.put(hash, caller, values)
            }
        };
        &mut self.targets.all[place as usize].span
    }

    /// When the record's caller called from that network with that user agent.
    fn origin(&mut self, caller: u32, head: &Head<'_>) -> &mut Span {
        let address = head.source_ip.as_str().unwrap_or_default();
        let agent = head.user_agent.as_str().unwrap_or_default();
        let hash = self.hash(caller, [address, agent]);
        let place = match self.origins.by_hash.get(&hash) {
            Some(place) => *place,
            None => {
                let values = [self.text(1, address, network), self.text(2, agent, clean_text)];
                self.origins.put(hash, caller, values)
            }
        };
        &mut self.origins.all[place as usize].span
    }

    fn hash(&self, caller: u32, texts: [&str; 2]) -> u64 {
        let seed = self.key.seed() ^ u64::from(caller).rotate_left(32);
        texts.iter().fold(seed, |hash, text| xxh3_64_with_seed(text.as_bytes(), hash))
    }

    /// The place of a value, cut to its bound, which `made` makes of a raw text:
    /// once for each text and each way, as the ways have numbers of their own.
    fn text(&mut self, way: u64, raw: &str, made: impl FnOnce(&str) -> Cow<'_, str>) -> u32 {
        let hash = xxh3_64_with_seed(raw.as_bytes(), self.key.seed() ^ way.rotate_right(8));
        if let Some(place) = self.by_raw.get(&hash) {
            return *place;
        }
        let place = u32::try_from(self.texts.len()).expect("a shard is folded long before");
        self.texts.push(Arc::from(cut(&made(raw))));
        self.by_raw.insert(hash, place);
        place
    }

    /// Hands over all that was counted, and begins anew.
    pub fn fold_into(&mut self, folded: &mut Folded) {
        for caller in &mut self.callers {
            let sum = std::mem::take(&mut caller.sum);
            if sum.calls.reads + sum.calls.writes == 0 {
                continue;
            }
            folded.add((&caller.key, caller.mark), sum);
            for access_key in &caller.access_keys {
                folded.note(&caller.key, (Trait::AccessKey, access_key), Span::default());
            }
        }
        let kinds = [
            (&mut self.targets, [Trait::Service, Trait::Region]),
            (&mut self.origins, [Trait::Network, Trait::UserAgent]),
        ];
        for (pairs, traits) in kinds {
            for pair in pairs.all.drain(..) {
                let key = &self.callers[pair.caller as usize].key;
                for (which, value) in traits.into_iter().zip(pair.values) {
                    folded.note(key, (which, &self.texts[value as usize]), pair.span);
                }
            }
            pairs.by_hash.clear();
        }
        self.texts.clear();
        self.by_raw.clear();
        // Callers that come again need not be read again, as long as they are few.
        if self.callers.len() >= CALLERS_KEPT_MAX || self.identities.len() >= IDENTITIES_HELD_MAX {
            self.callers.clear();
            self.identities.clear();
            self.by_mark.clear();
        }
    }
}

impl Pairs {
    fn put(&mut self, hash: u64, caller: u32, values: [u32; 2]) -> u32 {
        let place = u32::try_from(self.all.len()).expect("a shard is folded long before");
        self.all.push(Pair { caller, values, span: Span::default() });
        self.by_hash.insert(hash, place);
        place
    }
}

/// Takes one more time into a span.
fn extend(span: &mut Span, time: Option<UtcTime>, in_baseline: bool) {
    if let Some(time) = time {
        span.first = Some(span.first.map_or(time, |first| first.min(time)));
        span.last = span.last.max(Some(time));
        span.in_baseline |= in_baseline;
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
