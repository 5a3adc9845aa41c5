//! Batches of which only a part took effect.

use super::{Text, case};
use crate::bucket::Packing;
use crate::casebook::Case;
use crate::cast::{ADMIN, BILLING};
use crate::clock::{MINUTE, at};
use crate::losses as loss;
use crate::scene::Scene;
use std::io;

const TEXT: Text = Text {
    name: "batches",
    title: "Batches of which only a part took effect",
    story: "Judy terminates, deletes and writes in batches; each answer tells which items were not processed.
No call as a whole failed, so no record has an error code.
Only what was really destroyed is counted.",
};

/// The case.
pub(super) fn tell() -> io::Result<Case> {
    let mut scene = Scene::new(203);
    let start = at("2026-02-04T08:00:00Z");
    let judy = scene.role(BILLING, ADMIN, "judy", start - 3_600);
    let calls = [
        loss::terminate_one_of_two("i-0a1b2c3d4e5f20301", "i-0a1b2c3d4e5f20302").only(1),
        loss::delete_objects("billing-exports", &["2025/a.csv", "2025/b.csv", "2025/c.csv"], 1).only(2),
        loss::delete_objects("billing-exports", &["2024/a.csv", "2024/b.csv"], 0).only(2),
        loss::delete_rows("billing-lines", 5, 2).only(3),
        loss::delete_rows("billing-lines", 4, 0).only(4),
        loss::delete_one_flow_log("fl-0a1b2c3d4e5f20301", "fl-0a1b2c3d4e5f20302").only(1),
        loss::delete_one_parameter("/billing/rate", "/billing/absent").only(1),
    ];
    for (minute, call) in (0..).zip(calls) {
        scene.call(&judy, start + minute * MINUTE, call);
    }
    case(TEXT, scene, Packing::Plain, &[])
}
