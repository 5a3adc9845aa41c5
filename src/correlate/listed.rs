//! Marker roles as exports list them: when each was created, last seen, gone.
//!
//! Owns: which rows tell of the same creation. A role is one with a `RoleId`;
//! where a row has none, rows of one name whose `CreateDate`s lie within a
//! minute are one. A `CreateRole` record of the same id, or within a minute of
//! the `CreateDate`, is the same fact and says more (who, from where): such a
//! role opens nothing by itself. `CreateDate` is to the second, and so is
//! `eventTime`, yet IAM and CloudTrail do not share a clock.

use std::sync::Arc;

use crate::catalogue::Catalogue;
use crate::model::event::Event;
use crate::model::evidence::Evidence;
use crate::model::inventory::InventoryRole;
use crate::model::time::UtcTime;

use super::marks::{Marker, Marks, RoleCall, marker};

/// Two times of one creation lie at most this far apart, in seconds.
const SAME_CREATION_S: i64 = 60;

/// One marker role, from its creation on, as exports tell of it.
#[derive(Clone, Debug)]
pub(super) struct ListedRole {
    /// The role.
    pub(super) marker: Marker,
    /// When it was created.
    pub(super) created_at: Option<UtcTime>,
    /// Whether a CreateRole record tells of the same creation.
    pub(super) creation_recorded: bool,
    /// Latest time at which it was used, or seen by AWS Config.
    pub(super) last_seen_at: Option<UtcTime>,
    /// Earliest time by which AWS Config recorded it as deleted.
    pub(super) gone_by: Option<UtcTime>,
    /// The first row that tells its creation, else the first that names it.
    pub(super) evidence: Evidence,
    /// The row that tells that it is gone.
    pub(super) gone_evidence: Option<Evidence>,
    role_id: Option<Arc<str>>,
}

/// All of them, in one order whatever the order of the rows.
pub(super) fn of(
    roles: &[InventoryRole],
    events: &[Event],
    marks: &Marks,
    catalogue: &Catalogue,
) -> Vec<ListedRole> {
    let mut rows: Vec<ListedRole> = roles.iter().filter_map(|role| listed(role, catalogue)).collect();
    rows.sort_by(|a, b| key(a).cmp(&key(b)));
    let mut merged: Vec<ListedRole> = Vec::new();
    for row in rows {
        match merged.iter_mut().rev().find(|known| same_role(known, &row)) {
            Some(known) => take_in(known, row),
            None => merged.push(row),
        }
    }
    for role in &mut merged {
        role.creation_recorded = marks.changes.iter().any(|change| {
            change.call == RoleCall::Created
                && same_name(&change.marker, &role.marker)
                && one_creation(
                    (&change.role_id, events[change.event].time),
                    (&role.role_id, role.created_at),
                )
        });
    }
    merged
}

/// Rows that tell a creation come first, oldest first.
fn key(row: &ListedRole) -> impl Ord + '_ {
    let marker = &row.marker;
    let whose = (&marker.account, &marker.mode, &marker.role);
    (whose, row.created_at.is_none(), row.created_at, row.role_id.is_none(), &row.role_id, &row.evidence)
}

fn listed(role: &InventoryRole, catalogue: &Catalogue) -> Option<ListedRole> {
    Some(ListedRole {
        marker: marker(&role.name, role.account_id.clone(), catalogue)?,
        created_at: role.created_at,
        creation_recorded: false,
        last_seen_at: role.last_used_at.max(role.seen_at),
        gone_by: role.gone_by,
        evidence: role.evidence.clone(),
        gone_evidence: role.gone_by.map(|_| role.evidence.clone()),
        role_id: role.role_id.clone(),
    })
}

fn same_name(one: &Marker, other: &Marker) -> bool {
    one.account == other.account && one.role == other.role
}

fn same_role(known: &ListedRole, row: &ListedRole) -> bool {
    let creations = ((&known.role_id, known.created_at), (&row.role_id, row.created_at));
    same_name(&known.marker, &row.marker) && one_creation(creations.0, creations.1)
}

type Creation<'a> = (&'a Option<Arc<str>>, Option<UtcTime>);

/// Whether two facts can only be one creation.
fn one_creation((one_id, one_at): Creation<'_>, (other_id, other_at): Creation<'_>) -> bool {
    if let (Some(one), Some(other)) = (one_id, other_id) {
        return one == other;
    }
    let (Some(one), Some(other)) = (one_at, other_at) else { return false };
    (one.seconds() - other.seconds()).abs() <= SAME_CREATION_S
}

fn take_in(known: &mut ListedRole, row: ListedRole) {
    known.last_seen_at = known.last_seen_at.max(row.last_seen_at);
    known.role_id = known.role_id.take().or(row.role_id);
    if let Some(gone) = row.gone_by
        && known.gone_by.is_none_or(|earlier| gone < earlier)
    {
        known.gone_by = Some(gone);
        known.gone_evidence = row.gone_evidence;
    }
}

#[cfg(test)]
mod tests;
