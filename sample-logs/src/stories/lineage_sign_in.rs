//! Who stands behind a session of the mode that bears a name chosen by its caller.

use super::{Archive, Text, case, developer, enabled_by_rfc};
use crate::actor::{Actor, Kind, RoleSession};
use crate::bucket::Packing;
use crate::calls::{self, Call};
use crate::casebook::Case;
use crate::cast::{BILLING, DEVELOPER, MANAGEMENT, ORDERS};
use crate::clock::{self, HOUR, MINUTE, at};
use crate::record::Record;
use crate::scene::Scene;
use serde_json::{Value, json};
use std::borrow::Cow;
use std::io;

const TEXT: Text = Text {
    name: "lineage-sign-in",
    title: "From a sign-in at Identity Center, a token or a user's key into the mode",
    story: "Rita signs in at Identity Center and steps from her role there into developer mode, as a session she names deploy.
A pipeline enters with a token of its OIDC provider, and Sam with the temporary key of his user.
In the mode Rita lets another provider of tokens, and one of assertions, into a role: what they destroy descends from
her. Sign-ins of other people for the same permission set, of somebody with her name for another account, and tokens of
a provider that she did not let in, are not hers.",
};

const SET: &str = "OrdersOps";
const SSO_ROLE: &str = "AWSReservedSSO_OrdersOps_7243976e43c75fc5";
const RITA: &str = "rita@example.com";
const RITA_ID: &str = "906764-11111111-2222-4333-8444-555566667777";
const GITHUB: &str = "arn:aws:iam::333344445555:oidc-provider/token.actions.githubusercontent.com";
const CLUSTER: &str = "arn:aws:iam::333344445555:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/0A1B2C";
const PARTNERS: &str = "arn:aws:iam::333344445555:saml-provider/partners";

/// The case.
pub(super) fn tell() -> io::Result<Case> {
    let mut scene = Scene::new(44);
    let created = at("2026-02-23T09:00:00Z");
    scene.everyday_rfcs(&[MANAGEMENT, ORDERS], &[at("2026-02-22T09:00:00Z"), at("2026-02-26T09:00:00Z")]);
    let window = enabled_by_rfc(&mut scene, ORDERS, DEVELOPER, created);
    let start = created + HOUR;
    let rita = by_identity_center(&mut scene, start);
    by_token(&mut scene, start + 10 * MINUTE);
    by_user(&mut scene, start + 20 * MINUTE);
    trust(&mut scene, &rita, start + 30 * MINUTE);
    scene.window(window);
    case(TEXT, scene, Packing::Gzip, &[Archive::Details])
}

fn by_identity_center(scene: &mut Scene, time: i64) -> Actor {
    // Others, at about the same time: none of them is behind her session.
    portal(scene, ("Federate", "906764-99999999-2222-4333-8444-555566667777"), (ORDERS, SET), time - 3);
    portal(scene, ("GetRoleCredentials", RITA_ID), (BILLING, SET), time - 1);
    portal(scene, ("GetRoleCredentials", RITA_ID), (ORDERS, "OrdersRead"), time - 1);
    portal(scene, ("GetRoleCredentials", RITA_ID), (ORDERS, SET), time - 4 * HOUR);
    let sign_in = portal(scene, ("GetRoleCredentials", RITA_ID), (ORDERS, SET), time);
    let mut ops = scene.role(ORDERS, SSO_ROLE, RITA, time);
    if let Kind::Role(session) = &mut ops.kind {
        session.path = "/aws-reserved/sso.amazonaws.com/".to_owned();
        session.on_behalf_of = Some(RITA_ID.to_owned());
    }
    let asserted = ops.role_session().cloned().map(|session| {
        // The portal hands out another key than the one of this answer.
        let answered = RoleSession { access_key: scene.prng.key("ASIA", 16), ..session };
        let who = Actor { kind: Kind::Saml { name: RITA.to_owned() }, ..ops.clone() };
        let provider = format!("arn:aws:iam::{ORDERS}:saml-provider/AWSSSO_9882ccf00912484e_DO_NOT_DELETE");
        scene.call(&who, time, assertion(&answered, (RITA, &provider), time))
    });
    scene.call(&ops, time + 30, calls::describe_instances());
    let rita = scene.entered(&developer(ORDERS, "deploy", "authorized"), RITA, time + MINUTE);
    let stepped = scene.call(&ops, time + MINUTE, assumed(&rita, DEVELOPER));
    scene.came_by(&rita, &[&sign_in, asserted.as_deref().unwrap_or_default(), &stepped]);
    scene.call(&rita, time + 2 * MINUTE, calls::delete_table("orders-drafts"));
    rita
}

/// A record of the portal: who asked for credentials of a permission set in an account.
fn portal(
    scene: &mut Scene,
    (name, user): (&'static str, &str),
    (account, set): (&str, &str),
    time: i64,
) -> String {
    let store = format!("arn:aws:identitystore::{MANAGEMENT}:identitystore/d-9067642ac7");
    let record = Record {
        time,
        event_id: scene.prng.uuid(),
        request_id: scene.prng.uuid(),
        account: MANAGEMENT.to_owned(),
        region: "us-east-1".to_owned(),
        source: Cow::Borrowed("sso.amazonaws.com"),
        name: Cow::Borrowed(name),
        event_type: Cow::Borrowed("AwsServiceEvent"),
        identity_json: json!({"type": "IdentityCenterUser", "accountId": MANAGEMENT,
                              "onBehalfOf": {"userId": user, "identityStoreArn": store},
                              "credentialId": "AAAAAGpEaIMIfeJrfG3s"})
        .to_string(),
        source_ip: "198.51.100.41".to_owned(),
        user_agent: "aws-cli/2.15.30".to_owned(),
        details_json: json!({"role_name": set, "account_id": account}).to_string(),
        read_only: true,
        ..Record::default()
    };
    scene.push(record, "us-east-1")
}

fn credentials(session: &RoleSession, time: i64) -> Value {
    json!({"accessKeyId": session.access_key, "expiration": clock::locale(time + HOUR),
           "sessionToken": "bm90LWEtdG9rZW4="})
}

fn user_of(session: &RoleSession) -> Value {
    json!({"assumedRoleId": format!("{}:{}", session.role_id, session.session_name),
           "arn": session.session_arn(ORDERS)})
}

fn assertion(session: &RoleSession, (subject, provider): (&str, &str), time: i64) -> Call {
    let request = json!({"roleArn": session.role_arn(ORDERS), "roleSessionName": session.session_name,
                         "principalArn": provider, "durationSeconds": 3600});
    let answer = json!({"credentials": credentials(session, time), "assumedRoleUser": user_of(session),
                        "subject": subject, "subjectType": "persistent"});
    Call::read("sts", "AssumeRoleWithSAML", request).answering(answer)
}

fn token(session: &RoleSession, (subject, provider): (&str, &str), time: i64) -> Call {
    let request = json!({"roleArn": session.role_arn(ORDERS), "roleSessionName": session.session_name,
                         "durationSeconds": 3600});
    let answer = json!({"credentials": credentials(session, time), "assumedRoleUser": user_of(session),
                        "subjectFromWebIdentityToken": subject, "audience": "sts.amazonaws.com",
                        "provider": provider});
    Call::read("sts", "AssumeRoleWithWebIdentity", request).answering(answer)
}

/// The call by which somebody takes on the role of an actor.
fn assumed(actor: &Actor, role: &str) -> Call {
    let Some(session) = actor.role_session() else { return calls::assume_role(ORDERS, role, "") };
    let answer =
        json!({"credentials": credentials(session, session.created), "assumedRoleUser": user_of(session)});
    calls::assume_role(ORDERS, role, &session.session_name).answering(answer)
}

fn with_token(scene: &mut Scene, actor: &Actor, (subject, provider): (&str, &str), time: i64) -> String {
    let Some(session) = actor.role_session().cloned() else { return String::new() };
    let kind = Kind::Web { subject: subject.to_owned(), provider: provider.to_owned() };
    let who = Actor { kind, standing: None, ..actor.clone() };
    scene.call(&who, time, token(&session, (subject, provider), time))
}

fn by_token(scene: &mut Scene, time: i64) {
    let subject = "repo:acme/orders:ref:refs/heads/main";
    let pipeline = scene.entered(&developer(ORDERS, "GitHubActions", "authorized"), subject, time);
    let entered = with_token(scene, &pipeline, (subject, GITHUB), time);
    scene.came_by(&pipeline, &[&entered]);
    scene.call(&pipeline, time + MINUTE, calls::delete_log_group("/orders/pipeline"));
}

fn by_user(scene: &mut Scene, time: i64) {
    let sam = scene.user(ORDERS, "sam");
    let mut temporary = sam.clone();
    let key = scene.prng.key("ASIA", 16);
    if let Kind::User { access_key, .. } = &mut temporary.kind {
        access_key.clone_from(&key);
    }
    let answer = json!({"credentials": {"accessKeyId": key, "expiration": clock::locale(time + HOUR),
                        "sessionToken": "bm90LWEtdG9rZW4="}});
    let asked = scene.call(&sam, time, Call::read("sts", "GetSessionToken", json!({})).answering(answer));
    let entered = scene.entered(&developer(ORDERS, "sam-cli", "authorized"), "sam-cli", time + MINUTE);
    let stepped = scene.call(&temporary, time + MINUTE, assumed(&entered, DEVELOPER));
    scene.came_by(&entered, &[&asked, &stepped]);
    scene.call(&entered, time + 2 * MINUTE, calls::delete_bucket("orders-sam"));
}

/// Roles that she lets others assume with tokens and assertions.
fn trust(scene: &mut Scene, rita: &Actor, time: i64) {
    for (turn, (role, provider)) in
        [("orders-pods", CLUSTER), ("orders-partners", PARTNERS)].into_iter().enumerate()
    {
        let later = time + turn as i64 * 10 * MINUTE;
        let policy =
            json!({"Statement": [{"Effect": "Allow", "Principal": {"Federated": provider}}]}).to_string();
        let request = json!({"roleName": role, "policyDocument": policy});
        scene.call(rita, later, Call::write("iam", "UpdateAssumeRolePolicy", request));
        let mut guest = scene.role(ORDERS, role, "guest", later + MINUTE);
        let Some(session) = guest.role_session().cloned() else { return };
        scene.descends(rita, &mut guest, "workload", ("assume_role", later + MINUTE));
        if provider == CLUSTER {
            with_token(scene, &guest, ("system:serviceaccount:orders:wipe", provider), later + MINUTE);
        } else {
            let kind = Kind::Saml { name: "guest".to_owned() };
            let who = Actor { kind, standing: None, ..guest.clone() };
            scene.call(&who, later + MINUTE, assertion(&session, ("guest", provider), later + MINUTE));
        }
        scene.call(
            &guest,
            later + 2 * MINUTE,
            calls::delete_snapshot(&format!("snap-0a1b2c3d4e5f6440{turn}")),
        );
    }
    // The same role with a token of another provider, whom somebody else let in.
    let other = scene.role(ORDERS, "orders-pods", "other", time + 5 * MINUTE);
    with_token(scene, &other, ("repo:acme/other", GITHUB), time + 5 * MINUTE);
    scene.call(&other, time + 6 * MINUTE, calls::delete_snapshot("snap-0a1b2c3d4e5f64409"));
}
