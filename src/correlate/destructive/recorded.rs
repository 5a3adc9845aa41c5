//! What AWS Config recorded of a resource before a call destroyed it.
//!
//! Owns: finding the items of a destroyed thing. An ARN, or an id that EC2
//! gives out, names one thing; a bare name is shared by things of other types,
//! so its items count only if their type is the one the call is about. The
//! capture time must not lie after the call: later items show what came then.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::catalogue::Catalogue;
use crate::limits::CONFIGURATION_CHARS_MAX;
use crate::model::event::{Event, Outcome};
use crate::model::inventory::ConfigItem;
use crate::model::time::UtcTime;

use super::super::payload;
use super::resources::{self, Named};

/// Things of one call whose configurations are told; the rest is named only.
const THINGS_MAX: usize = 10;

/// Everything that destructive calls name, with the times of the calls that
/// succeeded: items of AWS Config about other things tell nothing.
pub fn named_things<'e>(
    events: impl Iterator<Item = Cow<'e, Event>>,
    catalogue: &Catalogue,
) -> BTreeMap<Arc<str>, BTreeSet<UtcTime>> {
    let mut things: BTreeMap<Arc<str>, BTreeSet<UtcTime>> = BTreeMap::new();
    for event in events.filter(|event| event.category.is_some()) {
        if catalogue.judge(&event).is_none() {
            continue;
        }
        let request = payload::parse(event.request_parameters.as_ref());
        let response = payload::parse(event.response_elements.as_ref());
        let succeeded = event.time.filter(|_| event.outcome() == Outcome::Succeeded);
        for name in resources::of(&event, &request, &response).identifiers {
            things.entry(name).or_default().extend(succeeded);
        }
        // Whether a bucket kept versions decides what became of its objects.
        let bucket =
            payload::text(&request, &["bucketName"]).filter(|_| &*event.event_source == "s3.amazonaws.com");
        if let Some(bucket) = bucket {
            things.entry(Arc::from(bucket)).or_default().extend(succeeded);
        }
    }
    things
}

/// The items of every destroyed resource, by each of its names.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Recorded<'a> {
    by_name: BTreeMap<&'a str, Vec<&'a ConfigItem>>,
    all: &'a [ConfigItem],
}

impl<'a> Recorded<'a> {
    /// Of these items.
    pub(in super::super) fn of(items: &'a [ConfigItem]) -> Self {
        let mut by_name: BTreeMap<&str, Vec<&ConfigItem>> = BTreeMap::new();
        for item in items {
            let mut names: Vec<&str> = [&item.arn, &item.resource_id, &item.resource_name]
                .into_iter()
                .filter_map(|name| name.as_deref())
                .filter(|name| !name.is_empty())
                .collect();
            names.sort_unstable();
            names.dedup();
            for name in names {
                by_name.entry(name).or_default().push(item);
            }
        }
        for items in by_name.values_mut() {
            items.sort_by(|a, b| (a.captured_at, &a.evidence).cmp(&(b.captured_at, &b.evidence)));
        }
        Self { by_name, all: items }
    }

    /// All items, as they come.
    pub(super) const fn all(&self) -> &'a [ConfigItem] {
        self.all
    }

    /// The items that are about one of the named things, oldest first.
    fn items(&self, event: &Event, named: &Named, name: &str) -> impl Iterator<Item = &'a ConfigItem> {
        let all = self.by_name.get(name).map(Vec::as_slice).unwrap_or_default();
        all.iter().copied().filter(move |item| is_about(item, event, named, name))
    }

    /// The type that Config gives to what a call names.
    pub(super) fn type_of(&self, event: &Event, named: &Named) -> Option<Arc<str>> {
        let mut found = named.identifiers.iter().filter_map(|name| self.items(event, named, name).last());
        found.next().map(|item| item.resource_type.clone())
    }

    /// The last recorded configuration of what a call names: as it is for one
    /// thing, with its name in front for several, each cut to its share.
    pub(super) fn configuration(&self, event: &Event, named: &Named) -> Option<Arc<str>> {
        let time = event.time?;
        let last = |name: &Arc<str>| {
            let before = self
                .items(event, named, name)
                .filter(|item| !item.deleted && item.captured_at.is_some_and(|captured| captured <= time));
            let item = before.filter(|item| item.configuration.is_some()).last()?;
            Some((name.clone(), item.configuration.clone()?))
        };
        let mut found: Vec<(Arc<str>, Arc<str>)> =
            named.identifiers.iter().filter_map(last).take(THINGS_MAX).collect();
        if named.identifiers.len() == 1 {
            return found.pop().map(|(_, text)| text);
        }
        let share = CONFIGURATION_CHARS_MAX / found.len().max(1);
        let parts: Vec<String> = found.iter().map(|(name, text)| part(name, text, share)).collect();
        (!parts.is_empty()).then(|| parts.join("; ").into())
    }
}

/// The name and the beginning of the text, of at most so many characters.
fn part(name: &str, text: &str, chars: usize) -> String {
    let whole = format!("{name}: {text}");
    match whole.char_indices().nth(chars) {
        None => whole,
        Some((end, _)) => format!("{} […]", &whole[..end]),
    }
}

fn is_about(item: &ConfigItem, event: &Event, named: &Named, name: &str) -> bool {
    let same_account = match (&item.account_id, &event.account_id) {
        (Some(item), Some(event)) => item == event,
        _ => true,
    };
    if name.starts_with("arn:") {
        return same_account;
    }
    let of_call = match &named.resource_type {
        Some(kind) => *kind == item.resource_type,
        None => is_of_call(&item.resource_type, event),
    };
    same_account && of_call && same_region(item, event)
}

/// Things of IAM belong to no region: Config records them in any.
fn same_region(item: &ConfigItem, event: &Event) -> bool {
    match (&item.region, &event.region) {
        (Some(item_region), Some(event_region)) => {
            item_region == event_region
                || item_region.as_str() == "global"
                || item.resource_type.starts_with("AWS::IAM::")
        }
        _ => true,
    }
}

/// Whether a call of that service and name can be about a thing of that type:
/// `AWS::ElasticLoadBalancingV2::LoadBalancer` and `DeleteLoadBalancer`.
fn is_of_call(resource_type: &str, event: &Event) -> bool {
    let mut words = resource_type.split("::").skip(1);
    let (Some(service), Some(noun)) = (words.next(), words.next()) else { return false };
    let called = event.event_source.split('.').next().unwrap_or_default();
    let name = event.event_name.to_ascii_lowercase();
    service.to_ascii_lowercase().starts_with(called) && name.contains(&noun.to_ascii_lowercase())
}

#[cfg(test)]
mod tests;
