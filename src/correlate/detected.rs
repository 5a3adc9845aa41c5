//! Hits of rules → findings.
//!
//! Owns: which hits are one finding, and its sentence. Calls of one rule, by
//! one actor in one account, with gaps under an hour are one finding; what was
//! denied or failed stands apart from what was done, is less grave, and is told
//! in words that do not say that it was done.
//!
//! Hits are gone through once, in order of time: held is what those of an open run
//! come to (`run`), never the hits.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::count::counted;
use crate::model::event::Event;
use crate::model::evidence::{Evidence, ObjectPath};
use crate::model::finding::{ATTEMPT, Finding};
use crate::model::hit::{Compound, Detected, Hit, RuleWords};
use crate::model::id::{AccountId, FindingId, ModeName, stable_id};
use crate::model::mode::ModeSession;
use crate::runs::Filling;

use super::burst::Bursts;
use super::finding::{RESPONSE_TO_ATTEMPT, resting};
use super::order;
use super::session::Sessions;

mod run;

use run::{Placed, Run};

/// Rule, account, actor and mode of hits, and whether they were done.
type Key = (u32, Option<AccountId>, Option<Arc<str>>, Option<ModeName>, bool);

/// Mode sessions by the place of the records made with them.
struct Placing<'a>(BTreeMap<(&'a ObjectPath, u64), &'a ModeSession>);

impl<'a> Placing<'a> {
    fn of(events: &'a [Event], sessions: &'a Sessions) -> Self {
        let one = |(event, session): (&usize, &usize)| {
            let Evidence { object, record, .. } = &events.get(*event)?.evidence;
            Some(((object, *record), sessions.rows.get(*session)?))
        };
        Self(sessions.of_event.iter().filter_map(one).collect())
    }

    fn placed<'h>(&self, hit: &'h Hit) -> Placed<'h>
    where
        'a: 'h,
    {
        Placed { hit, session: self.0.get(&(&hit.evidence.object, hit.evidence.record)).copied() }
    }
}

/// Makes the findings of all rules and correlations, in no order.
pub(super) fn of(
    detected: &Detected,
    (events, sessions): (&[Event], &Sessions),
    findings: &mut Filling<Finding>,
) {
    let placing = Placing::of(events, sessions);
    let mut held: Vec<&Hit> = detected.hits.iter().collect();
    held.sort_by_key(|hit| order::none_last(hit.time));
    gathered(held.into_iter().map(Cow::Borrowed), false, (detected, &placing), findings);
    // Of those in memory nothing has to be let go.
    let all_timed = detected.more.is_spilled() && detected.more.iter().all(|hit| hit.time.is_some());
    gathered(detected.more.iter(), all_timed, (detected, &placing), findings);
    for compound in &detected.compounds {
        let Some(words) = detected.rules.get(compound.rule as usize) else { continue };
        let mut run = Run::default();
        for hit in compound.hits.iter().filter_map(|place| detected.hits.get(*place)) {
            run.add(placing.placed(hit));
        }
        findings.extend(finding(words, run, Some(compound)));
    }
}

/// Makes the findings of hits that come in order of time, unknown times last.
fn gathered<'h>(
    hits: impl Iterator<Item = Cow<'h, Hit>>,
    all_timed: bool,
    (detected, placing): (&Detected, &Placing<'_>),
    findings: &mut Filling<Finding>,
) {
    let mut open: Bursts<Key, (u32, Run)> = Bursts::new(all_timed);
    let finding_of = |(rule, run): (u32, Run)| {
        let words = detected.rules.get(rule as usize).filter(|words| run.count >= words.calls_min)?;
        finding(words, run, None)
    };
    for hit in hits {
        let rule = hit.rule;
        if detected.silent.get(rule as usize).copied().unwrap_or(false) {
            continue;
        }
        let one = placing.placed(&hit);
        let mode = one.session.map(|session| session.mode.clone());
        let key = (rule, hit.account_id.clone(), one.actor(), mode, one.succeeded());
        let ((_, run), ended) = open.enter(key, hit.time, || (rule, Run::default()));
        run.add(one);
        let over = ended.into_iter().chain(open.over(hit.time));
        findings.extend(over.filter_map(finding_of));
    }
    findings.extend(open.finish().filter_map(finding_of));
}

/// The finding of some hits of one rule, oldest first; `None` for no hit.
fn finding(words: &RuleWords, run: Run, compound: Option<&Compound>) -> Option<Finding> {
    let first = run.records.first()?.clone();
    let attempt = run.done == 0;
    // A rule about attempts says itself what they are worth and what to do.
    let lessened = attempt && !words.wants_attempts;
    let time = run.time();
    let subject = run
        .first_event_id
        .as_ref()
        .map_or_else(|| format!("{} {}", first.object.as_str(), first.record), |id| id.as_str().to_owned());
    let spelled = time.map(|time| time.to_string()).unwrap_or_default();
    let whose = run.account().map(AccountId::as_str).unwrap_or_default();
    let by = run.actor().map(|actor| &**actor).unwrap_or_default();
    let mut facts = vec![&*words.rule_id, whose, &spelled, by, &subject];
    // A call that was done and one that was tried may share an event id.
    facts.extend(attempt.then_some("attempt"));
    let id = stable_id("fnd-", &facts);
    let weakest = run.weakest?;
    Some(Finding {
        finding_id: FindingId::new(id),
        rule_id: owned(&words.rule_id),
        title: if lessened { format!("{ATTEMPT}{}", words.title).into() } else { owned(&words.title) },
        attempt,
        severity: if lessened { words.severity.lowered() } else { words.severity },
        account_id: run.account().cloned(),
        mode: run.mode.clone(),
        time,
        end_time: run.end_time(),
        actor: run.actor().cloned(),
        summary: summary(words, &run, compound),
        count: run.count,
        window_id: run.window_id,
        event_ids: run.event_ids,
        records: run.records,
        calls: run.calls,
        session_ids: run.session_ids.into_iter().collect(),
        rfc_ids: Vec::new(),
        technique_ids: words.technique_ids.clone(),
        controls: words.controls.clone(),
        response: if lessened { RESPONSE_TO_ATTEMPT.into() } else { owned(&words.response) },
        confidence: words.confidence.resting_on(weakest),
        confidence_reason: resting(words.confidence, weakest),
        suppression: None,
        evidence: first,
    })
}

fn owned(text: &Arc<str>) -> Cow<'static, str> {
    Cow::Owned(text.as_ref().to_owned())
}

fn summary(words: &RuleWords, run: &Run, compound: Option<&Compound>) -> String {
    let calls = counted(run.count, "call");
    let several = if compound.is_some() { "several callers" } else { "an unknown caller" };
    let by = run.actor().map_or(several, |actor| actor);
    let place = match (run.account(), compound) {
        (Some(account), _) => format!("account {account}"),
        (None, Some(_)) => "several accounts".to_owned(),
        (None, None) => "an unknown account".to_owned(),
    };
    let told = run.told.to_string();
    let naming = if told.is_empty() { String::new() } else { format!(", naming {told}") };
    let from = run.from.to_string();
    let from = if from.is_empty() { String::new() } else { format!(", from {from}") };
    let shared = compound.map(|compound| compound.common.as_str()).filter(|common| !common.is_empty());
    let shared = shared.map(|common| format!(", with {common}")).unwrap_or_default();
    let did = format!("{by} made {calls} in {place} ({}){naming}{from}{shared}", run.names);
    let meaning = &words.summary;
    match (run.done, run.ended()) {
        (0, how) if words.wants_attempts => format!("Attempt ({how}): {did}: {meaning}."),
        (0, how) => format!("Attempt ({how}): {did}; had it succeeded: {meaning}."),
        (done, _) if done == run.count => format!("{did}: {meaning}."),
        (done, how) => {
            format!("{did}: {meaning}. {} did not succeed ({how}).", counted(run.count - done, "call"))
        }
    }
}
