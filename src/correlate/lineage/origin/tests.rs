//! Up from a session of a mode to a person. All synthetic.

use std::sync::Arc;

use super::super::super::samples::{ACCOUNT, DEV, With, at, call, report, wearing};
use crate::model::event::Event;
use crate::model::principal::Principal;

/// A call of the mode session at minute 10.
fn in_mode(source: &str, name: &str, request: &str, response: &str) -> Event {
    call(10, source, name).by(wearing(DEV, "ASIADEV", Some(5))).request(request).response(response)
}

const SSO: &str = "AWSReservedSSO_Ops_7243976e43c75fc5";

/// A sign-in at the portal by the user of that id or name, for that set.
fn portal(minute: i64, user: (&str, &str), set: &str) -> Event {
    let caller = Principal {
        identity_type: Some("IdentityCenterUser".into()),
        on_behalf_of: (!user.0.is_empty()).then(|| user.0.into()),
        user_name: (!user.1.is_empty()).then(|| user.1.into()),
        ..Principal::default()
    };
    let details = format!(r#"{{"role_name":"{set}","account_id":"{ACCOUNT}"}}"#);
    Event {
        service_event_details: Some(details.into()),
        ..call(minute, "sso", "GetRoleCredentials").by(caller)
    }
}

/// Into the mode at minute 5, by a session of a role of Identity Center.
fn from_portal(user_id: Option<&str>) -> Event {
    let ops = Principal { on_behalf_of: user_id.map(Arc::from), ..wearing(SSO, "ASIASSO", Some(4)) };
    call(5, "sts", "AssumeRole")
        .by(ops)
        .request(&format!(r#"{{"roleArn":"arn:aws:iam::{ACCOUNT}:role/{DEV}","roleSessionName":"x"}}"#))
        .response(r#"{"credentials":{"accessKeyId":"ASIADEV"}}"#)
}

fn path(events: Vec<Event>) -> String {
    let report = report(events, Vec::new());
    report.sessions.into_iter().find(|row| row.depth == 0).expect("a session").attribution_path
}

#[test]
fn a_sign_in_at_the_portal_is_joined_by_user_account_set_and_time() {
    let mode = || in_mode("ec2", "RunInstances", "{}", "{}");
    let step = |confidence: &str| {
        format!(" > Identity Center [GetRoleCredentials, {confidence}, GetRoleCredentials-4] > {SSO}/alice")
    };
    let of = |sign_in: Event, user_id| path(vec![sign_in, from_portal(user_id), mode()]);
    let told = of(portal(4, ("u-1", ""), "Ops"), Some("u-1"));
    assert!(told.contains(&step("strong")), "{told}");
    let told = of(portal(4, ("", "alice"), "Ops"), None);
    assert!(told.contains(&step("weak")), "{told}");
    let elsewhere = |event: Event| {
        let details =
            event.service_event_details.as_deref().unwrap_or_default().replace(ACCOUNT, "222233334444");
        Event { service_event_details: Some(details.into()), ..event }
    };
    let none = [
        of(portal(4, ("u-2", ""), "Ops"), Some("u-1")),
        of(portal(4, ("u-2", "alice"), "Ops"), Some("u-1")),
        of(portal(4, ("u-1", ""), "Read"), Some("u-1")),
        of(portal(2, ("u-1", ""), "Ops"), Some("u-1")),
        of(elsewhere(portal(4, ("u-1", ""), "Ops")), Some("u-1")),
        of(portal(4, ("u-1", ""), "Ops").error("AccessDenied"), Some("u-1")),
    ];
    for told in none {
        assert!(!told.contains("Identity Center"), "{told}");
        assert!(told.contains(SSO), "{told}");
    }
}

#[test]
fn whoever_a_provider_vouches_for_outranks_a_chosen_name() {
    let asserted = call(4, "sts", "AssumeRoleWithSAML")
        .by(Principal { identity_type: Some("SAMLUser".into()), ..Principal::default() })
        .request(&format!(r#"{{"roleArn":"arn:aws:iam::{ACCOUNT}:role/{SSO}","roleSessionName":"alice"}}"#))
        .response(r#"{"subject":"rita@example.com","credentials":{"accessKeyId":"ASIAOTHER"},"assumedRoleUser":{"assumedRoleId":"AROAEXAMPLE:alice"}}"#);
    let events = |asserted: Option<Event>| {
        let mode = in_mode("ec2", "RunInstances", "{}", "{}");
        asserted.into_iter().chain([from_portal(None), mode]).collect::<Vec<Event>>()
    };
    let actor = |events| report(events, Vec::new()).sessions[0].actor.clone();
    assert_eq!(actor(events(Some(asserted.clone()))).as_deref(), Some("rita@example.com"));
    assert_eq!(actor(events(None)).as_deref(), Some("alice"), "as far as the evidence goes");
    let late = Event { time: Some(at(3)), ..asserted };
    assert_eq!(actor(events(Some(late))).as_deref(), Some("alice"), "not created by that call");
}

#[test]
fn a_switch_in_the_console_tells_where_a_mode_session_came_from() {
    let switch = |from: &str| Event {
        additional_event_data: Some(format!(r#"{{"SwitchFrom":"{from}"}}"#).into()),
        ..in_mode("signin", "SwitchRole", "null", r#"{"SwitchRole":"Success"}"#)
    };
    let told = path(vec![switch("arn:aws:sts::111122223333:assumed-role/Admin/otto")]);
    assert!(
        told.contains("> Admin/otto > AWSManagedServicesDevelopmentRole/alice [SwitchRole, strong, "),
        "{told}"
    );
    let told = path(vec![switch("arn:aws:iam::111122223333:user/otto")]);
    assert!(told.contains("> user/otto > "), "{told}");
}
