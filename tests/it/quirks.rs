//! Twenty odd forms in which dumps really come. None of them costs a good
//! neighbour in the same dump, and none is passed over in silence.

use serde_json::{Value, json};

use crate::beside::{beside_good, facts, ids, problems};
use crate::runner::{analyze, delivery, gzip, put, record, scratch};

const TIME: &str = "2026-01-02T03:04:05Z";

/// Records with these ids, one a line.
fn lines(ids: &[&str]) -> String {
    ids.iter().map(|id| format!("{}\n", record(id, TIME))).collect()
}

/// One entry of `lookup-events`, with its record as a string.
fn lookup_entry(id: &str) -> Value {
    json!({"EventId": id, "EventName": "DeleteBucket", "ReadOnly": "false", "EventTime": 1_767_323_045.0,
        "EventSource": "s3.amazonaws.com", "Username": "alice", "Resources": [],
        "CloudTrailEvent": record(id, TIME).to_string()})
}

/// An object of a CloudWatch Logs subscription that carries these records.
fn subscription(ids: &[&str]) -> String {
    let events: Vec<Value> = ids
        .iter()
        .map(|id| json!({"id": format!("3{id}"), "timestamp": 1_767_323_045_000u64, "message": record(id, TIME).to_string()}))
        .collect();
    json!({"messageType": "DATA_MESSAGE", "owner": "111122223333", "logGroup": "CloudTrail/log",
        "logStream": "111122223333_CloudTrail_us-east-1", "subscriptionFilters": ["all"], "logEvents": events})
    .to_string()
}

#[test]
fn q01_one_event_in_two_objects_is_one_row_with_two_copies() {
    let done = beside_good(&[
        ("a/one.json", delivery(&["e1", "e2"]).as_bytes()),
        ("b/two.json", delivery(&["e1"]).as_bytes()),
    ]);
    assert_eq!(done.ended.code, 0, "{}", done.ended.stderr);
    let rows = done.rows("destructive_actions", "event_id", "e1");
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0]["copies"].as_str(), rows[0]["source_object"].as_str()), ("2", "a/one.json"));
    assert_eq!(facts(&done, "a/one.json"), "cloudtrail_delivery read 2 0 0");
    assert_eq!(facts(&done, "b/two.json"), "cloudtrail_delivery read 1 1 0");
    assert_eq!(done.summary("/counts/duplicates"), 1);
}

#[test]
fn q02_a_digest_beside_logs_is_named() {
    let digest = json!({"awsAccountId": "111122223333", "digestStartTime": "2026-01-02T03:00:00Z",
        "digestEndTime": "2026-01-02T04:00:00Z", "digestS3Bucket": "b", "digestS3Object": "k",
        "previousDigestS3Bucket": null, "logFiles": []});
    let done = beside_good(&[("digest.json.gz", &gzip(digest.to_string().as_bytes()))]);
    assert_eq!(done.rows("evidence", "source_object", "digest.json.gz")[0]["format"], "cloudtrail_digest");
    assert_eq!(done.ended.code, 3);
    // It lacks fields that every digest has: it proves nothing, and says so.
    assert_eq!(problems(&done, "digest.json.gz"), ["refused_digest"]);
}

#[test]
fn q03_a_gzip_cut_short_keeps_the_complete_records_before_the_cut() {
    let names: Vec<String> = (0..60).map(|n| format!("cut-{n:02}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let whole = gzip(delivery(&names).as_bytes());
    let mut kept_before = 0;
    for percent in [15, 50, 75, 99] {
        let cut = &whole[..whole.len() * percent / 100];
        let done = beside_good(&[("cut.json.gz", cut)]);
        assert_eq!(done.ended.code, 3, "at {percent} %");
        let kept = ids(&done, "cut.json.gz");
        assert_eq!(kept, names[..kept.len()], "at {percent} %: the first ones, without a hole");
        assert!(kept.len() >= kept_before && kept.len() < 60, "at {percent} %: {}", kept.len());
        assert!(problems(&done, "cut.json.gz").contains(&"truncated_object".to_owned()));
        let status = if kept.is_empty() { "unreadable" } else { "partial" };
        assert_eq!(done.rows("evidence", "source_object", "cut.json.gz")[0]["status"], status, "{percent} %");
        kept_before = kept.len();
    }
    assert!(kept_before > 40, "nearly all survive a cut near the end: {kept_before}");
}

#[test]
fn q04_two_gzip_members_are_both_read_and_noted() {
    let joined = [gzip(delivery(&["m1"]).as_bytes()), gzip(delivery(&["m2"]).as_bytes())].concat();
    let done = beside_good(&[("two.json.gz", &joined)]);
    assert_eq!(done.ended.code, 0, "{}", done.ended.stderr);
    assert_eq!(facts(&done, "two.json.gz"), "cloudtrail_delivery read 2 0 0");
    assert_eq!(ids(&done, "two.json.gz"), ["m1", "m2"]);
    assert_eq!(problems(&done, "two.json.gz"), ["several_gzip_members"]);
}

#[test]
fn q05_lookup_events_as_a_page_and_as_lines() {
    let page = json!({"Events": [lookup_entry("p1"), lookup_entry("p2")], "NextToken": "x"}).to_string();
    let all_lines = format!("{}\n{}\n", lookup_entry("l1"), lookup_entry("l2"));
    let done = beside_good(&[("page.json", page.as_bytes()), ("lines.jsonl", all_lines.as_bytes())]);
    assert_eq!(done.ended.code, 0, "{}", done.ended.stderr);
    assert_eq!(facts(&done, "page.json"), "lookup_events read 2 0 0");
    assert_eq!(facts(&done, "lines.jsonl"), "lookup_event read 2 0 0");
    assert_eq!(ids(&done, "page.json"), ["p1", "p2"]);
    assert_eq!(ids(&done, "lines.jsonl"), ["l1", "l2"]);
    assert_eq!(done.table("problems").len(), 0);
}

#[test]
fn q06_a_byte_order_mark_changes_nothing() {
    let marked = format!("\u{feff}{}", delivery(&["b1", "b2"]));
    let marked_lines = format!("\u{feff}{}", lines(&["b3", "b4"]));
    let done = beside_good(&[("bom.json", marked.as_bytes()), ("bom.jsonl", marked_lines.as_bytes())]);
    assert_eq!(done.ended.code, 0, "{}", done.ended.stderr);
    assert_eq!(facts(&done, "bom.json"), "cloudtrail_delivery read 2 0 0");
    assert_eq!(facts(&done, "bom.jsonl"), "cloudtrail_lines read 2 0 0");
    assert_eq!(done.table("problems").len(), 0);
}

#[test]
fn q07_cloudwatch_logs_subscription_plain_and_in_several_members() {
    let joined =
        [gzip(subscription(&["w2"]).as_bytes()), gzip(subscription(&["w3", "w4"]).as_bytes())].concat();
    let control = r#"{"messageType":"CONTROL_MESSAGE","owner":"CloudwatchLogs","logGroup":"","logStream":"","subscriptionFilters":[],"logEvents":[{"id":"","timestamp":1767323045000,"message":"CWL CONTROL MESSAGE: Checking health of destination Firehose."}]}"#;
    let done = beside_good(&[
        ("cwl.json", subscription(&["w1"]).as_bytes()),
        ("cwl-members", &joined),
        ("cwl-control", control.as_bytes()),
    ]);
    assert_eq!(facts(&done, "cwl.json"), "cloudwatch_subscription read 1 0 0");
    assert_eq!(facts(&done, "cwl-members"), "cloudwatch_subscription read 3 0 0");
    assert_eq!(ids(&done, "cwl-members"), ["w2", "w3", "w4"]);
    assert_eq!(problems(&done, "cwl-members"), ["several_gzip_members"]);
    assert_eq!(problems(&done, "cwl-control"), Vec::<String>::new(), "a health check is no loss");
    assert_eq!(done.ended.code, 0, "{}", done.ended.stderr);
}

#[test]
fn q08_plain_json_named_gz_is_read() {
    let done = beside_good(&[("plain.json.gz", delivery(&["n1"]).as_bytes())]);
    assert_eq!(done.ended.code, 0, "{}", done.ended.stderr);
    assert_eq!(facts(&done, "plain.json.gz"), "cloudtrail_delivery read 1 0 0");
}

#[test]
fn q09_gzip_named_json_is_read() {
    let done = beside_good(&[("packed.json", &gzip(delivery(&["n2"]).as_bytes()))]);
    assert_eq!(done.ended.code, 0, "{}", done.ended.stderr);
    assert_eq!(facts(&done, "packed.json"), "cloudtrail_delivery read 1 0 0");
}

#[test]
fn q10_gzipped_lines_are_read() {
    let done = beside_good(&[("lines.gz", &gzip(lines(&["y1", "y2"]).as_bytes()))]);
    assert_eq!(done.ended.code, 0, "{}", done.ended.stderr);
    assert_eq!(facts(&done, "lines.gz"), "cloudtrail_lines read 2 0 0");
    assert_eq!(ids(&done, "lines.gz"), ["y1", "y2"]);
}

#[test]
fn q11_a_bare_array_is_read() {
    let array = json!([record("x1", TIME), record("x2", TIME)]).to_string();
    let done = beside_good(&[("array.json", array.as_bytes())]);
    assert_eq!(done.ended.code, 0, "{}", done.ended.stderr);
    assert_eq!(facts(&done, "array.json"), "cloudtrail_array read 2 0 0");
    assert_eq!(ids(&done, "array.json"), ["x1", "x2"]);
}

#[test]
fn q12_a_byte_that_is_no_utf8_costs_no_record() {
    let mut content = delivery(&["u1", "u2"]).into_bytes();
    let at = memchr::memmem::find(&content, b"aws-cli").expect("a user agent");
    content[at] = 0xff;
    let done = beside_good(&[("utf8.json", &content)]);
    assert_eq!(done.ended.code, 3);
    assert_eq!(facts(&done, "utf8.json"), "cloudtrail_delivery read 2 0 0");
    assert_eq!(problems(&done, "utf8.json"), ["invalid_utf8"]);
    let shown = done.rows("destructive_actions", "event_id", "u1")[0]["user_agent"].clone();
    assert_eq!(shown, "?ws-cli/2.15.0");
    assert_eq!(done.rows("problems", "problem", "invalid_utf8")[0]["source_record"], "0");
}

#[test]
fn q13_odd_times_are_read_and_broken_ones_named() {
    let all = json!({"Records": [
        record("ms", "2026-01-02T03:04:05.250Z"),
        record("offset", "2026-01-02T12:04:05+09:00"),
        record("broken", "2026-01-02TT03:04:05Z"),
    ]});
    let done = beside_good(&[("times.json", all.to_string().as_bytes())]);
    let time = |id: &str| done.rows("destructive_actions", "event_id", id)[0]["event_time"].clone();
    assert_eq!(time("ms"), "2026-01-02T03:04:05.250Z");
    assert_eq!(time("offset"), "2026-01-02T03:04:05Z");
    assert_eq!(time("broken"), "");
    assert_eq!(problems(&done, "times.json"), ["invalid_time"]);
    assert_eq!(facts(&done, "times.json"), "cloudtrail_delivery read 3 0 0");
    assert_eq!(done.ended.code, 3);
}

#[test]
fn q14_a_formula_and_a_newline_are_guarded_in_csv_and_raw_in_parquet() {
    use polars_io::SerReader as _;
    let formula = "=HYPERLINK(\"http://192.0.2.1\")\nnext,\"line\"";
    let mut evil = record("f1", TIME);
    evil["userAgent"] = formula.into();
    let dump = scratch();
    put(dump.path(), "f.json", json!({"Records": [evil, record("f2", TIME)]}).to_string());
    let done = analyze(dump.path(), &[]);
    assert_eq!(done.ended.code, 0, "{}", done.ended.stderr);
    let rows = done.table("destructive_actions");
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0]["user_agent"], format!("'{formula}"));
    assert_eq!((rows[0]["event_id"].as_str(), rows[0]["source_ip"].as_str()), ("f1", "192.0.2.7"));
    assert_eq!(rows[1]["user_agent"], "aws-cli/2.15.0");
    let file = std::fs::File::open(done.out.join("tables/destructive_actions.parquet")).expect("a table");
    let frame = polars_io::parquet::read::ParquetReader::new(file).finish().expect("Parquet");
    let column = frame.column("user_agent").expect("a column");
    let cells: Vec<_> = column.str().expect("text").iter().map(|cell| cell.map(str::to_owned)).collect();
    assert_eq!(cells, [Some(formula.to_owned()), Some("aws-cli/2.15.0".to_owned())]);
}

#[test]
fn q15_an_error_code_of_null_is_none() {
    let mut done_well = record("z1", TIME);
    done_well["errorCode"] = Value::Null;
    done_well["errorMessage"] = Value::Null;
    let mut denied = record("z2", TIME);
    denied["errorCode"] = "AccessDenied".into();
    let done = beside_good(&[("null.json", json!({"Records": [done_well, denied]}).to_string().as_bytes())]);
    assert_eq!(done.ended.code, 0, "{}", done.ended.stderr);
    let outcome = |id: &str| done.rows("destructive_actions", "event_id", id)[0]["outcome"].clone();
    assert_eq!((outcome("z1").as_str(), outcome("z2").as_str()), ("succeeded", "denied"));
}

#[test]
fn q16_json_cut_short_keeps_what_came_before() {
    let whole = delivery(&["c1", "c2", "c3"]);
    let middle = whole.find("\"c3\"").expect("the third record");
    let done = beside_good(&[("short.json", &whole.as_bytes()[..middle])]);
    assert_eq!(done.ended.code, 3);
    assert_eq!(facts(&done, "short.json"), "cloudtrail_delivery partial 2 0 1");
    assert_eq!(ids(&done, "short.json"), ["c1", "c2"]);
    assert_eq!(problems(&done, "short.json"), ["damaged_record", "truncated_object"]);
}

#[test]
fn q17_the_consoles_csv_is_a_summary_of_its_records() {
    let csv = "Event name,Event time,User name,Event source,Resource type,Resource name,AWS access key,AWS region,Error code,Source IP address,Event ID,Read-only,Request ID,Event type,Recipient Account Id\nDeleteBucket,\"January 02, 2026, 03:04:05 (UTC+00:00)\",alice,s3.amazonaws.com,,,,us-east-1,,192.0.2.7,k1,false,,,111122223333\n";
    let done = beside_good(&[("event_history.csv", csv.as_bytes())]);
    assert_eq!(done.ended.code, 0, "{}", done.ended.stderr);
    assert_eq!(facts(&done, "event_history.csv"), "console_csv read 1 0 0");
    assert_eq!(ids(&done, "event_history.csv"), ["k1"]);
    assert_eq!(done.rows("destructive_actions", "event_id", "k1")[0]["source_grade"], "summary");
}

#[test]
fn q18_an_insight_record_among_good_ones_is_counted() {
    let insight = json!({"eventVersion": "1.09", "eventTime": TIME, "awsRegion": "us-east-1",
        "eventID": "i1", "eventType": "AwsCloudTrailInsight", "recipientAccountId": "111122223333",
        "sharedEventID": "s1", "eventCategory": "Insight", "insightDetails": {"state": "Start",
        "eventSource": "s3.amazonaws.com", "eventName": "DeleteBucket", "insightType": "ApiCallRateInsight"}});
    let all = json!({"Records": [record("i0", TIME), insight, record("i2", TIME)]});
    let done = beside_good(&[("insight.json", all.to_string().as_bytes())]);
    assert_eq!(done.ended.code, 0, "{}", done.ended.stderr);
    assert_eq!(facts(&done, "insight.json"), "cloudtrail_delivery read 3 0 0");
    assert_eq!(ids(&done, "insight.json"), ["i0", "i2"]);
    let note = &done.rows("evidence", "source_object", "insight.json")[0]["note"];
    assert!(note.contains("1 records of category Insight"), "{note}");
}

#[test]
fn q19_a_zip_that_is_no_zip_is_named() {
    let done = beside_good(&[("dump.zip", b"PK\x03\x04\x14\0\0\0\x08\0rest of an archive")]);
    assert_eq!(done.ended.code, 3);
    assert_eq!(facts(&done, "dump.zip"), "zip unreadable 0 0 0");
    assert_eq!(problems(&done, "dump.zip"), ["truncated_object"]);
}

#[test]
fn q20_a_stray_manifest_is_no_evidence_and_no_loss() {
    let manifest = r#"{"sourceBucket":"logs","fileFormat":"CSV","files":[{"key":"a","size":1}]}"#;
    let done = beside_good(&[("manifest.json", manifest.as_bytes()), ("notes.txt", b"copied on Friday\n")]);
    assert_eq!(done.ended.code, 0, "{}", done.ended.stderr);
    for (object, word) in [("manifest.json", "sourceBucket"), ("notes.txt", "text")] {
        let row = &done.rows("evidence", "source_object", object)[0];
        assert_eq!(row["status"], "not_evidence", "{object}");
        assert!(row["note"].contains(word), "{object}: {}", row["note"]);
    }
    assert_eq!(done.table("problems").len(), 0);
}
