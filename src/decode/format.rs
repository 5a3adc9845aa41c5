//! The table of forms: how each is known by its content, and what is done with
//! it. A new form is one row here.

mod exports;

/// What is done with an entry of a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// The array under this key holds entries.
    Elements(&'static str),
    /// The object under this key is an entry.
    Object(&'static str),
    /// The string under this key holds an entry as JSON text.
    Text(&'static str),
    /// An EventBridge envelope: an RFC state change, a record, or something else.
    Envelope,
    /// The object under this key is an RFC in full.
    Rfc(&'static str),
    /// The entry itself is an RFC, in full or as a summary.
    BareRfc,
    /// The entry is a document of another kind than records and RFCs.
    Document(DocumentKind),
    /// Evidence that this version does not read; what to do instead.
    NotRead(&'static str),
    /// No evidence of ours; what it is.
    NotEvidence(&'static str),
}

/// Documents beside records and RFCs: what they hold is read as a whole, after
/// all objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DocumentKind {
    /// A CloudTrail digest.
    Digest,
    /// `aws cloudtrail list-public-keys`.
    PublicKeys,
    /// `aws s3api head-object`.
    HeadObject,
    /// `aws iam get-account-authorization-details`.
    IamAuthorizationDetails,
    /// An AWS Config snapshot or history.
    ConfigItems,
    /// `aws cloudtrail describe-trails` and `get-trail`.
    TrailDescription,
    /// `aws cloudtrail get-trail-status`.
    TrailStatus,
    /// `aws cloudtrail get-event-selectors`.
    EventSelectors,
    /// `aws iam get-role` and `list-roles`.
    IamRoles,
    /// The IAM credential report.
    CredentialReport,
    /// `aws organizations list-accounts`.
    OrganizationAccounts,
}

/// One form in which evidence comes, or that is easily taken for one.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// The word in the `format` column.
    pub name: &'static str,
    /// What it is, for people.
    pub about: &'static str,
    /// How it is known, for people.
    pub known_by: &'static str,
    /// Keys that its object must have, each in one of these spellings.
    pub(crate) keys: &'static [&'static [&'static str]],
    /// A word that must stand in the value of its first key, where that key
    /// alone says too little.
    pub(crate) holding: &'static str,
    /// What is done with it.
    pub(crate) reading: Reading,
}

impl Format {
    /// The same form, but only if the value of its first key holds that word.
    const fn holding(self, word: &'static str) -> Self {
        Self { holding: word, ..self }
    }

    /// Whether this version turns it into events or RFCs.
    pub fn is_read(&self) -> bool {
        !matches!(self.reading, Reading::NotRead(_) | Reading::NotEvidence(_))
    }
}

/// One row: name, keys, reading, about, known by.
const fn row(
    name: &'static str,
    keys: &'static [&'static [&'static str]],
    reading: Reading,
    about: &'static str,
    known_by: &'static str,
) -> Format {
    Format { name, about, known_by, keys, holding: "", reading }
}

const NOT_YET: &str = "this version of devtrail does not read it";

/// Records that stand by themselves, named after what holds them.
pub(crate) const RECORD: &str = "cloudtrail_record";
/// Records in one JSON array.
pub(crate) const ARRAY: &str = "cloudtrail_array";
/// Records one after the other.
pub(crate) const LINES: &str = "cloudtrail_lines";
/// Records as a trail delivers them.
pub(crate) const DELIVERY: &str = "cloudtrail_delivery";
/// RFC state changes.
pub(crate) const STATE_CHANGE: &str = "rfc_state_change";

/// Every form, in the order in which it is tried.
///
/// Source: facts/cloudtrail.md 2.2; facts/ams.md 3.3, 3.4, 3.8.
pub const FORMATS: &[Format] = &[
    row(
        DELIVERY,
        &[&["Records"]],
        Reading::Elements("Records"),
        "CloudTrail log object as a trail delivers it, gzip or plain",
        "object with `Records`",
    ),
    row(ARRAY, &[], Reading::Elements(""), "CloudTrail records in a bare JSON array", "array of records"),
    row(
        LINES,
        &[],
        Reading::Elements(""),
        "CloudTrail records one a line, or one after the other",
        "several records",
    ),
    row(
        RECORD,
        &[],
        Reading::Elements(""),
        "one CloudTrail record",
        "object with `eventSource` and `eventName`",
    ),
    row(
        "lookup_events",
        &[&["Events"]],
        Reading::Elements("Events"),
        "output of `aws cloudtrail lookup-events`",
        "object with `Events`",
    ),
    row(
        "lookup_event",
        &[&["CloudTrailEvent"]],
        Reading::Text("CloudTrailEvent"),
        "entries of `lookup-events`, one a line",
        "object with `CloudTrailEvent`",
    ),
    row(
        "eventbridge",
        &[&["detail-type"], &["detail"]],
        Reading::Envelope,
        "EventBridge event `… via CloudTrail`",
        "object with `detail-type` and `detail`",
    ),
    row(
        STATE_CHANGE,
        &[&["EventType"], &["RfcId"], &["AwsAccountId"]],
        Reading::Envelope,
        "EventBridge event `AMS RFC State Change`",
        "`detail-type` is `AMS RFC State Change`",
    ),
    row(
        "cloudwatch_subscription",
        &[&["logEvents"], &["logGroup"]],
        Reading::Elements("logEvents"),
        "CloudWatch Logs subscription (Firehose, Lambda)",
        "object with `logEvents` and `logGroup`",
    ),
    row(
        "cloudwatch_message",
        &[&["message"], &["timestamp"], &["id"]],
        Reading::Text("message"),
        "one log event of a CloudWatch Logs subscription",
        "object with `id`, `timestamp` and `message`",
    ),
    row(
        "get_rfc",
        &[&["Rfc", "rfc"]],
        Reading::Rfc("Rfc"),
        "output of `aws amscm get-rfc`",
        "object with `Rfc`",
    ),
    row(
        "rfc_summaries",
        &[&["RfcSummaries", "rfcSummaries"]],
        Reading::Elements("RfcSummaries"),
        "page of `aws amscm list-rfc-summaries`, bare or in `Output`",
        "object with `RfcSummaries`",
    ),
    row(
        "rfc_output",
        &[&["Output"]],
        Reading::Object("Output"),
        "AMS answer in an `Output` wrapper",
        "object with `Output`",
    ),
    row(
        "rfc",
        &[&["RfcId", "rfcId"], &["ChangeTypeId", "changeTypeId"]],
        Reading::BareRfc,
        "RFCs or RFC summaries without their wrapper",
        "object with `RfcId` and `ChangeTypeId`",
    ),
    row(
        "cloudtrail_digest",
        &[&["digestStartTime"], &["logFiles"]],
        Reading::Document(DocumentKind::Digest),
        "CloudTrail digest",
        "object with `digestStartTime` and `logFiles`",
    ),
    row(
        "cloudtrail_insight",
        &[&["insightDetails"]],
        Reading::NotRead(
            "CloudTrail Insights record: recognised; it tells of rates, not of single calls, and this version does not read it",
        ),
        "CloudTrail Insights record",
        "record with `insightDetails`",
    ),
    row(
        "cloudtrail_aggregated",
        &[&["timeWindow"], &["summary"], &["eventCategory"]],
        Reading::NotRead(
            "CloudTrail aggregated event: recognised; it holds counts, not calls, and this version does not read it",
        ),
        "CloudTrail aggregated event",
        "record with `timeWindow` and `summary`",
    ),
    row(
        "public_keys",
        &[&["PublicKeyList", "publicKeyList"]],
        Reading::Document(DocumentKind::PublicKeys),
        "output of `aws cloudtrail list-public-keys`",
        "object with `PublicKeyList`",
    ),
    row(
        "head_object",
        &[&["Metadata"], &["ETag", "ContentLength", "LastModified", "Key", "ModTime"]],
        Reading::Document(DocumentKind::HeadObject),
        "output of `aws s3api head-object`",
        "object with `Metadata` and `ETag` or `Key`",
    ),
    exports::IAM_AUTHORIZATION_DETAILS,
    exports::IAM_AUTHORIZATION_ANSWER,
    exports::IAM_AUTHORIZATION_RESULT,
    exports::CONFIG_ITEMS,
    exports::TRAIL_DESCRIPTION,
    exports::TRAIL,
    exports::TRAIL_STATUS,
    exports::EVENT_SELECTORS,
    exports::IAM_ROLE,
    exports::IAM_ROLES,
    exports::CREDENTIAL_REPORT_ANSWER,
    exports::ORGANIZATION_ACCOUNTS,
    row(
        "lake_result",
        &[&["QueryResultRows"]],
        Reading::NotRead(
            "CloudTrail Lake result: recognised; export the trail's S3 objects instead, this version does not read it",
        ),
        "output of `aws cloudtrail get-query-results`",
        "object with `QueryResultRows`",
    ),
    row(
        "logs_insights_result",
        &[&["results"], &["statistics"]],
        Reading::NotRead("CloudWatch Logs Insights result: recognised; this version does not read it"),
        "output of `aws logs get-query-results`",
        "object with `results` and `statistics`",
    ),
    row(
        "log_events",
        &[&["events"], &["searchedLogStreams", "nextForwardToken", "nextToken"]],
        Reading::NotRead("CloudWatch Logs events: recognised; this version does not read them"),
        "output of `aws logs filter-log-events`",
        "object with `events` and a token",
    ),
    row(
        "sns_message",
        &[&["TopicArn"], &["Message"]],
        Reading::NotRead("SNS message: recognised; this version does not open it"),
        "SNS notification",
        "object with `TopicArn` and `Message`",
    ),
    row(
        "sqs_message",
        &[&["body"], &["messageId", "receiptHandle"]],
        Reading::NotRead("SQS message: recognised; this version does not open it"),
        "SQS message",
        "object with `body` and `messageId`",
    ),
    row(
        "splunk_result",
        &[&["result"], &["preview", "offset"]],
        Reading::NotRead(
            "Splunk export: recognised; export the raw objects instead, this version does not read it",
        ),
        "Splunk export",
        "object with `result` and `preview`",
    ),
    row(
        "elastic_hit",
        &[&["_source"], &["_index", "_id"]],
        Reading::NotRead("Elasticsearch or OpenSearch export: recognised; this version does not read it"),
        "Elasticsearch or OpenSearch export",
        "object with `_source`",
    ),
    row(
        "s3_notification",
        &[&["s3"], &["eventName"]],
        Reading::NotEvidence("S3 event notification, no CloudTrail record"),
        "S3 event notification",
        "record with `s3`",
    ),
    row(
        "config_rule_event",
        &[&["configRuleId"], &["invokingEvent"]],
        Reading::NotEvidence("AWS Config rule event, no CloudTrail record"),
        "AWS Config rule event",
        "object with `configRuleId`",
    ),
    row(
        "guardduty_finding",
        &[&["schemaVersion", "SchemaVersion"], &["service", "Service"], &["severity", "Severity"]],
        Reading::NotEvidence("GuardDuty finding, no CloudTrail record"),
        "GuardDuty finding",
        "object with `schemaVersion`, `service` and `severity`",
    ),
    row("utf16_text", &[], Reading::NotRead(NOT_YET), "text in UTF-16", "byte order mark"),
    row(
        "cloudwatch_export",
        &[],
        Reading::NotRead(NOT_YET),
        "CloudWatch Logs export to S3",
        "lines of time and JSON",
    ),
    row("console_csv", &[], Reading::NotRead(NOT_YET), "Event history CSV of the console", "its header"),
    row("athena_csv", &[], Reading::NotRead(NOT_YET), "Athena result as CSV", "its header"),
    row("lake_csv", &[], Reading::NotRead(NOT_YET), "CloudTrail Lake result as CSV", "its first line"),
    exports::CREDENTIAL_REPORT,
];

/// The row whose entries are documents of that kind.
pub fn of_document(kind: DocumentKind) -> &'static Format {
    let row = FORMATS.iter().find(|format| format.reading == Reading::Document(kind));
    row.expect("every kind of document is the reading of a row")
}

/// The row of that name, which must exist.
pub(crate) fn named(name: &str) -> &'static Format {
    FORMATS.iter().find(|format| format.name == name).expect("every name used in this module is a row")
}
