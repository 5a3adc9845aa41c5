//! Tests of the output folder on a real file system.

use super::*;
use crate::report::sample;

/// A folder of the test's own, removed at its end.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("devtrail-folder-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn out(&self) -> PathBuf {
        self.0.join("audit")
    }

    fn names(&self) -> Vec<String> {
        let mut names = Vec::new();
        list_files(&self.0, "", &mut names).unwrap();
        names.sort();
        names
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn write_report(staging: &Staging, content: &str) {
    write_file(&staging.path().join("tables/a.csv"), |out| out.write_all(content.as_bytes())).unwrap();
    let run = run_json::render(&sample::facts(), "");
    write_file(&staging.path().join(run_json::FILE), |out| out.write_all(run.as_bytes())).unwrap();
}

#[test]
fn a_report_appears_whole_with_its_sums() {
    let scratch = Scratch::new("whole");
    let out = scratch.0.join("new/parents/audit");
    let staging = Staging::begin(&out, false).unwrap();
    write_report(&staging, "x\n");
    assert!(!out.exists());
    staging.commit().unwrap();
    assert_eq!(
        scratch.names(),
        ["SHA256SUMS", "run.json", "tables/a.csv"].map(|name| format!("new/parents/audit/{name}"))
    );
    let sums = String::from_utf8(read_own(&out.join(SUMS_FILE)).unwrap()).unwrap();
    assert_eq!(sums, "73cb3858a687a8494ca3323053016282f3dad39d42cf62ca4e79dda2aac7d9ac  tables/a.csv\n");
    let checked = std::process::Command::new("sha256sum").args(["-c", SUMS_FILE]).current_dir(&out).output();
    if let Ok(checked) = checked {
        assert!(checked.status.success(), "{checked:?}");
    }
}

#[test]
fn without_a_commit_nothing_is_left() {
    let scratch = Scratch::new("dropped");
    let staging = Staging::begin(&scratch.out(), false).unwrap();
    write_report(&staging, "x");
    drop(staging);
    assert_eq!(scratch.names(), Vec::<String>::new());
    assert!(fs::read_dir(&scratch.0).unwrap().next().is_none());
}

#[test]
fn an_empty_folder_is_taken_and_a_full_one_refused() {
    let scratch = Scratch::new("full");
    fs::create_dir(scratch.out()).unwrap();
    let staging = Staging::begin(&scratch.out(), false).unwrap();
    write_report(&staging, "x");
    staging.commit().unwrap();
    let refused = Staging::begin(&scratch.out(), false).unwrap_err();
    assert!(matches!(refused, FolderError::NotEmpty { .. }), "{refused}");
}

#[test]
fn force_replaces_only_a_report() {
    let scratch = Scratch::new("force");
    for content in ["old", "new"] {
        let staging = Staging::begin(&scratch.out(), true).unwrap();
        write_report(&staging, content);
        staging.commit().unwrap();
    }
    assert_eq!(read_own(&scratch.out().join("tables/a.csv")).unwrap(), b"new");
    assert_eq!(fs::read_dir(&scratch.0).unwrap().count(), 1);

    let foreign = scratch.0.join("foreign");
    for run in ["{}", r#"{"tool":"other"}"#, "no json"] {
        fs::create_dir_all(&foreign).unwrap();
        fs::write(foreign.join(run_json::FILE), run).unwrap();
        let refused = Staging::begin(&foreign, true).unwrap_err();
        assert!(matches!(refused, FolderError::NotOurs { .. }), "{refused}");
    }
}

#[test]
fn what_came_meanwhile_is_not_overwritten() {
    let scratch = Scratch::new("meanwhile");
    let staging = Staging::begin(&scratch.out(), false).unwrap();
    write_report(&staging, "x");
    fs::create_dir(scratch.out()).unwrap();
    fs::write(scratch.out().join("mine"), "mine").unwrap();
    assert!(matches!(staging.commit(), Err(FolderError::NotEmpty { .. })));
    assert_eq!(scratch.names(), ["audit/mine"]);
}

#[test]
fn files_and_nameless_places_are_refused() {
    let scratch = Scratch::new("places");
    let file = scratch.0.join("file");
    fs::write(&file, "x").unwrap();
    assert!(matches!(Staging::begin(&file, true), Err(FolderError::NotAFolder { .. })));
    assert!(matches!(Staging::begin(&file.join("below"), true), Err(FolderError::NotAFolder { .. })));
    assert!(matches!(Staging::begin(Path::new("/"), false), Err(FolderError::NotEmpty { .. })));
    assert!(Staging::begin(Path::new(""), false).is_err());
}
