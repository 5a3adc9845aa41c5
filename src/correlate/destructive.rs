//! Destructive and recovery-inhibiting calls: the rows of `destructive_actions`.
//!
//! Owns: tying each such call to a mode, a session and an RFC, and how grave it
//! is. What a call is (category, reversibility) is the catalogue's; what it
//! destroyed is `resources`'.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use crate::catalogue::{Catalogue, Judgement, bare};
use crate::model::actor::ActorKey;
use crate::model::destructive::{
    ActionAuthorization, Attribution, Category, DestructiveAction, Reversibility,
};
use crate::model::event::{Event, Outcome, in_order};
use crate::model::id::{AccountId, Arn, RfcId};
use crate::model::mode::{Authorization, LinkConfidence, SessionVia};
use crate::model::rfc::{Rfc, RfcAction};
use crate::model::severity::Severity;
use crate::model::text::shared;
use crate::model::time::UtcTime;

use super::context::Plain;
use super::payload;
use super::session::Sessions;
use super::window::Windows;
use super::{actor, lineage};

mod batch;
mod bin;
mod copies;
mod cut;
mod ending;
mod fate;
mod history;
mod kept;
mod origin;
mod place;
mod purge;
mod recorded;
mod resources;
mod service_end;
mod telling;
#[cfg(test)]
mod tests;
mod undone;
mod versions;
mod wiped;
mod witness;

use batch::Effect;
use fate::Fate;
use history::{Call, History};
pub(super) use recorded::Recorded;
pub use recorded::named_things;
use resources::Named;
pub(super) use telling::{Asked, Batches, tells};
pub use witness::{lost, witnessed};

/// What the rows are made from.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    /// The sessions of marker roles.
    pub(super) sessions: &'a Sessions,
    /// The windows of the modes.
    pub(super) windows: &'a Windows,
    /// All RFCs.
    pub(super) rfcs: &'a [Rfc],
    /// Resources as AWS Config recorded them.
    pub(super) lost: &'a Recorded<'a>,
    /// The catalogue.
    pub(super) catalogue: &'a Catalogue,
}

/// The destructive calls of a run.
#[derive(Clone, Copy)]
pub(super) struct Calls<'a> {
    /// Events in memory; of those of a category each is a call.
    pub(super) events: &'a [Event],
    /// Calls that tell nothing of others, in order; none of them is also above.
    pub(super) plain: &'a Plain,
}

/// Hands out the rows, ordered by time, account, region, event source, event name and
/// event id.
pub(super) fn each(calls: Calls<'_>, context: Context<'_>, take: &mut dyn FnMut(DestructiveAction)) {
    let maker = Maker {
        context,
        events: calls.events,
        covering: DestructiveRfcs::of(context.rfcs),
        history: History::of(calls.events, context.lost.all(), context.catalogue),
        spawned: Spawned::of(calls, context.catalogue),
        ends: service_end::Ends::of(calls.events, |event| {
            context.catalogue.judge(event).filter(|_| event.category.is_some())?;
            Some(effect_of(event).outcome)
        }),
    };
    let mut some = Vec::with_capacity(TOGETHER);
    let mut make = |some: &mut Vec<Labelled<'_>>| {
        let made: Vec<Option<DestructiveAction>> = some.par_iter().map(|call| maker.row(call)).collect();
        made.into_iter().flatten().for_each(&mut *take);
        some.clear();
    };
    for call in labelled(calls) {
        some.push(call);
        if some.len() == TOGETHER {
            make(&mut some);
        }
    }
    make(&mut some);
}

/// Calls whose rows are made together.
const TOGETHER: usize = 1024;

/// A call with a category, and its place among the events in memory if it is one of
/// them.
struct Labelled<'e> {
    place: Option<usize>,
    event: Cow<'e, Event>,
}

/// All calls with a category, in order.
fn labelled(calls: Calls<'_>) -> impl Iterator<Item = Labelled<'_>> {
    let known = calls.events.iter().enumerate().filter(|(_, event)| event.category.is_some());
    let mut known = known.peekable();
    let mut plain = calls.plain.iter().peekable();
    std::iter::from_fn(move || {
        let first = match (known.peek(), plain.peek()) {
            (Some((_, one)), Some(other)) => in_order(one, other).is_lt(),
            (known, _) => known.is_some(),
        };
        if first {
            return known
                .next()
                .map(|(place, one)| Labelled { place: Some(place), event: Cow::Borrowed(one) });
        }
        plain.next().map(|event| Labelled { place: None, event })
    })
}

/// What a call did, as its own record tells.
fn effect_of(event: &Event) -> Effect {
    let request = payload::parse(event.request_parameters.as_ref());
    let response = payload::parse(event.response_elements.as_ref());
    let named = resources::of(event, &request, &response);
    batch::of(event, &request, &response, named)
}

/// Makes rows of calls.
struct Maker<'a> {
    context: Context<'a>,
    events: &'a [Event],
    covering: DestructiveRfcs<'a>,
    history: History<'a>,
    spawned: Spawned,
    ends: service_end::Ends,
}

impl Maker<'_> {
    fn row(&self, call: &Labelled<'_>) -> Option<DestructiveAction> {
        let (place, event) = (call.place, &*call.event);
        let judgement = self.context.catalogue.judge(event)?;
        if place.is_some_and(|place| self.ends.hide(place)) {
            return None;
        }
        // No event in memory is at the place of one that is not.
        let at = place.unwrap_or(self.events.len());
        let tie = Tie::of(at, event, self.context, &self.covering);
        let mut row = row((at, event), judgement, tie, (self.context, &self.history));
        self.spawned.count_once(&mut row, event);
        if let Some(end) = place.and_then(|place| self.ends.of_call(place)) {
            let recovery = &row.recovery;
            row.recovery =
                format!("{recovery}; the service recorded the end of the deletion at {end}").into();
        }
        Some(row)
    }
}

fn row(
    (place, event): (usize, &Event),
    judgement: Judgement,
    tie: Tie,
    (context, history): (Context<'_>, &History<'_>),
) -> DestructiveAction {
    let request = payload::parse(event.request_parameters.as_ref());
    let response = payload::parse(event.response_elements.as_ref());
    let named = resources::of(event, &request, &response);
    let Effect { named, outcome, note } = batch::of(event, &request, &response, named);
    let call = Call { event, request: &request, response: &response };
    let end = end_of(place, call, &judgement, (outcome, history));
    let raised_by = tie.raised_by(context);
    let resource_type = named.resource_type.clone().or_else(|| context.lost.type_of(event, &named));
    let lost_configuration =
        context.lost.configuration(event, &named).filter(|_| outcome == Outcome::Succeeded);
    let Named { identifiers, count, .. } = named;
    let session = tie.session.map(|session| &context.sessions.rows[session]);
    DestructiveAction {
        event_time: event.time,
        event_id: event.event_id.clone(),
        account_id: event.account_id.clone(),
        region: event.region.clone(),
        event_source: event.event_source.clone(),
        event_name: event.event_name.clone(),
        category: judgement.category,
        outcome,
        error_code: event.error_code.clone(),
        reversibility: end.fate.reversibility,
        recoverable_until: end.fate.until,
        recovery: match note {
            Some(note) => format!("{note}; {}", end.fate.recovery).into(),
            None => shared(&end.fate.recovery),
        },
        undone_by_event_id: end.undone.and_then(|(_, by)| by.event_id.clone()),
        undone_at: end.undone.map(|(at, _)| at),
        undone_evidence: end.undone.map(|(_, by)| by.evidence.clone()),
        resource_type,
        resources: identifiers,
        resource_count: count,
        mode: session.map(|row| row.mode.clone()),
        attribution: tie.attribution,
        window_id: tie.window.map(|window| context.windows.rows[window].row.window_id.clone()),
        session_id: session.map(|row| row.session_id.clone()),
        actor: session.and_then(|row| row.actor.clone()).or_else(|| actor::of(&event.principal)),
        principal_arn: event.principal.arn.as_ref().map(Arn::to_text),
        principal_type: event.principal.identity_type.clone(),
        source_ip: event.source_ip.clone(),
        user_agent: event.user_agent.clone(),
        authorization: tie.authorization,
        rfc_id: tie.rfc_id,
        severity: severity(judgement.category, end.fate.reversibility, outcome, raised_by),
        technique_id: judgement.technique_id.map(Into::into),
        technique_id_legacy: judgement.technique_id_legacy.map(Into::into),
        copies: event.copies,
        lost_configuration,
        source_grade: event.source_grade,
        caller: ActorKey::shared(&event.principal, event.account_id.as_ref()),
        principal_class: actor::class(event, context.catalogue),
        link_confidence: session.and_then(|row| row.link_confidence),
        attribution_path: session.map(|row| lineage::of_call(row, event)).unwrap_or_default(),
        evidence: event.evidence.clone(),
    }
}

/// What became of what one call did.
struct End<'e> {
    fate: Fate,
    undone: Option<(UtcTime, &'e Event)>,
}

/// Whether the loss can be undone, and whether it was. An attempt lost nothing.
fn end_of<'e>(
    place: usize,
    call: Call<'_>,
    judgement: &Judgement,
    (outcome, history): (Outcome, &History<'e>),
) -> End<'e> {
    if outcome != Outcome::Succeeded {
        return End { fate: fate::of_attempt(judgement), undone: None };
    }
    let found = history.copies_of(call);
    let fate = fate::of(place, call, judgement, (history, &found));
    let copies: Vec<String> = found.copies.iter().map(|copy| bare(&copy.id)).collect();
    let undoing = history.undoing_of(call, &copies);
    let (fate, undone) = ending::of(fate, (call.event, judgement.category), undoing, history);
    End { fate, undone }
}

/// How one call is tied to a mode and to RFCs.
struct Tie {
    session: Option<usize>,
    window: Option<usize>,
    attribution: Attribution,
    authorization: ActionAuthorization,
    rfc_id: Option<RfcId>,
}

impl Tie {
    fn of(place: usize, event: &Event, context: Context<'_>, covering: &DestructiveRfcs<'_>) -> Self {
        let Some(session) = context.sessions.of_event.get(&place).copied() else {
            let rfc_id = covering.find(event).map(|rfc| rfc.rfc_id.clone());
            let explained = rfc_id.is_some();
            return Self {
                session: None,
                window: None,
                attribution: Attribution::None,
                authorization: if explained {
                    ActionAuthorization::Authorized
                } else {
                    ActionAuthorization::OutsideMode
                },
                rfc_id,
            };
        };
        let window = context.windows.of_session.get(&session).copied();
        let row = window.map(|window| &context.windows.rows[window].row);
        let authorization = match row.map(|row| row.authorization) {
            Some(Authorization::Authorized) => ActionAuthorization::Authorized,
            Some(Authorization::Unauthorized) => ActionAuthorization::Unauthorized,
            Some(Authorization::Unknown) | None => ActionAuthorization::Unknown,
        };
        Self {
            session: Some(session),
            window,
            attribution: attribution(session, event, context.sessions),
            authorization,
            // The window names the RFCs that opened it.
            rfc_id: None,
        }
    }

    /// The authorization that decides how grave the call is: a weak link to a
    /// session makes nothing graver.
    fn raised_by(&self, context: Context<'_>) -> ActionAuthorization {
        let link = self.session.and_then(|session| context.sessions.rows[session].link_confidence);
        match link {
            Some(LinkConfidence::Weak) => ActionAuthorization::Unknown,
            _ => self.authorization,
        }
    }
}

/// How a call is tied to the mode by the session that made it. One workload in
/// a chain makes all that follows it a workload's doing.
fn attribution(mut session: usize, event: &Event, sessions: &Sessions) -> Attribution {
    if sessions.rows[session].depth == 0 {
        let by_service = event.principal.invoked_by.is_some();
        return if by_service { Attribution::ViaService } else { Attribution::Direct };
    }
    while let Some(descent) = sessions.descents.get(&session) {
        if sessions.rows[session].via == Some(SessionVia::Workload) {
            return Attribution::Workload;
        }
        session = descent.parent;
    }
    Attribution::Chained
}

/// RFCs of destructive change types that were being carried out, by account.
struct DestructiveRfcs<'a>(BTreeMap<&'a AccountId, Vec<Execution<'a>>>);

/// When an RFC was carried out; without end while it still was.
type Execution<'a> = (UtcTime, Option<UtcTime>, &'a Rfc);

impl<'a> DestructiveRfcs<'a> {
    fn of(rfcs: &'a [Rfc]) -> Self {
        let mut by_account: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for rfc in rfcs.iter().filter(|rfc| rfc.action == RfcAction::Destructive) {
            let ran = matches!(rfc.status.as_deref(), Some("Success" | "InProgress" | "Failure"));
            let (Some(target), Some(started)) = (&rfc.target_account_id, rfc.started_at) else { continue };
            if ran {
                by_account.entry(target).or_default().push((started, rfc.ended_at, rfc));
            }
        }
        Self(by_account)
    }

    /// The first RFC whose actual execution, both ends included, holds the call.
    fn find(&self, event: &Event) -> Option<&'a Rfc> {
        let time = event.time?;
        let holds = |(started, ended, _): &&Execution<'_>| {
            *started <= time && ended.is_none_or(|ended| time <= ended)
        };
        let (_, _, rfc) = self.0.get(event.account_id.as_ref()?)?.iter().find(holds)?;
        Some(rfc)
    }
}

/// `DeleteObjects` also leaves a `DeleteObject` record per key: what those rows
/// name is counted there, and no longer in the row of the batch.
///
/// Source: facts/cloudtrail.md 1.5.
struct Spawned(BTreeMap<Request, BTreeSet<Arc<str>>>);

/// A request, by the account that it is about.
type Request = (Option<AccountId>, Arc<str>);

impl Spawned {
    fn of(calls: Calls<'_>, catalogue: &Catalogue) -> Self {
        let mut spawned: BTreeMap<_, BTreeSet<Arc<str>>> = BTreeMap::new();
        if calls.plain.batches.is_empty() {
            return Self(spawned);
        }
        let one_of_many = |call: &Labelled<'_>| calls.plain.batches.hold(&call.event);
        for Labelled { event, .. } in labelled(calls).filter(one_of_many) {
            let (Some(_), Some(request)) = (catalogue.judge(&event), &event.request_id) else { continue };
            let request = (event.account_id.clone(), request.clone());
            spawned.entry(request).or_default().extend(effect_of(&event).named.identifiers);
        }
        Self(spawned)
    }

    fn count_once(&self, row: &mut DestructiveAction, event: &Event) {
        if &*row.event_source != "s3.amazonaws.com" || &*row.event_name != "DeleteObjects" {
            return;
        }
        let Some(request) = event.request_id.clone() else { return };
        let Some(counted) = self.0.get(&(event.account_id.clone(), request)) else { return };
        row.resources.retain(|resource| resource.contains('/') && !counted.contains(resource));
        row.resource_count = row.resources.len() as u64;
        let recovery = &row.recovery;
        row.recovery =
            format!("{recovery}; its objects are counted in the DeleteObject rows of the same request")
                .into();
    }
}

/// How grave a call is: by what it does, then by how it ended, then by whether
/// the mode it used was opened without an RFC.
///
/// - Data, keys or backups gone for good, and logging stopped: high.
/// - Other data, keys, backups and resources, identities, defences and
///   protections: medium.
/// - Configuration, and what the opposite call undoes: low.
/// - A denied or failed call is an attempt: low. A dry run: informational.
/// - A succeeded call in an unauthorized window: one level graver.
fn severity(
    category: Category,
    reversibility: Reversibility,
    outcome: Outcome,
    authorization: ActionAuthorization,
) -> Severity {
    use Category as C;
    use Reversibility as R;
    let base = match (category, reversibility) {
        (C::ImpairLogging, _) => Severity::High,
        (C::ConfigDeletion, R::Irreversible) => Severity::Medium,
        (C::ConfigDeletion, _) => Severity::Low,
        (_, R::Irreversible) => Severity::High,
        (C::KeyDestruction, _) => Severity::High,
        (C::ResourceDestruction, R::Reversible | R::Unknown) => Severity::Low,
        _ => Severity::Medium,
    };
    match outcome {
        Outcome::DryRun => Severity::Informational,
        Outcome::Denied | Outcome::Failed => Severity::Low,
        Outcome::Succeeded if authorization == ActionAuthorization::Unauthorized => base.raised(),
        Outcome::Succeeded => base,
    }
}
