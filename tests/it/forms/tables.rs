//! Records in tables: CSV exports and the rows of query results.

use serde_json::{Value, json};

use super::{Sample, csv, lines, sample, two};
use crate::runner::gzip;

/// Cells of a record by field, nested ones as `nested` writes them.
fn cells(one: &Value, names: &[&str], nested: impl Fn(&Value) -> String) -> Vec<String> {
    let field = |name: &&str| match one.get(*name) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(value @ Value::Object(_)) => nested(value),
        Some(value) => value.to_string(),
    };
    names.iter().map(field).collect()
}

const FIELDS: [&str; 12] = [
    "eventVersion",
    "userIdentity",
    "eventTime",
    "eventSource",
    "eventName",
    "awsRegion",
    "sourceIPAddress",
    "requestParameters",
    "responseElements",
    "eventID",
    "readOnly",
    "recipientAccountId",
];

/// An object as Presto prints it.
fn row_text(value: &Value) -> String {
    let Value::Object(object) = value else { return value.as_str().unwrap_or("null").to_owned() };
    let pairs: Vec<String> =
        object.iter().map(|(key, value)| format!("{}={}", key.to_lowercase(), row_text(value))).collect();
    format!("{{{}}}", pairs.join(", "))
}

pub(super) fn forms() -> Vec<Sample> {
    let mut all = csv_forms();
    all.extend(json_forms());
    all
}

/// Two records as rows that CloudTrail Lake prints.
fn lake_rows() -> [Vec<String>; 2] {
    two().map(|one| {
        let mut row = cells(&one, &FIELDS, row_text);
        row[2] = row[2].replace('T', " ").replace('Z', ".000");
        row
    })
}

fn csv_forms() -> Vec<Sample> {
    let console = [
        "User name",
        "AWS access key",
        "Event time",
        "Event source",
        "Event name",
        "AWS region",
        "Source IP address",
        "User agent",
        "Error code",
        "Resources",
        "Request ID",
        "Event ID",
        "Read-only",
        "Event type",
        "Recipient Account Id",
        "Event category",
    ];
    let kept = two().map(|one| {
        let text = |key: &str| one[key].as_str().unwrap_or_default().to_owned();
        vec![
            "alice".to_owned(),
            "AKIAEXAMPLE".to_owned(),
            text("eventTime"),
            text("eventSource"),
            text("eventName"),
            text("awsRegion"),
            text("sourceIPAddress"),
            text("userAgent"),
            String::new(),
            r#"[{"resourceType":"AWS::S3::Bucket","resourceName":"b, c"}]"#.to_owned(),
            text("requestID"),
            text("eventID"),
            "false".to_owned(),
            text("eventType"),
            text("recipientAccountId"),
            text("eventCategory"),
        ]
    });
    let lower: Vec<String> = FIELDS.iter().map(|name| name.to_lowercase()).collect();
    let lower: Vec<&str> = lower.iter().map(String::as_str).collect();
    let athena = two().map(|one| {
        let mut row = cells(&one, &FIELDS, Value::to_string);
        row[1] = row_text(&one["userIdentity"]);
        row
    });
    let lake = lake_rows();
    let query = "# Execution Time: 2026-01-02 Query Statement: SELECT *\n FROM x, y WHERE a = 'b'\n";
    vec![
        sample(13, "event_history.csv", csv(&console, &kept), "console_csv").of_grade("summary"),
        sample(18, "result_1.csv.gz", gzip((query.to_owned() + &csv(&FIELDS, &lake)).as_bytes()), "lake_csv")
            .of_grade("summary"),
        sample(21, "athena.csv", csv(&lower, &athena), "athena_csv"),
        sample(23, "lake.jsonl", lines(|one, _| ocsf(one).to_string()), "security_lake").of_grade("summary"),
    ]
}

fn json_forms() -> Vec<Sample> {
    let lake = lake_rows();
    let rows: Value = lake
        .iter()
        .map(|row| FIELDS.iter().zip(row).map(|(name, cell)| json!({*name: cell})).collect::<Value>())
        .collect();
    vec![
        sample(
            19,
            "query.json",
            json!({"QueryStatus":"FINISHED","QueryResultRows":rows}).to_string(),
            "lake_result",
        )
        .of_grade("summary"),
        sample(
            22,
            "unload.jsonl",
            lines(|one, _| {
                let object: serde_json::Map<String, Value> = one
                    .as_object()
                    .expect("an object")
                    .iter()
                    .map(|(key, value)| (key.to_lowercase(), value.clone()))
                    .collect();
                Value::Object(object).to_string()
            }),
            "athena_rows",
        ),
    ]
}

/// What Security Lake makes of a record.
pub(super) fn ocsf(one: &Value) -> Value {
    let identity = &one["userIdentity"];
    let second = one["eventTime"].as_str().and_then(|time| time[17..19].parse::<i64>().ok());
    json!({"class_uid": 6003, "time": 1_767_323_040_000_i64 + second.unwrap_or(0) * 1000,
        "metadata": {"uid": one["eventID"], "event_code": one["eventType"],
            "product": {"name": "CloudTrail", "version": one["eventVersion"]}},
        "api": {"operation": one["eventName"], "service": {"name": one["eventSource"]},
            "request": {"uid": one["requestID"], "data": one["requestParameters"].to_string()}},
        "cloud": {"provider": "AWS", "region": one["awsRegion"], "account": {"uid": one["recipientAccountId"]}},
        "actor": {"user": {"type": identity["type"], "uid": identity["arn"], "name": identity["userName"]}},
        "src_endpoint": {"ip": one["sourceIPAddress"]}, "http_request": {"user_agent": one["userAgent"]}})
}
