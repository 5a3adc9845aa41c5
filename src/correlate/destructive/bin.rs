//! The Recycle Bin of EC2: which rules kept what when it was deleted.
//!
//! Owns: the rules of each account and region over time, as calls made them. A
//! rule for tagged things, or one with exceptions, may have kept a thing: which
//! tags it had is not known here.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::model::event::Event;
use crate::model::time::UtcTime;

use super::super::payload;
use super::place;

/// Account and region.
type Place<'e> = (&'e str, &'e str);

/// What the rules did for one type of thing, from each change on.
type Standing = Vec<(UtcTime, Option<Binned>)>;

/// What the rules did at any time, by account, region and type of thing.
#[derive(Debug, Default)]
pub(super) struct Bins<'e> {
    rules: BTreeMap<(Place<'e>, String), Rule>,
    in_force: BTreeMap<(Place<'e>, String), InForce>,
    standing: BTreeMap<(Place<'e>, String), Standing>,
}

/// How a rule stands.
#[derive(Clone, Debug, Default)]
struct Rule {
    resource_type: String,
    days: i64,
    by_tags: bool,
    deleted: bool,
}

/// Rules for one type in one place, those for everything and those by tags.
#[derive(Clone, Debug, Default)]
struct InForce {
    sure: BTreeSet<(i64, Reverse<String>)>,
    unsure: BTreeSet<String>,
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
        let Some(time) = event.time else { return };
        let before = self.rules.get(&((account, region), id.to_owned())).cloned().unwrap_or_default();
        let days = payload::number(response, &["retentionPeriod", "retentionPeriodValue"])
            .or_else(|| payload::number(request, &["retentionPeriod", "retentionPeriodValue"]));
        let kind = told(&["resourceType"]).and_then(Value::as_str);
        let tags = |key: &str| told(&[key]).and_then(Value::as_array).map(|tags| !tags.is_empty());
        let by_tags = match (tags("resourceTags"), tags("excludeResourceTags")) {
            (None, None) => before.by_tags,
            (with, without) => with == Some(true) || without == Some(true),
        };
        let rule = Rule {
            resource_type: kind.map_or_else(|| before.resource_type.clone(), str::to_owned),
            days: days.unwrap_or(before.days),
            by_tags,
            deleted: &*event.event_name == "DeleteRule",
        };
        let id = id.to_owned();
        self.leave((account, region), (&id, &before), time);
        self.enter((account, region), (&id, &rule), time);
        self.rules.insert(((account, region), id), rule);
    }

    fn leave(&mut self, place: Place<'e>, (id, rule): (&str, &Rule), time: UtcTime) {
        let key = (place, rule.resource_type.clone());
        if let Some(in_force) = self.in_force.get_mut(&key) {
            in_force.sure.remove(&(rule.days, Reverse(id.to_owned())));
            in_force.unsure.remove(id);
            self.stand(key, time);
        }
    }

    fn enter(&mut self, place: Place<'e>, (id, rule): (&str, &Rule), time: UtcTime) {
        if rule.deleted || !(1..=365).contains(&rule.days) {
            return;
        }
        let key = (place, rule.resource_type.clone());
        let in_force = self.in_force.entry(key.clone()).or_default();
        if rule.by_tags {
            in_force.unsure.insert(id.to_owned());
        } else {
            in_force.sure.insert((rule.days, Reverse(id.to_owned())));
        }
        self.stand(key, time);
    }

    /// Notes what the rules do from a time on.
    fn stand(&mut self, key: (Place<'e>, String), time: UtcTime) {
        let Some(in_force) = self.in_force.get(&key) else { return };
        let longest = in_force.sure.last().map(|(days, Reverse(id))| Binned::For(*days, id.clone()));
        let binned = longest.or_else(|| in_force.unsure.first().map(|id| Binned::Perhaps(id.clone())));
        self.standing.entry(key).or_default().push((time, binned));
    }

    /// What the rules did for a deletion: of several that keep the thing, the
    /// longest wait counts.
    ///
    /// Source: Amazon EBS User Guide, "How Recycle Bin works" (the longest
    /// retention period applies; 1 to 365 days).
    pub(super) fn of(&self, event: &Event) -> Option<Binned> {
        let time = event.time?;
        let (resource_type, _) = binned(event)?;
        let past = self.standing.get(&(place::of(event)?, resource_type.to_owned()))?;
        past[..past.partition_point(|(at, _)| *at < time)].last()?.1.clone()
    }
}
