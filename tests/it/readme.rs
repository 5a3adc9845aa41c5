//! The README's tables and printed output are what the program says: this test
//! compares them, and `DEVTRAIL_BLESS=1` rewrites them.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use devtrail::decode::FORMATS;
use devtrail::detect::RuleSet;
use devtrail::model::report::Report;
use devtrail::report::{OUTPUTS, tables};

use crate::runner::{analyze, devtrail, ended, project, run, scratch};

/// Replaces what stands between two marks of the README by this, or compares.
fn part(name: &str, content: &str) {
    let path = project().join("README.md");
    let readme = std::fs::read_to_string(&path).expect("README.md");
    let (begin, end) = (format!("<!-- {name}: begin -->\n"), format!("<!-- {name}: end -->"));
    let (before, rest) = readme.split_once(&begin).unwrap_or_else(|| panic!("the README has {begin}"));
    let (found, after) = rest.split_once(&end).unwrap_or_else(|| panic!("the README has {end}"));
    if std::env::var_os("DEVTRAIL_BLESS").is_some() {
        std::fs::write(&path, format!("{before}{begin}{content}{end}{after}")).expect("README.md");
    } else {
        assert_eq!(found, content, "the README's part `{name}`");
    }
}

/// One test, so that no two rewrite the file at once.
#[test]
fn every_generated_part_of_the_readme_is_true() {
    part("demo", &demo());
    part("inputs", &inputs());
    part("outputs", &outputs());
    part("columns", &columns());
    part("detections", &detections());
    part("exit", &exit());
    part("explain", &explain());
    part("policy", &policy());
    part("search", &search("search"));
    part("search-by", &search("search-by"));
    part("compare", &compare());
    part("way", &way());
    let (same, changed) = verified();
    part("verify", &same);
    part("verify-changed", &changed);
    all_printed_text_is_generated();
}

/// What the README shows as printed was printed: no such block is written by hand.
#[track_caller]
fn all_printed_text_is_generated() {
    let readme = std::fs::read_to_string(project().join("README.md")).expect("README.md");
    let mut inside = None;
    let mut printed = 0;
    for line in readme.lines() {
        if let Some(name) = line.strip_prefix("<!-- ").and_then(|rest| rest.strip_suffix(": begin -->")) {
            inside = Some(name);
        } else if line.ends_with(": end -->") {
            inside = None;
        } else if line.starts_with("```") && !matches!(line, "```" | "```sh") {
            assert!(inside.is_some(), "{line}: a block that no test makes");
            printed += 1;
        }
    }
    assert!(printed > 7, "{printed}");
}

fn demo() -> String {
    let done = analyze(&project().join("sample-logs/demo"), &[]);
    let printed = done.ended.stdout.replace(&done.out.display().to_string(), "audit");
    assert!(printed.lines().count() <= 25, "{printed}");
    format!("```text\n{}\n```\n", printed.trim_end())
}

/// The command above a generated part, run from the project's folder.
fn shown(name: &str) -> Vec<String> {
    let readme = std::fs::read_to_string(project().join("README.md")).expect("README.md");
    let (before, _) = readme.split_once(&format!("<!-- {name}: begin -->")).expect("the part");
    let command = before.lines().rev().find(|line| line.starts_with("devtrail ")).expect("a command");
    command.split('\'').enumerate().flat_map(words).skip(1).collect()
}

/// The words of a command: what is quoted is one, the rest is split at blanks.
fn words((place, part): (usize, &str)) -> Vec<String> {
    let quoted = place % 2 == 1;
    if quoted { vec![part.to_owned()] } else { part.split_whitespace().map(str::to_owned).collect() }
}

fn explain() -> String {
    let done = analyze(&project().join("sample-logs/demo"), &[]);
    let report = done.out.display().to_string();
    let command =
        shown("explain").into_iter().map(|word| if word == "audit" { report.clone() } else { word });
    let told = run(&command.collect::<Vec<_>>());
    assert_eq!(told.code, 0, "{}", told.stderr);
    format!("```text\n{}\n```\n", told.stdout.trim_end())
}

/// The head of what `compare` prints, and the first line of its other parts.
fn compare() -> String {
    let demo = project().join("sample-logs/demo");
    let last = analyze(&demo, &["--object-date-to", "2026-01-18"]);
    let audit = analyze(&demo, &[]);
    let mut command = devtrail();
    let done = ended(command.arg("compare").args([&last.out, &audit.out]).output().expect("it starts"));
    assert_eq!((done.code, done.stderr.as_str()), (0, ""));
    let parts: Vec<&str> = done.stdout.split("\n\n").collect();
    let [head, windows, rest @ ..] = parts.as_slice() else { panic!("{}", done.stdout) };
    let mut text = format!("```text\n{head}\n\n{windows}\n");
    for part in rest {
        let mut lines = part.lines();
        writeln!(text, "\n{}", lines.next().unwrap_or_default()).expect("a string");
        if lines.next().is_some() {
            text.push_str("  …\n");
        }
    }
    text.push_str("```\n");
    text
}

/// The example of a policy, which the tests read too.
fn policy() -> String {
    let text = std::fs::read_to_string(project().join("docs/policy.toml")).expect("docs/policy.toml");
    format!("```toml\n{text}```\n")
}

/// What a search prints whose command stands before its block.
fn search(name: &str) -> String {
    let mut command = devtrail();
    let done = ended(command.args(shown(name)).current_dir(project()).output().expect("it starts"));
    assert_eq!(done.code, 0, "{}", done.stderr);
    format!("```text\n{}{}\n```\n", done.stdout, done.stderr.trim_end())
}

/// The longest way from a person to a call in the case about accounts.
fn way() -> String {
    let done = analyze(&project().join("sample-logs/cases/lineage-accounts/input"), &[]);
    let ways = done.table("destructive_actions").into_iter().map(|row| row["attribution_path"].clone());
    let way = ways.max_by_key(|way| (way.matches(" > ").count(), way.len())).expect("a way");
    format!("```text\n{way}\n```\n")
}

/// `verify --manifest` of the demo as it is, and of a copy that was tampered with.
fn verified() -> (String, String) {
    let demo = project().join("sample-logs/demo");
    let done = analyze(&demo, &[]);
    let manifest = done.out.join("manifest.sha256").display().to_string();
    let print = |dump: &Path, code: i32| {
        let told = run(&["verify", &dump.display().to_string(), "--manifest", &manifest]);
        assert_eq!(told.code, code, "{}{}", told.stdout, told.stderr);
        format!("```text\n{}\n```\n", format!("{}{}", told.stderr, told.stdout).trim_end())
    };
    let copy = scratch();
    let mut paths: Vec<PathBuf> = walkdir::WalkDir::new(&demo)
        .into_iter()
        .map(|entry| entry.expect("an entry").into_path())
        .filter(|path| path.is_file())
        .collect();
    paths.sort();
    for path in &paths {
        let place = copy.path().join(path.strip_prefix(&demo).expect("below it"));
        std::fs::create_dir_all(place.parent().expect("a folder")).expect("a folder");
        std::fs::copy(path, place).expect("a copy");
    }
    let altered = copy.path().join(paths[0].strip_prefix(&demo).expect("below it"));
    std::fs::write(&altered, "{}").expect("an object");
    std::fs::write(altered.with_file_name("added.json"), "{}").expect("an object");
    (print(&demo, 0), print(copy.path(), 3))
}

fn inputs() -> String {
    let mut text = String::from("| form | what it is | known by | read |\n|---|---|---|---|\n");
    for format in FORMATS {
        let read = if format.is_read() { "yes" } else { "named, not read" };
        writeln!(text, "| `{}` | {} | {} | {read} |", format.name, format.about, format.known_by)
            .expect("a string");
    }
    text
}

fn outputs() -> String {
    let mut text = String::from("| `--format` | file | what it is for |\n|---|---|---|\n");
    for output in OUTPUTS {
        writeln!(text, "| `{}` | `{}` | {} |", output.name, output.files, output.about).expect("a string");
    }
    text
}

fn columns() -> String {
    let report = Report { events: Some(Vec::new()), ..Report::default() };
    let mut text = String::new();
    for table in tables::all(&report) {
        writeln!(text, "<details><summary><code>{}</code></summary>\n", table.name).expect("a string");
        text.push_str("| column | meaning |\n|---|---|\n");
        for column in &table.columns {
            let meaning = column.meaning.replace('|', "\\|");
            writeln!(text, "| `{}` | {meaning} |", column.name).expect("a string");
        }
        text.push_str("\n</details>\n\n");
    }
    text
}

fn detections() -> String {
    let mut text = String::from("| rule | severity | what it finds |\n|---|---|---|\n");
    for rule in RuleSet::builtin().rules() {
        let words = &rule.words;
        writeln!(text, "| `{}` | {} | {} |", words.rule_id, words.severity, words.title).expect("a string");
    }
    text.push_str("\n| over several rows | severity | what it finds |\n|---|---|---|\n");
    for one in devtrail::correlate::correlated() {
        writeln!(text, "| `{}` | {} | {} |", one.rule_id, one.severity, one.title).expect("a string");
    }
    text
}

fn exit() -> String {
    let help = run(&["--help"]).stdout;
    let start = help.find("Exit status:").expect("the help tells the exit status");
    format!("```text\n{}\n```\n", help[start..].trim_end())
}
