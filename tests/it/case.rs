//! The case folder: a report from a case is the report from the dump, however the
//! case came to be, whatever happened on the way.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::cases::{arguments, cases};
use crate::runner::{Ended, analyze, devtrail, ended, project, put, record, run, scratch};

/// Formats that hold all tables and take little time to write.
const BRIEF: [&str; 4] = ["--format", "csv", "--format", "json"];

fn sums(out: &Path) -> String {
    fs::read_to_string(out.join("SHA256SUMS")).unwrap_or_else(|e| panic!("{}: {e}", out.display()))
}

/// Those of the arguments of `analyze` that `ingest` takes too.
fn deciding(args: &[String]) -> Vec<String> {
    let known = ["--modes", "--rules", "--sigma", "--policy", "--baseline"];
    let pairs = args.windows(2).filter(|pair| known.contains(&pair[0].as_str()));
    pairs.flatten().cloned().collect()
}

fn ingest(input: &Path, case: &Path, args: &[String]) -> Ended {
    let mut command = devtrail();
    command.arg("ingest").arg(input).arg("--case").arg(case).args(args);
    ended(command.output().expect("it starts"))
}

/// The report of a case alone, without paths.
fn told(case: &Path, args: &[String]) -> (Ended, String) {
    let place = scratch();
    let out = place.path().join("audit");
    let mut command = devtrail();
    command.arg("analyze").arg("--case").arg(case).arg("-o").arg(&out).args(args);
    let done = ended(command.output().expect("it starts"));
    assert!([0, 3].contains(&done.code), "{}", done.stderr);
    (done, sums(&out))
}

/// The partials of a case.
fn partials(case: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for recipe in fs::read_dir(case.join("partials")).expect("partials") {
        for file in fs::read_dir(recipe.expect("an entry").path()).expect("a recipe") {
            let path = file.expect("an entry").path();
            if path.extension().is_some_and(|ending| ending == "partial") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// A dump of many small objects: several partials.
fn many(dump: &Path, from: u32, to: u32) {
    for object in from..to {
        let time =
            format!("2026-01-{:02}T{:02}:{:02}:00Z", 1 + object / 1440 % 28, object / 60 % 24, object % 60);
        let records = serde_json::json!({"Records": [record(&format!("e{object}"), &time)]});
        put(dump, &format!("{:02}/{object}.json", object % 16), records.to_string());
    }
}

fn same_as_the_dump(input: &Path, args: &[String]) {
    let words: Vec<&str> = args.iter().map(String::as_str).chain(BRIEF).collect();
    let direct = analyze(input, &words);
    let expected = sums(&direct.out);
    let place = scratch();
    let (whole, parts) = (place.path().join("whole"), place.path().join("parts"));
    let deciding = deciding(args);
    let all: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    let done = ingest(input, &whole, &deciding);
    assert!([0, 3].contains(&done.code), "{}", done.stderr);
    let name = input.display();
    let (from_case, found) = told(&whole, &all);
    assert_eq!(found, expected, "{name}: a case");
    assert_eq!(from_case.code, direct.ended.code, "{name}");
    for part in ["2/3", "3/3", "1/3", "2/3"] {
        let share = [&deciding[..], &["--part".to_owned(), part.to_owned()]].concat();
        let done = ingest(input, &parts, &share);
        assert!([0, 3].contains(&done.code), "{}", done.stderr);
    }
    assert_eq!(told(&parts, &all).1, expected, "{name}: a case in parts");
    let case = parts.to_str().expect("UTF-8");
    let both = analyze(input, &[&words[..], &["--case", case]].concat());
    assert_eq!(sums(&both.out), expected, "{name}: the dump beside its case");
}

#[test]
fn every_case_of_the_samples_is_told_as_its_dump_is() {
    same_as_the_dump(&project().join("sample-logs/demo"), &[]);
    for case in cases() {
        same_as_the_dump(&case.join("input"), &arguments(&case));
    }
}

#[test]
fn real_logs_are_told_as_their_dump_is() {
    let named = std::env::var_os("DEVTRAIL_REAL_LOGS").map(PathBuf::from);
    let folder = named.unwrap_or_else(|| project().join("../shared/data"));
    if folder.is_dir() {
        same_as_the_dump(&folder, &[]);
    } else {
        println!("skipped: no real logs at {}", folder.display());
    }
}

#[test]
fn a_second_month_reads_only_what_is_new_and_names_what_has_changed() {
    let place = scratch();
    let (dump, case) = (place.path().join("dump"), place.path().join("case"));
    many(&dump, 0, 40);
    let with_case =
        |dump: &Path| analyze(dump, &[&BRIEF[..], &["--case", case.to_str().expect("UTF-8")]].concat());
    let first = with_case(&dump);
    assert_eq!((first.ended.code, partials(&case).len()), (0, 1), "{}", first.ended.stderr);
    many(&dump, 40, 70);
    let second = with_case(&dump);
    assert_eq!((second.ended.code, partials(&case).len()), (0, 2), "{}", second.ended.stderr);
    assert_eq!(sums(&second.out), sums(&analyze(&dump, &BRIEF).out));
    // One object goes, and one gets other bytes of the same length.
    fs::remove_file(dump.join("03/3.json")).expect("it is there");
    let changed = dump.join("05/5.json");
    let text = fs::read_to_string(&changed).expect("it is there").replace("alice", "mallo");
    fs::write(&changed, text).expect("it can be written");
    for _ in 0..2 {
        let third = with_case(&dump);
        assert_eq!(third.ended.code, 3, "{}", third.ended.stderr);
        let problems: Vec<(String, String)> = third
            .table("problems")
            .into_iter()
            .map(|row| (row["problem"].clone(), row["source_object"].clone()))
            .collect();
        let expected = [("object_gone", "03/3.json"), ("object_changed", "05/5.json")];
        assert_eq!(problems, expected.map(|(kind, path)| (kind.to_owned(), path.to_owned())));
        let direct = analyze(&dump, &BRIEF);
        for name in ["destructive_actions", "evidence", "timeline", "actors", "coverage"] {
            assert_eq!(third.table(name), direct.table(name), "{name}");
        }
    }
    // The case alone tells what the dump held when it was last looked at.
    let (_, alone) = told(&case, &BRIEF.map(str::to_owned));
    assert_eq!(alone, sums(&analyze(&dump, &BRIEF).out));
}

#[test]
fn a_partial_that_is_not_whole_is_not_used() {
    let place = scratch();
    let (dump, case) = (place.path().join("dump"), place.path().join("case"));
    many(&dump, 0, 30);
    let expected = sums(&analyze(&dump, &BRIEF).out);
    assert_eq!(ingest(&dump, &case, &[]).code, 0);
    let [partial] = &partials(&case)[..] else { panic!("one partial") };
    let whole = fs::read(partial).expect("a partial");
    let mut damaged: Vec<Vec<u8>> = (0..whole.len()).step_by(97).map(|end| whole[..end].to_vec()).collect();
    for byte in (0..whole.len()).step_by(whole.len() / 23) {
        let mut flipped = whole.clone();
        flipped[byte] ^= 0x10;
        damaged.push(flipped);
    }
    damaged.push([&whole[..], b"more"].concat());
    for bytes in damaged {
        fs::write(partial, &bytes).expect("it can be written");
        let length = bytes.len();
        let done = ingest(&dump, &case, &[]);
        assert_eq!(done.code, 0, "{length}: {}", done.stderr);
        assert!(done.stdout.contains("30 objects read, 0 held"), "{length}: {}", done.stdout);
        assert!(fs::read(partial).expect("a partial").starts_with(b"devtrail case 1\n"));
    }
    assert_eq!(told(&case, &BRIEF.map(str::to_owned)).1, expected);
}

#[test]
fn what_is_no_case_of_this_run_is_refused_with_a_hint() {
    let place = scratch();
    let (dump, case) = (place.path().join("dump"), place.path().join("case"));
    many(&dump, 0, 3);
    let text = |path: &Path| path.to_str().expect("UTF-8").to_owned();
    let refused = |args: &[String], part: &str| {
        let done = run(args);
        assert_eq!(done.code, 2, "{args:?}: {}", done.stderr);
        assert!(done.stderr.contains(part) && done.stderr.contains("Hint:"), "{args:?}: {}", done.stderr);
    };
    let words = |line: &str| -> Vec<String> {
        let (dump, case, out) = (text(&dump), text(&case), text(&place.path().join("audit")));
        let filled = |word: &str| word.replace("DUMP", &dump).replace("CASE", &case).replace("OUT", &out);
        line.split(' ').map(filled).collect()
    };
    refused(&words("analyze --case CASE -o OUT"), "there is no case");
    refused(&words("ingest DUMP --case DUMP/case"), "is an input, or lies inside one");
    refused(&words("ingest CASE/.. --case CASE"), "");
    put(&case, "mine.txt", "a file of somebody else");
    refused(&words("ingest DUMP --case CASE"), "holds other files");
    refused(&words("analyze --case CASE -o OUT"), "holds other files");
    fs::remove_dir_all(&case).expect("it is there");
    assert_eq!(ingest(&dump, &case, &[]).code, 0);
    refused(&words("analyze --case CASE -o CASE/audit"), "");
    refused(&words("analyze DUMP --case CASE --events all -o OUT"), "only events that matter");
    refused(&words("analyze --case CASE --baseline 2026-01-01..2026-01-02 -o OUT"), "with these rules");
    put(&case, "devtrail-case.json", r#"{"case":99,"key":"00"}"#);
    refused(&words("analyze --case CASE -o OUT"), "another version");
    let done = run(&words("ingest DUMP --case CASE --part 0/3"));
    assert_eq!(done.code, 2, "{}", done.stderr);
}

#[test]
fn two_objects_of_one_name_are_never_mixed_up() {
    let place = scratch();
    let (one, two, case) = (place.path().join("one"), place.path().join("two"), place.path().join("case"));
    many(&one, 0, 2);
    many(&two, 16, 18);
    fs::rename(two.join("00/16.json"), two.join("00/0.json")).expect("it is there");
    assert_eq!(ingest(&one, &case, &[]).code, 0);
    let second = ingest(&two, &case, &[]);
    assert_eq!(second.code, 2, "neither of them has changed: {}", second.stderr);
    assert!(second.stderr.contains("two objects are called `00/0.json`"), "{}", second.stderr);
    // Both at once have paths of their own; the case learns them.
    let mut command = devtrail();
    command.arg("ingest").args([&one, &two]).arg("--case").arg(&case);
    let both = ended(command.output().expect("it starts"));
    assert_eq!((both.code, both.stderr.as_str()), (0, ""), "nothing is gone: {}", both.stdout);
    let direct = place.path().join("direct");
    let mut command = devtrail();
    command.arg("analyze").args([&one, &two]).arg("-o").arg(&direct).args(BRIEF);
    assert_eq!(ended(command.output().expect("it starts")).code, 0);
    assert_eq!(told(&case, &BRIEF.map(str::to_owned)).1, sums(&direct));
}

#[test]
fn a_run_over_a_part_of_the_dump_loses_nothing_of_the_rest() {
    let place = scratch();
    let (dump, case) = (place.path().join("dump"), place.path().join("case"));
    many(&dump, 0, 40);
    assert_eq!(ingest(&dump, &case, &[]).code, 0);
    let refused = |told: &str| {
        let mut command = devtrail();
        command.arg("analyze").arg("--case").arg(&case).arg("-o").arg(place.path().join("audit"));
        let done = ended(command.output().expect("it starts"));
        assert_eq!(done.code, 2, "{}", done.stderr);
        assert!(done.stderr.contains(told), "{}", done.stderr);
    };
    let whole = |held: &str| {
        let done = ingest(&dump, &case, &[]);
        assert!(done.stdout.contains(held), "{}{}", done.stdout, done.stderr);
        assert_eq!(told(&case, &BRIEF.map(str::to_owned)).1, sums(&analyze(&dump, &BRIEF).out));
    };
    // Below another root the same objects have other paths.
    let below = ingest(&dump.join("03"), &case, &[]);
    assert_eq!((below.code, below.stderr.as_str()), (0, ""), "nothing is gone");
    refused("are one object");
    whole("0 objects read, 40 held already");
    // A machine that reads a part keeps no other part anew.
    let changed = dump.join("05/5.json");
    let text = fs::read_to_string(&changed).expect("it is there").replace("alice", "mallo");
    fs::write(&changed, text).expect("it can be written");
    for part in ["1/3", "2/3", "3/3"] {
        let done = ingest(&dump, &case, &["--part".to_owned(), part.to_owned()]);
        assert_eq!(done.code, 3, "{}", done.stderr);
    }
    refused("two objects are called `05/5.json`");
    whole("0 objects read, 40 held already");
    // Nor does a run that opens only some objects.
    fs::write(dump.join("06/6.json"), "{}").expect("it can be written");
    let flags = ["--case", case.to_str().expect("UTF-8"), "--object-date-from", "2026-01-01"];
    let some = analyze(&dump, &[&BRIEF[..], &flags].concat());
    assert_eq!(some.ended.code, 3, "{}", some.ended.stderr);
    let files = partials(&case).len();
    assert!(files > 0, "the rest is still there");
    whole("objects read");
}

#[test]
fn several_runs_may_fill_one_case_at_once() {
    let place = scratch();
    let (dump, case) = (place.path().join("dump"), place.path().join("case"));
    many(&dump, 0, 600);
    let expected = sums(&analyze(&dump, &BRIEF).out);
    let start = |part: &str| {
        let mut command = devtrail();
        command.arg("ingest").arg(&dump).arg("--case").arg(&case).args(["-q", "--part", part]);
        command.stdout(Stdio::null()).spawn().expect("it starts")
    };
    let running: Vec<_> = ["1/3", "2/3", "3/3", "1/3", "1/2", "2/2"].into_iter().map(start).collect();
    for mut child in running {
        assert!(child.wait().expect("a child").success());
    }
    assert_eq!(told(&case, &BRIEF.map(str::to_owned)).1, expected);
}

#[test]
#[cfg(unix)]
fn a_run_that_is_killed_goes_on_and_ends_with_the_same_bytes() {
    let place = scratch();
    let dump = place.path().join("dump");
    many(&dump, 0, 2600);
    let (out, expected) = (place.path().join("audit"), sums(&analyze(&dump, &BRIEF).out));
    let start = |case: &Path| {
        let mut command = devtrail();
        command.arg("analyze").arg(&dump).arg("--case").arg(case).arg("-o").arg(&out).args(BRIEF);
        command.arg("-q").stdout(Stdio::null()).stderr(Stdio::piped());
        command
    };
    let begun = Instant::now();
    let undisturbed = ended(start(&place.path().join("whole")).output().expect("it starts"));
    assert_eq!(undisturbed.code, 0, "{}", undisturbed.stderr);
    let takes = begun.elapsed();
    let rounds = std::env::var("DEVTRAIL_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(8_u32);
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let mut killed = 0;
    for round in 0..rounds {
        fs::remove_dir_all(&out).expect("the reports of the round before");
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let case = place.path().join(format!("case-{round}"));
        let mut child = start(&case).spawn().expect("it starts");
        std::thread::sleep(Duration::from_nanos(random % takes.as_nanos() as u64));
        child.kill().expect("SIGKILL");
        killed += u32::from(!child.wait().expect("a child").success());
        let mut again = start(&case);
        let done = ended(again.arg("--force").output().expect("it starts"));
        assert_eq!(done.code, 0, "round {round}: {}", done.stderr);
        assert_eq!(sums(&out), expected, "round {round}");
        let files = partials(&case);
        let folder = files[0].parent().expect("a recipe");
        let all = fs::read_dir(folder).expect("a recipe").count();
        assert!(all <= files.len() + 1, "round {round}: what was left unfinished is swept away");
        fs::remove_dir_all(&case).expect("the case");
    }
    println!("{killed} of {rounds} runs were killed before their end");
    assert!(killed * 2 > rounds, "most runs were killed: {killed} of {rounds}");
}

#[test]
#[cfg(target_os = "linux")]
fn a_case_on_a_full_disk_ends_with_four_and_can_be_used_later() {
    let place = scratch();
    let (dump, small) = (place.path().join("dump"), place.path().join("small"));
    many(&dump, 0, 400);
    fs::create_dir(&small).expect("a folder");
    let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=24k", "tmpfs"]).arg(&small).output();
    if !mounted.as_ref().is_ok_and(|output| output.status.success()) {
        println!("skipped: no small file system can be mounted: {mounted:?}");
        return;
    }
    let case = small.join("case");
    let full = ingest(&dump, &case, &[]);
    let left = partials(&case);
    let grown = Command::new("mount").args(["-o", "remount,size=16m"]).arg(&small).status();
    let later = ingest(&dump, &case, &[]);
    let held = partials(&case);
    let unmounted = Command::new("umount").arg(&small).status().expect("umount starts");
    assert!(unmounted.success() && grown.expect("mount starts").success());
    assert_eq!(full.code, 4, "{}{}", full.stdout, full.stderr);
    assert!(full.stderr.contains("No space left") && full.stderr.contains("Hint:"), "{}", full.stderr);
    assert_eq!(left, Vec::<PathBuf>::new(), "no part of a partial passes for one");
    assert_eq!((later.code, held.len()), (0, 1), "{}", later.stderr);
}
