//! Lifecycle rules that keep house, and rules that empty a bucket.

use super::{Text, case};
use crate::bucket::Packing;
use crate::casebook::Case;
use crate::cast::{ADMIN, SHOP};
use crate::clock::{MINUTE, at};
use crate::losses as loss;
use crate::scene::Scene;
use serde_json::json;
use std::io;

const TEXT: Text = Text {
    name: "retention-or-wipe",
    title: "Lifecycle rules that keep house, and rules that empty a bucket",
    story: "Nina sets lifecycle rules: logs for two years, old versions for a quarter, uploads that were never finished, a prefix of
temporary files for a week. Then Oscar sets rules that expire everything within a day, a week, and on the next day.
Nina kept house; Oscar destroys data, and with a last rule the versions that would bring it back.",
};

/// The case.
pub(super) fn tell() -> io::Result<Case> {
    let mut scene = Scene::new(205);
    let start = at("2026-02-09T08:00:00Z");
    let minute = |number: i64| start + number * MINUTE;
    let nina = scene.role(SHOP, ADMIN, "nina", start - 3_600);
    let keeping = [
        json!({"Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 730}}),
        json!({"Status": "Enabled", "Filter": "", "NoncurrentVersionExpiration": {"NoncurrentDays": 90}}),
        json!({"Status": "Enabled", "Prefix": "", "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}}),
        json!({"Status": "Enabled", "Filter": {"Prefix": "tmp/"}, "Expiration": {"Days": 7}}),
        json!({"Status": "Disabled", "Filter": "", "Expiration": {"Days": 1}}),
        json!([{"Status": "Enabled", "Filter": {"Prefix": "in/"}, "Transition": {"Days": 1, "StorageClass": "GLACIER"}},
               {"Status": "Enabled", "Filter": "", "Expiration": {"Date": "2030-01-01T00:00:00.000Z"}}]),
    ];
    for (number, rule) in (0..).zip(keeping) {
        scene.call(&nina, minute(number), loss::lifecycle(&format!("shop-kept-{number}"), &rule));
    }
    let oscar = scene.role(SHOP, ADMIN, "oscar", start);
    let wiping = [
        json!({"Status": "Enabled", "Filter": {"Prefix": "orders/"}, "Expiration": {"Days": 1}}),
        json!({"Status": "Enabled", "Filter": "", "Expiration": {"Days": 7}}),
        json!({"Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Date": "2026-02-10T00:00:00.000Z"}}),
        json!({"Status": "Enabled", "Filter": "", "NoncurrentVersionExpiration": {"NoncurrentDays": 1}}),
    ];
    for (number, rule) in (0..).zip(wiping) {
        let bucket = format!("shop-wiped-{number}");
        let call = loss::lifecycle(&bucket, &rule).destroying_named(&[&bucket]).losing("recoverable");
        scene.call(&oscar, minute(90 + number), call);
    }
    case(TEXT, scene, Packing::Plain, &[])
}
