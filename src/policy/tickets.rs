//! Files of change tickets that a policy names.
//!
//! Owns: which file serves which modes, and of which time it is complete. Opens no
//! file: what its rows say is `normalise::ticket`'s.

use std::collections::BTreeSet;

use serde::Deserialize;
use toml::Spanned;

use crate::catalogue::{Catalogue, CatalogueFault};
use crate::model::id::ModeName;
use crate::model::time::{Day, UtcTime};

use super::file::{Check, Text};

/// A file of change tickets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TicketSource {
    /// Its path as the policy spells it, relative to the policy's folder.
    pub file: String,
    /// Its line in the policy file, counted from 1.
    pub line: usize,
    /// The modes that its tickets open.
    pub modes: BTreeSet<ModeName>,
    /// The time of which it holds every ticket, half-open.
    pub complete: Option<(UtcTime, UtcTime)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawTickets {
    file: Text,
    modes: Spanned<Vec<Text>>,
    complete_from: Option<Text>,
    complete_to: Option<Text>,
}

/// Checks all of them.
pub(super) fn read(
    check: &Check<'_>,
    raw: &[RawTickets],
    catalogue: &Catalogue,
) -> Result<Vec<TicketSource>, CatalogueFault> {
    let mut sources: Vec<TicketSource> = Vec::new();
    for one in raw {
        let source = read_one(check, one, catalogue)?;
        if sources.iter().any(|other| other.file == source.file) {
            let message = format!("`{}` stands twice in this file: name all modes in one entry", source.file);
            return Err(check.fault(&one.file, message));
        }
        sources.push(source);
    }
    Ok(sources)
}

fn read_one(
    check: &Check<'_>,
    raw: &RawTickets,
    catalogue: &Catalogue,
) -> Result<TicketSource, CatalogueFault> {
    let file = raw.file.get_ref().trim();
    if file.is_empty() {
        return Err(check.fault(&raw.file, "a file of tickets has a name".to_owned()));
    }
    let own = |name: &str| {
        let mode = check.mode(name)?;
        let by_rfc = |known: &&crate::catalogue::Mode| known.name == mode && !known.change_types.is_empty();
        match catalogue.modes().iter().find(by_rfc) {
            Some(_) => Err(format!("mode `{name}` is opened by RFCs; tickets serve modes of your own")),
            None => Ok(mode),
        }
    };
    let modes: BTreeSet<ModeName> = check.each(raw.modes.get_ref(), own)?;
    if modes.is_empty() {
        return Err(check.fault(&raw.modes, "it serves no mode: name one in `modes`".to_owned()));
    }
    let line = check.fault(&raw.file, String::new()).line.unwrap_or(1);
    Ok(TicketSource { file: file.to_owned(), line, modes, complete: complete(check, raw)? })
}

/// The time of which it is complete; a date as its end includes that day.
fn complete(check: &Check<'_>, raw: &RawTickets) -> Result<Option<(UtcTime, UtcTime)>, CatalogueFault> {
    let (from, to) = match (&raw.complete_from, &raw.complete_to) {
        (None, None) => return Ok(None),
        (Some(from), Some(to)) => (from, to),
        (Some(one), None) | (None, Some(one)) => {
            let message = "`complete_from` and `complete_to` belong together".to_owned();
            return Err(check.fault(one, message));
        }
    };
    let (begins, end) = (check.one(from, time)?, check.one(to, time)?);
    let ends = Day::parse(to.get_ref()).map_or(end, |day| day.next().start());
    if begins >= ends {
        return Err(check.fault(to, "`complete_to` must be after `complete_from`".to_owned()));
    }
    Ok(Some((begins, ends)))
}

fn time(text: &str) -> Result<UtcTime, String> {
    UtcTime::parse(text)
        .ok_or_else(|| format!("`{text}` is no time; write 2026-01-31 or 2026-01-31T12:00:00Z"))
}
