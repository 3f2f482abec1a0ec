//! Records model calls without ever making one wait.
//!
//! A call hands over a closure; one thread of its own runs it (reading tokens out of a body costs more than
//! relaying it), batches the rows and writes them to Postgres every [`FLUSH_INTERVAL`]. While the database is
//! away, batches go to a [`Spool`] on disk and are replayed; while the disk is full as well, memory takes some. A graceful stop loses nothing; kill -9 loses at
//! most what the last interval held.

mod spool;
#[cfg(test)]
mod tests;
mod writer;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use db::Db;
use db::interactions::NewInteraction;
use tokio::sync::oneshot;

use crate::availability::Availability;
use crate::snapshot::{Snapshot, SnapshotHandle};
use spool::Spool;
use writer::Writer;

/// How long a finished call may wait before it is written.
pub const FLUSH_INTERVAL: Duration = Duration::from_millis(200);

/// So many finished calls may wait for the recorder's thread. It falls behind only if the disk hangs; then memory must not
/// fill up without end.
const LONGEST_QUEUE: usize = 20_000;

/// Turns a finished call into its row; runs on the recorder's thread.
pub type Record = Box<dyn FnOnce(&Snapshot) -> NewInteraction + Send>;

enum Message {
    Record(Record),
    /// Write everything, answer, and end.
    Close(oneshot::Sender<()>),
}

#[derive(Debug, Clone)]
pub struct Recorder {
    sender: mpsc::Sender<Message>,
    status: Arc<Status>,
}

/// What the recorder has done so far, for metrics and readiness.
#[derive(Debug, Default)]
pub struct Status {
    pub waiting: AtomicUsize,
    pub written: AtomicU64,
    /// Rows on disk (or, while that is full, in memory), waiting for the database.
    pub spooled: AtomicUsize,
    /// Rows that neither the database nor the disk would take.
    pub lost: AtomicU64,
}

impl Recorder {
    /// `spool` is a directory of this process alone; `database` tells when not to wait for it. Must be called inside a
    /// tokio runtime.
    pub fn start(
        db: Db,
        database: Availability,
        snapshot: SnapshotHandle,
        spool: PathBuf,
    ) -> std::io::Result<Self> {
        let (sender, receiver) = mpsc::channel();
        let status = Arc::new(Status::default());
        let spool = Spool::open(spool)?;
        status.spooled.store(spool.rows(), Ordering::Relaxed);
        let writer = Writer::new(
            db,
            database,
            snapshot,
            spool,
            status.clone(),
            tokio::runtime::Handle::current(),
        );
        std::thread::Builder::new()
            .name("recorder".into())
            .spawn(move || writer.run(receiver))?;
        Ok(Self { sender, status })
    }

    /// Never blocks and never fails; after [`Recorder::close`] it does nothing.
    pub fn record(&self, record: Record) {
        let waiting = self.status.waiting.fetch_add(1, Ordering::Relaxed);
        if waiting >= LONGEST_QUEUE || self.sender.send(Message::Record(record)).is_err() {
            self.status.waiting.fetch_sub(1, Ordering::Relaxed);
            self.status.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub fn status(&self) -> &Status {
        &self.status
    }

    /// Writes what is waiting, to the database or else to the spool.
    pub async fn close(&self) {
        let (done, closed) = oneshot::channel();
        if self.sender.send(Message::Close(done)).is_ok() {
            // An error means that the thread is gone, which is what was asked for.
            let _ = closed.await;
        }
    }
}
