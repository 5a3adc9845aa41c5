//! Claims about the policy of the organisation: each made once, and its near
//! misses; and what the policy decides about findings.

use std::sync::Arc;

use crate::catalogue::Catalogue;
use crate::model::event::Event;
use crate::model::finding::Finding;
use crate::model::report::Report;
use crate::model::rfc::RfcRecord;
use crate::policy::Policy;

use super::super::super::Options;
use super::super::super::samples::{
    DEV, ENABLE_OWN, With, all, archived, at, call, covered_day, role_call, sources, wearing,
};
use super::super::rule_ids;

/// The report under that policy. Minute 0 is `at(0)`, 2025-01-10 00:00 UTC.
fn under(policy: &str, events: Vec<Event>, rfcs: Vec<RfcRecord>) -> Report {
    let rules = rule_ids().collect();
    let (policy, catalogue) = Policy::parse(policy, Catalogue::builtin(), &rules).expect("a policy");
    all(sources(events, rfcs), &catalogue, &Options { policy, ..Options::default() })
}

fn found(rule: &str, policy: &str, events: Vec<Event>) -> Vec<Finding> {
    let mut findings = under(policy, events, vec![]).findings;
    findings.retain(|finding| finding.rule_id == rule);
    findings.into()
}

fn volume(minute: i64) -> Event {
    call(minute, "ec2", "DeleteVolume").request(&format!(r#"{{"volumeId":"vol-{minute}"}}"#))
}

fn opened(minute: i64, closed: Option<i64>) -> Vec<Event> {
    let closing = closed.map(|minute| role_call(minute, "DeleteRole", DEV));
    [role_call(minute, "CreateRole", DEV)].into_iter().chain(closing).collect()
}

const SHOP: &str = "[[account]]\nid = \"111122223333\"\nname = \"shop\"\nenvironment = \"production\"\n";

#[test]
fn minute_zero_is_the_day_that_these_tests_take_it_for() {
    assert_eq!(at(0).to_string(), "2025-01-10T00:00:00Z");
}

#[test]
fn a_mode_is_found_where_it_is_not_allowed() {
    let rule = "mode/not-allowed";
    let made = found(rule, &format!("{SHOP}allowed_modes = []\n"), opened(10, Some(20)));
    assert_eq!((made.len(), made[0].actor.as_deref()), (1, Some("ops")));
    assert_eq!(
        made[0].summary,
        "developer mode was open in account 111122223333 (shop, production) at 2025-01-10T00:10:00Z, \
         where the policy does not allow it"
    );
    let here = |modes: &str| found(rule, &format!("{SHOP}allowed_modes = {modes}\n"), opened(10, Some(20)));
    assert_eq!(here("[\"direct_change\"]").len(), 1, "another mode is");
    assert!(here("[\"developer\"]").is_empty());
    assert!(found(rule, SHOP, opened(10, Some(20))).is_empty(), "nothing is said");
    let other = "[[account]]\nid = \"999999999999\"\nallowed_modes = []\n";
    assert!(found(rule, other, opened(10, Some(20))).is_empty(), "another account");
}

#[test]
fn a_mode_is_found_that_was_open_too_long() {
    let of =
        |limit: &str, events| found("mode/open-too-long", &format!("{SHOP}max_open = \"{limit}\"\n"), events);
    let made = of("1h", opened(10, Some(71)));
    assert_eq!((made.len(), made[0].severity.as_str()), (1, "medium"));
    assert!(
        made[0]
            .summary
            .ends_with("and was open until 2025-01-10T01:11:00Z: 1 h 1 min; the policy allows 1 h")
    );
    assert!(of("1h", opened(10, Some(70))).is_empty(), "to the minute");
    let still = [opened(10, None), vec![call(100, "ec2", "RunInstances")]].concat();
    let made = of("1h", still.clone());
    assert_eq!((made.len(), made[0].severity.as_str()), (1, "low"), "nothing shows that it was open so long");
    let used = call(90, "ec2", "RunInstances").by(wearing(DEV, "ASIA1", Some(89)));
    let made = of("1h", [opened(10, None), vec![used]].concat());
    assert_eq!((made.len(), made[0].severity.as_str()), (1, "medium"), "its use shows it");
    assert!(of("2h", still).is_empty());
}

#[test]
fn an_unused_mode_is_found_after_the_days_of_the_policy() {
    let count = |days: &str| {
        let rules = rule_ids().collect();
        let (policy, catalogue) =
            Policy::parse(&format!("[defaults]\n{days}"), Catalogue::builtin(), &rules).expect("a policy");
        let mut sources = sources(opened(10, Some(3 * 24 * 60 + 10)), vec![]);
        let day = at(0).day();
        sources.coverage =
            (0..=3).map(|more| covered_day("us-east-1", crate::model::time::Day(day.0 + more), 1)).collect();
        let report = all(sources, &catalogue, &Options { policy, ..Options::default() });
        report.findings.iter().filter(|finding| finding.rule_id == "mode/unused").count()
    };
    assert_eq!(count("unused_days = 3\n"), 1);
    assert_eq!(count("unused_days = 4\n"), 0);
    assert_eq!(count(""), 0, "14 days");
}

#[test]
fn an_enabling_rfc_of_nobody_named_is_found() {
    let arn = |name: &str| Some(Arc::from(format!("arn:aws:sts::111122223333:assumed-role/R/{name}")));
    let rfc = |submitter: &str, approver: Option<&str>| RfcRecord {
        submitted_by: arn(submitter),
        submitted_at: Some(at(1)),
        approved_by: approver.and_then(arn),
        ..archived("rfc-1", ENABLE_OWN, "Success", (5, 15))
    };
    let of = |policy: &str, rfc: RfcRecord| {
        let mut findings = under(policy, opened(10, Some(20)), vec![rfc]).findings;
        findings.retain(|finding| finding.rule_id == "rfc/not-an-approver");
        findings
    };
    let policy = "[defaults]\napprovers = [\"anna\"]\nsubmitters = [\"rita\", \"r*\"]\n";
    let made = of(policy, rfc("rita", Some("eve")));
    assert_eq!((made.len(), made[0].actor.as_deref(), made[0].severity.as_str()), (1, Some("eve"), "high"));
    assert!(
        made[0]
            .summary
            .contains("approved by arn:aws:sts::111122223333:assumed-role/R/eve, who is no approver")
    );
    assert!(!made[0].summary.contains("submitted by"));
    let both = of(policy, rfc("eve", Some("eve")));
    assert!(both[0].summary.contains("who is no submitter and approved by"), "{}", both[0].summary);
    let failed = RfcRecord { status: Some("Rejected".into()), ..rfc("eve", None) };
    assert_eq!(of(policy, failed)[0].severity.as_str(), "medium");
    assert!(of(policy, rfc("rita", Some("anna"))).is_empty());
    assert!(of(policy, rfc("rita", None)).is_empty(), "nobody is known to have approved");
    assert!(of("", rfc("eve", Some("eve"))).is_empty(), "nobody is named");
    let other = RfcRecord { change_type_id: Some("ct-0000000000000".into()), ..rfc("eve", Some("eve")) };
    assert!(of(policy, other).is_empty(), "it enables no mode");
}

#[test]
fn destruction_in_a_freeze_is_found_once_a_run() {
    let policy =
        "[[freeze]]\nname = \"year end\"\nfrom = \"2025-01-10T01:00:00Z\"\nto = \"2025-01-10T02:00:00Z\"\n";
    let of = |events| found("destroy/in-freeze", policy, events);
    let made = of(vec![volume(59), volume(60), volume(119), volume(120)]);
    assert_eq!((made.len(), made[0].count), (1, 2));
    assert_eq!(
        made[0].summary,
        "ops made 2 destructive calls in account 111122223333 in the change freeze \"year end\": DeleteVolume"
    );
    assert!(of(vec![volume(70).error("Client.UnauthorizedOperation")]).is_empty(), "it was denied");
    assert!(of(vec![call(70, "ec2", "RunInstances")]).is_empty(), "it destroys nothing");
    let mut service = volume(70);
    service.principal = crate::model::principal::Principal {
        identity_type: Some("AWSService".into()),
        invoked_by: Some("autoscaling.amazonaws.com".into()),
        ..Default::default()
    }
    .into();
    assert!(of(vec![service]).is_empty(), "a service keeps house");
    let elsewhere = format!("{policy}accounts = [\"999999999999\"]\n");
    assert!(found("destroy/in-freeze", &elsewhere, vec![volume(70)]).is_empty());
}

#[test]
fn destruction_outside_business_hours_is_found() {
    let policy = "[[business_hours]]\ntime_zone = \"Europe/Berlin\"\ndays = [\"fri\"]\nfrom = \"08:00\"\nto = \"18:00\"\n";
    let of = |events| found("destroy/outside-hours", policy, events);
    // 2025-01-10 is a Friday; 08:00 in Berlin is 07:00 UTC.
    let made = of(vec![volume(419)]);
    assert_eq!(made.len(), 1);
    assert!(made[0].summary.contains("first at Fri 2025-01-10 07:59 Europe/Berlin"), "{}", made[0].summary);
    assert!(of(vec![volume(420), volume(17 * 60 - 1)]).is_empty());
    assert_eq!(of(vec![volume(17 * 60)]).len(), 1);
    let read = vec![call(0, "ec2", "DescribeVolumes")];
    assert!(of(read).is_empty());
}

#[test]
fn destruction_from_other_networks_is_found_and_services_are_no_network() {
    let from = |address: Option<&str>| Event { source_ip: address.map(Arc::from), ..volume(10) };
    let of = |address| {
        let policy = "[network]\ntrusted = [\"192.0.2.0/24\"]\n";
        found("destroy/untrusted-network", policy, vec![from(address)])
    };
    let made = of(Some("198.51.100.7"));
    assert!(made[0].summary.contains("from 198.51.100.7, which lies in no trusted network"));
    assert_eq!(of(Some("2001:db8::1")).len(), 1);
    for address in [Some("192.0.2.200"), Some("cloudformation.amazonaws.com"), Some("AWS Internal"), None] {
        assert!(of(address).is_empty(), "{address:?}");
    }
    assert!(found("destroy/untrusted-network", "", vec![from(Some("198.51.100.7"))]).is_empty());
}

#[test]
fn destruction_of_what_is_protected_is_found() {
    let of = |pattern: &str, event: Event| {
        let policy = format!("[[protected]]\nresource = \"{pattern}\"\n");
        found("destroy/protected-resource", &policy, vec![event])
    };
    let made = of("vol-*", volume(10));
    assert_eq!((made.len(), made[0].severity.as_str()), (1, "critical"));
    assert!(
        made[0].summary.contains("on what the policy protects as `vol-*`, first vol-10"),
        "{}",
        made[0].summary
    );
    assert_eq!(of("arn:aws:ec2:*:111122223333:volume/vol-10", volume(10)).len(), 1);
    assert!(of("arn:aws:ec2:*:999999999999:volume/vol-10", volume(10)).is_empty());
    assert!(of("vol-1", volume(10)).is_empty(), "another name");
    assert!(of("vol-*", volume(10).error("Client.UnauthorizedOperation")).is_empty(), "it was denied");
    let object = call(10, "s3", "DeleteObject").request(r#"{"bucketName":"audit","key":"a/b"}"#);
    assert_eq!(of("audit", object.clone()).len(), 1, "the bucket's objects belong to it");
    assert!(of("aud", object).is_empty());
}

/// A policy that suppresses findings about lost volumes in bulk.
fn suppression(more: &str) -> String {
    format!(
        "[[protected]]\nresource = \"vol-*\"\n[[suppression]]\nrule = \"destroy/protected-resource\"\n\
         reason = \"agreed\"\nauthor = \"rita\"\n{more}"
    )
}

#[test]
fn a_suppressed_finding_stays_marked_and_makes_no_incident() {
    let of = |more: &str| {
        let report = under(&suppression(more), vec![volume(10), volume(11)], vec![]);
        let one = report.findings[..].iter().find(|one| one.rule_id == "destroy/protected-resource").cloned();
        (one.expect("it stays in the table").suppression, report)
    };
    let (mark, report) = of("expires = \"2025-01-10\"\n");
    let mark = mark.expect("suppressed");
    assert_eq!(
        (&*mark.author, &*mark.reason, mark.expires.to_string().as_str()),
        ("rita", "agreed", "2025-01-10")
    );
    assert!(report.incidents[0].finding_ids.is_empty());
    assert!(report.problems.is_empty());
    for (narrowed, holds) in [
        ("account = \"111122223333\"\n", true),
        ("account = \"999999999999\"\n", false),
        ("actor = \"op?\"\n", true),
        ("actor = \"eve\"\n", false),
        ("resource = \"vol-1*\"\n", true),
        ("resource = \"vol-10\"\n", false),
    ] {
        let (mark, _) = of(&format!("expires = \"2025-01-10\"\n{narrowed}"));
        assert_eq!(mark.is_some(), holds, "{narrowed}");
    }
}

#[test]
fn a_suppression_that_expired_or_says_too_little_is_named_and_does_nothing() {
    for (keys, told) in
        [("expires = \"2025-01-09\"\n", "it expired at the end of 2025-01-09"), ("", "it has no expires")]
    {
        let report = under(&suppression(keys), vec![volume(10)], vec![]);
        assert!(report.findings.iter().all(|finding| finding.suppression.is_none()));
        assert!(!report.incidents[0].finding_ids.is_empty());
        let named: Vec<&str> = report.problems.iter().map(|problem| problem.detail.as_str()).collect();
        assert_eq!(named.len(), 1);
        assert!(named[0].contains("line 4 of the policy") && named[0].contains(told), "{named:?}");
        assert!(!report.problems[0].kind.is_loss());
    }
}

#[test]
fn severities_and_names_of_the_policy_win() {
    let policy = format!("{SHOP}[severity]\n\"mode/still-open\" = \"critical\"\n");
    let report = under(&policy, opened(10, None), vec![]);
    let severity = |report: &Report| report.findings[0].severity.as_str();
    assert_eq!(severity(&report), "critical");
    assert_eq!(severity(&under(SHOP, opened(10, None), vec![])), "medium");
    let names: Vec<&str> = report.scope.account_names.values().map(|name| &**name).collect();
    assert_eq!(names, ["shop"]);
}
