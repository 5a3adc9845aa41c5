//! The calls that stories make: their parameters, what they answer, and what they destroy.
//!
//! One small function a call; who makes it and when is the story's business.

use crate::actor::unique_id;
use serde_json::{Value, json};
use std::borrow::Cow;

/// A call before it is made.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// `eventSource`.
    pub source: Cow<'static, str>,
    /// `eventName`.
    pub name: &'static str,
    /// `awsRegion`.
    pub region: &'static str,
    /// `requestParameters`.
    pub request: Value,
    /// `responseElements` of a success.
    pub response: Value,
    /// `resources`: type and ARN. `ACCOUNT` and `REGION` are filled in here and in the response.
    pub resources: Vec<(&'static str, String)>,
    /// `readOnly`.
    pub read_only: bool,
    /// `errorCode` and `errorMessage`.
    pub error: Option<(&'static str, &'static str)>,
    /// The things it destroys if it succeeds; `None` for a call that destroys nothing.
    pub destroys: Option<Vec<String>>,
    /// The service that makes the call with the caller's credentials.
    pub invoked_by: Option<&'static str>,
    /// The destructive RFC that explains it.
    pub rfc_id: String,
}

impl Call {
    /// A call that changes something, in us-east-1.
    pub(crate) fn write(service: &str, name: &'static str, request: Value) -> Self {
        Self {
            source: Cow::Owned(format!("{service}.amazonaws.com")),
            name,
            region: "us-east-1",
            request,
            response: Value::Null,
            resources: Vec::new(),
            read_only: false,
            error: None,
            destroys: None,
            invoked_by: None,
            rfc_id: String::new(),
        }
    }

    /// A call that only reads, in us-east-1.
    pub(crate) fn read(service: &str, name: &'static str, request: Value) -> Self {
        Self { read_only: true, ..Self::write(service, name, request) }
    }

    /// The same call in another region.
    pub(crate) fn in_region(self, region: &'static str) -> Self {
        Self { region, ..self }
    }

    /// The same call, refused for want of permission.
    pub(crate) fn denied(self) -> Self {
        let error = if self.source.starts_with("ec2.") {
            ("Client.UnauthorizedOperation", "You are not authorized to perform this operation.")
        } else {
            ("AccessDenied", "User is not authorized to perform this operation with an explicit deny")
        };
        Self { error: Some(error), ..self }
    }

    /// The same call, failed for another reason.
    pub(crate) fn failed(self, code: &'static str, message: &'static str) -> Self {
        Self { error: Some((code, message)), ..self }
    }

    /// The same EC2 call as a dry run: nothing happens, and success is an error code.
    pub(crate) fn dry_run(mut self) -> Self {
        if let Some(request) = self.request.as_object_mut() {
            request.insert("dryRun".to_owned(), json!(true));
        }
        self.failed("Client.DryRunOperation", "Request would have succeeded, but DryRun flag is set.")
    }

    /// The same call, made by a service with the caller's credentials.
    pub(crate) fn via(self, service: &'static str) -> Self {
        Self { invoked_by: Some(service), ..self }
    }

    /// The same call, explained by a destructive RFC.
    pub(crate) fn explained_by(self, rfc_id: &str) -> Self {
        Self { rfc_id: rfc_id.to_owned(), ..self }
    }

    /// The same call with what it answers.
    pub(crate) fn answering(self, response: Value) -> Self {
        self.answer(response)
    }

    /// The same call, destroying these things.
    pub(crate) fn destroying_named(self, things: &[&str]) -> Self {
        self.destroying(things)
    }

    fn answer(self, response: Value) -> Self {
        Self { response, ..self }
    }

    fn on(mut self, kind: &'static str, arn: String) -> Self {
        self.resources.push((kind, arn));
        self
    }

    fn destroying(self, things: &[&str]) -> Self {
        Self { destroys: Some(things.iter().map(|&thing| thing.to_owned()).collect()), ..self }
    }
}

/// Looks at the instances of a region.
pub(crate) fn describe_instances() -> Call {
    Call::read("ec2", "DescribeInstances", json!({"maxResults": 1000, "instancesSet": {}, "filterSet": {}}))
}

/// Lists the buckets of the account.
pub(crate) fn list_buckets() -> Call {
    Call::read("s3", "ListBuckets", json!({"Host": "s3.amazonaws.com"}))
}

/// Looks at the databases of a region.
pub(crate) fn describe_db_instances() -> Call {
    Call::read("rds", "DescribeDBInstances", json!({"maxRecords": 100}))
}

/// Lists the KMS keys of a region.
pub(crate) fn list_keys() -> Call {
    Call::read("kms", "ListKeys", Value::Null)
}

/// Launches one instance.
pub(crate) fn run_instance(id: &str) -> Call {
    let request = json!({
        "instancesSet": {"items": [{"imageId": "ami-0abcdef1234567890", "minCount": 1, "maxCount": 1}]},
        "instanceType": "t3.large", "disableApiTermination": false,
    });
    Call::write("ec2", "RunInstances", request).answer(json!({
        "reservationId": "r-0123456789abcdef0",
        "instancesSet": {"items": [{"instanceId": id, "instanceState": {"code": 0, "name": "pending"}}]},
    }))
}

/// Tags a resource.
pub(crate) fn create_tags(id: &str) -> Call {
    let request = json!({
        "resourcesSet": {"items": [{"resourceId": id}]},
        "tagSet": {"items": [{"key": "project", "value": "orders"}]},
    });
    Call::write("ec2", "CreateTags", request).answer(json!({"_return": true}))
}

/// Creates a bucket.
pub(crate) fn create_bucket(bucket: &str) -> Call {
    let request = json!({"bucketName": bucket, "Host": format!("{bucket}.s3.amazonaws.com")});
    Call::write("s3", "CreateBucket", request).on("AWS::S3::Bucket", format!("arn:aws:s3:::{bucket}"))
}

/// Writes a parameter.
pub(crate) fn put_parameter(name: &str) -> Call {
    let request =
        json!({"name": name, "type": "String", "value": "HIDDEN_DUE_TO_SECURITY_REASONS", "overwrite": true});
    Call::write("ssm", "PutParameter", request).answer(json!({"version": 4, "tier": "Standard"}))
}

/// Updates a stack.
pub(crate) fn update_stack(stack: &str) -> Call {
    let request = json!({"stackName": stack, "capabilities": ["CAPABILITY_AUTO_EXPAND"]});
    let arn = format!("arn:aws:cloudformation:REGION:ACCOUNT:stack/{stack}/1");
    Call::write("cloudformation", "UpdateStack", request).answer(json!({"stackId": arn}))
}

/// Terminates instances.
pub(crate) fn terminate_instances(ids: &[&str]) -> Call {
    let items: Vec<Value> = ids.iter().map(|id| json!({"instanceId": id})).collect();
    let changes: Vec<Value> = ids
        .iter()
        .map(|id| {
            json!({"instanceId": id, "currentState": {"code": 32, "name": "shutting-down"},
                   "previousState": {"code": 16, "name": "running"}})
        })
        .collect();
    Call::write("ec2", "TerminateInstances", json!({"instancesSet": {"items": items}}))
        .answer(json!({"instancesSet": {"items": changes}}))
        .destroying(ids)
}

/// Deletes a database without a final snapshot.
pub(crate) fn delete_db_instance(id: &str) -> Call {
    let request =
        json!({"dBInstanceIdentifier": id, "skipFinalSnapshot": true, "deleteAutomatedBackups": true});
    Call::write("rds", "DeleteDBInstance", request)
        .answer(json!({"dBInstanceIdentifier": id, "dBInstanceStatus": "deleting", "engine": "postgres",
                       "dBInstanceArn": format!("arn:aws:rds:REGION:ACCOUNT:db:{id}")}))
        .destroying(&[id])
}

/// Schedules a key for deletion in seven days.
pub(crate) fn schedule_key_deletion(key_id: &str, deletion_date: &str) -> Call {
    Call::write("kms", "ScheduleKeyDeletion", json!({"keyId": key_id, "pendingWindowInDays": 7}))
        .answer(json!({"keyId": key_id, "deletionDate": deletion_date, "keyState": "PendingDeletion",
                       "pendingWindowInDays": 7}))
        .on("AWS::KMS::Key", format!("arn:aws:kms:REGION:ACCOUNT:key/{key_id}"))
        .destroying(&[key_id])
}

/// Deletes an empty bucket.
pub(crate) fn delete_bucket(bucket: &str) -> Call {
    let request = json!({"bucketName": bucket, "Host": format!("{bucket}.s3.amazonaws.com")});
    Call::write("s3", "DeleteBucket", request)
        .on("AWS::S3::Bucket", format!("arn:aws:s3:::{bucket}"))
        .destroying(&[bucket])
}

/// Stops a trail.
pub(crate) fn stop_logging(trail: &str) -> Call {
    Call::write("cloudtrail", "StopLogging", json!({"name": trail})).destroying(&[trail])
}

/// Deletes an EBS snapshot.
pub(crate) fn delete_snapshot(id: &str) -> Call {
    Call::write("ec2", "DeleteSnapshot", json!({"snapshotId": id}))
        .answer(json!({"_return": true}))
        .destroying(&[id])
}

/// Deletes an EBS volume.
pub(crate) fn delete_volume(id: &str) -> Call {
    Call::write("ec2", "DeleteVolume", json!({"volumeId": id}))
        .answer(json!({"_return": true}))
        .destroying(&[id])
}

/// Deletes a stack.
pub(crate) fn delete_stack(stack: &str) -> Call {
    Call::write("cloudformation", "DeleteStack", json!({"stackName": stack})).destroying(&[stack])
}

/// Deletes a DynamoDB table.
pub(crate) fn delete_table(table: &str) -> Call {
    Call::write("dynamodb", "DeleteTable", json!({"tableName": table}))
        .answer(json!({"tableDescription": {"tableName": table, "tableStatus": "DELETING"}}))
        .on("AWS::DynamoDB::Table", format!("arn:aws:dynamodb:REGION:ACCOUNT:table/{table}"))
        .destroying(&[table])
}

/// Deletes a log group.
pub(crate) fn delete_log_group(name: &str) -> Call {
    Call::write("logs", "DeleteLogGroup", json!({"logGroupName": name})).destroying(&[name])
}

/// Deletes a Lambda function.
pub(crate) fn delete_function(name: &str) -> Call {
    Call::write("lambda", "DeleteFunction20150331", json!({"functionName": name})).destroying(&[name])
}

/// Creates a role.
pub(crate) fn create_role(account: &str, name: &str) -> Call {
    let trust = "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"sts:AssumeRoleWithSAML\"}]}";
    let request = json!({
        "roleName": name, "path": "/", "maxSessionDuration": 14_400, "assumeRolePolicyDocument": trust,
    });
    Call::write("iam", "CreateRole", request).answer(json!({"role": {
        "path": "/", "roleName": name, "roleId": unique_id("AROA", account, name),
        "arn": format!("arn:aws:iam::{account}:role/{name}"),
    }}))
}

/// Deletes a role.
pub(crate) fn delete_role(name: &str) -> Call {
    Call::write("iam", "DeleteRole", json!({"roleName": name})).destroying(&[name])
}

/// Tries to assume a role with keys.
pub(crate) fn assume_role(account: &str, role: &str, session_name: &str) -> Call {
    let arn = format!("arn:aws:iam::{account}:role/{role}");
    let request = json!({"roleArn": arn, "roleSessionName": session_name, "durationSeconds": 3600});
    Call::read("sts", "AssumeRole", request).on("AWS::IAM::Role", arn)
}
