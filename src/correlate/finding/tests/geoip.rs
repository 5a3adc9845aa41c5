//! Countries and autonomous systems in the words of findings.

use sample_logs::mmdb::{Network, asn, country, database};

use crate::geoip::GeoIp;

use super::super::super::samples::{DEV, With, call, role_call, wearing};
use super::baseline::{NETWORK, before, from, report_with, terminate};

/// `ops` was in the US, in AS64500; a second network of both, and one of Germany.
fn geoip() -> GeoIp {
    let countries: [Network; 3] = [
        ("192.0.2.0/24", country("US")),
        ("198.51.100.0/24", country("US")),
        ("203.0.113.0/24", country("DE")),
    ];
    let systems: [Network; 3] = [
        ("192.0.2.0/24", asn(64500, "Home")),
        ("198.51.100.0/25", asn(64500, "Home")),
        ("203.0.113.0/24", asn(64501, "Away")),
    ];
    let mut geoip = GeoIp::default();
    for file in [database("Country", &countries), database("ASN", &systems)] {
        geoip.add(file).expect("a sound database");
    }
    geoip
}

/// The words of the finding on a call from that address, and its id.
fn said(address: &str, geoip: GeoIp) -> (String, String) {
    let report = report_with(vec![before(), from(address, terminate(200))], geoip);
    let finding = report.findings.iter().find(|one| one.rule_id == NETWORK).expect("a finding");
    (finding.summary.clone(), finding.finding_id.as_str().to_owned())
}

#[test]
fn a_new_country_and_a_known_one_are_told_apart() {
    let cases = [
        (
            "203.0.113.9",
            "from 203.0.113.0/24 (203.0.113.9: DE, AS64501 Away), where that caller was not seen in the \
             baseline, nor from any network in DE or of AS64501: TerminateInstances",
        ),
        (
            "198.51.100.9",
            "from 198.51.100.0/24 (198.51.100.9: US, AS64500 Home), where that caller was not seen in the \
             baseline, though from others in US and from others of AS64500: TerminateInstances",
        ),
        (
            "198.51.100.200",
            "from 198.51.100.0/24 (198.51.100.200: US, ASN unknown), where that caller was not seen in the \
             baseline, though from others in US: TerminateInstances",
        ),
        (
            "2001:db8::1",
            "from 2001:db8::/48 (2001:db8::1: country unknown, ASN unknown), where that caller was not seen \
             in the baseline: TerminateInstances",
        ),
        ("10.1.2.3", "from 10.1.2.0/24, where that caller was not seen in the baseline: TerminateInstances"),
    ];
    for (address, expected) in cases {
        let (summary, id) = said(address, geoip());
        assert!(summary.contains(expected), "{summary}");
        let (plain, same) = said(address, GeoIp::default());
        assert!(
            plain.ends_with("/24, where that caller was not seen in the baseline: TerminateInstances")
                || plain.ends_with("/48, where that caller was not seen in the baseline: TerminateInstances")
        );
        assert_eq!(id, same, "a database changes no id");
    }
}

#[test]
fn a_caller_that_lay_nowhere_has_no_country_to_compare_with() {
    let events = vec![from("10.1.2.3", before()), from("203.0.113.9", terminate(200))];
    let report = report_with(events, geoip());
    let finding = report.findings.iter().find(|one| one.rule_id == NETWORK).expect("a finding");
    assert!(
        finding.summary.ends_with("was not seen in the baseline: TerminateInstances"),
        "{}",
        finding.summary
    );
    assert!(finding.summary.contains("(203.0.113.9: DE, AS64501 Away)"), "{}", finding.summary);
}

#[test]
fn two_places_at_once_are_told_with_their_countries() {
    let rule = "session/two-places";
    let used = |minute, address| {
        from(address, call(minute, "ec2", "RunInstances").by(wearing(DEV, "ASIA1", Some(2))))
    };
    let turns = |other| {
        let calls = [used(5, "192.0.2.1"), used(6, other), used(7, "192.0.2.1")];
        std::iter::once(role_call(1, "CreateRole", DEV)).chain(calls).collect::<Vec<_>>()
    };
    let report = report_with(turns("203.0.113.9"), geoip());
    let finding = report.findings.iter().find(|one| one.rule_id == rule).expect("a finding");
    let expected = "used from 192.0.2.1 (US, AS64500 Home), 203.0.113.9 (DE, AS64501 Away) within minutes";
    assert!(finding.summary.contains(expected), "{}", finding.summary);
    // Another address of one network is no other place.
    let near = report_with(turns("192.0.2.77"), geoip());
    assert!(near.findings.iter().all(|one| one.rule_id != rule));
}
