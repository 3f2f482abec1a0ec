//! A server that greets as it should and then fails in one chosen way.

use std::io;
use std::net::SocketAddr;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

#[derive(Clone, Copy)]
pub(crate) enum Fault {
    /// Takes a call and never answers.
    Silent,
    /// Ends the connection in the middle of a call.
    Dies,
    /// Answers with something that is not JSON-RPC.
    Malformed,
    /// Answers with a result of so many bytes.
    Huge(usize),
}

pub(crate) struct FakeBrokenServer {
    address: SocketAddr,
    serving: tokio::task::JoinHandle<()>,
}

impl FakeBrokenServer {
    #[expect(
        clippy::disallowed_methods,
        reason = "an outside system runs beside the platform"
    )]
    pub(crate) async fn start(fault: Fault) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let serving = tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                tokio::spawn(async move { drop(serve(connection, fault).await) });
            }
        });
        Self { address, serving }
    }

    pub(crate) fn url(&self) -> Url {
        format!("http://{}/mcp", self.address).parse().unwrap()
    }
}

impl Drop for FakeBrokenServer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn serve(mut connection: TcpStream, fault: Fault) -> io::Result<()> {
    while let Some((verb, message)) = read(&mut connection).await? {
        let id = &message["id"];
        let result = match message["method"].as_str() {
            _ if verb != "POST" => None,
            Some("initialize") => Some(json!({
                "protocolVersion": "2025-11-25",
                "capabilities": { "tools": {} },
                "serverInfo": { "name": "broken", "version": "1" },
            })),
            Some("tools/list") => {
                Some(json!({ "tools": [{ "name": "fail", "inputSchema": { "type": "object" } }] }))
            }
            Some("tools/call") => match fault {
                Fault::Silent => return std::future::pending().await,
                Fault::Dies => return Ok(()),
                Fault::Malformed => {
                    answer(&mut connection, 200, "{\"jsonrpc\":\"2.0\",\"id\":1,\"res").await?;
                    continue;
                }
                Fault::Huge(bytes) => {
                    Some(json!({ "content": [{ "type": "text", "text": "x".repeat(bytes) }] }))
                }
            },
            _ => None,
        };
        match (result, id.is_null()) {
            (Some(result), _) => {
                let body = json!({ "jsonrpc": "2.0", "id": id, "result": result }).to_string();
                answer(&mut connection, 200, &body).await?;
            }
            (None, _) if verb != "POST" => answer(&mut connection, 405, "").await?,
            (None, true) => answer(&mut connection, 202, "").await?,
            (None, false) => {
                let error = json!({ "code": -32601, "message": "Method not found" });
                let body = json!({ "jsonrpc": "2.0", "id": id, "error": error }).to_string();
                answer(&mut connection, 200, &body).await?;
            }
        }
    }
    Ok(())
}

async fn read(connection: &mut TcpStream) -> io::Result<Option<(String, Value)>> {
    let mut seen = Vec::new();
    loop {
        if let Some(end) = seen.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&seen[..end]).to_ascii_lowercase();
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length:"));
            let length: usize = length
                .and_then(|length| length.trim().parse().ok())
                .unwrap_or(0);
            if seen.len() >= end + 4 + length {
                let verb = head.split(' ').next().unwrap_or_default().to_uppercase();
                let message =
                    serde_json::from_slice(&seen[end + 4..end + 4 + length]).unwrap_or_default();
                return Ok(Some((verb, message)));
            }
        }
        if connection.read_buf(&mut seen).await? == 0 {
            return Ok(None);
        }
    }
}

async fn answer(connection: &mut TcpStream, status: u16, body: &str) -> io::Result<()> {
    let head = format!(
        "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    connection.write_all(head.as_bytes()).await?;
    connection.write_all(body.as_bytes()).await
}
