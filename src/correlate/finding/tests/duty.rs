//! Claims about modes, RFCs and sessions: each made once, and its near misses.

use std::sync::Arc;

use crate::catalogue::Catalogue;
use crate::model::event::Event;
use crate::model::finding::Finding;
use crate::model::rfc::RfcRecord;
use crate::model::time::Day;

use super::super::super::Options;
use super::super::super::samples::{
    DEV, ENABLE_OWN, With, all, archived, at, call, covered_day, minute, report, role_call, sources, wearing,
};

/// The findings of one rule.
fn found(rule: &str, events: Vec<Event>, rfcs: Vec<RfcRecord>) -> Vec<Finding> {
    let mut findings = report(events, rfcs).findings;
    findings.retain(|finding| finding.rule_id == rule);
    findings.into()
}

fn arn(person: &str) -> Option<Arc<str>> {
    Some(Arc::from(format!("arn:aws:sts::111122223333:assumed-role/R/{person}")))
}

/// Opened by RFC at minute 10; `alice` uses it at minute 20.
fn opened_and_used() -> Vec<Event> {
    let used = call(20, "ec2", "RunInstances").by(wearing(DEV, "ASIA1", Some(19)));
    vec![role_call(10, "CreateRole", DEV), used]
}

/// An enabling RFC of that requester and approver, run by a person or by itself.
fn asked(by: &str, approved_by: Option<&str>, automation: &str) -> RfcRecord {
    RfcRecord {
        created_by: arn(by),
        approved_by: approved_by.and_then(arn),
        automation: Some(automation.into()),
        ..archived("rfc-1", ENABLE_OWN, "Success", (5, 15))
    }
}

#[test]
fn one_person_in_two_duties_is_found_and_two_persons_are_not() {
    let found = |rfc| found("mode/one-person", opened_and_used(), vec![rfc]);
    let all_three = found(asked("alice", Some("alice"), "Manual"));
    assert_eq!(all_three.len(), 1);
    assert_eq!(all_three[0].severity.as_str(), "high");
    assert_eq!(
        all_three[0].summary,
        "alice requested, approved and used developer mode in account 111122223333 (RFC rfc-1)"
    );
    assert_eq!(all_three[0].actor.as_deref(), Some("alice"));
    let own = found(asked("rita", Some("rita"), "Manual"));
    assert!(own[0].summary.starts_with("rita requested and approved developer mode"), "{}", own[0].summary);
    let unapproved = found(asked("alice", None, "Automated"));
    assert_eq!((unapproved.len(), unapproved[0].severity.as_str()), (1, "medium"));
    assert!(found(asked("alice", Some("bob"), "Manual")).is_empty(), "another approved");
    assert!(found(asked("alice", None, "Manual")).is_empty(), "a person of AMS ran it");
    assert!(found(asked("rita", None, "Automated")).is_empty(), "another used it");
    let approved =
        RfcRecord { customer_approval: Some("Approved".into()), ..asked("alice", None, "Automated") };
    assert!(found(approved).is_empty(), "somebody approved");
}

#[test]
fn a_mode_that_opened_though_its_rfc_was_refused_is_found() {
    let events = || vec![role_call(10, "CreateRole", DEV)];
    let found = |rfcs| found("mode/opened-though-refused", events(), rfcs);
    for status in ["Rejected", "Canceled", "Failure"] {
        let made = found(vec![archived("rfc-1", ENABLE_OWN, status, (5, 15))]);
        assert_eq!(made.len(), 1, "{status}");
        assert!(made[0].summary.ends_with(&format!("RFC rfc-1 ({status})")), "{}", made[0].summary);
    }
    let refused = || archived("rfc-1", ENABLE_OWN, "Rejected", (5, 15));
    assert!(found(vec![archived("rfc-2", ENABLE_OWN, "Success", (5, 15))]).is_empty());
    assert!(found(vec![refused(), archived("rfc-2", ENABLE_OWN, "Success", (5, 15))]).is_empty());
    assert!(found(vec![RfcRecord { account_id: Some("999999999999".into()), ..refused() }]).is_empty());
}

/// A window from day 0 whose last use is on one day and whose end on another;
/// evidence of every day but one, if one is missing.
fn left_open(used: Option<i64>, closed: i64, missing: Option<i64>) -> usize {
    let day = 24 * 60;
    let mut events = vec![role_call(10, "CreateRole", DEV), role_call(closed * day + 10, "DeleteRole", DEV)];
    events.extend(
        used.map(|on| {
            call(on * day + 10, "ec2", "RunInstances").by(wearing(DEV, "ASIA1", Some(on * day + 9)))
        }),
    );
    let mut sources = sources(events, vec![]);
    let days = (0..=closed).filter(|day| Some(*day) != missing);
    sources.coverage = days.map(|day| covered_day("us-east-1", Day(at(0).day().0 + day), 1)).collect();
    let findings = all(sources, &Catalogue::builtin(), &Options::default()).findings;
    findings.iter().filter(|finding| finding.rule_id == "mode/unused").count()
}

#[test]
fn a_mode_left_open_without_use_is_found_where_every_day_was_read() {
    assert_eq!(left_open(None, 14, None), 1);
    assert_eq!(left_open(Some(6), 20, None), 1);
    assert_eq!(left_open(None, 13, None), 0, "not yet");
    assert_eq!(left_open(Some(7), 20, None), 0, "used since");
    assert_eq!(left_open(None, 14, Some(5)), 0, "it may have been used that day");
}

#[test]
fn a_change_of_the_open_role_is_found_but_for_its_setting_up() {
    let change = |minute: i64, name: &str| role_call(minute, name, DEV);
    let found = |changes: Vec<Event>| {
        let events = [vec![role_call(10, "CreateRole", DEV)], changes].concat();
        found("mode/role-changed", events, vec![])
    };
    let by_eve = |minute: i64| {
        let mut event = change(minute, "UpdateAssumeRolePolicy");
        Arc::make_mut(&mut event.principal).arn = Some("arn:aws:iam::111122223333:user/eve".into());
        Arc::make_mut(&mut event.principal).user_name = Some("eve".into());
        event
    };
    let made = found(vec![by_eve(15), change(100, "AttachRolePolicy")]);
    assert_eq!((made.len(), made[0].count, made[0].actor.as_deref()), (1, 2, Some("eve")));
    assert!(found(vec![change(11, "AttachRolePolicy")]).is_empty(), "its creator sets it up");
    assert!(found(vec![change(100, "TagRole")]).is_empty(), "a tag allows nothing");
    assert!(found(vec![change(100, "AttachRolePolicy").error("AccessDenied")]).is_empty());
    assert!(found(vec![role_call(100, "AttachRolePolicy", "other")]).is_empty());
}

#[test]
fn what_a_mode_session_makes_without_the_boundary_is_found() {
    let request = |boundary: &str| {
        let policy = format!("arn:aws:iam::111122223333:policy/{boundary}");
        format!(r#"{{"roleName":"worker","permissionsBoundary":"{policy}"}}"#)
    };
    let found = |event: Event| {
        let events = vec![role_call(1, "CreateRole", DEV), event.by(wearing(DEV, "ASIA1", Some(2)))];
        found("mode/no-boundary", events, vec![])
    };
    let create = |request: &str| call(5, "iam", "CreateRole").request(request);
    let made = found(create(r#"{"roleName":"worker"}"#));
    assert_eq!(made.len(), 1);
    assert!(made[0].summary.ends_with("CreateRole worker"), "{}", made[0].summary);
    assert_eq!(found(create(&request("own-boundary"))).len(), 1);
    assert_eq!(
        found(call(5, "iam", "DeleteRolePermissionsBoundary").request(r#"{"roleName":"w"}"#)).len(),
        1
    );
    assert!(found(create(&request("AWSManagedServicesDevelopmentRolePermissionsBoundary"))).is_empty());
    assert!(found(create(r#"{"roleName":"worker"}"#).error("AccessDenied")).is_empty());
    assert!(found(call(5, "iam", "CreateRole")).is_empty(), "its parameters were not recorded");
    let outside = vec![role_call(1, "CreateRole", DEV), role_call(5, "CreateRole", "worker")];
    assert!(super::rules(&report(outside, vec![])).iter().all(|rule| *rule != "mode/no-boundary"));
}

#[test]
fn contradictions_about_rfcs_that_matter_are_found() {
    let found = |change_type: &str, status: &str| {
        let one = archived("rfc-1", change_type, "Success", (5, 15));
        let other = archived("rfc-1", change_type, status, (5, 15));
        found("rfc/contradiction", vec![], vec![one, other])
    };
    let made = found(ENABLE_OWN, "Rejected");
    assert_eq!((made.len(), made[0].count), (1, 1));
    assert!(made[0].summary.contains("disagree on status"), "{}", made[0].summary);
    assert!(found(ENABLE_OWN, "Success").is_empty());
    assert!(found("ct-0000000000000", "Rejected").is_empty(), "it opens and destroys nothing");
}

/// One call of a session a minute, from these addresses in turn.
fn from_addresses(addresses: &[&str]) -> Vec<Finding> {
    let calls = addresses.iter().enumerate().map(|(number, address)| {
        let minute = 5 + number as i64;
        let event = call(minute, "ec2", "RunInstances").by(wearing(DEV, "ASIA1", Some(2)));
        Event { source_ip: Some((*address).into()), ..event }
    });
    let events = std::iter::once(role_call(1, "CreateRole", DEV)).chain(calls).collect();
    found("session/two-places", events, vec![])
}

#[test]
fn credentials_used_in_turns_from_two_networks_are_found() {
    let made = from_addresses(&["192.0.2.1", "198.51.100.7", "192.0.2.9"]);
    assert_eq!(made.len(), 1);
    assert_eq!((made[0].time.map(minute), made[0].end_time.map(minute)), (Some(5), Some(7)));
    assert_eq!(made[0].event_ids.len(), 3);
    assert_eq!(from_addresses(&["2001:db8::1", "198.51.100.7", "2001:db8::2"]).len(), 1);
    let misses: [&[&str]; 4] = [
        &["192.0.2.1", "198.51.100.7", "198.51.100.7"],
        &["192.0.2.1", "192.0.77.1", "192.0.2.1"],
        &["192.0.2.1", "cloudformation.amazonaws.com", "192.0.2.1"],
        &["192.0.2.1", "198.51.100.7", "198.51.100.7", "203.0.113.5"],
    ];
    for miss in misses {
        assert!(from_addresses(miss).is_empty(), "{miss:?}");
    }
    let mut slow = vec!["192.0.2.1"; 1];
    slow.extend(["198.51.100.7"; 10]);
    slow.push("192.0.2.1");
    assert!(from_addresses(&slow).is_empty(), "more than minutes lie between");
}
