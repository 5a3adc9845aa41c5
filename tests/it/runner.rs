//! Runs the built binary in a clean environment and reads what it wrote.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Every table that is always written.
pub(crate) const TABLES: [&str; 12] = [
    "evidence",
    "problems",
    "coverage",
    "rfcs",
    "mode_windows",
    "mode_sessions",
    "destructive_actions",
    "timeline",
    "findings",
    "incidents",
    "actors",
    "mode_usage",
];

/// The folder of the project.
pub(crate) fn project() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A folder that removes itself.
pub(crate) fn scratch() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// The binary, with nothing of the tester's own environment.
pub(crate) fn devtrail() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_devtrail"));
    command.env_clear().env("COLUMNS", "98").env("TZ", "UTC");
    command
}

/// What a run printed and how it ended.
#[must_use = "look at the exit code or the output"]
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs the binary with these arguments.
pub(crate) fn run<S: AsRef<OsStr>>(args: &[S]) -> Ended {
    ended(devtrail().args(args).output().expect("the binary starts"))
}

/// What an output says.
pub(crate) fn ended(output: Output) -> Ended {
    Ended {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// One run of `analyze`, with its output folder.
#[derive(Debug)]
pub(crate) struct Analysis {
    pub(crate) ended: Ended,
    pub(crate) out: PathBuf,
    _scratch: tempfile::TempDir,
}

/// A row of a table, by column.
pub(crate) type Row = BTreeMap<String, String>;

/// Analyses a path.
pub(crate) fn analyze(input: &Path, args: &[&str]) -> Analysis {
    let scratch = scratch();
    let out = scratch.path().join("audit");
    let mut words: Vec<&OsStr> = vec!["analyze".as_ref(), input.as_ref(), "-o".as_ref(), out.as_ref()];
    words.extend(args.iter().map(AsRef::<OsStr>::as_ref));
    let ended = run(&words);
    Analysis { ended, out, _scratch: scratch }
}

impl Analysis {
    /// The rows of a table, read from its CSV.
    pub(crate) fn table(&self, name: &str) -> Vec<Row> {
        table(&self.out.join("tables").join(format!("{name}.csv")))
    }

    /// The rows of a table that say this in this column.
    pub(crate) fn rows(&self, name: &str, column: &str, value: &str) -> Vec<Row> {
        self.table(name).into_iter().filter(|row| row[column] == value).collect()
    }

    /// The words of the `problem` column, sorted, with how often they stand.
    pub(crate) fn problems(&self) -> BTreeMap<String, usize> {
        let mut kinds = BTreeMap::new();
        for row in self.table("problems") {
            *kinds.entry(row["problem"].clone()).or_default() += 1;
        }
        kinds
    }

    /// A number of summary.json, by its path.
    pub(crate) fn summary(&self, pointer: &str) -> serde_json::Value {
        let text = std::fs::read_to_string(self.out.join("summary.json")).expect("summary.json");
        let all: serde_json::Value = serde_json::from_str(&text).expect("summary.json is JSON");
        all.pointer(pointer).unwrap_or_else(|| panic!("summary.json has {pointer}")).clone()
    }
}

/// Reads a CSV file.
pub(crate) fn table(path: &Path) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let header = reader.headers().expect("a header").clone();
    reader
        .records()
        .map(|record| {
            let record = record.expect("a row");
            header.iter().zip(record.iter()).map(|(k, v)| (k.to_owned(), v.to_owned())).collect()
        })
        .collect()
}

/// Writes a file below a folder, with its parents.
pub(crate) fn put(folder: &Path, name: &str, content: impl AsRef<[u8]>) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
    std::fs::write(path, content).expect("a file");
}

/// gzip, without a time.
pub(crate) fn gzip(content: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(content).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

/// A small sound record that destroys a bucket.
pub(crate) fn record(event_id: &str, time: &str) -> serde_json::Value {
    serde_json::json!({
        "eventVersion": "1.10",
        "userIdentity": {"type": "IAMUser", "principalId": "AIDAEXAMPLE", "userName": "alice",
            "arn": "arn:aws:iam::111122223333:user/alice", "accountId": "111122223333", "accessKeyId": "AKIAEXAMPLE"},
        "eventTime": time,
        "eventSource": "s3.amazonaws.com",
        "eventName": "DeleteBucket",
        "awsRegion": "us-east-1",
        "sourceIPAddress": "192.0.2.7",
        "userAgent": "aws-cli/2.15.0",
        "requestParameters": {"bucketName": format!("bucket-{event_id}")},
        "responseElements": null,
        "requestID": format!("R{event_id}"),
        "eventID": event_id,
        "readOnly": false,
        "eventType": "AwsApiCall",
        "managementEvent": true,
        "recipientAccountId": "111122223333",
        "eventCategory": "Management"
    })
}

/// A delivery object of sound records with these ids, a second apart.
pub(crate) fn delivery(ids: &[&str]) -> String {
    let records: Vec<_> = ids
        .iter()
        .enumerate()
        .map(|(second, id)| record(id, &format!("2026-01-02T03:04:{second:02}Z")))
        .collect();
    serde_json::json!({ "Records": records }).to_string()
}
