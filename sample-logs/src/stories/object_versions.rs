//! Objects deleted with and without their versions.

use super::{Text, case};
use crate::bucket::Packing;
use crate::casebook::Case;
use crate::cast::{ADMIN, ORDERS};
use crate::clock::{MINUTE, at};
use crate::losses as loss;
use crate::scene::Scene;
use serde_json::{Value, json};
use std::io;

const TEXT: Text = Text {
    name: "object-versions",
    title: "Delete markers, versions, and markers taken away",
    story: "Ken deletes objects: some leave a delete marker, of one a version is destroyed, of some the record does not tell.
Later he takes one marker away, and that object shows again. Behind another marker he destroys a version, and a whole
bucket of markers goes with its bucket.
Only the destroyed version and what was in that bucket are gone for good.",
};

/// The case.
pub(super) fn tell() -> io::Result<Case> {
    let mut scene = Scene::new(204);
    let start = at("2026-02-05T08:00:00Z");
    let minute = |number: i64| start + number * MINUTE;
    let ken = scene.role(ORDERS, ADMIN, "ken", start - 3_600);
    scene.call(&ken, minute(0), loss::keep_versions("orders-versioned", "Enabled"));
    scene.call(&ken, minute(1), loss::keep_versions("orders-paused", "Enabled"));
    let marker = |id: &str| json!({"x-amz-delete-marker": "true", "x-amz-version-id": id});
    let delete = |bucket: &str, key: &str, version: Option<&str>, answer: Value, word| {
        loss::delete_object(bucket, key, version, answer).losing(word)
    };
    let left = delete("orders-versioned", "2025/a.csv", None, marker("markerA"), "reversible");
    let left = scene.call(&ken, minute(10), left);
    scene.call(&ken, minute(11), delete("orders-versioned", "2025/b.csv", None, Value::Null, "reversible"));
    let version = json!({"x-amz-version-id": "versionC"});
    let gone = delete("orders-versioned", "2025/c.csv", Some("versionC"), version, "irreversible");
    scene.call(&ken, minute(12), gone);
    scene.call(&ken, minute(13), delete("orders-paused", "2025/d.csv", None, marker("null"), "unknown"));
    scene.call(&ken, minute(14), delete("orders-elsewhere", "2025/e.csv", None, Value::Null, "unknown"));
    let untold = delete("orders-elsewhere", "2025/f.csv", Some("versionF"), Value::Null, "unknown");
    scene.call(&ken, minute(15), untold);
    // What lay behind these markers goes later.
    scene.call(&ken, minute(2), loss::keep_versions("orders-emptied", "Enabled"));
    scene.call(
        &ken,
        minute(16),
        delete("orders-versioned", "2025/g.csv", None, marker("markerG"), "unknown"),
    );
    let behind = json!({"x-amz-version-id": "versionG"});
    let behind = delete("orders-versioned", "2025/g.csv", Some("versionG"), behind, "irreversible");
    scene.call(&ken, minute(20), behind);
    scene.call(
        &ken,
        minute(17),
        delete("orders-emptied", "2025/h.csv", None, marker("markerH"), "irreversible"),
    );
    scene.call(&ken, minute(21), crate::calls::delete_bucket("orders-emptied"));
    let taken = delete("orders-versioned", "2025/a.csv", Some("markerA"), marker("markerA"), "reversible");
    scene.undo(&ken, minute(40), taken, &left);
    case(TEXT, scene, Packing::Plain, &[])
}
