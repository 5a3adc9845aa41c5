//! Destruction from outside the trusted networks of the policy.
//!
//! Owns: this claim. Names of AWS services stand where addresses do, and are none.

use std::net::IpAddr;

use crate::policy::Topic;

use super::breach;
use super::origin;
use super::{Facts, Watch};

/// One claim per account, actor and address, and run of calls.
pub(super) fn watch(facts: Facts<'_>) -> Option<Box<dyn Watch + '_>> {
    facts.policy.says(Topic::Networks).then(|| {
        breach::watch(
            facts,
            move |action, _| {
                let address: IpAddr = action.source_ip.as_deref()?.parse().ok()?;
                (facts.policy.trusts(address) == Some(false)).then(|| address.to_string())
            },
            move |address, _| {
                format!("from {}, which lies in no trusted network", origin::located(facts.geoip, address))
            },
        )
    })
}
