//! Databases of countries and autonomous systems: what findings say with them,
//! which were used, and what broken ones do.

use std::path::{Path, PathBuf};

use sample_logs::mmdb::{Network, asn, country, database};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::runner::{Analysis, analyze, put, record, run, scratch};

const NETWORK: &str = "destroy/network-new-to-actor";

fn countries() -> Vec<u8> {
    let networks: [Network; 4] = [
        ("192.0.2.0/24", country("US")),
        ("198.51.100.0/24", country("US")),
        ("203.0.113.0/24", country("DE")),
        ("2001:db8:5::/48", country("NL")),
    ];
    database("Test-Country", &networks)
}

fn systems() -> Vec<u8> {
    let networks: [Network; 3] = [
        ("192.0.2.0/24", asn(64500, "=Home \u{1b}[31m")),
        ("198.51.100.0/24", asn(64500, "=Home \u{1b}[31m")),
        ("203.0.113.0/24", asn(64501, "Away")),
    ];
    database("Test-ASN", &networks)
}

/// alice in January from 192.0.2.1, and in February from elsewhere, an hour apart.
fn dump(folder: &Path) -> PathBuf {
    let calls = [
        ("e1", "2026-01-02T03:00:00Z", "192.0.2.1"),
        ("e2", "2026-02-02T03:00:00Z", "203.0.113.5"),
        ("e3", "2026-02-02T06:00:00Z", "198.51.100.7"),
        ("e4", "2026-02-02T09:00:00Z", "2001:db8:5::1"),
        ("e5", "2026-02-02T12:00:00Z", "10.0.0.4"),
        ("e6", "2026-02-02T15:00:00Z", "192.0.2.99"),
    ];
    let records: Vec<Value> = calls
        .iter()
        .map(|(id, time, address)| {
            let mut call = record(id, time);
            call["sourceIPAddress"] = json!(address);
            call
        })
        .collect();
    put(folder, "dump/a.json", json!({ "Records": records }).to_string());
    folder.join("dump")
}

fn given(folder: &Path, name: &str, content: Vec<u8>) -> String {
    put(folder, name, content);
    folder.join(name).display().to_string()
}

/// The findings on new networks: event and summary.
fn found(done: &Analysis) -> Vec<(String, String)> {
    let rows = done.rows("findings", "rule_id", NETWORK);
    rows.into_iter().map(|row| (row["event_ids"].clone(), row["summary"].clone())).collect()
}

#[test]
fn a_network_that_is_new_is_told_with_its_country_and_whether_that_is_new_too() {
    let place = scratch();
    let dump = dump(place.path());
    let country = given(place.path(), "country.mmdb", countries());
    let asn = given(place.path(), "asn.mmdb", systems());
    let always = ["--baseline", "2026-01-01..2026-01-31"];
    let with = analyze(&dump, &[always[0], always[1], "--geoip", &country, "--geoip", &asn]);
    let without = analyze(&dump, &always);

    let ends = [
        (
            "e2",
            "from 203.0.113.0/24 (203.0.113.5: DE, AS64501 Away), where that caller was not seen in the baseline, nor from any network in DE or of AS64501: DeleteBucket",
        ),
        (
            "e3",
            ", where that caller was not seen in the baseline, though from others in US and from others of AS64500: DeleteBucket",
        ),
        (
            "e4",
            "from 2001:db8:5::/48 (2001:db8:5::1: NL, ASN unknown), where that caller was not seen in the baseline, nor from any network in NL: DeleteBucket",
        ),
        ("e5", "from 10.0.0.0/24, where that caller was not seen in the baseline: DeleteBucket"),
    ];
    let made = found(&with);
    assert_eq!(made.len(), ends.len(), "the known network is none: {made:?}");
    for ((event, summary), (expected, end)) in made.iter().zip(ends) {
        assert_eq!(event, expected);
        assert!(summary.ends_with(end), "{summary}");
        assert!(!summary.contains('\u{1b}'), "{summary}");
    }

    // Only the words differ: same findings, ids and gravity.
    let rest = |done: &Analysis| -> Vec<_> {
        let mut rows = done.table("findings");
        rows.iter_mut().for_each(|row| drop(row.remove("summary")));
        rows
    };
    assert_eq!(rest(&with), rest(&without));
    assert!(found(&without).iter().all(|(_, summary)| !summary.contains("AS64")), "{without:?}");
}

#[test]
fn a_report_says_which_databases_were_used_and_is_the_same_without_any() {
    let place = scratch();
    let dump = dump(place.path());
    let file = given(place.path(), "country.mmdb", countries());
    let hash: String = Sha256::digest(countries()).iter().map(|byte| format!("{byte:02x}")).collect();
    let text = |done: &Analysis, name: &str| std::fs::read_to_string(done.out.join(name)).expect("a file");
    let with = analyze(&dump, &["--geoip", &file]);
    let ran: Value = serde_json::from_str(&text(&with, "run.json")).expect("JSON");
    assert_eq!(ran["geoip_sha256"], json!([hash]));
    let told = format!("Test-Country built 2026-01-01 (SHA-256 {hash})");
    assert!(text(&with, "report.md").contains(&told), "{}", text(&with, "report.md"));
    let without = analyze(&dump, &[]);
    assert!(!text(&without, "run.json").contains("geoip"), "{}", text(&without, "run.json"));
    assert!(!text(&without, "report.md").contains("Countries and autonomous systems"));
}

#[test]
fn addresses_outside_the_trusted_networks_are_told_with_their_country() {
    let place = scratch();
    let dump = dump(place.path());
    let file = given(place.path(), "country.mmdb", countries());
    put(place.path(), "policy.toml", "[network]\ntrusted = [\"192.0.2.0/24\", \"10.0.0.0/8\"]\n");
    let policy = place.path().join("policy.toml").display().to_string();
    let done = analyze(&dump, &["--policy", &policy, "--geoip", &file]);
    let rows = done.rows("findings", "rule_id", "destroy/untrusted-network");
    let summaries: Vec<&str> = rows.iter().map(|row| row["summary"].as_str()).collect();
    assert_eq!(summaries.len(), 3, "{}{summaries:?}", done.ended.stderr);
    assert!(
        summaries[0].contains("from 203.0.113.5 (DE), which lies in no trusted network"),
        "{summaries:?}"
    );
    assert!(summaries[1].contains("from 198.51.100.7 (US), which"), "{summaries:?}");
}

#[test]
fn a_broken_database_ends_the_run_before_it_begins_with_a_hint() {
    let place = scratch();
    let dump = dump(place.path()).display().to_string();
    let out = place.path().join("out");
    let folder = out.display().to_string();
    let sound = countries();
    let mut looped = countries();
    looped[..3].fill(0);
    let broken = [
        given(place.path(), "empty.mmdb", Vec::new()),
        given(place.path(), "text.mmdb", b"no database".to_vec()),
        given(place.path(), "cut.mmdb", sound[..sound.len() / 2].to_vec()),
        given(place.path(), "loop.mmdb", looped),
        place.path().join("not-there.mmdb").display().to_string(),
    ];
    for file in &broken {
        let ended = run(&["analyze", &dump, "-o", &folder, "--geoip", file]);
        assert_eq!(ended.code, 2, "{}", ended.stderr);
        assert!(ended.stderr.contains("cannot use the database"), "{}", ended.stderr);
        assert!(ended.stderr.contains("Hint: give an unpacked database"), "{}", ended.stderr);
        assert!(!out.exists());
    }
}
