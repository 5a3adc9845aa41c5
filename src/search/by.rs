//! Hits counted by what stands in some of their fields.
//!
//! Owns: what a name means, and that the groups stay within their bound. Sees
//! records without their secrets, as everything that a search tells.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::decode::json::string;
use crate::limits::COUNTED_BYTES_MAX;
use crate::model::evidence::ObjectPath;
use crate::report::escape;
use crate::search::fields::find_field_at;
use crate::search::print::{Form, Hit, row};

/// What one name stands for.
#[derive(Clone, Debug)]
enum Field {
    /// What is known of every hit.
    Known(fn(&ObjectPath, &Hit<'_>) -> Option<String>),
    /// The value at the end of these keys that is not null and that the fewest keys
    /// lead to, the first of them.
    Path(Vec<String>),
}

/// What hits are counted by.
#[derive(Clone, Debug)]
pub struct By {
    names: Vec<String>,
    fields: Vec<Field>,
}

/// The values of one group, `None` where a record has none.
type Values = Vec<Option<Box<str>>>;

/// How many hits have the same values.
#[derive(Clone, Debug, Default)]
pub struct Groups {
    counts: BTreeMap<Values, u64>,
    bytes: usize,
    /// Hits with other values than there was room for.
    pub beyond: u64,
}

impl By {
    /// Of names: columns of the printed hits, `day`, or keys joined by dots. One that
    /// is given twice counts once.
    pub fn new(given: &[String]) -> Self {
        let mut names: Vec<String> = Vec::new();
        for name in given {
            names.extend((!names.contains(name)).then(|| name.clone()));
        }
        let field = |name: &String| match name.as_str() {
            "source_object" => Field::Known(|path, _| Some(path.as_str().to_owned())),
            "kind" => Field::Known(|_, hit| Some(hit.kind.to_owned())),
            "day" => Field::Known(|_, hit| hit.time.map(|time| time.day().to_string())),
            "account_id" => Field::Known(|_, hit| hit.account.map(str::to_owned)),
            "region" => Field::Known(|_, hit| hit.region.map(str::to_owned)),
            "event_source" => Field::Known(|_, hit| hit.source.map(str::to_owned)),
            "event_name" => Field::Known(|_, hit| hit.name.map(str::to_owned)),
            "principal_arn" => Field::Known(|_, hit| hit.principal.map(str::to_owned)),
            path => Field::Path(path.split('.').map(str::to_owned).collect()),
        };
        let fields = names.iter().map(field).collect();
        Self { names, fields }
    }

    /// The values of a hit.
    fn values(&self, path: &ObjectPath, hit: &Hit<'_>) -> Values {
        let value = |field: &Field| match field {
            Field::Known(value) => value(path, hit).map(String::into_boxed_str),
            Field::Path(keys) => {
                let (mut nearest, mut way) = (None, usize::MAX);
                find_field_at(hit.text, keys, &mut |raw, keys| {
                    if raw != "null" && keys < way {
                        (nearest, way) = (Some(string(raw).unwrap_or(Cow::Borrowed(raw)).into()), keys);
                    }
                    way == 1
                });
                nearest
            }
        };
        self.fields.iter().map(value).collect()
    }

    /// The names that no hit has a value for.
    pub fn unseen<'b>(&'b self, groups: &Groups) -> Vec<&'b str> {
        let seen = |place: usize| groups.counts.keys().any(|values| values[place].is_some());
        let names = self.names.iter().enumerate();
        names.filter(|(place, _)| !seen(*place)).map(|(_, name)| name.as_str()).collect()
    }

    /// What comes before all groups.
    pub fn header(&self, form: Form) -> Vec<u8> {
        match form {
            Form::Csv => {
                let names = self.names.iter().map(|name| escape::spreadsheet(name).into_owned());
                row(names.chain(["hits".to_owned()]))
            }
            Form::Text | Form::Jsonl => Vec::new(),
        }
    }

    /// One group.
    pub fn line(&self, form: Form, values: &[Option<Box<str>>], hits: u64) -> Vec<u8> {
        let cells = values.iter().map(|value| value.as_deref().unwrap_or_default());
        match form {
            Form::Text => {
                let shown = |value: &Option<Box<str>>| {
                    value.as_deref().map_or("-".to_owned(), |text| escape::terminal(text).into_owned())
                };
                let shown: Vec<String> = values.iter().map(shown).collect();
                format!("{hits:>8}  {}\n", shown.join("  ")).into_bytes()
            }
            Form::Jsonl => {
                let mut line = serde_json::Map::new();
                for (name, value) in self.names.iter().zip(values) {
                    line.insert(name.clone(), value.as_deref().into());
                }
                line.insert("hits".to_owned(), hits.into());
                let line = serde_json::Value::Object(line).to_string();
                format!("{}\n", escape::json(&line)).into_bytes()
            }
            Form::Csv => {
                let cells = cells.map(|cell| escape::spreadsheet(cell).into_owned());
                row(cells.chain([hits.to_string()]))
            }
        }
    }
}

impl Groups {
    /// Counts one hit.
    pub(super) fn add(&mut self, by: &By, path: &ObjectPath, hit: &Hit<'_>) {
        self.count(by.values(path, hit), 1);
    }

    /// Takes in those of the next object.
    pub(super) fn append(&mut self, others: Self) {
        others.counts.into_iter().for_each(|(values, hits)| self.count(values, hits));
        self.beyond += others.beyond;
    }

    fn count(&mut self, values: Values, hits: u64) {
        if let Some(count) = self.counts.get_mut(&values) {
            *count += hits;
            return;
        }
        let texts: usize = values.iter().flatten().map(|text| text.len()).sum();
        self.bytes += texts + 64 * (values.len() + 1);
        if self.bytes > COUNTED_BYTES_MAX {
            self.bytes = COUNTED_BYTES_MAX;
            self.beyond += hits;
            return;
        }
        self.counts.insert(values, hits);
    }

    /// Bytes that they take.
    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }

    /// The groups, the largest first; of equal ones by their values.
    pub fn largest_first(&self) -> Vec<(&[Option<Box<str>>], u64)> {
        let mut all: Vec<_> = self.counts.iter().map(|(values, hits)| (values.as_slice(), *hits)).collect();
        all.sort_by_key(|(_, hits)| std::cmp::Reverse(*hits));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::UtcTime;

    fn hit(text: &'static str) -> Hit<'static> {
        Hit {
            kind: "event",
            record: 0,
            time: UtcTime::parse("2026-01-02T03:04:05Z"),
            id: None,
            source: None,
            name: Some("DeleteBucket"),
            account: Some("111122223333"),
            region: None,
            principal: None,
            text,
        }
    }

    fn by(names: &[&str]) -> By {
        By::new(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())
    }

    fn printed(by: &By, form: Form, groups: &Groups) -> String {
        let lines = groups.largest_first().into_iter().flat_map(|(values, hits)| by.line(form, values, hits));
        String::from_utf8(by.header(form).into_iter().chain(lines).collect()).expect("UTF-8")
    }

    #[test]
    fn hits_are_counted_by_columns_and_by_fields_the_largest_first() {
        let by = by(&["event_name", "day", "errorCode", "a.b", "nowhere"]);
        let mut groups = Groups::default();
        let path = ObjectPath::new("x");
        for text in [
            r#"{"errorCode":"AccessDenied","a":{"b":null,"c":{"b":1}}}"#,
            r#"{"x":{"errorCode":"other"},"errorCode":"\u0041ccessDenied","a":{"b":{"x":1}}}"#,
            r#"{"errorCode":"AccessDenied","a":{"b":{"x":1}}}"#,
            r#"{"b":2}"#,
        ] {
            groups.add(&by, &path, &hit(text));
        }
        assert_eq!(by.unseen(&groups), ["nowhere"]);
        assert_eq!(
            printed(&by, Form::Csv, &groups),
            "event_name,day,errorCode,a.b,nowhere,hits\n\
             DeleteBucket,2026-01-02,AccessDenied,\"{\"\"x\"\":1}\",,2\n\
             DeleteBucket,2026-01-02,,,,1\n\
             DeleteBucket,2026-01-02,AccessDenied,,,1\n"
        );
    }

    #[test]
    fn attack_a_value_cannot_act_in_any_form() {
        let by = by(&["=1+1", "account_id"]);
        let mut groups = Groups::default();
        groups.add(&by, &ObjectPath::new("x"), &hit("{\"=1+1\":\"=\\u001b[2J\u{202e}\"}"));
        for form in [Form::Text, Form::Jsonl, Form::Csv] {
            let text = printed(&by, form, &groups);
            assert!(!text.contains('\u{1b}'), "{text}");
            assert!(form == Form::Csv || !text.contains('\u{202e}'), "{text}");
            assert!(!text.contains(",=") && !text.starts_with('='), "{text}");
        }
    }

    #[test]
    fn groups_beyond_the_bound_are_counted_together() {
        let by = by(&["account_id"]);
        let mut groups = Groups { bytes: COUNTED_BYTES_MAX - 150, ..Groups::default() };
        let mut count = |account: &'static str| {
            groups.add(&by, &ObjectPath::new("x"), &Hit { account: Some(account), ..hit("{}") });
        };
        for account in ["1", "2", "1", "3"] {
            count(account);
        }
        assert_eq!((groups.counts.len(), groups.beyond), (1, 2));
        assert_eq!(groups.largest_first()[0].1, 2);
    }
}
