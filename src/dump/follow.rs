//! The records that mode sessions left under other names, found again.
//!
//! Owns: looking once more at the objects that hold what a mode session handed
//! out, until nothing new comes of it. Decides nothing about what is found.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;

use super::Dump;
use crate::catalogue::Catalogue;
use crate::correlate::{Wanted, wanted};
use crate::error::Error;
use crate::examine::{Examined, Recalled, WantedHashes};
use crate::limits::LINEAGE_ROUNDS_MAX;
use crate::model::event::{Event, in_order};
use crate::model::evidence::ObjectPath;
use crate::model::principal::Principal;
use crate::model::problem::{Problem, ProblemKind};

/// For each object of the dump, the places of what came of it that are looked
/// at again.
type Places = BTreeMap<usize, Vec<usize>>;

impl Dump<'_> {
    /// Keeps, of the records that were only counted, those made with what mode
    /// sessions handed out, and some more that share a name with them.
    ///
    /// # Errors
    /// The user's interrupt.
    pub(super) fn follow(&mut self, catalogue: &Catalogue, interrupted: &AtomicBool) -> Result<(), Error> {
        let mut known = Wanted::default();
        let mut news = self.news(&mut known, catalogue);
        let mut changed = BTreeSet::new();
        let mut rounds = 0;
        while !news.is_empty() {
            rounds += 1;
            if rounds > LINEAGE_ROUNDS_MAX {
                self.say_so();
                break;
            }
            let found = self.look_for(&news, &mut changed, interrupted)?;
            if found.is_empty() {
                break;
            }
            take(&mut self.examined, found);
            news = self.news(&mut known, catalogue);
        }
        for place in changed {
            let one = &mut self.examined[place];
            let detail = "changed or gone when it was read again: calls in it that were made with what mode sessions handed on may be missing";
            one.seldom.problems.push(Problem::of_object(
                &one.object.path,
                ProblemKind::UnreadableObject,
                detail,
            ));
        }
        for one in &mut self.examined {
            let_go(one, &known);
        }
        self.wanted = known;
        Ok(())
    }

    /// What is wanted by now and was not before.
    fn news(&self, known: &mut Wanted, catalogue: &Catalogue) -> Wanted {
        let all = wanted(&telling(&self.examined, catalogue), catalogue);
        let news = all.beyond(known);
        *known = all;
        news
    }

    fn say_so(&mut self) {
        let detail = format!(
            "records made with handed-on credentials were looked for {LINEAGE_ROUNDS_MAX} times; there may be more"
        );
        let problem = Problem::of_object(&ObjectPath::new("."), ProblemKind::LimitReached, detail);
        self.examined.iter_mut().take(1).for_each(|one| one.seldom.problems.push(problem.clone()));
    }

    /// Looks for wanted records in all objects that may hold one. Gives the
    /// place of each object, with its events; one that is not as it was when it
    /// was first read tells nothing more, and goes to those that changed.
    fn look_for(
        &self,
        wanted: &Wanted,
        changed: &mut BTreeSet<usize>,
        interrupted: &AtomicBool,
    ) -> Result<Vec<(usize, Vec<Event>)>, Error> {
        let hashes = WantedHashes::of(self.examiner.key, wanted);
        let mut places = Places::new();
        let may_hold = |one: &Examined| {
            let remembered = self.examiner.spool.rows(&one.put_by);
            remembered.iter().any(|one| one.callers.may_hold(&hashes))
        };
        let holding: Vec<bool> = self.examined.par_iter().map(|one| may_hold(one)).collect();
        for (place, _) in holding.iter().enumerate().filter(|(_, holds)| **holds) {
            if !changed.contains(&place) {
                places.entry(self.origins[place]).or_default().push(place);
            }
        }
        let looked: Vec<Vec<(usize, Again)>> = places
            .par_iter()
            .map(|(origin, places)| {
                if interrupted.load(Ordering::Relaxed) {
                    return Err(Error::Interrupted);
                }
                Ok(self.look_at(*origin, places, wanted))
            })
            .collect::<Result<_, _>>()?;
        let mut found = Vec::new();
        for (place, again) in looked.into_iter().flatten() {
            match again {
                Again::AsItWas(events) if events.is_empty() => {}
                Again::AsItWas(events) => found.push((place, events)),
                Again::Changed => {
                    changed.insert(place);
                }
            }
        }
        Ok(found)
    }

    fn look_at(&self, origin: usize, places: &[usize], wanted: &Wanted) -> Vec<(usize, Again)> {
        let by_path: BTreeMap<&ObjectPath, usize> =
            places.iter().map(|place| (&self.examined[*place].object.path, *place)).collect();
        // Events that were kept late stand behind the others; ordinals are searched in order.
        let kept = |place: &usize| {
            let one = &self.examined[*place];
            let told = one.events.iter().map(|event| event.evidence.record);
            let mut ordinals: Vec<u64> = told.chain(one.plain_ordinals.iter().map(u64::from)).collect();
            ordinals.sort_unstable();
            ordinals
        };
        let kept = by_path.iter().map(|(path, place)| (*path, kept(place))).collect();
        let found = self.examiner.descended(&self.found[origin], &kept, wanted);
        let mut found: BTreeMap<ObjectPath, Recalled> =
            found.into_iter().map(|one| (one.path.clone(), one)).collect();
        let placed = by_path.into_iter().map(|(path, place)| {
            let one = &self.examined[place];
            let again = found.remove(path).filter(|again| again.sha256 == one.object.sha256);
            let end = one.seldom.ordinals_end.unwrap_or(u64::MAX);
            let again = again.map_or(Again::Changed, |Recalled { mut events, .. }| {
                events.retain(|event| event.evidence.record < end);
                Again::AsItWas(events)
            });
            (place, again)
        });
        placed.collect()
    }
}

/// What a second look at an object gave.
enum Again {
    /// These events, which were only counted before.
    AsItWas(Vec<Event>),
    /// Its bytes are not those of the first look, or it is gone.
    Changed,
}

/// The events that tell what was handed on: those of mode sessions, and all
/// that were kept for another reason than that they destroy; of reads by one
/// caller with one key the first.
fn telling(examined: &[Box<Examined>], catalogue: &Catalogue) -> Vec<Event> {
    let worn = |event: &Event| {
        event.principal.role_name().is_some_and(|role| catalogue.mode_of_role(role).is_some())
    };
    let all = examined.iter().flat_map(|one| &one.events);
    let mut events: Vec<&Event> = all.filter(|event| event.category.is_none() || worn(event)).collect();
    events.sort_by(|one, other| in_order(one, other));
    let mut callers = BTreeMap::new();
    events.retain(|event| !repeats(event, &mut callers));
    events.into_iter().cloned().collect()
}

/// Whether an event hands nothing on, begins and ends nothing, and comes from a
/// caller that was seen with its key: a session is told by its first read, and
/// most of its calls are reads.
fn repeats<'e>(event: &'e Event, callers: &mut BTreeMap<&'e str, &'e Principal>) -> bool {
    const HAND_OUT: [&str; 3] = ["sts.amazonaws.com", "sso.amazonaws.com", "signin.amazonaws.com"];
    let caller = &event.principal;
    let plain = event.read_only == Some(true)
        && event.shared_event_id.is_none()
        && caller.invoked_by.is_none()
        && !HAND_OUT.contains(&&*event.event_source);
    let Some(key) = caller.access_key_id.as_ref().filter(|key| plain && !key.as_str().is_empty()) else {
        return false;
    };
    callers.insert(key.as_str(), caller) == Some(caller)
}

/// Puts found events among those that their objects gave already.
pub(super) fn take(examined: &mut [Box<Examined>], found: Vec<(usize, Vec<Event>)>) {
    for (place, events) in found {
        let one = &mut examined[place];
        one.counts.kept += events.len() as u64;
        one.counts.counted_only -= events.len() as u64;
        one.events.extend(events);
        one.events.sort_by_key(|event| event.evidence.record);
    }
}

/// Lets go what was kept early because of a key that turned out to be nobody's:
/// so what is kept does not hang on the order in which objects were read.
fn let_go(one: &mut Examined, known: &Wanted) {
    if one.seldom.followed.is_empty() {
        return;
    }
    let followed = std::mem::take(&mut one.seldom.followed);
    let stays = |event: &Event| !followed.contains(&event.evidence.record) || known.holds_key_of(event);
    let before = one.events.len();
    one.events.retain(stays);
    let gone_count = (before - one.events.len()) as u64;
    one.counts.kept -= gone_count;
    one.counts.counted_only += gone_count;
}
