//! report.md: the head facts, to paste into a ticket.
//!
//! Owns: the sections of report.md and how much of each is shown. All text of
//! the evidence stands in code spans (`escape::markdown`). Points to the tables
//! for the rest: at most about 150 lines.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::model::control::{ControlRow, Verdict};
use crate::model::count::{counted, grouped};
use crate::model::destructive::DestructiveAction;
use crate::model::mode::{ModeWindow, OpenedBound};
use crate::model::report::Report;
use crate::report::column::AsText;
use crate::report::escape::{markdown, shorten};
use crate::report::headline::{DeadlineGroup, Headline, users};

/// The file's name in the output folder.
pub const FILE: &str = "report.md";

/// Rows shown of each list.
const HEAD_MAX: usize = 3;
const GAPS_MAX: usize = 8;
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
    lines.extend([prose(&head.coverage), String::new()]);
    lines.extend(facts(report, head));
    lines.extend(section("What cannot be seen", not_covered(head)));
    lines.extend(section("Since the last audit", since(report)));
    lines.extend(section("Mode windows", windows(report, head)));
    lines.extend(section("Deadlines for recovery", deadlines(head)));
    lines.extend(section("Incidents, by what must be acted on first", incidents(head)));
    lines.extend(section("Gravest destructive actions that succeeded", actions(head)));
    lines.extend(section("Findings", findings(head)));
    lines.extend(section("Controls", controls(report)));
    lines.extend(section("Problems of the evidence", problems(head)));
    lines.push(
        "All rows, with the object and record each comes from, are in the tables. Times are UTC.".to_owned(),
    );
    lines.join("\n") + "\n"
}

/// The head facts: windows, what to do by when, what was destroyed, findings.
fn facts(report: &Report, head: &Headline<'_>) -> Vec<String> {
    let findings: Vec<_> =
        head.findings.iter().map(|(severity, count)| format!("{} {severity}", grouped(*count))).collect();
    let mut lines = vec![format!("- {}", prose(&head.windows_sentence))];
    let windows = head.ordered_windows.iter();
    lines.extend(windows.take(HEAD_MAX).map(|window| format!("  - {}", window_line(window, report))));
    lines
        .extend(rest(head.ordered_windows.len(), HEAD_MAX, "mode_windows").map(|rest| format!("  - {rest}")));
    lines.extend(head.act_first(HEAD_MAX).into_iter().map(|group| format!("- {}", act_line(group))));
    lines.extend([
        format!("- {}", prose(&head.destructive_sentence)),
        format!("- Findings: {}{}.", findings.join(", "), suppressed(head)),
        format!("- {}", head.counts),
        String::new(),
    ]);
    lines
}

/// A window with its time and who used it.
fn window_line(window: &ModeWindow, report: &Report) -> String {
    let since = match window.opened_bound {
        OpenedBound::Exact => format!("since {}", window.opened_at),
        OpenedBound::AtOrBefore => format!("open by {}, perhaps earlier", window.opened_at),
    };
    let until = window.closed_at.map_or_else(|| "**no end seen**".to_owned(), |time| format!("until {time}"));
    format!(
        "{} in {} {since}, {until}: {}, used by {}, {}",
        code(&window.mode),
        account(window, report),
        window.authorization.as_str(),
        used_by(window),
        counted(window.destructive_actions, "destructive action"),
    )
}

fn used_by(window: &ModeWindow) -> String {
    let users = users(window);
    if users.is_empty() { "nobody seen".to_owned() } else { markdown(&shorten(&users, TEXT_CHARS_MAX)) }
}

/// What is to be done about what, and until when.
fn act_line(group: &DeadlineGroup<'_>) -> String {
    let action = &group.action;
    let of = action.resources.first().map(|name| format!(" of {}", code(name))).unwrap_or_default();
    let by = action.actor.as_ref().map(|actor| format!(" by {}", code(actor))).unwrap_or_default();
    format!(
        "**Act before {}**: {}{of}{} in account {}{by}: {}",
        group.until,
        code(&action.event_name),
        group.more(),
        code(&group.account()),
        code(&action.recovery)
    )
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
    let (first, more) = head.not_covered_first(SENTENCES_MAX);
    let mut lines: Vec<_> = first.iter().map(|sentence| format!("- {}", prose(sentence))).collect();
    if !more.is_empty() {
        lines.push(format!("- and {} more, in `summary.json`", grouped(more.len() as u64)));
    }
    lines.extend(gaps(head));
    lines
}

/// The stretches without evidence, if there are more than a sentence names.
fn gaps(head: &Headline<'_>) -> Vec<String> {
    let rows = head.stretches.iter().take(GAPS_MAX).map(|stretch| {
        table_row(&[
            code(stretch.account_id),
            code(stretch.region),
            stretch.from.to_string(),
            stretch.until.to_string(),
        ])
    });
    let table = table(
        &["account", "region", "no evidence from", "to"],
        rows,
        rest(head.stretches.len(), GAPS_MAX, "coverage"),
    );
    if table.is_empty() { table } else { [vec![String::new()], table].concat() }
}

fn windows(report: &Report, head: &Headline<'_>) -> Vec<String> {
    let row = |window: &&ModeWindow| {
        let closed = window.closed_at.map_or("**no end seen**".to_owned(), |time| time.to_string());
        let cells = [
            code(&window.mode),
            account(window, report),
            format!("{} ({})", window.opened_at, window.opened_bound.as_str()),
            closed,
            window.authorization.as_str().to_owned(),
            used_by(window),
            grouped(window.sessions),
            grouped(window.destructive_actions),
            code(&window.window_id),
        ];
        table_row(&cells)
    };
    let names = [
        "mode",
        "account",
        "opened",
        "closed",
        "authorization",
        "used by",
        "sessions",
        "destructive",
        "window",
    ];
    table(
        &names,
        head.ordered_windows.iter().take(WINDOWS_MAX).map(row),
        rest(head.ordered_windows.len(), WINDOWS_MAX, "mode_windows"),
    )
}

/// The account's id, and its name if an export tells it.
fn account(window: &ModeWindow, report: &Report) -> String {
    let name = report.scope.account_names.get(&window.account_id);
    let name = name.map(|name| format!(" {}", code(name))).unwrap_or_default();
    format!("{}{name}", code(&window.account_id))
}

/// The sentence about all of them, then those that are open, equal ones together.
fn deadlines(head: &Headline<'_>) -> Vec<String> {
    let rows = head.act_before.first.iter().take(DEADLINES_MAX).map(|group| {
        let action = &group.action;
        let resource = action.resources.first().map(code).unwrap_or_default();
        table_row(&[
            group.until.to_string(),
            code(&action.event_name),
            code(&group.account()),
            action.actor.as_ref().map(code).unwrap_or_default(),
            format!("{resource}{}", group.more()),
            code(&action.recovery),
        ])
    });
    let names = ["until", "call", "account", "by", "resource", "what to do"];
    let table = table(&names, rows, rest(head.act_before.count, DEADLINES_MAX, "destructive_actions"));
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
fn actions(headline: &Headline<'_>) -> Vec<String> {
    let row = |action: &Cow<'_, DestructiveAction>| {
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
    let succeeded = usize::try_from(headline.destructive.succeeded).unwrap_or(usize::MAX);
    table(
        &head,
        headline.calls.gravest.iter().take(ACTIONS_MAX).map(row),
        rest(succeeded, ACTIONS_MAX, "destructive_actions"),
    )
}

/// How many findings the policy suppresses, as the end of a list.
fn suppressed(head: &Headline<'_>) -> String {
    match head.suppressed {
        0 => String::new(),
        count => format!("; {} more suppressed by the policy", grouped(count)),
    }
}

/// Gravest first; what the policy suppresses comes last.
fn findings(head: &Headline<'_>) -> Vec<String> {
    let all = head.findings.iter().map(|(_, count)| count).sum::<u64>() + head.suppressed;
    let rows = head.claims.first.iter().take(FINDINGS_MAX).map(|finding| {
        let mark = if finding.suppression.is_some() { " (suppressed)" } else { "" };
        table_row(&[
            format!("{}{mark}", finding.severity),
            prose(&finding.title),
            finding.account_id.as_ref().map(code).unwrap_or_default(),
            finding.time.map_or_else(String::new, |time| time.to_string()),
            code(&finding.summary),
        ])
    });
    let names = ["severity", "finding", "account", "time", "summary"];
    table(&names, rows, rest(usize::try_from(all).unwrap_or(usize::MAX), FINDINGS_MAX, "findings"))
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
        assert!(text.starts_with("# devtrail report\n\nRead 5 objects"), "{text}");
        let place = |part: &str| text.find(part).unwrap_or_else(|| panic!("{part}: {text}"));
        let order = [
            "3 mode windows",
            "no end seen**: unauthorized, used by `jane.roe@example.com, zoe`, 17 destructive actions",
            "\n- **Act before 2025-03-",
            "destructive actions succeeded",
            "- Findings:",
            "## What cannot be seen",
            "not as a digest says",
            "| no evidence from |",
        ];
        assert!(order.windows(2).all(|pair| place(pair[0]) < place(pair[1])), "{text}");
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
