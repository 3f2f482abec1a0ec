//! Reads a request body whole, without copying it where it came in one piece.

use std::time::Duration;

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http_body::Body as _;
use http_body_util::BodyExt as _;
use tokio::time::timeout;

use crate::error::{Failure, cause};

/// What a client that sends too much may still send before it is answered; one that sends on after that sees its
/// connection break instead of the answer.
const DISCARDED: usize = 256 * 1024 * 1024;

pub(crate) async fn read(
    mut body: Body,
    limit: usize,
    silence: Duration,
) -> Result<Bytes, Failure> {
    let mut first = Bytes::new();
    let mut rest = BytesMut::new();
    let mut length = 0;
    while let Some(data) = next(&mut body, silence).await? {
        length += data.len();
        if length > limit {
            discard(body, silence).await;
            return Err(Failure::BodyTooLarge { limit });
        }
        if first.is_empty() {
            first = data;
        } else {
            if rest.is_empty() {
                // The length a client announces is believed only as far as it has sent something.
                let announced = usize::try_from(body.size_hint().lower()).unwrap_or(0);
                rest.reserve(length + announced.min(length.saturating_mul(8)).min(limit));
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

async fn next(body: &mut Body, silence: Duration) -> Result<Option<Bytes>, Failure> {
    loop {
        if body.is_end_stream() {
            return Ok(None);
        }
        let frame = timeout(silence, body.frame())
            .await
            .map_err(|_| Failure::BodyStalled(silence))?;
        match frame {
            None => return Ok(None),
            Some(Err(error)) => return Err(Failure::BodyBroken(cause(&error))),
            Some(Ok(frame)) => {
                if let Ok(data) = frame.into_data() {
                    return Ok(Some(data));
                }
            }
        }
    }
}

async fn discard(mut body: Body, silence: Duration) {
    let mut length = 0;
    while length < DISCARDED {
        match next(&mut body, silence).await {
            Ok(Some(data)) => length += data.len(),
            Ok(None) | Err(_) => return,
        }
    }
}
