//! What calls name, and how they are tied to modes and RFCs.

use std::sync::Arc;

use crate::model::destructive::DestructiveAction;
use crate::model::event::Event;
use crate::model::rfc::RfcRecord;

use super::super::payload;
use super::super::samples::{
    ACCOUNT, DEV, With, archived, at, call, covering, report, role_call, used, wearing,
};
use super::resources;

/// Service, event name, request, type, identifiers.
type Case = (&'static str, &'static str, &'static str, &'static str, &'static [&'static str]);

#[rustfmt::skip]
const CASES: [Case; 22] = [
    ("ec2", "TerminateInstances", r#"{"instancesSet":{"items":[{"instanceId":"i-1"},{"instanceId":"i-2"},{"instanceId":"i-3"},{"instanceId":"i-4"}]}}"#, "AWS::EC2::Instance", &["i-1", "i-2", "i-3", "i-4"]),
    ("rds", "DeleteDBInstance", r#"{"dBInstanceIdentifier":"db1","finalDBSnapshotIdentifier":"s","skipFinalSnapshot":false}"#, "AWS::RDS::DBInstance", &["db1"]),
    ("s3", "DeleteBucket", r#"{"bucketName":"b","Host":"h"}"#, "AWS::S3::Bucket", &["arn:aws:s3:::b"]),
    ("s3", "DeleteObject", r#"{"bucketName":"b","key":"k/x"}"#, "AWS::S3::Object", &["arn:aws:s3:::b/k/x"]),
    ("s3", "DeleteObjects", r#"{"bucketName":"b","delete":{"object":[{"key":"x"},{"key":"y"}]}}"#, "AWS::S3::Object", &["arn:aws:s3:::b/x", "arn:aws:s3:::b/y"]),
    ("secretsmanager", "DeleteSecret", r#"{"secretId":"s","recoveryWindowInDays":7}"#, "AWS::SecretsManager::Secret", &["s"]),
    ("lambda", "DeleteFunction", r#"{"functionName":"f"}"#, "AWS::Lambda::Function", &["f"]),
    ("iam", "DeleteRole", r#"{"roleName":"r"}"#, "AWS::IAM::Role", &["r"]),
    ("iam", "DeleteUser", r#"{"userName":"u"}"#, "AWS::IAM::User", &["u"]),
    ("iam", "DeletePolicy", r#"{"policyArn":"arn:p"}"#, "AWS::IAM::Policy", &["arn:p"]),
    ("iam", "DeleteAccessKey", r#"{"userName":"u","accessKeyId":"AKIA1"}"#, "AWS::IAM::AccessKey", &["AKIA1"]),
    ("dynamodb", "DeleteTable", r#"{"tableName":"t"}"#, "AWS::DynamoDB::Table", &["t"]),
    ("ec2", "DeleteVolume", r#"{"volumeId":"vol-1","clientToken":"x"}"#, "AWS::EC2::Volume", &["vol-1"]),
    ("ec2", "DeleteSnapshot", r#"{"snapshotId":"snap-1"}"#, "AWS::EC2::Snapshot", &["snap-1"]),
    ("ec2", "DeleteFlowLogs", r#"{"DeleteFlowLogsRequest":{"FlowLogId":{"content":"fl-1","tag":1}}}"#, "AWS::EC2::FlowLog", &["fl-1"]),
    ("ec2", "RevokeSecurityGroupIngress", r#"{"groupId":"sg-1","ipPermissions":{}}"#, "AWS::EC2::SecurityGroup", &["sg-1"]),
    ("cloudtrail", "StopLogging", r#"{"name":"trail"}"#, "AWS::CloudTrail::Trail", &["trail"]),
    ("logs", "DeleteLogStream", r#"{"logGroupName":"g","logStreamName":"s"}"#, "AWS::Logs::LogStream", &["s"]),
    ("cloudformation", "DeleteStack", r#"{"stackName":"st","clientRequestToken":"x"}"#, "AWS::CloudFormation::Stack", &["st"]),
    ("cloudtrail", "DeleteEventDataStore", r#"{"eventDataStore":"arn:e"}"#, "", &["arn:e"]),
    ("organizations", "CloseAccount", r#"{"accountId":"111122223333"}"#, "", &["111122223333"]),
    ("guardduty", "DeleteDetector", r#"{"detectorId":"d"}"#, "AWS::GuardDuty::Detector", &["d"]),
];

#[test]
fn every_destroyed_thing_is_named_once() {
    for (source, name, request, kind, expected) in CASES {
        let event = call(1, source, name).request(request);
        let request = payload::parse(event.request_parameters.as_ref());
        let named = resources::of(&event, &request, &serde_json::Value::Null);
        let names: Vec<&str> = named.identifiers.iter().map(|name| &**name).collect();
        assert_eq!(names, expected, "{name}");
        assert_eq!(named.count, expected.len() as u64, "{name}");
        assert_eq!(named.resource_type.as_deref().unwrap_or_default(), kind, "{name}");
    }
}

#[test]
fn what_several_columns_name_counts_once() {
    let key = call(1, "kms", "ScheduleKeyDeletion")
        .request(r#"{"keyId":"k-1","pendingWindowInDays":7}"#)
        .resources(r#"[{"ARN":"arn:aws:kms:eu-west-1:111122223333:key/k-1","type":"AWS::KMS::Key"}]"#);
    let items = r#"{"instancesSet":{"items":[{"instanceId":"i-1"},{"instanceId":"i-2"}]}}"#;
    let instances = call(2, "ec2", "TerminateInstances").request(items).response(items);
    let answered = call(3, "ec2", "TerminateInstances").response(items);
    let path = call(4, "ssm", "DeleteParameter")
        .request(r#"{"name":"/app/db/password"}"#)
        .resources(r#"[{"ARN":"arn:aws:ssm:eu-west-1:111122223333:parameter/app/db/password"}]"#);
    let rows = report(vec![key, instances, answered, path], vec![]).destructive;
    let named: Vec<(usize, u64)> = rows.iter().map(|row| (row.resources.len(), row.resource_count)).collect();
    assert_eq!(named, [(1, 1), (2, 2), (2, 2), (1, 1)]);
    assert_eq!(&*rows[0].resources[0], "arn:aws:kms:eu-west-1:111122223333:key/k-1");
    assert_eq!(rows[0].recoverable_until, Some(at(1 + 7 * 24 * 60)));
}

#[test]
fn objects_of_a_batch_are_counted_in_the_rows_it_spawned() {
    let object = |minute: i64, key: &str| {
        let mut event =
            call(minute, "s3", "DeleteObject").request(&format!(r#"{{"bucketName":"b","key":"{key}"}}"#));
        event.request_id = Some("r-1".into());
        event
    };
    let mut batch = call(1, "s3", "DeleteObjects").request(r#"{"bucketName":"b","delete":""}"#);
    batch.request_id = Some("r-1".into());
    let counts = |events: Vec<Event>| -> Vec<(String, u64)> {
        let rows = report(events, vec![]).destructive;
        rows.iter().map(|row| (row.event_name.to_string(), row.resource_count)).collect()
    };
    let of = |name: &str, count| (name.to_owned(), count);
    assert_eq!(
        counts(vec![batch.clone(), object(2, "x"), object(3, "y")]),
        [of("DeleteObjects", 0), of("DeleteObject", 1), of("DeleteObject", 1)]
    );
    assert_eq!(counts(vec![batch.clone()]), [of("DeleteObjects", 1)]);
    let counted = batch.request(r#"{"bucketName":"b","objectCount":40}"#);
    assert_eq!(counts(vec![counted]), [of("DeleteObjects", 40)]);
}

fn ties(rows: &[DestructiveAction]) -> Vec<String> {
    let lines = rows.iter().map(|row| {
        format!(
            "{} {} {} {} {} by {}",
            row.mode.as_ref().map_or("none", |mode| mode.as_str()),
            row.attribution.as_str(),
            row.authorization.as_str(),
            row.rfc_id.as_ref().map_or("-", |id| id.as_str()),
            row.severity,
            row.actor.as_deref().unwrap_or("-")
        )
    });
    lines.collect()
}

fn terminate(minute: i64) -> Event {
    call(minute, "ec2", "TerminateInstances").request(r#"{"instancesSet":{"items":[{"instanceId":"i-1"}]}}"#)
}

#[test]
fn calls_of_a_mode_session_take_the_word_of_its_window() {
    let events = || {
        vec![
            role_call(10, "CreateRole", DEV),
            terminate(20).by(wearing(DEV, "ASIA1", Some(19))),
            terminate(21).by(wearing(DEV, "ASIA1", Some(19))).error("Client.UnauthorizedOperation"),
            terminate(22).by(wearing(DEV, "ASIA1", Some(19))).error("Client.DryRunOperation"),
        ]
    };
    let report_of = report(events(), covering(0, 30));
    assert_eq!(
        ties(&report_of.destructive)[..2],
        ["developer direct unauthorized - critical by alice", "developer direct unauthorized - low by alice"]
    );
    assert_eq!(report_of.destructive[2].severity.as_str(), "informational");
    assert_eq!(report_of.sessions[0].destructive_actions, 1);
    assert_eq!((report_of.windows[0].destructive_actions, report_of.windows[0].actors.len()), (1, 1));
    let rfc = archived("rfc-1", super::super::samples::ENABLE_OWN, "Success", (5, 15));
    let first = &ties(&report(events(), vec![rfc]).destructive)[0];
    assert_eq!(first, "developer direct authorized - high by alice");
}

#[test]
fn a_destructive_rfc_explains_calls_of_its_account_while_it_runs() {
    let with = |status: &str, minute: i64, change: fn(RfcRecord) -> RfcRecord| {
        let rfc = change(archived("rfc-1", "ct-3dfubbpesm2v9", status, (10, 20)));
        ties(&report(vec![terminate(minute)], vec![rfc]).destructive).remove(0)
    };
    let explained = "none none authorized rfc-1";
    let unexplained = "none none outside_mode -";
    let cases = [
        ("Success", 10, explained),
        ("Success", 20, explained),
        ("Success", 21, unexplained),
        ("Success", 9, unexplained),
        ("Failure", 15, explained),
        ("Rejected", 15, unexplained),
    ];
    for (status, minute, expected) in cases {
        let line = with(status, minute, |rfc| rfc);
        assert!(line.starts_with(expected), "{status} {minute}: {line}");
    }
    let running = |rfc: RfcRecord| RfcRecord { actual: (rfc.actual.0, None), ..rfc };
    assert!(with("InProgress", 500, running).starts_with(explained));
    let elsewhere = |rfc: RfcRecord| RfcRecord { account_id: Some("999999999999".into()), ..rfc };
    assert!(with("Success", 15, elsewhere).starts_with(unexplained));
}

#[test]
fn reads_and_calls_without_harm_make_no_row() {
    let read = call(1, "ec2", "DescribeInstances");
    assert!(report(vec![read, used(2, DEV)], vec![]).destructive.is_empty());
    let mut root = terminate(3);
    Arc::make_mut(&mut root.principal).identity_type = Some("Root".into());
    root.account_id = Some(ACCOUNT.into());
    assert_eq!(report(vec![root], vec![]).destructive[0].actor.as_deref(), Some("root"));
}
