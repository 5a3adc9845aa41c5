//! What the head says of whole, empty and cut reports.

use super::*;
use crate::model::count::{counted, grouped};
use crate::model::coverage::CoverageDay;
use crate::model::destructive::DestructiveAction;
use crate::model::event::Outcome;
use crate::model::id::AccountId;
use crate::model::time::Day;
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
        2025-03-03T08:00:00Z to 2025-03-20T18:00:00Z, with evidence on 2 of 36 days counted for each \
        account and region, 1 stretch without evidence in between";
    assert_eq!(head.coverage, format!("Read {extent}."));
    assert_eq!(head.destructive_sentence, format!("No destructive action found in {extent}."));
    assert_eq!(head.windows_sentence, format!("No mode window found in {extent}."));
}

#[test]
fn open_windows_come_first_then_unauthorized_ones_then_those_with_most_destroyed() {
    let mut report = sample::plain();
    let one = report.windows[0].clone();
    let window = |authorization, day: u32, closed: Option<u64>| ModeWindow {
        authorization,
        opened_at: sample::at(&format!("2025-03-{day:02}T00:00:00Z")),
        closed_at: closed.map(|_| sample::at("2025-03-30T00:00:00Z")),
        destructive_actions: closed.unwrap_or(3),
        ..one.clone()
    };
    report.windows = vec![
        window(Authorization::Authorized, 1, None),
        window(Authorization::Authorized, 5, Some(2)),
        window(Authorization::Authorized, 6, Some(9)),
        window(Authorization::Unauthorized, 7, Some(0)),
        window(Authorization::Unknown, 2, None),
        window(Authorization::Unauthorized, 4, None),
        window(Authorization::Unauthorized, 3, None),
    ];
    let head = Headline::of(&report);
    let days: Vec<String> =
        head.ordered_windows.iter().map(|w| w.opened_at.day().to_string()[8..].to_owned()).collect();
    assert_eq!(days, ["03", "04", "02", "01", "07", "06", "05"]);
}

#[test]
fn users_of_a_window_are_named_up_to_a_bound() {
    let mut window = sample::plain().windows[0].clone();
    assert_eq!(users(&window), "jane.roe@example.com, zoe");
    window.actors = ["a", "b", "c", "d", "e", "f"].map(Into::into).into();
    assert_eq!(users(&window), "a, b, c, d, 2 more");
    window.actors.clear();
    assert_eq!(users(&window), "");
}

/// A report in which each of these accounts has records on that one day.
fn one_day_each(days: &[(&str, &str)]) -> Report {
    let mut report = sample::plain();
    let row = report.coverage[0].clone();
    let row = |(account, day): &(&str, &str)| CoverageDay {
        account_id: (*account).into(),
        day: Day::parse(day).expect("a day"),
        until: Day::parse(day).expect("a day"),
        ..row.clone()
    };
    report.coverage = days.iter().map(row).collect();
    report.scope.accounts = days.iter().map(|(account, _)| AccountId::from(*account)).collect();
    let times = days.iter().map(|(_, day)| sample::at(&format!("{day}T12:00:00Z")));
    (report.scope.first_event_time, report.scope.last_event_time) = (times.clone().min(), times.max());
    report
}

#[test]
fn accounts_of_one_day_each_do_not_read_as_covered_months() {
    let report = one_day_each(&[
        ("111122223333", "2024-07-30"),
        ("222233334444", "2024-09-01"),
        ("333344445555", "2024-11-30"),
    ]);
    let head = Headline::of(&report);
    assert!(
        head.coverage.ends_with(
            "from 2024-07-30T12:00:00Z to 2024-11-30T12:00:00Z, with evidence on 3 of 372 days counted for \
             each account and region."
        ),
        "{}",
        head.coverage
    );
    let named = "No evidence on 369 days of an account and region: 111122223333 in eu-west-1 from 2024-07-31 \
                 to 2024-11-30; 333344445555 in eu-west-1 from 2024-07-30 to 2024-11-29; 222233334444 in \
                 eu-west-1 from 2024-09-02 to 2024-11-30 and 1 more stretch; nothing was done there then, or \
                 it cannot be seen.";
    assert!(head.not_covered.iter().any(|told| told == named), "{:?}", head.not_covered);
    let whole = one_day_each(&[("111122223333", "2024-07-30"), ("222233334444", "2024-07-30")]);
    let head = Headline::of(&whole);
    assert!(head.coverage.ends_with("no whole day of an account and region missing in between."));
    assert!(!head.not_covered.join(" ").contains("No evidence on"));
}

#[test]
fn a_gap_between_days_is_named_first_and_a_quiet_day_is_none() {
    let days = [
        ("111122223333", "2025-03-02"),
        ("222233334444", "2025-03-01"),
        ("222233334444", "2025-03-02"),
        ("222233334444", "2025-03-04"),
    ];
    let mut report = one_day_each(&days);
    let head = Headline::of(&report);
    let told = "No evidence on 4 days of an account and region: 222233334444 in eu-west-1 on 2025-03-03; \
                111122223333 in eu-west-1 from 2025-03-03 to 2025-03-04; 111122223333 in eu-west-1 on \
                2025-03-01; nothing was done there then, or it cannot be seen.";
    assert!(head.not_covered.iter().any(|sentence| sentence == told), "{:?}", head.not_covered);
    let quiet = CoverageDay {
        day: Day::parse("2025-03-03").expect("a day"),
        until: Day::parse("2025-03-03").expect("a day"),
        objects: 0,
        quiet: true,
        ..report.coverage[1].clone()
    };
    report.coverage.insert(3, quiet);
    let head = Headline::of(&report);
    assert!(head.coverage.contains("with evidence on 5 of 8 days"), "{}", head.coverage);
    assert!(!head.not_covered.join(" ").contains("2025-03-03;"), "{:?}", head.not_covered);
}

#[test]
fn an_account_known_by_digests_alone_is_listed_and_named_once() {
    let mut report = one_day_each(&[("111122223333", "2025-03-02"), ("222233334444", "2025-03-02")]);
    let Some(digests_only) = report.coverage.get_mut(1) else { panic!("two rows") };
    (digests_only.objects, digests_only.records) = (0, 0);
    let head = Headline::of(&report);
    assert!(head.coverage.contains("with evidence on 1 of 2 days"), "{}", head.coverage);
    let said = head.not_covered.join(" ");
    assert!(said.contains("222233334444 in eu-west-1;") && !said.contains("No evidence on"), "{said}");
    let listed: Vec<_> = head.stretches.iter().map(|one| one.account_id.as_str()).collect();
    assert_eq!(listed, ["222233334444"]);
    assert!(none_lacking(&report).starts_with("Every account"));
    assert!(none_lacking(&Report::default()).starts_with("No record"));
}

#[test]
fn tampering_and_losses_come_after_what_was_left_out_and_are_never_hidden() {
    let mut report = sample::plain();
    report.scope.baseline = "No baseline was given.".to_owned();
    report.scope.selections = (1..=5).map(|n| format!("Left out {n}.")).collect();
    let head = Headline::of(&report);
    let place = |text: &str| {
        head.not_covered.iter().position(|told| told.contains(text)).unwrap_or_else(|| panic!("{text}"))
    };
    assert!(place("Left out 5") < place("not as a digest says"));
    assert!(place("not as a digest says") < place("evidence was lost"));
    for later in ["No evidence on", "without any digest", "No baseline"] {
        assert!(place("evidence was lost") < place(later), "{later}");
    }
    assert_eq!(place("No baseline"), head.not_covered.len() - 1, "what says least comes last");
    for max in [0, 1, 3, 100] {
        let (first, rest) = head.not_covered_first(max);
        assert_eq!(first.len() + rest.len(), head.not_covered.len());
        for grave in ["not as a digest says", "evidence was lost"] {
            assert!(first.iter().any(|told| told.contains(grave)), "{max}: {grave}");
        }
    }
}

#[test]
fn attempts_are_never_destroyed() {
    let mut report = sample::plain();
    report.destructive.retain(|action| action.outcome != Outcome::Succeeded);
    let head = Headline::of(&report);
    assert_eq!(head.destructive.succeeded, 0);
    assert_eq!(head.destructive.irreversible, 0);
    assert!(head.destructive_sentence.starts_with("No destructive action that succeeded found in 5 objects"));
    assert_eq!(head.calls.deadline_count(), 0);
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
    assert!(head.calls.deadline_count() > 0);
    assert_eq!(head.calls.deadlines().count(), head.calls.deadline_count());
    assert!(head.calls.deadlines().is_sorted_by_key(|deadline| (deadline.passed, deadline.until)));
    assert!(head.calls.deadlines().all(|deadline| deadline.action.undone_at.is_none()));
}

#[test]
fn numbers_are_grouped() {
    assert_eq!([0, 999, 1000, 1234567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    assert_eq!(counted(1, "record"), "1 record");
}

#[test]
fn the_time_told_for_decides_which_deadlines_are_open() {
    let mut report = sample::plain();
    let untils: Vec<_> = Headline::of(&report).calls.deadlines().map(|deadline| deadline.until).collect();
    let (first, last) = (*untils.iter().min().expect("one"), *untils.iter().max().expect("one"));
    let all = untils.len();
    let mut open_at = |as_of, given| {
        report.scope.as_of = Some(as_of);
        report.scope.as_of_given = given;
        let head = Headline::of(&report);
        (head.calls.open_deadlines().count(), head.deadlines_sentence.clone().expect("there are deadlines"))
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
fn the_gravest_incidents_come_first_then_those_with_the_nearest_deadline() {
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
    ]
    .into();
    let head = Headline::of(&report);
    let order: Vec<_> = head.incidents.iter().filter_map(|incident| incident.actor.clone()).collect();
    assert_eq!(order, ["later", "critical", "sooner", "low"].map(Into::into));
}

/// A report with such calls alone, each with a deadline.
fn with_deadlines(calls: &[(&str, i64, Severity)]) -> Report {
    let mut report = sample::plain();
    let one = report.destructive.iter().find(|action| action.unresolved_deadline().is_some());
    let one = one.expect("a call with a deadline").into_owned();
    let until = one.recoverable_until.expect("a deadline");
    report.scope.as_of = Some(until);
    report.incidents.clear();
    report.destructive = calls
        .iter()
        .map(|(actor, hours, severity)| DestructiveAction {
            actor: Some((*actor).into()),
            recoverable_until: Some(until.plus_seconds(hours * 3600)),
            resource_count: 2,
            severity: *severity,
            ..one.clone()
        })
        .collect();
    report
}

#[test]
fn equal_deadlines_are_one_and_critical_ones_come_first() {
    let mut report = with_deadlines(&[
        ("ops", 5, Severity::High),
        ("ops", 9, Severity::High),
        ("ops", 5, Severity::High),
        ("eve", 20, Severity::Critical),
        ("bob", 1, Severity::Low),
        ("eve", 30, Severity::Critical),
    ]);
    let told = |head: &Headline<'_>| -> Vec<String> {
        let line = |group: &DeadlineGroup<'_>| {
            format!("{} {}{}", group.action.actor.as_deref().unwrap_or("-"), group.calls, group.more())
        };
        head.act_before.first.iter().map(line).collect()
    };
    let head = Headline::of(&report);
    assert_eq!(
        told(&head),
        [
            "eve 1 and 1 more",
            "eve 1 and 1 more",
            "bob 1 and 1 more",
            "ops 2 and 3 more, in 2 calls",
            "ops 1 and 1 more"
        ]
    );
    let first: Vec<_> = head.act_first(2).iter().filter_map(|group| group.action.actor.as_deref()).collect();
    assert_eq!(first, ["eve", "bob"], "what is soonest is never hidden");
    // A call of a critical incident is critical too.
    let action = report.destructive[1].clone();
    report.incidents = vec![Incident {
        account_id: action.account_id,
        actor: action.actor,
        started_at: action.event_time,
        ended_at: action.event_time,
        severity: Severity::Critical,
        ..sample::plain().incidents[0].clone()
    }]
    .into();
    assert!(told(&Headline::of(&report))[0].starts_with("ops 2"));
}

#[test]
fn what_is_past_its_deadline_is_not_recoverable() {
    let mut report = with_deadlines(&[("ops", 1, Severity::High), ("ops", 2, Severity::High)]);
    let counts = |report: &Report| {
        let head = Headline::of(report);
        assert_eq!(head.destructive.recoverable, head.calls.open_deadlines().count() as u64);
        (head.destructive.recoverable, head.destructive.deadline_passed)
    };
    assert_eq!(counts(&report), (2, 0));
    report.scope.as_of = report.scope.as_of.map(|time| time.plus_seconds(3601));
    assert_eq!(counts(&report), (1, 1));
    report.destructive[0].undone_at = report.scope.as_of;
    assert_eq!(Headline::of(&report).destructive.deadline_passed, 0, "it was undone in time");
}
