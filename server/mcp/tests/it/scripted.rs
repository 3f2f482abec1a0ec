//! A server over a pair of pipes that says exactly what a test tells it to.

use mcp::client::{Client, Options};
use mcp::error::Error;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, DuplexStream, Lines};

pub(crate) struct Scripted {
    requests: Lines<BufReader<DuplexStream>>,
    answers: DuplexStream,
}

/// The server, and the ends of the pipes that a client connects to.
pub(crate) fn pipes() -> (Scripted, DuplexStream, DuplexStream) {
    let (stdout, answers) = tokio::io::duplex(64 * 1024);
    let (requests, stdin) = tokio::io::duplex(64 * 1024);
    let requests = BufReader::new(requests).lines();
    (Scripted { requests, answers }, stdout, stdin)
}

/// A client and a server that have agreed on 2025-11-25.
pub(crate) async fn connected(options: Options) -> (Client, Scripted) {
    let (mut server, stdout, stdin) = pipes();
    let (client, ()) = tokio::join!(
        Client::connect_stdio(stdout, stdin, options),
        server.welcome()
    );
    (client.unwrap(), server)
}

/// The same with a server of 2026-07-28.
pub(crate) async fn connected_stateless(options: Options) -> (Client, Scripted) {
    let (mut server, stdout, stdin) = pipes();
    let welcome = async {
        let discover = server.next().await;
        assert_eq!(discover["method"], "server/discover");
        let result = json!({ "resultType": "complete", "supportedVersions": ["2026-07-28"], "capabilities": { "tools": {} } });
        server.answer(&discover, &result).await;
    };
    let (client, ()) = tokio::join!(Client::connect_stdio(stdout, stdin, options), welcome);
    (client.unwrap(), server)
}

pub(crate) async fn connect(
    stdout: DuplexStream,
    stdin: DuplexStream,
    options: Options,
) -> Result<Client, Error> {
    Client::connect_stdio(stdout, stdin, options).await
}

impl Scripted {
    /// The next message from the client.
    pub(crate) async fn next(&mut self) -> Value {
        let line = self.requests.next_line().await.unwrap();
        serde_json::from_str(&line.expect("the client has left")).unwrap()
    }

    pub(crate) async fn say(&mut self, line: &str) {
        self.answers.write_all(line.as_bytes()).await.unwrap();
        self.answers.write_all(b"\n").await.unwrap();
    }

    pub(crate) async fn send(&mut self, message: &Value) {
        self.say(&message.to_string()).await;
    }

    pub(crate) async fn answer(&mut self, request: &Value, result: &Value) {
        self.send(&json!({ "jsonrpc": "2.0", "id": request["id"], "result": result }))
            .await;
    }

    pub(crate) async fn refuse(&mut self, request: &Value, code: i64) {
        let error = json!({ "code": code, "message": "no" });
        self.send(&json!({ "jsonrpc": "2.0", "id": request["id"], "error": error }))
            .await;
    }

    /// Knows nothing of `server/discover` and speaks 2025-11-25.
    pub(crate) async fn welcome(&mut self) {
        let discover = self.next().await;
        assert_eq!(discover["method"], "server/discover");
        self.refuse(&discover, -32_601).await;
        self.initialize().await;
    }

    pub(crate) async fn initialize(&mut self) {
        let initialize = self.next().await;
        assert_eq!(initialize["method"], "initialize");
        let result = json!({
            "protocolVersion": "2025-11-25",
            "capabilities": { "tools": { "listChanged": true } },
            "serverInfo": { "name": "scripted", "version": "1" },
            "instructions": "Be kind.",
        });
        self.answer(&initialize, &result).await;
        assert_eq!(self.next().await["method"], "notifications/initialized");
    }
}
