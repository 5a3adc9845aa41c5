//! One record, opened only as far as a rule asks.
//!
//! Owns: the members of the record and the values parsed from them so far. A
//! value that cannot be read is remembered, so that no rule passes over it in
//! silence.

use std::cell::{Cell, OnceCell};

use serde_json::Value;

use crate::decode::head::Head;
use crate::decode::json::{Members, value};

/// The members that rules ask for most, which a head has found already.
const COLUMNS: [&str; 3] = ["userIdentity", "requestParameters", "responseElements"];

/// A value once it was asked for; `None` if it cannot be read.
type Parsed = OnceCell<Option<Value>>;

/// A record while rules look at it.
pub(super) struct View<'a> {
    text: &'a str,
    head: Option<&'a Head<'a>>,
    columns: [Parsed; COLUMNS.len()],
    whole: OnceCell<Value>,
    members: OnceCell<Option<Opened<'a>>>,
    unread: Cell<bool>,
}

struct Opened<'a> {
    members: Members<'a>,
    values: Vec<Parsed>,
}

impl<'a> View<'a> {
    /// Nothing is parsed yet.
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            head: None,
            columns: Default::default(),
            whole: OnceCell::new(),
            members: OnceCell::new(),
            unread: Cell::new(false),
        }
    }

    /// Of a record whose head was read.
    pub(super) fn with_head(text: &'a str, head: &'a Head<'a>) -> Self {
        Self { head: Some(head), ..Self::new(text) }
    }

    /// Whether a value was asked for that could not be read.
    pub(super) fn met_unreadable(&self) -> bool {
        self.unread.get()
    }

    /// The last member of that name, parsed.
    pub(super) fn member(&self, name: &str) -> Option<&Value> {
        let (raw, parsed) = match self.column(name) {
            Some(column) => column?,
            None => {
                let opened = self.opened()?;
                let place = opened.members.iter().enumerate().filter(|(_, (key, _))| *key == name).last()?.0;
                (opened.members.iter().nth(place)?.1, opened.values.get(place)?)
            }
        };
        let parsed = parsed.get_or_init(|| value(raw));
        if parsed.is_none() {
            self.unread.set(true);
        }
        parsed.as_ref()
    }

    /// The member of that name as the head has it: not known there, absent, or its
    /// text and the room for its value.
    fn column(&self, name: &str) -> Option<Option<(&'a str, &Parsed)>> {
        let head = self.head?;
        let place = COLUMNS.iter().position(|column| *column == name)?;
        let raw = [head.user_identity, head.request, head.response].get(place).copied()?;
        Some(raw.zip(self.columns.get(place)))
    }

    /// The text of the last member of that name.
    pub(super) fn raw(&self, name: &str) -> Option<&'a str> {
        self.opened()?.members.get(name)
    }

    /// The whole record as one value; null if it cannot be read.
    pub(super) fn whole(&self) -> &Value {
        self.whole.get_or_init(|| {
            value(self.text).unwrap_or_else(|| {
                self.unread.set(true);
                Value::Null
            })
        })
    }

    fn opened(&self) -> Option<&Opened<'a>> {
        let opened = self.members.get_or_init(|| {
            let members = Members::parse(self.text)?;
            let values = members.iter().map(|_| OnceCell::new()).collect();
            Some(Opened { members, values })
        });
        if opened.is_none() {
            self.unread.set(true);
        }
        opened.as_ref()
    }
}
