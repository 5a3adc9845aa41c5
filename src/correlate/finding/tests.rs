//! One test a correlator, with what it must not find.

use std::collections::BTreeSet;

use crate::catalogue::Catalogue;
use crate::model::event::Event;
use crate::model::report::Report;
use crate::model::rfc::RfcRecord;
use crate::model::source_grade::SourceGrade;
use crate::model::time::Day;

use super::super::Options;
use super::super::samples::{
    ACCOUNT, DEV, ENABLE_DCM, ENABLE_OWN, With, all, archived, call, covered_day, covering, report,
    role_call, sources, wearing,
};
use super::{ABOUT, CORRELATORS};

mod baseline;
mod blind;
mod destroyed;
mod duty;
mod geoip;
mod intent;
mod log_bucket;
mod many;
mod policy;
mod tickets;

fn rules(report: &Report) -> Vec<&str> {
    report.findings[..].iter().map(|finding| &*finding.rule_id).collect()
}

#[test]
fn ids_of_rules_are_unique_and_every_rule_says_what_to_do() {
    let ids: BTreeSet<&str> = CORRELATORS.iter().map(|correlator| correlator.rule_id).collect();
    assert_eq!(ids.len(), CORRELATORS.len());
    let told: Vec<&str> = ABOUT.iter().map(|about| about.rule_id).collect();
    let made: Vec<&str> = CORRELATORS.iter().map(|correlator| correlator.rule_id).collect();
    assert_eq!(told, made, "each is told of, in one order");
    for about in &ABOUT {
        assert!(about.when.ends_with('.') && !about.case.ends_with('.'), "{}", about.rule_id);
    }
    for correlator in &CORRELATORS {
        assert!(correlator.response.ends_with('.') && !correlator.title.ends_with('.'));
    }
}

#[test]
fn an_opening_without_rfc_is_found_only_if_that_is_known() {
    let events = || vec![role_call(10, "CreateRole", DEV), role_call(20, "DeleteRole", DEV)];
    let found = report(events(), covering(0, 30));
    // The deletion of the role is itself a destructive call, which makes an incident of it.
    assert_eq!(rules(&found), ["mode/opened-without-rfc"]);
    assert_eq!(found.findings[0].actor.as_deref(), Some("ops"));
    assert_eq!(found.findings[0].severity.as_str(), "critical");
    assert_eq!(found.incidents[0].finding_ids, [found.findings[0].finding_id.clone()]);
    assert!(rules(&report(events(), vec![])).is_empty());
}

#[test]
fn a_mode_without_end_is_found() {
    assert_eq!(rules(&report(vec![role_call(10, "CreateRole", DEV)], vec![])), ["mode/still-open"]);
}

#[test]
fn an_automated_enabling_without_approval_is_found() {
    let closed = |role: &str| vec![role_call(10, "CreateRole", role), role_call(20, "DeleteRole", role)];
    let dcm = "AWSManagedServicesUpdateRole";
    let rule = "mode/opened-by-automated-change-type";
    let rfc = || archived("rfc-1", ENABLE_DCM, "Success", (5, 15));
    assert_eq!(rules(&report(closed(dcm), vec![rfc()])), [rule]);
    let approved = RfcRecord { customer_approval: Some("Approved".into()), ..rfc() };
    assert!(rules(&report(closed(dcm), vec![approved])).is_empty());
    let manual = archived("rfc-1", ENABLE_OWN, "Success", (5, 15));
    assert!(rules(&report(closed(DEV), vec![manual])).is_empty());
}

#[test]
fn irreversible_calls_in_a_mode_are_one_finding_a_session() {
    let gone =
        |minute: i64, key: &str| -> Event {
            call(minute, "ec2", "DeleteVolume")
                .request(&format!(r#"{{"volumeId":"vol-{minute}"}}"#))
                .by(wearing(DEV, key, Some(10)))
        };
    let events = vec![
        role_call(1, "CreateRole", DEV),
        gone(11, "ASIA1"),
        gone(12, "ASIA1"),
        gone(13, "ASIA1").error("AccessDenied"),
        gone(14, "ASIA2"),
        role_call(20, "DeleteRole", DEV),
        call(21, "ec2", "DeleteVolume"),
    ];
    let found = report(events, vec![]);
    let counts: Vec<(&str, u64, usize)> = found.findings[..]
        .iter()
        .map(|finding| (&*finding.rule_id, finding.count, finding.event_ids.len()))
        .collect();
    assert_eq!(counts, [("destroy/irreversible-in-mode", 2, 2), ("destroy/irreversible-in-mode", 1, 1)]);
}

#[test]
fn impaired_logging_is_found_whoever_did_it_once_a_run() {
    let stop = |minute: i64| call(minute, "cloudtrail", "StopLogging").request(r#"{"name":"t"}"#);
    let found = report(vec![stop(0), stop(1), stop(2).error("AccessDenied"), stop(300)], vec![]);
    assert_eq!(rules(&found), ["logging/impaired", "logging/impaired"]);
    assert_eq!(found.findings[0].count, 2);
}

#[test]
fn a_gap_over_a_window_is_found_in_its_account() {
    let found = |account: &str, day: &str| {
        let mut sources =
            sources(vec![role_call(10, "CreateRole", DEV), role_call(2000, "DeleteRole", DEV)], vec![]);
        let mut gap = covered_day("eu-west-1", Day::parse(day).expect("a day"), 0);
        gap.account_id = account.into();
        sources.coverage.push(gap);
        let report = all(sources, &Catalogue::builtin(), &Options::default());
        assert!(report.timeline.iter().any(|entry| entry.kind.as_str() == "evidence_gap"));
        rules(&report).contains(&"evidence/gap-over-window")
    };
    assert!(found(ACCOUNT, "2025-01-10"));
    assert!(found(ACCOUNT, "2025-01-11"));
    assert!(!found(ACCOUNT, "2025-01-12"));
    assert!(!found("999999999999", "2025-01-10"));
}

#[test]
fn the_weakest_record_lowers_the_confidence_and_the_reason_says_so() {
    let found = |grades: [SourceGrade; 2]| {
        let stop = |minute: i64, source_grade| Event {
            source_grade,
            ..call(minute, "cloudtrail", "StopLogging").request(r#"{"name":"t"}"#)
        };
        let found = report(vec![stop(0, grades[0]), stop(1, grades[1])], vec![]);
        (found.findings[0].confidence.as_str(), found.findings[0].confidence_reason.clone())
    };
    use SourceGrade::{DigestSigned, Export, HashChained, HashListed, Summary, Unreferenced};
    let (word, reason) = found([DigestSigned, HashChained]);
    assert_eq!(
        (word, &*reason),
        ("high", "as its rule says; the weakest record it rests on is hash_chained")
    );
    for weak in [HashListed, Unreferenced, Export] {
        let (word, reason) = found([weak, DigestSigned]);
        assert_eq!(word, "medium");
        let told = format!(
            "its rule says high, lowered because the weakest record it rests on is {}",
            weak.as_str()
        );
        assert_eq!(reason, told);
    }
    assert_eq!(found([Unreferenced, Summary]).0, "low");
}

#[test]
fn the_records_of_rfcs_weigh_too_and_events_are_named() {
    let dcm = "AWSManagedServicesUpdateRole";
    let proven = |event: Event| Event { source_grade: SourceGrade::DigestSigned, ..event };
    let events = || vec![proven(role_call(10, "CreateRole", dcm)), proven(role_call(20, "DeleteRole", dcm))];
    let found = report(events(), vec![archived("rfc-1", ENABLE_DCM, "Success", (5, 15))]);
    assert_eq!(rules(&found), ["mode/opened-by-automated-change-type"]);
    assert_eq!(found.findings[0].confidence.as_str(), "low");
    assert!(found.findings[0].confidence_reason.ends_with("is export"));
    let names: Vec<&str> = found.findings[0].event_ids.iter().map(|id| id.as_str()).collect();
    assert_eq!(names, ["CreateRole-10"]);
    let open = report(vec![proven(role_call(10, "CreateRole", dcm))], vec![]);
    assert_eq!(open.findings[0].confidence.as_str(), "medium");
}
