//! Settings that decide whether deleted things are kept, as calls and AWS Config
//! told them earlier in the evidence.
//!
//! Owns: versioning of buckets, point-in-time recovery of tables, retention of
//! database backups. The last setting before a loss counts; within the same
//! second the order is unknown, and the setting before it counts. A setting ends
//! with the thing that had it: a new one of that name starts unknown.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::catalogue::bare;
use crate::model::event::Event;
use crate::model::inventory::ConfigItem;
use crate::model::time::UtcTime;

use super::super::payload;
use super::place;

/// Account, region, bare name.
type Key<'e> = (&'e str, &'e str, String);

/// Values of one setting, each with its time; none from where it is unknown.
type Past<'e, V> = BTreeMap<Key<'e>, Vec<(UtcTime, Option<V>)>>;

/// Whether a bucket keeps versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Versioning {
    /// A delete leaves a marker.
    Enabled,
    /// A delete leaves a marker and destroys the version without an id.
    Suspended,
    /// A delete destroys the object.
    Off,
}

/// Every such setting.
#[derive(Debug, Default)]
pub(super) struct Kept<'e> {
    versioning: Past<'e, Versioning>,
    point_in_time: Past<'e, bool>,
    instance_days: Past<'e, i64>,
    cluster_days: Past<'e, i64>,
}

impl<'e> Kept<'e> {
    /// Takes in what AWS Config recorded. Must come before the events' order is
    /// relied on: `finish` sorts.
    pub(super) fn add_items(&mut self, items: &'e [ConfigItem]) {
        for item in items.iter().filter(|item| !item.deleted) {
            let (Some(time), Some(account)) = (item.captured_at, &item.account_id) else { continue };
            let region = item.region.as_ref().map(|region| region.as_str()).unwrap_or_default();
            let names = [&item.resource_name, &item.resource_id].into_iter().flatten();
            for name in names {
                let key = |region: &'e str| (account.as_str(), region, bare(name));
                match &*item.resource_type {
                    "AWS::S3::Bucket" => {
                        let status = item.versioning.as_deref().and_then(versioning_of);
                        let past = self.versioning.entry(key("")).or_default();
                        past.extend(status.map(|status| (time, Some(status))));
                    }
                    "AWS::RDS::DBInstance" => {
                        let past = self.instance_days.entry(key(region)).or_default();
                        past.extend(days_in(item).map(|days| (time, Some(days))));
                    }
                    "AWS::RDS::DBCluster" => {
                        let past = self.cluster_days.entry(key(region)).or_default();
                        past.extend(days_in(item).map(|days| (time, Some(days))));
                    }
                    _ => {}
                }
            }
        }
    }

    /// Takes in one succeeded event, with its parsed columns.
    pub(super) fn add(&mut self, event: &'e Event, request: &Value, response: &Value) {
        let Some(time) = event.time else { return };
        let Some((account, region)) = place::of(event) else { return };
        let named = |key: &str| payload::text(request, &[key]).map(|name| (account, region, bare(name)));
        let name = &*event.event_name;
        let begins_or_ends = !name.starts_with("Modify");
        match (&*event.event_source, name) {
            ("s3.amazonaws.com", "PutBucketVersioning") => {
                let status =
                    payload::text(request, &["VersioningConfiguration", "Status"]).and_then(versioning_of);
                note(&mut self.versioning, named("bucketName"), (time, status), false);
            }
            ("s3.amazonaws.com", "CreateBucket" | "DeleteBucket") => {
                note(&mut self.versioning, named("bucketName"), (time, None), true);
            }
            ("dynamodb.amazonaws.com", "UpdateContinuousBackups") => {
                let path = ["pointInTimeRecoverySpecification", "pointInTimeRecoveryEnabled"];
                let on = payload::flag(request, &path);
                note(&mut self.point_in_time, named("tableName"), (time, on), false);
            }
            // A new table has its own setting, which the call does not tell.
            (
                "dynamodb.amazonaws.com",
                "CreateTable" | "DeleteTable" | "RestoreTableFromBackup" | "RestoreTableToPointInTime",
            ) => {
                let key = named("targetTableName").or_else(|| named("tableName"));
                note(&mut self.point_in_time, key, (time, None), true);
            }
            ("rds.amazonaws.com", name) => {
                let Some((of_cluster, deletes)) = database(name) else { return };
                let days = days_of(request, response).filter(|_| !deletes);
                let (past, key) = if of_cluster {
                    (&mut self.cluster_days, named("dBClusterIdentifier"))
                } else {
                    let target = named("targetDBInstanceIdentifier");
                    (&mut self.instance_days, target.or_else(|| named("dBInstanceIdentifier")))
                };
                note(past, key, (time, days), begins_or_ends);
            }
            _ => {}
        }
    }

    /// Puts what came from calls and from Config into one order of time.
    pub(super) fn finish(&mut self) {
        self.versioning.values_mut().for_each(|past| past.sort());
        self.instance_days.values_mut().for_each(|past| past.sort());
        self.cluster_days.values_mut().for_each(|past| past.sort());
    }

    /// Whether a bucket kept versions just before a call, and since when that is
    /// known.
    pub(super) fn versioning(&self, event: &Event, bucket: &str) -> Option<(UtcTime, Versioning)> {
        last(&self.versioning, event, bucket)
    }

    /// Whether a table had point-in-time recovery just before a call.
    pub(super) fn point_in_time(&self, event: &Event, table: &str) -> Option<(UtcTime, bool)> {
        last(&self.point_in_time, event, table)
    }

    /// For how many days backups of a database or cluster were kept.
    pub(super) fn backup_days(&self, event: &Event, name: &str, of_cluster: bool) -> Option<(UtcTime, i64)> {
        last(if of_cluster { &self.cluster_days } else { &self.instance_days }, event, name)
    }
}

fn last<V: Copy>(past: &Past<'_, V>, event: &Event, name: &str) -> Option<(UtcTime, V)> {
    let time = event.time?;
    let (account, region) = place::of(event)?;
    let all = past.get(&(account, region, bare(name)))?;
    let (since, value) = all[..all.partition_point(|(at, _)| *at < time)].last().copied()?;
    Some((since, value?))
}

/// Notes a value. One that is not told means that it is unknown from there on
/// where the thing begins or ends, and else that it stays as it was.
fn note<'e, V>(
    past: &mut Past<'e, V>,
    key: Option<Key<'e>>,
    told: (UtcTime, Option<V>),
    begins_or_ends: bool,
) {
    let Some(key) = key.filter(|_| told.1.is_some() || begins_or_ends) else { return };
    // What was unknown before needs no end: events come in order of time.
    if told.1.is_some() || past.contains_key(&key) {
        past.entry(key).or_default().push(told);
    }
}

/// Whether a call that begins, changes or ends a database is about a cluster, and
/// whether it ends it.
fn database(name: &str) -> Option<(bool, bool)> {
    let (verb, rest) = ["Create", "Modify", "Restore", "Delete"]
        .iter()
        .find_map(|verb| Some((*verb, name.strip_prefix(verb)?)))?;
    let of = |kind: &str| {
        let how = rest.strip_prefix(kind)?;
        (how.is_empty() || how == "ReadReplica" || verb == "Restore").then_some(verb == "Delete")
    };
    of("DBCluster").map(|ends| (true, ends)).or_else(|| of("DBInstance").map(|ends| (false, ends)))
}

fn versioning_of(word: &str) -> Option<Versioning> {
    match word.to_ascii_lowercase().as_str() {
        "enabled" => Some(Versioning::Enabled),
        "suspended" => Some(Versioning::Suspended),
        "off" => Some(Versioning::Off),
        _ => None,
    }
}

/// Source: RDS API Reference, `BackupRetentionPeriod`: 0 to 35 days.
fn days_of(request: &Value, response: &Value) -> Option<i64> {
    let days = payload::number(request, &["backupRetentionPeriod"])
        .or_else(|| payload::number(response, &["backupRetentionPeriod"]))?;
    (0..=35).contains(&days).then_some(days)
}

fn days_in(item: &ConfigItem) -> Option<i64> {
    let value = payload::parse(item.configuration.as_ref());
    days_of(&value, &Value::Null)
}

#[cfg(test)]
mod tests;
