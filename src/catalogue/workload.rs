//! Calls that make, change or start what then runs under a role of its own.
//!
//! Owns: the form of `data/workloads.toml`, and what one such call tells of the
//! sessions to expect. Does not know who called.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;

use crate::catalogue::fault::CatalogueFault;
use crate::catalogue::path::{Path, is_something, text_of};

/// What a call does to a workload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WorkloadCall {
    /// It did not exist before.
    Made,
    /// It existed, and runs otherwise from then on.
    Changed,
    /// It exists, and runs once from then on.
    Started,
}

/// What one call tells of a workload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workload {
    /// What the call does to it.
    pub call: WorkloadCall,
    /// Its bare name or id.
    pub name: Arc<str>,
    /// The role it runs under, as name or ARN, if the call tells.
    pub role: Option<Arc<str>>,
    /// The role session name to expect, or its shape ([`session_shape`]); `None`
    /// if it can be any.
    pub session: Option<Arc<str>>,
    /// Whether the session name holds an id that AWS gives out once.
    pub unique: bool,
    /// Seconds in which the session begins; `None` if at any time later.
    pub within_s: Option<i64>,
    /// The part of it that the call sets as a whole, `all` for everything;
    /// `None` if it may leave something as it was.
    pub sets: Option<Arc<str>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    call: String,
    does: WorkloadCall,
    name: String,
    role: Option<String>,
    session: Option<String>,
    #[serde(default)]
    unique: bool,
    within_s: Option<i64>,
    sets: Option<Arc<str>>,
    sets_if: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    workload: Vec<Row>,
}

/// Which column of an event a path leads into.
#[derive(Clone, Copy, Debug)]
enum Column {
    Request,
    Response,
}

#[derive(Debug)]
struct Rule {
    does: WorkloadCall,
    name: (Column, Path),
    /// Tried in this order.
    role: Vec<(Column, Path)>,
    session: Option<String>,
    unique: bool,
    within_s: Option<i64>,
    sets: Option<Arc<str>>,
    sets_if: Option<(Column, Path)>,
}

/// All rules, by event source and event name.
#[derive(Debug)]
pub(super) struct Workloads(BTreeMap<(String, String), Rule>);

impl Workloads {
    pub(super) fn parse(text: &str) -> Result<Self, CatalogueFault> {
        let file: File =
            toml::from_str(text).map_err(|fault| CatalogueFault::at_line(1, fault.message().to_owned()))?;
        let mut rules = BTreeMap::new();
        for row in file.workload {
            let fault = |message: String| CatalogueFault::at_line(1, format!("`{}`: {message}", row.call));
            let (source, name) =
                row.call.split_once(' ').ok_or_else(|| fault("lacks an event name".to_owned()))?;
            let rule = Rule {
                does: row.does,
                name: column(&row.name).map_err(fault)?,
                role: roles(row.role.as_deref()).map_err(fault)?,
                session: row.session.clone(),
                unique: row.unique,
                within_s: row.within_s,
                sets: row.sets,
                sets_if: row.sets_if.as_deref().map(column).transpose().map_err(fault)?,
            };
            if rules.insert((source.to_owned(), name.to_owned()), rule).is_some() {
                return Err(fault("stands twice".to_owned()));
            }
        }
        Ok(Self(rules))
    }

    /// What a call of that source and name tells; several where it starts
    /// several things at once.
    pub(super) fn of(&self, (source, name): (&str, &str), columns: (&Value, &Value)) -> Vec<Workload> {
        let source = source.strip_suffix(".amazonaws.com").unwrap_or(source);
        let Some(rule) = self.0.get(&(source.to_owned(), name.to_owned())) else { return Vec::new() };
        let values = |(column, path): &(Column, Path)| match column {
            Column::Request => path.follow(columns.0),
            Column::Response => path.follow(columns.1),
        };
        let follow = |place: &(Column, Path)| -> Vec<Arc<str>> {
            let texts = values(place).into_iter().filter_map(text_of);
            texts.filter(|text| !text.is_empty()).map(|text| Arc::from(text.as_ref())).collect()
        };
        let role = rule.role.iter().find_map(|place| follow(place).into_iter().next());
        // Also what AWS withholds was set.
        let is_set = |place| values(place).into_iter().any(is_something);
        let sets = rule.sets.as_ref().filter(|_| rule.sets_if.as_ref().is_none_or(is_set));
        follow(&rule.name)
            .into_iter()
            .map(|name| {
                let bare = bare(&name);
                Workload {
                    call: rule.does,
                    session: rule.session.as_ref().map(|pattern| Arc::from(pattern.replace("{}", bare))),
                    name: Arc::from(bare),
                    role: role.clone(),
                    unique: rule.unique,
                    within_s: rule.within_s,
                    sets: sets.cloned(),
                }
            })
            .collect()
    }
}

fn column(text: &str) -> Result<(Column, Path), String> {
    let (root, path) = text.split_once('.').ok_or_else(|| format!("`{text}` names no column"))?;
    let column = match root {
        "request" => Column::Request,
        "response" => Column::Response,
        _ => return Err(format!("`{root}` is neither request nor response")),
    };
    Ok((column, Path::parse(path)?))
}

/// Places of a role, `|` between them.
fn roles(text: Option<&str>) -> Result<Vec<(Column, Path)>, String> {
    text.into_iter().flat_map(|text| text.split('|')).map(column).collect()
}

/// The shape of a role session name that holds an id of AWS's own making: any
/// build, or 32 letters or digits. Of any other name, the name.
///
/// Source: published records and error messages (`AWSCodeBuild-` and a UUID;
/// `wozynIhxRGfTvfRlXhHKONdyrIaAmRyN` of a state machine); no list is documented.
pub fn session_shape(session: &str) -> &str {
    const RANDOM_LEN: usize = 32;
    if session.strip_prefix("AWSCodeBuild-").is_some_and(|id| !id.is_empty()) {
        return BUILD_SHAPE;
    }
    let random = session.len() == RANDOM_LEN && session.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if random { RANDOM_SHAPE } else { session }
}

/// Whether a text is a shape of names, and no name.
pub fn is_shape(session: &str) -> bool {
    [BUILD_SHAPE, RANDOM_SHAPE].contains(&session)
}

const BUILD_SHAPE: &str = "AWSCodeBuild-*";
const RANDOM_SHAPE: &str = "@32";

/// The name at the end of an ARN or of an id like `project:uuid`; revisions of
/// task definitions (`family:7`), versions and aliases of state machines go.
fn bare(name: &str) -> &str {
    if let Some((_, machine)) = name.split_once(":stateMachine:") {
        return machine.split(':').next().unwrap_or(machine);
    }
    let last = name.rsplit('/').next().unwrap_or(name);
    match last.rsplit_once(':') {
        Some((family, revision)) if revision.bytes().all(|byte| byte.is_ascii_digit()) => {
            family.rsplit(':').next().unwrap_or(family)
        }
        Some((_, after)) => after,
        None => last,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(call: (&str, &str), request: &Value, response: &Value) -> Vec<Workload> {
        let all = Workloads::parse(include_str!("data/workloads.toml")).expect("the embedded table loads");
        all.of(call, (request, response))
    }

    #[test]
    fn names_ids_and_roles_are_found() {
        let function = of(
            ("lambda.amazonaws.com", "CreateFunction"),
            &json!({"functionName": "arn:aws:lambda:eu-west-1:111122223333:function:wipe", "role": "R"}),
            &Value::Null,
        );
        assert_eq!(function.len(), 1);
        assert_eq!((&*function[0].name, function[0].session.as_deref()), ("wipe", Some("wipe")));
        assert_eq!(function[0].role.as_deref(), Some("R"));
        let build =
            of(("codebuild.amazonaws.com", "StartBuild"), &Value::Null, &json!({"build": {"id": "p:1f2e"}}));
        assert_eq!(build[0].session.as_deref(), Some("AWSCodeBuild-1f2e"));
        let response = json!({"instancesSet": {"items": [{"instanceId": "i-1"}, {"instanceId": "i-2"}]}});
        let instances = of(("ec2.amazonaws.com", "RunInstances"), &Value::Null, &response);
        assert_eq!(instances.iter().map(|one| &*one.name).collect::<Vec<_>>(), ["i-1", "i-2"]);
        assert!(instances.iter().all(|one| one.unique));
        let service = of(
            ("ecs.amazonaws.com", "UpdateService"),
            &json!({"taskDefinition": "arn:aws:ecs:r:1:task-definition/web:12"}),
            &Value::Null,
        );
        assert_eq!(&*service[0].name, "web");
        let machine = of(
            ("states.amazonaws.com", "UpdateStateMachine"),
            &json!({"stateMachineArn": "arn:aws:states:r:1:stateMachine:flow:PROD", "definition": "HIDDEN_DUE_TO_SECURITY_REASONS"}),
            &Value::Null,
        );
        assert_eq!((&*machine[0].name, machine[0].sets.as_deref()), ("flow", Some("definition")));
        assert_eq!(of(("s3.amazonaws.com", "GetObject"), &Value::Null, &Value::Null), []);
    }

    #[test]
    fn names_of_random_ids_have_a_shape() {
        let machine = "wozynIhxRGfTvfRlXhHKONdyrIaAmRyN";
        let cases = [
            ("AWSCodeBuild-7b6c5d4e", "AWSCodeBuild-*"),
            ("AWSCodeBuild-", "AWSCodeBuild-"),
            (machine, "@32"),
            (&machine[1..], &machine[1..]),
            ("wozynIhxRGfTvfRlXhHKONdyrIaAmRy-", "wozynIhxRGfTvfRlXhHKONdyrIaAmRy-"),
            ("GlueJobRunnerSession", "GlueJobRunnerSession"),
        ];
        for (session, shape) in cases {
            assert_eq!(session_shape(session), shape);
            assert_eq!(is_shape(session_shape(session)), session != shape, "{session}");
        }
    }
}
