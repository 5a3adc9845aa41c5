//! Rows of one thread: written, sorted when there are many, and put on disk.
//!
//! Owns: how a record becomes a row, and sorted runs of bounded size. A run on
//! disk is a stretch of one unnamed temporary file.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use crate::decode::Record;
use crate::decode::head::{Field, Head};
use crate::lake::record::rest;
use crate::lake::row::{self, Facts, IDENTITY_WORDS, LONGS, Row, Texts, WORDS, Word};
use crate::lake::words::{Caller, Known, Words, identity_texts};
use crate::model::destructive::Category;
use crate::model::event::{Event, strip_api_date};
use crate::model::evidence::{Evidence, ObjectPath};
use crate::model::id::AccountId;
use crate::model::time::UtcTime;
use crate::normalise::cloudtrail::{SIGN_IN, answers_failure, event};
use crate::normalise::secrets::redact;
use crate::timeline::RunKey;

/// Rows of one thread, and what they share.
#[derive(Debug)]
pub struct Shard {
    number: u32,
    known: Known,
    rows: Vec<u8>,
    /// Of each row its time and where it begins.
    order: Vec<(u64, usize)>,
    inline: Vec<u8>,
    file: Option<File>,
    /// Where sorted runs begin and end in the file.
    runs: Vec<(u64, u64)>,
}

/// What is known of a record beside its text.
#[derive(Clone, Copy, Debug)]
pub struct Around<'a> {
    /// The number of its object.
    pub ticket: u32,
    /// The account that its envelope or the key of its object names.
    pub account: Option<&'a AccountId>,
    /// What its call destroys, if it does.
    pub category: Option<Category>,
}

/// What became of a shard.
#[derive(Debug)]
pub(super) struct Finished {
    pub(super) words: Words,
    /// The rows that are still in memory, sorted.
    pub(super) held: Vec<u8>,
    pub(super) file: Option<File>,
    pub(super) runs: Vec<(u64, u64)>,
}

/// The texts of one shard, while others are still written.
struct Own<'a> {
    words: &'a Words,
    paths: &'a [ObjectPath],
}

impl Texts for Own<'_> {
    fn word(&self, _: u32, number: u32) -> &str {
        self.words.text(number)
    }

    fn path(&self, ticket: u32) -> &ObjectPath {
        &self.paths[ticket as usize]
    }
}

impl Shard {
    pub(super) fn new(number: u32, key: RunKey, words_max: usize) -> Self {
        Self {
            number,
            known: Known::new(key, words_max),
            rows: Vec::new(),
            order: Vec::new(),
            inline: Vec::new(),
            file: None,
            runs: Vec::new(),
        }
    }

    /// Its number: its rows carry it.
    pub(super) fn number(&self) -> u32 {
        self.number
    }

    /// Lets go of the rows in memory.
    pub(super) fn forget(&mut self) {
        self.rows.clear();
        self.order.clear();
    }

    /// Bytes of rows in memory.
    pub(super) fn held(&self) -> usize {
        self.rows.len()
    }

    /// Writes the row of a record. Gives the fields whose value has another type
    /// than the format says, beyond those that the head names.
    pub fn add(&mut self, record: &Record<'_>, around: Around<'_>) -> Vec<&'static str> {
        if self.add_quickly(record, around).is_some() {
            return Vec::new();
        }
        let nowhere =
            Evidence { object: ObjectPath::new(""), record: record.place.ordinal, start: 0, end: 0 };
        let mut read = event(record.text, around.account, nowhere);
        read.event.category = around.category;
        self.add_event(&read.event, around.ticket);
        let known: Vec<&str> = record.head.wrong_types().collect();
        read.wrong_types.retain(|field| !known.contains(field));
        read.wrong_types
    }

    /// Writes the row of a record in which nothing is odd; `None` if something is.
    fn add_quickly(&mut self, record: &Record<'_>, around: Around<'_>) -> Option<()> {
        let head = &record.head;
        // What an answer says of failure is asked of it in one place.
        let (source, name) = (head.event_source.as_str()?, head.event_name.as_str()?);
        if SIGN_IN.contains(&source) || head.response.is_some_and(|answer| answers_failure(name, answer)) {
            return None;
        }
        let rest = rest(head)?;
        let caller = match head.user_identity {
            Some(raw) => self.known.caller(raw)?,
            None => self.known.caller("null")?,
        };
        let recipient = plain(&head.recipient_account_id)?;
        let account = match (recipient, around.account) {
            ("", Some(account)) => account.as_str(),
            ("", None) => "",
            (recipient, _) => recipient,
        };
        let texts = first_words(head, account, rest.event_type)?;
        let (message, agent) = (borrowed(&head.error_message)?, borrowed(&head.user_agent)?);
        let time = UtcTime::parse(plain(&head.event_time)?);
        let ip = plain(&head.source_ip)?;
        let cleaned =
            [Some(rest.resources), head.request, head.response, Some(rest.additional)].map(redacted);
        let longs: [&str; LONGS] = [
            plain(&head.event_id)?,
            rest.request_id,
            rest.shared_id,
            &cleaned[0],
            &cleaned[1],
            &cleaned[2],
            &cleaned[3],
        ];
        let facts = Facts {
            time,
            created: caller.created,
            read_only: rest.read_only,
            mfa: caller.mfa,
            issued: caller.issued,
            failed: false,
            ticket: around.ticket,
            record: u32::try_from(record.place.ordinal).ok()?,
            shard: self.number,
        };
        let harm = around.category.map_or("", Category::as_str);
        self.inline.clear();
        let mut slots = [0; WORDS];
        let mut weight = caller.weight + longs.iter().map(|text| text.len()).sum::<usize>();
        for (place, text) in texts.into_iter().enumerate() {
            slots[place] = self.known.slot(place, text, &mut self.inline);
            weight += text.len();
        }
        let (slot, length) = self.known.clean_slot(Word::ErrorMessage as usize, message, &mut self.inline);
        slots[Word::ErrorMessage as usize] = slot;
        weight += length + ip.len();
        slots[Word::Address as usize] = self.known.slot(Word::Address as usize, ip, &mut self.inline);
        let (slot, length) = self.known.clean_slot(Word::Agent as usize, agent, &mut self.inline);
        slots[Word::Agent as usize] = slot;
        weight += length;
        for (which, text) in
            [(Word::VpcEndpoint, rest.vpc_endpoint), (Word::Recipient, recipient), (Word::Harm, harm)]
        {
            slots[which as usize] = self.known.slot(which as usize, text, &mut self.inline);
            weight += text.len();
        }
        slots[IDENTITY_WORDS..].copy_from_slice(&caller.slots);
        if account.is_empty() {
            weight += self.own_account(&caller, &mut slots);
        }
        self.push(&facts, &slots, &longs, weight);
        Some(())
    }

    /// Takes the caller's own account for that of the event.
    fn own_account(&self, caller: &Caller, slots: &mut [u32; WORDS]) -> usize {
        let own = caller.slots[Word::IdentityAccount as usize - IDENTITY_WORDS];
        slots[Word::Account as usize] = own;
        self.known.words.text(own).len()
    }

    /// Writes the row of an event.
    pub(super) fn add_event(&mut self, event: &Event, ticket: u32) {
        fn of(text: &Option<std::sync::Arc<str>>) -> &str {
            text.as_deref().unwrap_or_default()
        }
        let words = [
            event.account_id.as_ref().map_or("", |account| account.as_str()),
            event.region.as_ref().map_or("", |region| region.as_str()),
            &*event.event_source,
            &*event.event_name,
            &*event.event_name_raw,
            of(&event.event_version),
            of(&event.event_type),
            of(&event.event_category),
            of(&event.error_code),
            of(&event.error_message),
            of(&event.source_ip),
            of(&event.user_agent),
            of(&event.vpc_endpoint_id),
            event.recipient_account_id.as_ref().map_or("", |account| account.as_str()),
            event.category.map_or("", Category::as_str),
        ];
        let texts = words.into_iter().chain(identity_texts(&event.principal));
        let longs = [
            event.event_id.as_ref().map_or("", |id| id.as_str()),
            of(&event.request_id),
            of(&event.shared_event_id),
            of(&event.resources),
            of(&event.request_parameters),
            of(&event.response_elements),
            of(&event.additional_event_data),
        ];
        self.inline.clear();
        let mut slots = [0; WORDS];
        let mut weight = longs.iter().map(|text| text.len()).sum::<usize>();
        for (place, text) in texts.enumerate() {
            slots[place] = self.known.slot(place, text, &mut self.inline);
            weight += text.len();
        }
        let facts = Facts {
            time: event.time,
            created: event.principal.session_created_at,
            read_only: event.read_only,
            mfa: event.principal.mfa,
            issued: event.principal.issuer.is_some(),
            failed: event.answered_failure,
            ticket,
            record: u32::try_from(event.evidence.record).unwrap_or(u32::MAX),
            shard: self.number,
        };
        self.push(&facts, &slots, &longs, weight);
    }

    fn push(&mut self, facts: &Facts, slots: &[u32; WORDS], longs: &[&str; LONGS], weight: usize) {
        let at = self.rows.len();
        row::write(&mut self.rows, facts, (slots, &self.inline), longs, weight);
        self.order.push((Row(&self.rows[at..]).time_key(), at));
    }

    /// Sorts the rows in memory.
    fn sort(&mut self, paths: &[ObjectPath]) {
        let (rows, texts) = (&self.rows, Own { words: &self.known.words, paths });
        self.order.sort_unstable_by(|(time, at), (other_time, other)| {
            time.cmp(other_time).then_with(|| Row(&rows[*at..]).compare(Row(&rows[*other..]), &texts))
        });
    }

    /// Hands on the rows in memory, sorted, and forgets them.
    fn drain(&mut self, mut take: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<u64> {
        let mut written = 0;
        for (_, at) in &self.order {
            let length = Row::length_at(&self.rows[*at..]).unwrap_or_default();
            take(&self.rows[*at..at + length])?;
            written += length as u64;
        }
        self.order.clear();
        self.rows.clear();
        Ok(written)
    }

    /// Puts the rows in memory on disk, as a sorted run.
    pub(super) fn spill(&mut self, paths: &[ObjectPath], folder: Option<&Path>) -> io::Result<()> {
        self.sort(paths);
        let file = match self.file.take() {
            Some(file) => file,
            None => temporary(folder)?,
        };
        let mut out = BufWriter::with_capacity(1 << 20, file);
        let length = self.drain(|row| out.write_all(row))?;
        let start = self.runs.last().map_or(0, |(_, end)| *end);
        self.runs.push((start, start + length));
        self.file = Some(out.into_inner().map_err(io::IntoInnerError::into_error)?);
        Ok(())
    }

    /// No more rows follow.
    pub(super) fn finish(mut self, paths: &[ObjectPath]) -> io::Result<Finished> {
        self.sort(paths);
        let mut held = Vec::with_capacity(self.rows.len());
        self.drain(|row| {
            held.extend_from_slice(row);
            Ok(())
        })?;
        Ok(Finished { words: self.known.words, held, file: self.file, runs: self.runs })
    }
}

/// An unnamed file that is gone when the run ends, however it ends.
pub(super) fn temporary(folder: Option<&Path>) -> io::Result<File> {
    match folder {
        Some(folder) => tempfile::tempfile_in(folder),
        None => tempfile::tempfile(),
    }
}

/// The words of a record up to its error code, in the order of [`Word`].
fn first_words<'h>(head: &'h Head<'_>, account: &'h str, event_type: &'h str) -> Option<[&'h str; 9]> {
    let raw_name = plain(&head.event_name)?;
    Some([
        account,
        plain(&head.region)?,
        plain(&head.event_source)?,
        strip_api_date(raw_name),
        raw_name,
        plain(&head.event_version)?,
        event_type,
        plain(&head.event_category)?,
        plain(&head.error_code)?,
    ])
}

/// The text of a field; `None` if it holds something else.
fn plain<'h>(field: &'h Field<'_>) -> Option<&'h str> {
    match field {
        Field::Absent => Some(""),
        Field::Text(text) => Some(text),
        Field::WrongType => None,
    }
}

/// The text of a field that holds no escape; `None` if it does.
fn borrowed<'h>(field: &'h Field<'_>) -> Option<&'h str> {
    match field {
        Field::Text(Cow::Owned(_)) => None,
        other => plain(other),
    }
}

/// JSON of a member, secrets replaced; empty if there is none.
fn redacted(raw: Option<&str>) -> Cow<'_, str> {
    raw.filter(|raw| !raw.is_empty() && *raw != "null").map_or(Cow::Borrowed(""), redact)
}
