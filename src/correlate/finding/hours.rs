//! Destruction outside the business hours of the policy.
//!
//! Owns: this claim. It is about people: AWS services and the automation of AMS
//! work at any hour.

use crate::model::principal::PrincipalClass;

use super::Facts;
use super::breach::{claims, is_service};
use super::claim::Claim;

/// One claim per account and actor, and run of calls.
pub(super) fn find(facts: Facts<'_>) -> Vec<Claim<'_>> {
    claims(
        facts,
        |action, account| {
            let machine = is_service(action) || action.principal_class == PrincipalClass::AmsAutomation;
            facts.policy.outside_hours(account, action.event_time?).filter(|_| !machine)?;
            Some(String::new())
        },
        |_, first| {
            let account = first.account_id.as_ref();
            let local =
                account.zip(first.event_time).and_then(|(id, time)| facts.policy.outside_hours(id, time));
            format!("outside business hours, first at {}", local.unwrap_or_default())
        },
    )
}
