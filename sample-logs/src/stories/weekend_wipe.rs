//! Authorised by RFC, four people, a wipe on Saturday, the role deleted on Monday.

use super::{Archive, Text, case, developer, enabled_by_rfc};
use crate::bucket::Packing;
use crate::calls;
use crate::casebook::Case;
use crate::cast::{DEVELOPER, MANAGEMENT, OPERATOR, ORDERS};
use crate::clock::{HOUR, at, extended};
use crate::scene::{Login, Scene};
use std::io;

const TEXT: Text = Text {
    name: "weekend-wipe",
    title: "Developer mode by RFC, four people, a wipe on Saturday",
    story: "Alice raises ct-1opjmhuddw194 on Thursday and developer mode of the orders account opens twelve minutes later.
Alice and Bob work with it on Thursday and Friday; on Saturday Carol and Dave destroy instances, a database, a key, a bucket and a stack, and fail to stop the trail.
AMS deletes the role on Monday morning, which closes the window.",
};

/// The case.
pub(super) fn tell() -> io::Result<Case> {
    let mut scene = Scene::new(1);
    scene.everyday_rfcs(&[MANAGEMENT, ORDERS], &[at("2026-01-12T09:00:00Z"), at("2026-01-20T09:00:00Z")]);
    let window = enabled_by_rfc(&mut scene, ORDERS, DEVELOPER, at("2026-01-15T09:00:00Z"));
    working_days(&mut scene);
    saturday(&mut scene);
    let closed = at("2026-01-19T08:30:00Z");
    let operator = scene.role(ORDERS, OPERATOR, "ams-operator", closed - 600);
    scene.call(&operator, closed, calls::delete_role(DEVELOPER));
    scene.window(window.closed(closed));
    case(TEXT, scene, Packing::Gzip, &[Archive::Details])
}

fn working_days(scene: &mut Scene) {
    let thursday = at("2026-01-15T10:00:00Z");
    let login = Login { source_identity: true, ..developer(ORDERS, "alice", "authorized") };
    let alice = scene.enter(&login, thursday);
    scene.call(&alice, thursday + 60, calls::describe_instances());
    scene.call(&alice, thursday + 90, calls::create_bucket("orders-exports"));
    scene.call(&alice, thursday + 120, calls::run_instance("i-0a1b2c3d4e5f60101"));
    let friday = at("2026-01-16T14:00:00Z");
    let bob = scene.enter(&developer(ORDERS, "bob", "authorized"), friday);
    scene.call(&bob, friday + 30, calls::list_buckets());
    scene.call(&bob, friday + 60, calls::put_parameter("/orders/limits"));
    scene.call(&bob, friday + 90, calls::delete_snapshot("snap-0a1b2c3d4e5f60101").dry_run());
}

fn saturday(scene: &mut Scene) {
    let evening = at("2026-01-17T21:40:00Z");
    let login = Login { source_identity: true, ..developer(ORDERS, "carol", "authorized") };
    let carol = scene.enter(&login, evening);
    let fleet = ["i-0a1b2c3d4e5f60101", "i-0a1b2c3d4e5f60102", "i-0a1b2c3d4e5f60103", "i-0a1b2c3d4e5f60104"];
    scene.call(&carol, evening + 30, calls::describe_instances());
    scene.call(&carol, evening + 75, calls::terminate_instances(&fleet));
    scene.call(&carol, evening + 120, calls::delete_db_instance("orders-db"));
    let key = "1f0e0b52-6a0c-4a57-9f3c-7d0f3a1c0101";
    scene.call(&carol, evening + 160, calls::schedule_key_deletion(key, &extended(evening + 7 * 24 * HOUR)));
    scene.call(&carol, evening + 200, calls::delete_bucket("orders-exports"));
    let trail = "arn:aws:cloudtrail:us-east-1:333344445555:trail/orders-trail";
    scene.call(&carol, evening + 230, calls::stop_logging(trail).denied());
    let later = evening + HOUR;
    let dave = scene.enter(&developer(ORDERS, "dave", "authorized"), later);
    scene.call(&dave, later + 20, calls::delete_stack("orders-reporting"));
    let service = "cloudformation.amazonaws.com";
    scene.call(&dave, later + 33, calls::delete_table("orders-reporting-rows").via(service));
    scene.call(&dave, later + 35, calls::delete_function("orders-reporting-roll-up").via(service));
}
