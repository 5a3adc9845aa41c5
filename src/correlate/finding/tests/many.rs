//! Findings of very many events: all count, a hundred are listed, and what is not
//! listed is not forgotten.

use std::sync::Arc;

use crate::catalogue::Catalogue;
use crate::model::event::Event;
use crate::model::finding::Finding;
use crate::model::report::Report;
use crate::policy::Policy;

use super::super::super::Options;
use super::super::super::samples::{With, all, at, call, evidence, report, sources};
use super::super::rule_ids;

/// Volumes deleted one second after the other.
fn volumes(names: impl Iterator<Item = String>) -> Vec<Event> {
    let one = |(number, name): (usize, String)| Event {
        time: Some(at(10).plus_seconds(number as i64)),
        event_id: Some(format!("event-{number:04}").as_str().into()),
        evidence: evidence(number as u64),
        ..call(10, "ec2", "DeleteVolume").request(&format!(r#"{{"volumeId":"{name}"}}"#))
    };
    names.enumerate().map(one).collect()
}

/// The report where volumes are protected, and what is done to some is accepted.
fn accepting(resource: &str, events: Vec<Event>) -> (Finding, Report) {
    let policy = format!(
        "[[protected]]\nresource = \"vol-*\"\n[[suppression]]\nrule = \"destroy/protected-resource\"\n\
         reason = \"agreed\"\nauthor = \"rita\"\nexpires = \"2025-01-30\"\nresource = \"{resource}\"\n"
    );
    let (policy, catalogue) =
        Policy::parse(&policy, Catalogue::builtin(), &rule_ids().collect()).expect("a policy");
    let report = all(sources(events, vec![]), &catalogue, &Options { policy, ..Options::default() });
    let one = report.findings.iter().find(|one| one.rule_id == "destroy/protected-resource");
    (one.expect("it is found").into_owned(), report)
}

#[test]
fn a_finding_counts_all_of_its_events_and_lists_a_hundred() {
    for count in [99, 100, 101, 250] {
        let (finding, _) = accepting("vol-x", volumes((0..count).map(|number| format!("vol-{number}"))));
        assert_eq!(finding.count, count);
        let ids: Vec<String> = finding.event_ids.iter().map(|id| id.as_str().to_owned()).collect();
        let first: Vec<String> = (0..count.min(100)).map(|number| format!("event-{number:04}")).collect();
        assert_eq!(ids, first);
        let records: Vec<u64> = finding.records.iter().map(|record| record.record).collect();
        assert_eq!(records, (0..count.min(100)).collect::<Vec<_>>());
        assert_eq!(finding.end_time, Some(at(10).plus_seconds(count as i64 - 1)), "of all of them");
    }
}

#[test]
fn a_suppression_of_resources_looks_at_those_that_are_not_listed_too() {
    for count in [100, 101, 250] {
        let mut names: Vec<String> = (0..count).map(|number| format!("vol-a{number}")).collect();
        let (finding, report) = accepting("vol-a*", volumes(names.iter().cloned()));
        assert!(finding.suppression.is_some(), "{count}");
        assert!(report.problems.is_empty());
        // The very last one is another's.
        *names.last_mut().expect("a name") = "vol-b".to_owned();
        let (finding, report) = accepting("vol-a*", volumes(names.into_iter()));
        assert!(finding.suppression.is_none(), "{count}");
        let told: Vec<&str> = report.problems.iter().map(|problem| problem.kind.as_str()).collect();
        assert_eq!(told, ["suppression_without_match"]);
    }
}

/// Event ids are not always one call's: exports of two accounts may share them.
#[test]
fn an_event_id_that_two_calls_share_stands_for_both() {
    let mut events = volumes(["vol-a1", "vol-a2"].map(str::to_owned).into_iter());
    events.push(Event {
        event_id: events[0].event_id.clone(),
        account_id: Some("444455556666".into()),
        evidence: evidence(77),
        ..volumes(["vol-b".to_owned()].into_iter()).remove(0)
    });
    let (_, report) = accepting("vol-a*", events);
    let here = report.findings.iter().filter(|one| one.rule_id == "destroy/protected-resource");
    assert!(here.into_iter().all(|finding| finding.suppression.is_none()));
}

/// Very many callers, one after the other: what is over is let go, unless a call
/// without a time may still belong to it. Either way the same is found.
#[test]
fn what_is_let_go_early_is_found_all_the_same() {
    let one = |number: u64| {
        let mut event = call(number as i64, "cloudtrail", "StopLogging").request(r#"{"name":"t"}"#);
        Arc::make_mut(&mut event.principal).user_name = Some(format!("user-{number}").into());
        event.evidence = evidence(number);
        event
    };
    let events: Vec<Event> = (1..1300).map(one).collect();
    let untimed = Event { time: None, ..one(5000) };
    let told = |events: Vec<Event>| {
        let report = report(events, vec![]);
        let mut findings = report.findings;
        findings.retain(|finding| finding.actor.as_deref() != Some("user-5000"));
        (format!("{findings:?}"), format!("{:?}", report.incidents))
    };
    let without = told(events.clone());
    assert!(without.0.matches("logging/impaired").count() == 1299);
    assert_eq!(without, told(events.into_iter().chain([untimed]).collect()));
}
