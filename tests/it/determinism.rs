//! Same inputs, same bytes: whatever the threads, the order in which folders
//! were filled, the zone or the locale.

use std::path::Path;

use crate::runner::{Ended, devtrail, ended, project, scratch};

/// Copies a tree, its files written in an order that the seed decides.
fn copy_shuffled(from: &Path, to: &Path, seed: usize) {
    let mut files: Vec<_> = walk(from);
    let length = files.len();
    for place in 0..length {
        files.swap(place, (place * 31 + seed * 17 + 7) % length);
    }
    for file in files {
        let target = to.join(file.strip_prefix(from).expect("inside"));
        std::fs::create_dir_all(target.parent().expect("a parent")).expect("folders");
        std::fs::copy(&file, &target).expect("a copy");
    }
}

fn walk(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { found.extend(walk(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

fn sums(input: &Path, threads: &str, zone: &str, locale: &str) -> (Ended, String) {
    let scratch = scratch();
    let out = scratch.path().join("audit");
    let mut command = devtrail();
    command.env("TZ", zone).env("LANG", locale).env("LC_ALL", locale);
    command.args(["analyze", "--threads", threads, "--events", "all"]).arg(input).arg("-o").arg(&out);
    let done = ended(command.output().expect("the binary starts"));
    let text = std::fs::read_to_string(out.join("SHA256SUMS"))
        .unwrap_or_else(|e| panic!("{e}: {}{}", done.stdout, done.stderr));
    (done, text)
}

#[test]
fn threads_folder_order_zone_and_locale_change_no_byte() {
    for input in [
        "sample-logs/demo",
        "sample-logs/cases/duplicate-delivery/input",
        "sample-logs/cases/two-regions-one-second/input",
    ] {
        let input = project().join(input);
        let (_, first) = sums(&input, "1", "UTC", "C");
        assert!(first.lines().count() > 20, "{first}");
        let places = [("2", "Pacific/Kiritimati", "tr_TR.UTF-8"), ("7", "America/St_Johns", "de_DE.UTF-8")];
        for (seed, (threads, zone, locale)) in places.into_iter().enumerate() {
            let copy = scratch();
            let folder = copy.path().join("dump");
            copy_shuffled(&input, &folder, seed);
            let (_, other) = sums(&folder, threads, zone, locale);
            assert_eq!(first, other, "{} threads, {zone}, {locale}", threads);
        }
    }
}

#[test]
fn the_order_of_paths_changes_no_byte() {
    let input = project().join("sample-logs/demo");
    let mut parts: Vec<_> =
        std::fs::read_dir(&input).expect("the demo").map(|entry| entry.expect("an entry").path()).collect();
    parts.sort();
    assert!(parts.len() > 1, "the demo has several folders");
    let run = |parts: &[std::path::PathBuf]| {
        let scratch = scratch();
        let out = scratch.path().join("audit");
        let done =
            ended(devtrail().arg("analyze").args(parts).arg("-o").arg(&out).output().expect("it starts"));
        assert_eq!(done.code, 0, "{}", done.stderr);
        std::fs::read_to_string(out.join("SHA256SUMS")).expect("sums")
    };
    let forth = run(&parts);
    parts.reverse();
    assert_eq!(forth, run(&parts));
}
