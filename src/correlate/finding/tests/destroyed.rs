//! Claims about destruction alone: each made once, and its near misses.

use std::sync::Arc;

use crate::model::event::Event;
use crate::model::finding::Finding;

use super::super::super::samples::{With, call, report};

fn found(rule: &str, events: Vec<Event>) -> Vec<Finding> {
    let mut findings = report(events, vec![]).findings;
    findings.retain(|finding| finding.rule_id == rule);
    findings.into()
}

/// A call that deletes so many volumes, or objects, one after the other.
fn volumes(count: i64, every: i64) -> Vec<Event> {
    (0..count)
        .map(|number| {
            call(number * every, "ec2", "DeleteVolume").request(&format!(r#"{{"volumeId":"vol-{number}"}}"#))
        })
        .collect()
}

fn object(number: i64, key: &str) -> Event {
    let request = format!(r#"{{"bucketName":"orders","key":"{key}"}}"#);
    call(number / 60, "s3", "DeleteObjectVersion").request(&request)
}

#[test]
fn many_things_destroyed_in_a_burst_are_one_finding() {
    let bulk = |events| found("destroy/in-bulk", events);
    let made = bulk(volumes(20, 1));
    assert_eq!((made.len(), made[0].count), (1, 20));
    assert!(bulk(volumes(19, 1)).is_empty(), "not yet many");
    assert!(bulk(volumes(20, 60)).is_empty(), "no burst");
    let denied = volumes(20, 1).into_iter().map(|event| event.error("Client.UnauthorizedOperation"));
    assert!(bulk(denied.collect()).is_empty());
    let mut shared = volumes(20, 1);
    for event in shared.iter_mut().take(10) {
        Arc::make_mut(&mut event.principal).user_name = Some("eve".into());
    }
    assert!(bulk(shared).is_empty(), "two actors");
    let objects = |count: i64| (0..count).map(|number| object(number, &format!("a/{number}"))).collect();
    assert!(bulk(objects(999)).is_empty(), "objects go by the thousand");
}

#[test]
fn deleted_deliveries_of_audit_logs_are_found_and_other_objects_are_not() {
    let logs = |key: &str| found("logging/log-objects-deleted", vec![object(0, key)]).len();
    let day = "us-east-1/2026/01/02/x.json.gz";
    assert_eq!(logs(&format!("trail/AWSLogs/111122223333/CloudTrail/{day}")), 1);
    assert_eq!(logs(&format!("AWSLogs/o-exampleorg1/111122223333/CloudTrail-Digest/{day}")), 1);
    assert_eq!(logs(&format!("AWSLogs/111122223333/Config/{day}")), 1);
    assert_eq!(logs(&format!("AWSLogs/111122223333/elasticloadbalancing/{day}")), 0);
    assert_eq!(logs("reports/CloudTrail/summary.csv"), 0);
    let denied = object(0, &format!("AWSLogs/111122223333/CloudTrail/{day}")).error("AccessDenied");
    assert!(found("logging/log-objects-deleted", vec![denied]).is_empty());
}

#[test]
fn backups_destroyed_or_cut_are_found_once_a_burst_and_attempts_apart() {
    let recovery = |events| found("recovery/impaired", events);
    let snapshot = |minute: i64, id: &str| {
        call(minute, "rds", "DeleteDBSnapshot").request(&format!(r#"{{"dBSnapshotIdentifier":"{id}"}}"#))
    };
    let few = vec![snapshot(0, "a"), snapshot(1, "b"), snapshot(200, "c")];
    assert!(recovery(few).is_empty(), "one or two copies are housekeeping");
    let many = |from| (from..from + 3).map(|minute| snapshot(minute, &format!("s{minute}")));
    let made = recovery(many(0).chain(many(200)).collect());
    assert_eq!(made.iter().map(|finding| finding.count).collect::<Vec<_>>(), [3, 3]);
    assert_eq!(
        (&*made[0].title, made[0].severity.as_str()),
        ("Backups, retention or replication destroyed or cut", "medium")
    );
    assert_eq!(
        made[0].summary,
        "ops made 3 calls (DeleteDBSnapshot) by which backups, their retention or replicas were destroyed or cut in \
         account 111122223333, naming 3 resources"
    );
    let replication = call(0, "s3", "DeleteBucketReplication").request(r#"{"bucketName":"orders"}"#);
    assert_eq!(recovery(vec![replication]).len(), 1);
    let mixed = recovery(many(0).chain(many(3).map(|call| call.error("AccessDenied"))).collect());
    let told: Vec<(bool, &str, &str)> =
        mixed.iter().map(|finding| (finding.attempt, finding.severity.as_str(), &*finding.title)).collect();
    assert_eq!(
        told,
        [
            (false, "medium", "Backups, retention or replication destroyed or cut"),
            (true, "low", "Attempt: Backups, retention or replication destroyed or cut"),
        ]
    );
    assert_eq!(
        mixed[1].summary,
        "Attempt (denied): ops made 3 calls (DeleteDBSnapshot) to destroy or cut backups, their retention or replicas \
         in account 111122223333, naming 3 resources"
    );
    assert!(mixed[1].response.ends_with("nothing has to be restored."));
    // A service deletes what its user told it to delete in time.
    let by_service = crate::model::principal::Principal {
        identity_type: Some("AWSService".into()),
        invoked_by: Some("backup.amazonaws.com".into()),
        ..Default::default()
    };
    let by_service = many(0).map(|call| Event { principal: by_service.clone().into(), ..call });
    let retention = call(1, "rds", "ModifyDBInstance")
        .request(r#"{"dBInstanceIdentifier":"a","backupRetentionPeriod":7}"#);
    let tried = many(0).map(|call| call.error("Client.DryRunOperation"));
    for misses in [by_service.collect(), vec![retention], tried.collect()] {
        assert!(recovery(misses).is_empty());
    }
}
