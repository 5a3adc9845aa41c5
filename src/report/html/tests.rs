//! The page as text: what it allows, what it holds, and what no evidence can
//! bring into it. How it behaves is tested in a browser (`tests/browser`).

use super::*;
use crate::model::destructive::{DestructiveAction, Reversibility};
use crate::model::event::Outcome;
use crate::report::sample;

fn page_of(report: &Report) -> String {
    let facts = sample::facts();
    render(report, &Headline::of(report), &Provenance::of(&facts, "0".repeat(64)))
}

/// What stands between the tags of the elements of that name.
fn elements<'a>(page: &'a str, name: &str) -> Vec<(&'a str, &'a str)> {
    let (open, close) = (format!("<{name}"), format!("</{name}>"));
    let mut found = Vec::new();
    for part in page.split(&open).skip(1) {
        let (tag, rest) = part.split_once('>').expect("the tag ends");
        let (content, _) = rest.split_once(&close).expect("the element ends");
        found.push((tag, content));
    }
    found
}

fn sha256(text: &str) -> String {
    base64::engine::general_purpose::STANDARD.encode(Sha256::digest(text.as_bytes()))
}

/// The tags alone: text of the evidence cannot be among them, as it holds no `<`.
fn tags(markup: &str) -> Vec<&str> {
    markup.split('<').skip(1).filter_map(|part| part.split_once('>')).map(|(tag, _)| tag).collect()
}

/// The page without its scripts, styles and data.
fn markup(page: &str) -> String {
    let mut text = page.to_owned();
    for name in ["script", "style"] {
        for (_, content) in elements(page, name) {
            text = text.replacen(&format!(">{content}</{name}>"), &format!("></{name}>"), 1);
        }
    }
    text
}

#[test]
fn the_policy_allows_exactly_what_the_page_holds() {
    let mut report = sample::hostile();
    report.scope.case_name = Some(sample::HOSTILE.into());
    let page = page_of(&report);
    let (_, policy) = page.split_once("content=\"").expect("a policy");
    let (policy, _) = policy.split_once('"').expect("it ends");
    let mut expected = 0;
    for (tag, content) in elements(&page, "script").into_iter().chain(elements(&page, "style")) {
        if tag.contains("application/json") {
            assert!(!policy.contains(&sha256(content)), "data never runs");
        } else {
            assert!(policy.contains(&format!("'sha256-{}'", sha256(content))), "{tag}");
            expected += 1;
        }
    }
    assert_eq!(policy.matches("sha256-").count(), expected);
    assert!(policy.starts_with("default-src 'none';") && !policy.contains("unsafe"));
}

#[test]
fn nothing_is_fetched_and_nothing_runs_from_an_attribute() {
    for report in [Report::default(), sample::plain(), sample::hostile()] {
        let markup = markup(&page_of(&report));
        for tag in tags(&markup) {
            for forbidden in [" src=", " style=", " onclick=", " onload=", " onerror="] {
                assert!(!tag.contains(forbidden), "{tag}");
            }
            let name = tag.split([' ', '/']).find(|word| !word.is_empty()).unwrap_or_default();
            assert!(!["link", "iframe", "img", "object", "embed", "base", "form"].contains(&name), "{tag}");
        }
        for link in markup.split("href=\"").skip(1) {
            assert!(link.starts_with('#'), "{}", &link[..20.min(link.len())]);
        }
    }
}

#[test]
fn no_markup_comes_out_of_the_evidence() {
    let mut report = sample::hostile();
    report.scope.case_name = Some(sample::HOSTILE.into());
    let (page, plain) = (page_of(&report), page_of(&sample::plain()));
    for forbidden in ["<script>alert", "<img", "\u{202e}", "\u{200b}", "\x1b", "\0"] {
        assert!(!page.contains(forbidden), "{forbidden:?}");
    }
    for name in ["<script", "<style", "<li", "<a ", "<td"] {
        assert_eq!(page.matches(name).count(), plain.matches(name).count(), "{name}");
    }
    assert!(page.contains("&#60;script&#62;alert(1)"), "the hostile text is shown");
    assert!(page.contains(r"\u{202e}gnp\u{200b}\u{1b}[31m"));
}

#[test]
fn the_name_of_a_case_cannot_leave_its_text_on_paper() {
    assert!(
        paper_style("a\"} body { display: none } \\")
            .contains("content: \"a\\22 \\7d  body \\7b  display\\3a  none \\7d  \\5c \";")
    );
}

#[test]
fn what_was_read_comes_first_then_what_is_open_and_every_table_is_there() {
    let report = sample::plain();
    let page = page_of(&report);
    let (_, body) = page.split_once("<main").expect("a body");
    let place = |text: &str| body.find(text).unwrap_or_else(|| panic!("{text} is there"));
    let order = [
        "Read 5 objects",
        "Mode windows</h2>",
        "Act before",
        "Findings</h2>",
        "Not covered",
        "incidents-head",
        "How far to trust it</h2>",
    ];
    assert!(order.windows(2).all(|pair| place(pair[0]) < place(pair[1])));
    for table in tables::all(&report) {
        assert!(page.contains(&format!("id=\"data-{}\"", table.name)), "{}", table.name);
    }
}

#[test]
fn incidents_stand_in_the_order_in_which_to_act() {
    let mut report = sample::plain();
    let one = report.incidents[0].clone();
    let mut late = one.clone();
    (late.next_deadline, late.summary) = (None, "no hurry".to_owned());
    report.incidents = vec![late, one].into();
    let page = page_of(&report);
    let place = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text} is there"));
    assert!(place("jane.roe destroyed 64 things") < place("no hurry"));
    assert!(page.contains(r#""urgency":[1,0]"#), "the script takes the rows in the same order");
}

#[test]
fn long_lists_of_the_head_say_how_much_they_leave_out() {
    let mut report = sample::plain();
    let open =
        report.windows.iter().find(|window| window.closed_at.is_none()).expect("an open window").clone();
    report.windows = vec![open; 60];
    let page = page_of(&report);
    assert!(page.contains("<summary>47 more</summary>"));
    assert!(page.contains("10 more in the <a href=\"#table/mode_windows\">"));
}

#[test]
fn the_appendix_names_rules_catalogue_and_options() {
    let page = page_of(&sample::plain());
    for part in
        ["those built into devtrail 0.1.0", "Options that bear on this report: --as-of 2025-03-20T18:00:00Z."]
    {
        assert!(page.contains(part), "{part}");
    }
}

/// What a reader sees before any script runs and any list is opened.
fn first_screen(page: &str) -> String {
    let (_, body) = page.split_once("id=\"overview\"").expect("a first screen");
    let (mut rest, _) = body.split_once("<noscript>").expect("its end");
    let mut seen = String::new();
    while let Some((before, after)) = rest.split_once("<details>") {
        seen.push_str(before);
        rest = after.split_once("</details>").expect("an end").1;
    }
    seen + rest
}

#[test]
fn closed_windows_stand_on_the_first_screen_with_who_used_them() {
    let mut report = sample::plain();
    report.windows.retain(|window| window.closed_at.is_some());
    report.windows.truncate(1);
    let seen = first_screen(&page_of(&report));
    let line = "<time>2025-03-04T11:20:00Z</time> – <time>2025-03-09T17:00:00Z</time>; used by \
                jane.roe@example.com, zoe; <strong>17 destructive actions</strong>";
    assert!(
        seen.contains("developer in 111122223333 shop</a> <span class=\"tag good\">authorized"),
        "{seen}"
    );
    assert!(seen.contains(line), "{seen}");
    assert!(seen.contains("<b data-number=\"mode_windows/total\">1</b> mode window</li>"), "{seen}");
    assert!(seen.contains("<b data-number=\"problems/losses\">3</b> losses of evidence</li>"), "{seen}");
}

#[test]
fn tampering_is_on_the_first_screen_whatever_else_is_not_covered() {
    let mut report = sample::plain();
    report.scope.selections = (1..=9).map(|n| format!("Left out {n}.")).collect();
    let seen = first_screen(&page_of(&report));
    for grave in ["1 object not as a digest says", "3 problems mean that evidence was lost"] {
        assert!(seen.contains(grave), "{seen}");
    }
}

#[test]
fn equal_deadlines_are_one_line_of_the_first_screen() {
    let mut report = sample::plain();
    let call = report.destructive.iter().find(|action| action.unresolved_deadline().is_some());
    let call = call.expect("a call with a deadline").into_owned();
    report.scope.as_of = call.recoverable_until;
    report.destructive = vec![call; 12].into();
    let seen = first_screen(&page_of(&report));
    let until = report.scope.as_of.expect("a time");
    assert_eq!(seen.matches(&format!("<strong><time>{until}</time></strong>")).count(), 1, "{seen}");
    assert!(seen.contains("more, in 12 calls"), "{seen}");
}

#[test]
fn what_is_gone_for_good_is_on_the_first_screen_and_nothing_else() {
    let mut report = sample::plain();
    let mut one = report.destructive[0].clone();
    (one.outcome, one.reversibility) = (Outcome::Succeeded, Reversibility::Irreversible);
    (one.undone_at, one.undone_by_event_id) = (None, None);
    let named = |name: &str| DestructiveAction { event_name: name.into(), ..one.clone() };
    report.destructive = vec![
        named("DeleteGone"),
        DestructiveAction { outcome: Outcome::Denied, ..named("DeleteDenied") },
        DestructiveAction { reversibility: Reversibility::Recoverable, ..named("DeleteSaved") },
        DestructiveAction { undone_at: report.scope.as_of, ..named("DeleteUndone") },
    ]
    .into();
    let screen = first_screen(&page_of(&report));
    let (_, gone) = screen.split_once("Gone for good").expect("it is there");
    let (gone, _) = gone.split_once("</section>").expect("its end");
    assert!(gone.contains("DeleteGone") && report.scope.as_of.is_some());
    for name in ["DeleteDenied", "DeleteSaved", "DeleteUndone"] {
        assert!(!gone.contains(name), "{name}");
    }
    report.destructive.clear();
    assert!(!first_screen(&page_of(&report)).contains("Gone for good"));
}

#[test]
fn an_empty_report_is_a_whole_page() {
    let page = page_of(&Report::default());
    assert!(page.contains("Nothing was read"));
    assert!(page.trim_end().ends_with("</html>"));
    assert!(page.len() < 3 << 20, "{} bytes before any data", page.len());
}

#[test]
fn the_same_report_gives_the_same_bytes_whatever_the_threads() {
    let report = sample::hostile();
    let pages = [1, 4].map(|threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        pool.install(|| page_of(&report))
    });
    assert_eq!(pages[0], pages[1]);
}
