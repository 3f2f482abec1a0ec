//! A limit of so many tool calls, and many callers on two servers that go on until they are refused.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::{Context as _, Result};
use serde_json::json;

use super::client::Client;
use super::site::Server;
use super::steady::Target;
use super::{Verdict, stale};

const LIMIT: usize = 400;
const CALLERS: usize = 8;
/// Long enough for the restarts to come in the middle.
const PAUSE: Duration = Duration::from_millis(80);

pub(crate) struct Counting {
    limit: String,
    callers: Vec<JoinHandle<Result<usize, String>>>,
}

impl Counting {
    pub(crate) fn start(server: &Server, target: &Arc<Target>) -> Result<Self> {
        let source = target.gateway.rsplit('/').next().unwrap_or_default();
        let agent = json!({ "name": "faults limit", "builtinTools": false });
        let agent = server.call("POST", "/api/agents", &agent)?;
        let agent = agent["id"].as_str().context("no agent")?;
        for tool in server
            .get_json(&format!("/api/agents/{source}/tools"))?
            .as_array()
            .into_iter()
            .flatten()
        {
            let tool = tool["id"].as_str().unwrap_or_default();
            server.call(
                "POST",
                &format!("/api/agents/{agent}/tools/{tool}"),
                &json!({}),
            )?;
        }
        let (server_name, tool) = target.tool.split_once("__").context("no server's tool")?;
        let limit = json!({
            "entityType": "agent", "entityId": agent, "limitType": "tool_calls", "limitValue": LIMIT,
            "mcpServerName": server_name, "toolName": tool,
        });
        let limit = server.call("POST", "/api/limits", &limit)?;
        // Only then do all servers know of it.
        std::thread::sleep(stale::BOUND);
        let path = format!("/v1/mcp/{agent}");
        let callers = (0..CALLERS).map(|_| {
            let (target, path) = (target.clone(), path.clone());
            std::thread::spawn(move || call_until_refused(&target, &path))
        });
        Ok(Self {
            limit: limit["id"].as_str().context("no limit")?.to_owned(),
            callers: callers.collect(),
        })
    }

    pub(crate) fn judge(self, server: &Server, verdict: &mut Verdict) -> Result<()> {
        let mut passed = 0;
        for caller in self.callers {
            match caller.join() {
                Ok(Ok(calls)) => passed += calls,
                Ok(Err(why)) => verdict.expect(false, || format!("a counted call failed: {why}")),
                Err(_) => verdict.expect(false, || "a caller panicked".into()),
            }
        }
        let used = &server.get_json(&format!("/api/limits/{}", self.limit))?["used"];
        println!("   a limit of {LIMIT} calls: {passed} passed, {used} counted");
        verdict.expect(passed == LIMIT, || {
            format!("{passed} calls passed a limit of {LIMIT}")
        });
        Ok(())
    }
}

fn call_until_refused(target: &Target, path: &str) -> Result<usize, String> {
    let mut client = Client::new(target.port, Duration::from_secs(20));
    let authorization = format!("Bearer {}", target.token);
    let headers = [
        ("authorization", authorization.as_str()),
        ("accept", "application/json, text/event-stream"),
        ("mcp-protocol-version", "2026-07-28"),
        ("mcp-method", "tools/call"),
        ("mcp-name", target.tool.as_str()),
    ];
    let params = format!(
        r#"{{"name":"{}","arguments":{{}},"_meta":{}}}"#,
        target.tool,
        super::steady::META
    );
    let body = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{params}}}"#);
    // One more than could ever pass: without a limit this must end, too.
    for passed in 0..=LIMIT {
        let answer = client.send("POST", path, &headers, body.as_bytes());
        let answer = answer.map_err(|broken| broken.to_string())?;
        let text = answer.text();
        if answer.status != 200 || !text.contains("\"result\"") {
            return Err(format!("{} {text}", answer.status));
        }
        if text.contains("\"isError\":true") {
            return if text.contains("limit") {
                Ok(passed)
            } else {
                Err(text)
            };
        }
        std::thread::sleep(PAUSE);
    }
    Ok(LIMIT + 1)
}
