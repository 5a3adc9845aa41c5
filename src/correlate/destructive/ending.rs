//! The sentence about a call that was undone.
//!
//! Owns: which undoings end the harm, and the words for them. A thing made again
//! under its name ends it only where nothing but its settings was lost.

use crate::catalogue::UndoKind;
use crate::model::destructive::{Category, Reversibility};
use crate::model::event::Event;
use crate::model::time::UtcTime;

use super::fate::Fate;
use super::history::History;
use super::undone::{Undoing, Undone};

/// What is said in the end, and the undoing if it ends the harm.
pub(super) fn of<'e>(
    fate: Fate,
    (event, category): (&Event, Category),
    undoing: Option<Undoing>,
    history: &History<'e>,
) -> (Fate, Option<(UtcTime, &'e Event)>) {
    match undoing {
        None => (fate, None),
        Some(Undoing::Part(some, all)) => {
            let recovery = format!("{}; {some} of {all} were undone later", fate.recovery);
            (Fate { recovery, ..fate }, None)
        }
        Some(Undoing::Whole(undone)) => {
            let Some(by) = history.event(undone.by) else { return (fate, None) };
            let only_settings =
                matches!(fate.reversibility, Reversibility::Rebuildable | Reversibility::Reversible);
            if undone.kind == UndoKind::Recreated && !only_settings {
                let later = after(event, undone);
                let recovery = format!(
                    "{}; a new one of that name was made {later} by {}, which brings nothing back",
                    fate.recovery, by.event_name
                );
                return (Fate { recovery, ..fate }, None);
            }
            let recovery = sentence(event, category, undone, by);
            (Fate { recovery, ..fate }, Some((undone.at, by)))
        }
    }
}

fn sentence(event: &Event, category: Category, undone: Undone, by: &Event) -> String {
    let later = after(event, undone);
    let call = &by.event_name;
    match undone.kind {
        UndoKind::Restored => format!("restored {later} by {call}{}", still(event)),
        UndoKind::RestoredFromCopy => {
            format!("restored {later} from a copy by {call}; what changed after the copy was made is lost")
        }
        UndoKind::Recreated => {
            format!(
                "re-created {later} by {call} under the same name; compare its settings with the former ones"
            )
        }
        UndoKind::Reversed => format!("undone {later} by {call}; {}", exposure(category)),
    }
}

/// What a restored thing still lacks.
///
/// Source: KMS API Reference, `CancelKeyDeletion` (the key is then disabled).
fn still(event: &Event) -> &'static str {
    match (&*event.event_source, &*event.event_name) {
        ("kms.amazonaws.com", "ScheduleKeyDeletion") => "; the key stays disabled until EnableKey",
        _ => "",
    }
}

/// What the time between means.
fn exposure(category: Category) -> &'static str {
    match category {
        Category::ImpairLogging => "until then it did not log: what happened meanwhile is not in it",
        Category::ImpairDefense => "until then this defence was down",
        Category::ProtectionRemoval | Category::RecoveryInhibition => "until then it was not protected",
        _ => "until then it was in effect",
    }
}

fn after(event: &Event, undone: Undone) -> String {
    let Some(time) = event.time else { return "later".to_owned() };
    format!("after {}", duration(undone.at.seconds().saturating_sub(time.seconds())))
}

/// A stretch of time in its two largest units.
pub(super) fn duration(seconds: i64) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    let both = |large: i64, unit: &str, small: i64, next: &str| {
        if small == 0 { format!("{large} {unit}") } else { format!("{large} {unit} {small} {next}") }
    };
    match (days, hours, minutes) {
        (1.., ..) => both(days, "d", hours, "h"),
        (_, 1.., _) => both(hours, "h", minutes, "min"),
        (_, _, 1..) => both(minutes, "min", seconds % 60, "s"),
        _ => format!("{seconds} s"),
    }
}

#[cfg(test)]
mod tests {
    use super::duration;

    #[test]
    fn stretches_are_told_in_their_two_largest_units() {
        let cases = [
            (0, "0 s"),
            (59, "59 s"),
            (60, "1 min"),
            (61, "1 min 1 s"),
            (8_000, "2 h 13 min"),
            (86_400, "1 d"),
            (100_000, "1 d 3 h"),
        ];
        for (seconds, expected) in cases {
            assert_eq!(duration(seconds), expected);
        }
    }
}
