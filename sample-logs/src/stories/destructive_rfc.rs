//! A deletion outside any mode that an RFC explains, and one that none does.

use super::{Archive, Text, case};
use crate::bucket::Packing;
use crate::calls;
use crate::casebook::Case;
use crate::cast::{ADMIN, SHOP, SSM_AUTOMATION};
use crate::clock::at;
use crate::rfc;
use crate::scene::Scene;
use serde_json::json;
use std::io;

const TEXT: Text = Text {
    name: "destructive-rfc",
    title: "Instances terminated by RFC, and one by hand",
    story: "Heidi raises ct-3dfubbpesm2v9 and AMS automation terminates two instances of the shop account as customer_ssm_automation_role.
Two days later Judy terminates a third instance by hand, without an RFC.
Neither was in a mode; the first is explained by the RFC and the second by nothing.",
};

/// The case.
pub(super) fn tell() -> io::Result<Case> {
    let mut scene = Scene::new(17);
    let created = at("2026-01-20T09:00:00Z");
    scene.everyday_rfcs(&[SHOP], &[at("2026-01-19T09:00:00Z"), at("2026-01-23T09:00:00Z")]);
    let ids = ["i-0a1b2c3d4e5f61701", "i-0a1b2c3d4e5f61702"];
    let mut rfc = scene.draft_rfc(rfc::TERMINATE_INSTANCES, SHOP, created);
    rfc.title = "Terminate the two old web servers";
    rfc.person = "heidi";
    rfc.executed = Some((created + 240, created + 1_200));
    rfc.parameters = json!({
        "DocumentName": "AWSManagedServices-TerminateInstances", "Region": "us-east-1",
        "Parameters": {"InstanceIds": ids, "Confirmation": ["terminate instances"]},
    });
    scene.rfc_calls(&rfc);
    let mut robot = scene.role(SHOP, SSM_AUTOMATION, "Automation-terminate", created + 240);
    robot.ip = "ssm.amazonaws.com".to_owned();
    robot.agent = "ssm.amazonaws.com".to_owned();
    let call = calls::terminate_instances(&ids).via("ssm.amazonaws.com").explained_by(&rfc.id);
    scene.call(&robot, created + 540, call);
    let judy = scene.role(SHOP, ADMIN, "judy", at("2026-01-22T11:50:00Z"));
    scene.call(&judy, at("2026-01-22T12:00:00Z"), calls::terminate_instances(&["i-0a1b2c3d4e5f61703"]));
    scene.rfcs.push(rfc);
    case(TEXT, scene, Packing::Plain, &[Archive::Details])
}
