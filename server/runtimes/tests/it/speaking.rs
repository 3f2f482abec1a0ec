//! Just enough MCP to know that a real server understands and is understood.

use runtimes::runtime::Stdio;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader, Lines};

pub(crate) struct Conversation {
    stdin: Box<dyn AsyncWrite + Send + Unpin>,
    stdout: Lines<BufReader<Box<dyn AsyncRead + Send + Unpin>>>,
    next: u64,
}

impl Conversation {
    pub(crate) fn over(stdio: Stdio) -> Self {
        Self {
            stdin: stdio.stdin,
            stdout: BufReader::new(stdio.stdout).lines(),
            next: 0,
        }
    }

    /// The server's own name, after the opening of the protocol.
    pub(crate) async fn initialize(&mut self) -> String {
        let opened = self.ask("initialize", opening()).await;
        self.say(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}))
            .await;
        opened["serverInfo"]["name"]
            .as_str()
            .expect("a name")
            .to_owned()
    }

    pub(crate) async fn tools(&mut self) -> Vec<String> {
        let listed = self.ask("tools/list", json!({})).await;
        let tools = listed["tools"].as_array().expect("tools");
        let names = tools.iter().filter_map(|tool| tool["name"].as_str());
        names.map(str::to_owned).collect()
    }

    pub(crate) async fn call(&mut self, tool: &str, arguments: Value) -> Value {
        let call = json!({"name": tool, "arguments": arguments});
        self.ask("tools/call", call).await
    }

    async fn ask(&mut self, method: &str, params: Value) -> Value {
        self.next += 1;
        let id = self.next;
        self.say(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}))
            .await;
        loop {
            let line = self.line().await.expect("an answer before the end");
            let message: Value = serde_json::from_str(&line).expect("one message per line");
            if message["id"] == id && message.get("method").is_none() {
                assert!(message.get("error").is_none(), "{message}");
                return message["result"].clone();
            }
        }
    }

    /// Nothing at the end of the stream.
    pub(crate) async fn line(&mut self) -> Option<String> {
        let within = std::time::Duration::from_secs(30);
        let line = tokio::time::timeout(within, self.stdout.next_line()).await;
        line.expect("within 30 s").unwrap_or_default()
    }

    pub(crate) async fn say(&mut self, message: &Value) {
        let line = format!("{message}\n");
        self.stdin
            .write_all(line.as_bytes())
            .await
            .expect("it listens");
        self.stdin.flush().await.expect("it listens");
    }
}

pub(crate) fn opening() -> Value {
    json!({
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    })
}
