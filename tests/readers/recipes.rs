//! The pages of `docs/recipes`, run as they stand there.
//!
//! A block below `<!-- run: … -->` is run: `duckdb` in the folder of a report,
//! `python` there too, `sh` with the built program on the path, `aws`, `amscm`
//! and `timesketch` with the real command lines whose network is taken away,
//! `athena` as far as it goes without Athena, `crontab` as cron would, and
//! `printed` is what another block prints. Python comes from `DEVTRAIL_PYTHON`,
//! else it is `python3`.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::runner::{Analysis, TABLES, analyze, project, scratch, table};

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

/// A folder with a command that runs a script of the tests.
fn commands(place: &Path, name: &str, script: &str) -> PathBuf {
    let bin = place.join("bin");
    std::fs::create_dir_all(&bin).expect("a folder");
    let script = project().join("tests/readers").join(script);
    let text = format!("#!/bin/sh\nexec '{}' '{}' \"$@\"\n", python().display(), script.display());
    let file = bin.join(name);
    std::fs::write(&file, text).expect("the command");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).expect("it may run");
    bin
}

#[test]
fn every_block_of_the_pages_is_run() {
    let known = ["amscm", "athena", "aws", "crontab", "duckdb", "printed", "python", "sh", "timesketch"];
    let mut all = 0;
    for entry in std::fs::read_dir(project().join("docs/recipes")).expect("the pages") {
        let path = entry.expect("a page").path();
        let text = std::fs::read_to_string(&path).expect("a page");
        let lines: Vec<&str> = text.lines().collect();
        // Each fence that opens a block; the one after it closes it.
        for (place, _) in lines.iter().enumerate().filter(|(_, line)| line.starts_with("```")).step_by(2) {
            let mark = place.checked_sub(1).and_then(|above| lines[above].strip_prefix("<!-- run: "));
            let kind = mark.and_then(|mark| mark.split([' ', '-']).next());
            assert!(kind.is_some_and(|kind| known.contains(&kind)), "{}:{}", path.display(), place + 1);
            all += 1;
        }
    }
    assert!(all > 15, "{all}");
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
    let example = of_kind(&blocks, "printed").next().expect("the example");
    assert!(told.contains(example.trim_end()), "{told}");
}

#[test]
fn athenas_tables_have_the_columns_of_the_files_and_its_queries_find_rows() {
    let done = analyze(&project().join("sample-logs/demo"), &[]);
    let blocks = blocks("query.md");
    let script =
        of_kind(&blocks, "python").find(|code| code.contains("CREATE EXTERNAL")).expect("the script");
    let mut text = piped(Command::new(python()).arg("-").current_dir(&done.out), script);
    for query in of_kind(&blocks, "athena") {
        text.push_str(query);
    }
    let file = done.out.join("statements.sql");
    std::fs::write(&file, text).expect("the statements");
    let script = project().join("tests/readers/athena.py");
    let told = piped(Command::new(python()).arg(script).arg(&file).current_dir(&done.out), "");
    let files = std::fs::read_dir(done.out.join("tables")).expect("the tables");
    let files = files.filter(|file| {
        file.as_ref().is_ok_and(|file| file.path().extension().is_some_and(|end| end == "parquet"))
    });
    assert_eq!(told.matches("table ").count(), files.count(), "{told}");
    assert_eq!(told.matches("query: ").count(), of_kind(&blocks, "athena").count(), "{told}");
    // The file goes where the statements look for it.
    let place = scratch();
    let bin = commands(place.path(), "aws", "aws/aws.py");
    for code in of_kind(&blocks, "aws") {
        let told = piped(&mut shell(done.out.parent().expect("a folder"), &bin), code);
        assert!(told.contains("to s3://YOUR-BUCKET/audit/destructive_actions/"), "{told}");
    }
}

/// What Timesketch's importer does with a file: what it would send, by line.
fn imported(done: &Analysis, code: &str) -> Vec<serde_json::Value> {
    let place = scratch();
    let bin = commands(place.path(), "timesketch_importer", "timesketch/importer.py");
    let sent = place.path().join("sent");
    piped(shell(&done.out, &bin).env("HOME", place.path()).env("SENT", &sent), code);
    let sent = std::fs::read_to_string(&sent).expect("what was sent");
    sent.lines().map(|line| serde_json::from_str(line).expect("an event")).collect()
}

#[test]
fn timesketchs_importer_takes_every_line_of_both_files() {
    let done = analyze(&project().join("sample-logs/demo"), &[]);
    let blocks = blocks("open.md");
    let codes: Vec<&str> = of_kind(&blocks, "timesketch").collect();
    let [lines, rows] = codes.as_slice() else { panic!("{codes:?}") };
    let timed: Vec<_> = done.table("timeline").into_iter().filter(|row| !row["time"].is_empty()).collect();
    let text = |event: &serde_json::Value, key: &str| event[key].as_str().unwrap_or_default().to_owned();
    for (code, account) in [(lines, "account_id"), (rows, "account_arn")] {
        let events = imported(&done, code);
        assert_eq!(events.len(), timed.len(), "{code}");
        for (event, row) in events.iter().zip(&timed) {
            // The fields without which a server refuses a line.
            assert!(!text(event, "message").is_empty() && !text(event, "timestamp_desc").is_empty());
            let to_the_second = |time: &str| time.get(..19).map(str::to_owned);
            assert_eq!(to_the_second(&text(event, "datetime")), to_the_second(&row["time"]), "{event}");
            assert_eq!(text(event, "source_object"), row["source_object"]);
            assert!(text(event, account).contains(&row["account_id"]), "{event} {row:?}");
        }
    }
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
    the_line_of_the_crontab_runs(place.path(), of_kind(&blocks, "crontab").next().expect("the line"));
}

/// Five fields that cron knows, and a command that a shell runs.
fn the_line_of_the_crontab_runs(place: &Path, line: &str) {
    let mut fields = line.trim().splitn(6, ' ');
    for (name, most) in [("minute", 59), ("hour", 23), ("day", 31), ("month", 12), ("weekday", 7)] {
        let field = fields.next().expect("a field");
        assert!(field == "*" || field.parse::<u32>().is_ok_and(|number| number <= most), "{name}: {field}");
    }
    let command = fields
        .next()
        .expect("the command")
        .replace("/srv/dump", &project().join("sample-logs/demo").display().to_string())
        .replace("/srv/audits", "cron-audits")
        .replace("/usr/local/bin/", "sh ./");
    assert!(!command.contains('%'), "cron takes it for the end of a line");
    let told = piped(&mut shell(place, place), &command);
    assert!(told.contains("nothing of severity high or above"), "the last month, without any event: {told}");
}

#[test]
fn what_the_export_saves_is_evidence_that_is_read() {
    let place = scratch();
    let bin = commands(place.path(), "aws", "aws/aws.py");
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
    assert!(formats.contains("cloudtrail_delivery"), "what the bucket holds: {formats:?}");
    // The marker role in the export opens a window that no log tells of.
    let windows = table(&audit.join("mode_windows.csv"));
    assert!(windows.iter().any(|row| row["open_basis"] == "inventory"), "{windows:?}");
    assert!(place.path().join("safe/manifest.sha256").is_file());
}
