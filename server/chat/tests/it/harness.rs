//! A served chat with a provider and an MCP server, and the ways tests use it.

use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use chat::Chat;
use domain::access::SignedIn;
use domain::access::grants::Grants;
use domain::servers::{NewServer, Scope, Values};
use reqwest::{Client, Method, Response};
use secrecy::SecretString;
use serde_json::{Value, json};
use testkit::mcp::FakeMcpServer;
use testkit::platform::{ORGANIZATION, Options, TestPlatform};
use testkit::provider::FakeProvider;
use tokio::net::TcpListener;
use url::Url;
use uuid::Uuid;

pub(crate) const PERSON: &str = "user-person";

pub(crate) struct TestChat {
    pub(crate) test: TestPlatform,
    pub(crate) provider: FakeProvider,
    pub(crate) server: FakeMcpServer,
    pub(crate) agent: Uuid,
    pub(crate) address: String,
    pub(crate) client: Client,
}

impl TestChat {
    pub(crate) async fn start() -> Self {
        Self::start_with(true).await
    }

    /// With or without keys for all three providers.
    pub(crate) async fn start_with(keys: bool) -> Self {
        let provider = FakeProvider::start().await.unwrap();
        let upstream = provider.url().unwrap();
        Self::start_at(provider, &upstream, keys).await
    }

    pub(crate) async fn start_at(provider: FakeProvider, upstream: &Url, keys: bool) -> Self {
        let mut options = Options::with_upstream(upstream);
        options.upstreams.local_servers = false;
        if keys {
            let key = Some(SecretString::from("sk-test"));
            options.upstreams.openai.api_key.clone_from(&key);
            options.upstreams.anthropic.api_key.clone_from(&key);
            options.upstreams.gemini.api_key = key;
        }
        let test = TestPlatform::start(options).await.unwrap();
        let platform = &test.platform;
        let now = platform.clock.now();
        for (id, role) in [(PERSON, "member"), ("user-other", "admin")] {
            let user = user(id, role, now);
            db::users::insert(&platform.db, &user).await.unwrap();
        }
        let mut agent = domain::agents::new(ORGANIZATION, "Helper", now);
        agent.is_default = true;
        agent.system_prompt = Some("You are a test.".to_owned());
        agent.settings = json!({ "builtinTools": false });
        db::agents::insert(&platform.db, &agent).await.unwrap();
        let server = FakeMcpServer::start().await.unwrap();
        server.set_tools(tools());
        test.refresh().await.unwrap();
        test.follow();
        let chat = Self {
            address: serve(&test).await,
            agent: agent.id,
            client: Client::builder()
                .timeout(Duration::from_mins(1))
                .build()
                .unwrap(),
            provider,
            server,
            test,
        };
        chat.install("notes", Scope::Organization).await;
        chat
    }

    async fn install(&self, name: &str, scope: Scope) -> Uuid {
        let platform = &self.test.platform;
        let item = item(
            name,
            self.server.url().unwrap().as_str(),
            platform.clock.now(),
        );
        db::mcp_catalog::insert(&platform.db, &item).await.unwrap();
        let new = NewServer {
            id: None,
            catalog_id: item.id,
            name: name.to_owned(),
            owner_id: PERSON.to_owned(),
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

    /// Another replica over the same database.
    pub(crate) async fn replica(&self) -> String {
        serve(&self.test).await
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> (u16, Value) {
        self.send_to(&self.address, method, path, body).await
    }

    pub(crate) async fn send_to(
        &self,
        address: &str,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> (u16, Value) {
        let mut request = self.client.request(method, format!("{address}{path}"));
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let text = response.text().await.unwrap();
        (
            status,
            serde_json::from_str(&text).unwrap_or(Value::String(text)),
        )
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let (status, body) = self.send(Method::GET, path, None).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Value {
        let (status, body) = self.send(Method::POST, path, Some(body)).await;
        assert!((200..300).contains(&status), "{path}: {status} {body}");
        body
    }

    pub(crate) async fn conversation(&self, provider: &str, model: &str) -> String {
        let body = json!({ "agentId": self.agent, "provider": provider, "selectedModel": model, "title": "Test" });
        let made = self.post("/api/chat/conversations", body).await;
        format!("/api/chat/conversations/{}", made["id"].as_str().unwrap())
    }

    pub(crate) async fn openai(&self) -> String {
        self.conversation("openai", "gpt-5.1").await
    }

    /// Says something and returns the answer's stream.
    pub(crate) async fn say(&self, conversation: &str, text: &str) -> Follower {
        let turn = self
            .post(&format!("{conversation}/turns"), json!({ "text": text }))
            .await;
        self.follow(conversation, turn["lastEventId"].as_i64())
            .await
    }

    pub(crate) async fn follow(&self, conversation: &str, after: Option<i64>) -> Follower {
        self.follow_at(&self.address, conversation, after).await
    }

    pub(crate) async fn follow_at(
        &self,
        address: &str,
        conversation: &str,
        after: Option<i64>,
    ) -> Follower {
        let after = after.map_or_else(String::new, |after| format!("?after={after}"));
        let url = format!("{address}{conversation}/events{after}");
        let response = self.client.get(url).send().await.unwrap();
        assert_eq!(response.status(), 200);
        Follower {
            response,
            buffer: String::new(),
            seen: Vec::new(),
            last: 0,
        }
    }

    /// The bodies of all requests to the provider.
    pub(crate) fn asked(&self) -> Vec<Value> {
        let received = self.provider.received();
        received
            .iter()
            .map(|request| serde_json::from_slice(&request.body).unwrap())
            .collect()
    }
}

/// A stream of events, read one after the other.
pub(crate) struct Follower {
    response: Response,
    buffer: String,
    pub(crate) seen: Vec<Value>,
    pub(crate) last: i64,
}

impl Follower {
    pub(crate) async fn next(&mut self) -> Value {
        loop {
            if let Some(end) = self.buffer.find("\n\n") {
                let block: String = self.buffer.drain(..end + 2).collect();
                if let Some(event) = self.read(&block) {
                    return event;
                }
                continue;
            }
            let chunk = tokio::time::timeout(Duration::from_secs(20), self.response.chunk()).await;
            let chunk = chunk.expect("an event within 20 s").unwrap();
            let chunk = chunk.expect("the stream goes on");
            self.buffer.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    fn read(&mut self, block: &str) -> Option<Value> {
        let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name));
        let data = field("data: ")?;
        if field("event: ") == Some("reset") {
            return Some(json!({ "type": "reset" }));
        }
        let id: i64 = field("id: ")?.parse().unwrap();
        let event: Value = serde_json::from_str(data).unwrap();
        // The end of an answer that broke off is as far away as its replica may have been ahead.
        let is_next = id == self.last + 1 || event["type"] == "abort";
        assert!(self.last == 0 || is_next, "{id} after {}", self.last);
        self.last = id;
        self.seen.push(event.clone());
        Some(event)
    }

    pub(crate) async fn until(&mut self, kind: &str) -> Value {
        loop {
            let event = self.next().await;
            if event["type"] == kind {
                return event;
            }
        }
    }

    /// To the end of the run; the text that was said.
    pub(crate) async fn end(&mut self) -> Value {
        self.until("data-run-end").await
    }

    pub(crate) fn text(&self) -> String {
        let deltas = self
            .seen
            .iter()
            .filter(|event| event["type"] == "text-delta");
        deltas.filter_map(|event| event["delta"].as_str()).collect()
    }

    pub(crate) fn of(&self, kind: &str) -> Vec<&Value> {
        self.seen
            .iter()
            .filter(|event| event["type"] == kind)
            .collect()
    }
}

async fn serve(test: &TestPlatform) -> String {
    let platform = &test.platform;
    let proxy = llm_proxy::router(platform.clone());
    let gateway = mcp_gateway::router(platform.clone());
    let chat = Chat::new(platform.clone(), proxy, gateway);
    platform.tasks.spawn(chat.clone().run());
    let (router, _) = chat::router::<()>(&chat).split_for_parts();
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let router = router.layer(axum::middleware::from_fn(sign_in));
    platform.tasks.spawn(serve_router(listener, router));
    address
}

async fn serve_router(listener: TcpListener, router: Router) {
    axum::serve(listener, router).await.unwrap();
}

/// What the admin plane's guards do in the program.
async fn sign_in(mut request: Request, next: axum::middleware::Next) -> axum::response::Response {
    let user = request.headers().get("x-test-user");
    let user_id = user
        .map_or(PERSON, |user| user.to_str().unwrap())
        .to_owned();
    let role = "member".to_owned();
    let grants = Grants::of_predefined(&role).unwrap_or_default();
    let signed_in = SignedIn {
        user_id,
        role,
        grants,
    };
    request.extensions_mut().insert(signed_in);
    next.run(request).await
}

fn tools() -> Vec<Value> {
    let tool = |name: &str, annotations: Value| {
        json!({ "name": name, "description": format!("{name}s"), "annotations": annotations,
                "inputSchema": { "type": "object", "properties": { "note": { "type": "string" } } } })
    };
    vec![
        tool("read", json!({ "readOnlyHint": true })),
        tool("list", json!({ "readOnlyHint": true })),
        tool("write", json!({})),
        tool("delete", json!({ "destructiveHint": true })),
        tool("test_elicitation", json!({})),
    ]
}

fn user(id: &str, role: &str, now: chrono::DateTime<chrono::Utc>) -> db::users::User {
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

fn item(name: &str, url: &str, now: chrono::DateTime<chrono::Utc>) -> db::mcp_catalog::CatalogItem {
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

pub(crate) fn part<'a>(message: &'a Value, id: &str) -> &'a Value {
    let parts = message["parts"].as_array().unwrap();
    parts.iter().find(|part| part["toolCallId"] == id).unwrap()
}

pub(crate) fn last_message(conversation: &Value) -> &Value {
    conversation["messages"].as_array().unwrap().last().unwrap()
}
