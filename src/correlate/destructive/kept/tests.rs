//! Settings as AWS Config recorded them, together with those that calls made.

use std::sync::Arc;

use serde_json::Value;

use super::super::super::payload;
use super::super::super::samples::{ACCOUNT, With, at, call, evidence, minute};
use super::*;

fn item(kind: &str, name: &str, captured: i64) -> ConfigItem {
    ConfigItem {
        account_id: Some(ACCOUNT.into()),
        region: Some("us-east-1".into()),
        resource_type: Arc::from(kind),
        resource_id: Some(Arc::from(name)),
        resource_name: Some(Arc::from(name)),
        arn: None,
        captured_at: Some(at(captured)),
        deleted: false,
        configuration: None,
        versioning: None,
        evidence: evidence(0),
    }
}

fn bucket(captured: i64, word: &str) -> ConfigItem {
    ConfigItem { versioning: Some(Arc::from(word)), ..item("AWS::S3::Bucket", "b", captured) }
}

fn database(kind: &str, captured: i64, days: i64) -> ConfigItem {
    let text = format!(r#"{{"backupRetentionPeriod":{days}}}"#);
    ConfigItem { configuration: Some(Arc::from(text)), ..item(kind, "db", captured) }
}

#[test]
fn the_last_setting_before_a_call_counts_whoever_told_it() {
    let items = [
        bucket(1, "Off"),
        bucket(20, "Suspended"),
        bucket(30, "Nonsense"),
        ConfigItem { deleted: true, ..bucket(19, "Off") },
        ConfigItem { account_id: Some("999999999999".into()), ..bucket(19, "Off") },
        database("AWS::RDS::DBInstance", 2, 7),
        database("AWS::RDS::DBInstance", 12, 99),
        database("AWS::RDS::DBCluster", 3, 5),
        item("AWS::RDS::DBInstance", "other", 2),
    ];
    let enabled = call(10, "s3", "PutBucketVersioning")
        .request(r#"{"bucketName":"b","VersioningConfiguration":{"Status":"Enabled"}}"#);
    let mut kept = Kept::default();
    kept.add_items(&items);
    kept.add(&enabled, &payload::parse(enabled.request_parameters.as_ref()), &Value::Null);
    kept.finish();
    let told = |time: i64| {
        let found = kept.versioning(&call(time, "s3", "DeleteObject"), "b");
        found.map(|(since, versioning)| (minute(since), versioning))
    };
    assert_eq!(told(1), None, "not before");
    assert_eq!(told(5), Some((1, Versioning::Off)));
    assert_eq!(told(10), Some((1, Versioning::Off)), "within one second the order is unknown");
    assert_eq!(told(15), Some((10, Versioning::Enabled)));
    assert_eq!(told(40), Some((20, Versioning::Suspended)));
    let days = |of_cluster| {
        let found = kept.backup_days(&call(40, "rds", "DeleteDBInstance"), "db", of_cluster);
        found.map(|(since, days)| (minute(since), days))
    };
    assert_eq!(days(false), Some((2, 7)), "99 days are no retention");
    assert_eq!(days(true), Some((3, 5)));
    assert_eq!(kept.backup_days(&call(40, "rds", "DeleteDBInstance"), "other", false), None);
}

#[test]
fn a_setting_ends_with_the_thing_that_had_it() {
    const BUCKET: &str = r#"{"bucketName":"b"}"#;
    const DATABASE: &str = r#"{"dBInstanceIdentifier":"db","dBClusterIdentifier":"db"}"#;
    let on = r#"{"bucketName":"b","VersioningConfiguration":{"Status":"Enabled"}}"#;
    let days = r#"{"dBInstanceIdentifier":"db","dBClusterIdentifier":"db","backupRetentionPeriod":7}"#;
    let restored = r#"{"targetDBInstanceIdentifier":"db","sourceDBInstanceIdentifier":"other"}"#;
    let pitr = r#"{"tableName":"t","pointInTimeRecoverySpecification":{"pointInTimeRecoveryEnabled":true}}"#;
    let ends = [
        ("s3", "DeleteBucket", BUCKET, [true, false, false, false]),
        ("s3", "CreateBucket", BUCKET, [true, false, false, false]),
        ("dynamodb", "DeleteTable", r#"{"tableName":"t"}"#, [false, true, false, false]),
        (
            "dynamodb",
            "RestoreTableFromBackup",
            r#"{"targetTableName":"t","backupArn":"a"}"#,
            [false, true, false, false],
        ),
        ("rds", "DeleteDBInstance", DATABASE, [false, false, true, false]),
        ("rds", "CreateDBInstance", DATABASE, [false, false, true, false]),
        ("rds", "RestoreDBInstanceToPointInTime", restored, [false, false, true, false]),
        ("rds", "DeleteDBCluster", DATABASE, [false, false, false, true]),
        ("rds", "RestoreDBClusterFromSnapshot", DATABASE, [false, false, false, true]),
        // What neither begins nor ends the thing itself leaves its settings alone.
        ("rds", "ModifyDBInstance", DATABASE, [false; 4]),
        ("rds", "DeleteDBInstanceAutomatedBackup", DATABASE, [false; 4]),
        ("rds", "CreateDBClusterSnapshot", DATABASE, [false; 4]),
    ];
    for (source, name, request, ended) in ends {
        let calls = [
            call(1, "s3", "PutBucketVersioning").request(on),
            call(1, "dynamodb", "UpdateContinuousBackups").request(pitr),
            call(1, "rds", "ModifyDBInstance").request(days),
            call(1, "rds", "ModifyDBCluster").request(days),
            call(5, source, name).request(request),
        ];
        let mut kept = Kept::default();
        for one in &calls {
            kept.add(one, &payload::parse(one.request_parameters.as_ref()), &Value::Null);
        }
        kept.finish();
        let known = |time: i64| {
            let rds = call(time, "rds", "DeleteDBInstance");
            [
                kept.versioning(&call(time, "s3", "DeleteObject"), "b").is_some(),
                kept.point_in_time(&call(time, "dynamodb", "DeleteTable"), "t").is_some(),
                kept.backup_days(&rds, "db", false).is_some(),
                kept.backup_days(&rds, "db", true).is_some(),
            ]
        };
        assert_eq!(known(5), [true; 4], "{name} itself finds what was set before");
        assert_eq!(known(6), ended.map(|ended| !ended), "after {name}");
    }
}
