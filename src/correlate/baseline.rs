//! What "new" is told from.
//!
//! Owns: which callers and which of their traits are known from the baseline: a
//! part of the evidence, or the callers of an older report. Without a baseline
//! nothing is called new, and the report says so.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::actor::{ActorKey, Actors, Trait, Values};
use crate::model::count::counted;
use crate::model::destructive::DestructiveAction;
use crate::model::id::AccountId;
use crate::model::time::UtcTime;

/// What the user gives to tell "new" from.
#[derive(Clone, Debug)]
pub enum Baseline {
    /// A part of the evidence: from (included), to (not included).
    Times(UtcTime, UtcTime),
    /// The callers of an older report.
    Callers {
        /// Each with its traits in the order of [`Trait::ALL`].
        seen: Vec<(ActorKey, [Values; 5])>,
        /// Whether these are all.
        complete: bool,
    },
}

/// A caller by account and name: whatever role it wears, and however it signed in.
type Who = (Option<AccountId>, Arc<str>);

/// The callers of the baseline.
#[derive(Debug)]
pub(super) struct Known {
    callers: BTreeMap<Who, [Values; 5]>,
    complete: bool,
    /// What is judged begins here; `None` judges all.
    after: Option<UtcTime>,
}

/// The baseline if it holds anything, and what is said of it.
pub(super) fn of(given: Option<&Baseline>, actors: &Actors) -> (Option<Known>, String) {
    let Some(given) = given else {
        let why =
            "No baseline was given (--baseline): that an actor, a network or a service is new is not told.";
        return (None, why.to_owned());
    };
    let (callers, complete) = match given {
        Baseline::Times(..) => (in_evidence(actors), actors.rest.all() == 0),
        Baseline::Callers { seen, complete } => {
            (united(seen.iter().map(|(key, values)| (key, values.clone()))), *complete)
        }
    };
    let (after, what) = match given {
        Baseline::Times(from, to) => (Some(*to), format!("the evidence from {from} until before {to}")),
        Baseline::Callers { .. } => (None, "the report given as baseline".to_owned()),
    };
    if callers.is_empty() {
        let why = format!("The baseline is empty: {what} names no caller, so nothing can be called new.");
        return (None, why);
    }
    let all = counted(callers.len() as u64, "caller");
    let lack = if complete { "" } else { "; as it does not name all, no caller is called new" };
    let said = format!("New means: absent in {what} ({all}){lack}.");
    (Some(Known { callers, complete, after }), said)
}

fn who(key: &ActorKey) -> Who {
    (key.account_id.clone(), key.actor.clone())
}

/// The callers of the baseline part of the evidence, with what they had there.
fn in_evidence(actors: &Actors) -> BTreeMap<Who, [Values; 5]> {
    let there = actors.seen.iter().filter(|(_, seen)| seen.span.in_baseline);
    united(there.map(|(key, seen)| {
        let mut values = seen.values.clone();
        for one in &mut values {
            one.kept.retain(|_, span| span.in_baseline);
        }
        (key, values)
    }))
}

fn united<'a>(all: impl Iterator<Item = (&'a ActorKey, [Values; 5])>) -> BTreeMap<Who, [Values; 5]> {
    let mut callers: BTreeMap<Who, [Values; 5]> = BTreeMap::new();
    for (key, values) in all {
        let known = callers.entry(who(key)).or_default();
        for (known, more) in known.iter_mut().zip(values) {
            known.cut |= more.cut;
            known.kept.extend(more.kept);
        }
    }
    callers
}

impl Known {
    /// The caller of a call that is judged, as its record names it.
    fn caller(&self, action: &DestructiveAction) -> Option<Who> {
        let judged = self.after.is_none_or(|after| action.event_time.is_some_and(|time| time >= after));
        (judged && !action.caller.actor.is_empty()).then(|| who(&action.caller))
    }

    /// Whether the caller of a call is one that the baseline does not know in
    /// that account.
    pub(super) fn is_new_caller(&self, action: &DestructiveAction) -> bool {
        self.complete && self.caller(action).is_some_and(|caller| !self.callers.contains_key(&caller))
    }

    /// The values of one kind that the caller of a call has in the baseline; `None`
    /// if it does not know the caller, or not all of its values.
    pub(super) fn values(&self, action: &DestructiveAction, which: Trait) -> Option<&Values> {
        let known = self.caller(action).and_then(|caller| self.callers.get(&caller))?;
        Some(&known[which as usize]).filter(|values| !values.cut)
    }

    /// Whether the caller of a call is known to the baseline, and not with that
    /// value. Of a caller with too many values nothing is said.
    pub(super) fn is_new_value(&self, action: &DestructiveAction, which: Trait, value: &str) -> bool {
        self.values(action, which).is_some_and(|values| !values.kept.contains_key(value))
    }
}
