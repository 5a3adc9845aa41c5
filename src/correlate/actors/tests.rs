//! What mode roles were used for, and which destructive calls count as whose.

use super::super::samples::{ACCOUNT, DEV, With, all, at, call, role_call, sources, wearing};
use super::super::{Options, Selection, Sources};
use crate::catalogue::Catalogue;
use crate::model::actor::{ActorKey, ActorSeen, Actors, Calls, Span};
use crate::model::event::Event;
use crate::model::report::Report;

fn report(events: Vec<Event>, options: &Options) -> Report {
    let mut actors = Actors::default();
    for event in &events {
        let key = ActorKey::of(&event.principal, event.account_id.as_ref());
        let seen: &mut ActorSeen = actors.seen.entry(key).or_default();
        seen.calls.add(Calls { writes: 1, ..Calls::default() });
        seen.span.merge(Span { first: event.time, last: event.time, in_baseline: false });
    }
    all(Sources { actors, ..sources(events, vec![]) }, &Catalogue::builtin(), options)
}

fn story() -> Vec<Event> {
    let mode = || wearing(DEV, "ASIADEV", Some(10));
    vec![
        role_call(0, "CreateRole", DEV),
        call(20, "ec2", "DescribeInstances").by(mode()),
        call(21, "ec2", "TerminateInstances").by(mode()),
        call(22, "ec2", "TerminateInstances").by(mode()).error("Client.UnauthorizedOperation"),
        // Not the mode's: the same call by somebody else.
        call(23, "ec2", "TerminateInstances"),
        role_call(30, "DeleteRole", DEV),
    ]
}

#[test]
fn a_mode_role_is_told_with_every_call_it_was_used_for_and_no_other() {
    let report = report(story(), &Options::default());
    let told: Vec<String> = report
        .mode_usage
        .iter()
        .map(|row| {
            let minutes = row.span.last.map_or(0, |last| (last.seconds() - at(0).seconds()) / 60);
            format!("{} {} {} {} {}", row.role_name, row.event_name, row.calls, row.denied, minutes)
        })
        .collect();
    assert_eq!(told, [format!("{DEV} DescribeInstances 1 0 20"), format!("{DEV} TerminateInstances 2 1 22")]);
    assert!(report.mode_usage.iter().all(|row| row.account_id.as_str() == ACCOUNT));
}

#[test]
fn destructive_calls_that_succeeded_count_for_the_caller_of_their_record() {
    let report = report(story(), &Options::default());
    let told: Vec<(&str, &str, u64)> =
        report.actors.iter().map(|row| (&*row.key.actor, &*row.key.role_name, row.destructive)).collect();
    // `ops` deletes the role and terminates once.
    assert_eq!(told.len(), 2);
    assert!(told.contains(&("ops", "", 2)), "{told:?}");
    assert!(told.iter().any(|(_, role, count)| *role == DEV && *count == 1), "{told:?}");
}

#[test]
fn the_selection_leaves_out_callers_of_other_times_and_accounts() {
    let times = Selection { times: (Some(at(24)), None), ..Selection::default() };
    let late = report(story(), &Options { selection: times, ..Options::default() });
    let names: Vec<&str> = late.actors.iter().map(|row| &*row.key.actor).collect();
    assert_eq!(names, ["ops"]);
    assert!(late.mode_usage.is_empty());
    let other = Selection { accounts: ["999999999999".into()].into(), ..Selection::default() };
    let none = report(story(), &Options { selection: other, ..Options::default() });
    assert!(none.actors.is_empty() && none.mode_usage.is_empty());
}

#[test]
fn callers_that_did_not_fit_are_a_problem() {
    let rest = Calls { reads: 1, writes: 4, denied: 0 };
    let sources = Sources { actors: Actors { rest, ..Actors::default() }, ..Sources::default() };
    let report = all(sources, &Catalogue::builtin(), &Options::default());
    let told: Vec<&str> = report.problems.iter().map(|problem| problem.kind.as_str()).collect();
    assert_eq!(told, ["actors_left_out"]);
    assert!(report.problems[0].detail.contains("5 calls of those"), "{}", report.problems[0].detail);
    let fine = all(Sources::default(), &Catalogue::builtin(), &Options::default());
    assert!(fine.problems.is_empty());
}
