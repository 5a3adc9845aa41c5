//! Which rows are reported, by time, account and region.
//!
//! Everything in the dump is read and correlated whatever the selection: a
//! window that opened before it, or an RFC of another account, still explains
//! what is selected. Only rows are left out, and the report says so.

use std::collections::BTreeSet;

use crate::model::actor::{ActorRow, ModeUse};
use crate::model::destructive::DestructiveAction;
use crate::model::event::Event;
use crate::model::finding::Finding;
use crate::model::id::{AccountId, Region};
use crate::model::mode::{ModeSession, ModeWindow};
use crate::model::time::UtcTime;
use crate::model::timeline::TimelineEntry;

/// Rows to report; empty or `None` means all.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// From (included) and to (not included).
    pub times: (Option<UtcTime>, Option<UtcTime>),
    /// Accounts.
    pub accounts: BTreeSet<AccountId>,
    /// Regions; rows without a region, such as windows, are not left out by it.
    pub regions: BTreeSet<Region>,
}

impl Selection {
    /// What is left out, one sentence for each kind of selection.
    pub(super) fn sentences(&self) -> Vec<String> {
        let mut sentences = Vec::new();
        match self.times {
            (Some(from), Some(to)) => {
                sentences.push(format!(
                    "Only what happened from {from} until before {to} is reported (--from, --to)."
                ));
            }
            (Some(from), None) => {
                sentences.push(format!("Only what happened from {from} on is reported (--from)."))
            }
            (None, Some(to)) => sentences.push(format!("Only what happened before {to} is reported (--to).")),
            (None, None) => {}
        }
        if !self.accounts.is_empty() {
            let list: Vec<&str> = self.accounts.iter().map(AccountId::as_str).collect();
            sentences.push(format!("Only account {} is reported (--account).", list.join(", ")));
        }
        if !self.regions.is_empty() {
            let list: Vec<&str> = self.regions.iter().map(Region::as_str).collect();
            sentences.push(format!("Only calls in {} are reported (--region).", list.join(", ")));
        }
        sentences
    }

    /// Whether a stretch of time touches the selected time. An unknown time
    /// may lie in it, and an open end goes on.
    pub fn holds(&self, first: Option<UtcTime>, last: Option<UtcTime>) -> bool {
        let (from, to) = self.times;
        let after = from.is_none_or(|from| last.is_none_or(|last| last >= from));
        let before = to.is_none_or(|to| first.is_none_or(|first| first < to));
        after && before
    }

    /// Whether it is one of the selected accounts; an unknown one is not.
    pub fn holds_account(&self, account: Option<&AccountId>) -> bool {
        self.accounts.is_empty() || account.is_some_and(|account| self.accounts.contains(account))
    }

    /// Whether it is one of the selected regions; what has none is not left out.
    pub fn holds_region(&self, region: Option<&Region>) -> bool {
        self.regions.is_empty() || region.is_none_or(|region| self.regions.contains(region))
    }

    /// The selected events.
    pub fn events(&self, mut rows: Vec<Event>) -> Vec<Event> {
        rows.retain(|row| {
            self.holds(row.time, row.time)
                && self.holds_account(row.account_id.as_ref())
                && self.holds_region(row.region.as_ref())
        });
        rows
    }

    /// Whether nothing is left out.
    pub(super) fn is_all(&self) -> bool {
        self.times == (None, None) && self.accounts.is_empty() && self.regions.is_empty()
    }

    pub(super) fn holds_action(&self, row: &DestructiveAction) -> bool {
        self.holds(row.event_time, row.event_time)
            && self.holds_account(row.account_id.as_ref())
            && self.holds_region(row.region.as_ref())
    }

    pub(super) fn windows(&self, rows: impl Iterator<Item = ModeWindow>) -> Vec<ModeWindow> {
        rows.filter(|row| {
            self.holds(Some(row.opened_at), row.closed_at) && self.holds_account(Some(&row.account_id))
        })
        .collect()
    }

    pub(super) fn sessions(&self, mut rows: Vec<ModeSession>) -> Vec<ModeSession> {
        rows.retain(|row| {
            self.holds(row.started_at, row.last_event_at.or(row.started_at))
                && self.holds_account(Some(&row.account_id))
        });
        rows
    }

    /// Callers that called in the selected time; their numbers are of all of it.
    pub(super) fn actors(&self, mut rows: Vec<ActorRow>) -> Vec<ActorRow> {
        rows.retain(|row| {
            self.holds(row.seen.span.first, row.seen.span.last)
                && self.holds_account(row.key.account_id.as_ref())
        });
        rows
    }

    pub(super) fn mode_usage(&self, mut rows: Vec<ModeUse>) -> Vec<ModeUse> {
        rows.retain(|row| {
            self.holds(row.span.first, row.span.last) && self.holds_account(Some(&row.account_id))
        });
        rows
    }

    pub(super) fn holds_finding(&self, row: &Finding) -> bool {
        self.holds(row.time, row.end_time.or(row.time)) && self.holds_account(row.account_id.as_ref())
    }

    pub(super) fn holds_entry(&self, row: &TimelineEntry) -> bool {
        self.holds(row.time, row.time)
            && self.holds_account(row.account_id.as_ref())
            && self.holds_region(row.region.as_ref())
    }
}
