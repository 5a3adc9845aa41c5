//! The rows of the table of forms for exports of settings (IAM, AWS Config,
//! trails, organizations), for sign files, and for what is not opened.
//!
//! Source: facts/cloudtrail.md 4.

use super::{DocumentKind, Format, Reading, row};

/// Output of `aws iam get-account-authorization-details`.
pub(super) const IAM_AUTHORIZATION_DETAILS: Format = row(
    "iam_authorization_details",
    &[&["RoleDetailList", "UserDetailList", "GroupDetailList"]],
    Reading::Document(DocumentKind::IamAuthorizationDetails),
    "output of `aws iam get-account-authorization-details`",
    "object with `RoleDetailList`",
);

/// Raw answer of `GetAccountAuthorizationDetails`.
pub(super) const IAM_AUTHORIZATION_ANSWER: Format = row(
    "iam_authorization_answer",
    &[&["GetAccountAuthorizationDetailsResponse"]],
    Reading::Object("GetAccountAuthorizationDetailsResponse"),
    "raw answer of `GetAccountAuthorizationDetails`",
    "object with `GetAccountAuthorizationDetailsResponse`",
);

/// Result inside a raw answer of `GetAccountAuthorizationDetails`.
pub(super) const IAM_AUTHORIZATION_RESULT: Format = row(
    "iam_authorization_result",
    &[&["GetAccountAuthorizationDetailsResult"]],
    Reading::Object("GetAccountAuthorizationDetailsResult"),
    "result inside a raw answer of `GetAccountAuthorizationDetails`",
    "object with `GetAccountAuthorizationDetailsResult`",
);

/// AWS Config snapshot or history.
pub(super) const CONFIG_ITEMS: Format = row(
    "config_items",
    &[&["configurationItems"]],
    Reading::Document(DocumentKind::ConfigItems),
    "AWS Config snapshot or history",
    "object with `configurationItems`",
);

/// Output of `aws cloudtrail describe-trails`.
pub(super) const TRAIL_DESCRIPTION: Format = row(
    "trail_description",
    &[&["trailList"]],
    Reading::Document(DocumentKind::TrailDescription),
    "output of `aws cloudtrail describe-trails`",
    "object with `trailList`",
);

/// Output of `aws cloudtrail get-trail`.
pub(super) const TRAIL: Format = row(
    "trail",
    &[&["Trail"]],
    Reading::Document(DocumentKind::TrailDescription),
    "output of `aws cloudtrail get-trail`",
    "object with `Trail` and an `S3BucketName` in it",
)
.holding("\"S3BucketName\"");

/// Output of `aws cloudtrail get-trail-status`.
pub(super) const TRAIL_STATUS: Format = row(
    "trail_status",
    &[&["IsLogging"], &["StartLoggingTime", "LatestDeliveryTime", "TimeLoggingStarted"]],
    Reading::Document(DocumentKind::TrailStatus),
    "output of `aws cloudtrail get-trail-status`",
    "object with `IsLogging`",
);

/// Output of `aws cloudtrail get-event-selectors`.
pub(super) const EVENT_SELECTORS: Format = row(
    "event_selectors",
    &[&["TrailARN"], &["EventSelectors", "AdvancedEventSelectors"]],
    Reading::Document(DocumentKind::EventSelectors),
    "output of `aws cloudtrail get-event-selectors`",
    "object with `TrailARN` and `EventSelectors`",
);

/// Output of `aws iam get-role`.
pub(super) const IAM_ROLE: Format = row(
    "iam_role",
    &[&["Role"]],
    Reading::Document(DocumentKind::IamRoles),
    "output of `aws iam get-role`",
    "object with `Role` and a `RoleName` in it",
)
.holding("\"RoleName\"");

/// Output of `aws iam list-roles`.
pub(super) const IAM_ROLES: Format = row(
    "iam_roles",
    &[&["Roles"]],
    Reading::Document(DocumentKind::IamRoles),
    "output of `aws iam list-roles`",
    "object with `Roles` and a `RoleName` in it",
)
.holding("\"RoleName\"");

/// Output of `aws iam get-credential-report`.
pub(super) const CREDENTIAL_REPORT_ANSWER: Format = row(
    "credential_report_answer",
    &[&["Content"], &["ReportFormat", "GeneratedTime"]],
    Reading::Document(DocumentKind::CredentialReport),
    "output of `aws iam get-credential-report`",
    "object with `Content` and `ReportFormat`",
);

/// Output of `aws organizations list-accounts`.
pub(super) const ORGANIZATION_ACCOUNTS: Format = row(
    "organization_accounts",
    &[&["Accounts"]],
    Reading::Document(DocumentKind::OrganizationAccounts),
    "output of `aws organizations list-accounts`",
    "object with `Accounts` and an organization's ARN in it",
)
.holding(":organizations:");

/// IAM credential report, as CSV.
pub(super) const CREDENTIAL_REPORT: Format = row(
    "credential_report",
    &[],
    Reading::Document(DocumentKind::CredentialReport),
    "IAM credential report",
    "its header",
);

/// The sign file of query results of CloudTrail Lake.
///
/// Source: facts/cloudtrail.md 3.7.
pub(super) const LAKE_QUERY_SIGN: Format = row(
    "lake_query_sign",
    &[&["hashSignature"], &["files"], &["publicKeyFingerprint"]],
    Reading::Document(DocumentKind::QueryResultSign),
    "sign file of CloudTrail Lake query results (`result_sign.json`)",
    "object with `hashSignature`, `files` and `publicKeyFingerprint`",
);

/// ORC, which Athena writes on demand: told before any content is looked at.
///
/// Source: facts/cloudtrail.md 2.2 row 22.
pub(super) const ORC: Format = row(
    "orc",
    &[],
    Reading::NotEvidence("ORC"),
    "any table as ORC (Athena UNLOAD, CTAS): export the same rows as Parquet or JSON instead",
    "begins with `ORC`",
);
