//! Whether one call can be undone, until when, and what to do: decided for the
//! event, not for the operation.
//!
//! Owns: the order in which the record and the evidence around it are asked.
//!
//! ```text
//!  S3 answers ─▶ wait of the service ─▶ its own final snapshot ─▶ what is kept
//!  by a rule or setting ─▶ an earlier copy ─▶ what the catalogue says
//! ```

use serde_json::Value;

use crate::catalogue::{Judgement, Wait, WaitEnd};
use crate::model::destructive::Reversibility;
use crate::model::time::UtcTime;

use super::super::payload;
use super::bin::{self, Binned};
use super::copies::{Copy, Found};
use super::history::{Call, History};
use super::{purge, versions};

/// What can be done about one call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fate {
    /// Whether it can be undone.
    pub(super) reversibility: Reversibility,
    /// Until when, if a deadline is known.
    pub(super) until: Option<UtcTime>,
    /// One line: what to do.
    pub(super) recovery: String,
}

const S_PER_DAY: i64 = 86_400;

/// Copies that are named in one line.
const COPIES_TOLD: usize = 5;

/// What can be done about a call that did not succeed: there is nothing to do,
/// and no deadline runs.
pub(super) fn of_attempt(judgement: &Judgement) -> Fate {
    Fate { reversibility: judgement.reversibility, until: None, recovery: judgement.recovery.clone() }
}

/// What can be done about a call that succeeded, whose things have those copies.
pub(super) fn of(
    place: usize,
    call: Call<'_>,
    judgement: &Judgement,
    (history, found): (&History<'_>, &Found),
) -> Fate {
    if let Some(told) = versions::of(call.event, call.request, call.response, &history.kept) {
        let told = purge::after(told, call, history);
        return Fate { reversibility: told.reversibility, until: None, recovery: told.recovery };
    }
    if let Some(fate) = waiting(call, judgement, history) {
        return uncut(fate, (place, call), history);
    }
    let open = matches!(
        judgement.reversibility,
        Reversibility::Irreversible | Reversibility::Unknown | Reversibility::Recoverable
    );
    if !open {
        return of_attempt(judgement);
    }
    let final_copies: Vec<&Copy> = found.copies.iter().filter(|copy| copy.made_by == place).collect();
    if found.things > 0 && final_copies.len() == found.things {
        let from = listed(&final_copies, false);
        return Fate {
            reversibility: Reversibility::Recoverable,
            until: None,
            recovery: format!("{from}: the final snapshot, which this call made"),
        };
    }
    match kept(call, judgement, history).map(|fate| uncut(fate, (place, call), history)) {
        Some(fate) if fate.until.is_some() => Fate { recovery: with_copies(fate.recovery, found), ..fate },
        Some(fate) => copied(fate, found, history),
        None => copied(of_attempt(judgement), found, history),
    }
}

/// What is left of it where a later call destroyed what was kept.
fn uncut(fate: Fate, (place, call): (usize, Call<'_>), history: &History<'_>) -> Fate {
    let kept = matches!(fate.reversibility, Reversibility::RecoverableUntil | Reversibility::Recoverable);
    let by = if kept { history.cut_of(place, call) } else { None };
    let Some((by, at)) = by.and_then(|by| Some((by, by.time?))) else { return fate };
    Fate {
        reversibility: Reversibility::Irreversible,
        until: None,
        recovery: format!("{} at {at} destroyed what was kept of it; look for other copies", by.event_name),
    }
}

/// What the service itself keeps for a while.
fn waiting(call: Call<'_>, judgement: &Judgement, history: &History<'_>) -> Option<Fate> {
    let wait = history.wait(call.event)?;
    let time = call.event.time?;
    let unrecorded = judgement.reversibility == Reversibility::Unknown;
    if judgement.reversibility != Reversibility::Recoverable && !unrecorded {
        return None;
    }
    let after = |days: i64| Some(time.plus_seconds(days.saturating_mul(S_PER_DAY)));
    let (until, why) = match wait.end(call.request, call.response) {
        WaitEnd::Answered(at) if at > time => {
            (Some(at), "the time is the one that the service answered".to_owned())
        }
        WaitEnd::Answered(_) => return Some(at_once(wait, call)),
        // Parameters that were not recorded could have asked for no wait at all.
        _ if unrecorded => return None,
        WaitEnd::Asked(days) => (after(days), format!("the request asked for {days} days")),
        WaitEnd::Default(days) => {
            (after(days), format!("the request names no days, so the default of {days} days applies"))
        }
        WaitEnd::Fixed(days) => (after(days), format!("the {days} days count from this call")),
        WaitEnd::Unknown => {
            (None, format!("how long it waits is not in the record, at least {} days", wait.days.0))
        }
    };
    let replicas = payload::text(call.response, &["keyState"]) == Some("PendingReplicaDeletion");
    let replicas =
        if replicas { "; at the earliest: the wait begins when its last replica is deleted" } else { "" };
    let note = if wait.note.is_empty() { String::new() } else { format!("; {}", wait.note) };
    let what = if unrecorded { "ask the service to cancel the deletion" } else { &judgement.recovery };
    Some(Fate {
        reversibility: if until.is_some() {
            Reversibility::RecoverableUntil
        } else {
            Reversibility::Recoverable
        },
        until,
        recovery: format!("{what}; {why}{replicas}{note}"),
    })
}

/// What the answer "at once" means: a request that asked for days contradicts it.
fn at_once(wait: &Wait, call: Call<'_>) -> Fate {
    let (reversibility, recovery) = match wait.end(call.request, &Value::Null) {
        WaitEnd::Asked(days) => (
            Reversibility::Unknown,
            format!(
                "the request asked for {days} days and the answer names a time not after the call: the record contradicts itself; ask the service whether it still waits, and cancel the deletion"
            ),
        ),
        _ => (
            Reversibility::Irreversible,
            "the service answered that it is deleted at once; look for copies".to_owned(),
        ),
    };
    Fate { reversibility, until: None, recovery }
}

/// What is kept by a setting or rule that the evidence shows.
fn kept(call: Call<'_>, judgement: &Judgement, history: &History<'_>) -> Option<Fate> {
    match (&*call.event.event_source, &*call.event.event_name) {
        ("dynamodb.amazonaws.com", "DeleteTable") => system_backup(call, judgement, history),
        ("rds.amazonaws.com", "DeleteDBInstance") => {
            elsewhere(call).or_else(|| retained(call, "dBInstanceIdentifier", history))
        }
        ("rds.amazonaws.com", "DeleteDBCluster") => retained(call, "dBClusterIdentifier", history),
        _ => binned(call, judgement, history),
    }
}

fn until(time: UtcTime, days: i64, recovery: String) -> Fate {
    Fate {
        reversibility: Reversibility::RecoverableUntil,
        until: Some(time.plus_seconds(days.saturating_mul(S_PER_DAY))),
        recovery,
    }
}

/// Source: DynamoDB Developer Guide, "Point-in-time recovery" (a system backup of
/// a deleted table is kept 35 days); facts/cloudtrail.md 6.3.
fn system_backup(call: Call<'_>, judgement: &Judgement, history: &History<'_>) -> Option<Fate> {
    const DAYS: i64 = 35;
    let table = payload::text(call.request, &["tableName"])?;
    let time = call.event.time?;
    match history.kept.point_in_time(call.event, table)? {
        (since, true) => Some(until(
            time,
            DAYS,
            format!(
                "RestoreTableFromBackup from the system backup, which DynamoDB keeps {DAYS} days as point-in-time recovery was on since {since}"
            ),
        )),
        (since, false) => Some(Fate {
            recovery: format!(
                "point-in-time recovery was turned off at {since}, so there is no system backup; look for on-demand backups and AWS Backup"
            ),
            ..of_attempt(judgement)
        }),
    }
}

/// A member of a cluster, or a read replica: its data are not its own.
///
/// Sources: Aurora User Guide, "Amazon Aurora storage" (the volume is the
/// cluster's), "Deleting Aurora DB clusters and DB instances"; RDS API Reference,
/// `DBInstance` (`DBClusterIdentifier`, `ReadReplicaSourceDBInstanceIdentifier`).
fn elsewhere(call: Call<'_>) -> Option<Fate> {
    let answered = |key: &str| payload::text(call.response, &[key]);
    let cluster = answered("dBClusterIdentifier").map(|cluster| {
        format!("CreateDBInstance in cluster {cluster}: its data lie there, and this call leaves the cluster")
    });
    let recovery = cluster.or_else(|| {
        let source = answered("readReplicaSourceDBInstanceIdentifier")?;
        Some(format!("CreateDBInstanceReadReplica from {source}: this was a replica of it"))
    })?;
    Some(Fate { reversibility: Reversibility::Rebuildable, until: None, recovery })
}

/// Source: RDS User Guide, "Retaining automated backups"; facts/cloudtrail.md 6.3
/// (deleteAutomatedBackups, at most 35 days).
fn retained(call: Call<'_>, name_key: &str, history: &History<'_>) -> Option<Fate> {
    let name = payload::text(call.request, &[name_key])?;
    let time = call.event.time?;
    if payload::flag(call.request, &["deleteAutomatedBackups"]) != Some(false) {
        return None;
    }
    let of_cluster = name_key == "dBClusterIdentifier";
    let restore = if of_cluster { "RestoreDBClusterToPointInTime" } else { "RestoreDBInstanceToPointInTime" };
    let answered = payload::number(call.response, &["backupRetentionPeriod"]);
    let (days, why) = match answered.filter(|days| (0..=35).contains(days)) {
        Some(days) => (Some(days), "as the answer tells".to_owned()),
        None => match history.kept.backup_days(call.event, name, of_cluster) {
            Some((since, days)) => (Some(days), format!("as set at {since}")),
            None => (None, String::new()),
        },
    };
    Some(match days {
        Some(0) => Fate {
            reversibility: Reversibility::Irreversible,
            until: None,
            recovery: format!(
                "automated backups were off, {why}; look for manual snapshots, copies and AWS Backup"
            ),
        },
        Some(days) => {
            until(time, days, format!("{restore} from the retained automated backup, kept {days} days {why}"))
        }
        None => Fate {
            reversibility: Reversibility::Recoverable,
            until: None,
            recovery: format!(
                "{restore} from the retained automated backup; how long it is kept is not in the evidence, at most 35 days"
            ),
        },
    })
}

fn binned(call: Call<'_>, judgement: &Judgement, history: &History<'_>) -> Option<Fate> {
    let restore = bin::restoring(call.event)?;
    let time = call.event.time?;
    Some(match history.bins.of(call.event)? {
        Binned::For(days, rule) => {
            until(time, days, format!("{restore}; Recycle Bin rule {rule} keeps it {days} days"))
        }
        Binned::Perhaps(rule) => Fate {
            reversibility: Reversibility::Unknown,
            until: None,
            recovery: format!(
                "try {restore}: Recycle Bin rule {rule} depends on tags, and which tags this had is not in the evidence; {}",
                judgement.recovery
            ),
        },
    })
}

/// What earlier copies change.
fn copied(fate: Fate, found: &Found, history: &History<'_>) -> Fate {
    let copies: Vec<&Copy> = found.copies.iter().collect();
    if !copies.is_empty() && copies.len() == found.things {
        let lost = "what changed after it was made is lost";
        return Fate {
            reversibility: Reversibility::Recoverable,
            until: fate.until,
            recovery: format!("{}; {lost}", listed(&copies, true)),
        };
    }
    if copies.is_empty() && !found.lost.is_empty() {
        if let Some(fate) = through_the_bin(found, history) {
            return fate;
        }
        let gone = "every copy that the evidence shows was destroyed too; look for others in other regions and accounts";
        let reversibility = match fate.reversibility {
            Reversibility::Recoverable => Reversibility::Irreversible,
            other => other,
        };
        return Fate { reversibility, recovery: gone.to_owned(), ..fate };
    }
    Fate { recovery: with_copies(fate.recovery, found), ..fate }
}

/// Copies that were destroyed may lie in the Recycle Bin, and can be taken out of
/// it while they do: the first that leaves it ends the way back.
fn through_the_bin(found: &Found, history: &History<'_>) -> Option<Fate> {
    if found.lost.len() != found.things {
        return None;
    }
    let mut ways = Vec::new();
    for (copy, place) in &found.lost {
        let event = history.event(*place)?;
        let Binned::For(days, _) = history.bins.of(event)? else { return None };
        let until = event.time?.plus_seconds(days.saturating_mul(S_PER_DAY));
        ways.push((until, bin::restoring(event)?, copy));
    }
    let (until, restoring, first) = ways.into_iter().min_by_key(|(until, _, copy)| (*until, copy.made_by))?;
    Some(Fate {
        reversibility: Reversibility::RecoverableUntil,
        until: Some(until),
        recovery: format!(
            "{restoring} of {} while the Recycle Bin keeps it, then {} from it; what changed after it was made is lost",
            first.id, first.restore
        ),
    })
}

fn with_copies(recovery: String, found: &Found) -> String {
    let copies: Vec<&Copy> = found.copies.iter().collect();
    if copies.is_empty() {
        return recovery;
    }
    let of = if found.things > 1 {
        format!(" ({} of {} have one)", copies.len(), found.things)
    } else {
        String::new()
    };
    format!("{recovery}; or {}{of}", listed(&copies, true))
}

fn listed(copies: &[&Copy], with_time: bool) -> String {
    let restore = copies.first().map(|copy| copy.restore).unwrap_or_default();
    let one = |copy: &&&Copy| {
        let when = if with_time { format!(" (made {})", copy.made_at) } else { String::new() };
        format!("{}{when}", copy.id)
    };
    let mut words: Vec<String> = copies.iter().take(COPIES_TOLD).map(|copy| one(&copy)).collect();
    if copies.len() > COPIES_TOLD {
        words.push(format!("{} more", copies.len() - COPIES_TOLD));
    }
    format!("{restore} from {}", words.join(" and "))
}

#[cfg(test)]
mod tests;
