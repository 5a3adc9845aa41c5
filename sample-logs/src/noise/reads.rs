//! The everyday calls that read, and the sign-ins.

use super::table::Kind::{DataRead, GlobalRead, Read, Service, SignIn};
use super::table::{Row, row};

/// All rows of this kind.
pub(super) const ROWS: &[Row] = &[
    row(
        90,
        "ec2",
        "DescribeInstances",
        Read,
        [
            r#"{"maxResults":1000,"instancesSet":{},"filterSet":{"items":[{"name":"instance-state-name","valueSet":{"items":[{"value":"running"},{"value":"pending"}]}},{"name":"vpc-id","valueSet":{"items":[{"value":"<vpc>"}]}}]}}"#,
            "",
            "",
        ],
    ),
    row(
        40,
        "ec2",
        "DescribeVolumes",
        Read,
        [
            r#"{"volumeSet":{},"filterSet":{"items":[{"name":"attachment.instance-id","valueSet":{"items":[{"value":"<instance>"}]}}]}}"#,
            "",
            "",
        ],
    ),
    row(
        35,
        "ec2",
        "DescribeSecurityGroups",
        Read,
        [
            r#"{"maxResults":1000,"securityGroupSet":{},"securityGroupIdSet":{"items":[{"groupId":"<sg>"}]},"filterSet":{}}"#,
            "",
            "",
        ],
    ),
    row(
        25,
        "ec2",
        "DescribeNetworkInterfaces",
        Read,
        [
            r#"{"networkInterfaceIdSet":{},"filterSet":{"items":[{"name":"group-id","valueSet":{"items":[{"value":"<sg>"}]}}]}}"#,
            "",
            "",
        ],
    ),
    row(
        45,
        "s3",
        "GetBucketAcl",
        Read,
        [
            r#"{"bucketName":"<bucket>","Host":"<bucket>.s3.<region>.amazonaws.com","acl":""}"#,
            "",
            "AWS::S3::Bucket arn:aws:s3:::<bucket>",
        ],
    ),
    row(
        25,
        "s3",
        "GetBucketLocation",
        Read,
        [
            r#"{"bucketName":"<bucket>","Host":"<bucket>.s3.<region>.amazonaws.com","location":""}"#,
            "",
            "AWS::S3::Bucket arn:aws:s3:::<bucket>",
        ],
    ),
    row(
        45,
        "s3",
        "GetObject",
        DataRead,
        [
            r#"{"bucketName":"<bucket>","Host":"<bucket>.s3.<region>.amazonaws.com","key":"exports/2026/01/part-<hex8>.parquet"}"#,
            "",
            "AWS::S3::Object arn:aws:s3:::<bucket>/exports/2026/01/part-<hex8>.parquet",
        ],
    ),
    row(
        70,
        "kms",
        "Decrypt",
        Read,
        [
            r#"{"encryptionContext":{"aws:s3:arn":"arn:aws:s3:::<bucket>"},"encryptionAlgorithm":"SYMMETRIC_DEFAULT","keyId":"arn:aws:kms:<region>:<account>:key/<key>"}"#,
            "",
            "AWS::KMS::Key arn:aws:kms:<region>:<account>:key/<key>",
        ],
    ),
    row(
        45,
        "kms",
        "GenerateDataKey",
        Service,
        [
            r#"{"keyId":"arn:aws:kms:<region>:<account>:key/<key>","encryptionContext":{"aws:s3:arn":"arn:aws:s3:::<bucket>/AWSLogs"},"keySpec":"AES_256"}"#,
            "",
            "AWS::KMS::Key arn:aws:kms:<region>:<account>:key/<key>",
        ],
    ),
    row(
        60,
        "sts",
        "AssumeRole",
        Service,
        [
            r#"{"roleArn":"arn:aws:iam::<account>:role/<role>","roleSessionName":"<instance>","durationSeconds":3600}"#,
            r#"{"credentials":{"accessKeyId":"<asia>","sessionToken":"<token>","expiration":"<expiry>"},"assumedRoleUser":{"assumedRoleId":"AROA<hex8>:<instance>","arn":"arn:aws:sts::<account>:assumed-role/<role>/<instance>"}}"#,
            "AWS::IAM::Role arn:aws:iam::<account>:role/<role>",
        ],
    ),
    row(25, "sts", "GetCallerIdentity", Read, ["", "", ""]),
    row(
        20,
        "ssm",
        "GetParameters",
        Read,
        [r#"{"names":["/<function>/config","/<function>/endpoint"],"withDecryption":true}"#, "", ""],
    ),
    row(
        20,
        "logs",
        "DescribeLogGroups",
        Read,
        [r#"{"logGroupNamePrefix":"/aws/lambda/","limit":50}"#, "", ""],
    ),
    row(
        20,
        "lambda",
        "GetFunction20150331v2",
        Read,
        [r#"{"functionName":"arn:aws:lambda:<region>:<account>:function:<function>"}"#, "", ""],
    ),
    row(
        15,
        "rds",
        "DescribeDBInstances",
        Read,
        [r#"{"dBInstanceIdentifier":"<db>","maxRecords":100}"#, "", ""],
    ),
    row(
        20,
        "dynamodb",
        "DescribeTable",
        Read,
        [
            r#"{"tableName":"<table>"}"#,
            "",
            "AWS::DynamoDB::Table arn:aws:dynamodb:<region>:<account>:table/<table>",
        ],
    ),
    row(
        18,
        "monitoring",
        "DescribeAlarms",
        Read,
        [r#"{"alarmNamePrefix":"<function>","maxRecords":100}"#, "", ""],
    ),
    row(14, "ecs", "DescribeServices", Read, [r#"{"cluster":"main","services":["<function>"]}"#, "", ""]),
    row(16, "cloudformation", "DescribeStacks", Read, [r#"{"stackName":"<function>"}"#, "", ""]),
    row(
        12,
        "elasticloadbalancing",
        "DescribeTargetHealth",
        Read,
        [
            r#"{"targetGroupArn":"arn:aws:elasticloadbalancing:<region>:<account>:targetgroup/<function>/<hex8>"}"#,
            "",
            "",
        ],
    ),
    row(
        12,
        "secretsmanager",
        "GetSecretValue",
        Read,
        [r#"{"secretId":"arn:aws:secretsmanager:<region>:<account>:secret:<function>-<hex8>"}"#, "", ""],
    ),
    row(
        12,
        "sqs",
        "GetQueueAttributes",
        Read,
        [
            r#"{"queueUrl":"https://sqs.<region>.amazonaws.com/<account>/<function>","attributeNames":["All"]}"#,
            "",
            "",
        ],
    ),
    row(10, "autoscaling", "DescribeAutoScalingGroups", Read, [r#"{"maxRecords":100}"#, "", ""]),
    row(10, "guardduty", "ListFindings", Read, [r#"{"detectorId":"<hex32>","maxResults":50}"#, "", ""]),
    row(22, "iam", "GetRole", GlobalRead, [r#"{"roleName":"<role>"}"#, "", ""]),
    row(14, "iam", "ListAttachedRolePolicies", GlobalRead, [r#"{"roleName":"<role>"}"#, "", ""]),
    row(8, "signin", "ConsoleLogin", SignIn, ["", r#"{"ConsoleLogin":"Success"}"#, ""]),
];
