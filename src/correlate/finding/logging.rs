//! Calls that stop or delete logging or set it to record less, whoever made them.
//! What was recorded before, such a call does not tell.
//!
//! Owns: this claim. Which calls do so is the catalogue's.

use crate::model::destructive::Category;
use crate::model::id::WindowId;

use super::super::burst::Bursts;
use super::acts::{Acts, Seen, Whose};
use super::claim::{Claim, of_run};
use super::{Facts, Watch};

const WHICH: &str = "by which logging was stopped, deleted or set to record less than it could";

/// One claim per actor and account, and run of calls with gaps under an hour.
struct Logging(Bursts<(Whose, Option<WindowId>), Acts>);

pub(super) fn watch(facts: Facts<'_>) -> Option<Box<dyn Watch + '_>> {
    Some(Box::new(Logging(Bursts::new(facts.all_timed))))
}

impl Watch for Logging {
    fn see(&mut self, row: &Seen<'_>, made: &mut Vec<Claim>) {
        if row.category != Category::ImpairLogging || !row.succeeded() {
            return;
        }
        let (acts, ended) = self.0.enter((row.whose(), row.window_id.clone()), row.event_time, Acts::default);
        acts.add(row.act());
        let over = ended.into_iter().chain(self.0.over(row.event_time));
        made.extend(over.filter_map(|acts| of_run(acts, WHICH)));
    }

    fn finish(self: Box<Self>, made: &mut Vec<Claim>) {
        made.extend(self.0.finish().filter_map(|acts| of_run(acts, WHICH)));
    }
}
