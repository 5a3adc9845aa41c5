//! Where a thing lies, for comparing calls about it.

use crate::model::event::Event;

/// Services whose names hold for the whole account, or, for buckets, for all
/// accounts: the region of a call about them says nothing.
///
/// Source: facts/cloudtrail.md 1.5 (global services); S3 User Guide, "Bucket
/// naming rules".
const WITHOUT_REGION: [&str; 8] = [
    "account.amazonaws.com",
    "cloudfront.amazonaws.com",
    "globalaccelerator.amazonaws.com",
    "iam.amazonaws.com",
    "organizations.amazonaws.com",
    "route53.amazonaws.com",
    "s3.amazonaws.com",
    "shield.amazonaws.com",
];

/// Account and region of what a call is about; the region is empty where it says
/// nothing. `None` without an account: then no two calls can be compared.
pub(super) fn of(event: &Event) -> Option<(&str, &str)> {
    let account = event.account_id.as_ref()?.as_str();
    let region = event.region.as_ref().map(|region| region.as_str()).unwrap_or_default();
    let region = if WITHOUT_REGION.contains(&&*event.event_source) { "" } else { region };
    Some((account, region))
}
