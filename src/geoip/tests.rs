//! What databases tell, what they cannot tell, and what broken ones do.

use sample_logs::mmdb::{Network, Value, asn, country, database};

use super::*;

fn countries() -> Vec<u8> {
    let networks: [Network; 6] = [
        ("203.0.113.0/25", country("DE")),
        ("203.0.113.128/25", country("FR")),
        ("192.0.2.0/24", country("US")),
        ("198.51.100.0/25", country("US")),
        ("2001:db8:1::/48", country("NL")),
        ("10.0.0.0/8", country("ZZ")),
    ];
    database("Test-Country", &networks)
}

fn systems() -> Vec<u8> {
    let networks: [Network; 2] =
        [("203.0.113.0/24", asn(64501, "Example Net")), ("2001:db8::/32", asn(4_200_000_001, "Six"))];
    database("Test-ASN", &networks)
}

fn given(files: impl IntoIterator<Item = Vec<u8>>) -> GeoIp {
    let mut geoip = GeoIp::default();
    for file in files {
        geoip.add(file).expect("a sound database");
    }
    geoip
}

fn at(geoip: &GeoIp, address: &str) -> (Option<String>, Option<u32>) {
    let origin = geoip.of(address.parse().expect("an address"));
    (origin.country.map(|country| country.to_string()), origin.asn)
}

#[test]
fn two_databases_tell_country_and_system_of_both_kinds_of_address() {
    let geoip = given([countries(), systems()]);
    let de = Some("DE".to_owned());
    assert_eq!(at(&geoip, "203.0.113.5"), (de.clone(), Some(64501)));
    assert_eq!(at(&geoip, "::ffff:203.0.113.5"), (de, Some(64501)));
    assert_eq!(at(&geoip, "203.0.113.200"), (Some("FR".to_owned()), Some(64501)));
    assert_eq!(at(&geoip, "192.0.2.1"), (Some("US".to_owned()), None));
    assert_eq!(at(&geoip, "2001:db8:1::9"), (Some("NL".to_owned()), Some(4_200_000_001)));
    assert_eq!(at(&geoip, "2001:db8:2::9"), (None, Some(4_200_000_001)));
    assert_eq!(at(&geoip, "198.51.100.200"), (None, None));
    let origin = geoip.of("203.0.113.5".parse().expect("an address"));
    assert_eq!(origin.organization.as_deref(), Some("Example Net"));
    assert_eq!(geoip.tells(), (true, true));
    assert_eq!(geoip.hashes().len(), 2);
    let said = geoip.sentence();
    assert!(said.contains("Test-Country built 2026-01-01 (SHA-256 "), "{said}");
    assert!(said.contains(&geoip.hashes()[1]), "{said}");
}

#[test]
fn without_a_database_nothing_is_told() {
    let none = GeoIp::default();
    assert_eq!(at(&none, "203.0.113.5"), (None, None));
    assert_eq!((none.sentence(), none.is_empty(), none.tells()), (String::new(), true, (false, false)));
}

#[test]
fn of_two_databases_the_first_that_knows_it_tells_it() {
    let other = || database("Other", &[("203.0.113.0/24", country("AT")), ("8.0.0.0/8", country("CH"))]);
    let geoip = given([countries(), other()]);
    assert_eq!(at(&geoip, "203.0.113.5").0.as_deref(), Some("DE"));
    assert_eq!(at(&geoip, "8.8.8.8").0.as_deref(), Some("CH"));
    assert_eq!(at(&given([other(), countries()]), "203.0.113.5").0.as_deref(), Some("AT"));
}

#[test]
fn reserved_addresses_lie_nowhere_whatever_a_database_says() {
    let all = given([database("All", &[("0.0.0.0/1", country("DE")), ("128.0.0.0/1", country("DE"))])]);
    let reserved = [
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "127.0.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "198.18.0.1",
        "198.19.255.1",
        "192.0.0.8",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::ffff:10.1.2.3",
        "::1",
        "::",
        "fe80::1",
        "fd00::1",
        "ff02::1",
        "100::1",
        "64:ff9b::10.1.2.3",
    ];
    for address in reserved {
        assert!(is_reserved(address.parse().expect("an address")), "{address}");
        assert_eq!(at(&all, address), (None, None), "{address}");
    }
    for address in ["9.255.255.255", "11.0.0.1", "172.32.0.1", "100.128.0.1", "198.20.0.1", "192.0.1.1"] {
        assert_eq!(at(&all, address).0.as_deref(), Some("DE"), "{address}");
    }
    assert!(!is_reserved("2600::1".parse().expect("an address")));
}

#[test]
fn networks_have_all_countries_that_lie_in_them() {
    let geoip = given([countries(), systems()]);
    let has = |networks: &[&str], country: &str| {
        geoip.places(networks.iter().copied()).countries.has(&Arc::from(country))
    };
    assert_eq!(has(&["203.0.113.0/24"], "FR"), Some(true));
    assert_eq!(has(&["203.0.113.0/24"], "US"), Some(false));
    assert_eq!(has(&["2001:db8:1::/48", "203.0.113.0/24"], "NL"), Some(true));
    // Half of this one is not in the database: where the caller was cannot be told.
    assert_eq!(has(&["198.51.100.0/24"], "US"), Some(true));
    assert_eq!(has(&["198.51.100.0/24"], "DE"), None);
    assert_eq!(has(&["8.8.8.0/24", "192.0.2.0/24"], "DE"), None);
    // What lies nowhere tells nothing, and hides nothing.
    assert_eq!(has(&["10.0.0.0/24", "ec2.amazonaws.com"], "DE"), None);
    assert_eq!(has(&["10.0.0.0/24", "ec2.amazonaws.com", "192.0.2.0/24"], "DE"), Some(false));
    let asns = geoip.places(["203.0.113.0/24"].into_iter()).asns;
    assert_eq!((asns.has(&64501), asns.has(&1)), (Some(true), Some(false)));
    // More parts than are looked at.
    let networks: Vec<Network> = vec![("1.0.0.0/8", country("US")), ("2.0.0.0/31", country("DE"))];
    let wide = given([database("Wide", &networks)]);
    assert_eq!(wide.places(["0.0.0.0/0"].into_iter()).countries.has(&Arc::from("FR")), None);
}

#[test]
fn what_tells_neither_country_nor_system_is_refused_in_words() {
    let refused = |bytes: Vec<u8>| GeoIp::default().add(bytes).expect_err("it is refused");
    let city = Value::Map(vec![("city", Value::Text("Ulm"))]);
    let named = Value::Map(vec![("country", Value::Map(vec![("iso_code", Value::Text("<script>"))]))]);
    let text = Value::Map(vec![("country", Value::Text("Germany"))]);
    for value in [city, named] {
        let why = refused(database("Odd", &[("203.0.113.0/24", value)]));
        assert!(why.contains("no record of it has a `country`"), "{why}");
    }
    for bytes in [Vec::new(), b"not a database".to_vec(), database("Odd", &[("203.0.113.0/24", text)])] {
        assert!(!refused(bytes).is_empty());
    }
}

#[test]
fn a_tree_that_leads_back_into_itself_is_refused() {
    for side in [0..3, 3..6] {
        let mut bytes = countries();
        bytes[side].fill(0);
        GeoIp::default().add(bytes).expect_err("a tree with a loop");
    }
}

/// Asks a database, if it was accepted, everything that a run asks.
fn asked(bytes: Vec<u8>) -> bool {
    let mut geoip = GeoIp::default();
    let sound = geoip.add(bytes).is_ok();
    for address in ["203.0.113.5", "192.0.2.1", "255.0.0.1", "2001:db8:1::9", "ffff::1", "::5"] {
        // What was accepted answers, with something or nothing.
        let Origin { country, .. } = geoip.of(address.parse().expect("an address"));
        assert!(country.is_none_or(|country| country.len() == 2));
    }
    geoip.places(["203.0.113.0/24", "2001:db8:1::/48", "0.0.0.0/0", "::/0"].into_iter());
    assert_eq!(geoip.sentence().is_empty(), !sound);
    sound
}

#[test]
fn broken_bytes_are_refused_or_read_and_never_end_the_program() {
    for sound in [countries(), systems()] {
        let (mut refused, mut read) = (0, 0);
        for place in 0..sound.len() {
            for flip in [0x01, 0x20, 0x80, 0xff] {
                let mut bytes = sound.clone();
                bytes[place] ^= flip;
                if asked(bytes) { read += 1 } else { refused += 1 }
            }
            assert!(place == 0 || !asked(sound[..place].to_vec()), "cut at {place}");
        }
        assert!(refused > 100 && read > 100, "{refused} refused, {read} read");
    }
}
