//! Links between sessions, one rule a test. All synthetic.

use std::sync::Arc;

use super::super::samples::{ACCOUNT, DEV, With, assumed, at, call, report, role_call, wearing};
use crate::model::event::Event;
use crate::model::id::{AccessKeyId, AccountId, Arn};
use crate::model::mode::LinkConfidence;
use crate::model::principal::Principal;
use crate::model::report::Report;

mod later_runs;

/// A mode session of one call at minute 10, with that request and answer.
fn in_mode(source: &str, name: &str, request: &str, response: &str) -> Event {
    call(10, source, name).by(wearing(DEV, "ASIADEV", Some(5))).request(request).response(response)
}

/// Another role, assumed by that mode session.
fn assumed_in_mode(role: &str, key: &str) -> Event {
    assumed(10, role, key).by(wearing(DEV, "ASIADEV", Some(5)))
}

/// A worker's session of a role, begun at a minute, that deletes a volume a
/// minute later.
fn worker(role: &str, session: &str, begun: i64) -> Event {
    let mut principal = wearing(role, &format!("ASIA{role}{session}{begun}"), Some(begun));
    principal.principal_id = Some(Arc::from(format!("AROA{role}:{session}")));
    principal.arn = Some(Arn::new(format!("arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{session}")));
    if let Some(issuer) = &mut principal.issuer {
        issuer.principal_id = Some(Arc::from(format!("AROA{role}")));
    }
    call(begun + 1, "ec2", "DeleteVolume").request(r#"{"volumeId":"vol-1"}"#).by(principal)
}

fn with(event: Event, change: impl Fn(&mut Principal)) -> Event {
    let mut principal = (*event.principal).clone();
    change(&mut principal);
    event.by(principal)
}

/// One line a descended session: role, session, depth, confidence.
fn lines(report: &Report) -> Vec<String> {
    let descended = report.sessions.iter().filter(|row| row.depth > 0);
    descended
        .map(|row| {
            let name = row.role_session_name.as_deref().unwrap_or("-");
            let link = row.link_confidence.map_or("-", LinkConfidence::as_str);
            format!("{} {name} {} {link}", row.role_name, row.depth)
        })
        .collect()
}

const FUNCTION: (&str, &str) = (
    r#"{"functionName":"wipe","role":"arn:aws:iam::111122223333:role/shared"}"#,
    r#"{"functionName":"wipe","role":"arn:aws:iam::111122223333:role/shared"}"#,
);

#[test]
fn a_function_is_followed_from_the_second_after_its_making() {
    let made = in_mode("lambda", "CreateFunction", FUNCTION.0, FUNCTION.1);
    let events =
        vec![made, worker("shared", "wipe", 9), worker("shared", "wipe", 10), worker("shared", "wipe", 11)];
    assert_eq!(lines(&report(events, Vec::new())), ["shared wipe 1 strong"]);
}

#[test]
fn what_a_service_says_outranks_names() {
    let scoped =
        |arn: &str| with(worker("shared", "wipe", 11), |caller| caller.in_scope_of = Some(Arc::from(arn)));
    let made = || in_mode("lambda", "CreateFunction", FUNCTION.0, FUNCTION.1);
    let own = scoped("arn:aws:lambda:us-east-1:111122223333:function:wipe");
    assert_eq!(lines(&report(vec![made(), own], Vec::new())), ["shared wipe 1 strong"]);
    let other = scoped("arn:aws:lambda:us-east-1:111122223333:function:report");
    assert_eq!(lines(&report(vec![made(), other], Vec::new())), Vec::<String>::new());
}

#[test]
fn a_failed_call_hands_out_nothing() {
    let made = in_mode("lambda", "CreateFunction", FUNCTION.0, FUNCTION.1).error("AccessDenied");
    assert_eq!(lines(&report(vec![made, worker("shared", "wipe", 11)], Vec::new())), Vec::<String>::new());
}

#[test]
fn a_role_made_anew_by_others_has_another_id() {
    let response = r#"{"role":{"roleId":"AROAmade","arn":"arn:aws:iam::111122223333:role/made"}}"#;
    let made = in_mode("iam", "CreateRole", r#"{"roleName":"made"}"#, response);
    let namesake = with(worker("made", "late", 20), |caller| {
        caller.principal_id = Some("AROAother:late".into());
        if let Some(issuer) = &mut caller.issuer {
            issuer.principal_id = Some("AROAother".into());
        }
    });
    let events = vec![made, worker("made", "early", 12), namesake];
    assert_eq!(lines(&report(events, Vec::new())), ["made early 1 strong"]);
}

#[test]
fn a_role_whose_id_is_not_recorded_is_linked_weakly_and_until_it_is_deleted() {
    let made = in_mode("iam", "CreateRole", r#"{"roleName":"made"}"#, "null");
    let events = vec![
        made,
        worker("made", "early", 12),
        role_call(15, "DeleteRole", "made"),
        worker("made", "late", 20),
    ];
    assert_eq!(lines(&report(events, Vec::new())), ["made early 1 weak"]);
}

#[test]
fn a_widened_trust_is_followed_to_those_it_names() {
    let policy = r#"{"roleName":"ops","policyDocument":"{\"Principal\":{\"AWS\":\"arn:aws:iam::999999999999:root\"}}"}"#;
    let assumed = |account: &str, key: &str, minute: i64| {
        let caller = Principal {
            identity_type: Some("AWSAccount".into()),
            principal_id: Some("AIDAFAR".into()),
            account_id: Some(AccountId::from(account)),
            ..Principal::default()
        };
        call(minute, "sts", "AssumeRole")
            .by(caller)
            .request(r#"{"roleArn":"arn:aws:iam::111122223333:role/ops","roleSessionName":"x"}"#)
            .response(&format!(r#"{{"credentials":{{"accessKeyId":"{key}"}}}}"#))
    };
    let used = |key: &str, begun: i64| {
        with(worker("ops", "x", begun), |caller| caller.access_key_id = Some(AccessKeyId::from(key)))
    };
    let changed = in_mode("iam", "UpdateAssumeRolePolicy", policy, "null");
    let events = vec![
        changed,
        assumed("999999999999", "ASIAFAR", 20),
        used("ASIAFAR", 20),
        assumed("222233334444", "ASIANEAR", 30),
        used("ASIANEAR", 30),
    ];
    assert_eq!(lines(&report(events, Vec::new())), ["ops x 1 weak"]);
}

#[test]
fn a_key_is_its_parents_until_it_expires() {
    let assume = in_mode(
        "sts",
        "AssumeRole",
        r#"{"roleArn":"arn:aws:iam::111122223333:role/step","roleSessionName":"x","durationSeconds":900}"#,
        r#"{"credentials":{"accessKeyId":"ASIASTEP"}}"#,
    );
    let used = |minute: i64| {
        let mut event = worker("step", "x", 10);
        event.time = Some(at(minute));
        with(event, |caller| caller.access_key_id = Some(AccessKeyId::from("ASIASTEP")))
    };
    let found = report(vec![assume, used(12), used(600)], Vec::new());
    assert_eq!(lines(&found), ["step x 1 proved"]);
    assert_eq!(found.sessions.iter().map(|row| row.events).max(), Some(1));
}

#[test]
fn a_weak_link_makes_nothing_graver_and_counts_in_no_window() {
    let created = role_call(1, "CreateRole", DEV);
    let stack = r#"{"stackName":"s","roleARN":"arn:aws:iam::111122223333:role/stacks"}"#;
    let started = in_mode("cloudformation", "CreateStack", stack, "null");
    let found = report(vec![created, started, worker("stacks", "AWSCloudFormation", 12)], Vec::new());
    assert_eq!(lines(&found), ["stacks AWSCloudFormation 1 weak"]);
    assert_eq!(found.windows.iter().map(|row| row.destructive_actions).sum::<u64>(), 0);
    let row = found.destructive.iter().find(|row| &*row.event_name == "DeleteVolume").expect("the call");
    assert_eq!((row.attribution.as_str(), row.link_confidence), ("workload", Some(LinkConfidence::Weak)));
    assert!(
        row.attribution_path.ends_with(", weak, CreateStack-10] > DeleteVolume"),
        "{}",
        row.attribution_path
    );
}

#[test]
fn a_stack_that_a_descendant_deletes_is_of_the_mode_and_a_strangers_is_not() {
    let chained = assumed_in_mode("next", "ASIANEXT");
    let deletes = |who| call(20, "cloudformation", "DeleteStack").by(who).request(r#"{"stackName":"s"}"#);
    let depths = |who| {
        let found = report(vec![chained.clone(), deletes(who)], Vec::new());
        let row = found.destructive.iter().find(|row| &*row.event_name == "DeleteStack").expect("the call");
        row.attribution_path.contains("next")
    };
    assert!(depths(wearing("next", "ASIANEXT", Some(11))));
    assert!(!depths(wearing("other", "ASIAOTHER", Some(11))));
}

#[test]
fn a_chain_longer_than_the_bound_is_named() {
    let mut events = vec![wearing(DEV, "ASIA0", Some(1))];
    let steps = i64::from(crate::limits::LINEAGE_DEPTH_MAX) + 3;
    for step in 1..=steps {
        let key = format!("ASIA{step}");
        events.push(wearing(&format!("role{step}"), &key, Some(step)));
    }
    let calls = events.into_iter().enumerate().map(|(step, who)| {
        let next = step + 1;
        let request =
            format!(r#"{{"roleArn":"arn:aws:iam::111122223333:role/role{next}","roleSessionName":"x"}}"#);
        let response = format!(r#"{{"credentials":{{"accessKeyId":"ASIA{next}"}}}}"#);
        let minute = i64::try_from(next).expect("a small number");
        call(minute, "sts", "AssumeRole").by(who).request(&request).response(&response)
    });
    let found = report(calls.collect(), Vec::new());
    let deepest = found.sessions.iter().map(|row| row.depth).max();
    assert_eq!(deepest, Some(crate::limits::LINEAGE_DEPTH_MAX));
    assert_eq!(found.problems.len(), 1, "{:?}", found.problems);
}

const CODE: &str = r#"{"functionName":"wipe"}"#;

fn by_others(minute: i64, name: &str) -> Event {
    call(minute, "lambda", name).request(CODE).response(FUNCTION.1)
}

#[test]
fn a_function_is_of_whoever_changed_it_last() {
    let run = || worker("shared", "wipe", 30);
    let (made, code, settings) = ("CreateFunction", "UpdateFunctionCode", "UpdateFunctionConfiguration");
    let in_mode = |name| in_mode("lambda", name, FUNCTION.0, FUNCTION.1);
    let none: [&str; 0] = [];
    let found = |events: Vec<Event>| lines(&report(events, Vec::new()));
    // Others replaced the code that the mode put there: it did not run any more.
    assert_eq!(found(vec![in_mode(code), by_others(20, code), run()]), none);
    // They changed something else, or part of it: what ran is of both.
    assert_eq!(found(vec![in_mode(code), by_others(20, settings), run()]), ["shared wipe 1 weak"]);
    assert_eq!(found(vec![in_mode(made), by_others(20, code), run()]), ["shared wipe 1 weak"]);
    assert_eq!(found(vec![in_mode(settings), by_others(20, settings), run()]), ["shared wipe 1 weak"]);
    // In the second of the change or of the run, nobody can tell.
    assert_eq!(found(vec![in_mode(code), by_others(10, code), run()]), ["shared wipe 1 weak"]);
    assert_eq!(found(vec![in_mode(code), by_others(30, code), run()]), ["shared wipe 1 weak"]);
    // Before the mode's change, after the run, elsewhere, or in vain: nothing.
    assert_eq!(found(vec![by_others(9, code), in_mode(code), run()]), ["shared wipe 1 strong"]);
    assert_eq!(found(vec![in_mode(code), run(), by_others(31, code)]), ["shared wipe 1 strong"]);
    let elsewhere = Event { region: Some("eu-west-1".into()), ..by_others(20, code) };
    assert_eq!(found(vec![in_mode(code), elsewhere, run()]), ["shared wipe 1 strong"]);
    let refused = by_others(20, code).error("AccessDenied");
    assert_eq!(found(vec![in_mode(code), refused, run()]), ["shared wipe 1 strong"]);
    let told = report(vec![in_mode(made), by_others(20, code), run()], Vec::new());
    let path = told.sessions.iter().find(|row| row.depth == 1).map(|row| row.attribution_path.clone());
    let path = path.unwrap_or_default();
    assert!(
        path.contains("changed by somebody else since [UpdateFunctionCode, UpdateFunctionCode-20]"),
        "{path}"
    );
}

#[test]
fn a_change_by_one_who_descends_from_the_mode_is_none_by_others() {
    let assume = assumed_in_mode("deploy", "ASIADEPLOY");
    let made = in_mode("lambda", "CreateFunction", FUNCTION.0, FUNCTION.1);
    let deploy = with(by_others(20, "UpdateFunctionCode"), |caller| {
        *caller = wearing("deploy", "ASIADEPLOY", Some(10));
    });
    let found = lines(&report(vec![assume, made, deploy, worker("shared", "wipe", 30)], Vec::new()));
    assert_eq!(found, ["deploy alice 1 proved", "shared wipe 2 strong"]);
}

#[test]
fn a_build_that_others_started_is_of_whoever_changed_its_project() {
    let project = r#"{"name":"ship","serviceRole":"arn:aws:iam::111122223333:role/builds"}"#;
    let changed = || in_mode("codebuild", "UpdateProject", project, "null");
    let start = |minute: i64| {
        call(minute, "codebuild", "StartBuild")
            .request(r#"{"projectName":"ship"}"#)
            .response(r#"{"build":{"id":"ship:1f2e3d4c"}}"#)
    };
    let run = || worker("builds", "AWSCodeBuild-1f2e3d4c", 20);
    let none: [&str; 0] = [];
    let found = |events: Vec<Event>| lines(&report(events, Vec::new()));
    let strong = ["builds AWSCodeBuild-1f2e3d4c 1 strong"];
    assert_eq!(found(vec![changed(), start(19), run()]), strong);
    assert_eq!(found(vec![start(9), changed(), run()]), none);
    assert_eq!(found(vec![changed(), start(10), run()]), none);
    let again = call(15, "codebuild", "UpdateProject").request(project);
    assert_eq!(found(vec![changed(), again, start(19), run()]), ["builds AWSCodeBuild-1f2e3d4c 1 weak"]);
    let other = start(19).request(r#"{"projectName":"other"}"#);
    assert_eq!(found(vec![changed(), other, run()]), none);
}

#[test]
fn two_accounts_records_of_one_call_are_joined_by_the_id_they_share() {
    let request = r#"{"roleArn":"arn:aws:iam::222233334444:role/far","roleSessionName":"x"}"#;
    let shared = |event: Event, id: &str| Event { shared_event_id: Some(id.into()), ..event };
    let own = || shared(in_mode("sts", "AssumeRole", request, "null"), "s-1");
    let other = |id: &str| {
        let caller = Principal {
            identity_type: Some("AWSAccount".into()),
            principal_id: Some(ACCOUNT.into()),
            account_id: Some(ACCOUNT.into()),
            ..Principal::default()
        };
        let event = call(10, "sts", "AssumeRole")
            .by(caller)
            .request(request)
            .response(r#"{"credentials":{"accessKeyId":"ASIAFAR"}}"#);
        shared(Event { account_id: Some("222233334444".into()), ..event }, id)
    };
    let used =
        with(worker("far", "x", 10), |caller| caller.access_key_id = Some(AccessKeyId::from("ASIAFAR")));
    let found = |id: &str| lines(&report(vec![own(), other(id), used.clone()], Vec::new()));
    assert_eq!(found("s-1"), ["far x 1 proved"]);
    assert_eq!(found("s-2"), Vec::<String>::new());
}

#[test]
fn a_task_that_others_run_is_of_whoever_registered_its_revision() {
    let register = |event: Event, revision: u32| {
        event
            .request(r#"{"family":"ship","taskRoleArn":"arn:aws:iam::111122223333:role/tasks"}"#)
            .response(&format!(r#"{{"taskDefinition":{{"family":"ship","revision":{revision}}}}}"#))
    };
    let mine = || register(in_mode("ecs", "RegisterTaskDefinition", "null", "null"), 7);
    let theirs = |minute| register(call(minute, "ecs", "RegisterTaskDefinition"), 8);
    let run = |definition: &str| {
        call(19, "ecs", "RunTask")
            .request(&format!(r#"{{"taskDefinition":"{definition}"}}"#))
            .response(r#"{"tasks":[{"taskArn":"arn:aws:ecs:us-east-1:111122223333:task/c/0f1e2d"}]}"#)
    };
    let task = || worker("tasks", "0f1e2d", 20);
    let none: [&str; 0] = [];
    let hers = ["tasks 0f1e2d 1 strong"];
    let found = |events: Vec<Event>| lines(&report(events, Vec::new()));
    assert_eq!(found(vec![mine(), run("ship:7"), task()]), hers);
    assert_eq!(
        found(vec![mine(), run("arn:aws:ecs:us-east-1:111122223333:task-definition/ship:7"), task()]),
        hers
    );
    assert_eq!(found(vec![mine(), run("ship"), task()]), hers);
    assert_eq!(found(vec![mine(), run("ship:6"), task()]), none);
    assert_eq!(found(vec![mine(), theirs(15), run("ship"), task()]), none);
    assert_eq!(found(vec![mine(), theirs(15), run("ship:7"), task()]), hers);
    assert_eq!(found(vec![mine(), run("other:7"), task()]), none);
}
