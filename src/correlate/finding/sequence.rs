//! One kind of call before another: what the patterns of intent share.
//!
//! Owns: finding the calls that came before within the stated time, and making
//! one claim of what one actor completed in a burst. Which calls belong together
//! each pattern says itself.
//!
//! Only a succeeded call comes before: a protection that stayed is no step. What
//! follows may have been tried in vain; then the claim says so and is one level
//! less grave.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::model::destructive::DestructiveAction;
use crate::model::event::Outcome;
use crate::model::evidence::Evidence;
use crate::model::time::UtcTime;

use super::super::burst::Bursts;
use super::super::joined::{Joined, joined};
use super::acts::{Act, Acts, Seen, Whose};
use super::claim::{Claim, of_calls};

/// Keys below which no forgotten one is looked for.
const SWEPT_MIN: usize = 1024;

/// A call that may prepare another.
#[derive(Clone, Debug)]
pub(super) struct Prepared {
    pub(super) act: Arc<Act>,
    /// Whether records tell what it took away.
    pub(super) told: bool,
}

/// The calls that may prepare another, by what they have in common with it. Of each
/// key those are held that can still be asked for: the last one, and the last one of
/// an earlier second, for records of one second have no known order.
pub(super) struct Before<K> {
    within_s: i64,
    latest: BTreeMap<K, Latest>,
    swept_at: usize,
}

struct Latest {
    last: (UtcTime, Prepared),
    earlier: Option<(UtcTime, Prepared)>,
}

impl<K: Ord> Before<K> {
    /// None yet. A call is tied to what comes no more than so many seconds later.
    pub(super) const fn new(within_s: i64) -> Self {
        Self { within_s, latest: BTreeMap::new(), swept_at: SWEPT_MIN }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.latest.is_empty()
    }

    /// Takes in a call that succeeded at that time. Calls come in order of time.
    pub(super) fn add(&mut self, key: K, time: UtcTime, call: &Prepared) {
        let new = (time, call.clone());
        match self.latest.get_mut(&key) {
            Some(known) if known.last.0.seconds() == time.seconds() => known.last = new,
            Some(known) => known.earlier = Some(std::mem::replace(&mut known.last, new)),
            None => {
                self.latest.insert(key, Latest { last: new, earlier: None });
                self.forget(time);
            }
        }
    }

    /// Lets go of what is too long ago for any later call, now and then.
    fn forget(&mut self, now: UtcTime) {
        if self.latest.len() >= self.swept_at {
            self.latest.retain(|_, known| now.seconds() - known.last.0.seconds() <= self.within_s);
            self.swept_at = SWEPT_MIN.max(self.latest.len() * 2);
        }
    }

    /// The latest call of that key in a second before a time that is not earlier
    /// than any call taken in; `None` if it is too long ago, or was undone by then.
    pub(super) fn latest(&self, key: &K, time: UtcTime) -> Option<&Prepared> {
        let known = self.latest.get(key)?;
        let before = |(at, _): &&(UtcTime, Prepared)| at.seconds() < time.seconds();
        let last = Some(&known.last).filter(before).or(known.earlier.as_ref().filter(before));
        let (at, call) = last?;
        let undone = call.act.undone_at.is_some_and(|undone| undone < time);
        (time.seconds() - at.seconds() <= self.within_s && !undone).then_some(call)
    }
}

/// What the steps of a pattern are, for its sentences.
#[derive(Clone, Copy)]
pub(super) struct Words {
    /// What the second step destroyed.
    pub(super) second: &'static str,
    /// What the first step did.
    pub(super) first: &'static str,
    /// What to do where the second was only tried: the first was done all the same.
    pub(super) vain: &'static str,
    /// What is added to a claim, from whether records tell what every first step
    /// took away.
    pub(super) also: fn(Claim, bool) -> Claim,
}

/// Whether a call counts as a step: a dry run changes nothing and was not meant to.
pub(super) fn was_meant(call: &DestructiveAction) -> bool {
    call.outcome != Outcome::DryRun
}

/// The steps that one actor completed in a burst: one claim per actor, account and
/// burst of second steps, told in the words of the pattern.
pub(super) struct Steps {
    words: Words,
    bursts: Bursts<Whose, Burst>,
}

/// What was tried in vain counts only where nothing was done.
#[derive(Default)]
struct Burst {
    done: Side,
    tried: Side,
}

/// Second steps, and the first steps that prepared them.
#[derive(Default)]
struct Side {
    seconds: Acts,
    on: Joined,
    firsts: BTreeMap<(Option<UtcTime>, Evidence), Prepared>,
}

impl Side {
    fn add(&mut self, first: &Prepared, second: &Arc<Act>) {
        self.on.add(&on(second));
        self.seconds.add(second);
        let place = (first.act.time, first.act.evidence.clone());
        self.firsts.entry(place).or_insert_with(|| first.clone());
    }
}

impl Steps {
    /// None yet.
    pub(super) const fn new(words: Words) -> Self {
        Self { words, bursts: Bursts::new(true) }
    }

    /// Takes in a call and the one that prepared it.
    pub(super) fn see(&mut self, first: &Prepared, second: &Seen<'_>, made: &mut Vec<Claim>) {
        let (burst, ended) = self.bursts.enter(second.whose(), second.event_time, Burst::default);
        if second.succeeded() {
            burst.tried = Side::default();
            burst.done.add(first, second.act());
        } else if burst.done.seconds.is_empty() {
            burst.tried.add(first, second.act());
        }
        let over = ended.into_iter().chain(self.bursts.over(second.event_time));
        made.extend(over.filter_map(|burst| claim(burst, self.words)));
    }

    /// No more calls follow.
    pub(super) fn finish(self, made: &mut Vec<Claim>) {
        let words = self.words;
        made.extend(self.bursts.finish().filter_map(|burst| claim(burst, words)));
    }
}

fn claim(Burst { done, tried }: Burst, words: Words) -> Option<Claim> {
    let succeeded = !done.seconds.is_empty();
    let Side { seconds, on: destroyed, firsts } = if succeeded { done } else { tried };
    let last = seconds.last()?;
    let preparers: BTreeSet<&str> = firsts.values().map(|first| first.act.by()).collect();
    let from = firsts.values().next().and_then(|first| first.act.time);
    let summary = format!(
        "{} {} {} in account {}: {destroyed}; {} by {} from {} on: {}",
        last.by(),
        if succeeded { "destroyed" } else { "tried in vain to destroy" },
        words.second,
        last.place(),
        words.first,
        joined(preparers.into_iter()),
        from.map(|time| time.to_string()).unwrap_or_default(),
        joined(firsts.values().map(|first| on(&first.act))),
    );
    let subject = seconds.first()?.id().to_owned();
    let told = firsts.values().all(|first| first.told);
    let mut acts = Acts::default();
    firsts.values().for_each(|first| acts.add(&first.act));
    acts.append(seconds);
    let instead = (!succeeded).then_some(words.vain);
    let claim = of_calls(subject, acts, summary)?;
    Some((words.also)(Claim { lowered: !succeeded, tried: !succeeded, instead, ..claim }, told))
}

/// A call with the first thing that it names, for a sentence.
fn on(call: &Act) -> String {
    match &call.thing {
        Some(thing) => format!("{} on {thing}", call.event_name),
        None => call.event_name.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::correlate::samples::{at, call, report};

    /// The last call of a key in an earlier second, out of calls of these minutes.
    #[test]
    fn the_latest_of_an_earlier_second_is_found_and_what_is_long_ago_is_forgotten() {
        let report = report(vec![call(0, "ec2", "DeleteVolume")], vec![]);
        let act = Seen::new(&report.destructive[0], &[]).act().clone();
        let prepared = |undone_at| {
            let mut act = Act::clone(&act);
            act.undone_at = undone_at;
            Prepared { act: Arc::new(act), told: true }
        };
        let mut before = Before::new(3600);
        let now = |seconds: i64| at(0).plus_seconds(seconds);
        before.add(1, now(10), &prepared(None));
        assert!(before.latest(&1, now(10)).is_none(), "of the same second");
        assert!(before.latest(&1, now(11)).is_some());
        before.add(1, now(20), &prepared(Some(now(25))));
        assert!(before.latest(&1, now(20)).is_some(), "the one before that");
        assert!(before.latest(&1, now(21)).is_some());
        assert!(before.latest(&1, now(26)).is_none(), "undone, and it hides the one before");
        assert!(before.latest(&2, now(21)).is_none());
        for key in 10..20_000 {
            before.add(key, now(key), &prepared(None));
        }
        assert!(before.latest(&16_400, now(20_000)).is_some());
        assert!(before.latest(&16_399, now(20_000)).is_none());
        assert!(before.latest.len() < 3 * 3600, "{}", before.latest.len());
    }
}
