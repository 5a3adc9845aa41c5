//! Records in Parquet: Security Lake's events in both versions, and the tables
//! that Athena writes.

use polars_parquet::write::{CompressionOptions, Encoding, Version};
use serde_json::{Value, json};

use super::tables::ocsf;
use super::{Sample, check, sample, two};
use crate::parquet_file::{How, Kind, parquet};
use crate::runner::{analyze, put, record, scratch};

fn text(name: &'static str) -> (&'static str, Kind) {
    (name, Kind::Text)
}

fn group<const N: usize>(name: &'static str, members: [(&'static str, Kind); N]) -> (&'static str, Kind) {
    (name, Kind::Group(members.into()))
}

/// The columns of Athena's table of CloudTrail.
///
/// Source: Athena user guide, "Create a table for CloudTrail logs".
pub(crate) fn athena_columns() -> Vec<(&'static str, Kind)> {
    let issuer = [text("type"), text("principalid"), text("arn"), text("accountid"), text("username")];
    let context = [
        group("attributes", [text("mfaauthenticated"), text("creationdate")]),
        group("sessionissuer", issuer),
        ("webidfederationdata", Kind::Group(vec![text("federatedprovider"), ("attributes", Kind::Map)])),
    ];
    let identity = [
        text("type"),
        text("principalid"),
        text("arn"),
        text("accountid"),
        text("invokedby"),
        text("accesskeyid"),
        text("username"),
        group("sessioncontext", context),
    ];
    let resource = Kind::Group(vec![text("arn"), text("accountid"), text("type")]);
    let mut all = vec![text("eventversion"), group("useridentity", identity)];
    all.extend(
        [
            "eventtime",
            "eventsource",
            "eventname",
            "awsregion",
            "sourceipaddress",
            "useragent",
            "errorcode",
            "errormessage",
            "requestparameters",
            "responseelements",
            "additionaleventdata",
            "requestid",
            "eventid",
        ]
        .map(text),
    );
    all.push(("resources", Kind::List(Box::new(resource))));
    all.extend(
        ["eventtype", "apiversion", "readonly", "recipientaccountid", "eventcategory", "region"].map(text),
    );
    all.push(("managementevent", Kind::Bool));
    all
}

/// A row of that table.
pub(crate) fn athena_row(one: &Value) -> Value {
    let lower = |value: &Value| lower_case(value.clone());
    let mut row = serde_json::Map::new();
    for (key, value) in one.as_object().expect("an object") {
        let value = match key.as_str() {
            "requestParameters" | "responseElements" if !value.is_null() => json!(value.to_string()),
            "readOnly" => json!(value.to_string()),
            _ => lower(value),
        };
        row.insert(key.to_lowercase(), value);
    }
    row.insert("region".to_owned(), one["awsRegion"].clone());
    Value::Object(row)
}

fn lower_case(value: Value) -> Value {
    match value {
        Value::Object(all) => {
            all.into_iter().map(|(key, value)| (key.to_lowercase(), lower_case(value))).collect()
        }
        Value::Array(all) => all.into_iter().map(lower_case).collect(),
        other => other,
    }
}

/// Security Lake's columns, as far as they matter, for source version 2.
fn ocsf_columns() -> Vec<(&'static str, Kind)> {
    let product = group("product", [text("version"), text("name")]);
    let api = [
        group("response", [text("error"), text("message"), text("data")]),
        text("operation"),
        text("version"),
        group("service", [text("name")]),
        group("request", [text("data"), text("uid")]),
    ];
    let user = [
        text("type"),
        text("name"),
        text("uid_alt"),
        text("uid"),
        group("account", [text("uid")]),
        text("credential_uid"),
    ];
    let session = [("created_time_dt", Kind::Time), ("is_mfa", Kind::Bool), text("issuer")];
    let resource =
        Kind::Group(vec![text("uid"), group("owner", [group("account", [text("uid")])]), text("type")]);
    vec![
        ("metadata", Kind::Group(vec![product, text("event_code"), text("uid"), text("version")])),
        ("time", Kind::Int),
        ("time_dt", Kind::Time),
        group("cloud", [text("region"), group("account", [text("uid")]), text("provider")]),
        group("api", api),
        ("resources", Kind::List(Box::new(resource))),
        group("actor", [group("user", user), group("session", session), text("invoked_by")]),
        group("http_request", [text("user_agent")]),
        group("src_endpoint", [text("uid"), text("ip"), text("domain")]),
        ("class_uid", Kind::Int),
        ("observables", Kind::List(Box::new(Kind::Group(vec![text("name"), text("value")])))),
        ("unmapped", Kind::Map),
    ]
}

/// And for source version 1.
fn first_ocsf_columns() -> Vec<(&'static str, Kind)> {
    let product = group("product", [text("version"), text("name"), group("feature", [text("name")])]);
    let api = [
        group("response", [text("error"), text("message")]),
        text("operation"),
        group("service", [text("name")]),
        group("request", [text("uid")]),
    ];
    let user =
        [text("type"), text("name"), text("uid"), text("uuid"), text("account_uid"), text("credential_uid")];
    let session = [("created_time", Kind::Int), ("mfa", Kind::Bool), text("issuer")];
    vec![
        ("metadata", Kind::Group(vec![product, text("uid"), text("version")])),
        ("time", Kind::Int),
        group("cloud", [text("region"), text("provider")]),
        group("api", api),
        group("actor", [group("user", user), group("session", session)]),
        group("http_request", [text("user_agent")]),
        group("src_endpoint", [text("ip")]),
        ("class_uid", Kind::Int),
        ("unmapped", Kind::Map),
    ]
}

/// What source version 1 makes of a record.
fn first_ocsf(one: &Value) -> Value {
    let mut event = ocsf(one);
    let identity = &one["userIdentity"];
    event["class_uid"] = json!(3005);
    event["metadata"]["version"] = json!("1.0.0-rc.2");
    event["metadata"]["product"]["feature"] = json!({"name": one["eventCategory"]});
    event["actor"]["user"]["uid"] = identity["principalId"].clone();
    event["actor"]["user"]["uuid"] = identity["arn"].clone();
    event["actor"]["user"]["account_uid"] = identity["accountId"].clone();
    event["unmapped"] = json!({"eventType": one["eventType"], "recipientAccountId": one["recipientAccountId"],
        "requestParameters.bucketName": one["requestParameters"]["bucketName"]});
    event
}

fn rows(make: impl Fn(&Value) -> Value) -> Vec<Value> {
    two().iter().map(make).collect()
}

/// Every way in which the two rows can be written.
fn ways() -> Vec<How> {
    let plain = How::default();
    let mut ways: Vec<How> = [
        CompressionOptions::Uncompressed,
        CompressionOptions::Gzip(None),
        CompressionOptions::Snappy,
        CompressionOptions::Lz4Raw,
        CompressionOptions::Brotli(None),
    ]
    .into_iter()
    .map(|compression| How { compression, ..plain })
    .collect();
    ways.push(How { text: Encoding::RleDictionary, int: Encoding::RleDictionary, ..plain });
    ways.push(How { text: Encoding::DeltaLengthByteArray, int: Encoding::DeltaBinaryPacked, ..plain });
    ways.push(How { version: Version::V2, ..plain });
    ways.push(How {
        version: Version::V2,
        compression: CompressionOptions::Uncompressed,
        page: Some(1),
        ..plain
    });
    ways.push(How { group: 1, ..plain });
    ways
}

pub(super) fn forms() -> Vec<Sample> {
    let lake = |name, how| {
        sample(23, name, parquet(&ocsf_columns(), &rows(ocsf), how), "security_lake").of_grade("summary")
    };
    let athena =
        |how| sample(22, "unload", parquet(&athena_columns(), &rows(athena_row), how), "athena_rows");
    let cell = |one: &Value| json!({"message": one.to_string(), "n": 1});
    let mut all = vec![
        lake("lake.gz.parquet", How { compression: CompressionOptions::Gzip(None), ..How::default() }),
        sample(
            23,
            "first.gz.parquet",
            parquet(&first_ocsf_columns(), &rows(first_ocsf), How::default()),
            "security_lake",
        )
        .of_grade("summary"),
        sample(
            22,
            "cell.parquet",
            parquet(&[("n", Kind::Int), text("message")], &rows(cell), How::default()),
            "wrapped_record",
        ),
        sample(22, "empty.parquet", parquet(&athena_columns(), &[], How::default()), "athena_rows")
            .of_events(0),
    ];
    all.extend(ways().into_iter().map(athena));
    all
}

#[test]
fn records_in_parquet() {
    forms().iter().for_each(check);
}

/// A record with all that nests.
fn nested(id: &str) -> Value {
    let mut one = record(id, "2026-01-02T03:04:05Z");
    one["userIdentity"] = json!({"type": "AssumedRole", "principalId": "AROAX:alice",
        "arn": "arn:aws:sts::111122223333:assumed-role/R/alice", "accountId": "111122223333",
        "accessKeyId": "ASIAEXAMPLE", "sessionContext": {
            "sessionIssuer": {"type": "Role", "principalId": "AROAX", "arn": "arn:aws:iam::111122223333:role/p/R",
                "accountId": "111122223333", "userName": "R"},
            "attributes": {"creationDate": "2026-01-02T02:00:00Z", "mfaAuthenticated": "true"}}});
    one["eventName"] = json!("TerminateInstances");
    one["eventSource"] = json!("ec2.amazonaws.com");
    one["requestParameters"] = json!({"instancesSet": {"items": [{"instanceId": "i-1"}, {"instanceId": "i-2"}]}, "x": "a, b={c} \"ü\""});
    one["resources"] = json!([
        {"ARN": "arn:aws:ec2:us-east-1:111122223333:instance/i-1", "accountId": "111122223333", "type": "AWS::EC2::Instance"},
        {"ARN": "arn:aws:ec2:us-east-1:111122223333:instance/i-2", "accountId": "111122223333", "type": "AWS::EC2::Instance"}]);
    one
}

/// The rows of destroyed resources, without what tells where they came from.
fn destroyed(content: &[u8]) -> Vec<crate::runner::Row> {
    let dump = scratch();
    put(dump.path(), "a", content);
    let done = analyze(dump.path(), &["--format", "csv", "--format", "json"]);
    assert_eq!(done.ended.code, 0, "{}", done.ended.stderr);
    let mut rows = done.table("destructive_actions");
    for row in &mut rows {
        row.retain(|column, _| {
            !matches!(
                column.as_str(),
                "source_object"
                    | "source_record"
                    | "source_grade"
                    | "action_id"
                    | "source_start"
                    | "source_end"
            )
        });
    }
    assert_eq!(rows.len(), 2);
    rows
}

#[test]
fn nested_values_come_out_of_parquet_as_they_went_in() {
    let records = [nested("e0"), nested("e1")];
    let json = json!({"Records": records}).to_string();
    let rows: Vec<Value> = records.iter().map(athena_row).collect();
    let parquet = parquet(&athena_columns(), &rows, How::default());
    assert_eq!(destroyed(&parquet), destroyed(json.as_bytes()));
}

#[test]
fn tables_of_something_else_are_no_evidence() {
    let dump = scratch();
    let flow = parquet(&[("version", Kind::Int), text("srcaddr")], &[json!({"version": 2})], How::default());
    put(dump.path(), "flow.parquet", flow);
    put(dump.path(), "export.orc", b"ORC\x0a\x03rest");
    let done = analyze(dump.path(), &["--format", "csv"]);
    let evidence = done.table("evidence");
    let told = |column: &str| evidence.iter().map(|row| row[column].clone()).collect::<Vec<_>>();
    assert_eq!(told("format"), ["orc", ""]);
    assert_eq!(told("status"), ["unreadable", "not_evidence"]);
    assert!(evidence[1]["note"].contains("version, srcaddr"), "{}", evidence[1]["note"]);
    let problems = done.rows("problems", "problem", "form_not_read");
    assert!(problems[0]["detail"].contains("format = 'PARQUET'"), "{problems:?}");
}

#[test]
fn a_damaged_row_group_is_told_and_the_others_are_read() {
    let rows: Vec<Value> =
        (0..6).map(|n| athena_row(&record(&format!("e{n}"), "2026-01-02T03:04:05Z"))).collect();
    let how = How { group: 2, compression: CompressionOptions::Zstd(None), ..How::default() };
    let mut content = parquet(&athena_columns(), &rows, how);
    let footer: [u8; 4] = content[content.len() - 8..content.len() - 4].try_into().expect("four bytes");
    let pages = content.len() - 8 - usize::try_from(u32::from_le_bytes(footer)).expect("a length");
    content[pages / 3..pages / 3 + 400].fill(0xff);
    let dump = scratch();
    put(dump.path(), "a.parquet", content);
    let done = analyze(dump.path(), &["--events", "all", "--format", "csv", "--format", "json"]);
    let ids: Vec<String> = done.table("events").iter().map(|row| row["event_id"].clone()).collect();
    assert_eq!(ids, ["e0", "e1", "e4", "e5"]);
    let records: Vec<String> = done.table("events").iter().map(|row| row["source_record"].clone()).collect();
    assert_eq!(records, ["0", "1", "4", "5"], "rows keep their numbers");
    assert_eq!(done.table("problems").len(), 1);
    assert_eq!(done.summary("/counts/rejected"), 2);
    assert_eq!(done.table("evidence")[0]["status"], "partial");
}
