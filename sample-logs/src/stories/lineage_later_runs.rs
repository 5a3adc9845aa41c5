//! What a mode session made or changed runs later: by a webhook, on a schedule, or because somebody else starts it.

use super::lineage_workloads::{role_arn, wipes};
use super::{Archive, Text, case, developer, enabled_by_rfc};
use crate::actor::Actor;
use crate::bucket::Packing;
use crate::calls::Call;
use crate::casebook::Case;
use crate::cast::{DEVELOPER, MANAGEMENT, ORDERS};
use crate::clock::{HOUR, MINUTE, at};
use crate::scene::{Login, Scene};
use serde_json::json;
use std::io;

const TEXT: Text = Text {
    name: "lineage-later-runs",
    title: "Builds, jobs and executions that a webhook, a schedule or somebody else starts",
    story: "Wendy changes a build project, a nightly job and a state machine, and makes a job and a state machine of her own.
She starts none of them. A webhook builds, the schedule runs both jobs, a rule and Otto run the machines; each run deletes a volume.
What shows that they are hers is a role, the kind of a session's name and the time: the links are weak.
A build of another project with the same role whose start is recorded, the run of a job that Otto has replaced, the execution of a
machine whose definition he has replaced, and the runs under a role that was worn by such runs before she made a job for it are not hers.",
};

/// The case.
pub(super) fn tell() -> io::Result<Case> {
    let mut scene = Scene::new(46);
    let created = at("2026-02-09T09:00:00Z");
    scene.everyday_rfcs(&[MANAGEMENT, ORDERS], &[at("2026-02-08T09:00:00Z"), at("2026-02-12T09:00:00Z")]);
    let window = enabled_by_rfc(&mut scene, ORDERS, DEVELOPER, created);
    let start = created + HOUR;
    let login = Login { source_identity: true, ..developer(ORDERS, "wendy", "authorized") };
    let wendy = scene.enter(&login, start);
    let otto = scene.role(ORDERS, "customer-admin", "otto", start - 600);
    builds(&mut scene, (&wendy, &otto), start + MINUTE);
    jobs(&mut scene, (&wendy, &otto), start + 10 * MINUTE);
    machines(&mut scene, (&wendy, &otto), start + 20 * MINUTE);
    scene.window(window);
    case(TEXT, scene, Packing::Gzip, &[Archive::Details])
}

fn builds(scene: &mut Scene, (wendy, otto): (&Actor, &Actor), time: i64) {
    let role = "orders-build-role";
    let request = json!({"name": "orders-ship", "source": {"type": "GITHUB", "buildspec": "version: 0.2"}});
    let answer = json!({"project": {"name": "orders-ship", "serviceRole": role_arn(role)}});
    // The session of a build that ran before.
    let earlier = "AWSCodeBuild-0a1b2c3d-2e1f-4a0b-9c8d-7e6f5a4b3c01";
    wipes(scene, None, (role, earlier), time - HOUR, "vol-0a1b2c3d4e5f64601");
    scene.call(wendy, time, Call::write("codebuild", "UpdateProject", request).answering(answer));
    let by_webhook = "AWSCodeBuild-0a1b2c3d-2e1f-4a0b-9c8d-7e6f5a4b3c02";
    wipes(scene, Some(wendy), (role, by_webhook), time + 2 * HOUR, "vol-0a1b2c3d4e5f64602");
    let other = "0a1b2c3d-2e1f-4a0b-9c8d-7e6f5a4b3c03";
    let answer = json!({"build": {"id": format!("orders-docs:{other}"), "projectName": "orders-docs"}});
    let request = json!({"projectName": "orders-docs"});
    scene.call(otto, time + 3 * HOUR, Call::write("codebuild", "StartBuild", request).answering(answer));
    let session = format!("AWSCodeBuild-{other}");
    wipes(scene, None, (role, &session), time + 3 * HOUR + 20, "vol-0a1b2c3d4e5f64603");
}

fn jobs(scene: &mut Scene, (wendy, otto): (&Actor, &Actor), time: i64) {
    let session = "GlueJobRunnerSession";
    let update = |job: &str, role: &str| {
        let request = json!({"jobName": job, "jobUpdate": {"role": role_arn(role)}});
        Call::write("glue", "UpdateJob", request).answering(json!({"jobName": job}))
    };
    // A job that runs every night, before and after she changes it.
    wipes(scene, None, ("orders-nightly", session), time - 9 * HOUR, "vol-0a1b2c3d4e5f64611");
    scene.call(wendy, time, update("orders-nightly", "orders-nightly"));
    wipes(scene, Some(wendy), ("orders-nightly", session), time + 15 * HOUR, "vol-0a1b2c3d4e5f64612");
    // One of her own, with a role that no run wore before.
    let create = |job: &str, role: &str| {
        let request = json!({"name": job, "role": role_arn(role)});
        Call::write("glue", "CreateJob", request).answering(json!({"name": job}))
    };
    scene.call(wendy, time + 60, create("orders-tidy", "orders-tidy"));
    wipes(scene, Some(wendy), ("orders-tidy", session), time + 15 * HOUR + 60, "vol-0a1b2c3d4e5f64613");
    // One with a role that older jobs wear: whose run it is, nothing tells.
    wipes(scene, None, ("orders-glue", session), time - 8 * HOUR, "vol-0a1b2c3d4e5f64614");
    scene.call(wendy, time + 120, create("orders-more", "orders-glue"));
    wipes(scene, None, ("orders-glue", session), time + 16 * HOUR, "vol-0a1b2c3d4e5f64615");
    // Unless somebody is seen to start it.
    let request = json!({"jobName": "orders-more"});
    let answer = json!({"jobRunId": "jr_0a1b2c3d4e5f64616"});
    scene.call(otto, time + 18 * HOUR, Call::write("glue", "StartJobRun", request).answering(answer));
    let run = time + 18 * HOUR + 90;
    wipes(scene, Some(wendy), ("orders-glue", session), run, "vol-0a1b2c3d4e5f64616");
    // One that Otto has put right again.
    scene.call(wendy, time + 180, update("orders-weekly", "orders-weekly"));
    scene.call(otto, time + HOUR, update("orders-weekly", "orders-weekly"));
    wipes(scene, None, ("orders-weekly", session), time + 17 * HOUR, "vol-0a1b2c3d4e5f64617");
}

fn machines(scene: &mut Scene, (wendy, otto): (&Actor, &Actor), time: i64) {
    let arn = |name: &str| format!("arn:aws:states:us-east-1:{ORDERS}:stateMachine:{name}");
    let hidden = "HIDDEN_DUE_TO_SECURITY_REASONS";
    let create = |name: &str, role: &str| {
        let request = json!({"name": name, "definition": hidden, "roleArn": role_arn(role)});
        Call::write("states", "CreateStateMachine", request).answering(json!({"stateMachineArn": arn(name)}))
    };
    let replace = |name: &str| {
        let request = json!({"stateMachineArn": arn(name), "definition": hidden});
        Call::write("states", "UpdateStateMachine", request)
    };
    // Otto made it; she replaces its definition; a rule runs it.
    scene.call(otto, time - 300, create("orders-close", "orders-close-role"));
    scene.call(wendy, time, replace("orders-close"));
    let session = "wozynIhxRGfTvfRlXhHKONdyrIaAmRyN";
    wipes(scene, Some(wendy), ("orders-close-role", session), time + 12 * HOUR, "vol-0a1b2c3d4e5f64621");
    // The same role in a session that somebody named.
    wipes(scene, None, ("orders-close-role", "otto"), time + 12 * HOUR + 60, "vol-0a1b2c3d4e5f64622");
    // Her own, which Otto starts.
    scene.call(wendy, time + 60, create("orders-purge", "orders-purge-role"));
    let start = Call::write("states", "StartExecution", json!({"stateMachineArn": arn("orders-purge")}));
    scene.call(otto, time + 2 * HOUR, start);
    let session = "LnQkXvTzRbMwYsHgFdCjPqKaEuNiOoZx";
    wipes(scene, Some(wendy), ("orders-purge-role", session), time + 2 * HOUR + 5, "vol-0a1b2c3d4e5f64623");
    // Otto replaces her definition before it runs.
    scene.call(otto, time - 240, create("orders-open", "orders-open-role"));
    scene.call(wendy, time + 120, replace("orders-open"));
    scene.call(otto, time + HOUR, replace("orders-open"));
    let session = "BvCxZaQwErTyUiOpLkJhGfDsMnNbVcXz";
    wipes(scene, None, ("orders-open-role", session), time + 12 * HOUR + 120, "vol-0a1b2c3d4e5f64624");
}
