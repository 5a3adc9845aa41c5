//! IAM exports in JSON: `get-account-authorization-details`, `get-role`,
//! `list-roles`.
//!
//! Owns: what their fields mean, and whom a trust policy lets in.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use crate::decode::json::Members;
use crate::model::evidence::Evidence;
use crate::model::id::{AccountId, Arn};
use crate::model::inventory::{InventoryRole, InventoryUser};
use crate::model::principal::last_segment;

use super::{InventoryRead, Origin, elements, object, text, time};

/// The roles and users of `get-account-authorization-details`, one page of it
/// or all. Groups and policies are not read.
///
/// Source: facts/cloudtrail.md 4, row IAM GAAD.
pub(super) fn authorization_details(origin: Origin<'_>) -> InventoryRead {
    let Some(members) = Members::parse(origin.text) else {
        return InventoryRead::broken("no JSON object");
    };
    let lists = (elements(members.get("RoleDetailList")), elements(members.get("UserDetailList")));
    let (Ok(roles), Ok(users)) = lists else {
        return InventoryRead::broken("`RoleDetailList` or `UserDetailList` is no list");
    };
    let mut read = read_roles(origin, roles);
    for raw in users {
        let evidence = origin.evidence(read.rows, raw);
        read.row(user(raw, origin.account, evidence), |inventory, user| inventory.users.push(user));
    }
    read
}

/// The roles of `get-role` and `list-roles`.
pub(super) fn roles(origin: Origin<'_>) -> InventoryRead {
    let Some(members) = Members::parse(origin.text) else {
        return InventoryRead::broken("no JSON object");
    };
    if let Some(role) = members.get("Role") {
        return read_roles(origin, vec![role]);
    }
    match elements(members.get("Roles")) {
        Ok(roles) => read_roles(origin, roles),
        Err(_) => InventoryRead::broken("`Roles` is no list"),
    }
}

fn read_roles(origin: Origin<'_>, roles: Vec<&str>) -> InventoryRead {
    let mut read = InventoryRead::default();
    for raw in roles {
        let role = role(raw, origin.account, origin.evidence(read.rows, raw));
        read.row(role, |inventory, role| inventory.roles.push(role));
    }
    read
}

fn role(raw: &str, key_account: Option<&AccountId>, evidence: Evidence) -> Result<InventoryRole, String> {
    let row = object(raw)?;
    let arn = text(&row, "Arn");
    let name = text(&row, "RoleName").or_else(|| arn.map(last_segment));
    let account = arn.and_then(AccountId::from_arn).or_else(|| key_account.cloned());
    let created_at = time(&row, "CreateDate");
    if created_at.is_none() && row.get("CreateDate").is_some_and(|value| !value.is_null()) {
        return Err("a role whose CreateDate is no time".to_owned());
    }
    Ok(InventoryRole {
        account_id: account.ok_or("a role of which no account is known")?,
        name: Arc::from(name.ok_or("a role without a name")?),
        role_id: text(&row, "RoleId").map(Arc::from),
        arn: arn.map(Arn::from),
        created_at,
        last_used_at: row.get("RoleLastUsed").and_then(|used| time(used, "LastUsedDate")),
        seen_at: None,
        gone_by: None,
        trusted: row.get("AssumeRolePolicyDocument").map(trusted).unwrap_or_default(),
        boundary: row
            .get("PermissionsBoundary")
            .and_then(|boundary| text(boundary, "PermissionsBoundaryArn"))
            .map(Arc::from),
        evidence,
    })
}

fn user(raw: &str, key_account: Option<&AccountId>, evidence: Evidence) -> Result<InventoryUser, String> {
    let row = object(raw)?;
    let arn = text(&row, "Arn");
    let name = text(&row, "UserName").or_else(|| arn.map(last_segment));
    Ok(InventoryUser {
        account_id: arn.and_then(AccountId::from_arn).or_else(|| key_account.cloned()),
        name: Arc::from(name.ok_or("a user without a name")?),
        arn: arn.map(Arn::from),
        user_id: text(&row, "UserId").map(Arc::from),
        created_at: time(&row, "CreateDate"),
        password_last_used: time(&row, "PasswordLastUsed"),
        mfa_active: None,
        access_keys: Vec::new(),
        evidence,
    })
}

/// The principals that a trust policy lets assume its role: an object, JSON
/// text, or such text encoded as in a URL, as the raw API gives it.
///
/// Source: facts/cloudtrail.md 4, row IAM GAAD (AssumeRolePolicyDocument).
pub(super) fn trusted(document: &Value) -> BTreeSet<Arc<str>> {
    let parsed;
    let policy = match document {
        Value::String(text) => {
            let plain = if text.trim_start().starts_with('{') { text.clone() } else { url_decoded(text) };
            parsed = serde_json::from_str(&plain).unwrap_or(Value::Null);
            &parsed
        }
        other => other,
    };
    let mut found = BTreeSet::new();
    let statements = policy.get("Statement").map(listed).unwrap_or_default();
    for statement in statements.iter().filter(|statement| text(statement, "Effect") == Some("Allow")) {
        match statement.get("Principal") {
            Some(Value::Object(kinds)) => {
                found.extend(kinds.values().flat_map(listed).filter_map(Value::as_str).map(Arc::from));
            }
            Some(Value::String(everyone)) => {
                found.insert(Arc::from(everyone.as_str()));
            }
            _ => {}
        }
    }
    found
}

/// One thing or a list of things, as policies spell both.
fn listed(value: &Value) -> Vec<&Value> {
    value.as_array().map_or_else(|| vec![value], |all| all.iter().collect())
}

/// Text with its `%XX` decoded.
pub(super) fn url_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let digits = text.get(at + 1..at + 3).filter(|_| byte == b'%');
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(decoded) => {
                plain.push(decoded);
                at += 3;
            }
            None => {
                plain.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&plain).into_owned()
}
