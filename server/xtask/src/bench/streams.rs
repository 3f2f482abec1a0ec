//! Streams: an upstream that writes event after event, and clients that read them to their end.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};

use super::process::Outcome;

/// A model takes its time between events. Without it, one stream's burst of events competes with its own first byte for
/// the two cores, which is no model's doing. Many streams have no pause: they are there to fill the cores.
const PAUSE: Duration = Duration::from_millis(2);
const PAUSE_HEADER: &str = "x-bench-pause: 1\r\n";

/// Events between the first and the last, each a write of its own.
const DELTAS: usize = 60;
const FIRST: &str = r#"event: message_start
data: {"type":"message_start","message":{"model":"claude-sonnet-4-5-20250929","id":"msg_01XFDUDYJgAACzvnptvVoYEL","type":"message","role":"assistant","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":25,"output_tokens":1}}}

event: content_block_start
data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}

"#;
const DELTA: &str = r#"event: content_block_delta
data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":" a few words of text"}}

"#;
const LAST: &str = r#"event: content_block_stop
data: {"type":"content_block_stop","index":0}

event: message_delta
data: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":303}}

event: message_stop
data: {"type":"message_stop"}

"#;
const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n";
const BODY: &str = r#"{"model":"claude-sonnet-4-5","max_tokens":1024,"stream":true,"messages":[{"role":"user","content":"Say something long."}]}"#;

/// Listens for the rest of this process's life; returns the port.
pub(super) fn upstream() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let port = listener.local_addr()?.port();
    std::thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            // An error is a client that has gone.
            std::thread::spawn(move || drop(serve(connection)));
        }
    });
    Ok(port)
}

fn serve(mut connection: TcpStream) -> io::Result<()> {
    connection.set_nodelay(true)?;
    let chunk = |event: &str| format!("{:x}\r\n{event}\r\n", event.len()).into_bytes();
    let (first, delta, last) = (chunk(FIRST), chunk(DELTA), chunk(LAST));
    let opening = [HEAD.as_bytes(), &first].concat();
    let closing = [&last[..], b"0\r\n\r\n"].concat();
    let mut buffer = vec![0; 64 * 1024];
    while let Some(request) = read_request(&mut connection, &mut buffer)? {
        connection.write_all(&opening)?;
        if contains(request, PAUSE_HEADER) {
            std::thread::sleep(PAUSE);
        }
        for _ in 0..DELTAS {
            connection.write_all(&delta)?;
        }
        connection.write_all(&closing)?;
    }
    Ok(())
}

/// Nothing at the end of the connection.
fn read_request<'a>(
    connection: &mut TcpStream,
    buffer: &'a mut [u8],
) -> io::Result<Option<&'a [u8]>> {
    let mut filled = 0;
    loop {
        let read = connection.read(&mut buffer[filled..])?;
        if read == 0 {
            return Ok(None);
        }
        filled += read;
        // Every request of these clients ends with the same body.
        if buffer[..filled].ends_with(BODY.as_bytes()) {
            return Ok(Some(&buffer[..filled]));
        }
    }
}

fn contains(request: &[u8], header: &str) -> bool {
    request
        .windows(header.len())
        .any(|window| window == header.as_bytes())
}

/// Each client asks for one stream after the other over one connection.
pub(super) fn run(port: u16, path: &str, clients: u32, seconds: u32) -> Result<Outcome> {
    let pause = if clients == 1 { PAUSE_HEADER } else { "" };
    let request = format!(
        "POST {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\ncontent-type: application/json\r\n\
         x-api-key: sk-bench\r\nanthropic-version: 2023-06-01\r\n{pause}content-length: {}\r\n\r\n{BODY}",
        BODY.len()
    );
    let is_over = AtomicBool::new(false);
    let started = Instant::now();
    let seen: Vec<Result<Seen>> = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..clients)
            .map(|_| scope.spawn(|| client(port, request.as_bytes(), &is_over)))
            .collect();
        std::thread::sleep(Duration::from_secs(u64::from(seconds)));
        is_over.store(true, Ordering::Relaxed);
        clients
            .into_iter()
            .map(|client| {
                client
                    .join()
                    .unwrap_or_else(|_| Err(anyhow!("a client died")))
            })
            .collect()
    });
    let mut all = Seen::default();
    for seen in seen {
        let seen = seen?;
        all.first_bytes.extend(seen.first_bytes);
        all.durations.extend(seen.durations);
        all.failures += seen.failures;
    }
    all.first_bytes.sort_unstable();
    all.durations.sort_unstable();
    Ok(Outcome {
        requests: all.durations.len() as u64,
        seconds: started.elapsed().as_secs_f64(),
        p50_us: percentile(&all.durations, 50),
        p99_us: percentile(&all.durations, 99),
        failures: all.failures,
        first_byte_us: percentile(&all.first_bytes, 50),
    })
}

#[derive(Default)]
struct Seen {
    first_bytes: Vec<Duration>,
    durations: Vec<Duration>,
    failures: u64,
}

fn client(port: u16, request: &[u8], is_over: &AtomicBool) -> Result<Seen> {
    let mut connection = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    connection.set_nodelay(true)?;
    connection.set_read_timeout(Some(Duration::from_secs(30)))?;
    let mut seen = Seen::default();
    let mut answer = Vec::with_capacity(64 * 1024);
    let mut buffer = vec![0; 64 * 1024];
    while !is_over.load(Ordering::Relaxed) {
        let started = Instant::now();
        connection.write_all(request)?;
        answer.clear();
        let mut first_byte = None;
        while !answer.ends_with(b"0\r\n\r\n") {
            let read = connection.read(&mut buffer)?;
            if read == 0 {
                seen.failures += 1;
                return Ok(seen);
            }
            first_byte.get_or_insert_with(|| started.elapsed());
            answer.extend_from_slice(&buffer[..read]);
        }
        seen.first_bytes.extend(first_byte);
        seen.durations.push(started.elapsed());
        if !is_complete(&answer) {
            seen.failures += 1;
        }
    }
    Ok(seen)
}

fn is_complete(answer: &[u8]) -> bool {
    let text = String::from_utf8_lossy(answer);
    text.starts_with("HTTP/1.1 200")
        && text.matches("text_delta").count() == DELTAS
        && text.contains("message_stop")
}

fn percentile(sorted: &[Duration], percent: usize) -> f64 {
    let index = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
    sorted
        .get(index)
        .map_or(0.0, |duration| duration.as_secs_f64() * 1e6)
}
