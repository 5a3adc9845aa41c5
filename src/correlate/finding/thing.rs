//! Which thing a call names, so that two calls on one thing are told to be.
//!
//! Owns: reading a name out of the several spellings of it. Guesses nothing: two
//! names that differ are two things.

use crate::model::destructive::DestructiveAction;
use crate::model::id::{AccountId, Region};

/// A thing in an account: service, region and bare name. Buckets have no
/// region, for their names are the world's.
pub(super) type Thing<'a> = (Option<&'a AccountId>, &'a str, Option<&'a Region>, &'a str);

/// The same, held.
pub(super) type OwnThing = (Option<AccountId>, Box<str>, Option<Region>, Box<str>);

/// A thing, to be held.
pub(super) fn owned((account, service, region, name): Thing<'_>) -> OwnThing {
    (account.cloned(), service.into(), region.cloned(), name.into())
}

/// The things that a call names.
pub(super) fn of(action: &DestructiveAction) -> impl Iterator<Item = Thing<'_>> {
    action.resources.iter().map(|name| named(action, bare(name)))
}

/// The same, and the bucket of each object: what protects a bucket protects
/// what lies in it.
pub(super) fn with_holders(action: &DestructiveAction) -> impl Iterator<Item = Thing<'_>> {
    let in_bucket = is_s3(action);
    action.resources.iter().flat_map(move |name| {
        let own = bare(name);
        let bucket = own.split_once('/').filter(|_| in_bucket).map(|(bucket, _)| bucket);
        [Some(own), bucket].into_iter().flatten().map(|name| named(action, name))
    })
}

fn named<'a>(action: &'a DestructiveAction, name: &'a str) -> Thing<'a> {
    let region = action.region.as_ref().filter(|_| !is_s3(action));
    (action.account_id.as_ref(), service(action), region, name)
}

fn is_s3(action: &DestructiveAction) -> bool {
    service(action) == "s3"
}

/// `rds` of `rds.amazonaws.com`.
pub(super) fn service(action: &DestructiveAction) -> &str {
    action.event_source.split('.').next().unwrap_or_default()
}

/// The name inside an ARN, without the type in front of it and the version of a
/// stack or the stars of a log group behind it; any other text is a name.
///
/// Source: facts/cloudtrail.md 1.1 (`resources[].ARN`); AWS General Reference,
/// forms of ARNs (`…:type/name`, `…:type:name`, `…:name`).
fn bare(name: &str) -> &str {
    let Some(resource) = name.strip_prefix("arn:").and_then(|rest| rest.splitn(5, ':').nth(4)) else {
        return name;
    };
    if name.contains(":s3:::") {
        return resource;
    }
    let Some((kind, own)) = resource.split_once(['/', ':']) else { return resource };
    match kind {
        "stack" => own.split('/').next().unwrap_or(own),
        "log-group" => own.trim_end_matches(":*"),
        _ => own,
    }
}

#[cfg(test)]
mod tests {
    use super::bare;

    #[test]
    fn every_spelling_of_a_name_is_that_name() {
        let cases = [
            ("orders-db", "orders-db"),
            ("arn:aws:rds:us-east-1:111122223333:db:orders-db", "orders-db"),
            ("arn:aws:dynamodb:us-east-1:111122223333:table/orders", "orders"),
            ("arn:aws:cloudformation:us-east-1:111122223333:stack/orders/1f0e-22", "orders"),
            ("arn:aws:logs:us-east-1:111122223333:log-group:/aws/lambda/x:*", "/aws/lambda/x"),
            ("arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/app/web/1", "app/web/1"),
            ("arn:aws:s3:::orders", "orders"),
            ("arn:aws:s3:::orders/2026/a.csv", "orders/2026/a.csv"),
            ("arn:aws:sns:us-east-1:111122223333:topic", "topic"),
            ("arn:aws:rds", "arn:aws:rds"),
            ("/aws/lambda/x", "/aws/lambda/x"),
            ("", ""),
        ];
        for (spelled, name) in cases {
            assert_eq!(bare(spelled), name, "{spelled}");
        }
    }
}
