//! Operations that delete only after a wait.
//!
//! Owns: the form of `data/waits.csv` and how the end of a wait is derived from
//! one call.

use std::collections::HashMap;

use serde_json::Value;

use crate::catalogue::fault::CatalogueFault;
use crate::catalogue::naming::Source;
use crate::catalogue::operation::short_source;
use crate::catalogue::rows::rows;
use crate::model::time::UtcTime;

/// How long one operation waits.
#[derive(Debug)]
pub struct Wait {
    /// Added to what is said about recovery; may be empty.
    pub note: &'static str,
    /// The shortest and the longest wait that the service takes, in days.
    pub days: (i64, i64),
    answer: Option<Source>,
    asked: Option<Source>,
    by_default: Option<i64>,
}

/// From what the end of a wait is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitEnd {
    /// The service answered with the time.
    Answered(UtcTime),
    /// The request asked for so many days.
    Asked(i64),
    /// The request asked for no number; the service's default is so many days.
    Default(i64),
    /// The service waits so many days, whatever is asked.
    Fixed(i64),
    /// The record does not tell.
    Unknown,
}

impl Wait {
    /// What ends the wait of one call. `request` is null where it was not
    /// recorded; then only the answer tells, and waits that none can choose.
    pub fn end(&self, request: &Value, response: &Value) -> WaitEnd {
        let texts = |source: &Option<Source>| {
            source.as_ref().map(|source| source.texts(request, response)).unwrap_or_default()
        };
        if let Some(time) = texts(&self.answer).iter().find_map(|text| moment(text)) {
            return WaitEnd::Answered(time);
        }
        let (least, most) = self.days;
        match (&self.asked, self.by_default) {
            (None, Some(days)) => WaitEnd::Fixed(days),
            (None, None) => WaitEnd::Unknown,
            (Some(_), _) if !request.is_object() => WaitEnd::Unknown,
            (Some(_), by_default) => match texts(&self.asked).first() {
                Some(text) => {
                    let days = text.parse().ok().filter(|days| (least..=most).contains(days));
                    days.map_or(WaitEnd::Unknown, WaitEnd::Asked)
                }
                None => by_default.map_or(WaitEnd::Unknown, WaitEnd::Default),
            },
        }
    }
}

/// A time as text, or as seconds since 1970.
fn moment(text: &str) -> Option<UtcTime> {
    let seconds = || {
        let whole = text.split('.').next()?.parse::<i64>().ok()?;
        // Before 2000 or after 2200 it is no number of seconds.
        (946_684_800..7_258_118_400).contains(&whole).then(|| UtcTime::from_seconds(whole))
    };
    seconds().or_else(|| UtcTime::parse(text))
}

/// All operations that wait.
#[derive(Debug)]
pub(super) struct Waits {
    by_source: HashMap<&'static str, HashMap<&'static str, Wait>>,
}

const COLUMNS: &str = "event_source,event_name,answer,asked,days,least,most,note";

impl Waits {
    pub(super) fn parse(text: &'static str) -> Result<Self, CatalogueFault> {
        let mut by_source: HashMap<_, HashMap<_, _>> = HashMap::new();
        for (number, row) in rows::<8>(text, COLUMNS)? {
            let wait = wait_of(row).map_err(|message| CatalogueFault::at_line(number, message))?;
            by_source.entry(row[0]).or_default().insert(row[1], wait);
        }
        Ok(Self { by_source })
    }

    pub(super) fn find(&self, event_source: &str, event_name: &str) -> Option<&Wait> {
        self.by_source.get(short_source(event_source))?.get(event_name)
    }

    #[cfg(test)]
    pub(super) fn names(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.by_source.iter().flat_map(|(source, names)| names.keys().map(|name| (*source, *name)))
    }
}

fn wait_of(row: [&'static str; 8]) -> Result<Wait, String> {
    let [_, _, answer, asked, days, least, most, note] = row;
    let source =
        |text: &'static str| Some(text).filter(|text| !text.is_empty()).map(Source::parse).transpose();
    let number = |text: &str| text.parse::<i64>().map_err(|_| format!("`{text}` is no number of days"));
    Ok(Wait {
        note,
        days: (number(least)?, number(most)?),
        answer: source(answer)?,
        asked: source(asked)?,
        by_default: Some(days).filter(|days| !days.is_empty()).map(number).transpose()?,
    })
}
