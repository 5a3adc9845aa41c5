//! How grave a claim or a loss is.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Sigma's five levels, from least to most grave.
///
/// Source: Sigma rules specification, field `level` (facts in style study 3.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Severity {
    /// Worth knowing, nothing to do.
    Informational,
    /// Look at it when there is time.
    Low,
    /// Look at it in this investigation.
    Medium,
    /// Look at it first.
    High,
    /// Act now.
    Critical,
}

impl Severity {
    /// All levels, least grave first.
    pub const ALL: [Self; 5] = [Self::Informational, Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The word used in tables and flags.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Informational => "informational",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// One level less grave; `informational` stays.
    #[must_use]
    pub const fn lowered(self) -> Self {
        match self {
            Self::Critical => Self::High,
            Self::High => Self::Medium,
            Self::Medium => Self::Low,
            Self::Low | Self::Informational => Self::Informational,
        }
    }

    /// One level graver; `critical` stays.
    #[must_use]
    pub const fn raised(self) -> Self {
        match self {
            Self::Informational => Self::Low,
            Self::Low => Self::Medium,
            Self::Medium => Self::High,
            Self::High | Self::Critical => Self::Critical,
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
