//! Destruction from outside the trusted networks of the policy.
//!
//! Owns: this claim. Names of AWS services stand where addresses do, and are none.

use std::net::IpAddr;

use super::Facts;
use super::breach::claims;
use super::claim::Claim;
use super::origin;

/// One claim per account, actor and address, and run of calls.
pub(super) fn find(facts: Facts<'_>) -> Vec<Claim<'_>> {
    claims(
        facts,
        |action, _| {
            let address: IpAddr = action.source_ip.as_deref()?.parse().ok()?;
            (facts.policy.trusts(address) == Some(false)).then(|| address.to_string())
        },
        |address, _| {
            format!("from {}, which lies in no trusted network", origin::located(facts.geoip, address))
        },
    )
}
