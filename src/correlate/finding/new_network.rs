//! Destruction from a network that was never seen for that caller.
//!
//! Owns: this claim: "never" means in the baseline, and only of callers that the
//! baseline knows. Names of AWS services stand where addresses do, and are none.

use std::net::IpAddr;

use crate::model::actor::{Trait, network};

use super::breach::{self, is_service};
use super::origin;
use super::{Facts, Watch};

/// One claim per account, actor and network, and run of calls.
pub(super) fn watch(facts: Facts<'_>) -> Option<Box<dyn Watch + '_>> {
    let known = facts.known?;
    Some(breach::watch(
        facts,
        move |action, _| {
            let address = action.source_ip.as_deref()?;
            address.parse::<IpAddr>().ok()?;
            let network = network(address).into_owned();
            let new = !is_service(action) && known.is_new_value(action, Trait::Network, &network);
            new.then_some(network)
        },
        move |network, first| {
            let address = first.source_ip.as_deref().unwrap_or_default();
            let place = origin::told(facts.geoip, address).map(|told| format!(" ({address}: {told})"));
            let before = origin::compared(facts.geoip, address, known.values(first, Trait::Network));
            let place = place.unwrap_or_default();
            format!("from {network}{place}, where that caller was not seen in the baseline{before}")
        },
    ))
}
