//! Who is behind a caller, in the words of the `actor` columns.
//!
//! Owns: the one rule that names a caller outside of mode sessions; those know
//! more of themselves (`session`).

use std::sync::Arc;

use crate::model::principal::Principal;

/// The person or thing behind a caller: root, else the source identity, the
/// user name, the role session name, the service, the ARN.
///
/// Source: facts/cloudtrail.md 1.2 (which type carries which field).
pub(super) fn of(principal: &Principal) -> Option<Arc<str>> {
    if principal.identity_type.as_deref() == Some("Root") {
        return Some(Arc::from("root"));
    }
    principal
        .source_identity
        .clone()
        .or_else(|| principal.user_name.clone())
        .or_else(|| principal.role_session_name().map(Arc::from))
        .or_else(|| principal.invoked_by.clone())
        .or_else(|| principal.arn.as_ref().map(|arn| Arc::from(arn.as_str())))
        .or_else(|| principal.account_id.as_ref().map(|account| Arc::from(account.as_str())))
}
