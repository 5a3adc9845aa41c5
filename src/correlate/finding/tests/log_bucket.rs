//! Buckets of trails that are weakened, and buckets and calls that are none of it.

use crate::catalogue::Catalogue;
use crate::model::event::Event;
use crate::model::evidence::ObjectPath;
use crate::model::finding::Finding;
use crate::model::inventory::TrailSettings;
use crate::model::object::Object;
use crate::model::source_grade::SourceGrade;

use super::super::super::samples::{With, all, call, sources};
use super::super::super::{Options, Sources};

const BUCKET: &str = "acme-audit";

fn found_in(sources: Sources) -> Vec<Finding> {
    let mut findings = all(sources, &Catalogue::builtin(), &Options::default()).findings;
    findings.retain(|finding| finding.rule_id == "logging/log-bucket-weakened");
    findings.into()
}

fn found(events: Vec<Event>) -> Vec<Finding> {
    found_in(sources(events, vec![]))
}

/// A trail made at minute 5 that delivers below `audit/`.
fn trail() -> Event {
    call(5, "cloudtrail", "CreateTrail")
        .request(&format!(r#"{{"name":"t","s3BucketName":"{BUCKET}","s3KeyPrefix":"audit"}}"#))
        .response(&format!(r#"{{"name":"t","s3BucketName":"{BUCKET}","s3KeyPrefix":"audit"}}"#))
}

fn on(minute: i64, name: &str, bucket: &str, more: &str) -> Event {
    call(minute, "s3", name).request(&format!(r#"{{"bucketName":"{bucket}"{more}}}"#))
}

fn lifecycle(rules: &str) -> Event {
    let more = format!(r#","LifecycleConfiguration":{{"Rule":{rules}}}"#);
    on(10, "PutBucketLifecycle", BUCKET, &more)
}

fn policy(statements: &str) -> Event {
    on(10, "PutBucketPolicy", BUCKET, &format!(r#","bucketPolicy":{{"Statement":[{statements}]}}"#))
}

const DELIVERS: &str = r#"{"Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::acme-audit/audit/AWSLogs/*"}"#;

#[test]
fn a_lifecycle_that_expires_logs_is_found() {
    let ended = |rules: &str| {
        let found = found(vec![trail(), lifecycle(rules)]);
        found.first().map(|finding| finding.summary.to_string()).unwrap_or_default()
    };
    for (rules, told) in [
        (r#"{"Status":"Enabled","Expiration":{"Days":1}}"#, "expires logs after 1 day"),
        (
            r#"[{"Status":"Enabled","Filter":{"Prefix":""},"Expiration":{"Days":"90"}}]"#,
            "expires logs after 90 days",
        ),
        (
            r#"{"Status":"Enabled","Prefix":"audit/","Expiration":{"Date":"2025-02-01"}}"#,
            "expires logs on 2025-02-01",
        ),
        (
            r#"[{"Status":"Enabled","Expiration":{"Days":400}},{"Status":"Enabled","Filter":{"Prefix":"audit/AWSLogs/o-x1/111122223333/CloudTrail/"},"Expiration":{"Days":30}}]"#,
            "expires logs after 30 days",
        ),
        (
            r#"{"Status":"Enabled","NoncurrentVersionExpiration":{"NoncurrentDays":1}}"#,
            "destroys former versions after 1 day",
        ),
    ] {
        assert!(ended(rules).contains(told), "{rules}: {}", ended(rules));
    }
    for (what, rules) in [
        ("a year is kept", r#"{"Status":"Enabled","Expiration":{"Days":365}}"#),
        ("off", r#"{"Status":"Disabled","Expiration":{"Days":1}}"#),
        ("moved only", r#"{"Status":"Enabled","Transition":{"Days":1,"StorageClass":"GLACIER"}}"#),
        ("other keys", r#"{"Status":"Enabled","Filter":{"Prefix":"reports/"},"Expiration":{"Days":1}}"#),
        (
            "other logs",
            r#"{"Status":"Enabled","Prefix":"audit/AWSLogs/111122223333/elasticloadbalancing/","Expiration":{"Days":1}}"#,
        ),
        (
            "tagged objects",
            r#"{"Status":"Enabled","Filter":{"Tag":{"Key":"a","Value":"b"}},"Expiration":{"Days":1}}"#,
        ),
    ] {
        assert_eq!(ended(rules), "", "{what}");
    }
    let refused = lifecycle(r#"{"Status":"Enabled","Expiration":{"Days":1}}"#).error("AccessDenied");
    assert!(found(vec![trail(), refused]).is_empty());
}

#[test]
fn a_policy_that_stops_delivery_or_lets_callers_delete_is_found() {
    let told = |statements: &str| {
        let found = found(vec![trail(), policy(statements)]);
        found.first().map(|one| (one.severity.as_str(), one.summary.to_string())).unwrap_or_default()
    };
    let opened = r#"{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::999988887777:root"},"Action":["s3:Get*","s3:Delete*"],"Resource":"*"}"#;
    let denied = r#"{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"}"#;
    let (severity, summary) = told(r#"{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"s3:GetObject"}"#);
    assert_eq!(severity, "high");
    assert!(summary.contains("does not let CloudTrail write"), "{summary}");
    assert!(told(&format!("{DELIVERS},{denied}")).1.contains("does not let CloudTrail write"));
    let (severity, summary) = told(&format!("{DELIVERS},{opened}"));
    assert_eq!(severity, "medium");
    assert!(summary.contains("lets callers delete"), "{summary}");
    let unseen = found(vec![trail(), on(10, "PutBucketPolicy", BUCKET, "")]);
    assert!(unseen[0].summary.contains("that the record does not show"));
    let tls = r#"{"Effect":"Deny","Principal":"*","Action":"s3:*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}"#;
    let read =
        r#"{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::999988887777:root"},"Action":"s3:Get*"}"#;
    assert_eq!(told(&format!("{DELIVERS},{tls},{read}")).1, "", "delivers, and nobody may delete");
}

#[test]
fn what_takes_the_protection_of_the_bucket_is_found() {
    for (name, more, told) in [
        ("DeleteBucket", "", "deletes the bucket"),
        ("DeleteBucketPolicy", "", "deletes the policy"),
        (
            "PutBucketVersioning",
            r#","VersioningConfiguration":{"Status":"Suspended"}"#,
            "suspends versioning",
        ),
        (
            "PutBucketObjectLockConfiguration",
            r#","ObjectLockConfiguration":{"ObjectLockEnabled":"Enabled"}"#,
            "takes the default lock",
        ),
        ("DeleteBucketReplication", "", "ends its replication"),
        ("DeleteBucketPublicAccessBlock", "", "removes its public access block"),
        ("DeleteObjects", r#","delete":"""#, "deletes objects that the record does not name"),
        (
            "PutObjectLegalHold",
            r#","key":"audit/AWSLogs/1/CloudTrail/x","LegalHold":{"Status":"OFF"}"#,
            "weakens the lock of a log",
        ),
    ] {
        let made = found(vec![trail(), on(10, name, BUCKET, more)]);
        assert_eq!(made.len(), 1, "{name}");
        assert!(made[0].summary.contains(told), "{name}: {}", made[0].summary);
        assert!(found(vec![trail(), on(10, name, "orders", more)]).is_empty(), "{name} on another bucket");
        assert!(found(vec![on(10, name, BUCKET, more)]).is_empty(), "{name}: no trail known");
    }
    let unharmed = [
        ("PutBucketVersioning", r#","VersioningConfiguration":{"Status":"Enabled"}"#),
        ("PutBucketTagging", ""),
        ("DeleteBucketLifecycle", ""),
        ("GetBucketPolicy", ""),
    ];
    for (name, more) in unharmed {
        assert!(found(vec![trail(), on(10, name, BUCKET, more)]).is_empty(), "{name}");
    }
}

#[test]
fn calls_of_one_actor_within_an_hour_are_one_finding() {
    let made = found(vec![
        trail(),
        on(10, "PutBucketVersioning", BUCKET, r#","VersioningConfiguration":{"Status":"Suspended"}"#),
        on(20, "DeleteBucketPolicy", BUCKET, ""),
        on(200, "DeleteBucket", BUCKET, ""),
    ]);
    assert_eq!(made.iter().map(|one| one.count).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(
        made[0].summary,
        "ops changed bucket acme-audit, to which trail t was set to deliver (CreateTrail at 2025-01-10T00:05:00Z), in \
         account 111122223333: PutBucketVersioning (suspends versioning), DeleteBucketPolicy (deletes the policy \
         that lets CloudTrail write to it)"
    );
    let named: Vec<&str> = made[0].event_ids.iter().map(|id| id.as_str()).collect();
    assert_eq!(named, ["PutBucketVersioning-10", "DeleteBucketPolicy-20", "CreateTrail-5"]);
    assert!(made[0].controls.iter().any(|control| control == "pci_dss_4_0_1:10.5.1"));
}

/// What is done while the bucket is set up harms no log, but a lifecycle that
/// stays does.
#[test]
fn what_was_before_the_trail_counts_only_if_it_stays() {
    let wipe = |minute| Event {
        time: Some(super::super::super::samples::at(minute)),
        ..lifecycle(r#"{"Status":"Enabled","Expiration":{"Days":1}}"#)
    };
    assert!(found(vec![on(1, "PutBucketPolicy", BUCKET, ""), trail()]).is_empty());
    assert_eq!(found(vec![wipe(2), trail()]).len(), 1);
    assert!(found(vec![wipe(2), on(3, "DeleteBucketLifecycle", BUCKET, ""), trail()]).is_empty());
}

#[test]
fn exports_and_folders_tell_buckets_too() {
    let deleted = |bucket: &str| sources(vec![on(10, "DeleteBucketPolicy", bucket, "")], vec![]);
    let mut by_export = deleted(BUCKET);
    let bucket = Some(BUCKET.into());
    by_export.inventory.trails.push(TrailSettings { bucket, ..TrailSettings::default() });
    let made = found_in(by_export);
    assert!(made[0].summary.contains("as an export of its settings says"), "{}", made[0].summary);
    let in_folder = |path: &str| {
        let mut sources = deleted(BUCKET);
        sources.objects.push(Object::blank(&ObjectPath::new(path)));
        found_in(sources).len()
    };
    let key = "AWSLogs/111122223333/CloudTrail/us-east-1/2025/01/10/x.json.gz";
    assert_eq!(in_folder(&format!("dump/{BUCKET}/{key}")), 1);
    assert_eq!(in_folder(&format!("dump.zip!{BUCKET}/audit/{key}")), 1);
    assert_eq!(in_folder(&format!("dump/other-bucket/{key}")), 0);
    assert_eq!(in_folder(&format!("{BUCKET}/AWSLogs/111122223333/Config/us-east-1/x.json.gz")), 0);
    assert_eq!(in_folder(&format!("{BUCKET}/x.json.gz")), 0);
}

#[test]
fn the_call_that_tells_the_bucket_weighs_too() {
    let proven = |event: Event| Event { source_grade: SourceGrade::DigestSigned, ..event };
    let made = found(vec![trail(), proven(on(10, "DeleteBucket", BUCKET, ""))]);
    assert_eq!(made[0].confidence.as_str(), "medium");
    let made = found(vec![proven(trail()), proven(on(10, "DeleteBucket", BUCKET, ""))]);
    assert_eq!(made[0].confidence.as_str(), "high");
}
