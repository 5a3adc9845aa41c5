//! The house order, kept by a test: layers, headers, lengths.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::runner::project;

/// Each room and its layer. A room uses only rooms of lower layers.
const LAYERS: [(&str, u32); 37] = [
    ("runs", 0),
    ("model", 1),
    ("limits", 0),
    ("evidence", 2),
    ("decode", 2),
    ("catalogue", 2),
    ("report", 2),
    ("policy", 3),
    ("geoip", 3),
    ("normalise", 3),
    ("timeline", 3),
    ("tally", 3),
    ("classify", 4),
    ("detect", 4),
    ("lake", 4),
    ("correlate", 4),
    ("integrity", 4),
    ("usage", 4),
    ("examine", 5),
    ("error", 5),
    ("gather", 6),
    ("readback", 6),
    ("tickets", 6),
    ("dump", 7),
    ("baseline", 8),
    ("case", 8),
    ("custody", 8),
    ("search", 8),
    ("explain", 8),
    ("rulebook", 8),
    ("compare", 8),
    ("run", 9),
    ("cli", 10),
    ("terminal", 11),
    ("command", 12),
    ("rules_command", 12),
    ("lib", 13),
];

/// Lines of a file without its tests.
const FILE_LINES_MAX: usize = 400;

/// Words that a room may not be called.
const BANNED_ROOMS: [&str; 5] = ["util", "utils", "common", "helpers", "manager"];

fn sources() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![
        project().join("src"),
        project().join("tests"),
        project().join("benches"),
        project().join("sample-logs/src"),
    ];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).expect("UTF-8");
                found.push((path, text));
            }
        }
    }
    found.sort();
    assert!(found.len() > 40, "the sources are found");
    found
}

fn room_of(path: &Path) -> Option<String> {
    let inside = path.strip_prefix(project().join("src")).ok()?;
    let first = inside.components().next()?.as_os_str().to_string_lossy().into_owned();
    Some(first.trim_end_matches(".rs").to_owned())
}

/// The part of a file before its unit tests.
fn without_tests(text: &str) -> &str {
    text.find("#[cfg(test)]").map_or(text, |at| &text[..at])
}

#[test]
fn each_room_uses_only_lower_layers() {
    let layers: BTreeMap<&str, u32> = LAYERS.into_iter().collect();
    let mut faults = Vec::new();
    for (path, text) in sources() {
        let Some(room) = room_of(&path).filter(|room| room != "main") else { continue };
        let Some(layer) = layers.get(room.as_str()) else {
            faults.push(format!("{}: the room `{room}` has no layer", path.display()));
            continue;
        };
        for (number, line) in without_tests(&text).lines().enumerate() {
            for used in line.split("crate::").skip(1) {
                let used: String = used.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
                let lower = layers.get(used.as_str()).is_some_and(|other| other < layer);
                if used != room && !used.is_empty() && !lower && !line.trim_start().starts_with("//") {
                    faults.push(format!("{}:{}: `{room}` uses `{used}`", path.display(), number + 1));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn each_file_says_what_it_owns_and_stays_short() {
    let mut faults = Vec::new();
    for (path, text) in sources() {
        if !text.starts_with("//!") {
            faults.push(format!("{}: no `//!` header", path.display()));
        }
        let lines = without_tests(&text).lines().count();
        if lines > FILE_LINES_MAX {
            faults.push(format!("{}: {lines} lines", path.display()));
        }
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if BANNED_ROOMS.contains(&stem.as_str()) {
            faults.push(format!("{}: says nothing by its name", path.display()));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The page's own scripts and styles; `vendor` holds the files of others.
#[test]
fn each_script_and_style_says_what_it_owns_and_stays_short() {
    let mut faults = Vec::new();
    let mut count = 0;
    for (folder, opening) in
        [("src/report/html/script", "//"), ("src/report/html/style", "/*"), ("tests/browser", "//")]
    {
        for entry in std::fs::read_dir(project().join(folder)).expect("a folder") {
            let path = entry.expect("an entry").path();
            if !path
                .extension()
                .is_some_and(|extension| ["js", "mjs", "css"].iter().any(|one| extension == *one))
            {
                continue;
            }
            count += 1;
            let text = std::fs::read_to_string(&path).expect("UTF-8");
            if !text.starts_with(opening) {
                faults.push(format!("{}: does not say what it owns", path.display()));
            }
            if text.lines().count() > FILE_LINES_MAX {
                faults.push(format!("{}: too long", path.display()));
            }
        }
    }
    assert!(count > 25, "the scripts are found");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn inputs_are_opened_in_one_place() {
    let openers = ["File::open", "fs::read(", "read_to_string(", "OpenOptions"];
    let allowed = ["evidence/read.rs", "run.rs", "run/files.rs", "rulebook.rs", "report/folder", "src/case/"];
    for (path, text) in sources() {
        // Files of tests open what they wrote.
        let of_tests =
            path.ends_with("tests.rs") || path.components().any(|part| part.as_os_str() == "tests");
        if room_of(&path).is_none() || of_tests {
            continue;
        }
        let opens = openers.iter().any(|opener| without_tests(&text).contains(opener));
        let shown = path.display().to_string();
        assert!(!opens || allowed.iter().any(|place| shown.contains(place)), "{shown} opens files");
    }
}

#[test]
fn no_path_of_a_machine_is_named() {
    for (path, text) in sources() {
        for word in [["/wo", "rk/"].concat(), ["/tm", "p/"].concat(), ["/ro", "ot/"].concat()] {
            assert!(!text.contains(&word), "{}: {word}", path.display());
        }
    }
}
