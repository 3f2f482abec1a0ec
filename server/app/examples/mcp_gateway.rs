//! The whole server in front of the fixture, for the official conformance suite: `mcp_gateway [PORT]`.
//!
//! The suite can send no token, so what listens on the port is a forwarder that adds one and otherwise changes nothing.

use std::io::Write as _;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use app::Running;
use app::config::{Config, Environment};
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use domain::platform::Platform;
use domain::servers::{NewServer, Scope, Values};
use domain::tokens::Owner;
use http::header::{AUTHORIZATION, CONTENT_LENGTH, TRANSFER_ENCODING};
use secrecy::ExposeSecret as _;
use serde_json::json;
use testkit::database::TestDatabase;
use testkit::mcp::{FakeMcpServer, McpSettings};
use uuid::Uuid;

struct Forwarder {
    client: reqwest::Client,
    target: String,
    token: String,
}

#[tokio::main]
async fn main() -> Result<()> {
    let port: u16 = std::env::args().nth(1).as_deref().unwrap_or("0").parse()?;
    let fixture = FakeMcpServer::start_with(McpSettings {
        records: false,
        ..McpSettings::default()
    })
    .await?;
    let database = TestDatabase::create().await?;
    let data = tempfile::tempdir()?;
    let running = start(&database, data.path().to_str().context("a readable path")?).await?;
    let platform = &running.platform;
    let (agent, token) = prepare(platform, fixture.url()?.as_str()).await?;
    let forwarder = Forwarder {
        client: reqwest::Client::builder().build()?,
        target: format!(
            "http://127.0.0.1:{}/v1/mcp/{agent}",
            running.config.api_port()
        ),
        token: format!("Bearer {token}"),
    };
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    let port = listener.local_addr()?.port();
    writeln!(std::io::stdout(), "http://localhost:{port}/mcp")?;
    let router = axum::Router::new()
        .fallback(forward)
        .with_state(Arc::new(forwarder));
    Ok(axum::serve(listener, router).await?)
}

async fn start(database: &TestDatabase, data: &str) -> Result<Running> {
    let pairs = [
        ("ARCHESTRA_DATABASE_URL", database.url.as_str()),
        ("ARCHESTRA_DATA_DIR", data),
        ("ARCHESTRA_API_BASE_URL", "http://localhost:0"),
        ("ARCHESTRA_FRONTEND_URL", "http://localhost:0"),
        ("ARCHESTRA_METRICS_PORT", "0"),
        ("ARCHESTRA_MCP_ALLOWED_NETWORKS", "127.0.0.0/8,localhost"),
    ];
    let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let config = Config::read(&Environment::from_pairs(pairs))?;
    Ok(Running::start(config).await?)
}

/// The fixture installed, its tools on an agent that shows them under their own names.
async fn prepare(platform: &Platform, url: &str) -> Result<(Uuid, String)> {
    let organization = &platform.settings.organization_id;
    let now = platform.clock.now();
    let admin = db::users::first_admin(&platform.db)
        .await?
        .context("an administrator")?;
    let mut agent = domain::agents::new(organization, "Conformance", now);
    agent.settings = json!({ "toolPrefix": false, "builtinTools": false });
    db::agents::insert(&platform.db, &agent).await?;
    let item = item(organization, url, now);
    db::mcp_catalog::insert(&platform.db, &item).await?;
    let new = NewServer {
        id: None,
        catalog_id: item.id,
        name: "fixture".to_owned(),
        owner_id: admin.id,
        scope: Scope::Organization,
        runtime: None,
        cluster_id: None,
        service_account: None,
        secret_id: None,
        access_token: None,
        values: Values::default(),
        are_references: false,
        agent_ids: vec![agent.id],
    };
    platform.servers.install(new).await?;
    let token = domain::tokens::ensure(
        &platform.db,
        &platform.secrets,
        Owner::Organization,
        "Organization",
        now,
    )
    .await?;
    let token = domain::tokens::value(&platform.secrets, &token)
        .await?
        .context("a token")?;
    platform.snapshot.refresh(&platform.db).await?;
    Ok((agent.id, token.expose_secret().to_owned()))
}

fn item(
    organization: &str,
    url: &str,
    now: chrono::DateTime<chrono::Utc>,
) -> db::mcp_catalog::CatalogItem {
    db::mcp_catalog::CatalogItem {
        id: Uuid::now_v7(),
        organization_id: organization.to_owned(),
        name: "fixture".to_owned(),
        tool_prefix: None,
        description: None,
        version: None,
        instructions: None,
        repository: None,
        installation_command: None,
        docs_url: None,
        icon: None,
        requires_auth: false,
        auth_description: None,
        auth_fields: None,
        server_type: "remote".to_owned(),
        server_url: Some(url.to_owned()),
        local_config: None,
        user_config: None,
        oauth_config: None,
        enterprise_managed_config: None,
        deployment_spec_yaml: None,
        client_secret_id: None,
        local_config_secret_id: None,
        labels: json!([]),
        team_ids: Vec::new(),
        scope: "org".to_owned(),
        author_id: None,
        settings: json!({}),
        created_at: now,
        updated_at: now,
    }
}

async fn forward(State(forwarder): State<Arc<Forwarder>>, request: Request) -> Response {
    let (mut head, body) = request.into_parts();
    head.headers.remove(CONTENT_LENGTH);
    head.headers.remove(TRANSFER_ENCODING);
    if let Ok(token) = forwarder.token.parse() {
        head.headers.insert(AUTHORIZATION, token);
    }
    let bytes = axum::body::to_bytes(body, usize::MAX)
        .await
        .unwrap_or_default();
    let request = forwarder.client.request(head.method, &forwarder.target);
    match request.headers(head.headers).body(bytes).send().await {
        Ok(answer) => {
            let (head, body) = http::Response::from(answer).into_parts();
            Response::from_parts(head, Body::new(body))
        }
        Err(error) => {
            let mut response = Response::new(Body::from(error.to_string()));
            *response.status_mut() = http::StatusCode::BAD_GATEWAY;
            response
        }
    }
}
