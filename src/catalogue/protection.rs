//! Which calls say whether a thing is protected against deletion.
//!
//! Owns: the form of `data/protections.csv`, and what one call says. What was
//! said of a thing before is the correlation's to find.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::catalogue::fault::CatalogueFault;
use crate::catalogue::naming::Source;
use crate::catalogue::needed::Needed;
use crate::catalogue::operation::short_source;
use crate::catalogue::rows::rows;

const COLUMNS: &str = "event_source,event_name,protection,things,says,on,off,unsaid";

/// What one call says of one protection of some things.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Protection {
    /// Which protection.
    pub kind: &'static str,
    /// The things, in the spelling of [`crate::catalogue::bare`].
    pub things: Vec<String>,
    /// Whether it is on; `None` if the call sets something else.
    pub on: Option<bool>,
}

#[derive(Debug)]
struct Row {
    kind: &'static str,
    things: Vec<Source>,
    says: Vec<Source>,
    on: &'static str,
    off: &'static str,
    unsaid: Option<bool>,
}

/// The rows by event source and event name.
#[derive(Debug, Default)]
pub(super) struct Protections {
    by_call: BTreeMap<(&'static str, &'static str), Vec<Row>>,
}

impl Protections {
    pub(super) fn parse(text: &'static str) -> Result<Self, CatalogueFault> {
        let mut read = Self::default();
        for (line, [source, name, kind, things, says, on, off, unsaid]) in rows(text, COLUMNS)? {
            let paths = |column: &'static str| -> Result<Vec<Source>, CatalogueFault> {
                let all = column.split('|').map(Source::parse);
                all.collect::<Result<_, _>>().map_err(|why| CatalogueFault::at_line(line, why))
            };
            let unsaid = match unsaid {
                "" => None,
                "off" => Some(false),
                other => return Err(CatalogueFault::at_line(line, format!("`{other}` is not `off`"))),
            };
            let row = Row { kind, things: paths(things)?, says: paths(says)?, on, off, unsaid };
            read.by_call.entry((source, name)).or_default().push(row);
        }
        Ok(read)
    }

    /// Every call of the table.
    pub(super) fn calls(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.by_call.keys().copied()
    }

    pub(super) fn holds(&self, (source, name): (&str, &str)) -> bool {
        self.by_call.contains_key(&(short_source(source), name))
    }

    /// Adds what of a request and a response of a call tells the things that it is
    /// about.
    pub(super) fn add_needed(&self, (source, name): (&str, &str), columns: &mut [Needed; 2]) {
        let rows = self.by_call.get(&(short_source(source), name)).into_iter().flatten();
        rows.flat_map(|row| &row.things).for_each(|source| source.add_needed(columns));
    }

    /// The things whose protection a succeeded call is about.
    pub(super) fn things(
        &self,
        (source, name): (&str, &str),
        (request, response): (&Value, &Value),
    ) -> Vec<String> {
        let rows = self.by_call.get(&(short_source(source), name)).into_iter().flatten();
        rows.flat_map(|row| first(&row.things, request, response)).collect()
    }

    /// What a succeeded call says: of each protection that calls of its name are
    /// about.
    pub(super) fn said(
        &self,
        (source, name): (&str, &str),
        (request, response): (&Value, &Value),
    ) -> Vec<Protection> {
        let rows = self.by_call.get(&(short_source(source), name)).into_iter().flatten();
        let said = rows.map(|row| {
            let things = first(&row.things, request, response);
            let on = match first(&row.says, request, response).first() {
                Some(text) if text == row.on => Some(true),
                Some(text) if text == row.off => Some(false),
                Some(_) => None,
                None => row.unsaid,
            };
            Protection { kind: row.kind, things, on }
        });
        said.filter(|one| !one.things.is_empty()).collect()
    }
}

/// What the first source tells that tells anything.
fn first(sources: &[Source], request: &Value, response: &Value) -> Vec<String> {
    let mut told = sources.iter().map(|source| source.names(request, response));
    told.find(|names| !names.is_empty()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;

    fn said(
        source: &str,
        name: &str,
        request: &str,
        response: &str,
    ) -> Vec<(&'static str, Vec<String>, Option<bool>)> {
        let json = |text: &str| -> Value { serde_json::from_str(text).expect("JSON") };
        let all = Catalogue::builtin().protections((source, name), (&json(request), &json(response)));
        all.into_iter().map(|one| (one.kind, one.things, one.on)).collect()
    }

    fn one(thing: &str) -> Vec<String> {
        vec![thing.to_owned()]
    }

    #[test]
    fn what_makes_a_thing_says_how_it_is_protected() {
        let instance = r#"{"instancesSet":{"items":[{"instanceId":"i-1"},{"instanceId":"i-2"}]}}"#;
        let both = vec!["i-1".to_owned(), "i-2".to_owned()];
        let run = |request: &str| said("ec2.amazonaws.com", "RunInstances", request, instance);
        let off = run(r#"{"disableApiTermination":false,"disableApiStop":true}"#);
        assert_eq!(off, [("stop", both.clone(), Some(true)), ("termination", both.clone(), Some(false))]);
        // A launch template may say it.
        assert_eq!(run(r#"{"launchTemplate":{"launchTemplateId":"lt-1"}}"#)[1], ("termination", both, None));
        let balancer = r#"{"loadBalancers":[{"loadBalancerArn":"arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/app/web/1"}]}"#;
        let made =
            said("elasticloadbalancing.amazonaws.com", "CreateLoadBalancer", r#"{"name":"web"}"#, balancer);
        assert_eq!(made, [("load balancer", one("app/web/1"), Some(false))]);
        // The answer outranks the request.
        let db = said(
            "rds.amazonaws.com",
            "CreateDBInstance",
            r#"{"dBInstanceIdentifier":"orders"}"#,
            r#"{"dBInstanceIdentifier":"orders","deletionProtection":true}"#,
        );
        assert_eq!(db, [("database", one("orders"), Some(true))]);
    }

    #[test]
    fn what_sets_it_is_read_in_every_shape_and_other_changes_say_nothing() {
        let set = |request: &str| said("ec2.amazonaws.com", "ModifyInstanceAttribute", request, "null")[1].2;
        assert_eq!(set(r#"{"instanceId":"i-1","disableApiTermination":{"value":true}}"#), Some(true));
        assert_eq!(set(r#"{"instanceId":"i-1","disableApiTermination":false}"#), Some(false));
        assert_eq!(
            set(r#"{"instanceId":"i-1","attribute":"disableApiTermination","value":"true"}"#),
            Some(true)
        );
        assert_eq!(set(r#"{"instanceId":"i-1","attribute":"disableApiStop","value":"true"}"#), None);
        assert_eq!(set(r#"{"instanceId":"i-1","instanceType":{"value":"t3.small"}}"#), None);
        assert_eq!(said("ec2.amazonaws.com", "ModifyInstanceAttribute", "null", "null"), []);
        assert_eq!(said("s3.amazonaws.com", "CreateBucket", r#"{"bucketName":"b"}"#, "null"), []);
    }
}
