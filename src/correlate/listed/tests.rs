//! What exports add to windows, sentence by sentence, and what they do not.

use crate::catalogue::Catalogue;
use crate::model::event::Event;
use crate::model::inventory::{Inventory, InventoryRole};
use crate::model::report::Report;
use crate::model::rfc::RfcRecord;

use super::super::samples::{
    ACCOUNT, DEV, ENABLE_OWN, With, all, archived, at, covering, evidence, minute, role_call, sources, used,
    window_lines,
};
use super::super::{Options, Sources};

/// A role as an IAM export lists it, created at a minute.
fn exported(role: &str, created: i64) -> InventoryRole {
    InventoryRole {
        account_id: ACCOUNT.into(),
        name: role.into(),
        role_id: None,
        arn: None,
        created_at: Some(at(created)),
        last_used_at: None,
        seen_at: None,
        gone_by: None,
        trusted: Default::default(),
        boundary: None,
        evidence: evidence(700),
    }
}

/// A role as AWS Config recorded its deletion by a minute.
fn gone(role: &str, by: i64) -> InventoryRole {
    InventoryRole { created_at: None, gone_by: Some(at(by)), evidence: evidence(701), ..exported(role, 0) }
}

fn with_id(role: InventoryRole, id: &str) -> InventoryRole {
    InventoryRole { role_id: Some(id.into()), ..role }
}

fn report(events: Vec<Event>, records: Vec<RfcRecord>, roles: Vec<InventoryRole>) -> Report {
    let inventory = Inventory { roles, ..Inventory::default() };
    let sources = Sources { inventory, ..sources(events, records) };
    all(sources, &Catalogue::builtin(), &Options::default())
}

#[track_caller]
fn check(events: Vec<Event>, roles: Vec<InventoryRole>, expected: &[&str]) -> Report {
    let report = report(events, vec![], roles);
    assert_eq!(window_lines(&report), expected);
    report
}

fn changes(report: &Report) -> Vec<String> {
    let told = report.timeline.iter().filter(|entry| entry.kind.as_str() == "mode_role_changed");
    told.map(|entry| {
        format!("{} {} {}", entry.time.map_or(-1, minute), entry.summary, entry.window_id.is_some())
    })
    .collect()
}

#[test]
fn an_export_alone_opens_at_its_create_date() {
    let report = check(vec![], vec![exported(DEV, 10)], &["developer 10..… inventory exact unknown []"]);
    let window = &report.windows[0];
    assert_eq!((window.evidence.record, window.opened_by.as_deref()), (700, None));
    assert_eq!(window.landing_zone, Some("malz"));
    assert!(window.authorization_reason.contains("does not cover"), "{}", window.authorization_reason);
    assert!(report.timeline.iter().any(|entry| entry.summary.contains(
        "developer mode opened in account 111122223333: an export states that its role was created then; unknown: "
    )));
}

#[test]
fn an_exact_opening_is_unauthorized_where_rfc_evidence_covers_it() {
    let report = report(vec![], covering(0, 20), vec![exported(DEV, 10)]);
    assert_eq!(window_lines(&report), ["developer 10..… inventory exact unauthorized []"]);
}

#[test]
fn an_export_wins_over_a_later_first_use() {
    check(vec![used(20, DEV)], vec![exported(DEV, 10)], &["developer 10..… inventory exact unknown []"]);
    let before = check(
        vec![used(5, DEV)],
        vec![exported(DEV, 10)],
        &["developer 5..… role_used at_or_before unknown []"],
    );
    assert_eq!(changes(&before), [format!("10 {DEV} was created, as an export tells true")]);
}

#[test]
fn an_rfc_that_holds_the_create_date_authorises() {
    for created in [10, 20] {
        let rfc = vec![archived("rfc-1", ENABLE_OWN, "Success", (5, 15))];
        let report = report(vec![used(40, DEV)], rfc, vec![exported(DEV, created)]);
        let expected = format!("developer {created}..… inventory exact authorized [rfc-1]");
        assert_eq!(window_lines(&report), [expected]);
    }
}

#[test]
fn a_creation_record_of_the_same_fact_wins() {
    let created = || role_call(10, "CreateRole", DEV);
    let same = "developer 10..… role_created exact unknown []";
    for role in [exported(DEV, 10), exported(DEV, 9), exported(DEV, 11)] {
        let report = check(vec![created()], vec![role.clone(), role], &[same]);
        assert_eq!(changes(&report), Vec::<String>::new());
    }
    let named = created().response(r#"{"role":{"roleId":"AROA1"}}"#);
    check(vec![named.clone()], vec![with_id(exported(DEV, 5), "AROA1")], &[same]);
    check(
        vec![named],
        vec![with_id(exported(DEV, 5), "AROA0")],
        &["developer 5..… inventory exact unknown []"],
    );
    check(
        vec![created().error("AccessDenied")],
        vec![exported(DEV, 10)],
        &["developer 10..… inventory exact unknown []"],
    );
}

#[test]
fn a_role_listed_after_its_deletion_was_created_again() {
    let events = || vec![role_call(10, "CreateRole", DEV), role_call(30, "DeleteRole", DEV)];
    let first = "developer 10..30 role_created exact unknown []";
    check(events(), vec![exported(DEV, 40)], &[first, "developer 40..… inventory exact unknown []"]);
    check(events(), vec![exported(DEV, 10)], &[first]);
}

#[test]
fn the_last_use_that_an_export_tells_is_the_least_of_last_seen() {
    let used_last = |role| InventoryRole { last_used_at: Some(at(90)), ..role };
    let one = check(
        vec![role_call(10, "CreateRole", DEV), used(20, DEV)],
        vec![used_last(exported(DEV, 10))],
        &["developer 10..… role_created exact unknown []"],
    );
    assert_eq!(minute(one.windows[0].last_seen_at), 90);
    let closed = check(
        vec![role_call(10, "CreateRole", DEV), role_call(30, "DeleteRole", DEV)],
        vec![used_last(exported(DEV, 10))],
        &["developer 10..30 role_created exact unknown []"],
    );
    assert_eq!(minute(closed.windows[0].last_seen_at), 30);
}

#[test]
fn roles_that_only_look_like_marker_roles_open_nothing() {
    for decoy in [format!("{DEV}X"), format!("Not{DEV}"), format!("{DEV}-acme"), "developer".to_owned()] {
        check(vec![], vec![exported(&decoy, 10), gone(&decoy, 20)], &[]);
    }
    let prefixed = format!("acme-{DEV}");
    check(vec![], vec![exported(&prefixed, 10)], &["developer 10..… inventory exact unknown []"]);
}

#[test]
fn a_deletion_that_only_config_recorded_bounds_the_end_and_dates_none() {
    let report = check(
        vec![role_call(10, "CreateRole", DEV), used(20, DEV)],
        vec![gone(DEV, 50), gone(DEV, 40)],
        &["developer 10..… role_created exact unknown []"],
    );
    let window = &report.windows[0];
    assert_eq!((window.gone_by.map(minute), minute(window.last_seen_at)), (Some(40), 20));
    assert_eq!(changes(&report)[0], format!("40 AWS Config recorded {DEV} as deleted by now true"));
    let open = report.findings.iter().find(|finding| finding.rule_id == "mode/still-open");
    assert!(open.is_some_and(|finding| finding.summary.contains("recorded as gone by 2025-01-10T00:40")));
}

#[test]
fn a_role_created_after_config_saw_it_gone_opens_anew() {
    check(
        vec![role_call(10, "CreateRole", DEV), role_call(60, "CreateRole", DEV)],
        vec![gone(DEV, 40)],
        &["developer 10..… role_created exact unknown []", "developer 60..… role_created exact unknown []"],
    );
}

#[test]
fn a_deletion_record_closes_whatever_config_says() {
    let events = || vec![role_call(10, "CreateRole", DEV), role_call(30, "DeleteRole", DEV)];
    for by in [30, 31, 45] {
        let report =
            check(events(), vec![gone(DEV, by)], &["developer 10..30 role_created exact unknown []"]);
        assert_eq!(report.windows[0].gone_by, None);
    }
    check(events(), vec![gone(DEV, 29)], &["developer 10..30 role_created exact unknown []"]);
}

#[test]
fn the_order_of_rows_changes_nothing() {
    let rows = || {
        vec![
            with_id(exported(DEV, 10), "AROA1"),
            exported(DEV, 10),
            with_id(exported(DEV, 60), "AROA2"),
            gone(DEV, 40),
            with_id(gone(DEV, 41), "AROA1"),
        ]
    };
    let forward = report(vec![used(20, DEV)], vec![], rows());
    let backward = report(vec![used(20, DEV)], vec![], rows().into_iter().rev().collect());
    assert_eq!(format!("{:?}", forward.windows), format!("{:?}", backward.windows));
    assert_eq!(format!("{:?}", forward.timeline), format!("{:?}", backward.timeline));
    assert_eq!(
        window_lines(&forward),
        ["developer 10..… inventory exact unknown []", "developer 60..… inventory exact unknown []"]
    );
}
