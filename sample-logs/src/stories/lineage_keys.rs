//! Keys, users and roles that a mode session makes, and those who use them later.

use super::{Archive, Text, case, developer, enabled_by_rfc};
use crate::actor::{Actor, Kind};
use crate::bucket::Packing;
use crate::calls::{self, Call};
use crate::casebook::Case;
use crate::cast::{DEVELOPER, MANAGEMENT, ORDERS};
use crate::clock::{DAY, HOUR, MINUTE, at};
use crate::record::Record;
use crate::scene::{Login, Scene};
use crate::truth::Intent;
use serde_json::json;
use std::borrow::Cow;
use std::io;

const TEXT: Text = Text {
    name: "lineage-keys",
    title: "Keys, users and roles made in the mode and used after it",
    story: "Mallory makes an access key for the user backup-bot, a user of her own and a role of her own.
The next day the key, the user and the role destroy things: all of it descends from her session.
The key's user has another key of his own, the key is deleted and somebody shows its id again, and a role of the
same name in the same account is made anew by somebody else: nothing of that is hers.",
};

/// The case.
pub(super) fn tell() -> io::Result<Case> {
    let mut scene = Scene::new(41);
    let created = at("2026-02-02T09:00:00Z");
    scene.everyday_rfcs(&[MANAGEMENT, ORDERS], &[at("2026-02-01T09:00:00Z"), at("2026-02-06T09:00:00Z")]);
    let window = enabled_by_rfc(&mut scene, ORDERS, DEVELOPER, created);
    let start = created + HOUR;
    let login = Login { source_identity: true, ..developer(ORDERS, "mallory", "authorized") };
    let mallory = scene.enter(&login, start);
    let next = start + DAY;
    key_for_another(&mut scene, &mallory, start + 60, next);
    user_of_her_own(&mut scene, &mallory, start + 120, next);
    role_of_her_own(&mut scene, &mallory, start + 180, next);
    password_for_another(&mut scene, &mallory, start + 240, next);
    trust_for_others(&mut scene, &mallory, start + 300, next);
    scene.window(window);
    // A snapshot goes first, then a volume, both by what descends from her session.
    let rule_id = "intent/backups-then-data";
    scene.truth.intents.push(Intent { rule_id, account_id: ORDERS, actor: "mallory@example.com" });
    case(TEXT, scene, Packing::Gzip, &[Archive::Details])
}

fn key_for_another(scene: &mut Scene, mallory: &Actor, time: i64, next: i64) {
    let bot = scene.user(ORDERS, "backup-bot");
    let made = scene.user(ORDERS, "backup-bot");
    let key = access_key(&made);
    scene.call(mallory, time, create_access_key("backup-bot", &key));
    let mut hers = made.clone();
    scene.descends(mallory, &mut hers, "chained", ("first_use", next));
    scene.call(&hers, next, calls::list_buckets());
    scene.call(&hers, next + 60, calls::delete_bucket("orders-archive"));
    // The bot's own key is nobody else's, and the deleted key is nobody's.
    scene.call(&bot, next + 120, calls::delete_bucket("backup-scratch"));
    let admin = scene.role(ORDERS, "customer-admin", "otto", next + HOUR - MINUTE);
    let request = json!({"userName": "backup-bot", "accessKeyId": key});
    scene.call(&admin, next + HOUR, Call::write("iam", "DeleteAccessKey", request).destroying_named(&[&key]));
    scene.call(&made, next + 2 * HOUR, calls::delete_bucket("backup-old"));
}

fn user_of_her_own(scene: &mut Scene, mallory: &Actor, time: i64, next: i64) {
    let mut helper = scene.user(ORDERS, "helper");
    let Kind::User { user_id, .. } = helper.kind.clone() else { return };
    let user = json!({"user": {"userName": "helper", "userId": user_id, "path": "/"}});
    scene.call(
        mallory,
        time,
        Call::write("iam", "CreateUser", json!({"userName": "helper"})).answering(user),
    );
    scene.descends(mallory, &mut helper, "workload", ("first_use", next + 300));
    scene.call(&helper, next + 300, calls::delete_table("helper-rows"));
    // With her user's key she asks for a session, and with that she goes on.
    let session = scene.user(ORDERS, "helper");
    let mut session = session.clone();
    if let Kind::User { access_key, .. } = &mut session.kind {
        *access_key = access_key.replacen("AKIA", "ASIA", 1);
    }
    let answer = json!({"credentials": {"accessKeyId": access_key(&session),
                        "expiration": "2026-02-04T10:10:00Z", "sessionToken": "bm90LWEtdG9rZW4="}});
    scene.call(&helper, next + 360, Call::read("sts", "GetSessionToken", json!({})).answering(answer));
    scene.descends(&helper.clone(), &mut session, "workload", ("assume_role", next + 360));
    scene.call(&session, next + 420, calls::delete_snapshot("snap-0a1b2c3d4e5f64101"));
}

fn role_of_her_own(scene: &mut Scene, mallory: &Actor, time: i64, next: i64) {
    scene.call(mallory, time, calls::create_role(ORDERS, "orders-cleanup"));
    let mut cleanup = scene.role(ORDERS, "orders-cleanup", "nightly", next + 600);
    scene.descends(mallory, &mut cleanup, "workload", ("creation_date", next + 600));
    scene.call(&cleanup, next + 660, calls::delete_volume("vol-0a1b2c3d4e5f64101"));
    // Made anew by somebody else, the role has another id.
    let admin = scene.role(ORDERS, "customer-admin", "otto", next + 3 * HOUR - MINUTE);
    scene.call(&admin, next + 3 * HOUR, calls::delete_role("orders-cleanup"));
    scene.call(&admin, next + 3 * HOUR + 60, calls::create_role(ORDERS, "orders-cleanup"));
    let mut namesake = scene.role(ORDERS, "orders-cleanup", "nightly", next + 4 * HOUR);
    if let Kind::Role(session) = &mut namesake.kind {
        session.role_id = "AROAQZ7NAMESAKEOFHER2".to_owned();
    }
    scene.call(&namesake, next + 4 * HOUR + 60, calls::delete_volume("vol-0a1b2c3d4e5f64102"));
}

/// Whoever knows the password that she set comes in by the console; who came in before did not need it. With a key
/// of the user a federated user is made too.
fn password_for_another(scene: &mut Scene, mallory: &Actor, time: i64, next: i64) {
    let console = |scene: &mut Scene| {
        let mut user = scene.user(ORDERS, "night-watch");
        if let Kind::User { access_key, .. } = &mut user.kind {
            access_key.clear();
        }
        user
    };
    let request = json!({"userName": "night-watch", "passwordResetRequired": false});
    scene.call(mallory, time, Call::write("iam", "CreateLoginProfile", request));
    let mut watch = console(scene);
    scene.descends(mallory, &mut watch, "workload", ("first_use", next + 900));
    let signed_in = json!({"ConsoleLogin": "Success"});
    scene.call(&watch, next + 900, Call::write("signin", "ConsoleLogin", json!(null)).answering(signed_in));
    scene.call(&watch, next + 930, calls::delete_log_group("/orders/watch"));
    let key = scene.user(ORDERS, "broker");
    scene.call(mallory, time + 5, create_access_key("broker", &access_key(&key)));
    let mut broker = key.clone();
    scene.descends(mallory, &mut broker, "chained", ("first_use", next + 960));
    let mut guest = Actor {
        kind: Kind::Federated { name: "guest".to_owned(), access_key: scene.prng.key("ASIA", 16) },
        ..broker.clone()
    };
    let answer = json!({"credentials": {"accessKeyId": access_key(&guest), "expiration": "2026-02-04T10:16:00Z",
                        "sessionToken": "bm90LWEtdG9rZW4="}});
    let ask = Call::read("sts", "GetFederationToken", json!({"name": "guest"})).answering(answer);
    scene.call(&broker, next + 960, ask);
    scene.descends(&broker.clone(), &mut guest, "chained", ("assume_role", next + 960));
    scene.call(&guest, next + 990, calls::delete_volume("vol-0a1b2c3d4e5f64103"));
}

/// A role that she lets another account assume; whom it let in before is none of hers.
fn trust_for_others(scene: &mut Scene, mallory: &Actor, time: i64, next: i64) {
    let policy =
        "{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"arn:aws:iam::999988887777:root\"}}]}";
    let request = json!({"roleName": "orders-partner", "policyDocument": policy});
    scene.call(mallory, time, Call::write("iam", "UpdateAssumeRolePolicy", request));
    let partner = assumed_from(scene, "999988887777", next + 1200);
    let mut stranger = partner;
    scene.descends(mallory, &mut stranger, "workload", ("assume_role", next + 1200));
    scene.call(&stranger, next + 1230, calls::delete_volume("vol-0a1b2c3d4e5f64104"));
    let known = assumed_from(scene, "888877776666", next + 1500);
    scene.call(&known, next + 1530, calls::delete_volume("vol-0a1b2c3d4e5f64105"));
}

/// The session of the role for another account, and the record of its assumption.
fn assumed_from(scene: &mut Scene, account: &str, time: i64) -> Actor {
    let actor = scene.role(ORDERS, "orders-partner", "partner", time);
    let Some(session) = actor.role_session().cloned() else { return actor };
    let record = Record {
        time,
        event_id: scene.prng.uuid(),
        request_id: scene.prng.uuid(),
        account: ORDERS.to_owned(),
        region: "us-east-1".to_owned(),
        source: Cow::Borrowed("sts.amazonaws.com"),
        name: Cow::Borrowed("AssumeRole"),
        identity_json:
            json!({"type": "AWSAccount", "accountId": account, "principalId": "AIDAFARAWAYEXAMPLE42"})
                .to_string(),
        source_ip: "198.51.100.77".to_owned(),
        user_agent: "aws-cli/2.15.30".to_owned(),
        request_json: json!({"roleArn": session.role_arn(ORDERS), "roleSessionName": "partner"}).to_string(),
        response_json:
            json!({"credentials": {"accessKeyId": session.access_key, "expiration": "2026-02-04T11:00:00Z",
                              "sessionToken": "bm90LWEtdG9rZW4="}})
            .to_string(),
        read_only: true,
        ..Record::default()
    };
    scene.push(record, "us-east-1");
    actor
}

fn access_key(who: &Actor) -> String {
    match &who.kind {
        Kind::User { access_key, .. } | Kind::Federated { access_key, .. } => access_key.clone(),
        _ => String::new(),
    }
}

fn create_access_key(user: &str, key: &str) -> Call {
    let answer = json!({"accessKey": {"userName": user, "accessKeyId": key, "status": "Active",
                        "createDate": "Feb 2, 2026 10:01:00 AM"}});
    Call::write("iam", "CreateAccessKey", json!({"userName": user})).answering(answer)
}
