//! Several calls within one second, in two regions: their order is unknown and must still be stable.

use super::{Archive, Text, case, developer, enabled_by_rfc};
use crate::bucket::Packing;
use crate::calls;
use crate::casebook::Case;
use crate::cast::{DEVELOPER, MANAGEMENT, ORDERS};
use crate::clock::at;
use crate::scene::Scene;
use std::io;

const TEXT: Text = Text {
    name: "two-regions-one-second",
    title: "Six deletions in one second, in two regions",
    story: "Two people use developer mode at once and a script of theirs deletes things in us-east-1 and eu-west-1 within the same second.
CloudTrail tells whole seconds only, so no order within the second is known.
The rows are ordered by account, region, source, name and event id, whatever object was read first.",
};

/// The case.
pub(super) fn tell() -> io::Result<Case> {
    let mut scene = Scene::new(7);
    let created = at("2026-01-22T09:00:00Z");
    scene.everyday_rfcs(&[MANAGEMENT, ORDERS], &[at("2026-01-21T09:00:00Z"), at("2026-01-23T09:00:00Z")]);
    let window = enabled_by_rfc(&mut scene, ORDERS, DEVELOPER, created);
    let start = created + 3_600;
    let bob = scene.enter(&developer(ORDERS, "bob", "authorized"), start);
    let carol = scene.enter(&developer(ORDERS, "carol", "authorized"), start);
    let second = start + 120;
    scene.call(&carol, second, calls::delete_volume("vol-0a1b2c3d4e5f60701").in_region("eu-west-1"));
    scene.call(&bob, second, calls::delete_volume("vol-0a1b2c3d4e5f60702"));
    scene.call(&bob, second, calls::delete_volume("vol-0a1b2c3d4e5f60703").in_region("eu-west-1"));
    scene.call(&carol, second, calls::terminate_instances(&["i-0a1b2c3d4e5f60701"]));
    scene.call(&bob, second, calls::delete_table("orders-left").in_region("eu-west-1"));
    scene.call(&carol, second, calls::delete_table("orders-right"));
    scene.window(window);
    case(TEXT, scene, Packing::Plain, &[Archive::Details])
}
