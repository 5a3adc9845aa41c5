//! Who called, and what all of a caller's calls have in common.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use crate::model::id::AccountId;
use crate::model::principal::Principal;
use crate::model::text::Lately;
use crate::model::time::UtcTime;

/// A caller, and the account it acts in. A session is a caller of its own, by
/// its role and its name: who wears a role under one name twice is one caller.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ActorKey {
    /// The account that its calls are about.
    pub account_id: Option<AccountId>,
    /// Its name, as one record tells it; empty if none does.
    pub actor: Arc<str>,
    /// `type` of its identity; empty if the record has none.
    pub actor_type: Arc<str>,
    /// The role that a session wears; empty for others.
    pub role_name: Arc<str>,
}

impl ActorKey {
    /// The caller of a call that is about that account.
    pub fn of(principal: &Principal, account: Option<&AccountId>) -> Self {
        let empty = || Arc::from("");
        Self {
            account_id: account.cloned(),
            actor: principal.actor().unwrap_or_else(empty),
            actor_type: principal.identity_type.clone().unwrap_or_else(empty),
            role_name: principal.role_name().map_or_else(empty, Arc::from),
        }
    }

    /// The same, in the memory of an equal one that this thread met lately.
    pub fn shared(principal: &Principal, account: Option<&AccountId>) -> Arc<Self> {
        thread_local! {
            static CALLERS: Lately<ActorKey> = const { Lately::new() };
        }
        let key = Self::of(principal, account);
        CALLERS.with(|callers| callers.shared(&key, || Arc::new(key.clone())))
    }
}

/// What is remembered of callers, value by value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trait {
    /// `eventSource`.
    Service,
    /// `awsRegion`.
    Region,
    /// `sourceIPAddress`, as [`network`] groups it.
    Network,
    /// `userAgent`.
    UserAgent,
    /// `accessKeyId`: the id, which is no secret.
    AccessKey,
}

impl Trait {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Service, Self::Region, Self::Network, Self::UserAgent, Self::AccessKey];

    /// The column that holds it.
    pub const fn column(self) -> &'static str {
        match self {
            Self::Service => "services",
            Self::Region => "regions",
            Self::Network => "networks",
            Self::UserAgent => "user_agents",
            Self::AccessKey => "access_key_ids",
        }
    }
}

/// When something was seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// First; `None` if no record of it has a time.
    pub first: Option<UtcTime>,
    /// Last.
    pub last: Option<UtcTime>,
    /// Whether it was seen in the baseline part of the evidence.
    pub in_baseline: bool,
}

impl Span {
    /// Both together.
    pub fn merge(&mut self, other: Self) {
        self.first = [self.first, other.first].into_iter().flatten().min();
        self.last = self.last.max(other.last);
        self.in_baseline |= other.in_baseline;
    }
}

/// Calls by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calls {
    /// Calls that by their nature change nothing.
    pub reads: u64,
    /// All others.
    pub writes: u64,
    /// Calls of both kinds that were denied.
    pub denied: u64,
}

impl Calls {
    /// Both together.
    pub const fn add(&mut self, other: Self) {
        self.reads += other.reads;
        self.writes += other.writes;
        self.denied += other.denied;
    }

    /// Without these, which are among them.
    pub const fn subtract(&mut self, other: Self) {
        self.reads = self.reads.saturating_sub(other.reads);
        self.writes = self.writes.saturating_sub(other.writes);
        self.denied = self.denied.saturating_sub(other.denied);
    }

    /// All of them.
    pub const fn all(self) -> u64 {
        self.reads + self.writes
    }
}

/// Hours of the week, UTC: bit 0 is the first hour of Monday.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WeekHours(pub [u64; 3]);

impl WeekHours {
    /// Adds the hour of that time.
    pub const fn add(&mut self, time: UtcTime) {
        // 1970-01-01 was a Thursday.
        let hour = (time.seconds().div_euclid(3600) + 72).rem_euclid(168) as usize;
        self.0[hour / 64] |= 1 << (hour % 64);
    }

    /// Adds all of the other.
    pub const fn merge(&mut self, other: Self) {
        self.0[0] |= other.0[0];
        self.0[1] |= other.0[1];
        self.0[2] |= other.0[2];
    }

    /// Each as `mon 09`, from Monday on.
    pub fn words(self) -> Vec<Arc<str>> {
        const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        let there = |hour: &usize| self.0[hour / 64] >> (hour % 64) & 1 == 1;
        (0..168).filter(there).map(|hour| format!("{} {:02}", DAYS[hour / 24], hour % 24).into()).collect()
    }
}

/// The values of one trait of a caller: the smallest of them, if there are too
/// many to keep.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Values {
    /// Each with when it was seen.
    pub kept: BTreeMap<Arc<str>, Span>,
    /// Whether there are more.
    pub cut: bool,
}

/// All that is remembered of a caller.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActorSeen {
    /// When it called.
    pub span: Span,
    /// How often, copies of one event counted once.
    pub calls: Calls,
    /// In which hours of the week.
    pub hours: WeekHours,
    /// In the order of [`Trait::ALL`].
    pub values: [Values; 5],
}

impl ActorSeen {
    /// The values of one trait.
    pub const fn of(&self, which: Trait) -> &Values {
        &self.values[which as usize]
    }
}

/// Every caller of the evidence, as far as they fit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Actors {
    /// Each with what is remembered of it.
    pub seen: BTreeMap<ActorKey, ActorSeen>,
    /// Calls of callers that did not fit.
    pub rest: Calls,
}

/// A row of `actors`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActorRow {
    /// Who, and where.
    pub key: ActorKey,
    /// What is remembered of it.
    pub seen: ActorSeen,
    /// Destructive calls of it that succeeded.
    pub destructive: u64,
}

/// A row of `mode_usage`: a call that a mode role was used for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModeUse {
    /// The account.
    pub account_id: AccountId,
    /// The mode.
    pub mode: crate::model::id::ModeName,
    /// The mode role.
    pub role_name: Arc<str>,
    /// `eventSource` of the calls.
    pub event_source: Arc<str>,
    /// `eventName` of the calls, without API date.
    pub event_name: Arc<str>,
    /// How many there were.
    pub calls: u64,
    /// How many of them were denied.
    pub denied: u64,
    /// When.
    pub span: Span,
}

/// The network that an address is counted to: IPv4 by /24, IPv6 by /48. What is
/// no address, such as the name of an AWS service, is a network of its own.
pub fn network(source_ip: &str) -> Cow<'_, str> {
    match source_ip.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V4(address)) => {
            let [a, b, c, _] = address.octets();
            Cow::Owned(format!("{}/24", Ipv4Addr::new(a, b, c, 0)))
        }
        Ok(IpAddr::V6(address)) => {
            let [a, b, c, ..] = address.segments();
            Cow::Owned(format!("{}/48", Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0)))
        }
        Err(_) => Cow::Borrowed(source_ip),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_grouped_and_services_stand_for_themselves() {
        let cases = [
            ("192.0.2.77", "192.0.2.0/24"),
            ("::ffff:192.0.2.77", "192.0.2.0/24"),
            ("2001:db8:1:2::3", "2001:db8:1::/48"),
            ("cloudformation.amazonaws.com", "cloudformation.amazonaws.com"),
            ("AWS Internal", "AWS Internal"),
            ("192.0.2", "192.0.2"),
        ];
        for (address, expected) in cases {
            assert_eq!(network(address), expected);
        }
    }

    #[test]
    fn hours_of_the_week_are_told_from_monday_on() {
        let mut hours = WeekHours::default();
        // A Monday, a Sunday, and the day the epoch began.
        for time in ["2025-01-06T00:30:00Z", "2025-01-12T23:59:59Z", "1970-01-01T05:00:00Z"] {
            hours.add(UtcTime::parse(time).expect("a time"));
        }
        assert_eq!(hours.words(), ["mon 00".into(), "thu 05".into(), "sun 23".into()]);
    }
}
