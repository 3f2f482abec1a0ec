use super::{Event, Parser, parse, whole_events_len};

type Owned = (String, String, bool);

fn owned(event: Event<'_>) -> Owned {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(event.name), text(event.data), event.cut_off)
}

fn events(raw: &[u8]) -> Vec<Owned> {
    let mut found = Vec::new();
    parse(raw, |event| found.push(owned(event)));
    found
}

fn whole(name: &str, data: &str) -> Owned {
    (name.to_owned(), data.to_owned(), false)
}

fn cut(name: &str, data: &str) -> Owned {
    (name.to_owned(), data.to_owned(), true)
}

#[test]
fn an_event_has_a_name_and_data() {
    let found = events(b"event: ping\ndata: {}\n\ndata: x\n\n");
    assert_eq!(found, [whole("ping", "{}"), whole("", "x")]);
}

#[test]
fn all_three_line_ends_are_understood_and_may_be_mixed() {
    for raw in [
        &b"event: a\ndata: 1\ndata: 2\n\ndata: 3\n\n"[..],
        b"event: a\r\ndata: 1\r\ndata: 2\r\n\r\ndata: 3\r\n\r\n",
        b"event: a\rdata: 1\rdata: 2\r\rdata: 3\r\r",
        b"event: a\r\ndata: 1\ndata: 2\r\rdata: 3\n\r\n",
    ] {
        let found = events(raw);
        assert_eq!(found, [whole("a", "1\n2"), whole("", "3")], "{raw:?}");
    }
}

#[test]
fn comments_ids_and_unknown_fields_are_skipped() {
    let found = events(b": keep-alive\n\nid: 7\nretry: 10\nweird\nother: 1\ndata: x\n\n");
    assert_eq!(found, [whole("", "x")]);
}

#[test]
fn one_space_after_the_colon_is_not_part_of_the_value() {
    let found = events(b"data:x\n\ndata:  y \n\ndata\n\n");
    assert_eq!(found, [whole("", "x"), whole("", " y "), whole("", "")]);
}

#[test]
fn a_byte_order_mark_is_skipped_only_at_the_start() {
    let found = events(b"\xef\xbb\xbfdata: a\n\n\xef\xbb\xbfdata: b\n\ndata: c\n\n");
    assert_eq!(found, [whole("", "a"), whole("", "c")]);
}

#[test]
fn a_name_without_data_is_forgotten() {
    let found = events(b"event: lost\n\ndata: x\n\n");
    assert_eq!(found, [whole("", "x")]);
}

#[test]
fn an_event_without_its_end_is_handed_out_as_cut_off() {
    assert_eq!(
        events(b"data: a\n\ndata: b"),
        [whole("", "a"), cut("", "b")]
    );
    assert_eq!(events(b"event: e\ndata: b\n"), [cut("e", "b")]);
    assert!(events(b"event: e\nid: 1").is_empty());
}

#[test]
fn a_stream_split_at_any_byte_gives_the_same_events() {
    let raw = "\u{feff}event: a\r\ndata: {\"t\":\"h\u{e9}\u{1f600}\"}\r\ndata: 2\r\n\r\n: c\r\rdata: 3\n\nevent: z\ndata: end";
    let raw = raw.as_bytes();
    let expected = events(raw);
    assert_eq!(expected.len(), 3);
    for first in 0..=raw.len() {
        for second in first..=raw.len() {
            let mut found = Vec::new();
            let mut parser = Parser::new(usize::MAX);
            for piece in [&raw[..first], &raw[first..second], &raw[second..]] {
                parser.feed(piece, |event| found.push(owned(event)));
            }
            parser.finish(|event| found.push(owned(event)));
            assert_eq!(found, expected, "split at {first} and {second}");
        }
    }
}

#[test]
fn an_event_over_the_limit_is_dropped_and_the_next_one_is_not() {
    let raw =
        b"data: 0123456789\n\ndata: ok\n\ndata: 0123\ndata: 4567\n\ndata: ok2\n\ndata: 0123456789";
    for size in 1..=raw.len() {
        let mut found = Vec::new();
        let mut parser = Parser::new(10);
        for piece in raw.chunks(size) {
            parser.feed(piece, |event| found.push(owned(event)));
        }
        parser.finish(|event| found.push(owned(event)));
        let expected = [whole("", "ok"), whole("", "0123\n4567"), whole("", "ok2")];
        assert_eq!(found, expected, "pieces of {size}");
        assert_eq!(parser.dropped(), 2, "pieces of {size}");
    }
}

#[test]
fn data_over_the_limit_in_many_short_lines_is_dropped() {
    let mut found = Vec::new();
    let mut parser = Parser::new(10);
    parser.feed(
        b"data: 012\ndata: 345\ndata: 678\n\ndata: ok\n\n",
        |event| {
            found.push(owned(event));
        },
    );
    assert_eq!(found, [whole("", "ok")]);
    assert_eq!(parser.dropped(), 1);
}

#[test]
fn a_parser_can_be_used_for_another_stream_after_finish() {
    let mut found = Vec::new();
    let mut parser = Parser::new(100);
    for _ in 0..2 {
        parser.feed(b"\xef\xbb\xbfdata: a\r", |event| found.push(owned(event)));
        parser.finish(|event| found.push(owned(event)));
    }
    assert_eq!(found, [cut("", "a"), cut("", "a")]);
}

#[test]
fn bytes_are_whole_events_up_to_the_last_blank_line() {
    for (bytes, whole) in [
        (&b""[..], 0),
        (b"data: a", 0),
        (b"data: a\n", 0),
        (b"data: a\r\n", 0),
        (b"data: a\n\n", 9),
        (b"data: a\r\r", 9),
        (b"data: a\r\n\r\n", 11),
        (b"data: a\r\n\r\ndata: b\r\n", 11),
        (b"event: e\ndata: a\n\nevent: e\ndata: b", 18),
        (b"\n", 1),
        (b"\ndata: a", 1),
    ] {
        assert_eq!(whole_events_len(bytes), whole, "{bytes:?}");
    }
}

#[test]
fn no_event_is_cut_off_in_whole_events_and_none_is_left_behind() {
    let raw = b"event: a\r\ndata: 1\ndata: 2\r\rdata: 3\n\n: c\n\ndata: 4\r\n\r\ndata: 5";
    for cut in 0..=raw.len() {
        let whole = whole_events_len(&raw[..cut]);
        assert!(
            events(&raw[..whole]).iter().all(|(.., cut_off)| !cut_off),
            "cut at {cut}"
        );
        let left = events(&raw[whole..cut]);
        assert!(
            left.len() <= 1 && left.iter().all(|(.., cut_off)| *cut_off),
            "cut at {cut}"
        );
    }
}
