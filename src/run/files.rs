//! What the user's own files say, beside the evidence: rules, modes, policy,
//! lists and keys.
//!
//! Owns: in which order they are read, as some of them name what others hold.
//! Opens no evidence: files of tickets are some.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{BaselineFrom, Options};
use crate::baseline;
use crate::catalogue::Catalogue;
use crate::correlate::{self, Baseline};
use crate::detect::RuleSet;
use crate::error::Error;
use crate::evidence::read::{Buffer, Hashes, read, whole};
use crate::geoip::GeoIp;
use crate::integrity::{self, PublicKey};
use crate::model::id::AccountId;
use crate::model::problem::Problem;
use crate::policy::Policy;
use crate::rulebook;
use crate::usage::BaselineTimes;

/// What the user's own files say, beside the evidence.
#[derive(Debug)]
pub(super) struct UserFiles {
    pub(super) catalogue: Catalogue,
    pub(super) rules: RuleSet,
    pub(super) unused_rules: Vec<Problem>,
    pub(super) policy: Policy,
    pub(super) baseline: Option<Baseline>,
    pub(super) expected_accounts: BTreeSet<AccountId>,
    pub(super) keys: Vec<PublicKey>,
    pub(super) geoip: GeoIp,
}

impl UserFiles {
    /// Reads all that the options name.
    ///
    /// # Errors
    /// The first file that cannot be used.
    pub(super) fn read(options: &Options) -> Result<Self, Error> {
        let catalogue = catalogue(options.modes.as_deref())?;
        let rules = rulebook::load(&options.rules, &catalogue)?;
        let (rules, unused_rules) = rulebook::load_sigma(rules, &options.sigma)?;
        let (policy, catalogue) = policy(options.policy.as_deref(), catalogue, &rules)?;
        Ok(Self {
            rules,
            unused_rules,
            catalogue,
            policy,
            baseline: baseline_of(options.baseline.as_ref())?,
            expected_accounts: expected_accounts(options.expect_accounts.as_deref())?,
            keys: public_keys(&options.public_keys)?,
            geoip: geoip(&options.geoip)?,
        })
    }

    /// The times of the baseline, if it is a part of the evidence.
    pub(super) fn baseline_times(&self) -> Option<BaselineTimes> {
        match self.baseline {
            Some(Baseline::Times(from, to)) => Some((from, to)),
            Some(Baseline::Callers { .. }) | None => None,
        }
    }
}

fn baseline_of(given: Option<&BaselineFrom>) -> Result<Option<Baseline>, Error> {
    match given {
        None => Ok(None),
        Some(BaselineFrom::Times(from, to)) => Ok(Some(Baseline::Times(*from, *to))),
        Some(BaselineFrom::Report(folder)) => baseline::of_report(folder).map(Some),
    }
}

fn catalogue(modes: Option<&Path>) -> Result<Catalogue, Error> {
    let catalogue = Catalogue::builtin();
    let Some(path) = modes else { return Ok(catalogue) };
    #[expect(clippy::disallowed_methods, reason = "a file of the user's own rules, no evidence")]
    let text = std::fs::read_to_string(path)
        .map_err(|source| Error::ModesUnreadable { path: path.to_owned(), source })?;
    catalogue.with_modes(&text).map_err(|fault| Error::ModesInvalid {
        path: path.to_owned(),
        line: fault.line.unwrap_or(1),
        message: fault.message,
    })
}

/// The policy, and the catalogue with the modes of it.
fn policy(path: Option<&Path>, catalogue: Catalogue, rules: &RuleSet) -> Result<(Policy, Catalogue), Error> {
    let Some(path) = path else { return Ok((Policy::default(), catalogue)) };
    #[expect(clippy::disallowed_methods, reason = "a file of the user's own rules, no evidence")]
    let text = std::fs::read_to_string(path)
        .map_err(|source| Error::PolicyUnreadable { path: path.to_owned(), source })?;
    let words = rules.words();
    let mut ids: BTreeSet<&str> = correlate::rule_ids().collect();
    ids.extend(words.iter().map(|words| &*words.rule_id));
    Policy::parse(&text, catalogue, &ids).map_err(|fault| Error::PolicyInvalid {
        path: path.to_owned(),
        line: fault.line.unwrap_or(1),
        message: fault.message,
    })
}

fn expected_accounts(list: Option<&Path>) -> Result<BTreeSet<AccountId>, Error> {
    let Some(path) = list else { return Ok(BTreeSet::new()) };
    #[expect(clippy::disallowed_methods, reason = "a list of the user's own, no evidence")]
    let text = std::fs::read_to_string(path)
        .map_err(|source| Error::AccountsUnreadable { path: path.to_owned(), source })?;
    correlate::parse_expected_accounts(&text).map_err(|(line, message)| Error::AccountsInvalid {
        path: path.to_owned(),
        line,
        message,
    })
}

/// The databases of countries and autonomous systems.
fn geoip(files: &[PathBuf]) -> Result<GeoIp, Error> {
    let mut geoip = GeoIp::default();
    for path in files {
        let invalid = |why: String| Error::GeoIp { path: path.clone(), why };
        let bytes = whole(path).map_err(|error| invalid(error.to_string()))?;
        geoip.add(bytes).map_err(invalid)?;
    }
    Ok(geoip)
}

/// Reads the files of public keys that the user gave.
pub(super) fn public_keys(files: &[PathBuf]) -> Result<Vec<PublicKey>, Error> {
    let mut keys = Vec::new();
    for path in files {
        let mut buffer = Buffer::default();
        let content = read(path, Hashes::Both, &mut buffer);
        let invalid = |why: String| Error::PublicKeys { path: path.clone(), why };
        if let Some(fault) = content.faults.first() {
            return Err(invalid(fault.detail.clone()));
        }
        let text = String::from_utf8_lossy(buffer.content()).into_owned();
        let listed = integrity::list_of_keys(text.trim_start_matches('\u{feff}'));
        let listed = listed.ok_or_else(|| invalid("it is not what list-public-keys prints".to_owned()))?;
        for key in listed {
            keys.push(key.map_err(invalid)?);
        }
    }
    Ok(keys)
}
