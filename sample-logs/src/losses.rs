//! Calls that delete after a wait or item by item, that undo others, that make copies, and that set what is kept.
//!
//! Source: the API references of the services (copies of 2026); CloudTrail's spelling of their members.

use crate::actor::Actor;
use crate::calls::Call;
use crate::clock::{extended, locale};
use crate::scene::Scene;
use serde_json::{Value, json};

impl Scene {
    /// A call that undoes what the call of that event id did; gives its own event id.
    pub(crate) fn undo(&mut self, who: &Actor, time: i64, call: Call, undone: &str) -> String {
        let event_id = self.call(who, time, call);
        for action in self.truth.destructive_actions.iter_mut().filter(|action| action.event_id == undone) {
            action.loss.get_or_insert_default().undone = Some((time, event_id.clone()));
        }
        event_id
    }
}

/// Schedules a key for deletion; the record tells the days, if any, and the answer nothing.
pub(crate) fn schedule_key(key: &str, days: Option<i64>) -> Call {
    let mut request = json!({"keyId": key});
    if let Some(days) = days {
        request["pendingWindowInDays"] = json!(days);
    }
    Call::write("kms", "ScheduleKeyDeletion", request).destroying(&[key])
}

/// Takes a key back that waits for its deletion.
pub(crate) fn cancel_key(key: &str) -> Call {
    let arn = format!("arn:aws:kms:REGION:ACCOUNT:key/{key}");
    Call::write("kms", "CancelKeyDeletion", json!({"keyId": key})).answer(json!({"keyId": arn}))
}

/// Deletes a secret; what the request says beside its name is the story's business.
pub(crate) fn delete_secret(name: &str, with: Value, deleted_at: i64) -> Call {
    let mut request = json!({"secretId": name});
    if let (Some(fields), Some(more)) = (request.as_object_mut(), with.as_object()) {
        fields.extend(more.clone());
    }
    let arn = format!("arn:aws:secretsmanager:REGION:ACCOUNT:secret:{name}-a1B2c3");
    Call::write("secretsmanager", "DeleteSecret", request)
        .answer(json!({"aRN": arn, "name": name, "deletionDate": locale(deleted_at)}))
        .destroying(&[name])
}

/// Takes a secret back.
pub(crate) fn restore_secret(name: &str) -> Call {
    let arn = format!("arn:aws:secretsmanager:REGION:ACCOUNT:secret:{name}-a1B2c3");
    Call::write("secretsmanager", "RestoreSecret", json!({"secretId": arn.clone()}))
        .answer(json!({"aRN": arn, "name": name}))
}

/// Deletes a private certificate authority.
pub(crate) fn delete_authority(arn: &str, days: i64) -> Call {
    let request = json!({"certificateAuthorityArn": arn, "permanentDeletionTimeInDays": days});
    Call::write("acm-pca", "DeleteCertificateAuthority", request).destroying(&[arn])
}

/// Deletes a private certificate authority and names no days.
pub(crate) fn delete_authority_by_default(arn: &str) -> Call {
    Call::write("acm-pca", "DeleteCertificateAuthority", json!({"certificateAuthorityArn": arn}))
        .destroying(&[arn])
}

/// Sets for how many days backups of a database are kept.
pub(crate) fn keep_backups(id: &str, days: i64) -> Call {
    Call::write("rds", "ModifyDBInstance", json!({"dBInstanceIdentifier": id, "backupRetentionPeriod": days}))
}

/// Deletes a backup of an HSM cluster.
pub(crate) fn delete_hsm_backup(id: &str, deleted_at: i64) -> Call {
    Call::write("cloudhsm", "DeleteBackup", json!({"backupId": id}))
        .answer(json!({"backup": {"backupId": id, "backupState": "PENDING_DELETION",
                                  "deleteTimestamp": locale(deleted_at)}}))
        .destroying(&[id])
}

/// Deletes a payment key.
pub(crate) fn delete_payment_key(id: &str, deleted_at: i64) -> Call {
    Call::write("payment-cryptography", "DeleteKey", json!({"keyIdentifier": id, "deleteKeyInDays": 5}))
        .answer(
            json!({"key": {"deletePendingTimestamp": extended(deleted_at), "keyState": "DELETE_PENDING"}}),
        )
        .destroying(&[id])
}

/// Deletes an event data store.
pub(crate) fn delete_store(arn: &str) -> Call {
    Call::write("cloudtrail", "DeleteEventDataStore", json!({"eventDataStore": arn})).destroying(&[arn])
}

/// Closes a member account.
pub(crate) fn close_account(account: &str) -> Call {
    Call::write("organizations", "CloseAccount", json!({"accountId": account})).destroying(&[])
}

/// Turns point-in-time recovery of a table on.
pub(crate) fn keep_points_in_time(table: &str) -> Call {
    let request =
        json!({"tableName": table, "pointInTimeRecoverySpecification": {"pointInTimeRecoveryEnabled": true}});
    Call::write("dynamodb", "UpdateContinuousBackups", request)
}

/// Restores a table to a point in time, under its own name.
pub(crate) fn restore_table(table: &str) -> Call {
    let request =
        json!({"sourceTableName": table, "targetTableName": table, "useLatestRestorableTime": true});
    Call::write("dynamodb", "RestoreTableToPointInTime", request)
}

/// Makes a table.
pub(crate) fn create_table(table: &str) -> Call {
    Call::write("dynamodb", "CreateTable", json!({"tableName": table, "billingMode": "PAY_PER_REQUEST"}))
}

/// Deletes a database; its automated backups stay, for as many days as the answer tells.
pub(crate) fn delete_db_keeping_backups(id: &str, days: i64) -> Call {
    let request =
        json!({"dBInstanceIdentifier": id, "skipFinalSnapshot": true, "deleteAutomatedBackups": false});
    Call::write("rds", "DeleteDBInstance", request)
        .answer(json!({"dBInstanceIdentifier": id, "dBInstanceStatus": "deleting", "backupRetentionPeriod": days}))
        .destroying(&[id])
}

/// Deletes a database with a final snapshot.
pub(crate) fn delete_db_with_snapshot(id: &str, snapshot: &str) -> Call {
    let request = json!({"dBInstanceIdentifier": id, "skipFinalSnapshot": false,
                         "finalDBSnapshotIdentifier": snapshot});
    Call::write("rds", "DeleteDBInstance", request)
        .answer(
            json!({"dBInstanceIdentifier": id, "dBInstanceStatus": "deleting", "backupRetentionPeriod": 7}),
        )
        .destroying(&[id])
}

/// Deletes a database snapshot.
pub(crate) fn delete_db_snapshot(id: &str) -> Call {
    Call::write("rds", "DeleteDBSnapshot", json!({"dBSnapshotIdentifier": id})).destroying(&[id])
}

/// Makes a snapshot of a database.
pub(crate) fn create_db_snapshot(id: &str, snapshot: &str) -> Call {
    let request = json!({"dBInstanceIdentifier": id, "dBSnapshotIdentifier": snapshot});
    Call::write("rds", "CreateDBSnapshot", request)
}

/// Makes a database from a snapshot.
pub(crate) fn restore_db(id: &str, snapshot: &str) -> Call {
    let request = json!({"dBInstanceIdentifier": id, "dBSnapshotIdentifier": snapshot});
    Call::write("rds", "RestoreDBInstanceFromDBSnapshot", request)
}

/// Makes a Recycle Bin rule for all things of a type.
pub(crate) fn recycle_bin(resource_type: &str, days: i64) -> Call {
    let rule = json!({"resourceType": resource_type,
                      "retentionPeriod": {"retentionPeriodValue": days, "retentionPeriodUnit": "DAYS"}});
    let mut answer = rule.clone();
    answer["identifier"] = json!(format!("{days:0>11}"));
    Call::write("rbin", "CreateRule", rule).answer(answer)
}

/// Deregisters an image.
pub(crate) fn deregister_image(id: &str) -> Call {
    Call::write("ec2", "DeregisterImage", json!({"imageId": id}))
        .answer(json!({"_return": true}))
        .destroying(&[id])
}

/// Takes a snapshot out of the Recycle Bin.
pub(crate) fn restore_snapshot(id: &str) -> Call {
    Call::write("ec2", "RestoreSnapshotFromRecycleBin", json!({"snapshotId": id}))
}

/// Makes a snapshot of a volume.
pub(crate) fn create_snapshot(volume: &str, snapshot: &str) -> Call {
    Call::write("ec2", "CreateSnapshot", json!({"volumeId": volume}))
        .answer(json!({"snapshotId": snapshot, "volumeId": volume, "status": "pending"}))
}

/// A call about one named thing, with nothing but its name in the request.
pub(crate) fn named(service: &str, event: &'static str, key: &str, name: &str) -> Call {
    Call::write(service, event, json!({key: name}))
}

/// Stops the alarms' actions, or starts them again.
pub(crate) fn alarm_actions(event: &'static str, alarms: &[&str]) -> Call {
    Call::write("monitoring", event, json!({"alarmNames": alarms}))
}

/// Detaches a policy of the organization, or attaches it.
pub(crate) fn organization_policy(event: &'static str, policy: &str, target: &str) -> Call {
    Call::write("organizations", event, json!({"policyId": policy, "targetId": target}))
}

/// Sets the lifecycle rules of a bucket.
pub(crate) fn lifecycle(bucket: &str, rules: &Value) -> Call {
    let request = json!({"bucketName": bucket, "lifecycle": "", "Host": format!("{bucket}.s3.amazonaws.com"),
                         "LifecycleConfiguration": {"Rule": rules}});
    Call::write("s3", "PutBucketLifecycle", request).on("AWS::S3::Bucket", format!("arn:aws:s3:::{bucket}"))
}

/// Deletes a database cluster; its automated backups stay, for as many days as the answer tells.
pub(crate) fn delete_cluster_keeping_backups(id: &str, days: i64) -> Call {
    let request =
        json!({"dBClusterIdentifier": id, "skipFinalSnapshot": true, "deleteAutomatedBackups": false});
    Call::write("rds", "DeleteDBCluster", request)
        .answer(json!({"dBClusterIdentifier": id, "status": "available", "backupRetentionPeriod": days}))
        .destroying(&[id])
}

/// Restores a table from a backup of a table, under a name of its own.
pub(crate) fn restore_table_from(source: &str, table: &str) -> Call {
    let arn = format!("arn:aws:dynamodb:REGION:ACCOUNT:table/{source}/backup/01489602797149-73d8d5bc");
    // The request is no place for placeholders: it names the account of the story.
    let arn = arn.replace("REGION", "us-east-1").replace("ACCOUNT", crate::cast::SHOP);
    Call::write("dynamodb", "RestoreTableFromBackup", json!({"targetTableName": table, "backupArn": arn}))
}

/// Switches a rule of an event bus off or on.
pub(crate) fn bus_rule(event: &'static str, rule: &str, bus: &str) -> Call {
    Call::write("events", event, json!({"name": rule, "eventBusName": bus}))
}

/// Sets the versioning of a bucket.
pub(crate) fn keep_versions(bucket: &str, status: &str) -> Call {
    let request =
        json!({"bucketName": bucket, "versioning": "", "VersioningConfiguration": {"Status": status}});
    Call::write("s3", "PutBucketVersioning", request)
}

/// Deletes an object: a version of it if one is named; the answer tells of a marker if there is one.
pub(crate) fn delete_object(bucket: &str, key: &str, version: Option<&str>, answer: Value) -> Call {
    let mut request = json!({"bucketName": bucket, "key": key, "Host": format!("{bucket}.s3.amazonaws.com")});
    if let Some(version) = version {
        request["versionId"] = json!(version);
    }
    Call::write("s3", "DeleteObject", request)
        .answer(answer)
        .on("AWS::S3::Object", format!("arn:aws:s3:::{bucket}/{key}"))
        .destroying(&[key])
        .data()
}

/// Deletes objects, of which the last `refused` are not deleted.
pub(crate) fn delete_objects(bucket: &str, keys: &[&str], refused: usize) -> Call {
    let objects: Vec<Value> = keys.iter().map(|key| json!({"key": key})).collect();
    let done = &keys[..keys.len().saturating_sub(refused)];
    let errors: Vec<Value> =
        keys[done.len()..].iter().map(|key| json!({"key": key, "code": "AccessDenied"})).collect();
    Call::write("s3", "DeleteObjects", json!({"bucketName": bucket, "delete": {"objects": objects}}))
        .answer(json!({"errors": errors}))
        .destroying(done)
        .data()
}

/// Deletes rows of a table, of which `unprocessed` are left.
pub(crate) fn delete_rows(table: &str, rows: usize, unprocessed: usize) -> Call {
    let deletions = |count: usize| -> Vec<Value> {
        (0..count).map(|row| json!({"deleteRequest": {"key": {"id": row.to_string()}}})).collect()
    };
    let left = if unprocessed == 0 { json!({}) } else { json!({table: deletions(unprocessed)}) };
    Call::write("dynamodb", "BatchWriteItem", json!({"requestItems": {table: deletions(rows)}}))
        .answer(json!({"unprocessedItems": left}))
        .destroying(&[table])
        .data()
}

/// Terminates two instances, of which the second was gone.
pub(crate) fn terminate_one_of_two(id: &str, gone: &str) -> Call {
    let state = |id: &str, now: &str, before: &str| json!({"instanceId": id, "currentState": {"name": now}, "previousState": {"name": before}});
    let request = json!({"instancesSet": {"items": [{"instanceId": id}, {"instanceId": gone}]}});
    let items = [state(id, "shutting-down", "running"), state(gone, "terminated", "terminated")];
    Call::write("ec2", "TerminateInstances", request)
        .answer(json!({"instancesSet": {"items": items}}))
        .destroying(&[id])
}

/// Deletes two flow logs, of which the second does not exist.
pub(crate) fn delete_one_flow_log(id: &str, absent: &str) -> Call {
    let request = json!({"DeleteFlowLogsRequest": {"FlowLogId": [{"tag": 1, "content": id}, {"tag": 2, "content": absent}]}});
    let failed =
        json!({"resourceId": absent, "error": {"code": "InvalidFlowLogId.NotFound", "message": "gone"}});
    Call::write("ec2", "DeleteFlowLogs", request)
        .answer(json!({"DeleteFlowLogsResponse": {"unsuccessful": {"item": failed}}}))
        .destroying(&[id])
}

/// Deletes two parameters, of which the second does not exist.
pub(crate) fn delete_one_parameter(name: &str, absent: &str) -> Call {
    Call::write("ssm", "DeleteParameters", json!({"names": [name, absent]}))
        .answer(json!({"deletedParameters": [name], "invalidParameters": [absent]}))
        .destroying(&[name])
}
