//! Single-account landing zone: the role is in use, its creation was before the evidence.

use super::{Text, case, looked_at};
use crate::bucket::Packing;
use crate::calls;
use crate::casebook::Case;
use crate::cast::{SALZ_DEVELOPER, SINGLE};
use crate::clock::at;
use crate::scene::{Login, Scene};
use crate::truth::Window;
use std::io;

const TEXT: Text = Text {
    name: "salz-role-used",
    title: "Single-account landing zone: the role is used, its opening is not in evidence",
    story: "Grace enters customer_developer_role of a single-account landing zone twice, and terminates an instance the second time.
Neither the creation of the role nor an RFC is in evidence.
The mode was open at her first entry at the latest, and whether it was authorised is unknown.",
};

/// The case.
pub(super) fn tell() -> io::Result<Case> {
    let mut scene = Scene::new(11);
    let login = Login {
        account: SINGLE,
        role: SALZ_DEVELOPER,
        person: "grace",
        source_identity: false,
        mode: "developer",
        authorization: "unknown",
    };
    let first = at("2026-01-08T10:00:00Z");
    looked_at(&mut scene, SINGLE, &[first - 7_200]);
    let morning = scene.enter(&login, first);
    scene.call(&morning, first + 40, calls::describe_instances());
    let again = at("2026-01-09T15:00:00Z");
    let afternoon = scene.enter(&login, again);
    scene.call(&afternoon, again + 40, calls::describe_instances());
    scene.call(&afternoon, again + 80, calls::terminate_instances(&["i-0a1b2c3d4e5f61101"]));
    let window = Window::created(SINGLE, "developer", first, &[SALZ_DEVELOPER]);
    scene.window(Window { opened_bound: "at_or_before", open_basis: "role_used", ..window });
    case(TEXT, scene, Packing::Plain, &[])
}
