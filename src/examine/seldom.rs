//! What few objects give: no room is taken by what is not there.
//!
//! Owns: that a dump of very many ordinary objects stays small in memory. Decides
//! nothing about what they say.

use std::collections::BTreeSet;
use std::ops::{Deref, DerefMut};

use serde::{Deserialize, Serialize};

use super::Examined;
use crate::evidence::read::FirstMember;
use crate::integrity::{self, Delivery};
use crate::model::inventory::{ConfigTrace, Inventory};
use crate::model::problem::Problem;
use crate::model::rfc::RfcRecord;
use crate::usage::Folded;

/// What an ordinary log object does not give.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Extras {
    /// RFC records in it.
    pub rfc_records: Vec<RfcRecord>,
    /// What exports of settings in it tell; `None` if nothing.
    pub inventory: Option<Box<Inventory>>,
    /// Of every item of AWS Config in it.
    pub traces: Vec<ConfigTrace>,
    /// What went wrong.
    pub problems: Vec<Problem>,
    /// Ordinals of records kept only because of a key that was handed out.
    pub followed: BTreeSet<u64>,
    /// Ordinals from this one on were dropped; `None` if none were.
    pub ordinals_end: Option<u64>,
    /// Its callers, if they may have to be taken back; else they are in the
    /// examiner's own.
    pub usage: Option<Box<Folded>>,
    /// Digests, keys and signatures in it.
    pub documents: Vec<integrity::Document>,
    /// Deliveries of log objects that its records tell of.
    pub deliveries: Vec<Delivery>,
    /// The same object up to the end of its first gzip member, if more follows.
    pub first_member: Option<(FirstMember, Box<Examined>)>,
}

static NOTHING: Extras = Extras::nothing();

impl Extras {
    const fn nothing() -> Self {
        Self {
            rfc_records: Vec::new(),
            inventory: None,
            traces: Vec::new(),
            problems: Vec::new(),
            followed: BTreeSet::new(),
            ordinals_end: None,
            usage: None,
            documents: Vec::new(),
            deliveries: Vec::new(),
            first_member: None,
        }
    }

    fn is_nothing(&self) -> bool {
        self.rfc_records.is_empty()
            && self.inventory.is_none()
            && self.traces.is_empty()
            && self.problems.is_empty()
            && self.followed.is_empty()
            && self.ordinals_end.is_none()
            && self.usage.is_none()
            && self.documents.is_empty()
            && self.deliveries.is_empty()
            && self.first_member.is_none()
    }
}

/// The same, if there is anything of it. Who reads sees empty lists where there is
/// nothing; who changes makes room for them.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Seldom(Option<Box<Extras>>);

impl Seldom {
    /// To change what is there, without making room for what is not.
    pub fn get_mut(&mut self) -> Option<&mut Extras> {
        self.0.as_deref_mut()
    }

    /// Takes it away.
    pub fn take(&mut self) -> Extras {
        self.0.take().map_or_else(Extras::default, |extras| *extras)
    }
}

impl From<Extras> for Seldom {
    fn from(extras: Extras) -> Self {
        Self((!extras.is_nothing()).then(|| Box::new(extras)))
    }
}

impl Deref for Seldom {
    type Target = Extras;

    fn deref(&self) -> &Extras {
        self.0.as_deref().unwrap_or(&NOTHING)
    }
}

impl DerefMut for Seldom {
    fn deref_mut(&mut self) -> &mut Extras {
        self.0.get_or_insert_default()
    }
}
