//! The table of operations, the verb rule behind it, and the count of rows.

use super::*;

#[test]
fn builtin() {
    let catalogue = Catalogue::builtin();
    assert!(catalogue.operations.len() > 2_500, "{}", catalogue.operations.len());
    assert!(catalogue.conditions.len() > 60, "{}", catalogue.conditions.len());
    assert_eq!(catalogue.sha256().len(), 64);
    assert_eq!(catalogue.sha256(), Catalogue::builtin().sha256());
}

#[test]
fn every_row_is_found_by_its_name_and_none_has_the_name_of_a_read() {
    let catalogue = Catalogue::builtin();
    let rows = OPERATIONS.lines().filter(|line| !line.starts_with('#')).skip(1);
    for row in rows {
        let fields: Vec<&str> = row.split(',').collect();
        let expected = fields[2] != "none";
        let source = format!("{}.amazonaws.com", fields[0]);
        assert_eq!(catalogue.may_harm(&source, fields[1]), expected, "{row}");
    }
}

#[test]
fn a_broken_table_is_refused_with_its_line() {
    let cases = [
        ("nonsense\n", 1, "the first row is not"),
        ("a,B,none,,,,\n", 3, "7 fields"),
        ("a,B,wipe,unknown,,\n", 3, "no category"),
        ("a,B,key_destruction,gone,,\n", 3, "no reversibility"),
        ("a,B,key_destruction,recoverable_until,,\n", 3, "no reversibility"),
        ("a,B,key_destruction,,,\n", 3, "no reversibility"),
        ("a,B,key_destruction,unknown,T1,\n", 3, "no technique"),
        ("a,B,none,,,\na,B,none,,,\n", 4, "stands twice"),
    ];
    for (rows, line, expected) in cases {
        let header = "# note\nevent_source,event_name,category,reversibility,technique,recovery\n";
        let text = if line == 1 { rows.to_owned() } else { format!("{header}{rows}") };
        let fault = OperationTable::parse(text.leak()).expect_err(rows);
        assert_eq!(fault.line, Some(line), "{fault}");
        assert!(fault.message.contains(expected), "{fault}");
    }
}

/// Source, name, category, reversibility, technique and its legacy id.
type Expected = (&'static str, &'static str, Category, Reversibility, &'static str, &'static str);

#[test]
fn well_known_operations_are_judged_as_an_investigator_would() {
    use Category as C;
    use Reversibility as R;
    let cases: [Expected; 22] = [
        ("ec2", "TerminateInstances", C::ResourceDestruction, R::Irreversible, "T1578.003", "T1578.003"),
        ("ec2", "DeleteVolume", C::DataDestruction, R::Irreversible, "T1485", "T1485"),
        ("ec2", "DeleteSecurityGroup", C::ConfigDeletion, R::Rebuildable, "", ""),
        ("s3", "DeleteBucket", C::DataDestruction, R::Rebuildable, "T1485", "T1485"),
        ("s3", "DeleteBucketPublicAccessBlock", C::ProtectionRemoval, R::Reversible, "", ""),
        ("kms", "ScheduleKeyDeletion", C::KeyDestruction, R::Recoverable, "T1485", "T1485"),
        ("kms", "DisableKey", C::KeyDestruction, R::Reversible, "T1489", "T1489"),
        ("iam", "DeleteRole", C::IdentityRemoval, R::Rebuildable, "T1531", "T1531"),
        ("iam", "DeleteUser", C::IdentityRemoval, R::Rebuildable, "T1531", "T1531"),
        ("iam", "DeletePolicy", C::ConfigDeletion, R::Rebuildable, "", ""),
        ("iam", "DeleteRolePermissionsBoundary", C::ProtectionRemoval, R::Reversible, "", ""),
        ("cloudtrail", "StopLogging", C::ImpairLogging, R::Reversible, "T1685.002", "T1562.008"),
        ("cloudtrail", "DeleteTrail", C::ImpairLogging, R::Rebuildable, "T1685.002", "T1562.008"),
        ("logs", "DeleteLogGroup", C::ImpairLogging, R::Irreversible, "T1685.002", "T1562.008"),
        ("guardduty", "DeleteDetector", C::ImpairDefense, R::Rebuildable, "T1685", "T1562.001"),
        ("wafv2", "DeleteWebACL", C::ImpairDefense, R::Rebuildable, "T1686.001", "T1562.007"),
        ("rds", "DeleteDBSnapshot", C::RecoveryInhibition, R::Irreversible, "T1490", "T1490"),
        ("backup", "DeleteRecoveryPoint", C::RecoveryInhibition, R::Irreversible, "T1490", "T1490"),
        ("dynamodb", "DeleteTable", C::DataDestruction, R::Unknown, "T1485", "T1485"),
        ("lambda", "DeleteFunction", C::ResourceDestruction, R::Rebuildable, "", ""),
        ("cloudformation", "DeleteStack", C::ResourceDestruction, R::Rebuildable, "T1485", "T1485"),
        ("monitoring", "DeleteAlarms", C::ImpairDefense, R::Rebuildable, "T1685", "T1562.001"),
    ];
    let catalogue = Catalogue::builtin();
    for (source, name, category, reversibility, technique, legacy) in cases {
        let judged = catalogue.judge(&event(source, name, Some("{}"))).expect(name);
        assert_eq!((judged.category, judged.reversibility), (category, reversibility), "{name}");
        assert_eq!(judged.technique_id.unwrap_or_default(), technique, "{name}");
        assert_eq!(judged.technique_id_legacy.unwrap_or_default(), legacy, "{name}");
        assert!(!judged.by_verb_rule && !judged.recovery.is_empty(), "{name}");
        assert!(catalogue.may_harm(&format!("{source}.amazonaws.com"), name), "{name}");
    }
}

#[test]
fn what_only_sounds_destructive_is_no_row() {
    let catalogue = Catalogue::builtin();
    for (source, name) in [
        ("ec2", "DeleteTags"),
        ("iam", "DetachRolePolicy"),
        ("iam", "RemoveUserFromGroup"),
        ("iam", "RemoveRoleFromInstanceProfile"),
        ("elasticloadbalancing", "DeregisterTargets"),
        ("ssm", "TerminateSession"),
        ("sqs", "DeleteMessage"),
        ("s3", "AbortMultipartUpload"),
        ("ec2", "StopInstances"),
        ("ec2", "RevokeSecurityGroupIngress"),
        ("tagging", "UntagResources"),
        ("ec2", "DescribeInstances"),
        ("s3", "ListBuckets"),
        ("kms", "RetireGrant"),
        ("logs", "PutLogEvents"),
        ("gizmo", "DeleteTags"),
    ] {
        assert!(!catalogue.may_harm(source, name), "{name}");
        assert_eq!(catalogue.judge(&event(source, name, Some("{}"))), None, "{name}");
    }
}

#[test]
fn the_verb_rule_speaks_only_where_the_catalogue_is_silent() {
    let catalogue = Catalogue::builtin();
    let mut unknown = event("gizmo", "DeleteGizmo", None);
    let judged = catalogue.judge(&unknown).expect("the name says it");
    assert_eq!((judged.category, judged.reversibility), (Category::ConfigDeletion, Reversibility::Unknown));
    assert!(judged.by_verb_rule && catalogue.may_harm("gizmo.amazonaws.com", "DeleteGizmo"));
    for silent in ["AwsServiceEvent", "AwsConsoleSignIn"] {
        unknown.event_type = Some(Arc::from(silent));
        assert_eq!(catalogue.judge(&unknown), None, "{silent}");
    }
    let mut listed = event("kms", "DeleteKey", None);
    listed.event_type = Some(Arc::from("AwsServiceEvent"));
    let judged = catalogue.judge(&listed).expect("the catalogue lists it");
    assert_eq!(judged.reversibility, Reversibility::Irreversible);
}

#[test]
fn reads_never_count() {
    let catalogue = Catalogue::builtin();
    let mut read = event("gizmo", "DeleteGizmo", None);
    read.read_only = Some(true);
    assert_eq!(catalogue.judge(&read), None);
    let mut listed = event("ec2", "DeleteVolume", None);
    listed.read_only = Some(true);
    assert_eq!(catalogue.judge(&listed), None);
}

/// A small day: what is counted is counted once, and nothing else is.
#[test]
fn a_day_of_calls_gives_the_rows_that_belong() {
    let day = [
        ("sts", "AssumeRole", "{}", false),
        ("ec2", "DescribeInstances", "{}", false),
        ("ec2", "TerminateInstances", r#"{"instancesSet":{"items":[{"instanceId":"i-1"}]}}"#, true),
        ("ec2", "ModifyInstanceAttribute", r#"{"disableApiTermination":{"value":true}}"#, false),
        ("ec2", "ModifyInstanceAttribute", r#"{"disableApiTermination":{"value":false}}"#, true),
        ("ec2", "DeleteTags", "{}", false),
        ("s3", "PutBucketVersioning", r#"{"VersioningConfiguration":{"Status":"Enabled"}}"#, false),
        ("s3", "PutBucketVersioning", r#"{"VersioningConfiguration":{"Status":"Suspended"}}"#, true),
        ("s3", "DeleteObject", r#"{"bucketName":"b","key":"k"}"#, true),
        ("s3", "PutObject", r#"{"bucketName":"b","key":"k"}"#, false),
        ("gizmo", "PurgeGizmos", "{}", true),
        ("iam", "CreateRole", "{}", false),
    ];
    let catalogue = Catalogue::builtin();
    for (source, name, parameters, expected) in day {
        let judged = catalogue.judge(&event(source, name, Some(parameters)));
        assert_eq!(judged.is_some(), expected, "{name} {parameters}");
        assert!(!expected || catalogue.may_harm(source, name), "may_harm misses {name}");
    }
}
