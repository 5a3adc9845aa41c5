//! The stories of the generated landing zone in which a mode is opened, used or left open.
//!
//! Each takes the scene and the midnight of the first day of the dump.

use crate::calls;
use crate::cast::*;
use crate::clock::{DAY, HOUR, MINUTE, extended};
use crate::rfc;
use crate::scene::{Login, Scene};
use crate::truth::Window;
use serde_json::json;

/// Developer mode by RFC: four people use it, some of them to destroy; AMS deletes the role afterwards.
pub(super) fn developer_by_rfc(scene: &mut Scene, first: i64) {
    let created = first + 2 * DAY + 9 * HOUR;
    let (started, opened, ended) = (created + 5 * MINUTE, created + 12 * MINUTE, created + 31 * MINUTE);
    let mut rfc = scene.draft_rfc(rfc::ENABLE_DEVELOPER, MANAGEMENT, created);
    rfc.executed = Some((started, ended));
    rfc.parameters = json!({"ApplicationAccountId": ORDERS});
    scene.rfc_calls(&rfc);
    let deployer = scene.role(ORDERS, DEPLOYER, "enable-developer-mode", opened - MINUTE);
    scene.call(&deployer, opened, calls::create_role(ORDERS, DEVELOPER));
    developers_at_work(scene, first);
    a_stack_goes(scene, first);
    let closed = first + 8 * DAY + 8 * HOUR;
    let operator = scene.role(ORDERS, OPERATOR, "ams-operator", closed - 10 * MINUTE);
    scene.call(&operator, closed, calls::delete_role(DEVELOPER));
    let mut window = Window::created(ORDERS, "developer", opened, &[DEVELOPER]);
    window.one_person = "alice@example.com";
    scene.window(window.authorized_by(&rfc.id).closed(closed));
    scene.rfcs.push(rfc);
}

fn developer(person: &str, source_identity: bool) -> Login<'_> {
    Login {
        account: ORDERS,
        role: DEVELOPER,
        person,
        source_identity,
        mode: "developer",
        authorization: "authorized",
    }
}

fn developers_at_work(scene: &mut Scene, first: i64) {
    let morning = first + 3 * DAY + 8 * HOUR;
    let alice = scene.enter(&developer("alice", true), morning);
    scene.call(&alice, morning + 60, calls::describe_instances());
    scene.call(&alice, morning + 120, calls::run_instance("i-0a1b2c3d4e5f60001"));
    scene.call(&alice, morning + 180, calls::create_tags("i-0a1b2c3d4e5f60001"));
    scene.call(&alice, morning + 300, calls::put_parameter("/orders/feature-flag"));

    let evening = first + 5 * DAY + 19 * HOUR;
    let bob = scene.enter(&developer("bob", false), evening);
    scene.call(&bob, evening + 30, calls::describe_instances());
    let fleet = ["i-0a1b2c3d4e5f60001", "i-0a1b2c3d4e5f60002", "i-0a1b2c3d4e5f60003", "i-0a1b2c3d4e5f60004"];
    scene.call(&bob, evening + 90, calls::terminate_instances(&fleet));
    scene.call(&bob, evening + 150, calls::describe_db_instances());
    scene.call(&bob, evening + 200, calls::delete_db_instance("orders-db"));
    scene.call(&bob, evening + 240, calls::delete_snapshot("snap-0a1b2c3d4e5f60001").dry_run());

    let night = first + 6 * DAY + 22 * HOUR;
    let carol = scene.enter(&developer("carol", true), night);
    scene.call(&carol, night + 20, calls::list_keys().in_region("eu-west-1"));
    let key = "1f0e0b52-6a0c-4a57-9f3c-7d0f3a1c0001";
    let gone = extended(night + 7 * DAY);
    let scheduled = calls::schedule_key_deletion(key, &gone).in_region("eu-west-1");
    scene.call(&carol, night + 45, scheduled.losing_at(night + 7 * DAY));
    scene.call(&carol, night + 80, calls::list_buckets());
    scene.call(&carol, night + 95, calls::delete_bucket("orders-staging-exports"));
    let trail = "arn:aws:cloudtrail:us-east-1:333344445555:trail/orders-trail";
    scene.call(&carol, night + 130, calls::stop_logging(trail).denied());
}

fn a_stack_goes(scene: &mut Scene, first: i64) {
    let noon = first + 7 * DAY + 12 * HOUR;
    let dave = scene.enter(&developer("dave", false), noon);
    scene.call(&dave, noon + 40, calls::delete_stack("orders-reporting"));
    let service = "cloudformation.amazonaws.com";
    scene.call(&dave, noon + 52, calls::delete_table("orders-reporting-rows").via(service));
    scene.call(&dave, noon + 55, calls::delete_function("orders-reporting-roll-up").via(service));
}

/// The role appears with no RFC although the archive covers the time, and it stays.
pub(super) fn developer_without_rfc(scene: &mut Scene, first: i64) {
    let opened = first + 4 * DAY + 23 * HOUR + 17 * MINUTE;
    let admin = scene.role(BILLING, ADMIN, "mallory", opened - 20 * MINUTE);
    scene.call(&admin, opened, calls::create_role(BILLING, DEVELOPER));
    let login = Login {
        account: BILLING,
        role: DEVELOPER,
        person: "mallory",
        source_identity: false,
        mode: "developer",
        authorization: "unauthorized",
    };
    let mallory = scene.enter(&login, opened + 5 * MINUTE);
    scene.call(&mallory, opened + 6 * MINUTE, calls::list_buckets());
    scene.call(&mallory, opened + 8 * MINUTE, calls::delete_log_group("/billing/audit"));
    scene.call(&mallory, opened + 9 * MINUTE, calls::delete_volume("vol-0a1b2c3d4e5f60007"));
    let mut window = Window::created(BILLING, "developer", opened, &[DEVELOPER]);
    window.authorization = "unauthorized";
    window.last_use = Some(opened + 9 * MINUTE);
    scene.window(window);
}

/// Direct change mode by RFC, with both of its roles; only one of them is deleted, so it stays open.
pub(super) fn direct_change(scene: &mut Scene, first: i64) {
    let created = first + 3 * DAY + 13 * HOUR;
    let opened = created + 6 * MINUTE;
    let mut rfc = scene.draft_rfc(rfc::ENABLE_DIRECT_CHANGE, SHOP, created);
    rfc.executed = Some((created + 3 * MINUTE, created + 14 * MINUTE));
    rfc.parameters =
        json!({"SamlIdentityProviderArns": [format!("arn:aws:iam::{SHOP}:saml-provider/customer-saml")]});
    scene.rfc_calls(&rfc);
    let deployer = scene.role(SHOP, DEPLOYER, "enable-direct-change", created + 4 * MINUTE);
    scene.call(&deployer, opened, calls::create_role(SHOP, STACK_ADMIN));
    scene.call(&deployer, opened + 3, calls::create_role(SHOP, UPDATE));
    let login = |person, role| Login {
        account: SHOP,
        role,
        person,
        source_identity: false,
        mode: "direct_change",
        authorization: "authorized",
    };
    let start = opened + 2 * HOUR;
    let erin = scene.enter(&login("erin", STACK_ADMIN), start);
    scene.call(&erin, start + 60, calls::update_stack("stack-a1b2c3d4e5f6g7h8i"));
    scene.call(&erin, start + 100, calls::delete_stack("stack-b1b2c3d4e5f6g7h8i"));
    let frank = scene.enter(&login("frank", UPDATE), start + DAY);
    scene.call(&frank, start + DAY + 50, calls::describe_db_instances());
    scene.call(&frank, start + DAY + 90, calls::delete_db_instance("shop-cart-db"));
    let operator = scene.role(SHOP, OPERATOR, "ams-operator", first + 8 * DAY + 14 * HOUR);
    scene.call(&operator, first + 8 * DAY + 15 * HOUR, calls::delete_role(UPDATE));
    let mut window = Window::created(SHOP, "direct_change", opened, &[STACK_ADMIN, UPDATE]);
    window.last_use = Some(start + DAY + 90);
    scene.window(window.authorized_by(&rfc.id));
    scene.rfcs.push(rfc);
}

/// The developer role of the single-account landing zone is used; how it came to be is not in evidence.
pub(super) fn salz_role_used(scene: &mut Scene, first: i64) {
    let start = first + 4 * DAY + 10 * HOUR;
    let login = Login {
        account: SINGLE,
        role: SALZ_DEVELOPER,
        person: "grace",
        source_identity: false,
        mode: "developer",
        authorization: "unknown",
    };
    let grace = scene.enter(&login, start);
    scene.call(&grace, start + 30, calls::describe_instances());
    scene.call(&grace, start + 70, calls::terminate_instances(&["i-0a1b2c3d4e5f60011"]));
    let mut window = Window::created(SINGLE, "developer", start, &[SALZ_DEVELOPER]);
    window.opened_bound = "at_or_before";
    window.open_basis = "role_used";
    window.last_use = Some(start + 70);
    scene.window(window);
}

/// A customer that puts its name before the role: opened by RFC, used for reading, left open.
pub(super) fn prefixed_role(scene: &mut Scene, first: i64) {
    let created = first + 6 * DAY + 9 * HOUR;
    let role = "acme-AWSManagedServicesDevelopmentRole";
    let mut rfc = scene.draft_rfc(rfc::ENABLE_DEVELOPER, MANAGEMENT, created);
    rfc.executed = Some((created + 4 * MINUTE, created + 25 * MINUTE));
    rfc.parameters = json!({"ApplicationAccountId": LAKE});
    scene.rfc_calls(&rfc);
    let opened = created + 15 * MINUTE;
    let deployer = scene.role(LAKE, DEPLOYER, "enable-developer-mode", opened - MINUTE);
    scene.call(&deployer, opened, calls::create_role(LAKE, role));
    let login = Login {
        account: LAKE,
        role,
        person: "ivan",
        source_identity: true,
        mode: "developer",
        authorization: "authorized",
    };
    let ivan = scene.enter(&login, opened + HOUR);
    scene.call(&ivan, opened + HOUR + 60, calls::list_buckets());
    let mut window = Window::created(LAKE, "developer", opened, &[role]);
    window.last_use = Some(opened + HOUR + 60);
    scene.window(window.authorized_by(&rfc.id));
    scene.rfcs.push(rfc);
}
