//! summary.json: the head facts for scripts.
//!
//! Owns: the keys of summary.json and their order. Holds nothing of the run:
//! version, arguments and times of the run stand only in run.json. Unknown is
//! `null` here, for JSON has no empty cell.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::ser::SerializeSeq as _;
use serde::{Serialize, Serializer};

use crate::model::coverage::Counts;
use crate::model::finding::Incident;
use crate::model::mode::ModeWindow;
use crate::model::report::Report;
use crate::model::since::{Since, SinceChange, SinceSubject};
use crate::report::column::AsText;
use crate::report::headline::{Calls, Deadline, DestructiveCounts, Headline, WindowCounts};
use crate::report::sorted::Sorted;
use crate::report::tables;

/// The file's name in the output folder.
pub const FILE: &str = "summary.json";

#[derive(Serialize)]
struct Summary<'a> {
    act_before: FirstOpen<'a>,
    as_of: Option<String>,
    as_of_given: bool,
    deadlines_sentence: Option<&'a str>,
    coverage: Coverage<'a>,
    counts: CountsOut,
    mode_windows: Windows<'a>,
    destructive_actions: Destructive<'a>,
    deadlines: Deadlines<'a>,
    incidents: Incidents<'a>,
    findings: Findings,
    problems: Problems,
    since: Option<SinceOut<'a>>,
    tables: Rows,
}

/// What has changed since the last audit; `null` without `--since`.
#[derive(Serialize)]
struct SinceOut<'a> {
    old_scope: &'a str,
    new_scope: &'a str,
    notes: &'a [String],
    subjects: Vec<SinceSubjectOut<'a>>,
}

#[derive(Serialize)]
struct SinceSubjectOut<'a> {
    subject: &'a str,
    counts: &'a str,
    changes: Vec<SinceChangeOut<'a>>,
}

#[derive(Serialize)]
struct SinceChangeOut<'a> {
    change: String,
    time: Option<String>,
    told: &'a str,
    detail: &'a str,
}

#[derive(Serialize)]
struct Coverage<'a> {
    sentence: &'a str,
    not_covered: &'a [String],
    objects: u64,
    objects_left_out: u64,
    bytes: u64,
    inflated_bytes: u64,
    accounts: Vec<&'a str>,
    account_names: BTreeMap<&'a str, &'a str>,
    expected_accounts_missing: Vec<&'a str>,
    regions: Vec<&'a str>,
    categories: Vec<&'a str>,
    first_event_time: Option<String>,
    last_event_time: Option<String>,
    selections: &'a [String],
    gaps: Vec<Gap<'a>>,
}

#[derive(Serialize)]
struct Gap<'a> {
    account_id: &'a str,
    region: &'a str,
    first_day: String,
    last_day: String,
}

#[derive(Serialize)]
struct CountsOut {
    seen: u64,
    kept: u64,
    duplicates: u64,
    counted_only: u64,
    rejected: u64,
}

#[derive(Serialize)]
struct Windows<'a> {
    sentence: &'a str,
    #[serde(flatten)]
    counts: WindowCounts,
    windows: Vec<Window<'a>>,
}

#[derive(Serialize)]
struct Window<'a> {
    window_id: &'a str,
    account_id: &'a str,
    mode: &'a str,
    opened_at: String,
    opened_bound: &'static str,
    closed_at: Option<String>,
    last_seen_at: String,
    authorization: &'static str,
    authorization_reason: &'a str,
    sessions: u64,
    destructive_actions: u64,
    source_object: &'a str,
    source_record: u64,
}

#[derive(Serialize)]
struct Destructive<'a> {
    sentence: &'a str,
    #[serde(flatten)]
    counts: DestructiveCounts,
}

#[derive(Serialize)]
struct DeadlineOut<'a> {
    recoverable_until: String,
    passed: bool,
    account_id: Option<&'a str>,
    region: Option<&'a str>,
    event_source: &'a str,
    event_name: &'a str,
    resources: Vec<&'a str>,
    recovery: &'a str,
    event_id: Option<&'a str>,
    source_object: &'a str,
    source_record: u64,
}

/// By what must be acted on first.
#[derive(Serialize)]
struct IncidentOut<'a> {
    incident_id: &'a str,
    account_id: Option<&'a str>,
    actor: Option<&'a str>,
    mode: Option<&'a str>,
    started_at: Option<String>,
    ended_at: Option<String>,
    severity: &'static str,
    irreversible: u64,
    recoverable: u64,
    next_deadline: Option<String>,
    summary: &'a str,
}

#[derive(Serialize)]
struct Findings {
    critical: u64,
    high: u64,
    medium: u64,
    low: u64,
    informational: u64,
    /// Suppressed by the policy; in none of the numbers above.
    suppressed: u64,
}

#[derive(Serialize)]
struct Problems {
    losses: usize,
    by_kind: BTreeMap<&'static str, usize>,
}

/// Rows of each table, in the order of the contract.
struct Rows(Vec<(&'static str, usize)>);

impl Serialize for Rows {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().copied())
    }
}

/// The first deadline that is open, if there is one.
struct FirstOpen<'a>(&'a Calls<'a>);

impl Serialize for FirstOpen<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.open_deadlines().next().as_ref().map(deadline).serialize(serializer)
    }
}

/// All deadlines, one after the other.
struct Deadlines<'a>(&'a Calls<'a>);

impl Serialize for Deadlines<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut all = serializer.serialize_seq(Some(self.0.deadline_count()))?;
        self.0.deadlines().try_for_each(|one| all.serialize_element(&deadline(&one)))?;
        all.end()
    }
}

/// All incidents, one after the other.
struct Incidents<'a>(&'a Sorted<'a, Incident>);

impl Serialize for Incidents<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut all = serializer.serialize_seq(Some(self.0.len()))?;
        self.0.iter().try_for_each(|one| all.serialize_element(&incident_out(&one)))?;
        all.end()
    }
}

/// Writes the file's content.
///
/// # Errors
/// If `out` cannot be written.
pub fn write(report: &Report, head: &Headline<'_>, out: &mut dyn Write) -> io::Result<()> {
    let summary = Summary {
        act_before: FirstOpen(&head.calls),
        as_of: report.scope.as_of.map(|time| time.to_string()),
        as_of_given: report.scope.as_of_given,
        deadlines_sentence: head.deadlines_sentence.as_deref(),
        coverage: coverage(report, head),
        counts: counts(report.scope.counts),
        mode_windows: Windows {
            sentence: &head.windows_sentence,
            counts: head.windows,
            windows: windows(report),
        },
        destructive_actions: Destructive { sentence: &head.destructive_sentence, counts: head.destructive },
        deadlines: Deadlines(&head.calls),
        incidents: Incidents(&head.incidents),
        findings: findings(head),
        since: report.since.as_ref().map(since),
        problems: Problems {
            losses: head.losses(),
            by_kind: head.problems.iter().map(|group| (group.kind.as_str(), group.problems.len())).collect(),
        },
        tables: Rows(tables::all(report).iter().map(|table| (table.name, table.rows())).collect()),
    };
    serde_json::to_writer_pretty(&mut *out, &summary)?;
    out.write_all(b"\n")
}

fn coverage<'a>(report: &'a Report, head: &'a Headline<'_>) -> Coverage<'a> {
    let scope = &report.scope;
    Coverage {
        sentence: &head.coverage,
        not_covered: &head.not_covered,
        objects: scope.objects,
        objects_left_out: scope.objects_left_out,
        bytes: scope.bytes,
        inflated_bytes: scope.inflated_bytes,
        accounts: scope.accounts.iter().map(AsText::as_text).collect(),
        account_names: scope.account_names.iter().map(|(id, name)| (id.as_str(), &**name)).collect(),
        expected_accounts_missing: scope.expected_missing.iter().map(AsText::as_text).collect(),
        regions: scope.regions.iter().map(AsText::as_text).collect(),
        categories: scope.categories.iter().map(AsText::as_text).collect(),
        first_event_time: scope.first_event_time.map(|time| time.to_string()),
        last_event_time: scope.last_event_time.map(|time| time.to_string()),
        selections: &scope.selections,
        gaps: head
            .gaps
            .iter()
            .map(|gap| Gap {
                account_id: gap.account_id.as_str(),
                region: gap.region.as_str(),
                first_day: gap.day.to_string(),
                last_day: gap.until.to_string(),
            })
            .collect(),
    }
}

const fn counts(counts: Counts) -> CountsOut {
    let Counts { seen, kept, duplicates, counted_only, rejected } = counts;
    CountsOut { seen, kept, duplicates, counted_only, rejected }
}

fn windows(report: &Report) -> Vec<Window<'_>> {
    report.windows.iter().map(window).collect()
}

fn window(window: &ModeWindow) -> Window<'_> {
    Window {
        window_id: window.window_id.as_str(),
        account_id: window.account_id.as_str(),
        mode: window.mode.as_str(),
        opened_at: window.opened_at.to_string(),
        opened_bound: window.opened_bound.as_str(),
        closed_at: window.closed_at.map(|time| time.to_string()),
        last_seen_at: window.last_seen_at.to_string(),
        authorization: window.authorization.as_str(),
        authorization_reason: &window.authorization_reason,
        sessions: window.sessions,
        destructive_actions: window.destructive_actions,
        source_object: window.evidence.object.as_str(),
        source_record: window.evidence.record,
    }
}

fn deadline<'a>(deadline: &'a Deadline<'_>) -> DeadlineOut<'a> {
    let action = &*deadline.action;
    DeadlineOut {
        recoverable_until: deadline.until.to_string(),
        passed: deadline.passed,
        account_id: action.account_id.as_ref().map(AsText::as_text),
        region: action.region.as_ref().map(AsText::as_text),
        event_source: &action.event_source,
        event_name: &action.event_name,
        resources: action.resources.iter().map(AsText::as_text).collect(),
        recovery: &action.recovery,
        event_id: action.event_id.as_ref().map(AsText::as_text),
        source_object: action.evidence.object.as_str(),
        source_record: action.evidence.record,
    }
}

fn incident_out(incident: &Incident) -> IncidentOut<'_> {
    IncidentOut {
        incident_id: incident.incident_id.as_str(),
        account_id: incident.account_id.as_ref().map(AsText::as_text),
        actor: incident.actor.as_deref(),
        mode: incident.mode.as_ref().map(AsText::as_text),
        started_at: incident.started_at.map(|time| time.to_string()),
        ended_at: incident.ended_at.map(|time| time.to_string()),
        severity: incident.severity.as_str(),
        irreversible: incident.irreversible,
        recoverable: incident.recoverable,
        next_deadline: incident.next_deadline.map(|time| time.to_string()),
        summary: &incident.summary,
    }
}

fn since(since: &Since) -> SinceOut<'_> {
    SinceOut {
        old_scope: &since.old_scope,
        new_scope: &since.new_scope,
        notes: &since.notes,
        subjects: since.subjects.iter().map(subject).collect(),
    }
}

fn subject(subject: &SinceSubject) -> SinceSubjectOut<'_> {
    let changes = subject.changes.iter().map(|change: &SinceChange| SinceChangeOut {
        // The words of the table `changes`.
        change: change.word.replace(' ', "_"),
        time: change.time.map(|time| time.to_string()),
        told: &change.told,
        detail: &change.detail,
    });
    SinceSubjectOut { subject: subject.heading, counts: &subject.counts, changes: changes.collect() }
}

fn findings(head: &Headline<'_>) -> Findings {
    use crate::model::severity::Severity::{Critical, High, Informational, Low, Medium};
    let count =
        |wanted| head.findings.iter().find(|(severity, _)| *severity == wanted).map_or(0, |row| row.1);
    Findings {
        critical: count(Critical),
        high: count(High),
        medium: count(Medium),
        low: count(Low),
        informational: count(Informational),
        suppressed: head.suppressed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn render(report: &Report, head: &Headline<'_>) -> String {
        let mut out = Vec::new();
        write(report, head, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn scripts_find_the_same_facts() {
        let report = sample::hostile();
        let head = Headline::of(&report);
        let text = render(&report, &head);
        assert_eq!(text, render(&report, &Headline::of(&report)));
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["coverage"]["sentence"], head.coverage);
        assert_eq!(value["counts"]["seen"], 4321);
        assert_eq!(value["mode_windows"]["open"], 1);
        assert_eq!(value["tables"]["mode_windows"], 3);
        assert_eq!(value["findings"]["critical"], 1);
        let (given, since) = (report.since.as_ref().expect("an old report"), &value["since"]);
        assert_eq!(since["old_scope"], given.old_scope);
        assert_eq!(since["notes"], serde_json::json!(given.notes));
        let (subject, told) = (&given.subjects[0], &since["subjects"][0]);
        assert_eq!(
            (&told["subject"], &told["counts"]),
            (&subject.heading.into(), &subject.counts.clone().into())
        );
        let (change, told) = (&subject.changes[0], &told["changes"][0]);
        assert_eq!((&told["change"], &told["told"]), (&"gone".into(), &change.told.clone().into()));
        assert_eq!(
            (&told["time"], &told["detail"]),
            (&"2025-03-04T11:05:00Z".into(), &change.detail.clone().into())
        );
        assert_eq!(value["problems"]["by_kind"]["rejected_record"], 2);
        assert_eq!(value["deadlines"].as_array().unwrap().len(), head.calls.deadline_count());
        assert_eq!(value["incidents"].as_array().unwrap().len(), report.incidents.len());
        let first = head.calls.open_deadlines().next().expect("an open deadline");
        assert_eq!(value["act_before"]["recoverable_until"], first.until.to_string());
        assert!(text.starts_with("{\n  \"act_before\": {"), "it opens with what must be done");
        assert_eq!(value["as_of"], report.scope.as_of.expect("a time").to_string());
    }

    #[test]
    fn without_an_old_report_nothing_is_told_of_changes() {
        let report = Report { since: None, ..sample::hostile() };
        let value: serde_json::Value =
            serde_json::from_str(&render(&report, &Headline::of(&report))).unwrap();
        assert_eq!(value["since"], serde_json::Value::Null);
    }

    #[test]
    fn nothing_of_the_run_is_told() {
        let report = Report::default();
        let text = render(&report, &Headline::of(&report));
        for key in ["version", "arguments", "started_at", "threads", "catalogue"] {
            assert!(!text.contains(key), "{key}");
        }
    }
}
