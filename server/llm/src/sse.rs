//! An incremental parser of server-sent events, after the HTML standard's `text/event-stream`.
//!
//! It takes bytes in pieces cut anywhere and keeps what it needs in buffers it reuses. It is more
//! tolerant than the standard in one point: an event that the end of the stream cuts off is handed
//! out too, marked as such. It does not decode: data stays bytes.

#[cfg(test)]
mod tests;

use memchr::{memchr, memchr2, memrchr2};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// One event, borrowed from the parser until the callback returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event<'a> {
    /// The `event` field; empty when there is none.
    pub name: &'a [u8],
    /// The `data` fields, joined by line feeds.
    pub data: &'a [u8],
    /// The stream ended before the blank line that ends an event.
    pub cut_off: bool,
}

/// Turns pieces of a stream into events. Memory is bounded by the limit given to [`Parser::new`].
#[derive(Debug)]
pub struct Parser {
    limit: usize,
    line: Buffer,
    name: Vec<u8>,
    data: Buffer,
    has_data: bool,
    before_first_line: bool,
    after_carriage_return: bool,
    dropped: u64,
}

impl Parser {
    /// An event with a line or with data longer than `limit` bytes is dropped and counted.
    pub fn new(limit: usize) -> Self {
        Self {
            limit,
            line: Buffer::default(),
            name: Vec::new(),
            data: Buffer::default(),
            has_data: false,
            before_first_line: true,
            after_carriage_return: false,
            dropped: 0,
        }
    }

    /// How many events were longer than the limit.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Takes the next piece and calls back for every event it completes.
    pub fn feed(&mut self, piece: &[u8], mut on_event: impl FnMut(Event<'_>)) {
        let mut rest = piece;
        if self.after_carriage_return && !rest.is_empty() {
            self.after_carriage_return = false;
            rest = rest.strip_prefix(b"\n").unwrap_or(rest);
        }
        while let Some(end) = memchr2(b'\n', b'\r', rest) {
            let (line, tail) = rest.split_at(end);
            self.end_line(line, &mut on_event);
            rest = match tail {
                [b'\r', b'\n', after @ ..] | [_, after @ ..] => after,
                [] => tail,
            };
            self.after_carriage_return = tail == b"\r";
        }
        self.line.append(rest, self.limit);
    }

    /// Ends the stream: hands out the event that is still open, and is ready for another stream.
    pub fn finish(&mut self, mut on_event: impl FnMut(Event<'_>)) {
        if !self.line.is_unused() {
            self.end_line(b"", &mut on_event);
        }
        self.dispatch(true, &mut on_event);
        self.before_first_line = true;
        self.after_carriage_return = false;
    }

    fn end_line(&mut self, last_piece: &[u8], on_event: &mut impl FnMut(Event<'_>)) {
        // The usual case, a line that lies within one piece, is read where it is.
        if self.line.is_unused() && last_piece.len() <= self.limit {
            self.take_line(last_piece, on_event);
            return;
        }
        self.line.append(last_piece, self.limit);
        let mut line = std::mem::take(&mut self.line);
        if line.overflowed {
            self.before_first_line = false;
            self.data.overflow();
        } else {
            self.take_line(&line.bytes, on_event);
        }
        line.clear();
        self.line = line;
    }

    fn take_line(&mut self, line: &[u8], on_event: &mut impl FnMut(Event<'_>)) {
        let line = if self.before_first_line {
            line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line)
        } else {
            line
        };
        self.before_first_line = false;
        if line.is_empty() {
            self.dispatch(false, on_event);
            return;
        }
        let (field, value) = match memchr(b':', line) {
            Some(colon) => (&line[..colon], &line[colon + 1..]),
            None => (line, &b""[..]),
        };
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match field {
            b"data" => {
                if self.has_data {
                    self.data.append(b"\n", self.limit);
                }
                self.has_data = true;
                self.data.append(value, self.limit);
            }
            b"event" => {
                self.name.clear();
                self.name.extend_from_slice(value);
            }
            // A comment has an empty field name; `id` and `retry` say nothing about content.
            _ => {}
        }
    }

    fn dispatch(&mut self, cut_off: bool, on_event: &mut impl FnMut(Event<'_>)) {
        if self.data.overflowed {
            self.dropped += 1;
        } else if self.has_data {
            on_event(Event {
                name: &self.name,
                data: &self.data.bytes,
                cut_off,
            });
        }
        self.name.clear();
        self.data.clear();
        self.has_data = false;
    }
}

/// Bytes up to a limit; beyond it only the fact that there were more.
#[derive(Debug, Default)]
struct Buffer {
    bytes: Vec<u8>,
    overflowed: bool,
}

impl Buffer {
    fn append(&mut self, addition: &[u8], limit: usize) {
        if self.bytes.len().saturating_add(addition.len()) > limit {
            self.overflow();
        }
        if !self.overflowed {
            self.bytes.extend_from_slice(addition);
        }
    }

    fn overflow(&mut self) {
        self.overflowed = true;
        self.bytes.clear();
    }

    fn clear(&mut self) {
        self.overflowed = false;
        self.bytes.clear();
    }

    fn is_unused(&self) -> bool {
        self.bytes.is_empty() && !self.overflowed
    }
}

/// Parses a stream that is there as a whole.
pub fn parse(raw: &[u8], mut on_event: impl FnMut(Event<'_>)) {
    let mut parser = Parser::new(raw.len());
    parser.feed(raw, &mut on_event);
    parser.finish(on_event);
}

/// How many of these bytes are whole events; what follows is the beginning of one more.
///
/// The bytes have to begin where an event may begin.
pub fn whole_events_len(bytes: &[u8]) -> usize {
    let mut end = bytes.len();
    while let Some(at) = memrchr2(b'\n', b'\r', &bytes[..end]) {
        let before = &bytes[..at];
        let before = match bytes[at] {
            b'\n' => before.strip_suffix(b"\r").unwrap_or(before),
            _ => before,
        };
        if matches!(before.last(), None | Some(b'\n' | b'\r')) {
            return at + 1;
        }
        end = before.len();
    }
    0
}
