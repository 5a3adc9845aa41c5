//! Odd places: outputs that would touch evidence, entries of a dump that are
//! no files, names that are no text.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use sha2::{Digest as _, Sha256};

use crate::beside::{facts, holds};
use crate::runner::{analyze, delivery, devtrail, ended, gzip, put, run, scratch};

/// Every path below a folder with the hash of what it holds.
fn tree(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).expect("a folder") {
            let path = entry.expect("an entry").path();
            let shown = path.display().to_string();
            if path.is_dir() {
                folders.push(path);
                found.insert(shown, String::new());
            } else {
                let hash = Sha256::digest(std::fs::read(&path).expect("a file"));
                found.insert(shown, hash.iter().map(|byte| format!("{byte:02x}")).collect());
            }
        }
    }
    found
}

fn good(folder: &Path) {
    put(folder, "good/good.json.gz", gzip(delivery(&["good-1", "good-2"]).as_bytes()));
}

/// Runs with this output and proves that nothing below `all` changed.
#[track_caller]
fn refused(all: &Path, words: &[&Path], code: i32) -> String {
    let before = tree(all);
    let done = ended(devtrail().arg("analyze").args(words).output().expect("it starts"));
    assert_eq!(done.code, code, "{words:?}: {}", done.stderr);
    assert!(done.stderr.contains("Error:") && done.stderr.contains("Hint:"), "{}", done.stderr);
    assert_eq!(done.stdout, "");
    assert_eq!(tree(all), before, "{words:?}: nothing was written or changed");
    done.stderr
}

#[test]
fn a_missing_path_is_wrong_usage() {
    let place = scratch();
    let missing = place.path().join("missing");
    let said = refused(place.path(), &[&missing, "-o".as_ref(), &place.path().join("out")], 2);
    assert!(said.contains("cannot look at"), "{said}");
    // A sound path beside a missing one does not help.
    good(place.path());
    refused(
        place.path(),
        &[place.path().join("good").as_ref(), &missing, "-o".as_ref(), &place.path().join("out")],
        2,
    );
}

#[test]
fn no_evidence_at_all_is_said() {
    let place = scratch();
    std::fs::create_dir(place.path().join("empty")).expect("a folder");
    put(place.path(), "notes/readme.txt", "nothing here\n");
    for folder in ["empty", "notes"] {
        let done = analyze(&place.path().join(folder), &[]);
        assert_eq!(done.ended.code, 3, "{folder}: {}", done.ended.stderr);
        assert_eq!(done.problems().get("no_evidence"), Some(&1), "{folder}");
        assert!(done.ended.stderr.contains("no_evidence"), "{}", done.ended.stderr);
        assert_eq!(done.table("destructive_actions").len(), 0);
    }
}

#[test]
fn the_output_never_touches_an_input() {
    let place = scratch();
    let dump = place.path().join("dump");
    good(&dump);
    let flag: &Path = "-o".as_ref();
    let object = dump.join("good/good.json.gz");
    let force: &Path = "--force".as_ref();
    refused(place.path(), &[&dump, flag, &dump], 2);
    refused(place.path(), &[&dump, flag, &dump, force], 2);
    refused(place.path(), &[&dump, flag, &dump.join("audit")], 2);
    refused(place.path(), &[&dump, flag, &dump.join("a/b/../../audit")], 2);
    refused(place.path(), &[&dump.join("good"), flag, &dump, force], 2);
    refused(place.path(), &[&object, flag, &object], 2);
    refused(place.path(), &[&object, flag, &dump.join("good"), force], 2);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(&dump, place.path().join("link")).expect("a link");
        refused(&dump, &[&dump, flag, &place.path().join("link/audit")], 2);
        refused(&dump, &[&place.path().join("link"), flag, &dump.join("audit")], 2);
    }
}

#[test]
fn only_an_earlier_report_is_replaced_and_only_by_force() {
    let place = scratch();
    let (dump, out) = (place.path().join("dump"), place.path().join("out"));
    good(&dump);
    let (flag, force): (&Path, &Path) = ("-o".as_ref(), "--force".as_ref());
    put(&out, "thesis.txt", "years of work");
    refused(place.path(), &[&dump, flag, &out], 2);
    refused(place.path(), &[&dump, flag, &out, force], 2);
    put(&out, "run.json", "{}");
    refused(place.path(), &[&dump, flag, &out, force], 2);
    put(place.path(), "file", "a file");
    refused(place.path(), &[&dump, flag, &place.path().join("file")], 2);
    refused(place.path(), &[&dump, flag, &place.path().join("file/below")], 2);
    let fresh = place.path().join("fresh");
    std::fs::create_dir(&fresh).expect("a folder");
    assert_eq!(run(&["analyze".as_ref(), dump.as_os_str(), flag.as_ref(), fresh.as_os_str()]).code, 0);
    refused(place.path(), &[&dump, flag, &fresh], 2);
    put(&dump, "more.json", delivery(&["more"]));
    let again = [
        "analyze".as_ref(),
        dump.as_os_str(),
        flag.as_ref(),
        fresh.as_os_str(),
        force.as_ref(),
        "--format".as_ref(),
        "csv".as_ref(),
    ];
    assert_eq!(run(&again).code, 0);
    assert!(!fresh.join("report.html").exists(), "nothing of the old report is left");
    let names: Vec<_> = std::fs::read_dir(place.path())
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .filter(|name| name.starts_with('.'))
        .collect();
    assert_eq!(names, Vec::<String>::new(), "no staging folder is left");
}

#[test]
#[cfg(target_os = "linux")]
fn a_place_that_cannot_be_written_fails_before_the_run() {
    let place = scratch();
    good(place.path());
    let done = ended(
        devtrail()
            .arg("analyze")
            .arg(place.path())
            .args(["-o", "/proc/devtrail/audit"])
            .output()
            .expect("it starts"),
    );
    assert_eq!(done.code, 4, "{}", done.stderr);
    assert!(done.stderr.contains("Hint:"), "{}", done.stderr);
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_ends_with_four_and_leaves_nothing() {
    let place = scratch();
    let (dump, small) = (place.path().join("dump"), place.path().join("small"));
    good(&dump);
    std::fs::create_dir(&small).expect("a folder");
    let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=64k", "tmpfs"]).arg(&small).output();
    if !mounted.as_ref().is_ok_and(|output| output.status.success()) {
        println!("skipped: no small file system can be mounted: {mounted:?}");
        return;
    }
    let out = small.join("audit");
    let done = ended(devtrail().arg("analyze").arg(&dump).arg("-o").arg(&out).output().expect("it starts"));
    let left: Vec<_> = std::fs::read_dir(&small).expect("a folder").collect();
    let unmounted = Command::new("umount").arg(&small).status().expect("umount starts");
    assert!(unmounted.success());
    assert_eq!(done.code, 4, "{}{}", done.stdout, done.stderr);
    assert!(done.stderr.contains("No space left") && done.stderr.contains("Hint:"), "{}", done.stderr);
    assert_eq!(left.len(), 0, "nothing is left: {left:?}");
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_behind_standard_output_ends_with_four() {
    let place = scratch();
    good(place.path());
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("the full device");
    let mut command = devtrail();
    command.arg("analyze").arg(place.path()).args(["-o", "-", "--format", "csv"]).stdout(full);
    let done = ended(command.output().expect("it starts"));
    assert_eq!(done.code, 4, "{}", done.stderr);
}

#[test]
#[cfg(unix)]
fn what_is_no_file_is_named_and_never_waited_for() {
    let place = scratch();
    let dump = place.path().join("dump");
    good(&dump);
    let made = Command::new("mkfifo").arg(dump.join("pipe")).status().expect("mkfifo starts");
    assert!(made.success());
    let _socket = std::os::unix::net::UnixListener::bind(dump.join("socket")).expect("a socket");
    let done = analyze(&dump, &["--events", "all", "--format", "csv", "--format", "json"]);
    holds(&done);
    assert_eq!(done.ended.code, 3);
    assert_eq!(done.problems().get("not_a_file"), Some(&2));
    assert_eq!(facts(&done, "pipe"), " unreadable 0 0 0");
    // A pipe given by itself is not waited for either.
    let alone = analyze(&dump.join("pipe"), &[]);
    assert_eq!(alone.ended.code, 3, "{}", alone.ended.stderr);
}

#[test]
#[cfg(unix)]
fn an_object_without_permission_is_named() {
    use std::os::unix::fs::PermissionsExt;
    let place = scratch();
    let dump = place.path().join("dump");
    good(&dump);
    put(&dump, "locked.json", delivery(&["locked"]));
    put(&dump, "closed/inner.json", delivery(&["inner"]));
    for path in ["locked.json", "closed"] {
        std::fs::set_permissions(dump.join(path), PermissionsExt::from_mode(0o000)).expect("permissions");
    }
    let bites = std::fs::read(dump.join("locked.json")).is_err();
    let done = analyze(&dump, &["--events", "all", "--format", "csv", "--format", "json"]);
    std::fs::set_permissions(dump.join("closed"), PermissionsExt::from_mode(0o700)).expect("permissions");
    holds(&done);
    if !bites {
        println!("skipped: permissions do not bind this user");
        return;
    }
    assert_eq!(done.ended.code, 3);
    assert_eq!(done.problems().get("unreadable_object"), Some(&2));
}

#[test]
#[cfg(unix)]
fn links_are_named_and_followed_nowhere() {
    use std::os::unix::fs::symlink;
    let place = scratch();
    let dump = place.path().join("dump");
    good(&dump);
    put(place.path(), "outside/secret.json", delivery(&["outside"]));
    symlink("loop-b", dump.join("loop-a")).expect("a link");
    symlink("loop-a", dump.join("loop-b")).expect("a link");
    symlink(&dump, dump.join("good/up")).expect("a link");
    symlink(dump.join("good/good.json.gz"), dump.join("inside.json.gz")).expect("a link");
    symlink(place.path().join("outside"), dump.join("outside")).expect("a link");
    symlink(place.path().join("outside/secret.json"), dump.join("outside.json")).expect("a link");
    symlink("gone", dump.join("dangling.json")).expect("a link");
    let done = analyze(&dump, &["--events", "all", "--format", "csv", "--format", "json"]);
    holds(&done);
    assert_eq!(done.ended.code, 3);
    let status = |object: &str| done.rows("evidence", "source_object", object)[0]["status"].clone();
    assert_eq!(status("good/up"), "not_evidence");
    assert_eq!(status("inside.json.gz"), "not_evidence");
    for object in ["loop-a", "loop-b", "outside", "outside.json", "dangling.json"] {
        assert_eq!(status(object), "unreadable", "{object}");
    }
    assert_eq!(done.problems().get("link_not_followed"), Some(&5));
    assert_eq!(done.rows("destructive_actions", "event_id", "outside").len(), 0);
    // Given together with the place that it points to, nothing is lost.
    let words = ["analyze".as_ref(), dump.as_os_str(), place.path().join("outside").as_os_str()]
        .map(ToOwned::to_owned);
    let out = place.path().join("audit");
    let both = ended(devtrail().args(words).arg("-o").arg(&out).output().expect("it starts"));
    let rows = crate::runner::table(&out.join("tables/destructive_actions.csv"));
    assert_eq!(rows.len(), 3, "{}", both.stderr);
}

#[test]
#[cfg(target_os = "linux")]
fn names_that_are_no_text_or_command_a_terminal_are_shown_safely() {
    use std::os::unix::ffi::OsStrExt as _;
    let place = scratch();
    let dump = place.path().join("dump");
    good(&dump);
    let names: [&[u8]; 4] = [b"no\xffutf8.json", b"esc\x1b[31m\x07.json", b"line\nbreak.json", b"=cmd|.json"];
    for name in names {
        std::fs::write(dump.join(std::ffi::OsStr::from_bytes(name)), b"{\"Records\":[{\"a").expect("a file");
    }
    let done = analyze(&dump, &["-v"]);
    assert_eq!(done.ended.code, 3);
    let rows = done.table("evidence");
    assert_eq!(rows.len(), 5);
    let shown: Vec<&str> = rows.iter().map(|row| row["source_object"].as_str()).collect();
    assert!(shown.contains(&"no\\xFFutf8.json"), "{shown:?}");
    assert!(shown.contains(&"'=cmd|.json"), "{shown:?}");
    assert!(!done.ended.stderr.contains('\x1b') && !done.ended.stdout.contains('\x1b'));
    assert!(done.ended.stderr.contains("line\\u{a}break.json"), "{}", done.ended.stderr);
    let sums =
        Command::new("sha256sum").args(["-c", "--quiet", "SHA256SUMS"]).current_dir(&done.out).status();
    assert!(sums.is_ok_and(|status| status.success()));
}
