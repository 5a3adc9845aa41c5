//! The everyday traffic of a landing zone, written batch by batch so that memory stays small.
//!
//! A batch is one delivery: the events of some minutes of one account and region. Threads take batches as they come;
//! what they write depends on the batch alone.

use super::{LIST_ALL_MAX, Site, Zone, write_object};
use crate::bucket::{self, Packing, Trail};
use crate::cast::SHOP;
use crate::clock::{DAY, MINUTE};
use crate::noise::{self, Batch};
use crate::prng::Prng;
use crate::truth::Truth;
use std::io;
use std::num::NonZero;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Records per object aimed at, where there are enough of them.
const RECORDS_PER_OBJECT: u64 = 700;
/// Noise deletions listed when the truth does not list all.
const LISTED_MAX: usize = 2_000;
/// When AMS runs the destructive RFC of the stories: nobody else deletes anything in that account around then.
const QUIET: (i64, i64) = (DAY + 15 * 3_600, DAY + 16 * 3_600);

/// One delivery to make.
struct Job<'a> {
    site: &'a Site,
    region: &'static str,
    seed: u64,
    begin: i64,
    seconds: i64,
    records: u64,
}

impl Zone {
    /// Writes `events` everyday events below `dump`; gives what is true about them.
    pub(super) fn traffic(&self, first: i64, events: u64, dump: &Path) -> io::Result<Truth> {
        let jobs = self.jobs(first, events);
        let next = AtomicUsize::new(0);
        let threads = thread::available_parallelism().map_or(1, NonZero::get);
        let work = || -> io::Result<Truth> {
            let mut truth = Truth::default();
            while let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                truth.absorb(self.deliver_job(job, first, dump)?);
            }
            Ok(truth)
        };
        let mut truth = Truth::default();
        for part in thread::scope(|scope| {
            let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            let joined = workers.into_iter().map(|worker| worker.join().expect("a worker does not panic"));
            joined.collect::<Vec<_>>()
        }) {
            truth.absorb(part?);
        }
        truth.sort();
        if self.options.events > LIST_ALL_MAX {
            truth.destructive_actions.truncate(LISTED_MAX);
        }
        Ok(truth)
    }

    fn jobs(&self, first: i64, events: u64) -> Vec<Job<'_>> {
        let shares: u64 = self.sites.iter().flat_map(|site| site.regions).map(|(_, share)| share).sum();
        let mut jobs = Vec::new();
        let (mut before, mut number) = (0, 0);
        for site in self.sites {
            for (region, share) in site.regions {
                // Shares of a running sum, so that the parts add up to the whole.
                let count = (before + share) * events / shares - before * events / shares;
                before += share;
                number += 1;
                self.jobs_of(site, region, &mut jobs, (first, count, number));
            }
        }
        jobs
    }

    fn jobs_of<'a>(
        &'a self,
        site: &'a Site,
        region: &'static str,
        jobs: &mut Vec<Job<'a>>,
        (first, count, number): (i64, u64, u64),
    ) {
        let days = u64::from(self.options.days);
        let per_day = (count / days / RECORDS_PER_OBJECT).clamp(1, 24 * 12);
        let slots = days * per_day;
        let length = DAY / per_day as i64;
        let seconds = (15 * MINUTE).min(length - MINUTE);
        for slot in 0..slots {
            let pair = Prng::derived(self.options.seed, &[number, slot / 2, 1]).below(count / slots / 2 + 1);
            let even = (slot + 1) * count / slots - slot * count / slots;
            let records = match slot % 2 {
                0 if slot + 1 == slots => even,
                0 => even + pair.min(next_share(slot, count, slots)),
                _ => even - pair.min(even),
            };
            let mut prng = Prng::derived(self.options.seed, &[number, slot, 2]);
            let day = first + (slot / per_day) as i64 * DAY;
            let begin = day + (slot % per_day) as i64 * length + prng.below((length - seconds) as u64) as i64;
            if records > 0 {
                jobs.push(Job { site, region, seed: prng.bits(), begin, seconds, records });
            }
        }
    }

    fn deliver_job(&self, job: &Job<'_>, first: i64, dump: &Path) -> io::Result<Truth> {
        let quiet = (first + QUIET.0, first + QUIET.1);
        let account = job.site.account;
        let (mut texts, mut truth) = noise::batch(&Batch {
            seed: job.seed,
            account,
            region: job.region,
            begin: job.begin,
            seconds: job.seconds,
            records: job.records,
            may_destroy: account != SHOP || !noise::is_near(job.begin, job.seconds, &[quiet]),
        });
        let mut prng = Prng::derived(job.seed, &[3]);
        let trails = self.trails(job.site);
        for (number, trail) in (0i64..).zip(trails) {
            let delivered = job.begin + job.seconds + 4 * MINUTE + number * MINUTE;
            let name = trail.object(account, job.region, delivered, &mut prng);
            write_object(dump, &name, &bucket::pack(&texts, Packing::Gzip)?)?;
            // Each trail batches for itself: the same records, in another order.
            let middle = texts.len() / 2;
            texts.rotate_left(middle);
        }
        let copies = trails.len() as u64;
        truth.totals.records = job.records * copies;
        truth.totals.unique = job.records;
        truth.totals.duplicates = job.records * (copies - 1);
        for action in &mut truth.destructive_actions {
            action.copies = copies;
        }
        Ok(truth)
    }

    fn trails(&self, site: &Site) -> &'static [Trail] {
        match (site.single_account, self.options.single_delivery) {
            (true, _) => &[Trail::SingleAccount],
            (false, true) => &[Trail::Organisation],
            (false, false) => &[Trail::Organisation, Trail::Account],
        }
    }
}

fn next_share(slot: u64, count: u64, slots: u64) -> u64 {
    (slot + 2) * count / slots - (slot + 1) * count / slots
}
