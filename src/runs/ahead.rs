//! Rows of a list on disk, read by a thread of their own while the last ones are used.
//!
//! Owns: that thread. Rows come as the merge gives them; a failure of the disk comes
//! where it happened.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use super::disk::Merge;
use super::{Row, Spilled};

/// Rows that are handed over together.
const BATCH_ROWS: usize = 128;

/// Batches that wait to be used.
const BATCHES_AHEAD: usize = 2;

/// What the thread hands over.
type Batch<T> = Vec<io::Result<T>>;

/// Rows that are read ahead.
pub(super) struct Ahead<T> {
    batch: std::vec::IntoIter<io::Result<T>>,
    more: Receiver<Batch<T>>,
}

impl<T: Row> Ahead<T> {
    /// Of all rows; `None` where one thread has to do, or the system gives no more.
    pub(super) fn of(spilled: &Arc<Spilled<T>>) -> Option<Self> {
        (rayon::current_num_threads() > 1).then_some(())?;
        let (give, more) = sync_channel(BATCHES_AHEAD);
        let spilled = spilled.clone();
        let reader = thread::Builder::new().name("runs".to_owned());
        reader.spawn(move || read(&spilled, &give)).ok()?;
        Some(Self { batch: Vec::new().into_iter(), more })
    }
}

/// Reads on until there is no more, or nobody who wants it.
fn read<T: Row>(spilled: &Spilled<T>, give: &SyncSender<Batch<T>>) {
    let mut rows = Merge::of(&spilled.disk, &spilled.runs, spilled.order);
    loop {
        let batch: Batch<T> = rows.by_ref().take(BATCH_ROWS).collect();
        if batch.is_empty() || give.send(batch).is_err() {
            return;
        }
    }
}

impl<T> Iterator for Ahead<T> {
    type Item = io::Result<T>;

    fn next(&mut self) -> Option<io::Result<T>> {
        if self.batch.as_slice().is_empty() {
            self.batch = self.more.recv().ok()?.into_iter();
        }
        self.batch.next()
    }
}
