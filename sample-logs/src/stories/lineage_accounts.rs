//! From the mode into another account: by key, by a record of the other side alone, and in the console.

use super::{Archive, Text, case, developer, enabled_by_rfc};
use crate::actor::Actor;
use crate::bucket::Packing;
use crate::calls::{self, Call};
use crate::casebook::Case;
use crate::cast::{BILLING, DEVELOPER, MANAGEMENT, ORDERS, SHOP};
use crate::clock::{self, HOUR, at};
use crate::record::Record;
use crate::scene::{Login, Scene};
use serde_json::json;
use std::borrow::Cow;
use std::io;

const TEXT: Text = Text {
    name: "lineage-accounts",
    title: "From the mode into other accounts",
    story: "Victor assumes a role of the billing account with his key, and from there a role of the shop: a chain of two.
Into a second role of billing he goes by a call of which only billing's own record is left, and into a third by the
console. Of his way into a fourth both accounts have a record: his tells the caller, the other one the key, and only
the id that they share joins them. Somebody of billing with the same session name does what he always does.",
};

/// The case.
pub(super) fn tell() -> io::Result<Case> {
    let mut scene = Scene::new(43);
    let created = at("2026-02-16T09:00:00Z");
    scene.everyday_rfcs(&[MANAGEMENT, ORDERS], &[at("2026-02-15T09:00:00Z"), at("2026-02-18T09:00:00Z")]);
    let window = enabled_by_rfc(&mut scene, ORDERS, DEVELOPER, created);
    let start = created + HOUR;
    let login = Login { source_identity: true, ..developer(ORDERS, "victor", "authorized") };
    let victor = scene.enter(&login, start);
    let billing = by_key(&mut scene, &victor, (BILLING, "billing-ops"), start + 60);
    scene.call(&billing, start + 90, calls::delete_table("invoices"));
    let shop = by_key(&mut scene, &billing, (SHOP, "shop-ops"), start + 120);
    scene.call(&shop, start + 150, calls::delete_bucket("shop-pictures"));
    other_side_alone(&mut scene, &victor, start + 300);
    console(&mut scene, &victor, start + 600);
    both_sides(&mut scene, &victor, start + 900);
    // The same session name, by somebody who has nothing to do with it.
    let everyday = scene.role(BILLING, "billing-batch", "victor", start + 700);
    scene.call(&everyday, start + 720, calls::delete_volume("vol-0a1b2c3d4e5f64301"));
    scene.window(window);
    case(TEXT, scene, Packing::Gzip, &[Archive::Details])
}

/// A role of another account, assumed with the caller's key.
fn by_key(scene: &mut Scene, parent: &Actor, (account, role): (&str, &str), time: i64) -> Actor {
    let mut actor = scene.role(account, role, "step", time);
    let Some(session) = actor.role_session().cloned() else { return actor };
    let mut call = calls::assume_role(account, role, "step");
    call.response = json!({
        "credentials": {"accessKeyId": session.access_key, "expiration": clock::locale(time + HOUR),
                        "sessionToken": "bm90LWEtdG9rZW4="},
        "assumedRoleUser": {"assumedRoleId": format!("{}:step", session.role_id), "arn": session.session_arn(account)},
    });
    scene.call(parent, time, call);
    scene.descends(parent, &mut actor, "chained", ("assume_role", time));
    actor
}

/// The record of the account whose role is assumed: its caller is an account and an id, no name.
fn other_side_alone(scene: &mut Scene, victor: &Actor, time: i64) {
    let mut actor = scene.role(BILLING, "billing-audit", "look", time);
    let (Some(session), Some(from)) = (actor.role_session().cloned(), victor.role_session().cloned()) else {
        return;
    };
    let record = Record {
        time,
        event_id: scene.prng.uuid(),
        request_id: scene.prng.uuid(),
        account: BILLING.to_owned(),
        region: "us-east-1".to_owned(),
        source: Cow::Borrowed("sts.amazonaws.com"),
        name: Cow::Borrowed("AssumeRole"),
        identity_json: json!({"type": "AWSAccount", "accountId": ORDERS,
                              "principalId": format!("{}:{}", from.role_id, from.session_name)})
        .to_string(),
        source_ip: victor.ip.clone(),
        user_agent: victor.agent.clone(),
        request_json: json!({"roleArn": session.role_arn(BILLING), "roleSessionName": "look"}).to_string(),
        response_json: json!({
            "credentials": {"accessKeyId": session.access_key, "expiration": clock::locale(time + HOUR),
                            "sessionToken": "bm90LWEtdG9rZW4="},
            "assumedRoleUser": {"assumedRoleId": format!("{}:look", session.role_id),
                                "arn": session.session_arn(BILLING)},
        })
        .to_string(),
        read_only: true,
        ..Record::default()
    };
    scene.push(record, "us-east-1");
    scene.descends(victor, &mut actor, "chained", ("assume_role", time));
    scene.call(&actor, time + 30, calls::delete_snapshot("snap-0a1b2c3d4e5f64301"));
}

/// Two records of one call: the caller's lacks the answer, the other one the caller's session.
fn both_sides(scene: &mut Scene, victor: &Actor, time: i64) {
    let mut actor = scene.role(BILLING, "billing-close", "month", time);
    let Some(session) = actor.role_session().cloned() else { return };
    scene.descends(victor, &mut actor, "chained", ("assume_role", time));
    let shared = scene.prng.uuid();
    let request = json!({"roleArn": session.role_arn(BILLING), "roleSessionName": "month"});
    let own = scene.shared(victor, time, (calls::assume_role(BILLING, "billing-close", "month"), &shared));
    let record = Record {
        time,
        event_id: scene.prng.uuid(),
        request_id: scene.prng.uuid(),
        account: BILLING.to_owned(),
        region: "us-east-1".to_owned(),
        source: Cow::Borrowed("sts.amazonaws.com"),
        name: Cow::Borrowed("AssumeRole"),
        identity_json: json!({"type": "AWSAccount", "accountId": ORDERS, "principalId": ORDERS}).to_string(),
        source_ip: victor.ip.clone(),
        user_agent: victor.agent.clone(),
        request_json: request.to_string(),
        response_json: json!({"credentials": {"accessKeyId": session.access_key,
            "expiration": clock::locale(time + HOUR), "sessionToken": "bm90LWEtdG9rZW4="}})
        .to_string(),
        read_only: true,
        shared_event_id: shared,
        ..Record::default()
    };
    let other = scene.push(record, "us-east-1");
    debug_assert_ne!(own, other, "two records, two ids");
    scene.call(&actor, time + 30, calls::delete_table("ledger"));
}

/// A switch of roles in the console: the new session calls, and tells where it came from.
fn console(scene: &mut Scene, victor: &Actor, time: i64) {
    let mut actor = scene.role(BILLING, "billing-console", "victor", time);
    let Some(from) = victor.role_session().map(|session| session.session_arn(ORDERS)) else { return };
    scene.descends(victor, &mut actor, "chained", ("creation_date", time));
    let switch = Call {
        response: json!({"SwitchRole": "Success"}),
        ..Call::read("signin", "SwitchRole", serde_json::Value::Null)
    };
    let more = json!({"SwitchFrom": from, "RedirectTo": "https://console.aws.amazon.com/"});
    scene.call_telling(&actor, time, switch, &more.to_string());
    scene.call(&actor, time + 60, calls::delete_log_group("/billing/app"));
}
