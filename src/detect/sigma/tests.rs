//! Rules of our own for each part of the language that public rules for
//! CloudTrail use, and for what is not taken.

use crate::catalogue::Catalogue;
use crate::decode::head::Head;
use crate::decode::{Place, Record};
use crate::detect::RuleSet;
use crate::detect::check::mode_of;
use crate::detect::seen::Seen;
use crate::model::source_grade::SourceGrade;

const RECORD: &str = r#"{"eventVersion":"1.10","eventSource":"iam.amazonaws.com","eventName":"CreateUser","awsRegion":"us-east-1",
"eventTime":"2026-01-02T03:04:05Z","sourceIPAddress":"10.1.2.3","userAgent":"S3 Browser/9 https://s3browser.com",
"userIdentity":{"type":"AssumedRole","arn":"arn:aws:sts::111122223333:assumed-role/aws:ec2-instance/i-1","userName":"alice"},
"requestParameters":{"userName":"alice","policyDocument":"{\"Effect\":\"Allow\",\"Resource\":\"arn:aws:s3:::x/*\"}","count":5,"list":[{"name":"one"},{"name":"two"}],"dotted.name":"x"},
"responseElements":null,"readOnly":false,"recipientAccountId":"111122223333"}"#;

/// A rule around a detection.
pub(in crate::detect) fn rule(id: &str, detection: &str) -> String {
    let indented: String = detection.lines().map(|line| format!("    {line}\n")).collect();
    format!(
        "title: t {id}\nid: {id}\nstatus: test\nauthor: us\nlicense: MIT\nlogsource:\n    product: aws\n    service: cloudtrail\ndetection:\n{indented}level: high\n"
    )
}

/// Detections, and whether they match [`RECORD`].
pub(in crate::detect) const DETECTIONS: [(&str, bool); 48] = [
    ("selection:\n    eventSource: iam.amazonaws.com\n    eventName: CreateUser\ncondition: selection", true),
    (
        "selection:\n    eventSource: IAM.amazonaws.com\n    eventName:\n        - createuser\n        - x\ncondition: selection",
        true,
    ),
    ("selection:\n    eventName|cased: createuser\ncondition: selection", false),
    ("selection:\n    eventName: Create*\ncondition: selection", true),
    ("selection:\n    eventName: CreateUse?\ncondition: selection", true),
    ("selection:\n    eventName: DeleteUser\ncondition: selection", false),
    ("selection:\n    userAgent|contains: 's3 browser'\ncondition: selection", true),
    (
        "selection:\n    userAgent|contains|all:\n        - 'S3 Browser'\n        - s3browser.com\ncondition: selection",
        true,
    ),
    (
        "selection:\n    userAgent|contains|all:\n        - 'S3 Browser'\n        - curl\ncondition: selection",
        false,
    ),
    ("selection:\n    eventName|startswith: create\ncondition: selection", true),
    ("selection:\n    eventSource|endswith: .amazonaws.com\ncondition: selection", true),
    ("selection:\n    userIdentity.arn|re: '.+:assumed-role/aws:.+'\ncondition: selection", true),
    ("selection:\n    userIdentity.arn|re: '.+:assumed-role/gcp:.+'\ncondition: selection", false),
    ("selection:\n    eventName|re|i: '^createuser$'\ncondition: selection", true),
    ("selection:\n    sourceIPAddress|cidr: 10.0.0.0/8\ncondition: selection", true),
    ("selection:\n    sourceIPAddress|cidr: 192.0.2.0/24\ncondition: selection", false),
    ("selection:\n    errorCode: null\ncondition: selection", true),
    ("selection:\n    errorCode: 'null'\ncondition: selection", true),
    ("selection:\n    errorCode:\n        - null\n        - Success\ncondition: selection", true),
    ("selection:\n    responseElements: null\ncondition: selection", true),
    ("selection:\n    userIdentity.type: null\ncondition: selection", false),
    ("selection:\n    errorCode|exists: false\ncondition: selection", true),
    ("selection:\n    requestParameters.userName|exists: true\ncondition: selection", true),
    (
        "selection:\n    userIdentity.userName|fieldref: requestParameters.userName\ncondition: selection",
        true,
    ),
    ("selection:\n    eventName|fieldref: requestParameters.userName\ncondition: selection", false),
    ("selection:\n    requestParameters.count|gte: 5\ncondition: selection", true),
    ("selection:\n    requestParameters.count|lt: 5\ncondition: selection", false),
    ("selection:\n    requestParameters.count: 5\ncondition: selection", true),
    ("selection:\n    readOnly: false\ncondition: selection", true),
    ("selection:\n    eventName|neq: CreateUser\ncondition: selection", false),
    ("selection:\n    requestParameters.list.name: two\ncondition: selection", true),
    ("selection:\n    requestParameters.dotted.name: x\ncondition: selection", true),
    (
        "selection:\n    requestParameters|contains|all:\n        - '\"arn:aws:s3:::x/*\"'\n        - '\"Allow\"'\ncondition: selection",
        true,
    ),
    ("selection:\n    requestParameters|contains: '\"Deny\"'\ncondition: selection", false),
    ("selection:\n    readOnly: 'false'\ncondition: selection", true),
    ("selection:\n    requestParameters.count: '5'\ncondition: selection", true),
    ("selection:\n    requestParameters.list|contains: two\ncondition: selection", true),
    (
        "selection:\n    eventName|startswith:\n        - Put\n        - Create\nfilter:\n    userAgent|contains: terraform\ncondition: selection and not 1 of filter*",
        true,
    ),
    ("selection:\n    eventSource|contains: organ\ncondition: selection", false),
    ("keywords:\n    - 'aws:ec2-instance'\ncondition: keywords", true),
    ("keywords:\n    - nowhere\ncondition: keywords", false),
    (
        "selection:\n    eventName: CreateUser\nfilter:\n    - eventSource: ssm.amazonaws.com\n    - sourceIPAddress: 'AWS Internal'\ncondition: selection and not filter",
        true,
    ),
    (
        "selection_a:\n    eventName: CreateUser\nselection_b:\n    eventSource: s3.amazonaws.com\ncondition: 1 of selection_*",
        true,
    ),
    (
        "selection_a:\n    eventName: CreateUser\nselection_b:\n    eventSource: s3.amazonaws.com\ncondition: all of selection_*",
        false,
    ),
    ("a:\n    eventName: CreateUser\nb:\n    eventSource: iam.amazonaws.com\ncondition: all of them", true),
    (
        "a:\n    eventName: DeleteUser\nb:\n    eventSource: iam.amazonaws.com\n    eventName: CreateUser\ncondition: a or (b and not a)",
        true,
    ),
    (
        "selection:\n    - eventName: DeleteUser\n    - userIdentity.type: AssumedRole\ncondition: selection",
        true,
    ),
    ("selection:\n    userIdentity.type: Root\ncondition: selection", false),
];

/// The set of all detections above, in the order of their ids.
pub(in crate::detect) fn set() -> RuleSet {
    let files: Vec<(String, String)> = DETECTIONS
        .iter()
        .enumerate()
        .map(|(number, (detection, _))| (format!("{number}.yml"), rule(&format!("id-{number}"), detection)))
        .collect();
    let (set, unused) = RuleSet::none().with_sigma(&files);
    assert_eq!(unused, []);
    set
}

#[test]
fn each_modifier_and_condition_says_what_sigma_says() {
    let found = matching(&set());
    for (number, (detection, matches)) in (0u32..).zip(DETECTIONS) {
        assert_eq!(found.contains(&number), matches, "{detection}");
    }
}

#[test]
fn what_is_not_used_is_named_with_file_and_line() {
    let sound = rule("a", "selection:\n    eventName: x\ncondition: selection");
    let correlation = |more: &str| {
        format!(
            "{sound}---\ntitle: c\nid: c\ncorrelation:\n    type: event_count\n    rules: [a]\n    timespan: 1h\n{more}"
        )
    };
    for (text, line, told) in [
        (rule("a", "selection:\n    eventName|odd: x\ncondition: selection"), Some(11), "odd"),
        (
            rule("a", "selection:\n    eventName|expand: '%x%'\ncondition: selection"),
            Some(1),
            "write your values in place of `%x%`",
        ),
        (rule("a", "selection:\n    list[0].name: x\ncondition: selection"), Some(1), "lists"),
        (rule("a", "selection:\n    eventName|re: '('\ncondition: selection"), None, "regex"),
        (rule("a", "selection:\n    sourceIPAddress|cidr: 10.0.0\ncondition: selection"), None, "CIDR"),
        (rule("a", "selection:\n    eventName: x\ncondition: selection and other"), None, "other"),
        (
            rule(
                "a",
                "selection:\n    eventName: x\ncondition: selection | sum(count) by userIdentity.arn > 20",
            ),
            Some(12),
            "counts behind a `|`: `condition: selection | sum(count) by userIdentity.arn > 20`; Sigma 2 has correlations",
        ),
        (
            rule("a", "selection:\n    eventName: x\ncondition: selection and and"),
            Some(12),
            "its condition cannot be read: `selection and and`",
        ),
        (
            rule("a", "selection:\n    eventName: x\ntimeframe: 5m\ncondition: selection"),
            Some(1),
            "timeframe",
        ),
        (
            rule("a", "selection:\n    eventName: x\ncondition: selection | near selection"),
            Some(12),
            "asks what is near behind a `|`: `condition: selection | near selection`; Sigma 2 has correlations for that: temporal",
        ),
        ("title: [".to_owned(), None, "YAML"),
        (format!("{sound}---\n{sound}"), Some(1), "is that of a rule"),
        (
            correlation("    group-by: [x]\n    condition:\n        gte: 2\n")
                .replace("rules: [a]", "rules: [b]"),
            Some(15),
            "`b` is no detection rule",
        ),
        (
            correlation("    condition:\n        gte: 2\n").replace("event_count", "value_count"),
            Some(15),
            "needs a field",
        ),
        (
            correlation("    condition:\n        gte: 2\n        field: x\n")
                .replace("event_count", "value_sum"),
            Some(15),
            "value_sum",
        ),
        (correlation("    window: tumbling\n    condition:\n        gte: 2\n"), Some(15), "tumbling"),
        (
            correlation("    condition: a and not a\n").replace("event_count", "temporal"),
            Some(15),
            "in words",
        ),
    ] {
        is_named(&text, line, told);
    }
}

#[test]
fn a_product_or_a_service_may_stand_alone() {
    let text = rule("a", "selection:\n    eventSource: iam.amazonaws.com\ncondition: selection");
    for gone in ["    product: aws\n", "    service: cloudtrail\n"] {
        let (set, unused) = RuleSet::none().with_sigma(&[("f.yml".to_owned(), text.replace(gone, ""))]);
        assert!(unused.is_empty(), "{gone}: {unused:?}");
        assert_eq!(matching(&set), [0], "{gone}");
    }
}

#[test]
fn rules_for_other_logs_are_named() {
    let text = rule("a", "selection:\n    eventName: x\ncondition: selection");
    is_named(&text.replace("aws", "windows"), Some(1), "other logs: product windows, service cloudtrail");
    is_named(&text.replace("cloudtrail", "ec2"), Some(1), "other logs: product aws, service ec2");
    is_named(
        &text.replace("    product: aws\n", "").replace("cloudtrail", "audit"),
        Some(1),
        "service audit",
    );
}

/// The rules that match [`RECORD`].
fn matching(set: &RuleSet) -> Vec<u32> {
    let head = Head::tolerant(RECORD).expect("a record");
    let place = Place { ordinal: 0, start: 0, end: RECORD.len() };
    let record = Record { head, text: RECORD, place, envelope_account: None, grade: SourceGrade::Export };
    let seen = Seen::new(&record.head, RECORD, None, mode_of(&record.head, &Catalogue::builtin()));
    set.matching(&seen, &record)
}

/// That nothing of the file is used, and why in these words, at that line if one is told.
fn is_named(text: &str, line: Option<usize>, told: &str) {
    let (_, unused) = RuleSet::none().with_sigma(&[("f.yml".to_owned(), text.to_owned())]);
    assert_eq!(unused.len(), 1, "{text}: {unused:?}");
    assert_eq!(unused[0].file, "f.yml");
    assert!(unused[0].why.contains(told), "{told}: {:?}", unused[0]);
    if line.is_some() {
        assert_eq!(unused[0].line, line, "{:?}", unused[0]);
    }
}
