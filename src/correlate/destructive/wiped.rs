//! Which calls may have destroyed, or brought back, what stands behind delete markers.
//!
//! Owns: remembering which objects and buckets a call was about that may leave
//! markers, in room that does not grow. It may take one for another: so it says yes
//! too often, never too seldom. What such a call really did, `purge` and `undone` judge.

use std::collections::BTreeMap;

use serde_json::Value;
use xxhash_rust::xxh3::xxh3_64;

use crate::model::event::Event;
use crate::model::id::AccountId;
use crate::model::time::UtcTime;

use super::super::payload;
use super::versions;

/// What deletions of objects left, as far as the calls have gone by.
#[derive(Debug, Default)]
pub(super) struct Wiped {
    /// Objects whose deletion may have left a marker, and buckets of deleted objects.
    left: Filter,
    /// The second of the last call, and what calls in it destroyed of which nothing
    /// had been left before: within one second the order says nothing.
    second: i64,
    waiting: BTreeMap<u64, Vec<Event>>,
}

impl Wiped {
    /// Notes what a succeeded call may leave; gives what that is.
    pub(super) fn note(&mut self, event: &Event, request: &Value) -> Vec<u64> {
        let deletes = matches!(&*event.event_name, "DeleteObject" | "DeleteObjects");
        let Some(bucket) = payload::text(request, &["bucketName"])
            .filter(|_| deletes && &*event.event_source == "s3.amazonaws.com")
        else {
            return Vec::new();
        };
        let response = match &*event.event_name {
            "DeleteObjects" => payload::parse(event.response_elements.as_ref()),
            _ => Value::Null,
        };
        let objects = versions::unversioned(request, &response);
        let mut left: Vec<u64> = objects.iter().map(|key| object(bucket, key)).collect();
        left.extend(event.account_id.as_ref().map(|account| bucket_of(account, bucket)));
        left.iter().for_each(|one| self.left.add(*one));
        left
    }

    /// Whether what a succeeded call destroyed may stand behind what calls before it, or in
    /// its second, left. Calls come in order of time; `older` is told those of which that
    /// shows only now.
    pub(super) fn wants(&mut self, event: &Event, request: &Value, older: &mut dyn FnMut(Event)) -> bool {
        let Some(second) = event.time.map(UtcTime::seconds) else { return false };
        if second != self.second {
            (self.second, self.waiting) = (second, BTreeMap::new());
        }
        for left in self.note(event, request) {
            self.waiting.remove(&left).into_iter().flatten().for_each(&mut *older);
        }
        let Some(bucket) = payload::text(request, &["bucketName"]) else { return false };
        let destroyed = match &*event.event_name {
            "DeleteBucket" => event.account_id.as_ref().map(|account| bucket_of(account, bucket)),
            "DeleteObject" if !versions::leaves_markers(event, request) => {
                payload::text(request, &["key"]).map(|key| object(bucket, key))
            }
            _ => None,
        };
        let Some(destroyed) = destroyed else { return false };
        let wanted = self.left.may_hold(destroyed);
        if !wanted {
            self.waiting.entry(destroyed).or_default().push(event.clone());
        }
        wanted
    }
}

fn object(bucket: &str, key: &str) -> u64 {
    xxh3_64(format!("{bucket}/{key}").as_bytes())
}

fn bucket_of(account: &AccountId, bucket: &str) -> u64 {
    xxh3_64(format!("{} {bucket}", account.as_str()).as_bytes())
}

/// A set of sums that may hold more than was put into it: three bits for each.
#[derive(Debug, Default)]
struct Filter(Vec<u64>);

/// Words of 64 bits: 16 MiB. With ten million sums in it, it takes one in a hundred
/// others for one of them.
const FILTER_WORDS: usize = 1 << 21;

impl Filter {
    fn add(&mut self, sum: u64) {
        if self.0.is_empty() {
            self.0.resize(FILTER_WORDS, 0);
        }
        for (word, bit) in places(sum) {
            if let Some(word) = self.0.get_mut(word) {
                *word |= bit;
            }
        }
    }

    fn may_hold(&self, sum: u64) -> bool {
        places(sum).into_iter().all(|(word, bit)| self.0.get(word).is_some_and(|word| word & bit != 0))
    }
}

/// Word and bit of each place of a sum.
fn places(sum: u64) -> [(usize, u64); 3] {
    [sum, sum.rotate_left(21), sum.rotate_left(42)]
        .map(|part| ((part >> 6) as usize % FILTER_WORDS, 1 << (part & 63)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_in_is_held_and_little_else() {
        let mut filter = Filter::default();
        assert!(!filter.may_hold(0), "an empty one takes no room");
        let sum = |n: u32| xxh3_64(&n.to_le_bytes());
        (0..100_000).for_each(|n| filter.add(sum(n)));
        assert!((0..100_000).all(|n| filter.may_hold(sum(n))));
        let others = (100_000..200_000).filter(|n| filter.may_hold(sum(*n))).count();
        assert!(others < 10, "{others}");
    }
}
