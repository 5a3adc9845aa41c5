//! ATT&CK techniques of destructive operations, by version 19 and by the ids
//! before it.
//!
//! Owns: which technique ids a call may be given, and their legacy ids.

/// One technique, under both its ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Technique {
    /// The id in ATT&CK 19.
    pub id: &'static str,
    /// The id before ATT&CK 19.
    pub legacy_id: &'static str,
}

const fn same(id: &'static str) -> Technique {
    Technique { id, legacy_id: id }
}

const fn renamed(id: &'static str, legacy_id: &'static str) -> Technique {
    Technique { id, legacy_id }
}

/// Source: MITRE ATT&CK 19, which moved Impair Defenses (T1562) to techniques of
/// their own; facts/cloudtrail.md 6.
const TECHNIQUES: [Technique; 15] = [
    same("T1485"),
    same("T1485.001"),
    same("T1486"),
    same("T1489"),
    same("T1490"),
    same("T1531"),
    same("T1552.005"),
    same("T1556"),
    same("T1556.006"),
    same("T1578.003"),
    same("T1578.005"),
    same("T1666"),
    renamed("T1685", "T1562.001"),
    renamed("T1685.002", "T1562.008"),
    renamed("T1686.001", "T1562.007"),
];

impl Technique {
    /// What versions before 19 called the technique of that version 19 id;
    /// `None` for one that no call of the catalogue is given.
    pub fn legacy_of(id: &str) -> Option<&'static str> {
        TECHNIQUES.into_iter().find(|technique| technique.id == id).map(|technique| technique.legacy_id)
    }

    /// The technique of that version 19 id; `None` for no id at all.
    ///
    /// # Errors
    /// An id that is not in the list.
    pub fn parse_or_empty(id: &str) -> Result<Option<Self>, String> {
        if id.is_empty() {
            return Ok(None);
        }
        let known = TECHNIQUES.into_iter().find(|technique| technique.id == id);
        known.map(Some).ok_or_else(|| format!("`{id}` is no technique the catalogue knows"))
    }
}
