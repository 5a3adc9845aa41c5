//! Which things one destructive call names.
//!
//! Owns: finding identifiers in `resources`, `requestParameters` and
//! `responseElements`. Knows no operation by heart but those of S3: the noun of
//! the event name picks the key (`DeleteDBInstance` → `dBInstanceIdentifier`).

use std::sync::Arc;

use serde_json::Value;

use crate::model::event::Event;

use super::super::payload;

mod kind;

/// What a call names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Named {
    /// Identifiers, one per thing, as the evidence spells them.
    pub(super) identifiers: Vec<Arc<str>>,
    /// How many things; at least as many as are named.
    pub(super) count: u64,
    /// Their type, if the record or a small table tells.
    pub(super) resource_type: Option<Arc<str>>,
}

/// How deep identifiers are looked for; real requests nest less.
const DEPTH_MAX: u32 = 8;

/// Endings of keys that identify something.
const ENDINGS: [&str; 11] =
    ["identifiers", "identifier", "names", "name", "arns", "arn", "ids", "id", "uris", "uri", "number"];

/// Keys that end like an identifier and name nothing that is destroyed, and
/// keys of copies that are made rather than destroyed.
///
/// Source: facts/cloudtrail.md 6.3 (finalDBSnapshotIdentifier …).
const NOT_IDENTIFIERS: [&str; 13] = [
    "clientrequesttoken",
    "requestid",
    "clientrequestid",
    "rolesessionname",
    "regionname",
    "accountid",
    "resourcetypename",
    "originsequencenumber",
    "versionid",
    "hostname",
    "kmskeyid",
    "eventbusname",
    "expectedbucketowner",
];

/// Finds what a call names. `request` and `response` are its parsed columns.
pub(super) fn of(event: &Event, request: &Value, response: &Value) -> Named {
    if &*event.event_source == "s3.amazonaws.com"
        && let Some(named) = s3(event, request)
    {
        return named;
    }
    let noun = noun(&event.event_name);
    let listed = listed(event, &noun);
    let mut names: Vec<Arc<str>> = listed.iter().map(|(arn, _)| arn.clone()).collect();
    let mut found = pick(identifiers(request), &noun);
    if found.is_empty() {
        found = under_its_noun(request, &noun);
    }
    let from_answer = found.is_empty() && names.is_empty();
    let key = found.first().map(|found| found.stem.clone());
    for found in found {
        if !names.iter().any(|known| names_the_same(known, &found.value)) {
            names.push(found.value);
        }
    }
    let answered =
        identifiers(response).into_iter().filter(|found| relation(&found.stem, &noun) == Relation::Same);
    for found in answered.filter(|found| from_answer || found.in_list) {
        if !names.iter().any(|known| names_the_same(known, &found.value)) {
            names.push(found.value);
        }
    }
    if names.is_empty() && event.event_type.as_deref() == Some("AwsServiceEvent") {
        names.extend(of_service(event));
    }
    let resource_type = listed
        .into_iter()
        .find_map(|(_, kind)| kind)
        .or_else(|| kind::of(&event.event_source, key.as_deref(), names.first().map(|name| &**name)));
    Named { count: names.len() as u64, identifiers: names, resource_type }
}

/// What a service names in the record of its own doing: Secrets Manager its secret.
fn of_service(event: &Event) -> Option<Arc<str>> {
    let extra = payload::parse(event.additional_event_data.as_ref());
    payload::text(&extra, &["ARN"]).map(Arc::from)
}

/// Objects by bucket and key, else the bucket.
///
/// Source: facts/cloudtrail.md 1.6, 2 (S3 request fields).
fn s3(event: &Event, request: &Value) -> Option<Named> {
    let bucket = payload::text(request, &["bucketName"])?;
    let arn = |key: &str| Arc::<str>::from(format!("arn:aws:s3:::{bucket}/{key}"));
    let mut keys: Vec<Arc<str>> = payload::text(request, &["key"]).map(arn).into_iter().collect();
    if &*event.event_name == "DeleteObjects" {
        let list = payload::at(request, &["delete", "object"])
            .or_else(|| payload::at(request, &["delete", "objects"]))
            .or_else(|| payload::at(request, &["objects"]))
            .or_else(|| payload::at(request, &["keys"]));
        let key_of = |item: &Value| item.as_str().or_else(|| payload::text(item, &["key"])).map(arn);
        match list {
            Some(Value::Array(items)) => keys.extend(items.iter().filter_map(key_of)),
            Some(item) => keys.extend(key_of(item)),
            None => {}
        }
        keys.sort();
        keys.dedup();
    }
    if !keys.is_empty() {
        let count = keys.len() as u64;
        return Some(Named { identifiers: keys, count, resource_type: Some("AWS::S3::Object".into()) });
    }
    let counted = ["objectCount", "objectsCount", "numberOfObjects", "deletedObjectCount", "keyCount"];
    let extra = payload::parse(event.additional_event_data.as_ref());
    let count = counted.iter().find_map(|key| {
        payload::number(request, &[key])
            .or_else(|| payload::number(request, &["delete", key]))
            .or_else(|| payload::number(&extra, &[key]))
    });
    let count = count.and_then(|count| u64::try_from(count).ok()).unwrap_or(1).max(1);
    let bucket = format!("arn:aws:s3:::{bucket}").into();
    Some(Named { identifiers: vec![bucket], count, resource_type: Some("AWS::S3::Bucket".into()) })
}

/// What a request names by the noun alone, or by an id that names nothing in
/// other calls: `DeleteEventDataStore` with `eventDataStore`, `CloseAccount` with
/// `accountId`.
fn under_its_noun(request: &Value, noun: &str) -> Vec<Found> {
    let fields = request.as_object().into_iter().flatten();
    let named = fields.filter(|(key, _)| {
        let key = key.to_ascii_lowercase();
        key.strip_suffix("id").unwrap_or(&key) == noun
    });
    let texts = named.filter_map(|(_, value)| value.as_str()).filter(|text| !text.is_empty());
    texts.map(|text| Found { stem: noun.to_owned(), value: text.into(), in_list: false }).collect()
}

/// The ARNs of the `resources` column with their types. Where it lists things
/// of several types, those of the event's noun, if any are.
fn listed(event: &Event, noun: &str) -> Vec<(Arc<str>, Option<Arc<str>>)> {
    let value = payload::parse(event.resources.as_ref());
    let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
    let mut all: Vec<(Arc<str>, Option<Arc<str>>)> = Vec::new();
    for item in items {
        let arn = ["ARN", "arn", "resourceName"].iter().find_map(|key| payload::text(item, &[key]));
        let kind = ["type", "resourceType"].iter().find_map(|key| payload::text(item, &[key])).map(Arc::from);
        if let Some(arn) = arn
            && !all.iter().any(|(known, _)| **known == *arn)
        {
            all.push((Arc::from(arn), kind));
        }
    }
    let of_noun = |kind: &Option<Arc<str>>| {
        let word = kind.as_deref().and_then(|kind| kind.rsplit("::").next()).unwrap_or_default();
        !word.is_empty() && relation(&word.to_ascii_lowercase(), noun) != Relation::None
    };
    if all.iter().any(|(_, kind)| of_noun(kind)) {
        all.retain(|(_, kind)| of_noun(kind));
    }
    all
}

/// The event name without its verb, in small letters and without a plural s.
fn noun(event_name: &str) -> String {
    let letters = event_name.char_indices().skip(1);
    let start = letters.clone().find(|(_, letter)| letter.is_uppercase()).map_or(0, |(at, _)| at);
    let noun = event_name[start..].to_ascii_lowercase();
    let noun = noun.strip_prefix("delete").unwrap_or(&noun);
    singular(noun).to_owned()
}

fn singular(word: &str) -> &str {
    let plural = word.len() > 3 && word.ends_with('s') && !word.ends_with("ss");
    if plural { &word[..word.len() - 1] } else { word }
}

/// One identifier in a request or response.
#[derive(Clone, Debug)]
struct Found {
    /// Its key without the ending, in small letters, such as `dbinstance`.
    stem: String,
    value: Arc<str>,
    /// Whether it stands in a list: batch calls answer what they destroyed so.
    in_list: bool,
}

fn identifiers(value: &Value) -> Vec<Found> {
    let mut found = Vec::new();
    collect(value, None, (0, false), &mut found);
    found
}

fn collect(value: &Value, key: Option<&str>, (depth, in_list): (u32, bool), found: &mut Vec<Found>) {
    if depth > DEPTH_MAX {
        return;
    }
    match value {
        Value::Object(fields) => {
            for (name, inner) in fields {
                // EC2 spells some scalars as {"content": …, "tag": 1}.
                let name = if name == "content" { key } else { Some(name.as_str()) };
                collect(inner, name, (depth + 1, in_list), found);
            }
        }
        Value::Array(items) => {
            for item in items {
                collect(item, key, (depth + 1, true), found);
            }
        }
        Value::String(text) if !text.is_empty() => {
            found.extend(key.and_then(stem).map(|stem| Found { stem, value: text.as_str().into(), in_list }));
        }
        _ => {}
    }
}

/// The stem of a key that identifies something.
fn stem(key: &str) -> Option<String> {
    let key = key.to_ascii_lowercase();
    let made = ["final", "new", "target", "source", "client"].iter().any(|word| key.starts_with(word));
    if made || NOT_IDENTIFIERS.contains(&key.as_str()) || key.ends_with("token") {
        return None;
    }
    ENDINGS.iter().find_map(|ending| key.strip_suffix(ending)).map(str::to_owned)
}

/// How a key's stem relates to the noun of the event name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Relation {
    /// Not at all.
    None,
    /// The noun holds the stem (`group` in `securitygroupingress`).
    Part,
    /// The noun begins with the stem (`key` in `keydeletion`).
    Head,
    /// The noun ends with the stem (`policy` in `rolepolicy`).
    Tail,
    /// They are the same.
    Same,
}

fn relation(stem: &str, noun: &str) -> Relation {
    let stem = singular(stem);
    if stem.is_empty() {
        Relation::None
    } else if stem == noun || stem.strip_suffix("resource") == Some(noun) {
        Relation::Same
    } else if noun.ends_with(stem) || stem.ends_with(noun) && !noun.is_empty() {
        Relation::Tail
    } else if noun.starts_with(stem) {
        Relation::Head
    } else if noun.contains(stem) {
        Relation::Part
    } else {
        Relation::None
    }
}

/// The identifiers that relate best to the noun; all of them where none does.
fn pick(all: Vec<Found>, noun: &str) -> Vec<Found> {
    let best = all.iter().map(|found| relation(&found.stem, noun)).max().unwrap_or(Relation::None);
    let mut picked: Vec<Found> =
        all.into_iter().filter(|found| relation(&found.stem, noun) == best).collect();
    picked.sort_by(|one, other| one.value.cmp(&other.value));
    picked.dedup_by(|one, other| one.value == other.value);
    picked
}

/// Whether two identifiers name one thing: equal, or an ARN that ends with the
/// other's name. Names of parameters are paths that begin with a slash; their
/// ARNs have nothing before it but the word `parameter`.
pub(super) fn names_the_same(one: &str, other: &str) -> bool {
    let ends = |arn: &str, name: &str| {
        arn.starts_with("arn:")
            && arn
                .strip_suffix(name)
                .is_some_and(|rest| rest.ends_with(['/', ':']) || name.len() > 1 && name.starts_with('/'))
    };
    one == other || ends(one, other) || ends(other, one)
}
