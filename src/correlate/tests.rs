//! What holds for the report as a whole.

mod rooms;

use super::samples::{DEV, ENABLE_OWN, With, archived, call, minute, report, role_call, used, wearing};

#[test]
fn nothing_makes_an_empty_report() {
    let report = report(vec![], vec![]);
    assert!(report.windows.is_empty() && report.timeline.is_empty() && report.incidents.is_empty());
    assert!(report.events.is_none());
}

#[test]
fn the_timeline_tells_the_story_in_one_order() {
    let events = vec![
        role_call(10, "CreateRole", DEV),
        call(20, "ec2", "TerminateInstances")
            .request(r#"{"instancesSet":{"items":[{"instanceId":"i-1"}]}}"#)
            .by(wearing(DEV, "ASIA1", Some(19))),
        role_call(30, "DeleteRole", DEV),
    ];
    let report = report(events, vec![archived("rfc-1", ENABLE_OWN, "Success", (5, 15))]);
    let told: Vec<String> = report
        .timeline
        .iter()
        .map(|entry| format!("{} {}", entry.time.map(minute).unwrap_or(-1), entry.kind.as_str()))
        .filter(|line| !line.ends_with("finding"))
        .collect();
    assert_eq!(
        told,
        [
            "4 rfc_created",
            "5 rfc_started",
            "10 mode_opened",
            "15 rfc_succeeded",
            "19 session_started",
            "20 destructive_action",
            "30 mode_closed",
            "30 destructive_action",
        ]
    );
}

#[test]
fn the_order_of_rfc_records_changes_nothing() {
    let records = || {
        vec![
            archived("rfc-2", ENABLE_OWN, "Success", (5, 15)),
            archived("rfc-1", ENABLE_OWN, "Failure", (5, 15)),
            archived("rfc-1", ENABLE_OWN, "Rejected", (5, 15)),
        ]
    };
    let events = || vec![role_call(10, "CreateRole", DEV), used(20, DEV)];
    let forward = report(events(), records());
    let backward = report(events(), records().into_iter().rev().collect());
    assert_eq!(format!("{:?}", forward.timeline), format!("{:?}", backward.timeline));
    assert_eq!(format!("{:?}", forward.windows), format!("{:?}", backward.windows));
}

#[test]
fn an_event_without_a_time_is_kept_and_placed_nowhere() {
    let mut event = call(20, "ec2", "TerminateInstances").by(wearing(DEV, "ASIA1", Some(19)));
    event.time = None;
    let report = report(vec![event], vec![]);
    assert_eq!((report.windows.len(), report.sessions.len(), report.destructive.len()), (0, 1, 1));
    assert_eq!(report.destructive[0].authorization.as_str(), "unknown");
    assert!(report.timeline.last().is_some_and(|entry| entry.time.is_none()));
}
