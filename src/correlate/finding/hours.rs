//! Destruction outside the business hours of the policy.
//!
//! Owns: this claim. It is about people: AWS services and the automation of AMS
//! work at any hour.

use crate::model::principal::PrincipalClass;
use crate::policy::Topic;

use super::breach::{self, is_service};
use super::{Facts, Watch};

/// One claim per account and actor, and run of calls.
pub(super) fn watch(facts: Facts<'_>) -> Option<Box<dyn Watch + '_>> {
    facts.policy.says(Topic::Hours).then(|| {
        breach::watch(
            facts,
            move |action, account| {
                let machine = is_service(action) || action.principal_class == PrincipalClass::AmsAutomation;
                facts.policy.outside_hours(account, action.event_time?).filter(|_| !machine)?;
                Some(String::new())
            },
            move |_, first| {
                let account = first.account_id.as_ref();
                let local =
                    account.zip(first.event_time).and_then(|(id, time)| facts.policy.outside_hours(id, time));
                format!("outside business hours, first at {}", local.unwrap_or_default())
            },
        )
    })
}
