//! What a mode session makes, changes and starts goes on destroying after it is gone.

use super::{Archive, Text, case, developer, enabled_by_rfc};
use crate::actor::{Actor, Kind};
use crate::bucket::Packing;
use crate::calls::{self, Call};
use crate::casebook::Case;
use crate::cast::{BILLING, DEVELOPER, MANAGEMENT, ORDERS};
use crate::clock::{HOUR, at};
use crate::scene::{Login, Scene};
use serde_json::{Value, json};
use std::io;

const TEXT: Text = Text {
    name: "lineage-workloads",
    title: "Functions, instances, tasks, builds and stacks of a mode session",
    story: "Trudy makes and changes functions, launches an instance, runs a task, starts a build, a job, an automation and a
stack, and leaves a launch template behind. Each of them destroys one thing under a role of its own.
A build of a project that she changed and a task that she registered are started by Otto, who also changes functions after her: where he replaced her
code, nothing of hers ran; where he changed something else, what ran is of both.
An older function with the same role, a function of the same name in another account, and a session that begins in
the very second of the change are not hers.",
};

/// The role that most workloads of the account share.
const SHARED: &str = "app-orders-worker-role";

/// The case.
pub(super) fn tell() -> io::Result<Case> {
    let mut scene = Scene::new(42);
    let created = at("2026-02-09T09:00:00Z");
    scene.everyday_rfcs(&[MANAGEMENT, ORDERS], &[at("2026-02-08T09:00:00Z"), at("2026-02-12T09:00:00Z")]);
    let window = enabled_by_rfc(&mut scene, ORDERS, DEVELOPER, created);
    let start = created + HOUR;
    let login = Login { source_identity: true, ..developer(ORDERS, "trudy", "authorized") };
    let trudy = scene.enter(&login, start);
    functions(&mut scene, &trudy, start + 60);
    changed_by_both(&mut scene, &trudy, start + 400);
    told_by_the_service(&mut scene, &trudy, start + 500);
    projects(&mut scene, &trudy, start + 2400);
    definitions(&mut scene, &trudy, start + 2700);
    instances(&mut scene, &trudy, start + 600);
    by_unique_names(&mut scene, &trudy, start + 1200);
    by_shared_names(&mut scene, &trudy, start + 1800);
    decoys(&mut scene, start);
    scene.window(window);
    case(TEXT, scene, Packing::Gzip, &[Archive::Details])
}

/// Somebody wears `role` as `session` from `time` on, and destroys `volume`; if it is hers, the truth says so.
pub(super) fn wipes(
    scene: &mut Scene,
    parent: Option<&Actor>,
    (role, session): (&str, &str),
    time: i64,
    volume: &str,
) {
    let mut worker = scene.role(ORDERS, role, session, time);
    if let Some(parent) = parent {
        scene.descends(parent, &mut worker, "workload", ("creation_date", time));
    }
    scene.call(&worker, time + 30, calls::describe_instances());
    scene.call(&worker, time + 40, calls::delete_volume(volume));
}

pub(super) fn role_arn(role: &str) -> String {
    format!("arn:aws:iam::{ORDERS}:role/{role}")
}

fn functions(scene: &mut Scene, trudy: &Actor, time: i64) {
    let request = json!({"functionName": "orders-wipe", "role": role_arn(SHARED), "runtime": "python3.12"});
    let answer = json!({"functionName": "orders-wipe", "role": role_arn(SHARED)});
    scene.call(trudy, time, Call::write("lambda", "CreateFunction20150331", request).answering(answer));
    wipes(scene, Some(trudy), (SHARED, "orders-wipe"), time + 120, "vol-0a1b2c3d4e5f64201");
    let answer = json!({"functionName": "orders-sync", "role": role_arn(SHARED)});
    let request = json!({"functionName": "orders-sync", "dryRun": false, "publish": false});
    // Before its code is changed, the function is its own.
    wipes(scene, None, (SHARED, "orders-sync"), time + 150, "vol-0a1b2c3d4e5f64202");
    scene.call(
        trudy,
        time + 240,
        Call::write("lambda", "UpdateFunctionCode20150331v2", request).answering(answer),
    );
    // In the same second nobody can say which came first.
    wipes(scene, None, (SHARED, "orders-sync"), time + 240, "vol-0a1b2c3d4e5f64203");
    wipes(scene, Some(trudy), (SHARED, "orders-sync"), time + 300, "vol-0a1b2c3d4e5f64204");
}

fn change(name: &'static str, function: &str) -> Call {
    let answer = json!({"functionName": function, "role": role_arn(SHARED)});
    Call::write("lambda", name, json!({"functionName": function})).answering(answer)
}

/// Functions that somebody else changes after her.
fn changed_by_both(scene: &mut Scene, trudy: &Actor, time: i64) {
    let otto = scene.role(ORDERS, "customer-admin", "otto", time - 300);
    let (code, settings) = ("UpdateFunctionCode20150331v2", "UpdateFunctionConfiguration20150331v2");
    // She changes the settings of one that runs on: it is hers from then on.
    scene.call(trudy, time, change(settings, "orders-hook"));
    wipes(scene, Some(trudy), (SHARED, "orders-hook"), time + 10, "vol-0a1b2c3d4e5f64206");
    // Her code is replaced: what runs then is not hers.
    scene.call(trudy, time + 1, change(code, "orders-mail"));
    scene.call(&otto, time + 20, change(code, "orders-mail"));
    wipes(scene, None, (SHARED, "orders-mail"), time + 30, "vol-0a1b2c3d4e5f64207");
    // Her code runs with the settings of another: of both.
    scene.call(trudy, time + 2, change(code, "orders-cron"));
    scene.call(&otto, time + 21, change(settings, "orders-cron"));
    wipes(scene, Some(trudy), (SHARED, "orders-cron"), time + 31, "vol-0a1b2c3d4e5f64208");
}

/// Sessions of one name and role, of which the service says what it issued the credentials to.
fn told_by_the_service(scene: &mut Scene, trudy: &Actor, time: i64) {
    let request = json!({"functionName": "orders-purge", "role": role_arn(SHARED), "runtime": "python3.12"});
    let answer = json!({"functionName": "orders-purge", "role": role_arn(SHARED)});
    scene.call(trudy, time, Call::write("lambda", "CreateFunction20150331", request).answering(answer));
    for (turn, function) in [(0, "orders-purge"), (1, "orders-purge-old")] {
        let begun = time + 20 + turn * 20;
        let mut worker = scene.role(ORDERS, SHARED, "orders-purge", begun);
        if let Kind::Role(session) = &mut worker.kind {
            session.in_scope_of = Some(format!("arn:aws:lambda:us-east-1:{ORDERS}:function:{function}"));
        }
        if function == "orders-purge" {
            scene.descends(trudy, &mut worker, "workload", ("creation_date", begun));
        }
        let volume = format!("vol-0a1b2c3d4e5f6425{turn}");
        scene.call(&worker, begun + 10, calls::delete_volume(&volume));
    }
}

/// A build project that she changes and somebody else starts.
fn projects(scene: &mut Scene, trudy: &Actor, time: i64) {
    let otto = scene.role(ORDERS, "customer-admin", "otto", time - 900);
    let start = |id: &str| {
        let answer = json!({"build": {"id": format!("orders-ship:{id}"), "projectName": "orders-ship"}});
        Call::write("codebuild", "StartBuild", json!({"projectName": "orders-ship"})).answering(answer)
    };
    let (before, after) = ("6a5b4c3d-2e1f-4a0b-9c8d-7e6f5a4b3c2d", "7b6c5d4e-3f2a-4b1c-8d9e-0f1a2b3c4d5e");
    scene.call(&otto, time - 60, start(before));
    let request = json!({"name": "orders-ship", "serviceRole": role_arn("orders-build-role"),
                         "source": {"type": "CODEPIPELINE", "buildspec": "version: 0.2"}});
    scene.call(trudy, time, Call::write("codebuild", "UpdateProject", request));
    let name = format!("AWSCodeBuild-{before}");
    wipes(scene, None, ("orders-build-role", &name), time + 20, "vol-0a1b2c3d4e5f64226");
    scene.call(&otto, time + 60, start(after));
    let name = format!("AWSCodeBuild-{after}");
    wipes(scene, Some(trudy), ("orders-build-role", &name), time + 90, "vol-0a1b2c3d4e5f64227");
}

/// A revision of a task definition that she registers and somebody else runs.
fn definitions(scene: &mut Scene, trudy: &Actor, time: i64) {
    let otto = scene.role(ORDERS, "customer-admin", "otto", time - 900);
    let answer = json!({"taskDefinition": {"family": "orders-import", "revision": 7}});
    let request = json!({"family": "orders-import", "taskRoleArn": role_arn("orders-import-role")});
    scene.call(trudy, time, Call::write("ecs", "RegisterTaskDefinition", request).answering(answer));
    for (turn, revision) in [(0, 6), (1, 7)] {
        let task = format!("2f1e2d3c4b5a69788796a5b4c3d2e1f{turn}");
        let arn = format!("arn:aws:ecs:us-east-1:{ORDERS}:task/orders/{task}");
        let request = json!({"cluster": "orders", "taskDefinition": format!("orders-import:{revision}")});
        let run = Call::write("ecs", "RunTask", request).answering(json!({"tasks": [{"taskArn": arn}]}));
        let begun = time + 30 + turn * 30;
        scene.call(&otto, begun, run);
        let parent = (revision == 7).then_some(trudy);
        let volume = format!("vol-0a1b2c3d4e5f6426{turn}");
        wipes(scene, parent, ("orders-import-role", &task), begun + 10, &volume);
    }
}

fn launched(ids: &[&str]) -> Value {
    let items: Vec<Value> =
        ids.iter().map(|id| json!({"instanceId": id, "imageId": "ami-0a1b2c3d"})).collect();
    json!({"instancesSet": {"items": items}})
}

fn instances(scene: &mut Scene, trudy: &Actor, time: i64) {
    let request = json!({"instancesSet": {"items": [{"imageId": "ami-0a1b2c3d", "minCount": 1, "maxCount": 1}]},
                         "iamInstanceProfile": {"name": "orders-instances"}});
    let id = "i-0a1b2c3d4e5f64211";
    scene.call(trudy, time, Call::write("ec2", "RunInstances", request).answering(launched(&[id])));
    wipes(scene, Some(trudy), ("orders-instance-role", id), time + 60, "vol-0a1b2c3d4e5f64211");
    let template = json!({"CreateLaunchTemplateResponse": {"launchTemplate": {
        "launchTemplateId": "lt-0a1b2c3d4e5f64212", "launchTemplateName": "orders-next", "latestVersionNumber": 1}}});
    let request = json!({"CreateLaunchTemplateRequest": {"LaunchTemplateName": "orders-next"}});
    scene.call(trudy, time + 120, Call::write("ec2", "CreateLaunchTemplate", request).answering(template));
    let scaling = scene.role(ORDERS, "AWSServiceRoleForAutoScaling", "AutoScaling", time + 180);
    let request = json!({"launchTemplate": {"launchTemplateId": "lt-0a1b2c3d4e5f64212", "version": "1"}});
    let id = "i-0a1b2c3d4e5f64212";
    let call = Call::write("ec2", "RunInstances", request).via("autoscaling.amazonaws.com");
    scene.call(&scaling, time + 200, call.answering(launched(&[id])));
    wipes(scene, Some(trudy), ("orders-instance-role", id), time + 260, "vol-0a1b2c3d4e5f64212");
    // An instance that ran before gets another profile; what it did with the former one is its own.
    let id = "i-0a1b2c3d4e5f64214";
    wipes(scene, None, ("orders-former-role", id), time + 300, "vol-0a1b2c3d4e5f64214");
    let answer = json!({"AssociateIamInstanceProfileResponse": {"iamInstanceProfileAssociation": {
        "instanceId": id, "associationId": "iip-assoc-0a1b2c3d4e5f6421"}}});
    let request = json!({"AssociateIamInstanceProfileRequest": {"InstanceId": id,
                         "IamInstanceProfile": {"Name": "orders-instances"}}});
    scene.call(
        trudy,
        time + 360,
        Call::write("ec2", "AssociateIamInstanceProfile", request).answering(answer),
    );
    wipes(scene, Some(trudy), ("orders-instance-role", id), time + 420, "vol-0a1b2c3d4e5f64215");
    // An instance that ran before she came.
    wipes(scene, None, ("orders-instance-role", "i-0a1b2c3d4e5f64213"), time + 280, "vol-0a1b2c3d4e5f64213");
}

fn by_unique_names(scene: &mut Scene, trudy: &Actor, time: i64) {
    let task = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";
    let answer =
        json!({"tasks": [{"taskArn": format!("arn:aws:ecs:us-east-1:{ORDERS}:task/orders/{task}")}]});
    let request = json!({"cluster": "orders", "taskDefinition": "wipe:1"});
    scene.call(trudy, time, Call::write("ecs", "RunTask", request).answering(answer));
    wipes(scene, Some(trudy), ("orders-task-role", task), time + 30, "vol-0a1b2c3d4e5f64221");
    let build = "5f4e3d2c-1b0a-4998-8776-655443322110";
    let answer = json!({"build": {"id": format!("orders-build:{build}"), "projectName": "orders-build"}});
    let request = json!({"projectName": "orders-build"});
    scene.call(trudy, time + 100, Call::write("codebuild", "StartBuild", request).answering(answer));
    let name = format!("AWSCodeBuild-{build}");
    wipes(scene, Some(trudy), ("orders-build-role", &name), time + 130, "vol-0a1b2c3d4e5f64222");
    let run = "0d1c2b3a-4958-4677-8695-a4b3c2d1e0f1";
    let request =
        json!({"documentName": "Wipe", "parameters": {"AutomationAssumeRole": [role_arn("orders-ops")]}});
    let answer = json!({"automationExecutionId": run});
    scene.call(trudy, time + 200, Call::write("ssm", "StartAutomationExecution", request).answering(answer));
    let name = format!("Automation-{run}");
    wipes(scene, Some(trudy), ("orders-ops", &name), time + 230, "vol-0a1b2c3d4e5f64223");
}

fn by_shared_names(scene: &mut Scene, trudy: &Actor, time: i64) {
    let request = json!({"stackName": "orders-extra", "roleARN": role_arn("orders-stacks")});
    scene.call(trudy, time, Call::write("cloudformation", "CreateStack", request));
    wipes(scene, Some(trudy), ("orders-stacks", "AWSCloudFormation"), time + 60, "vol-0a1b2c3d4e5f64231");
    let request = json!({"name": "orders-etl", "role": role_arn("orders-glue")});
    scene.call(trudy, time + 100, Call::write("glue", "CreateJob", request));
    let request = json!({"jobName": "orders-etl"});
    scene.call(trudy, time + 160, Call::write("glue", "StartJobRun", request));
    let session = "GlueJobRunnerSession";
    wipes(scene, Some(trudy), ("orders-glue", session), time + 220, "vol-0a1b2c3d4e5f64232");
    let machine = format!("arn:aws:states:us-east-1:{ORDERS}:stateMachine:orders-flow");
    let request = json!({"name": "orders-flow", "roleArn": role_arn("orders-flow-role")});
    let answer = json!({"stateMachineArn": machine});
    scene.call(trudy, time + 300, Call::write("states", "CreateStateMachine", request).answering(answer));
    scene.call(
        trudy,
        time + 320,
        Call::write("states", "StartExecution", json!({"stateMachineArn": machine})),
    );
    let session = "QxYzAbCdEfGhIjKlMnOpQrStUvWxYz01";
    wipes(scene, Some(trudy), ("orders-flow-role", session), time + 330, "vol-0a1b2c3d4e5f64233");
    let definition = json!({"taskDefinition": {"family": "orders-web", "revision": 3}});
    let request = json!({"family": "orders-web", "taskRoleArn": role_arn("orders-web-role")});
    scene.call(
        trudy,
        time + 400,
        Call::write("ecs", "RegisterTaskDefinition", request).answering(definition),
    );
    let request = json!({"cluster": "orders", "service": "web", "taskDefinition": "orders-web:3"});
    scene.call(trudy, time + 420, Call::write("ecs", "UpdateService", request));
    let session = "1a2b3c4d5e6f708192a3b4c5d6e7f809";
    wipes(scene, Some(trudy), ("orders-web-role", session), time + 480, "vol-0a1b2c3d4e5f64234");
}

fn decoys(scene: &mut Scene, start: i64) {
    // Older than she is, with the role that hers has.
    wipes(scene, None, (SHARED, "orders-report"), start + 3000, "vol-0a1b2c3d4e5f64241");
    // A namesake in another account.
    let namesake = scene.role(BILLING, SHARED, "orders-wipe", start + 3100);
    scene.call(&namesake, start + 3130, calls::delete_volume("vol-0a1b2c3d4e5f64242"));
    // A stack of somebody else, hours after hers.
    let late = start + 6 * HOUR;
    wipes(scene, None, ("orders-stacks", "AWSCloudFormation"), late, "vol-0a1b2c3d4e5f64243");
}
