//! Archives of a dump, read in place: every kind, one in another, and hostile ones.

use std::io::{Cursor, Write as _};

use zip::CompressionMethod;
use zip::write::SimpleFileOptions;

use crate::runner::{Analysis, analyze, delivery, gzip, put, record, scratch};

type Entries<'e> = &'e [(&'e str, &'e [u8])];

fn zip_of(entries: Entries<'_>, method: CompressionMethod) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in entries {
        let options = SimpleFileOptions::default().compression_method(method);
        writer.start_file(*name, options).expect("memory takes it");
        writer.write_all(content).expect("memory takes it");
    }
    writer.finish().expect("memory takes it").into_inner()
}

fn stored(entries: Entries<'_>) -> Vec<u8> {
    zip_of(entries, CompressionMethod::Stored)
}

/// A tar archive; names go in as they are, links point at what follows `->`.
fn tar_of(entries: Entries<'_>) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, content) in entries {
        let (name, link) = name.split_once("->").unwrap_or((name, ""));
        let mut header = tar::Header::new_gnu();
        header.as_gnu_mut().expect("a GNU header").name[..name.len()].copy_from_slice(name.as_bytes());
        if !link.is_empty() {
            header.set_entry_type(tar::EntryType::Symlink);
            header.set_link_name(link).expect("a short link");
        }
        header.set_size(content.len() as u64);
        header.set_cksum();
        builder.append(&header, *content).expect("memory takes it");
    }
    builder.into_inner().expect("memory takes it")
}

fn zstd(content: &[u8]) -> Vec<u8> {
    zstd::encode_all(content, 1).expect("memory takes it")
}

fn bzip2(content: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    encoder.write_all(content).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

fn xz(content: &[u8]) -> Vec<u8> {
    let options = lzma_rust2::XzOptions::with_preset(0);
    let mut encoder = lzma_rust2::XzWriter::new(Vec::new(), options).expect("memory takes it");
    encoder.write_all(content).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

/// Analyses one object alone.
fn alone(name: &str, content: &[u8]) -> Analysis {
    let dump = scratch();
    put(dump.path(), name, content);
    let before = listing(dump.path());
    let done = analyze(dump.path(), &["--events", "all", "--format", "csv", "--format", "json"]);
    assert_eq!(listing(dump.path()), before, "{name}: nothing is written beside the input");
    done
}

fn listing(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let all = std::fs::read_dir(folder).expect("a folder");
    all.map(|entry| entry.expect("an entry").path()).collect()
}

/// `source_object` and `format` of every row.
fn rows(done: &Analysis) -> Vec<(String, String)> {
    let row = |row: crate::runner::Row| (row["source_object"].clone(), row["format"].clone());
    done.table("evidence").into_iter().map(row).collect()
}

#[test]
fn every_kind_of_archive_gives_out_its_entries() {
    let log = delivery(&["e0", "e1"]);
    let packed = gzip(log.as_bytes());
    let entries: Entries<'_> = &[("a/log.json.gz", &packed)];
    let tar = tar_of(entries);
    let samples = [
        ("zip", stored(entries)),
        ("zip", zip_of(entries, CompressionMethod::Deflated)),
        ("zip", zip_of(entries, CompressionMethod::Bzip2)),
        ("tar", tar.clone()),
        ("tar.gz", gzip(&tar)),
        ("tar.zst", zstd(&tar)),
        ("tar.bz2", bzip2(&tar)),
        ("tar.xz", xz(&tar)),
    ];
    for (kind, content) in samples {
        let done = alone("dump", &content);
        let expected = [("dump", kind), ("dump!a/log.json.gz", "cloudtrail_delivery")];
        assert_eq!(
            rows(&done),
            expected.map(|(path, format)| (path.to_owned(), format.to_owned())),
            "{kind}"
        );
        assert_eq!(done.table("events").len(), 2, "{kind}");
        assert_eq!((done.ended.code, done.problems().len()), (0, 0), "{kind}: {:?}", done.table("problems"));
        let evidence = done.table("evidence");
        assert_eq!(
            evidence[1]["bytes"],
            packed.len().to_string(),
            "{kind}: the bytes of the entry as stored"
        );
        assert_eq!(done.summary("/coverage/bytes"), content.len(), "{kind}: the archive counts once");
    }
}

#[test]
fn one_object_in_any_packing_is_that_object() {
    let log = delivery(&["e0", "e1"]);
    for packed in [zstd(log.as_bytes()), bzip2(log.as_bytes()), xz(log.as_bytes()), gzip(log.as_bytes())] {
        let done = alone("log", &packed);
        assert_eq!(rows(&done), [("log".to_owned(), "cloudtrail_delivery".to_owned())]);
        assert_eq!((done.table("events").len(), done.ended.code), (2, 0), "{:?}", done.table("problems"));
    }
    let done = alone("log", &gzip(&gzip(log.as_bytes())));
    assert_eq!(rows(&done)[1], ("log!content".to_owned(), "cloudtrail_delivery".to_owned()));
    assert_eq!(done.table("events").len(), 2);
}

#[test]
fn archives_in_archives_are_opened() {
    let (one, two, three) = (delivery(&["e0"]), delivery(&["e1"]), delivery(&["e2"]));
    let inner = gzip(&tar_of(&[("b.json", two.as_bytes())]));
    let zipped = stored(&[("c.json", three.as_bytes())]);
    let done = alone(
        "dump.zip",
        &stored(&[
            ("z/inner.tgz", &inner),
            ("a.json", one.as_bytes()),
            ("more.zip", &zipped),
            ("empty/", b""),
        ]),
    );
    let paths: Vec<String> = rows(&done).into_iter().map(|(path, _)| path).collect();
    assert_eq!(
        paths,
        [
            "dump.zip",
            "dump.zip!a.json",
            "dump.zip!more.zip",
            "dump.zip!more.zip!c.json",
            "dump.zip!z/inner.tgz",
            "dump.zip!z/inner.tgz!b.json",
        ]
    );
    assert_eq!((done.table("events").len(), done.ended.code), (3, 0), "{:?}", done.table("problems"));
}

#[test]
fn copies_are_found_across_archives_and_do_not_depend_on_threads() {
    let dump = scratch();
    let log = delivery(&["e0", "e1"]);
    let spelled = format!("{:#}", serde_json::from_str::<serde_json::Value>(&log).expect("JSON"));
    let mut other = record("e1", "2026-01-02T03:04:01Z");
    other["userAgent"] = "another".into();
    let other = serde_json::json!({ "Records": [other] }).to_string();
    let archive = stored(&[("x.json", spelled.as_bytes()), ("other.json", other.as_bytes())]);
    put(dump.path(), "a.json", &log);
    put(dump.path(), "dump.zip", &archive);
    put(dump.path(), "dump.zip (1).json", &log);
    let run = |threads| analyze(dump.path(), &["--threads", threads, "--events", "all", "--format", "csv"]);
    let (one, four) = (run("1"), run("4"));
    for table in ["evidence", "problems", "events", "timeline"] {
        let name = format!("tables/{table}.csv");
        let text = |done: &Analysis| std::fs::read_to_string(done.out.join(&name)).expect("a table");
        assert_eq!(text(&one), text(&four), "{name}");
    }
    assert_eq!(one.table("events").len(), 3);
    assert_eq!(one.problems().get("conflicting_copies"), Some(&1), "{:?}", one.table("problems"));
    let duplicates: Vec<String> = one.table("evidence").iter().map(|row| row["duplicates"].clone()).collect();
    assert_eq!(duplicates, ["0", "0", "2", "0", "2"], "a.json, dump.zip, dump.zip (1).json, other, x");
}

#[test]
fn names_that_lead_elsewhere_are_only_names() {
    let log = delivery(&["e0"]);
    let tar = tar_of(&[
        ("../../escape.json", log.as_bytes()),
        ("/abs.json", log.as_bytes()),
        ("link->/etc/passwd", b""),
    ]);
    let done = alone("dump.tar", &tar);
    let paths: Vec<String> = rows(&done).into_iter().map(|(path, _)| path).collect();
    assert_eq!(paths, ["dump.tar", "dump.tar!../../escape.json", "dump.tar!/abs.json", "dump.tar!link"]);
    assert_eq!(done.problems(), [("link_not_followed".to_owned(), 1)].into());
    assert_eq!(done.table("events").len(), 1, "the same event twice");
    assert!(!done.out.join("../../escape.json").exists());
    let done = alone("dump.zip", &stored(&[("../../escape.json", log.as_bytes())]));
    assert_eq!(rows(&done)[1].0, "dump.zip!../../escape.json");
}

#[test]
fn two_entries_of_one_name_are_two_objects() {
    let (one, two) = (delivery(&["e0"]), delivery(&["e1"]));
    let done = alone("dump.tar", &tar_of(&[("a.json", one.as_bytes()), ("a.json", two.as_bytes())]));
    assert_eq!(rows(&done)[2].0, "dump.tar!a.json (2)");
    assert_eq!(done.table("events").len(), 2);
}

#[test]
fn bombs_stop_at_the_limits() {
    let zeros = vec![0u8; 64 * 1024 * 1024];
    let bomb = zip_of(&[("zeros", &zeros)], CompressionMethod::Deflated);
    let done = alone("bomb.zip", &bomb);
    assert_eq!(done.ended.code, 3);
    assert!(done.problems().contains_key("limit_reached"), "{:?}", done.table("problems"));
    let mut deep = stored(&[("a.json", delivery(&["e0"]).as_bytes())]);
    for _ in 0..6 {
        deep = stored(&[("in.zip", &deep)]);
    }
    let done = alone("deep.zip", &deep);
    assert_eq!(done.problems().get("limit_reached"), Some(&1), "{:?}", done.table("problems"));
    assert_eq!(rows(&done).len(), 5);
}

#[test]
fn damage_and_encryption_are_named_and_the_rest_is_read() {
    let (one, two) = (delivery(&["e0"]), delivery(&["e1"]));
    let tar = tar_of(&[("a.json", one.as_bytes()), ("b.json", two.as_bytes())]);
    let done = alone("cut.tar", &tar[..2600]);
    assert_eq!(done.table("events").len(), 1);
    assert!(done.problems().contains_key("truncated_object"), "{:?}", done.table("problems"));

    let zip = stored(&[("a.json", one.as_bytes()), ("b.json", two.as_bytes())]);
    let done = alone("cut.zip", &zip[..zip.len() - 30]);
    assert_eq!((done.ended.code, done.table("events").len()), (3, 2), "read without its directory");
    assert!(done.problems().contains_key("truncated_object"), "{:?}", done.table("problems"));

    // The flag of encryption, in the local header and in the directory.
    let mut locked = zip;
    for magic in [b"PK\x03\x04".as_slice(), b"PK\x01\x02"] {
        let at = memchr::memmem::find(&locked, magic).expect("a header");
        locked[at + if magic[2] == 3 { 6 } else { 8 }] |= 1;
    }
    let done = alone("locked.zip", &locked);
    assert_eq!(done.table("events").len(), 1, "the other entry is read");
    assert_eq!(done.problems().get("form_not_read"), Some(&1), "{:?}", done.table("problems"));
    let done = alone("dump.7z", b"7z\xbc\xaf\x27\x1c rest");
    assert_eq!(done.problems().get("form_not_read"), Some(&1));
}

#[test]
fn every_entry_of_one_name_in_a_zip_is_read() {
    let (one, two, three) = (delivery(&["a"]), delivery(&["b", "c"]), delivery(&["d"]));
    let entries: Entries<'_> =
        &[("x1.json", one.as_bytes()), ("y.json", three.as_bytes()), ("x2.json", two.as_bytes())];
    for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
        let mut bytes = zip_of(entries, method);
        while let Some(at) = bytes.windows(7).position(|name| name == b"x2.json") {
            bytes[at + 1] = b'1';
        }
        let dump = scratch();
        put(dump.path(), "all.zip", bytes);
        let done = analyze(dump.path(), &[]);
        // Nobody knows whether more of them lie behind: it stays a loss.
        assert_eq!(done.ended.code, 3);
        assert_eq!(done.problems().get("damaged_object"), Some(&1));
        let rows = done.table("evidence");
        let found: Vec<(&str, &str)> =
            rows.iter().map(|row| (row["source_object"].as_str(), row["records"].as_str())).collect();
        assert_eq!(
            found[1..],
            [("all.zip!x1.json", "1"), ("all.zip!x1.json (2)", "2"), ("all.zip!y.json", "1")],
            "{method:?}"
        );
    }
}

#[test]
fn entries_are_left_out_by_their_date_like_objects() {
    let key = |day: u32| format!("AWSLogs/111122223333/CloudTrail/us-east-1/2026/01/{day:02}/x{day}.json");
    let logs: Vec<(String, Vec<u8>)> =
        (1..=3).map(|day| (key(day), delivery(&[&format!("e{day}")]).into_bytes())).collect();
    let mut entries: Vec<(&str, &[u8])> =
        logs.iter().map(|(name, content)| (name.as_str(), content.as_slice())).collect();
    let undated = delivery(&["undated"]);
    entries.push(("undated.json", undated.as_bytes()));
    let inner = tar_of(&entries);
    let dump = scratch();
    put(dump.path(), "dump.zip", stored(&[("inner.tar", &inner)]));
    let flags = ["--object-date-from", "2026-01-02", "--object-date-to", "2026-01-03", "--format", "csv"];
    let done = analyze(dump.path(), &[&flags[..], &["--events", "all"]].concat());
    let ids: Vec<String> = done.table("events").iter().map(|row| row["event_id"].clone()).collect();
    assert_eq!(ids, ["e2", "undated"]);
    assert_eq!(done.table("evidence").len(), 4, "the two archives and two entries");
    assert!(done.ended.stdout.contains("2 objects"), "{}", done.ended.stdout);
}
