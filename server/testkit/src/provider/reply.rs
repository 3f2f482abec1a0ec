//! What a provider says: bytes and pauses, one after the other.

use std::fmt::Write as _;
use std::time::Duration;

use bytes::Bytes;

#[derive(Debug, Clone)]
pub enum Step {
    Send(Bytes),
    Wait(Duration),
    /// Says nothing more, and ends when the client goes away.
    Stall,
    /// Ends the connection.
    Close,
}

/// One answer, as what goes over the wire.
#[derive(Debug, Clone)]
pub struct Reply {
    pub(super) steps: Vec<Step>,
}

impl Reply {
    /// Exactly these steps, headers included.
    pub fn raw(steps: Vec<Step>) -> Self {
        Self { steps }
    }

    /// A whole body with its length.
    pub fn body(status: u16, content_type: &str, body: impl Into<Bytes>) -> Self {
        let body = body.into();
        let head = head(
            status,
            content_type,
            &[("content-length", &body.len().to_string())],
        );
        let mut steps = vec![Step::Send(head)];
        if !body.is_empty() {
            steps.push(Step::Send(body));
        }
        Self { steps }
    }

    pub fn json(status: u16, body: impl Into<Bytes>) -> Self {
        Self::body(status, "application/json", body)
    }

    /// A chunked body; each piece is written by itself.
    pub fn chunked(
        status: u16,
        content_type: &str,
        pieces: impl IntoIterator<Item = Bytes>,
    ) -> Self {
        let mut steps = vec![Step::Send(head(
            status,
            content_type,
            &[("transfer-encoding", "chunked")],
        ))];
        for piece in pieces {
            steps.push(Step::Send(chunk(&piece)));
        }
        steps.push(Step::Send(Bytes::from_static(b"0\r\n\r\n")));
        Self { steps }
    }

    /// A stream of events in pieces of these sizes, over and over.
    pub fn events(stream: &[u8], sizes: &[usize]) -> Self {
        Self::chunked(
            200,
            "text/event-stream; charset=utf-8",
            pieces(stream, sizes),
        )
    }

    /// Adds headers; for replies that begin with a head.
    #[must_use]
    pub fn with_headers(mut self, headers: &[(&str, &str)]) -> Self {
        if let Some(Step::Send(head)) = self.steps.first_mut() {
            let mut lines = String::from_utf8_lossy(&head[..head.len() - 2]).into_owned();
            for (name, value) in headers {
                let _ = write!(lines, "{name}: {value}\r\n");
            }
            lines.push_str("\r\n");
            *head = Bytes::from(lines);
        }
        self
    }

    /// The same with a pause in front of every step after the first.
    #[must_use]
    pub fn with_pauses(self, pause: Duration) -> Self {
        let mut steps = Vec::new();
        for step in self.steps {
            if !steps.is_empty() {
                steps.push(Step::Wait(pause));
            }
            steps.push(step);
        }
        Self { steps }
    }

    /// The first so many steps, then something else.
    #[must_use]
    pub fn cut_after(mut self, count: usize, then: Step) -> Self {
        self.steps.truncate(count);
        self.steps.push(then);
        self
    }

    pub fn steps(&self) -> usize {
        self.steps.len()
    }
}

/// The bytes in pieces of these sizes, over and over. A size of zero counts as one.
pub fn pieces(bytes: &[u8], sizes: &[usize]) -> Vec<Bytes> {
    let mut rest = bytes;
    let mut pieces = Vec::new();
    for size in sizes.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (piece, after) = rest.split_at((*size).clamp(1, rest.len()));
        pieces.push(Bytes::copy_from_slice(piece));
        rest = after;
    }
    pieces
}

fn head(status: u16, content_type: &str, more: &[(&str, &str)]) -> Bytes {
    let mut lines = format!("HTTP/1.1 {status} Status\r\ncontent-type: {content_type}\r\n");
    for (name, value) in more {
        let _ = write!(lines, "{name}: {value}\r\n");
    }
    lines.push_str("\r\n");
    Bytes::from(lines)
}

fn chunk(piece: &[u8]) -> Bytes {
    let mut framed = format!("{:x}\r\n", piece.len()).into_bytes();
    framed.extend_from_slice(piece);
    framed.extend_from_slice(b"\r\n");
    Bytes::from(framed)
}
