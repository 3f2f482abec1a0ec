//! Many clients that only listen: what they take of the server's memory.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use super::client::send;
use super::site::Site;
use crate::bench::process;
use crate::bench::server::Server;

pub(super) struct Idle {
    pub(super) streams: usize,
    pub(super) before: u64,
    pub(super) with: u64,
}

const INITIALIZE: &str = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"bench","version":"1"}}}"#;
/// Streams that share a session; a client rarely has more than a few.
const PER_SESSION: usize = 10;

pub(super) fn measure(server: &Server, site: &Site, streams: usize) -> Result<Idle> {
    let before = process::resident(server.process())?;
    let authorization = format!("Bearer {}", site.token);
    let mut open = Vec::with_capacity(streams);
    let mut session = String::new();
    for index in 0..streams {
        if index % PER_SESSION == 0 {
            session = begin(server.port, site, &authorization)?;
        }
        open.push(listen(server.port, site, &authorization, &session)?);
    }
    // Whatever was taken only to begin is given back by then.
    std::thread::sleep(Duration::from_secs(2));
    let with = process::resident(server.process())?;
    Ok(Idle {
        streams: open.len(),
        before,
        with,
    })
}

fn begin(port: u16, site: &Site, authorization: &str) -> Result<String> {
    let headers = [
        ("content-type", "application/json"),
        ("accept", "application/json, text/event-stream"),
        ("authorization", authorization),
    ];
    let answer = send(port, "POST", &site.path, &headers, INITIALIZE)?;
    let session = answer.head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("mcp-session-id")
            .then(|| value.trim().to_owned())
    });
    session.with_context(|| {
        format!(
            "initialize gave no session: {} {}",
            answer.status, answer.body
        )
    })
}

/// A stream whose first bytes have come.
fn listen(port: u16, site: &Site, authorization: &str, session: &str) -> Result<TcpStream> {
    let mut connection = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    connection.set_read_timeout(Some(Duration::from_secs(30)))?;
    let request = format!(
        "GET {} HTTP/1.1\r\nhost: localhost:{port}\r\naccept: text/event-stream\r\nauthorization: {authorization}\r\n\
         mcp-session-id: {session}\r\nmcp-protocol-version: 2025-11-25\r\n\r\n",
        site.path
    );
    connection.write_all(request.as_bytes())?;
    let started = Instant::now();
    let mut seen = Vec::new();
    let mut buffer = [0; 2048];
    while !seen.windows(2).any(|two| two == b": ") || !seen.ends_with(b"\n\r\n") {
        let read = connection.read(&mut buffer)?;
        seen.extend_from_slice(&buffer[..read]);
        if read == 0 || started.elapsed() > Duration::from_secs(30) {
            bail!("a stream did not begin: {}", String::from_utf8_lossy(&seen));
        }
        if seen.starts_with(b"HTTP/1.1 ") && !seen.starts_with(b"HTTP/1.1 200") {
            bail!("a stream was refused: {}", String::from_utf8_lossy(&seen));
        }
    }
    Ok(connection)
}
