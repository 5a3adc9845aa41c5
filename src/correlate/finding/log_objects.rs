//! Deliveries of audit logs deleted from their bucket.
//!
//! Owns: this claim, and which keys are such deliveries.

use super::super::burst::Bursts;
use super::acts::{Acts, Seen, Whose};
use super::claim::{Claim, of_run};
use super::{Facts, Watch};

const WHICH: &str = "that deleted delivered audit logs";

/// One claim per actor and account, and run of calls with gaps under an hour.
struct LogObjects(Bursts<Whose, Acts>);

pub(super) fn watch(facts: Facts<'_>) -> Option<Box<dyn Watch + '_>> {
    Some(Box::new(LogObjects(Bursts::new(facts.all_timed))))
}

impl Watch for LogObjects {
    fn see(&mut self, row: &Seen<'_>, made: &mut Vec<Claim>) {
        if !deletes_logs(row) {
            return;
        }
        let (acts, ended) = self.0.enter(row.whose(), row.event_time, Acts::default);
        acts.add(row.act());
        let over = ended.into_iter().chain(self.0.over(row.event_time));
        made.extend(over.filter_map(|acts| of_run(acts, WHICH)));
    }

    fn finish(self: Box<Self>, made: &mut Vec<Claim>) {
        made.extend(self.0.finish().filter_map(|acts| of_run(acts, WHICH)));
    }
}

fn deletes_logs(row: &Seen<'_>) -> bool {
    &*row.event_source == "s3.amazonaws.com"
        && row.succeeded()
        && row.resources.iter().any(|name| is_delivery(name))
}

/// `…/AWSLogs/<account or organization>/…/CloudTrail/…`, digests and Config too.
///
/// Source: facts/cloudtrail.md 2 (grammar of keys), 3.1 (`CloudTrail-Digest`).
fn is_delivery(object: &str) -> bool {
    let Some((_, below)) = object.split_once("/AWSLogs/") else { return false };
    ["CloudTrail", "CloudTrail-Digest", "CloudTrail-Insight", "Config"]
        .iter()
        .any(|service| below.split('/').skip(1).take(2).any(|part| part == *service))
}
