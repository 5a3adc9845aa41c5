//! AWS Config snapshots, histories and `get-resource-config-history`: resources
//! as they were, and that they were deleted.
//!
//! Owns: what a configuration item says, and how much of a configuration is
//! kept. Items are handed on one by one and not kept here: there may be
//! millions. Secrets are taken out before anything is cut.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::Value;

use crate::decode::json::{Members, string};
use crate::limits::CONFIGURATION_CHARS_MAX;
use crate::model::evidence::Evidence;
use crate::model::id::{AccountId, Arn, Region};
use crate::model::inventory::{ConfigItem, InventoryRole};
use crate::model::principal::last_segment;
use crate::model::time::UtcTime;
use crate::normalise::secrets::redact;

use super::iam::trusted;
use super::{InventoryRead, Origin, TakeItem, elements, object, text_of, time};

/// What stands at the end of a configuration that was cut.
const CUT_MARK: &str = " […]";

/// Source: facts/cloudtrail.md 4, rows Config snapshot and Config history.
pub(super) fn read(origin: Origin<'_>, take: TakeItem<'_>) -> InventoryRead {
    let items = Members::parse(origin.text).and_then(|all| all.get("configurationItems"));
    let Ok(rows) = elements(items) else { return InventoryRead::broken("`configurationItems` is no list") };
    let mut read = InventoryRead::default();
    for raw in rows {
        let item = item(raw, origin.account, origin.evidence(read.rows, raw));
        read.row(item, |inventory, Item { item, configuration, role }| {
            inventory.roles.extend(role);
            take(item, configuration);
        });
    }
    read
}

/// One item, its configuration as it stands, and the role if it is about one.
struct Item<'a> {
    item: ConfigItem,
    configuration: Option<&'a str>,
    role: Option<InventoryRole>,
}

fn item<'a>(raw: &'a str, key_account: Option<&AccountId>, evidence: Evidence) -> Result<Item<'a>, String> {
    let members = Members::parse(raw).ok_or("an entry that is no JSON object")?;
    let text = |keys: &[&str]| members.get_any(keys).and_then(string).filter(|text| !text.is_empty());
    let shared = |keys: &[&str]| text(keys).map(|text| Arc::<str>::from(&*text));
    let moment = |key: &str| time_in(members.get(key)?);
    let arn = shared(&["ARN", "arn"]);
    let account_id = text(&["awsAccountId", "accountId"])
        .and_then(|id| AccountId::if_well_formed(&id))
        .or_else(|| arn.as_deref().and_then(AccountId::from_arn))
        .or_else(|| key_account.cloned());
    let status = text(&["configurationItemStatus"]).unwrap_or_default();
    let item = ConfigItem {
        account_id,
        region: text(&["awsRegion"]).map(|region| Region::from(&*region)),
        resource_type: shared(&["resourceType"]).ok_or("a configuration item without a resourceType")?,
        resource_id: shared(&["resourceId"]),
        resource_name: shared(&["resourceName"]),
        arn,
        captured_at: moment("configurationItemCaptureTime"),
        deleted: matches!(&*status, "ResourceDeleted" | "ResourceDeletedNotRecorded"),
        configuration: None,
        versioning: members.get("supplementaryConfiguration").and_then(versioning),
        evidence,
    };
    let configuration = members.get("configuration");
    let about_role = &*item.resource_type == "AWS::IAM::Role";
    let role = about_role.then(|| role(&item, configuration, moment("resourceCreationTime"))).flatten();
    Ok(Item { item, configuration: configuration.filter(|raw| !is_blank(&plain(raw))), role })
}

/// A role as its item tells of it. The configuration of a deleted one is empty.
fn role(item: &ConfigItem, configuration: Option<&str>, made: Option<UtcTime>) -> Option<InventoryRole> {
    let held = configuration.map(plain).and_then(|text| object(&text).ok()).unwrap_or(Value::Null);
    let arn = text_of(&held, &["arn", "Arn"]).or(item.arn.as_deref());
    let name = text_of(&held, &["roleName", "RoleName"])
        .or(item.resource_name.as_deref())
        .or_else(|| arn.map(last_segment))?;
    let id = text_of(&held, &["roleId", "RoleId"]).or(item.resource_id.as_deref());
    let boundary = held.get("permissionsBoundary");
    Some(InventoryRole {
        account_id: item.account_id.clone()?,
        name: Arc::from(name),
        role_id: id.filter(|id| id.starts_with("AROA")).map(Arc::from),
        arn: arn.map(Arn::from),
        created_at: time(&held, "createDate").or(made),
        last_used_at: None,
        seen_at: item.captured_at.filter(|_| !item.deleted),
        gone_by: item.captured_at.filter(|_| item.deleted),
        trusted: held.get("assumeRolePolicyDocument").map(trusted).unwrap_or_default(),
        boundary: boundary.and_then(|boundary| text_of(boundary, &["permissionsBoundaryArn"])).map(Arc::from),
        evidence: item.evidence.clone(),
    })
}

/// The versioning of a bucket, which Config keeps beside its configuration.
///
/// Source: AWS Config Developer Guide, supplementary configuration of
/// `AWS::S3::Bucket`; its parts are JSON, or JSON in a string.
fn versioning(raw: &str) -> Option<Arc<str>> {
    let held = object(&plain(raw)).ok()?;
    let part = held.get("BucketVersioningConfiguration")?;
    let inner = part.as_str().and_then(|text| object(text).ok());
    text_of(inner.as_ref().unwrap_or(part), &["status"]).map(Arc::from)
}

fn time_in(raw: &str) -> Option<UtcTime> {
    let value: Value = serde_json::from_str(raw).ok()?;
    time(&Value::Object([("at".to_owned(), value)].into_iter().collect()), "at")
}

/// JSON text that lies in a value as it is, or in a string.
fn plain(raw: &str) -> Cow<'_, str> {
    if raw.starts_with('"') { string(raw).unwrap_or(Cow::Borrowed(raw)) } else { Cow::Borrowed(raw) }
}

fn is_blank(text: &str) -> bool {
    matches!(text.trim(), "" | "null" | "{}")
}

/// A configuration as text: one line, without secrets, cut with a mark.
pub(super) fn text_of_configuration(raw: &str) -> Arc<str> {
    let text = plain(raw);
    let line = match serde_json::from_str::<Value>(&text) {
        Ok(value) if text.contains(['\n', '\r']) => Cow::Owned(value.to_string()),
        _ => text,
    };
    cut(&redact(&line))
}

fn cut(text: &str) -> Arc<str> {
    match text.char_indices().nth(CONFIGURATION_CHARS_MAX) {
        None => Arc::from(text),
        Some((end, _)) => Arc::from(format!("{}{CUT_MARK}", &text[..end])),
    }
}
