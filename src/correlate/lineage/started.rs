//! What others started of a build project, a job, a state machine or a task
//! definition that a session of a mode made or changed.
//!
//! Owns: joining such a start with the last change before it. What the start gave
//! is `grant`'s, what others changed meanwhile is `others`'.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::catalogue::{Workload, WorkloadCall};
use crate::model::event::{Event, Outcome};
use crate::model::id::AccountId;
use crate::model::mode::LinkConfidence;
use crate::model::time::UtcTime;

use super::super::payload;
use super::Evidence;
use super::candidate::Candidate;
use super::grant::{self, Given, Grant, Made};
use super::held::Gift;
use super::others::{Changes, Left, Taken};

/// Service, account, region, name.
type Slot = (Arc<str>, Arc<str>, Arc<str>, Arc<str>);

/// Starts by whoever was in no session of a mode, in order of time.
#[derive(Debug, Default)]
pub(super) struct Starts {
    by_slot: BTreeMap<Slot, Vec<Start>>,
    /// Builds that anybody is seen to have started: account and session name.
    builds: BTreeSet<(Arc<str>, Arc<str>)>,
}

#[derive(Debug)]
struct Start {
    time: UtcTime,
    event: usize,
    /// The revision of a task definition, if the call names one.
    revision: Option<i64>,
}

impl Starts {
    pub(super) fn of(events: &[Event], taken: &Taken) -> Self {
        let mut starts = Self::default();
        for (place, event) in events.iter().enumerate() {
            if let Some(build) = build_of(event) {
                starts.builds.insert(build);
            }
            let Some(member) = named_by(event) else { continue };
            let Some(time) = event.time.filter(|_| !taken.contains_key(&place)) else { continue };
            if event.outcome() != Outcome::Succeeded {
                continue;
            }
            let request = payload::parse(event.request_parameters.as_ref());
            let Some(text) = payload::text(&request, &[member]) else { continue };
            let Some((name, revision)) = parted(text) else { continue };
            let start = Start { time, event: place, revision };
            starts.by_slot.entry(slot(event, name)).or_default().push(start);
        }
        starts
    }

    /// Whether the call that started a build is in evidence, by its session.
    pub(super) fn started(&self, candidate: &Candidate) -> bool {
        let account = Arc::from(candidate.draft.key.0.as_str());
        candidate.session.clone().is_some_and(|session| self.builds.contains(&(account, session)))
    }

    /// What these starts gave to whom the gifts were given. Within one second
    /// nobody can tell which came first.
    pub(super) fn gifts(
        &self,
        gifts: &[Gift],
        (changes, taken): (&Changes, &Taken),
        evidence: Evidence<'_>,
    ) -> Vec<Gift> {
        let events = evidence.events;
        let mut by_slot: BTreeMap<Slot, Vec<(&Gift, &Workload)>> = BTreeMap::new();
        for gift in gifts {
            let Given::Run { workload, .. } = &gift.grant.given else { continue };
            let slot = slot(&events[gift.grant.event], &workload.name);
            if workload.call != WorkloadCall::Started && self.by_slot.contains_key(&slot) {
                by_slot.entry(slot).or_default().push((gift, workload));
            }
        }
        let mut given = Vec::new();
        for (slot, mut gifts) in by_slot {
            gifts.sort_by_key(|(gift, _)| (gift.grant.time, gift.grant.event));
            for start in self.by_slot.get(&slot).into_iter().flatten() {
                let before =
                    gifts.partition_point(|(gift, _)| gift.grant.time.seconds() < start.time.seconds());
                let Some((gift, workload)) = gifts[..before].last() else { continue };
                let Some(touched) = start.of((&gift.grant, workload), (changes, taken), events) else {
                    continue;
                };
                let sure = if touched.is_some() { LinkConfidence::Weak } else { LinkConfidence::Strong };
                for grant in
                    grant::of(start.event, &events[start.event], evidence.catalogue, &mut Made::default())
                {
                    let runs = in_role_of(grant.given, &gift.grant.given);
                    let grant = Grant { after: Some(gift.grant.event), given: runs, ..grant };
                    given.push(Gift { grant, parent: gift.parent, confidence: sure, touched });
                }
            }
        }
        given
    }
}

impl Start {
    /// Whether it ran what a call gave; if so, the call by which others changed
    /// it too. A revision of a task definition never changes.
    ///
    /// Source: ECS API Reference, `RegisterTaskDefinition`, `RunTask` (without a
    /// revision the latest one runs).
    fn of(
        &self,
        (grant, workload): (&Grant, &Workload),
        (changes, taken): (&Changes, &Taken),
        events: &[Event],
    ) -> Option<Option<usize>> {
        if let Some(asked) = self.revision {
            let response = payload::parse(events[grant.event].response_elements.as_ref());
            let made = payload::number(&response, &["taskDefinition", "revision"]);
            return (made == Some(asked)).then_some(None);
        }
        match changes.left((grant, workload), Some(self.time), events, taken) {
            Left::All => Some(None),
            Left::Part(by) => Some(Some(by)),
            Left::Nothing => None,
        }
    }
}

/// The member by which a start names what it starts.
fn named_by(event: &Event) -> Option<&'static str> {
    match (&*event.event_source, &*event.event_name) {
        ("codebuild.amazonaws.com", "StartBuild") => Some("projectName"),
        ("ecs.amazonaws.com", "RunTask" | "StartTask" | "CreateService" | "UpdateService") => {
            Some("taskDefinition")
        }
        ("glue.amazonaws.com", "StartJobRun") => Some("jobName"),
        ("states.amazonaws.com", "StartExecution" | "StartSyncExecution") => Some("stateMachineArn"),
        _ => None,
    }
}

/// Whether a call starts what runs under a role, or says that it did.
pub(super) fn may_start(event: &Event) -> bool {
    named_by(event).is_some() || build_of(event).is_some()
}

/// The account and the session name of a build that a call started.
fn build_of(event: &Event) -> Option<(Arc<str>, Arc<str>)> {
    if &*event.event_source != "codebuild.amazonaws.com"
        || !matches!(&*event.event_name, "StartBuild" | "RetryBuild")
        || event.outcome() != Outcome::Succeeded
    {
        return None;
    }
    let response = payload::parse(event.response_elements.as_ref());
    let id = payload::text(&response, &["build", "id"])?;
    let id = id.rsplit(':').next().unwrap_or(id);
    let account = event.account_id.as_ref().map_or("", AccountId::as_str);
    Some((Arc::from(account), Arc::from(format!("AWSCodeBuild-{id}"))))
}

/// What runs once under the role of what was made or changed before, where the
/// call that starts it names none.
fn in_role_of(given: Given, before: &Given) -> Given {
    match (given, before) {
        (Given::Run { role: None, workload, .. }, Given::Run { account, role: Some(role), .. })
            if !workload.unique =>
        {
            Given::Run { account: account.clone(), role: Some(role.clone()), workload }
        }
        (given, _) => given,
    }
}

/// The bare name and the revision in a name, an ARN or `family:revision`; nothing
/// for a version or an alias of a state machine, which may run what it was before.
fn parted(text: &str) -> Option<(&str, Option<i64>)> {
    if let Some((_, machine)) = text.split_once(":stateMachine:") {
        return (!machine.contains(':')).then_some((machine, None));
    }
    let last = text.rsplit('/').next().unwrap_or(text);
    Some(match last.rsplit_once(':') {
        Some((name, revision)) if revision.parse::<i64>().is_ok() => {
            (name.rsplit(':').next().unwrap_or(name), revision.parse().ok())
        }
        Some((_, name)) => (name, None),
        None => (last, None),
    })
}

fn slot(event: &Event, name: &str) -> Slot {
    let account = event.account_id.as_ref().map_or("", AccountId::as_str);
    let region = event.region.as_ref().map_or("", |region| region.as_str());
    (event.event_source.clone(), Arc::from(account), Arc::from(region), Arc::from(name))
}
