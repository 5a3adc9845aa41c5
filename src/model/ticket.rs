//! Change tickets of the organisation's own: what they allow, and when the lack of
//! one means that there was none.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::model::evidence::ObjectPath;
use crate::model::id::{AccountId, ModeName};
use crate::model::time::UtcTime;

/// What a change ticket allows: what any of its rows does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// The modes whose tickets its file holds.
    pub modes: BTreeSet<ModeName>,
    /// Its rows, each once, in their order.
    pub entries: Vec<TicketEntry>,
}

/// One row of a ticket.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TicketEntry {
    /// Its beginning, included.
    pub from: UtcTime,
    /// Its end, not included.
    pub to: UtcTime,
    /// The accounts it is for.
    pub accounts: BTreeSet<AccountId>,
    /// Patterns of the calls it is for, as `service:EventName` or `EventName`;
    /// empty if it does not limit them.
    pub actions: BTreeSet<Arc<str>>,
}

impl TicketEntry {
    /// Whether it is for that account and time.
    pub fn holds(&self, account: &AccountId, time: UtcTime) -> bool {
        self.accounts.contains(account) && self.from <= time && time < self.to
    }
}

/// What the lack of a ticket means in a file of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TicketCover {
    /// The file.
    pub file: ObjectPath,
    /// The modes whose tickets it holds.
    pub modes: BTreeSet<ModeName>,
    /// The time of which it holds every ticket by the word of the policy, half-open.
    pub complete: Option<(UtcTime, UtcTime)>,
    /// The accounts of each row that could not be read; `None` if they could not
    /// be read either.
    pub unread: Vec<Option<BTreeSet<AccountId>>>,
}

impl TicketCover {
    /// Whether it would hold a ticket of that mode and time, if there were one.
    pub fn is_complete(&self, mode: &ModeName, time: UtcTime) -> bool {
        let inside = self.complete.is_some_and(|(from, to)| from <= time && time < to);
        inside && self.modes.contains(mode)
    }

    /// Whether a ticket of that mode and account may be in a row that could not
    /// be read.
    pub fn is_in_doubt(&self, mode: &ModeName, account: &AccountId) -> bool {
        let may_be = |of: &Option<BTreeSet<AccountId>>| of.as_ref().is_none_or(|of| of.contains(account));
        self.modes.contains(mode) && self.unread.iter().any(may_be)
    }
}
