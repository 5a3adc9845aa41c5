//! What is new, what is not, and when nothing is called so.

use std::sync::Arc;

use crate::catalogue::Catalogue;
use crate::geoip::GeoIp;
use crate::model::actor::{ActorKey, ActorSeen, Actors, Calls, Span, Trait, Values, network};
use crate::model::event::Event;
use crate::model::principal::Principal;
use crate::model::report::Report;

use super::super::super::samples::{With, all, at, call, sources};
use super::super::super::{Baseline, Options, Sources};

pub(super) const NETWORK: &str = "destroy/network-new-to-actor";
const SERVICE: &str = "intent/service-new-to-actor";
const ACTOR: &str = "destroy/actor-new-to-account";

/// The baseline is the first hundred minutes.
fn times() -> Option<Baseline> {
    Some(Baseline::Times(at(0), at(100)))
}

/// Callers as every record of the dump would tell them.
fn callers(events: &[Event], baseline: Option<&Baseline>) -> Actors {
    let mut actors = Actors::default();
    for event in events {
        let in_baseline = match baseline {
            Some(Baseline::Times(from, to)) => event.time.is_some_and(|time| *from <= time && time < *to),
            Some(Baseline::Callers { .. }) | None => false,
        };
        let span = Span { first: event.time, last: event.time, in_baseline };
        let key = ActorKey::of(&event.principal, event.account_id.as_ref());
        let seen = actors.seen.entry(key).or_default();
        seen.span.merge(span);
        seen.calls.add(Calls { writes: 1, ..Calls::default() });
        let place: Arc<str> = network(event.source_ip.as_deref().unwrap_or_default()).into();
        for (which, value) in [(Trait::Service, event.event_source.clone()), (Trait::Network, place)] {
            seen.values[which as usize].kept.entry(value).or_default().merge(span);
        }
    }
    actors
}

fn run(events: Vec<Event>, baseline: Option<Baseline>, change: impl Fn(&mut Actors)) -> Report {
    let mut actors = callers(&events, baseline.as_ref());
    change(&mut actors);
    let sources = Sources { actors, ..sources(events, vec![]) };
    all(sources, &Catalogue::builtin(), &Options { baseline, ..Options::default() })
}

/// What is found with databases of addresses.
pub(super) fn report_with(events: Vec<Event>, geoip: GeoIp) -> Report {
    let baseline = times();
    let sources = Sources { actors: callers(&events, baseline.as_ref()), ..sources(events, vec![]) };
    all(sources, &Catalogue::builtin(), &Options { baseline, geoip, ..Options::default() })
}

fn found(events: Vec<Event>, baseline: Option<Baseline>) -> Vec<String> {
    of(&run(events, baseline, |_| {}))
}

fn of(report: &Report) -> Vec<String> {
    let new = report.findings.iter().filter(|finding| [NETWORK, SERVICE, ACTOR].contains(&&*finding.rule_id));
    new.map(|finding| finding.rule_id.to_string()).collect()
}

pub(super) fn from(address: &str, event: Event) -> Event {
    Event { source_ip: Some(address.into()), ..event }
}

pub(super) fn terminate(minute: i64) -> Event {
    call(minute, "ec2", "TerminateInstances")
}

/// What `ops` did in the baseline: EC2 from 192.0.2.1.
pub(super) fn before() -> Event {
    call(10, "ec2", "RunInstances")
}

#[test]
fn a_network_is_new_if_the_caller_is_known_and_not_from_there() {
    let far = from("203.0.113.9", terminate(200));
    let report = run(vec![before(), far.clone()], times(), |_| {});
    assert_eq!(of(&report), [NETWORK]);
    let summary = &report.findings.iter().find(|one| one.rule_id == NETWORK).expect("a finding").summary;
    assert!(
        summary.contains("from 203.0.113.0/24, where that caller was not seen in the baseline"),
        "{summary}"
    );
    // Another address of a known network.
    assert!(found(vec![before(), from("192.0.2.200", terminate(200))], times()).is_empty());
    // Known from the baseline, even by one read.
    let read = from("203.0.113.1", call(50, "ec2", "DescribeInstances"));
    assert!(found(vec![before(), read, far.clone()], times()).is_empty());
    // Seen after the baseline only: still new.
    let late = from("203.0.113.1", call(150, "ec2", "DescribeInstances"));
    assert_eq!(found(vec![before(), late, far.clone()], times()), [NETWORK]);
    // Within the baseline, denied, or through a service.
    assert!(found(vec![before(), from("203.0.113.9", terminate(99))], times()).is_empty());
    assert!(found(vec![before(), far.error("AccessDenied")], times()).is_empty());
    assert!(found(vec![before(), from("cloudformation.amazonaws.com", terminate(200))], times()).is_empty());
}

#[test]
fn a_service_is_new_if_the_caller_had_used_others_only() {
    let delete = || call(200, "rds", "DeleteDBInstance");
    assert_eq!(found(vec![before(), delete()], times()), [SERVICE]);
    let used = call(50, "rds", "DescribeDBInstances");
    assert!(found(vec![before(), used, delete()], times()).is_empty());
}

#[test]
fn a_caller_is_new_if_the_baseline_does_not_know_it_in_that_account() {
    let other = Principal {
        identity_type: Some("IAMUser".into()),
        user_name: Some("eve".into()),
        ..Principal::default()
    };
    let by_eve = |minute| terminate(minute).by(other.clone());
    assert_eq!(found(vec![before(), by_eve(200)], times()), [ACTOR]);
    assert!(found(vec![before(), by_eve(20), by_eve(200)], times()).is_empty());
    // Known in another account only.
    let elsewhere = Event { account_id: Some("999999999999".into()), ..by_eve(20) };
    assert_eq!(found(vec![before(), elsewhere, by_eve(200)], times()), [ACTOR]);
    // A service on its own behalf is no such caller.
    let service = Principal {
        identity_type: Some("AWSService".into()),
        invoked_by: Some("autoscaling.amazonaws.com".into()),
        ..Principal::default()
    };
    assert!(found(vec![before(), terminate(200).by(service)], times()).is_empty());
}

#[test]
fn without_a_baseline_nothing_is_new_and_the_report_says_why() {
    let events = || vec![before(), from("203.0.113.9", call(200, "rds", "DeleteDBInstance"))];
    let report = run(events(), None, |_| {});
    assert!(of(&report).is_empty());
    assert!(report.scope.baseline.starts_with("No baseline was given"), "{}", report.scope.baseline);
    let empty = run(events(), Some(Baseline::Times(at(-500), at(-400))), |_| {});
    assert!(of(&empty).is_empty());
    assert!(empty.scope.baseline.starts_with("The baseline is empty"), "{}", empty.scope.baseline);
    let given = run(events(), times(), |_| {});
    assert_eq!(of(&given), [NETWORK, SERVICE]);
    assert_eq!(
        given.scope.baseline,
        "New means: absent in the evidence from 2025-01-10T00:00:00Z until before 2025-01-10T01:40:00Z (1 caller)."
    );
}

#[test]
fn what_did_not_fit_makes_nothing_new() {
    let events = || vec![before(), from("203.0.113.9", terminate(200))];
    let cut = |actors: &mut Actors| {
        for seen in actors.seen.values_mut() {
            seen.values[Trait::Network as usize].cut = true;
        }
    };
    assert!(of(&run(events(), times(), cut)).is_empty());
    let other = Principal { user_name: Some("eve".into()), ..Principal::default() };
    let by_eve = || vec![before(), terminate(200).by(other.clone())];
    assert_eq!(of(&run(by_eve(), times(), |_| {})), [ACTOR]);
    let more = run(by_eve(), times(), |actors| actors.rest = Calls { reads: 1, ..Calls::default() });
    assert!(of(&more).is_empty());
    assert!(more.scope.baseline.ends_with("as it does not name all, no caller is called new."));
}

#[test]
fn an_older_report_is_a_baseline_too() {
    let known = callers(&[before()], None);
    let seen = |seen: &ActorSeen| -> [Values; 5] { seen.values.clone() };
    let older = Baseline::Callers {
        seen: known.seen.iter().map(|(key, one)| (key.clone(), seen(one))).collect(),
        complete: true,
    };
    // All of the evidence is judged, whenever it was.
    let made = found(vec![from("203.0.113.9", terminate(5))], Some(older.clone()));
    assert_eq!(made, [NETWORK]);
    assert!(found(vec![terminate(5)], Some(older)).is_empty());
}
