//! A break-glass role of the customer's own, whose openings change tickets allow or do not.

use super::{Text, case};
use crate::bucket::Packing;
use crate::calls::{self, Call};
use crate::casebook::Case;
use crate::cast::{BILLING, BREAK_GLASS, LAKE, LOG_ARCHIVE, MANAGEMENT, ORDERS, SHOP, SINGLE};
use crate::clock::{HOUR, MINUTE, at};
use crate::scene::{Login, Scene};
use crate::truth::Window;
use std::io;

const TEXT: Text = Text {
    name: "change-tickets",
    title: "A break-glass role, with tickets and without",
    story: "The policy names BreakGlassAdmin as a mode of the organisation's own and tickets.csv as what allows it in February.
Seven accounts open the mode: by a ticket whose actions are overstepped, after a ticket expired, by a ticket for another account,
by a ticket of one person alone that is overstayed, by one without approver, by none, and by one that cannot be read.",
};

const POLICY: &str = r#"# The policy of the case: a break-glass role, and the tickets that allow it.
[defaults]
approvers = ["carol", "dave"]

[[mode]]
name = "break_glass"
role = [{ name = "BreakGlassAdmin" }]

[[tickets]]
file = "tickets.csv"
modes = ["break_glass"]
complete_from = "2026-02-01"
complete_to = "2026-02-28"

# Nothing of this case is what it describes.
[[suppression]]
rule = "mode/unused"
reason = "agreed in CAB-7"
author = "rita@example.com"
expires = "2026-12-31"
"#;

const TICKETS: &str = "\
id,account,from,to,requester,approver,actions
CHG-1001,333344445555,2026-02-02T08:00:00Z,2026-02-02T12:00:00Z,alice,carol,ec2:Terminate*;rds:RebootDBInstance
CHG-1002,444455556666,2026-02-02T08:00:00Z,2026-02-02T10:00:00Z,bob,mallory,
CHG-1003,666677778888,2026-02-03T14:00:00+01:00,2026-02-03T16:00:00+01:00,erin,carol,
CHG-1004,666677778888,2026-02-04T08:00:00Z,2026-02-04T10:00:00Z,dave,dave,
CHG-1005,111122223333,2026-02-05 08:00,2026-02-05 12:00,frank,carol,
CHG-1006,222233334444,2026-02-06T08:00:00Z,2026-02-06T12:00:00Z,grace,,
";

/// The case.
pub(super) fn tell() -> io::Result<Case> {
    let mut scene = Scene::new(41);
    let alice = Opening { account: ORDERS, person: "alice", at: "2026-02-02T08:30:00Z", minutes: 90 };
    let fleet = ["i-0a1b2c3d4e5f60901"];
    let work = vec![
        calls::describe_instances(),
        calls::terminate_instances(&fleet),
        calls::delete_db_instance("orders-old"),
    ];
    let window = opened(&mut scene, &alice, "authorized", work);
    scene.window(window.authorized_by("CHG-1001"));

    let bob = Opening { account: BILLING, person: "bob", at: "2026-02-03T09:00:00Z", minutes: 30 };
    let window =
        opened(&mut scene, &bob, "unauthorized", vec![calls::delete_volume("vol-0a1b2c3d4e5f60902")]);
    scene.window(window);

    let erin = Opening { account: SHOP, person: "erin", at: "2026-02-03T13:10:00Z", minutes: 30 };
    let window = opened(&mut scene, &erin, "unauthorized", vec![calls::list_buckets()]);
    scene.window(window);

    let dave = Opening { account: LAKE, person: "dave", at: "2026-02-04T08:10:00Z", minutes: 150 };
    let early = vec![calls::delete_bucket("lake-scratch")];
    let window = opened(&mut scene, &dave, "authorized", early);
    let late = at("2026-02-04T10:05:00Z");
    let again = scene.enter(&login(&dave, "authorized"), late);
    scene.call(&again, late + MINUTE, calls::delete_table("lake-index"));
    scene.window(window.authorized_by("CHG-1004"));

    let frank = Opening { account: MANAGEMENT, person: "frank", at: "2026-02-05T08:30:00Z", minutes: 30 };
    let window = opened(&mut scene, &frank, "unknown", vec![calls::list_buckets()]);
    scene.window(window);

    let grace = Opening { account: LOG_ARCHIVE, person: "grace", at: "2026-02-06T09:00:00Z", minutes: 60 };
    let window = opened(&mut scene, &grace, "unknown", vec![calls::put_parameter("/archive/keep")]);
    scene.window(window);

    let heidi = Opening { account: SINGLE, person: "heidi", at: "2026-02-09T20:00:00Z", minutes: 20 };
    let window = opened(&mut scene, &heidi, "unauthorized", vec![calls::list_buckets()]);
    scene.window(window);

    scene.truth.claims = vec![
        ("mode/beyond-ticket", ORDERS),
        ("mode/beyond-ticket", LAKE),
        ("mode/one-person", LAKE),
        ("mode/one-person", LOG_ARCHIVE),
        ("mode/open-too-long", LAKE),
        ("mode/opened-without-rfc", BILLING),
        ("mode/opened-without-rfc", SHOP),
        ("mode/opened-without-rfc", SINGLE),
        ("rfc/not-an-approver", BILLING),
    ];
    let case = case(TEXT, scene, Packing::Gzip, &[])?;
    let beside = &[("policy.toml", POLICY), ("tickets.csv", TICKETS)];
    Ok(Case { args: &["--policy", "{case}/policy.toml"], beside, ..case })
}

/// Who opens the mode where and when, and for how long.
struct Opening {
    account: &'static str,
    person: &'static str,
    at: &'static str,
    minutes: i64,
}

fn login(opening: &Opening, authorization: &'static str) -> Login<'static> {
    Login {
        account: opening.account,
        role: BREAK_GLASS,
        person: opening.person,
        source_identity: false,
        mode: "break_glass",
        authorization,
    }
}

/// A pipeline makes the role, somebody works with it from ten minutes later, and the pipeline removes it.
fn opened(scene: &mut Scene, opening: &Opening, authorization: &'static str, work: Vec<Call>) -> Window {
    let start = at(opening.at);
    let pipeline = scene.role(opening.account, "BreakGlassPipeline", "open", start - HOUR);
    scene.call(&pipeline, start, calls::create_role(opening.account, BREAK_GLASS));
    let person = scene.enter(&login(opening, authorization), start + 10 * MINUTE);
    for (place, call) in (1..).zip(work) {
        scene.call(&person, start + (10 + place) * MINUTE, call);
    }
    let closed = start + opening.minutes * MINUTE;
    scene.call(&pipeline, closed, calls::delete_role(BREAK_GLASS));
    let window = Window::created(opening.account, "break_glass", start, &[BREAK_GLASS]).closed(closed);
    Window { authorization, ..window }
}
