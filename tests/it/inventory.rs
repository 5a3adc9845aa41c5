//! Exports of IAM, AWS Config, trails and organizations beside logs: what they
//! open, name and explain, and that nothing secret leaves them.

use serde_json::{Value, json};

use crate::runner::{Analysis, analyze, delivery, put, record, run, scratch};

const ACCOUNT: &str = "111122223333";
const ROLE: &str = "AWSManagedServicesDevelopmentRole";

fn role(created: &str) -> Value {
    json!({"Path": "/", "RoleName": ROLE, "RoleId": "AROAEXAMPLE", "Arn": format!("arn:aws:iam::{ACCOUNT}:role/{ROLE}"),
        "CreateDate": created, "AssumeRolePolicyDocument": "%7B%22Statement%22%3A%5B%5D%7D",
        "RoleLastUsed": {"LastUsedDate": "2026-01-20T00:00:00+00:00", "Region": "eu-west-1"}})
}

fn details(created: &str) -> String {
    json!({"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": [role(created)], "Policies": []})
        .to_string()
}

fn analyzed(files: &[(&str, String)], args: &[&str]) -> Analysis {
    let dump = scratch();
    for (name, content) in files {
        put(dump.path(), name, content);
    }
    analyze(dump.path(), args)
}

fn not_covered(done: &Analysis) -> String {
    done.summary("/coverage/not_covered").to_string()
}

#[test]
fn an_iam_export_alone_shows_an_open_window() {
    let first_page = json!({"RoleDetailList": [], "IsTruncated": true, "Marker": "x"}).to_string();
    let raw = json!({"GetAccountAuthorizationDetailsResponse": {"GetAccountAuthorizationDetailsResult":
        {"RoleDetailList": [role("2026-01-05T10:00:00Z")]}}});
    let answers = [
        details("2026-01-05T10:00:00+00:00"),
        format!("{first_page}\n{}", details("2026-01-05T10:00:00+00:00")),
        raw.to_string(),
        json!({"Role": role("2026-01-05T10:00:00Z")}).to_string(),
        json!({"Roles": [role("2026-01-05T10:00:00Z")]}).to_string(),
    ];
    for answer in answers {
        let done = analyzed(&[("iam.json", answer.clone())], &[]);
        assert_eq!(done.ended.code, 0, "{answer}: {}", done.ended.stderr);
        let windows = done.table("mode_windows");
        let [window] = windows.as_slice() else { panic!("one window: {answer}") };
        let shown = ["account_id", "open_basis", "opened_bound", "opened_at", "closed_at", "last_seen_at"]
            .map(|column| window[column].as_str());
        let expected = [ACCOUNT, "inventory", "exact", "2026-01-05T10:00:00Z", "", "2026-01-20T00:00:00Z"];
        assert_eq!(shown, expected, "{answer}");
        let evidence = done.table("evidence");
        let row = ["status", "records", "rejected", "account_id"].map(|column| evidence[0][column].as_str());
        assert_eq!(row, ["read", "1", "0", ACCOUNT], "{answer}");
    }
}

#[test]
fn what_only_looks_like_an_export_of_roles_stays_no_evidence() {
    let function = json!({"FunctionName": "f", "Role": "arn:aws:iam::111122223333:role/r"}).to_string();
    let other = json!({"Accounts": [{"Id": "x"}]}).to_string();
    let files = [("log.json", delivery(&["a"])), ("f.json", function), ("o.json", other)];
    let done = analyzed(&files, &[]);
    assert_eq!(done.ended.code, 0, "{}", done.ended.stderr);
    assert_eq!(done.rows("evidence", "status", "not_evidence").len(), 2);
}

#[test]
fn a_role_created_and_listed_is_one_fact() {
    let mut created = record("a", "2026-01-05T10:00:00Z");
    created["eventSource"] = json!("iam.amazonaws.com");
    created["eventName"] = json!("CreateRole");
    created["requestParameters"] = json!({"roleName": ROLE});
    created["responseElements"] =
        json!({"role": {"roleId": "AROAEXAMPLE", "arn": format!("arn:aws:iam::{ACCOUNT}:role/{ROLE}")}});
    let log = json!({"Records": [created]}).to_string();
    let done = analyzed(&[("log.json", log), ("iam.json", details("2026-01-05T10:00:02Z"))], &[]);
    let windows = done.table("mode_windows");
    assert_eq!(windows.len(), 1);
    assert_eq!(windows[0]["open_basis"], "role_created");
    assert_eq!(windows[0]["last_seen_at"], "2026-01-20T00:00:00Z");
}

#[test]
fn config_tells_what_was_lost_without_its_secrets() {
    let item = |status: &str, captured: &str, configuration: Value| {
        json!({"resourceType": "AWS::S3::Bucket", "resourceId": "bucket-a", "resourceName": "bucket-a",
            "ARN": "arn:aws:s3:::bucket-a", "awsAccountId": ACCOUNT, "awsRegion": "us-east-1",
            "configurationItemStatus": status, "configurationItemCaptureTime": captured, "configuration": configuration})
    };
    let snapshot = json!({"fileVersion": "1.0", "configSnapshotId": "s", "configurationItems": [
        item("OK", "2026-01-01T00:00:00.000Z", json!({"owner": "shop", "password": "hunter2"})),
        item("ResourceDeleted", "2026-01-03T00:00:00.000Z", Value::Null),
    ]});
    let files = [("log.json", delivery(&["a"])), ("config.json", snapshot.to_string())];
    let done = analyzed(&files, &[]);
    assert_eq!(done.ended.code, 0, "{}", done.ended.stderr);
    let rows = done.table("destructive_actions");
    assert_eq!(rows[0]["lost_configuration"], r#"{"owner":"shop","password":"REDACTED"}"#);
    assert_eq!(done.rows("evidence", "format", "config_items")[0]["records"], "2");
}

#[test]
fn a_snapshot_larger_than_any_record_is_read() {
    let filler = "x".repeat(1024 * 1024);
    let items: Vec<Value> = (0..17)
        .map(|n| json!({"resourceType": "AWS::EC2::Volume", "resourceId": format!("vol-{n}"), "configuration": {"x": filler}}))
        .collect();
    let snapshot = json!({"fileVersion": "1.0", "configurationItems": items}).to_string();
    let done = analyzed(&[("config.json", snapshot)], &[]);
    assert_eq!(done.ended.code, 0, "{}", done.ended.stderr);
    assert_eq!(done.table("evidence")[0]["records"], "17");
}

#[test]
fn settings_of_trails_explain_the_absence_of_data_events() {
    let arn = format!("arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/t");
    let selectors = |resources: Value| {
        json!({"TrailARN": arn, "EventSelectors": [{"ReadWriteType": "All", "DataResources": resources}]})
            .to_string()
    };
    let log = || ("log.json", delivery(&["a"]));
    let off = analyzed(&[log(), ("selectors.json", selectors(json!([])))], &[]);
    assert!(
        not_covered(&off).contains("settings of 1 trail say that data events are off"),
        "{}",
        not_covered(&off)
    );
    let on = analyzed(
        &[log(), ("selectors.json", selectors(json!([{"Type": "AWS::S3::Object", "Values": []}])))],
        &[],
    );
    assert!(not_covered(&on).contains("No data events were seen, though"), "{}", not_covered(&on));
    let trail = json!({"trailList": [{"Name": "t", "TrailARN": arn, "LogFileValidationEnabled": false,
        "IsMultiRegionTrail": false, "HasCustomEventSelectors": true}]});
    let untold = analyzed(&[log(), ("trails.json", trail.to_string())], &[]);
    let told = not_covered(&untold);
    assert!(told.contains("other contents cannot be seen.\""), "{told}");
    assert!(told.contains("1 trail writes no digests") && told.contains("records one region only"), "{told}");
}

#[test]
fn a_credential_report_is_read_plain_and_in_base64() {
    let csv = "user,arn,user_creation_time,password_enabled,mfa_active\n\
        <root_account>,arn:aws:iam::111122223333:root,2020-01-01T00:00:00+00:00,not_supported,true\n\
        ops,arn:aws:iam::111122223333:user/ops,2021-01-01T00:00:00+00:00,true,false\n";
    let coded = "dXNlcixhcm4sdXNlcl9jcmVhdGlvbl90aW1lCm9wcyxhcm46YXdzOmlhbTo6MTExMTIyMjIzMzMzOnVzZXIvb3BzLDIwMjEtMDEtMDFUMDA6MDA6MDBaCg==";
    let answer =
        json!({"Content": coded, "ReportFormat": "text/csv", "GeneratedTime": "2026-01-01T00:00:00Z"});
    let done = analyzed(&[("report.csv", csv.to_owned()), ("report.json", answer.to_string())], &[]);
    assert_eq!(done.ended.code, 0, "{}", done.ended.stderr);
    let evidence = done.table("evidence");
    let records: Vec<(&str, &str)> =
        evidence.iter().map(|row| (row["records"].as_str(), row["account_id"].as_str())).collect();
    assert_eq!(records, [("2", ACCOUNT), ("1", ACCOUNT)]);
}

#[test]
fn accounts_of_the_organization_are_named_where_windows_are_listed() {
    let accounts = json!({"Accounts": [{"Id": ACCOUNT, "Name": "shop | prod",
        "Arn": format!("arn:aws:organizations::999999999999:account/o-1/{ACCOUNT}")}]});
    let files = [("iam.json", details("2026-01-05T10:00:00Z")), ("org.json", accounts.to_string())];
    let done = analyzed(&files, &[]);
    assert!(
        done.ended.stdout.contains("  111122223333 (shop | prod) developer since"),
        "{}",
        done.ended.stdout
    );
    for (file, shown) in [("report.md", "`111122223333` `shop"), ("report.html", "111122223333 shop | prod")]
    {
        let text = std::fs::read_to_string(done.out.join(file)).expect("a report");
        assert!(text.contains(shown), "{file}");
    }
    assert_eq!(done.table("mode_windows")[0]["account_id"], ACCOUNT);
    assert_eq!(done.summary("/coverage/account_names/111122223333"), "shop | prod");
}

#[test]
fn expected_accounts_that_are_absent_are_a_loss() {
    let lists = scratch();
    put(lists.path(), "both", "111122223333 # here\n444455556666\n");
    put(lists.path(), "one", "[\"111122223333\"]");
    put(lists.path(), "bad", "111122223333\nshop\n");
    let list = |name: &str| lists.path().join(name).display().to_string();
    let files = || [("log.json", delivery(&["a"]))];
    let done = analyzed(&files(), &["--expect-accounts", &list("both")]);
    assert_eq!(done.ended.code, 3, "{}", done.ended.stderr);
    assert_eq!(done.problems().get("expected_account_missing"), Some(&1));
    assert!(not_covered(&done).contains("--expect-accounts names: 444455556666;"), "{}", not_covered(&done));
    assert_eq!(analyzed(&files(), &["--expect-accounts", &list("one")]).ended.code, 0);
    let dump = scratch();
    put(dump.path(), "log.json", delivery(&["a"]));
    let input = dump.path().display().to_string();
    let bad = run(&["analyze", &input, "-o", &list("out"), "--expect-accounts", &list("bad")]);
    assert_eq!(bad.code, 2);
    assert!(bad.stderr.contains("bad:2:"), "{}", bad.stderr);
    assert_eq!(run(&["analyze", &input, "-o", &list("out"), "--expect-accounts", &list("none")]).code, 2);
}

#[test]
fn what_was_lost_is_found_in_any_object_page_and_archive() {
    let item = |id: &str, captured: &str, n: u64| {
        json!({"resourceType": "AWS::EC2::Volume", "resourceId": id, "awsAccountId": ACCOUNT,
            "awsRegion": "us-east-1", "configurationItemStatus": "OK",
            "ARN": format!("arn:aws:ec2:us-east-1:{ACCOUNT}:volume/{id}"),
            "configurationItemCaptureTime": captured, "configuration": {"n": n}})
    };
    let page = |items: &[Value]| json!({"configurationItems": items}).to_string();
    let mut deletes: Vec<Value> = Vec::new();
    for (number, id) in ["vol-1", "vol-2", "vol-3"].into_iter().enumerate() {
        let mut delete = record(id, &format!("2026-01-02T00:00:0{number}Z"));
        delete["eventSource"] = json!("ec2.amazonaws.com");
        delete["eventName"] = json!("DeleteVolume");
        delete["requestParameters"] = json!({"volumeId": id});
        deletes.push(delete);
    }
    let others: Vec<Value> = (10..60).map(|n| item(&format!("vol-{n}"), "2026-01-01T00:00:00Z", n)).collect();
    // Pages of one answer in one object; the second page lies behind 50 rows and more.
    let pages = [
        page(&others),
        page(&[item("vol-9", "2026-01-01T00:00:00Z", 9), item("vol-1", "2026-01-01T06:00:00Z", 1)]),
        page(&[item("vol-1", "2026-01-01T07:00:00Z", 11), item("vol-1", "2026-01-03T00:00:00Z", 111)]),
    ]
    .join("\n");
    let dump = scratch();
    put(dump.path(), "log.json", json!({ "Records": deletes }).to_string());
    put(dump.path(), "pages.json", pages);
    put(dump.path(), "older.json", page(&[item("vol-1", "2026-01-01T06:30:00Z", 10)]));
    let mut tar = tar::Builder::new(Vec::new());
    let inside = page(&[item("vol-2", "2026-01-01T00:00:00Z", 2)]);
    let mut header = tar::Header::new_gnu();
    header.set_size(inside.len() as u64);
    tar.append_data(&mut header, "inside/config.json", inside.as_bytes()).expect("an entry");
    put(dump.path(), "all.tar", tar.into_inner().expect("an archive"));
    let done = analyze(dump.path(), &[]);
    assert_eq!(done.ended.code, 0, "{}", done.ended.stderr);
    let lost: Vec<String> =
        done.table("destructive_actions").iter().map(|row| row["lost_configuration"].clone()).collect();
    assert_eq!(lost, [r#"{"n":11}"#, r#"{"n":2}"#, ""]);
}
