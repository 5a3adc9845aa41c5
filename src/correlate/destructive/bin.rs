//! The Recycle Bin of EC2: which rules kept what when it was deleted.
//!
//! Owns: the rules of each account and region over time, as calls made them. A
//! rule for tagged things, or one with exceptions, may have kept a thing: which
//! tags it had is not known here.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::model::event::Event;
use crate::model::time::UtcTime;

use super::super::payload;
use super::place;

/// Rules by account and region, in the order of their changes.
#[derive(Debug, Default)]
pub(super) struct Bins<'e> {
    rules: BTreeMap<(&'e str, &'e str), BTreeMap<String, Vec<Change>>>,
}

/// How a rule stood from a time on.
#[derive(Clone, Debug, Default)]
struct Change {
    from: Option<UtcTime>,
    resource_type: String,
    days: i64,
    by_tags: bool,
    deleted: bool,
}

/// What a rule does for one deletion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Binned {
    /// It keeps the thing for so many days.
    For(i64, String),
    /// It keeps things with tags that are not known of this one.
    Perhaps(String),
}

/// What goes into the bin, and the call that takes it out.
///
/// Source: Amazon EBS User Guide, "Recycle Bin" (snapshots, AMIs, volumes).
const BINNED: [(&str, &str, &str); 3] = [
    ("DeleteSnapshot", "EBS_SNAPSHOT", "RestoreSnapshotFromRecycleBin"),
    ("DeregisterImage", "EC2_IMAGE", "RestoreImageFromRecycleBin"),
    ("DeleteVolume", "EBS_VOLUME", "RestoreVolumeFromRecycleBin"),
];

/// The call that takes out of the bin what a call put there.
pub(super) fn restoring(event: &Event) -> Option<&'static str> {
    binned(event).map(|(_, restore)| restore)
}

fn binned(event: &Event) -> Option<(&'static str, &'static str)> {
    let of_ec2 = &*event.event_source == "ec2.amazonaws.com";
    let row = BINNED.iter().find(|(name, ..)| of_ec2 && *name == &*event.event_name)?;
    Some((row.1, row.2))
}

impl<'e> Bins<'e> {
    /// Takes in one succeeded event, with its parsed columns.
    pub(super) fn add(&mut self, event: &'e Event, request: &Value, response: &Value) {
        if &*event.event_source != "rbin.amazonaws.com" {
            return;
        }
        let Some((account, region)) = place::of(event) else { return };
        let told = |path: &[&str]| payload::at(response, path).or_else(|| payload::at(request, path));
        let Some(id) = told(&["identifier"]).and_then(Value::as_str) else { return };
        let past = self.rules.entry((account, region)).or_default().entry(id.to_owned()).or_default();
        let before = past.last().cloned().unwrap_or_default();
        let days = payload::number(response, &["retentionPeriod", "retentionPeriodValue"])
            .or_else(|| payload::number(request, &["retentionPeriod", "retentionPeriodValue"]));
        let kind = told(&["resourceType"]).and_then(Value::as_str);
        let tags = |key: &str| told(&[key]).and_then(Value::as_array).map(|tags| !tags.is_empty());
        let by_tags = match (tags("resourceTags"), tags("excludeResourceTags")) {
            (None, None) => before.by_tags,
            (with, without) => with == Some(true) || without == Some(true),
        };
        past.push(Change {
            from: event.time,
            resource_type: kind.map_or(before.resource_type, str::to_owned),
            days: days.unwrap_or(before.days),
            by_tags,
            deleted: &*event.event_name == "DeleteRule",
        });
    }

    /// What the rules did for a deletion: of several that keep the thing, the
    /// longest wait counts.
    ///
    /// Source: Amazon EBS User Guide, "How Recycle Bin works" (the longest
    /// retention period applies; 1 to 365 days).
    pub(super) fn of(&self, event: &Event) -> Option<Binned> {
        let time = event.time?;
        let (resource_type, _) = binned(event)?;
        let rules = self.rules.get(&place::of(event)?)?;
        let in_force = rules.iter().filter_map(|(id, past)| {
            let before = past.iter().rev().find(|change| change.from.is_some_and(|from| from < time))?;
            let keeps =
                !before.deleted && before.resource_type == resource_type && (1..=365).contains(&before.days);
            keeps.then_some((id, before))
        });
        let (sure, unsure): (Vec<_>, Vec<_>) = in_force.partition(|(_, rule)| !rule.by_tags);
        let longest = sure.into_iter().max_by_key(|(id, rule)| (rule.days, std::cmp::Reverse(*id)));
        longest
            .map(|(id, rule)| Binned::For(rule.days, id.clone()))
            .or_else(|| unsure.first().map(|(id, _)| Binned::Perhaps((*id).clone())))
    }
}
