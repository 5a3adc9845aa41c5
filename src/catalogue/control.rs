//! Which controls of which frameworks a rule bears on, and what evidence it
//! takes to say that a rule found nothing.
//!
//! Owns: the form of `data/controls.csv` and `data/rule_controls.toml`. Does not
//! know the rules themselves; a test holds the two against each other.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Deserialize;

use crate::catalogue::fault::CatalogueFault;
use crate::catalogue::rows::rows;

/// The framework whose ids stand alone in lists of controls, as they name AMS.
const AMS: &str = "ams";

/// The framework of controls that no list of ours holds.
pub const OTHER: &str = "other";

/// One control.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ControlId {
    /// The framework, with its version.
    pub framework: String,
    /// The id in it.
    pub control: String,
}

impl ControlId {
    /// As it stands in the `controls` of a finding: `framework:id`, but the bare
    /// id for AMS and for controls that no framework of ours holds.
    pub fn spelled(&self) -> String {
        match self.framework.as_str() {
            AMS | OTHER => self.control.clone(),
            framework => format!("{framework}:{}", self.control),
        }
    }
}

/// Evidence that a rule needs besides records of calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// Records of the region where IAM and Organizations record their calls.
    GlobalServices,
    /// Records of data events.
    DataEvents,
    /// RFCs of an archive, or calls to the change management of AMS.
    Rfcs,
    /// Change tickets that the policy names.
    Tickets,
    /// Something that tells the bucket of a trail.
    LogBuckets,
    /// A part of the evidence, or an older report, to compare with.
    Baseline,
    /// A policy that says which modes are allowed.
    PolicyModes,
    /// A policy that says how long a mode may be open.
    PolicyOpenTime,
    /// A policy that names approvers or submitters.
    PolicyApprovers,
    /// A policy that has change freezes.
    PolicyFreezes,
    /// A policy that has business hours.
    PolicyHours,
    /// A policy that has trusted networks.
    PolicyNetworks,
    /// A policy that protects resources.
    PolicyProtected,
}

impl Need {
    /// Whether accounts have it one by one, so that some may lack it.
    pub const fn is_of_accounts(self) -> bool {
        matches!(self, Self::GlobalServices | Self::DataEvents | Self::Rfcs)
    }

    /// What is lacking, as a part of a sentence.
    pub const fn lack(self) -> &'static str {
        match self {
            Self::GlobalServices => "no record of us-east-1, where IAM and Organizations record",
            Self::DataEvents => "no data event seen",
            Self::Rfcs => "no RFC evidence",
            Self::Tickets => "no change ticket",
            Self::LogBuckets => "no bucket of a trail known",
            Self::Baseline => "no baseline to compare with",
            Self::PolicyModes => "no policy says which modes are allowed",
            Self::PolicyOpenTime => "no policy says how long a mode may be open",
            Self::PolicyApprovers => "no policy names approvers",
            Self::PolicyFreezes => "no policy has change freezes",
            Self::PolicyHours => "no policy has business hours",
            Self::PolicyNetworks => "no policy has trusted networks",
            Self::PolicyProtected => "no policy protects resources",
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    map: Vec<MapRow>,
    none: Vec<NoneRow>,
    need: Vec<NeedRow>,
}

/// `about` is for whoever reads the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct MapRow {
    #[serde(rename = "about")]
    _about: Option<String>,
    rules: Vec<String>,
    /// Names of the calls that the row is about; without them, whatever the rules
    /// find.
    #[serde(default)]
    calls: Vec<String>,
    controls: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NoneRow {
    rules: Vec<String>,
    why: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NeedRow {
    evidence: Need,
    rules: Vec<String>,
}

/// All controls, and the rules that bear on them.
#[derive(Debug, Default)]
pub struct Controls {
    /// Titles; controls in the order of the file, which is that of frameworks.
    titles: Vec<(ControlId, &'static str)>,
    /// By rule and control; `None` for whatever the rule finds, else the calls that
    /// the control is about.
    of_rule: BTreeMap<String, BTreeMap<ControlId, Option<BTreeSet<String>>>>,
    without: BTreeMap<String, String>,
    needs: BTreeMap<String, BTreeSet<Need>>,
}

impl Controls {
    pub(super) fn parse(titles: &'static str, mapping: &str) -> Result<Self, CatalogueFault> {
        let mut read = Self::default();
        for (line, [framework, control, title]) in rows(titles, "framework,control,title")? {
            let id = ControlId { framework: framework.to_owned(), control: control.to_owned() };
            if read.title(&id).is_some() {
                return Err(CatalogueFault::at_line(line, format!("`{control}` stands twice")));
            }
            read.titles.push((id, title));
        }
        let file: File =
            toml::from_str(mapping).map_err(|error| CatalogueFault::from_toml(mapping, &error))?;
        for row in file.map {
            for spelled in &row.controls {
                let id = read.known(spelled)?;
                for rule in &row.rules {
                    let of_rule = read.of_rule.entry(rule.clone()).or_default();
                    let calls = of_rule.entry(id.clone()).or_insert_with(|| Some(BTreeSet::new()));
                    match calls {
                        Some(calls) if !row.calls.is_empty() => calls.extend(row.calls.iter().cloned()),
                        calls => *calls = None,
                    }
                }
            }
        }
        for row in file.none {
            read.without.extend(row.rules.into_iter().map(|rule| (rule, row.why.clone())));
        }
        for row in file.need {
            for rule in row.rules {
                read.needs.entry(rule).or_default().insert(row.evidence);
            }
        }
        Ok(read)
    }

    fn known(&self, spelled: &str) -> Result<ControlId, CatalogueFault> {
        let id = spelled.split_once(':').map(|(framework, control)| ControlId {
            framework: framework.to_owned(),
            control: control.to_owned(),
        });
        id.filter(|id| self.title(id).is_some()).ok_or_else(|| CatalogueFault {
            line: None,
            message: format!("`{spelled}` is no control of data/controls.csv"),
        })
    }

    /// Every control with its title.
    pub fn all(&self) -> impl Iterator<Item = (&ControlId, &'static str)> {
        self.titles.iter().map(|(id, title)| (id, *title))
    }

    /// The title of a control; `None` for one that is not ours.
    pub fn title(&self, id: &ControlId) -> Option<&'static str> {
        self.titles.iter().find(|(known, _)| known == id).map(|(_, title)| *title)
    }

    /// The control that a list of controls spells so: `framework:id`, a bare id
    /// of AMS, or anything else that a user's rule says.
    pub fn read(&self, spelled: &str) -> ControlId {
        let of = |framework: &str, control: &str| ControlId {
            framework: framework.to_owned(),
            control: control.to_owned(),
        };
        let named = spelled.split_once(':').map(|(framework, control)| of(framework, control));
        let ours = |id: &ControlId| self.titles.iter().any(|(known, _)| known.framework == id.framework);
        named
            .filter(ours)
            .or_else(|| Some(of(AMS, spelled)).filter(|id| self.title(id).is_some()))
            .unwrap_or_else(|| of(OTHER, spelled))
    }

    /// The controls that a rule may bear on, besides those that it names itself.
    pub fn of_rule(&self, rule_id: &str) -> impl Iterator<Item = &ControlId> {
        self.of_rule.get(rule_id).into_iter().flat_map(BTreeMap::keys)
    }

    /// Those of them that a finding of these calls bears on.
    pub fn of_calls(&self, rule_id: &str, made: &BTreeSet<Arc<str>>) -> impl Iterator<Item = &ControlId> {
        let all = self.of_rule.get(rule_id).into_iter().flatten();
        let bears = |calls: &Option<BTreeSet<String>>| {
            calls.as_ref().is_none_or(|calls| made.iter().any(|name| calls.contains(&**name)))
        };
        all.filter(move |(_, calls)| bears(calls)).map(|(control, _)| control)
    }

    /// The rules that are mapped.
    pub fn mapped(&self) -> impl Iterator<Item = &str> {
        self.of_rule.keys().map(String::as_str)
    }

    /// The rules that no control hangs on, and why.
    pub fn without(&self) -> impl Iterator<Item = (&str, &str)> {
        self.without.iter().map(|(rule, why)| (rule.as_str(), why.as_str()))
    }

    /// What a rule needs before it can be said that it found nothing.
    pub fn needs(&self, rule_id: &str) -> impl Iterator<Item = Need> {
        self.needs.get(rule_id).into_iter().flatten().copied()
    }

    /// The rules that need more than records of calls.
    pub fn needing(&self) -> impl Iterator<Item = &str> {
        self.needs.keys().map(String::as_str)
    }
}
