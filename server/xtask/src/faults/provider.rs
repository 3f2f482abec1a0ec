//! The provider: a thread for each connection, an answer as the scenario wants it.

use std::collections::HashSet;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::client::header;

/// Calls by the id in their body, as far as they have reached the provider.
pub(crate) type Seen = Arc<Mutex<HashSet<String>>>;

pub(crate) struct Provider {
    pub(crate) port: u16,
    seen: Seen,
}

pub(crate) struct Request {
    pub(crate) body: String,
}

impl Request {
    /// What the client wrote into the field `user`.
    pub(crate) fn id(&self) -> &str {
        let rest = self
            .body
            .split_once("\"user\":\"")
            .map_or("", |(_, rest)| rest);
        rest.split('"').next().unwrap_or_default()
    }
}

impl Provider {
    /// `answer` returns whether the connection stays open. The threads end with this process.
    pub(crate) fn start(
        answer: impl Fn(&Request, &mut TcpStream) -> io::Result<bool> + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = listener.local_addr()?.port();
        let answer = Arc::new(answer);
        let seen = Seen::default();
        let noted = seen.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answer, noted) = (answer.clone(), noted.clone());
                std::thread::spawn(move || serve(stream, &*answer, &noted));
            }
        });
        Ok(Self { port, seen })
    }

    /// Chat completions: whole after a moment, or as events over a tenth of a second.
    pub(crate) fn chat() -> io::Result<Self> {
        Self::start(|request, stream| {
            if request.body.contains("\"stream\":true") {
                let pause = if request.body.contains("\"slow\"") {
                    250
                } else {
                    12
                };
                send_events(stream, request.id(), Duration::from_millis(pause))?;
            } else {
                std::thread::sleep(Duration::from_millis(2));
                stream.write_all(&whole(request.id()))?;
            }
            Ok(true)
        })
    }

    pub(crate) fn has_seen(&self, id: &str) -> bool {
        self.seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .contains(id)
    }
}

fn serve(
    stream: TcpStream,
    answer: &dyn Fn(&Request, &mut TcpStream) -> io::Result<bool>,
    seen: &Seen,
) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut stream = stream;
    while let Some(request) = read(&mut reader)? {
        let id = request.id().to_owned();
        seen.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(id);
        if !answer(&request, &mut stream)? {
            break;
        }
    }
    stream.shutdown(std::net::Shutdown::Both)
}

fn read(reader: &mut BufReader<TcpStream>) -> io::Result<Option<Request>> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head)? == 0 {
            return Ok(None);
        }
    }
    let length = header(&head, "content-length").and_then(|length| length.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body)?;
    let body = String::from_utf8_lossy(&body).into_owned();
    Ok(Some(Request { body }))
}

pub(crate) const EVENTS_HEAD: &[u8] =
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";

pub(crate) fn chunk(data: &[u8]) -> Vec<u8> {
    let mut framed = format!("{:x}\r\n", data.len()).into_bytes();
    framed.extend_from_slice(data);
    framed.extend_from_slice(b"\r\n");
    framed
}

fn send_events(stream: &mut TcpStream, id: &str, pause: Duration) -> io::Result<()> {
    stream.write_all(EVENTS_HEAD)?;
    for word in 0..7 {
        let event = format!(
            "data: {{\"id\":\"{id}\",\"object\":\"chat.completion.chunk\",\"model\":\"gpt-5.5\",\"choices\":[{{\"index\":0,\
             \"delta\":{{\"content\":\"word {word} \"}},\"finish_reason\":null}}]}}\n\n"
        );
        stream.write_all(&chunk(event.as_bytes()))?;
        std::thread::sleep(pause);
    }
    let last = format!(
        "data: {{\"id\":\"{id}\",\"object\":\"chat.completion.chunk\",\"model\":\"gpt-5.5\",\"choices\":[{{\"index\":0,\
         \"delta\":{{}},\"finish_reason\":\"stop\"}}],\"usage\":{{\"prompt_tokens\":11,\"completion_tokens\":7,\
         \"total_tokens\":18}}}}\n\ndata: [DONE]\n\n"
    );
    stream.write_all(&chunk(last.as_bytes()))?;
    stream.write_all(b"0\r\n\r\n")
}

fn whole(id: &str) -> Vec<u8> {
    let body = format!(
        "{{\"id\":\"{id}\",\"object\":\"chat.completion\",\"model\":\"gpt-5.5\",\"choices\":[{{\"index\":0,\"message\":\
         {{\"role\":\"assistant\",\"content\":\"{}\"}},\"finish_reason\":\"stop\"}}],\"usage\":{{\"prompt_tokens\":11,\
         \"completion_tokens\":7,\"total_tokens\":18}}}}",
        "a few words ".repeat(40)
    );
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}
