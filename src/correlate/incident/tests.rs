//! Where incidents begin and end.

use std::sync::Arc;

use crate::catalogue::Catalogue;
use crate::model::event::Event;
use crate::model::finding::Incident;

use super::super::Options;
use super::super::samples::{With, all, at, call, minute, report, sources};
use super::Incidents;

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
    Arc::make_mut(&mut other.principal).user_name = Some("eve".into());
    let mut elsewhere = terminate(3);
    elsewhere.account_id = Some("999999999999".into());
    let denied = terminate(1).error("Client.UnauthorizedOperation");
    assert_eq!(
        lines(vec![terminate(0), denied, other, elsewhere]),
        ["0..1 ops 1+1 1", "2..2 eve 1+0 1", "3..3 ops 1+0 1"]
    );
}

fn key(minute: i64, days: i64) -> Event {
    call(minute, "kms", "ScheduleKeyDeletion")
        .request(&format!(r#"{{"keyId":"k-{minute}","pendingWindowInDays":{days}}}"#))
}

/// The incidents of these events, told for a time some days after the first.
fn as_of(events: Vec<Event>, days: Option<i64>) -> Vec<Incident> {
    let options = Options { as_of: days.map(|days| at(days * 24 * 60)), ..Options::default() };
    all(sources(events, vec![]), &Catalogue::builtin(), &options).incidents.into()
}

#[test]
fn the_nearest_deadline_and_the_findings_are_told() {
    let report = report(vec![key(0, 30), key(1, 7), call(2, "cloudtrail", "StopLogging")], vec![]);
    let incident = &report.incidents[0];
    assert_eq!(incident.next_deadline.map(minute), Some(1 + 7 * 24 * 60));
    assert_eq!(incident.recoverable, 2);
    assert_eq!(incident.finding_ids.len(), 1);
    assert!(incident.incident_id.as_str().starts_with("inc-"));
    assert_eq!(
        incident.summary,
        "ops made 3 destructive calls on 2 resources in account 111122223333 within 2 minutes: \
         2 recoverable, 1 that the opposite call undoes, act before 2025-01-17T00:01:00Z; \
         Logging stopped, deleted or set to record less than it could (high)"
    );
}

#[test]
fn a_deadline_before_the_time_told_for_has_passed() {
    let events = || vec![key(0, 30), key(1, 7)];
    let deadline = |days| as_of(events(), days)[0].next_deadline.map(minute);
    let day = 24 * 60;
    assert_eq!(deadline(None), Some(1 + 7 * day));
    assert_eq!(deadline(Some(7)), Some(1 + 7 * day));
    assert_eq!(deadline(Some(8)), Some(30 * day));
    assert_eq!(deadline(Some(30)), Some(30 * day), "a deadline is open until it is over");
    assert_eq!(deadline(Some(31)), None);
    let told = &as_of(events(), Some(8))[0].summary;
    assert!(told.ends_with("the deadline for 1 passed, act before 2025-02-09T00:00:00Z"), "{told}");
    let told = &as_of(events(), Some(31))[0].summary;
    assert!(told.ends_with("2 recoverable, the deadline for 2 passed"), "{told}");
}

#[test]
fn attempts_destroy_nothing_and_the_sentence_says_so() {
    let told = &as_of(vec![terminate(0).error("Client.UnauthorizedOperation")], None)[0].summary;
    assert_eq!(told, "ops destroyed nothing in account 111122223333; 1 attempt came to nothing");
}

#[test]
fn what_there_is_none_of_is_left_out_and_the_gravest_finding_is_named() {
    let made_again = call(0, "iam", "DeleteRole").request(r#"{"roleName":"r"}"#);
    let told = &as_of(vec![made_again], None)[0].summary;
    assert_eq!(told, "ops made 1 destructive call on 1 resource in account 111122223333: 1 to be made again");
    // A finding without a destructive call of its time.
    let findings = report(vec![call(2, "cloudtrail", "StopLogging")], vec![]).findings;
    let mut incidents = Incidents::new(None, &Arc::default());
    findings.iter().for_each(|finding| incidents.found(&finding));
    let told = &incidents.finish().first().expect("an incident").summary.clone();
    assert_eq!(
        told,
        "ops in account 111122223333: Logging stopped, deleted or set to record less than it could (high); \
         nothing was destroyed"
    );
}

#[test]
fn what_was_undone_is_counted_as_that_alone() {
    let stopped = call(0, "cloudtrail", "StopLogging").request(r#"{"name":"t"}"#);
    let started = call(9, "cloudtrail", "StartLogging").request(r#"{"name":"t"}"#);
    let told = &as_of(vec![stopped, started, terminate(10)], None)[0].summary;
    assert!(told.contains(": 1 irreversible, 1 undone since; "), "{told}");
}
