//! The stories of the committed cases, one file a story, and the few turns of phrase they share.

mod batches;
mod change_tickets;
mod deadlines;
mod declared_complete;
mod denied_is_not_destroyed;
mod destructive_rfc;
mod direct_change;
mod duplicate_delivery;
mod enable_and_forget;
mod failed_rfc;
mod lineage_accounts;
mod lineage_keys;
mod lineage_later_runs;
mod lineage_sign_in;
mod lineage_workloads;
mod log_bucket;
mod login_not_logged;
mod no_rfc_evidence;
mod object_versions;
mod prefixed_role;
mod retention_or_wipe;
mod rfc_after_the_fact;
mod role_chain;
mod role_creation_not_logged;
mod salz_role_used;
mod summaries_only;
mod truncated_object;
mod two_regions_one_second;
mod undone;
mod weekend_wipe;
mod wipe_with_intent;

use crate::archive;
use crate::bucket::{Packing, Trail};
use crate::calls;
use crate::casebook::Case;
use crate::cast::{DEPLOYER, DEVELOPER, MANAGEMENT, SINGLE};
use crate::clock::{DAY, MINUTE};
use crate::rfc;
use crate::scene::{Login, Scene};
use crate::truth::Window;
use serde_json::json;
use std::io;

/// Tells one story.
pub(crate) type Tell = fn() -> io::Result<Case>;

/// Every story, by name.
pub(crate) const STORIES: &[Tell] = &[
    batches::tell,
    change_tickets::tell,
    deadlines::tell,
    declared_complete::tell,
    denied_is_not_destroyed::tell,
    destructive_rfc::tell,
    direct_change::tell,
    duplicate_delivery::tell,
    enable_and_forget::tell,
    failed_rfc::tell,
    lineage_accounts::tell,
    lineage_keys::tell,
    lineage_later_runs::tell,
    lineage_sign_in::tell,
    lineage_workloads::tell,
    log_bucket::tell,
    login_not_logged::tell,
    no_rfc_evidence::tell,
    object_versions::tell,
    prefixed_role::tell,
    retention_or_wipe::tell,
    rfc_after_the_fact::tell,
    role_chain::tell,
    role_creation_not_logged::tell,
    salz_role_used::tell,
    summaries_only::tell,
    truncated_object::tell,
    two_regions_one_second::tell,
    undone::tell,
    weekend_wipe::tell,
    wipe_with_intent::tell,
];

/// What `case.toml` says.
struct Text {
    name: &'static str,
    title: &'static str,
    story: &'static str,
}

/// What an RFC archive of a case consists of.
enum Archive {
    Details,
    Summaries,
    StateChanges,
}

/// Delivers what happened once, adds the archives, and closes the truth.
fn case(text: Text, mut scene: Scene, packing: Packing, archives: &[Archive]) -> io::Result<Case> {
    let mut objects = scene.deliver(|account| Some(trail(account)), packing, DAY)?;
    for archive in archives {
        objects.extend(match archive {
            Archive::Details => archive::details(&scene.rfcs),
            Archive::Summaries => archive::summaries(&scene.rfcs),
            Archive::StateChanges => archive::state_changes(&scene.rfcs, &mut scene.prng),
        });
    }
    let Text { name, title, story } = text;
    Ok(Case { name, title, story, args: &[], beside: &[], objects, truth: scene.finish() })
}

fn trail(account: &str) -> Trail {
    if account == SINGLE { Trail::SingleAccount } else { Trail::Organisation }
}

/// Developer mode of `account` is enabled by an RFC created at `created`; the role appears twelve minutes later.
fn enabled_by_rfc(scene: &mut Scene, account: &str, role: &str, created: i64) -> Window {
    let mut rfc = scene.draft_rfc(rfc::ENABLE_DEVELOPER, MANAGEMENT, created);
    rfc.executed = Some((created + 5 * MINUTE, created + 30 * MINUTE));
    rfc.parameters = json!({"ApplicationAccountId": account});
    scene.rfc_calls(&rfc);
    let opened = created + 12 * MINUTE;
    role_created(scene, account, role, opened);
    let window = Window::created(account, "developer", opened, &[role]).authorized_by(&rfc.id);
    scene.rfcs.push(rfc);
    window
}

/// AMS automation creates a mode role.
fn role_created(scene: &mut Scene, account: &str, role: &str, at: i64) {
    let deployer = scene.role(account, DEPLOYER, "enable-mode", at - MINUTE);
    scene.call(&deployer, at, calls::create_role(account, role));
}

/// A person about to enter the developer mode role.
fn developer<'a>(account: &'a str, person: &'a str, authorization: &'static str) -> Login<'a> {
    Login { account, role: DEVELOPER, person, source_identity: false, mode: "developer", authorization }
}

/// Somebody looks around, so that the days of `account` are covered by evidence.
fn looked_at(scene: &mut Scene, account: &str, times: &[i64]) {
    for &time in times {
        let auditor = scene.role(account, "AWSManagedServicesReadOnlyRole", "heidi", time - 5 * MINUTE);
        scene.call(&auditor, time, calls::describe_instances());
        scene.call(&auditor, time + 20, calls::list_buckets());
    }
}
