//! An object whose gzip stream ends early: what came before the cut is evidence, and the rest is a named loss.

use super::{Archive, Text, case, developer, enabled_by_rfc};
use crate::bucket::{self, Packing};
use crate::calls;
use crate::casebook::Case;
use crate::cast::{DEVELOPER, MANAGEMENT, ORDERS};
use crate::clock::at;
use crate::scene::Scene;
use std::io;

const TEXT: Text = Text {
    name: "truncated-object",
    title: "A gzip stream is cut in the middle of a day",
    story: "The object of 24 January was cut while it was copied: its first four records can be inflated, the two behind them are gone.
One deletion is among the readable records; the lost ones held another, which nothing may claim to know.
The truth counts the readable records only, and the loss must be reported with its object.",
};

/// The case.
pub(super) fn tell() -> io::Result<Case> {
    let mut scene = Scene::new(8);
    scene.everyday_rfcs(&[MANAGEMENT, ORDERS], &[at("2026-01-22T09:00:00Z"), at("2026-01-25T09:00:00Z")]);
    let window = enabled_by_rfc(&mut scene, ORDERS, DEVELOPER, at("2026-01-23T09:00:00Z"));
    let start = at("2026-01-24T18:00:00Z");
    let erin = scene.enter(&developer(ORDERS, "erin", "authorized"), start);
    scene.call(&erin, start + 30, calls::describe_instances());
    scene.call(&erin, start + 60, calls::delete_db_instance("orders-replica"));
    scene.call(&erin, start + 90, calls::describe_db_instances());
    scene.window(window);
    let readable: Vec<String> = scene
        .records
        .iter()
        .filter(|record| record.time >= start)
        .map(|record| record.text.clone())
        .collect();

    // The lost records happened in a world of their own, so that the truth of this one does not know them.
    let mut lost = Scene::new(80);
    lost.truth.sessions.clone_from(&scene.truth.sessions);
    lost.call(&erin, start + 120, calls::delete_bucket("orders-backups"));
    lost.call(&erin, start + 150, calls::list_buckets());

    let mut whole = Vec::new();
    bucket::join(&readable, ",", &mut whole);
    let kept = whole.len() - b"]}".len();
    let mut all = readable;
    all.extend(lost.records.iter().map(|record| record.text.clone()));
    let mut inflated = Vec::new();
    bucket::join(&all, ",", &mut inflated);

    let mut case = case(TEXT, scene, Packing::Gzip, &[Archive::Details])?;
    let day = "/us-east-1/2026/01/24/";
    let object = case.objects.iter_mut().find(|(name, _)| name.contains(day) && name.contains(ORDERS));
    let (_, bytes) = object.expect("the records of that day were delivered");
    *bytes = bucket::gzip_cut(&inflated, kept)?;
    Ok(case)
}
