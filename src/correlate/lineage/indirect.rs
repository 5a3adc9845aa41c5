//! Calls that a session made, or that were made for it, under another name than
//! its own: from another account, in the console, by a launch template.
//!
//! Owns: finding the session behind such calls. By id and time; never by name
//! alone.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::catalogue::{Workload, WorkloadCall};
use crate::model::event::{Event, Outcome};
use crate::model::id::AccountId;
use crate::model::mode::{LinkConfidence, ModeSession};
use crate::model::time::UtcTime;

use super::super::payload;
use super::super::session::Sessions;
use super::grant::{self, Given, Grant, Made};
use super::held::Gift;
use super::{Evidence, candidate};

/// How long a role session lasts at most.
///
/// Source: facts/cloudtrail.md 6.4 (chained sessions last one hour at most);
/// others last 12 hours at most.
const SESSION_S_MAX: i64 = 12 * 3600;

/// How far the two clocks may be apart.
const CLOCKS_APART_S: i64 = 5;

/// Such calls, by what tells the session behind them.
#[derive(Debug, Default)]
pub(super) struct Indirect {
    /// Principal id of a caller from another account → its calls.
    abroad: BTreeMap<Arc<str>, Vec<usize>>,
    /// Id of an action that several accounts have a record of → records of it.
    shared: BTreeMap<Arc<str>, Vec<usize>>,
    /// Account, role and session name that a console session came from → calls.
    switches: BTreeMap<Arc<str>, Vec<usize>>,
    /// Launch template → the calls that launched from it.
    launches: BTreeMap<Arc<str>, Vec<usize>>,
}

impl Indirect {
    pub(super) fn of(events: &[Event], taken: &BTreeMap<usize, usize>) -> Self {
        let mut found = Self::default();
        for (place, event) in events.iter().enumerate() {
            if taken.contains_key(&place) || event.outcome() != Outcome::Succeeded {
                continue;
            }
            match (&*event.event_source, &*event.event_name) {
                ("sts.amazonaws.com", _) if candidate::wears(&event.principal).is_none() => {
                    let id = event.principal.principal_id.clone().filter(|id| id.contains(':'));
                    found.abroad.list(id, place);
                    found.shared.list(event.shared_event_id.clone(), place);
                }
                ("signin.amazonaws.com", "SwitchRole") => {
                    found.switches.list(switched_from(event), place);
                }
                ("ec2.amazonaws.com", "RunInstances") => {
                    let request = payload::parse(event.request_parameters.as_ref());
                    let id = payload::text(&request, &["launchTemplate", "launchTemplateId"]);
                    found.launches.list(id.map(Arc::from), place);
                }
                _ => {}
            }
        }
        found
    }

    /// What sessions of one depth were given by such calls.
    pub(super) fn gifts(
        &self,
        level: &[usize],
        of_session: &BTreeMap<usize, Vec<usize>>,
        sessions: &Sessions,
        evidence: Evidence<'_>,
    ) -> Vec<Gift> {
        let events = evidence.events;
        if self.abroad.is_empty() && self.switches.is_empty() {
            return Vec::new();
        }
        let (mut by_id, mut by_name): (Behind<'_>, Behind<'_>) = <_>::default();
        let issues: BTreeMap<usize, usize> =
            sessions.of_issue.iter().map(|(event, place)| (*place, *event)).collect();
        for (place, row) in level.iter().map(|place| (*place, &sessions.rows[*place])) {
            let first = of_session.get(&place).and_then(|calls| calls.first()).copied();
            let descent = sessions.descents.get(&place).map(|descent| descent.event);
            let issue = issues.get(&place).copied().or(descent);
            by_id.list(principal_id(first, issue, events), (place, row));
            let name = row.role_session_name.as_deref().unwrap_or_default();
            let full = format!("{}/{}/{name}", row.account_id.as_str(), row.role_name);
            by_name.list(Some(Arc::from(full)), (place, row));
        }
        let mut gifts = Vec::new();
        let mut made = Made::default();
        for (parent, event) in meet(&self.abroad, &by_id, events) {
            let grants = grant::of(event, &events[event], evidence.catalogue, &mut made);
            let strong = LinkConfidence::Strong;
            let gift = |grant| Gift { grant, parent, confidence: strong, touched: None };
            gifts.extend(grants.into_iter().map(gift));
        }
        for (parent, event) in meet(&self.switches, &by_name, events) {
            let grant = console(event, &events[event]);
            let strong = LinkConfidence::Strong;
            gifts.extend(grant.map(|grant| Gift { grant, parent, confidence: strong, touched: None }));
        }
        gifts
    }

    /// What calls of these sessions handed out as another account's record of the
    /// very same call tells it.
    ///
    /// Source: facts/cloudtrail.md 1.1, 1.5 (`sharedEventID`).
    pub(super) fn shared(
        &self,
        level: &[usize],
        of_session: &BTreeMap<usize, Vec<usize>>,
        evidence: Evidence<'_>,
    ) -> Vec<Gift> {
        if self.shared.is_empty() {
            return Vec::new();
        }
        let events = evidence.events;
        let calls = level
            .iter()
            .flat_map(|parent| of_session.get(parent).into_iter().flatten().map(|call| (*parent, *call)));
        let mut gifts = Vec::new();
        for (parent, call) in calls.filter(|(_, call)| events[*call].outcome() == Outcome::Succeeded) {
            let same = events[call].shared_event_id.as_ref().and_then(|id| self.shared.get(id));
            for event in same.into_iter().flatten() {
                let grants = grant::of(*event, &events[*event], evidence.catalogue, &mut Made::default());
                let proved = LinkConfidence::Proved;
                gifts.extend(grants.into_iter().map(|grant| Gift {
                    grant,
                    parent,
                    confidence: proved,
                    touched: None,
                }));
            }
        }
        gifts
    }

    /// Instances that others launched from a template that was given.
    pub(super) fn launched(&self, gifts: &[Gift], events: &[Event]) -> Vec<Gift> {
        let mut launched = Vec::new();
        for gift in gifts {
            let Given::LaunchTemplate(id) = &gift.grant.given else { continue };
            for event in self.launches.get(id).into_iter().flatten() {
                let Some(time) = events[*event].time.filter(|time| *time >= gift.grant.time) else {
                    continue;
                };
                launched.extend(instances(&events[*event]).map(|given| Gift {
                    grant: Grant { given, event: *event, time, after: Some(gift.grant.event), until: None },
                    parent: gift.parent,
                    confidence: LinkConfidence::Strong,
                    touched: None,
                }));
            }
        }
        launched
    }
}

type Behind<'a> = BTreeMap<Arc<str>, Vec<(usize, &'a ModeSession)>>;

/// Adding to lists by a key that may be unknown.
trait Lists<T> {
    fn list(&mut self, key: Option<Arc<str>>, value: T);
}

impl<T> Lists<T> for BTreeMap<Arc<str>, Vec<T>> {
    fn list(&mut self, key: Option<Arc<str>>, value: T) {
        if let Some(key) = key {
            self.entry(key).or_default().push(value);
        }
    }
}

/// Session → call, where both have the same key and the session was live. Of
/// several live ones, the latest.
fn meet(
    calls: &BTreeMap<Arc<str>, Vec<usize>>,
    behind: &Behind<'_>,
    events: &[Event],
) -> Vec<(usize, usize)> {
    let mut met = Vec::new();
    for (key, sessions) in behind {
        let Some(calls) = calls.get(key) else { continue };
        let lives = Lives::of(sessions);
        for event in calls {
            let latest = events[*event].time.and_then(|time| lives.latest(time));
            met.extend(latest.map(|place| (place, *event)));
        }
    }
    met.sort_by_key(|(_, event)| *event);
    met
}

/// When sessions of one key were live: start, place and end, in order of start.
struct Lives {
    by_start: Vec<(UtcTime, usize, UtcTime)>,
    longest_s: i64,
}

impl Lives {
    fn of(sessions: &[(usize, &ModeSession)]) -> Self {
        let lives = sessions.iter().filter_map(|(place, row)| {
            let started = row.started_at?;
            Some((started, *place, row.expires_at.unwrap_or_else(|| started.plus_seconds(SESSION_S_MAX))))
        });
        let mut by_start: Vec<(UtcTime, usize, UtcTime)> = lives.collect();
        by_start.sort_unstable();
        let length = |(started, _, ends): &(UtcTime, usize, UtcTime)| {
            ends.seconds().saturating_sub(started.seconds()).saturating_add(1)
        };
        let longest_s = by_start.iter().map(length).max().unwrap_or_default();
        Self { by_start, longest_s }
    }

    /// The session live at a time that began last. Looks back no further than the
    /// longest of them lasted.
    fn latest(&self, time: UtcTime) -> Option<usize> {
        let begun = time.plus_seconds(CLOCKS_APART_S);
        let end = self.by_start.partition_point(|(started, ..)| *started <= begun);
        let near = self.by_start[..end]
            .iter()
            .rev()
            .take_while(|(started, ..)| time.seconds().saturating_sub(started.seconds()) <= self.longest_s);
        near.filter(|(_, _, ends)| time <= *ends).map(|(_, place, _)| *place).next()
    }
}

/// `AROA…:name` of a session, from its events or from the call that issued it.
fn principal_id(first: Option<usize>, issue: Option<usize>, events: &[Event]) -> Option<Arc<str>> {
    let shown = first.and_then(|place| events[place].principal.principal_id.clone());
    shown.or_else(|| {
        let response = payload::parse(events[issue?].response_elements.as_ref());
        payload::text(&response, &["assumedRoleUser", "assumedRoleId"]).map(Arc::from)
    })
}

/// The ARN that a console session came from: `account/role/session`.
///
/// Source: facts/cloudtrail.md 6.4 names SwitchRole; its `SwitchFrom` is what
/// records show.
fn switched_from(event: &Event) -> Option<Arc<str>> {
    let more = payload::parse(event.additional_event_data.as_ref());
    let arn = payload::text(&more, &["SwitchFrom"])?;
    let account = AccountId::from_arn(arn)?;
    let (_, session) = arn.split_once(":assumed-role/")?;
    Some(Arc::from(format!("{}/{session}", account.as_str())))
}

/// The console session of a role that a SwitchRole record names as its caller.
fn console(place: usize, event: &Event) -> Option<Grant> {
    let given = Given::Principal {
        id: event.principal.principal_id.clone()?,
        account: event.principal.role_account()?,
        session: event.principal.role_session_name().map(Arc::from)?,
    };
    Some(Grant { given, event: place, time: event.time?, after: None, until: None })
}

fn instances(event: &Event) -> impl Iterator<Item = Given> + use<> {
    let response = payload::parse(event.response_elements.as_ref());
    let items =
        payload::at(&response, &["instancesSet", "items"]).and_then(|items| items.as_array()).cloned();
    let account = event.account_id.clone();
    items.unwrap_or_default().into_iter().filter_map(move |item| {
        let id: Arc<str> = payload::text(&item, &["instanceId"]).map(Arc::from)?;
        let workload = Workload {
            call: WorkloadCall::Made,
            session: Some(id.clone()),
            name: id,
            role: None,
            unique: true,
            within_s: None,
            sets: None,
        };
        Some(Given::Run { account: account.clone()?, role: None, workload })
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::samples::at;
    use super::*;

    #[test]
    fn the_live_session_that_began_last_is_behind_a_call() {
        let mut by_start =
            vec![(at(0), 7, at(720)), (at(10), 3, at(20)), (at(10), 4, at(15)), (at(30), 5, at(90))];
        by_start.sort_unstable();
        let lives = Lives { by_start, longest_s: 720 * 60 + 1 };
        let cases = [
            (-1, None),
            (0, Some(7)),
            (9, Some(7)),
            (10, Some(4)),
            (16, Some(3)),
            (21, Some(7)),
            (30, Some(5)),
            (90, Some(5)),
            (91, Some(7)),
            (720, Some(7)),
            (721, None),
            (9999, None),
        ];
        for (minute, place) in cases {
            assert_eq!(lives.latest(at(minute)), place, "minute {minute}");
        }
        let early = at(30).plus_seconds(-CLOCKS_APART_S);
        assert_eq!(lives.latest(early), Some(5), "the two clocks may be apart");
        assert_eq!(Lives::of(&[]).latest(at(0)), None);
    }
}
