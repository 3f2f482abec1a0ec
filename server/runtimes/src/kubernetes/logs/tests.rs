//! Which lines of a stdio server's log are its conversation.

use super::*;

#[test]
fn the_conversation_of_a_server_is_left_out_and_everything_else_kept() {
    let conversation = [
        r#"{"jsonrpc":"2.0","id":1,"result":{}}"#,
        r#"  {"result":{"tools":[]},"jsonrpc":"2.0","id":2} "#,
    ];
    let logs = [
        "Starting default (STDIO) server...",
        r#"{"level":"info","message":"ready"}"#,
        r#"got {"jsonrpc":"2.0"}"#,
        "",
        "{",
    ];
    assert!(conversation.iter().all(|line| is_protocol(line)));
    assert!(!logs.iter().any(|line| is_protocol(line)));
}
