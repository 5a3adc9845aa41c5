//! Where incidents begin and end.

use crate::model::event::Event;

use super::super::samples::{With, call, minute, report};

fn terminate(minute: i64) -> Event {
    call(minute, "ec2", "TerminateInstances").request(r#"{"instancesSet":{"items":[{"instanceId":"i-1"}]}}"#)
}

fn lines(events: Vec<Event>) -> Vec<String> {
    let incidents = report(events, vec![]).incidents;
    let lines = incidents.iter().map(|incident| {
        format!(
            "{}..{} {} {}+{} {}",
            incident.started_at.map(minute).unwrap_or(-1),
            incident.ended_at.map(minute).unwrap_or(-1),
            incident.actor.as_deref().unwrap_or("-"),
            incident.actions,
            incident.attempts,
            incident.resources
        )
    });
    lines.collect()
}

#[test]
fn a_gap_of_exactly_an_hour_parts_two_incidents() {
    assert_eq!(lines(vec![terminate(0), terminate(60)]), ["0..0 ops 1+0 1", "60..60 ops 1+0 1"]);
    assert_eq!(lines(vec![terminate(0), terminate(59), terminate(118)]), ["0..118 ops 3+0 3"]);
}

#[test]
fn actors_and_accounts_do_not_mix_and_attempts_are_no_actions() {
    let mut other = terminate(2);
    other.principal.user_name = Some("eve".into());
    let mut elsewhere = terminate(3);
    elsewhere.account_id = Some("999999999999".into());
    let denied = terminate(1).error("Client.UnauthorizedOperation");
    assert_eq!(
        lines(vec![terminate(0), denied, other, elsewhere]),
        ["0..1 ops 1+1 1", "2..2 eve 1+0 1", "3..3 ops 1+0 1"]
    );
}

#[test]
fn the_nearest_deadline_and_the_findings_are_told() {
    let key = |minute: i64, days: i64| {
        call(minute, "kms", "ScheduleKeyDeletion")
            .request(&format!(r#"{{"keyId":"k-{minute}","pendingWindowInDays":{days}}}"#))
    };
    let report = report(vec![key(0, 30), key(1, 7), call(2, "cloudtrail", "StopLogging")], vec![]);
    let incident = &report.incidents[0];
    assert_eq!(incident.next_deadline.map(minute), Some(1 + 7 * 24 * 60));
    assert_eq!(incident.recoverable, 2);
    assert_eq!(incident.finding_ids.len(), 1);
    assert!(incident.incident_id.as_str().starts_with("inc-"));
}
