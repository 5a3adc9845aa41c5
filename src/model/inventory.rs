//! What exports of settings tell: roles, users, resources, trails and accounts
//! as they were when somebody asked, not as calls made them.
//!
//! Owns: plain rows, one for each thing an export lists. An export seldom says
//! when it was made, so a row proves the times it names and no others.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::model::evidence::Evidence;
use crate::model::id::{AccountId, Arn, Region};
use crate::model::time::UtcTime;

/// A role as an IAM export or an AWS Config item lists it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct InventoryRole {
    /// The account that owns it.
    pub account_id: AccountId,
    /// Its bare name.
    pub name: Arc<str>,
    /// `AROA…`: a role made anew under its old name has another one.
    pub role_id: Option<Arc<str>>,
    /// Its ARN, path included.
    pub arn: Option<Arn>,
    /// `CreateDate`.
    pub created_at: Option<UtcTime>,
    /// `RoleLastUsed.LastUsedDate`: AWS keeps 400 days of it.
    pub last_used_at: Option<UtcTime>,
    /// A time at which a Config item saw it.
    pub seen_at: Option<UtcTime>,
    /// A time by which AWS Config recorded it as deleted.
    pub gone_by: Option<UtcTime>,
    /// Principals that its trust policy lets assume it.
    pub trusted: BTreeSet<Arc<str>>,
    /// ARN of its permissions boundary.
    pub boundary: Option<Arc<str>>,
    /// Where it lies.
    pub evidence: Evidence,
}

/// A user as an IAM export or a credential report lists it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct InventoryUser {
    /// The account that owns it.
    pub account_id: Option<AccountId>,
    /// Its name; `<root_account>` for the root user.
    pub name: Arc<str>,
    /// Its ARN.
    pub arn: Option<Arn>,
    /// `AIDA…`.
    pub user_id: Option<Arc<str>>,
    /// When it was created.
    pub created_at: Option<UtcTime>,
    /// When its password was last used.
    pub password_last_used: Option<UtcTime>,
    /// Whether it has an MFA device.
    pub mfa_active: Option<bool>,
    /// Its access keys: whether active, and when last used.
    pub access_keys: Vec<(Option<bool>, Option<UtcTime>)>,
    /// Where it lies.
    pub evidence: Evidence,
}

/// A resource as AWS Config recorded it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ConfigItem {
    /// The account that owns it.
    pub account_id: Option<AccountId>,
    /// The region it lies in; `global` for resources of none.
    pub region: Option<Region>,
    /// Such as `AWS::EC2::Instance`.
    pub resource_type: Arc<str>,
    /// Config's id of it.
    pub resource_id: Option<Arc<str>>,
    /// Its name, if it has one.
    pub resource_name: Option<Arc<str>>,
    /// Its ARN.
    pub arn: Option<Arc<str>>,
    /// When Config saw it so.
    pub captured_at: Option<UtcTime>,
    /// Whether Config recorded that it was deleted.
    pub deleted: bool,
    /// Its configuration: JSON text without secrets, cut to a bound. `None` also
    /// until it is known that somebody destroyed the resource.
    pub configuration: Option<Arc<str>>,
    /// Of a bucket, the word for its versioning: `Enabled`, `Suspended`, `Off`.
    pub versioning: Option<Arc<str>>,
    /// Where it lies.
    pub evidence: Evidence,
}

/// What is remembered of every [`ConfigItem`] when it is first read: enough to
/// find the few that tell what was destroyed. Histories hold millions of items.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigTrace {
    /// Hash of all that tells its resource from others: account, region, type
    /// and names. Items of one resource share it.
    pub identity: u64,
    /// Hashes of its ARN, id and name; that of the empty text where it has none.
    pub names: [u64; 3],
    /// When Config saw it so, in microseconds since 1970; the earliest number
    /// if unknown.
    pub captured: i64,
    /// Its ordinal in its object.
    pub record: u32,
    /// Whether it can tell what was lost: it has a configuration and a time,
    /// and does not say that the resource is gone.
    pub tells: bool,
}

/// Settings of one trail, as one export tells them; what it does not tell is
/// `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TrailSettings {
    /// The ARN of the trail, else its name; `None` if the export names neither.
    pub trail: Option<Arc<str>>,
    /// The account that owns it.
    pub account_id: Option<AccountId>,
    /// The bucket it delivers to.
    pub bucket: Option<Arc<str>>,
    /// What its keys in the bucket begin with.
    pub key_prefix: Option<Arc<str>>,
    /// Whether it records all regions.
    pub multi_region: Option<bool>,
    /// Whether it records all accounts of the organization.
    pub organization: Option<bool>,
    /// Whether it writes digests.
    pub log_file_validation: Option<bool>,
    /// Whether it was logging at all.
    pub logging: Option<bool>,
    /// Whether it records data events.
    pub data_events: Option<bool>,
    /// Resource types whose data events it records.
    pub data_types: BTreeSet<Arc<str>>,
}

/// An account as an organization lists it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct InventoryAccount {
    /// The account.
    pub account_id: AccountId,
    /// Its name.
    pub name: Option<Arc<str>>,
}

/// Everything that exports of settings tell.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Inventory {
    /// Roles.
    pub roles: Vec<InventoryRole>,
    /// Users.
    pub users: Vec<InventoryUser>,
    /// Resources that calls destroyed.
    pub items: Vec<ConfigItem>,
    /// Accounts of all resources that AWS Config recorded.
    pub item_accounts: BTreeSet<AccountId>,
    /// Settings of trails, one row for each time an export tells them.
    pub trails: Vec<TrailSettings>,
    /// Accounts.
    pub accounts: Vec<InventoryAccount>,
}

impl Inventory {
    /// Whether nothing is told.
    pub fn is_empty(&self) -> bool {
        let Self { roles, users, items, item_accounts, trails, accounts } = self;
        roles.is_empty()
            && users.is_empty()
            && items.is_empty()
            && item_accounts.is_empty()
            && trails.is_empty()
            && accounts.is_empty()
    }

    /// Takes in what another object told.
    pub fn extend(&mut self, other: Self) {
        self.roles.extend(other.roles);
        self.users.extend(other.users);
        self.items.extend(other.items);
        self.item_accounts.extend(other.item_accounts);
        self.trails.extend(other.trails);
        self.accounts.extend(other.accounts);
    }

    /// The account that all rows agree on. The accounts that an organization
    /// lists are none of its own.
    pub fn agreed_account(&self) -> Option<AccountId> {
        let roles = self.roles.iter().map(|row| Some(&row.account_id));
        let users = self.users.iter().map(|row| row.account_id.as_ref());
        let items = self.item_accounts.iter().map(Some);
        let trails = self.trails.iter().map(|row| row.account_id.as_ref());
        let all: BTreeSet<&AccountId> = roles.chain(users).chain(items).chain(trails).flatten().collect();
        if all.len() == 1 { all.into_iter().next().cloned() } else { None }
    }

    /// Accounts by name; where exports disagree, all names.
    pub fn account_names(&self) -> BTreeMap<AccountId, Arc<str>> {
        let mut names: BTreeMap<&AccountId, BTreeSet<&str>> = BTreeMap::new();
        for account in &self.accounts {
            names.entry(&account.account_id).or_default().extend(account.name.as_deref());
        }
        names
            .into_iter()
            .filter(|(_, names)| !names.is_empty())
            .map(|(id, names)| (id.clone(), names.into_iter().collect::<Vec<_>>().join(" / ").into()))
            .collect()
    }
}

/// What the settings of all trails in the dump say of data events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DataEvents {
    /// No export of settings tells.
    #[default]
    Untold,
    /// Every trail whose settings are in the dump records none.
    Off,
    /// At least one trail records some.
    On,
}

/// What could have been recorded, as the settings of trails in the dump tell.
/// True of the time at which they were exported.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recording {
    /// Trails whose settings are in the dump.
    pub trails: u64,
    /// Whether data events are recorded.
    pub data_events: DataEvents,
    /// Resource types whose data events are recorded.
    pub data_types: BTreeSet<Arc<str>>,
    /// Trails that write no digests.
    pub without_validation: u64,
    /// Trails that record one region only.
    pub one_region: u64,
    /// Trails that were not logging.
    pub stopped: u64,
}

impl Recording {
    /// What the rows of all exports say together. A trail of which one export
    /// says yes and another no was changed in between: both count.
    pub fn of(rows: &[TrailSettings]) -> Self {
        let mut trails: BTreeMap<Option<&str>, Vec<&TrailSettings>> = BTreeMap::new();
        for row in rows {
            trails.entry(row.trail.as_deref()).or_default().push(row);
        }
        let says = |rows: &[&TrailSettings], field: fn(&TrailSettings) -> Option<bool>, wanted: bool| {
            rows.iter().any(|row| field(row) == Some(wanted))
        };
        let count = |field: fn(&TrailSettings) -> Option<bool>| {
            trails.values().filter(|rows| says(rows, field, false)).count() as u64
        };
        let on = rows.iter().any(|row| row.data_events == Some(true));
        // A status names no trail, and tells nothing of events.
        let mut named = trails.iter().filter(|(name, _)| name.is_some()).peekable();
        let off = named.peek().is_some() && named.all(|(_, rows)| says(rows, |row| row.data_events, false));
        Self {
            trails: trails.keys().filter(|name| name.is_some()).count() as u64,
            data_events: match (on, off) {
                (true, _) => DataEvents::On,
                (false, true) => DataEvents::Off,
                (false, false) => DataEvents::Untold,
            },
            data_types: rows.iter().flat_map(|row| row.data_types.iter().cloned()).collect(),
            without_validation: count(|row| row.log_file_validation),
            one_region: count(|row| row.multi_region),
            stopped: rows.iter().filter(|row| row.logging == Some(false)).count() as u64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_of_every_item_is_small() {
        assert!(size_of::<ConfigTrace>() <= 48);
    }

    fn trail(name: &str, data_events: Option<bool>) -> TrailSettings {
        TrailSettings { trail: Some(name.into()), data_events, ..TrailSettings::default() }
    }

    #[test]
    fn data_events_are_off_only_if_every_trail_says_so() {
        let cases = [
            (vec![], DataEvents::Untold),
            (vec![trail("a", None)], DataEvents::Untold),
            (vec![TrailSettings { logging: Some(true), ..TrailSettings::default() }], DataEvents::Untold),
            (vec![trail("a", None), trail("a", Some(false))], DataEvents::Off),
            (vec![trail("a", None), trail("b", Some(false))], DataEvents::Untold),
            (vec![trail("a", Some(true)), trail("b", Some(false))], DataEvents::On),
        ];
        for (rows, expected) in cases {
            assert_eq!(Recording::of(&rows).data_events, expected, "{rows:?}");
        }
    }

    #[test]
    fn an_account_renamed_between_exports_has_both_names() {
        let named = |name: Option<&str>| InventoryAccount {
            account_id: "111122223333".into(),
            name: name.map(Arc::from),
        };
        let accounts = vec![named(Some("shop")), named(None), named(Some("market")), named(Some("shop"))];
        let names = Inventory { accounts, ..Inventory::default() }.account_names();
        assert_eq!(names.values().map(|name| &**name).collect::<Vec<_>>(), ["market / shop"]);
    }
}
