//! How well the source of a record is anchored: from a signed digest down to a
//! summary that cannot be turned back into the record.

use crate::model::object::Integrity;
use serde::{Deserialize, Serialize};

/// How well a record's source is anchored. The words are those of the
/// `source_grade` columns; order is from the best to the weakest.
///
/// Source: facts/cloudtrail.md 2.2, 3.4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum SourceGrade {
    /// An object that a trail delivered, covered by a digest whose signature verified.
    DigestSigned,
    /// An object that a trail delivered, covered by a digest that a later one anchors.
    HashChained,
    /// An object that a trail delivered, with the hash that an unverified digest lists.
    HashListed,
    /// An object that a trail delivered; no digest says that it is unchanged.
    Unreferenced,
    /// The whole record, as another tool gave it out.
    Export,
    /// What another tool kept of the record.
    Summary,
}

impl SourceGrade {
    /// The word used in tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DigestSigned => "digest_signed",
            Self::HashChained => "hash_chained",
            Self::HashListed => "hash_listed",
            Self::Unreferenced => "unreferenced",
            Self::Export => "export",
            Self::Summary => "summary",
        }
    }

    /// The grade of a record of this grade, now that its object's integrity is
    /// known. Digests speak of delivered objects alone: exports and summaries
    /// stay what they are.
    #[must_use]
    pub const fn with_integrity(self, integrity: Option<Integrity>) -> Self {
        if matches!(self, Self::Export | Self::Summary) {
            return self;
        }
        match integrity {
            Some(Integrity::Signed) => Self::DigestSigned,
            Some(Integrity::HashChained) => Self::HashChained,
            Some(Integrity::HashListed) => Self::HashListed,
            Some(
                Integrity::Unreferenced
                | Integrity::Modified
                | Integrity::Missing
                | Integrity::TrailingData
                | Integrity::NoDigest,
            )
            | None => Self::Unreferenced,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::SourceGrade;
    use crate::model::object::Integrity;

    #[test]
    fn digests_raise_delivered_objects_alone() {
        let delivered = SourceGrade::Unreferenced;
        assert_eq!(delivered.with_integrity(Some(Integrity::Signed)), SourceGrade::DigestSigned);
        assert_eq!(delivered.with_integrity(Some(Integrity::Modified)), SourceGrade::Unreferenced);
        assert_eq!(SourceGrade::Export.with_integrity(Some(Integrity::Signed)), SourceGrade::Export);
    }
}
