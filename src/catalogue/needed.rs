//! As much of a request or a response as the tables ask for.
//!
//! Owns: reading that much of its JSON text and nothing beside. Whoever follows a
//! path that was added finds in what was read what it finds in the whole.

use std::fmt;

use serde::Deserialize as _;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::catalogue::path::{Path, Step};

/// The part of a value that some paths lead through. A list stands for each of
/// its elements, as it does for paths.
#[derive(Clone, Debug, Default)]
pub(super) struct Needed {
    /// All of it: a path ends here.
    whole: bool,
    /// Members by name, in whatever case of letters.
    members: Vec<(String, Needed)>,
}

impl Needed {
    /// Adds what a path leads through.
    pub(super) fn add(&mut self, path: &Path) {
        self.add_steps(path.steps());
    }

    /// Adds a member of the value itself.
    pub(super) fn add_member(&mut self, name: &str) {
        self.member(name).whole = true;
    }

    fn add_steps(&mut self, steps: &[Step]) {
        match steps.split_first() {
            // Any member may be any other path's too.
            None | Some((Step::AnyMember, _)) => self.whole = true,
            Some((Step::Member(name), rest)) => self.member(name).add_steps(rest),
            Some((Step::Where(name, _), rest)) => {
                self.add_member(name);
                self.add_steps(rest);
            }
        }
    }

    fn member(&mut self, name: &str) -> &mut Self {
        let known = self.members.iter().position(|(known, _)| known.eq_ignore_ascii_case(name));
        let place = known.unwrap_or_else(|| {
            self.members.push((name.to_owned(), Self::default()));
            self.members.len() - 1
        });
        &mut self.members[place].1
    }

    /// Reads that much; null where there is no text, none of it is asked for, or
    /// it is no JSON.
    pub(super) fn read(&self, raw: Option<&str>) -> Value {
        let Some(raw) = raw.filter(|_| self.whole || !self.members.is_empty()) else { return Value::Null };
        self.deserialize(&mut serde_json::Deserializer::from_str(raw)).unwrap_or_default()
    }
}

impl<'de> DeserializeSeed<'de> for &Needed {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        if self.whole { Value::deserialize(deserializer) } else { deserializer.deserialize_any(self) }
    }
}

impl<'de> Visitor<'de> for &Needed {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(key) = map.next_key_seed(Wanted(self))? {
            match key {
                Some((name, needed)) => {
                    let value = map.next_value_seed(needed)?;
                    members.insert(name, value);
                }
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(Value::Object(members))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = list.next_element_seed(self)? {
            elements.push(element);
        }
        Ok(Value::Array(elements))
    }

    // What has no members ends every path that leads through it.

    fn visit_bool<E>(self, _: bool) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_str<E>(self, _: &str) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
}

/// A key, with what is needed of its value; `None` if that is nothing.
struct Wanted<'n>(&'n Needed);

impl<'de, 'n> DeserializeSeed<'de> for Wanted<'n> {
    type Value = Option<(String, &'n Needed)>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'n> Visitor<'_> for Wanted<'n> {
    type Value = Option<(String, &'n Needed)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        let found = self.0.members.iter().find(|(name, _)| name.eq_ignore_ascii_case(key));
        Ok(found.map(|(_, needed)| (key.to_owned(), needed)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::path::text_of;

    fn needed(paths: &[&str]) -> (Needed, Vec<Path>) {
        let paths: Vec<Path> = paths.iter().map(|path| Path::parse(path).expect("a path")).collect();
        let mut needed = Needed::default();
        paths.iter().for_each(|path| needed.add(path));
        (needed, paths)
    }

    #[test]
    fn paths_lead_to_the_same_in_what_is_needed_as_in_the_whole() {
        let texts = [
            r#"{"a":{"b":[{"c":1,"x":{}},{"C":"2"},3],"d":"x"},"A":[[{"b":{"c":{"value":true}}}]],"e":1e2}"#,
            r#"[{"a":{"b":{"c":"in a list"}}},{"e":"f","k":"v"}]"#,
            r#"{"k":"v","e":{"value":7,"more":1},"a":{"k":"w","b":{"c":["x",["y"]]}}}"#,
            r#"{"a":"no object","a":{"b":{"c":"the last counts"}},"\u0065":"escaped"}"#,
            r#""text""#,
            "7",
            "null",
        ];
        let all = ["a.b.c", "e", "a.b", "[k=v].e", "a[k=w].b.c", "*.b.c", "a[d=x].b.c", "none.at.all"];
        for text in texts {
            let whole: Value = serde_json::from_str(text).expect("JSON");
            for paths in [&all[..1], &all[1..2], &all[3..5], &all[5..6], &all[6..7], &all[7..], &all] {
                let (needed, paths) = needed(paths);
                let part = needed.read(Some(text));
                for path in paths {
                    let told = |root| path.follow(root).into_iter().map(text_of).collect::<Vec<_>>();
                    assert_eq!(told(&part), told(&whole), "{path:?} in {text}");
                }
            }
        }
    }

    #[test]
    fn the_rest_is_not_held_and_what_is_broken_is_nothing() {
        let (needed, _) = needed(&["a.b"]);
        let read = |text: &str| needed.read(Some(text)).to_string();
        assert_eq!(read(r#"{"x":[1,{"a":2}],"a":{"y":"z","b":{"c":1}}}"#), r#"{"a":{"b":{"c":1}}}"#);
        assert_eq!(read(r#"{"a":{"b":1}"#), "null");
        assert_eq!(needed.read(None), Value::Null);
        assert_eq!(Needed::default().read(Some(r#"{"a":1}"#)), Value::Null);
    }
}
