//! The verb rule: what the name of an operation says that the catalogue lacks.
//!
//! Owns: which verbs destroy. Knows names only.

/// Words that services put before the verb.
const PREFIXES: [&str; 5] = ["Batch", "Bulk", "Admin", "Global", "Force"];

/// Verbs after which something is gone.
///
/// `Deregister` and `Remove` are here although most known operations of that
/// name only undo a link: those are catalogue rows of category `none`, and of a
/// new one it is safer to be told. Left out, because the thing itself stays and
/// the opposite call undoes them: Detach, Disassociate, Unlink, Untag, Stop,
/// Disable, Suspend, Revoke, Reset, Cancel, Reject, Release, Leave.
///
/// Source: facts/cloudtrail.md 6.3, first signal.
const VERBS: [&str; 12] = [
    "Delete",
    "Terminate",
    "Purge",
    "Destroy",
    "Wipe",
    "Empty",
    "Erase",
    "Redact",
    "Evict",
    "Expire",
    "Deregister",
    "Remove",
];

/// Whether an operation of that name, unknown to the catalogue, is taken to
/// destroy something. The verb must end where a new word begins (`Deleted…` is
/// no verb), and labels (`…Tags`) and the ends of sessions do not count.
pub(super) fn destroys(event_name: &str) -> bool {
    // Every record of a dump comes here: most begin with another letter than all
    // of these words.
    let first = event_name.bytes().next().unwrap_or_default().to_ascii_uppercase();
    if !PREFIXES.iter().chain(&VERBS).any(|word| word.as_bytes().first() == Some(&first)) {
        return false;
    }
    let mut name = event_name;
    while let Some(rest) = PREFIXES.iter().find_map(|prefix| after_word(name, prefix)) {
        name = rest;
    }
    let object = VERBS.iter().find_map(|verb| after_word(name, verb));
    object.is_some_and(|object| !is_label(object) && !is_session(object))
}

/// What follows `word` at the start of `name`, if a new word or nothing does.
/// Some consoles write their first letter in lower case.
fn after_word<'name>(name: &'name str, word: &str) -> Option<&'name str> {
    let (head, rest) = name.split_at_checked(word.len())?;
    let (first, tail) = (head.get(..1)?, head.get(1..)?);
    let same = first.eq_ignore_ascii_case(&word[..1]) && tail == &word[1..];
    let ends = rest.bytes().next().is_none_or(|byte| byte.is_ascii_uppercase());
    (same && ends).then_some(rest)
}

fn is_label(object: &str) -> bool {
    object == "Tag" || object.starts_with("Tags") || object.ends_with("Tags") || object.ends_with("Tagging")
}

fn is_session(object: &str) -> bool {
    object.ends_with("Session") || object.ends_with("Sessions")
}

#[cfg(test)]
mod tests {
    use super::destroys;

    #[test]
    fn the_verb_decides_and_words_end_where_the_next_begins() {
        let cases = [
            ("DeleteGizmo", true),
            ("Delete", true),
            ("BatchDeleteGizmos", true),
            ("AdminForceDeleteGizmo", true),
            ("TerminateGizmo", true),
            ("PurgeGizmo", true),
            ("EmptyGizmo", true),
            ("DeregisterGizmo", true),
            ("RemoveGizmo", true),
            ("deleteGizmo", true),
            ("DeletedGizmo", false),
            ("DeleteTags", false),
            ("RemoveTagsFromGizmo", false),
            ("DeleteGizmoTagging", false),
            ("TerminateGizmoSession", false),
            ("DetachGizmo", false),
            ("DisassociateGizmo", false),
            ("CancelGizmo", false),
            ("UntagGizmo", false),
            ("StopGizmo", false),
            ("DisableGizmo", false),
            ("RevokeGizmo", false),
            ("CreateGizmoDelete", false),
            ("GetDeletedGizmo", false),
            ("Batch", false),
            ("Löschen", false),
            ("", false),
        ];
        for (name, expected) in cases {
            assert_eq!(destroys(name), expected, "{name}");
        }
    }
}
