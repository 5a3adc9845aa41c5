//! What the head says of whole, empty and cut reports.

use super::*;
use crate::model::count::{counted, grouped};
use crate::model::event::Outcome;
use crate::report::sample;

#[test]
fn an_empty_report_claims_nothing() {
    let report = Report::default();
    let head = Headline::of(&report);
    assert_eq!(head.coverage, "Nothing was read: nothing can be said of any account or time.");
    assert_eq!(head.destructive_sentence, "Nothing was read, so nothing can be said of destructive actions.");
    assert_eq!(
        head.not_covered,
        [
            "No CloudTrail event was read: what was done in any account cannot be seen.",
            "No RFC was read: whether a mode was allowed to open cannot be told.",
        ]
    );
    assert_eq!(head.counts, "0 records seen = 0 kept + 0 duplicates + 0 counted only + 0 rejected.");
}

#[test]
fn an_absence_is_told_with_what_was_read() {
    let mut report = sample::plain();
    report.destructive.clear();
    report.windows.clear();
    let head = Headline::of(&report);
    let extent = "5 objects (4,321 records) about 2 accounts in 2 regions, with events from \
        2025-03-03T08:00:00Z to 2025-03-20T18:00:00Z, 1 stretch without evidence in between";
    assert_eq!(head.coverage, format!("Read {extent}."));
    assert_eq!(head.destructive_sentence, format!("No destructive action found in {extent}."));
    assert_eq!(head.windows_sentence, format!("No mode window found in {extent}."));
}

#[test]
fn open_windows_that_no_rfc_explains_come_first() {
    let mut report = sample::plain();
    let open = |authorization, opened_at: &str| ModeWindow {
        authorization,
        opened_at: sample::at(opened_at),
        closed_at: None,
        ..report.windows[0].clone()
    };
    let closed = report.windows[0].clone();
    report.windows = vec![
        open(Authorization::Authorized, "2025-03-01T00:00:00Z"),
        closed,
        open(Authorization::Unknown, "2025-03-02T00:00:00Z"),
        open(Authorization::Unauthorized, "2025-03-04T00:00:00Z"),
        open(Authorization::Unauthorized, "2025-03-03T00:00:00Z"),
    ];
    let head = Headline::of(&report);
    let days: Vec<String> = head.open_windows.iter().map(|w| w.opened_at.day().to_string()).collect();
    assert_eq!(days, ["2025-03-03", "2025-03-04", "2025-03-02", "2025-03-01"]);
}

#[test]
fn attempts_are_never_destroyed() {
    let mut report = sample::plain();
    report.destructive.retain(|action| action.outcome != Outcome::Succeeded);
    let head = Headline::of(&report);
    assert_eq!(head.destructive.succeeded, 0);
    assert_eq!(head.destructive.irreversible, 0);
    assert!(head.destructive_sentence.starts_with("No destructive action that succeeded found in 5 objects"));
    assert!(head.deadlines.is_empty());
}

#[test]
fn what_cannot_be_seen_is_said() {
    let mut report = sample::plain();
    report.scope.regions.retain(|region| region.as_str() != "us-east-1");
    report.scope.categories.clear();
    let head = Headline::of(&report);
    let all = head.not_covered.join("\n");
    assert!(all.contains("No events from us-east-1: AMS records RFC calls only there"), "{all}");
    assert!(all.contains("No data events: deletions of S3 objects"), "{all}");
    assert!(all.contains("1 object not as a digest says"), "{all}");
    assert!(all.contains("3 problems mean that evidence was lost"), "{all}");
}

#[test]
fn deadlines_ahead_come_first_and_undone_calls_have_none() {
    let report = sample::plain();
    let head = Headline::of(&report);
    assert!(!head.deadlines.is_empty());
    assert!(head.deadlines.is_sorted_by_key(|deadline| (deadline.passed, deadline.until)));
    assert!(head.deadlines.iter().all(|deadline| deadline.action.undone_at.is_none()));
}

#[test]
fn numbers_are_grouped() {
    assert_eq!([0, 999, 1000, 1234567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    assert_eq!(counted(1, "record"), "1 record");
}

#[test]
fn the_time_told_for_decides_which_deadlines_are_open() {
    let mut report = sample::plain();
    let untils: Vec<_> = Headline::of(&report).deadlines.iter().map(|deadline| deadline.until).collect();
    let (first, last) = (*untils.iter().min().expect("one"), *untils.iter().max().expect("one"));
    let all = untils.len();
    let mut open_at = |as_of, given| {
        report.scope.as_of = Some(as_of);
        report.scope.as_of_given = given;
        let head = Headline::of(&report);
        (head.open_deadlines().count(), head.deadlines_sentence.clone().expect("there are deadlines"))
    };
    let (open, told) = open_at(first, false);
    assert_eq!(open, all, "a deadline is open until it is over");
    assert_eq!(
        told,
        format!("As of {first} (the end of the evidence), {all} deadlines for recovery are open.")
    );
    let (open, told) = open_at(first.plus_seconds(1), true);
    assert_eq!(open, all - 1);
    assert!(told.contains("(given with --as-of)") && told.ends_with("are open, 1 has passed."), "{told}");
    let (open, told) = open_at(last.plus_seconds(1), true);
    assert_eq!(open, 0);
    assert!(told.ends_with(&format!("{all} deadlines for recovery have passed.")), "{told}");
    report.destructive.clear();
    assert_eq!(Headline::of(&report).deadlines_sentence, None);
}

#[test]
fn incidents_with_the_nearest_deadline_come_first_then_the_gravest() {
    let mut report = sample::plain();
    let one = report.incidents[0].clone();
    let until = one.next_deadline.expect("a deadline");
    let named = |name: &str, next_deadline, severity| Incident {
        actor: Some(name.into()),
        next_deadline,
        severity,
        ..one.clone()
    };
    report.incidents = vec![
        named("low", None, Severity::Low),
        named("critical", None, Severity::Critical),
        named("later", Some(until.plus_seconds(60)), Severity::Critical),
        named("sooner", Some(until), Severity::Low),
    ];
    let head = Headline::of(&report);
    let order: Vec<_> = head.incidents.iter().filter_map(|incident| incident.actor.as_deref()).collect();
    assert_eq!(order, ["sooner", "later", "critical", "low"]);
}
