//! Runs that nobody of a mode session started: by a webhook, a schedule, a
//! trigger, or somebody else. All synthetic.

use std::sync::Arc;

use super::*;

const NONE: [&str; 0] = [];
const BUILD: &str = "AWSCodeBuild-7b6c5d4e-3f2a-4b1c-8d9e-0f1a2b3c4d5e";
const FLOW: &str = "wozynIhxRGfTvfRlXhHKONdyrIaAmRyN";
const GLUE: &str = "GlueJobRunnerSession";
const MACHINE: &str = "arn:aws:states:us-east-1:111122223333:stateMachine:flow";

fn found(events: Vec<Event>) -> Vec<String> {
    lines(&report(events, Vec::new()))
}

fn scoped(event: Event, arn: &str) -> Event {
    with(event, |caller| caller.in_scope_of = Some(Arc::from(arn)))
}

fn project() -> Event {
    let request = r#"{"name":"ship","serviceRole":"arn:aws:iam::111122223333:role/builds"}"#;
    in_mode("codebuild", "UpdateProject", request, "null")
}

#[test]
fn a_build_that_a_webhook_starts_is_linked_weakly_by_role_and_kind_of_session() {
    assert_eq!(found(vec![project(), worker("builds", BUILD, 20)]), [format!("builds {BUILD} 1 weak")]);
    // Before the change, in its second, under another role, by another kind of session.
    for other in [
        worker("builds", BUILD, 9),
        worker("builds", BUILD, 10),
        worker("other", BUILD, 20),
        worker("builds", "deploy", 20),
    ] {
        assert_eq!(found(vec![project(), other]), NONE);
    }
    // The role of a project that the call does not name is in the answer.
    let answered = in_mode(
        "codebuild",
        "UpdateProject",
        r#"{"name":"ship"}"#,
        r#"{"project":{"serviceRole":"arn:aws:iam::111122223333:role/builds"}}"#,
    );
    assert_eq!(found(vec![answered, worker("builds", BUILD, 20)]), [format!("builds {BUILD} 1 weak")]);
    // What the service says the credentials are for outranks that.
    let own = scoped(worker("builds", BUILD, 20), "arn:aws:codebuild:us-east-1:111122223333:build/ship:7b6c");
    assert_eq!(found(vec![project(), own]), [format!("builds {BUILD} 1 strong")]);
    let other =
        scoped(worker("builds", BUILD, 20), "arn:aws:codebuild:us-east-1:111122223333:build/docs:7b6c");
    assert_eq!(found(vec![project(), other]), NONE);
}

#[test]
fn a_build_whose_start_is_in_evidence_is_of_the_project_that_was_started() {
    let start = |project: &str, name: &str| {
        let id = BUILD.trim_start_matches("AWSCodeBuild-");
        call(19, "codebuild", name)
            .request(&format!(r#"{{"projectName":"{project}"}}"#))
            .response(&format!(r#"{{"build":{{"id":"{project}:{id}"}}}}"#))
    };
    let run = || worker("builds", BUILD, 20);
    assert_eq!(found(vec![project(), start("docs", "StartBuild"), run()]), NONE);
    assert_eq!(found(vec![project(), start("docs", "RetryBuild"), run()]), NONE);
    assert_eq!(
        found(vec![project(), start("ship", "StartBuild"), run()]),
        [format!("builds {BUILD} 1 strong")]
    );
    let refused = start("docs", "StartBuild").error("AccessDenied");
    assert_eq!(found(vec![project(), refused, run()]), [format!("builds {BUILD} 1 weak")]);
}

#[test]
fn a_role_that_older_runs_wore_tells_nothing_of_a_workload_that_was_made_anew() {
    let request = r#"{"name":"ship","serviceRole":"arn:aws:iam::111122223333:role/builds"}"#;
    let made = || in_mode("codebuild", "CreateProject", request, "null");
    let run = || worker("builds", BUILD, 20);
    let older = worker("builds", "AWSCodeBuild-1", 5);
    assert_eq!(found(vec![made(), run()]), [format!("builds {BUILD} 1 weak")]);
    assert_eq!(found(vec![older.clone(), made(), run()]), NONE);
    assert_eq!(found(vec![worker("builds", "deploy", 5), made(), run()]), [format!("builds {BUILD} 1 weak")]);
    // Of a project that was there before, they are its own older runs.
    assert_eq!(found(vec![older, project(), run()]), [format!("builds {BUILD} 1 weak")]);
}

fn job(name: &str) -> Event {
    let role = "arn:aws:iam::111122223333:role/etl";
    match name {
        "CreateJob" => in_mode(
            "glue",
            name,
            &format!(r#"{{"name":"nightly","role":"{role}"}}"#),
            r#"{"name":"nightly"}"#,
        ),
        _ => in_mode(
            "glue",
            name,
            &format!(r#"{{"jobName":"nightly","jobUpdate":{{"role":"{role}"}}}}"#),
            r#"{"jobName":"nightly"}"#,
        ),
    }
}

#[test]
fn a_job_that_a_schedule_or_somebody_else_starts_is_linked_weakly() {
    let hers = [format!("etl {GLUE} 1 weak")];
    for name in ["CreateJob", "UpdateJob"] {
        assert_eq!(found(vec![job(name), worker("etl", GLUE, 900)]), hers, "{name}, on schedule");
    }
    let older = worker("etl", GLUE, 5);
    assert_eq!(found(vec![older.clone(), job("CreateJob"), worker("etl", GLUE, 900)]), NONE);
    assert_eq!(found(vec![older.clone(), job("UpdateJob"), worker("etl", GLUE, 900)]), hers);
    // Somebody starts the very job: the path says so, and older runs are no matter.
    let start = |job: &str| {
        call(899, "glue", "StartJobRun")
            .request(&format!(r#"{{"jobName":"{job}"}}"#))
            .response(r#"{"jobRunId":"jr_1"}"#)
    };
    let events = vec![older.clone(), job("CreateJob"), start("nightly"), worker("etl", GLUE, 900)];
    let told = report(events, Vec::new());
    assert_eq!(lines(&told), hers);
    let path = told.sessions.iter().find(|row| row.depth == 1).map(|row| row.attribution_path.clone());
    let path = path.unwrap_or_default();
    assert!(
        path.contains("> CreateJob [CreateJob-10] > etl/GlueJobRunnerSession [StartJobRun, weak, "),
        "{path}"
    );
    assert_eq!(found(vec![older.clone(), job("CreateJob"), start("weekly"), worker("etl", GLUE, 900)]), NONE);
    // Long after the start.
    assert_eq!(found(vec![older, job("CreateJob"), start("nightly"), worker("etl", GLUE, 990)]), NONE);
    // Replaced by somebody else, deleted.
    let theirs = Event {
        principal: call(1, "glue", "UpdateJob").principal,
        ..Event { time: Some(at(20)), ..job("UpdateJob") }
    };
    assert_eq!(found(vec![job("UpdateJob"), theirs, worker("etl", GLUE, 900)]), NONE);
    let deleted = call(20, "glue", "DeleteJob").request(r#"{"jobName":"nightly"}"#);
    assert_eq!(found(vec![job("UpdateJob"), deleted, worker("etl", GLUE, 900)]), NONE);
    let namesake = call(20, "lambda", "DeleteFunction").request(r#"{"functionName":"nightly"}"#);
    assert_eq!(found(vec![job("UpdateJob"), namesake, worker("etl", GLUE, 900)]), hers);
}

fn machine(name: &str, members: &str) -> Event {
    let request = format!(r#"{{"stateMachineArn":"{MACHINE}"{members}}}"#);
    in_mode("states", name, &request, &format!(r#"{{"stateMachineArn":"{MACHINE}"}}"#))
}

#[test]
fn an_execution_that_others_start_is_linked_weakly_unless_the_definition_was_replaced() {
    let role =
        r#","roleArn":"arn:aws:iam::111122223333:role/flows","definition":"HIDDEN_DUE_TO_SECURITY_REASONS""#;
    let hers = [format!("flows {FLOW} 1 weak")];
    let run = || worker("flows", FLOW, 900);
    assert_eq!(found(vec![machine("CreateStateMachine", role), run()]), hers);
    assert_eq!(found(vec![machine("UpdateStateMachine", role), run()]), hers);
    assert_eq!(found(vec![machine("UpdateStateMachine", role), worker("flows", "ops", 900)]), NONE);
    let theirs = |minute: i64, members: &str| Event {
        principal: call(1, "states", "UpdateStateMachine").principal,
        time: Some(at(minute)),
        ..machine("UpdateStateMachine", members)
    };
    let replaced = r#","definition":"HIDDEN_DUE_TO_SECURITY_REASONS""#;
    assert_eq!(found(vec![machine("UpdateStateMachine", role), theirs(20, replaced), run()]), NONE);
    let logging = r#","loggingConfiguration":{"level":"OFF"}"#;
    assert_eq!(found(vec![machine("UpdateStateMachine", role), theirs(20, logging), run()]), hers);
    // The role is known from whoever made the machine.
    let request = format!(r#"{{"name":"flow"{role}}}"#);
    let made_before = call(3, "states", "CreateStateMachine")
        .request(&request)
        .response(&format!(r#"{{"stateMachineArn":"{MACHINE}"}}"#));
    assert_eq!(found(vec![made_before.clone(), machine("UpdateStateMachine", replaced), run()]), hers);
    assert_eq!(
        found(vec![made_before, machine("UpdateStateMachine", replaced), worker("shared", FLOW, 900)]),
        NONE
    );
    let start = |minute, arn: &str| {
        call(minute, "states", "StartExecution").request(&format!(r#"{{"stateMachineArn":"{arn}"}}"#))
    };
    let started = vec![
        worker("flows", FLOW, 5),
        machine("CreateStateMachine", role),
        start(899, MACHINE),
        worker("flows", "QxYzAbCdEfGhIjKlMnOpQrStUvWxYzab", 900),
    ];
    assert_eq!(found(started), ["flows QxYzAbCdEfGhIjKlMnOpQrStUvWxYzab 1 weak"]);
    let other = "arn:aws:states:us-east-1:111122223333:stateMachine:other";
    let started =
        vec![worker("flows", FLOW, 5), machine("CreateStateMachine", role), start(899, other), run()];
    assert_eq!(found(started), NONE);
}

#[test]
fn a_service_that_others_run_with_a_task_of_a_mode_session_is_linked_weakly() {
    let task = in_mode(
        "ecs",
        "RegisterTaskDefinition",
        r#"{"family":"web","taskRoleArn":"arn:aws:iam::111122223333:role/tasks"}"#,
        r#"{"taskDefinition":{"family":"web","revision":7}}"#,
    );
    let update = |revision: u32| {
        call(19, "ecs", "UpdateService")
            .request(&format!(r#"{{"service":"web","taskDefinition":"web:{revision}"}}"#))
    };
    let run = || worker("tasks", "0f1e2d", 20);
    assert_eq!(found(vec![task.clone(), update(7), run()]), ["tasks 0f1e2d 1 weak"]);
    assert_eq!(found(vec![task, update(6), run()]), NONE);
}
