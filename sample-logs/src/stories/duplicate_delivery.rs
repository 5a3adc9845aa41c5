//! Two trails deliver the same events, and one event id comes a third time with other content.

use super::{Text, developer, enabled_by_rfc};
use crate::archive;
use crate::bucket::{self, Packing, Trail};
use crate::calls;
use crate::casebook::Case;
use crate::cast::{DEVELOPER, MANAGEMENT, OPERATOR, ORDERS};
use crate::clock::{DAY, at};
use crate::scene::Scene;
use std::io;

const TEXT: Text = Text {
    name: "duplicate-delivery",
    title: "Two trails deliver everything twice, and one copy was altered",
    story: "The organisation's trail and the account's own trail both deliver every event, so each is there twice with equal bytes.
A third object repeats one read of Bob's under its event id with another source address.
Each event counts once, each destructive action has two copies, and the altered copy is a duplicate that must be named.",
};

/// The case.
pub(super) fn tell() -> io::Result<Case> {
    let mut scene = Scene::new(6);
    let created = at("2026-01-13T09:00:00Z");
    scene.everyday_rfcs(&[MANAGEMENT, ORDERS], &[at("2026-01-12T09:00:00Z"), at("2026-01-14T12:00:00Z")]);
    let window = enabled_by_rfc(&mut scene, ORDERS, DEVELOPER, created);
    let start = created + 7_200;
    let bob = scene.enter(&developer(ORDERS, "bob", "authorized"), start);
    let read = scene.call(&bob, start + 30, calls::describe_instances());
    scene.call(&bob, start + 60, calls::terminate_instances(&["i-0a1b2c3d4e5f60601", "i-0a1b2c3d4e5f60602"]));
    scene.call(&bob, start + 90, calls::delete_bucket("orders-old").denied());
    let closed = start + 14_400;
    let operator = scene.role(ORDERS, OPERATOR, "ams-operator", closed - 60);
    scene.call(&operator, closed, calls::delete_role(DEVELOPER));
    scene.window(window.closed(closed));

    let mut objects = scene.deliver(|_| Some(Trail::Organisation), Packing::Gzip, DAY)?;
    objects.extend(scene.deliver(|_| Some(Trail::Account), Packing::Gzip, DAY)?);
    objects.extend(archive::details(&scene.rfcs));
    let original =
        scene.records.iter().find(|record| record.event_id == read).expect("the read was just told");
    let altered = original.text.replace(&bob.ip, "192.0.2.250");
    let name = Trail::Account.object(ORDERS, "us-east-1", start + DAY, &mut scene.prng);
    objects.insert(name, bucket::pack(&[altered], Packing::Gzip)?);
    let mut truth = scene.finish();
    truth.totals.records += 1;
    truth.totals.duplicates += 1;
    truth.totals.conflicting = 1;
    let Text { name, title, story } = TEXT;
    Ok(Case { name, title, story, args: &[], beside: &[], objects, truth })
}
