//! Recording stopped, protection and backups removed, and then the data; beside it, people who only came near that.

use super::{Archive, Text, case, developer, enabled_by_rfc};
use crate::bucket::Packing;
use crate::calls;
use crate::casebook::Case;
use crate::cast::{ADMIN, DEVELOPER, MANAGEMENT, ORDERS};
use crate::clock::{HOUR, MINUTE, at};
use crate::scene::Scene;
use crate::truth::Intent;
use std::io;

const TEXT: Text = Text {
    name: "wipe-with-intent",
    title: "First the recording, the protection and the backups, then the data",
    story: "Mallory uses developer mode to stop the trail, takes the protection off a database, deletes its snapshot and then the database, and terminates instances in three regions within minutes.
Frank, Grace and Heidi come near the same patterns: a protection removed and nothing deleted, a database deleted that had none, snapshots rotated and a volume of another service deleted, a trail that could not be stopped, two regions only.
Only what Mallory did follows the patterns.",
};

/// The rules that have to find what Mallory did.
const FOLLOWED: [&str; 4] = [
    "intent/backups-then-data",
    "intent/blind-then-changed",
    "intent/same-call-many-places",
    "intent/unprotected-then-destroyed",
];

/// The case.
pub(super) fn tell() -> io::Result<Case> {
    let mut scene = Scene::new(19);
    let created = at("2026-02-05T09:00:00Z");
    scene.everyday_rfcs(&[MANAGEMENT, ORDERS], &[at("2026-02-04T09:00:00Z"), at("2026-02-06T09:00:00Z")]);
    let window = enabled_by_rfc(&mut scene, ORDERS, DEVELOPER, created);
    near_misses(&mut scene, created + HOUR);
    wipe(&mut scene, created + 3 * HOUR);
    scene.window(window);
    for rule_id in FOLLOWED {
        scene.truth.intents.push(Intent { rule_id, account_id: ORDERS, actor: "mallory" });
    }
    case(TEXT, scene, Packing::Gzip, &[Archive::Details])
}

fn wipe(scene: &mut Scene, start: i64) {
    let mallory = scene.enter(&developer(ORDERS, "mallory", "authorized"), start);
    let trail = "arn:aws:cloudtrail:us-east-1:333344445555:trail/orders-trail";
    scene.call(&mallory, start + MINUTE, calls::stop_logging(trail));
    scene.call(&mallory, start + 2 * MINUTE, calls::unprotect_db_instance("orders-db"));
    scene.call(&mallory, start + 3 * MINUTE, calls::delete_db_snapshot("orders-db-weekly"));
    scene.call(&mallory, start + 9 * MINUTE, calls::delete_db_instance("orders-db"));
    for (turn, region) in ["us-east-1", "eu-west-1", "ap-southeast-2"].into_iter().enumerate() {
        let id = format!("i-0a1b2c3d4e5f6190{turn}");
        let later = start + 20 * MINUTE + turn as i64 * 90;
        scene.call(&mallory, later, calls::terminate_instances(&[&id]).in_region(region));
    }
}

fn near_misses(scene: &mut Scene, start: i64) {
    let frank = scene.role(ORDERS, ADMIN, "frank", start);
    scene.call(&frank, start + MINUTE, calls::unprotect_db_instance("orders-reports"));
    scene.call(&frank, start + 2 * MINUTE, calls::delete_db_instance("orders-test"));
    let grace = scene.role(ORDERS, ADMIN, "grace", start);
    scene.call(&grace, start + 3 * MINUTE, calls::delete_db_snapshot("orders-nightly-0104"));
    scene.call(&grace, start + 4 * MINUTE, calls::delete_volume("vol-0a1b2c3d4e5f61901"));
    scene.call(
        &grace,
        start + 5 * MINUTE,
        calls::delete_volume("vol-0a1b2c3d4e5f61902").in_region("eu-west-1"),
    );
    let heidi = scene.role(ORDERS, ADMIN, "heidi", start);
    let trail = "arn:aws:cloudtrail:us-east-1:333344445555:trail/orders-trail";
    scene.call(&heidi, start + 6 * MINUTE, calls::stop_logging(trail).denied());
    scene.call(&heidi, start + 7 * MINUTE, calls::delete_log_group("/orders/old"));
}
