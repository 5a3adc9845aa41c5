//! One row of the table of all events as bytes: how it is written, compared and
//! read.
//!
//! Owns: the layout of a row while it waits for its place. Knows no file, and of
//! the table only which cell a text is.
//!
//! ```text
//!  fixed part                                             tail
//!  length, time, session time, object, record, weight,    long texts, one after the
//!  bits, shard | a slot for each word | lengths of texts   other; then words in full
//! ```
//!
//! A word is a short text that many rows share: its slot is its number with the
//! thread that wrote the row. A word that is not numbered stands in the tail.

use std::cmp::Ordering;
use std::sync::Arc;

use crate::model::destructive::Category;
use crate::model::event::Event;
use crate::model::evidence::{Evidence, ObjectPath};
use crate::model::id::{AccessKeyId, AccountId, Arn, EventId, Region};
use crate::model::principal::{Principal, SessionIssuer};
use crate::model::source_grade::SourceGrade;
use crate::model::time::UtcTime;

/// Which word of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub(super) enum Word {
    Account,
    Region,
    Source,
    Name,
    RawName,
    Version,
    Type,
    Category,
    ErrorCode,
    ErrorMessage,
    Address,
    Agent,
    VpcEndpoint,
    Recipient,
    Harm,
    IdentityType,
    PrincipalId,
    PrincipalArn,
    IdentityAccount,
    Key,
    IssuerArn,
    IssuerName,
    SessionName,
    SourceIdentity,
    InvokedBy,
    UserName,
}

/// Words of a row.
pub(super) const WORDS: usize = Word::UserName as usize + 1;
/// The first of those that a caller is known by: the rest are all of that kind.
pub(super) const IDENTITY_WORDS: usize = Word::IdentityType as usize;

/// Which long text of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub(super) enum Long {
    EventId,
    RequestId,
    SharedId,
    Resources,
    Request,
    Response,
    Additional,
}

/// Long texts of a row.
pub(super) const LONGS: usize = Long::Additional as usize + 1;

/// Set in the slot of a word that stands in the tail; the rest is its length.
pub(super) const INLINE: u32 = 1 << 31;

const LENGTH: usize = 0;
const TIME: usize = 4;
const CREATED: usize = 12;
const TICKET: usize = 20;
const RECORD: usize = 24;
const WEIGHT: usize = 28;
const BITS: usize = 32;
const SHARD: usize = 36;
const SLOTS: usize = 40;
const LENGTHS: usize = SLOTS + 4 * WORDS;
const TAIL: usize = LENGTHS + 4 * LONGS;

/// The place of a time in the order of rows; what has none comes last.
fn time_key(time: Option<UtcTime>) -> u64 {
    time.map_or(u64::MAX, |time| (time.micros() as u64) ^ (1 << 63))
}

/// What a row tells beside its texts.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Facts {
    pub(super) time: Option<UtcTime>,
    pub(super) created: Option<UtcTime>,
    pub(super) read_only: Option<bool>,
    pub(super) mfa: Option<bool>,
    /// Whether the record names who issued the session.
    pub(super) issued: bool,
    /// Whether its answer says that it failed.
    pub(super) failed: bool,
    /// The object, by the number that it was given when it was opened.
    pub(super) ticket: u32,
    pub(super) record: u32,
    pub(super) shard: u32,
}

fn flag_bits(flag: Option<bool>) -> u32 {
    flag.map_or(0, |truth| 2 | u32::from(truth))
}

fn bits_flag(bits: u32) -> Option<bool> {
    (bits & 2 != 0).then_some(bits & 1 != 0)
}

fn digit_bits(time: Option<UtcTime>) -> u32 {
    time.map_or(0, |time| 8 | u32::from(time.fraction_digits().min(7)))
}

/// Writes one row behind others.
pub(super) fn write(
    out: &mut Vec<u8>,
    facts: &Facts,
    (slots, inline): (&[u32; WORDS], &[u8]),
    longs: &[&str; LONGS],
    weight: usize,
) {
    let length = TAIL + inline.len() + longs.iter().map(|text| text.len()).sum::<usize>();
    let bits = flag_bits(facts.read_only)
        | flag_bits(facts.mfa) << 2
        | u32::from(facts.issued) << 4
        | digit_bits(facts.time) << 5
        | digit_bits(facts.created) << 9
        | u32::from(facts.failed) << 13;
    let mut fixed = [0u8; TAIL];
    let mut put = |at: usize, bytes: &[u8]| fixed[at..at + bytes.len()].copy_from_slice(bytes);
    put(LENGTH, &(length as u32).to_le_bytes());
    put(TIME, &time_key(facts.time).to_le_bytes());
    put(CREATED, &facts.created.map_or(0, UtcTime::micros).to_le_bytes());
    put(TICKET, &facts.ticket.to_le_bytes());
    put(RECORD, &facts.record.to_le_bytes());
    put(WEIGHT, &(weight.min(u32::MAX as usize) as u32).to_le_bytes());
    put(BITS, &bits.to_le_bytes());
    put(SHARD, &facts.shard.to_le_bytes());
    for (place, slot) in slots.iter().enumerate() {
        put(SLOTS + 4 * place, &slot.to_le_bytes());
    }
    for (place, text) in longs.iter().enumerate() {
        put(LENGTHS + 4 * place, &(text.len() as u32).to_le_bytes());
    }
    out.reserve(length);
    out.extend_from_slice(&fixed);
    for text in longs {
        out.extend_from_slice(text.as_bytes());
    }
    out.extend_from_slice(inline);
}

/// Texts that numbers stand for.
pub(super) trait Texts {
    /// The word of that number with that thread.
    fn word(&self, shard: u32, number: u32) -> &str;
    /// The path of the object with that ticket.
    fn path(&self, ticket: u32) -> &ObjectPath;
}

/// A row as it lies in memory.
#[derive(Clone, Copy)]
pub(super) struct Row<'a>(pub(super) &'a [u8]);

impl<'a> Row<'a> {
    /// Bytes of the row that begins here; `None` if even that is not there yet.
    pub(super) fn length_at(bytes: &[u8]) -> Option<usize> {
        let length: [u8; 4] = bytes.get(..4)?.try_into().ok()?;
        Some(u32::from_le_bytes(length) as usize)
    }

    fn number(self, at: usize) -> u32 {
        u32::from_le_bytes(self.0[at..at + 4].try_into().expect("four bytes"))
    }

    fn wide(self, at: usize) -> u64 {
        u64::from_le_bytes(self.0[at..at + 8].try_into().expect("eight bytes"))
    }

    pub(super) fn time_key(self) -> u64 {
        self.wide(TIME)
    }

    /// Microseconds since 1970.
    pub(super) fn micros(self) -> Option<i64> {
        let key = self.time_key();
        (key != u64::MAX).then_some((key ^ (1 << 63)) as i64)
    }

    fn time(self) -> Option<UtcTime> {
        Some(spelled(self.micros()?, self.number(BITS) >> 5 & 7))
    }

    /// Microseconds since 1970.
    pub(super) fn created_micros(self) -> Option<i64> {
        (self.number(BITS) >> 9 & 8 != 0).then(|| self.wide(CREATED) as i64)
    }

    fn created(self) -> Option<UtcTime> {
        Some(spelled(self.created_micros()?, self.number(BITS) >> 9 & 7))
    }

    pub(super) fn read_only(self) -> Option<bool> {
        bits_flag(self.number(BITS))
    }

    pub(super) fn mfa(self) -> Option<bool> {
        bits_flag(self.number(BITS) >> 2)
    }

    pub(super) fn ticket(self) -> u32 {
        self.number(TICKET)
    }

    pub(super) fn record(self) -> u32 {
        self.number(RECORD)
    }

    pub(super) fn shard(self) -> u32 {
        self.number(SHARD)
    }

    /// Bytes of all its texts, wherever they stand.
    pub(super) fn weight(self) -> usize {
        self.number(WEIGHT) as usize
    }

    pub(super) fn slots(self) -> impl Iterator<Item = u32> + use<'a> {
        self.0[SLOTS..LENGTHS].chunks_exact(4).map(|slot| u32::from_le_bytes(slot.try_into().expect("four")))
    }

    fn lengths(self) -> impl Iterator<Item = usize> + use<'a> {
        let lengths = self.0[LENGTHS..TAIL].chunks_exact(4);
        lengths.map(|length| u32::from_le_bytes(length.try_into().expect("four")) as usize)
    }

    /// Its long texts in their order; empty where there is none.
    pub(super) fn longs(self) -> impl Iterator<Item = &'a [u8]> {
        let mut at = TAIL;
        self.lengths().map(move |length| {
            let text = &self.0[at..at + length];
            at += length;
            text
        })
    }

    /// The first of its long texts.
    fn event_id(self) -> &'a [u8] {
        let length = self.lengths().next().unwrap_or_default();
        &self.0[TAIL..TAIL + length]
    }

    fn long(self, which: Long) -> &'a str {
        text(self.longs().nth(which as usize).unwrap_or_default())
    }

    /// What lies behind its long texts.
    pub(super) fn inline(self) -> &'a [u8] {
        let longs: usize = self.lengths().sum();
        &self.0[TAIL + longs..]
    }

    /// One of its words; empty if there is none.
    pub(super) fn word<'t: 'a>(self, which: Word, texts: &'t dyn Texts) -> &'a str {
        let place = which as usize;
        match self.number(SLOTS + 4 * place) {
            0 => "",
            slot if slot & INLINE != 0 => {
                let before: usize = self.slots().take(place).map(inline_length).sum();
                text(self.inline().get(before..before + inline_length(slot)).unwrap_or_default())
            }
            slot => texts.word(self.shard(), slot),
        }
    }

    /// The one order of events, as `gather::order` has it.
    ///
    /// Source: contract, section 2.
    pub(super) fn compare(self, other: Row<'_>, texts: &dyn Texts) -> Ordering {
        const ORDER: [Word; 4] = [Word::Account, Word::Region, Word::Source, Word::Name];
        let one_shard = self.shard() == other.shard();
        let word = |which: Word| {
            let at = SLOTS + 4 * which as usize;
            let slot = self.number(at);
            if one_shard && slot & INLINE == 0 && slot == other.number(at) {
                return Ordering::Equal;
            }
            self.word(which, texts).cmp(other.word(which, texts))
        };
        self.time_key()
            .cmp(&other.time_key())
            .then_with(|| ORDER.into_iter().map(word).find(|one| one.is_ne()).unwrap_or(Ordering::Equal))
            .then_with(|| self.event_id().cmp(other.event_id()))
            .then_with(|| texts.path(self.ticket()).cmp(texts.path(other.ticket())))
            .then_with(|| self.record().cmp(&other.record()))
    }

    /// The event of which this is the row, as far as the table and OCSF tell it.
    pub(super) fn event(self, texts: &dyn Texts, copies: u32) -> Event {
        let word = |which| self.word(which, texts);
        let maybe = |which| some(word(which));
        let long = |which| some(self.long(which));
        let issuer = SessionIssuer {
            name: maybe(Word::IssuerName),
            arn: maybe(Word::IssuerArn).map(Arn::new),
            ..SessionIssuer::default()
        };
        let principal = Principal {
            identity_type: maybe(Word::IdentityType),
            principal_id: maybe(Word::PrincipalId),
            arn: maybe(Word::PrincipalArn).map(Arn::new),
            account_id: maybe(Word::IdentityAccount).map(AccountId::new),
            access_key_id: maybe(Word::Key).map(AccessKeyId::new),
            user_name: maybe(Word::UserName),
            invoked_by: maybe(Word::InvokedBy),
            issuer: (self.number(BITS) >> 4 & 1 != 0).then_some(issuer),
            source_identity: maybe(Word::SourceIdentity),
            mfa: self.mfa(),
            session_created_at: self.created(),
            ..Principal::default()
        };
        Event {
            time: self.time(),
            event_id: long(Long::EventId).map(EventId::new),
            event_version: maybe(Word::Version),
            account_id: maybe(Word::Account).map(AccountId::new),
            region: maybe(Word::Region).map(Region::new),
            event_source: Arc::from(word(Word::Source)),
            event_name: Arc::from(word(Word::Name)),
            event_name_raw: Arc::from(word(Word::RawName)),
            event_type: maybe(Word::Type),
            event_category: maybe(Word::Category),
            read_only: self.read_only(),
            error_code: maybe(Word::ErrorCode),
            error_message: maybe(Word::ErrorMessage),
            source_ip: maybe(Word::Address),
            user_agent: maybe(Word::Agent),
            principal: principal.into(),
            request_id: long(Long::RequestId),
            shared_event_id: long(Long::SharedId),
            vpc_endpoint_id: maybe(Word::VpcEndpoint),
            recipient_account_id: maybe(Word::Recipient).map(AccountId::new),
            resources: long(Long::Resources),
            request_parameters: long(Long::Request),
            response_elements: long(Long::Response),
            additional_event_data: long(Long::Additional),
            service_event_details: None,
            answered_failure: self.number(BITS) >> 13 & 1 != 0,
            category: Category::ALL.into_iter().find(|one| one.as_str() == word(Word::Harm)),
            copies,
            source_grade: SourceGrade::Export,
            evidence: Evidence {
                object: texts.path(self.ticket()).clone(),
                record: u64::from(self.record()),
                start: 0,
                end: 0,
            },
        }
    }
}

/// Bytes in the tail that a slot stands for.
pub(super) fn inline_length(slot: u32) -> usize {
    if slot & INLINE == 0 { 0 } else { (slot & !INLINE) as usize }
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("what was text when the row was written")
}

fn some(text: &str) -> Option<Arc<str>> {
    (!text.is_empty()).then(|| Arc::from(text))
}

/// A time with as many digits as its source had.
fn spelled(micros: i64, digits: u32) -> UtcTime {
    UtcTime::from_micros(micros).with_fraction_digits(u8::try_from(digits).unwrap_or(6))
}
