//! The accounts and the roles that all stories share. Everything is made up.

/// Management (payer) account of the multi-account landing zone.
pub(crate) const MANAGEMENT: &str = "111122223333";
/// Log archive account; its bucket holds every account's logs.
pub(crate) const LOG_ARCHIVE: &str = "222233334444";
/// Application account: the orders project.
pub(crate) const ORDERS: &str = "333344445555";
/// Application account: the billing project.
pub(crate) const BILLING: &str = "444455556666";
/// Application account: the web shop.
pub(crate) const SHOP: &str = "555566667777";
/// Application account: the data lake.
pub(crate) const LAKE: &str = "666677778888";
/// The single-account landing zone.
pub(crate) const SINGLE: &str = "777788889999";

/// Developer mode role of a multi-account landing zone.
pub(crate) const DEVELOPER: &str = "AWSManagedServicesDevelopmentRole";
/// Developer mode role of a single-account landing zone.
pub(crate) const SALZ_DEVELOPER: &str = "customer_developer_role";
/// First role of direct change mode.
pub(crate) const STACK_ADMIN: &str = "AWSManagedServicesCloudFormationAdminRole";
/// Second role of direct change mode.
pub(crate) const UPDATE: &str = "AWSManagedServicesUpdateRole";
/// A break-glass role of the customer's own, in no catalogue.
pub(crate) const BREAK_GLASS: &str = "BreakGlassAdmin";
/// The role AMS automation uses to set up IAM.
pub(crate) const DEPLOYER: &str = "ams_ssm_iam_deployment_role";
/// The role of AMS operators in application accounts.
pub(crate) const OPERATOR: &str = "ams-application-infra-admin";
/// The role that runs change type automations on the customer's behalf.
pub(crate) const SSM_AUTOMATION: &str = "customer_ssm_automation_role";
/// The everyday administrator role of the customer.
pub(crate) const ADMIN: &str = "AWSManagedServicesAdminRole";
