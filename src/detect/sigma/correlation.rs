//! Sigma correlations: what hits of base rules come to, by group and time.
//!
//! Owns: counting in a sliding window. Each hit is looked at once a
//! correlation; hits without a time, or without a value to group by, take part in
//! none: what two records do not tell is nothing that they share.
//!
//! ```text
//!  hits of the base rules, one group, oldest first
//!  ──x────x──x─────────────x───▶   window (t - timespan, t] ends at each
//!         └─ holds ─┘              windows that overlap are one result
//! ```

use std::collections::BTreeMap;
use std::sync::Arc;

use rsigma_parser::ast::ConditionOperator;

use crate::model::hit::{Compound, Hit};

/// What a correlation counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counts {
    /// Hits.
    Events,
    /// Different values of its field.
    Values,
    /// Rules of which there is a hit.
    Rules,
    /// Its rules in their order: all of them.
    Order,
}

/// A correlation, its base rules known.
#[derive(Clone, Debug)]
pub(super) struct Correlation {
    /// What it counts.
    pub(super) counts: Counts,
    /// What the number has to be: all of these.
    pub(super) wanted: Vec<(ConditionOperator, u64)>,
    /// Width of the window, in microseconds.
    pub(super) timespan_us: i64,
    /// Names of what it groups by.
    pub(super) group_by: Vec<String>,
    /// Its base rules in their order.
    pub(super) bases: Vec<Base>,
}

/// A base rule of a correlation.
#[derive(Clone, Debug)]
pub(super) struct Base {
    /// Place of the rule in the run's list of rules.
    pub(super) rule: u32,
    /// For each name to group by, the place of its value among the hit's keys.
    pub(super) group: Vec<usize>,
    /// The place of the value to count.
    pub(super) value: Option<usize>,
}

/// One hit of a base rule.
struct Part {
    time_us: i64,
    hit: usize,
    stage: usize,
    value: Option<Arc<str>>,
}

type Group = Vec<Arc<str>>;

impl Correlation {
    /// What the hits come to; `rule` is the correlation's own place, `of_rule`
    /// the places of the hits of each rule.
    pub(super) fn compounds(
        &self,
        rule: u32,
        hits: &[Hit],
        of_rule: &BTreeMap<u32, Vec<usize>>,
    ) -> Vec<Compound> {
        let mut groups: BTreeMap<Group, Vec<Part>> = BTreeMap::new();
        for (stage, base) in self.bases.iter().enumerate() {
            for place in of_rule.get(&base.rule).into_iter().flatten().copied() {
                let Some(hit) = hits.get(place) else { continue };
                let Some(time) = hit.time else { continue };
                let key = |at: &usize| hit.keys.get(*at).cloned().flatten();
                let Some(group) = base.group.iter().map(key).collect::<Option<Group>>() else { continue };
                let value = base.value.as_ref().and_then(key);
                groups.entry(group).or_default().push(Part {
                    time_us: time.micros(),
                    hit: place,
                    stage,
                    value,
                });
            }
        }
        let mut compounds = Vec::new();
        for (group, mut parts) in groups {
            parts.sort_by_key(|part| (part.time_us, part.hit));
            let common = self.common(&group);
            for (from, to) in joined(self.windows(&parts)) {
                let mut members: Vec<usize> =
                    parts.iter().take(to + 1).skip(from).map(|part| part.hit).collect();
                members.dedup();
                compounds.push(Compound { rule, common: common.clone(), hits: members });
            }
        }
        compounds
    }

    /// First and last place of each window that fulfils the condition.
    fn windows(&self, parts: &[Part]) -> Vec<(usize, usize)> {
        if self.counts == Counts::Order {
            return self.ordered(parts);
        }
        let mut found = Vec::new();
        let mut tally: BTreeMap<(usize, Option<&str>), u64> = BTreeMap::new();
        let mut from = 0;
        for (to, part) in parts.iter().enumerate() {
            *tally.entry(self.counted(part)).or_default() += 1;
            while let Some(old) = parts.get(from).filter(|old| part.time_us - old.time_us >= self.timespan_us)
            {
                let key = self.counted(old);
                if let Some(left) = tally.get_mut(&key) {
                    *left -= 1;
                    if *left == 0 {
                        tally.remove(&key);
                    }
                }
                from += 1;
            }
            let number = match self.counts {
                Counts::Events => (to + 1 - from) as u64,
                Counts::Values => (tally.len() - usize::from(tally.contains_key(&(0, None)))) as u64,
                Counts::Rules | Counts::Order => tally.len() as u64,
            };
            if self.wanted.iter().all(|(operator, bound)| holds(*operator, number, *bound)) {
                found.push((from, to));
            }
        }
        found
    }

    /// What makes a hit count apart from others.
    fn counted<'p>(&self, part: &'p Part) -> (usize, Option<&'p str>) {
        match self.counts {
            Counts::Events => (0, None),
            Counts::Values => (0, part.value.as_deref()),
            Counts::Rules | Counts::Order => (part.stage, None),
        }
    }

    /// Windows that hold all rules in their order: for each stage the latest
    /// place at which a run through the stages up to it began.
    fn ordered(&self, parts: &[Part]) -> Vec<(usize, usize)> {
        let mut began: Vec<Option<usize>> = vec![None; self.bases.len()];
        let mut found = Vec::new();
        for (to, part) in parts.iter().enumerate() {
            let start = match part.stage {
                0 => Some(to),
                later => began.get(later - 1).copied().flatten(),
            };
            if let (Some(start), Some(place)) = (start, began.get_mut(part.stage)) {
                *place = (*place).max(Some(start));
            }
            let Some(from) = start.filter(|_| part.stage + 1 == self.bases.len()) else { continue };
            if part.time_us - parts[from].time_us < self.timespan_us {
                found.push((from, to));
            }
        }
        found
    }

    fn common(&self, group: &Group) -> String {
        let named = self.group_by.iter().zip(group);
        let shown: Vec<String> = named.map(|(name, value)| format!("{name} {value}")).collect();
        shown.join(", ")
    }
}

fn holds(operator: ConditionOperator, number: u64, bound: u64) -> bool {
    match operator {
        ConditionOperator::Lt => number < bound,
        ConditionOperator::Lte => number <= bound,
        ConditionOperator::Gt => number > bound,
        ConditionOperator::Gte => number >= bound,
        ConditionOperator::Eq => number == bound,
        ConditionOperator::Neq => number != bound,
    }
}

/// Windows that overlap made one.
fn joined(windows: Vec<(usize, usize)>) -> Vec<(usize, usize)> {
    let mut all: Vec<(usize, usize)> = Vec::new();
    for (from, to) in windows {
        match all.last_mut() {
            Some(last) if from <= last.1 => {
                last.0 = last.0.min(from);
                last.1 = last.1.max(to);
            }
            _ => all.push((from, to)),
        }
    }
    all
}
