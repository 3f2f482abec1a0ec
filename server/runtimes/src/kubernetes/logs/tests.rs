//! Which lines of a stdio server's log are its conversation, and how lines are read.
#![expect(clippy::expect_used, reason = "tests")]

use futures_util::io::Cursor;

use super::*;

#[test]
fn the_conversation_of_a_server_is_left_out_and_everything_else_kept() {
    let long = format!("{{\"result\": \"{}", "x".repeat(LONGEST_LINE));
    let conversation = [
        r#"{"jsonrpc":"2.0","id":1,"result":{}}"#,
        r#"  {"result":{"tools":[]},"jsonrpc":"2.0","id":2} "#,
        &long,
    ];
    let other_output = [
        "Starting default (STDIO) server...",
        r#"{"level":"info","message":"ready"}"#,
        r#"got {"jsonrpc":"2.0"}"#,
        "",
        "{",
    ];
    assert!(conversation.iter().all(|line| is_protocol(line.as_bytes())));
    assert!(!other_output.iter().any(|line| is_protocol(line.as_bytes())));
}

#[tokio::test]
async fn lines_are_read_whatever_is_in_them_and_long_ones_cut() {
    let long = vec![b'x'; 3 * LONGEST_LINE];
    let text = [b"first\n\n\xff\n", long.as_slice(), b"\nlast"].concat();
    let mut source = Cursor::new(text);
    let mut lines = Vec::new();
    while let Some(next) = line(&mut source).await.expect("a line") {
        lines.push(next);
    }
    let cut = [&long[..LONGEST_LINE], b"\n"].concat();
    let expected: [&[u8]; 5] = [b"first\n", b"\n", b"\xff\n", &cut, b"last"];
    assert!(lines == expected, "{} lines", lines.len());
}
