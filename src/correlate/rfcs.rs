//! RFC records of every source → one [`Rfc`] an id; rows of ticket files likewise.
//!
//! Owns: which record wins a field, and what the change type adds. Which fields
//! contradict is `conflict`'s, which dates make steps is `steps`'.
//!
//! An archive record outranks CloudTrail, for only the archive holds AMS's own
//! state. Among archive records the newest `LastModifiedTime` wins field by
//! field: a newer summary does not blank the parameters of an older `get-rfc`.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use crate::catalogue::{Catalogue, ChangeType, Target};
use crate::model::id::{AccountId, RfcId};
use crate::model::problem::{Problem, ProblemKind};
use crate::model::rfc::{Rfc, RfcAction, RfcRecord, RfcSource};

use super::order::none_last;
use super::payload;

mod conflict;
mod steps;
#[cfg(test)]
mod tests;
mod tickets;

/// Merges all records; a problem for each RFC whose records contradict.
/// Rows are ordered by creation, account and id.
pub(super) fn merge(records: Vec<RfcRecord>, catalogue: &Catalogue) -> (Vec<Rfc>, Vec<Problem>) {
    let mut by_id: BTreeMap<RfcId, Vec<RfcRecord>> = BTreeMap::new();
    for record in records {
        by_id.entry(record.rfc_id.clone()).or_default().push(record);
    }
    let mut problems = Vec::new();
    for records in by_id.values_mut() {
        problems.extend(tickets::apart(records));
    }
    let mut rfcs: Vec<Rfc> = by_id.into_values().map(|records| merge_one(records, catalogue)).collect();
    problems.extend(rfcs.iter().filter_map(contradiction));
    rfcs.sort_by_cached_key(|rfc| (none_last(rfc.created_at), rfc.account_id.clone(), rfc.rfc_id.clone()));
    (rfcs, problems)
}

fn contradiction(rfc: &Rfc) -> Option<Problem> {
    if rfc.conflicts.is_empty() {
        return None;
    }
    let fields = rfc.conflicts.join(", ");
    let (whose, taken) = if rfc.is_ticket() { ("rows", "first row") } else { ("sources", "newest record") };
    let detail = format!("{whose} of {} disagree on {fields}; the {taken} was taken", rfc.named());
    let place = (rfc.evidence.record, rfc.evidence.start);
    Some(Problem::of_record(&rfc.evidence.object, ProblemKind::ConflictingRfc, place, detail))
}

/// The records of one RFC, best first: the order in which fields are taken.
fn best_first(mut records: Vec<RfcRecord>) -> Vec<RfcRecord> {
    records.sort_by_cached_key(|record| {
        let from_calls = record.source == RfcSource::CloudTrail;
        (from_calls, Reverse(record.last_modified_at), record.source, record.evidence.clone())
    });
    records
}

fn merge_one(records: Vec<RfcRecord>, catalogue: &Catalogue) -> Rfc {
    let records = best_first(records);
    let conflicts = conflict::of(&records);
    let steps = steps::of(&records);
    let best = records.first().expect("records are grouped by id, so that a group has one").clone();
    let change_type_id = first(&records, |record| record.change_type_id.clone());
    let change_type = change_type_id.as_ref().and_then(|id| catalogue.change_type(id.as_str()));
    let account_id = first(&records, |record| record.account_id.clone());
    let ticket = tickets::merged(&records);
    let parameters = ticket
        .as_ref()
        .map(tickets::parameters)
        .or_else(|| first(&records, |record| record.parameters.clone()));
    let own = ticket.as_ref();
    let mut sources: Vec<RfcSource> = records.iter().map(|record| record.source).collect();
    sources.sort_unstable();
    sources.dedup();
    Rfc {
        rfc_id: best.rfc_id,
        change_type_name: change_type.map(|found| Arc::from(&*found.name)),
        change_type_version: first(&records, |record| record.change_type_version.clone()),
        title: first(&records, |record| record.title.clone()),
        status: first(&records, |record| record.status.clone()),
        automation: first(&records, |record| record.automation.clone()),
        target_account_id: match own {
            Some(ticket) => tickets::the_only(ticket.entries.iter().flat_map(|entry| &entry.accounts)),
            None => change_type.and_then(|found| target(found, &account_id, &parameters)),
        },
        mode: match own {
            Some(ticket) => tickets::the_only(&ticket.modes),
            None => change_type.and_then(|found| found.mode.clone()),
        },
        action: match own {
            Some(_) => RfcAction::EnableMode,
            None => change_type.map_or(RfcAction::Other, |found| found.action),
        },
        created_by: first(&records, |record| record.created_by.clone()),
        created_at: first(&records, |record| record.created_at),
        submitted_by: first(&records, |record| record.submitted_by.clone()),
        submitted_at: first(&records, |record| record.submitted_at),
        approved_by: first(&records, |record| record.approved_by.clone()),
        approved_at: first(&records, |record| record.approved_at),
        aws_approval: first(&records, |record| record.aws_approval.clone()),
        customer_approval: first(&records, |record| record.customer_approval.clone()),
        requested_start: match own {
            Some(ticket) => ticket.entries.iter().map(|entry| entry.from).min(),
            None => first(&records, |record| record.requested.0),
        },
        requested_end: match own {
            Some(ticket) => ticket.entries.iter().map(|entry| entry.to).max(),
            None => first(&records, |record| record.requested.1),
        },
        started_at: first(&records, |record| record.actual.0),
        ended_at: first(&records, |record| record.actual.1),
        change_type_id,
        account_id,
        parameters,
        sources,
        conflicts,
        steps,
        ticket,
        evidence: best.evidence,
    }
}

fn first<T>(records: &[RfcRecord], field: impl Fn(&RfcRecord) -> Option<T>) -> Option<T> {
    records.iter().find_map(field)
}

/// The account an RFC acts on: its own, or the one a parameter names.
///
/// Source: facts/ams.md 1.1 (column "Target account is"), 1.2.
fn target(
    change_type: &ChangeType,
    account: &Option<AccountId>,
    parameters: &Option<Arc<str>>,
) -> Option<AccountId> {
    match &change_type.target {
        Target::Own => account.clone(),
        Target::Parameter(key) => {
            let parameters = payload::parse(parameters.as_ref());
            let named = match payload::at(&parameters, &[key])? {
                Value::Array(items) if items.len() == 1 => items.first()?.as_str(),
                value => value.as_str(),
            };
            AccountId::if_well_formed(named?.trim())
        }
        Target::Unknown => None,
    }
}
