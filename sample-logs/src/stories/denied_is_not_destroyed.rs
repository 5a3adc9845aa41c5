//! Failed calls open, use and destroy nothing.

use super::{Text, case, looked_at};
use crate::bucket::Packing;
use crate::calls;
use crate::casebook::Case;
use crate::cast::{ADMIN, DEVELOPER, ORDERS};
use crate::clock::at;
use crate::scene::Scene;
use std::io;

const TEXT: Text = Text {
    name: "denied-is-not-destroyed",
    title: "Failed calls open, use and destroy nothing",
    story: "Mallory fails to create the developer mode role, fails to assume it and fails to delete it.
Her deletions are denied, fail for another reason, or are dry runs, and so are attempts outside any mode.
There is no window and no session, and nothing is destroyed.",
};

/// The case.
pub(super) fn tell() -> io::Result<Case> {
    let mut scene = Scene::new(10);
    let start = at("2026-01-26T23:00:00Z");
    looked_at(&mut scene, ORDERS, &[at("2026-01-26T10:00:00Z")]);
    let mallory = scene.role(ORDERS, ADMIN, "mallory", start - 300);
    scene.call(&mallory, start, calls::create_role(ORDERS, DEVELOPER).denied());
    scene.call(&mallory, start + 30, calls::assume_role(ORDERS, DEVELOPER, "mallory").denied());
    let absent = "The role with name AWSManagedServicesDevelopmentRole cannot be found.";
    scene.call(&mallory, start + 60, calls::delete_role(DEVELOPER).failed("NoSuchEntityException", absent));
    scene.call(&mallory, start + 90, calls::terminate_instances(&["i-0a1b2c3d4e5f61001"]).denied());
    let full = calls::delete_bucket("orders-files")
        .failed("BucketNotEmpty", "The bucket you tried to delete is not empty");
    scene.call(&mallory, start + 120, full);
    scene.call(&mallory, start + 150, calls::delete_snapshot("snap-0a1b2c3d4e5f61001").dry_run());
    scene.call(&mallory, start + 180, calls::delete_table("orders-rows").denied());
    case(TEXT, scene, Packing::Plain, &[])
}
