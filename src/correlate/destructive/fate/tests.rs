//! Every derivation of a deadline, of a copy, and of what became of an object.

use crate::model::destructive::{DestructiveAction, Reversibility as R};
use crate::model::event::Event;
use crate::model::time::UtcTime;

use super::super::super::samples::{With, at, call, report};

/// The first row of these events, in order of time.
fn first(events: Vec<Event>) -> DestructiveAction {
    report(events, vec![]).destructive.remove(0)
}

fn days(number: i64) -> Option<UtcTime> {
    Some(at(10 + number * 24 * 60))
}

fn done(source: &str, name: &str, request: &str, response: &str) -> Event {
    call(10, source, name).request(request).response(response)
}

/// Service, event name, request, response, reversibility, days until the
/// deadline, part of the recovery line.
type Case = (&'static str, &'static str, &'static str, &'static str, R, Option<i64>, &'static str);

#[rustfmt::skip]
const WAITS: [Case; 37] = [
    // KMS: the answer, the request, the default.
    ("kms", "ScheduleKeyDeletion", r#"{"keyId":"k","pendingWindowInDays":7}"#, r#"{"deletionDate":"2025-01-18T00:10:00Z"}"#, R::RecoverableUntil, Some(8), "the time is the one that the service answered"),
    ("kms", "ScheduleKeyDeletion", r#"{"keyId":"k","pendingWindowInDays":7}"#, r#"{"deletionDate":"Jan 18, 2025 12:10:00 AM"}"#, R::RecoverableUntil, Some(8), "answered"),
    ("kms", "ScheduleKeyDeletion", r#"{"keyId":"k","pendingWindowInDays":7}"#, r#"{"deletionDate":1737159000.0}"#, R::RecoverableUntil, Some(8), "answered"),
    ("kms", "ScheduleKeyDeletion", r#"{"keyId":"k","pendingWindowInDays":7}"#, "null", R::RecoverableUntil, Some(7), "CancelKeyDeletion before the waiting period ends; then EnableKey; the request asked for 7 days"),
    ("kms", "ScheduleKeyDeletion", r#"{"keyId":"k","pendingWindowInDays":30}"#, r#"{"deletionDate":"2025-01-10T00:10:00Z"}"#, R::Unknown, None, "the record contradicts itself"),
    ("kms", "ScheduleKeyDeletion", r#"{"keyId":"k"}"#, "null", R::RecoverableUntil, Some(30), "the default of 30 days"),
    ("kms", "ScheduleKeyDeletion", "null", "null", R::Recoverable, None, "how long it waits is not in the record, at least 7 days"),
    ("kms", "ScheduleKeyDeletion", r#"{"keyId":"k","pendingWindowInDays":9999999}"#, "null", R::Recoverable, None, "not in the record"),
    ("kms", "ScheduleKeyDeletion", r#"{"keyId":"k","pendingWindowInDays":7}"#, r#"{"keyState":"PendingReplicaDeletion","pendingWindowInDays":7}"#, R::RecoverableUntil, Some(7), "at the earliest: the wait begins when its last replica is deleted"),
    // Secrets Manager.
    ("secretsmanager", "DeleteSecret", r#"{"secretId":"s","recoveryWindowInDays":14}"#, "null", R::RecoverableUntil, Some(14), "asked for 14 days"),
    ("secretsmanager", "DeleteSecret", r#"{"secretId":"s"}"#, "null", R::RecoverableUntil, Some(30), "the default of 30 days"),
    ("secretsmanager", "DeleteSecret", r#"{"secretId":"s"}"#, r#"{"deletionDate":"Feb 9, 2025 12:10:00 AM"}"#, R::RecoverableUntil, Some(30), "answered"),
    ("secretsmanager", "DeleteSecret", r#"{"secretId":"s","forceDeleteWithoutRecovery":true}"#, r#"{"deletionDate":"Jan 10, 2025 12:10:00 AM"}"#, R::Irreversible, None, "the secret is gone at once"),
    ("secretsmanager", "DeleteSecret", "null", r#"{"deletionDate":"Jan 10, 2025 12:10:00 AM"}"#, R::Irreversible, None, "deleted at once"),
    ("secretsmanager", "DeleteSecret", "null", r#"{"deletionDate":"Feb 9, 2025 12:10:00 AM"}"#, R::RecoverableUntil, Some(30), "answered"),
    ("secretsmanager", "DeleteSecret", "null", "null", R::Unknown, None, "parameters were not recorded"),
    // ACM PCA, CloudHSM, payment cryptography, CloudTrail Lake, accounts.
    ("acm-pca", "DeleteCertificateAuthority", r#"{"certificateAuthorityArn":"a","permanentDeletionTimeInDays":9}"#, "null", R::RecoverableUntil, Some(9), "RestoreCertificateAuthority"),
    ("acm-pca", "DeleteCertificateAuthority", r#"{"certificateAuthorityArn":"a"}"#, "null", R::RecoverableUntil, Some(30), "default of 30 days"),
    ("cloudhsm", "DeleteBackup", r#"{"backupId":"b"}"#, "null", R::RecoverableUntil, Some(7), "the 7 days count from this call"),
    ("cloudhsm", "DeleteBackup", r#"{"backupId":"b"}"#, r#"{"backup":{"deleteTimestamp":"Jan 16, 2025 12:10:00 AM"}}"#, R::RecoverableUntil, Some(6), "answered"),
    ("payment-cryptography", "DeleteKey", r#"{"keyIdentifier":"k","deleteKeyInDays":5}"#, "null", R::RecoverableUntil, Some(5), "is not verified here"),
    ("payment-cryptography", "DeleteKey", r#"{"keyIdentifier":"k"}"#, "null", R::Recoverable, None, "how long it waits is not in the record, at least 3 days"),
    ("payment-cryptography", "DeleteKey", r#"{"keyIdentifier":"k"}"#, r#"{"key":{"deletePendingTimestamp":"Jan 20, 2025 12:10:00 AM"}}"#, R::RecoverableUntil, Some(10), "answered"),
    ("cloudtrail", "DeleteEventDataStore", r#"{"eventDataStore":"e"}"#, "null", R::RecoverableUntil, Some(7), "RestoreEventDataStore"),
    ("organizations", "CloseAccount", r#"{"accountId":"111122223333"}"#, "null", R::RecoverableUntil, Some(90), "ask AWS Support to reopen"),
    ("account", "CloseAccount", "null", "null", R::RecoverableUntil, Some(90), "ask AWS Support to reopen"),
    // RDS: final snapshot, retained backups by the answer, nothing kept.
    ("rds", "DeleteDBInstance", r#"{"dBInstanceIdentifier":"db","skipFinalSnapshot":true,"deleteAutomatedBackups":false}"#, r#"{"backupRetentionPeriod":14}"#, R::RecoverableUntil, Some(14), "RestoreDBInstanceToPointInTime from the retained automated backup, kept 14 days as the answer tells"),
    ("rds", "DeleteDBInstance", r#"{"dBInstanceIdentifier":"db","skipFinalSnapshot":true,"deleteAutomatedBackups":false}"#, r#"{"backupRetentionPeriod":0}"#, R::Irreversible, None, "automated backups were off"),
    ("rds", "DeleteDBInstance", r#"{"dBInstanceIdentifier":"db","skipFinalSnapshot":true,"deleteAutomatedBackups":false}"#, "null", R::Recoverable, None, "how long it is kept is not in the evidence, at most 35 days"),
    ("rds", "DeleteDBInstance", r#"{"dBInstanceIdentifier":"db","finalDBSnapshotIdentifier":"last"}"#, "null", R::Recoverable, None, "RestoreDBInstanceFromDBSnapshot from last: the final snapshot"),
    ("rds", "DeleteDBInstance", r#"{"dBInstanceIdentifier":"db","skipFinalSnapshot":true}"#, r#"{"backupRetentionPeriod":14}"#, R::Irreversible, None, "no final snapshot was taken"),
    // What is not its own is not lost with it.
    ("rds", "DeleteDBInstance", r#"{"dBInstanceIdentifier":"db","skipFinalSnapshot":true}"#, r#"{"dBClusterIdentifier":"c"}"#, R::Rebuildable, None, "CreateDBInstance in cluster c: its data lie there"),
    ("rds", "DeleteDBInstance", r#"{"dBInstanceIdentifier":"db","skipFinalSnapshot":true}"#, r#"{"readReplicaSourceDBInstanceIdentifier":"main"}"#, R::Rebuildable, None, "CreateDBInstanceReadReplica from main"),
    ("rds", "DeleteDBCluster", r#"{"dBClusterIdentifier":"c","finalDBSnapshotIdentifier":"last"}"#, "null", R::Recoverable, None, "RestoreDBClusterFromSnapshot from last"),
    ("redshift", "DeleteCluster", r#"{"clusterIdentifier":"c","finalClusterSnapshotIdentifier":"last"}"#, "null", R::Recoverable, None, "RestoreFromClusterSnapshot from last"),
    ("fsx", "DeleteFileSystem", r#"{"fileSystemId":"fs-1","windowsConfiguration":{"skipFinalBackup":false}}"#, r#"{"windowsResponse":{"finalBackupId":"backup-1"}}"#, R::Recoverable, None, "CreateFileSystemFromBackup from backup-1"),
    ("elasticache", "DeleteReplicationGroup", r#"{"replicationGroupId":"g","finalSnapshotIdentifier":"last"}"#, "null", R::Recoverable, None, "CreateReplicationGroup from last"),
];

#[test]
fn each_deadline_is_derived_from_its_own_record() {
    for (source, name, request, response, reversibility, until, recovery) in WAITS {
        let row = first(vec![done(source, name, request, response)]);
        assert_eq!(row.reversibility, reversibility, "{name} {request} {response}: {}", row.recovery);
        assert_eq!(row.recoverable_until, until.and_then(days), "{name} {request} {response}");
        assert!(row.recovery.contains(recovery), "{name} {request}: {}", row.recovery);
    }
}

#[test]
fn an_attempt_has_no_deadline() {
    for code in ["AccessDenied", "KMSInvalidStateException"] {
        let row = first(vec![call(10, "kms", "ScheduleKeyDeletion").request(r#"{"keyId":"k"}"#).error(code)]);
        assert_eq!((row.reversibility, row.recoverable_until), (R::Recoverable, None));
    }
}

fn before(source: &str, name: &str, request: &str, response: &str) -> Event {
    call(5, source, name).request(request).response(response)
}

const TABLE: &str = r#"{"tableName":"t"}"#;

fn point_in_time(minute: i64, on: bool) -> Event {
    let request = format!(
        r#"{{"tableName":"t","pointInTimeRecoverySpecification":{{"pointInTimeRecoveryEnabled":{on}}}}}"#
    );
    call(minute, "dynamodb", "UpdateContinuousBackups").request(&request)
}

#[test]
fn a_table_has_a_system_backup_only_if_point_in_time_recovery_is_known_to_be_on() {
    let deleted = || done("dynamodb", "DeleteTable", TABLE, "null");
    let last = |events: Vec<Event>| report(events, vec![]).destructive.pop().expect("a row");
    let row = last(vec![point_in_time(5, true), deleted()]);
    assert_eq!((row.reversibility, row.recoverable_until), (R::RecoverableUntil, days(35)));
    assert!(row.recovery.contains("on since 2025-01-10T00:05:00Z"), "{}", row.recovery);
    let cases = [
        ("nothing known", vec![deleted()]),
        ("turned off", vec![point_in_time(4, true), point_in_time(5, false), deleted()]),
        (
            "a new table since",
            vec![point_in_time(4, true), before("dynamodb", "CreateTable", TABLE, "null"), deleted()],
        ),
        ("turned on in the same second", vec![point_in_time(10, true), deleted()]),
        ("refused", vec![point_in_time(5, true).error("AccessDenied"), deleted()]),
    ];
    for (what, events) in cases {
        let row = last(events);
        assert_eq!((row.reversibility, row.recoverable_until), (R::Unknown, None), "{what}");
    }
}

#[test]
fn retained_backups_last_as_long_as_the_setting_before_says() {
    let deleted = || {
        let request =
            r#"{"dBInstanceIdentifier":"db","skipFinalSnapshot":true,"deleteAutomatedBackups":false}"#;
        done("rds", "DeleteDBInstance", request, "null")
    };
    let set = |minute, days: i64| {
        let request = format!(r#"{{"dBInstanceIdentifier":"db","backupRetentionPeriod":{days}}}"#);
        call(minute, "rds", "ModifyDBInstance").request(&request)
    };
    let row = first(vec![set(4, 3), set(5, 21), deleted()]);
    assert_eq!((row.reversibility, row.recoverable_until), (R::RecoverableUntil, days(21)));
    assert!(row.recovery.contains("kept 21 days as set at 2025-01-10T00:05:00Z"), "{}", row.recovery);
    let row = first(vec![deleted(), set(11, 21)]);
    assert_eq!((row.reversibility, row.recoverable_until), (R::Recoverable, None));
}

fn rule(minute: i64, name: &str, extra: &str) -> Event {
    let request = format!(
        r#"{{"resourceType":"EBS_SNAPSHOT","retentionPeriod":{{"retentionPeriodValue":9,"retentionPeriodUnit":"DAYS"}}{extra}}}"#
    );
    call(minute, "rbin", name).request(&request).response(r#"{"identifier":"r1"}"#)
}

#[test]
fn the_recycle_bin_keeps_what_a_rule_of_the_evidence_says() {
    let deleted = || done("ec2", "DeleteSnapshot", r#"{"snapshotId":"snap-1"}"#, "null");
    let of_snapshot = |events: Vec<Event>| {
        let rows = Vec::from(report(events, vec![]).destructive);
        let row = rows.into_iter().find(|row| &*row.event_name == "DeleteSnapshot").expect("a row");
        (row.reversibility, row.recoverable_until, row.recovery)
    };
    let (reversibility, until, recovery) = of_snapshot(vec![rule(5, "CreateRule", ""), deleted()]);
    assert_eq!((reversibility, until), (R::RecoverableUntil, days(9)));
    assert_eq!(&*recovery, "RestoreSnapshotFromRecycleBin; Recycle Bin rule r1 keeps it 9 days");
    let tagged = r#","resourceTags":[{"resourceTagKey":"a"}]"#;
    let (reversibility, until, recovery) = of_snapshot(vec![rule(5, "CreateRule", tagged), deleted()]);
    assert_eq!((reversibility, until), (R::Unknown, None));
    assert!(recovery.contains("depends on tags"), "{recovery}");
    let longer = call(6, "rbin", "UpdateRule").request(
        r#"{"identifier":"r1","retentionPeriod":{"retentionPeriodValue":20,"retentionPeriodUnit":"DAYS"}}"#,
    );
    let (_, until, _) = of_snapshot(vec![rule(5, "CreateRule", ""), longer, deleted()]);
    assert_eq!(until, days(20), "a change keeps the type of the rule");
    let second = call(7, "rbin", "CreateRule")
        .request(r#"{"resourceType":"EBS_SNAPSHOT","retentionPeriod":{"retentionPeriodValue":30}}"#)
        .response(r#"{"identifier":"r2"}"#);
    let (_, until, recovery) = of_snapshot(vec![rule(5, "CreateRule", ""), second.clone(), deleted()]);
    assert_eq!(until, days(30), "the longest counts: {recovery}");
    let gone = call(8, "rbin", "DeleteRule").request(r#"{"identifier":"r2"}"#);
    let (_, until, _) = of_snapshot(vec![rule(5, "CreateRule", ""), second, gone, deleted()]);
    assert_eq!(until, days(9), "the other rule is left");
    let mut elsewhere = rule(5, "CreateRule", "");
    elsewhere.region = Some("eu-west-1".into());
    let gone = call(6, "rbin", "DeleteRule").request(r#"{"identifier":"r1"}"#);
    let image = call(5, "rbin", "CreateRule")
        .request(r#"{"resourceType":"EC2_IMAGE","retentionPeriod":{"retentionPeriodValue":9}}"#)
        .response(r#"{"identifier":"r1"}"#);
    let cases = [
        ("no rule", vec![deleted()]),
        ("another region", vec![elsewhere, deleted()]),
        ("deleted before", vec![rule(5, "CreateRule", ""), gone, deleted()]),
        ("another type", vec![image, deleted()]),
        ("made later", vec![deleted(), rule(11, "CreateRule", "")]),
    ];
    for (what, events) in cases {
        let (reversibility, until, _) = of_snapshot(events);
        assert_eq!((reversibility, until), (R::Unknown, None), "{what}");
    }
}

const VOLUME: &str = r#"{"volumeId":"vol-1"}"#;

fn snapshot(minute: i64, id: &str) -> Event {
    call(minute, "ec2", "CreateSnapshot")
        .request(VOLUME)
        .response(&format!(r#"{{"snapshotId":"{id}","volumeId":"vol-1"}}"#))
}

fn deleted_snapshot(minute: i64, id: &str) -> Event {
    call(minute, "ec2", "DeleteSnapshot").request(&format!(r#"{{"snapshotId":"{id}"}}"#))
}

#[test]
fn a_copy_that_is_still_there_makes_a_loss_recoverable() {
    let deleted = || done("ec2", "DeleteVolume", VOLUME, "null");
    let of_volume = |events: Vec<Event>| {
        let rows = Vec::from(report(events, vec![]).destructive);
        let row = rows.into_iter().find(|row| &*row.event_name == "DeleteVolume").expect("a row");
        (row.reversibility, row.recovery)
    };
    let (reversibility, recovery) = of_volume(vec![snapshot(4, "snap-1"), snapshot(5, "snap-2"), deleted()]);
    assert_eq!(reversibility, R::Recoverable);
    assert_eq!(
        &*recovery,
        "CreateVolume from snap-2 (made 2025-01-10T00:05:00Z); what changed after it was made is lost"
    );
    let (reversibility, recovery) = of_volume(vec![
        snapshot(4, "snap-1"),
        snapshot(5, "snap-2"),
        deleted(),
        deleted_snapshot(20, "snap-2"),
    ]);
    assert_eq!(reversibility, R::Recoverable);
    assert!(recovery.contains("from snap-1"), "destroyed later: {recovery}");
    let back = call(30, "ec2", "RestoreSnapshotFromRecycleBin").request(r#"{"snapshotId":"snap-1"}"#);
    let gone = || vec![snapshot(4, "snap-1"), deleted(), deleted_snapshot(20, "snap-1")];
    let (reversibility, recovery) = of_volume([gone(), vec![back]].concat());
    assert_eq!(reversibility, R::Recoverable, "brought back: {recovery}");
    let row = report([vec![rule(3, "CreateRule", "")], gone()].concat(), vec![]).destructive;
    let volume = row.iter().find(|row| &*row.event_name == "DeleteVolume").expect("a row");
    assert_eq!(
        (volume.reversibility, volume.recoverable_until),
        (R::RecoverableUntil, Some(at(20 + 9 * 24 * 60)))
    );
    assert!(volume.recovery.starts_with("RestoreSnapshotFromRecycleBin of snap-1"), "{}", volume.recovery);
    let (reversibility, recovery) = of_volume(gone());
    assert_eq!(reversibility, R::Irreversible);
    assert!(recovery.starts_with("every copy that the evidence shows was destroyed too"), "{recovery}");
    let (reversibility, _) = of_volume(vec![
        snapshot(4, "snap-1"),
        deleted(),
        deleted_snapshot(20, "snap-1").error("AccessDenied"),
    ]);
    assert_eq!(reversibility, R::Recoverable, "a refused deletion destroys no copy");
    let (reversibility, _) = of_volume(vec![deleted(), snapshot(11, "snap-1")]);
    assert_eq!(reversibility, R::Irreversible, "made too late");
    let copied = call(6, "ec2", "CopySnapshot")
        .request(r#"{"sourceSnapshotId":"snap-1","sourceRegion":"us-east-1"}"#)
        .response(r#"{"snapshotId":"snap-9"}"#);
    let mut copied = copied;
    copied.region = Some("eu-west-1".into());
    let mut events = vec![snapshot(4, "snap-1"), copied];
    events.extend(vec![deleted(), deleted_snapshot(20, "snap-1")]);
    let (reversibility, recovery) = of_volume(events);
    assert_eq!(reversibility, R::Recoverable, "a copy of the copy");
    assert!(recovery.contains("snap-9"), "{recovery}");
}

/// Service, copying call, its request and response, destroying call, its request,
/// part of the recovery line.
type CopyCase = (
    &'static str,
    (&'static str, &'static str, &'static str),
    &'static str,
    (&'static str, &'static str),
    &'static str,
);

#[rustfmt::skip]
const COPIES: [CopyCase; 13] = [
    ("ec2", ("CreateImage", r#"{"instanceId":"i-1"}"#, r#"{"imageId":"ami-1"}"#), "ec2", ("TerminateInstances", r#"{"instancesSet":{"items":[{"instanceId":"i-1"}]}}"#), "RunInstances from ami-1"),
    ("ec2", ("CreateSnapshots", r#"{"CreateSnapshotsRequest":{"InstanceSpecification":{"InstanceId":"i-1"}}}"#, r#"{"CreateSnapshotsResponse":{"snapshotSet":{"item":[{"snapshotId":"snap-1","volumeId":"vol-1"},{"snapshotId":"snap-2","volumeId":"vol-2"}]}}}"#), "ec2", ("DeleteVolume", r#"{"volumeId":"vol-2"}"#), "CreateVolume from snap-2"),
    ("rds", ("CreateDBSnapshot", r#"{"dBInstanceIdentifier":"db","dBSnapshotIdentifier":"s1"}"#, "null"), "rds", ("DeleteDBInstance", r#"{"dBInstanceIdentifier":"db","skipFinalSnapshot":true}"#), "RestoreDBInstanceFromDBSnapshot from s1"),
    ("rds", ("CreateDBClusterSnapshot", r#"{"dBClusterIdentifier":"c","dBClusterSnapshotIdentifier":"s1"}"#, "null"), "rds", ("DeleteDBCluster", r#"{"dBClusterIdentifier":"c","skipFinalSnapshot":true}"#), "RestoreDBClusterFromSnapshot from s1"),
    ("rds", ("CopyDBSnapshot", r#"{"sourceDBSnapshotIdentifier":"arn:aws:rds:us-east-1:111122223333:snapshot:s1","targetDBSnapshotIdentifier":"s2"}"#, "null"), "rds", ("DeleteDBSnapshot", r#"{"dBSnapshotIdentifier":"s1"}"#), "from s2"),
    ("dynamodb", ("CreateBackup", r#"{"tableName":"t","backupName":"b"}"#, r#"{"backupDetails":{"backupArn":"arn:b1"}}"#), "dynamodb", ("DeleteTable", r#"{"tableName":"t"}"#), "RestoreTableFromBackup from arn:b1"),
    ("backup", ("StartBackupJob", r#"{"resourceArn":"arn:aws:ec2:us-east-1:111122223333:volume/vol-1"}"#, r#"{"backupJobId":"j","recoveryPointArn":"arn:rp1"}"#), "ec2", ("DeleteVolume", r#"{"volumeId":"vol-1"}"#), "StartRestoreJob (if the backup job completed) from arn:rp1"),
    ("backup", ("StartBackupJob", r#"{"resourceArn":"arn:aws:dynamodb:us-east-1:111122223333:table/t"}"#, r#"{"recoveryPointArn":"arn:rp1"}"#), "dynamodb", ("DeleteTable", r#"{"tableName":"t"}"#), "StartRestoreJob (if the backup job completed) from arn:rp1"),
    ("redshift", ("CreateClusterSnapshot", r#"{"clusterIdentifier":"c","snapshotIdentifier":"s1"}"#, "null"), "redshift", ("DeleteCluster", r#"{"clusterIdentifier":"c","skipFinalClusterSnapshot":true}"#), "RestoreFromClusterSnapshot from s1"),
    ("elasticache", ("CreateSnapshot", r#"{"replicationGroupId":"g","snapshotName":"s1"}"#, "null"), "elasticache", ("DeleteReplicationGroup", r#"{"replicationGroupId":"g"}"#), "from s1"),
    ("memorydb", ("CreateSnapshot", r#"{"clusterName":"c","snapshotName":"s1"}"#, "null"), "memorydb", ("DeleteCluster", r#"{"clusterName":"c"}"#), "CreateCluster from s1"),
    ("fsx", ("CreateBackup", r#"{"fileSystemId":"fs-1"}"#, r#"{"backup":{"backupId":"backup-1"}}"#), "fsx", ("DeleteFileSystem", r#"{"fileSystemId":"fs-1","lustreConfiguration":{"skipFinalBackup":true}}"#), "from backup-1"),
    ("redshift-serverless", ("CreateSnapshot", r#"{"namespaceName":"n","snapshotName":"s1"}"#, "null"), "redshift-serverless", ("DeleteNamespace", r#"{"namespaceName":"n"}"#), "RestoreFromSnapshot from s1"),
];

#[test]
fn each_kind_of_copy_is_found_by_what_it_is_of() {
    for (source, (copying, request, response), destroying_source, (destroying, destroyed), recovery) in COPIES
    {
        let copy = before(source, copying, request, response);
        let loss = || done(destroying_source, destroying, destroyed, "null");
        let row = first(vec![copy.clone(), loss()]);
        assert_eq!(row.reversibility, R::Recoverable, "{copying}: {}", row.recovery);
        assert!(row.recovery.contains(recovery), "{copying}: {}", row.recovery);
        let failed = first(vec![copy.error("Failed"), loss()]);
        assert_ne!(failed.reversibility, R::Recoverable, "{copying} that failed made no copy");
    }
}

#[test]
fn a_namesake_of_another_type_is_no_copy() {
    let job = before(
        "backup",
        "StartBackupJob",
        r#"{"resourceArn":"arn:aws:rds:us-east-1:111122223333:cluster:db"}"#,
        r#"{"recoveryPointArn":"arn:rp1"}"#,
    );
    let loss =
        done("rds", "DeleteDBInstance", r#"{"dBInstanceIdentifier":"db","skipFinalSnapshot":true}"#, "null");
    assert_eq!(first(vec![job, loss]).reversibility, R::Irreversible);
}

#[test]
fn a_final_snapshot_destroyed_later_is_no_way_back() {
    let loss = done(
        "rds",
        "DeleteDBInstance",
        r#"{"dBInstanceIdentifier":"db","finalDBSnapshotIdentifier":"last"}"#,
        "null",
    );
    let gone = call(20, "rds", "DeleteDBSnapshot").request(r#"{"dBSnapshotIdentifier":"last"}"#);
    let row = first(vec![loss, gone]);
    assert_eq!(row.reversibility, R::Irreversible, "{}", row.recovery);
}

fn versioned(minute: i64, status: &str) -> Event {
    let request = format!(r#"{{"bucketName":"b","VersioningConfiguration":{{"Status":"{status}"}}}}"#);
    call(minute, "s3", "PutBucketVersioning").request(&request)
}

#[rustfmt::skip]
const OBJECTS: [(&str, &str, &str, &str, R, &str); 14] = [
    ("DeleteObject", r#"{"bucketName":"b","key":"k"}"#, r#"{"x-amz-delete-marker":"true","x-amz-version-id":"m1"}"#, "", R::Reversible, "call DeleteObject with versionId=m1"),
    ("DeleteObject", r#"{"bucketName":"b","key":"k"}"#, r#"{"x-amz-delete-marker":true,"x-amz-version-id":"null"}"#, "", R::Unknown, "versioning was suspended"),
    ("DeleteObject", r#"{"bucketName":"b","key":"k"}"#, r#"{"x-amz-request-charged":"requester"}"#, "", R::Irreversible, "kept no versions"),
    ("DeleteObject", r#"{"bucketName":"b","key":"k"}"#, "null", "", R::Unknown, "neither the answer nor earlier evidence"),
    ("DeleteObject", r#"{"bucketName":"b","key":"k"}"#, "null", "Enabled", R::Reversible, "kept versions as of 2025-01-10T00:05:00Z"),
    ("DeleteObject", r#"{"bucketName":"b","key":"k"}"#, "null", "Suspended", R::Unknown, "suspended as of 2025-01-10T00:05:00Z"),
    ("DeleteObject", r#"{"bucketName":"b","key":"k","versionId":"v1"}"#, r#"{"x-amz-version-id":"v1"}"#, "Enabled", R::Irreversible, "this version is gone for good"),
    ("DeleteObject", r#"{"bucketName":"b","key":"k","versionId":"v1"}"#, r#"{"x-amz-version-id":"v1","x-amz-delete-marker":"true"}"#, "", R::Reversible, "removed the delete marker v1"),
    ("DeleteObject", r#"{"bucketName":"b","key":"k","versionId":"v1"}"#, "null", "", R::Unknown, "the answer was not recorded"),
    ("DeleteObject", r#"{"bucketName":"b","key":"k","versionId":"v1","x-amz-bypass-governance-retention":"true"}"#, r#"{"x-amz-version-id":"v1"}"#, "", R::Irreversible, "governance retention was bypassed"),
    ("DeleteObjects", r#"{"bucketName":"b","delete":{"objects":[{"key":"x"},{"key":"y"}]}}"#, r#"{"deleteResult":{"deleted":[{"key":"x","deleteMarker":true,"deleteMarkerVersionId":"m"},{"key":"y","versionId":"v"}]}}"#, "", R::Irreversible, "1 gone for good: restore from a replica or backup; 1 behind delete markers"),
    ("DeleteObjects", r#"{"bucketName":"b","delete":{"objects":[{"key":"x"}]}}"#, r#"{"deleteResult":{"deleted":{"key":"x","deleteMarker":"true","versionId":"m"}}}"#, "", R::Reversible, "1 showing again, as a delete marker was removed"),
    ("DeleteObjects", r#"{"bucketName":"b","delete":{"objects":[{"key":"x"},{"key":"y"}]}}"#, "null", "Enabled", R::Reversible, "2 behind delete markers"),
    ("DeleteObjects", r#"{"bucketName":"b","delete":""}"#, "null", "", R::Unknown, "neither the answer nor earlier evidence"),
];

#[test]
fn markers_versions_and_removed_markers_are_told_apart() {
    for (name, request, response, status, reversibility, recovery) in OBJECTS {
        let mut events = vec![done("s3", name, request, response)];
        if !status.is_empty() {
            events.insert(0, versioned(5, status));
        }
        let row = report(events, vec![]).destructive.pop().expect("a row");
        assert_eq!(row.reversibility, reversibility, "{request} {response}: {}", row.recovery);
        assert!(row.recovery.contains(recovery), "{request} {response}: {}", row.recovery);
        assert_eq!(row.recoverable_until, None);
    }
}
