//! AMS change types that matter to the analysis.
//!
//! Owns: the form of `data/change_types.toml`. Does not read RFCs.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use crate::catalogue::fault::CatalogueFault;
use crate::model::id::{ChangeTypeId, ModeName};
use crate::model::rfc::RfcAction;

/// Who carries out an RFC of a change type.
///
/// Source: facts/ams.md 1.1 (automated: no person approves or acts; manual: an
/// AMS operator).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Automation {
    /// The change management system alone.
    Automated,
    /// An AMS operator.
    Manual,
}

/// Whom an RFC of a change type acts on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// The account that raised it.
    Own,
    /// The account named in the execution parameter of this name.
    Parameter(String),
    /// The record does not tell.
    Unknown,
}

/// One AMS change type.
#[derive(Clone, Debug)]
pub struct ChangeType {
    /// `ct-` and 13 characters.
    pub id: ChangeTypeId,
    /// Its name in the AMS change type reference; empty for one that only the
    /// user's modes name.
    pub name: String,
    /// What an RFC of it sets out to do.
    pub action: RfcAction,
    /// The mode that it opens.
    pub mode: Option<ModeName>,
    /// Who carries it out; `None` if not documented.
    pub automation: Option<Automation>,
    /// `automation` follows from AMS's naming rule and is not documented.
    pub inferred: bool,
    /// Whom it acts on.
    pub target: Target,
    /// `malz` or `salz`, where it exists in one alone.
    pub landing_zone: Option<&'static str>,
}

impl ChangeType {
    /// A change type of which only the id is known.
    pub(super) fn unlisted(id: &ChangeTypeId) -> Self {
        Self {
            id: id.clone(),
            name: String::new(),
            action: RfcAction::Other,
            mode: None,
            automation: None,
            inferred: false,
            target: Target::Unknown,
            landing_zone: None,
        }
    }
}

/// `ct-` and 13 lower-case letters or digits.
///
/// Source: facts/ams.md 1.4 (pattern seen in every documented id).
pub(super) fn is_change_type_id(text: &str) -> bool {
    text.strip_prefix("ct-").is_some_and(|rest| {
        rest.len() == 13 && rest.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase())
    })
}

/// `malz` or `salz`; the error says what it is instead.
pub(super) fn landing_zone(word: &str) -> Result<&'static str, String> {
    match word {
        "malz" => Ok("malz"),
        "salz" => Ok("salz"),
        other => Err(format!("`{other}` is no landing zone; write `malz` or `salz`")),
    }
}

/// Reads the table of change types.
pub(super) fn parse(text: &str) -> Result<BTreeMap<String, ChangeType>, CatalogueFault> {
    let file: File = toml::from_str(text).map_err(|error| CatalogueFault::from_toml(text, &error))?;
    let mut table = BTreeMap::new();
    for raw in file.change_type {
        let span = raw.id.span();
        let read = raw.check().map_err(|message| CatalogueFault::at(text, span.clone(), message))?;
        let id = read.id.as_str().to_owned();
        if table.insert(id.clone(), read).is_some() {
            return Err(CatalogueFault::at(text, span, format!("change type `{id}` stands twice")));
        }
    }
    Ok(table)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    change_type: Vec<RawChangeType>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawChangeType {
    id: Spanned<String>,
    name: String,
    action: String,
    mode: Option<String>,
    automation: Option<Automation>,
    #[serde(default)]
    inferred: bool,
    target: String,
    landing_zone: Option<String>,
}

impl RawChangeType {
    fn check(self) -> Result<ChangeType, String> {
        let id = self.id.into_inner();
        if !is_change_type_id(&id) {
            return Err(format!("`{id}` is no change type id"));
        }
        const ACTIONS: [RfcAction; 4] =
            [RfcAction::EnableMode, RfcAction::Destructive, RfcAction::Privilege, RfcAction::Other];
        let action = ACTIONS.into_iter().find(|action| action.as_str() == self.action);
        let target = match self.target.as_str() {
            "own" => Target::Own,
            "unknown" => Target::Unknown,
            other => {
                let parameter = other.strip_prefix("parameter:").filter(|name| !name.is_empty());
                Target::Parameter(parameter.ok_or(format!("`{other}` is no target"))?.to_owned())
            }
        };
        Ok(ChangeType {
            id: ChangeTypeId::new(id),
            name: self.name,
            action: action.ok_or(format!("`{}` is no action", self.action))?,
            mode: self.mode.map(ModeName::new),
            automation: self.automation,
            inferred: self.inferred,
            target,
            landing_zone: self.landing_zone.as_deref().map(landing_zone).transpose()?,
        })
    }
}
