//! Hits of rules → findings.
//!
//! Owns: which hits are one finding, and its sentence. Calls of one rule, by
//! one actor in one account, with gaps under an hour are one finding; what was
//! denied or failed stands apart from what was done, is less grave, and is told
//! in words that do not say that it was done.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::limits::FINDING_EVENTS_MAX;
use crate::model::count::counted;
use crate::model::event::{Event, Outcome};
use crate::model::evidence::{Evidence, ObjectPath};
use crate::model::finding::{ATTEMPT, Finding};
use crate::model::hit::{Compound, Detected, Hit, RuleWords};
use crate::model::id::{AccountId, FindingId, SessionId, stable_id};
use crate::model::mode::ModeSession;

use super::finding::{RESPONSE_TO_ATTEMPT, joined, resting, sort};
use super::incident;
use super::session::Sessions;

/// What tells whose session a hit belongs to.
#[derive(Clone, Copy)]
struct Context<'a> {
    events: &'a [Event],
    sessions: &'a Sessions,
}

/// The findings with those of all rules and correlations, in their one order.
pub(super) fn added(
    mut findings: Vec<Finding>,
    detected: &Detected,
    (events, sessions): (&[Event], &Sessions),
) -> Vec<Finding> {
    findings.extend(of(detected, Context { events, sessions }));
    sort(&mut findings);
    findings
}

/// A hit, and the mode session that made the call.
#[derive(Clone, Copy)]
struct Placed<'a> {
    hit: &'a Hit,
    session: Option<&'a ModeSession>,
}

impl Placed<'_> {
    /// A session knows more of who is behind it than one record.
    fn actor(&self) -> Option<Arc<str>> {
        self.session.and_then(|session| session.actor.clone()).or_else(|| self.hit.actor.clone())
    }

    fn succeeded(&self) -> bool {
        self.hit.outcome == Outcome::Succeeded
    }
}

/// The findings of all rules and correlations.
fn of(detected: &Detected, context: Context<'_>) -> Vec<Finding> {
    let of_record = sessions_by_record(context);
    let placed = |hit: &'_ Hit| -> Option<&ModeSession> {
        of_record.get(&(&hit.evidence.object, hit.evidence.record)).copied()
    };
    let mut groups: BTreeMap<_, Vec<Placed<'_>>> = BTreeMap::new();
    for hit in &detected.hits {
        if detected.silent.get(hit.rule as usize).copied().unwrap_or(false) {
            continue;
        }
        let one = Placed { hit, session: placed(hit) };
        let mode = one.session.map(|session| session.mode.clone());
        let key = (hit.rule, hit.account_id.clone(), one.actor(), mode, one.succeeded());
        groups.entry(key).or_default().push(one);
    }
    let mut findings = Vec::new();
    for ((rule, ..), group) in groups {
        let Some(words) = detected.rules.get(rule as usize) else { continue };
        let runs = incident::runs(group, |one| one.hit.time);
        for run in runs.into_iter().filter(|run| run.len() as u64 >= words.calls_min) {
            findings.extend(finding(words, &run, None));
        }
    }
    for compound in &detected.compounds {
        let Some(words) = detected.rules.get(compound.rule as usize) else { continue };
        let hits = compound.hits.iter().filter_map(|place| detected.hits.get(*place));
        let run: Vec<Placed<'_>> = hits.map(|hit| Placed { hit, session: placed(hit) }).collect();
        findings.extend(finding(words, &run, Some(compound)));
    }
    findings
}

/// Sessions by the place of the records made with them.
fn sessions_by_record(context: Context<'_>) -> BTreeMap<(&ObjectPath, u64), &ModeSession> {
    let places = context.sessions.of_event.iter();
    let one = places.filter_map(|(event, session)| {
        let Evidence { object, record, .. } = &context.events.get(*event)?.evidence;
        Some(((object, *record), context.sessions.rows.get(*session)?))
    });
    one.collect()
}

/// The finding of some hits of one rule, oldest first; `None` for no hit.
fn finding(words: &RuleWords, run: &[Placed<'_>], compound: Option<&Compound>) -> Option<Finding> {
    let first = run.first()?;
    let account = common(run, |one| one.hit.account_id.clone());
    let actor = common(run, |one| one.actor());
    let attempt = run.iter().all(|one| !one.succeeded());
    // A rule about attempts says itself what they are worth and what to do.
    let lessened = attempt && !words.wants_attempts;
    let time = run.iter().filter_map(|one| one.hit.time).min();
    let subject = first.hit.event_id.as_ref().map_or_else(
        || format!("{} {}", first.hit.evidence.object.as_str(), first.hit.evidence.record),
        |id| id.as_str().to_owned(),
    );
    let spelled = time.map(|time| time.to_string()).unwrap_or_default();
    let whose = account.as_ref().map(AccountId::as_str).unwrap_or_default();
    let by = actor.as_deref().unwrap_or_default();
    let mut facts = vec![&*words.rule_id, whose, &spelled, by, &subject];
    // A call that was done and one that was tried may share an event id.
    facts.extend(attempt.then_some("attempt"));
    let id = stable_id("fnd-", &facts);
    let mut session_ids: Vec<SessionId> =
        run.iter().filter_map(|one| Some(one.session?.session_id.clone())).collect();
    session_ids.sort();
    session_ids.dedup();
    let session = run.iter().find_map(|one| one.session);
    let weakest = run.iter().map(|one| one.hit.source_grade).max()?;
    Some(Finding {
        finding_id: FindingId::new(id),
        rule_id: owned(&words.rule_id),
        title: if lessened { format!("{ATTEMPT}{}", words.title).into() } else { owned(&words.title) },
        attempt,
        severity: if lessened { words.severity.lowered() } else { words.severity },
        mode: session.map(|session| session.mode.clone()),
        time,
        end_time: run.iter().filter_map(|one| one.hit.time).max(),
        summary: summary(words, run, (account.as_ref(), actor.as_deref()), compound),
        count: run.len() as u64,
        event_ids: run.iter().filter_map(|one| one.hit.event_id.clone()).take(FINDING_EVENTS_MAX).collect(),
        records: run.iter().map(|one| one.hit.evidence.clone()).take(FINDING_EVENTS_MAX).collect(),
        calls: run.iter().map(|one| one.hit.event_name.clone()).collect(),
        window_id: session.and_then(|session| session.window_id.clone()),
        session_ids,
        rfc_ids: Vec::new(),
        technique_ids: words.technique_ids.clone(),
        controls: words.controls.clone(),
        response: if lessened { RESPONSE_TO_ATTEMPT.into() } else { owned(&words.response) },
        confidence: words.confidence.resting_on(weakest),
        confidence_reason: resting(words.confidence, weakest),
        suppression: None,
        evidence: first.hit.evidence.clone(),
        account_id: account,
        actor,
    })
}

fn owned(text: &Arc<str>) -> Cow<'static, str> {
    Cow::Owned(text.as_ref().to_owned())
}

/// What all hits have in common, if they do.
fn common<T: PartialEq>(run: &[Placed<'_>], of: impl Fn(&Placed<'_>) -> Option<T>) -> Option<T> {
    let first = of(run.first()?)?;
    run.iter().skip(1).all(|one| of(one).as_ref() == Some(&first)).then_some(first)
}

fn summary(
    words: &RuleWords,
    run: &[Placed<'_>],
    (account, actor): (Option<&AccountId>, Option<&str>),
    compound: Option<&Compound>,
) -> String {
    let names = joined(run.iter().map(|one| &*one.hit.event_name));
    let told = joined(run.iter().flat_map(|one| one.hit.told.iter()));
    let calls = counted(run.len() as u64, "call");
    let by = actor.unwrap_or(if compound.is_some() { "several callers" } else { "an unknown caller" });
    let place = match (account, compound) {
        (Some(account), _) => format!("account {account}"),
        (None, Some(_)) => "several accounts".to_owned(),
        (None, None) => "an unknown account".to_owned(),
    };
    let naming = if told.is_empty() { String::new() } else { format!(", naming {told}") };
    let from = joined(run.iter().filter_map(|one| one.hit.from.as_ref()));
    let from = if from.is_empty() { String::new() } else { format!(", from {from}") };
    let shared = compound.map(|compound| compound.common.as_str()).filter(|common| !common.is_empty());
    let shared = shared.map(|common| format!(", with {common}")).unwrap_or_default();
    let did = format!("{by} made {calls} in {place} ({names}){naming}{from}{shared}");
    let meaning = &words.summary;
    match (run.iter().filter(|one| one.succeeded()).count(), outcomes(run)) {
        (0, how) if words.wants_attempts => format!("Attempt ({how}): {did}: {meaning}."),
        (0, how) => format!("Attempt ({how}): {did}; had it succeeded: {meaning}."),
        (done, _) if done == run.len() => format!("{did}: {meaning}."),
        (done, how) => format!(
            "{did}: {meaning}. {} did not succeed ({how}).",
            counted((run.len() - done) as u64, "call")
        ),
    }
}

/// How the calls that did not succeed ended.
fn outcomes(run: &[Placed<'_>]) -> String {
    let ended = |outcome| run.iter().any(|one| one.hit.outcome == outcome);
    let words = [(Outcome::Denied, "denied"), (Outcome::Failed, "failed"), (Outcome::DryRun, "dry run")];
    let met: Vec<&str> =
        words.into_iter().filter(|(outcome, _)| ended(*outcome)).map(|(_, word)| word).collect();
    met.join(" or ")
}
