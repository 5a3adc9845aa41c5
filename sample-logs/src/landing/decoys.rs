//! What looks like a mode and is none, and what looks like an unexplained deletion and is explained.

use crate::calls;
use crate::cast::*;
use crate::clock::{DAY, HOUR, MINUTE};
use crate::rfc;
use crate::scene::Scene;
use serde_json::json;

/// A role with a longer name, a failed creation, a denied entry, and deletions by people outside any mode.
pub(super) fn decoys(scene: &mut Scene, first: i64) {
    let audit = "AWSManagedServicesDevelopmentRoleAudit";
    let start = first + DAY + 11 * HOUR;
    let admin = scene.role(MANAGEMENT, ADMIN, "judy", start - HOUR);
    scene.call(&admin, start, calls::create_role(MANAGEMENT, audit));
    let auditor = scene.role(MANAGEMENT, audit, "judy", start + HOUR);
    scene.call(&auditor, start + HOUR + 30, calls::describe_instances());
    scene.call(&auditor, start + HOUR + 90, calls::delete_snapshot("snap-0a1b2c3d4e5f60021"));

    let archive = scene.role(LOG_ARCHIVE, ADMIN, "judy", start + 2 * HOUR);
    let exists = "Role with name AWSManagedServicesDevelopmentRole already exists.";
    let again = calls::create_role(LOG_ARCHIVE, DEVELOPER).failed("EntityAlreadyExistsException", exists);
    scene.call(&archive, start + 2 * HOUR + 60, again);
    let outsider = scene.user(LOG_ARCHIVE, "build-agent");
    let entry = calls::assume_role(LOG_ARCHIVE, DEVELOPER, "build-agent").denied();
    scene.call(&outsider, start + 2 * HOUR + 90, entry);

    let user = scene.user(BILLING, "batch-operator");
    scene.call(&user, start + 3 * HOUR, calls::delete_table("billing-scratch"));
    scene.call(&user, start + 3 * HOUR + 20, calls::delete_bucket("billing-scratch-files").denied());
    let full = calls::delete_bucket("billing-scratch-files")
        .failed("BucketNotEmpty", "The bucket you tried to delete is not empty");
    scene.call(&user, start + 3 * HOUR + 45, full);
}

/// An RFC that terminates two instances, run by AMS automation for the customer.
pub(super) fn destructive_rfc(scene: &mut Scene, first: i64) {
    let created = first + DAY + 15 * HOUR;
    let ids = ["i-0a1b2c3d4e5f60031", "i-0a1b2c3d4e5f60032"];
    let mut rfc = scene.draft_rfc(rfc::TERMINATE_INSTANCES, SHOP, created);
    rfc.title = "Terminate the two old web servers";
    rfc.person = "heidi";
    rfc.executed = Some((created + 4 * MINUTE, created + 20 * MINUTE));
    rfc.parameters = json!({
        "DocumentName": "AWSManagedServices-TerminateInstances", "Region": "us-east-1",
        "Parameters": {"InstanceIds": ids, "Confirmation": ["terminate instances"]},
    });
    scene.rfc_calls(&rfc);
    let mut robot = scene.role(SHOP, SSM_AUTOMATION, "Automation-terminate", created + 4 * MINUTE);
    robot.ip = "ssm.amazonaws.com".to_owned();
    robot.agent = "ssm.amazonaws.com".to_owned();
    let call = calls::terminate_instances(&ids).via("ssm.amazonaws.com").explained_by(&rfc.id);
    scene.call(&robot, created + 9 * MINUTE, call);
    scene.rfcs.push(rfc);
}
