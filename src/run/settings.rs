//! The options of a run that bear on what its report says, for its appendix.
//!
//! Owns: which options those are, and their words. Names no folder, file or
//! number of threads: equal evidence and options give equal reports, wherever
//! they lie.

use std::fmt::Display;

use crate::model::count::counted;

use super::{BaselineFrom, EventsTable, Options};

/// Each option that was given, as on the command line.
pub(super) fn of(options: &Options) -> Vec<String> {
    let mut given = Vec::new();
    let mut add = |option: &str, value: Option<String>| {
        given.extend(value.map(|value| format!("{option} {value}")));
    };
    add("--from", options.times.0.map(text));
    add("--to", options.times.1.map(text));
    add("--account", listed(&options.accounts));
    add("--region", listed(&options.regions));
    add("--object-date-from", options.object_days.0.map(text));
    add("--object-date-to", options.object_days.1.map(text));
    for (from, to) in &options.rfc_complete {
        add("--rfc-complete", Some(format!("{from}..{to}")));
    }
    add("--as-of", options.as_of.map(text));
    add(
        "--baseline",
        options.baseline.as_ref().map(|baseline| match baseline {
            BaselineFrom::Times(from, to) => format!("{from}..{to}"),
            BaselineFrom::Report(_) => "of an older report".to_owned(),
        }),
    );
    add("--since", options.since.as_ref().map(|_| "a report of the last audit".to_owned()));
    add(
        "--events",
        match options.events {
            EventsTable::No => None,
            EventsTable::Kept => Some("kept".to_owned()),
            EventsTable::All => Some("all".to_owned()),
        },
    );
    let file = |path: &Option<_>| path.as_ref().map(|_: &std::path::PathBuf| "a file".to_owned());
    add("--policy", file(&options.policy));
    add("--modes", file(&options.modes));
    add("--expect-accounts", file(&options.expect_accounts));
    add("--rules", number(options.rules.len(), "folder"));
    add("--sigma", number(options.sigma.len(), "folder"));
    add("--public-keys", number(options.public_keys.len(), "file"));
    add("--geoip", number(options.geoip.len(), "database"));
    given
}

/// Which rules and which catalogue a run knew, in words.
pub(super) fn rules(options: &Options, version: &str) -> String {
    let added = [
        number(options.rules.len(), "folder").map(|what| format!("{what} of --rules")),
        number(options.sigma.len(), "folder").map(|what| format!("{what} of --sigma")),
        options.modes.as_ref().map(|_| "the file of --modes".to_owned()),
        options.policy.as_ref().map(|_| "the policy".to_owned()),
    ];
    let added: Vec<String> = added.into_iter().flatten().collect();
    let own = format!("those built into devtrail {version}");
    if added.is_empty() { own } else { format!("{own}, and {}", added.join(", ")) }
}

fn text(value: impl Display) -> String {
    value.to_string()
}

fn listed<T: Display>(all: impl IntoIterator<Item = T>) -> Option<String> {
    let all: Vec<String> = all.into_iter().map(text).collect();
    (!all.is_empty()).then(|| all.join(", "))
}

fn number(count: usize, noun: &str) -> Option<String> {
    (count > 0).then(|| counted(count as u64, noun))
}
