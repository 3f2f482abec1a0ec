//! As much MCP as it takes to see that a server answers.

use std::time::Duration;

use runtimes::runtime::Stdio;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;
use url::Url;

const PATIENCE: Duration = Duration::from_mins(1);

fn initialize() -> Value {
    json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
        "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "0"},
    }})
}

fn list_tools() -> Value {
    json!({"jsonrpc": "2.0", "id": 2, "method": "tools/list"})
}

/// A conversation over standard streams: one message per line.
pub(crate) struct Conversation {
    stdin: Box<dyn tokio::io::AsyncWrite + Send + Unpin>,
    stdout: BufReader<Box<dyn tokio::io::AsyncRead + Send + Unpin>>,
}

impl Conversation {
    pub(crate) fn over(stdio: Stdio) -> Self {
        Self {
            stdin: stdio.stdin,
            stdout: BufReader::new(stdio.stdout),
        }
    }

    pub(crate) async fn begin(&mut self) -> Value {
        let answer = self.ask(&initialize()).await;
        self.tell(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}))
            .await;
        answer
    }

    pub(crate) async fn tools(&mut self) -> Vec<Value> {
        let answer = self.ask(&list_tools()).await;
        answer["result"]["tools"].as_array().expect("tools").clone()
    }

    pub(crate) async fn tell(&mut self, message: &Value) {
        let line = format!("{message}\n");
        self.stdin
            .write_all(line.as_bytes())
            .await
            .expect("a write");
    }

    /// The answer with the id of the question; what else comes is passed over.
    pub(crate) async fn ask(&mut self, message: &Value) -> Value {
        self.tell(message).await;
        let answering = async {
            loop {
                let line = self.line().await.expect("an answer before the end");
                let answer: Value = serde_json::from_str(&line).expect("JSON");
                if answer["id"] == message["id"] && answer.get("method").is_none() {
                    return answer;
                }
            }
        };
        timeout(PATIENCE, answering)
            .await
            .expect("an answer in time")
    }

    /// `None` at the end.
    pub(crate) async fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        let length = self.stdout.read_line(&mut line).await.expect("a read");
        (length > 0).then_some(line)
    }
}

/// A conversation over Streamable HTTP, a connection for each message.
pub(crate) async fn tools_over_http(endpoint: &Url) -> Vec<Value> {
    let (answer, session) = post(endpoint, None, &initialize()).await;
    assert!(answer["result"]["serverInfo"].is_object(), "{answer}");
    let session = session.expect("a session");
    let (answer, _) = post(endpoint, Some(&session), &list_tools()).await;
    answer["result"]["tools"].as_array().expect("tools").clone()
}

async fn post(endpoint: &Url, session: Option<&str>, message: &Value) -> (Value, Option<String>) {
    let body = message.to_string();
    let host = format!(
        "{}:{}",
        endpoint.host_str().expect("a host"),
        endpoint.port().expect("a port")
    );
    let session = session
        .map(|id| format!("mcp-session-id: {id}\r\n"))
        .unwrap_or_default();
    let request = format!(
        "POST {} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json\r\n\
         accept: application/json, text/event-stream\r\n{session}content-length: {}\r\n\r\n{body}",
        endpoint.path(),
        body.len()
    );
    let mut connection = TcpStream::connect(&host).await.expect("a connection");
    connection
        .write_all(request.as_bytes())
        .await
        .expect("a request");
    let answer = timeout(PATIENCE, answer_of(connection)).await;
    answer.expect("an answer in time")
}

/// The first event and the session's id. The reference server takes seconds to end a connection after its answer, which
/// nobody has to wait for.
async fn answer_of(connection: TcpStream) -> (Value, Option<String>) {
    let mut lines = BufReader::new(connection).lines();
    let (mut session, mut seen) = (None, String::new());
    while let Some(line) = lines.next_line().await.expect("a read") {
        if let Some(data) = line.strip_prefix("data: ") {
            return (serde_json::from_str(data).expect("JSON"), session);
        }
        if let Some(id) = line.strip_prefix("mcp-session-id: ") {
            session = Some(id.to_owned());
        }
        seen.push_str(&line);
    }
    panic!("no event in {seen}");
}
