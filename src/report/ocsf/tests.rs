//! Lines against the published schema, whose rules are written down here.

use serde_json::Value;

use super::*;
use crate::model::time::UtcTime;
use crate::report::sample;

/// Required attributes, each with the path of the object that must hold it. An
/// object that is not required itself is looked at only where it stands.
/// Source: OCSF schema 1.5.0, class api_activity with the profile cloud, and the
/// objects it names, read 2026-11.
const REQUIRED: &[(&str, &[&str])] = &[
    (
        "",
        &[
            "activity_id",
            "actor",
            "api",
            "category_uid",
            "class_uid",
            "cloud",
            "metadata",
            "severity_id",
            "src_endpoint",
            "time",
            "type_uid",
        ],
    ),
    ("/api", &["operation"]),
    ("/api/request", &["uid"]),
    ("/cloud", &["provider"]),
    ("/metadata", &["product", "version"]),
];

/// Objects of which at least one of these must stand ("constraints").
/// Source: the same.
const AT_LEAST_ONE: &[(&str, &[&str])] = &[
    ("/actor", &["process", "user", "invoked_by", "session", "app_name", "app_uid"]),
    ("/actor/user", &["account", "name", "uid"]),
    ("/src_endpoint", &["ip", "uid", "name", "hostname", "svc_name", "instance_uid", "interface_uid"]),
    ("/metadata/product", &["name", "uid"]),
];

fn lines(report: &Report) -> Vec<Value> {
    let mut out = Vec::new();
    write(report, &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert!(text.chars().all(|c| c == '\n' || !c.is_control() && c != '\u{202e}' && c != '\u{200b}'));
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn check(line: &Value) {
    for (path, keys) in REQUIRED {
        let Some(object) = line.pointer(path) else {
            assert_eq!(*path, "/api/request", "{path} is missing");
            continue;
        };
        assert!(
            keys.iter().all(|key| object.get(key).is_some_and(|value| !value.is_null())),
            "{path}: {object}"
        );
    }
    for (path, keys) in AT_LEAST_ONE {
        let object = line.pointer(path).unwrap_or_else(|| panic!("{path} is missing"));
        assert!(keys.iter().any(|key| object.get(key).is_some()), "{path}: {object}");
    }
    let number = |key: &str| line[key].as_u64().unwrap();
    assert_eq!((number("category_uid"), number("class_uid")), (6, 6003));
    assert!([0, 1, 2, 3, 4, 99].contains(&number("activity_id")));
    assert!((0..=6).contains(&number("severity_id")) && [0, 1, 2, 99].contains(&number("status_id")));
    assert_eq!(number("type_uid"), 600_300 + number("activity_id"));
    assert_eq!(line["metadata"]["version"], "1.5.0");
}

#[test]
fn every_line_keeps_the_published_rules_whatever_the_record_lacks() {
    let full = sample::hostile().events.unwrap().remove(0);
    let bare = Event {
        time: full.time,
        event_id: None,
        event_version: None,
        account_id: None,
        region: None,
        event_source: "".into(),
        event_name: "".into(),
        event_name_raw: "".into(),
        event_type: None,
        event_category: None,
        read_only: None,
        error_code: None,
        error_message: None,
        source_ip: None,
        user_agent: None,
        principal: Principal::default().into(),
        request_id: None,
        shared_event_id: None,
        vpc_endpoint_id: None,
        recipient_account_id: None,
        resources: Some("no JSON".into()),
        request_parameters: None,
        response_elements: None,
        additional_event_data: None,
        category: None,
        ..full.clone()
    };
    let undated = Event { time: None, ..full.clone() };
    let report = Report { events: Some(vec![full, bare, undated]), ..Report::default() };
    let lines = lines(&report);
    assert_eq!(lines.len(), 2, "what has no time is left out");
    lines.iter().for_each(check);
}

#[test]
fn a_call_stands_where_the_mapping_has_it() {
    let mut event = sample::plain().events.unwrap().remove(0);
    event.time = UtcTime::parse("2025-03-04T12:00:00.250Z");
    event.event_name = "DeleteBucket".into();
    event.read_only = Some(false);
    event.error_code = Some("AccessDenied".into());
    event.source_ip = Some("198.51.100.7".into());
    event.resources = Some(
        r#"[{"accountId":"111122223333","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::a"},{"ARNPrefix":"x"}]"#
            .into(),
    );
    let report = Report { events: Some(vec![event.clone()]), ..Report::default() };
    let line = lines(&report).remove(0);
    assert_eq!(line["time"], 1_741_089_600_250_u64);
    assert_eq!((&line["type_uid"], &line["activity_name"]), (&600_304.into(), &"Delete".into()));
    assert_eq!(line["status"], "Failure");
    assert_eq!(line["api"]["response"]["error"], "AccessDenied");
    assert_eq!(line["src_endpoint"], serde_json::json!({"ip": "198.51.100.7"}));
    let resource = serde_json::json!([{"owner": {"account": {"uid": "111122223333"}}, "type": "AWS::S3::Bucket", "uid": "arn:aws:s3:::a"}]);
    assert_eq!(line["resources"], resource);
    assert_eq!(line["unmapped"]["source_object"], event.evidence.object.as_str());
    event.source_ip = Some("cloudformation.amazonaws.com".into());
    let report = Report { events: Some(vec![event]), ..Report::default() };
    assert_eq!(lines(&report)[0]["src_endpoint"]["svc_name"], "cloudformation.amazonaws.com");
}

#[test]
fn the_gravity_of_a_destructive_call_is_told() {
    let mut report = sample::plain();
    let action =
        report.destructive.iter().find(|action| action.severity == Severity::Critical).unwrap().into_owned();
    let event = &mut report.events.as_mut().unwrap()[0];
    event.event_id.clone_from(&action.event_id);
    let line = lines(&report).remove(0);
    assert_eq!(line["severity_id"], 5);
    assert_eq!(line["unmapped"]["window_id"], action.window_id.unwrap().as_str());
}
