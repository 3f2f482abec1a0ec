//! The real program, given secrets, and a client that keeps all that it sends and hears.

use reqwest::header::HeaderValue;
use reqwest::{Client, Method};
use serde_json::Value;
use testkit::database::TestDatabase;
use testkit::provider::{FakeProvider, Reply};
use url::Url;

use crate::harness::browser;
use crate::program::Program;

/// In every canary.
pub(super) const CORE: &str = "c4n4ry+9f3e7b21d4=Zq";

/// What is given in the environment.
const VARIABLES: [(&str, &str); 10] = [
    ("ARCHESTRA_CHAT_OPENAI_API_KEY", "environment-openai"),
    ("ARCHESTRA_CHAT_ANTHROPIC_API_KEY", "environment-anthropic"),
    ("ARCHESTRA_CHAT_GEMINI_API_KEY", "environment-gemini"),
    ("ARCHESTRA_AUTH_SECRET", "auth-secret"),
    ("ARCHESTRA_AUTH_SECRET_PREVIOUS", "auth-secret-before"),
    ("ARCHESTRA_AUTH_ADMIN_PASSWORD", "admin-password"),
    ("ARCHESTRA_METRICS_SECRET", "metrics"),
    ("ARCHESTRA_HASHICORP_VAULT_TOKEN", "vault-token"),
    (
        "ARCHESTRA_OTEL_EXPORTER_OTLP_AUTH_PASSWORD",
        "traces-password",
    ),
    ("ARCHESTRA_OTEL_EXPORTER_OTLP_AUTH_BEARER", "traces-bearer"),
];

/// A canary, with characters that encodings change.
pub(super) fn secret(name: &str) -> String {
    format!("{name}/{CORE}")
}

/// One flow: a request, and whether it is to fail.
pub(super) struct Ask {
    method: Method,
    path: String,
    headers: Vec<(&'static str, String)>,
    body: String,
    /// None: either will do.
    fails: Option<bool>,
    reveals: bool,
    reply: Option<Reply>,
}

impl Ask {
    fn new(method: Method, path: impl Into<String>, body: String, fails: bool) -> Self {
        let body = if body == "null" { String::new() } else { body };
        Self {
            method,
            path: path.into(),
            headers: Vec::new(),
            body,
            fails: Some(fails),
            reveals: false,
            reply: None,
        }
    }

    pub(super) fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path, String::new(), false)
    }

    pub(super) fn ok(method: Method, path: impl Into<String>, body: &Value) -> Self {
        Self::new(method, path, body.to_string(), false)
    }

    pub(super) fn bad(method: Method, path: impl Into<String>, body: &Value) -> Self {
        Self::new(method, path, body.to_string(), true)
    }

    /// Not JSON.
    pub(super) fn broken(method: Method, path: impl Into<String>, body: String) -> Self {
        Self::new(method, path, body, true)
    }

    pub(super) fn header(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }

    /// How it ends depends on what is there.
    pub(super) fn either(self) -> Self {
        self.fails(None)
    }

    pub(super) fn fails(mut self, fails: Option<bool>) -> Self {
        self.fails = fails;
        self
    }

    /// What whoever is asked next says, from now on.
    pub(super) fn when(mut self, reply: Reply) -> Self {
        self.reply = Some(reply);
        self
    }

    /// Its answer is there to show a secret to whom it belongs.
    pub(super) fn reveals(mut self) -> Self {
        self.reveals = true;
        self
    }
}

pub(super) struct World {
    pub(super) program: Program,
    pub(super) provider: FakeProvider,
    pub(super) database: TestDatabase,
    collector: FakeProvider,
    client: Client,
    /// What the program made itself and showed once.
    made: Vec<String>,
    sent: Vec<String>,
    pub(super) answers: Vec<String>,
    pub(super) flows: usize,
    pub(super) failed: usize,
    /// Flows that ended otherwise than they should.
    pub(super) mistaken: Vec<String>,
}

impl World {
    pub(super) async fn start() -> Self {
        let provider = FakeProvider::start().await.unwrap();
        let collector = FakeProvider::start().await.unwrap();
        collector.always_reply(Reply::json(200, "{}"));
        let database = TestDatabase::create().await.unwrap();
        let mut program = Program::prepare(&provider);
        let mut sent = Vec::new();
        for (variable, name) in VARIABLES {
            program.set(variable, secret(name));
            sent.push(secret(name));
        }
        let mut url = Url::parse(&database.url).unwrap();
        if url.password().is_none() {
            url.set_password(Some(&secret("database-password")))
                .unwrap();
        }
        sent.push(secret("database-password"));
        program.set("ARCHESTRA_DATABASE_URL", url.to_string());
        let base = provider.url().unwrap().to_string();
        program.set("ARCHESTRA_ANTHROPIC_BASE_URL", base.clone());
        program.set("ARCHESTRA_GEMINI_BASE_URL", base);
        let traces = collector.url().unwrap().join("v1/traces").unwrap();
        program.set("ARCHESTRA_OTEL_EXPORTER_OTLP_ENDPOINT", traces.into());
        for (variable, value) in [
            ("ARCHESTRA_OTEL_EXPORTER_OTLP_AUTH_USERNAME", "traces"),
            ("ARCHESTRA_HASHICORP_VAULT_ADDR", "http://127.0.0.1:9"),
            ("ARCHESTRA_LLM_PROXY_UPSTREAM_TIMEOUT_MS", "400"),
            ("ARCHESTRA_MCP_ALLOWED_NETWORKS", "127.0.0.0/8"),
            ("ARCHESTRA_LOGGING_LEVEL", "trace"),
        ] {
            program.set(variable, value.to_owned());
        }
        program.spawn();
        program.wait_until_ready().await;
        Self {
            program,
            provider,
            database,
            collector,
            client: browser(),
            made: Vec::new(),
            sent,
            answers: Vec::new(),
            flows: 0,
            failed: 0,
            mistaken: Vec::new(),
        }
    }

    pub(super) async fn ask(&mut self, ask: Ask) -> Value {
        if let Some(reply) = ask.reply {
            self.provider.always_reply(reply);
        }
        let url = self.program.url(&ask.path);
        let mut request = self.client.request(ask.method.clone(), url);
        let has_kind = ask.headers.iter().any(|(name, _)| *name == "content-type");
        if !ask.body.is_empty() && !has_kind {
            request = request.header("content-type", "application/json");
        }
        for (name, value) in &ask.headers {
            request = request.header(*name, value);
        }
        let response = request.body(ask.body.clone()).send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        // Some answers are to break off.
        let body = response.bytes().await.unwrap_or_default();
        let body = String::from_utf8_lossy(&body).into_owned();
        let (path, _) = ask.path.split_once('?').unwrap_or((&ask.path, ""));
        let flow = format!("{} {path}", ask.method);
        if ask.fails == Some(status.is_success()) {
            self.mistaken.push(format!("{flow}: {status} {body}"));
        }
        self.flows += 1;
        self.failed += usize::from(!status.is_success());
        let headers_sent = ask.headers.iter().map(|(_, value)| value.clone());
        self.sent.extend(headers_sent);
        self.sent.push(ask.path);
        self.sent.push(ask.body.clone());
        let value = serde_json::from_str(&body).unwrap_or_default();
        if ask.reveals {
            let cookie = headers.get("set-cookie").and_then(cookie);
            self.made.extend(cookie);
        } else {
            self.answers.push(format!("{flow}: {headers:?} {body}"));
        }
        value
    }

    pub(super) async fn ask_all(&mut self, asks: impl IntoIterator<Item = Ask>) {
        for ask in asks {
            self.ask(ask).await;
        }
    }

    /// Not a flow of its own.
    pub(super) async fn look(&self, path: &str) -> Value {
        let answer = self.client.get(self.program.url(path)).send().await;
        answer.unwrap().json().await.unwrap_or_default()
    }

    /// A secret of the program's own making.
    pub(super) fn made(&mut self, value: &Value) -> String {
        let value = value.as_str().unwrap().to_owned();
        self.made.push(value.clone());
        value
    }

    pub(super) fn canaries(&self) -> Vec<String> {
        let names = VARIABLES.iter().map(|(_, name)| *name).chain(GIVEN);
        names.map(secret).chain(self.made.iter().cloned()).collect()
    }

    /// What was never in the program's hands would not prove anything.
    pub(super) fn was_given(&self, canary: &String) -> bool {
        self.made.contains(canary)
            || self.sent.iter().any(|sent| {
                let decoded = sent
                    .replace("%2F", "/")
                    .replace("%2B", "+")
                    .replace("%3D", "=");
                decoded.contains(canary)
            })
    }

    pub(super) async fn metrics(&self) -> String {
        let request = self.client.get(self.program.url("/metrics"));
        let answer = request.bearer_auth(secret("metrics")).send().await.unwrap();
        assert!(answer.status().is_success());
        answer.text().await.unwrap()
    }

    pub(super) fn traces(&self) -> String {
        let received = self.collector.received();
        let bodies = received
            .iter()
            .map(|one| String::from_utf8_lossy(&one.body));
        bodies.collect::<Vec<_>>().join("\n")
    }
}

/// The value of a session's.
fn cookie(header: &HeaderValue) -> Option<String> {
    let (_, rest) = header.to_str().ok()?.split_once('=')?;
    let (value, _) = rest.split_once(';')?;
    Some(value.to_owned())
}

/// What is given in requests.
const GIVEN: [&str; 40] = [
    "database-password",
    "new-password",
    "wrong-password",
    "key-openai",
    "key-anthropic",
    "key-gemini",
    "rotated-openai",
    "rotated-anthropic",
    "rotated-gemini",
    "refused-openai",
    "refused-anthropic",
    "refused-gemini",
    "brought-authorization",
    "brought-x-api-key",
    "brought-x-goog-api-key",
    "brought-query",
    "item-environment",
    "item-file",
    "item-pull",
    "item-client",
    "item-rotated",
    "asked-environment",
    "asked-client",
    "pasted",
    "prompted",
    "remote-token",
    "remote-token-again",
    "remote-header",
    "undeclared",
    "kubeconfig-token",
    "kubeconfig-password",
    "gateway-token",
    "gateway-api-key",
    "client-secret",
    "client-basic",
    "oauth-code",
    "refresh-token",
    "callback-code",
    "metrics-wrong",
    "vault-key",
];
