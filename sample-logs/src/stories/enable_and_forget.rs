//! Enabled by RFC, used once, never closed.

use super::{Archive, Text, case, developer, enabled_by_rfc, looked_at};
use crate::bucket::Packing;
use crate::calls;
use crate::casebook::Case;
use crate::cast::{BILLING, DEVELOPER, MANAGEMENT};
use crate::clock::at;
use crate::scene::Scene;
use std::io;

const TEXT: Text = Text {
    name: "enable-and-forget",
    title: "Developer mode by RFC, used once, never closed",
    story: "Developer mode of the billing account is enabled by RFC on 6 January and used by one person the same day.
Nobody uses it again and no record shows the role deleted, while the evidence goes on until 30 January.
The RFC is known from get-rfc, from EventBridge and from CloudTrail, and is one RFC all the same.",
};

/// The case.
pub(super) fn tell() -> io::Result<Case> {
    let mut scene = Scene::new(2);
    let created = at("2026-01-06T13:00:00Z");
    scene.everyday_rfcs(&[MANAGEMENT], &[at("2026-01-05T09:00:00Z"), at("2026-01-29T09:00:00Z")]);
    let window = enabled_by_rfc(&mut scene, BILLING, DEVELOPER, created);
    let alice = scene.enter(&developer(BILLING, "alice", "authorized"), created + 3_600);
    scene.call(&alice, created + 3_660, calls::list_buckets());
    scene.call(&alice, created + 3_700, calls::put_parameter("/billing/cut-off"));
    scene.call(&alice, created + 3_760, calls::delete_volume("vol-0a1b2c3d4e5f60201"));
    looked_at(&mut scene, BILLING, &[at("2026-01-30T10:00:00Z")]);
    scene.window(window);
    case(TEXT, scene, Packing::Gzip, &[Archive::Details, Archive::StateChanges])
}
