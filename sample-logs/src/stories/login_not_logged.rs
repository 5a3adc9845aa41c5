//! A session whose AssumeRole is not in evidence: it begins at the creation date its calls carry.

use super::{Archive, Text, case, developer, enabled_by_rfc};
use crate::bucket::Packing;
use crate::calls;
use crate::casebook::Case;
use crate::cast::{DEVELOPER, MANAGEMENT, ORDERS};
use crate::clock::at;
use crate::scene::Scene;
use std::io;

const TEXT: Text = Text {
    name: "login-not-logged",
    title: "A session in eu-west-1 whose entry is not in evidence",
    story: "Developer mode of the orders account is opened by RFC, and Bob works in eu-west-1 with it.
His entry is missing from the dump, so his session is known by its calls alone.
It begins at the creation date that its calls carry, and belongs to the window.",
};

/// The case.
pub(super) fn tell() -> io::Result<Case> {
    let mut scene = Scene::new(15);
    let created = at("2026-01-19T09:00:00Z");
    scene.everyday_rfcs(&[MANAGEMENT, ORDERS], &[at("2026-01-16T09:00:00Z"), at("2026-01-21T09:00:00Z")]);
    let window = enabled_by_rfc(&mut scene, ORDERS, DEVELOPER, created);
    let begun = created + 5_400;
    let bob = scene.resume(&developer(ORDERS, "bob", "authorized"), begun);
    scene.call(&bob, begun + 300, calls::describe_instances().in_region("eu-west-1"));
    scene.call(&bob, begun + 420, calls::delete_volume("vol-0a1b2c3d4e5f61501").in_region("eu-west-1"));
    scene.call(
        &bob,
        begun + 480,
        calls::delete_volume("vol-0a1b2c3d4e5f61502").in_region("eu-west-1").denied(),
    );
    scene.window(window);
    case(TEXT, scene, Packing::Plain, &[Archive::Details])
}
