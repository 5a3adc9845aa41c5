//! Destruction in a service that the caller had not used in the baseline.
//!
//! Owns: this claim, only of callers that the baseline knows.

use crate::model::actor::Trait;

use super::Facts;
use super::breach::{claims, is_service};
use super::claim::Claim;

/// One claim per account, actor and service, and run of calls.
pub(super) fn find(facts: Facts<'_>) -> Vec<Claim<'_>> {
    let Some(known) = facts.known else { return Vec::new() };
    claims(
        facts,
        |action, _| {
            let service = &*action.event_source;
            let new = !is_service(action) && known.is_new_value(action, Trait::Service, service);
            new.then(|| service.to_owned())
        },
        |service, _| format!("in {service}, which that caller had not used in the baseline"),
    )
}
