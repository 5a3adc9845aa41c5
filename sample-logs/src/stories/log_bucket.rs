//! The bucket of a trail: set up, kept in order, and then weakened.

use super::{Text, case};
use crate::bucket::Packing;
use crate::calls::Call;
use crate::casebook::Case;
use crate::cast::{ADMIN, SHOP};
use crate::clock::{MINUTE, at};
use crate::losses as loss;
use crate::scene::Scene;
use crate::truth::Intent;
use serde_json::{Value, json};
use std::io;

const TEXT: Text = Text {
    name: "log-bucket",
    title: "The bucket of a trail is kept in order, and then weakened",
    story: "Nina lets CloudTrail write to shop-audit, makes a trail that delivers there, and keeps its logs for two years; of another
bucket she expires everything within a day. At night Oscar lets the logs of shop-audit expire within a day, suspends its
versioning and sets a policy that no longer names CloudTrail; he may not delete the bucket.
What Nina did harms no log. What Oscar did to the logs is one finding; that he then tried to delete the bucket is another.",
};

const BUCKET: &str = "shop-audit";

/// The case.
pub(super) fn tell() -> io::Result<Case> {
    let mut scene = Scene::new(206);
    let start = at("2026-02-09T08:00:00Z");
    let minute = |number: i64| start + number * MINUTE;
    let nina = scene.role(SHOP, ADMIN, "nina", start - 3_600);
    let delivers = json!({"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"},
                          "Action": "s3:PutObject", "Resource": format!("arn:aws:s3:::{BUCKET}/audit/AWSLogs/{SHOP}/*")});
    scene.call(&nina, minute(0), policy(&delivers));
    let trail = json!({"name": "shop-trail", "s3BucketName": BUCKET, "s3KeyPrefix": "audit"});
    let mut made = Call::write("cloudtrail", "CreateTrail", trail.clone());
    made.response = trail;
    scene.call(&nina, minute(5), made);
    let keeping =
        json!({"Status": "Enabled", "Filter": {"Prefix": "audit/AWSLogs/"}, "Expiration": {"Days": 730}});
    scene.call(&nina, minute(10), loss::lifecycle(BUCKET, &keeping));
    scene.call(&nina, minute(15), policy(&delivers));
    let wiping = json!({"Status": "Enabled", "Filter": "", "Expiration": {"Days": 1}});
    let scratch = loss::lifecycle("shop-scratch", &wiping).destroying_named(&["shop-scratch"]);
    scene.call(&nina, minute(20), scratch.losing("recoverable"));

    let oscar = scene.role(SHOP, ADMIN, "oscar", minute(600));
    let logs = loss::lifecycle(BUCKET, &wiping).destroying_named(&[BUCKET]);
    scene.call(&oscar, minute(610), logs.losing("recoverable"));
    let suspended = json!({"bucketName": BUCKET, "VersioningConfiguration": {"Status": "Suspended"}});
    let suspended = Call::write("s3", "PutBucketVersioning", suspended).destroying_named(&[BUCKET]);
    scene.call(&oscar, minute(611), suspended.losing("reversible"));
    let reads = json!({"Effect": "Allow", "Principal": {"AWS": format!("arn:aws:iam::{SHOP}:root")},
                       "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::{BUCKET}/*")});
    scene.call(&oscar, minute(612), policy(&reads));
    let gone = Call::write("s3", "DeleteBucket", json!({"bucketName": BUCKET})).destroying_named(&[BUCKET]);
    scene.call(&oscar, minute(613), gone.denied());
    // Versions are what would bring a deleted bucket's objects back.
    for rule_id in ["logging/log-bucket-weakened", "intent/backups-then-data"] {
        scene.truth.intents.push(Intent { rule_id, account_id: SHOP, actor: "oscar" });
    }
    case(TEXT, scene, Packing::Plain, &[])
}

fn policy(statement: &Value) -> Call {
    let policy = json!({"Version": "2012-10-17", "Statement": [statement]});
    Call::write("s3", "PutBucketPolicy", json!({"bucketName": BUCKET, "bucketPolicy": policy, "policy": ""}))
}
