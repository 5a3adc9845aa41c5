//! When what a mode session handed out was taken away again.
//!
//! Owns: which calls take away what. That they ended a grant is told by name and
//! time alone, so little of each call has to be remembered.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::event::{Event, Outcome};
use crate::model::id::AccountId;
use crate::model::time::UtcTime;

use super::super::payload;
use super::grant::{Given, Grant};

/// One call that took something away: its kind and name, and when.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) struct Taken {
    slot: (&'static str, Arc<str>),
    time: UtcTime,
}

impl Taken {
    /// What a call took away; `None` for most.
    pub(in super::super) fn of(event: &Event) -> Option<Self> {
        let (kind, member) = match (&*event.event_source, &*event.event_name) {
            ("iam.amazonaws.com", "DeleteAccessKey") => ("key", "accessKeyId"),
            ("iam.amazonaws.com", "DeleteUser") => ("user", "userName"),
            ("iam.amazonaws.com", "DeleteRole") => ("role", "roleName"),
            ("lambda.amazonaws.com", "DeleteFunction") => ("run", "functionName"),
            ("codebuild.amazonaws.com", "DeleteProject") => ("run", "name"),
            ("glue.amazonaws.com", "DeleteJob") => ("run", "jobName"),
            ("states.amazonaws.com", "DeleteStateMachine") => ("run", "stateMachineArn"),
            _ => return None,
        };
        if event.outcome() != Outcome::Succeeded {
            return None;
        }
        let request = payload::parse(event.request_parameters.as_ref());
        let name = payload::text(&request, &[member])?;
        let name = name.rsplit(':').next().unwrap_or(name);
        let account = event.account_id.as_ref();
        let name = match kind {
            "key" => Arc::from(name),
            "run" => scoped(account, &format!("{}/{name}", event.event_source)),
            _ => scoped(account, name),
        };
        Some(Self { slot: (kind, name), time: event.time? })
    }
}

/// When what was given was taken away: by account and name, in order.
#[derive(Debug, Default)]
pub(super) struct Ends(BTreeMap<(&'static str, Arc<str>), Vec<UtcTime>>);

impl Ends {
    /// By these events, and calls of which no more is known.
    pub(super) fn of(events: &[Event], taken: &[Taken]) -> Self {
        let mut ends = Self::default();
        let of_events = events.iter().filter_map(Taken::of);
        for one in of_events.chain(taken.iter().cloned()) {
            ends.0.entry(one.slot).or_default().push(one.time);
        }
        ends.0.values_mut().for_each(|times| times.sort_unstable());
        ends
    }

    /// Ends a grant where what it gave was taken away.
    pub(super) fn bound(&self, grant: &mut Grant, events: &[Event]) {
        let slot = match &grant.given {
            Given::Key(key) => ("key", Arc::from(key.as_str())),
            Given::User { account, name, .. } => ("user", scoped(Some(account), name)),
            Given::Role { account, name, .. } | Given::Trust { account, name, .. } => {
                ("role", scoped(Some(account), name))
            }
            Given::Run { workload, .. } => {
                let event = &events[grant.event];
                let name = format!("{}/{}", event.event_source, workload.name);
                ("run", scoped(event.account_id.as_ref(), &name))
            }
            Given::Principal { .. } | Given::LaunchTemplate(_) => return,
        };
        let Some(times) = self.0.get(&slot) else { return };
        let next = times.get(times.partition_point(|time| *time < grant.time)).copied();
        grant.until = [grant.until, next].into_iter().flatten().min();
    }
}

fn scoped(account: Option<&AccountId>, name: &str) -> Arc<str> {
    Arc::from(format!("{}/{name}", account.map_or("", AccountId::as_str)))
}
