//! Until when a call can be undone.
//!
//! Owns: the waiting times of the few operations that announce a deletion. What
//! waits by the owner's own settings (Recycle Bin, retained backups) has no
//! deadline that a record tells.

use serde_json::Value;

use crate::model::destructive::Reversibility;
use crate::model::event::{Event, Outcome};
use crate::model::time::UtcTime;

use super::super::payload;

/// An operation that deletes after a wait.
struct Wait {
    event_source: &'static str,
    event_name: &'static str,
    /// The request's field that sets the wait, in days.
    days_key: &'static str,
    /// The wait where the request sets none, in days.
    days_default: i64,
}

/// Source: facts/cloudtrail.md 6.3 (grace windows); KMS, Secrets Manager, ACM PCA
/// and Organizations API references for the defaults.
const WAITS: [Wait; 6] = [
    wait("kms.amazonaws.com", "ScheduleKeyDeletion", "pendingWindowInDays", 30),
    wait("secretsmanager.amazonaws.com", "DeleteSecret", "recoveryWindowInDays", 30),
    wait("acm-pca.amazonaws.com", "DeleteCertificateAuthority", "permanentDeletionTimeInDays", 30),
    wait("cloudhsm.amazonaws.com", "DeleteBackup", "", 7),
    wait("organizations.amazonaws.com", "CloseAccount", "", 90),
    wait("account.amazonaws.com", "CloseAccount", "", 90),
];

const fn wait(
    event_source: &'static str,
    event_name: &'static str,
    days_key: &'static str,
    days_default: i64,
) -> Wait {
    Wait { event_source, event_name, days_key, days_default }
}

/// The deadline of a succeeded call that the catalogue calls recoverable: what
/// the service answered, else the days asked for, else the service's default.
pub(super) fn of(
    event: &Event,
    reversibility: Reversibility,
    request: &Value,
    response: &Value,
) -> Option<UtcTime> {
    let recoverable = matches!(reversibility, Reversibility::Recoverable | Reversibility::RecoverableUntil);
    if !recoverable || event.outcome() != Outcome::Succeeded {
        return None;
    }
    let wait = WAITS
        .iter()
        .find(|wait| wait.event_source == &*event.event_source && wait.event_name == &*event.event_name)?;
    let answered = payload::at(response, &["deletionDate"]).and_then(|value| {
        value.as_str().and_then(UtcTime::parse).or_else(|| Some(UtcTime::from_seconds(value.as_i64()?)))
    });
    let days = payload::number(request, &[wait.days_key]).unwrap_or(wait.days_default);
    answered.or_else(|| Some(event.time?.plus_seconds(days.saturating_mul(86_400))))
}
