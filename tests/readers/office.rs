//! The workbook in LibreOffice: every sheet converted back holds the cells of
//! the CSV of its table.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use devtrail::report::escape;

use crate::runner::{TABLES, analyze, project, scratch};

/// Every sheet of a workbook as CSV, by the name of the sheet.
fn sheets(workbook: &Path) -> BTreeMap<String, Vec<Vec<String>>> {
    let out = scratch();
    // 44,34,76: comma, quote, UTF-8; cells as shown, texts not quoted, no
    // formulas; -1: every sheet into a file of its own.
    let filter = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1";
    let profile = format!("-env:UserInstallation=file://{}", out.path().join("profile").display());
    let done = Command::new("soffice")
        .args([&profile, "--headless", "--convert-to", filter, "--outdir"])
        .arg(out.path())
        .arg(workbook)
        .output()
        .expect("LibreOffice is installed: apt-get install libreoffice-calc");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let mut sheets = BTreeMap::new();
    for entry in std::fs::read_dir(out.path()).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let Some(sheet) = name.strip_prefix("report-") else { continue };
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).from_path(&path).expect("a sheet");
        let rows = reader.records().map(|row| row.expect("a row").iter().map(str::to_owned).collect());
        sheets.insert(sheet.to_owned(), rows.collect());
    }
    sheets
}

/// A cell of the CSV as LibreOffice gives it back: hidden characters are shown;
/// times, which are dates there, come in its own spelling and without fractions,
/// and so do truth values.
fn in_workbook(cell: &str) -> String {
    let bare = cell.strip_prefix('\'').unwrap_or(cell);
    let shown = escape::terminal(bare).into_owned();
    let shown = if cell == bare { shown } else { format!("'{shown}") };
    let parts = shown.strip_suffix('Z').and_then(|time| time.split_once('T'));
    match parts {
        Some((day, time)) if is_time(day, time) => {
            format!("{day} {}", time.split_once('.').map_or(time, |(seconds, _)| seconds))
        }
        _ if matches!(shown.as_str(), "true" | "false") => shown.to_uppercase(),
        _ => shown,
    }
}

/// Whether these are a day and a time of it with at most three digits after the
/// second, and so the whole of a date of the workbook.
fn is_time(day: &str, time: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || b"-:.".contains(&byte));
    day.len() == 10 && (8..=12).contains(&time.len()) && digits(day) && digits(time)
}

/// Whether a cell came back: what does not fit comes back as its beginning.
fn came_back(found: &str, expected: &str) -> bool {
    match found.strip_suffix(escape::CUT_MARK) {
        Some(beginning) if found.encode_utf16().count() > 32_000 => expected.starts_with(beginning),
        _ => found == expected,
    }
}

#[track_caller]
fn check(input: &Path) {
    let done = analyze(input, &[]);
    let sheets = sheets(&done.out.join("report.xlsx"));
    let cover = &sheets["cover"];
    assert!(cover.iter().flatten().any(|cell| cell.starts_with("Read ")), "the cover says what was read");
    assert!(sheets["columns"].len() > 100, "every column is explained");
    for table in TABLES {
        let path = done.out.join("tables").join(format!("{table}.csv"));
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_path(&path).expect("a table");
        let rows: Vec<Vec<String>> =
            reader.records().map(|row| row.expect("a row").iter().map(in_workbook).collect()).collect();
        let sheet = &sheets[table];
        assert_eq!(sheet.len(), rows.len(), "{}: rows of {table}", input.display());
        for (place, (found, expected)) in sheet.iter().zip(&rows).enumerate() {
            for (found, expected) in found.iter().zip(expected) {
                assert!(came_back(found, expected), "row {place} of {table}: {found:.200?} {expected:.200?}");
            }
        }
    }
}

#[test]
fn the_demo_converts_back_to_the_same_cells() {
    check(&project().join("sample-logs/demo"));
}

#[test]
fn hostile_text_converts_back_as_text() {
    let agents = [
        "=HYPERLINK(\"http://evil.example\",\"x\")",
        "@SUM(1+1)*cmd|' /C calc'!A0",
        "_x0041__x000D_ \u{ffff}\u{fffe}",
        "a\u{1b}[31m\u{202e}b\u{200b}\u{0}\r\n\tc",
        "]]></t></is></c><c t=\"str\"><f>1+1</f></c>&amp;&#10;",
        " leading and trailing ",
        "000012345678",
        "1e5",
        "2026-01-12",
        &"long \u{1f600}".repeat(9_000),
    ];
    let records: Vec<serde_json::Value> = (0..).zip(agents).map(|(n, agent)| record(n, agent)).collect();
    let dump = scratch();
    let text = serde_json::json!({ "Records": records }).to_string();
    std::fs::write(dump.path().join("log.json"), text).expect("a log");
    check(dump.path());
}

/// A call that destroys a bucket, made by a program that calls itself so.
fn record(n: u32, agent: &str) -> serde_json::Value {
    serde_json::json!({
        "eventVersion": "1.08",
        "eventTime": format!("2026-01-12T06:{n:02}:59.999Z"),
        "eventID": format!("00000000-0000-4000-8000-{n:012}"),
        "eventSource": "s3.amazonaws.com",
        "eventName": "DeleteBucket",
        "awsRegion": "eu-west-1",
        "recipientAccountId": "000011112222",
        "sourceIPAddress": "198.51.100.7",
        "userAgent": agent,
        "userIdentity": { "type": "IAMUser", "accountId": "000011112222", "userName": agent },
        "requestParameters": { "bucketName": "b" },
        "eventType": "AwsApiCall",
        "eventCategory": "Management",
    })
}
