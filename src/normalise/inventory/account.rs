//! `aws organizations list-accounts`: the accounts of an organization.

use std::sync::Arc;

use crate::decode::json::Members;
use crate::model::id::AccountId;
use crate::model::inventory::InventoryAccount;

use super::{InventoryRead, Origin, elements, object, text};

/// Source: facts/cloudtrail.md 4; Organizations API reference, `Account`.
pub(super) fn read(origin: Origin<'_>) -> InventoryRead {
    let accounts = Members::parse(origin.text).and_then(|all| all.get("Accounts"));
    let Ok(rows) = elements(accounts) else { return InventoryRead::broken("`Accounts` is no list") };
    let mut read = InventoryRead::default();
    for raw in rows {
        read.row(account(raw), |inventory, account| inventory.accounts.push(account));
    }
    read
}

fn account(raw: &str) -> Result<InventoryAccount, String> {
    let row = object(raw)?;
    let id = text(&row, "Id").and_then(AccountId::if_well_formed);
    let account_id = id.ok_or("an account without a sound Id")?;
    Ok(InventoryAccount { account_id, name: text(&row, "Name").map(Arc::from) })
}
