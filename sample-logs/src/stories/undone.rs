//! What was undone, by which call, and what only looks like it.

use super::{Text, case};
use crate::actor::Actor;
use crate::bucket::Packing;
use crate::calls;
use crate::calls::Call;
use crate::casebook::Case;
use crate::cast::{ADMIN, BILLING, LAKE, MANAGEMENT, SHOP};
use crate::clock::{DAY, MINUTE, at, extended};
use crate::losses as loss;
use crate::scene::Scene;
use crate::truth::Intent;
use serde_json::json;
use std::io;

const TEXT: Text = Text {
    name: "undone",
    title: "What was undone, and what only looks like it",
    story: "Grace stops, detaches and deletes in the shop's account; Heidi undoes most of it within the hour.
Some calls only look like it: one is denied, one is about another account, one comes in the same second, one makes an empty table,
some restore something else under the name of what was lost, one is about a rule of the same name on another bus.
What is undone has a time and an event; for the rest nothing has ended.",
};

const TRAIL: &str = "arn:aws:cloudtrail:us-east-1:555566667777:trail/shop-trail";
const KEY: &str = "1f0e0b52-6a0c-4a57-9f3c-7d0f3a1c2101";

/// The case.
pub(super) fn tell() -> io::Result<Case> {
    let mut scene = Scene::new(202);
    let start = at("2026-02-03T08:00:00Z");
    let grace = scene.role(SHOP, ADMIN, "grace", start - 3_600);
    let heidi = scene.role(SHOP, ADMIN, "heidi", start - 1_800);
    for (minute, (doing, undoing)) in (0..).zip(pairs(start)) {
        let time = start + minute * MINUTE;
        let done = scene.call(&grace, time, doing);
        scene.undo(&heidi, time + 30 * MINUTE + minute, undoing, &done);
    }
    let payer = scene.role(MANAGEMENT, ADMIN, "grace", start - 3_600);
    let detach = loss::organization_policy("DetachPolicy", "p-examplescp", "ou-abcd-shop").destroying(&[]);
    let detached = scene.call(&payer, start, detach.losing("reversible"));
    let attach = loss::organization_policy("AttachPolicy", "p-examplescp", "ou-abcd-shop");
    scene.undo(&payer, start + 50 * MINUTE, attach, &detached);
    decoys(&mut scene, &grace, start + 120 * MINUTE);
    // Recording is stopped first, and what follows is done unseen.
    let rule_id = "intent/blind-then-changed";
    let intent = Intent { rule_id, account_id: SHOP, actor: "grace" };
    scene.truth.intents.extend([intent; 3]);
    case(TEXT, scene, Packing::Gzip, &[])
}

/// Each call with the one that undoes it; the place is the minute of the first.
fn pairs(start: i64) -> Vec<(Call, Call)> {
    let minute = |number: i64| start + number * MINUTE;
    let recorder = |event| loss::named("config", event, "configurationRecorderName", "default");
    let until = minute(1) + 7 * DAY;
    let secret_until = minute(2) + 30 * DAY;
    vec![
        (
            calls::stop_logging(TRAIL).losing("reversible"),
            loss::named("cloudtrail", "StartLogging", "name", "shop-trail"),
        ),
        (calls::schedule_key_deletion(KEY, &extended(until)).losing_at(until), loss::cancel_key(KEY)),
        (
            loss::delete_secret("shop/db", json!({}), secret_until).losing_at(secret_until),
            loss::restore_secret("shop/db"),
        ),
        (calls::delete_bucket("shop-exports").losing("rebuildable"), calls::create_bucket("shop-exports")),
        (calls::delete_table("shop-carts").losing("unknown"), loss::restore_table("shop-carts")),
        (
            loss::delete_db_with_snapshot("shop-db", "shop-db-last").losing("recoverable"),
            loss::restore_db("shop-db-again", "shop-db-last"),
        ),
        (
            calls::delete_snapshot("snap-0a1b2c3d4e5f20201").losing("unknown"),
            loss::restore_snapshot("snap-0a1b2c3d4e5f20201"),
        ),
        (calls::delete_role("shop-reader").losing("rebuildable"), calls::create_role(SHOP, "shop-reader")),
        (
            recorder("StopConfigurationRecorder").destroying(&["default"]).losing("reversible"),
            recorder("StartConfigurationRecorder"),
        ),
        (
            loss::alarm_actions("DisableAlarmActions", &["shop-5xx", "shop-lag"])
                .destroying(&["shop-5xx", "shop-lag"])
                .losing("reversible"),
            loss::alarm_actions("EnableAlarmActions", &["shop-5xx", "shop-lag"]),
        ),
        (
            calls::delete_table("shop-stock").losing("unknown"),
            loss::restore_table_from("shop-stock", "shop-stock-again"),
        ),
        (
            loss::bus_rule("DisableRule", "orders-in", "shop")
                .destroying(&["orders-in"])
                .losing("reversible"),
            loss::bus_rule("EnableRule", "orders-in", "arn:aws:events:us-east-1:555566667777:event-bus/shop"),
        ),
    ]
}

fn decoys(scene: &mut Scene, grace: &Actor, start: i64) {
    let ivan = scene.role(BILLING, ADMIN, "ivan", start - 3_600);
    let lake = scene.role(LAKE, ADMIN, "ivan", start - 3_600);
    // Denied.
    scene.call(grace, start, calls::stop_logging("shop-second-trail").losing("reversible"));
    let denied = loss::named("cloudtrail", "StartLogging", "name", "shop-second-trail").denied();
    scene.call(grace, start + 10 * MINUTE, denied);
    // In another account.
    let key = "1f0e0b52-6a0c-4a57-9f3c-7d0f3a1c2102";
    let time = start + MINUTE;
    scene.call(grace, time, loss::schedule_key(key, Some(7)).losing_at(time + 7 * DAY));
    scene.call(&ivan, start + 11 * MINUTE, loss::cancel_key(key));
    // In the same second, where the order is unknown.
    let time = start + 2 * MINUTE;
    scene.call(&lake, time, calls::stop_logging("lake-trail").losing("reversible"));
    scene.call(&lake, time, loss::named("cloudtrail", "StartLogging", "name", "lake-trail"));
    // A table of the same name, with nothing in it.
    scene.call(grace, start + 3 * MINUTE, calls::delete_table("shop-orders").losing("unknown"));
    scene.call(grace, start + 13 * MINUTE, loss::create_table("shop-orders"));
    // A table of the same name, with the rows of another.
    scene.call(grace, start + 5 * MINUTE, calls::delete_table("shop-prices").losing("unknown"));
    scene.call(grace, start + 15 * MINUTE, loss::restore_table_from("shop-colours", "shop-prices"));
    // A rule of the same name on another bus.
    let rule = loss::bus_rule("DisableRule", "prices-in", "shop").destroying(&["prices-in"]);
    scene.call(grace, start + 6 * MINUTE, rule.losing("reversible"));
    scene.call(grace, start + 16 * MINUTE, loss::bus_rule("EnableRule", "prices-in", "default"));
    // One alarm of two.
    let alarms = ["shop-stock", "shop-pay"];
    let disable =
        loss::alarm_actions("DisableAlarmActions", &alarms).destroying(&alarms).losing("reversible");
    scene.call(grace, start + 4 * MINUTE, disable);
    scene.call(grace, start + 14 * MINUTE, loss::alarm_actions("EnableAlarmActions", &alarms[..1]));
    from_a_snapshot_of_another(scene, grace, start);
}

/// Databases that come back from the snapshot of another one: one of them a second time, from its own.
fn from_a_snapshot_of_another(scene: &mut Scene, grace: &Actor, start: i64) {
    let at = |minute: i64| start + minute * MINUTE;
    scene.call(grace, at(-20), loss::create_db_snapshot("shop-colours", "shop-colours-daily"));
    let ledger = loss::delete_db_with_snapshot("shop-ledger", "shop-ledger-last").losing("recoverable");
    let ledger = scene.call(grace, at(7), ledger);
    let news = loss::delete_db_keeping_backups("shop-news", 7).losing_at(at(8) + 7 * DAY);
    scene.call(grace, at(8), news);
    scene.call(grace, at(17), loss::restore_db("shop-ledger", "shop-colours-daily"));
    scene.call(grace, at(18), loss::restore_db("shop-news", "shop-colours-daily"));
    scene.undo(grace, at(19), loss::restore_db("shop-ledger-again", "shop-ledger-last"), &ledger);
}
