//! The everyday callers of an account: people, workloads, AMS automation and AWS services.
//!
//! None of them ever wears a mode role, so what they do is outside any mode.

use crate::actor::{Actor, Kind, RoleSession, unique_id};
use crate::cast::{ADMIN, OPERATOR};
use crate::clock::MINUTE;
use crate::prng::Prng;

/// A caller, with its identity as JSON text for the whole batch.
pub(super) struct Caller {
    /// Address, agent, kind.
    pub actor: Actor,
    /// `userIdentity`.
    pub identity_json: String,
}

/// The callers of one batch of records.
pub(super) struct People {
    /// Who reads.
    pub readers: Vec<Caller>,
    /// Who writes, and reads.
    pub writers: Vec<Caller>,
    /// AWS services on their own behalf.
    pub services: Vec<Caller>,
    /// People at the console, the root user among them.
    pub console: Vec<Caller>,
}

const READERS: [(&str, &str); 4] = [
    ("AWSManagedServicesReadOnlyRole", "heidi"),
    ("AWSManagedServicesSecurityOpsRole", "oscar"),
    ("AWSServiceRoleForConfig", "AWSConfig-Describe"),
    ("AWSServiceRoleForAmazonGuardDuty", "GuardDuty"),
];
const WRITERS: [(&str, &str); 6] = [
    (ADMIN, "judy"),
    (OPERATOR, "ams-operator"),
    ("app-orders-worker-role", "i-0a1b2c3d4e5f60101"),
    ("app-ingest-loader-role", "i-0a1b2c3d4e5f60102"),
    ("app-deploy-pipeline-role", "pipeline-run"),
    ("customer-mc-ec2-instance-profile", "i-0a1b2c3d4e5f60103"),
];
const USERS: [&str; 2] = ["batch-operator", "backup-agent"];
const SERVICES: [&str; 4] =
    ["ec2.amazonaws.com", "lambda.amazonaws.com", "cloudtrail.amazonaws.com", "ssm.amazonaws.com"];
const AGENTS: [&str; 5] = [
    "aws-cli/2.15.30 Python/3.11.8 Linux/6.1.79-99.164.amzn2023.x86_64 exe/x86_64.amzn.2023 prompt/off",
    "Boto3/1.34.51 md/Botocore#1.34.51 ua/2.0 os/linux#6.1.79 md/arch#x86_64 lang/python#3.11.8 md/pyimpl#CPython cfg/retry-mode#legacy",
    "APN/1.0 HashiCorp/1.0 Terraform/1.7.4 (+https://www.terraform.io) terraform-provider-aws/5.39.1 aws-sdk-go-v2/1.25.2",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/121.0.0.0 Safari/537.36",
    "aws-sdk-java/2.24.6 Linux/6.1.79 OpenJDK_64-Bit_Server_VM/17.0.10+7-LTS Java/17.0.10 vendor/Amazon.com_Inc. io/sync http/Apache cfg/retry-mode/legacy",
];

impl People {
    /// The callers of `account` in a batch that begins at `begin`.
    pub(super) fn new(account: &str, begin: i64, prng: &mut Prng) -> Self {
        let mut role = |(role, session): &(&str, &str)| {
            let created = begin - MINUTE * (1 + prng.below(40) as i64);
            let session = RoleSession {
                role: (*role).to_owned(),
                path: if role.starts_with("AWSServiceRoleFor") { "/aws-service-role/" } else { "/" }
                    .to_owned(),
                role_id: unique_id("AROA", account, role),
                session_name: (*session).to_owned(),
                access_key: prng.key("ASIA", 16),
                created,
                mfa: false,
                source_identity: None,
                on_behalf_of: None,
                in_scope_of: None,
            };
            caller(account, Kind::Role(session), prng)
        };
        let readers = READERS.iter().map(&mut role).collect();
        let mut writers: Vec<Caller> = WRITERS.iter().map(&mut role).collect();
        for name in USERS {
            let user_id = unique_id("AIDA", account, name);
            let access_key = unique_id("AKIA", account, name)[..20].to_owned();
            writers.push(caller(account, Kind::User { name: name.to_owned(), user_id, access_key }, prng));
        }
        let services = SERVICES.iter().map(|service| caller(account, Kind::Service(service), prng)).collect();
        let console_user = Kind::User {
            name: "console-operator".to_owned(),
            user_id: unique_id("AIDA", account, "console-operator"),
            access_key: String::new(),
        };
        let mut console: Vec<Caller> = (0..7).map(|_| caller(account, console_user.clone(), prng)).collect();
        console.push(caller(account, Kind::Root, prng));
        Self { readers, writers, services, console }
    }
}

fn caller(account: &str, kind: Kind, prng: &mut Prng) -> Caller {
    let service = match &kind {
        Kind::Service(service) => Some((*service).to_owned()),
        _ => None,
    };
    let ip = format!("{}.{}", prng.pick(&["203.0.113", "198.51.100", "192.0.2"]), 1 + prng.below(250));
    let agent = (*prng.pick(&AGENTS)).to_owned();
    let actor = Actor {
        account: account.to_owned(),
        kind,
        ip: service.clone().unwrap_or(ip),
        agent: service.unwrap_or(agent),
        standing: None,
    };
    let identity_json = actor.identity(None).to_string();
    Caller { actor, identity_json }
}
