//! The pointer from any claim back to bytes in an object of the dump.

use serde::{Deserialize, Serialize};
use std::sync::Arc;

use crate::model::text;

/// Path of an object inside the dump, `outer!inner` for archives.
///
/// Bytes that are no UTF-8 are shown as `\xNN`; the path that opens the object
/// stays with `evidence::discover`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ObjectPath(Arc<str>);

impl ObjectPath {
    /// Takes the printable path.
    pub fn new(path: impl Into<Arc<str>>) -> Self {
        Self(path.into())
    }

    /// The printable path.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Puts its text into the memory of an equal one.
    pub fn share(&mut self) {
        text::share(&mut self.0);
    }
}

impl std::fmt::Display for ObjectPath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where a record lies: object, 0-based ordinal in it, byte range in its
/// inflated content (start included, end not).
///
/// Order is object, then record: the order in which copies are preferred.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Evidence {
    /// The object that holds the record.
    pub object: ObjectPath,
    /// 0-based ordinal of the record in the object.
    pub record: u64,
    /// First byte of the record in the inflated content.
    pub start: u64,
    /// One past the last byte of the record in the inflated content.
    pub end: u64,
}
