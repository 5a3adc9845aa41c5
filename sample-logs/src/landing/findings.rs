//! What an auditor has to find in the generated landing zone.
//!
//! Tells it from what stories and noise say they did: windows, sign-ins as root and destructive calls. Where the list
//! of calls is cut short, as in large dumps, it tells nothing.

use crate::clock::{DAY, HOUR};
use crate::truth::{DestructiveAction, Finding, Truth, Window};
use std::collections::BTreeMap;

/// Calls by which logs are deleted or logging stops, among all that stories and noise make.
const AGAINST_LOGS: [&str; 5] =
    ["DeleteLogGroup", "DeleteLogStream", "DeleteTrail", "StopLogging", "DeleteFlowLogs"];

/// Calls that destroy a backup, among all that stories and noise make. What was only tried stands apart.
const AGAINST_BACKUPS: [&str; 2] = ["DeleteSnapshot", "DeleteDBSnapshot"];

/// Backups destroyed outside a mode within an hour of each other that nobody has to look at.
const HOUSEKEEPING: usize = 2;

/// Calls after which something is gone for good, among those that people make in a mode here: instances with their
/// disks, databases without a last snapshot, volumes and logs.
const FOR_GOOD: [&str; 4] = ["TerminateInstances", "DeleteDBInstance", "DeleteVolume", "DeleteLogGroup"];

/// How long a mode may stay open with nobody using it.
const UNUSED: i64 = 14 * DAY;

/// Rule, account, actor, mode, and whether the calls succeeded.
type Whose<'a> = (&'static str, &'a str, &'a str, &'a str, bool);

/// All of it, for a dump that ends at that time.
pub(super) fn of(truth: &Truth, end: i64) -> Vec<Finding> {
    let counted: u64 = truth.destructive_counts.values().sum();
    if counted != truth.destructive_actions.len() as u64 {
        return Vec::new();
    }
    let mut calls: BTreeMap<Whose<'_>, Vec<i64>> = BTreeMap::new();
    for action in &truth.destructive_actions {
        for rule in rules_of(action) {
            let done = action.outcome == "succeeded";
            let whose = (rule, action.account_id.as_str(), action.actor.as_str(), action.mode, done);
            calls.entry(whose).or_default().push(action.event_time);
        }
    }
    for (account, time) in &truth.root_sign_ins {
        calls.entry(("access/root-used", account, "root", "none", true)).or_default().push(*time);
    }
    let mut findings: Vec<Finding> = Vec::new();
    for ((rule_id, account, actor, mode, _), mut times) in calls {
        times.sort_unstable();
        for run in runs(&times) {
            if rule_id == "recovery/impaired" && mode == "none" && run.len() <= HOUSEKEEPING {
                continue;
            }
            findings.push(Finding {
                time: run[0],
                account_id: account.to_owned(),
                rule_id,
                actor: actor.to_owned(),
                window_opened_at: None,
                count: run.len() as u64,
            });
        }
    }
    findings.extend(truth.windows.iter().flat_map(|window| of_window(window, end)));
    findings.sort();
    findings
}

/// Calls whose gaps are under an hour.
fn runs(times: &[i64]) -> impl Iterator<Item = &[i64]> {
    times.chunk_by(|before, after| after - before < HOUR)
}

fn rules_of(action: &DestructiveAction) -> Vec<&'static str> {
    let done = action.outcome == "succeeded";
    let mut rules = Vec::new();
    if AGAINST_LOGS.contains(&action.event_name.as_str()) {
        match action.outcome {
            "succeeded" => rules.push("logging/impaired"),
            _ => rules.push("defence/logging-attempt"),
        }
    }
    if AGAINST_BACKUPS.contains(&action.event_name.as_str()) && action.outcome != "dry_run" {
        rules.push("recovery/impaired");
    }
    if done && action.mode != "none" && FOR_GOOD.contains(&action.event_name.as_str()) {
        rules.push("destroy/irreversible-in-mode");
    }
    rules
}

/// Every RFC here that enables a mode is of a change type that runs by itself.
fn of_window(window: &Window, end: i64) -> Vec<Finding> {
    let about = |rule_id, time| Finding {
        time,
        account_id: window.account_id.clone(),
        rule_id,
        actor: String::new(),
        window_opened_at: Some(window.opened_at),
        count: 1,
    };
    let mut findings = Vec::new();
    match window.authorization {
        "authorized" => findings.push(about("mode/opened-by-automated-change-type", window.opened_at)),
        // Whoever made the role stands for it.
        "unauthorized" => {
            findings.push(Finding {
                actor: "mallory".to_owned(),
                ..about("mode/opened-without-rfc", window.opened_at)
            });
        }
        _ => {}
    }
    if !window.one_person.is_empty() {
        let actor = window.one_person.to_owned();
        findings.push(Finding { actor, ..about("mode/one-person", window.opened_at) });
    }
    if window.closed_at.is_none() {
        findings.push(about("mode/still-open", window.opened_at));
        let last = window.last_use.filter(|last| end - last >= UNUSED);
        findings.extend(last.map(|last| about("mode/unused", last)));
    }
    findings
}
