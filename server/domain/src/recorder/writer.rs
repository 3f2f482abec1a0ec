//! The recorder's thread: collect for one interval, digest, write; spool while the database is away.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};
use std::time::{Duration, Instant};

use db::Db;
use db::interactions::NewInteraction;
use db::mcp_tool_calls::NewToolCall;
use db::records::{Batch, insert_batch};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use super::{FLUSH_INTERVAL, Message, Spool, Status};
use crate::availability::Availability;
use crate::snapshot::SnapshotHandle;

/// Rows in one transaction.
const SIZE: usize = 1_000;
/// With more than this waiting, the database is too slow.
const BEHIND: usize = 4 * SIZE;
/// How often that is looked at while the database works.
const LOOK: Duration = Duration::from_millis(50);
/// A database that takes longer than this for one batch counts as away.
const WRITE_TIMEOUT: Duration = Duration::from_secs(2);
/// How often a database that was away is tried again.
const PROBE_INTERVAL: Duration = Duration::from_secs(1);

/// How long that look may take.
const PROBE_PATIENCE: Duration = Duration::from_millis(250);
/// Bytes of calls that memory takes when neither the database nor the disk does.
const HELD: usize = 64 << 20;

/// Between two looks at what has finished, while a batch is collected.
const NAP: Duration = Duration::from_millis(5);
const IDLE: Duration = Duration::from_hours(1);

pub(super) struct Writer {
    db: Db,
    database: Availability,
    snapshot: SnapshotHandle,
    spool: Spool,
    status: Arc<Status>,
    runtime: Handle,
    /// When to try the database again; none while it answers.
    next_probe: Option<Instant>,
    /// When the last batch was complete.
    last_batch: Instant,
    /// What the disk did not take, and its size.
    held: Vec<Batch>,
    held_bytes: usize,
}

/// How a write ended.
enum Written {
    Yes,
    /// Worth another try later; why.
    Away(String),
    /// Given up, because too many calls came in meanwhile.
    TooSlow,
    /// This batch will never be accepted as it is.
    Refused(db::Error),
}

impl Writer {
    pub(super) fn new(
        db: Db,
        database: Availability,
        snapshot: SnapshotHandle,
        spool: Spool,
        status: Arc<Status>,
        runtime: Handle,
    ) -> Self {
        Self {
            db,
            database,
            snapshot,
            spool,
            status,
            runtime,
            next_probe: None,
            last_batch: now(),
            held: Vec::new(),
            held_bytes: 0,
        }
    }

    pub(super) fn run(mut self, receiver: Receiver<Message>) {
        loop {
            let (batch, closing) = self.collect(&receiver);
            if !batch.is_empty() {
                self.last_batch = now();
                self.status
                    .waiting
                    .fetch_sub(batch.len(), Ordering::Relaxed);
                self.store(batch);
            }
            self.replay();
            if let Some(closing) = closing {
                self.give_up_held();
                // First, so that whatever comes too late is counted as lost.
                drop(receiver);
                // Nobody waits any more if this fails.
                let _ = closing.send(());
                return;
            }
        }
    }

    /// What finished within one interval, digested. The second part is set when the recorder is to end.
    fn collect(&self, receiver: &Receiver<Message>) -> (Batch, Option<oneshot::Sender<()>>) {
        let mut batch = Batch::default();
        // With nothing to replay, there is nothing to wake up for; with something, only a database that is away is waited for.
        let patience = match self.next_probe {
            _ if !self.is_waiting() => IDLE,
            Some(_) => PROBE_INTERVAL,
            None => Duration::ZERO,
        };
        let mut next = receiver.recv_timeout(patience);
        // Counted from the last batch: what came while that was written has waited already.
        let deadline = self.last_batch + FLUSH_INTERVAL;
        loop {
            match next {
                Ok(Message::Record(record)) => {
                    let read = self.status.read(record, &self.snapshot);
                    batch.interactions.extend(read);
                }
                Ok(Message::Row(row)) => batch.interactions.push(*row),
                Ok(Message::ToolCall(call)) => batch.tool_calls.push(call.into_row()),
                Ok(Message::ToolCallRow(row)) => batch.tool_calls.push(*row),
                Ok(Message::Close(done)) => return (batch, Some(done)),
                // Every handle is gone: end as if asked to, with nobody to tell.
                Err(RecvTimeoutError::Disconnected) => return (batch, Some(oneshot::channel().0)),
                Err(RecvTimeoutError::Timeout) if batch.is_empty() || now() >= deadline => {
                    return (batch, None);
                }
                // A thread that waits has to be woken by every call; one that sleeps has not.
                Err(RecvTimeoutError::Timeout) => std::thread::sleep(NAP),
            }
            if batch.len() >= SIZE {
                return (batch, None);
            }
            next = receiver.try_recv().map_err(|error| match error {
                TryRecvError::Empty => RecvTimeoutError::Timeout,
                TryRecvError::Disconnected => RecvTimeoutError::Disconnected,
            });
        }
    }

    fn store(&mut self, batch: Batch) {
        if self.next_probe.is_some() || self.is_behind() {
            return self.spool(batch);
        }
        match self.write(&batch) {
            Written::Yes => {}
            Written::Away(cause) => {
                tracing::warn!(%cause, "the database takes no calls: they are kept on disk until it does");
                self.next_probe = Some(now() + PROBE_INTERVAL);
                self.spool(batch);
            }
            Written::TooSlow => self.spool(batch),
            Written::Refused(error) => self.split(batch, &error),
        }
    }

    fn write(&self, batch: &Batch) -> Written {
        let insert = async {
            tokio::select! {
                biased;
                // Nobody waits for what is known to be away: a kill would find these calls nowhere but in memory.
                () = self.database.lost() => Err(Written::Away("it does not answer".to_owned())),
                // What the database has done by then does no harm.
                () = self.fall_behind() => Err(Written::TooSlow),
                inserted = tokio::time::timeout(WRITE_TIMEOUT, insert_batch(&self.db, batch)) => Ok(inserted),
            }
        };
        let inserted = match self.runtime.block_on(insert) {
            Ok(inserted) => inserted,
            Err(given_up) => return given_up,
        };
        match inserted {
            Ok(Ok(())) => {
                self.status
                    .written
                    .fetch_add(batch.len() as u64, Ordering::Relaxed);
                Written::Yes
            }
            Ok(Err(error)) if error.blames_the_values() => Written::Refused(error),
            Ok(Err(error)) => Written::Away(error.to_string()),
            Err(_) => Written::Away(format!("it did not take them within {WRITE_TIMEOUT:?}")),
        }
    }

    /// One bad row must not take a thousand good ones with it: halve until it is alone.
    fn split(&mut self, mut batch: Batch, error: &db::Error) {
        if batch.len() == 1 {
            let call = batch.interactions.first().map(|new| new.row.id);
            let call = call.or_else(|| batch.tool_calls.first().map(|new| new.row.id));
            tracing::error!(%error, ?call, "a call could not be recorded");
            self.status.lost.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let second = if batch.interactions.is_empty() || batch.tool_calls.is_empty() {
            Batch {
                interactions: batch.interactions.split_off(batch.interactions.len() / 2),
                tool_calls: batch.tool_calls.split_off(batch.tool_calls.len() / 2),
            }
        } else {
            Batch {
                interactions: Vec::new(),
                tool_calls: std::mem::take(&mut batch.tool_calls),
            }
        };
        self.store(batch);
        self.store(second);
    }

    fn spool(&mut self, batch: Batch) {
        if let Err(error) = self.spool.push(&batch) {
            self.hold(batch, &error);
        }
        self.tell_waiting();
    }

    /// The disk is full as well: memory takes some, until there is room.
    fn hold(&mut self, batch: Batch, error: &std::io::Error) {
        if self.held_bytes + size(&batch) > HELD {
            tracing::error!(%error, rows = batch.len(), "calls could be kept neither in the database nor on disk; they are lost");
            self.status
                .lost
                .fetch_add(batch.len() as u64, Ordering::Relaxed);
            return;
        }
        if self.held.is_empty() {
            tracing::error!(%error, "calls can be kept neither in the database nor on disk; memory takes some of them until there is room");
        }
        self.held_bytes += size(&batch);
        self.held.push(batch);
    }

    /// Puts what memory holds on disk, or else into the database.
    fn release(&mut self) {
        while let Some(batch) = self.held.pop() {
            let spooled = self.spool.push(&batch).is_ok();
            if !spooled && !matches!(self.write(&batch), Written::Yes) {
                self.held.push(batch);
                return;
            }
            self.held_bytes -= size(&batch);
        }
    }

    /// At the end there is no later.
    fn give_up_held(&mut self) {
        self.release();
        let rows: usize = self.held.iter().map(Batch::len).sum();
        if rows > 0 {
            tracing::error!(
                rows,
                "calls could be kept neither in the database nor on disk; they are lost"
            );
            self.status.lost.fetch_add(rows as u64, Ordering::Relaxed);
        }
    }

    fn tell_waiting(&self) {
        let held: usize = self.held.iter().map(Batch::len).sum();
        self.status
            .spooled
            .store(self.spool.rows() + held, Ordering::Relaxed);
    }

    /// Moves what waits on disk into the database, if it is back; at most for one interval at a time, so that
    /// new calls do not pile up behind a long replay.
    fn replay(&mut self) {
        if !self.is_waiting() {
            self.next_probe = None;
            return;
        }
        if self.next_probe.is_some_and(|probe| probe > now()) || self.is_behind() {
            return;
        }
        self.release();
        // A look costs less than a batch: while the database hangs, new calls must get to the disk.
        if !self.held.is_empty() || (self.next_probe.is_some() && !self.answers()) {
            self.next_probe = Some(now() + PROBE_INTERVAL);
            return self.tell_waiting();
        }
        let until = now() + FLUSH_INTERVAL;
        while now() < until {
            let Some(batch) = self.spool.first() else {
                break;
            };
            match self.write(&batch) {
                Written::Yes => self.forget_first(),
                Written::Away(cause) => {
                    tracing::debug!(%cause, "the database still takes no calls");
                    self.next_probe = Some(now() + PROBE_INTERVAL);
                    return self.tell_waiting();
                }
                Written::TooSlow => break,
                Written::Refused(error) => {
                    self.next_probe = None;
                    self.forget_first();
                    self.split(batch, &error);
                }
            }
        }
        self.next_probe = None;
        self.tell_waiting();
    }

    /// Calls end faster than the database takes them. The disk takes them faster, so what is too much waits there.
    fn is_behind(&self) -> bool {
        self.status.waiting.load(Ordering::Relaxed) > BEHIND
    }

    async fn fall_behind(&self) {
        while !self.is_behind() {
            tokio::time::sleep(LOOK).await;
        }
    }

    fn is_waiting(&self) -> bool {
        !self.spool.is_empty() || !self.held.is_empty()
    }

    fn answers(&self) -> bool {
        if !self.database.is_up() {
            return false;
        }
        let ping = async { tokio::time::timeout(PROBE_PATIENCE, self.db.ping()).await };
        matches!(self.runtime.block_on(ping), Ok(Ok(())))
    }

    fn forget_first(&mut self) {
        if let Err(error) = self.spool.pop() {
            // Harmless: writing it again changes nothing.
            tracing::warn!(%error, "a replayed batch could not be removed from the disk");
        }
    }
}

/// What a batch takes of memory, roughly.
fn size(batch: &Batch) -> usize {
    let interaction =
        |new: &NewInteraction| new.request.len() + new.response.len() + size_of::<NewInteraction>();
    let tool_call =
        |new: &NewToolCall| new.arguments.len() + new.result.len() + size_of::<NewToolCall>();
    let interactions: usize = batch.interactions.iter().map(interaction).sum();
    let tool_calls: usize = batch.tool_calls.iter().map(tool_call).sum();
    interactions + tool_calls
}

fn now() -> Instant {
    Instant::now()
}
