//! Modes that stayed open though nobody used them.
//!
//! Owns: this claim, and for how long is too long. It is made only where the
//! account has evidence of every day of that time: what was not read may hold
//! the use.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::id::{AccountId, WindowId};
use crate::model::time::{Day, UtcTime};

use super::Facts;
use super::claim::{Claim, of_window};

/// Days without use after which a mode should be removed, unless the policy says
/// otherwise. A choice of ours: AMS states none.
const UNUSED_DAYS: i64 = 14;

/// One claim per window, over the time from its last use, else its opening.
pub(super) fn find(facts: Facts<'_>) -> Vec<Claim> {
    let mut last_use: BTreeMap<&WindowId, UtcTime> = BTreeMap::new();
    for session in &facts.sessions.rows {
        let used = session.last_event_at.or(session.started_at);
        if let (Some(window), Some(used)) = (&session.window_id, used) {
            let latest = last_use.entry(window).or_insert(used);
            *latest = used.max(*latest);
        }
    }
    let mut days: BTreeMap<&AccountId, BTreeSet<Day>> = BTreeMap::new();
    for row in facts.coverage.iter().filter(|row| row.objects > 0) {
        days.entry(&row.account_id).or_default().insert(row.day);
    }
    let mut claims = Vec::new();
    for window in &facts.windows.rows {
        let row = &window.row;
        let used = last_use.get(&row.window_id).copied();
        let since = used.unwrap_or(row.opened_at).max(row.opened_at);
        let Some(until) = row.closed_at.or(row.gone_by).or(facts.last_event_time) else { continue };
        let idle_days = (until.seconds() - since.seconds()).div_euclid(86_400);
        let read = days.get(&row.account_id);
        let allowed_days = facts.policy.unused_days(&row.account_id).unwrap_or(UNUSED_DAYS);
        if idle_days < allowed_days || !read.is_some_and(|read| whole(read, since.day(), until.day())) {
            continue;
        }
        let last = match used {
            Some(used) => format!("was last used at {used}"),
            None => format!("was not used since it was open at {}", row.opened_at),
        };
        let summary = format!(
            "{} mode in account {} {last} and stayed open until {until}: {idle_days} days",
            row.mode, row.account_id
        );
        claims.push(Claim {
            time: Some(since),
            end_time: Some(until),
            ..of_window(window, facts.sessions, summary)
        });
    }
    claims
}

/// Whether there is evidence of each day from the first to the last. Costs the
/// days that were read, however far apart the two lie.
fn whole(read: &BTreeSet<Day>, first: Day, last: Day) -> bool {
    first <= last && read.range(first..=last).count() as i64 == last.0 - first.0 + 1
}
