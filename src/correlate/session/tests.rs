//! One test a sentence of the contract on sessions.

use std::sync::Arc;

use crate::model::event::Event;
use crate::model::mode::ModeSession;

use super::super::samples::{ACCOUNT, DEV, With, assumed, at, call, minute, report, role_call, wearing};

fn lines(sessions: &[ModeSession]) -> Vec<String> {
    let lines = sessions.iter().map(|session| {
        let key = session.access_key_id.as_ref().map_or("-", |key| key.as_str());
        format!(
            "{key} {} {} by {} {}/{}/{}",
            session.started_at.map(minute).unwrap_or(-1),
            session.start_basis.as_str(),
            session.actor.as_deref().unwrap_or("-"),
            session.events,
            session.writes,
            session.denied
        )
    });
    lines.collect()
}

fn used(minute: i64, name: &str, key: &str, created: Option<i64>) -> Event {
    call(minute, "ec2", name).by(wearing(DEV, key, created))
}

#[test]
fn one_session_a_key_with_its_calls_counted() {
    let report = report(
        vec![
            used(10, "RunInstances", "ASIA1", Some(9)),
            used(11, "DescribeInstances", "ASIA1", Some(9)),
            used(12, "RunInstances", "ASIA1", Some(9)).error("Client.UnauthorizedOperation"),
            used(13, "RunInstances", "ASIA2", None),
        ],
        vec![],
    );
    assert_eq!(
        lines(&report.sessions),
        ["ASIA1 9 creation_date by alice 3/2/1", "ASIA2 13 first_use by alice 1/1/0"]
    );
    assert_eq!(report.windows.len(), 1);
    assert_eq!(report.windows[0].sessions, 2);
    assert!(report.sessions.iter().all(|session| session.window_id.is_some() && session.depth == 0));
}

#[test]
fn the_issuing_call_dates_a_session_and_an_unused_one_is_told() {
    let unused = assumed(20, DEV, "ASIA2");
    let report =
        report(vec![assumed(8, DEV, "ASIA1"), used(10, "RunInstances", "ASIA1", Some(9)), unused], vec![]);
    assert_eq!(
        lines(&report.sessions),
        ["ASIA1 8 assume_role by alice 1/1/0", "ASIA2 20 assume_role by alice 0/0/0"]
    );
}

#[test]
fn saml_tells_subject_provider_and_expiry() {
    let mut event = call(8, "sts", "AssumeRoleWithSAML")
        .request(&format!(
            r#"{{"roleArn":"arn:aws:iam::{ACCOUNT}:role/p/{DEV}","roleSessionName":"a","durationSeconds":3600,
                "principalArn":"arn:aws:iam::{ACCOUNT}:saml-provider/customer-saml"}}"#
        ))
        .response(
            r#"{"subject":"alice@example.com","credentials":
                {"accessKeyId":"ASIA1","expiration":"Jan 10, 2025 1:08:00 AM"}}"#,
        );
    Arc::make_mut(&mut event.principal).identity_type = Some("SAMLUser".into());
    let report_of = report(vec![event.clone()], vec![]);
    let session = &report_of.sessions[0];
    assert_eq!(session.actor.as_deref(), Some("alice@example.com"));
    assert_eq!(session.federation.as_deref(), Some("arn:aws:iam::111122223333:saml-provider/customer-saml"));
    assert_eq!(session.expires_at, Some(at(68)));
    let bare = event.response(r#"{"credentials":{"accessKeyId":"ASIA1"}}"#);
    let session = &report(vec![bare], vec![]).sessions[0];
    assert_eq!((session.actor.as_deref(), session.expires_at), (Some("ops"), Some(at(68))));
}

#[test]
fn a_source_identity_outranks_all_other_names() {
    let mut event = used(10, "RunInstances", "ASIA1", Some(9));
    Arc::make_mut(&mut event.principal).source_identity = Some("carol".into());
    assert_eq!(report(vec![event], vec![]).sessions[0].actor.as_deref(), Some("carol"));
}

#[test]
fn a_service_with_a_key_of_its_own_or_none_acts_in_the_session_it_was_lent() {
    let lent = |minute: i64, key: &str| {
        let mut event = used(minute, "DeleteVolume", key, Some(9));
        Arc::make_mut(&mut event.principal).invoked_by = Some("cloudformation.amazonaws.com".into());
        event
    };
    let report =
        report(vec![lent(9, ""), used(10, "RunInstances", "ASIA1", Some(9)), lent(11, "ASIAFAS")], vec![]);
    assert_eq!(lines(&report.sessions), ["ASIA1 9 creation_date by alice 3/3/0"]);
    assert!(report.destructive.iter().all(|row| row.attribution.as_str() == "via_service"));
    assert_eq!(report.sessions[0].destructive_actions, 2);
}

#[test]
fn without_a_key_principal_and_creation_tell_sessions_apart() {
    let calls = vec![
        used(10, "RunInstances", "", Some(9)),
        used(11, "RunInstances", "", Some(9)),
        used(12, "RunInstances", "", Some(12)),
    ];
    let report = report(calls, vec![]);
    assert_eq!(
        lines(&report.sessions),
        ["- 9 creation_date by alice 2/2/0", "- 12 creation_date by alice 1/1/0"]
    );
}

#[test]
fn a_stray_session_belongs_to_the_closed_window() {
    let report = report(
        vec![
            role_call(1, "CreateRole", DEV),
            used(10, "RunInstances", "ASIA1", Some(9)),
            role_call(20, "DeleteRole", DEV),
            used(25, "RunInstances", "ASIA1", Some(9)).error("AccessDenied"),
        ],
        vec![],
    );
    assert_eq!((report.windows.len(), report.sessions[0].events), (1, 2));
    assert_eq!(report.windows[0].last_seen_at, at(20));
    assert_eq!(report.sessions[0].window_id.as_ref(), Some(&report.windows[0].window_id));
}
