//! The wire over a server's standard streams: one message per line, answers in any order.

mod lines;

use std::sync::Arc;

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::sync::mpsc;

use super::Options;
use super::connection::{Answered, Connection, Source, Wire};
use crate::error::Error;
use crate::jsonrpc::{self, Id, excerpt};
use lines::{Line, Lines};

/// How many messages may wait for a server that reads slowly; then callers wait.
const QUEUE: usize = 64;

pub(super) struct StdioWire {
    outgoing: mpsc::Sender<Bytes>,
}

impl StdioWire {
    pub(super) async fn send(&self, bytes: Bytes) -> Result<(), Error> {
        let sent = self.outgoing.send(on_one_line(bytes)).await;
        sent.map_err(|_| Error::closed("the server no longer reads"))
    }

    /// Gives the message back where there is no room.
    pub(super) fn try_send(&self, bytes: Bytes) -> Result<(), Bytes> {
        let sent = self.outgoing.try_send(on_one_line(bytes));
        sent.map_err(mpsc::error::TrySendError::into_inner)
    }
}

/// Takes over both streams.
pub(super) fn start<R, W>(stdout: R, stdin: W, options: Options) -> Arc<Connection>
where
    R: AsyncRead + Send + Unpin + 'static,
    W: AsyncWrite + Send + Unpin + 'static,
{
    let (outgoing, messages) = mpsc::channel(QUEUE);
    let limit = options.message_limit;
    let tasks = options.tasks.clone();
    let connection = Connection::new(Wire::Stdio(StdioWire { outgoing }), options);
    let writing = connection.clone();
    tasks.spawn(async move {
        tokio::select! {
            reason = write(stdin, messages) => writing.end(reason),
            () = writing.stop.cancelled() => {}
        }
    });
    let reading = connection.clone();
    tasks.spawn(async move {
        tokio::select! {
            reason = read(&reading, stdout, limit) => reading.end(reason),
            () = reading.stop.cancelled() => {}
        }
    });
    connection
}

async fn write(mut stdin: impl AsyncWrite + Unpin, mut messages: mpsc::Receiver<Bytes>) -> Error {
    while let Some(message) = messages.recv().await {
        let written = async {
            stdin.write_all(&message).await?;
            stdin.write_all(b"\n").await?;
            stdin.flush().await
        };
        if let Err(error) = written.await {
            return Error::closed(format!("the server no longer reads: {error}"));
        }
    }
    Error::closed("it is no longer needed")
}

async fn read(connection: &Arc<Connection>, stdout: impl AsyncRead + Unpin, limit: usize) -> Error {
    let mut lines = Lines::new(stdout, limit);
    loop {
        match lines.next().await {
            Ok(Some(Line::Whole(line))) => take(connection, line),
            Ok(Some(Line::TooLong(beginning))) => give_up_long(connection, beginning, limit),
            Ok(None) => return Error::closed("the server has closed its output; it has ended"),
            Err(error) => {
                return Error::closed(format!("the server's output cannot be read: {error}"));
            }
        }
    }
}

fn take(connection: &Arc<Connection>, line: &[u8]) {
    if line.trim_ascii().is_empty() {
        return;
    }
    match connection.take(line, Source::Connection) {
        Ok(None) => {}
        Ok(Some(Answered { id, outcome })) => {
            let outcome = outcome.map_err(Error::Rpc);
            if let Some(id) = id.or_else(|| connection.calls.only()) {
                connection.calls.settle(id, outcome);
            }
        }
        Err(error) => {
            if let Some(Id::Number(id)) = jsonrpc::id_of(line) {
                connection.calls.settle(id, Err(error));
            } else {
                // Many servers print a greeting or a warning where only messages belong.
                let line = String::from_utf8_lossy(line);
                tracing::debug!("a line that is no message: {}", excerpt(&line));
            }
        }
    }
}

/// The id usually stands at the beginning of a message, before what makes it long.
fn give_up_long(connection: &Connection, beginning: &[u8], limit: usize) {
    let text = String::from_utf8_lossy(beginning);
    let digits = text
        .split_once("\"id\":")
        .map(|(_, rest)| rest.trim_start());
    let id = digits.and_then(|rest| {
        let end = rest.find(|letter: char| !letter.is_ascii_digit())?;
        rest[..end].parse().ok()
    });
    match id.or_else(|| connection.calls.only()) {
        Some(id) => connection.calls.settle(id, Err(Error::TooLarge { limit })),
        None => connection.end(Error::TooLarge { limit }),
    }
}

/// In JSON a line break can only stand between tokens, where a space does as well.
fn on_one_line(bytes: Bytes) -> Bytes {
    if memchr::memchr2(b'\n', b'\r', &bytes).is_none() {
        return bytes;
    }
    let mut line = Vec::from(bytes);
    for byte in &mut line {
        if matches!(byte, b'\n' | b'\r') {
            *byte = b' ';
        }
    }
    Bytes::from(line)
}
