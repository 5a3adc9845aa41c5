//! An object of the dump as the run found it: one row of the `evidence` table.

use std::borrow::Cow;

use crate::model::evidence::ObjectPath;
use crate::model::hash::ContentHash;
use crate::model::id::{AccountId, Region};
use crate::model::time::UtcTime;
use crate::runs::Row;
use serde::{Deserialize, Serialize};

/// What became of an object. The words are those of the `status` column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ObjectStatus {
    /// All of it was read.
    Read,
    /// Some of it was read; problems say what was not.
    Partial,
    /// None of it could be read.
    Unreadable,
    /// It is something else than evidence; the note says what.
    NotEvidence,
    /// It has no content, or holds no records by its own word.
    Empty,
}

impl ObjectStatus {
    /// The word used in the table.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Partial => "partial",
            Self::Unreadable => "unreadable",
            Self::NotEvidence => "not_evidence",
            Self::Empty => "empty",
        }
    }
}

/// What the digests say of an object. The words are those of the `integrity` column.
///
/// Source: facts/cloudtrail.md 3.4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Integrity {
    /// Covered by a digest whose signature verified.
    Signed,
    /// Covered by a digest that a later digest's hash anchors; no key.
    HashChained,
    /// Its hash equals the one in a digest that is itself not verified.
    HashListed,
    /// Digests of its trail are in the dump and none lists it.
    Unreferenced,
    /// A digest lists another hash for it.
    Modified,
    /// A digest lists it and the dump does not hold it.
    Missing,
    /// Bytes follow the first gzip member, which no digest hash covers.
    TrailingData,
    /// No digest of its account, region and time is in the dump.
    NoDigest,
}

impl Integrity {
    /// The word used in the table.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Signed => "signed",
            Self::HashChained => "hash_chained",
            Self::HashListed => "hash_listed",
            Self::Unreferenced => "unreferenced",
            Self::Modified => "modified",
            Self::Missing => "missing",
            Self::TrailingData => "trailing_data",
            Self::NoDigest => "no_digest",
        }
    }
}

/// One object of the dump, read or not.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Object {
    /// Its path inside the dump; of a file that the policy names, `policy:` and
    /// the path as it stands there.
    pub path: ObjectPath,
    /// Whether it lies inside an archive, which has a row of its own.
    pub inside_archive: bool,
    /// Whether it is no part of the dump: a file that the policy names.
    pub beside_dump: bool,
    /// SHA-256 of the bytes as stored; none if unreadable.
    pub sha256: ContentHash,
    /// SHA-256 of the inflated content; none if unreadable.
    pub inflated_sha256: ContentHash,
    /// Size as stored.
    pub bytes: u64,
    /// Size inflated, as far as it was inflated.
    pub inflated_bytes: u64,
    /// Name of the format (`decode::FORMATS`), empty if none was recognised.
    pub format: Cow<'static, str>,
    /// Account from the key, else from its records if they all agree.
    pub account_id: Option<AccountId>,
    /// Region from the key, else from its records if they all agree.
    pub region: Option<Region>,
    /// Records decoded, duplicates included.
    pub records: u64,
    /// How many of them are copies of an event kept from another object.
    pub duplicates: u64,
    /// Entries that could not be decoded, or whose form is not read.
    pub rejected: u64,
    /// Earliest event time in it.
    pub first_event_time: Option<UtcTime>,
    /// Latest event time in it.
    pub last_event_time: Option<UtcTime>,
    /// What became of it.
    pub status: ObjectStatus,
    /// What the digests say; `None` for what no digest ever covers.
    pub integrity: Option<Integrity>,
    /// Why, in words.
    pub note: String,
}

impl Row for Object {
    fn bytes(&self) -> usize {
        size_of::<Self>() + self.path.as_str().len() + self.note.len()
    }
}

impl Object {
    /// A row that says nothing but the path.
    pub fn blank(path: &ObjectPath) -> Self {
        Self {
            path: path.clone(),
            inside_archive: false,
            beside_dump: false,
            sha256: ContentHash::default(),
            inflated_sha256: ContentHash::default(),
            bytes: 0,
            inflated_bytes: 0,
            format: Cow::Borrowed(""),
            account_id: None,
            region: None,
            records: 0,
            duplicates: 0,
            rejected: 0,
            first_event_time: None,
            last_event_time: None,
            status: ObjectStatus::Empty,
            integrity: None,
            note: String::new(),
        }
    }
}
