//! Destruction in a service that the caller had not used in the baseline.
//!
//! Owns: this claim, only of callers that the baseline knows.

use crate::model::actor::Trait;

use super::breach::{self, is_service};
use super::{Facts, Watch};

/// One claim per account, actor and service, and run of calls.
pub(super) fn watch(facts: Facts<'_>) -> Option<Box<dyn Watch + '_>> {
    let known = facts.known?;
    Some(breach::watch(
        facts,
        move |action, _| {
            let service = &*action.event_source;
            let new = !is_service(action) && known.is_new_value(action, Trait::Service, service);
            new.then(|| service.to_owned())
        },
        move |service, _| format!("in {service}, which that caller had not used in the baseline"),
    ))
}
