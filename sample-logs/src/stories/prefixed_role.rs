//! A customer prefix before the role's name matches; a suffix behind it does not.

use super::{Archive, Text, case, enabled_by_rfc};
use crate::bucket::Packing;
use crate::calls;
use crate::casebook::Case;
use crate::cast::{ADMIN, LAKE, MANAGEMENT};
use crate::clock::at;
use crate::scene::{Login, Scene};
use std::io;

const ROLE: &str = "acme-AWSManagedServicesDevelopmentRole";
const AUDIT: &str = "AWSManagedServicesDevelopmentRoleAudit";

const TEXT: Text = Text {
    name: "prefixed-role",
    title: "A customer's prefix is the mode role, a suffix is another role",
    story: "The data lake account has its developer mode role under the name acme-AWSManagedServicesDevelopmentRole, and Ivan deletes a log group with it.
Judy makes a role AWSManagedServicesDevelopmentRoleAudit for herself and deletes a snapshot with it.
Ivan was in developer mode and Judy was not.",
};

/// The case.
pub(super) fn tell() -> io::Result<Case> {
    let mut scene = Scene::new(13);
    let created = at("2026-01-14T09:00:00Z");
    scene.everyday_rfcs(&[MANAGEMENT, LAKE], &[at("2026-01-13T09:00:00Z"), at("2026-01-15T09:00:00Z")]);
    let window = enabled_by_rfc(&mut scene, LAKE, ROLE, created);
    let start = created + 3_600;
    let login = Login {
        account: LAKE,
        role: ROLE,
        person: "ivan",
        source_identity: true,
        mode: "developer",
        authorization: "authorized",
    };
    let ivan = scene.enter(&login, start);
    scene.call(&ivan, start + 50, calls::delete_log_group("/lake/ingest"));
    let admin = scene.role(LAKE, ADMIN, "judy", start);
    scene.call(&admin, start + 60, calls::create_role(LAKE, AUDIT));
    let auditor = scene.role(LAKE, AUDIT, "judy", start + 120);
    scene.call(&auditor, start + 180, calls::delete_snapshot("snap-0a1b2c3d4e5f61301"));
    scene.window(window);
    case(TEXT, scene, Packing::Plain, &[Archive::Details])
}
