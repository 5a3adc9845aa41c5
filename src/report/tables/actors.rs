//! Table `actors`: who called, from every record of the dump.

use crate::model::actor::{ActorRow, Trait};
use crate::model::report::Report;
use crate::report::column::{Cell, Column, Table, list, maybe, moment, number, text};

/// The table.
pub(super) fn table(report: &Report) -> Table<'_> {
    let about = "one row per caller and account it acted in, from every record, kept or only counted";
    Table::of("actors", about, COLUMNS, &report.actors)
}

/// The values of a trait, in their order.
fn values(row: &ActorRow, which: Trait) -> Cell<'_> {
    list(row.seen.of(which).kept.keys())
}

const COLUMNS: &[Column<ActorRow>] = &[
    Column::text("account_id", "account that the calls are about", |a| maybe(&a.key.account_id)),
    Column::text("actor", "caller as its records name it: user, role session, service, root", |a| {
        text(&a.key.actor)
    }),
    Column::text("actor_type", "type of its identity, as recorded", |a| text(&a.key.actor_type)),
    Column::text("role_name", "role that a session wears", |a| text(&a.key.role_name)),
    Column::time("first_seen", "first call in the evidence, UTC", |a| moment(a.seen.span.first)),
    Column::time("last_seen", "last call in the evidence, UTC", |a| moment(a.seen.span.last)),
    Column::list("services", "services called", |a| values(a, Trait::Service)),
    Column::list("regions", "regions called", |a| values(a, Trait::Region)),
    Column::list("networks", "where from: IPv4 by /24, IPv6 by /48, services by name", |a| {
        values(a, Trait::Network)
    }),
    Column::list("user_agents", "user agents", |a| values(a, Trait::UserAgent)),
    Column::list("access_key_ids", "ids of the access keys used", |a| values(a, Trait::AccessKey)),
    Column::int("reads", "calls that by their nature change nothing, copies counted once", |a| {
        number(a.seen.calls.reads)
    }),
    Column::int("writes", "all other calls, copies counted once", |a| number(a.seen.calls.writes)),
    Column::int("denied", "calls of both kinds that were denied", |a| number(a.seen.calls.denied)),
    Column::int("destructive", "its rows of destructive_actions that succeeded", |a| number(a.destructive)),
    Column::list("hours_of_week", "hours of the week with calls, UTC, such as mon 09", |a| {
        Cell::List(a.seen.hours.words().iter().map(|word| word.to_string().into()).collect())
    }),
    Column::list("cut_lists", "columns that hold only those of their values that sort first", |a| {
        let cut = Trait::ALL.into_iter().filter(|which| a.seen.of(*which).cut);
        Cell::List(cut.map(|which| which.column().into()).collect())
    }),
];
