//! The role exists two days before the RFC that would have allowed it.

use super::{Archive, Text, case, developer, role_created};
use crate::bucket::Packing;
use crate::calls;
use crate::casebook::Case;
use crate::cast::{DEVELOPER, MANAGEMENT, ORDERS};
use crate::clock::at;
use crate::rfc;
use crate::scene::Scene;
use crate::truth::Window;
use serde_json::json;
use std::io;

const TEXT: Text = Text {
    name: "rfc-after-the-fact",
    title: "The role is created two days before its RFC runs",
    story: "The developer mode role of the orders account is created on 12 January, and Mallory deletes a log group with it the same night.
The RFC that enables the mode is raised and runs on 14 January, so it does not hold the opening.
The archive has RFCs from before and after the opening, raised in both accounts, so the lack of one is a fact.",
};

/// The case.
pub(super) fn tell() -> io::Result<Case> {
    let mut scene = Scene::new(3);
    let opened = at("2026-01-12T22:15:00Z");
    scene.everyday_rfcs(&[MANAGEMENT, ORDERS], &[at("2026-01-09T09:00:00Z"), at("2026-01-16T09:00:00Z")]);
    let created = at("2026-01-14T22:00:00Z");
    let mut late = scene.draft_rfc(rfc::ENABLE_DEVELOPER, MANAGEMENT, created);
    late.person = "mallory";
    late.executed = Some((created + 300, created + 1_800));
    late.parameters = json!({"ApplicationAccountId": ORDERS});
    scene.rfc_calls(&late);
    scene.rfcs.push(late);
    role_created(&mut scene, ORDERS, DEVELOPER, opened);
    let mallory = scene.enter(&developer(ORDERS, "mallory", "unauthorized"), opened + 240);
    scene.call(&mallory, opened + 270, calls::delete_log_group("/orders/audit"));
    let window = Window::created(ORDERS, "developer", opened, &[DEVELOPER]);
    scene.window(Window { authorization: "unauthorized", ..window });
    case(TEXT, scene, Packing::Plain, &[Archive::Details])
}
