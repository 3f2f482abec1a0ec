//! Whether an HTTP server answers. The engine accepts connections to a published port before the server does.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use url::Url;

const BETWEEN_LOOKS: Duration = Duration::from_millis(100);
/// For one attempt. A server that is up answers a request without a body at once, if only to refuse it.
const PATIENCE: Duration = Duration::from_secs(5);

/// Returns when anything has come back from the server. Any answer will do: what it means is for the MCP client to see.
pub(super) async fn answers(endpoint: &Url) {
    loop {
        let asked = tokio::time::timeout(PATIENCE, ask(endpoint)).await;
        if matches!(asked, Ok(Ok(()))) {
            return;
        }
        tokio::time::sleep(BETWEEN_LOOKS).await;
    }
}

async fn ask(endpoint: &Url) -> std::io::Result<()> {
    let host = endpoint.host_str().unwrap_or("127.0.0.1");
    let port = endpoint.port_or_known_default().unwrap_or(80);
    let mut stream = TcpStream::connect((host, port)).await?;
    let path = endpoint.path();
    let request =
        format!("HEAD {path} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    stream.read_u8().await?;
    Ok(())
}
