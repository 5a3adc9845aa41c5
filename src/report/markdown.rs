//! report.md: the head facts, to paste into a ticket.
//!
//! Owns: the sections of report.md and how much of each is shown. All text of
//! the evidence stands in code spans (`escape::markdown`). Points to the tables
//! for the rest: at most about 150 lines.

use std::collections::BTreeMap;

use crate::model::control::{ControlRow, Verdict};
use crate::model::count::grouped;
use crate::model::destructive::DestructiveAction;
use crate::model::event::Outcome;
use crate::model::mode::ModeWindow;
use crate::model::report::Report;
use crate::report::column::AsText;
use crate::report::escape::{markdown, shorten};
use crate::report::headline::Headline;

/// The file's name in the output folder.
pub const FILE: &str = "report.md";

/// Rows shown of each list.
const WINDOWS_MAX: usize = 25;
const ACTIONS_MAX: usize = 20;
const DEADLINES_MAX: usize = 10;
const INCIDENTS_MAX: usize = 10;
const FINDINGS_MAX: usize = 20;
const SENTENCES_MAX: usize = 20;
const SINCE_MAX: usize = 8;
/// Characters shown of one text.
const TEXT_CHARS_MAX: usize = 120;
/// Characters shown of what happened in an incident.
const STORY_CHARS_MAX: usize = 300;

/// The file's content.
pub fn render(report: &Report, head: &Headline<'_>) -> String {
    let mut lines = vec!["# devtrail report".to_owned(), String::new()];
    lines.extend(act_before(head));
    lines.extend([prose(&head.coverage), String::new()]);
    lines.extend(facts(head));
    lines.extend(section("Since the last audit", since(report)));
    lines.extend(section("What cannot be seen", not_covered(head)));
    lines.extend(section("Mode windows", windows(report)));
    lines.extend(section("Deadlines for recovery", deadlines(head)));
    lines.extend(section("Incidents, by what must be acted on first", incidents(head)));
    lines.extend(section("Gravest destructive actions that succeeded", actions(report)));
    lines.extend(section("Findings", findings(report)));
    lines.extend(section("Controls", controls(report)));
    lines.extend(section("Problems of the evidence", problems(head)));
    lines.push(
        "All rows, with the object and record each comes from, are in the tables. Times are UTC.".to_owned(),
    );
    lines.join("\n") + "\n"
}

/// The nearest deadline that is open, before everything else.
fn act_before(head: &Headline<'_>) -> Vec<String> {
    let Some(first) = head.open_deadlines().next() else { return Vec::new() };
    let action = first.action;
    let account = action.account_id.as_ref().map(code).unwrap_or_default();
    let line = format!(
        "**Act before {}**: {} in {account}: {}",
        first.until,
        code(&action.event_name),
        code(&action.recovery)
    );
    vec![line, String::new()]
}

fn facts(head: &Headline<'_>) -> Vec<String> {
    let findings: Vec<_> =
        head.findings.iter().map(|(severity, count)| format!("{} {severity}", grouped(*count))).collect();
    vec![
        format!("- {}", prose(&head.windows_sentence)),
        format!("- {}", prose(&head.destructive_sentence)),
        format!("- Findings: {}{}.", findings.join(", "), suppressed(head)),
        format!("- {}", head.counts),
        String::new(),
    ]
}

/// A section with its head, if it has a body.
fn section(title: &str, body: Vec<String>) -> Vec<String> {
    if body.is_empty() {
        return body;
    }
    let mut lines = vec![format!("## {title}"), String::new()];
    lines.extend(body);
    lines.push(String::new());
    lines
}

/// What has changed, the first few of each kind.
fn since(report: &Report) -> Vec<String> {
    let Some(since) = &report.since else { return Vec::new() };
    let mut lines: Vec<String> = since.notes.iter().map(|note| prose(note)).collect();
    lines.push(format!("The old report has {}; this one has {}.", since.old_scope, since.new_scope));
    lines.push(String::new());
    for subject in &since.subjects {
        lines.push(format!("- {}: {}", subject.heading, subject.counts));
        for change in subject.changes.iter().take(SINCE_MAX) {
            let time = change.time.map(|time| format!("{time} ")).unwrap_or_default();
            let detail =
                if change.detail.is_empty() { String::new() } else { format!(": {}", code(&change.detail)) };
            lines.push(format!("  - {} {time}{}{detail}", change.word, code(&change.told)));
        }
        if let Some(more) = subject.changes.len().checked_sub(SINCE_MAX).filter(|more| *more > 0) {
            lines.push(format!("  - and {} more, which `devtrail compare` tells", grouped(more as u64)));
        }
    }
    lines
}

fn not_covered(head: &Headline<'_>) -> Vec<String> {
    let mut lines: Vec<_> = head
        .not_covered
        .iter()
        .take(SENTENCES_MAX)
        .map(|sentence| format!("- {}", prose(sentence)))
        .collect();
    lines.extend(rest(head.not_covered.len(), SENTENCES_MAX, "problems"));
    lines
}

fn windows(report: &Report) -> Vec<String> {
    let row = |window: &ModeWindow| {
        let closed = window.closed_at.map_or("**no end seen**".to_owned(), |time| time.to_string());
        let cells = [
            code(&window.mode),
            account(window, report),
            format!("{} ({})", window.opened_at, window.opened_bound.as_str()),
            closed,
            window.authorization.as_str().to_owned(),
            grouped(window.sessions),
            grouped(window.destructive_actions),
            code(&window.window_id),
        ];
        table_row(&cells)
    };
    let head = ["mode", "account", "opened", "closed", "authorization", "sessions", "destructive", "window"];
    table(
        &head,
        report.windows.iter().take(WINDOWS_MAX).map(row),
        rest(report.windows.len(), WINDOWS_MAX, "mode_windows"),
    )
}

/// The account's id, and its name if an export tells it.
fn account(window: &ModeWindow, report: &Report) -> String {
    let name = report.scope.account_names.get(&window.account_id);
    let name = name.map(|name| format!(" {}", code(name))).unwrap_or_default();
    format!("{}{name}", code(&window.account_id))
}

/// The sentence about all of them, then those that are open.
fn deadlines(head: &Headline<'_>) -> Vec<String> {
    let open: Vec<_> = head.open_deadlines().collect();
    let rows = open.iter().take(DEADLINES_MAX).map(|deadline| {
        let action = deadline.action;
        table_row(&[
            deadline.until.to_string(),
            code(&action.event_name),
            action.account_id.as_ref().map(code).unwrap_or_default(),
            action.resources.first().map(code).unwrap_or_default(),
            code(&action.recovery),
        ])
    });
    let names = ["until", "call", "account", "resource", "what to do"];
    let table = table(&names, rows, rest(open.len(), DEADLINES_MAX, "destructive_actions"));
    let mut lines: Vec<String> = head.deadlines_sentence.iter().map(|sentence| prose(sentence)).collect();
    if !table.is_empty() {
        lines.push(String::new());
    }
    lines.extend(table);
    lines
}

fn incidents(head: &Headline<'_>) -> Vec<String> {
    let rows = head.incidents.iter().take(INCIDENTS_MAX).map(|incident| {
        table_row(&[
            incident.next_deadline.map_or_else(String::new, |time| time.to_string()),
            incident.severity.to_string(),
            incident.started_at.map_or_else(String::new, |time| time.to_string()),
            grouped(incident.irreversible),
            grouped(incident.recoverable),
            markdown(&shorten(&incident.summary, STORY_CHARS_MAX)),
        ])
    });
    let names = ["act before", "severity", "started", "irreversible", "recoverable", "what happened"];
    table(&names, rows, rest(head.incidents.len(), INCIDENTS_MAX, "incidents"))
}

/// Gravest first, then in the order of the table.
fn actions(report: &Report) -> Vec<String> {
    let mut actions: Vec<_> =
        report.destructive.iter().filter(|action| action.outcome == Outcome::Succeeded).collect();
    actions.sort_by_key(|action| std::cmp::Reverse(action.severity));
    let row = |action: &&DestructiveAction| {
        table_row(&[
            action.event_time.map_or_else(String::new, |time| time.to_string()),
            action.severity.to_string(),
            code(&action.event_name),
            action.account_id.as_ref().map(code).unwrap_or_default(),
            action.actor.as_ref().map(code).unwrap_or_default(),
            action.mode.as_ref().map_or("none".to_owned(), code),
            action.reversibility.as_str().to_owned(),
            action.resources.first().map(code).unwrap_or_default(),
        ])
    };
    let head = ["time", "severity", "call", "account", "actor", "mode", "reversibility", "resource"];
    table(
        &head,
        actions.iter().take(ACTIONS_MAX).map(row),
        rest(actions.len(), ACTIONS_MAX, "destructive_actions"),
    )
}

/// How many findings the policy suppresses, as the end of a list.
fn suppressed(head: &Headline<'_>) -> String {
    match head.suppressed {
        0 => String::new(),
        count => format!("; {} more suppressed by the policy", grouped(count)),
    }
}

fn findings(report: &Report) -> Vec<String> {
    let mut findings: Vec<_> = report.findings.iter().collect();
    findings.sort_by_key(|finding| (finding.suppression.is_some(), std::cmp::Reverse(finding.severity)));
    let rows = findings.iter().take(FINDINGS_MAX).map(|finding| {
        let mark = if finding.suppression.is_some() { " (suppressed)" } else { "" };
        table_row(&[
            format!("{}{mark}", finding.severity),
            prose(&finding.title),
            finding.account_id.as_ref().map(code).unwrap_or_default(),
            finding.time.map_or_else(String::new, |time| time.to_string()),
            code(&finding.summary),
        ])
    });
    let head = ["severity", "finding", "account", "time", "summary"];
    table(&head, rows, rest(findings.len(), FINDINGS_MAX, "findings"))
}

/// How the controls of each framework came out, and what to keep in mind.
fn controls(report: &Report) -> Vec<String> {
    let frameworks: BTreeMap<&str, Vec<&ControlRow>> =
        report.controls.iter().fold(BTreeMap::new(), |mut all, row| {
            all.entry(&*row.framework).or_insert_with(Vec::new).push(row);
            all
        });
    let rows = frameworks.iter().map(|(framework, rows)| {
        let of = |verdict| rows.iter().filter(|row| row.verdict == verdict).count() as u64;
        let suppressed = rows.iter().filter(|row| row.suppressed > 0).count() as u64;
        table_row(&[
            prose(framework),
            grouped(of(Verdict::ExceptionsFound)),
            grouped(suppressed),
            grouped(of(Verdict::NoneFound)),
            grouped(of(Verdict::NotAssessable)),
        ])
    });
    let head = [
        "framework",
        "exceptions found",
        "with suppressed ones",
        "none found in covered evidence",
        "not assessable",
    ];
    let mut lines = table(&head, rows, None);
    if !lines.is_empty() {
        let note = "Each control of the table controls says what its verdict rests on. \
            None found is no proof that a control is kept: only that none of its rules found an exception.";
        lines.extend([String::new(), note.to_owned()]);
    }
    lines
}

fn problems(head: &Headline<'_>) -> Vec<String> {
    let rows = head.problems.iter().map(|group| {
        table_row(&[
            group.kind.as_str().to_owned(),
            group.kind.severity().to_string(),
            if group.kind.is_loss() { "yes" } else { "no" }.to_owned(),
            grouped(group.problems.len() as u64),
            group.problems.first().map(|problem| code(&problem.object)).unwrap_or_default(),
        ])
    });
    table(&["problem", "severity", "loss", "count", "first in"], rows, None)
}

/// A table, if it has rows; then the line on what is not shown.
fn table(head: &[&str], rows: impl Iterator<Item = String>, rest: Option<String>) -> Vec<String> {
    let rows: Vec<_> = rows.collect();
    if rows.is_empty() {
        return rows;
    }
    let mut lines = vec![format!("| {} |", head.join(" | ")), format!("|{}", " --- |".repeat(head.len()))];
    lines.extend(rows);
    lines.extend(rest.map(|rest| format!("\n{rest}")));
    lines
}

fn table_row(cells: &[String]) -> String {
    format!("| {} |", cells.join(" | "))
}

fn rest(all: usize, shown: usize, table: &str) -> Option<String> {
    let more = all.checked_sub(shown).filter(|more| *more > 0)?;
    Some(format!("… and {} more in the table `{table}`.", grouped(more as u64)))
}

fn code(text: &impl AsText) -> String {
    markdown(&shorten(text.as_text(), TEXT_CHARS_MAX))
}

/// One of our own sentences: plain, unless it quotes something that could act.
fn prose(sentence: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || " .,;:()'/-_=+%".contains(c);
    let links = ["://", "www."].iter().any(|link| sentence.contains(link));
    if sentence.chars().all(plain) && !links { sentence.to_owned() } else { markdown(sentence) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn render_of(report: &Report) -> String {
        render(report, &Headline::of(report))
    }

    #[test]
    fn it_says_first_what_was_read_and_stays_short() {
        let text = render_of(&sample::plain());
        assert!(text.starts_with("# devtrail report\n\n**Act before 2025-03-"), "{text}");
        assert!(
            text.contains(
                "\n- 3 mode windows: 1 with no end seen; 1 authorized, 1 unauthorized, 1 unknown.\n"
            )
        );
        assert!(text.contains("\n\nRead 5 objects (4,321 records) about 2 accounts"), "{text}");
        assert!(text.contains("**no end seen**"));
        let mut late = sample::plain();
        late.scope.as_of = late.scope.as_of.map(|time| time.plus_seconds(1_000 * 86_400));
        let text = render_of(&late);
        assert!(text.starts_with("# devtrail report\n\nRead 5 objects"), "{text}");
        assert!(text.contains("deadlines for recovery have passed."), "{text}");
        assert!(text.lines().count() <= 150, "{}", text.lines().count());
    }

    #[test]
    fn an_empty_report_has_no_empty_tables() {
        let text = render_of(&Report::default());
        assert!(text.contains("Nothing was read"), "{text}");
        assert!(!text.contains("| --- |"), "{text}");
    }

    #[test]
    fn no_markup_comes_out_of_the_evidence() {
        let plain = render_of(&sample::plain());
        let text = render_of(&sample::hostile());
        assert_eq!(text.lines().count(), plain.lines().count());
        for forbidden in ["<", "](", "\x1b", "\u{202e}", "\u{200b}", "\0", "\r"] {
            assert!(!text.contains(forbidden), "{forbidden:?}");
        }
        for (hostile, plain) in text.lines().zip(plain.lines()) {
            assert_eq!(hostile.matches('|').count(), plain.matches('|').count(), "{hostile}");
            assert_eq!(hostile.matches('`').count() % 2, 0, "{hostile}");
        }
    }
}
