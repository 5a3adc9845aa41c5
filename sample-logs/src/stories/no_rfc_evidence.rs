//! An exact opening, and no RFC evidence of any kind.

use super::{Text, case, developer, looked_at, role_created};
use crate::bucket::Packing;
use crate::calls;
use crate::casebook::Case;
use crate::cast::{BILLING, DEVELOPER};
use crate::clock::at;
use crate::scene::Scene;
use crate::truth::Window;
use std::io;

const TEXT: Text = Text {
    name: "no-rfc-evidence",
    title: "The role is created, and there is no RFC evidence at all",
    story: "The creation of the developer mode role of the billing account is in evidence, and so is one deletion with it.
The dump holds no RFC archive and no amscm event, although us-east-1 is covered.
No RFC evidence is not no RFC: the authorization is unknown.",
};

/// The case.
pub(super) fn tell() -> io::Result<Case> {
    let mut scene = Scene::new(4);
    let opened = at("2026-01-20T16:00:00Z");
    looked_at(&mut scene, BILLING, &[at("2026-01-19T10:00:00Z"), at("2026-01-21T10:00:00Z")]);
    role_created(&mut scene, BILLING, DEVELOPER, opened);
    let bob = scene.enter(&developer(BILLING, "bob", "unknown"), opened + 600);
    scene.call(&bob, opened + 660, calls::describe_instances());
    scene.call(&bob, opened + 700, calls::delete_bucket("billing-old-exports"));
    scene.window(Window::created(BILLING, "developer", opened, &[DEVELOPER]));
    case(TEXT, scene, Packing::Plain, &[])
}
