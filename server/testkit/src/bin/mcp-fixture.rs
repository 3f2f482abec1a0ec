//! The fixture server by itself: `mcp-fixture [PORT]`, on 127.0.0.1. Port 0, or none, takes a free one.

use std::io::Write as _;

use testkit::mcp::{FakeMcpServer, McpSettings};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let port = std::env::args().nth(1);
    let server = FakeMcpServer::start_with(McpSettings {
        port: port.as_deref().unwrap_or("0").parse()?,
        records: false,
        ..McpSettings::default()
    })
    .await?;
    writeln!(std::io::stdout(), "{}", server.url()?)?;
    server.run().await;
    Ok(())
}
