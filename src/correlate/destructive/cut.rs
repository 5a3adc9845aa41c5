//! What was kept of a deleted thing for a while, and destroyed before its time.
//!
//! Owns: finding the later call that took the way back. Whether there was one is
//! `fate`'s.
//!
//! Sources: Secrets Manager API Reference, `DeleteSecret`
//! (`ForceDeleteWithoutRecovery` deletes without any recovery window); RDS API
//! Reference, `DeleteDBInstanceAutomatedBackup`, `DeleteDBClusterAutomatedBackup`
//! (both name the resource id of what was deleted).

use std::collections::BTreeMap;

use serde_json::Value;

use crate::catalogue::bare;
use crate::model::event::Event;
use crate::model::time::UtcTime;

use super::super::payload;
use super::place;

/// Account, region, service, bare name or resource id.
type Key<'e> = (&'e str, &'e str, &'e str, String);

/// Every call that destroys what was kept, by what it names, in order of time.
#[derive(Debug, Default)]
pub(super) struct Cuts<'e>(BTreeMap<Key<'e>, Vec<(UtcTime, usize)>>);

/// Whether a call of that name may do so.
pub(super) fn may_cut(event: &Event) -> bool {
    matches!(
        (&*event.event_source, &*event.event_name),
        ("secretsmanager.amazonaws.com", "DeleteSecret")
            | ("rds.amazonaws.com", "DeleteDBInstanceAutomatedBackup" | "DeleteDBClusterAutomatedBackup")
    )
}

impl<'e> Cuts<'e> {
    /// Takes in one succeeded event, with its parsed columns.
    pub(super) fn add(&mut self, (at_place, event): (usize, &'e Event), request: &Value, response: &Value) {
        let forced = payload::flag(request, &["forceDeleteWithoutRecovery"]) == Some(true);
        if !may_cut(event) || &*event.event_name == "DeleteSecret" && !forced {
            return;
        }
        let (Some(time), Some((account, region))) = (event.time, place::of(event)) else { return };
        for name in names(request, response) {
            let key = (account, region, &*event.event_source, name);
            self.0.entry(key).or_default().push((time, at_place));
        }
    }

    /// The first call that destroyed what the call at a place had left, not
    /// before it. Within one second the order does not matter: it is gone.
    pub(super) fn of(
        &self,
        (at_place, event): (usize, &Event),
        request: &Value,
        response: &Value,
    ) -> Option<(UtcTime, usize)> {
        let (time, (account, region)) = (event.time?, place::of(event)?);
        let cuts = names(request, response).into_iter().filter_map(|name| {
            let all = self.0.get(&(account, region, &*event.event_source, name))?;
            let later = &all[all.partition_point(|(at, _)| at.seconds() < time.seconds())..];
            later.iter().find(|(_, by)| *by != at_place).copied()
        });
        cuts.min()
    }
}

/// Every name that tells a secret, and the ids that tell one database from the
/// next of its name.
fn names(request: &Value, response: &Value) -> Vec<String> {
    let of = |value: &Value, keys: &[&str]| -> Vec<String> {
        keys.iter().filter_map(|key| payload::text(value, &[key])).map(bare).collect()
    };
    let ids = ["dbiResourceId", "dbClusterResourceId"];
    let mut names = of(request, &["secretId"]);
    names.extend(of(response, &["aRN", "arn", "name"]));
    names.extend([of(request, &ids), of(response, &ids)].concat());
    names.sort();
    names.dedup();
    names
}

#[cfg(test)]
mod tests;
