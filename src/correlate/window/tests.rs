//! One test a sentence of the contract on windows and their authorization.

use std::sync::Arc;

use crate::catalogue::Catalogue;
use crate::model::event::Event;
use crate::model::rfc::{RfcRecord, RfcSource};
use crate::model::time::Day;

use super::super::Options;
use super::super::samples::{
    ACCOUNT, DEV, ENABLE_DCM, ENABLE_FOR, ENABLE_OWN, With, all, archived, assumed, at, call, covered_day,
    covering, report, role_call, sources, used, wearing, window_lines,
};

const ADMIN: &str = "AWSManagedServicesCloudFormationAdminRole";
const UPDATE: &str = "AWSManagedServicesUpdateRole";

fn created(minute: i64) -> Event {
    role_call(minute, "CreateRole", DEV)
}

fn deleted(minute: i64) -> Event {
    role_call(minute, "DeleteRole", DEV)
}

#[track_caller]
fn check(events: Vec<Event>, records: Vec<RfcRecord>, expected: &[&str]) {
    assert_eq!(window_lines(&report(events, records)), expected);
}

#[test]
fn a_creation_opens_and_the_last_deletion_closes() {
    check(
        vec![created(10), used(20, DEV), deleted(30)],
        vec![],
        &["developer 10..30 role_created exact unknown []"],
    );
    check(vec![created(10)], vec![], &["developer 10..… role_created exact unknown []"]);
}

#[test]
fn failed_calls_open_close_and_use_nothing() {
    let failed = |event: Event| event.error("AccessDenied");
    check(vec![failed(created(10)), failed(deleted(20)), failed(assumed(30, DEV, "ASIA1"))], vec![], &[]);
    check(
        vec![created(10), failed(deleted(20)), assumed(30, DEV, "ASIA1")],
        vec![],
        &["developer 10..… role_created exact unknown []"],
    );
}

#[test]
fn a_use_opens_where_no_creation_was_seen() {
    check(vec![used(20, DEV)], vec![], &["developer 20..… role_used at_or_before unknown []"]);
    check(vec![assumed(20, DEV, "ASIA1")], vec![], &["developer 20..… role_used at_or_before unknown []"]);
    let denied = used(20, DEV).error("AccessDenied");
    check(vec![denied], vec![], &["developer 20..… role_used at_or_before unknown []"]);
}

#[test]
fn a_use_before_the_creation_shows_an_earlier_opening() {
    check(vec![used(5, DEV), created(10)], vec![], &["developer 5..… role_used at_or_before unknown []"]);
    check(vec![used(10, DEV), created(10)], vec![], &["developer 10..… role_created exact unknown []"]);
}

#[test]
fn an_rfc_end_opens_only_where_the_creation_was_not_seen() {
    let rfc = || vec![archived("rfc-1", ENABLE_OWN, "Success", (5, 15))];
    check(vec![], rfc(), &["developer 15..… rfc_completed at_or_before authorized [rfc-1]"]);
    check(vec![used(40, DEV)], rfc(), &["developer 15..… rfc_completed at_or_before authorized [rfc-1]"]);
    check(vec![created(10)], rfc(), &["developer 10..… role_created exact authorized [rfc-1]"]);
    check(vec![created(20)], rfc(), &["developer 20..… role_created exact authorized [rfc-1]"]);
    check(
        vec![used(18, DEV), created(20)],
        rfc(),
        &["developer 15..… rfc_completed at_or_before authorized [rfc-1]"],
    );
    check(
        vec![used(2, DEV), created(20)],
        rfc(),
        &["developer 2..… role_used at_or_before authorized [rfc-1]"],
    );
}

#[test]
fn no_rfc_closes_and_a_failed_one_opens_nothing() {
    check(vec![], vec![archived("rfc-1", ENABLE_OWN, "Failure", (5, 15))], &[]);
    check(vec![], vec![archived("rfc-1", ENABLE_OWN, "InProgress", (5, 15))], &[]);
}

#[test]
fn a_deletion_with_nothing_before_it_is_a_window_of_one_instant() {
    check(vec![deleted(30)], vec![], &["developer 30..30 role_deleted at_or_before unknown []"]);
}

#[test]
fn a_mode_opens_again_after_a_close_but_not_by_stray_calls() {
    let stray = call(35, "ec2", "RunInstances").by(wearing(DEV, "ASIA20", Some(20))).error("AccessDenied");
    let undated_stray = call(36, "ec2", "RunInstances").by(wearing(DEV, "ASIA36", None));
    check(
        vec![created(10), used(20, DEV), deleted(30), stray, undated_stray],
        vec![],
        &["developer 10..30 role_created exact unknown []"],
    );
    check(
        vec![created(10), deleted(30), used(40, DEV), deleted(50), created(60)],
        vec![],
        &[
            "developer 10..30 role_created exact unknown []",
            "developer 40..50 role_used at_or_before unknown []",
            "developer 60..… role_created exact unknown []",
        ],
    );
}

#[test]
fn an_rfc_that_ends_after_the_close_belongs_to_the_closed_window() {
    let rfc = vec![archived("rfc-1", ENABLE_OWN, "Success", (5, 40))];
    check(vec![created(10), deleted(30)], rfc, &["developer 10..30 role_created exact authorized [rfc-1]"]);
}

#[test]
fn direct_change_mode_is_open_while_one_of_its_roles_is_there() {
    let role = role_call;
    check(
        vec![
            role(10, "CreateRole", ADMIN),
            role(11, "CreateRole", UPDATE),
            role(30, "DeleteRole", ADMIN),
            role(40, "DeleteRole", UPDATE),
        ],
        vec![],
        &["direct_change 10..40 role_created exact unknown []"],
    );
    let rfc = || vec![archived("rfc-1", ENABLE_DCM, "Success", (5, 15))];
    check(
        vec![used(20, ADMIN), role(30, "DeleteRole", ADMIN)],
        rfc(),
        &["direct_change 15..… rfc_completed at_or_before authorized [rfc-1]"],
    );
    check(
        vec![used(20, ADMIN), role(30, "DeleteRole", ADMIN), role(31, "DeleteRole", UPDATE)],
        vec![],
        &["direct_change 20..31 role_used at_or_before unknown []"],
    );
}

#[test]
fn roles_match_on_their_last_segment_exactly_or_with_a_prefix() {
    let prefixed = format!("acme-{DEV}");
    let report_of = report(vec![role_call(10, "CreateRole", &prefixed), used(20, &prefixed)], vec![]);
    assert_eq!(window_lines(&report_of), ["developer 10..… role_created exact unknown []"]);
    assert!(report_of.windows[0].role_names.contains(prefixed.as_str()));
    assert_eq!(report_of.windows[0].landing_zone, Some("malz"));
    for decoy in [format!("{DEV}X"), format!("Not{DEV}"), format!("{DEV}-acme"), "customer_x_role".to_owned()]
    {
        check(
            vec![role_call(10, "CreateRole", &decoy), used(20, &decoy), assumed(30, &decoy, "A")],
            vec![],
            &[],
        );
    }
}

#[test]
fn a_user_or_session_named_like_the_role_is_no_use_of_it() {
    let mut user = call(10, "ec2", "RunInstances");
    Arc::make_mut(&mut user.principal).user_name = Some(DEV.into());
    let mut token = wearing(DEV, "ASIA1", Some(1));
    token.identity_type = Some("IAMUser".into());
    let mut session = wearing("Other", "ASIA2", Some(1));
    session.arn = Some(format!("arn:aws:sts::{ACCOUNT}:assumed-role/Other/{DEV}").as_str().into());
    let calls = vec![user, used(11, "Other").by(token), used(12, "Other").by(session)];
    check(calls, vec![], &[]);
}

#[test]
fn the_account_that_owns_the_role_has_the_window() {
    let mut event = used(20, DEV);
    event.account_id = Some("999999999999".into());
    let report = report(vec![event], vec![]);
    assert_eq!(report.windows[0].account_id.as_str(), ACCOUNT);
}

#[test]
fn the_bounds_of_an_execution_are_15_minutes_and_60() {
    let rfc = || {
        let mut records = covering(-100, 500);
        records.push(archived("rfc-1", ENABLE_OWN, "Success", (100, 200)));
        records
    };
    let cases = [(84, "unauthorized []"), (85, "authorized [rfc-1]"), (260, "authorized [rfc-1]")];
    for (minute, expected) in cases {
        let line = format!("developer {minute}..… role_created exact {expected}");
        let found = window_lines(&report(vec![created(minute)], rfc()));
        assert_eq!(found[0], line);
    }
    check(
        vec![used(210, DEV), deleted(220), created(261)],
        rfc(),
        &[
            "developer 200..220 rfc_completed at_or_before authorized [rfc-1]",
            "developer 261..… role_created exact unauthorized []",
        ],
    );
}

#[test]
fn an_opening_is_unauthorized_only_where_rfc_evidence_covers_it() {
    let unauthorized = "developer 10..… role_created exact unauthorized []";
    let unknown = "developer 10..… role_created exact unknown []";
    check(vec![created(10)], covering(0, 20), &[unauthorized]);
    check(vec![created(10)], covering(10, 10), &[unauthorized]);
    check(vec![created(10)], covering(11, 20), &[unknown]);
    check(vec![created(10)], covering(0, 9), &[unknown]);
    let day = Day::parse("2025-01-10").expect("a day");
    let amscm = || vec![created(10), call(12, "amscm", "ListRfcSummaries")];
    let cases = [
        ("us-east-1", day, 1, unauthorized),
        ("eu-west-1", day, 1, unknown),
        ("us-east-1", day.next(), 1, unknown),
        ("us-east-1", day, 0, unknown),
    ];
    for (region, day, objects, expected) in cases {
        let mut sources = sources(amscm(), vec![]);
        sources.coverage.push(covered_day(region, day, objects));
        let report = all(sources, &Catalogue::builtin(), &Options::default());
        assert_eq!(window_lines(&report), [expected], "{region} {day} {objects}");
    }
    for (from, to, expected) in [(10, 11, unauthorized), (0, 10, unknown)] {
        let options = Options { rfc_complete: vec![(at(from), at(to))], ..Options::default() };
        let report = all(sources(vec![created(10)], vec![]), &Catalogue::builtin(), &options);
        assert_eq!(window_lines(&report), [expected], "{from} {to}");
    }
}

#[test]
fn a_summary_alone_leaves_the_target_unknown() {
    let mut records = covering(0, 100);
    let summary = RfcRecord {
        source: RfcSource::RfcSummary,
        account_id: Some("999999999999".into()),
        ..archived("rfc-1", ENABLE_FOR, "Success", (5, 15))
    };
    records.push(summary.clone());
    let report_of = report(vec![created(10)], records.clone());
    assert_eq!(window_lines(&report_of), ["developer 10..… role_created exact unknown [rfc-1]"]);
    assert!(report_of.windows[0].authorization_reason.contains("target account is unknowable"));
    let with = |json: &str| {
        let mut records = records.clone();
        records.push(RfcRecord {
            source: RfcSource::GetRfc,
            parameters: Some(json.into()),
            ..summary.clone()
        });
        window_lines(&report(vec![created(10)], records))
    };
    let mine = format!(r#"{{"ApplicationAccountId":"{ACCOUNT}"}}"#);
    assert_eq!(with(&mine), ["developer 10..… role_created exact authorized [rfc-1]"]);
    let other = with(r#"{"ApplicationAccountId":"444455556666"}"#);
    assert!(other.contains(&"developer 10..… role_created exact unauthorized []".to_owned()), "{other:?}");
}

#[test]
fn an_rfc_known_from_cloudtrail_only_leaves_it_unknown_until_withdrawn() {
    let request = format!(r#"{{"changeTypeId":"{ENABLE_OWN}"}}"#);
    let create = call(5, "amscm", "CreateRfc").request(&request).response(r#"{"rfcId":"rfc-1"}"#);
    let report_of = report(vec![create.clone(), created(10)], covering(0, 20));
    assert_eq!(window_lines(&report_of), ["developer 10..… role_created exact unknown [rfc-1]"]);
    assert!(report_of.windows[0].authorization_reason.contains("CloudTrail only"));
    let cancel = call(7, "amscm", "CancelRfc").request(r#"{"rfcId":"rfc-1"}"#);
    check(
        vec![create.clone(), cancel, created(10)],
        covering(0, 20),
        &["developer 10..… role_created exact unauthorized [rfc-1]"],
    );
    check(
        vec![create.error("AccessDenied"), created(10)],
        covering(0, 20),
        &["developer 10..… role_created exact unauthorized []"],
    );
}

#[test]
fn an_rfc_that_was_not_carried_out_does_not_authorise_and_is_named() {
    for status in ["Failure", "Rejected", "Canceled", "PendingApproval"] {
        let mut records = covering(0, 20);
        records.push(archived("rfc-1", ENABLE_OWN, status, (5, 15)));
        let report = report(vec![created(10)], records);
        assert_eq!(window_lines(&report), ["developer 10..… role_created exact unauthorized [rfc-1]"]);
        let reason = &report.windows[0].authorization_reason;
        assert!(reason.contains(&format!("rfc-1 ({status}) does not authorise")), "{reason}");
        assert_eq!(
            report.windows[0].requested_by.as_deref(),
            Some("arn:aws:sts::111122223333:assumed-role/R/rita")
        );
    }
}

#[test]
fn changes_of_a_marker_role_are_told_in_the_timeline() {
    let report = report(
        vec![created(10), role_call(12, "AttachRolePolicy", DEV), role_call(5, "TagRole", DEV)],
        vec![],
    );
    let told: Vec<String> = report
        .timeline
        .iter()
        .filter(|entry| entry.kind.as_str() == "mode_role_changed")
        .map(|entry| format!("{} {}", entry.summary, entry.window_id.is_some()))
        .collect();
    assert_eq!(
        told,
        [format!("ops called TagRole on {DEV} false"), format!("ops called AttachRolePolicy on {DEV} true")]
    );
}
