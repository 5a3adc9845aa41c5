//! The line that tells what to do about a destructive call.
//!
//! Owns: the few sentences from which those lines are made.

use crate::model::destructive::{Category, Reversibility};

/// What to say of a call whose parameters were not recorded though they decide.
pub(super) const PARAMETERS_NOT_RECORDED: &str =
    "the parameters were not recorded, so what it changed is unknown; compare the present settings";

/// One line, from what the catalogue notes: a sentence stands as it is, the
/// names of opposite operations get one, and nothing gets the category's own.
pub(super) fn line(category: Category, reversibility: Reversibility, noted: &str) -> String {
    if noted.contains(' ') {
        return noted.to_owned();
    }
    if noted.is_empty() {
        return fallback(category, reversibility).to_owned();
    }
    let calls = noted.replace('/', " or ");
    match reversibility {
        Reversibility::Reversible => format!("call {calls} to undo it"),
        Reversibility::Recoverable | Reversibility::RecoverableUntil => {
            format!("call {calls} while what was deleted is still kept")
        }
        Reversibility::Rebuildable => format!("make it again with {calls} and its former settings"),
        Reversibility::Irreversible => {
            format!("gone for good; {calls} brings back only what a snapshot or backup holds")
        }
        Reversibility::Unknown => format!("try {calls}; whether a copy was kept is not in the record"),
    }
}

fn fallback(category: Category, reversibility: Reversibility) -> &'static str {
    match (reversibility, category) {
        (Reversibility::Reversible, _) => "set it back to its former value",
        (Reversibility::Recoverable | Reversibility::RecoverableUntil, _) => {
            "act soon: it can still be brought back by the owner of the account"
        }
        (Reversibility::Rebuildable, Category::IdentityRemoval) => {
            "make it again with its policies and members; its former id does not come back"
        }
        (Reversibility::Rebuildable, Category::ImpairLogging) => {
            "make it again; what happened meanwhile is not in this log"
        }
        (Reversibility::Rebuildable, Category::ImpairDefense) => {
            "make it again; what happened meanwhile was not watched"
        }
        (Reversibility::Rebuildable, _) => {
            "make it again from its template or configuration; nothing stored was in it"
        }
        (Reversibility::Irreversible, Category::RecoveryInhibition) => {
            "this copy is gone; look for others in other regions and accounts, and take a new one now"
        }
        (Reversibility::Irreversible, Category::KeyDestruction) => {
            "what only this key opened is lost; look for copies under another key"
        }
        (Reversibility::Irreversible, _) => {
            "restore from a snapshot or backup if one exists; ask the owner of the account's backups"
        }
        (Reversibility::Unknown, _) => {
            "find out whether it can be restored: look for copies, backups and its template"
        }
    }
}
