//! Which destructive calls tell something of other losses.
//!
//! Owns: that choice, so that all others need not be remembered. May choose too
//! many, never too few: what a call really tells, `History` judges.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use crate::catalogue::{Catalogue, bare, setting_names};
use crate::model::event::{Event, Outcome};
use crate::model::id::AccountId;
use crate::model::inventory::ConfigItem;

use super::super::payload;
use super::wiped::Wiped;
use super::{cut, purge, service_end};

/// Whether a destructive call tells something of others whatever they are: by its
/// own record it undoes, copies, sets or ends something.
pub(in super::super) fn tells(event: &Event, catalogue: &Catalogue) -> bool {
    let (source, name) = (&*event.event_source, &*event.event_name);
    if service_end::is_end(event) || source == "rbin.amazonaws.com" {
        return true;
    }
    let sets = !name.starts_with("Delete") && !setting_names(source).is_empty();
    if sets && catalogue.may_explain_loss(source, name) || catalogue.tells_protection((source, name)) {
        return true;
    }
    // Of one version or bucket it hangs on what was left before: `Asked` tells.
    let takes_versions = name == "DeleteObjects" && purge::may_purge(event);
    let request = event.request_parameters.as_deref().unwrap_or_default();
    let cuts = cut::may_cut(event) && (name != "DeleteSecret" || request.contains("orceDelete"));
    let of_one = source == "s3.amazonaws.com" && name == "DeleteObject";
    takes_versions || cuts || !of_one && undoes_or_copies(event, catalogue)
}

fn undoes_or_copies(event: &Event, catalogue: &Catalogue) -> bool {
    let (source, name) = (&*event.event_source, &*event.event_name);
    let pairs = catalogue.undoes(source, name);
    if pairs.is_empty() && catalogue.copyings(source, name).is_empty() {
        return false;
    }
    let request = payload::parse(event.request_parameters.as_ref());
    let response = payload::parse(event.response_elements.as_ref());
    let undone =
        pairs.iter().filter_map(|pair| catalogue.inverse(*pair)?.undone_for(&request, &response, false));
    let mut copied =
        catalogue.copyings(source, name).iter().flat_map(|kind| kind.copied(&request, &response));
    undone.flatten().flatten().next().is_some() || copied.next().is_some()
}

/// What is asked of destructive calls: by what others tell, by settings, and by
/// destructive calls that came before.
#[derive(Debug, Default)]
pub(in super::super) struct Asked {
    /// Copies that were made.
    copies: BTreeSet<String>,
    /// Things of which a setting is known.
    set: BTreeSet<String>,
    /// Things whose deletion a service recorded the end of.
    ended: BTreeSet<String>,
    /// Objects and buckets that were deleted, and left markers perhaps.
    wiped: Wiped,
}

impl Asked {
    /// By these events, and items of AWS Config.
    pub(in super::super) fn of(events: &[Event], items: &[ConfigItem], catalogue: &Catalogue) -> Self {
        let mut asked = Self::default();
        for item in items {
            asked.set.extend(
                [&item.resource_name, &item.resource_id].into_iter().flatten().map(|name| bare(name)),
            );
        }
        for event in events.iter().filter(|event| event.outcome() == Outcome::Succeeded) {
            let (source, name) = (&*event.event_source, &*event.event_name);
            let copyings = catalogue.copyings(source, name);
            let sets = !setting_names(source).is_empty();
            if copyings.is_empty() && !sets && !service_end::is_end(event) {
                continue;
            }
            let request = payload::parse(event.request_parameters.as_ref());
            let response = payload::parse(event.response_elements.as_ref());
            let copied = copyings.iter().flat_map(|kind| kind.copied(&request, &response));
            asked.copies.extend(copied.map(|copied| bare(&copied.copy)));
            if sets && !name.starts_with("Delete") {
                asked.set.extend(settings(source, &request));
            }
            if service_end::is_end(event) {
                asked.ended.extend(service_end::names(event, false));
            }
            asked.wiped.note(event, &request);
        }
        asked
    }

    /// Whether something is asked of a destructive call. Calls come in order of time;
    /// `older` is told those of which something is asked only now.
    pub(in super::super) fn wants(
        &mut self,
        event: &Event,
        catalogue: &Catalogue,
        older: &mut dyn FnMut(Event),
    ) -> bool {
        let (source, name) = (&*event.event_source, &*event.event_name);
        if event.outcome() != Outcome::Succeeded {
            return false;
        }
        let operand = catalogue.operand(source, name).filter(|_| !self.copies.is_empty());
        let ends = !self.set.is_empty() && !setting_names(source).is_empty();
        let of_s3 = source == "s3.amazonaws.com";
        if operand.is_none() && !ends && !of_s3 && self.ended.is_empty() {
            return false;
        }
        let request = payload::parse(event.request_parameters.as_ref());
        let of_copy =
            operand.is_some_and(|one| one.names(&request).iter().any(|name| self.copies.contains(name)));
        let of_set = ends && settings(source, &request).any(|name| self.set.contains(&name));
        let of_end = !self.ended.is_empty()
            && service_end::is_asked(event)
            && service_end::names(event, true).iter().any(|name| self.ended.contains(name));
        let of_markers = of_s3 && self.wiped.wants(event, &request, older);
        of_copy || of_set || of_end || of_markers
    }
}

/// The names that settings of a thing are known by.
fn settings(source: &str, request: &Value) -> impl Iterator<Item = String> {
    let named = setting_names(source).iter();
    named.filter_map(|key| payload::text(request, &[key])).map(bare)
}

/// Objects whose deletions one call asked for, by account and request.
///
/// Source: facts/cloudtrail.md 1.5.
#[derive(Debug, Default)]
pub(in super::super) struct Batches(BTreeSet<(Option<AccountId>, Arc<str>)>);

impl Batches {
    /// Notes a call that asks for several.
    pub(in super::super) fn note(&mut self, event: &Event) {
        if &*event.event_name == "DeleteObjects"
            && &*event.event_source == "s3.amazonaws.com"
            && let Some(request) = &event.request_id
        {
            self.0.insert((event.account_id.clone(), request.clone()));
        }
    }

    /// Whether there is none.
    pub(in super::super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a call is the deletion of one of their objects.
    pub(in super::super) fn hold(&self, event: &Event) -> bool {
        &*event.event_name == "DeleteObject"
            && event
                .request_id
                .as_ref()
                .is_some_and(|request| self.0.contains(&(event.account_id.clone(), request.clone())))
    }
}
