//! Which later call undoes which, and which does not.

use crate::model::destructive::DestructiveAction;
use crate::model::event::Event;

use super::super::super::samples::{With, call, minute, report};

/// Service; first call and its request; second call and its request; the response
/// of both; beginning of the recovery line if it undoes the first.
type Case = (&'static str, (&'static str, &'static str), (&'static str, &'static str), Option<&'static str>);

fn rows(events: Vec<Event>) -> Vec<DestructiveAction> {
    report(events, vec![]).destructive.into()
}

#[rustfmt::skip]
const CASES: [Case; 60] = [
    ("kms", ("ScheduleKeyDeletion", r#"{"keyId":"k-1"}"#), ("CancelKeyDeletion", r#"{"keyId":"arn:aws:kms:us-east-1:111122223333:key/k-1"}"#), Some("restored after 30 min by CancelKeyDeletion; the key stays disabled until EnableKey")),
    ("kms", ("ScheduleKeyDeletion", r#"{"keyId":"k-1"}"#), ("CancelKeyDeletion", r#"{"keyId":"k-2"}"#), None),
    ("kms", ("DisableKey", r#"{"keyId":"k-1"}"#), ("EnableKey", r#"{"keyId":"k-1"}"#), Some("undone after 30 min by EnableKey; until then it was in effect")),
    ("secretsmanager", ("DeleteSecret", r#"{"secretId":"db/pass"}"#), ("RestoreSecret", r#"{"secretId":"db/pass"}"#), Some("restored after 30 min by RestoreSecret")),
    ("cloudtrail", ("StopLogging", r#"{"name":"orders"}"#), ("StartLogging", r#"{"name":"arn:aws:cloudtrail:us-east-1:111122223333:trail/orders"}"#), Some("undone after 30 min by StartLogging; until then it did not log")),
    ("cloudtrail", ("UpdateTrail", r#"{"name":"t","isMultiRegionTrail":false}"#), ("UpdateTrail", r#"{"name":"t","isMultiRegionTrail":true}"#), Some("undone after")),
    ("cloudtrail", ("UpdateTrail", r#"{"name":"t","isMultiRegionTrail":false}"#), ("UpdateTrail", r#"{"name":"t","snsTopicName":"x"}"#), None),
    ("cloudtrail", ("UpdateTrail", r#"{"name":"t","isMultiRegionTrail":false,"enableLogFileValidation":false}"#), ("UpdateTrail", r#"{"name":"t","isMultiRegionTrail":true}"#), None),
    ("cloudtrail", ("PutEventSelectors", r#"{"trailName":"t","eventSelectors":[{"includeManagementEvents":false}]}"#), ("PutEventSelectors", r#"{"trailName":"t","eventSelectors":[{"includeManagementEvents":true,"readWriteType":"All"}]}"#), Some("undone after")),
    ("cloudtrail", ("DeleteTrail", r#"{"name":"t"}"#), ("CreateTrail", r#"{"name":"t","s3BucketName":"b"}"#), Some("re-created after 30 min by CreateTrail under the same name")),
    ("config", ("StopConfigurationRecorder", r#"{"configurationRecorderName":"default"}"#), ("StartConfigurationRecorder", r#"{"configurationRecorderName":"default"}"#), Some("undone after")),
    ("monitoring", ("DisableAlarmActions", r#"{"alarmNames":["a","b"]}"#), ("EnableAlarmActions", r#"{"alarmNames":["a","b"]}"#), Some("undone after")),
    ("s3", ("DeleteBucket", r#"{"bucketName":"b"}"#), ("CreateBucket", r#"{"bucketName":"b"}"#), Some("re-created after")),
    ("s3", ("DeleteBucketPublicAccessBlock", r#"{"bucketName":"b"}"#), ("PutBucketPublicAccessBlock", r#"{"bucketName":"b"}"#), Some("undone after 30 min by PutBucketPublicAccessBlock; until then it was not protected")),
    ("s3", ("PutBucketVersioning", r#"{"bucketName":"b","VersioningConfiguration":{"Status":"Suspended"}}"#), ("PutBucketVersioning", r#"{"bucketName":"b","VersioningConfiguration":{"Status":"Enabled"}}"#), Some("undone after")),
    ("dynamodb", ("DeleteTable", r#"{"tableName":"t"}"#), ("RestoreTableToPointInTime", r#"{"sourceTableName":"t","targetTableName":"t2"}"#), Some("restored after 30 min from a copy by RestoreTableToPointInTime")),
    ("dynamodb", ("DeleteTable", r#"{"tableName":"t"}"#), ("RestoreTableFromBackup", r#"{"targetTableName":"t2","backupArn":"arn:aws:dynamodb:us-east-1:111122223333:table/t/backup/0151-a1"}"#), Some("restored after 30 min from a copy")),
    // What it is restored from decides, not the name that it gets.
    ("dynamodb", ("DeleteTable", r#"{"tableName":"t"}"#), ("RestoreTableFromBackup", r#"{"targetTableName":"t","backupArn":"arn:aws:dynamodb:us-east-1:111122223333:table/other/backup/0151-a1"}"#), None),
    ("dynamodb", ("DeleteTable", r#"{"tableName":"t"}"#), ("RestoreTableToPointInTime", r#"{"sourceTableName":"other","targetTableName":"t"}"#), None),
    ("dynamodb", ("DeleteTable", r#"{"tableName":"t"}"#), ("RestoreTableToPointInTime", r#"{"sourceTableArn":"arn:aws:dynamodb:us-east-1:111122223333:table/t","targetTableName":"t3"}"#), Some("restored after")),
    ("rds", ("DeleteDBInstance", r#"{"dBInstanceIdentifier":"db","skipFinalSnapshot":true}"#), ("RestoreDBInstanceToPointInTime", r#"{"sourceDBInstanceIdentifier":"other","targetDBInstanceIdentifier":"db"}"#), None),
    ("rds", ("DeleteDBInstance", r#"{"dBInstanceIdentifier":"db","skipFinalSnapshot":true}"#), ("RestoreDBInstanceToPointInTime", r#"{"sourceDBInstanceAutomatedBackupsArn":"arn:x","targetDBInstanceIdentifier":"db"}"#), Some("restored after")),
    ("rds", ("DeleteDBCluster", r#"{"dBClusterIdentifier":"c","skipFinalSnapshot":true}"#), ("RestoreDBClusterToPointInTime", r#"{"sourceDBClusterIdentifier":"other","dBClusterIdentifier":"c"}"#), None),
    ("redshift", ("DeleteCluster", r#"{"clusterIdentifier":"c","skipFinalClusterSnapshot":true}"#), ("RestoreFromClusterSnapshot", r#"{"clusterIdentifier":"c","snapshotIdentifier":"s","snapshotClusterIdentifier":"other"}"#), None),
    ("redshift", ("DeleteCluster", r#"{"clusterIdentifier":"c","skipFinalClusterSnapshot":true}"#), ("RestoreFromClusterSnapshot", r#"{"clusterIdentifier":"c2","snapshotIdentifier":"s","snapshotClusterIdentifier":"c"}"#), Some("restored after")),
    // Rules of one name on two buses are two rules; without a name it is the default bus.
    ("events", ("DisableRule", r#"{"name":"r","eventBusName":"orders"}"#), ("EnableRule", r#"{"name":"r"}"#), None),
    ("events", ("DisableRule", r#"{"name":"r"}"#), ("EnableRule", r#"{"name":"r","eventBusName":"default"}"#), Some("undone after")),
    ("events", ("DeleteRule", r#"{"name":"r","eventBusName":"arn:aws:events:us-east-1:111122223333:event-bus/orders"}"#), ("PutRule", r#"{"name":"r","eventBusName":"orders"}"#), Some("re-created after")),
    ("events", ("RemoveTargets", r#"{"rule":"r","ids":["1"],"eventBusName":"a"}"#), ("PutTargets", r#"{"rule":"r","targets":[{"id":"1"}],"eventBusName":"b"}"#), None),
    ("dynamodb", ("DeleteTable", r#"{"tableName":"t"}"#), ("CreateTable", r#"{"tableName":"t"}"#), None),
    ("rds", ("DeleteDBInstance", r#"{"dBInstanceIdentifier":"db","finalDBSnapshotIdentifier":"last"}"#), ("RestoreDBInstanceFromDBSnapshot", r#"{"dBInstanceIdentifier":"other","dBSnapshotIdentifier":"last"}"#), Some("restored after")),
    ("rds", ("DeleteDBInstance", r#"{"dBInstanceIdentifier":"db","skipFinalSnapshot":true}"#), ("RestoreDBInstanceToPointInTime", r#"{"sourceDBInstanceIdentifier":"db","targetDBInstanceIdentifier":"db2"}"#), Some("restored after")),
    ("rds", ("DeleteDBCluster", r#"{"dBClusterIdentifier":"c","skipFinalSnapshot":true}"#), ("RestoreDBClusterFromSnapshot", r#"{"dBClusterIdentifier":"c","snapshotIdentifier":"s"}"#), Some("restored after")),
    ("rds", ("ModifyDBInstance", r#"{"dBInstanceIdentifier":"db","deletionProtection":false}"#), ("ModifyDBInstance", r#"{"dBInstanceIdentifier":"db","deletionProtection":true}"#), Some("undone after")),
    ("rds", ("ModifyDBInstance", r#"{"dBInstanceIdentifier":"db","backupRetentionPeriod":0}"#), ("ModifyDBInstance", r#"{"dBInstanceIdentifier":"db","backupRetentionPeriod":7}"#), Some("undone after")),
    ("ec2", ("DeleteSnapshot", r#"{"snapshotId":"snap-1"}"#), ("RestoreSnapshotFromRecycleBin", r#"{"snapshotId":"snap-1"}"#), Some("restored after")),
    ("ec2", ("DeregisterImage", r#"{"imageId":"ami-1"}"#), ("RestoreImageFromRecycleBin", r#"{"imageId":"ami-1"}"#), Some("restored after")),
    ("acm-pca", ("DeleteCertificateAuthority", r#"{"certificateAuthorityArn":"arn:ca"}"#), ("RestoreCertificateAuthority", r#"{"certificateAuthorityArn":"arn:ca"}"#), Some("restored after")),
    ("cloudhsm", ("DeleteBackup", r#"{"backupId":"b-1"}"#), ("RestoreBackup", r#"{"backupId":"b-1"}"#), Some("restored after")),
    ("payment-cryptography", ("DeleteKey", r#"{"keyIdentifier":"k"}"#), ("RestoreKey", r#"{"keyIdentifier":"k"}"#), Some("restored after")),
    ("cloudtrail", ("DeleteEventDataStore", r#"{"eventDataStore":"e"}"#), ("RestoreEventDataStore", r#"{"eventDataStore":"e"}"#), Some("restored after")),
    ("iam", ("DeleteRole", r#"{"roleName":"r"}"#), ("CreateRole", r#"{"roleName":"r"}"#), Some("re-created after")),
    ("iam", ("DeleteRolePolicy", r#"{"roleName":"r","policyName":"p"}"#), ("PutRolePolicy", r#"{"roleName":"r","policyName":"p"}"#), Some("re-created after")),
    ("iam", ("DeleteRolePolicy", r#"{"roleName":"r","policyName":"p"}"#), ("PutRolePolicy", r#"{"roleName":"r","policyName":"q"}"#), None),
    ("lambda", ("DeleteFunction", r#"{"functionName":"arn:aws:lambda:us-east-1:111122223333:function:f"}"#), ("CreateFunction", r#"{"functionName":"f"}"#), Some("re-created after")),
    ("organizations", ("DetachPolicy", r#"{"policyId":"p-1","targetId":"ou-1"}"#), ("AttachPolicy", r#"{"policyId":"p-1","targetId":"ou-1"}"#), Some("undone after")),
    ("wafv2", ("DisassociateWebACL", r#"{"resourceArn":"arn:lb"}"#), ("AssociateWebACL", r#"{"resourceArn":"arn:lb","webACLArn":"w"}"#), Some("undone after")),
    ("guardduty", ("UpdateDetector", r#"{"detectorId":"d","enable":false}"#), ("UpdateDetector", r#"{"detectorId":"d","enable":true}"#), Some("undone after 30 min by UpdateDetector; until then this defence was down")),
    ("events", ("RemoveTargets", r#"{"rule":"r","ids":["1"]}"#), ("PutTargets", r#"{"rule":"r","targets":[{"id":"1","arn":"a"}]}"#), Some("undone after")),
    ("logs", ("DeleteLogGroup", r#"{"logGroupName":"g"}"#), ("CreateLogGroup", r#"{"logGroupName":"g"}"#), None),
    ("ssm", ("DeleteParameter", r#"{"name":"/p"}"#), ("PutParameter", r#"{"name":"/p","overwrite":true}"#), None),
    ("sns", ("DeleteTopic", r#"{"topicArn":"arn:aws:sns:us-east-1:111122223333:t"}"#), ("CreateTopic", r#"{"name":"t"}"#), Some("re-created after")),
    ("cloudformation", ("DeleteChangeSet", r#"{"stackName":"a","changeSetName":"c"}"#), ("CreateChangeSet", r#"{"stackName":"a","changeSetName":"c"}"#), Some("re-created after")),
    ("cloudformation", ("DeleteChangeSet", r#"{"stackName":"a","changeSetName":"c"}"#), ("CreateChangeSet", r#"{"stackName":"b","changeSetName":"c"}"#), None),
    ("inspector2", ("Disable", r#"{"accountIds":["1"],"resourceTypes":["EC2"]}"#), ("Enable", r#"{"accountIds":["1"],"resourceTypes":["EC2"]}"#), Some("undone after")),
    ("inspector2", ("Disable", r#"{"accountIds":["1"],"resourceTypes":["EC2"]}"#), ("Enable", r#"{"accountIds":["2"],"resourceTypes":["EC2"]}"#), None),
    ("network-firewall", ("DisassociateAvailabilityZones", r#"{"firewallName":"a","availabilityZoneMappings":[{"availabilityZone":"z"}]}"#), ("AssociateAvailabilityZones", r#"{"firewallName":"a","availabilityZoneMappings":[{"availabilityZone":"z"}]}"#), Some("undone after")),
    ("network-firewall", ("DisassociateAvailabilityZones", r#"{"firewallName":"a","availabilityZoneMappings":[{"availabilityZone":"z"}]}"#), ("AssociateAvailabilityZones", r#"{"firewallName":"b","availabilityZoneMappings":[{"availabilityZone":"z"}]}"#), None),
    ("sagemaker", ("DeletePipeline", r#"{"pipelineName":"p","clientRequestToken":"1"}"#), ("CreatePipeline", r#"{"pipelineName":"p","clientRequestToken":"2"}"#), Some("re-created after")),
    // A call that needs the thing to be there still does not bring it back.
    ("apigateway", ("DeleteRestApi", r#"{"restApiId":"r"}"#), ("PutRestApi", r#"{"restApiId":"r"}"#), None),
];

#[test]
fn the_first_later_call_about_the_same_thing_undoes() {
    for (source, (doing, did), (undoing, undid), expected) in CASES {
        let first = call(10, source, doing).request(did);
        let second = call(40, source, undoing).request(undid);
        let third = call(50, source, undoing).request(undid);
        let found = rows(vec![first, second, third]);
        let row = found.iter().find(|row| row.event_time.map(minute) == Some(10)).expect(doing);
        assert_eq!(row.undone_at.map(minute), expected.map(|_| 40), "{doing} {undid}: {}", row.recovery);
        let id = row.undone_by_event_id.as_ref().map(|id| id.as_str().to_owned());
        assert_eq!(id, expected.map(|_| format!("{undoing}-40")), "{doing}");
        assert!(row.recovery.starts_with(expected.unwrap_or_default()), "{doing}: {}", row.recovery);
    }
}

fn stopped() -> Event {
    call(10, "cloudtrail", "StopLogging").request(r#"{"name":"t"}"#)
}

fn started(minute: i64) -> Event {
    call(minute, "cloudtrail", "StartLogging").request(r#"{"name":"t"}"#)
}

#[test]
fn what_failed_came_before_or_lies_elsewhere_undoes_nothing() {
    let elsewhere = |change: fn(&mut Event)| {
        let mut event = started(20);
        change(&mut event);
        event
    };
    let cases = [
        ("denied", started(20).error("AccessDenied")),
        ("earlier", started(5)),
        ("in the same second", started(10)),
        ("another account", elsewhere(|event| event.account_id = Some("999999999999".into()))),
        ("another region", elsewhere(|event| event.region = Some("eu-west-1".into()))),
        ("no account", elsewhere(|event| event.account_id = None)),
        ("no time", elsewhere(|event| event.time = None)),
    ];
    for (what, other) in cases {
        let mut events = vec![stopped(), other];
        events.sort_by_key(|event| (event.time.is_none(), event.time));
        let found = rows(events);
        assert_eq!(found.len(), 1, "{what}");
        assert!(found[0].undone_at.is_none() && found[0].undone_evidence.is_none(), "{what}");
    }
    let denied = rows(vec![stopped().error("AccessDenied"), started(20)]);
    assert!(denied[0].undone_at.is_none(), "an attempt has nothing to undo");
}

#[test]
fn stopping_again_needs_starting_again() {
    let again = call(30, "cloudtrail", "StopLogging").request(r#"{"name":"t"}"#);
    let found = rows(vec![stopped(), started(20), again]);
    let undone: Vec<Option<i64>> = found.iter().map(|row| row.undone_at.map(minute)).collect();
    assert_eq!(undone, [Some(20), None]);
}

#[test]
fn all_things_of_a_call_must_be_back() {
    let disabled = call(10, "monitoring", "DisableAlarmActions").request(r#"{"alarmNames":["a","b"]}"#);
    let enabled = |minute, name: &str| {
        call(minute, "monitoring", "EnableAlarmActions").request(&format!(r#"{{"alarmNames":["{name}"]}}"#))
    };
    let part = rows(vec![disabled.clone(), enabled(20, "a")]);
    assert!(part[0].undone_at.is_none() && part[0].recovery.ends_with("1 of 2 were undone later"));
    let whole = rows(vec![disabled, enabled(20, "a"), enabled(25, "b")]);
    assert_eq!(whole[0].undone_at.map(minute), Some(25));
}

#[test]
fn a_new_thing_of_the_old_name_brings_no_data_back() {
    let found = rows(vec![
        call(10, "dynamodb", "DeleteTable").request(r#"{"tableName":"t"}"#),
        call(20, "dynamodb", "CreateTable").request(r#"{"tableName":"t"}"#),
    ]);
    assert!(found[0].undone_at.is_none());
    let end = "a new one of that name was made after 10 min by CreateTable, which brings nothing back";
    assert!(found[0].recovery.ends_with(end), "{}", found[0].recovery);
}

#[test]
fn a_delete_marker_taken_away_restores_the_object() {
    let marked = call(10, "s3", "DeleteObject")
        .request(r#"{"bucketName":"b","key":"k"}"#)
        .response(r#"{"x-amz-delete-marker":"true","x-amz-version-id":"m1"}"#);
    let removed = |minute, version: &str| {
        call(minute, "s3", "DeleteObject")
            .request(&format!(r#"{{"bucketName":"b","key":"k","versionId":"{version}"}}"#))
            .response(&format!(r#"{{"x-amz-delete-marker":"true","x-amz-version-id":"{version}"}}"#))
    };
    let found = rows(vec![marked.clone(), removed(20, "m2"), removed(30, "m1")]);
    let undone: Vec<Option<i64>> = found.iter().map(|row| row.undone_at.map(minute)).collect();
    assert_eq!(undone, [Some(30), None, None]);
    assert!(found[0].recovery.starts_with("restored after 20 min by DeleteObject"));
}

#[test]
fn the_timeline_tells_what_undid_what() {
    let timeline = report(vec![stopped(), started(20)], vec![]).timeline;
    let entry = timeline.iter().find(|entry| entry.kind.as_str() == "undone").expect("an entry");
    assert_eq!(
        entry.summary,
        "ops undid StopLogging on t in account 111122223333, us-east-1: undone after 10 min by StartLogging; until then it did not log: what happened meanwhile is not in it"
    );
    assert_eq!(entry.time.map(minute), Some(20));
    assert_eq!(entry.event_id.as_ref().map(|id| id.as_str()), Some("StartLogging-20"));
}

#[test]
fn a_snapshot_that_is_known_to_be_of_another_database_restores_nothing() {
    let snapshot = |db: &str| {
        call(0, "rds", "CreateDBSnapshot")
            .request(&format!(r#"{{"dBInstanceIdentifier":"{db}","dBSnapshotIdentifier":"snap"}}"#))
    };
    let delete = || {
        call(10, "rds", "DeleteDBInstance")
            .request(r#"{"dBInstanceIdentifier":"db","skipFinalSnapshot":true}"#)
    };
    let restore = || {
        call(40, "rds", "RestoreDBInstanceFromDBSnapshot")
            .request(r#"{"dBInstanceIdentifier":"db","dBSnapshotIdentifier":"snap"}"#)
    };
    let undone = |events: Vec<Event>| {
        let found = rows(events);
        found
            .iter()
            .find(|row| &*row.event_name == "DeleteDBInstance")
            .expect("the call")
            .undone_at
            .map(minute)
    };
    assert_eq!(undone(vec![snapshot("db"), delete(), restore()]), Some(40));
    assert_eq!(undone(vec![snapshot("other"), delete(), restore()]), None);
    assert_eq!(
        undone(vec![delete(), restore()]),
        Some(40),
        "where the evidence does not tell, the name does"
    );
    let copied = call(5, "rds", "CopyDBSnapshot")
        .request(r#"{"sourceDBSnapshotIdentifier":"older","targetDBSnapshotIdentifier":"snap"}"#);
    assert_eq!(undone(vec![copied, delete(), restore()]), Some(40), "a copy of a snapshot tells no database");
}

#[test]
fn a_restore_of_something_else_does_not_hide_a_later_one_of_what_was_lost() {
    let snapshot = |db: &str, snapshot: &str| {
        call(0, "rds", "CreateDBSnapshot")
            .request(&format!(r#"{{"dBInstanceIdentifier":"{db}","dBSnapshotIdentifier":"{snapshot}"}}"#))
    };
    let delete = call(10, "rds", "DeleteDBInstance")
        .request(r#"{"dBInstanceIdentifier":"db","skipFinalSnapshot":true}"#);
    let restore = |minute, name: &str, snapshot: &str| {
        call(minute, "rds", "RestoreDBInstanceFromDBSnapshot")
            .request(&format!(r#"{{"dBInstanceIdentifier":"{name}","dBSnapshotIdentifier":"{snapshot}"}}"#))
    };
    let undone = |restores: Vec<Event>| {
        let before = vec![snapshot("db", "own"), snapshot("other", "foreign"), delete.clone()];
        let found = rows(before.into_iter().chain(restores).collect());
        let row = found.iter().find(|row| &*row.event_name == "DeleteDBInstance").expect("the call");
        (row.undone_at.map(minute), row.undone_by_event_id.as_ref().map(|id| id.as_str().to_owned()))
    };
    let by = |minute: i64| (Some(minute), Some(format!("RestoreDBInstanceFromDBSnapshot-{minute}")));
    let foreign = || restore(20, "db", "foreign");
    assert_eq!(undone(vec![foreign()]), (None, None));
    assert_eq!(undone(vec![foreign(), restore(30, "db", "own")]), by(30), "under the same name");
    assert_eq!(undone(vec![foreign(), restore(30, "db-2", "own")]), by(30), "under another name");
    assert_eq!(undone(vec![foreign(), restore(25, "db", "foreign"), restore(30, "db", "own")]), by(30));
    assert_eq!(undone(vec![foreign(), restore(30, "db", "unknown")]), by(30), "as far as the evidence tells");
    let refused = restore(20, "db", "own").error("AccessDenied");
    let failed = restore(21, "db", "own").error("InvalidDBSnapshotState");
    assert_eq!(undone(vec![refused.clone(), failed.clone()]), (None, None));
    assert_eq!(undone(vec![refused, failed, foreign(), restore(30, "db", "own")]), by(30));
    let made_again = call(40, "rds", "CreateDBInstance").request(r#"{"dBInstanceIdentifier":"db"}"#);
    let found = rows(vec![snapshot("other", "foreign"), delete.clone(), foreign(), made_again]);
    let row = found.iter().find(|row| &*row.event_name == "DeleteDBInstance").expect("the call");
    let end = "a new one of that name was made after 30 min by CreateDBInstance, which brings nothing back";
    assert!(row.undone_at.is_none() && row.recovery.ends_with(end), "{}", row.recovery);
}
