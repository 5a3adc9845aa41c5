//! An enabling RFC that failed: no role, no window.

use super::{Archive, Text, case, looked_at};
use crate::bucket::Packing;
use crate::casebook::Case;
use crate::cast::{MANAGEMENT, ORDERS};
use crate::clock::at;
use crate::rfc;
use crate::scene::Scene;
use serde_json::json;
use std::io;

const TEXT: Text = Text {
    name: "failed-rfc",
    title: "The enabling RFC fails, and no mode opens",
    story: "Alice raises ct-1opjmhuddw194 for the orders account, and its execution ends in Failure.
No role is created and none is used.
An RFC that failed opens no window.",
};

/// The case.
pub(super) fn tell() -> io::Result<Case> {
    let mut scene = Scene::new(12);
    let created = at("2026-01-27T09:00:00Z");
    let mut rfc = scene.draft_rfc(rfc::ENABLE_DEVELOPER, MANAGEMENT, created);
    rfc.status = "Failure";
    rfc.executed = Some((created + 300, created + 2_400));
    rfc.parameters = json!({"ApplicationAccountId": ORDERS});
    scene.rfc_calls(&rfc);
    scene.rfcs.push(rfc);
    looked_at(&mut scene, ORDERS, &[created + 7_200]);
    case(TEXT, scene, Packing::Plain, &[Archive::Details, Archive::Summaries, Archive::StateChanges])
}
