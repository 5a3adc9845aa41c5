//! Losses and oddities of the evidence, as data.
//!
//! Owns: the list of everything that can be wrong with evidence, its severity
//! and its words. Each problem is made by a named constructor in this file, so
//! that one place lists every message. Never prints.

use crate::model::evidence::ObjectPath;
use crate::model::severity::Severity;
use serde::{Deserialize, Serialize};

/// What kind of loss or oddity. The words are those of the `problem` column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ProblemKind {
    /// The object could not be opened or read to its end.
    UnreadableObject,
    /// The compressed stream ends before its end.
    TruncatedObject,
    /// The compressed stream is damaged.
    DamagedObject,
    /// A bound of `limits` was reached and the rest was not read.
    LimitReached,
    /// More than one gzip member: all were read.
    SeveralMembers,
    /// Bytes after the last gzip member that are no gzip member.
    TrailingData,
    /// The content is in no known form.
    UnknownForm,
    /// The form is known and this version does not read it.
    FormNotRead,
    /// An entry is no JSON, or is cut short.
    DamagedRecord,
    /// An entry is JSON but no record of the form that holds it.
    RejectedRecord,
    /// Text that is no UTF-8, read with replacement characters.
    InvalidUtf8,
    /// A field has another type than the format says; it was left empty.
    WrongType,
    /// A key occurs twice in a record; the last one was taken.
    DuplicateKey,
    /// A time that cannot be read; it was left empty.
    InvalidTime,
    /// A time far outside the life of CloudTrail.
    ImplausibleTime,
    /// A rule asks for a value that cannot be read, so it was not judged.
    UnjudgedRecord,
    /// A Sigma rule that cannot be used.
    RuleNotUsed,
    /// Sigma rules for logs that are not CloudTrail's.
    RuleForOtherLogs,
    /// One event id with different contents; all were kept.
    ConflictingCopies,
    /// A symbolic link was not followed.
    LinkNotFollowed,
    /// Not a regular file (a socket, a pipe, a device).
    NotAFile,
    /// RFC sources contradict each other.
    ConflictingRfc,
    /// More callers than are remembered.
    ActorsLeftOut,
    /// The paths given hold no evidence at all.
    NoEvidence,
    /// No event is about an account that the user expects.
    ExpectedAccountMissing,
    /// A suppression of the policy that has expired, or lacks reason, author or
    /// expiry: it suppresses nothing.
    SuppressionNotApplied,
    /// A suppression of the policy that no finding is about: it may be outdated,
    /// or misspelt.
    SuppressionWithoutMatch,
    /// A change ticket with the id of an AMS RFC.
    TicketLikeRfc,
    /// The content is not the one that a digest lists.
    ModifiedObject,
    /// A digest lists a log object that the dump does not hold.
    MissingObject,
    /// Content after the first gzip member of a listed log: no digest covers
    /// it, so it was dropped.
    UncoveredData,
    /// A log object of a time and region with digests, and none lists it.
    UnreferencedObject,
    /// Only a digest that failed its own check lists the log object.
    ListedByInvalidDigest,
    /// A digest whose signature, hash or place is wrong.
    InvalidDigest,
    /// A digest that cannot be relied on to say one thing: duplicate keys,
    /// unknown algorithms, missing fields.
    RefusedDigest,
    /// A digest contradicts its own name, or its neighbours in the chain.
    InconsistentDigest,
    /// A digest that the next one of its chain names is not in the dump.
    MissingDigest,
    /// A stretch between two digests of a chain that none covers.
    DigestGap,
    /// A chain begins anew in the middle: validation or logging was off.
    ChainRestart,
    /// A chain ends well before the last events of its account.
    ChainCutShort,
    /// Two digests list the same log object.
    ListedTwice,
    /// The times that a digest states for a log are not those of its records.
    DigestTimesDiffer,
    /// Digests could not be checked: their public key was not given.
    NoPublicKey,
    /// A public key that cannot be used.
    UnusableKey,
    /// Signatures were checked with keys that lay in the dump itself.
    KeysFromDump,
    /// The newest digest of a chain, whose signature is not in the dump.
    UnsignedTail,
    /// An object that was ingested into the case, and that the dump no longer holds.
    ObjectGone,
    /// An object that has other bytes than when it was ingested into the case.
    ObjectChanged,
}

impl ProblemKind {
    /// The word used in the table.
    pub const fn as_str(self) -> &'static str {
        self.row().0
    }

    /// How grave a problem of this kind is.
    pub const fn severity(self) -> Severity {
        self.row().1
    }

    /// Whether a problem of this kind means that some of its object was not read.
    pub const fn leaves_object_partial(self) -> bool {
        matches!(
            self,
            Self::UnreadableObject
                | Self::TruncatedObject
                | Self::DamagedObject
                | Self::LimitReached
                | Self::TrailingData
                | Self::UnknownForm
                | Self::FormNotRead
                | Self::DamagedRecord
                | Self::RejectedRecord
        )
    }

    /// Whether content was lost or not read, so that the run ends with exit 3.
    pub const fn is_loss(self) -> bool {
        self.row().2
    }

    /// Word, severity, whether content was lost: one row a kind.
    const fn row(self) -> (&'static str, Severity, bool) {
        use Severity::{High, Low, Medium};
        match self {
            Self::UnreadableObject => ("unreadable_object", High, true),
            Self::TruncatedObject => ("truncated_object", High, true),
            Self::DamagedObject => ("damaged_object", High, true),
            Self::LimitReached => ("limit_reached", High, true),
            Self::SeveralMembers => ("several_gzip_members", Low, false),
            Self::TrailingData => ("trailing_data", High, true),
            Self::UnknownForm => ("unknown_form", Medium, true),
            Self::FormNotRead => ("form_not_read", Medium, true),
            Self::DamagedRecord => ("damaged_record", High, true),
            Self::RejectedRecord => ("rejected_record", Medium, true),
            Self::InvalidUtf8 => ("invalid_utf8", Medium, true),
            Self::WrongType => ("wrong_type", Medium, true),
            Self::DuplicateKey => ("duplicate_key", Medium, true),
            Self::InvalidTime => ("invalid_time", Medium, true),
            Self::ImplausibleTime => ("implausible_time", Low, false),
            Self::UnjudgedRecord => ("unjudged_record", Medium, true),
            Self::RuleNotUsed => ("rule_not_used", Medium, true),
            Self::RuleForOtherLogs => ("rule_for_other_logs", Low, false),
            Self::ConflictingCopies => ("conflicting_copies", High, true),
            Self::LinkNotFollowed => ("link_not_followed", Medium, true),
            Self::NotAFile => ("not_a_file", Low, true),
            Self::ConflictingRfc => ("conflicting_rfc", Low, false),
            Self::ActorsLeftOut => ("actors_left_out", Medium, false),
            Self::NoEvidence => ("no_evidence", High, true),
            Self::ExpectedAccountMissing => ("expected_account_missing", High, true),
            Self::SuppressionNotApplied => ("suppression_not_applied", Medium, false),
            Self::SuppressionWithoutMatch => ("suppression_without_match", Low, false),
            Self::TicketLikeRfc => ("ticket_like_rfc", Medium, true),
            Self::ModifiedObject => ("modified_object", High, true),
            Self::MissingObject => ("missing_object", High, true),
            Self::UncoveredData => ("uncovered_data", High, true),
            Self::UnreferencedObject => ("unreferenced_object", Medium, true),
            Self::ListedByInvalidDigest => ("listed_by_invalid_digest", Medium, true),
            Self::InvalidDigest => ("invalid_digest", High, true),
            Self::RefusedDigest => ("refused_digest", High, true),
            Self::InconsistentDigest => ("inconsistent_digest", Medium, true),
            Self::MissingDigest => ("missing_digest", High, true),
            Self::DigestGap => ("digest_gap", Medium, true),
            Self::ChainRestart => ("chain_restart", Medium, true),
            Self::ChainCutShort => ("chain_cut_short", Medium, true),
            Self::ListedTwice => ("listed_twice", Medium, false),
            Self::DigestTimesDiffer => ("digest_times_differ", Low, false),
            Self::NoPublicKey => ("no_public_key", Low, false),
            Self::UnusableKey => ("unusable_key", Low, false),
            Self::KeysFromDump => ("keys_from_dump", Low, false),
            Self::UnsignedTail => ("unsigned_tail", Low, false),
            Self::ObjectGone => ("object_gone", High, true),
            Self::ObjectChanged => ("object_changed", High, true),
        }
    }
}

/// One loss or oddity, with the place it concerns.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Problem {
    /// The object concerned.
    pub object: ObjectPath,
    /// 0-based ordinal of the record concerned, if it is one record.
    pub record: Option<u64>,
    /// Offset in the inflated content, in bytes, if known.
    pub byte_offset: Option<u64>,
    /// What kind.
    pub kind: ProblemKind,
    /// In words; may quote the evidence and is escaped on its way out.
    pub detail: String,
}

impl Problem {
    /// A problem of a whole object.
    pub fn of_object(object: &ObjectPath, kind: ProblemKind, detail: impl Into<String>) -> Self {
        Self { object: object.clone(), record: None, byte_offset: None, kind, detail: detail.into() }
    }

    /// A problem at a byte of an object's inflated content.
    pub fn at_byte(object: &ObjectPath, kind: ProblemKind, byte: u64, detail: impl Into<String>) -> Self {
        Self { byte_offset: Some(byte), ..Self::of_object(object, kind, detail) }
    }

    /// A problem of one record.
    pub fn of_record(
        object: &ObjectPath,
        kind: ProblemKind,
        (record, byte): (u64, u64),
        detail: impl Into<String>,
    ) -> Self {
        Self { record: Some(record), ..Self::at_byte(object, kind, byte, detail) }
    }
}
