//! Whether a lifecycle expires logs.
//!
//! Owns: reading the rules of one call. Does not know the bucket beyond how its
//! log keys begin.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::super::payload;

/// Logs are to be kept at least so long, in days.
///
/// Source: PCI DSS 4.0.1, requirement 10.5.1 (twelve months).
const KEPT_DAYS_MIN: i64 = 365;

/// What the lifecycle does to logs, if it does. `judged` says that the catalogue
/// takes it for a wipe.
///
/// Source: S3 API Reference, `LifecycleRule` (Status, Filter, Expiration,
/// NoncurrentVersionExpiration).
pub(super) fn harm(request: &Value, prefixes: &BTreeSet<String>, judged: bool) -> Option<String> {
    let rules = payload::at(request, &["lifecycleConfiguration", "rule"])
        .or_else(|| payload::at(request, &["lifecycleConfiguration", "rules"]))?;
    let rules: Vec<&Value> = match rules {
        Value::Array(rules) => rules.iter().collect(),
        one => vec![one],
    };
    let enabled = |rule: &&&Value| payload::text(rule, &["status"]) == Some("Enabled");
    let about_logs = rules.iter().filter(enabled).filter(|rule| is_about_logs(rule, prefixes));
    let ends = about_logs.filter_map(|rule| {
        let days = payload::number(rule, &["expiration", "days"]).filter(|days| *days < KEPT_DAYS_MIN);
        let former = payload::number(rule, &["noncurrentVersionExpiration", "noncurrentDays"]);
        let date = payload::text(rule, &["expiration", "date"]);
        match (days, date, former.filter(|_| judged)) {
            (Some(days), ..) => Some((days, format!("expires logs after {}", spelled(days)))),
            (None, Some(date), _) => Some((0, format!("expires logs on {date}"))),
            (None, None, Some(days)) => {
                Some((days, format!("destroys former versions after {}", spelled(days))))
            }
            (None, None, None) => None,
        }
    });
    ends.min().map(|(_, does)| does)
}

fn spelled(days: i64) -> String {
    if days == 1 { "1 day".to_owned() } else { format!("{days} days") }
}

/// A rule for objects of some tag is none for logs: CloudTrail sets no tag.
fn is_about_logs(rule: &Value, prefixes: &BTreeSet<String>) -> bool {
    let tags = [&["filter", "tag"][..], &["filter", "and", "tag"], &["filter", "and", "tags"]];
    if tags.iter().any(|path| payload::at(rule, path).is_some()) {
        return false;
    }
    let places = [&["prefix"][..], &["filter", "prefix"], &["filter", "and", "prefix"]];
    let Some(prefix) = places.iter().find_map(|path| payload::text(rule, path)) else { return true };
    prefixes
        .iter()
        .any(|logs| logs.starts_with(prefix) || prefix.strip_prefix(&**logs).is_some_and(may_hold_trails))
}

/// Whether logs of CloudTrail can lie below this part of a key:
/// `[organization/]account/service/…`.
///
/// Source: facts/cloudtrail.md 2.1 (KEY).
fn may_hold_trails(below: &str) -> bool {
    let parts = below.split('/').filter(|part| !part.is_empty());
    let mut parts =
        parts.skip_while(|part| part.starts_with("o-") || part.bytes().all(|byte| byte.is_ascii_digit()));
    parts.next().is_none_or(|service| "CloudTrail".starts_with(service) || service.starts_with("CloudTrail"))
}
