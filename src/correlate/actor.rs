//! Who is behind a caller, in the words of the `actor` columns.
//!
//! Owns: the one rule that names a caller outside of mode sessions, which know
//! more of themselves (`session`), and the one that tells AMS from customers.

use std::sync::Arc;

use crate::catalogue::Catalogue;
use crate::model::event::Event;
use crate::model::principal::{Principal, PrincipalClass};

/// The person or thing behind a caller.
pub(super) fn of(principal: &Principal) -> Option<Arc<str>> {
    principal.actor()
}

/// Whose hand made a call. A role of AMS counts as such only in the account it
/// acts in: anybody can give that name to a role of an account of his own.
///
/// Source: facts/ams.md 4.2 (documented names; check the account of the ARN).
pub(super) fn class(event: &Event, catalogue: &Catalogue) -> PrincipalClass {
    let caller = &event.principal;
    if let Some(class) = caller.role_name().and_then(|role| catalogue.ams_role(role)) {
        let own = caller.role_account().is_some() && caller.role_account() == event.account_id;
        return if own { class } else { PrincipalClass::Unknown };
    }
    match caller.identity_type.as_deref() {
        Some("AWSService") => PrincipalClass::AwsService,
        Some("Unknown") => PrincipalClass::Unknown,
        Some(_) => PrincipalClass::Customer,
        None if caller.invoked_by.is_some() => PrincipalClass::AwsService,
        None => PrincipalClass::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{ACCOUNT, call, wearing};
    use super::*;
    use crate::model::id::AccountId;

    #[test]
    fn ams_is_told_by_exact_role_and_account() {
        let catalogue = Catalogue::builtin();
        let by = |role: &str, account: &str| {
            let mut event = call(0, "ec2", "DeleteVolume");
            event.principal = wearing(role, "ASIAX", None).into();
            event.account_id = Some(AccountId::from(account));
            class(&event, &catalogue)
        };
        assert_eq!(by("ams-application-infra-admin", ACCOUNT), PrincipalClass::AmsOperator);
        assert_eq!(by("customer_ssm_automation_role", ACCOUNT), PrincipalClass::AmsAutomation);
        assert_eq!(by("ams-application-infra-admin", "999999999999"), PrincipalClass::Unknown);
        assert_eq!(by("ams-application-infra-admin-2", ACCOUNT), PrincipalClass::Customer);
        assert_eq!(by("AWSManagedServicesDevelopmentRole", ACCOUNT), PrincipalClass::Customer);
        assert_eq!(class(&call(0, "ec2", "DeleteVolume"), &catalogue), PrincipalClass::Customer);
    }
}
