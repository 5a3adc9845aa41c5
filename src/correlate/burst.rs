//! Runs of what one actor did with gaps under an hour, told while rows come in
//! order of time.
//!
//! Owns: where one run ends and the next begins. Holds the runs that are open,
//! never the rows.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::model::time::UtcTime;

use super::order;

/// Parts of one run lie less than this apart, in microseconds.
/// Source: contract, table `incidents` ("gaps are under an hour").
const GAP_US: u64 = 3600 * 1_000_000;

/// Open runs below which none is looked for that is over.
const SWEPT_MIN: usize = 1024;

/// Whether an item belongs to the run whose last item is of that time. One
/// without a time does.
fn joins(last: Option<UtcTime>, time: Option<UtcTime>) -> bool {
    last.zip(time).is_none_or(|(last, now)| now.micros().abs_diff(last.micros()) < GAP_US)
}

/// The open runs by what the items of a run have in common.
///
/// Items come in order of time, and those without one at the end: such a one
/// joins the last run of its kind.
#[derive(Debug)]
pub(super) struct Bursts<K, S> {
    open: BTreeMap<K, (Option<UtcTime>, S)>,
    /// Whether a run is over as soon as an hour has passed.
    all_timed: bool,
    swept_at: usize,
}

impl<K: Ord, S> Bursts<K, S> {
    /// No run. `all_timed` says that every item has a time.
    pub(super) const fn new(all_timed: bool) -> Self {
        Self { open: BTreeMap::new(), all_timed, swept_at: SWEPT_MIN }
    }

    /// The run that an item belongs to, which it may begin, and the run that it ended.
    pub(super) fn enter(
        &mut self,
        key: K,
        time: Option<UtcTime>,
        new: impl FnOnce() -> S,
    ) -> (&mut S, Option<S>) {
        match self.open.entry(key) {
            Entry::Vacant(place) => (&mut place.insert((time, new())).1, None),
            Entry::Occupied(place) => {
                let (last, run) = place.into_mut();
                let ended = (!joins(*last, time)).then(|| std::mem::replace(run, new()));
                *last = time;
                (run, ended)
            }
        }
    }

    /// Takes out the runs that no later item can join, now and then.
    pub(super) fn over(&mut self, now: Option<UtcTime>) -> Vec<S> {
        if !self.all_timed || self.open.len() < self.swept_at {
            return Vec::new();
        }
        let over = self.open.extract_if(.., |_, (last, _)| !joins(*last, now));
        let over = over.map(|(_, (_, run))| run).collect();
        self.swept_at = SWEPT_MIN.max(self.open.len() * 2);
        over
    }

    /// The runs that are still open, in the order of what they have in common.
    pub(super) fn finish(self) -> impl Iterator<Item = S> {
        self.open.into_values().map(|(_, run)| run)
    }
}

/// Splits items into runs, oldest first. An item without a time stands at the end
/// of the last run.
pub(super) fn runs<T>(mut items: Vec<T>, time: impl Fn(&T) -> Option<UtcTime>) -> Vec<Vec<T>> {
    items.sort_by_key(|item| order::none_last(time(item)));
    let mut bursts = Bursts::new(false);
    let mut runs = Vec::new();
    for item in items {
        let (run, ended) = bursts.enter((), time(&item), Vec::new);
        run.push(item);
        runs.extend(ended);
    }
    runs.extend(bursts.finish());
    runs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::correlate::samples::at;

    #[test]
    fn a_run_ends_an_hour_after_its_last_item_and_what_has_no_time_joins_it() {
        let times = [Some(0), Some(59), Some(118), Some(178), None, None];
        let told = runs(times.to_vec(), |time| time.map(at));
        assert_eq!(told, [vec![Some(0), Some(59), Some(118)], vec![Some(178), None, None]]);
        assert!(runs(Vec::<Option<i64>>::new(), |time| time.map(at)).is_empty());
    }

    #[test]
    fn runs_that_are_over_are_let_go_and_make_the_same_runs() {
        let (mut bursts, mut sums) = (Bursts::new(true), Vec::new());
        let mut open_max = 0;
        for minute in 0..20_000_i64 {
            // Two of an actor lie together, then it is never heard of again.
            let (run, ended) = bursts.enter(minute / 2, Some(at(minute)), || 0);
            *run += 1;
            sums.extend(ended);
            sums.extend(bursts.over(Some(at(minute))));
            open_max = open_max.max(bursts.open.len());
        }
        assert!(open_max <= SWEPT_MIN, "{open_max}");
        sums.extend(bursts.finish());
        assert_eq!(sums, vec![2; 10_000]);
    }
}
