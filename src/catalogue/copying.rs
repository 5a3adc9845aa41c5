//! Which calls make copies from which a destroyed thing can be made again.
//!
//! Owns: the form of `data/copies.csv` and the look-up by the call that makes
//! the copy, the one that needs it and the one that destroys it.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use serde_json::Value;

use crate::catalogue::fault::CatalogueFault;
use crate::catalogue::naming::{Source, bare, service_and_type};
use crate::catalogue::needed::Needed;
use crate::catalogue::operation::short_source;
use crate::catalogue::rows::rows;

/// One kind of copy.
#[derive(Debug)]
pub struct Copying {
    /// The call that brings the thing back.
    pub restore: &'static str,
    of: Vec<Source>,
    of_arn: Option<(&'static str, &'static str)>,
    of_region: Option<Source>,
    copy: Vec<Source>,
    needed_by: Vec<Operand>,
    lost_with: Vec<Operand>,
}

/// An operation and where it names what it destroys.
#[derive(Clone, Debug)]
pub struct Operand {
    /// Event source without `.amazonaws.com`, and event name, joined by `:`.
    pub operation: &'static str,
    source: Source,
}

/// A copy that a call made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    /// Bare name of what was copied.
    pub thing: String,
    /// The id of the copy, as the record spells it.
    pub copy: String,
    /// The region of what was copied, where it is not the call's.
    pub region: Option<String>,
}

impl Copying {
    /// What the call copied; nothing where the record does not name both sides.
    pub fn copied(&self, request: &Value, response: &Value) -> Vec<Copied> {
        let first = |sources: &[Source]| {
            sources.iter().map(|source| source.texts(request, response)).find(|texts| !texts.is_empty())
        };
        let (Some(things), Some(copies)) = (first(&self.of), first(&self.copy)) else { return Vec::new() };
        if things.len() != copies.len() {
            return Vec::new();
        }
        let regions = self.of_region.as_ref().map(|source| source.texts(request, response));
        let region = regions.and_then(|regions| regions.into_iter().find(|region| !region.is_empty()));
        let pairs = things.into_iter().zip(copies);
        let named = pairs.filter(|(thing, copy)| {
            let of_kind = self.of_arn.is_none_or(|wanted| service_and_type(thing) == Some(wanted));
            of_kind && !thing.is_empty() && !copy.is_empty()
        });
        named.map(|(thing, copy)| Copied { thing: bare(&thing), copy, region: region.clone() }).collect()
    }

    /// Adds what of a request and a response [`Self::copied`] asks for.
    pub(super) fn add_needed(&self, columns: &mut [Needed; 2]) {
        let sources = self.of.iter().chain(&self.of_region).chain(&self.copy);
        sources.for_each(|source| source.add_needed(columns));
    }

    /// What destroys the thing that is copied.
    pub fn needed_by(&self) -> impl Iterator<Item = &'static str> {
        self.needed_by.iter().map(|operand| operand.operation)
    }

    /// What destroys the copy.
    pub fn lost_with(&self) -> impl Iterator<Item = &'static str> {
        self.lost_with.iter().map(|operand| operand.operation)
    }
}

impl Operand {
    /// Bare names of what a call of that operation destroys.
    pub fn names(&self, request: &Value) -> Vec<String> {
        self.source.names(request, &Value::Null)
    }

    fn parse(text: &'static str) -> Result<Self, String> {
        let fault = || format!("`{text}` is no source:Operation.path");
        let (operation, path) = text.split_once('.').ok_or_else(fault)?;
        if !operation.contains(':') {
            return Err(fault());
        }
        Ok(Self { operation, source: Source::parse(path)? })
    }
}

/// All kinds of copies.
#[derive(Debug)]
pub(super) struct Copyings {
    by_making: FxHashMap<&'static str, FxHashMap<&'static str, Vec<Copying>>>,
    destroying: BTreeMap<&'static str, Operand>,
}

const COLUMNS: &str = "event_source,event_name,of,of_arn,of_region,copy,needed_by,lost_with,restore";

impl Copyings {
    pub(super) fn parse(text: &'static str) -> Result<Self, CatalogueFault> {
        let mut copyings = Self { by_making: FxHashMap::default(), destroying: BTreeMap::new() };
        for (number, row) in rows::<9>(text, COLUMNS)? {
            let [source, name, ..] = row;
            let copying = copying_of(row).map_err(|message| CatalogueFault::at_line(number, message))?;
            for operand in copying.needed_by.iter().chain(&copying.lost_with) {
                copyings.destroying.insert(operand.operation, operand.clone());
            }
            copyings.by_making.entry(source).or_default().entry(name).or_default().push(copying);
        }
        Ok(copyings)
    }

    pub(super) fn of(&self, event_source: &str, event_name: &str) -> &[Copying] {
        let of_source = self.by_making.get(short_source(event_source));
        of_source.and_then(|names| names.get(event_name)).map(Vec::as_slice).unwrap_or_default()
    }

    pub(super) fn operand(&self, event_source: &str, event_name: &str) -> Option<&Operand> {
        let operation = format!("{}:{event_name}", short_source(event_source));
        self.destroying.get(operation.as_str())
    }

    pub(super) fn makings(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.by_making.iter().flat_map(|(source, names)| names.keys().map(|name| (*source, *name)))
    }

    #[cfg(test)]
    pub(super) fn operands(&self) -> impl Iterator<Item = &Operand> {
        self.destroying.values()
    }
}

fn copying_of(row: [&'static str; 9]) -> Result<Copying, String> {
    let [_, _, of, of_arn, of_region, copy, needed_by, lost_with, restore] = row;
    let sources = |text: &'static str| text.split('|').map(Source::parse).collect::<Result<Vec<_>, _>>();
    let operands = |text: &'static str| text.split('|').map(Operand::parse).collect::<Result<Vec<_>, _>>();
    Ok(Copying {
        restore,
        of: sources(of)?,
        of_arn: of_arn.split_once(':'),
        of_region: Some(of_region).filter(|path| !path.is_empty()).map(Source::parse).transpose()?,
        copy: sources(copy)?,
        needed_by: operands(needed_by)?,
        lost_with: operands(lost_with)?,
    })
}
