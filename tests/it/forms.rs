//! Every form and container in which CloudTrail evidence comes, each with a
//! small sample: as many events come out as went in, under the form's name.
//!
//! Source of the list: facts/cloudtrail.md 2.2, whose row numbers stand here.

pub(crate) mod parquet;
mod real;
mod tables;

use serde_json::{Value, json};

use crate::runner::{Analysis, analyze, delivery, gzip, put, record, scratch};

/// A sample of one form, and what has to come of it.
struct Sample {
    /// Row in the table of forms.
    row: u32,
    name: &'static str,
    content: Vec<u8>,
    format: &'static str,
    events: usize,
    grade: &'static str,
}

fn sample(row: u32, name: &'static str, content: impl Into<Vec<u8>>, format: &'static str) -> Sample {
    Sample { row, name, content: content.into(), format, events: 2, grade: "export" }
}

impl Sample {
    fn of_grade(self, grade: &'static str) -> Self {
        Self { grade, ..self }
    }

    fn of_events(self, events: usize) -> Self {
        Self { events, ..self }
    }
}

/// Two records, as JSON values.
fn two() -> [Value; 2] {
    [record("e0", "2026-01-02T03:04:00Z"), record("e1", "2026-01-02T03:04:01Z")]
}

/// The two records as lines, each made of the value and its text.
fn lines(line: impl Fn(&Value, &str) -> String) -> String {
    two().iter().map(|one| line(one, &one.to_string()) + "\n").collect()
}

/// The two records as a list of what is made of each.
fn list(item: impl Fn(&Value, &str) -> Value) -> Value {
    two().iter().map(|one| item(one, &one.to_string())).collect()
}

fn csv(header: &[&str], rows: &[Vec<String>]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(header).expect("memory takes it");
    for row in rows {
        writer.write_record(row).expect("memory takes it");
    }
    String::from_utf8(writer.into_inner().expect("memory takes it")).expect("UTF-8")
}

fn trail_forms() -> Vec<Sample> {
    let insight = json!({"eventVersion":"1.07","eventType":"AwsCloudTrailInsight","eventID":"i0",
        "eventTime":"2026-01-02T03:04:00Z","awsRegion":"us-east-1","recipientAccountId":"111122223333",
        "eventCategory":"Insight","insightDetails":{"state":"Start","eventSource":"ec2.amazonaws.com",
        "eventName":"RunInstances","insightType":"ApiCallRateInsight"}});
    let aggregated = json!({"accountId":"111122223333","eventId":"a0","eventVersion":"1.0",
        "eventCategory":"Aggregated","eventType":"AwsAggregatedEvent","awsRegion":"us-east-1",
        "eventSource":"s3.amazonaws.com","timeWindow":{"windowStart":"2026-01-02T03:00:00Z",
        "windowEnd":"2026-01-02T03:05:00Z","windowSize":"PT5M"},"summary":{"primaryDimension":{}}});
    vec![
        sample(1, "log.json.gz", gzip(delivery(&["e0", "e1"]).as_bytes()), "cloudtrail_delivery")
            .of_grade("unreferenced"),
        sample(3, "insight.json", json!({"Records":[insight]}).to_string(), "cloudtrail_insight")
            .of_events(0),
        sample(
            4,
            "aggregated.json",
            json!({"Records":[aggregated.clone()]}).to_string(),
            "cloudtrail_aggregated",
        )
        .of_events(0),
        sample(4, "aggregated-list.json", json!([aggregated]).to_string(), "cloudtrail_aggregated")
            .of_events(0),
        sample(5, "lines.jsonl", lines(|_, text| text.to_owned()), "cloudtrail_lines"),
        sample(6, "firehose", lines(|_, text| text.to_owned()).replace('\n', ""), "cloudtrail_lines"),
        sample(28, "plain.json.gz", delivery(&["e0", "e1"]), "cloudtrail_delivery").of_grade("unreferenced"),
    ]
}

fn cloudwatch_forms() -> Vec<Sample> {
    let group = |one: &Value, text: &str| {
        json!({"messageType":"DATA_MESSAGE","owner":"111122223333","logGroup":"g","logStream":"s",
            "subscriptionFilters":["f"],"logEvents":[{"id":one["eventID"],"timestamp":1,"message":text}]})
        .to_string()
    };
    let members: Vec<u8> =
        two().iter().flat_map(|one| gzip(group(one, &one.to_string()).as_bytes())).collect();
    let event = |one: &Value, text: &str| json!({"logStreamName":"s","timestamp":1,"message":text,"ingestionTime":2,"eventId":one["eventID"]});
    let insights = json!({"results": two().iter().map(|one| json!([{"field":"@timestamp","value":"2026"},
        {"field":"@message","value":one.to_string()}])).collect::<Value>(),
        "statistics":{"recordsMatched":2.0},"status":"Complete"});
    let rows: Vec<Vec<String>> = two().iter().map(|one| vec!["2026".to_owned(), one.to_string()]).collect();
    vec![
        sample(7, "firehose.gz", members, "cloudwatch_subscription"),
        sample(
            8,
            "000000.gz",
            gzip(lines(|_, text| format!("2026-01-02T03:04:05.000Z {text}")).as_bytes()),
            "cloudwatch_export",
        ),
        sample(
            8,
            "tail.txt",
            lines(|_, text| format!("2026-01-02T03:04:05.000000+00:00 stream {text}")),
            "cloudwatch_export",
        ),
        sample(
            9,
            "filter.json",
            json!({"events":list(event),"searchedLogStreams":[]}).to_string(),
            "log_events",
        ),
        sample(9, "get.json", json!({"events":list(event),"nextForwardToken":"f"}).to_string(), "log_events"),
        sample(9, "all-pages.json", json!({"events":list(event)}).to_string(), "wrapped_record"),
        sample(10, "insights.json", insights.to_string(), "logs_insights_result"),
        sample(10, "insights.csv", csv(&["@timestamp", "@message"], &rows), "logs_insights_csv"),
    ]
}

fn api_forms() -> Vec<Sample> {
    let looked_up = |one: &Value, text: &str| {
        json!({"EventId":one["eventID"],"EventName":"DeleteBucket","ReadOnly":"false",
            "EventTime":"2026-01-02 14:04:00+11:00","EventSource":"s3.amazonaws.com","Username":"alice",
            "Resources":[],"CloudTrailEvent":text})
    };
    let bridge = |one: &Value, _: &str| {
        json!({"version":"0","id":"x","detail-type":"AWS API Call via CloudTrail","source":"aws.s3",
            "account":"111122223333","time":"2026-01-02T03:04:00Z","region":"us-east-1","resources":[],
            "detail":one})
    };
    let notified = |one: &Value, text: &str| {
        json!({"Type":"Notification","MessageId":"m","TopicArn":"arn:aws:sns:us-east-1:111122223333:t",
            "Message":bridge(one, text).to_string()})
    };
    let queued = |one: &Value, text: &str| json!({"messageId":"m","receiptHandle":"r","body":notified(one, text).to_string()});
    let received = |one: &Value, text: &str| json!({"MessageId":"m","ReceiptHandle":"r","Body":notified(one, text).to_string()});
    vec![
        sample(11, "lookup.json", json!({"Events":list(looked_up)}).to_string(), "lookup_events"),
        sample(12, "lookup.jsonl", lines(|one, text| looked_up(one, text).to_string()), "lookup_event"),
        sample(14, "event_history.json", format!("{:#}", json!({"Records":two()})), "cloudtrail_delivery")
            .of_grade("unreferenced"),
        sample(15, "bridge.jsonl", lines(|one, text| bridge(one, text).to_string()), "eventbridge"),
        sample(
            16,
            "replayed.jsonl",
            lines(|one, text| {
                let mut event = bridge(one, text);
                event["replay-name"] = json!("r");
                event.to_string()
            }),
            "eventbridge",
        ),
        sample(17, "sns.jsonl", lines(|one, text| notified(one, text).to_string()), "sns_message"),
        sample(17, "sqs.json", json!({"Records":list(queued)}).to_string(), "sqs_message"),
        sample(17, "received.json", json!({"Messages":list(received)}).to_string(), "wrapped_record"),
        sample(
            17,
            "notification.json",
            json!({"Records":[{"eventVersion":"2.1","eventSource":"aws:s3",
            "eventTime":"2026-01-02T03:04:00Z","eventName":"ObjectCreated:Put","s3":{"bucket":{}}}]})
            .to_string(),
            "s3_notification",
        )
        .of_events(0),
    ]
}

fn tool_forms() -> Vec<Sample> {
    let splunk = |_: &Value, text: &str| json!({"preview":false,"offset":0,"lastrow":true,"result":{"_raw":text,"_time":"t","_cd":"1:2"}});
    let raw: Vec<Vec<String>> = two().iter().map(|one| vec![one.to_string(), "t".to_owned()]).collect();
    let hit = |one: &Value, text: &str| {
        json!({"_index":"i","_id":one["eventID"],"_source":{"@timestamp":"t","message":text,
            "event":{"original":text,"action":"DeleteBucket"}}})
    };
    let graylog = |one: &Value, text: &str| {
        json!({"gl2_message_id":"1","eventName":one["eventName"],"eventSource":one["eventSource"],
            "eventTime":one["eventTime"],"full_message":text})
    };
    let panther = |one: &Value, _: &str| {
        let mut event = one.clone();
        event["p_event_time"] = json!("2026-01-02 03:04:00.000");
        event["p_log_type"] = json!("AWS.CloudTrail");
        event
    };
    let datadog = |one: &Value, _: &str| json!({"id":"1","type":"log","attributes":{"service":"cloudtrail","attributes":one}});
    let utf16 = |text: &str, little: bool| -> Vec<u8> {
        let units = std::iter::once(0xfeff).chain(text.encode_utf16());
        units.flat_map(|unit: u16| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
    };
    let plain = delivery(&["e0", "e1"]);
    vec![
        sample(24, "splunk.json", lines(|one, text| splunk(one, text).to_string()), "splunk_result"),
        sample(24, "splunk.csv", csv(&["_raw", "_time"], &raw), "splunk_csv"),
        sample(25, "elastic.jsonl", lines(|one, text| hit(one, text).to_string()), "elastic_hit"),
        sample(25, "ecs.jsonl", lines(|one, _| ecs(one).to_string()), "elastic_hit").of_grade("summary"),
        sample(
            25,
            "search.json",
            json!({"took":1,"hits":{"total":2,"hits":list(hit)}}).to_string(),
            "wrapped_record",
        ),
        sample(26, "graylog.jsonl", lines(|one, text| graylog(one, text).to_string()), "wrapped_record"),
        sample(26, "panther.jsonl", lines(|one, text| panther(one, text).to_string()), "cloudtrail_lines"),
        sample(26, "datadog.json", json!({"data":list(datadog)}).to_string(), "wrapped_record"),
        sample(
            26,
            "syslog.txt",
            lines(|_, text| format!("<134>Jan 2 host cloudtrail: {text}")),
            "prefixed_lines",
        ),
        sample(29, "bom.json", format!("\u{feff}{plain}"), "cloudtrail_delivery").of_grade("unreferenced"),
        sample(29, "utf16le.json", utf16(&plain, true), "cloudtrail_delivery").of_grade("unreferenced"),
        sample(29, "utf16be.json", utf16(&plain, false), "cloudtrail_delivery").of_grade("unreferenced"),
        sample(29, "windows.csv", csv(&["_raw", "_time"], &raw).replace('\n', "\r\n"), "splunk_csv"),
    ]
}

/// A document of Elastic's module that does not hold the original record.
fn ecs(one: &Value) -> Value {
    json!({"_index":"logs","_id":one["eventID"],"_source":{"@timestamp":one["eventTime"],
        "event":{"id":one["eventID"],"action":one["eventName"],"provider":one["eventSource"]},
        "cloud":{"region":one["awsRegion"],"account":{"id":one["recipientAccountId"]}},
        "aws":{"cloudtrail":{"event_version":one["eventVersion"],"recipient_account_id":one["recipientAccountId"],
            "flattened":{"request_parameters":one["requestParameters"]}}}}})
}

/// Runs one sample alone and checks its row, its events and its counts.
fn check(one: &Sample) {
    let place = format!("row {} {}", one.row, one.name);
    let dump = scratch();
    put(dump.path(), one.name, &one.content);
    let done = analyze(dump.path(), &["--events", "all", "--format", "csv", "--format", "json"]);
    let evidence = done.table("evidence");
    assert_eq!(evidence.len(), 1, "{place}");
    assert_eq!(evidence[0]["format"], one.format, "{place}: {evidence:?} {:?}", done.table("problems"));
    let events = done.table("events");
    assert_eq!(events.len(), one.events, "{place}: {:?} {:?}", done.problems(), done.table("problems"));
    if one.events == 0 {
        return;
    }
    assert!(
        done.problems().keys().all(|kind| kind == "several_gzip_members"),
        "{place}: {:?}",
        done.table("problems")
    );
    assert_eq!(done.ended.code, 0, "{place}: {}", done.ended.stderr);
    assert_eq!(evidence[0]["status"], "read", "{place}");
    let ids: Vec<&str> = events.iter().map(|row| row["event_id"].as_str()).collect();
    assert_eq!(ids, ["e0", "e1"], "{place}");
    let times: Vec<&str> = events.iter().map(|row| &row["event_time"][..19]).collect();
    assert_eq!(times, ["2026-01-02T03:04:00", "2026-01-02T03:04:01"], "{place}");
    destroyed(&done, one, &place);
}

fn destroyed(done: &Analysis, one: &Sample, place: &str) {
    let rows = done.table("destructive_actions");
    assert_eq!(rows.len(), one.events, "{place}");
    for row in rows {
        assert_eq!(row["source_grade"], one.grade, "{place}");
        assert_eq!((row["copies"].as_str(), row["account_id"].as_str()), ("1", "111122223333"), "{place}");
    }
    let told: Vec<String> = done
        .rows("timeline", "kind", "destructive_action")
        .into_iter()
        .map(|row| row["source_grade"].clone())
        .collect();
    assert_eq!(told, [one.grade, one.grade], "{place}");
}

#[test]
fn records_as_trails_deliver_them() {
    trail_forms().iter().for_each(check);
}

#[test]
fn records_that_went_through_cloudwatch_logs() {
    cloudwatch_forms().iter().for_each(check);
}

#[test]
fn records_that_an_api_or_a_queue_gave_out() {
    api_forms().iter().for_each(check);
}

#[test]
fn records_in_tables() {
    tables::forms().iter().for_each(check);
}

#[test]
fn records_that_went_through_other_tools() {
    tool_forms().iter().for_each(check);
}
