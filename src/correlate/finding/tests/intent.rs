//! Patterns of intent: each made once, and the near misses that make none.

use std::sync::Arc;

use crate::model::event::Event;
use crate::model::finding::Finding;

use super::super::super::samples::{DEV, With, call, minute, report, role_call, wearing};

/// The findings of one rule.
pub(super) fn found(rule: &str, events: Vec<Event>) -> Vec<Finding> {
    let mut findings = report(events, vec![]).findings;
    findings.retain(|finding| finding.rule_id == rule);
    findings.into()
}

pub(super) fn count(rule: &str, events: Vec<Event>) -> usize {
    found(rule, events).len()
}

pub(super) fn by_eve(mut event: Event) -> Event {
    Arc::make_mut(&mut event.principal).user_name = Some("eve".into());
    event
}

pub(super) fn in_account(mut event: Event, account: &str) -> Event {
    event.account_id = Some(account.into());
    event
}

fn in_region(mut event: Event, region: &str) -> Event {
    event.region = Some(region.into());
    event
}

fn unprotect(minute: i64, db: &str) -> Event {
    call(minute, "rds", "ModifyDBInstance")
        .request(&format!(r#"{{"dBInstanceIdentifier":"{db}","deletionProtection":false}}"#))
}

pub(super) fn delete_db(minute: i64, db: &str) -> Event {
    call(minute, "rds", "DeleteDBInstance")
        .request(&format!(r#"{{"dBInstanceIdentifier":"{db}","skipFinalSnapshot":true}}"#))
}

const UNPROTECTED: &str = "intent/unprotected-then-destroyed";

#[test]
fn a_removed_protection_and_the_destruction_of_that_thing_are_one_finding() {
    let made = found(UNPROTECTED, vec![unprotect(0, "orders"), by_eve(delete_db(90, "orders"))]);
    let finding = &made[0];
    assert_eq!(made.len(), 1);
    assert_eq!((finding.time.map(minute), finding.end_time.map(minute)), (Some(0), Some(90)));
    assert_eq!(finding.actor.as_deref(), Some("eve"));
    let ids: Vec<&str> = finding.event_ids.iter().map(|id| id.as_str()).collect();
    assert_eq!(ids, ["ModifyDBInstance-0", "DeleteDBInstance-90"]);
    assert_eq!(finding.severity.as_str(), "high");
    assert_eq!(
        finding.summary,
        "eve destroyed what was set to be unprotected in account 111122223333: DeleteDBInstance on orders; \
         protection set to off or removed by ops from 2025-01-10T00:00:00Z on: ModifyDBInstance on orders; no \
         earlier call in evidence tells whether it was on before"
    );
    let burst = vec![unprotect(0, "a"), unprotect(1, "b"), delete_db(5, "a"), delete_db(6, "b")];
    assert_eq!(found(UNPROTECTED, burst)[0].count, 4);
}

#[test]
fn a_protected_bucket_protects_its_objects_and_an_arn_is_its_name() {
    let lock = || {
        call(0, "s3", "PutBucketVersioning")
            .request(r#"{"bucketName":"orders","VersioningConfiguration":{"MfaDelete":"Disabled","Status":"Enabled"}}"#)
    };
    let object = |bucket: &str| {
        call(5, "s3", "DeleteObject").request(&format!(r#"{{"bucketName":"{bucket}","key":"a/b"}}"#))
    };
    assert_eq!(count(UNPROTECTED, vec![lock(), object("orders")]), 1);
    assert_eq!(count(UNPROTECTED, vec![lock(), object("orders-2")]), 0);
    let arn = "arn:aws:rds:us-east-1:111122223333:db:orders";
    assert_eq!(count(UNPROTECTED, vec![unprotect(0, "orders"), delete_db(5, arn)]), 1);
}

#[test]
fn without_a_removed_protection_of_that_very_thing_there_is_no_finding() {
    let day = 24 * 60;
    let misses = [
        vec![unprotect(0, "orders"), delete_db(5, "orders-2")],
        vec![unprotect(0, "orders").error("AccessDenied"), delete_db(5, "orders")],
        vec![delete_db(0, "orders"), unprotect(5, "orders")],
        vec![unprotect(0, "orders"), delete_db(0, "orders")],
        vec![unprotect(0, "orders"), delete_db(day + 1, "orders")],
        vec![unprotect(0, "orders"), in_account(delete_db(5, "orders"), "999999999999")],
        vec![unprotect(0, "orders"), in_region(delete_db(5, "orders"), "eu-west-1")],
        vec![unprotect(0, "orders"), delete_db(5, "orders").error("Client.DryRunOperation")],
        vec![
            call(0, "kms", "DisableKeyRotation").request(r#"{"keyId":"k-1"}"#),
            call(5, "kms", "ScheduleKeyDeletion").request(r#"{"keyId":"k-1"}"#),
        ],
    ];
    for (number, events) in misses.into_iter().enumerate() {
        assert_eq!(count(UNPROTECTED, events), 0, "miss {number}");
    }
    assert_eq!(count(UNPROTECTED, vec![unprotect(0, "orders"), delete_db(day, "orders")]), 1);
}

#[test]
fn what_was_only_tried_after_it_is_less_grave_and_says_so() {
    let tried =
        found(UNPROTECTED, vec![unprotect(0, "orders"), delete_db(5, "orders").error("AccessDenied")]);
    assert_eq!(tried[0].severity.as_str(), "medium");
    // The protection is off all the same: that is no mere attempt.
    assert!(tried[0].title.starts_with("Attempt: Protection set to off") && !tried[0].attempt);
    assert!(tried[0].response.contains("switch the protection on again"), "{}", tried[0].response);
    assert!(tried[0].summary.starts_with("ops tried in vain to destroy what"), "{}", tried[0].summary);
    let both =
        vec![unprotect(0, "orders"), delete_db(5, "orders").error("AccessDenied"), delete_db(6, "orders")];
    let done = found(UNPROTECTED, both);
    assert_eq!((done.len(), done[0].severity.as_str(), done[0].count), (1, "high", 2));
}

fn make_db(minute: i64, db: &str, protected: bool) -> Event {
    let answer = format!(r#"{{"dBInstanceIdentifier":"{db}","deletionProtection":{protected}}}"#);
    let request = format!(r#"{{"dBInstanceIdentifier":"{db}"}}"#);
    call(minute, "rds", "CreateDBInstance").request(&request).response(&answer)
}

fn protect(minute: i64, db: &str) -> Event {
    call(minute, "rds", "ModifyDBInstance")
        .request(&format!(r#"{{"dBInstanceIdentifier":"{db}","deletionProtection":true}}"#))
}

fn run_instance(minute: i64, off: bool) -> Event {
    call(minute, "ec2", "RunInstances")
        .request(&format!(r#"{{"disableApiTermination":{},"disableApiStop":false}}"#, !off))
        .response(r#"{"instancesSet":{"items":[{"instanceId":"i-1"}]}}"#)
}

fn unset(minute: i64, attribute: &str) -> Event {
    call(minute, "ec2", "ModifyInstanceAttribute")
        .request(&format!(r#"{{"instanceId":"i-1","{attribute}":{{"value":false}}}}"#))
}

fn end_instance(minute: i64) -> Event {
    call(minute, "ec2", "TerminateInstances").request(r#"{"instancesSet":{"items":[{"instanceId":"i-1"}]}}"#)
}

#[test]
fn a_protection_that_never_was_on_is_not_taken_away() {
    let day = 24 * 60;
    let misses = [
        vec![make_db(0, "orders", false), unprotect(5, "orders"), delete_db(9, "orders")],
        vec![
            make_db(0, "orders", false),
            unprotect(5, "orders"),
            unprotect(6, "orders"),
            delete_db(9, "orders"),
        ],
        vec![run_instance(0, true), unset(5, "disableApiTermination"), end_instance(9)],
        vec![run_instance(0, false), unset(5, "disableApiStop"), end_instance(9)],
        // What was on a day before the destruction was off long since.
        vec![
            protect(0, "orders"),
            unprotect(1, "orders"),
            unprotect(day + 9, "orders"),
            delete_db(day + 10, "orders"),
        ],
    ];
    for (number, events) in misses.into_iter().enumerate() {
        assert_eq!(count(UNPROTECTED, events), 0, "miss {number}");
    }
}

#[test]
fn what_was_set_before_is_told_and_what_is_not_known_is_less_sure() {
    let known = [
        vec![make_db(0, "orders", true), unprotect(5, "orders"), delete_db(9, "orders")],
        vec![
            make_db(0, "orders", false),
            protect(2, "orders"),
            unprotect(5, "orders"),
            delete_db(9, "orders"),
        ],
        vec![run_instance(0, false), unset(5, "disableApiTermination"), end_instance(9)],
    ];
    for (number, events) in known.into_iter().enumerate() {
        let made = found(UNPROTECTED, events);
        assert_eq!(made.len(), 1, "known {number}");
        assert!(made[0].summary.ends_with(", which was on before"), "{}", made[0].summary);
        assert!(!made[0].confidence_reason.contains("less sure"), "{}", made[0].confidence_reason);
    }
    let unknown = [
        vec![unprotect(5, "orders"), delete_db(9, "orders")],
        vec![make_db(0, "sales", false), unprotect(5, "orders"), delete_db(9, "orders")],
        vec![
            make_db(0, "orders", false).error("AccessDenied"),
            unprotect(5, "orders"),
            delete_db(9, "orders"),
        ],
        // Of two calls of one second nobody knows which came last.
        vec![
            make_db(0, "orders", false),
            protect(0, "orders"),
            unprotect(5, "orders"),
            delete_db(9, "orders"),
        ],
    ];
    for (number, events) in unknown.into_iter().enumerate() {
        let made = found(UNPROTECTED, events);
        assert_eq!(made.len(), 1, "unknown {number}");
        assert!(made[0].summary.ends_with("tells whether it was on before"), "{}", made[0].summary);
        assert!(made[0].confidence_reason.ends_with("tells that the protection was on"));
    }
}

const BACKUPS: &str = "intent/backups-then-data";

fn delete_snapshot(minute: i64) -> Event {
    call(minute, "rds", "DeleteDBSnapshot").request(r#"{"dBSnapshotIdentifier":"orders-1"}"#)
}

fn delete_point(minute: i64) -> Event {
    call(minute, "backup", "DeleteRecoveryPoint")
        .request(r#"{"recoveryPointArn":"arn:aws:backup:us-east-1:111122223333:recovery-point:1"}"#)
}

/// These calls by one session of developer mode.
fn in_mode(events: Vec<Event>) -> Vec<Event> {
    let worn = events.into_iter().map(|event| event.by(wearing(DEV, "ASIA1", Some(0))));
    std::iter::once(role_call(0, "CreateRole", DEV)).chain(worn).collect()
}

fn delete_volume(minute: i64) -> Event {
    call(minute, "ec2", "DeleteVolume").request(r#"{"volumeId":"vol-1"}"#)
}

fn suspend_versions(bucket: &str) -> Event {
    call(1, "s3", "PutBucketVersioning").request(&format!(
        r#"{{"bucketName":"{bucket}","VersioningConfiguration":{{"Status":"Suspended"}}}}"#
    ))
}

fn delete_object(minute: i64) -> Event {
    call(minute, "s3", "DeleteObject").request(r#"{"bucketName":"orders","key":"a"}"#)
}

#[test]
fn backups_and_then_data_of_one_session_are_one_finding() {
    let events = in_mode(vec![delete_snapshot(1), delete_db(30, "orders"), delete_db(40, "sales")]);
    let made = found(BACKUPS, events);
    assert_eq!(made.len(), 1);
    assert_eq!((made[0].severity.as_str(), made[0].count), ("critical", 3));
    assert_eq!(count(BACKUPS, in_mode(vec![delete_point(1), delete_volume(9)])), 1);
    assert_eq!(count(BACKUPS, vec![suspend_versions("orders"), delete_object(5)]), 1, "of the very thing");
}

#[test]
fn backups_of_another_service_thing_actor_or_time_are_no_finding() {
    let plan = call(1, "backup", "DeleteBackupPlan").request(r#"{"backupPlanId":"p"}"#);
    let other = [in_mode(vec![delete_snapshot(1)]), vec![delete_db(5, "orders")]].concat();
    let misses = [
        vec![delete_snapshot(1), delete_db(5, "orders")],
        vec![suspend_versions("other"), delete_object(5)],
        vec![suspend_versions("orders"), by_eve(delete_object(5))],
        other,
        in_mode(vec![delete_snapshot(1), delete_volume(9)]),
        in_mode(vec![delete_snapshot(1).error("AccessDenied"), delete_db(5, "orders")]),
        in_mode(vec![delete_db(1, "orders"), delete_snapshot(5)]),
        in_mode(vec![delete_snapshot(1), delete_db(24 * 60 + 2, "orders")]),
        in_mode(vec![delete_snapshot(1), in_account(delete_db(5, "orders"), "999999999999")]),
        in_mode(vec![plan, delete_db(5, "orders")]),
    ];
    for (number, events) in misses.into_iter().enumerate() {
        assert_eq!(count(BACKUPS, events), 0, "miss {number}");
    }
}

const SPREAD: &str = "intent/same-call-many-places";

fn terminate(minute: i64, region: &str) -> Event {
    let event = call(minute, "ec2", "TerminateInstances")
        .request(r#"{"instancesSet":{"items":[{"instanceId":"i-1"}]}}"#);
    in_region(event, region)
}

#[test]
fn one_call_in_three_regions_or_accounts_within_minutes_is_a_finding() {
    let regions = vec![terminate(0, "us-east-1"), terminate(5, "eu-west-1"), terminate(10, "ap-south-1")];
    let made = found(SPREAD, regions);
    assert_eq!((made.len(), made[0].count), (1, 3));
    let elsewhere = |minute: i64, account: &str| in_account(terminate(minute, "us-east-1"), account);
    let accounts =
        vec![elsewhere(0, "111122223333"), elsewhere(1, "222233334444"), elsewhere(2, "333344445555")];
    assert_eq!(count(SPREAD, accounts), 1);
    let more = (0..6).map(|n| terminate(n, ["us-east-1", "eu-west-1", "ap-south-1"][n as usize % 3]));
    let later = [terminate(500, "us-east-1"), terminate(501, "eu-west-1"), terminate(502, "ap-south-1")];
    let both = found(SPREAD, more.chain(later).collect());
    assert_eq!(both.iter().map(|finding| finding.count).collect::<Vec<_>>(), [6, 3]);
}

#[test]
fn few_places_slow_calls_several_actors_and_attempts_are_no_finding() {
    let misses = [
        vec![terminate(0, "us-east-1"), terminate(1, "eu-west-1"), terminate(2, "us-east-1")],
        vec![terminate(0, "us-east-1"), terminate(5, "eu-west-1"), terminate(11, "ap-south-1")],
        vec![terminate(0, "us-east-1"), terminate(1, "eu-west-1"), by_eve(terminate(2, "ap-south-1"))],
        vec![
            terminate(0, "us-east-1"),
            terminate(1, "eu-west-1"),
            terminate(2, "ap-south-1").error("Client.UnauthorizedOperation"),
        ],
    ];
    for (number, events) in misses.into_iter().enumerate() {
        assert_eq!(count(SPREAD, events), 0, "miss {number}");
    }
}
