//! What the organisation allows, as its policy file says (`--policy FILE`).
//!
//! Owns: the questions that findings ask of a policy. `file` reads and checks its
//! text. Sees no evidence and reads no clock; an empty policy forbids nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::Arc;

use ipnet::IpNet;

use crate::model::id::{AccountId, ModeName, Region};
use crate::model::severity::Severity;
use crate::model::time::{Day, UtcTime};

mod file;
mod hours;
mod pattern;
#[cfg(test)]
mod tests;
mod tickets;

use hours::Hours;
pub use pattern::Glob;
use pattern::{CallerPattern, ResourcePattern};
pub use tickets::TicketSource;

/// A policy. The default is one that says nothing.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    accounts: BTreeMap<AccountId, Account>,
    defaults: Limits,
    hours: Vec<Hours>,
    freezes: Vec<Freeze>,
    networks: Vec<IpNet>,
    protected: Vec<Protected>,
    severities: BTreeMap<String, Severity>,
    suppressions: Vec<Suppression>,
    tickets: Vec<TicketSource>,
    sha256: Option<String>,
}

/// What a policy says of one account.
#[derive(Clone, Debug, Default)]
pub struct Account {
    /// Its name, which wins over those of exports.
    pub name: Option<Arc<str>>,
    /// What it is used for, in the organisation's own word.
    pub environment: Option<Arc<str>>,
    /// Who answers for it.
    pub owner: Option<Arc<str>>,
    limits: Limits,
}

/// What is allowed in an account; `None` where nothing is said.
#[derive(Clone, Debug, Default)]
struct Limits {
    allowed_modes: Option<BTreeSet<ModeName>>,
    max_open_s: Option<i64>,
    unused_days: Option<i64>,
    approvers: Option<Vec<CallerPattern>>,
    submitters: Option<Vec<CallerPattern>>,
}

/// A time in which nothing may be changed.
#[derive(Clone, Debug)]
pub struct Freeze {
    /// What it is called.
    pub name: String,
    /// Its beginning, included.
    pub from: UtcTime,
    /// Its end, not included.
    pub to: UtcTime,
    accounts: BTreeSet<AccountId>,
}

/// Resources that may not be destroyed.
#[derive(Clone, Debug)]
struct Protected {
    pattern: ResourcePattern,
    accounts: BTreeSet<AccountId>,
}

/// A decision that some findings are accepted. It holds only if it says why, by
/// whom and until when.
#[derive(Clone, Debug)]
pub struct Suppression {
    /// The rule whose findings it is about.
    pub rule_id: String,
    /// Its line in the policy file, counted from 1.
    pub line: usize,
    /// Why.
    pub reason: Option<String>,
    /// Who decided it.
    pub author: Option<String>,
    /// The last day (UTC) on which it holds.
    pub expires: Option<Day>,
    account: Option<AccountId>,
    actor: Option<Glob>,
    resource: Option<ResourcePattern>,
}

/// A thing that a call names, in the words of its record.
#[derive(Clone, Copy, Debug)]
pub struct Named<'a> {
    /// `eventSource` of the call.
    pub event_source: &'a str,
    /// The region of the call.
    pub region: Option<&'a Region>,
    /// The account of the call.
    pub account: Option<&'a AccountId>,
    /// The name or ARN as recorded.
    pub resource: &'a str,
}

/// Something that a policy may say anything about at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// Which modes are allowed.
    Modes,
    /// How long a mode may be open.
    OpenTime,
    /// Who may submit or approve.
    Approvers,
    /// When nothing may be changed.
    Freezes,
    /// When people work.
    Hours,
    /// Which networks are trusted.
    Networks,
    /// What may not be destroyed.
    Protected,
}

impl Policy {
    /// Whether it says anything about that.
    pub fn says(&self, topic: Topic) -> bool {
        let limits = || self.accounts.values().map(|account| &account.limits).chain([&self.defaults]);
        match topic {
            Topic::Modes => limits().any(|limits| limits.allowed_modes.is_some()),
            Topic::OpenTime => limits().any(|limits| limits.max_open_s.is_some()),
            Topic::Approvers => {
                limits().any(|limits| limits.approvers.is_some() || limits.submitters.is_some())
            }
            Topic::Freezes => !self.freezes.is_empty(),
            Topic::Hours => !self.hours.is_empty(),
            Topic::Networks => !self.networks.is_empty(),
            Topic::Protected => !self.protected.is_empty(),
        }
    }

    /// What is said of that account; `None` if the policy does not list it.
    pub fn account(&self, account: &AccountId) -> Option<&Account> {
        self.accounts.get(account)
    }

    /// Every account that the policy lists.
    pub fn accounts(&self) -> &BTreeMap<AccountId, Account> {
        &self.accounts
    }

    /// SHA-256 of the policy file in lower-case hex; `None` without a policy.
    pub fn sha256(&self) -> Option<&str> {
        self.sha256.as_deref()
    }

    /// Whether that mode may be opened in that account; `None` if nothing is said.
    pub fn allows(&self, account: &AccountId, mode: &ModeName) -> Option<bool> {
        Some(self.limit(account, |limits| limits.allowed_modes.as_ref())?.contains(mode))
    }

    /// How long a mode may be open in that account, in seconds.
    pub fn max_open_s(&self, account: &AccountId) -> Option<i64> {
        self.limit(account, |limits| limits.max_open_s.as_ref()).copied()
    }

    /// After how many days without use a mode should be removed there.
    pub fn unused_days(&self, account: &AccountId) -> Option<i64> {
        self.limit(account, |limits| limits.unused_days.as_ref()).copied()
    }

    /// Whether that caller may approve enabling RFCs of that account.
    pub fn may_approve(&self, account: &AccountId, arn: &str) -> Option<bool> {
        let list = self.limit(account, |limits| limits.approvers.as_ref())?;
        Some(list.iter().any(|caller| caller.matches(arn)))
    }

    /// Whether that caller may submit enabling RFCs of that account.
    pub fn may_submit(&self, account: &AccountId, arn: &str) -> Option<bool> {
        let list = self.limit(account, |limits| limits.submitters.as_ref())?;
        Some(list.iter().any(|caller| caller.matches(arn)))
    }

    /// The account's own word, else that of the defaults.
    fn limit<'a, T>(
        &'a self,
        account: &AccountId,
        of: impl Fn(&'a Limits) -> Option<&'a T>,
    ) -> Option<&'a T> {
        self.accounts.get(account).and_then(|own| of(&own.limits)).or_else(|| of(&self.defaults))
    }

    /// The first freeze that holds in that account at that time.
    pub fn freeze(&self, account: &AccountId, time: UtcTime) -> Option<&Freeze> {
        let holds = |freeze: &&Freeze| {
            concerns(&freeze.accounts, Some(account)) && freeze.from <= time && time < freeze.to
        };
        self.freezes.iter().find(holds)
    }

    /// The local time with its zone if that time lies outside the business hours
    /// of that account; `None` inside them, or if it has none.
    pub fn outside_hours(&self, account: &AccountId, time: UtcTime) -> Option<String> {
        let own = self.hours.iter().find(|hours| hours.accounts.contains(account));
        own.or_else(|| self.hours.iter().find(|hours| hours.accounts.is_empty()))?.outside(time)
    }

    /// Whether that address lies in a trusted network; `None` if none is given.
    pub fn trusts(&self, address: IpAddr) -> Option<bool> {
        let address = address.to_canonical();
        let holds = || self.networks.iter().any(|network| network.contains(&address));
        (!self.networks.is_empty()).then(holds)
    }

    /// The pattern that protects a thing, as the policy spells it.
    pub fn protects(&self, thing: Named<'_>) -> Option<&str> {
        let protected = self.protected.iter().find(|protected| {
            concerns(&protected.accounts, thing.account) && protected.pattern.matches(thing)
        });
        protected.map(|protected| protected.pattern.text())
    }

    /// The severity that the policy gives to that rule.
    pub fn severity(&self, rule_id: &str) -> Option<Severity> {
        self.severities.get(rule_id).copied()
    }

    /// Every file of change tickets, in the order of the file.
    pub fn tickets(&self) -> &[TicketSource] {
        &self.tickets
    }

    /// Every suppression, in the order of the file.
    pub fn suppressions(&self) -> &[Suppression] {
        &self.suppressions
    }
}

/// Whether an entry for these accounts, or for all if it names none, is about
/// that account.
fn concerns(accounts: &BTreeSet<AccountId>, account: Option<&AccountId>) -> bool {
    accounts.is_empty() || account.is_some_and(|account| accounts.contains(account))
}

impl Suppression {
    /// What is lacking for it to hold at a time; `None` if it holds. No time is
    /// known if there is no evidence: then nothing is suppressed.
    pub fn lack(&self, as_of: Option<UtcTime>) -> Option<String> {
        let blank = |text: &Option<String>| text.as_deref().is_none_or(|text| text.trim().is_empty());
        let missing: Vec<&str> = [
            ("reason", blank(&self.reason)),
            ("author", blank(&self.author)),
            ("expires", self.expires.is_none()),
        ]
        .into_iter()
        .filter_map(|(key, lacks)| lacks.then_some(key))
        .collect();
        if !missing.is_empty() {
            return Some(format!("it has no {}", missing.join(", no ")));
        }
        match (self.expires, as_of) {
            (Some(expires), Some(now)) if now < expires.next().start() => None,
            (Some(expires), Some(now)) => Some(format!(
                "it expired at the end of {expires}, before {now}, which this report is told for"
            )),
            _ => Some("no time is known to compare its expiry with".to_owned()),
        }
    }

    /// Whether account and actor of a finding are those it is about.
    pub fn concerns(&self, account: Option<&AccountId>, actor: Option<&str>) -> bool {
        let of_account = self.account.as_ref().is_none_or(|own| account == Some(own));
        of_account && self.actor.as_ref().is_none_or(|glob| actor.is_some_and(|actor| glob.matches(actor)))
    }

    /// The resources it is limited to.
    pub fn names_resource(&self) -> bool {
        self.resource.is_some()
    }

    /// Whether a thing is among the resources it is limited to.
    pub fn covers(&self, thing: Named<'_>) -> bool {
        self.resource.as_ref().is_none_or(|pattern| pattern.matches(thing))
    }
}
