//! The roles of AMS itself, by the names that AMS documents.
//!
//! Owns: the form of `data/ams_roles.toml`. A name proves nothing by itself: in
//! which account the role lies is for who asks.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::catalogue::fault::CatalogueFault;
use crate::model::principal::PrincipalClass;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AmsRoles {
    operator: BTreeSet<String>,
    automation: BTreeSet<String>,
}

impl AmsRoles {
    pub(super) fn parse(text: &str) -> Result<Self, CatalogueFault> {
        toml::from_str(text).map_err(|fault| CatalogueFault::at_line(1, fault.message().to_owned()))
    }

    /// Whose role it is by its exact name; `None` for all other names.
    pub(super) fn class(&self, role_name: &str) -> Option<PrincipalClass> {
        if self.operator.contains(role_name) {
            Some(PrincipalClass::AmsOperator)
        } else if self.automation.contains(role_name) {
            Some(PrincipalClass::AmsAutomation)
        } else {
            None
        }
    }
}
