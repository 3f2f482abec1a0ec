//! Records model calls and tool calls without ever making one wait.
//!
//! A model call hands over a closure, a tool call its bytes; one thread of its own reads them (reading tokens out of a body costs more
//! than relaying it), batches the rows and writes them to Postgres every [`FLUSH_INTERVAL`]. While the database is
//! away or too slow, batches go to a [`Spool`] on disk and are replayed; while the disk is full as well, memory
//! takes some. A graceful stop loses nothing; kill -9 loses at most what the last interval held.

mod spool;
#[cfg(test)]
mod tests;
mod tool_call;
mod writer;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use db::Db;
use db::interactions::NewInteraction;
use db::mcp_tool_calls::NewToolCall;
use tokio::sync::oneshot;

use crate::availability::Availability;
use crate::snapshot::{Snapshot, SnapshotHandle};
use spool::Spool;
pub use tool_call::{ToolCall, inflate};
use writer::Writer;

/// How long a finished call may wait before it is written.
pub const FLUSH_INTERVAL: Duration = Duration::from_millis(200);

/// With more than this waiting for the recorder's thread, a call that ends is read where it ended: that slows new calls
/// down a little, which is what a machine that is too busy needs.
const BUSY: usize = 4_000;

/// So many finished calls may wait. The thread falls this far behind only if the disk hangs; then memory must not fill up
/// without end.
const LONGEST_QUEUE: usize = 50_000;

/// Turns a finished call into its row; runs on the recorder's thread.
pub type Record = Box<dyn FnOnce(&Snapshot) -> NewInteraction + Send>;

enum Message {
    Record(Record),
    /// Read already.
    Row(Box<NewInteraction>),
    ToolCall(Box<ToolCall>),
    /// Compressed already.
    ToolCallRow(Box<NewToolCall>),
    /// Write everything, answer, and end.
    Close(oneshot::Sender<()>),
}

#[derive(Debug, Clone)]
pub struct Recorder {
    sender: mpsc::Sender<Message>,
    status: Arc<Status>,
    snapshot: SnapshotHandle,
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
            snapshot.clone(),
            spool,
            status.clone(),
            tokio::runtime::Handle::current(),
        );
        std::thread::Builder::new()
            .name("recorder".into())
            .spawn(move || writer.run(receiver))?;
        Ok(Self {
            sender,
            status,
            snapshot,
        })
    }

    /// Never blocks and never fails; after [`Recorder::close`] it does nothing.
    pub fn record(&self, record: Record) {
        let waiting = self.status.waiting.fetch_add(1, Ordering::Relaxed);
        let message = if waiting < BUSY {
            Some(Message::Record(record))
        } else {
            self.status
                .read(record, &self.snapshot)
                .map(|row| Message::Row(Box::new(row)))
        };
        if let Some(message) = message {
            self.send(message, waiting);
        }
    }

    /// As [`Recorder::record`], for what passes through the gateway.
    pub fn record_tool_call(&self, call: ToolCall) {
        let waiting = self.status.waiting.fetch_add(1, Ordering::Relaxed);
        let message = if waiting < BUSY {
            Message::ToolCall(Box::new(call))
        } else {
            Message::ToolCallRow(Box::new(call.into_row()))
        };
        self.send(message, waiting);
    }

    fn send(&self, message: Message, waiting: usize) {
        if waiting >= LONGEST_QUEUE || self.sender.send(message).is_err() {
            self.status.lose_waiting();
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

impl Status {
    /// A call that cannot be read must not end the recording of all others.
    fn read(&self, record: Record, snapshot: &SnapshotHandle) -> Option<NewInteraction> {
        let snapshot = snapshot.load();
        let read = catch_unwind(AssertUnwindSafe(|| record(&snapshot))).ok();
        if read.is_none() {
            self.lose_waiting();
            tracing::error!(
                "a call could not be read and is not recorded: a fault of this program"
            );
        }
        read
    }

    fn lose_waiting(&self) {
        self.waiting.fetch_sub(1, Ordering::Relaxed);
        self.lost.fetch_add(1, Ordering::Relaxed);
    }
}
