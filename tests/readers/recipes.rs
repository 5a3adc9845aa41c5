//! The pages of `docs/recipes`, run as they stand there.
//!
//! A block below `<!-- run: … -->` is run: `duckdb` in the folder of a report,
//! `python` there too, `sh` with the built program on the path, `aws` and
//! `amscm` with the real AWS command line whose network is taken away. Python
//! comes from `DEVTRAIL_PYTHON`, else it is `python3`.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::runner::{TABLES, analyze, project, scratch, table};

/// The blocks of a page that are run: how, and what.
pub(crate) fn blocks(page: &str) -> Vec<(String, String)> {
    let path = project().join("docs/recipes").join(page);
    let text = std::fs::read_to_string(&path).expect("a page");
    let blocks = text.split("<!-- run: ").skip(1).map(|part| {
        let (kind, rest) = part.split_once(" -->").expect("the end of the mark");
        let body = rest.split_once("```").and_then(|(_, rest)| rest.split_once('\n')).expect("a block").1;
        (kind.to_owned(), body.split("```").next().unwrap_or_default().to_owned())
    });
    blocks.collect()
}

pub(crate) fn of_kind<'b>(blocks: &'b [(String, String)], kind: &'b str) -> impl Iterator<Item = &'b str> {
    blocks.iter().filter(move |(found, _)| found == kind).map(|(_, code)| code.as_str())
}

pub(crate) fn python() -> PathBuf {
    std::env::var_os("DEVTRAIL_PYTHON").map_or_else(|| "python3".into(), PathBuf::from)
}

/// Runs code on a program's standard input; gives what it prints.
#[track_caller]
pub(crate) fn piped(command: &mut Command, code: &str) -> String {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    child.stdin.take().expect("its input").write_all(code.as_bytes()).expect("it reads");
    let done = child.wait_with_output().expect("it ends");
    let told = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(done.status.success(), "{code}\n{told}\n{}", String::from_utf8_lossy(&done.stderr));
    told
}

/// A shell in a folder, with the built program and what lies in `bin` on its path.
fn shell(folder: &Path, bin: &Path) -> Command {
    let program = Path::new(env!("CARGO_BIN_EXE_devtrail")).parent().expect("a folder").display().to_string();
    let path = std::env::var("PATH").unwrap_or_default();
    let mut command = Command::new("sh");
    command.arg("-e").current_dir(folder).env("PATH", format!("{}:{program}:{path}", bin.display()));
    command
}

#[test]
fn every_query_runs_on_the_demo_and_finds_rows() {
    let done = analyze(&project().join("sample-logs/demo"), &[]);
    let blocks = blocks("query.md");
    let queries: Vec<_> = of_kind(&blocks, "duckdb").collect();
    assert!(queries.len() > 2);
    for query in queries {
        let query = query.trim_end().trim_end_matches(';');
        let code = format!(
            "import duckdb\nprint(duckdb.sql('''SELECT count(*) FROM ({query})''').fetchall()[0][0])"
        );
        let rows = piped(Command::new(python()).arg("-").current_dir(&done.out), &code);
        assert!(rows.trim().parse::<u32>().is_ok_and(|rows| rows > 0), "{query}: {rows}");
    }
    let told: String = of_kind(&blocks, "python")
        .map(|code| piped(Command::new(python()).arg("-").current_dir(&done.out), code))
        .collect();
    for table in TABLES {
        assert!(told.contains(&format!("CREATE EXTERNAL TABLE devtrail_{table} (")), "{table}");
    }
    // The example on the page is what the script prints.
    let page = std::fs::read_to_string(project().join("docs/recipes/query.md")).expect("the page");
    let example = page.split_once("```sql\nCREATE EXTERNAL").expect("the example").1;
    let example = example.split("```").next().unwrap_or_default().trim_end();
    assert!(told.contains(&format!("CREATE EXTERNAL{example}")), "{told}");
}

#[test]
fn the_workbook_becomes_csv_and_events_become_ocsf_that_its_models_accept() {
    let blocks = blocks("open.md");
    let dump = project().join("sample-logs/demo");
    let done = analyze(&dump, &[]);
    for code in of_kind(&blocks, "sh") {
        piped(shell(&done.out, &done.out).env("DUMP", &dump).env("HOME", &done.out), code);
    }
    assert!(done.out.join("sheets/report-timeline.csv").is_file());
    let check = "from ocsf_emitter._models import ApiActivity\n\
                 lines = open('ocsf-audit/events.ocsf.jsonl', encoding='utf-8').readlines()\n\
                 for line in lines: ApiActivity.model_validate_json(line)\n\
                 print(len(lines))";
    let lines = piped(Command::new(python()).arg("-").current_dir(&done.out), check);
    let kept = analyze(&dump, &["--events", "kept", "--format", "csv"]);
    let table = std::fs::read(kept.out.join("tables/events.csv")).expect("the table of events");
    let events = csv::Reader::from_reader(table.as_slice()).into_records().count();
    assert!(events > 0, "the demo keeps events");
    assert_eq!(lines.trim(), events.to_string(), "every kept event is a line");
}

#[test]
fn a_monthly_audit_tells_what_has_changed() {
    let blocks = blocks("monthly.md");
    let script = of_kind(&blocks, "sh monthly-audit").next().expect("the script");
    let place = scratch();
    let run = |month: &str| {
        let mut command = shell(place.path(), place.path());
        command.env("DUMP", project().join("sample-logs/demo")).env("AUDITS", "audits");
        let path = place.path().join("monthly-audit");
        std::fs::write(&path, script).expect("the script");
        let done = command.arg(&path).arg(month).output().expect("it starts");
        (done.status.code(), String::from_utf8_lossy(&done.stdout).into_owned())
    };
    let (status, told) = run("2026-01");
    assert_eq!(status, Some(1), "the demo has grave findings: {told}");
    assert!(told.contains("audits/2026-01/report.html"), "{told}");
    let (status, told) = run("2026-02");
    assert_eq!(status, Some(0), "nothing happened in February: {told}");
    assert!(told.contains("changes since 2026-01"), "{told}");
    let changes = std::fs::read_to_string(place.path().join("audits/2026-02-changes.txt")).expect("changes");
    assert!(changes.starts_with("Since the last audit"), "{changes}");
}

#[test]
fn what_the_export_saves_is_evidence_that_is_read() {
    let place = scratch();
    let bin = place.path().join("bin");
    std::fs::create_dir_all(&bin).expect("a folder");
    let shim = project().join("tests/readers/aws/aws.py");
    let text = format!("#!/bin/sh\nexec '{}' '{}' \"$@\"\n", python().display(), shim.display());
    std::fs::write(bin.join("aws"), text).expect("the command");
    std::fs::set_permissions(bin.join("aws"), std::fs::Permissions::from_mode(0o755)).expect("it may run");
    std::fs::create_dir(place.path().join("safe")).expect("a folder");
    let mut told = String::new();
    for (_, code) in blocks("export.md") {
        told += &piped(shell(place.path(), &bin).env("SAFE", "safe").arg("-s"), &code);
    }
    assert!(told.contains("5 RFCs"), "{told}");
    let audit = place.path().join("audit/tables");
    assert_eq!(table(&audit.join("rfcs.csv")).len(), 5);
    let formats: BTreeSet<String> = table(&audit.join("evidence.csv"))
        .into_iter()
        .map(|mut row| row.remove("format").unwrap_or_default())
        .collect();
    for format in [
        "public_keys",
        "head_object",
        "trail_description",
        "trail_status",
        "event_selectors",
        "rfc_summaries",
        "get_rfc",
        "iam_authorization_details",
        "credential_report_answer",
        "organization_accounts",
    ] {
        assert!(formats.contains(format), "{format}: {formats:?}");
    }
    // The marker role in the export opens a window that no log tells of.
    let windows = table(&audit.join("mode_windows.csv"));
    assert!(windows.iter().any(|row| row["open_basis"] == "inventory"), "{windows:?}");
    assert!(place.path().join("safe/manifest.sha256").is_file());
}
