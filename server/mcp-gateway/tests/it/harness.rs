//! A served gateway with servers behind it, and the ways tests call it.

use std::sync::Arc;
use std::time::Duration;

use axum::serve::ListenerExt as _;
use db::mcp_tool_calls::{McpToolCall, ToolCallFilter};
use domain::servers::{NewServer, Scope, Values};
use domain::tokens::Owner;
use reqwest::{Client, RequestBuilder, Response};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use testkit::mcp::{FakeMcpServer, McpSettings};
use testkit::platform::{ORGANIZATION, Options, TestPlatform};
use testkit::wait;
use tokio::net::TcpListener;
use url::Url;
use uuid::Uuid;

pub(crate) const ADMIN: &str = "user-admin";
pub(crate) const LATEST: &str = "2026-07-28";

pub(crate) struct TestGateway {
    pub(crate) test: TestPlatform,
    pub(crate) address: String,
    /// The agent that everything is assigned to.
    pub(crate) agent: Uuid,
    /// The organization's.
    pub(crate) token: String,
    pub(crate) client: Client,
}

impl TestGateway {
    /// Without any server behind it.
    pub(crate) async fn start() -> Self {
        Self::start_with(json!({}), |_| {}).await
    }

    /// With the fixture, its tools under their own names.
    pub(crate) async fn with_fixture(stateless: bool) -> (Self, FakeMcpServer) {
        let settings = json!({ "toolPrefix": false, "builtinTools": false });
        let gateway = Self::start_with(settings, |_| {}).await;
        let fixture = fixture(stateless).await;
        gateway.install("fixture", fixture.url().unwrap()).await;
        (gateway, fixture)
    }

    pub(crate) async fn start_with(
        agent_settings: Value,
        change: impl FnOnce(&mut Options),
    ) -> Self {
        let nowhere = "http://127.0.0.1:9".parse().unwrap();
        let mut options = Options::with_upstream(&nowhere);
        change(&mut options);
        let test = TestPlatform::start(options).await.unwrap();
        let platform = &test.platform;
        let now = platform.clock.now();
        db::users::insert(&platform.db, &user(ADMIN, "admin", now))
            .await
            .unwrap();
        let token = token(&test, Owner::Organization).await;
        let mut agent = domain::agents::new(ORGANIZATION, "Tests", now);
        agent.settings = agent_settings;
        db::agents::insert(&platform.db, &agent).await.unwrap();
        test.refresh().await.unwrap();
        Self {
            address: serve(&test).await,
            agent: agent.id,
            token,
            client: Client::builder()
                .timeout(Duration::from_mins(1))
                .build()
                .unwrap(),
            test,
        }
    }

    /// A remote server for everybody, all of its tools assigned to the agent.
    pub(crate) async fn install(&self, name: &str, url: Url) -> Uuid {
        self.install_for(name, url, Scope::Organization, ADMIN)
            .await
    }

    pub(crate) async fn install_for(
        &self,
        name: &str,
        url: Url,
        scope: Scope,
        owner: &str,
    ) -> Uuid {
        let platform = &self.test.platform;
        let item = item(name, &url, platform.clock.now());
        if db::mcp_catalog::find_by_name(&platform.db, name)
            .await
            .unwrap()
            .is_none()
        {
            db::mcp_catalog::insert(&platform.db, &item).await.unwrap();
        }
        let item = db::mcp_catalog::find_by_name(&platform.db, name)
            .await
            .unwrap()
            .unwrap();
        let new = NewServer {
            id: None,
            catalog_id: item.id,
            name: name.to_owned(),
            owner_id: owner.to_owned(),
            scope,
            runtime: None,
            cluster_id: None,
            service_account: None,
            secret_id: None,
            access_token: None,
            values: Values::default(),
            are_references: false,
            agent_ids: vec![self.agent],
        };
        let server = platform.servers.install(new).await.unwrap();
        self.test.refresh().await.unwrap();
        server.id
    }

    pub(crate) async fn change_agent(&self, settings: Value) {
        let changed =
            db::agents::update::<db::Error>(&self.test.platform.db, self.agent, |agent| {
                agent.settings = settings;
                Ok(())
            });
        changed.await.unwrap();
        self.test.refresh().await.unwrap();
    }

    pub(crate) fn url(&self) -> String {
        format!("{}/v1/mcp/{}", self.address, self.agent)
    }

    pub(crate) fn request(&self, method: reqwest::Method) -> RequestBuilder {
        self.client
            .request(method, self.url())
            .bearer_auth(&self.token)
            .header("accept", "application/json, text/event-stream")
            .header("content-type", "application/json")
    }

    /// A request of the old era, without a session.
    pub(crate) async fn post(&self, message: &Value) -> Response {
        self.request(reqwest::Method::POST)
            .body(message.to_string())
            .send()
            .await
            .unwrap()
    }

    pub(crate) async fn rpc(&self, method: &str, params: Value) -> Value {
        self.post(&message(method, params))
            .await
            .json()
            .await
            .unwrap()
    }

    /// The result of a request of 2026-07-28, or the error, with the status.
    pub(crate) async fn modern(&self, method: &str, params: Value) -> (u16, Value) {
        let response = self.modern_request(method, params).send().await.unwrap();
        let status = response.status().as_u16();
        let text = response.text().await.unwrap();
        let last = events(&text).pop();
        (
            status,
            last.unwrap_or_else(|| serde_json::from_str(&text).unwrap()),
        )
    }

    pub(crate) fn modern_request(&self, method: &str, mut params: Value) -> RequestBuilder {
        if params["_meta"].is_null() {
            params["_meta"] = json!({});
        }
        let meta = &mut params["_meta"];
        meta["io.modelcontextprotocol/protocolVersion"] = LATEST.into();
        if meta["io.modelcontextprotocol/clientCapabilities"].is_null() {
            meta["io.modelcontextprotocol/clientCapabilities"] = json!({});
        }
        let mut request = self
            .request(reqwest::Method::POST)
            .header("mcp-protocol-version", LATEST)
            .header("mcp-method", method);
        if let Some(name) = params["name"].as_str().or(params["uri"].as_str()) {
            request = request.header("mcp-name", name);
        }
        request.body(message(method, params).to_string())
    }

    /// A session of the old era, with what its client can do.
    pub(crate) async fn session(&self, version: &str, capabilities: Value) -> TestSession<'_> {
        let hello = json!({
            "protocolVersion": version,
            "capabilities": capabilities,
            "clientInfo": { "name": "tests", "version": "1" },
        });
        let response = self.post(&message("initialize", hello)).await;
        assert_eq!(response.status(), 200);
        let id = response.headers()["mcp-session-id"]
            .to_str()
            .unwrap()
            .to_owned();
        let hello: Value = response.json().await.unwrap();
        TestSession {
            gateway: self,
            id,
            hello: hello["result"].clone(),
        }
    }

    /// All calls on record once there are so many, oldest first.
    pub(crate) async fn records(&self, count: usize) -> Vec<McpToolCall> {
        let limit = i64::try_from(count + 1).unwrap();
        wait::until("records", async || {
            let filter = ToolCallFilter {
                ascending: true,
                ..ToolCallFilter::default()
            };
            let rows = db::mcp_tool_calls::list(&self.test.platform.db, &filter, limit)
                .await
                .ok()?;
            (rows.len() >= count).then_some(rows)
        })
        .await
    }
}

pub(crate) struct TestSession<'a> {
    gateway: &'a TestGateway,
    pub(crate) id: String,
    pub(crate) hello: Value,
}

impl TestSession<'_> {
    pub(crate) fn request(&self, method: reqwest::Method) -> RequestBuilder {
        self.gateway
            .request(method)
            .header("mcp-session-id", &self.id)
    }

    pub(crate) async fn post(&self, message: &Value) -> Response {
        self.request(reqwest::Method::POST)
            .body(message.to_string())
            .send()
            .await
            .unwrap()
    }

    pub(crate) async fn rpc(&self, method: &str, params: Value) -> Value {
        let text = self
            .post(&message(method, params))
            .await
            .text()
            .await
            .unwrap();
        events(&text)
            .pop()
            .unwrap_or_else(|| serde_json::from_str(&text).unwrap())
    }
}

/// A second replica over the same database.
pub(crate) async fn serve(test: &TestPlatform) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let router = mcp_gateway::router(Arc::clone(&test.platform));
    let listener = listener.tap_io(|socket| socket.set_nodelay(true).unwrap());
    let service = router.into_make_service_with_connect_info::<std::net::SocketAddr>();
    test.platform
        .tasks
        .spawn(async move { axum::serve(listener, service).await });
    address
}

/// A token that counts from now on.
pub(crate) async fn token(test: &TestPlatform, owner: Owner<'_>) -> String {
    let platform = &test.platform;
    let now = platform.clock.now();
    let token = domain::tokens::ensure(&platform.db, &platform.secrets, owner, "Tests", now)
        .await
        .unwrap();
    let value = domain::tokens::value(&platform.secrets, &token)
        .await
        .unwrap();
    test.refresh().await.unwrap();
    value.unwrap().expose_secret().to_owned()
}

pub(crate) async fn fixture(stateless: bool) -> FakeMcpServer {
    let settings = McpSettings {
        speaks_stateless: stateless,
        ..McpSettings::default()
    };
    FakeMcpServer::start_with(settings).await.unwrap()
}

pub(crate) fn message(method: &str, params: Value) -> Value {
    let mut message = json!({ "jsonrpc": "2.0", "id": 1, "method": method });
    message["params"] = params;
    message
}

/// The messages of a stream.
pub(crate) fn events(text: &str) -> Vec<Value> {
    text.lines()
        .filter_map(|line| line.strip_prefix("data: "))
        .map(|data| serde_json::from_str(data).unwrap())
        .collect()
}

/// The next message of a stream that goes on.
pub(crate) async fn next_event(response: &mut Response, buffer: &mut String) -> Value {
    loop {
        if let Some(end) = buffer.find("\n\n") {
            let event: String = buffer.drain(..end + 2).collect();
            match events(&event).pop() {
                Some(event) => return event,
                None => continue,
            }
        }
        let chunk = tokio::time::timeout(Duration::from_secs(20), response.chunk()).await;
        let chunk = chunk
            .expect("an event within 20 s")
            .unwrap()
            .expect("the stream goes on");
        buffer.push_str(std::str::from_utf8(&chunk).unwrap());
    }
}

pub(crate) fn user(id: &str, role: &str, now: chrono::DateTime<chrono::Utc>) -> db::users::User {
    db::users::User {
        id: id.to_owned(),
        name: id.to_owned(),
        email: format!("{id}@example.com"),
        role: role.to_owned(),
        password_hash: None,
        password_is_default: false,
        created_at: now,
    }
}

fn item(name: &str, url: &Url, now: chrono::DateTime<chrono::Utc>) -> db::mcp_catalog::CatalogItem {
    db::mcp_catalog::CatalogItem {
        id: Uuid::now_v7(),
        organization_id: ORGANIZATION.to_owned(),
        name: name.to_owned(),
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
        server_url: Some(url.to_string()),
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
