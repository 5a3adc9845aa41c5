//! At which times the absence of an RFC, or of a ticket, means that there was none.
//!
//! Owns: the coverage of RFC evidence. "No RFC evidence" is never "no RFC". Of
//! tickets nothing but the policy tells whether all are there.

use std::collections::BTreeSet;

use crate::model::coverage::CoverageDay;
use crate::model::event::Event;
use crate::model::id::{AccountId, ModeName};
use crate::model::rfc::{RfcRecord, RfcSource};
use crate::model::ticket::TicketCover;
use crate::model::time::{Day, UtcTime};
use crate::normalise::rfc::is_change_management;

/// Where AMS records its calls, whatever the region of the workload.
///
/// Source: facts/ams.md 8.
const AMSCM_REGION: &str = "us-east-1";

/// The times at which the dump would show an RFC if there had been one.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct RfcEvidence {
    /// Earliest and latest creation of an RFC of an archive, both included.
    archive: Option<(UtcTime, UtcTime)>,
    /// Days on which an account with amscm events has records of its region.
    days: BTreeSet<Day>,
    /// What the user declares complete, half-open.
    declared: Vec<(UtcTime, UtcTime)>,
    /// The files of tickets.
    tickets: Vec<TicketCover>,
}

impl RfcEvidence {
    /// From the archive's records, the amscm calls, the files of tickets and the
    /// user's word.
    pub(in super::super) fn of(
        records: &[RfcRecord],
        events: &[Event],
        (coverage, tickets): (&[CoverageDay], Vec<TicketCover>),
        declared: &[(UtcTime, UtcTime)],
    ) -> Self {
        let archived = records.iter().filter(|record| record.source != RfcSource::CloudTrail);
        let created: BTreeSet<UtcTime> = archived.filter_map(|record| record.created_at).collect();
        let archive = created.first().copied().zip(created.last().copied());
        let in_region = |region: Option<&str>| region == Some(AMSCM_REGION);
        let accounts: BTreeSet<_> = events
            .iter()
            .filter(|event| is_change_management(&event.event_source))
            .filter(|event| in_region(event.region.as_ref().map(|region| region.as_str())))
            .filter_map(|event| event.account_id.as_ref())
            .collect();
        let days = coverage
            .iter()
            .filter(|row| row.objects > 0 && in_region(Some(row.region.as_str())))
            .filter(|row| accounts.contains(&row.account_id))
            .map(|row| row.day)
            .collect();
        Self { archive, days, declared: declared.to_vec(), tickets }
    }

    /// Whether tickets authorise that mode, and not RFCs.
    pub(in super::super) fn is_by_ticket(&self, mode: &ModeName) -> bool {
        self.tickets.iter().any(|cover| cover.modes.contains(mode))
    }

    /// Why a ticket of that mode, account and time might not be in evidence; `None`
    /// if it would be.
    pub(in super::super) fn lack_of_tickets(
        &self,
        (account, mode): (&AccountId, &ModeName),
        time: UtcTime,
    ) -> Option<String> {
        let mut serving = self.tickets.iter().filter(|cover| cover.modes.contains(mode));
        if let Some(cover) = serving.clone().find(|cover| cover.is_in_doubt(mode, account)) {
            return Some(format!("a row of {} that could not be read may be its ticket", cover.file));
        }
        let complete = serving.any(|cover| cover.is_complete(mode, time));
        let lack = "the policy does not say that its ticket files are complete at";
        (!complete).then(|| format!("{lack} {time} (complete_from, complete_to)"))
    }

    /// Whether an RFC of that time would be in evidence.
    pub(super) fn covers(&self, time: UtcTime) -> bool {
        self.archive.is_some_and(|(first, last)| first <= time && time <= last)
            || self.days.contains(&time.day())
            || self.declared.iter().any(|(from, to)| *from <= time && time < *to)
    }

    /// What there is, in words, for a time that is not covered.
    pub(super) fn lack(&self) -> String {
        let archive = match self.archive {
            None => "the evidence holds no RFC archive".to_owned(),
            Some((first, last)) => format!("the RFC archive holds RFCs created from {first} to {last}"),
        };
        let calls = if self.days.is_empty() {
            "no amscm calls in us-east-1 are in evidence"
        } else {
            "us-east-1 has no CloudTrail coverage on that day in an account with amscm calls"
        };
        format!("{archive}, and {calls}")
    }
}
