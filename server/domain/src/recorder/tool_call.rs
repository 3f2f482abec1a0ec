//! One call at the MCP gateway as it is handed over, and as its row.

use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use db::mcp_tool_calls::{McpToolCall, NewToolCall};
use uuid::Uuid;

use crate::clock::Clock;

/// So much of a body is kept. A larger one is of use to nobody in a log, and a server may send 100 MB.
const KEPT: usize = 4 << 20;
const LONGEST_TEXT: usize = 2_000;
const LEVEL: i32 = 1;

/// What is known of a call when it has ended; bytes are as they passed.
#[derive(Debug)]
pub struct ToolCall {
    pub created_at: DateTime<Utc>,
    pub agent_id: Option<Uuid>,
    pub mcp_server_id: Option<Uuid>,
    pub mcp_server_name: String,
    pub method: String,
    pub tool_name: Option<String>,
    pub user_id: Option<String>,
    pub token_id: Option<Uuid>,
    pub token_kind: Option<String>,
    pub auth_method: Option<String>,
    pub session_id: Option<String>,
    /// The client's program, as it named itself.
    pub client: Option<String>,
    pub is_error: bool,
    pub error: Option<String>,
    pub arguments: Bytes,
    pub result: Bytes,
    pub duration: Duration,
}

impl ToolCall {
    /// A call that begins now, of which nothing else is known.
    pub fn new(clock: &dyn Clock, method: &str) -> Self {
        Self {
            created_at: clock.now(),
            agent_id: None,
            mcp_server_id: None,
            mcp_server_name: String::new(),
            method: method.to_owned(),
            tool_name: None,
            user_id: None,
            token_id: None,
            token_kind: None,
            auth_method: None,
            session_id: None,
            client: None,
            is_error: false,
            error: None,
            arguments: Bytes::new(),
            result: Bytes::new(),
            duration: Duration::ZERO,
        }
    }

    /// Compresses the bodies: for the recorder's thread.
    pub(super) fn into_row(self) -> NewToolCall {
        let bytes = |body: &Bytes| i64::try_from(body.len()).unwrap_or(i64::MAX);
        let keep = |body: &Bytes| zstd::bulk::compress(&body[..body.len().min(KEPT)], LEVEL);
        NewToolCall {
            // zstd fails only for want of memory.
            arguments: keep(&self.arguments).unwrap_or_default(),
            result: keep(&self.result).unwrap_or_default(),
            truncated: self.arguments.len() > KEPT || self.result.len() > KEPT,
            row: McpToolCall {
                id: Uuid::now_v7(),
                created_at: self.created_at,
                agent_id: self.agent_id,
                mcp_server_id: self.mcp_server_id,
                argument_bytes: bytes(&self.arguments),
                result_bytes: bytes(&self.result),
                duration_us: i64::try_from(self.duration.as_micros()).unwrap_or(i64::MAX),
                mcp_server_name: storable(self.mcp_server_name),
                method: storable(self.method),
                tool_name: self.tool_name.map(storable),
                user_id: self.user_id,
                token_id: self.token_id,
                token_kind: self.token_kind,
                auth_method: self.auth_method,
                session_id: self.session_id.map(storable),
                client: self.client.map(storable),
                is_error: self.is_error,
                error: self.error.map(storable),
            },
        }
    }
}

/// Postgres refuses texts with a NUL in them.
fn storable(text: String) -> String {
    if text.len() <= LONGEST_TEXT && !text.contains('\0') {
        return text;
    }
    let letters = text.chars().filter(|letter| *letter != '\0');
    letters.take(LONGEST_TEXT).collect()
}

/// A body as it was before it was compressed; empty if it is none of ours.
pub fn inflate(compressed: &[u8]) -> Vec<u8> {
    zstd::bulk::decompress(compressed, KEPT).unwrap_or_default()
}
