//! Countries and autonomous systems of addresses, as databases of the user tell
//! them (`--geoip FILE`).
//!
//! Owns: what such a database must hold, and what is asked of it. Opens nothing:
//! it is given bytes, which may be broken. A database is a third party's opinion,
//! never evidence.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use maxminddb::{Reader, WithinOptions};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::limits::{GEOIP_NAME_CHARS_MAX, GEOIP_PARTS_MAX};
use crate::model::time::UtcTime;

#[cfg(test)]
mod tests;

/// The databases in the order in which the user gave them: the first that knows
/// something tells it. Empty if none were given.
#[derive(Clone, Debug, Default)]
pub struct GeoIp {
    databases: Vec<Arc<Database>>,
}

#[derive(Debug)]
struct Database {
    reader: Reader<Vec<u8>>,
    sha256: String,
    countries: bool,
    asns: bool,
}

/// What is read of a record; other names in it are passed over.
///
/// Source: MaxMind DB specification 2.0; the names of GeoIP2 and GeoLite2 Country,
/// City and ASN.
#[derive(Deserialize)]
struct Entry<'a> {
    #[serde(borrow, default)]
    country: Option<CountryEntry<'a>>,
    #[serde(default)]
    autonomous_system_number: Option<u32>,
    #[serde(borrow, default)]
    autonomous_system_organization: Option<&'a str>,
}

#[derive(Deserialize)]
struct CountryEntry<'a> {
    #[serde(borrow, default)]
    iso_code: Option<&'a str>,
}

impl<'a> Entry<'a> {
    /// ISO 3166-1 alpha-2; nothing else counts as a country.
    fn country(&self) -> Option<&'a str> {
        let code = self.country.as_ref()?.iso_code?;
        (code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase())).then_some(code)
    }
}

/// What the databases say of one address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// ISO 3166-1 alpha-2 code.
    pub country: Option<Arc<str>>,
    /// Number of the autonomous system.
    pub asn: Option<u32>,
    /// Who runs that system: any text, cut to a bound.
    pub organization: Option<Arc<str>>,
}

/// Countries or systems of some networks, and whether these are all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Among<T> {
    seen: BTreeSet<T>,
    complete: bool,
}

impl<T: Ord> Among<T> {
    const fn new() -> Self {
        Self { seen: BTreeSet::new(), complete: true }
    }

    /// Whether one is among them; `None` if that cannot be told, as some of the
    /// networks are not known or all of them have none.
    pub fn has(&self, one: &T) -> Option<bool> {
        if self.seen.contains(one) {
            return Some(true);
        }
        (self.complete && !self.seen.is_empty()).then_some(false)
    }
}

/// Where networks lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    /// Their countries.
    pub countries: Among<Arc<str>>,
    /// Their autonomous systems.
    pub asns: Among<u32>,
}

impl GeoIp {
    /// Adds a database, every record of which is read once: what is accepted here
    /// can be asked without failing.
    ///
    /// # Errors
    /// In words, if it is broken, or tells neither countries nor systems.
    pub fn add(&mut self, bytes: Vec<u8>) -> Result<(), String> {
        let sha256 = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        let reader = Reader::from_source(bytes).map_err(|error| error.to_string())?;
        let (countries, asns) = told(&reader)?;
        if !countries && !asns {
            return Err("no record of it has a `country` or an `autonomous_system_number`".to_owned());
        }
        self.databases.push(Arc::new(Database { reader, sha256, countries, asns }));
        Ok(())
    }

    /// Whether there is no database.
    pub const fn is_empty(&self) -> bool {
        self.databases.is_empty()
    }

    /// Whether a database tells countries, and whether one tells systems.
    pub fn tells(&self) -> (bool, bool) {
        (self.databases.iter().any(|one| one.countries), self.databases.iter().any(|one| one.asns))
    }

    /// SHA-256 of each database, lower-case hex.
    pub fn hashes(&self) -> Vec<String> {
        self.databases.iter().map(|one| one.sha256.clone()).collect()
    }

    /// What is said of the databases in a report, in a sentence; empty if there are none.
    pub fn sentence(&self) -> String {
        if self.databases.is_empty() {
            return String::new();
        }
        let each: Vec<String> = self.databases.iter().map(|one| one.words()).collect();
        format!(
            "Countries and autonomous systems of addresses are told by databases of others and are no evidence: {}.",
            each.join("; ")
        )
    }

    /// What the databases say of an address. Private and reserved addresses lie
    /// nowhere, whatever a database says.
    pub fn of(&self, address: IpAddr) -> Origin {
        let address = address.to_canonical();
        let mut origin = Origin::default();
        if is_reserved(address) {
            return origin;
        }
        for database in &self.databases {
            // Every record could be read when the database was added; what fails
            // is an IPv6 address in a database of IPv4 alone.
            let Ok(found) = database.reader.lookup(address) else { continue };
            let Ok(Some(entry)) = found.decode::<Entry<'_>>() else { continue };
            if origin.country.is_none() {
                origin.country = entry.country().map(Arc::from);
            }
            if origin.asn.is_none() && entry.autonomous_system_number.is_some() {
                origin.asn = entry.autonomous_system_number;
                origin.organization = entry.autonomous_system_organization.map(name);
            }
        }
        origin
    }

    /// Where those networks lie, written as `192.0.2.0/24`; what is no network, and
    /// private and reserved ones, lie nowhere.
    pub fn places<'a>(&self, networks: impl Iterator<Item = &'a str>) -> Places {
        let mut places = Places { countries: Among::new(), asns: Among::new() };
        for network in networks {
            let address = network.split('/').next().and_then(|address| address.parse().ok());
            let Some(address) = address.map(|address: IpAddr| address.to_canonical()) else { continue };
            if is_reserved(address) {
                continue;
            }
            let mut found = (Among::new(), Among::new());
            found.0.complete = false;
            found.1.complete = false;
            for database in &self.databases {
                let here = database.within(network);
                if found.0.seen.is_empty() {
                    found.0 = here.countries;
                }
                if found.1.seen.is_empty() {
                    found.1 = here.asns;
                }
            }
            places.countries.complete &= found.0.complete;
            places.countries.seen.extend(found.0.seen);
            places.asns.complete &= found.1.complete;
            places.asns.seen.extend(found.1.seen);
        }
        places
    }
}

impl Database {
    /// What it is, for a sentence.
    fn words(&self) -> String {
        let metadata = self.reader.metadata();
        let sound = |c: char| c.is_ascii_alphanumeric() || " ._-".contains(c);
        let kind: String =
            metadata.database_type.chars().filter(|c| sound(*c)).take(GEOIP_NAME_CHARS_MAX).collect();
        let built = i64::try_from(metadata.build_epoch).ok().filter(|seconds| *seconds < 253_402_300_800);
        let built = built.map(|seconds| format!(" built {}", UtcTime::from_seconds(seconds).day()));
        format!("{kind}{} (SHA-256 {})", built.unwrap_or_default(), self.sha256)
    }

    /// Where all of a network lies. What a database does not hold, or too many
    /// parts, makes the answer incomplete.
    fn within(&self, network: &str) -> Places {
        let mut places = Places { countries: Among::new(), asns: Among::new() };
        let options = WithinOptions::default().include_networks_without_data();
        let parts = network.parse().ok().and_then(|network| self.reader.within(network, options).ok());
        let mut count = 0usize;
        for part in parts.into_iter().flatten() {
            count += 1;
            let entry = part.and_then(|part| part.decode::<Entry<'_>>());
            let entry = entry.ok().flatten().filter(|_| count <= GEOIP_PARTS_MAX);
            match entry.as_ref().and_then(Entry::country) {
                Some(country) => places.countries.seen.extend([Arc::from(country)]),
                None => places.countries.complete = false,
            }
            match entry.and_then(|entry| entry.autonomous_system_number) {
                Some(asn) => places.asns.seen.extend([asn]),
                None => places.asns.complete = false,
            }
            if count > GEOIP_PARTS_MAX {
                break;
            }
        }
        // Nothing seen is nothing known.
        places.countries.complete &= !places.countries.seen.is_empty();
        places.asns.complete &= !places.asns.seen.is_empty();
        places
    }
}

/// Whether any record tells a country, and any a system. Reads every record once.
fn told(reader: &Reader<Vec<u8>>) -> Result<(bool, bool), String> {
    let in_words = |error: maxminddb::MaxMindDbError| error.to_string();
    let options = WithinOptions::default().include_networks_without_data();
    // A tree has about as many ends as nodes, unless parts of it are shared; one that
    // leads back into itself would have ends without number.
    let ends_max = (reader.metadata().node_count as usize).saturating_mul(3);
    let mut read = BTreeSet::new();
    let (mut countries, mut asns) = (false, false);
    for (count, part) in reader.networks(options).map_err(in_words)?.enumerate() {
        let part = part.map_err(in_words)?;
        if count > ends_max {
            return Err("its search tree leads back into itself".to_owned());
        }
        let Some(offset) = part.offset() else { continue };
        if !read.insert(offset) {
            continue;
        }
        if let Some(entry) = part.decode::<Entry<'_>>().map_err(in_words)? {
            countries |= entry.country().is_some();
            asns |= entry.autonomous_system_number.is_some();
        }
    }
    Ok((countries, asns))
}

fn name(text: &str) -> Arc<str> {
    text.chars().take(GEOIP_NAME_CHARS_MAX).collect::<String>().into()
}

/// Whether an address is of no place: private, of the machine itself, or set aside.
/// Ranges for documentation are left to the databases: only examples use them.
///
/// Source: IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890).
pub fn is_reserved(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            let [a, b, c, _] = address.octets();
            address.is_private()
                || address.is_loopback()
                || address.is_link_local()
                || address.is_multicast()
                || a == 0
                || a >= 240
                || (a == 100 && b & 0xc0 == 64)
                || (a == 198 && b & 0xfe == 18)
                || (a, b, c) == (192, 0, 0)
        }
        IpAddr::V6(address) => {
            address.is_unspecified()
                || address.is_loopback()
                || address.is_multicast()
                || address.is_unique_local()
                || address.is_unicast_link_local()
                // Discarded on purpose: 100::/64.
                || address.segments()[..4] == [0x100, 0, 0, 0]
                // IPv4 in a network's own translation: 64:ff9b::/96.
                || translated(address.octets()).is_some_and(|inner| is_reserved(IpAddr::V4(inner)))
        }
    }
}

/// The IPv4 address that a translated IPv6 one stands for.
fn translated(octets: [u8; 16]) -> Option<Ipv4Addr> {
    let [0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0, a, b, c, d] = octets else { return None };
    Some(Ipv4Addr::new(a, b, c, d))
}
