//! The IAM credential report: CSV, plain or as the CLI answers it, in base64.

use std::sync::Arc;

use crate::decode::json::{Members, string};
use crate::model::evidence::Evidence;
use crate::model::id::{AccountId, Arn};
use crate::model::inventory::InventoryUser;
use crate::model::time::UtcTime;

use super::{InventoryRead, Origin};

/// Source: facts/cloudtrail.md 4, row Credential report (header, and the words
/// `N/A`, `no_information`, `not_supported` for what there is not).
pub(super) fn read(origin: Origin<'_>) -> InventoryRead {
    if !origin.text.starts_with('{') {
        return table(origin.text, origin);
    }
    let content = Members::parse(origin.text).and_then(|answer| answer.get("Content"));
    let coded = content.and_then(string);
    match coded.as_deref().and_then(base64_decoded).and_then(|bytes| String::from_utf8(bytes).ok()) {
        Some(plain) => table(&plain, origin),
        None => InventoryRead::broken("`Content` is no base64 text"),
    }
}

/// Fields hold no quotes or line ends: names of users cannot.
///
/// Source: IAM User Guide, "IAM names" (alphanumeric and `+=,.@_-`; a comma in
/// a name is quoted).
fn table(csv: &str, origin: Origin<'_>) -> InventoryRead {
    let mut lines = csv.lines().filter(|line| !line.trim().is_empty());
    let header = lines.next().map(fields).unwrap_or_default();
    let mut read = InventoryRead::default();
    for line in lines {
        let evidence = origin.evidence(read.rows, line);
        let row = Row { header: &header, fields: fields(line) };
        read.row(row.user(origin.account, evidence), |inventory, user| inventory.users.push(user));
    }
    read
}

/// The fields of one line; a field in double quotes may hold commas.
fn fields(line: &str) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut quoted = false;
    for letter in line.trim_end().chars() {
        match letter {
            '"' => quoted = !quoted,
            ',' if !quoted => all.push(String::new()),
            other => all.last_mut().expect("there is one from the start").push(other),
        }
    }
    all
}

struct Row<'h> {
    header: &'h [String],
    fields: Vec<String>,
}

impl Row<'_> {
    fn get(&self, column: &str) -> Option<&str> {
        let place = self.header.iter().position(|name| name == column)?;
        let field = self.fields.get(place)?.as_str();
        (!matches!(field, "" | "N/A" | "no_information" | "not_supported")).then_some(field)
    }

    fn time(&self, column: &str) -> Option<UtcTime> {
        UtcTime::parse(self.get(column)?)
    }

    fn truth(&self, column: &str) -> Option<bool> {
        match self.get(column)? {
            "true" | "TRUE" => Some(true),
            "false" | "FALSE" => Some(false),
            _ => None,
        }
    }

    fn user(&self, key_account: Option<&AccountId>, evidence: Evidence) -> Result<InventoryUser, String> {
        if self.fields.len() < self.header.len() {
            let (got, wanted) = (self.fields.len(), self.header.len());
            return Err(format!("a line of {got} fields under a header of {wanted}"));
        }
        let arn = self.get("arn");
        let key = |number: &str| {
            let active = self.truth(&format!("access_key_{number}_active"));
            let used = self.time(&format!("access_key_{number}_last_used_date"));
            (active != Some(false) || used.is_some()).then_some((active, used))
        };
        Ok(InventoryUser {
            account_id: arn.and_then(AccountId::from_arn).or_else(|| key_account.cloned()),
            name: Arc::from(self.get("user").ok_or("a line without a user")?),
            arn: arn.map(Arn::from),
            user_id: None,
            created_at: self.time("user_creation_time"),
            password_last_used: self.time("password_last_used"),
            mfa_active: self.truth("mfa_active"),
            access_keys: ["1", "2"].into_iter().filter_map(key).collect(),
            evidence,
        })
    }
}

/// The bytes of base64 text, of the standard alphabet; white space is skipped.
fn base64_decoded(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0u32, 0u32);
    for letter in text.bytes().filter(|byte| !byte.is_ascii_whitespace() && *byte != b'=') {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count & 0xff) as u8);
        }
    }
    Some(bytes)
}
