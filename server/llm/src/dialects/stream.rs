//! What reading a stream has in common in all dialects: events to JSON, parts found by index, and
//! the words for what is wrong with the bytes.

use serde_json::Value;

use crate::dialect::ResponseFacts;
use crate::sse;

/// More parts than any real answer has. It keeps a hostile stream from costing quadratic time.
const MAX_PARTS: usize = 512;

/// How a stream went, apart from its content.
#[derive(Default)]
pub(super) struct StreamEnd {
    /// The end marker was there; `data: [DONE]` unless the dialect says otherwise.
    pub(super) done: bool,
    /// The first error that was part of the stream.
    pub(super) error: Option<String>,
    /// An event that was whole and still no JSON.
    pub(super) malformed: bool,
}

/// An event's data that is no JSON.
pub(super) struct NotJson;

/// Calls back with the data of every event, which answers with the error the event tells of, and
/// keeps the first of these errors.
pub(super) fn events(
    raw: &[u8],
    mut on_data: impl FnMut(&[u8]) -> Result<Option<String>, NotJson>,
) -> StreamEnd {
    let mut end = StreamEnd::default();
    sse::parse(raw, |event| {
        if event.data.trim_ascii() == b"[DONE]" {
            end.done = true;
            return;
        }
        match on_data(event.data) {
            Ok(error) => end.error = end.error.take().or(error),
            Err(NotJson) => end.malformed |= !event.cut_off && !event.data.is_empty(),
        }
    });
    end
}

/// The same with the events' JSON.
pub(super) fn json_events(
    raw: &[u8],
    error: impl Fn(&Value) -> Option<String>,
    mut on_event: impl FnMut(Value),
) -> StreamEnd {
    events(raw, |data| {
        let value = serde_json::from_slice(data).map_err(|_| NotJson)?;
        let told = error(&value);
        on_event(value);
        Ok(told)
    })
}

/// Whether the bytes are a JSON body, sent where a stream was expected.
pub(super) fn is_json_body(raw: &[u8]) -> bool {
    raw.trim_ascii_start().first() == Some(&b'{')
}

/// Reads a whole body, or says what is wrong with it.
pub(super) fn read_body(body: &[u8], facts: impl Fn(&Value) -> ResponseFacts) -> ResponseFacts {
    match serde_json::from_slice(body) {
        Ok(response) => ResponseFacts {
            complete: true,
            ..facts(&response)
        },
        Err(fault) => ResponseFacts {
            // A body that just ends was cut off, which `complete` says; it isn't wrong.
            error: (!fault.is_eof()).then(|| "the response is not valid JSON".to_owned()),
            ..ResponseFacts::default()
        },
    }
}

/// The facts of a stream: those of the response put together from it, and how it went.
pub(super) fn conclude(
    response: Option<Value>,
    facts: impl Fn(&Value) -> ResponseFacts,
    end: &StreamEnd,
) -> ResponseFacts {
    let mut facts = response.as_ref().map(facts).unwrap_or_default();
    facts.assembled = response;
    facts.complete = end.done;
    if end.error.is_some() {
        facts.error.clone_from(&end.error);
    } else if facts.error.is_none() && end.malformed {
        facts.error = Some("an event of the stream is not valid JSON".to_owned());
    }
    facts
}

/// Parts of an answer that arrive in any order, each under its own number.
pub(super) struct Parts<T> {
    parts: Vec<(u64, T)>,
}

impl<T> Default for Parts<T> {
    fn default() -> Self {
        Self { parts: Vec::new() }
    }
}

impl<T: Default> Parts<T> {
    /// The part of this number, new if need be; nothing once there are too many.
    pub(super) fn part(&mut self, number: u64) -> Option<&mut T> {
        let known = self.parts.iter().rposition(|(known, _)| *known == number);
        let position = match known {
            Some(position) => position,
            None if self.parts.len() < MAX_PARTS => {
                self.parts.push((number, T::default()));
                self.parts.len() - 1
            }
            None => return None,
        };
        self.parts.get_mut(position).map(|(_, part)| part)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// The number the part added last has, and the next free one.
    pub(super) fn last_number(&self) -> Option<u64> {
        self.parts.last().map(|(number, _)| *number)
    }

    pub(super) fn into_ordered(mut self) -> impl Iterator<Item = (u64, T)> {
        self.parts.sort_by_key(|(number, _)| *number);
        self.parts.into_iter()
    }
}
