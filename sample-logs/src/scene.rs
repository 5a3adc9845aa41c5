//! The stage on which a story is told: each call a story makes becomes a record *and* its line in the truth.
//!
//! Owns the book-keeping, so that a story reads like what happened. Which windows a story opens is said by the story.

mod session;

use crate::actor::{self, Actor, Kind, RoleSession};
use crate::bucket::{self, Objects, Packing, Trail};
use crate::calls::Call;
use crate::clock;
use crate::prng::Prng;
use crate::record::Record;
use crate::rfc::Rfc;
use crate::truth::{self, DestructiveAction, Truth, Window};
use serde_json::{Value, json};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;

/// A record that happened, not yet delivered.
#[derive(Clone, Debug)]
pub(crate) struct Happened {
    /// Account that receives it.
    pub account: String,
    /// Region that receives it.
    pub region: &'static str,
    /// `eventTime`.
    pub time: i64,
    /// `eventID`.
    pub event_id: String,
    /// The record as JSON.
    pub text: String,
}

/// A world in which stories happen.
pub(crate) struct Scene {
    /// Chance, for identifiers.
    pub prng: Prng,
    /// What happened, in the order it was told.
    pub records: Vec<Happened>,
    /// The requests for change of this world.
    pub rfcs: Vec<Rfc>,
    /// What is true about it.
    pub truth: Truth,
    copies: BTreeMap<String, u64>,
}

/// How a person enters a mode role.
pub(crate) struct Login<'a> {
    /// Account of the role.
    pub account: &'a str,
    /// The mode role.
    pub role: &'a str,
    /// Role session name and NameID.
    pub person: &'a str,
    /// True if the identity provider sets a source identity.
    pub source_identity: bool,
    /// `developer` or `direct_change`.
    pub mode: &'static str,
    /// The authorization of the window.
    pub authorization: &'static str,
}

impl Scene {
    /// An empty world.
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            prng: Prng::derived(seed, &[0x5ce0e]),
            records: Vec::new(),
            rfcs: Vec::new(),
            truth: Truth::default(),
            copies: BTreeMap::new(),
        }
    }

    /// A session of a role that belongs to no mode.
    pub(crate) fn role(&mut self, account: &str, role: &str, session_name: &str, created: i64) -> Actor {
        let session = RoleSession {
            role: role.to_owned(),
            path: "/".to_owned(),
            role_id: actor::unique_id("AROA", account, role),
            session_name: session_name.to_owned(),
            access_key: self.prng.key("ASIA", 16),
            created,
            mfa: false,
            source_identity: None,
            on_behalf_of: None,
            in_scope_of: None,
        };
        Actor {
            account: account.to_owned(),
            kind: Kind::Role(session),
            ip: format!("203.0.113.{}", 10 + self.prng.below(200)),
            agent: "aws-cli/2.15.30 Python/3.11.8 Linux/6.1.0 exe/x86_64.amzn.2023".to_owned(),
            standing: None,
        }
    }

    /// An IAM user.
    pub(crate) fn user(&mut self, account: &str, name: &str) -> Actor {
        Actor {
            account: account.to_owned(),
            kind: Kind::User {
                name: name.to_owned(),
                user_id: actor::unique_id("AIDA", account, name),
                access_key: self.prng.key("AKIA", 16),
            },
            ip: format!("198.51.100.{}", 10 + self.prng.below(200)),
            agent: "Boto3/1.34.51 md/Botocore#1.34.51 ua/2.0 os/linux".to_owned(),
            standing: None,
        }
    }

    /// A call by `who` at `time`; gives the event id.
    pub(crate) fn call(&mut self, who: &Actor, time: i64, call: Call) -> String {
        self.call_telling(who, time, call, "")
    }

    /// The same call, of which another account has a record too.
    pub(crate) fn shared(&mut self, who: &Actor, time: i64, (call, shared): (Call, &str)) -> String {
        self.made(who, time, call, ("", shared))
    }

    /// The same with an `additionalEventData`.
    pub(crate) fn call_telling(&mut self, who: &Actor, time: i64, call: Call, more_json: &str) -> String {
        self.made(who, time, call, (more_json, ""))
    }

    fn made(&mut self, who: &Actor, time: i64, call: Call, (more_json, shared): (&str, &str)) -> String {
        let event_id = self.prng.uuid();
        self.note_session(who, &call);
        self.note_destruction(who, time, &call, &event_id);
        let fill = |arn: &str| arn.replace("ACCOUNT", &who.account).replace("REGION", call.region);
        let resources: Vec<Value> = call
            .resources
            .iter()
            .map(|(kind, arn)| json!({"accountId": who.account, "type": kind, "ARN": fill(arn)}))
            .collect();
        let service = call.invoked_by.map(str::to_owned);
        let record = Record {
            time,
            event_id,
            request_id: self.prng.uuid(),
            account: who.account.clone(),
            region: call.region.to_owned(),
            source: call.source,
            name: Cow::Borrowed(call.name),
            identity_json: who.identity(call.invoked_by).to_string(),
            source_ip: service.clone().unwrap_or_else(|| who.ip.clone()),
            user_agent: service.unwrap_or_else(|| who.agent.clone()),
            error: call.error.map(|(code, message)| (code.into(), message.into())),
            request_json: call.request.to_string(),
            response_json: fill(&call.response.to_string()),
            resources_json: if resources.is_empty() { String::new() } else { json!(resources).to_string() },
            read_only: call.read_only,
            data_event: call.data_event,
            additional_json: more_json.to_owned(),
            shared_event_id: shared.to_owned(),
            ..Record::default()
        };
        self.push(record, call.region)
    }

    /// Tells of a window.
    pub(crate) fn window(&mut self, window: Window) {
        self.truth.windows.push(window);
    }

    /// An RFC of `account`, created at `created`, not yet part of the world.
    pub(crate) fn draft_rfc(&mut self, change_type: &'static str, account: &str, created: i64) -> Rfc {
        Rfc {
            id: self.prng.uuid(),
            change_type,
            title: "Enable the mode for the orders project",
            account: account.to_owned(),
            person: "alice",
            created,
            executed: None,
            status: "Success",
            automation: "Automated",
            parameters: json!({}),
        }
    }

    /// Everyday RFCs of `accounts`, one for each and each time, which show that an archive covers those times.
    pub(crate) fn everyday_rfcs(&mut self, accounts: &[&str], times: &[i64]) {
        for &created in times {
            for account in accounts {
                let mut rfc = self.draft_rfc(crate::rfc::OTHER_UPDATE, account, created);
                rfc.title = "Update the tags of the staging stack";
                rfc.person = "heidi";
                rfc.automation = "Manual";
                rfc.parameters = json!({"Comment": "Please add the cost tags.", "Priority": "Medium"});
                rfc.executed = Some((created + 2 * clock::HOUR, created + 3 * clock::HOUR));
                self.rfcs.push(rfc);
            }
        }
    }

    /// The CreateRfc and SubmitRfc records of an RFC.
    pub(crate) fn rfc_calls(&mut self, rfc: &Rfc) {
        let who = self.role(&rfc.account, crate::rfc::CHANGE_ROLE, rfc.person, rfc.created - 600);
        let request = json!({
            "changeTypeId": rfc.change_type, "changeTypeVersion": "1.0",
            "title": "HIDDEN_DUE_TO_SECURITY_REASONS",
            "executionParameters": "HIDDEN_DUE_TO_SECURITY_REASONS",
        });
        let create =
            Call { response: json!({"rfcId": rfc.id}), ..Call::write("amscm", "CreateRfc", request) };
        self.call(&who, rfc.created, create);
        self.call(&who, rfc.submitted(), Call::write("amscm", "SubmitRfc", json!({"rfcId": rfc.id})));
    }

    fn note_session(&mut self, who: &Actor, call: &Call) {
        let Some(standing) = &who.standing else { return };
        let session = &mut self.truth.sessions[standing.session];
        session.events += 1;
        session.writes += u64::from(!call.read_only);
        session.denied += u64::from(call.error.is_some_and(|(code, _)| truth::is_denial(code)));
    }

    fn note_destruction(&mut self, who: &Actor, time: i64, call: &Call, event_id: &str) {
        let Some(things) = &call.destroys else { return };
        let direct = who.standing.as_ref().map_or("none", |standing| standing.attribution);
        let explained = !call.rfc_id.is_empty();
        let root = who.standing.as_ref().map(|standing| self.truth.sessions[standing.session].actor.clone());
        self.truth.add_destructive(DestructiveAction {
            event_time: time,
            event_id: event_id.to_owned(),
            event_name: call.name.to_owned(),
            account_id: who.account.clone(),
            actor: root.unwrap_or_else(|| who.person()),
            outcome: truth::outcome(call.error.map(|(code, _)| code)),
            mode: who.standing.as_ref().map_or("none", |standing| standing.mode),
            attribution: if direct == "direct" && call.invoked_by.is_some() { "via_service" } else { direct },
            authorization: match &who.standing {
                Some(standing) => standing.authorization,
                None if explained => "authorized",
                None => "outside_mode",
            },
            rfc_id: call.rfc_id.clone(),
            copies: 1,
            resources: things.clone(),
            loss: call.loss.clone(),
        });
    }

    /// Adds a finished record; gives its event id.
    pub(crate) fn push(&mut self, record: Record, region: &'static str) -> String {
        let mut text = String::new();
        record.render(&mut text);
        self.records.push(Happened {
            account: record.account,
            region,
            time: record.time,
            event_id: record.event_id.clone(),
            text,
        });
        record.event_id
    }

    /// Packs what happened into objects, one per account, region and `grain` seconds, and counts the copies.
    ///
    /// `trail` says which trail delivers the records of an account this time; `None` for an account it leaves out.
    pub(crate) fn deliver(
        &mut self,
        trail: impl Fn(&str) -> Option<Trail>,
        packing: Packing,
        grain: i64,
    ) -> io::Result<Objects> {
        let mut groups: BTreeMap<(String, &str, i64), Vec<&Happened>> = BTreeMap::new();
        for record in self.records.iter().filter(|record| trail(&record.account).is_some()) {
            *self.copies.entry(record.event_id.clone()).or_default() += 1;
            let key = (record.account.clone(), record.region, record.time.div_euclid(grain));
            groups.entry(key).or_default().push(record);
        }
        let mut objects = Objects::new();
        for ((account, region, _), group) in groups {
            let Some(trail) = trail(&account) else { continue };
            let last = group.iter().map(|record| record.time).max().unwrap_or_default();
            let texts: Vec<&str> = group.iter().map(|record| record.text.as_str()).collect();
            let name = trail.object(&account, region, last + 4 * clock::MINUTE, &mut self.prng);
            objects.insert(bucket::object_name(name, packing), bucket::pack(&texts, packing)?);
        }
        Ok(objects)
    }

    /// The truth, once everything is delivered.
    pub(crate) fn finish(mut self) -> Truth {
        self.truth.totals.records += self.copies.values().sum::<u64>();
        self.truth.totals.unique += self.copies.len() as u64;
        self.truth.totals.duplicates = self.truth.totals.records - self.truth.totals.unique;
        self.truth.totals.rfcs = self.rfcs.len() as u64;
        for action in &mut self.truth.destructive_actions {
            action.copies = self.copies.get(&action.event_id).copied().unwrap_or(1);
        }
        self.truth.sort();
        self.truth
    }
}
