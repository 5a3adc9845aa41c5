//! The RFC is in evidence, the creation of the role is not: the window opens at or before the RFC's end.

use super::{Archive, Text, case};
use crate::bucket::Packing;
use crate::calls;
use crate::casebook::Case;
use crate::cast::{SALZ_DEVELOPER, SINGLE};
use crate::clock::at;
use crate::rfc;
use crate::scene::{Login, Scene};
use crate::truth::Window;
use serde_json::json;
use std::io;

const TEXT: Text = Text {
    name: "role-creation-not-logged",
    title: "The RFC succeeded, the creation of the role is not in evidence",
    story: "An AMS operator enables developer mode of a single-account landing zone by ct-3gjfayulf5hhs, which ends in Success on 12 January.
The log of the role's creation is not in the dump; Grace uses the role two days later.
The mode was open at the end of the RFC at the latest, and the RFC is its basis.",
};

/// The case.
pub(super) fn tell() -> io::Result<Case> {
    let mut scene = Scene::new(14);
    let created = at("2026-01-12T09:00:00Z");
    let ended = created + 14_400;
    let mut rfc = scene.draft_rfc(rfc::ENABLE_DEVELOPER_MANAGED, SINGLE, created);
    rfc.automation = "Manual";
    rfc.executed = Some((created + 7_200, ended));
    rfc.parameters = json!({"Enable": "Yes", "Priority": "Medium"});
    let start = at("2026-01-14T15:00:00Z");
    let login = Login {
        account: SINGLE,
        role: SALZ_DEVELOPER,
        person: "grace",
        source_identity: false,
        mode: "developer",
        authorization: "authorized",
    };
    let grace = scene.enter(&login, start);
    scene.call(&grace, start + 45, calls::list_keys());
    scene.call(&grace, start + 90, calls::delete_table("sessions"));
    let window = Window::created(SINGLE, "developer", ended, &[SALZ_DEVELOPER]).authorized_by(&rfc.id);
    scene.window(Window { opened_bound: "at_or_before", open_basis: "rfc_completed", ..window });
    scene.rfcs.push(rfc);
    case(TEXT, scene, Packing::Plain, &[Archive::Details])
}
