//! One event, however often it was delivered.
//!
//! Owns de-duplication by event id and recipient account, contents compared.
//! Works on fingerprints of 40 bytes, of which no more are in memory than may be;
//! never sees a record's text. Drops nothing that it does not count.

mod copies;
mod prints;

use std::hash::{BuildHasher, Hasher, RandomState};

pub use self::copies::{Copies, Known, RowCopies, Unsettled};
pub use self::prints::Prints;
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
    caller: CallerMark,
}

/// What each record costs in memory while its object is examined; README and
/// ARCHITECTURE say it.
const _: () = assert!(size_of::<Fingerprint>() == 40);

impl Fingerprint {
    /// Says whose record it is.
    pub fn set_caller(&mut self, caller: CallerMark) {
        self.caller = caller;
    }

    /// Of the record with this event id and recipient account, at that ordinal of
    /// its object.
    pub fn new(key: RunKey, identity: (&str, &str), text: &str, record: u32) -> Self {
        let (event_id, recipient) = identity;
        let hash = identity_hash(key, event_id.as_bytes(), recipient.as_bytes());
        let identity = [(hash >> 64) as u64, hash as u64];
        let location = Location { object: 0, record };
        Self { identity, content: content_hash(key, text), location, caller: [0; 6] }
    }
}

/// Fingerprints as they are kept in a file, each of the same length.
pub mod packed {
    use serde::de::{Error as _, Visitor};
    use serde::{Deserializer, Serializer};

    use super::{Fingerprint, Location};

    /// Bytes of one.
    pub const BYTES: usize = 38;

    /// Writes them one after the other.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(all: &[Fingerprint], out: S) -> Result<S::Ok, S::Error> {
        let mut bytes = Vec::with_capacity(all.len() * BYTES);
        all.iter().for_each(|one| bytes.extend(pack(one)));
        out.serialize_bytes(&bytes)
    }

    /// Reads them.
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
                Ok(all.iter().map(unpack).collect())
            }
        }
        from.deserialize_bytes(Bytes).map_err(D::Error::custom)
    }

    /// One as bytes.
    pub fn pack(one: &Fingerprint) -> [u8; BYTES] {
        let mut bytes = [0; BYTES];
        bytes[..8].copy_from_slice(&one.identity[0].to_le_bytes());
        bytes[8..16].copy_from_slice(&one.identity[1].to_le_bytes());
        bytes[16..24].copy_from_slice(&one.content.to_le_bytes());
        bytes[24..28].copy_from_slice(&one.location.object.to_le_bytes());
        bytes[28..32].copy_from_slice(&one.location.record.to_le_bytes());
        bytes[32..].copy_from_slice(&one.caller);
        bytes
    }

    /// One of bytes.
    pub fn unpack(bytes: &[u8; BYTES]) -> Fingerprint {
        let word = |from: usize| {
            let mut word = [0; 8];
            word.copy_from_slice(&bytes[from..from + 8]);
            u64::from_le_bytes(word)
        };
        let [.., o0, o1, o2, o3, r0, r1, r2, r3, c0, c1, c2, c3, c4, c5] = *bytes;
        Fingerprint {
            identity: [word(0), word(8)],
            content: word(16),
            location: Location {
                object: u32::from_le_bytes([o0, o1, o2, o3]),
                record: u32::from_le_bytes([r0, r1, r2, r3]),
            },
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
