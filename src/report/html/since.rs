//! The section "Since the last audit" of the page.
//!
//! Owns: how much of it is shown. Its texts go through `shown::Shown`.

use crate::model::count::grouped;
use crate::model::since::{Since, SinceChange, SinceSubject};

use super::shown::Shown;

/// Changes shown of each kind; the gravest words come first.
const CHANGES_MAX: usize = 25;
/// Characters shown of one change.
const CHARS_MAX: usize = 300;

/// The section.
pub(super) struct SinceView {
    pub(super) notes: Vec<Shown>,
    pub(super) scopes: Shown,
    pub(super) subjects: Vec<SubjectView>,
}

/// What is shown of one kind of thing.
pub(super) struct SubjectView {
    pub(super) heading: &'static str,
    pub(super) counts: String,
    pub(super) changes: Vec<ChangeView>,
}

/// What is shown of one change.
pub(super) struct ChangeView {
    pub(super) word: String,
    pub(super) told: Shown,
    pub(super) detail: Option<Shown>,
}

impl SinceView {
    pub(super) fn of(since: &Since) -> Self {
        let scopes = format!("The old report has {}; this one has {}.", since.old_scope, since.new_scope);
        Self {
            notes: since.notes.iter().map(|note| Shown::of(note)).collect(),
            scopes: Shown::of(&scopes),
            subjects: since.subjects.iter().map(SubjectView::of).collect(),
        }
    }
}

impl SubjectView {
    fn of(subject: &SinceSubject) -> Self {
        let mut changes: Vec<ChangeView> =
            subject.changes.iter().take(CHANGES_MAX).map(ChangeView::of).collect();
        if let Some(more) = subject.changes.len().checked_sub(CHANGES_MAX).filter(|more| *more > 0) {
            let told = format!("{} more, which devtrail compare tells", grouped(more as u64));
            changes.push(ChangeView { word: "and".to_owned(), told: Shown::of(&told), detail: None });
        }
        Self { heading: subject.heading, counts: subject.counts.clone(), changes }
    }
}

impl ChangeView {
    fn of(change: &SinceChange) -> Self {
        let time = change.time.map(|time| format!("{time}  ")).unwrap_or_default();
        Self {
            word: change.word.clone(),
            told: Shown::short(&format!("{time}{}", change.told), CHARS_MAX),
            detail: (!change.detail.is_empty()).then(|| Shown::short(&change.detail, CHARS_MAX)),
        }
    }
}
