//! Changes as text for people.
//!
//! Owns: the layout. Every text goes through `report::escape`. Lines of JSON and
//! CSV are those of any table.

use std::io::{self, Write};

use crate::compare::{Change, Changes, NOT_OF_OLD, Side, Subject, What};
use crate::model::count::grouped;
use crate::report::escape::terminal;

/// Every word, in the order in which they are counted.
const WORDS: [What; 9] = [
    What::New,
    What::Ended,
    What::Passed,
    What::Met,
    What::Changed,
    What::Refined,
    What::Ongoing,
    What::Gone,
    What::NotCovered,
];

/// Writes changes for people; `accent` stands before and after a heading.
///
/// # Errors
/// If `out` cannot be written.
pub fn text(
    changes: &Changes,
    (old, new): (&Side<'_>, &Side<'_>),
    (on, off): (&str, &str),
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(out, "{on}Since the last audit{off}")?;
    writeln!(out, "  old report: {}", old.scope())?;
    writeln!(out, "  new report: {}", new.scope())?;
    for subject in Subject::ALL {
        writeln!(out, "\n{on}{}{off}: {}", heading(subject), counts(changes, subject))?;
        for row in changes.rows.iter().filter(|row| row.subject == subject) {
            line(row, out)?;
        }
    }
    Ok(())
}

pub(super) const fn heading(subject: Subject) -> &'static str {
    match subject {
        Subject::Window => "Mode windows",
        Subject::Finding => "Findings",
        Subject::Incident => "Incidents",
        Subject::Deadline => "Deadlines for recovery",
        Subject::Evidence => "Evidence of the old report",
        Subject::Coverage => "Accounts and regions",
    }
}

pub(super) fn counts(changes: &Changes, subject: Subject) -> String {
    let of = |what: What| (changes.count(subject, what), what.as_str().replace('_', " "));
    let unchanged = changes.unchanged.get(&subject).copied().unwrap_or_default();
    let all = WORDS.into_iter().map(of).chain([(unchanged, "as before".to_owned())]);
    let told: Vec<String> = all
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{} {word}", grouped(count)))
        .collect();
    if told.is_empty() { "none".to_owned() } else { told.join(", ") }
}

fn line(row: &Change, out: &mut dyn Write) -> io::Result<()> {
    let time = row.time.map(|time| time.to_string()).unwrap_or_default();
    let severity = if row.severity.is_empty() { String::new() } else { format!("[{}]", row.severity) };
    let parts = [time.as_str(), &row.id, &row.account_id, &row.region, &severity, &row.summary];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    let word = row.what.as_str().replace('_', " ");
    writeln!(out, "  {word:<11}  {}", terminal(&parts.join("  ")))?;
    if !row.old_id.is_empty() {
        writeln!(out, "               in the old report {}", terminal(&row.old_id))?;
    }
    // That what is new lies after the old evidence is what a reader expects.
    let expected = row.what == What::New && row.detail.starts_with(NOT_OF_OLD);
    if !row.detail.is_empty() && !expected {
        writeln!(out, "               {}", terminal(&row.detail))?;
    }
    Ok(())
}
