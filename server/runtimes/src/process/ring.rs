//! The last output of one run, bounded, with readers that follow.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::watch;

/// Per run. Older output makes room.
const MOST_BYTES: usize = 512 * 1024;
/// A line without an end is cut into pieces of this size.
const LONGEST_LINE: usize = 16 * 1024;

#[derive(Debug)]
pub(super) struct Ring {
    kept: Mutex<Kept>,
    /// Count of lines so far; `None` after the last.
    grown: watch::Sender<Option<usize>>,
}

#[derive(Debug, Default)]
struct Kept {
    lines: VecDeque<Bytes>,
    bytes: usize,
    /// Number of the first line in `lines`.
    first: usize,
    unfinished: Vec<u8>,
}

impl Ring {
    pub(super) fn new() -> Self {
        Self {
            kept: Mutex::default(),
            grown: watch::Sender::new(Some(0)),
        }
    }

    pub(super) fn write(&self, output: &[u8]) {
        let mut kept = self.kept();
        for piece in output.split_inclusive(|byte| *byte == b'\n') {
            kept.unfinished.extend_from_slice(piece);
            if piece.ends_with(b"\n") || kept.unfinished.len() >= LONGEST_LINE {
                kept.finish_line();
            }
        }
        let count = kept.first + kept.lines.len();
        drop(kept);
        self.grown.send_replace(Some(count));
    }

    /// Nothing more will come.
    pub(super) fn close(&self) {
        self.kept().finish_line();
        self.grown.send_replace(None);
    }

    /// The last `count` lines and the number of the line after them.
    pub(super) fn last(&self, count: usize) -> (Vec<Bytes>, usize) {
        let kept = self.kept();
        let skipped = kept.lines.len().saturating_sub(count);
        let lines = kept.lines.iter().skip(skipped).cloned().collect();
        (lines, kept.first + kept.lines.len())
    }

    /// Waits for the line of that number. What fell out of the ring in the meantime is skipped.
    pub(super) async fn line(&self, number: usize) -> Option<(Bytes, usize)> {
        let mut grown = self.grown.subscribe();
        loop {
            let closed = grown.borrow_and_update().is_none();
            {
                let kept = self.kept();
                let number = number.max(kept.first);
                if let Some(line) = kept.lines.get(number - kept.first) {
                    return Some((line.clone(), number + 1));
                }
            }
            if closed || grown.changed().await.is_err() {
                return None;
            }
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn finish_line(&mut self) {
        if self.unfinished.is_empty() {
            return;
        }
        let line = Bytes::from(std::mem::take(&mut self.unfinished));
        self.bytes += line.len();
        self.lines.push_back(line);
        while self.bytes > MOST_BYTES {
            let Some(oldest) = self.lines.pop_front() else {
                break;
            };
            self.bytes -= oldest.len();
            self.first += 1;
        }
    }
}

#[cfg(test)]
mod tests;
