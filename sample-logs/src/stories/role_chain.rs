//! A developer steps from the mode role into another role: what is done there still belongs to the mode.

use super::{Archive, Text, case, developer, enabled_by_rfc};
use crate::bucket::Packing;
use crate::calls;
use crate::casebook::Case;
use crate::cast::{DEVELOPER, MANAGEMENT, ORDERS};
use crate::clock::at;
use crate::scene::{Login, Scene};
use std::io;

const TEXT: Text = Text {
    name: "role-chain",
    title: "From the mode role into a workload's role",
    story: "Carol enters developer mode of the orders account and assumes the worker's role with the mode session's key.
With the worker's role she deletes a table and a bucket; the worker itself deletes a volume the same hour.
Her deletions are chained to her and to the mode, and the worker's is nobody's but its own.",
};

/// The case.
pub(super) fn tell() -> io::Result<Case> {
    let mut scene = Scene::new(16);
    let created = at("2026-01-28T09:00:00Z");
    scene.everyday_rfcs(&[MANAGEMENT, ORDERS], &[at("2026-01-27T09:00:00Z"), at("2026-01-29T09:00:00Z")]);
    let window = enabled_by_rfc(&mut scene, ORDERS, DEVELOPER, created);
    let start = created + 3_600;
    let worker = scene.role(ORDERS, "app-orders-worker-role", "i-0a1b2c3d4e5f61601", start - 600);
    let login = Login { source_identity: true, ..developer(ORDERS, "carol", "authorized") };
    let carol = scene.enter(&login, start);
    let stepped = scene.chain(&carol, "app-orders-worker-role", "maintenance", start + 60);
    scene.call(&stepped, start + 90, calls::delete_table("orders-rows"));
    scene.call(&stepped, start + 120, calls::delete_bucket("orders-files"));
    scene.call(&worker, start + 150, calls::delete_volume("vol-0a1b2c3d4e5f61601"));
    scene.window(window);
    case(TEXT, scene, Packing::Plain, &[Archive::Details])
}
