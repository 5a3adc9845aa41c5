//! What type an identifier without a recorded type has.
//!
//! Owns: a small table of the types that are met most. What it does not hold
//! stays unknown.

use std::sync::Arc;

/// Types told by the prefix of an EC2 id.
///
/// Source: EC2 User Guide, "Resource IDs".
const BY_PREFIX: [(&str, &str); 14] = [
    ("i-", "AWS::EC2::Instance"),
    ("vol-", "AWS::EC2::Volume"),
    ("snap-", "AWS::EC2::Snapshot"),
    ("ami-", "AWS::EC2::Image"),
    ("sg-", "AWS::EC2::SecurityGroup"),
    ("subnet-", "AWS::EC2::Subnet"),
    ("vpce-", "AWS::EC2::VPCEndpoint"),
    ("vpc-", "AWS::EC2::VPC"),
    ("igw-", "AWS::EC2::InternetGateway"),
    ("nat-", "AWS::EC2::NatGateway"),
    ("rtb-", "AWS::EC2::RouteTable"),
    ("acl-", "AWS::EC2::NetworkAcl"),
    ("eni-", "AWS::EC2::NetworkInterface"),
    ("fl-", "AWS::EC2::FlowLog"),
];

/// Types told by the service and the stem of the key.
///
/// Source: CloudFormation resource types, for the names.
const BY_KEY: [(&str, &str, &str); 19] = [
    ("backup.amazonaws.com", "backupvault", "AWS::Backup::BackupVault"),
    ("backup.amazonaws.com", "recoverypoint", "AWS::Backup::RecoveryPoint"),
    ("cloudformation.amazonaws.com", "stack", "AWS::CloudFormation::Stack"),
    ("cloudtrail.amazonaws.com", "", "AWS::CloudTrail::Trail"),
    ("dynamodb.amazonaws.com", "table", "AWS::DynamoDB::Table"),
    ("guardduty.amazonaws.com", "detector", "AWS::GuardDuty::Detector"),
    ("iam.amazonaws.com", "accesskey", "AWS::IAM::AccessKey"),
    ("iam.amazonaws.com", "policy", "AWS::IAM::Policy"),
    ("iam.amazonaws.com", "role", "AWS::IAM::Role"),
    ("iam.amazonaws.com", "user", "AWS::IAM::User"),
    ("kms.amazonaws.com", "key", "AWS::KMS::Key"),
    ("lambda.amazonaws.com", "function", "AWS::Lambda::Function"),
    ("logs.amazonaws.com", "loggroup", "AWS::Logs::LogGroup"),
    ("logs.amazonaws.com", "logstream", "AWS::Logs::LogStream"),
    ("rds.amazonaws.com", "dbcluster", "AWS::RDS::DBCluster"),
    ("rds.amazonaws.com", "dbclustersnapshot", "AWS::RDS::DBClusterSnapshot"),
    ("rds.amazonaws.com", "dbinstance", "AWS::RDS::DBInstance"),
    ("rds.amazonaws.com", "dbsnapshot", "AWS::RDS::DBSnapshot"),
    ("secretsmanager.amazonaws.com", "secret", "AWS::SecretsManager::Secret"),
];

/// The type of an identifier, from its service, the stem of its key and itself.
pub(super) fn of(event_source: &str, stem: Option<&str>, identifier: Option<&str>) -> Option<Arc<str>> {
    let by_key = BY_KEY.iter().find(|(source, key, _)| *source == event_source && Some(*key) == stem);
    let by_prefix = || {
        let id = identifier.filter(|_| event_source == "ec2.amazonaws.com")?;
        BY_PREFIX.iter().find(|(prefix, _)| id.starts_with(prefix)).map(|(_, kind)| *kind)
    };
    by_key.map(|(_, _, kind)| *kind).or_else(by_prefix).map(Arc::from)
}
