//! By which names a loss and a call that tells of it find each other.
//!
//! Owns: the names on either side, so that only those calls are understood that
//! bear on a loss in the evidence. May join too much, never too little: whether a
//! call really undid, copied or kept anything is judged from its whole record.

use serde_json::Value;

use crate::catalogue::{Catalogue, bare, setting_names};
use crate::model::event::{Event, Outcome};
use crate::model::witness::Bearing;

use super::super::payload;

/// The names in a succeeded call that does no harm: `call` is event source and
/// event name without API date, the columns its parsed request and response, or
/// what [`Catalogue::told_of_loss`] reads of them.
pub fn witnessed(
    call: (&str, &str),
    (request, response): (&Value, &Value),
    catalogue: &Catalogue,
) -> Vec<(Bearing, String)> {
    let (source, name) = call;
    let mut found = Vec::new();
    for &pair in catalogue.undoes(source, name) {
        let names = catalogue.inverse(pair).and_then(|pair| pair.undone_for(request, response, true));
        for name in names.into_iter().flatten().flatten() {
            found.push((Bearing::Undoes, placed(name, pair)));
        }
    }
    for copied in catalogue.copyings(source, name).iter().flat_map(|kind| kind.copied(request, response)) {
        found.push((Bearing::Copies, copied.thing));
        found.push((Bearing::Makes, bare(&copied.copy)));
    }
    found.extend(kept(source, request).map(|name| (Bearing::Keeps, name)));
    found.extend(protected(call, (request, response), catalogue));
    found.sort_unstable();
    found.dedup();
    found
}

/// The names by which calls that bear on what an event destroyed would name it;
/// none if it destroyed nothing.
pub fn lost(event: &Event, catalogue: &Catalogue) -> Vec<(Bearing, String)> {
    if event.category.is_none() || event.outcome() != Outcome::Succeeded {
        return Vec::new();
    }
    let (source, name) = (&*event.event_source, &*event.event_name);
    let request = payload::parse(event.request_parameters.as_ref());
    let response = payload::parse(event.response_elements.as_ref());
    let mut found = Vec::new();
    for &pair in catalogue.undone_by(source, name) {
        // Copies are found by what they are copies of.
        let names = catalogue.inverse(pair).and_then(|pair| pair.done_to(&request, &response, &[]));
        for name in names.into_iter().flatten().flatten() {
            found.push((Bearing::Undoes, placed(name, pair)));
        }
    }
    if let Some(operand) = catalogue.operand(source, name) {
        found.extend(operand.names(&request).into_iter().map(|name| (Bearing::Copies, name)));
    }
    found.extend(kept(source, &request).map(|name| (Bearing::Keeps, name)));
    found.extend(protected((source, name), (&request, &response), catalogue));
    found
}

/// The things whose protection a call tells of: what it was set to before, earlier
/// calls tell.
fn protected(
    call: (&str, &str),
    columns: (&Value, &Value),
    catalogue: &Catalogue,
) -> impl Iterator<Item = (Bearing, String)> {
    catalogue.protected_things(call, columns).into_iter().map(|name| (Bearing::Keeps, name))
}

/// A pair about a whole account or region names nothing: its number stands for it.
fn placed(name: String, pair: usize) -> String {
    if name.is_empty() { format!("\n{pair}") } else { name }
}

/// What `Kept` knows its settings by.
fn kept(source: &str, request: &Value) -> impl Iterator<Item = String> {
    let named = setting_names(source).iter();
    named.filter_map(|key| payload::text(request, &[key])).map(bare)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Calls with their request and response, and how many names are in each.
    const CALLS: [(&str, &str, &str, &str, usize); 13] = [
        (
            "rds",
            "RestoreDBInstanceFromDBSnapshot",
            r#"{"dBInstanceIdentifier":"db-2","dBSnapshotIdentifier":"arn:aws:rds:us-east-1:111122223333:snapshot:s-1","tags":[{"k":1}]}"#,
            r#"{"deletionProtection":true,"x":{}}"#,
            3,
        ),
        (
            "rds",
            "RestoreDBInstanceToPointInTime",
            r#"{"TargetDBInstanceIdentifier":"db-3","other":[1]}"#,
            "null",
            2,
        ),
        (
            "ec2",
            "RunInstances",
            r#"{"instancesSet":{"items":[{"imageId":"ami-1"}]}}"#,
            r#"{"reservationId":"r-1","instancesSet":{"items":[{"instanceId":"i-1","tagSet":{}},{"instanceId":"i-2"}]}}"#,
            2,
        ),
        (
            "ec2",
            "CreateSnapshot",
            r#"{"volumeId":"vol-1","description":"d"}"#,
            r#"{"snapshotId":"snap-1","ownerId":"111122223333"}"#,
            2,
        ),
        (
            "ec2",
            "CopyImage",
            r#"{"sourceImageId":"ami-1","sourceRegion":"us-east-1"}"#,
            r#"{"imageId":"ami-2"}"#,
            2,
        ),
        (
            "s3",
            "PutBucketVersioning",
            r#"{"bucketName":"b","VersioningConfiguration":{"Status":"Enabled","xmlns":"x"}}"#,
            "null",
            2,
        ),
        (
            "s3",
            "PutBucketVersioning",
            r#"{"bucketName":"b","VersioningConfiguration":{"Status":"Suspended"}}"#,
            "null",
            1,
        ),
        (
            "s3",
            "DeleteObject",
            r#"{"bucketName":"b","key":"k","versionId":"v"}"#,
            r#"{"x-amz-delete-marker":"true"}"#,
            2,
        ),
        (
            "fsx",
            "DeleteFileSystem",
            r#"{"fileSystemId":"fs-1"}"#,
            r#"{"windowsResponse":{"finalBackupId":"backup-1"}}"#,
            2,
        ),
        ("kms", "CancelKeyDeletion", r#"{"keyId":"arn:aws:kms:us-east-1:111122223333:key/k-1"}"#, "{}", 1),
        ("sqs", "CreateQueue", r#"{"queueName":"q"}"#, r#"{"queueUrl":"https://sqs/q"}"#, 1),
        ("iam", "UpdateAccountPasswordPolicy", r#"{"minimumPasswordLength":14}"#, "null", 2),
        (
            "backup",
            "StartBackupJob",
            r#"{"resourceArn":"arn:aws:elasticfilesystem:us-east-1:111122223333:file-system/fs-1"}"#,
            r#"{"recoveryPointArn":"arn:aws:backup:us-east-1:111122223333:recovery-point:p"}"#,
            2,
        ),
    ];

    #[test]
    fn what_is_read_of_a_call_names_what_the_whole_call_names() {
        let catalogue = Catalogue::builtin();
        for (service, name, request, response, count) in CALLS {
            let source = format!("{service}.amazonaws.com");
            let call = (source.as_str(), name);
            assert!(catalogue.may_explain_loss(call.0, call.1), "{name}");
            let json = |text: &str| -> Value { serde_json::from_str(text).expect("JSON") };
            let whole = witnessed(call, (&json(request), &json(response)), &catalogue);
            let [request, response] = catalogue.told_of_loss(call, [Some(request), Some(response)]);
            assert_eq!(witnessed(call, (&request, &response), &catalogue), whole, "{name}");
            assert_eq!(whole.len(), count, "{name}: {whole:?}");
        }
    }
}
