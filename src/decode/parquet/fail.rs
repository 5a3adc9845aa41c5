//! Why a part of a Parquet file is not read.

use crate::model::problem::ProblemKind;

/// What kind of problem it is, and why in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fail {
    pub(super) kind: ProblemKind,
    pub(super) why: String,
}

impl Fail {
    /// A bound was reached.
    pub(super) fn limit(why: impl Into<String>) -> Self {
        Self { kind: ProblemKind::LimitReached, why: why.into() }
    }

    /// It is sound, as far as can be told, and this version does not read it.
    pub(super) fn not_read(why: impl Into<String>) -> Self {
        Self { kind: ProblemKind::FormNotRead, why: why.into() }
    }
}

impl From<String> for Fail {
    fn from(why: String) -> Self {
        Self { kind: ProblemKind::DamagedObject, why }
    }
}

impl From<&str> for Fail {
    fn from(why: &str) -> Self {
        Self::from(why.to_owned())
    }
}
