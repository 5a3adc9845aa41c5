//! Settings of trails: what CloudTrail could have recorded.
//!
//! Owns: what `describe-trails`, `get-trail`, `get-trail-status` and
//! `get-event-selectors` say of data events, digests and regions.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use crate::decode::json::Members;
use crate::model::id::AccountId;
use crate::model::inventory::TrailSettings;

use super::{InventoryRead, Origin, elements, object, text, text_of};

/// The trails of `describe-trails` and `get-trail`.
///
/// Source: facts/cloudtrail.md 4, row Trail config; CloudTrail API reference,
/// `Trail` (HasCustomEventSelectors false: management events only).
pub(super) fn description(origin: Origin<'_>) -> InventoryRead {
    let Some(members) = Members::parse(origin.text) else {
        return InventoryRead::broken("no JSON object");
    };
    let rows = match members.get("Trail") {
        Some(trail) => Ok(vec![trail]),
        None => elements(members.get("trailList")),
    };
    let Ok(rows) = rows else { return InventoryRead::broken("`trailList` is no list") };
    let mut read = InventoryRead::default();
    for raw in rows {
        read.row(trail(raw, origin.account), |inventory, trail| inventory.trails.push(trail));
    }
    read
}

fn trail(raw: &str, key_account: Option<&AccountId>) -> Result<TrailSettings, String> {
    let row = object(raw)?;
    let truth = |key: &str| row.get(key).and_then(Value::as_bool);
    let name = text_of(&row, &["TrailARN", "Name"]).ok_or("a trail without a name")?;
    Ok(TrailSettings {
        bucket: text(&row, "S3BucketName").map(Arc::from),
        key_prefix: text(&row, "S3KeyPrefix").map(Arc::from),
        multi_region: truth("IsMultiRegionTrail"),
        organization: truth("IsOrganizationTrail"),
        log_file_validation: truth("LogFileValidationEnabled"),
        data_events: truth("HasCustomEventSelectors").filter(|custom| !custom),
        ..named(name, key_account)
    })
}

fn named(name: &str, key_account: Option<&AccountId>) -> TrailSettings {
    TrailSettings {
        trail: Some(Arc::from(name)),
        account_id: AccountId::from_arn(name).or_else(|| key_account.cloned()),
        ..TrailSettings::default()
    }
}

/// `get-trail-status`, which does not say of which trail it is.
pub(super) fn status(origin: Origin<'_>) -> InventoryRead {
    let mut read = InventoryRead::default();
    let settings = object(origin.text).map(|row| TrailSettings {
        account_id: origin.account.cloned(),
        logging: row.get("IsLogging").and_then(Value::as_bool),
        ..TrailSettings::default()
    });
    read.row(settings, |inventory, trail| inventory.trails.push(trail));
    read
}

/// `get-event-selectors`, in the basic and the advanced form.
///
/// Source: CloudTrail API reference, `EventSelector` (DataResources),
/// `AdvancedEventSelector` (FieldSelectors `eventCategory`, `resources.type`).
pub(super) fn event_selectors(origin: Origin<'_>) -> InventoryRead {
    let mut read = InventoryRead::default();
    let settings = object(origin.text).and_then(|row| {
        let name = text(&row, "TrailARN").ok_or("event selectors of no trail")?;
        let list = |key: &str| row.get(key).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let mut data_types = BTreeSet::new();
        let mut data_events = false;
        for resource in list("EventSelectors").iter().flat_map(|selector| array(selector, "DataResources")) {
            data_events = true;
            data_types.extend(text(resource, "Type").map(Arc::from));
        }
        for selector in list("AdvancedEventSelectors") {
            if field(selector, "eventCategory").any(|category| category == "Data") {
                data_events = true;
                data_types.extend(field(selector, "resources.type").map(Arc::from));
            }
        }
        Ok(TrailSettings { data_events: Some(data_events), data_types, ..named(name, origin.account) })
    });
    read.row(settings, |inventory, trail| inventory.trails.push(trail));
    read
}

fn array<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// What an advanced selector wants a field to equal.
fn field<'v>(selector: &'v Value, name: &str) -> impl Iterator<Item = &'v str> {
    array(selector, "FieldSelectors")
        .iter()
        .filter(move |field| text(field, "Field") == Some(name))
        .flat_map(|field| array(field, "Equals"))
        .filter_map(Value::as_str)
}
