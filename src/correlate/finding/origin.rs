//! Where an address lies, in the words of a finding.
//!
//! Owns: these words. They explain a finding and never make, lift or rank one:
//! what a database says of an address is no evidence.

use std::net::IpAddr;

use crate::geoip::{GeoIp, is_reserved};
use crate::model::actor::Values;

/// An address with its country and its autonomous system; alone if no database
/// was given, or if it is private or reserved.
pub(super) fn located(geoip: &GeoIp, source_ip: &str) -> String {
    match told(geoip, source_ip) {
        Some(origin) => format!("{source_ip} ({origin})"),
        None => source_ip.to_owned(),
    }
}

/// Where an address lies: `DE, AS64501 Example Net`.
pub(super) fn told(geoip: &GeoIp, source_ip: &str) -> Option<String> {
    let address: IpAddr = source_ip.parse().ok()?;
    if geoip.is_empty() || is_reserved(address) {
        return None;
    }
    let origin = geoip.of(address);
    let (countries, asns) = geoip.tells();
    let country = origin.country.as_deref().map(str::to_owned);
    let country = country.or_else(|| countries.then(|| "country unknown".to_owned()));
    let system = origin.asn.map(|asn| match &origin.organization {
        Some(organization) => format!("AS{asn} {organization}"),
        None => format!("AS{asn}"),
    });
    let system = system.or_else(|| asns.then(|| "ASN unknown".to_owned()));
    let parts: Vec<String> = country.into_iter().chain(system).collect();
    Some(parts.join(", "))
}

/// How the country and the system of an address compare with those of the networks
/// that its caller is known by, as the end of a sentence that calls the network new.
pub(super) fn compared(geoip: &GeoIp, source_ip: &str, known: Option<&Values>) -> String {
    let (Ok(address), Some(known), false) = (source_ip.parse(), known, geoip.is_empty()) else {
        return String::new();
    };
    let origin = geoip.of(address);
    let places = geoip.places(known.kept.keys().map(|network| &**network));
    let country = origin.country.and_then(|country| {
        let before = places.countries.has(&country)?;
        Some((before, format!("in {country}")))
    });
    let system = origin.asn.and_then(|asn| Some((places.asns.has(&asn)?, format!("of AS{asn}"))));
    let which = |wanted: bool| -> Vec<&str> {
        let of = [&country, &system].into_iter().flatten().filter(|(before, _)| *before == wanted);
        of.map(|(_, words)| words.as_str()).collect()
    };
    let (new, old) = (which(false), which(true));
    let mut words = String::new();
    if !new.is_empty() {
        words.push_str(&format!(", nor from any network {}", new.join(" or ")));
    }
    if !old.is_empty() {
        words.push_str(&format!(", though from others {}", old.join(" and from others ")));
    }
    words
}
