//! Every operation with conditions: a record that meets them and one that does
//! not.

use std::collections::BTreeSet;

use super::*;
use crate::catalogue::path::Path;
use Category as C;
use Reversibility as R;

/// A record that meets each condition and one that does not.
const RECORDS: &str = include_str!("records.tsv");

#[test]
fn every_condition_hits_and_misses() {
    let catalogue = Catalogue::builtin();
    let mut tried = BTreeSet::new();
    for line in RECORDS.lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&str> = line.split('\t').collect();
        let [source, name, hit, miss] = fields[..] else { panic!("four fields: {line}") };
        let operation = catalogue.operations.find(source, name).expect(name);
        let index = operation.condition.expect(name);
        let condition = catalogue.conditions.get(index).expect(name);
        let hit = catalogue.judge(&event(source, name, Some(hit))).expect(name);
        let miss = catalogue.judge(&event(source, name, Some(miss)));
        if condition.always_counts {
            let plain = miss.expect(name);
            assert_eq!(plain.reversibility, operation.reversibility, "{source} {name}");
            assert_ne!((hit.reversibility, &hit.recovery), (plain.reversibility, &plain.recovery), "{name}");
        } else {
            assert_eq!(miss, None, "{source} {name}");
        }
        assert!(catalogue.may_harm(source, name), "{source} {name}");
        tried.insert(index);
    }
    let untried: Vec<usize> =
        (0..catalogue.conditions.len()).filter(|index| !tried.contains(index)).collect();
    assert!(untried.is_empty(), "conditions without a record, by their place in the file: {untried:?}");
}

/// Source, name, parameters, and what they are judged to be.
const SHARPENED: &[(&str, &str, &str, C, R)] = &[
    ("rds", "ModifyDBInstance", r#"{"backupRetentionPeriod":"0"}"#, C::RecoveryInhibition, R::Reversible),
    ("rds", "ModifyDBInstance", r#"{"deletionProtection":"false"}"#, C::ProtectionRemoval, R::Reversible),
    (
        "s3",
        "PutBucketVersioning",
        r#"{"VersioningConfiguration":{"Status":"Enabled","MfaDelete":"Disabled"}}"#,
        C::ProtectionRemoval,
        R::Reversible,
    ),
    (
        "rds",
        "DeleteDBInstance",
        r#"{"skipFinalSnapshot":true,"deleteAutomatedBackups":false}"#,
        C::DataDestruction,
        R::Recoverable,
    ),
    ("rds", "DeleteDBInstance", r#"{"skipFinalSnapshot":true}"#, C::DataDestruction, R::Irreversible),
    (
        "rds",
        "DeleteDBInstance",
        r#"{"skipFinalSnapshot":false,"finalDBSnapshotIdentifier":"f"}"#,
        C::DataDestruction,
        R::Recoverable,
    ),
    ("s3", "DeleteObject", r#"{"key":"k"}"#, C::DataDestruction, R::Unknown),
    ("s3", "DeleteObject", r#"{"key":"k","versionId":"v"}"#, C::DataDestruction, R::Irreversible),
    (
        "secretsmanager",
        "DeleteSecret",
        r#"{"forceDeleteWithoutRecovery":true}"#,
        C::KeyDestruction,
        R::Irreversible,
    ),
    ("secretsmanager", "DeleteSecret", r#"{"recoveryWindowInDays":30}"#, C::KeyDestruction, R::Recoverable),
    (
        "ec2",
        "ModifyInstanceAttribute",
        r#"{"attribute":"disableApiTermination","value":"false"}"#,
        C::ProtectionRemoval,
        R::Reversible,
    ),
    (
        "cloudtrail",
        "PutEventSelectors",
        r#"{"advancedEventSelectors":[{"fieldSelectors":[{"field":"eventCategory","equals":["Data"]}]}]}"#,
        C::ImpairLogging,
        R::Reversible,
    ),
    (
        "cloudtrail",
        "PutEventSelectors",
        r#"{"eventSelectors":[{"readWriteType":"WriteOnly","includeManagementEvents":true}]}"#,
        C::ImpairLogging,
        R::Reversible,
    ),
    (
        "guardduty",
        "UpdateDetector",
        r#"{"dataSources":{"s3Logs":{"enable":false}}}"#,
        C::ImpairDefense,
        R::Reversible,
    ),
    (
        "guardduty",
        "UpdateDetector",
        r#"{"dataSources":{"kubernetes":{"auditLogs":{"enable":false}}}}"#,
        C::ImpairDefense,
        R::Reversible,
    ),
];

#[test]
fn cases_sharpen_category_and_reversibility() {
    let catalogue = Catalogue::builtin();
    for (source, name, parameters, category, reversibility) in SHARPENED {
        let judged = catalogue.judge(&event(source, name, Some(parameters))).expect(parameters);
        assert_eq!(
            (judged.category, judged.reversibility),
            (*category, *reversibility),
            "{name} {parameters}"
        );
    }
    let advanced = r#"{"advancedEventSelectors":[{"fieldSelectors":[{"field":"eventCategory","equals":["Management"]}]}]}"#;
    assert_eq!(catalogue.judge(&event("cloudtrail", "PutEventSelectors", Some(advanced))), None);
}

#[test]
fn parameters_that_were_not_recorded_leave_the_harm_unknown() {
    let catalogue = Catalogue::builtin();
    for parameters in [
        None,
        Some("null"),
        Some(r#"{"omitted":true,"originalSize":9}"#),
        Some("{"),
        Some(r#""HIDDEN_DUE_TO_SECURITY_REASONS""#),
    ] {
        let mut sometimes = event("cloudtrail", "PutEventSelectors", parameters);
        let judged = catalogue.judge(&sometimes).expect("it succeeded");
        assert_eq!(
            (judged.category, judged.reversibility),
            (Category::ImpairLogging, Reversibility::Unknown)
        );
        assert!(judged.recovery.contains("not recorded"));
        sometimes.error_code = Some(Arc::from("AccessDenied"));
        assert_eq!(catalogue.judge(&sometimes), None, "{parameters:?}");

        let mut always = event("rds", "DeleteDBInstance", parameters);
        assert_eq!(catalogue.judge(&always).map(|judged| judged.reversibility), Some(Reversibility::Unknown));
        always.error_code = Some(Arc::from("AccessDenied"));
        assert!(catalogue.judge(&always).is_some(), "an attempt to delete is a row");
    }
}

#[test]
fn broken_conditions_are_refused_with_their_line() {
    let cases = [
        ("event_name = \"Nothing\"\ncase = []\n", "not in the table"),
        ("event_name = \"DeleteTags\"\ncase = []\n", "category `none`"),
        ("event_name = \"DeleteVpc\"\ncase = []\n", "no case"),
        ("event_name = \"DeleteVpc\"\ncase = [{ when = [] }]\n", "without predicates"),
        ("event_name = \"DeleteVpc\"\ncase = [{ when = [{ path = \"a\" }] }]\n", "one test"),
        (
            "event_name = \"DeleteVpc\"\ncase = [{ when = [{ path = \"a\", present = true, at_most = 1 }] }]\n",
            "one test",
        ),
        ("event_name = \"DeleteVpc\"\ncase = [{ when = [{ path = \"a.\", present = true }] }]\n", "dot"),
        (
            "event_name = \"DeleteVpc\"\ncase = [{ when = [{ path = \"a\", present = true }], category = \"x\" }]\n",
            "no category",
        ),
    ];
    for (rest, expected) in cases {
        let text = format!("[[operation]]\nevent_source = \"ec2\"\n{rest}");
        let mut operations = OperationTable::parse(OPERATIONS).expect("the embedded table is sound");
        let fault = Conditions::parse(&text, &mut operations).expect_err(rest);
        assert_eq!(fault.line, Some(3), "{fault}");
        assert!(fault.message.contains(expected), "{fault}");
    }
}

#[test]
fn paths_of_a_wrong_form_are_refused() {
    for path in ["", ".", "a..b", ".a", "a.", "a[b]", "a[b=c", "a[b=c]d", "[a=b]"] {
        assert!(Path::parse(path).is_err(), "{path}");
    }
    for path in ["a", "a.b", "*.a", "a[b=c.d].e", "a[b=c]"] {
        assert!(Path::parse(path).is_ok(), "{path}");
    }
}

#[test]
fn a_policy_that_cannot_be_read_counts_as_not_recorded() {
    let catalogue = Catalogue::builtin();
    let put = |text: &str| {
        let request = serde_json::json!({"repositoryName": "r", "lifecyclePolicyText": text}).to_string();
        event("ecr", "PutLifecyclePolicy", Some(&request))
    };
    for text in ["{\"rules\":[", "HIDDEN_DUE_TO_SECURITY_REASONS", ""] {
        let judged = catalogue.judge(&put(text)).expect("it succeeded, and what it did is unknown");
        assert_eq!(judged.reversibility, R::Unknown, "{text}");
        let denied = Event { error_code: Some("AccessDenied".into()), ..put(text) };
        assert!(catalogue.judge(&denied).is_none(), "{text}");
    }
    assert!(catalogue.judge(&put(r#"{"rules":[]}"#)).is_none());
    let preview = event("ecr", "StartLifecyclePolicyPreview", Some(r#"{"repositoryName":"r"}"#));
    assert!(catalogue.judge(&preview).is_none(), "a preview expires nothing");
}
