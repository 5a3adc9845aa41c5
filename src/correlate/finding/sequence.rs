//! One kind of call before another: what the patterns of intent share.
//!
//! Owns: finding the calls that came before within the stated time, and making
//! one claim of what one actor completed in a burst. Which calls belong together
//! each pattern says itself.
//!
//! Only a succeeded call comes before: a protection that stayed is no step. What
//! follows may have been tried in vain; then the claim says so and is one level
//! less grave.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::destructive::DestructiveAction;
use crate::model::event::Outcome;
use crate::model::id::AccountId;
use crate::model::time::UtcTime;

use super::super::incident;
use super::claim::{Claim, by, joined, of_calls, place};

/// Calls by what they have in common, each list in order of time.
pub(super) struct Before<'a, K>(BTreeMap<K, Vec<(UtcTime, &'a DestructiveAction)>>);

impl<'a, K: Ord> Before<'a, K> {
    /// The succeeded ones of these calls. The rows are in order of time.
    pub(super) fn of(calls: impl Iterator<Item = (K, &'a DestructiveAction)>) -> Self {
        let mut by_key: BTreeMap<K, Vec<(UtcTime, &DestructiveAction)>> = BTreeMap::new();
        for (key, call) in calls.filter(|(_, call)| call.outcome == Outcome::Succeeded) {
            if let Some(time) = call.event_time {
                by_key.entry(key).or_default().push((time, call));
            }
        }
        Self(by_key)
    }

    /// The latest call of that key before a time, and no more than so many
    /// seconds before it. One of the same second is none: records of one second
    /// have no known order.
    pub(super) fn latest(&self, key: &K, time: UtcTime, within_s: i64) -> Option<&'a DestructiveAction> {
        let calls = self.0.get(key)?;
        let before = calls.partition_point(|(earlier, _)| earlier.seconds() < time.seconds());
        let (earlier, call) = before.checked_sub(1).and_then(|last| calls.get(last))?;
        let undone = call.undone_at.is_some_and(|undone| undone < time);
        (time.seconds() - earlier.seconds() <= within_s && !undone).then_some(*call)
    }
}

/// A call that prepared, and the one that it prepared.
pub(super) type Step<'a> = (&'a DestructiveAction, &'a DestructiveAction);

/// What the steps of a pattern are, for its sentences.
#[derive(Clone, Copy)]
pub(super) struct Words {
    /// What the second step destroyed.
    pub(super) second: &'static str,
    /// What the first step did.
    pub(super) first: &'static str,
    /// What to do where the second was only tried: the first was done all the same.
    pub(super) vain: &'static str,
}

/// Steps by the account and the actor of the second.
type ByActor<'a> = BTreeMap<(Option<&'a AccountId>, Option<&'a Arc<str>>), Vec<Step<'a>>>;

/// Whether a call counts as a step: a dry run changes nothing and was not meant to.
pub(super) fn was_meant(call: &DestructiveAction) -> bool {
    call.outcome != Outcome::DryRun
}

/// One claim per actor, account and burst of second steps.
///
/// Each claim is told in the words of the pattern.
pub(super) fn claims<'a>(steps: Vec<Step<'a>>, words: Words) -> Vec<Claim<'a>> {
    let mut by_actor: ByActor<'a> = BTreeMap::new();
    for step in steps {
        let whose = (step.1.account_id.as_ref(), step.1.actor.as_ref());
        by_actor.entry(whose).or_default().push(step);
    }
    let mut claims = Vec::new();
    for steps in by_actor.into_values() {
        for run in incident::runs(steps, |(_, second)| second.event_time) {
            claims.extend(claim(run, words));
        }
    }
    claims
}

fn claim(mut run: Vec<Step<'_>>, words: Words) -> Option<Claim<'_>> {
    let succeeded = run.iter().any(|(_, second)| second.outcome == Outcome::Succeeded);
    if succeeded {
        run.retain(|(_, second)| second.outcome == Outcome::Succeeded);
    }
    let (_, last) = run.last()?;
    let mut firsts: Vec<&DestructiveAction> = run.iter().map(|(first, _)| *first).collect();
    firsts.sort_by_key(|first| (first.event_time, &first.evidence));
    firsts.dedup_by_key(|first| &first.evidence);
    let mut preparers: Vec<&str> = firsts.iter().map(|first| by(first)).collect();
    preparers.sort_unstable();
    let summary = format!(
        "{} {} {} in account {}: {}; {} by {} from {} on: {}",
        by(last),
        if succeeded { "destroyed" } else { "tried in vain to destroy" },
        words.second,
        place(last),
        on(run.iter().map(|(_, second)| *second)),
        words.first,
        joined(preparers.into_iter()),
        firsts.first().and_then(|first| first.event_time).map(|time| time.to_string()).unwrap_or_default(),
        on(firsts.iter().copied()),
    );
    let subject = run.first().and_then(|(_, second)| second.event_id.as_ref());
    let subject = subject.map(|id| id.as_str().to_owned()).unwrap_or_default();
    let calls = firsts.into_iter().chain(run.iter().map(|(_, second)| *second)).collect();
    let instead = (!succeeded).then_some(words.vain);
    Some(Claim { lowered: !succeeded, tried: !succeeded, instead, ..of_calls(subject, calls, summary)? })
}

/// Calls with the first thing each names, for a sentence.
fn on<'a>(calls: impl Iterator<Item = &'a DestructiveAction>) -> String {
    joined(calls.map(|call| match call.resources.first() {
        Some(thing) => format!("{} on {thing}", call.event_name),
        None => call.event_name.to_string(),
    }))
}
