//! AMS requests for change, and the four places that tell of one: get-rfc, list-rfc-summaries, EventBridge, CloudTrail.
//!
//! Source: the AMS API model `amscm` 2020-05-21, and the AMS user guide on RFC state change events.

use crate::clock;
use serde_json::{Value, json};

/// Enable developer mode, raised in the management account for an application account.
pub(crate) const ENABLE_DEVELOPER: &str = "ct-1opjmhuddw194";
/// Enable direct change mode, raised in the account itself.
pub(crate) const ENABLE_DIRECT_CHANGE: &str = "ct-3rd4781c2nnhp";
/// Enable developer mode by an AMS operator, raised in the account itself.
pub(crate) const ENABLE_DEVELOPER_MANAGED: &str = "ct-3gjfayulf5hhs";
/// Terminate standalone EC2 instances.
pub(crate) const TERMINATE_INSTANCES: &str = "ct-3dfubbpesm2v9";
/// Other | Other | Update: free text, so an everyday RFC.
pub(crate) const OTHER_UPDATE: &str = "ct-0xdawir96cy7k";

/// The role from which customers raise RFCs.
pub(crate) const CHANGE_ROLE: &str = "AWSManagedServicesChangeManagementRole";

/// A request for change.
#[derive(Clone, Debug)]
pub(crate) struct Rfc {
    /// `RfcId`.
    pub id: String,
    /// `ChangeTypeId`.
    pub change_type: &'static str,
    /// `Title`.
    pub title: &'static str,
    /// Account in which it was raised.
    pub account: String,
    /// Session name of who raised it.
    pub person: &'static str,
    /// `CreatedTime`, seconds since 1970 UTC.
    pub created: i64,
    /// `ActualExecutionTimeRange`; `None` if it never ran.
    pub executed: Option<(i64, i64)>,
    /// `Status.Id`.
    pub status: &'static str,
    /// `AutomationStatus.Id`.
    pub automation: &'static str,
    /// `ExecutionParameters`, written as a JSON string.
    pub parameters: Value,
}

impl Rfc {
    /// When it was submitted: a minute after it was created.
    pub(crate) fn submitted(&self) -> i64 {
        self.created + clock::MINUTE
    }

    fn modified(&self) -> i64 {
        self.executed.map_or(self.submitted() + 5, |(_, end)| end + 2)
    }

    /// ARN of the session that raised it.
    pub(crate) fn created_by(&self) -> String {
        format!("arn:aws:sts::{}:assumed-role/{CHANGE_ROLE}/{}", self.account, self.person)
    }

    fn range(&self) -> Value {
        match self.executed {
            Some((start, end)) => json!({"StartTime": clock::basic(start), "EndTime": clock::basic(end)}),
            None => json!({"StartTime": null, "EndTime": null}),
        }
    }

    /// The entry of this RFC in a list-rfc-summaries page.
    pub(crate) fn summary(&self) -> Value {
        json!({
            "RfcId": self.id, "Title": self.title,
            "ChangeTypeId": self.change_type, "ChangeTypeVersion": "1.0",
            "Status": named(self.status), "ActionState": named("NoActionPending"),
            "AutomationStatus": named(self.automation), "CreatedBy": self.created_by(),
            "CreatedTime": clock::basic(self.created), "LastModifiedTime": clock::basic(self.modified()),
            "LastSubmittedTime": clock::basic(self.submitted()), "LastCorrespondenceTime": null,
            "RequestedExecutionTimeRange": {"StartTime": null, "EndTime": null},
            "ActualExecutionTimeRange": self.range(),
        })
    }

    /// What get-rfc answers.
    pub(crate) fn detail(&self) -> Value {
        let customer = if self.automation == "Manual" { "Approved" } else { "NotRequired" };
        json!({"Rfc": {
            "RfcId": self.id, "Title": self.title, "Description": null,
            "ChangeTypeId": self.change_type, "ChangeTypeVersion": "1.0",
            "AutomationStatus": named(self.automation), "Status": named(self.status), "StatusReason": null,
            "ActionState": named("NoActionPending"),
            "ApprovalState": {"AwsApprovalStatus": named("Approved"), "CustomerApprovalStatus": named(customer)},
            "CreatedBy": self.created_by(), "LastModifiedBy": self.created_by(),
            "CreatedTime": clock::basic(self.created), "LastSubmittedTime": clock::basic(self.submitted()),
            "LastModifiedTime": clock::basic(self.modified()), "LastCorrespondenceTime": null,
            "RequestedExecutionTimeRange": null, "ActualExecutionTimeRange": self.range(),
            "ExecutionParameters": self.parameters.to_string(),
            "ExecutionOutput": null, "ExpectedOutcome": null, "ImplementationPlan": null,
            "RollbackPlan": null, "WorstCaseScenario": null,
            "Notification": {"Email": {"EmailRecipients": ["cloud-team@example.com"]}},
            "RestrictedExecutionTimesOverride": named("NoOverrides"),
        }})
    }

    /// The state change events of this RFC, oldest first, without their ids.
    pub(crate) fn state_changes(&self) -> Vec<Value> {
        let mut steps = vec![
            ("RfcCreated", "Editing", self.created),
            ("RfcSubmitted", "PendingApproval", self.submitted()),
        ];
        if let Some((start, end)) = self.executed {
            steps.push(("RfcApproved", "Scheduled", self.submitted() + 3));
            steps.push(("RfcInProgress", "InProgress", start));
            steps.push(("RfcCompleted", self.status, end));
        }
        steps.into_iter().map(|(kind, status, time)| self.state_change(kind, status, time)).collect()
    }

    fn state_change(&self, kind: &str, status: &str, time: i64) -> Value {
        let known = |when: i64| (when <= time).then(|| clock::basic(when));
        let (start, end) = self.executed.unzip();
        json!({
            "version": "0", "id": "", "source": "aws.managedservices", "detail-type": "AMS RFC State Change",
            "account": self.account, "time": clock::extended(time), "region": "us-east-1", "resources": [],
            "detail": {
                "EventType": kind, "RfcId": self.id, "Title": self.title, "Status": status,
                "ActionState": "NoActionPending", "AutomationStatus": self.automation,
                "AwsAccountId": self.account, "AwsApprovalStatus": "Approved",
                "CustomerApprovalStatus": "NotRequired", "ChangeTypeId": self.change_type,
                "ChangeTypeVersion": "1.0", "CreatedTime": clock::basic(self.created),
                "LastModifiedTime": clock::basic(time), "LastSubmittedTime": known(self.submitted()),
                "RequestedExecutionTimeRange": {"StartTime": null, "EndTime": null},
                "ActualExecutionTimeRange":
                    {"StartTime": start.and_then(known), "EndTime": end.and_then(known)},
            },
        })
    }
}

/// A status-like field; the Name is the Id with its words apart, for want of documentation.
fn named(id: &str) -> Value {
    let mut name = String::new();
    for (index, letter) in id.char_indices() {
        if index > 0 && letter.is_ascii_uppercase() {
            name.push(' ');
        }
        name.push(letter);
    }
    json!({"Id": id, "Name": name})
}

/// A page of list-rfc-summaries: bare, or in the `Output` wrap of the documented sample.
pub(crate) fn summaries_page(rfcs: &[&Rfc], wrapped: bool) -> String {
    let entries: Vec<Value> = rfcs.iter().map(|rfc| rfc.summary()).collect();
    let page = json!({"NextToken": null, "RfcSummaries": entries});
    if wrapped { format!("{:#}\n", json!({"Output": page})) } else { format!("{page:#}\n") }
}
