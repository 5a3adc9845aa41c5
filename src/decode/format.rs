//! The table of forms: how each is known by its content, and what is done with
//! it. A new form is one row here.

mod exports;

use crate::decode::AsideKind;
pub(crate) use crate::decode::reading::Reading;

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
    /// `result_sign.json` of CloudTrail Lake.
    QueryResultSign,
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
        !matches!(self.reading, Reading::NotEvidence(_))
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
        &[&["message"], &["timestamp"], &["id", "ingestionTime"]],
        Reading::Text("message"),
        "log events of CloudWatch Logs, one a line",
        "object with `message`, `timestamp`, and `id` or `ingestionTime`",
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
        Reading::Aside(AsideKind::Insight),
        "CloudTrail Insights records: counted, they tell of rates and not of single calls",
        "record with `insightDetails`",
    ),
    row(
        "cloudtrail_aggregated",
        &[&["timeWindow"], &["summary"], &["eventCategory"]],
        Reading::Aside(AsideKind::Aggregated),
        "CloudTrail aggregated events: counted, they hold numbers and not single calls",
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
    exports::LAKE_QUERY_SIGN,
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
        Reading::Rows("QueryResultRows"),
        "output of `aws cloudtrail get-query-results`; nested columns are a best effort",
        "object with `QueryResultRows`",
    ),
    row(
        "logs_insights_result",
        &[&["results"], &["statistics"]],
        Reading::Rows("results"),
        "output of `aws logs get-query-results` with `@message`",
        "object with `results` and `statistics`",
    ),
    row(
        "log_events",
        &[&["events"], &["searchedLogStreams", "nextForwardToken", "nextToken"]],
        Reading::Elements("events"),
        "output of `aws logs filter-log-events` or `get-log-events`",
        "object with `events` and a token",
    ),
    row(
        "sns_message",
        &[&["TopicArn"], &["Message"]],
        Reading::Text("Message"),
        "SNS notification that carries a record or an EventBridge event",
        "object with `TopicArn` and `Message`",
    ),
    row(
        "sqs_message",
        &[&["body", "Body"], &["messageId", "MessageId", "receiptHandle", "ReceiptHandle"]],
        Reading::Text("body"),
        "SQS message that carries a record, an EventBridge event or an SNS notification",
        "object with `body` and `messageId`",
    ),
    row(
        "splunk_result",
        &[&["result"], &["preview", "offset"]],
        Reading::Wrapper,
        "Splunk export in JSON, with `_raw`",
        "object with `result` and `preview`",
    ),
    row(
        "elastic_hit",
        &[&["_source"], &["_index", "_id"]],
        Reading::Wrapper,
        "Elasticsearch or OpenSearch export with `event.original` or `message`; else a summary from `aws.cloudtrail.*`",
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
    row(
        "wrapped_record",
        &[],
        Reading::Wrapper,
        "CloudTrail records in any other JSON, as an object or as JSON text, or as text in a column of Parquet",
        "a record, or the text of one, somewhere inside",
    ),
    row(
        "cloudwatch_export",
        &[],
        Reading::Elements(""),
        "CloudWatch Logs export to S3, or the output of `aws logs tail`",
        "lines of a time and JSON",
    ),
    row(
        "prefixed_lines",
        &[],
        Reading::Elements(""),
        "lines of JSON behind a header, such as syslog's",
        "a first line that ends in a JSON object",
    ),
    row(
        "console_csv",
        &[],
        Reading::Elements(""),
        "Event history CSV of the console: a summary of each record",
        "header with `Event name`, `Event time` and `Event ID`",
    ),
    row(
        "athena_csv",
        &[],
        Reading::Elements(""),
        "Athena result as CSV; nested columns are a best effort",
        "header with `eventname`, `eventsource` and `eventtime`",
    ),
    row(
        "lake_csv",
        &[],
        Reading::Elements(""),
        "CloudTrail Lake result as CSV; nested columns are a best effort",
        "header with `eventName`, `eventSource` and `eventTime`, maybe after `# Execution Time`",
    ),
    row(
        "security_lake",
        &[&["class_uid"], &["metadata"], &["api"]],
        Reading::Ocsf,
        "Security Lake events (OCSF) in Parquet or JSON: a summary of each record",
        "object or columns with `class_uid`, `metadata` and `api`",
    ),
    row(
        "athena_rows",
        &[&["eventname"], &["eventsource"], &["eventtime"]],
        Reading::Columns,
        "Athena result as Parquet or JSON (UNLOAD, CTAS)",
        "object or columns with `eventname`, `eventsource` and `eventtime`",
    ),
    row(
        "lookup_csv",
        &[],
        Reading::Text("CloudTrailEvent"),
        "entries of `lookup-events` as CSV",
        "header with `CloudTrailEvent`",
    ),
    row(
        "logs_insights_csv",
        &[],
        Reading::Text("@message"),
        "CloudWatch Logs Insights result as CSV",
        "header with `@message`",
    ),
    row("splunk_csv", &[], Reading::Text("_raw"), "Splunk export as CSV", "header with `_raw`"),
    row(
        "message_csv",
        &[],
        Reading::Text("message"),
        "another tool's CSV with the record in one column",
        "header with `message`, `event.original` or the like",
    ),
    exports::CREDENTIAL_REPORT,
    exports::ORC,
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
