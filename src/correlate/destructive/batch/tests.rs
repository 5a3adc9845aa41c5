//! What batch calls answered, and what of it counts.

use crate::model::event::{Event, Outcome};

use super::super::super::payload;
use super::super::super::samples::{With, call};
use super::super::resources;
use super::{Effect, of};

fn effect(event: &Event) -> Effect {
    let request = payload::parse(event.request_parameters.as_ref());
    let response = payload::parse(event.response_elements.as_ref());
    let named = resources::of(event, &request, &response);
    of(event, &request, &response, named)
}

/// Service, event name, request, response, outcome, names, count, part of the note.
type Case = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    Outcome,
    &'static [&'static str],
    u64,
    &'static str,
);

#[rustfmt::skip]
const CASES: [Case; 21] = [
    ("ec2", "TerminateInstances", r#"{"instancesSet":{"items":[{"instanceId":"i-1"},{"instanceId":"i-2"}]}}"#,
     r#"{"instancesSet":{"items":[{"instanceId":"i-1","currentState":{"name":"shutting-down"},"previousState":{"name":"running"}},{"instanceId":"i-2","currentState":{"name":"terminated"},"previousState":{"name":"terminated"}}]}}"#,
     Outcome::Succeeded, &["i-1"], 1, "1 of 2 had been terminated before"),
    ("ec2", "TerminateInstances", r#"{"instancesSet":{"items":[{"instanceId":"i-1"}]}}"#,
     r#"{"instancesSet":{"items":[{"instanceId":"i-1","currentState":{"name":"shutting-down"},"previousState":{"name":"stopped"}}]}}"#,
     Outcome::Succeeded, &["i-1"], 1, ""),
    ("ec2", "DeleteFlowLogs", r#"{"DeleteFlowLogsRequest":{"FlowLogId":[{"content":"fl-1","tag":1},{"content":"fl-2","tag":2}]}}"#,
     r#"{"DeleteFlowLogsResponse":{"unsuccessful":{"item":{"error":{"code":"InvalidFlowLogId.NotFound","message":"m"},"resourceId":"fl-2"}}}}"#,
     Outcome::Succeeded, &["fl-1"], 1, "1 of 2 failed (InvalidFlowLogId.NotFound)"),
    ("ec2", "DeleteFlowLogs", r#"{"DeleteFlowLogsRequest":{"FlowLogId":{"content":"fl-1","tag":1}}}"#,
     r#"{"DeleteFlowLogsResponse":{"unsuccessful":""}}"#, Outcome::Succeeded, &["fl-1"], 1, ""),
    ("ec2", "DeleteVpcEndpoints", r#"{"vpcEndpointId":["vpce-1","vpce-2"]}"#,
     r#"{"unsuccessful":{"items":[{"resourceId":"vpce-1","error":{"code":"UnauthorizedOperation"}},{"resourceId":"vpce-2","error":{"code":"UnauthorizedOperation"}}]}}"#,
     Outcome::Denied, &["vpce-1", "vpce-2"], 2, "2 of 2 failed"),
    ("dynamodb", "BatchWriteItem", r#"{"requestItems":{"orders":[{"deleteRequest":{"key":{"id":"1"}}},{"deleteRequest":{"key":{"id":"2"}}},{"putRequest":{"item":{}}}],"other":[{"putRequest":{}}]}}"#,
     r#"{"unprocessedItems":{"orders":[{"deleteRequest":{"key":{"id":"2"}}}]}}"#,
     Outcome::Succeeded, &["orders"], 1, "1 of 2 deletions were left unprocessed"),
    ("dynamodb", "BatchWriteItem", r#"{"requestItems":[{"tableName":"orders","operation":"DeleteRequest"},{"tableName":"rows","operation":"DeleteRequest"},{"tableName":"rows","operation":"PutRequest"}]}"#,
     "null", Outcome::Succeeded, &["orders", "rows"], 2, ""),
    ("dynamodb", "BatchWriteItem", r#"{"requestItems":{"orders":[{"deleteRequest":{}}]}}"#,
     r#"{"unprocessedItems":{"orders":[{"deleteRequest":{}}]}}"#, Outcome::Failed, &[], 0, "1 of 1 deletion"),
    ("s3", "DeleteObjects", r#"{"bucketName":"b","delete":{"objects":[{"key":"x"},{"key":"y"}]}}"#,
     r#"{"errors":[{"key":"y","code":"AccessDenied"}]}"#,
     Outcome::Succeeded, &["arn:aws:s3:::b/x"], 1, "1 of 2 failed (AccessDenied)"),
    ("s3", "DeleteObjects", r#"{"bucketName":"b","delete":""}"#,
     r#"{"deleteResult":{"deleted":[{"key":"x"},{"key":"z"}],"error":[{"key":"y","code":"InternalError"}]}}"#,
     Outcome::Succeeded, &["arn:aws:s3:::b/x", "arn:aws:s3:::b/z"], 2, "1 of 3 failed (InternalError)"),
    ("s3", "DeleteObjects", r#"{"bucketName":"b","delete":{"objects":[{"key":"x"}]}}"#,
     r#"{"errors":[{"key":"x","code":"AccessDenied"}]}"#, Outcome::Denied, &["arn:aws:s3:::b/x"], 1, "1 of 1 failed (AccessDenied)"),
    ("s3", "DeleteObjects", r#"{"bucketName":"b","objectCount":40}"#,
     r#"{"errors":[{"key":"x","code":"AccessDenied"},{"key":"y","code":"AccessDenied"}]}"#,
     Outcome::Succeeded, &["arn:aws:s3:::b"], 38, "2 of 40 failed (AccessDenied), not counted; which"),
    ("ecr", "BatchDeleteImage", r#"{"repositoryName":"r","imageIds":[{"imageTag":"a"},{"imageTag":"b"}]}"#,
     r#"{"failures":[],"imageIds":[{"imageTag":"a"},{"imageTag":"b"}]}"#, Outcome::Succeeded, &["r"], 1, ""),
    ("ecr", "BatchDeleteImage", r#"{"repositoryName":"r","imageIds":[{"imageTag":"a"},{"imageTag":"b"},{"imageTag":"c"}]}"#,
     r#"{"failures":[{"imageId":{"imageTag":"b"},"failureCode":"ImageNotFound"}]}"#, Outcome::Succeeded, &["r"], 2, "1 of 3 failed (ImageNotFound)"),
    ("glue", "BatchDeleteTable", r#"{"databaseName":"d","tablesToDelete":["x","y"]}"#,
     r#"{"errors":[]}"#, Outcome::Succeeded, &["d"], 1, ""),
    ("events", "RemoveTargets", r#"{"rule":"r","ids":["1","2"]}"#,
     r#"{"failedEntryCount":1,"failedEntries":[{"targetId":"2","errorCode":"ResourceNotFoundException"}]}"#,
     Outcome::Succeeded, &["1"], 1, "1 of 2 failed (ResourceNotFoundException)"),
    ("ssm", "DeleteParameters", r#"{"names":["/a","/b"]}"#,
     r#"{"deletedParameters":["/a"],"invalidParameters":["/b"]}"#, Outcome::Succeeded, &["/a"], 1, "1 of 2 failed"),
    ("autoscaling", "BatchDeleteScheduledAction", r#"{"autoScalingGroupName":"g","scheduledActionNames":["n","m"]}"#,
     r#"{"failedScheduledActions":[{"scheduledActionName":"n","errorCode":"ValidationError"}]}"#,
     Outcome::Succeeded, &["m"], 1, "1 of 2 failed"),
    ("ssm", "DeleteInventory", r#"{"typeName":"Custom:x","dryRun":true}"#, r#"{"deletionSummary":{"totalCount":3}}"#,
     Outcome::DryRun, &["Custom:x"], 1, ""),
    ("rds", "DeleteDBInstance", r#"{"dBInstanceIdentifier":"db"}"#,
     r#"{"dBInstanceIdentifier":"db","failedLogins":3,"errors":"none"}"#, Outcome::Succeeded, &["db"], 1, ""),
    ("x", "DeleteThings", r#"{"thingIds":["a","b","c"]}"#,
     r#"{"unsuccessfulItems":[{"position":2,"reason":"busy"}]}"#, Outcome::Succeeded, &["a", "b", "c"], 2, "which of them is not in the record"),
];

#[test]
fn each_item_of_a_batch_counts_as_it_ended() {
    for (source, name, request, response, outcome, names, count, note) in CASES {
        let event = call(1, source, name).request(request).response(response);
        let effect = effect(&event);
        let found: Vec<&str> = effect.named.identifiers.iter().map(|name| &**name).collect();
        assert_eq!((effect.outcome, effect.named.count), (outcome, count), "{name} {response}");
        assert_eq!(found, names, "{name} {response}");
        let told = effect.note.unwrap_or_default();
        assert!(told.contains(note) && told.is_empty() == note.is_empty(), "{name}: {told}");
    }
}

#[test]
fn a_denied_batch_is_read_no_further() {
    let event = call(1, "s3", "DeleteObjects")
        .request(r#"{"bucketName":"b","dryRun":true,"delete":{"objects":[{"key":"x"}]}}"#)
        .error("AccessDenied");
    assert_eq!(effect(&event).outcome, Outcome::Denied);
}
