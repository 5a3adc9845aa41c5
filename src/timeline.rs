//! One event, however often it was delivered.
//!
//! Owns de-duplication by event id and recipient account, contents compared.
//! Works on fingerprints of 40 bytes, so that memory does not follow the
//! dump's size but its number of records; never sees a record's text. Drops
//! nothing that it does not count.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, Hasher, RandomState};

use rayon::slice::ParallelSliceMut;
use xxhash_rust::xxh3::{xxh3_64_with_seed, xxh3_128_with_seed};

/// The secret of one run. Nobody who writes evidence knows it, so nobody can
/// prepare two records that look alike to this tool. It decides no output:
/// only whether two hashes are equal counts.
#[derive(Clone, Copy, Debug)]
pub struct RunKey(u64);

impl RunKey {
    /// Draws a new one.
    pub fn draw() -> Self {
        Self(RandomState::new().build_hasher().finish())
    }

    /// One that was drawn before.
    pub fn of(seed: u64) -> Self {
        Self(seed)
    }

    /// What hashes start from.
    pub fn seed(self) -> u64 {
        self.0
    }
}

/// Place of a record: index of its object in the run, ordinal in the object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location {
    /// Index of the object, in path order.
    pub object: u32,
    /// Ordinal of the record in it.
    pub record: u32,
}

/// Whose record it is and of which kind, in bytes that only `usage` understands.
pub type CallerMark = [u8; 6];

/// What is remembered of every record that has an event id.
#[derive(Clone, Copy, Debug)]
pub struct Fingerprint {
    identity: [u64; 2],
    content: u64,
    location: Location,
    kept: bool,
    matched: bool,
    caller: CallerMark,
}

/// What each record of a dump costs in memory; README and ARCHITECTURE say it.
const _: () = assert!(size_of::<Fingerprint>() == 40);

impl Fingerprint {
    /// Says which object of the run its record lies in.
    pub fn set_object(&mut self, object: u32) {
        self.location.object = object;
    }

    /// Says whether a rule matches its record.
    pub fn set_matched(&mut self, matched: bool) {
        self.matched = matched;
    }

    /// Says whose record it is.
    pub fn set_caller(&mut self, caller: CallerMark) {
        self.caller = caller;
    }

    /// Where its record lies.
    pub fn location(&self) -> Location {
        self.location
    }

    /// Says whether its event is kept after all.
    pub fn keep(&mut self, kept: bool) {
        self.kept = kept;
    }

    /// Of the record with this event id and recipient account. `kept` tells
    /// whether its event is kept or only counted.
    pub fn new(key: RunKey, identity: (&str, &str), text: &str, (location, kept): (Location, bool)) -> Self {
        let (event_id, recipient) = identity;
        let hash = identity_hash(key, event_id.as_bytes(), recipient.as_bytes());
        let identity = [(hash >> 64) as u64, hash as u64];
        Self { identity, content: content_hash(key, text), location, kept, matched: false, caller: [0; 6] }
    }
}

/// Fingerprints as they are kept in a file: 36 bytes each, none of them a length.
pub mod packed {
    use serde::de::{Error as _, Visitor};
    use serde::{Deserializer, Serializer};

    use super::{Fingerprint, Location};

    /// Bytes of one.
    const BYTES: usize = 36;

    /// Writes them one after the other.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(all: &[Fingerprint], out: S) -> Result<S::Ok, S::Error> {
        let mut bytes = Vec::with_capacity(all.len() * BYTES);
        for one in all {
            bytes.extend(one.identity[0].to_le_bytes());
            bytes.extend(one.identity[1].to_le_bytes());
            bytes.extend(one.content.to_le_bytes());
            bytes.extend(one.location.record.to_le_bytes());
            bytes.extend(one.caller);
            bytes.extend([u8::from(one.kept), u8::from(one.matched)]);
        }
        out.serialize_bytes(&bytes)
    }

    /// Reads them; their object is not known yet.
    ///
    /// # Errors
    /// Those of the deserializer, and a length that is no multiple of one.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Fingerprint>, D::Error> {
        struct Bytes;
        impl Visitor<'_> for Bytes {
            type Value = Vec<Fingerprint>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("fingerprints")
            }

            fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<Self::Value, E> {
                let (all, []) = bytes.as_chunks::<BYTES>() else {
                    return Err(E::custom("a fingerprint is cut"));
                };
                Ok(all.iter().map(one).collect())
            }
        }
        from.deserialize_bytes(Bytes).map_err(D::Error::custom)
    }

    fn one(bytes: &[u8; BYTES]) -> Fingerprint {
        let word = |from: usize| {
            let mut word = [0; 8];
            word.copy_from_slice(&bytes[from..from + 8]);
            u64::from_le_bytes(word)
        };
        let [.., r0, r1, r2, r3, c0, c1, c2, c3, c4, c5, kept, matched] = *bytes;
        Fingerprint {
            identity: [word(0), word(8)],
            content: word(16),
            location: Location { object: 0, record: u32::from_le_bytes([r0, r1, r2, r3]) },
            kept: kept != 0,
            matched: matched != 0,
            caller: [c0, c1, c2, c3, c4, c5],
        }
    }
}

/// The keyed hash of what copies of one event share.
fn identity_hash(key: RunKey, event_id: &[u8], recipient: &[u8]) -> u128 {
    // As a rule 36 and 12 bytes: no memory is asked for.
    let mut room = [0u8; 64];
    let length = event_id.len() + 1 + recipient.len();
    let Some(joined) = room.get_mut(..length) else {
        return xxh3_128_with_seed(&[event_id, b"\xff", recipient].concat(), key.0);
    };
    let (id, rest) = joined.split_at_mut(event_id.len());
    id.copy_from_slice(event_id);
    rest[0] = b'\xff';
    rest[1..].copy_from_slice(recipient);
    xxh3_128_with_seed(joined, key.0)
}

/// The keyed hash of a record's text.
pub fn content_hash(key: RunKey, text: &str) -> u64 {
    xxh3_64_with_seed(text.as_bytes(), key.0)
}

/// The keyed hash of several texts, each apart from the next.
pub fn texts_hash(key: RunKey, texts: &[&str]) -> u64 {
    let mut joined = Vec::with_capacity(texts.iter().map(|text| text.len() + 1).sum());
    for text in texts {
        joined.extend_from_slice(text.as_bytes());
        // No text holds this byte.
        joined.push(b'\xff');
    }
    xxh3_64_with_seed(&joined, key.0)
}

/// Fingerprints of a run, sorted so that copies lie side by side, the one to
/// keep first.
#[derive(Debug)]
pub struct Fingerprints(Vec<Fingerprint>);

/// What became of all records that have a copy.
#[derive(Debug, Default)]
pub struct Copies {
    /// Kept events that are copies of another: they go. Sorted.
    pub dropped: Vec<Location>,
    /// Records that a rule matches and that are copies of another. Sorted.
    pub dropped_matches: Vec<Location>,
    /// Kept events that have copies, and how many deliveries there are. Sorted.
    pub delivered: Vec<(Location, u32)>,
    /// For each object that holds a copy: how many it holds. Sorted.
    pub per_object: Vec<(u32, u64)>,
    /// Copies of events that are only counted.
    pub counted_only: u64,
    /// How many copies there are of each caller's records, by its mark.
    pub callers: BTreeMap<CallerMark, u64>,
    /// Records of one identity with different contents: all were kept. Sorted.
    pub conflicts: Vec<Vec<Location>>,
    /// The same of all records, whether kept or only counted, if that was asked for.
    pub rows: RowCopies,
}

/// Which records are copies of others, and how many deliveries there are of the
/// rest, for the table of all events. Both sorted.
#[derive(Clone, Debug, Default)]
pub struct RowCopies {
    /// Copies: they go.
    pub dropped: Vec<Location>,
    /// Records that have copies, and how many deliveries there are.
    pub delivered: Vec<(Location, u32)>,
}

impl Fingerprints {
    /// Sorts them.
    pub fn new(mut all: Vec<Fingerprint>) -> Self {
        all.par_sort_unstable_by_key(|one| (one.identity, one.location));
        Self(all)
    }

    fn groups(&self) -> impl Iterator<Item = &[Fingerprint]> {
        self.0.chunk_by(|a, b| a.identity == b.identity).filter(|group| group.len() > 1)
    }

    /// Records whose copies have other bytes: they may still say the same in
    /// another spelling, and have to be looked at again. Sorted.
    pub fn unsettled(&self) -> Vec<Location> {
        let differ = |group: &&[Fingerprint]| group.iter().any(|one| one.content != group[0].content);
        let mut locations: Vec<Location> =
            self.groups().filter(differ).flatten().map(|one| one.location).collect();
        locations.sort_unstable();
        locations
    }

    /// Sorts out copies. `canonical` holds the content hashes of the unsettled
    /// records, sorted by location, with their spelling taken out. `all_rows` asks
    /// for [`Copies::rows`].
    pub fn settle(&self, canonical: &[(Location, u64)], all_rows: bool) -> Copies {
        let content = |one: &Fingerprint| {
            let found = canonical.binary_search_by_key(&one.location, |(location, _)| *location);
            found.map_or(one.content, |index| canonical[index].1)
        };
        let mut copies = Copies::default();
        let mut per_object = BTreeMap::<u32, u64>::new();
        for group in self.groups() {
            let mut originals: Vec<(&Fingerprint, u32)> = Vec::new();
            let mut by_content = BTreeMap::<u64, usize>::new();
            for one in group {
                let index = *by_content.entry(content(one)).or_insert(originals.len());
                let Some(original) = originals.get_mut(index) else {
                    originals.push((one, 1));
                    continue;
                };
                original.1 += 1;
                *per_object.entry(one.location.object).or_default() += 1;
                *copies.callers.entry(one.caller).or_default() += 1;
                if one.matched {
                    copies.dropped_matches.push(one.location);
                }
                if all_rows {
                    copies.rows.dropped.push(one.location);
                }
                if one.kept {
                    copies.dropped.push(one.location);
                } else {
                    copies.counted_only += 1;
                }
            }
            let delivered = originals.iter().filter(|(one, count)| one.kept && *count > 1);
            copies.delivered.extend(delivered.map(|(one, count)| (one.location, *count)));
            if all_rows {
                let delivered = originals.iter().filter(|(_, count)| *count > 1);
                copies.rows.delivered.extend(delivered.map(|(one, count)| (one.location, *count)));
            }
            if originals.len() > 1 {
                copies.conflicts.push(originals.iter().map(|(one, _)| one.location).collect());
            }
        }
        copies.dropped.sort_unstable();
        copies.dropped_matches.sort_unstable();
        copies.delivered.sort_unstable();
        copies.conflicts.sort_unstable();
        copies.rows.dropped.sort_unstable();
        copies.rows.delivered.sort_unstable();
        copies.per_object = per_object.into_iter().collect();
        copies
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(object: u32, record: u32) -> Location {
        Location { object, record }
    }

    #[test]
    fn the_first_copy_stays_and_other_contents_are_conflicts() {
        let key = RunKey::draw();
        let of =
            |id: &str, text: &str, location, kept| Fingerprint::new(key, (id, "1"), text, (location, kept));
        let prints = Fingerprints::new(vec![
            of("a", "x", at(2, 0), true),
            of("a", "x", at(0, 5), true),
            of("a", "y", at(1, 0), true),
            of("b", "x", at(0, 1), false),
            of("b", "x", at(1, 1), false),
            of("c", "x", at(0, 2), true),
            Fingerprint::new(key, ("c", "2"), "x", (at(1, 2), true)),
        ]);
        assert_eq!(prints.unsettled(), [at(0, 5), at(1, 0), at(2, 0)]);
        let copies = prints.settle(&[], true);
        assert_eq!(copies.dropped, [at(2, 0)]);
        assert_eq!(copies.delivered, [(at(0, 5), 2)]);
        assert_eq!(copies.counted_only, 1);
        assert_eq!(copies.rows.dropped, [at(1, 1), at(2, 0)]);
        assert_eq!(copies.rows.delivered, [(at(0, 1), 2), (at(0, 5), 2)]);
        assert_eq!(copies.per_object, [(1, 1), (2, 1)]);
        assert_eq!(copies.conflicts, [vec![at(0, 5), at(1, 0)]]);
        // The same three records, once it is known that all say the same.
        let same = [(at(0, 5), 7), (at(1, 0), 7), (at(2, 0), 7)];
        let copies = prints.settle(&same, false);
        assert_eq!(copies.dropped, [at(1, 0), at(2, 0)]);
        assert_eq!(copies.conflicts, Vec::<Vec<Location>>::new());
    }
}
