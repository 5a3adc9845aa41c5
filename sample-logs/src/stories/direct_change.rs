//! Direct change mode and its two roles: open until both are gone.

use super::{Archive, Text, case};
use crate::bucket::Packing;
use crate::calls;
use crate::casebook::Case;
use crate::cast::{DEPLOYER, LAKE, OPERATOR, SHOP, STACK_ADMIN, UPDATE};
use crate::clock::{HOUR, at};
use crate::rfc;
use crate::scene::{Login, Scene};
use crate::truth::Window;
use serde_json::json;
use std::io;

const TEXT: Text = Text {
    name: "direct-change",
    title: "Direct change mode in two accounts, closed in one",
    story: "Direct change mode is enabled by an RFC of the shop account and by one of the data lake account, each with both of its roles.
In the shop account first one and then the other role is deleted, and the second deletion closes the window.
In the data lake account only one role is deleted, so the mode is still open there.",
};

/// The case.
pub(super) fn tell() -> io::Result<Case> {
    let mut scene = Scene::new(9);
    scene.everyday_rfcs(&[SHOP, LAKE], &[at("2026-01-12T09:00:00Z"), at("2026-01-22T09:00:00Z")]);
    let shop = enabled(&mut scene, SHOP, at("2026-01-13T09:00:00Z"));
    let lake = enabled(&mut scene, LAKE, at("2026-01-13T11:00:00Z"));
    used(&mut scene);
    deleted(&mut scene, SHOP, STACK_ADMIN, at("2026-01-19T10:00:00Z"));
    deleted(&mut scene, SHOP, UPDATE, at("2026-01-20T10:00:00Z"));
    deleted(&mut scene, LAKE, UPDATE, at("2026-01-20T11:00:00Z"));
    scene.window(shop.closed(at("2026-01-20T10:00:00Z")));
    scene.window(lake);
    case(TEXT, scene, Packing::Gzip, &[Archive::Details])
}

fn enabled(scene: &mut Scene, account: &str, created: i64) -> Window {
    let mut rfc = scene.draft_rfc(rfc::ENABLE_DIRECT_CHANGE, account, created);
    rfc.executed = Some((created + 180, created + 900));
    rfc.parameters =
        json!({"IamEntityArns": [format!("arn:aws:iam::{account}:role/app-deploy-pipeline-role")]});
    scene.rfc_calls(&rfc);
    let deployer = scene.role(account, DEPLOYER, "enable-direct-change", created + 200);
    scene.call(&deployer, created + 400, calls::create_role(account, STACK_ADMIN));
    scene.call(&deployer, created + 405, calls::create_role(account, UPDATE));
    let window = Window::created(account, "direct_change", created + 400, &[STACK_ADMIN, UPDATE]);
    let window = window.authorized_by(&rfc.id);
    scene.rfcs.push(rfc);
    window
}

fn used(scene: &mut Scene) {
    let start = at("2026-01-14T08:00:00Z");
    let login = |person, role| Login {
        account: SHOP,
        role,
        person,
        source_identity: false,
        mode: "direct_change",
        authorization: "authorized",
    };
    let erin = scene.enter(&login("erin", STACK_ADMIN), start);
    scene.call(&erin, start + 60, calls::update_stack("stack-a1b2c3d4e5f6g7h8i"));
    scene.call(&erin, start + 120, calls::delete_stack("stack-b1b2c3d4e5f6g7h8i"));
    let frank = scene.enter(&login("frank", UPDATE), start + HOUR);
    scene.call(&frank, start + HOUR + 60, calls::describe_db_instances());
}

fn deleted(scene: &mut Scene, account: &str, role: &str, time: i64) {
    let operator = scene.role(account, OPERATOR, "ams-operator", time - 60);
    scene.call(&operator, time, calls::delete_role(role));
}
