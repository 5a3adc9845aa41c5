//! The table of correlators: one row a finding.
//!
//! Owns: what a rule is called, how grave it is, how sure, and what to do. When
//! it is made stands in a file of its own beside this one.

use crate::model::finding::Confidence;
use crate::model::severity::Severity;

use super::claim::Claim;
use super::{
    Facts, automated, backups, blind, gap, irreversible, logging, new_service, spread, still_open,
    unauthorized, unprotected,
};

/// One correlator: a row of the table.
pub(super) struct Correlator {
    pub(super) rule_id: &'static str,
    pub(super) title: &'static str,
    pub(super) severity: Severity,
    /// How sure it is where its records are proven unaltered.
    pub(super) confidence: Confidence,
    /// MITRE ATT&CK, version 19; those of its actions are added.
    pub(super) technique_ids: &'static [&'static str],
    pub(super) controls: &'static [&'static str],
    pub(super) response: &'static str,
    pub(super) find: for<'a> fn(Facts<'a>) -> Vec<Claim<'a>>,
}

/// Every correlator. Source of the techniques: facts/cloudtrail.md 5 (ATT&CK
/// v19); of the controls: facts/ams.md 1.1 (recommendation), 5 (SCP library).
pub(super) const CORRELATORS: [Correlator; 11] = [
    Correlator {
        rule_id: "mode/opened-without-rfc",
        title: "Privileged mode opened without an RFC",
        severity: Severity::Critical,
        confidence: Confidence::High,
        technique_ids: &["T1098.003"],
        controls: &["SCP-AMS-033", "SCP-AMS-034"],
        response: "Ask the caller that created the role for the change record, and have AMS remove the role if there is none.",
        find: unauthorized::find,
    },
    Correlator {
        rule_id: "mode/still-open",
        title: "Privileged mode has no end in the evidence",
        severity: Severity::Medium,
        confidence: Confidence::Medium,
        technique_ids: &["T1078.004"],
        controls: &[],
        response: "Check in IAM whether the marker role still exists, and ask AMS to remove it if the mode is no longer needed.",
        find: still_open::find,
    },
    Correlator {
        rule_id: "mode/opened-by-automated-change-type",
        title: "Privileged mode opened with no human approval",
        severity: Severity::Medium,
        confidence: Confidence::Medium,
        technique_ids: &["T1098.003"],
        controls: &["SCP-ADV-001"],
        response: "Confirm the request with its requester, and restrict who may submit the automated enabling change types.",
        find: automated::find,
    },
    Correlator {
        rule_id: "destroy/irreversible-in-mode",
        title: "Irreversible destruction in a privileged mode",
        severity: Severity::High,
        confidence: Confidence::High,
        technique_ids: &[],
        controls: &[],
        response: "Establish with the data owner what was lost, and look for copies outside the account.",
        find: irreversible::find,
    },
    Correlator {
        rule_id: "logging/impaired",
        title: "Logging stopped or cut",
        severity: Severity::High,
        confidence: Confidence::High,
        technique_ids: &[],
        controls: &["SCP-AMS-012", "SCP-AMS-021", "SCP-AMS-029", "High_Risk-LOG-001"],
        response: "Restore the logging, and treat the time until then as without evidence.",
        find: logging::find,
    },
    Correlator {
        rule_id: "evidence/gap-over-window",
        title: "No evidence for part of a privileged mode window",
        severity: Severity::Medium,
        confidence: Confidence::Medium,
        technique_ids: &[],
        controls: &[],
        response: "Fetch the missing days of CloudTrail for this account and region, and analyse again.",
        find: gap::find,
    },
    Correlator {
        rule_id: "intent/unprotected-then-destroyed",
        title: "Protection removed, and then what it protected destroyed",
        severity: Severity::High,
        confidence: Confidence::High,
        technique_ids: &["T1490"],
        controls: &[],
        response: "Ask who decided to remove the protection, and restore what is left from before that time.",
        find: unprotected::find,
    },
    Correlator {
        rule_id: "intent/backups-then-data",
        title: "Backups destroyed, and then data",
        severity: Severity::Critical,
        confidence: Confidence::Medium,
        technique_ids: &["T1490"],
        controls: &[],
        response: "Look for copies in other accounts, regions and vaults before their retention ends, and keep the actor out of them.",
        find: backups::find,
    },
    Correlator {
        rule_id: "intent/blind-then-changed",
        title: "Recording stopped or cut, and then things changed or destroyed",
        severity: Severity::Critical,
        confidence: Confidence::High,
        technique_ids: &["T1685.002"],
        controls: &["SCP-AMS-012", "SCP-AMS-021"],
        response: "Restore the recording, look for what else was done until then in other sources, and ask the actor.",
        find: blind::find,
    },
    Correlator {
        rule_id: "intent/same-call-many-places",
        title: "The same destructive call in many regions or accounts",
        severity: Severity::High,
        confidence: Confidence::Medium,
        technique_ids: &[],
        controls: &[],
        response: "Establish whether a program of the landing zone did it as planned; if not, lock the credentials in every account.",
        find: spread::find,
    },
    Correlator {
        rule_id: "intent/service-new-to-actor",
        title: "Destruction in a service that the actor had not used in a mode before",
        severity: Severity::Medium,
        confidence: Confidence::Medium,
        technique_ids: &[],
        controls: &[],
        response: "Ask the actor for the reason; if there is none, treat the credentials as taken over.",
        find: new_service::find,
    },
];
