//! What is a copy of what, among fingerprints of one identity.
//!
//! Owns: which record stays, which go, and how many there were. Sees one group at
//! a time; what was kept of a record it asks.

use std::collections::BTreeMap;

use super::{CallerMark, Fingerprint, Location};

/// What became of all records that have a copy.
#[derive(Debug, Default)]
pub struct Copies {
    /// Kept events that are copies of another: they go. Sorted.
    pub dropped: Vec<Location>,
    /// Records that a rule matches and that are copies of another. Sorted.
    pub dropped_matches: Vec<Location>,
    /// Kept events that have copies, and how many deliveries there are. Sorted.
    pub delivered: Vec<(Location, u32)>,
    /// For each object that holds a copy: how many it holds.
    pub per_object: BTreeMap<u32, u64>,
    /// Copies of events that are only counted.
    pub counted_only: u64,
    /// How many copies there are of each caller's records, by its mark.
    pub callers: BTreeMap<CallerMark, u64>,
    /// Records of one identity with different contents: all were kept. Sorted.
    pub conflicts: Vec<Vec<Location>>,
    /// The same of all records, whether kept or only counted, if that was asked for.
    pub rows: RowCopies,
}

/// Which records are copies of others, and how many deliveries there are of the
/// rest, for the table of all events. Both sorted.
#[derive(Clone, Debug, Default)]
pub struct RowCopies {
    /// Copies: they go.
    pub dropped: Vec<Location>,
    /// Records that have copies, and how many deliveries there are.
    pub delivered: Vec<(Location, u32)>,
}

/// What is known of the records besides their fingerprints.
#[derive(Clone, Copy)]
pub struct Known<'k> {
    /// Whether the event of a record is kept, or only counted.
    pub kept: &'k (dyn Fn(Location) -> bool + Sync),
    /// Whether a rule matches a record.
    pub matched: &'k (dyn Fn(Location) -> bool + Sync),
    /// Whether [`Copies::rows`] is asked for.
    pub all_rows: bool,
}

impl std::fmt::Debug for Known<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Known").field("all_rows", &self.all_rows).finish_non_exhaustive()
    }
}

impl Copies {
    /// Sorts out the records of one identity, the one to keep first. `content`
    /// tells of each what its text hashes to.
    pub(super) fn add(
        &mut self,
        group: &[Fingerprint],
        content: impl Fn(&Fingerprint) -> u64,
        known: Known<'_>,
    ) {
        let mut originals: Vec<(&Fingerprint, u32)> = Vec::new();
        let mut by_content = BTreeMap::<u64, usize>::new();
        for one in group {
            let index = *by_content.entry(content(one)).or_insert(originals.len());
            let Some(original) = originals.get_mut(index) else {
                originals.push((one, 1));
                continue;
            };
            original.1 += 1;
            self.copy(one, known);
        }
        for (one, count) in originals.iter().filter(|(_, count)| *count > 1) {
            if (known.kept)(one.location) {
                self.delivered.push((one.location, *count));
            }
            if known.all_rows {
                self.rows.delivered.push((one.location, *count));
            }
        }
        if originals.len() > 1 {
            self.conflicts.push(originals.iter().map(|(one, _)| one.location).collect());
        }
    }

    fn copy(&mut self, one: &Fingerprint, known: Known<'_>) {
        *self.per_object.entry(one.location.object).or_default() += 1;
        *self.callers.entry(one.caller).or_default() += 1;
        if (known.matched)(one.location) {
            self.dropped_matches.push(one.location);
        }
        if known.all_rows {
            self.rows.dropped.push(one.location);
        }
        if (known.kept)(one.location) {
            self.dropped.push(one.location);
        } else {
            self.counted_only += 1;
        }
    }

    /// Both together.
    pub(super) fn with(mut self, other: Self) -> Self {
        self.dropped.extend(other.dropped);
        self.dropped_matches.extend(other.dropped_matches);
        self.delivered.extend(other.delivered);
        for (object, count) in other.per_object {
            *self.per_object.entry(object).or_default() += count;
        }
        self.counted_only += other.counted_only;
        for (caller, count) in other.callers {
            *self.callers.entry(caller).or_default() += count;
        }
        self.conflicts.extend(other.conflicts);
        self.rows.dropped.extend(other.rows.dropped);
        self.rows.delivered.extend(other.rows.delivered);
        self
    }

    fn in_order(mut self) -> Self {
        self.dropped.sort_unstable();
        self.dropped_matches.sort_unstable();
        self.delivered.sort_unstable();
        self.conflicts.sort_unstable();
        self.rows.dropped.sort_unstable();
        self.rows.delivered.sort_unstable();
        self
    }
}

/// Records whose copies have other bytes: they may still say the same in another
/// spelling, and have to be looked at again.
#[derive(Debug, Default)]
pub struct Unsettled {
    /// Those of one identity side by side.
    pub(super) prints: Vec<Fingerprint>,
    /// What became of all others.
    pub(super) copies: Copies,
}

impl Unsettled {
    /// Where they lie. Sorted.
    pub fn locations(&self) -> Vec<Location> {
        let mut locations: Vec<Location> = self.prints.iter().map(|one| one.location).collect();
        locations.sort_unstable();
        locations
    }

    /// Sorts them out. `canonical` holds their content hashes, sorted by location,
    /// with the spelling taken out.
    pub fn settle(self, canonical: &[(Location, u64)], known: Known<'_>) -> Copies {
        let Self { prints, mut copies } = self;
        let content = |one: &Fingerprint| {
            let found = canonical.binary_search_by_key(&one.location, |(location, _)| *location);
            found.map_or(one.content, |index| canonical[index].1)
        };
        for group in prints.chunk_by(|a, b| a.identity == b.identity) {
            copies.add(group, content, known);
        }
        copies.in_order()
    }
}
