//! What operations destroy, which change types matter, and which roles mark a
//! privileged mode: knowledge about AWS and AMS, as data.
//!
//! Owns: the files below `data/`, their form, and the judgement of one event by
//! them. Sees one event at a time; opens no file; knows no severity.
//!
//! ```text
//!  operations.csv ──▶ OperationTable ─┐
//!  conditions.toml ─▶ Conditions ─────┼─▶ Catalogue::judge(event) ─▶ Judgement
//!  (verb rule) ───────────────────────┘
//!  inverses.csv ─▶ Inverses ─┬─▶ Catalogue::may_explain_loss(name)
//!  copies.csv ───▶ Copyings ─┘   and what undid, copied or destroyed what
//!  waits.csv ────▶ Catalogue::wait(name)
//!  protections.csv ─▶ Catalogue::protections(call)
//!  change_types.toml ─▶ Catalogue::change_type(id)
//!  modes.toml + the user's file ─▶ Catalogue::mode_of_role(name)
//!  workloads.toml ─▶ Catalogue::workloads(call)
//!  ams_roles.toml ─▶ Catalogue::ams_role(name)
//!  controls.csv, rule_controls.toml ─▶ Catalogue::controls()
//! ```

mod ams_role;
mod change_type;
mod condition;
mod control;
mod copying;
mod fault;
mod inverse;
mod judge;
mod mode;
mod mode_file;
mod naming;
mod needed;
mod operation;
mod path;
mod protection;
mod recovery;
mod rows;
mod verb;
mod wait;
mod witness;
mod workload;

use std::collections::BTreeMap;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::model::principal::PrincipalClass;
use crate::model::rfc::RfcAction;

pub use change_type::{Automation, ChangeType, Target};
pub use control::{ControlId, Controls, Need, OTHER};
pub use copying::{Copied, Copying, Operand};
pub use fault::CatalogueFault;
pub use inverse::{Inverse, UndoKind};
pub use judge::Judgement;
pub use mode::{MarkerRole, Mode, RoleMatch};
pub use mode_file::ModeProfile;
pub use naming::bare;
pub(crate) use path::{is_something, member, text_of};
pub use protection::Protection;
pub use wait::{Wait, WaitEnd};
pub use witness::setting_names;
pub use workload::{Workload, WorkloadCall, is_shape, session_shape};

use ams_role::AmsRoles;
use condition::Conditions;
use copying::Copyings;
use inverse::Inverses;
use operation::OperationTable;
use protection::Protections;
use wait::Waits;
use witness::Witnesses;
use workload::Workloads;

const OPERATIONS: &str = include_str!("data/operations.csv");
const CONDITIONS: &str = include_str!("data/conditions.toml");
const INVERSES: &str = include_str!("data/inverses.csv");
const COPIES: &str = include_str!("data/copies.csv");
const PROTECTIONS: &str = include_str!("data/protections.csv");
const WAITS: &str = include_str!("data/waits.csv");
const CHANGE_TYPES: &str = include_str!("data/change_types.toml");
const MODES: &str = include_str!("data/modes.toml");
const AMS_ROLES: &str = include_str!("data/ams_roles.toml");
const WORKLOADS: &str = include_str!("data/workloads.toml");
const CONTROLS: &str = include_str!("data/controls.csv");
const RULE_CONTROLS: &str = include_str!("data/rule_controls.toml");

/// Everything the analysis knows about AWS and AMS before it sees a record.
#[derive(Debug)]
pub struct Catalogue {
    operations: OperationTable,
    conditions: Conditions,
    inverses: Inverses,
    copyings: Copyings,
    waits: Waits,
    protections: Protections,
    witnesses: Witnesses,
    change_types: BTreeMap<String, ChangeType>,
    modes: Vec<Mode>,
    workloads: Workloads,
    ams_roles: AmsRoles,
    controls: Controls,
    hash: Sha256,
    sha256: String,
}

impl Catalogue {
    /// The catalogue that is part of the program.
    ///
    /// # Panics
    ///
    /// Never, as a test loads it: a broken embedded file is a bug.
    pub fn builtin() -> Self {
        Self::embedded().expect("the embedded catalogue loads; the test of the same name proves it")
    }

    fn embedded() -> Result<Self, CatalogueFault> {
        let mut operations = OperationTable::parse(OPERATIONS)?;
        let conditions = Conditions::parse(CONDITIONS, &mut operations)?;
        let inverses = Inverses::parse(INVERSES)?;
        let copyings = Copyings::parse(COPIES)?;
        let protections = Protections::parse(PROTECTIONS)?;
        let witnesses = Witnesses::of(&inverses, &copyings, &protections);
        let change_types = change_type::parse(CHANGE_TYPES)?;
        let mut catalogue = Self {
            operations,
            conditions,
            inverses,
            copyings,
            waits: Waits::parse(WAITS)?,
            protections,
            witnesses,
            change_types,
            modes: Vec::new(),
            workloads: Workloads::parse(WORKLOADS)?,
            ams_roles: AmsRoles::parse(AMS_ROLES)?,
            controls: Controls::parse(CONTROLS, RULE_CONTROLS)?,
            hash: Sha256::new(),
            sha256: String::new(),
        };
        let knowledge = [OPERATIONS, CONDITIONS, INVERSES, COPIES, WAITS, CHANGE_TYPES, WORKLOADS, AMS_ROLES];
        for text in knowledge.into_iter().chain([CONTROLS, RULE_CONTROLS, PROTECTIONS]) {
            catalogue.add_to_hash(text);
        }
        catalogue.with_modes(MODES)
    }

    /// Adds the user's modes: new ones, or more roles, boundaries and change
    /// types of those that are there. The text has the form of `data/modes.toml`.
    ///
    /// # Errors
    ///
    /// The first thing wrong with the text, with its line where it has one.
    pub fn with_modes(mut self, toml: &str) -> Result<Self, CatalogueFault> {
        mode_file::add(toml, &mut self.modes)?;
        self.modes_added(toml);
        Ok(self)
    }

    /// The same for profiles that were read from `text` already: those of a policy.
    ///
    /// # Errors
    ///
    /// The first thing wrong with them, with its line.
    pub fn with_profiles(mut self, text: &str, profiles: Vec<ModeProfile>) -> Result<Self, CatalogueFault> {
        if !profiles.is_empty() {
            mode_file::add_profiles(text, profiles, &mut self.modes)?;
            self.modes_added(text);
        }
        Ok(self)
    }

    fn modes_added(&mut self, text: &str) {
        for mode in &self.modes {
            for id in &mode.change_types {
                let known = self.change_types.entry(id.as_str().to_owned());
                let entry = known.or_insert_with(|| ChangeType::unlisted(id));
                entry.mode = Some(mode.name.clone());
                entry.action = RfcAction::EnableMode;
            }
        }
        self.add_to_hash(text);
    }

    fn add_to_hash(&mut self, text: &str) {
        self.hash.update((text.len() as u64).to_be_bytes());
        self.hash.update(text.as_bytes());
        let digest = self.hash.clone().finalize();
        self.sha256 = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    }

    /// SHA-256 over all data of the catalogue, the user's modes included, in
    /// lower-case hex.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// Whether a succeeded call of that name could tell what became of a loss: it
    /// may undo one, make a copy, or set how long deleted things are kept. Cheap:
    /// asked of every record of a dump.
    pub fn may_explain_loss(&self, event_source: &str, event_name: &str) -> bool {
        !judge::is_read_name(event_name) && self.witnesses.needed(event_source, event_name).is_some()
    }

    /// As much of the raw request and response of such a call as tells what it
    /// undoes, copies, sets or protects.
    pub fn told_of_loss(&self, (source, name): (&str, &str), columns: [Option<&str>; 2]) -> [Value; 2] {
        let [request, response] = columns;
        self.witnesses.needed(source, name).map_or_else(Default::default, |[of_request, of_response]| {
            [of_request.read(request), of_response.read(response)]
        })
    }

    /// The pairs of which a call of that name is the first, as places for
    /// [`Self::inverse`].
    pub fn undone_by(&self, event_source: &str, event_name: &str) -> &[usize] {
        self.inverses.of_doing(event_source, event_name)
    }

    /// The pairs of which a call of that name is the second, as places for
    /// [`Self::inverse`].
    pub fn undoes(&self, event_source: &str, event_name: &str) -> &[usize] {
        self.inverses.of_undoing(event_source, event_name)
    }

    /// The pair at a place.
    pub fn inverse(&self, place: usize) -> Option<&Inverse> {
        self.inverses.get(place)
    }

    /// The kinds of copies that a call of that name makes.
    pub fn copyings(&self, event_source: &str, event_name: &str) -> &[Copying] {
        self.copyings.of(event_source, event_name)
    }

    /// What a call of that name destroys, if copies of it, or it as a copy, are
    /// known to the catalogue.
    pub fn operand(&self, event_source: &str, event_name: &str) -> Option<&Operand> {
        self.copyings.operand(event_source, event_name)
    }

    /// How long a call of that name waits before it deletes.
    pub fn wait(&self, event_source: &str, event_name: &str) -> Option<&Wait> {
        self.waits.find(event_source, event_name)
    }

    /// What a succeeded call says of the protection of things against deletion:
    /// `call` is event source and event name without API date, `columns` its parsed
    /// request and response.
    pub fn protections(&self, call: (&str, &str), columns: (&Value, &Value)) -> Vec<Protection> {
        self.protections.said(call, columns)
    }

    /// The things whose protection a succeeded call is about.
    pub fn protected_things(&self, call: (&str, &str), columns: (&Value, &Value)) -> Vec<String> {
        self.protections.things(call, columns)
    }

    /// Whether calls of that name say how things are protected against deletion.
    pub fn tells_protection(&self, call: (&str, &str)) -> bool {
        self.protections.holds(call)
    }

    /// The change type of that id; `None` for one that does not matter here.
    pub fn change_type(&self, id: &str) -> Option<&ChangeType> {
        self.change_types.get(id)
    }

    /// All modes, the program's own first.
    pub fn modes(&self) -> &[Mode] {
        &self.modes
    }

    /// The mode that a role marks, told by the role's name or ARN, or by the ARN
    /// of one of its sessions; `None` if it marks none.
    pub fn mode_of_role(&self, role_name_or_arn: &str) -> Option<RoleMatch<'_>> {
        let name = mode::role_name_in(role_name_or_arn);
        self.modes.iter().find_map(|mode| {
            let role = mode.roles.iter().find(|role| role.matches(name))?;
            Some(RoleMatch { mode, role })
        })
    }

    /// What a call makes, changes or starts that then runs under a role of its
    /// own: `call` is event source and event name without API date, `columns`
    /// its parsed request and response.
    pub fn workloads(&self, call: (&str, &str), columns: (&Value, &Value)) -> Vec<Workload> {
        self.workloads.of(call, columns)
    }

    /// Whose role it is, if AMS documents that very name as its own.
    pub fn ams_role(&self, role_name: &str) -> Option<PrincipalClass> {
        self.ams_roles.class(role_name)
    }

    /// The controls of frameworks, and the rules that bear on them.
    pub const fn controls(&self) -> &Controls {
        &self.controls
    }

    /// The bare names of all marker roles: a record that holds none of them
    /// anywhere has nothing to do with a marker role.
    pub fn role_name_patterns(&self) -> Vec<&str> {
        self.modes.iter().flat_map(|mode| &mode.roles).map(|role| role.name.as_str()).collect()
    }
}

#[cfg(test)]
mod tests;
