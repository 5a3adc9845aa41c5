//! Secrets in odd places reach no output file and no stream.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::runner::{Analysis, analyze, put, record, scratch};

/// What no output may hold: every planted secret has this in it.
const MARK: &str = "h0rseBattery";

fn walk(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { found.extend(walk(&path)) } else { found.push(path) }
    }
    found
}

/// Parquet is compressed: its text columns are read back.
fn text_of(path: &Path) -> String {
    use polars_io::SerReader as _;
    if path.extension().is_none_or(|extension| extension != "parquet") {
        return String::from_utf8_lossy(&std::fs::read(path).expect("an output")).into_owned();
    }
    let file = std::fs::File::open(path).expect("an output");
    let frame = polars_io::parquet::read::ParquetReader::new(file).finish().expect("Parquet");
    let mut all = String::new();
    for column in frame.columns() {
        for row in 0..column.len() {
            let cell = column.get(row).expect("a cell");
            if !cell.dtype().is_temporal() {
                all.push_str(&cell.to_string());
            }
        }
    }
    all
}

#[track_caller]
fn nowhere(done: &Analysis) {
    assert!(!done.ended.stdout.contains(MARK) && !done.ended.stderr.contains(MARK), "in a stream");
    let mut looked = 0;
    for path in walk(&done.out) {
        let text = text_of(&path);
        if let Some(at) = text.find(MARK) {
            let start = (at.saturating_sub(200)..at).find(|&at| text.is_char_boundary(at)).unwrap_or(at);
            panic!("{}: {}", path.display(), &text[start..at + MARK.len()]);
        }
        looked += 1;
    }
    assert!(looked > 20, "the outputs are there");
}

/// A record with its request replaced.
fn asking(id: &str, request: Value) -> Value {
    let mut one = record(id, "2026-01-02T03:04:05Z");
    one["requestParameters"] = request;
    one
}

#[test]
fn credentials_in_every_part_of_a_record_reach_no_output() {
    let secret = |n: u32| format!("{MARK}{n}");
    let token = format!("IQoJb3JpZ2lu{MARK}{}", "A".repeat(200));
    let nested = json!({"db": {"MasterUserPassword": secret(1)}, "note": "x"}).to_string();
    let twice = json!({"inner": json!({"password": secret(2)}).to_string()}).to_string();
    let mut all = vec![
        asking("s1", json!({"password": secret(3), "credentials": {"sessionToken": token}})),
        asking("s2", json!({"config": nested, "deeper": twice})),
        asking(
            "s3",
            json!({"list": [{"secretAccessKey": secret(4)}, {"passwords": [secret(5), [secret(6)]]}]}),
        ),
        asking("s4", json!({"tokenInText": format!("curl -H 'X-Amz-Security-Token: {token}'")})),
        asking("s5", json!({"url": format!("https://b.example/?X-Amz-Security-Token={MARK}&x=1")})),
        asking(
            "s6",
            json!({"parameters": [{"parameterKey": "DbPassword", "parameterValue": secret(7)},
            {"Name": "MasterUserPassword", "Value": secret(8)}, {"value": secret(9), "key": "clientSecret"}]}),
        ),
        asking("s7", json!({"secretString": json!({"user": "u", "pin": secret(10)}).to_string()})),
        asking(
            "s8",
            json!({"environment": {"variables": {"DB_PASSWORD": secret(11), "API_SECRET_KEY": secret(12)}}}),
        ),
    ];
    let mut one = record("s9", "2026-01-02T03:04:06Z");
    one["responseElements"] = json!({"accessKey": {"accessKeyId": "AKIAX", "secretAccessKey": secret(13)}});
    one["additionalEventData"] = json!({"SAMLAssertion": secret(14)});
    one["resources"] = json!([{"ARN": "arn:aws:s3:::b", "password": secret(15)}]);
    one["userAgent"] = format!("tool token={token}").into();
    one["errorMessage"] = format!("bad signature for {token}").into();
    all.push(one);
    let escaped = asking("s10", json!({})).to_string().replace(
        "\"requestParameters\":{}",
        &format!("\"requestParameters\":{{\"session\\u0054oken\":\"{}\"}}", secret(16)),
    );
    let content = json!({"Records": all}).to_string();
    let dump = scratch();
    put(dump.path(), "a.json", content);
    put(dump.path(), "b.json", format!("{{\"Records\":[{escaped}]}}"));
    let done = analyze(dump.path(), &["--events", "all", "-v"]);
    assert_eq!(done.ended.code, 0, "{}", done.ended.stderr);
    assert_eq!(done.table("destructive_actions").len(), 10);
    nowhere(&done);
}

#[test]
fn passwords_in_rfc_parameters_reach_no_output() {
    let rfc = |id: &str, parameters: Value| {
        json!({"Rfc": {"RfcId": id, "ChangeTypeId": "ct-1opjmhuddw194", "ChangeTypeVersion": "1.0", "Title": "t",
            "Status": {"Id": "Success"}, "CreatedTime": "20260101T000000Z", "ExecutionParameters": parameters}})
    };
    let text = json!({"Parameters": {"MasterUserPassword": [format!("{MARK}1")]}}).to_string();
    let cut = &text[..text.len() - 4];
    let dump = scratch();
    for (name, parameters) in [
        ("string", json!(text)),
        ("object", json!({"Password": format!("{MARK}2")})),
        ("cut", json!(cut)),
        ("list", json!(json!([{"Name": "DBPassword", "Value": format!("{MARK}3")}]).to_string())),
        ("pairs", json!({"Parameters": [{"Name": "DBPassword", "Value": format!("{MARK}4")}]})),
        ("plain", json!(format!("password={MARK}5"))),
    ] {
        put(dump.path(), &format!("{name}.json"), rfc(&format!("rfc-{name}"), parameters).to_string());
    }
    let done = analyze(dump.path(), &["--events", "all", "-v"]);
    assert_eq!(done.table("rfcs").len(), 6, "{}", done.ended.stderr);
    nowhere(&done);
}

#[test]
fn policies_about_passwords_stay_readable() {
    let policy = json!({"minimumPasswordLength": 6, "requireSymbols": false, "maxPasswordAge": 0,
        "passwordReusePrevention": 1});
    let dump = scratch();
    put(dump.path(), "a.json", json!({"Records": [asking("p1", policy)]}).to_string());
    let done = analyze(dump.path(), &["--events", "all", "--format", "csv"]);
    let shown = done.rows("events", "event_id", "p1")[0]["request_parameters"].clone();
    assert!(
        shown.contains("\"minimumPasswordLength\":6") && shown.contains("\"maxPasswordAge\":0"),
        "{shown}"
    );
}
