//! Server-sent events as the Streamable HTTP transport uses them, with what a reconnect needs: ids and `retry`.
//!
//! After the HTML standard's `text/event-stream`. An event that the end of the stream cuts off is dropped.

#[cfg(test)]
mod tests;

use std::time::Duration;

use memchr::memchr2;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Event {
    /// Empty where the stream gives none.
    pub(crate) name: String,
    pub(crate) data: Vec<u8>,
}

/// An event or a line longer than the parser's limit.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooLong;

#[derive(Debug)]
pub(crate) struct Parser {
    limit: usize,
    line: Vec<u8>,
    name: String,
    data: Vec<u8>,
    has_data: bool,
    id: Option<String>,
    last_event_id: Option<String>,
    retry: Option<Duration>,
    before_first_line: bool,
    after_carriage_return: bool,
}

impl Parser {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit,
            line: Vec::new(),
            name: String::new(),
            data: Vec::new(),
            has_data: false,
            id: None,
            last_event_id: None,
            retry: None,
            before_first_line: true,
            after_carriage_return: false,
        }
    }

    /// Where to go on after a break.
    pub(crate) fn last_event_id(&self) -> Option<&str> {
        self.last_event_id.as_deref()
    }

    /// How long the server wants to be left alone before a reconnect.
    pub(crate) fn retry(&self) -> Option<Duration> {
        self.retry
    }

    /// The stream broke off and goes on in another response: what was half there comes again.
    pub(crate) fn begin_again(&mut self) {
        self.line.clear();
        self.name.clear();
        self.data.clear();
        self.has_data = false;
        self.id = None;
        self.before_first_line = true;
        self.after_carriage_return = false;
    }

    /// Takes the next piece and appends the events that it completes.
    pub(crate) fn feed(&mut self, piece: &[u8], events: &mut Vec<Event>) -> Result<(), TooLong> {
        let mut rest = piece;
        if self.after_carriage_return && !rest.is_empty() {
            self.after_carriage_return = false;
            rest = rest.strip_prefix(b"\n").unwrap_or(rest);
        }
        while let Some(end) = memchr2(b'\n', b'\r', rest) {
            if self.line.is_empty() {
                self.take_line(&rest[..end], events)?;
            } else {
                self.keep(&rest[..end])?;
                let line = std::mem::take(&mut self.line);
                self.take_line(&line, events)?;
            }
            self.after_carriage_return = false;
            let after = &rest[end + 1..];
            rest = match (rest[end], after.first()) {
                (b'\r', Some(b'\n')) => &after[1..],
                (b'\r', None) => {
                    self.after_carriage_return = true;
                    after
                }
                _ => after,
            };
        }
        self.keep(rest)
    }

    fn keep(&mut self, piece: &[u8]) -> Result<(), TooLong> {
        if self.line.len() + piece.len() > self.limit {
            return Err(TooLong);
        }
        self.line.extend_from_slice(piece);
        Ok(())
    }

    fn take_line(&mut self, line: &[u8], events: &mut Vec<Event>) -> Result<(), TooLong> {
        let line = if std::mem::take(&mut self.before_first_line) {
            line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line)
        } else {
            line
        };
        if line.is_empty() {
            self.dispatch(events);
            return Ok(());
        }
        let (field, value) = match memchr::memchr(b':', line) {
            Some(colon) => (&line[..colon], &line[colon + 1..]),
            None => (line, &b""[..]),
        };
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match field {
            b"data" => {
                if self.data.len() + value.len() > self.limit {
                    return Err(TooLong);
                }
                if std::mem::replace(&mut self.has_data, true) {
                    self.data.push(b'\n');
                }
                self.data.extend_from_slice(value);
            }
            b"event" => self.name = String::from_utf8_lossy(value).into_owned(),
            b"id" if !value.contains(&0) => {
                self.id = Some(String::from_utf8_lossy(value).into_owned());
            }
            b"retry" => self.set_retry(value),
            _ => {}
        }
        Ok(())
    }

    fn set_retry(&mut self, value: &[u8]) {
        let digits = std::str::from_utf8(value).ok();
        let milliseconds = digits.and_then(|digits| digits.parse().ok());
        if let Some(milliseconds) = milliseconds {
            self.retry = Some(Duration::from_millis(milliseconds));
        }
    }

    fn dispatch(&mut self, events: &mut Vec<Event>) {
        // An id counts once its event is whole, also when the event carries nothing else: that is how a server says
        // where a stream it is about to close can be resumed.
        if let Some(id) = self.id.take() {
            self.last_event_id = (!id.is_empty()).then_some(id);
        }
        let name = std::mem::take(&mut self.name);
        let data = std::mem::take(&mut self.data);
        if std::mem::take(&mut self.has_data) {
            events.push(Event { name, data });
        }
    }
}
