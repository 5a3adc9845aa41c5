//! Exports of settings → rows of [`Inventory`].
//!
//! Owns: what the fields of IAM, Config, CloudTrail and Organizations exports
//! mean, one file a source, and what those files share: where a row lies, how a
//! time is spelled. Does not frame (that is `decode`) and does not join (that
//! is `correlate`).

use std::sync::Arc;

use serde_json::Value;
use serde_json::value::RawValue;

use crate::decode::DocumentKind;
use crate::model::evidence::{Evidence, ObjectPath};
use crate::model::id::AccountId;
use crate::model::inventory::{ConfigItem, Inventory};
use crate::model::time::UtcTime;

mod account;
mod config;
mod credential_report;
mod iam;
#[cfg(test)]
mod tests;
mod trail;

/// Where a document lies, so that its rows can be walked back.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    /// The object that holds it.
    pub path: &'a ObjectPath,
    /// Ordinal of its first row.
    pub first_row: u64,
    /// First byte and one past its last in the inflated content.
    pub bytes: (u64, u64),
    /// Its text.
    pub text: &'a str,
    /// The account of the object's key.
    pub account: Option<&'a AccountId>,
}

impl Origin<'_> {
    /// The place of a row, by its own text where that is a part of the document
    /// as it lies in the object.
    fn evidence(&self, row: u64, part: &str) -> Evidence {
        let (start, end) = self.bytes;
        let offset = (part.as_ptr() as usize).checked_sub(self.text.as_ptr() as usize);
        let inside = offset
            .filter(|offset| offset + part.len() <= self.text.len() && end - start == self.text.len() as u64);
        let (start, end) = inside
            .map_or((start, end), |offset| (start + offset as u64, start + (offset + part.len()) as u64));
        Evidence { object: self.path.clone(), record: self.first_row + row, start, end }
    }
}

/// What a document held.
#[derive(Clone, Debug, Default)]
pub struct InventoryRead {
    /// Its rows.
    pub inventory: Inventory,
    /// Rows met, good and bad.
    pub rows: u64,
    /// Rows that are none, by their place in the document, and why.
    pub rejected: Vec<(u64, String)>,
}

impl InventoryRead {
    /// A document that is itself no such thing.
    fn broken(why: impl Into<String>) -> Self {
        Self { rows: 1, rejected: vec![(0, why.into())], ..Self::default() }
    }

    /// Takes one row, or notes why it is none.
    fn row<T>(&mut self, read: Result<T, String>, keep: impl FnOnce(&mut Inventory, T)) {
        match read {
            Ok(row) => keep(&mut self.inventory, row),
            Err(why) => self.rejected.push((self.rows, why)),
        }
        self.rows += 1;
    }
}

/// Is given each item of AWS Config, without its configuration, and that as it
/// stands in the document unless it is blank.
pub type TakeItem<'t> = &'t mut dyn FnMut(ConfigItem, Option<&str>);

/// A configuration as it stands in its document, made fit to be kept: one line,
/// without secrets, cut to a bound.
pub fn configuration(raw: &str) -> Arc<str> {
    config::text_of_configuration(raw)
}

/// Reads a document; `None` if its kind is no export of settings. Items of AWS
/// Config go to `take`.
pub fn read(kind: DocumentKind, origin: Origin<'_>, take: TakeItem<'_>) -> Option<InventoryRead> {
    match kind {
        DocumentKind::IamAuthorizationDetails => Some(iam::authorization_details(origin)),
        DocumentKind::IamRoles => Some(iam::roles(origin)),
        DocumentKind::CredentialReport => Some(credential_report::read(origin)),
        DocumentKind::ConfigItems => Some(config::read(origin, take)),
        DocumentKind::TrailDescription => Some(trail::description(origin)),
        DocumentKind::TrailStatus => Some(trail::status(origin)),
        DocumentKind::EventSelectors => Some(trail::event_selectors(origin)),
        DocumentKind::OrganizationAccounts => Some(account::read(origin)),
        DocumentKind::Digest
        | DocumentKind::PublicKeys
        | DocumentKind::HeadObject
        | DocumentKind::QueryResultSign => None,
    }
}

/// The elements of an array as raw text; nothing where there is none.
fn elements(raw: Option<&str>) -> Result<Vec<&str>, String> {
    match raw {
        None | Some("null") => Ok(Vec::new()),
        Some(raw) => {
            let all: Vec<&RawValue> = serde_json::from_str(raw).map_err(|_| "no array".to_owned())?;
            Ok(all.into_iter().map(RawValue::get).collect())
        }
    }
}

/// A row as a JSON object.
fn object(raw: &str) -> Result<Value, String> {
    let value: Value = serde_json::from_str(raw).map_err(|error| format!("not JSON: {error}"))?;
    if value.is_object() { Ok(value) } else { Err("an entry that is no JSON object".to_owned()) }
}

/// Text under a key; `None` where absent, empty or no text.
fn text<'v>(row: &'v Value, key: &str) -> Option<&'v str> {
    row.get(key)?.as_str().filter(|text| !text.is_empty())
}

/// Text under the first of these keys that holds some.
fn text_of<'v>(row: &'v Value, keys: &[&str]) -> Option<&'v str> {
    keys.iter().find_map(|key| text(row, key))
}

/// A time under a key. The CLI spells ISO 8601; its version 1 and the raw
/// answers spell seconds since 1970.
fn time(row: &Value, key: &str) -> Option<UtcTime> {
    match row.get(key)? {
        Value::String(text) => UtcTime::parse(text),
        Value::Number(number) => {
            let whole = number.to_string();
            let seconds = whole.split('.').next()?.parse::<i64>().ok()?;
            // Later than the year 5000: milliseconds.
            Some(UtcTime::from_seconds(if seconds > 95_617_584_000 { seconds / 1000 } else { seconds }))
        }
        _ => None,
    }
}
