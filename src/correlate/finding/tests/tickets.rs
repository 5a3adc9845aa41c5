//! Claims about change tickets, and the authorization that they give: each made
//! once, and its near misses.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::catalogue::Catalogue;
use crate::model::event::Event;
use crate::model::evidence::ObjectPath;
use crate::model::finding::Finding;
use crate::model::id::{AccountId, ModeName};
use crate::model::report::Report;
use crate::model::rfc::{RfcRecord, RfcSource};
use crate::model::ticket::{Ticket, TicketCover, TicketEntry};

use super::super::super::Options;
use super::super::super::samples::{
    ACCOUNT, ENABLE_OWN, With, all, archived, at, call, role_call, sources, sources_in, wearing, window_lines,
};

const ROLE: &str = "BreakGlassAdmin";
const MODES: &str = "[[mode]]\nname = \"break_glass\"\nrole = [{ name = \"BreakGlassAdmin\" }]\n";

fn modes() -> BTreeSet<ModeName> {
    BTreeSet::from([ModeName::new("break_glass")])
}

/// A ticket of `ACCOUNT`, for these minutes and actions.
fn ticket(id: &str, minutes: (i64, i64), actions: &[&str]) -> RfcRecord {
    let entry = TicketEntry {
        from: at(minutes.0),
        to: at(minutes.1),
        accounts: BTreeSet::from([AccountId::from(ACCOUNT)]),
        actions: actions.iter().map(|action| Arc::from(*action)).collect(),
    };
    RfcRecord {
        source: RfcSource::Ticket,
        last_modified_at: None,
        change_type_id: None,
        change_type_version: None,
        status: None,
        account_id: None,
        created_by: Some("rita".into()),
        created_at: None,
        approved_by: Some("omar".into()),
        actual: (None, None),
        ticket: Some(Ticket { modes: modes(), entries: vec![entry] }),
        ..archived(id, "ct-0000000000000", "Success", (0, 0))
    }
}

fn elsewhere(mut record: RfcRecord) -> RfcRecord {
    for entry in record.ticket.iter_mut().flat_map(|ticket| &mut ticket.entries) {
        entry.accounts = BTreeSet::from([AccountId::from("999999999999")]);
    }
    record
}

/// The report, with a file of tickets that is complete for these minutes.
fn report(events: Vec<Event>, tickets: Vec<RfcRecord>, complete: Option<(i64, i64)>) -> Report {
    let catalogue = Catalogue::builtin().with_modes(MODES).expect("a mode");
    let mut sources = sources_in(&catalogue, events, tickets);
    sources.ticket_covers = vec![cover(complete, Vec::new())];
    all(sources, &catalogue, &Options::default())
}

fn cover(complete: Option<(i64, i64)>, unread: Vec<Option<BTreeSet<AccountId>>>) -> TicketCover {
    let complete = complete.map(|(from, to)| (at(from), at(to)));
    TicketCover { file: ObjectPath::new("policy:t.csv"), modes: modes(), complete, unread }
}

fn of_rule(report: Report, rule: &str) -> Vec<Finding> {
    report.findings.into_iter().filter(|finding| finding.rule_id == *rule).collect()
}

fn opened(minute: i64) -> Event {
    role_call(minute, "CreateRole", ROLE)
}

fn did(minute: i64, service: &str, name: &'static str) -> Event {
    call(minute, service, name).by(wearing(ROLE, "ASIA1", Some(11)))
}

#[track_caller]
fn authorization(tickets: Vec<RfcRecord>, complete: Option<(i64, i64)>) -> (String, String) {
    let report = report(vec![opened(10)], tickets, complete);
    let row = &report.windows[0];
    (row.authorization.as_str().to_owned(), row.authorization_reason.clone())
}

#[test]
fn a_ticket_allows_what_its_times_hold_to_the_second() {
    let whole = Some((0, 100));
    let word = |tickets, complete| authorization(tickets, complete).0;
    assert_eq!(word(vec![ticket("C", (10, 20), &[])], whole), "authorized", "its beginning is included");
    assert_eq!(word(vec![ticket("C", (5, 10), &[])], whole), "unauthorized", "its end is not");
    assert_eq!(word(vec![ticket("C", (11, 20), &[])], whole), "unauthorized", "it came later");
    assert_eq!(word(vec![elsewhere(ticket("C", (10, 20), &[]))], whole), "unauthorized", "another account");
    assert_eq!(word(vec![], whole), "unauthorized");
    assert_eq!(word(vec![], Some((11, 100))), "unknown", "the file is not complete then");
    assert_eq!(word(vec![], None), "unknown", "nobody said that it is complete");
    assert_eq!(word(vec![ticket("C", (10, 20), &[])], None), "authorized", "a ticket needs no completeness");
    let unapproved = RfcRecord { approved_by: None, ..ticket("C", (10, 20), &[]) };
    assert_eq!(word(vec![unapproved], whole), "unknown");
}

#[test]
fn the_reason_names_tickets_that_are_near() {
    let (_, why) = authorization(
        vec![ticket("OLD", (1, 2), &[]), ticket("LAST", (3, 4), &[]), ticket("NEXT", (12, 13), &[])],
        Some((0, 100)),
    );
    assert!(!why.contains("OLD") && why.contains("ticket LAST (") && why.contains("ticket NEXT ("), "{why}");
    let far = 8 * 24 * 60;
    let (_, why) = authorization(vec![ticket("FAR", (10 + far, 20 + far), &[])], Some((0, 100)));
    assert!(!why.contains("FAR"), "{why}");
}

#[test]
fn a_row_that_could_not_be_read_leaves_its_accounts_in_doubt() {
    let word = |unread| {
        let mut sources = sources(vec![opened(10)], vec![]);
        sources.ticket_covers = vec![cover(Some((0, 100)), vec![unread])];
        let catalogue = Catalogue::builtin().with_modes(MODES).expect("a mode");
        all(sources, &catalogue, &Options::default()).windows[0].authorization.as_str()
    };
    assert_eq!(word(None), "unknown");
    assert_eq!(word(Some(BTreeSet::from([AccountId::from(ACCOUNT)]))), "unknown");
    assert_eq!(word(Some(BTreeSet::from([AccountId::from("999999999999")]))), "unauthorized");
}

#[test]
fn rows_of_one_id_add_up_and_a_ticket_is_no_rfc() {
    let rows = vec![ticket("C", (1, 2), &[]), ticket("C", (9, 12), &[]), ticket("C", (1, 2), &[])];
    let made = report(vec![opened(10)], rows, None);
    assert_eq!(window_lines(&made), ["break_glass 10..… role_created exact authorized [C]"]);
    let [rfc] = made.rfcs.as_slice() else { panic!("one ticket") };
    assert_eq!((rfc.requested_start, rfc.requested_end), (Some(at(1)), Some(at(12))));
    assert_eq!(rfc.ticket.as_ref().map(|ticket| ticket.entries.len()), Some(2));
    assert!(made.problems.is_empty(), "{:?}", made.problems);

    let other = RfcRecord { created_by: Some("eve".into()), ..ticket("C", (1, 2), &[]) };
    let made = report(vec![opened(10)], vec![ticket("C", (9, 12), &[]), other], None);
    assert_eq!(made.rfcs[0].conflicts, ["created_by"]);
    assert!(made.problems[0].detail.starts_with("rows of ticket C disagree on created_by"));

    let rfc = archived("C", ENABLE_OWN, "Success", (5, 15));
    let made = report(vec![opened(10)], vec![ticket("C", (9, 12), &[]), rfc], None);
    assert_eq!(window_lines(&made)[1], "developer 15..… rfc_completed at_or_before authorized [C]");
    assert_eq!(window_lines(&made)[0], "break_glass 10..… role_created exact unknown []");
    assert_eq!(made.problems[0].kind.as_str(), "ticket_like_rfc");
}

#[test]
fn calls_beyond_a_ticket_are_found_and_reads_and_attempts_are_not() {
    let found = |events: Vec<Event>, tickets| {
        let events = [vec![opened(10)], events].concat();
        of_rule(report(events, tickets, Some((0, 100))), "mode/beyond-ticket")
    };
    let limited = || vec![ticket("C", (10, 20), &["rds:Reboot*", "TerminateInstances"])];
    let made = found(
        vec![
            did(12, "rds", "RebootDBInstance"),
            did(13, "rds", "DeleteDBInstance"),
            did(21, "ec2", "RunInstances"),
        ],
        limited(),
    );
    let [claim] = made.as_slice() else { panic!("{made:?}") };
    assert_eq!(
        claim.summary,
        "alice made 2 calls (DeleteDBInstance, RunInstances) in break_glass mode in account 111122223333 \
         beyond its tickets: 1 at a time that no ticket holds, 1 that ticket C does not list"
    );
    assert_eq!((claim.count, claim.actor.as_deref(), claim.rfc_ids.len()), (2, Some("alice"), 1));
    assert_eq!((claim.time, claim.end_time), (Some(at(13)), Some(at(21))));
    assert!(
        found(vec![did(12, "rds", "rebootdbinstance"), did(13, "ec2", "TerminateInstances")], limited())
            .is_empty()
    );
    assert_eq!(found(vec![did(13, "ec2", "RebootInstances")], limited()).len(), 1, "another service");
    assert!(found(vec![did(13, "rds", "DescribeDBInstances")], limited()).is_empty(), "a read");
    assert!(found(vec![did(13, "rds", "DeleteDBInstance").error("AccessDenied")], limited()).is_empty());
    assert!(found(vec![did(13, "rds", "DeleteDBInstance")], vec![ticket("C", (10, 20), &[])]).is_empty());
    let two = vec![ticket("C", (10, 20), &["rds:*"]), ticket("D", (13, 30), &["ec2:*"])];
    assert!(found(vec![did(14, "ec2", "RunInstances"), did(25, "ec2", "RunInstances")], two).is_empty());
    assert!(
        found(vec![did(13, "rds", "DeleteDBInstance")], vec![]).is_empty(),
        "the opening itself is found"
    );
}

/// The role was there before: nothing shows its opening.
#[test]
fn a_standing_role_is_judged_call_by_call_where_the_tickets_are_complete() {
    let events = || vec![did(12, "rds", "RebootDBInstance"), did(40, "rds", "RebootDBInstance")];
    let found = |complete| {
        let made = report(events(), vec![ticket("C", (30, 50), &[])], complete);
        assert_eq!(made.windows[0].authorization.as_str(), "unknown");
        of_rule(made, "mode/beyond-ticket").iter().map(|claim| claim.count).collect::<Vec<_>>()
    };
    assert_eq!(found(Some((0, 100))), [1]);
    assert!(found(None).is_empty());
    assert!(found(Some((13, 100))).is_empty());
    let open = report(events(), vec![ticket("C", (10, 20), &[])], Some((0, 100)));
    assert!(of_rule(open, "mode/open-too-long").is_empty(), "it stands for good");
}

#[test]
fn a_mode_that_outlives_its_tickets_is_open_too_long() {
    let found = |tickets, closed: Option<i64>| {
        let end = closed.map(|minute| role_call(minute, "DeleteRole", ROLE));
        let events = [opened(10), call(60, "ec2", "RunInstances")].into_iter().chain(end).collect();
        of_rule(report(events, tickets, None), "mode/open-too-long")
    };
    let made = found(vec![ticket("C", (10, 20), &[])], Some(30));
    assert_eq!((made.len(), made[0].severity.as_str()), (1, "medium"));
    assert!(
        made[0].summary.ends_with("20 min; ticket C allows it until 2025-01-10T00:20:00Z"),
        "{}",
        made[0].summary
    );
    assert!(found(vec![ticket("C", (10, 20), &[])], Some(20)).is_empty(), "to the minute");
    assert!(found(vec![ticket("C", (10, 20), &[]), ticket("D", (19, 30), &[])], Some(30)).is_empty());
    assert_eq!(
        found(vec![ticket("C", (10, 20), &[]), ticket("D", (21, 30), &[])], Some(30)).len(),
        1,
        "a gap"
    );
    assert_eq!(found(vec![ticket("C", (10, 20), &[])], None)[0].severity.as_str(), "low", "no end is seen");
}

#[test]
fn one_person_and_no_approver_are_found_for_tickets() {
    let found = |by: &str, approver: Option<&str>| {
        let ticket = RfcRecord {
            created_by: Some(by.into()),
            approved_by: approver.map(Arc::from),
            ..ticket("C", (10, 20), &[])
        };
        let events = vec![opened(10), did(12, "rds", "RebootDBInstance")];
        of_rule(report(events, vec![ticket], None), "mode/one-person")
    };
    let made = found("alice", Some("alice"));
    assert!(made[0].summary.starts_with("alice requested, approved and used break_glass mode"));
    assert!(made[0].summary.ends_with("(ticket C)"), "{}", made[0].summary);
    assert_eq!(found("alice", None)[0].severity.as_str(), "medium");
    assert!(found("alice", Some("omar")).is_empty(), "another approved");
    assert!(found("rita", None).is_empty(), "another used it");
}
