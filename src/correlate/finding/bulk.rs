//! Many things destroyed for good in one burst, outside any mode and RFC.
//!
//! Owns: this claim, and how many are many. Objects and items of tables are
//! destroyed by the thousand every day, so that more of them must be gone.

use crate::model::destructive::{ActionAuthorization, Category, Reversibility};

use super::super::burst::Bursts;
use super::acts::{Acts, Seen, Whose};
use super::claim::{Claim, of_run};
use super::{Facts, Watch};

/// Things from which on they are many.
const THINGS_MIN: u64 = 20;

/// Objects or items that weigh as much as one other thing.
const OBJECTS_PER_THING: u64 = 50;

/// Calls that destroy what lies in a bucket or table, not the thing itself.
const OF_OBJECTS: [&str; 6] = [
    "DeleteObject",
    "DeleteObjects",
    "DeleteObjectVersion",
    "DeleteItem",
    "BatchWriteItem",
    "TransactWriteItems",
];

const WHICH: &str = "that destroyed in bulk, outside any mode and RFC in evidence,";

/// One claim per actor and account, and run of calls with gaps under an hour.
struct Bulk(Bursts<Whose, Burst>);

#[derive(Default)]
struct Burst {
    acts: Acts,
    /// Things among what they destroyed that lie in no bucket or table.
    things: u64,
}

pub(super) fn watch(facts: Facts<'_>) -> Option<Box<dyn Watch + '_>> {
    Some(Box::new(Bulk(Bursts::new(facts.all_timed))))
}

impl Watch for Bulk {
    fn see(&mut self, row: &Seen<'_>, made: &mut Vec<Claim>) {
        if !counts(row) {
            return;
        }
        let (burst, ended) = self.0.enter(row.whose(), row.event_time, Burst::default);
        burst.acts.add(row.act());
        if !OF_OBJECTS.contains(&&*row.event_name) {
            burst.things += row.resource_count;
        }
        let over = ended.into_iter().chain(self.0.over(row.event_time));
        made.extend(over.filter_map(claim));
    }

    fn finish(self: Box<Self>, made: &mut Vec<Claim>) {
        made.extend(self.0.finish().filter_map(claim));
    }
}

fn claim(Burst { acts, things }: Burst) -> Option<Claim> {
    let objects = acts.resources - things;
    if things + objects / OBJECTS_PER_THING < THINGS_MIN {
        return None;
    }
    of_run(acts, WHICH)
}

fn counts(row: &Seen<'_>) -> bool {
    row.succeeded()
        && row.authorization == ActionAuthorization::OutsideMode
        && row.reversibility == Reversibility::Irreversible
        && !matches!(row.category, Category::ConfigDeletion | Category::IdentityRemoval)
}
