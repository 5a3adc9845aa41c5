//! One record of an object held against the rules.

use crate::decode::Record;
use crate::detect;
use crate::examine::sink::{ObjectSink, evidence_in};
use crate::model::id::AccountId;
use crate::model::problem::ProblemKind;
use crate::model::time::UtcTime;

impl ObjectSink<'_, '_> {
    /// Holds a record against the rules.
    pub(super) fn detect(
        &mut self,
        record: &Record<'_>,
        account: Option<&AccountId>,
        kept: bool,
        time: Option<UtcTime>,
    ) {
        let path = &self.path;
        let event = self.events.last().filter(|_| kept);
        let evidence = || evidence_in(path, record.place);
        let around = detect::Around { account, event, time, evidence: &evidence };
        let unreadable = self.examiner.detector.look(record, &around, &mut self.noted);
        if unreadable {
            let detail =
                "a value that a rule asks for nests too deep or is out of range; the rule was not judged";
            self.problem(ProblemKind::UnjudgedRecord, record.place, detail.to_owned());
        }
    }
}
