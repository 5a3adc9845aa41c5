//! Whether an object of the dump lies where a digest says it lay in its bucket.
//!
//! Dumps lose the leading part of keys, and sometimes the `.gz`: what is left
//! has to agree.

/// The parts of a path, last first, without the `.gz` of the last one.
fn parts(path: &str) -> impl Iterator<Item = &str> {
    path.strip_suffix(".gz").unwrap_or(path).rsplit(['/', '!'])
}

/// How many of the last parts two paths share.
pub(crate) fn shared_parts(path: &str, key: &str) -> usize {
    parts(path).zip(parts(key)).take_while(|(a, b)| a == b).count()
}

/// The last part, without `.gz`.
pub(crate) fn file(path: &str) -> &str {
    parts(path).next().unwrap_or_default()
}

/// Whether the object at `path` can be the one with this key: as much of the
/// key as the dump kept has to agree. From `AWSLogs` on, nothing may differ
/// where the dump kept that part.
///
/// Source: facts/cloudtrail.md 2.1, 3.5 check c.
pub(crate) fn is_at_home(path: &str, key: &str) -> bool {
    let shared = shared_parts(path, key);
    let kept = |all: &str| parts(all).position(|part| part == "AWSLogs");
    match (kept(path), kept(key)) {
        (Some(of_path), Some(of_key)) => of_path == of_key && shared > of_key,
        _ => shared > 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_much_as_the_dump_kept_has_to_agree() {
        let key = "p/AWSLogs/1/CloudTrail/r/2026/01/02/x.json.gz";
        for path in [
            "bucket/p/AWSLogs/1/CloudTrail/r/2026/01/02/x.json.gz",
            "AWSLogs/1/CloudTrail/r/2026/01/02/x.json",
            "dump.zip!AWSLogs/1/CloudTrail/r/2026/01/02/x.json.gz",
            "r/2026/01/02/x.json.gz",
            "other/x.json.gz",
        ] {
            assert!(is_at_home(path, key), "{path}");
        }
        for path in ["AWSLogs/1/CloudTrail/r/2026/01/03/x.json.gz", "y.json.gz", "xx.json.gz", ""] {
            assert!(!is_at_home(path, key), "{path}");
        }
        assert_eq!(shared_parts("a/b/c.gz", "z/b/c"), 2);
    }
}
