//! Rows of ticket files → what one ticket allows.
//!
//! Owns: that rows of one id add up, and that a ticket is never taken for an RFC.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::json;

use crate::model::problem::{Problem, ProblemKind};
use crate::model::rfc::RfcRecord;
use crate::model::ticket::{Ticket, TicketEntry};

/// Takes the rows of tickets away whose id is that of an RFC: what one says of the
/// other cannot be told. A problem for each of them.
pub(super) fn apart(records: &mut Vec<RfcRecord>) -> Vec<Problem> {
    if !records.iter().any(|record| record.ticket.is_none()) {
        return Vec::new();
    }
    let (tickets, rfcs): (Vec<_>, Vec<_>) =
        std::mem::take(records).into_iter().partition(|record| record.ticket.is_some());
    *records = rfcs;
    let problem = |ticket: RfcRecord| {
        let detail = format!("ticket {} has the id of an RFC; it authorises nothing", ticket.rfc_id);
        let at = (ticket.evidence.record, ticket.evidence.start);
        Problem::of_record(&ticket.evidence.object, ProblemKind::TicketLikeRfc, at, detail)
    };
    tickets.into_iter().map(problem).collect()
}

/// What the rows of one ticket allow together; `None` if it is an RFC.
pub(super) fn merged(records: &[RfcRecord]) -> Option<Ticket> {
    let mut rows = records.iter().filter_map(|record| record.ticket.as_ref()).peekable();
    rows.peek()?;
    let mut ticket = Ticket::default();
    let mut entries: BTreeSet<&TicketEntry> = BTreeSet::new();
    for row in rows {
        ticket.modes.extend(row.modes.iter().cloned());
        entries.extend(&row.entries);
    }
    ticket.entries = entries.into_iter().cloned().collect();
    Some(ticket)
}

/// What a ticket allows as JSON, for the column `parameters`.
pub(super) fn parameters(ticket: &Ticket) -> Arc<str> {
    let texts = |words: &mut dyn Iterator<Item = &str>| words.map(str::to_owned).collect::<Vec<_>>();
    let row = |entry: &TicketEntry| {
        let mut row: BTreeMap<&str, serde_json::Value> = BTreeMap::from([
            ("accounts", json!(texts(&mut entry.accounts.iter().map(|account| account.as_str())))),
            ("from", json!(entry.from.to_string())),
            ("to", json!(entry.to.to_string())),
        ]);
        if !entry.actions.is_empty() {
            row.insert("actions", json!(texts(&mut entry.actions.iter().map(|action| &**action))));
        }
        row
    };
    let rows: Vec<_> = ticket.entries.iter().map(row).collect();
    json!(rows).to_string().into()
}

/// The one value, if there is one alone.
pub(super) fn the_only<'a, T: Ord + Clone + 'a>(values: impl IntoIterator<Item = &'a T>) -> Option<T> {
    let values: BTreeSet<&T> = values.into_iter().collect();
    if values.len() == 1 { values.first().map(|one| (*one).clone()) } else { None }
}
