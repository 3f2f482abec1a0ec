//! The MCP gateway plane: the tools, prompts and resources of an agent's servers behind one URL, every call recorded.
//!
//! JSON stays as it came: of a request and of its answer only ids, names and uris are rewritten. What an agent may use
//! comes from the snapshot, so listing tools waits for no server; connections to servers belong to `domain::servers`.

mod routes;

mod visit;

mod request;

mod authenticate;

mod session;

mod dispatch;

mod catalog;

mod policy;

mod credentials;

mod limits;

mod upstream;

mod builtin;

mod answer;

mod parked;

mod listening;

mod modifier;

mod recording;

mod oauth;

mod signature;

mod error;

use std::sync::Arc;

use domain::platform::Platform;

/// `/v1/mcp` and everything below it, and what lets a client sign its user in with a browser.
pub fn router(platform: Arc<Platform>) -> axum::Router {
    routes::routes(Arc::new(Gateway {
        signer: signature::Signer::new(&platform.secrets.derive("mcp-gateway")),
        catalogs: catalog::Catalogs::default(),
        sessions: session::Sessions::default(),
        parked: parked::ParkedCalls::default(),
        lists: upstream::Lists::default(),
        hub: listening::Hub::default(),
        tokens: authenticate::Touches::default(),
        documents: oauth::Documents::default(),
        platform,
    }))
}

/// Writes the built-in tools down beside those of servers; call it once at the start.
pub async fn keep_builtin_tools(platform: &Platform) -> db::Result<()> {
    builtin::rows::keep(platform).await
}

/// The plane's state. What of it a replica may lose is lost without harm: clients begin again.
struct Gateway {
    platform: Arc<Platform>,
    signer: signature::Signer,
    catalogs: catalog::Catalogs,
    sessions: session::Sessions,
    parked: parked::ParkedCalls,
    lists: upstream::Lists,
    hub: listening::Hub,
    tokens: authenticate::Touches,
    documents: oauth::Documents,
}
