//! A whole landing zone as an S3 dump: stories, everyday traffic around them, and an RFC archive.
//!
//! ```text
//! DUMP/aws-landing-zone-logs-222233334444-us-east-1/AWSLogs/o-exampleorg1/ACCOUNT/CloudTrail/REGION/YYYY/MM/DD/…json.gz
//! DUMP/aws-landing-zone-logs-222233334444-us-east-1/AWSLogs/ACCOUNT/CloudTrail/REGION/YYYY/MM/DD/…json.gz
//! DUMP/ams-a777788889999-log-management-us-east-1/AWS/CloudTrail/AWSLogs/777788889999/CloudTrail/…
//! DUMP/rfc-archive/{get-rfc,list-rfc-summaries,eventbridge}/…
//! ```

mod decoys;
mod findings;
mod modes;
mod traffic;

use crate::archive;
use crate::bucket::{Objects, Packing, Trail};
use crate::cast::*;
use crate::clock::{self, DAY, HOUR, MINUTE};
use crate::scene::Scene;
use crate::truth::Truth;
use std::fs;
use std::io;
use std::path::Path;

/// What to generate.
#[derive(Clone, Debug)]
pub struct Options {
    /// Same seed, same bytes.
    pub seed: u64,
    /// Different CloudTrail events, stories included; each is delivered once or twice.
    pub events: u64,
    /// Days the dump spans, from 2026-01-12; the stories need ten.
    pub days: u32,
    /// Leave the accounts' own trails out, so that every event is delivered once.
    pub single_delivery: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { seed: 7, events: 100_000, days: 14, single_delivery: false }
    }
}

/// Days the stories need.
const DAYS_MIN: u32 = 10;
/// First day of every generated dump, a Monday.
const FIRST_DAY: &str = "2026-01-12";
/// Above this many events, the truth lists only the first noise deletions; its counts stay complete.
const LIST_ALL_MAX: u64 = 200_000;

/// A story of the landing zone, told from the midnight of the first day.
type Story = fn(&mut Scene, i64);

/// An account, what it is delivered by, and its regions with their shares of the traffic.
pub(crate) struct Site {
    account: &'static str,
    regions: &'static [(&'static str, u64)],
    single_account: bool,
}

/// A landing zone to be written.
pub(crate) struct Zone {
    options: Options,
    sites: &'static [Site],
    stories: &'static [Story],
}

const fn site(account: &'static str, regions: &'static [(&'static str, u64)]) -> Site {
    Site { account, regions, single_account: false }
}

const SITES: &[Site] = &[
    site(MANAGEMENT, &[("us-east-1", 6)]),
    site(LOG_ARCHIVE, &[("us-east-1", 8)]),
    site(ORDERS, &[("us-east-1", 20), ("eu-west-1", 8)]),
    site(BILLING, &[("us-east-1", 12)]),
    site(SHOP, &[("us-east-1", 16), ("eu-central-1", 5)]),
    site(LAKE, &[("us-east-1", 12), ("ap-southeast-2", 3)]),
    Site { account: SINGLE, regions: &[("us-east-1", 7), ("eu-west-1", 3)], single_account: true },
];

const DEMO_SITES: &[Site] = &[
    site(MANAGEMENT, &[("us-east-1", 6)]),
    site(LOG_ARCHIVE, &[("us-east-1", 4)]),
    site(ORDERS, &[("us-east-1", 20), ("eu-west-1", 6)]),
    site(BILLING, &[("us-east-1", 8)]),
    site(SHOP, &[("us-east-1", 10)]),
];

/// Writes a landing zone into `out/dump` and its truth beside it, into `out/truth.json`.
///
/// # Errors
/// If a folder or object cannot be written, or the options leave no room for the stories.
pub fn generate(options: &Options, out: &Path) -> io::Result<Truth> {
    let zone = Zone {
        options: options.clone(),
        sites: SITES,
        stories: &[
            modes::developer_by_rfc,
            modes::developer_without_rfc,
            modes::direct_change,
            modes::salz_role_used,
            modes::prefixed_role,
            decoys::decoys,
            decoys::destructive_rfc,
        ],
    };
    let mut truth = zone.write(&out.join("dump"))?;
    truth.findings = findings::of(&truth, clock::at(FIRST_DAY) + i64::from(options.days) * DAY);
    fs::write(out.join("truth.json"), truth.to_text())?;
    Ok(truth)
}

/// Writes the small committed dump into `dump`: some of the stories, delivered once, ten days.
///
/// # Errors
/// If a folder or object cannot be written.
pub fn demo(dump: &Path) -> io::Result<Truth> {
    let zone = Zone {
        options: Options { seed: 7, events: 900, days: DAYS_MIN, single_delivery: true },
        sites: DEMO_SITES,
        stories: &[
            modes::developer_by_rfc,
            modes::developer_without_rfc,
            modes::direct_change,
            decoys::decoys,
            decoys::destructive_rfc,
        ],
    };
    zone.write(dump)
}

impl Zone {
    fn write(&self, dump: &Path) -> io::Result<Truth> {
        let first = clock::at(FIRST_DAY);
        if self.options.days < DAYS_MIN {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "the stories need at least ten days"));
        }
        let mut scene = self.tell(first);
        let told = scene.records.len() as u64;
        let Some(noise) = self.options.events.checked_sub(told) else {
            let message = format!("the stories alone are {told} events; ask for more");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        };
        let mut objects = self.deliver(&mut scene)?;
        objects.extend(archive::details(&scene.rfcs));
        objects.extend(archive::summaries(&scene.rfcs));
        objects.extend(archive::state_changes(&scene.rfcs, &mut scene.prng));
        write_objects(&objects, dump)?;
        let mut truth = self.traffic(first, noise, dump)?;
        truth.absorb(scene.finish());
        truth.sort();
        Ok(truth)
    }

    fn tell(&self, first: i64) -> Scene {
        let mut scene = Scene::new(self.options.seed);
        for story in self.stories {
            story(&mut scene, first);
        }
        let accounts: Vec<&str> =
            self.sites.iter().filter(|site| !site.single_account).map(|site| site.account).collect();
        let last = first + i64::from(self.options.days - 1) * DAY + 20 * HOUR;
        let known = scene.rfcs.len();
        scene.everyday_rfcs(&accounts, &[first + 6 * HOUR, last]);
        let everyday = scene.rfcs[known..].to_vec();
        for rfc in everyday {
            scene.rfc_calls(&rfc);
        }
        scene
    }

    fn deliver(&self, scene: &mut Scene) -> io::Result<Objects> {
        let single: Vec<&str> =
            self.sites.iter().filter(|site| site.single_account).map(|site| site.account).collect();
        let mut objects = scene.deliver(
            |account| {
                Some(if single.contains(&account) { Trail::SingleAccount } else { Trail::Organisation })
            },
            Packing::Gzip,
            5 * MINUTE,
        )?;
        if !self.options.single_delivery {
            let own = |account: &str| (!single.contains(&account)).then_some(Trail::Account);
            objects.extend(scene.deliver(own, Packing::Gzip, 5 * MINUTE)?);
        }
        Ok(objects)
    }
}

/// Writes objects below `root`, making their folders.
pub(crate) fn write_objects(objects: &Objects, root: &Path) -> io::Result<()> {
    for (name, bytes) in objects {
        write_object(root, name, bytes)?;
    }
    Ok(())
}

fn write_object(root: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let path = root.join(name);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, bytes)
}
