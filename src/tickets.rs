//! Files of change tickets that a policy names, read as evidence.
//!
//! Owns: where they lie, their rows of `evidence` and their problems, and how they
//! join what the dump gave. What a row means is `normalise::ticket`'s. A file that
//! is none of tickets ends the run before the dump is read.

use std::path::{Path, PathBuf};

use crate::correlate::Sources;
use crate::error::Error;
use crate::evidence::discover::Found;
use crate::evidence::read::{Buffer, Container, Content, Hashes, read as open};
use crate::model::coverage::Counts;
use crate::model::evidence::ObjectPath;
use crate::model::object::{Object, ObjectStatus};
use crate::model::problem::{Problem, ProblemKind};
use crate::model::ticket::TicketCover;
use crate::normalise::ticket::{self, Tickets};
use crate::policy::{Policy, TicketSource};
use crate::tally::ProblemList;

/// The word of the `format` column.
pub const FORMAT: &str = "change_tickets";

/// One file of tickets.
#[derive(Clone, Debug)]
pub struct TicketFile {
    object: Object,
    tickets: Tickets,
    cover: TicketCover,
}

/// Reads every file that a policy names. One that also lies in the dump is taken out
/// of what was found there, and keeps its path in it.
///
/// # Errors
/// A file that cannot be read, or is none of tickets.
pub fn read(
    (policy, policy_file): (&Policy, Option<&Path>),
    mut found: Vec<Found>,
) -> Result<(Vec<Found>, Vec<TicketFile>), Error> {
    let folder = policy_file.and_then(Path::parent).map(Path::to_owned).unwrap_or_default();
    let mut files = Vec::new();
    for source in policy.tickets() {
        let location = folder.join(&source.file);
        let unreadable = |why: String| Error::TicketsUnreadable { path: location.clone(), why };
        let real = location.canonicalize().map_err(|error| unreadable(error.to_string()))?;
        let mut buffer = Buffer::default();
        let content = open(&real, Hashes::Both, &mut buffer);
        if let Some(why) = obstacle(&content) {
            return Err(unreadable(why));
        }
        let object = row(source, &content, &real, &mut found);
        let tickets = ticket::read(buffer.content(), &object.path, &source.modes).map_err(|fault| {
            Error::TicketsInvalid { path: location.clone(), line: fault.line, message: fault.message }
        })?;
        files.push(joined(source, object, tickets));
    }
    Ok((found, files))
}

/// Why the content is not that of a file of tickets.
fn obstacle(content: &Content) -> Option<String> {
    if let Some(fault) = content.faults.first() {
        return Some(fault.detail.clone());
    }
    match content.container {
        Container::Plain | Container::Gzip | Container::Packed(_) => None,
        Container::Archive(_) => Some("it is an archive; give the file inside it".to_owned()),
        Container::NotOpened(packing) => Some(format!("it is packed with {packing}, which is not read")),
    }
}

/// The row of the file, before its tickets are known.
fn row(source: &TicketSource, content: &Content, real: &PathBuf, found: &mut Vec<Found>) -> Object {
    let place = found.iter().position(|one| one.location() == *real && one.obstacle.is_none());
    let inside = place.map(|place| found.remove(place));
    let path = inside.as_ref().map_or_else(|| beside(source, found), |one| one.path.clone());
    Object {
        sha256: content.sha256,
        inflated_sha256: content.inflated_sha256,
        bytes: content.bytes,
        inflated_bytes: content.inflated_bytes,
        format: FORMAT.into(),
        beside_dump: inside.is_none(),
        ..Object::blank(&path)
    }
}

/// A path that no object of the dump has.
fn beside(source: &TicketSource, found: &[Found]) -> ObjectPath {
    let mut path = format!("policy:{}", source.file);
    while found.iter().any(|one| one.path.as_str() == path) {
        path.insert_str(0, "policy:");
    }
    ObjectPath::new(path)
}

fn joined(source: &TicketSource, object: Object, tickets: Tickets) -> TicketFile {
    let (kept, rejected) = (tickets.records.len() as u64, tickets.rejected.len() as u64);
    let cover = TicketCover {
        file: object.path.clone(),
        modes: source.modes.clone(),
        complete: source.complete,
        unread: tickets.rejected.iter().map(|row| row.accounts.clone()).collect(),
    };
    let status = match (kept, rejected) {
        (0, 0) => ObjectStatus::Empty,
        (_, 0) => ObjectStatus::Read,
        (0, _) => ObjectStatus::Unreadable,
        _ => ObjectStatus::Partial,
    };
    let modes: Vec<&str> = source.modes.iter().map(|mode| mode.as_str()).collect();
    let note =
        format!("change tickets for {}, named in line {} of the policy", modes.join(", "), source.line);
    TicketFile { object: Object { records: kept, rejected, status, note, ..object }, tickets, cover }
}

/// Adds the tickets to what the dump gave. Every row is counted.
pub fn add(files: Vec<TicketFile>, sources: &mut Sources) {
    for file in files {
        let TicketFile { object, tickets, cover } = file;
        let counts: &mut Counts = &mut sources.scope.counts;
        counts.seen += object.records + object.rejected;
        counts.kept += object.records;
        counts.rejected += object.rejected;
        sources.scope.objects += 1;
        sources.scope.bytes += object.bytes;
        sources.scope.inflated_bytes += object.inflated_bytes;
        let mut problems = ProblemList::default();
        for row in tickets.rejected {
            let at = (row.record, row.byte);
            problems.add(Problem::of_record(&object.path, ProblemKind::RejectedRecord, at, row.detail));
        }
        sources.problems.extend(problems.finish());
        sources.rfc_records.extend(tickets.records);
        sources.ticket_covers.push(cover);
        sources.objects.push(object);
    }
    sources.objects.sort_by(|a, b| a.path.cmp(&b.path));
    sources.problems.sort();
}
