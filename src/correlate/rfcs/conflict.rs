//! Where archive records of one RFC contradict each other.
//!
//! Owns: the rule that tells a contradiction from progress.
//!
//! CloudTrail is left out: it records calls, not the state of the RFC. A field
//! that moves on as the RFC does (status, approvals, last submission) conflicts
//! only if two records of the same `LastModifiedTime` differ, or if one says
//! Success and another Failure, for neither can be left. Any other field
//! conflicts wherever two records give different values, and the newest record
//! is taken.
//!
//! Rows of a ticket add up, so that only who asked and who approved can conflict.
//!
//! Source: facts/ams.md 3.7 (InProgress, Success and Failure cannot be changed).

use std::collections::{BTreeMap, BTreeSet};

use crate::decode::json::canonical;
use crate::model::rfc::{RfcRecord, RfcSource};
use crate::model::time::UtcTime;

/// A column: its name, whether it moves on, and its value as comparable text.
type Column = (&'static str, bool, fn(&RfcRecord) -> Option<String>);

const COLUMNS: [Column; 17] = [
    ("change_type_id", false, |record| Some(record.change_type_id.as_ref()?.as_str().to_owned())),
    ("change_type_version", false, |record| text(record.change_type_version.as_deref())),
    ("title", false, |record| text(record.title.as_deref())),
    ("status", true, |record| text(record.status.as_deref())),
    ("automation", false, |record| text(record.automation.as_deref())),
    ("account_id", false, |record| Some(record.account_id.as_ref()?.as_str().to_owned())),
    ("created_by", false, |record| text(record.created_by.as_deref())),
    ("created_at", false, |record| instant(record.created_at)),
    ("submitted_at", true, |record| instant(record.submitted_at)),
    ("approved_by", false, |record| text(record.approved_by.as_deref())),
    ("aws_approval", true, |record| text(record.aws_approval.as_deref())),
    ("customer_approval", true, |record| text(record.customer_approval.as_deref())),
    ("requested_start", false, |record| instant(record.requested.0)),
    ("requested_end", false, |record| instant(record.requested.1)),
    ("started_at", false, |record| instant(record.actual.0)),
    ("ended_at", false, |record| instant(record.actual.1)),
    ("parameters", false, |record| {
        record.parameters.as_deref().map(|json| canonical(json).unwrap_or_else(|| json.to_owned()))
    }),
];

/// The columns on which the archive records disagree, in the order of the table.
pub(super) fn of(records: &[RfcRecord]) -> Vec<&'static str> {
    let archive: Vec<&RfcRecord> =
        records.iter().filter(|record| record.source != RfcSource::CloudTrail).collect();
    let of_tickets = archive.first().is_some_and(|record| record.ticket.is_some());
    let adds_up = |name: &str| of_tickets && matches!(name, "requested_start" | "requested_end");
    COLUMNS
        .iter()
        .filter(|column| !adds_up(column.0) && conflicts(column, &archive))
        .map(|(name, _, _)| *name)
        .collect()
}

fn conflicts((name, moves_on, value): &Column, archive: &[&RfcRecord]) -> bool {
    let values: BTreeSet<String> = archive.iter().filter_map(|record| value(record)).collect();
    if !moves_on || values.len() < 2 {
        return values.len() > 1;
    }
    if *name == "status" && values.contains("Success") && values.contains("Failure") {
        return true;
    }
    let mut by_time: BTreeMap<Option<UtcTime>, BTreeSet<String>> = BTreeMap::new();
    for record in archive {
        by_time.entry(record.last_modified_at).or_default().extend(value(record));
    }
    by_time.values().any(|values| values.len() > 1)
}

fn text(text: Option<&str>) -> Option<String> {
    text.map(str::to_owned)
}

fn instant(time: Option<UtcTime>) -> Option<String> {
    time.map(|time| time.micros().to_string())
}
