//! manifest.sha256: the hash of every object of the dump as it was read, in the
//! form that `sha256sum -c` checks inside the dump.
//!
//! Owns: the file's lines and its escaping. Entries inside an archive have no
//! file of their own and are left to their archive's line; files beside the dump,
//! which the policy names, are none of its objects.

use std::io::{self, Write};

use sha2::{Digest, Sha256};

use crate::model::object::Object;
use crate::model::report::Report;

/// The file's name in the output folder.
pub const FILE: &str = "manifest.sha256";

/// Writes the file's content, a line for each object that could be hashed, by path;
/// gives its SHA-256, lower-case hex.
///
/// # Errors
/// If `out` cannot be written.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<String> {
    let mut hash = Sha256::new();
    for object in report.objects.iter().filter(|object| has_a_file(object)) {
        let line = line(&object);
        hash.update(&line);
        out.write_all(line.as_bytes())?;
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

fn has_a_file(object: &Object) -> bool {
    !object.sha256.is_none() && !object.inside_archive && !object.beside_dump
}

/// `<hash>  <path>`; a path with a backslash or a line end is escaped and the
/// line marked by a leading backslash, as `sha256sum` does.
fn line(object: &Object) -> String {
    let path = object.path.as_str();
    if !path.contains(['\\', '\n', '\r']) {
        return format!("{}  {path}\n", object.sha256);
    }
    let path = path.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r");
    format!("\\{}  {path}\n", object.sha256)
}

/// Reads a manifest: hash and path of each line.
///
/// # Errors
/// The 1-based number of the first line that is none of a manifest.
pub fn parse(manifest: &str) -> Result<Vec<(String, String)>, usize> {
    let read = |(index, line): (usize, &str)| {
        let (escaped, line) = match line.strip_prefix('\\') {
            Some(rest) => (true, rest),
            None => (false, line),
        };
        let (hash, path) = line.split_once("  ").or_else(|| line.split_once(" *")).ok_or(index + 1)?;
        let sound = hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
        let path = if escaped { unescape(path) } else { path.to_owned() };
        if sound { Ok((hash.to_ascii_lowercase(), path)) } else { Err(index + 1) }
    };
    manifest.lines().enumerate().filter(|(_, line)| !line.is_empty()).map(read).collect()
}

fn unescape(path: &str) -> String {
    let mut text = String::with_capacity(path.len());
    let mut chars = path.chars();
    while let Some(c) = chars.next() {
        text.push(match c {
            '\\' => match chars.next() {
                Some('n') => '\n',
                Some('r') => '\r',
                Some(other) => other,
                None => '\\',
            },
            other => other,
        });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::evidence::ObjectPath;
    use crate::model::hash::ContentHash;

    #[test]
    fn a_manifest_reads_back_whatever_the_paths_hold() {
        let hash = "0123456789abcdef".repeat(4);
        let paths = ["a/b.json.gz", "with!mark.json", "back\\slash", "line\nend\r", "two  blanks *x"];
        let object = |path: &str| Object {
            sha256: ContentHash::of_hex(&hash),
            ..Object::blank(&ObjectPath::new(path))
        };
        let mut report = Report { objects: paths.map(object).into_iter().collect(), ..Report::default() };
        report.objects.push(Object { inside_archive: true, ..object("outer.zip!inner") });
        report.objects.push(Object { sha256: ContentHash::default(), ..object("unreadable") });
        report.objects.push(Object { beside_dump: true, ..object("policy:tickets.csv") });
        let expected = paths.map(|path| (hash.clone(), path.to_owned()));
        let mut manifest = Vec::new();
        let hash = write(&report, &mut manifest).unwrap();
        let known: String = Sha256::digest(&manifest).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hash, known);
        assert_eq!(parse(&String::from_utf8(manifest).unwrap()), Ok(expected.into()));
    }

    #[test]
    fn what_is_no_manifest_is_told_by_its_line() {
        let hash = "0".repeat(64);
        assert_eq!(parse("no manifest\n"), Err(1));
        assert_eq!(parse(&format!("{hash}  a\nxyz  b\n")), Err(2));
        assert_eq!(parse(&format!("{hash} *x y\n")), Ok(vec![(hash, "x y".to_owned())]));
    }
}
