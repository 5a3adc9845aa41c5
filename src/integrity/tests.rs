//! Small chains made and signed here, each spoiled in one way.

mod bucket;
mod results;

use bucket::{Bucket, digest_key, kinds, log_key, pkcs1, sha256, spki};

use super::*;
use crate::model::hash::ContentHash;
use crate::model::time::UtcTime;

#[test]
fn a_sound_chain_is_signed_from_end_to_end() {
    let bucket = Bucket::sound();
    assert_eq!(bucket.words(), ["signed"; 6]);
    assert_eq!(bucket.problems(), [""; 0]);
}

#[test]
fn without_its_side_car_the_newest_digest_and_its_logs_are_worth_less() {
    let mut bucket = Bucket::sound();
    bucket.remove("head/1.json");
    assert_eq!(bucket.words(), ["signed", "signed", "signed", "signed", "hash_listed", "hash_listed"]);
    assert_eq!(bucket.problems(), ["unsigned_tail"]);
}

#[test]
fn without_keys_later_digests_anchor_the_earlier_ones() {
    let mut bucket = Bucket::sound();
    bucket.given.clear();
    let (anchored, listed) = (["hash_chained"; 4], ["hash_listed"; 2]);
    assert_eq!(bucket.words(), [&anchored[..], &listed[..]].concat());
    assert_eq!(bucket.problems(), ["no_public_key"]);
}

#[test]
fn keys_in_both_encodings_and_from_the_dump_serve() {
    let mut bucket = Bucket::new();
    bucket.fingerprint = spki().fingerprint;
    bucket.given = vec![pkcs1()];
    bucket.digest(1, &[]);
    bucket.side_car(&digest_key(1));
    assert_eq!(bucket.words(), ["hash_listed"]);
    bucket.put("keys.json", "keys", "public_keys").documents.push(Document::Keys(vec![spki()]));
    assert_eq!(bucket.words(), ["signed"]);
    assert_eq!(bucket.problems(), ["keys_from_dump"]);
}

#[test]
fn a_side_car_without_a_name_is_tried() {
    let mut bucket = Bucket::new();
    bucket.digest(1, &[]);
    bucket.side_car("head/1.json");
    assert_eq!(bucket.words(), ["signed"]);
}

#[test]
fn a_digest_taken_out_leaves_a_row_and_a_gap() {
    let mut bucket = Bucket::sound();
    bucket.remove(&digest_key(2));
    assert_eq!(bucket.problems(), ["digest_gap", "missing_digest"]);
    let done = bucket.assess(&[]);
    assert_eq!(done.missing[0].path.as_str(), format!("b/{}", digest_key(2)));
    assert_eq!(done.chains[0].gaps.len(), 1);
    // It held the signature of the first, and nothing covers its own log now.
    assert_eq!(bucket.words(), ["hash_listed", "hash_listed", "no_digest", "signed", "signed"]);
    let left_out = [ObjectPath::new(format!("b/{}", digest_key(2)))];
    assert_eq!(kinds(&bucket.assess(&left_out)), ["digest_gap"]);
}

#[test]
fn a_planted_digest_proves_nothing() {
    let mut bucket = Bucket::sound();
    let real = bucket.last.take();
    bucket.log(&log_key("0145"), "forged");
    bucket.digest_with(2, &[(&log_key("0145"), "forged")], |text| text);
    bucket.last = real;
    // No later digest names this content, and its signature was not given.
    let done = bucket.assess(&[]);
    let planted = done.marks.len() - 1;
    assert_eq!(done.marks[&(planted + 1)].integrity, Integrity::Modified);
    assert_eq!(done.marks[&planted].integrity, Integrity::HashListed);
    assert_eq!(kinds(&done), ["inconsistent_digest", "invalid_digest", "listed_by_invalid_digest"]);
}

#[test]
fn a_chain_without_its_newest_digests_is_cut_short() {
    let mut bucket = Bucket::sound();
    let log = bucket.thing(&log_key("0230"));
    log.object.last_event_time = UtcTime::parse("2026-01-01T06:00:00Z");
    let problems = bucket.problems();
    assert!(problems.contains(&"chain_cut_short"), "{problems:?}");
}

#[test]
fn a_chain_that_begins_anew_in_the_middle_is_named() {
    let mut bucket = Bucket::new();
    bucket.digest(1, &[]);
    bucket.side_car(&digest_key(1));
    bucket.last = None;
    bucket.digest(4, &[]);
    bucket.side_car(&digest_key(4));
    assert_eq!(bucket.problems(), ["chain_restart", "digest_gap"]);
    assert_eq!(bucket.words(), ["signed"; 2]);
}

#[test]
fn a_log_listed_by_two_digests_is_named_and_the_better_one_counts() {
    let mut bucket = Bucket::sound();
    bucket.digest(4, &[(&log_key("0230"), "0230")]);
    assert_eq!(bucket.problems(), ["listed_twice", "unsigned_tail"]);
    assert_eq!(bucket.words(), [["signed"; 6].as_slice(), &["hash_listed"]].concat());
}

#[test]
fn every_way_to_spoil_a_log_has_its_word() {
    let mut bucket = Bucket::new();
    let keys = ["0001", "0002", "0003", "0004", "0005", "0006"].map(log_key);
    let [changed, gone, followed, renamed, plain, no_gzip] = &keys;
    let listed: Vec<(&str, &str)> = keys.iter().map(|key| (key.as_str(), key.as_str())).collect();
    bucket.log(changed, "other");
    bucket.put(followed, "with more", "cloudtrail_delivery").first_member =
        Some(FirstMember { inflated_sha256: ContentHash::of_hex(&sha256(followed)), inflated_bytes: 1 });
    bucket.log("elsewhere/renamed.json", renamed);
    bucket.put(plain.trim_end_matches(".gz"), plain, "cloudtrail_delivery").packing = Packing::Plain;
    bucket.put(no_gzip, "no gzip", "").packing = Packing::Plain;
    bucket.digest(1, &listed);
    bucket.side_car(&digest_key(1));
    assert_eq!(bucket.words(), ["modified", "trailing_data", "signed", "signed", "modified", "signed"]);
    assert_eq!(bucket.problems(), ["missing_object", "modified_object", "modified_object"]);
    let done = bucket.assess(&[]);
    assert_eq!(done.first_member_only, BTreeSet::from([1]));
    assert_eq!(done.missing[0].path.as_str(), format!("b/{gone}"));
    let states: Vec<LogState> = done.logs.iter().map(|log| log.state).collect();
    use LogState::{Followed, Missing, NotGzip, Other, Same};
    assert_eq!(states, [Other, Missing, Followed, Same, Same, NotGzip]);
    assert_eq!(kinds(&bucket.assess(&[ObjectPath::new(gone.as_str())])), ["modified_object"; 2]);
    let place = (AccountId::from("111122223333"), Region::from("eu-west-1"));
    let day = UtcTime::parse("2026-01-01").expect("a day").day();
    let covered = done.hours[&place].of_days(day, day);
    assert_eq!(covered, Covered { hours: Some((1, 0)), missing_objects: 1, complete: false });
}

#[test]
fn several_members_that_a_digest_covers_as_a_whole_are_one_log() {
    let mut bucket = Bucket::new();
    let key = log_key("0001");
    bucket.put(&key, "whole", "cloudtrail_delivery").first_member =
        Some(FirstMember { inflated_sha256: ContentHash::of_hex(&sha256("part")), inflated_bytes: 1 });
    bucket.digest(1, &[(&key, "whole")]);
    assert_eq!(bucket.assess(&[]).first_member_only, BTreeSet::new());
    assert_eq!(bucket.words()[0], "hash_listed");
}

#[test]
fn a_log_that_no_digest_lists_is_suspect_only_where_digests_cover_it() {
    let mut bucket = Bucket::sound();
    bucket.log(&log_key("0110"), "planted");
    bucket.log(&log_key("0330"), "after the last digest");
    bucket.log(&log_key("0258"), "delivered after the last digest");
    bucket.log("export.json", "of the console");
    let words = bucket.words();
    assert_eq!(words[6..], ["unreferenced", "no_digest", "no_digest", "no_digest"]);
    assert_eq!(bucket.problems(), ["unreferenced_object"]);
}

#[test]
fn a_changed_digest_is_invalid_with_keys_and_without() {
    let mut bucket = Bucket::sound();
    bucket.thing(&digest_key(2)).object.inflated_sha256 = ContentHash::of_hex(&sha256("changed"));
    let done = bucket.assess(&[]);
    assert_eq!(done.chains[0].digests[1].standing, Standing::Invalid(Fault::Signature));
    // What an invalid digest says does not spoil the one before it.
    assert_eq!(done.chains[0].digests[0].standing, Standing::Signed);
    assert_eq!(kinds(&done), ["invalid_digest", "listed_by_invalid_digest"]);
    bucket.given.clear();
    let done = bucket.assess(&[]);
    assert_eq!(done.chains[0].digests[1].standing, Standing::Invalid(Fault::Hash));
    assert_eq!(done.chains[0].digests[0].standing, Standing::Unverified);
}

#[test]
fn a_signature_stated_by_an_invalid_digest_is_no_proof_against_another() {
    let mut bucket = Bucket::new();
    bucket.digest(1, &[]);
    let last = bucket.last.take().expect("a digest");
    bucket.last = Some((last.0, last.1, "00".repeat(256)));
    bucket.digest(2, &[]);
    bucket.side_car(&digest_key(2));
    bucket.thing(&digest_key(2)).object.inflated_sha256 = ContentHash::of_hex(&sha256("changed"));
    let standings: Vec<_> = bucket.assess(&[]).chains[0].digests.iter().map(|d| d.standing).collect();
    assert_eq!(standings, [Standing::Unverified, Standing::Invalid(Fault::Signature)]);
}

#[test]
fn two_signatures_for_one_digest_are_named() {
    let mut bucket = Bucket::sound();
    let text = r#"{"Metadata":{"signature":"00"}}"#;
    let car = SideCar::parse(text, &digest_key(1)).expect("a signature");
    bucket.put("head/2.json", text, "head_object").documents.push(Document::SideCar(car));
    assert_eq!(bucket.words(), ["signed"; 6]);
    assert_eq!(bucket.problems(), ["inconsistent_digest"]);
}

#[test]
fn algorithms_of_other_names_are_not_fallen_back_from() {
    let mut bucket = Bucket::new();
    bucket.digest_with(1, &[], |text| text.replace("SHA256withRSA", "SHA1withRSA"));
    bucket.side_car(&digest_key(1));
    assert_eq!(bucket.assess(&[]).chains[0].digests[0].standing, Standing::Invalid(Fault::Algorithm));
    let mut bucket = Bucket::new();
    bucket.digest(1, &[]);
    bucket.side_car(&digest_key(1));
    let Some(Document::SideCar(car)) = bucket.thing("head/1.json").documents.first_mut() else { panic!() };
    car.algorithm = Some("SHA1withRSA".to_owned());
    assert_eq!(bucket.problems(), ["refused_digest", "unsigned_tail"]);
}

#[test]
fn a_digest_altered_in_nothing_but_its_algorithms_lists_what_was_signed() {
    for (from, to) in [("SHA256withRSA", "SHA1withRSA"), ("SHA-256", "MD5"), ("\"SHA-256\"", "\"\"")] {
        let mut bucket = Bucket::sound();
        bucket.alter(&digest_key(2), |text| text.replace(from, to));
        let signed = "signed";
        assert_eq!(bucket.words(), [signed, signed, signed, "modified", signed, signed], "{to}");
        let kinds_of = |bucket: &Bucket| kinds(&bucket.assess(&[]));
        assert!(kinds_of(&bucket).contains(&"invalid_digest"), "the object itself is not sound");
        assert!(!kinds_of(&bucket).contains(&"listed_by_invalid_digest"));
        let told =
            |bucket: &Bucket| bucket.assess(&[]).problems.iter().any(|one| one.detail.contains("speaks for"));
        assert!(told(&bucket), "why its logs are checked all the same");
        // Without the key, the hash in the next digest is worth what it is for any other.
        bucket.given.clear();
        let (chained, listed) = ("hash_chained", "hash_listed");
        assert_eq!(bucket.words(), [chained, chained, chained, "modified", listed, listed], "{to}");
        assert!(!kinds_of(&bucket).contains(&"listed_by_invalid_digest"));
    }
}

#[test]
fn a_digest_altered_elsewhere_too_proves_nothing() {
    let mut bucket = Bucket::sound();
    let change = |text: &str| text.replace("SHA-256", "SHA-257").replace(&sha256("0130"), &sha256("forged"));
    bucket.alter(&digest_key(2), change);
    bucket.thing(&log_key("0130")).object.inflated_sha256 = ContentHash::of_hex(&sha256("forged"));
    assert_eq!(bucket.words()[2..4], ["hash_listed", "modified"]);
    assert!(kinds(&bucket.assess(&[])).contains(&"listed_by_invalid_digest"));
}

#[test]
fn a_digest_that_was_moved_or_holds_more_is_not_taken() {
    let mut bucket = Bucket::new();
    bucket.digest(1, &[]);
    bucket.side_car(&digest_key(1));
    bucket.thing(&digest_key(1)).object.path = ObjectPath::new(format!("b/{}", digest_key(2)));
    assert_eq!(bucket.words(), ["modified"]);
    let mut bucket = Bucket::new();
    bucket.digest(1, &[]);
    bucket.side_car(&digest_key(1));
    bucket.thing(&digest_key(1)).first_member =
        Some(FirstMember { inflated_sha256: ContentHash::of_hex(&sha256("x")), inflated_bytes: 1 });
    assert_eq!(bucket.problems(), ["refused_digest"]);
    assert_eq!(bucket.assess(&[]).refused.len(), 1);
}

#[test]
fn times_that_are_not_those_of_the_records_are_noted() {
    let mut bucket = Bucket::sound();
    bucket.thing(&log_key("0030")).object.first_event_time = UtcTime::parse("2026-01-01T00:10:00Z");
    assert_eq!(bucket.problems(), ["digest_times_differ"]);
}

#[test]
fn digests_that_overlap_or_skip_their_neighbour_are_named() {
    let mut bucket = Bucket::new();
    bucket.digest(1, &[]);
    let first = bucket.last.clone();
    bucket.digest(2, &[]);
    bucket.last = first;
    bucket.digest_with(3, &[], |text| text.replace("T02:00:00Z", "T01:00:00Z"));
    assert_eq!(bucket.problems(), ["inconsistent_digest", "inconsistent_digest", "unsigned_tail"]);
    assert_eq!(bucket.words(), ["signed", "hash_listed", "hash_listed"]);
}

#[test]
fn the_words_are_those_of_the_aws_cli_and_escape_what_they_quote() {
    let mut bucket = Bucket::sound();
    bucket.thing(&log_key("0030")).object.inflated_sha256 = ContentHash::of_hex(&sha256("changed"));
    bucket.remove(&log_key("0130"));
    let all = lines(&bucket.assess(&[]));
    let results: Vec<&str> = all
        .iter()
        .filter_map(|line| if let Line::Result(text) = line { Some(text.as_str()) } else { None })
        .collect();
    assert_eq!(
        results,
        [
            "Validating log files for trail arn:aws:cloudtrail:eu-west-1:111122223333:trail/t between 2026-01-01T00:00:00Z and 2026-01-01T03:00:00Z",
            "",
            "Results requested for 2026-01-01T00:00:00Z to 2026-01-01T03:00:00Z",
            "Results found for 2026-01-01T00:00:00Z to 2026-01-01T03:00:00Z:",
            "",
            "3/3 digest files valid",
            "1/3 log files valid, 2/3 log files INVALID",
            "",
        ]
    );
    let faults: Vec<&str> = all
        .iter()
        .filter_map(|line| if let Line::Fault(text) = line { Some(text.as_str()) } else { None })
        .collect();
    let changed = format!("Log file\ts3://b/{}\tINVALID: hash value doesn't match", log_key("0030"));
    let gone = format!("Log file\ts3://b/{}\tINVALID: not found", log_key("0130"));
    assert_eq!(faults, [changed, gone]);
    let mut bucket = Bucket::new();
    bucket.digest(1, &[("k\u{1b}[31m", "x")]);
    let all = lines(&bucket.assess(&[]));
    assert!(!all.iter().any(|line| matches!(line, Line::Fault(text) if text.contains('\u{1b}'))));
    assert_eq!(lines(&Assessment::default()), [Line::Result("No digests found".to_owned())]);
}

#[test]
fn trails_of_one_name_in_an_account_and_its_organization_are_two_chains() {
    let mut bucket = Bucket::sound();
    let (mut of_organization, last) = (Bucket::new(), 1);
    of_organization.digest_with(last, &[], |text| text.replace("\"AWSLogs/", "\"AWSLogs/o-exampleorg1/"));
    bucket.things.append(&mut of_organization.things);
    let done = bucket.assess(&[]);
    assert_eq!(done.chains.len(), 2);
    assert_eq!(kinds(&done), ["invalid_digest"], "it does not lie where it says");
}

#[test]
fn a_log_that_was_not_opened_leaves_its_day_incomplete() {
    let place = (AccountId::from("111122223333"), Region::from("eu-west-1"));
    let day = UtcTime::parse("2026-01-01").expect("a day").day();
    let mut bucket = Bucket::sound();
    let told: Vec<_> = bucket
        .assess(&[])
        .days()
        .map(|(account, region, day)| (account.clone(), region.clone(), day))
        .collect();
    assert_eq!(told, [(place.0.clone(), place.1.clone(), day)]);
    assert!(bucket.assess(&[]).hours[&place].of_days(day, day).complete);
    bucket.remove(&log_key("0130"));
    let left_out = [ObjectPath::new(format!("b/{}", log_key("0130")))];
    let covered = bucket.assess(&left_out).hours[&place].of_days(day, day);
    assert_eq!(covered, Covered { hours: Some((3, 0)), missing_objects: 0, complete: false });
    let mut bucket = Bucket::sound();
    bucket.thing(&log_key("0130")).packing = Packing::NotRead;
    bucket.thing(&log_key("0130")).object.inflated_sha256 = ContentHash::default();
    assert!(!bucket.assess(&[]).hours[&place].of_days(day, day).complete);
}
