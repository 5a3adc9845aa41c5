//! The enabling RFC is known from list-rfc-summaries only, which do not name the target account.

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
    name: "summaries-only",
    title: "The RFC is known from a summary, so its target is not",
    story: "The developer mode role of the orders account is created while an RFC of type ct-1opjmhuddw194 runs in the management account.
Only list-rfc-summaries pages are in the dump, one bare and one wrapped in Output, and summaries have no execution parameters.
Whether the RFC was for this account cannot be told, so the authorization is unknown.",
};

/// The case.
pub(super) fn tell() -> io::Result<Case> {
    let mut scene = Scene::new(5);
    let created = at("2026-01-21T09:00:00Z");
    scene.everyday_rfcs(&[MANAGEMENT, ORDERS], &[at("2026-01-19T09:00:00Z"), at("2026-01-23T09:00:00Z")]);
    let mut rfc = scene.draft_rfc(rfc::ENABLE_DEVELOPER, MANAGEMENT, created);
    rfc.executed = Some((created + 300, created + 1_800));
    rfc.parameters = json!({"ApplicationAccountId": ORDERS});
    scene.rfcs.push(rfc);
    let opened = created + 720;
    role_created(&mut scene, ORDERS, DEVELOPER, opened);
    let alice = scene.enter(&developer(ORDERS, "alice", "unknown"), opened + 900);
    scene.call(&alice, opened + 930, calls::terminate_instances(&["i-0a1b2c3d4e5f60501"]));
    scene.window(Window::created(ORDERS, "developer", opened, &[DEVELOPER]));
    case(TEXT, scene, Packing::Plain, &[Archive::Summaries])
}
