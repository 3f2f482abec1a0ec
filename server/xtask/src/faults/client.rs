//! An HTTP client that tells apart what a library would retry or hide: refused, broken before the answer, broken in it.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

#[derive(Debug)]
pub(crate) enum Broken {
    /// Nobody listened.
    Refused,
    /// No byte of an answer came.
    Unanswered(io::Error),
    /// The answer began and did not end.
    Midway(io::Error),
}

impl std::fmt::Display for Broken {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Refused => write!(formatter, "refused"),
            Self::Unanswered(error) => write!(formatter, "no answer: {error}"),
            Self::Midway(error) => write!(formatter, "cut off: {error}"),
        }
    }
}

/// Keeps its connection from call to call.
pub(crate) struct Client {
    address: SocketAddr,
    patience: Duration,
    open: Option<BufReader<TcpStream>>,
}

impl Client {
    pub(crate) fn new(port: u16, patience: Duration) -> Self {
        Self {
            address: (Ipv4Addr::LOCALHOST, port).into(),
            patience,
            open: None,
        }
    }

    pub(crate) fn close(&mut self) {
        self.open = None;
    }

    /// A kept connection that turns out to be closed is replaced once, as every client does.
    pub(crate) fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<Answer, Broken> {
        let request = request(method, path, headers, body);
        if let Some(kept) = self.open.take() {
            match self.exchange(kept, method, &request) {
                Err(Broken::Unanswered(error))
                    if error.kind() != io::ErrorKind::WouldBlock
                        && error.kind() != io::ErrorKind::TimedOut => {}
                other => return other,
            }
        }
        let stream = TcpStream::connect(self.address).map_err(|_| Broken::Refused)?;
        let prepared = stream
            .set_nodelay(true)
            .and_then(|()| stream.set_read_timeout(Some(self.patience)))
            .and_then(|()| stream.set_write_timeout(Some(self.patience)));
        prepared.map_err(Broken::Unanswered)?;
        self.exchange(BufReader::new(stream), method, &request)
    }

    fn exchange(
        &mut self,
        mut stream: BufReader<TcpStream>,
        method: &str,
        request: &[u8],
    ) -> Result<Answer, Broken> {
        stream
            .get_mut()
            .write_all(request)
            .map_err(Broken::Unanswered)?;
        let mut head = String::new();
        loop {
            let read = stream.read_line(&mut head);
            let read = read.map_err(|error| unfinished(error, &head))?;
            if read == 0 {
                return Err(unfinished(io::ErrorKind::UnexpectedEof.into(), &head));
            }
            if head.ends_with("\r\n\r\n") {
                break;
            }
        }
        let status = head.get(9..12).and_then(|status| status.parse().ok());
        let mut body = Vec::new();
        if method != "HEAD" && !matches!(status, Some(204 | 304)) {
            read_body(&mut stream, &head, &mut body).map_err(Broken::Midway)?;
        }
        let closes =
            header(&head, "connection").is_some_and(|value| value.eq_ignore_ascii_case("close"));
        if !closes {
            self.open = Some(stream);
        }
        Ok(Answer {
            status: status.unwrap_or(0),
            head,
            body,
        })
    }
}

fn unfinished(error: io::Error, head: &str) -> Broken {
    if head.is_empty() {
        Broken::Unanswered(error)
    } else {
        Broken::Midway(error)
    }
}

fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut text = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\n");
    for (name, value) in headers {
        text.push_str(name);
        text.push_str(": ");
        text.push_str(value);
        text.push_str("\r\n");
    }
    if !body.is_empty() || method == "POST" {
        text.push_str("content-type: application/json\r\ncontent-length: ");
        text.push_str(&body.len().to_string());
        text.push_str("\r\n");
    }
    text.push_str("\r\n");
    let mut bytes = text.into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

pub(crate) fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| {
        let (found, value) = line.split_once(':')?;
        found.eq_ignore_ascii_case(name).then_some(value.trim())
    })
}

fn read_body(stream: &mut impl BufRead, head: &str, body: &mut Vec<u8>) -> io::Result<()> {
    if header(head, "transfer-encoding") == Some("chunked") {
        return read_chunks(stream, body);
    }
    match header(head, "content-length").and_then(|length| length.parse().ok()) {
        Some(length) => {
            let read = stream.take(length).read_to_end(body)?;
            if (read as u64) < length {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        None => {
            stream.read_to_end(body)?;
        }
    }
    Ok(())
}

fn read_chunks(stream: &mut impl BufRead, body: &mut Vec<u8>) -> io::Result<()> {
    loop {
        let mut line = String::new();
        stream.read_line(&mut line)?;
        let length = u64::from_str_radix(line.trim(), 16)
            .map_err(|_| io::Error::from(io::ErrorKind::UnexpectedEof))?;
        let read = stream.take(length).read_to_end(body)?;
        let mut end = [0; 2];
        stream.read_exact(&mut end)?;
        if length == 0 {
            return Ok(());
        }
        if (read as u64) < length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}
