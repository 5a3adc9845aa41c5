//! Changes as a part of the new report.
//!
//! Owns: what of them a report holds. The words and their order are those of the
//! text that `compare` prints.

use crate::compare::print::{counts, heading};
use crate::compare::{Change, Changes, NOT_OF_OLD, Side, Subject, What};
use crate::model::since::{Since, SinceChange, SinceSubject};
use crate::readback::Tables;

/// What the new report says of its changes.
pub fn since(changes: &Changes, (old, new): (&Side<'_>, &Side<'_>), notes: Vec<String>) -> Since {
    let subject = |subject: Subject| SinceSubject {
        heading: heading(subject),
        counts: counts(changes, subject),
        changes: changes.rows.iter().filter(|row| row.subject == subject).map(change).collect(),
    };
    Since {
        old_scope: old.scope(),
        new_scope: new.scope(),
        notes,
        subjects: Subject::ALL.into_iter().map(subject).collect(),
    }
}

fn change(row: &Change) -> SinceChange {
    let severity = if row.severity.is_empty() { String::new() } else { format!("[{}]", row.severity) };
    let parts = [row.id.as_str(), &row.account_id, &row.region, &severity, &row.summary];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    // That what is new lies after the old evidence is what a reader expects.
    let expected = row.what == What::New && row.detail.starts_with(NOT_OF_OLD);
    SinceChange {
        word: row.what.as_str().replace('_', " "),
        time: row.time,
        told: parts.join("  "),
        detail: if expected { String::new() } else { row.detail.clone() },
    }
}

/// What a reader has to know before relying on the changes.
pub fn notes((old, before): (&Tables, &Side<'_>), (new, now): (&Tables, &Side<'_>)) -> Vec<String> {
    let mut notes = Vec::new();
    if old.version != new.version || old.catalogue_sha256 != new.catalogue_sha256 {
        notes.push(
            "Note: the reports were made by different versions or rules: a change may be one of the tool. \
             Analyse the old evidence again to be sure.",
        );
    }
    if before.as_of() > now.as_of() {
        notes.push("Note: the second report ends before the first: the old one comes first.");
    }
    notes.into_iter().map(str::to_owned).collect()
}
