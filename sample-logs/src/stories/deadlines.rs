//! Everything that waits before it is gone, and everything of which a copy stays.

use super::{Text, case};
use crate::actor::Actor;
use crate::bucket::Packing;
use crate::calls;
use crate::casebook::Case;
use crate::cast::{ADMIN, LAKE, MANAGEMENT};
use crate::clock::{DAY, MINUTE, at, extended};
use crate::losses as loss;
use crate::scene::Scene;
use crate::truth::Intent;
use serde_json::json;
use std::io;

const TEXT: Text = Text {
    name: "deadlines",
    title: "What can still be saved, and until when",
    story: "Frank deletes keys, secrets, tables, databases, snapshots and an account, each with its own wait or copy.
Some deadlines stand in the answer, some in the request, some are defaults, and some follow from earlier settings.
Where the only copy is destroyed too, or no setting is in evidence, there is no deadline.",
};

const KEY: &str = "1f0e0b52-6a0c-4a57-9f3c-7d0f3a1c200";

/// The case.
pub(super) fn tell() -> io::Result<Case> {
    let mut scene = Scene::new(201);
    let start = at("2026-02-02T08:00:00Z");
    let frank = scene.role(LAKE, ADMIN, "frank", start - 3_600);
    settings(&mut scene, &frank, start);
    keys(&mut scene, &frank, start + 60 * MINUTE);
    data(&mut scene, &frank, start + 120 * MINUTE);
    compute(&mut scene, &frank, start + 180 * MINUTE);
    let payer = scene.role(MANAGEMENT, ADMIN, "frank", start - 3_600);
    let closed = start + 240 * MINUTE;
    scene.call(&payer, closed, loss::close_account("999988887777").losing_at(closed + 90 * DAY));
    // Recording is stopped first, and what follows is done unseen.
    let rule_id = "intent/blind-then-changed";
    let intent = Intent { rule_id, account_id: LAKE, actor: "frank" };
    scene.truth.intents.extend([intent; 1]);
    case(TEXT, scene, Packing::Gzip, &[])
}

fn settings(scene: &mut Scene, frank: &Actor, start: i64) {
    let rules = [("EBS_SNAPSHOT", 9), ("EC2_IMAGE", 12)];
    for (minute, (resource_type, days)) in (0..).zip(rules) {
        scene.call(frank, start + minute * MINUTE, loss::recycle_bin(resource_type, days));
    }
    scene.call(frank, start + 2 * MINUTE, loss::recycle_bin("EBS_VOLUME", 5).in_region("eu-west-1"));
    scene.call(frank, start + 3 * MINUTE, loss::keep_backups("lake-orders", 21));
    scene.call(frank, start + 5 * MINUTE, loss::keep_points_in_time("lake-index"));
    scene.call(
        frank,
        start + 6 * MINUTE,
        loss::create_snapshot("vol-0a1b2c3d4e5f20101", "snap-0a1b2c3d4e5f20101"),
    );
    scene.call(
        frank,
        start + 7 * MINUTE,
        loss::create_snapshot("vol-0a1b2c3d4e5f20102", "snap-0a1b2c3d4e5f20102"),
    );
}

fn keys(scene: &mut Scene, frank: &Actor, start: i64) {
    let key = |number: u32| format!("{KEY}{number}");
    let minute = |number: i64| start + number * MINUTE;
    let answered = minute(0) + 7 * DAY + 3_600;
    let call = calls::schedule_key_deletion(&key(1), &extended(answered)).losing_at(answered);
    scene.call(frank, minute(0), call);
    scene.call(frank, minute(1), loss::schedule_key(&key(2), Some(10)).losing_at(minute(1) + 10 * DAY));
    scene.call(frank, minute(2), loss::schedule_key(&key(3), None).losing_at(minute(2) + 30 * DAY));
    let window = json!({"recoveryWindowInDays": 14});
    let until = minute(3) + 14 * DAY;
    scene.call(frank, minute(3), loss::delete_secret("lake/reader", window, until).losing_at(until));
    let until = minute(4) + 30 * DAY;
    scene.call(frank, minute(4), loss::delete_secret("lake/writer", json!({}), until).losing_at(until));
    let force = json!({"forceDeleteWithoutRecovery": true});
    scene.call(frank, minute(5), loss::delete_secret("lake/admin", force, minute(5)).losing("irreversible"));
    let authority = "arn:aws:acm-pca:us-east-1:666677778888:certificate-authority/11111111-2222";
    scene.call(frank, minute(6), loss::delete_authority(authority, 9).losing_at(minute(6) + 9 * DAY));
    let unasked = "arn:aws:acm-pca:us-east-1:666677778888:certificate-authority/33333333-4444";
    let until = minute(10) + 30 * DAY;
    scene.call(frank, minute(10), loss::delete_authority_by_default(unasked).losing_at(until));
    let until = minute(7) + 7 * DAY;
    scene.call(frank, minute(7), loss::delete_hsm_backup("backup-abcdefghijk", until).losing_at(until));
    let until = minute(8) + 5 * DAY;
    scene.call(frank, minute(8), loss::delete_payment_key("alias/lake-cards", until).losing_at(until));
    let store = "arn:aws:cloudtrail:us-east-1:666677778888:eventdatastore/33333333-4444";
    scene.call(frank, minute(9), loss::delete_store(store).losing_at(minute(9) + 7 * DAY));
}

fn data(scene: &mut Scene, frank: &Actor, start: i64) {
    let minute = |number: i64| start + number * MINUTE;
    scene.call(frank, minute(0), calls::delete_table("lake-index").losing_at(minute(0) + 35 * DAY));
    scene.call(frank, minute(1), calls::delete_table("lake-rows").losing("unknown"));
    let kept = loss::delete_db_keeping_backups("lake-catalog", 14).losing_at(minute(2) + 14 * DAY);
    scene.call(frank, minute(2), kept);
    scene.call(
        frank,
        minute(3),
        loss::delete_db_with_snapshot("lake-audit", "lake-audit-last").losing("recoverable"),
    );
    scene.call(
        frank,
        minute(4),
        loss::delete_db_with_snapshot("lake-sales", "lake-sales-last").losing("irreversible"),
    );
    scene.call(frank, minute(5), loss::delete_db_snapshot("lake-sales-last").losing("irreversible"));
    scene.call(frank, minute(6), calls::delete_db_instance("lake-scratch").losing("irreversible"));
    let kept = loss::delete_cluster_keeping_backups("lake-cluster", 5).losing_at(minute(7) + 5 * DAY);
    scene.call(frank, minute(7), kept);
    // The answer does not tell the days; an earlier setting does.
    let kept = loss::delete_db_keeping_backups("lake-orders", 21).answering(json!(null));
    scene.call(frank, minute(8), kept.losing_at(minute(8) + 21 * DAY));
}

fn compute(scene: &mut Scene, frank: &Actor, start: i64) {
    let minute = |number: i64| start + number * MINUTE;
    scene.call(frank, minute(0), calls::delete_volume("vol-0a1b2c3d4e5f20101").losing("recoverable"));
    // Its only snapshot is deleted a minute later, and waits in the Recycle Bin.
    let through_the_bin = calls::delete_volume("vol-0a1b2c3d4e5f20102").losing_at(minute(2) + 9 * DAY);
    scene.call(frank, minute(1), through_the_bin);
    let snapshot = calls::delete_snapshot("snap-0a1b2c3d4e5f20102").losing_at(minute(2) + 9 * DAY);
    scene.call(frank, minute(2), snapshot);
    scene.call(
        frank,
        minute(3),
        loss::deregister_image("ami-0a1b2c3d4e5f20101").losing_at(minute(3) + 12 * DAY),
    );
    scene.call(frank, minute(4), calls::delete_volume("vol-0a1b2c3d4e5f20103").losing("irreversible"));
    let elsewhere = calls::delete_snapshot("snap-0a1b2c3d4e5f20109").in_region("eu-west-1").losing("unknown");
    scene.call(frank, minute(5), elsewhere);
    let binned = calls::delete_volume("vol-0a1b2c3d4e5f20104").in_region("eu-west-1");
    scene.call(frank, minute(6), binned.losing_at(minute(6) + 5 * DAY));
}
