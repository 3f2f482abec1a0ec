//! The recorder's thread: collect for one interval, digest, write; spool while the database is away.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use db::Db;
use db::interactions::{NewInteraction, insert_batch};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use super::{FLUSH_INTERVAL, Message, Record, Spool, Status};
use crate::snapshot::SnapshotHandle;

/// Rows in one transaction.
const BATCH: usize = 1_000;
/// A database that takes longer than this for one batch counts as away.
const WRITE_TIMEOUT: Duration = Duration::from_secs(2);
/// How often a database that was away is tried again.
const PROBE_INTERVAL: Duration = Duration::from_secs(1);

const IDLE: Duration = Duration::from_hours(1);

pub(super) struct Writer {
    db: Db,
    snapshot: SnapshotHandle,
    spool: Spool,
    status: Arc<Status>,
    runtime: Handle,
    /// When to try the database again; none while it answers.
    next_probe: Option<Instant>,
}

/// How a write ended.
enum Written {
    Yes,
    /// Worth another try later.
    Away,
    /// This batch will never be accepted as it is.
    Refused(db::Error),
}

impl Writer {
    pub(super) fn new(
        db: Db,
        snapshot: SnapshotHandle,
        spool: Spool,
        status: Arc<Status>,
        runtime: Handle,
    ) -> Self {
        Self {
            db,
            snapshot,
            spool,
            status,
            runtime,
            next_probe: None,
        }
    }

    pub(super) fn run(mut self, receiver: Receiver<Message>) {
        loop {
            let (batch, closing) = self.collect(&receiver);
            if !batch.is_empty() {
                self.status
                    .waiting
                    .fetch_sub(batch.len(), Ordering::Relaxed);
                self.store(batch);
            }
            self.replay();
            if let Some(closing) = closing {
                // First, so that whatever comes too late is counted as lost.
                drop(receiver);
                // Nobody waits any more if this fails.
                let _ = closing.send(());
                return;
            }
        }
    }

    /// What finished within one interval, digested. The second part is set when the recorder is to end.
    fn collect(
        &self,
        receiver: &Receiver<Message>,
    ) -> (Vec<NewInteraction>, Option<oneshot::Sender<()>>) {
        let mut batch = Vec::new();
        // With nothing on disk to replay, there is nothing to wake up for.
        let mut deadline = now()
            + if self.spool.is_empty() {
                IDLE
            } else {
                PROBE_INTERVAL
            };
        while batch.len() < BATCH {
            match receiver.recv_timeout(deadline.saturating_duration_since(now())) {
                Ok(Message::Record(record)) => {
                    if batch.is_empty() {
                        deadline = now() + FLUSH_INTERVAL;
                    }
                    batch.extend(self.digest(record));
                }
                Ok(Message::Close(done)) => return (batch, Some(done)),
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => {
                    // Every handle is gone: end as if asked to, with nobody to tell.
                    return (batch, Some(oneshot::channel().0));
                }
            }
        }
        (batch, None)
    }

    /// A call that cannot be read must not end the recording of all others.
    fn digest(&self, record: Record) -> Option<NewInteraction> {
        let snapshot = self.snapshot.load();
        let digested = catch_unwind(AssertUnwindSafe(|| record(&snapshot))).ok();
        if digested.is_none() {
            self.status.waiting.fetch_sub(1, Ordering::Relaxed);
            self.status.lost.fetch_add(1, Ordering::Relaxed);
            tracing::error!(
                "a call could not be read and is not recorded: a fault of this program"
            );
        }
        digested
    }

    fn store(&mut self, batch: Vec<NewInteraction>) {
        if self.next_probe.is_some() {
            return self.spool(&batch);
        }
        match self.write(&batch) {
            Written::Yes => {}
            Written::Away => {
                tracing::warn!("the database is away: calls are kept on disk until it is back");
                self.next_probe = Some(now() + PROBE_INTERVAL);
                self.spool(&batch);
            }
            Written::Refused(error) => self.split(batch, &error),
        }
    }

    fn write(&self, batch: &[NewInteraction]) -> Written {
        let insert =
            async { tokio::time::timeout(WRITE_TIMEOUT, insert_batch(&self.db, batch)).await };
        match self.runtime.block_on(insert) {
            Ok(Ok(())) => {
                self.status
                    .written
                    .fetch_add(batch.len() as u64, Ordering::Relaxed);
                Written::Yes
            }
            Ok(Err(error)) if error.blames_the_values() => Written::Refused(error),
            Ok(Err(error)) => {
                tracing::debug!(%error, "calls could not be written");
                Written::Away
            }
            Err(_) => Written::Away,
        }
    }

    /// One bad row must not take a thousand good ones with it: halve until it is alone.
    fn split(&mut self, mut batch: Vec<NewInteraction>, error: &db::Error) {
        if let [row] = batch.as_slice() {
            tracing::error!(%error, interaction = %row.row.id, "a call could not be recorded");
            self.status.lost.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let second = batch.split_off(batch.len() / 2);
        self.store(batch);
        self.store(second);
    }

    fn spool(&mut self, batch: &[NewInteraction]) {
        if let Err(error) = self.spool.push(batch) {
            tracing::error!(%error, rows = batch.len(), "calls could be kept neither in the database nor on disk; they are lost");
            self.status
                .lost
                .fetch_add(batch.len() as u64, Ordering::Relaxed);
        }
        self.status
            .spooled
            .store(self.spool.rows(), Ordering::Relaxed);
    }

    /// Moves what waits on disk into the database, if it is back; at most for one interval at a time, so that
    /// new calls do not pile up behind a long replay.
    fn replay(&mut self) {
        if self.spool.is_empty() {
            self.next_probe = None;
            return;
        }
        if self.next_probe.is_some_and(|probe| probe > now()) {
            return;
        }
        let until = now() + FLUSH_INTERVAL;
        while now() < until {
            let Some(batch) = self.spool.first() else {
                break;
            };
            match self.write(&batch) {
                Written::Yes => self.forget_first(),
                Written::Away => {
                    self.next_probe = Some(now() + PROBE_INTERVAL);
                    return;
                }
                Written::Refused(error) => {
                    self.next_probe = None;
                    self.forget_first();
                    self.split(batch, &error);
                }
            }
        }
        self.next_probe = None;
        self.status
            .spooled
            .store(self.spool.rows(), Ordering::Relaxed);
    }

    fn forget_first(&mut self) {
        if let Err(error) = self.spool.pop() {
            // Harmless: writing it again changes nothing.
            tracing::warn!(%error, "a replayed batch could not be removed from the disk");
        }
    }
}

fn now() -> Instant {
    Instant::now()
}
