//! Any bytes, cut in any way, through the parser of server-sent events.

#![no_main]

use llm::sse::{Event, Parser};

type Owned = (Vec<u8>, Vec<u8>, bool);

fn owned(event: Event<'_>) -> Owned {
    (event.name.to_vec(), event.data.to_vec(), event.cut_off)
}

fn events<'a>(pieces: impl Iterator<Item = &'a [u8]>, limit: usize) -> (Vec<Owned>, u64) {
    let mut found = Vec::new();
    let mut parser = Parser::new(limit);
    for piece in pieces {
        parser.feed(piece, |event| found.push(owned(event)));
    }
    parser.finish(|event| found.push(owned(event)));
    (found, parser.dropped())
}

// The first two bytes choose the limit and the size of the pieces; however the rest is cut, the
// events are the same and none is longer than the limit.
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let [limit, size, stream @ ..] = bytes else {
        return;
    };
    let limit = usize::from(*limit);
    let size = usize::from(*size).max(1);
    let whole = events(std::iter::once(stream), limit);
    assert_eq!(events(stream.chunks(size), limit), whole);
    assert!(whole.0.iter().all(|(_, data, _)| data.len() <= limit));
});
