//! Our own MCP client, driven by the client half of `@modelcontextprotocol/conformance`:
//! `conformance client --command mcp-client-conformance --suite all`. The suite appends the server's URL and says in the
//! environment which scenario it plays.
//!
//! It connects, signs in where it is asked to, lists what there is and uses all of it, answering the server's questions.

mod answers;
mod sign_in;
mod visit;

use anyhow::{Context as _, Result};
use mcp::client::{Client, HttpTarget, Options};
use mcp::era::{Era, ProtocolVersion};
use mcp::error::Error;
use mcp::guard::{AddressGuard, Allow};
use mcp::http::Http;
use serde_json::{Value, json};
use tokio_util::task::TaskTracker;
use url::Url;

use sign_in::SignIn;

#[tokio::main]
async fn main() -> Result<()> {
    let url: Url = std::env::args()
        .next_back()
        .context("the server's URL is the last argument")?
        .parse()?;
    let scenario = variable("MCP_CONFORMANCE_SCENARIO").unwrap_or_default();
    let context: Value = match variable("MCP_CONFORMANCE_CONTEXT") {
        Some(context) => serde_json::from_str(&context)?,
        None => Value::Null,
    };
    // The suite's servers are on this machine.
    let http = Http::new(AddressGuard::new(Allow::everything()))?;
    let mut sign_in = SignIn::new(http.clone(), url.clone(), scenario, context.clone())?;
    let client = connect(&http, &url, &mut sign_in).await?;
    let visited = visit::everything(&client, &mut sign_in, &context).await;
    client.close().await;
    visited
}

/// Signs in for as long as the server asks for something new.
async fn connect(http: &Http, url: &Url, sign_in: &mut SignIn) -> Result<Client> {
    loop {
        let target = HttpTarget {
            url: url.clone(),
            headers: http::HeaderMap::new(),
            bearer: sign_in.token(),
            http: http.clone(),
        };
        match Client::connect_http(target, options()).await {
            Ok(client) => return Ok(client),
            Err(Error::Unauthorized { challenge, .. } | Error::Forbidden { challenge, .. }) => {
                sign_in.again(challenge.as_deref()).await?;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

fn options() -> Options {
    let mut options = Options::new(TaskTracker::new());
    options.capabilities = mcp::object::raw(&json!({
        "sampling": {},
        "elicitation": { "form": {} },
        "roots": { "listChanged": true },
    }));
    if let Some(version) = variable("MCP_CONFORMANCE_PROTOCOL_VERSION")
        && let Ok(version) = version.parse::<ProtocolVersion>()
        && version.era() == Era::Legacy
    {
        options.versions = ProtocolVersion::ALL
            .into_iter()
            .filter(|known| *known <= version)
            .collect();
    }
    options
}

#[expect(
    clippy::disallowed_methods,
    reason = "the suite talks to its clients through the environment"
)]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
