//! Streams of events, cut into pieces anywhere.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use super::{Event, Parser, TooLong};

const STREAM: &[u8] = b"\xef\xbb\xbf: hello\r\nid: 1\r\nretry: 250\r\ndata:\r\n\r\nevent: message\rdata: {\"a\":\rdata: 1}\r\rid: 2\ndata: b\n\ndata: cut";

fn parsed(pieces: &[&[u8]]) -> (Vec<Event>, Parser) {
    let mut parser = Parser::new(1024);
    let mut events = Vec::new();
    for piece in pieces {
        parser.feed(piece, &mut events).unwrap();
    }
    (events, parser)
}

#[test]
fn events_are_the_same_however_the_stream_is_cut() {
    let (whole, parser) = parsed(&[STREAM]);
    assert_eq!(whole.len(), 3);
    assert_eq!(whole[0].data, b"");
    assert_eq!(
        (whole[1].name.as_str(), &whole[1].data[..]),
        ("message", &b"{\"a\":\n1}"[..])
    );
    assert_eq!(whole[2].data, b"b");
    assert_eq!(parser.last_event_id(), Some("2"));
    assert_eq!(parser.retry(), Some(Duration::from_millis(250)));
    for at in 0..STREAM.len() {
        let (left, right) = STREAM.split_at(at);
        assert_eq!(parsed(&[left, right]).0, whole, "cut at {at}");
    }
    let bytes: Vec<_> = STREAM.chunks(1).collect();
    assert_eq!(parsed(&bytes).0, whole);
}

#[test]
fn an_id_without_data_says_where_to_go_on() {
    let (events, parser) = parsed(&[b"id: here\nretry: 5\n\n"]);
    assert!(events.is_empty());
    assert_eq!(parser.last_event_id(), Some("here"));
}

#[test]
fn an_id_counts_only_once_its_event_is_whole() {
    let (_, parser) = parsed(&[b"id: 1\ndata: a\n\nid: 2\ndata: b\n"]);
    assert_eq!(parser.last_event_id(), Some("1"));
}

#[test]
fn what_is_too_long_is_an_error_and_not_memory() {
    let mut events = Vec::new();
    let mut one_line = Parser::new(10);
    assert_eq!(one_line.feed(&[b'x'; 11], &mut events), Err(TooLong));
    let mut many_lines = Parser::new(10);
    let lines = b"data: aaaa\ndata: bbbb\ndata: cccc\n";
    assert_eq!(many_lines.feed(lines, &mut events), Err(TooLong));
}
