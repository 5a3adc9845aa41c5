//! Files of change tickets → [`RfcRecord`]s.
//!
//! Owns: what the cells of a ticket mean, and every check on them. `table` and
//! `entries` take CSV and JSON apart. Opens no file. A ticket that is half
//! understood would allow what it does not say, so nothing unknown is passed over:
//! a file of other columns is refused, a row that is wrong is left out and named.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::limits::{QUOTE_CHARS_MAX, TICKET_NAME_CHARS_MAX};
use crate::model::evidence::{Evidence, ObjectPath};
use crate::model::id::{AccountId, ModeName, RfcId};
use crate::model::rfc::{RfcRecord, RfcSource};
use crate::model::ticket::{Ticket, TicketEntry};
use crate::model::time::UtcTime;

mod entries;
mod table;
#[cfg(test)]
mod tests;

/// The names of the columns. The last two may be left out of JSON, the last one
/// of CSV too.
pub const COLUMNS: [&str; 7] = ["id", "account", "from", "to", "requester", "approver", "actions"];

/// The tickets of a file.
#[derive(Clone, Debug, Default)]
pub struct Tickets {
    /// Rows that were understood.
    pub records: Vec<RfcRecord>,
    /// Rows that were not, in their order.
    pub rejected: Vec<Rejected>,
}

/// A row that is no ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// Its 0-based ordinal.
    pub record: u64,
    /// Its first byte.
    pub byte: u64,
    /// The accounts that it is about; `None` if that cannot be read either.
    pub accounts: Option<BTreeSet<AccountId>>,
    /// Line, column, and what is wrong.
    pub detail: String,
}

/// Why a file is none of tickets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoTickets {
    /// 1-based line.
    pub line: usize,
    /// What is wrong, in lower case, without a full stop.
    pub message: String,
}

/// Reads a file: CSV with a header, a JSON array of objects, or an object a line.
///
/// # Errors
/// A file that is none of these, or whose columns are others.
pub fn read(text: &[u8], object: &ObjectPath, modes: &BTreeSet<ModeName>) -> Result<Tickets, NoTickets> {
    if text.starts_with(b"\xff\xfe") || text.starts_with(b"\xfe\xff") {
        return Err(NoTickets { line: 1, message: "it is UTF-16; save it as UTF-8".to_owned() });
    }
    let skipped = if text.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    let body = text.get(skipped..).unwrap_or_default();
    let rows = match body.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'[') => entries::of_array(body)?,
        Some(b'{') => entries::of_lines(body),
        _ => table::rows(body)?,
    };
    let mut tickets = Tickets::default();
    for (record, row) in rows.into_iter().enumerate() {
        let (record, start) = (record as u64, row.start + skipped as u64);
        let evidence = Evidence { object: object.clone(), record, start, end: row.end + skipped as u64 };
        match row.cells.and_then(|cells| check(&cells).map_err(|why| (accounts(&cells).ok(), why))) {
            Ok(checked) => tickets.records.push(checked.record(modes, evidence)),
            Err((accounts, why)) => {
                let detail = format!("line {}, {why}", row.line);
                tickets.rejected.push(Rejected { record, byte: start, accounts, detail });
            }
        }
    }
    Ok(tickets)
}

/// A row as it lies in a file. Its cells, else what is known of its accounts and
/// why it has none.
struct Row {
    /// 1-based line of its beginning.
    line: usize,
    start: u64,
    end: u64,
    cells: Result<Cells, (Option<BTreeSet<AccountId>>, String)>,
}

/// The cells of a row, not checked; an empty text where there is none.
#[derive(Clone, Debug, Default)]
struct Cells {
    id: String,
    accounts: Vec<String>,
    from: String,
    to: String,
    requester: String,
    approver: String,
    actions: Vec<String>,
}

/// A sound row.
struct Checked {
    id: String,
    requester: String,
    approver: Option<String>,
    entry: TicketEntry,
}

fn check(cells: &Cells) -> Result<Checked, String> {
    let (from, to) = (time("from", &cells.from)?, time("to", &cells.to)?);
    if from >= to {
        return Err(format!("column `to`: {to} is not after `from`, {from}"));
    }
    let actions: Result<BTreeSet<Arc<str>>, String> = cells.actions.iter().map(|one| action(one)).collect();
    Ok(Checked {
        id: name("id", &cells.id)?,
        requester: name("requester", &cells.requester)?,
        approver: if cells.approver.is_empty() { None } else { Some(name("approver", &cells.approver)?) },
        entry: TicketEntry { from, to, accounts: accounts(cells)?, actions: actions? },
    })
}

fn accounts(cells: &Cells) -> Result<BTreeSet<AccountId>, String> {
    if cells.accounts.is_empty() {
        return Err("column `account` is empty".to_owned());
    }
    let one = |text: &String| {
        AccountId::if_well_formed(text).ok_or_else(|| {
            format!(
                "column `account`: `{}` is no account id: 12 digits, and a spreadsheet drops leading zeros",
                quoted(text)
            )
        })
    };
    cells.accounts.iter().map(one).collect()
}

fn name(column: &str, text: &str) -> Result<String, String> {
    match text.chars().count() {
        0 => Err(format!("column `{column}` is empty")),
        1..=TICKET_NAME_CHARS_MAX => Ok(text.to_owned()),
        more => Err(format!("column `{column}` has {more} characters, more than {TICKET_NAME_CHARS_MAX}")),
    }
}

fn time(column: &str, text: &str) -> Result<UtcTime, String> {
    let wrong = |what: &str| {
        let hint = "write 2026-01-31T12:00:00Z or 2026-01-31T13:00:00+01:00";
        format!("column `{column}`: `{}` {what}; {hint}", quoted(text))
    };
    if text.is_empty() {
        return Err(format!("column `{column}` is empty"));
    }
    match UtcTime::parse(text).or_else(|| UtcTime::parse(&with_seconds(text)?)) {
        Some(_) if !has_zone(text) => Err(wrong("has no time zone")),
        Some(time) => Ok(time),
        None => Err(wrong("is no time")),
    }
}

/// The time with seconds, if it has none: ISO 8601 lets them be left out.
fn with_seconds(text: &str) -> Option<String> {
    let (date, rest) = text.split_once(['T', ' '])?;
    let (minutes, zone) = rest.split_at_checked(5)?;
    let without = minutes.contains(':') && !zone.starts_with(':');
    without.then(|| format!("{date}T{minutes}:00{zone}"))
}

/// Whether a time ends in `Z` or in an offset from UTC.
fn has_zone(text: &str) -> bool {
    let Some((date, rest)) = text.split_once(['T', 't', ' ']) else { return false };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b':');
    let offset = || rest.rsplit_once(['+', '-']).is_some_and(|(_, offset)| digits(offset));
    date.starts_with(|c: char| c.is_ascii_digit()) && (rest.ends_with(['Z', 'z']) || offset())
}

/// `service:EventName` or `EventName`, with `*` and `?`.
fn action(text: &str) -> Result<Arc<str>, String> {
    let (service, call) = text.split_once(':').unwrap_or(("*", text));
    let sound = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"*?-._".contains(&b))
    };
    if sound(service) && sound(call) {
        return Ok(Arc::from(text));
    }
    let quoted = quoted(text);
    Err(format!("column `actions`: `{quoted}` is no call; write rds:RebootDBInstance or rds:Reboot*"))
}

fn quoted(text: &str) -> String {
    text.chars().take(QUOTE_CHARS_MAX).collect()
}

/// The parts of a list in one cell.
fn split(cell: &str) -> Vec<String> {
    cell.split(';').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

impl Checked {
    fn record(self, modes: &BTreeSet<ModeName>, evidence: Evidence) -> RfcRecord {
        RfcRecord {
            rfc_id: RfcId::new(self.id),
            source: RfcSource::Ticket,
            last_modified_at: None,
            change_type_id: None,
            change_type_version: None,
            title: None,
            status: None,
            automation: None,
            account_id: None,
            created_by: Some(Arc::from(self.requester)),
            created_at: None,
            submitted_by: None,
            submitted_at: None,
            approved_by: self.approver.map(Arc::from),
            approved_at: None,
            aws_approval: None,
            customer_approval: None,
            requested: (Some(self.entry.from), Some(self.entry.to)),
            actual: (None, None),
            parameters: None,
            steps: Vec::new(),
            ticket: Some(Ticket { modes: modes.clone(), entries: vec![self.entry] }),
            evidence,
        }
    }
}
