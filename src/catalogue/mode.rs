//! Privileged modes and the roles that mark them.
//!
//! Owns: what a mode is, and whether a role's name is that of a marker role.

use crate::model::id::{ChangeTypeId, ModeName};
use crate::model::principal::last_segment;

/// A privileged mode.
///
/// Source: facts/ams.md 2.1, 2.3, 7.
#[derive(Clone, Debug)]
pub struct Mode {
    /// Its name in every table.
    pub name: ModeName,
    /// The roles that mark it.
    pub roles: Vec<MarkerRole>,
    /// Permissions boundaries its roles put on what they create.
    pub boundaries: Vec<String>,
    /// Change types that open it.
    pub change_types: Vec<ChangeTypeId>,
    /// One RFC provisions all of its roles.
    pub roles_together: bool,
}

/// A role whose presence or use shows that a mode is open.
#[derive(Clone, Debug)]
pub struct MarkerRole {
    /// The role's name, letters' case kept.
    pub name: String,
    /// `malz` or `salz`, where the role exists in one alone.
    pub landing_zone: Option<&'static str>,
    /// `<anything>-<name>` is this role too.
    pub prefixed: bool,
}

/// A role found to mark a mode.
#[derive(Clone, Copy, Debug)]
pub struct RoleMatch<'catalogue> {
    /// The mode.
    pub mode: &'catalogue Mode,
    /// Which of its roles.
    pub role: &'catalogue MarkerRole,
}

impl MarkerRole {
    /// Whether a role of that bare name is this one.
    pub(super) fn matches(&self, role_name: &str) -> bool {
        match role_name.strip_suffix(self.name.as_str()) {
            None => false,
            Some("") => true,
            Some(before) => self.prefixed && before.len() > 1 && before.ends_with('-'),
        }
    }
}

/// The bare name in a role's name, path or ARN, or in the ARN of one of its
/// sessions (`…:assumed-role/<role>/<session>`).
///
/// Source: facts/ams.md 6 (a role's ARN can carry a path; compare the last part).
pub(super) fn role_name_in(role_name_or_arn: &str) -> &str {
    let session = role_name_or_arn.split_once(":assumed-role/").map(|(_, rest)| rest);
    match session {
        Some(rest) => rest.split('/').next().unwrap_or(rest),
        None => last_segment(role_name_or_arn),
    }
}
