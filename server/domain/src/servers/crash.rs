//! What is kept of a server that ended: why, and its last lines and those of the run before.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use runtimes::runtime::{LogQuery, Runtime};
use serde_json::{Value, json};
use uuid::Uuid;

use super::Servers;

const LINES: usize = 50;
const LONGEST_LINE: usize = 2_000;
/// An engine that does not give logs must not keep a server from being started again.
const PATIENCE: Duration = Duration::from_secs(5);

impl Servers {
    /// Writes down why a server ended; returns its last line, which usually says it best.
    pub(super) async fn note_crash(
        &self,
        id: Uuid,
        runtime: &Arc<dyn Runtime>,
        cause: &str,
        exit_code: Option<i64>,
    ) -> Option<String> {
        let log = last_lines(runtime, id, false).await;
        let crash = json!({
            "at": self.parts.clock.now(),
            "cause": cause,
            "exitCode": exit_code,
            "log": log,
            "previousLog": last_lines(runtime, id, true).await,
        });
        self.keep_crash(id, &crash).await;
        log.into_iter().rev().find(|line| !line.trim().is_empty())
    }

    async fn keep_crash(&self, id: Uuid, crash: &Value) {
        if let Err(error) = db::mcp_servers::note_crash(&self.parts.db, id, crash).await {
            tracing::warn!(%error, server = %id, "the cause of a server's end could not be kept");
        }
    }
}

async fn last_lines(runtime: &Arc<dyn Runtime>, id: Uuid, previous: bool) -> Vec<String> {
    let query = LogQuery {
        lines: Some(LINES),
        follow: false,
        previous,
    };
    let read = async {
        let mut chunks = runtime.logs(id, query).await.ok()?;
        let mut bytes = Vec::new();
        while let Some(Ok(chunk)) = chunks.next().await {
            bytes.extend_from_slice(&chunk);
        }
        Some(bytes)
    };
    let bytes = tokio::time::timeout(PATIENCE, read).await;
    let bytes = bytes.ok().flatten().unwrap_or_default();
    // Postgres refuses texts with a NUL in them.
    let text = String::from_utf8_lossy(&bytes).replace('\0', "");
    let lines: Vec<&str> = text.lines().collect();
    let last = &lines[lines.len().saturating_sub(LINES)..];
    last.iter()
        .map(|line| line.chars().take(LONGEST_LINE).collect())
        .collect()
}
