//! The form of a policy file, and every check on it.
//!
//! Owns: TOML text → [`Policy`], with the line of the first thing that is wrong.
//! Whatever is not understood is an error: a key that does nothing would be taken
//! for a rule.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono_tz::Tz;
use ipnet::IpNet;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use toml::Spanned;

use crate::catalogue::{Catalogue, CatalogueFault, ModeProfile};
use crate::model::id::{AccountId, ModeName};
use crate::model::severity::Severity;
use crate::model::time::{Day, UtcTime};

use super::hours::{Hours, day_of_week, minute_of_day};
use super::pattern::{CallerPattern, Glob, ResourcePattern};
use super::tickets::{self, RawTickets};
use super::{Account, Freeze, Limits, Policy, Protected, Suppression};

/// A text with its place in the file.
pub(super) type Text = Spanned<String>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    defaults: RawLimits,
    #[serde(default)]
    account: Vec<RawAccount>,
    #[serde(default)]
    business_hours: Vec<RawHours>,
    #[serde(default)]
    freeze: Vec<RawFreeze>,
    #[serde(default)]
    network: RawNetwork,
    #[serde(default)]
    protected: Vec<RawProtected>,
    #[serde(default)]
    mode: Vec<ModeProfile>,
    #[serde(default)]
    tickets: Vec<RawTickets>,
    #[serde(default)]
    severity: BTreeMap<String, Text>,
    #[serde(default)]
    suppression: Vec<RawSuppression>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLimits {
    allowed_modes: Option<Vec<Text>>,
    max_open: Option<Text>,
    unused_days: Option<Spanned<i64>>,
    approvers: Option<Vec<Text>>,
    submitters: Option<Vec<Text>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAccount {
    id: Text,
    name: Option<String>,
    environment: Option<String>,
    owner: Option<String>,
    allowed_modes: Option<Vec<Text>>,
    max_open: Option<Text>,
    unused_days: Option<Spanned<i64>>,
    approvers: Option<Vec<Text>>,
    submitters: Option<Vec<Text>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawHours {
    time_zone: Text,
    days: Vec<Text>,
    from: Text,
    to: Text,
    #[serde(default)]
    accounts: Vec<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFreeze {
    name: String,
    from: Text,
    to: Text,
    #[serde(default)]
    accounts: Vec<Text>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawNetwork {
    #[serde(default)]
    trusted: Vec<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawProtected {
    resource: Text,
    #[serde(default)]
    accounts: Vec<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSuppression {
    rule: Text,
    account: Option<Text>,
    actor: Option<Text>,
    resource: Option<Text>,
    reason: Option<String>,
    author: Option<String>,
    expires: Option<Text>,
}

impl Policy {
    /// Reads a policy and adds its modes to the catalogue. `rules` are the ids
    /// that severities and suppressions may name.
    ///
    /// # Errors
    ///
    /// The first thing wrong with the text, with its line.
    pub fn parse(
        text: &str,
        catalogue: Catalogue,
        rules: &BTreeSet<&str>,
    ) -> Result<(Self, Catalogue), CatalogueFault> {
        let file: File = toml::from_str(text).map_err(|error| CatalogueFault::from_toml(text, &error))?;
        let catalogue = catalogue.with_profiles(text, file.mode)?;
        let check = Check { text, rules, modes: catalogue.modes().iter().map(|mode| &mode.name).collect() };
        let hours: Result<Vec<Hours>, _> = file.business_hours.iter().map(|raw| check.hours(raw)).collect();
        let policy = Self {
            accounts: check.accounts(file.account)?,
            defaults: check.limits(&file.defaults)?,
            hours: hours?,
            freezes: file.freeze.into_iter().map(|raw| check.freeze(raw)).collect::<Result<_, _>>()?,
            networks: check.each(&file.network.trusted, network)?,
            protected: file.protected.iter().map(|raw| check.protected(raw)).collect::<Result<_, _>>()?,
            tickets: tickets::read(&check, &file.tickets, &catalogue)?,
            severities: check.severities(file.severity)?,
            suppressions: file
                .suppression
                .into_iter()
                .map(|raw| check.suppression(raw))
                .collect::<Result<_, _>>()?,
            sha256: Some(Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()),
        };
        drop(check);
        Ok((policy, catalogue))
    }
}

/// What checks need to know.
pub(super) struct Check<'a> {
    text: &'a str,
    rules: &'a BTreeSet<&'a str>,
    modes: BTreeSet<&'a ModeName>,
}

impl Check<'_> {
    pub(super) fn fault<T>(&self, at: &Spanned<T>, message: String) -> CatalogueFault {
        CatalogueFault::at(self.text, at.span(), message)
    }

    /// A text read by a function that says what is wrong with it.
    pub(super) fn one<T>(
        &self,
        raw: &Text,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T, CatalogueFault> {
        read(raw.get_ref()).map_err(|message| self.fault(raw, message))
    }

    fn maybe<T>(
        &self,
        raw: Option<&Text>,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Result<Option<T>, CatalogueFault> {
        raw.map(|raw| self.one(raw, read)).transpose()
    }

    /// The same for each of a list, into any collection.
    pub(super) fn each<T, C: FromIterator<T>>(
        &self,
        raw: &[Text],
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Result<C, CatalogueFault> {
        raw.iter().map(|raw| self.one(raw, &read)).collect()
    }

    fn limits(&self, raw: &RawLimits) -> Result<Limits, CatalogueFault> {
        let modes = raw.allowed_modes.as_ref();
        let callers = |raw: &Option<Vec<Text>>| {
            raw.as_ref().map(|raw| self.each(raw, CallerPattern::parse)).transpose()
        };
        let days = raw.unused_days.as_ref().map(|days| match *days.get_ref() {
            days @ 1..=3650 => Ok(days),
            other => Err(self.fault(days, format!("{other} is no number of days: 1 to 3650"))),
        });
        Ok(Limits {
            allowed_modes: modes.map(|raw| self.each(raw, |name| self.mode(name))).transpose()?,
            max_open_s: self.maybe(raw.max_open.as_ref(), duration)?,
            unused_days: days.transpose()?,
            approvers: callers(&raw.approvers)?,
            submitters: callers(&raw.submitters)?,
        })
    }

    pub(super) fn mode(&self, name: &str) -> Result<ModeName, String> {
        let known = self.modes.iter().find(|mode| mode.as_str() == name);
        let all: Vec<&str> = self.modes.iter().map(|mode| mode.as_str()).collect();
        known
            .map(|mode| (*mode).clone())
            .ok_or_else(|| format!("there is no mode `{name}`; there are {}", all.join(", ")))
    }

    fn accounts(&self, raw: Vec<RawAccount>) -> Result<BTreeMap<AccountId, Account>, CatalogueFault> {
        let mut accounts = BTreeMap::new();
        for raw in raw {
            let id = self.one(&raw.id, account)?;
            let limits = RawLimits {
                allowed_modes: raw.allowed_modes,
                max_open: raw.max_open,
                unused_days: raw.unused_days,
                approvers: raw.approvers,
                submitters: raw.submitters,
            };
            let read = Account {
                name: raw.name.map(Arc::from),
                environment: raw.environment.map(Arc::from),
                owner: raw.owner.map(Arc::from),
                limits: self.limits(&limits)?,
            };
            if accounts.insert(id.clone(), read).is_some() {
                return Err(self.fault(&raw.id, format!("account {id} stands twice in this file")));
            }
        }
        Ok(accounts)
    }

    fn hours(&self, raw: &RawHours) -> Result<Hours, CatalogueFault> {
        let zone = |name: &str| {
            name.parse::<Tz>()
                .map_err(|_| format!("`{name}` is no time zone; write one such as Europe/Berlin"))
        };
        let time = |text: &str| {
            minute_of_day(text).ok_or_else(|| format!("`{text}` is no time of day; write 08:30"))
        };
        let day = |text: &str| {
            day_of_week(text).ok_or_else(|| {
                format!("`{text}` is no day of the week; write mon, tue, wed, thu, fri, sat or sun")
            })
        };
        let mut days = [false; 7];
        let named: Vec<usize> = self.each(&raw.days, day)?;
        for (place, works) in days.iter_mut().enumerate() {
            *works = named.contains(&place);
        }
        let (from, to) = (self.one(&raw.from, time)?, self.one(&raw.to, time)?);
        if from >= to {
            return Err(self.fault(&raw.to, "`to` must be later in the day than `from`".to_owned()));
        }
        let accounts = self.each(&raw.accounts, account)?;
        Ok(Hours { zone: self.one(&raw.time_zone, zone)?, days, from, to, accounts })
    }

    fn freeze(&self, raw: RawFreeze) -> Result<Freeze, CatalogueFault> {
        let time = |text: &str| {
            UtcTime::parse(text)
                .ok_or_else(|| format!("`{text}` is no time; write 2026-01-31 or 2026-01-31T12:00:00Z"))
        };
        let (from, end) = (self.one(&raw.from, time)?, self.one(&raw.to, time)?);
        let to = Day::parse(raw.to.get_ref()).map_or(end, |day| day.next().start());
        if from >= to {
            return Err(self.fault(&raw.to, "`to` must be after `from`".to_owned()));
        }
        Ok(Freeze { name: raw.name, from, to, accounts: self.each(&raw.accounts, account)? })
    }

    fn protected(&self, raw: &RawProtected) -> Result<Protected, CatalogueFault> {
        let pattern = self.one(&raw.resource, ResourcePattern::parse)?;
        Ok(Protected { pattern, accounts: self.each(&raw.accounts, account)? })
    }

    fn rule(&self, id: &str) -> Result<String, String> {
        if self.rules.contains(id) {
            return Ok(id.to_owned());
        }
        let like = |other: &&&str| (strsim::jaro_winkler(other, id) * 1e6) as u64;
        let near = self.rules.iter().max_by_key(like);
        let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        Err(format!("there is no rule `{id}`{near}"))
    }

    fn severities(&self, raw: BTreeMap<String, Text>) -> Result<BTreeMap<String, Severity>, CatalogueFault> {
        let one = |(rule, word): (String, Text)| {
            let rule = self.rule(&rule).map_err(|message| self.fault(&word, message))?;
            let known = |word: &str| {
                let level = Severity::ALL.into_iter().find(|level| level.as_str() == word);
                level.ok_or_else(|| {
                    format!("`{word}` is no severity: informational, low, medium, high or critical")
                })
            };
            Ok((rule, self.one(&word, known)?))
        };
        raw.into_iter().map(one).collect()
    }

    fn suppression(&self, raw: RawSuppression) -> Result<Suppression, CatalogueFault> {
        let date =
            |text: &str| Day::parse(text).ok_or_else(|| format!("`{text}` is no date; write 2026-01-31"));
        Ok(Suppression {
            rule_id: self.one(&raw.rule, |id| self.rule(id))?,
            line: self.fault(&raw.rule, String::new()).line.unwrap_or(1),
            account: self.maybe(raw.account.as_ref(), account)?,
            actor: self.maybe(raw.actor.as_ref(), Glob::parse)?,
            resource: self.maybe(raw.resource.as_ref(), ResourcePattern::parse)?,
            expires: self.maybe(raw.expires.as_ref(), date)?,
            reason: raw.reason,
            author: raw.author,
        })
    }
}

fn account(text: &str) -> Result<AccountId, String> {
    AccountId::if_well_formed(text).ok_or_else(|| format!("`{text}` is no account id; it has 12 digits"))
}

fn network(text: &str) -> Result<IpNet, String> {
    let alone = || text.parse().ok().map(|address: std::net::IpAddr| IpNet::from(address));
    text.parse()
        .ok()
        .or_else(alone)
        .ok_or_else(|| format!("`{text}` is no network; write one such as 10.0.0.0/8"))
}

/// Seconds of `90m`, `8h` or `2d`.
fn duration(text: &str) -> Result<i64, String> {
    let fault = || format!("`{text}` is no length of time; write one such as 90m, 8h or 2d");
    let unit = match text.as_bytes().last() {
        Some(b'm') => 60,
        Some(b'h') => 3_600,
        Some(b'd') => 86_400,
        _ => return Err(fault()),
    };
    let count: u32 = text.get(..text.len() - 1).and_then(|count| count.parse().ok()).ok_or_else(fault)?;
    if count == 0 { Err(fault()) } else { Ok(i64::from(count) * unit) }
}
