//! One connection of a client: requests with a length or in chunks, each answered by its steps.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::{Buf as _, Bytes, BytesMut};
use http::{HeaderMap, HeaderName, HeaderValue};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::{Received, Reply, State, Step, lock};

enum After {
    NextRequest,
    End,
}

pub(super) async fn serve(mut socket: TcpStream, state: Arc<State>) {
    let _ = socket.set_nodelay(true);
    converse(&mut socket, &state).await;
    drop(socket);
    state.ended.fetch_add(1, Ordering::Relaxed);
}

async fn converse(socket: &mut TcpStream, state: &State) {
    let mut buffer = BytesMut::new();
    while let Ok(Some(request)) = read_request(socket, &mut buffer).await {
        lock(&state.received).push(request);
        let reply = lock(&state.replies)
            .pop_front()
            .or_else(|| lock(&state.standing).clone());
        let reply =
            reply.unwrap_or_else(|| Reply::json(500, "the fake provider was not told what to say"));
        match answer(socket, reply, &state.sent).await {
            Ok(After::NextRequest) => {}
            Ok(After::End) => return,
            Err(_) => {
                state.hang_ups.fetch_add(1, Ordering::Relaxed);
                return;
            }
        }
    }
}

/// An error means that the client went away first.
async fn answer(socket: &mut TcpStream, reply: Reply, sent: &AtomicUsize) -> io::Result<After> {
    for step in reply.steps {
        match step {
            Step::Send(bytes) => {
                is_there(socket)?;
                socket.write_all(&bytes).await?;
                sent.fetch_add(bytes.len(), Ordering::Relaxed);
            }
            Step::Wait(time) => {
                tokio::select! {
                    error = gone(socket) => return Err(error),
                    () = tokio::time::sleep(time) => {}
                }
            }
            Step::Stall => return Err(gone(socket).await),
            Step::Close => return Ok(After::End),
        }
    }
    Ok(After::NextRequest)
}

fn is_there(socket: &TcpStream) -> io::Result<()> {
    match socket.try_read(&mut [0]) {
        Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(()),
        Err(error) => Err(error),
        Ok(_) => Err(io::Error::other(
            "bytes of a request before the end of the last answer",
        )),
    }
}

/// Resolves when the client has gone.
async fn gone(socket: &TcpStream) -> io::Error {
    loop {
        if let Err(error) = socket.readable().await {
            return error;
        }
        if let Err(error) = is_there(socket) {
            return error;
        }
    }
}

/// None at the end of the connection.
async fn read_request(
    socket: &mut TcpStream,
    buffer: &mut BytesMut,
) -> io::Result<Option<Received>> {
    let head = loop {
        if let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = buffer.split_to(end);
            buffer.advance(4);
            break String::from_utf8_lossy(&head).into_owned();
        }
        if socket.read_buf(buffer).await? == 0 {
            return Ok(None);
        }
    };
    let mut lines = head.split("\r\n");
    let mut words = lines.next().unwrap_or_default().split(' ');
    let method = words.next().unwrap_or_default().to_owned();
    let target = words.next().unwrap_or_default().to_owned();
    let headers: HeaderMap = lines.filter_map(header).collect();
    let length = headers
        .get("content-length")
        .and_then(|length| length.to_str().ok()?.parse().ok());
    let body = read_exactly(socket, buffer, length.unwrap_or(0)).await?;
    Ok(Some(Received {
        method,
        target,
        headers,
        body,
    }))
}

fn header(line: &str) -> Option<(HeaderName, HeaderValue)> {
    let (name, value) = line.split_once(':')?;
    Some((name.parse().ok()?, value.trim().parse().ok()?))
}

async fn read_exactly(
    socket: &mut TcpStream,
    buffer: &mut BytesMut,
    length: usize,
) -> io::Result<Bytes> {
    while buffer.len() < length {
        if socket.read_buf(buffer).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(buffer.split_to(length).freeze())
}
