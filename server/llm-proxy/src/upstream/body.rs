//! Reads a request body whole, without copying it where it came in one piece, and not from somebody who only holds on.

#[cfg(test)]
mod tests;

use std::time::Duration;

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http_body::Body as _;
use http_body_util::BodyExt as _;
use tokio::time::{Instant, timeout_at};

use crate::error::{Failure, cause};

/// What a client that sends too much may still send before it is answered; one that sends on after that sees its
/// connection break instead of the answer.
const DISCARDED: usize = 256 * 1024 * 1024;

/// How slow a client may be: a connection that is only kept busy is one less for everybody else.
#[derive(Clone, Copy)]
pub(crate) struct Patience {
    silence: Duration,
    /// On top of what the pace allows.
    grace: Duration,
    /// Bytes a second, on average.
    pace: usize,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            silence: Duration::from_mins(1),
            grace: Duration::from_secs(10),
            pace: 1_000,
        }
    }
}

pub(crate) async fn read(body: Body, limit: usize, patience: Patience) -> Result<Bytes, Failure> {
    let mut arriving = Arriving {
        body,
        length: 0,
        started: Instant::now(),
        patience,
    };
    let mut first = Bytes::new();
    let mut rest = BytesMut::new();
    while let Some(data) = arriving.next().await? {
        if arriving.length > limit {
            arriving.discard().await;
            return Err(Failure::BodyTooLarge { limit });
        }
        if first.is_empty() {
            first = data;
        } else {
            if rest.is_empty() {
                // The length a client announces is believed only as far as it has sent something.
                let announced = usize::try_from(arriving.body.size_hint().lower()).unwrap_or(0);
                let believed = announced.min(arriving.length.saturating_mul(8)).min(limit);
                rest.reserve(arriving.length + believed);
                rest.extend_from_slice(&first);
            }
            rest.extend_from_slice(&data);
        }
    }
    Ok(if rest.is_empty() {
        first
    } else {
        rest.freeze()
    })
}

struct Arriving {
    body: Body,
    length: usize,
    started: Instant,
    patience: Patience,
}

impl Arriving {
    async fn next(&mut self) -> Result<Option<Bytes>, Failure> {
        loop {
            if self.body.is_end_stream() {
                return Ok(None);
            }
            let deadline = self.deadline();
            match timeout_at(deadline, self.body.frame()).await {
                Err(_) => {
                    let (received, seconds) = (self.length, self.started.elapsed().as_secs());
                    return Err(Failure::BodyStalled { received, seconds });
                }
                Ok(None) => return Ok(None),
                Ok(Some(Err(error))) => return Err(Failure::BodyBroken(cause(&error))),
                Ok(Some(Ok(frame))) => {
                    if let Ok(data) = frame.into_data() {
                        self.length += data.len();
                        return Ok(Some(data));
                    }
                }
            }
        }
    }

    fn deadline(&self) -> Instant {
        let Patience {
            silence,
            grace,
            pace,
        } = self.patience;
        let earned = Duration::from_secs((self.length / pace) as u64);
        (Instant::now() + silence).min(self.started + grace + earned)
    }

    async fn discard(mut self) {
        while self.length < DISCARDED {
            if !matches!(self.next().await, Ok(Some(_))) {
                return;
            }
        }
    }
}
