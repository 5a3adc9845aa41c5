//! The closing summary: the head facts, in the order of the other reports.
//!
//! Owns: what of the head a terminal shows. The facts are the headline's. All
//! text from evidence is escaped.

use crate::model::count::{counted, grouped};
use crate::model::mode::Authorization;
use crate::model::report::Report;
use crate::model::severity::Severity;
use crate::report::escape;
use crate::report::headline::{Headline, users};

use super::{LINE_CHARS_MAX, Tone, paint, push_line};

/// Windows shown one by one in the summary.
const WINDOWS_SHOWN: usize = 4;
/// Deadlines shown one by one in the summary.
const DEADLINES_SHOWN: usize = 2;
/// Sentences on what is not covered shown in the summary; those on tampering and
/// lost evidence are all shown.
const SENTENCES_SHOWN: usize = 6;
/// Characters of the names of who used a window.
const USERS_CHARS_MAX: usize = 160;
/// Characters of an account's name shown beside its id.
const NAME_CHARS_MAX: usize = 40;

/// The summary; `place` is where the reports are, if they are in a folder.
pub(super) fn text((report, head): (&Report, &Headline<'_>), place: Option<&str>, color: bool) -> String {
    let mut text = String::new();
    push_line(&mut text, format_args!("{} {}", paint("Coverage:", Tone::Head, color), head.coverage));
    push_line(&mut text, format_args!("{} {}", paint("Windows:", Tone::Head, color), head.windows_sentence));
    windows(&mut text, (report, head), color);
    act_before(&mut text, head, color);
    let label = paint("Destructive:", Tone::Head, color);
    push_line(&mut text, format_args!("{label} {}", head.destructive_sentence));
    if let Some(sentence) = &head.deadlines_sentence {
        push_line(&mut text, format_args!("{} {sentence}", paint("Deadlines:", Tone::Head, color)));
    }
    findings(&mut text, head, color);
    let (first, more) = head.not_covered_first(SENTENCES_SHOWN);
    for sentence in first {
        let sentence = escape::shorten(sentence, LINE_CHARS_MAX).into_owned();
        push_line(&mut text, format_args!("  not covered: {}", escape::terminal(&sentence)));
    }
    if !more.is_empty() {
        push_line(&mut text, format_args!("  and {} more, see summary.json", grouped(more.len() as u64)));
    }
    push_line(&mut text, format_args!("{} {}", paint("Counts:", Tone::Head, color), head.counts));
    if let Some(since) = &report.since {
        let told = since.subjects.iter().map(|one| format!("{}: {}", one.heading, one.counts));
        let told = told.collect::<Vec<_>>().join("; ");
        push_line(&mut text, format_args!("{} {told}", paint("Since last audit:", Tone::Head, color)));
    }
    let losses = head.losses() as u64;
    let tone = if losses == 0 { Tone::Done } else { Tone::Problem };
    let of = counted(report.problems.len() as u64, "problem");
    push_line(
        &mut text,
        format_args!(
            "{} {of}, {} of them lost or unclear evidence",
            paint("Problems:", tone, color),
            grouped(losses)
        ),
    );
    if let Some(place) = place {
        let shown = escape::terminal(place).into_owned();
        push_line(
            &mut text,
            format_args!(
                "{} {}",
                paint("Report:", Tone::Done, color),
                paint(&format!("{shown}/report.html"), Tone::Path, color)
            ),
        );
        push_line(&mut text, format_args!("  check it later: cd '{shown}' && sha256sum -c SHA256SUMS"));
    }
    text
}

/// What can still be saved, the first of it.
fn act_before(text: &mut String, head: &Headline<'_>, color: bool) {
    let label = paint("Act before:", Tone::Error, color);
    for group in head.act_first(DEADLINES_SHOWN) {
        let action = &group.action;
        let of = action.resources.first().map(|name| format!(" of {name}")).unwrap_or_default();
        let by = action.actor.as_ref().map(|actor| format!(" by {actor}")).unwrap_or_default();
        let (call, more) = (&action.event_name, group.more());
        let what = format!("{call}{of}{more} in account {}{by}", group.account());
        let what = escape::shorten(&what, LINE_CHARS_MAX).into_owned();
        push_line(text, format_args!("{label} {} ({})", group.until, escape::terminal(&what)));
    }
}

fn windows(text: &mut String, (report, head): (&Report, &Headline<'_>), color: bool) {
    for window in head.ordered_windows.iter().take(WINDOWS_SHOWN) {
        let until = window.closed_at.map_or_else(|| "no end seen".to_owned(), |time| format!("until {time}"));
        let tone = if window.authorization == Authorization::Unauthorized { Tone::Error } else { Tone::Path };
        let name = report.scope.account_names.get(&window.account_id);
        let name =
            name.map(|name| format!(" ({})", escape::terminal(&escape::shorten(name, NAME_CHARS_MAX))));
        let name = name.unwrap_or_default();
        let users = users(window);
        let users =
            if users.is_empty() { "used by nobody seen".to_owned() } else { format!("used by {users}") };
        let users = escape::shorten(&users, USERS_CHARS_MAX).into_owned();
        push_line(
            text,
            format_args!(
                "  {}{name} {} since {} ({}), {until}: {}, {}, {}",
                escape::terminal(window.account_id.as_str()),
                escape::terminal(window.mode.as_str()),
                window.opened_at,
                window.opened_bound.as_str().replace('_', " "),
                paint(window.authorization.as_str(), tone, color),
                escape::terminal(&users),
                counted(window.destructive_actions, "destructive action"),
            ),
        );
    }
    if let Some(more) = head.ordered_windows.len().checked_sub(WINDOWS_SHOWN).filter(|more| *more > 0) {
        push_line(text, format_args!("  and {more} more, see tables/mode_windows.csv"));
    }
}

fn findings(text: &mut String, head: &Headline<'_>, color: bool) {
    let parts: Vec<String> = head
        .findings
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(severity, count)| {
            let part = format!("{} {severity}", grouped(*count));
            if *severity >= Severity::High { paint(&part, Tone::Error, color) } else { part }
        })
        .collect();
    let mut all = if parts.is_empty() { "none".to_owned() } else { parts.join(", ") };
    if head.suppressed > 0 {
        all.push_str(&format!("; {} suppressed by the policy", grouped(head.suppressed)));
    }
    push_line(text, format_args!("{} {all}", paint("Findings:", Tone::Head, color)));
}
