//! A running server with a database of its own, and a browser's and a program's way to talk to it.

use app::Running;
use app::config::{Config, Environment};
use reqwest::{Client, Method, Response, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::database::TestDatabase;

pub(crate) const EMAIL: &str = "admin@localhost.ai";
pub(crate) const PASSWORD: &str = "password";

pub(crate) struct TestApp {
    pub(crate) running: Running,
    pub(crate) database: TestDatabase,
    pub(crate) client: Client,
    _data: TempDir,
}

impl TestApp {
    pub(crate) async fn start() -> Self {
        Self::start_with(&[]).await
    }

    pub(crate) async fn start_with(variables: &[(&str, &str)]) -> Self {
        let database = TestDatabase::create().await.unwrap();
        let data = tempfile::tempdir().unwrap();
        let base = [
            ("ARCHESTRA_DATABASE_URL", database.url.as_str()),
            ("ARCHESTRA_DATABASE_POOL_MAX", "5"),
            ("ARCHESTRA_DATA_DIR", data.path().to_str().unwrap()),
            ("ARCHESTRA_API_BASE_URL", "http://localhost:0"),
            ("ARCHESTRA_FRONTEND_URL", "http://localhost:0"),
            ("ARCHESTRA_METRICS_PORT", "0"),
        ];
        let pairs = base
            .iter()
            .chain(variables)
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let config = Config::read(&Environment::from_pairs(pairs)).unwrap();
        let running = Box::pin(Running::start(config)).await.unwrap();
        Self {
            running,
            database,
            client: browser(),
            _data: data,
        }
    }

    /// With the first administrator signed in.
    pub(crate) async fn signed_in() -> Self {
        let app = Self::start().await;
        assert_eq!(
            app.sign_in(&app.client, PASSWORD).await.status(),
            StatusCode::OK
        );
        app
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.running.config.api_port())
    }

    pub(crate) async fn sign_in(&self, client: &Client, password: &str) -> Response {
        let body = json!({ "email": EMAIL, "password": password });
        client
            .post(self.url("/api/auth/sign-in/email"))
            .json(&body)
            .send()
            .await
            .unwrap()
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> (StatusCode, Value) {
        let mut request = self.client.request(method, self.url(path));
        if let Some(body) = body {
            request = request.json(&body);
        }
        answer(request.send().await.unwrap()).await
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let (status, body) = self.send(Method::GET, path, None).await;
        assert_eq!(status, StatusCode::OK, "GET {path}: {body}");
        body
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Value {
        let (status, body) = self.send(Method::POST, path, Some(body)).await;
        assert_eq!(status, StatusCode::OK, "POST {path}: {body}");
        body
    }

    /// What an error says, after checking its status and its type.
    pub(crate) async fn refusal(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
        expected: (u16, &str),
    ) -> String {
        let (status, body) = self.send(method, path, body).await;
        assert_eq!(
            (
                status.as_u16(),
                body["error"]["type"].as_str().unwrap_or_default()
            ),
            expected,
            "{path}: {body}"
        );
        body["error"]["message"].as_str().unwrap().to_owned()
    }
}

/// A client with a cookie jar of its own.
pub(crate) fn browser() -> Client {
    Client::builder()
        .cookie_store(true)
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap()
}

pub(crate) async fn answer(response: Response) -> (StatusCode, Value) {
    let status = response.status();
    let bytes = response.bytes().await.unwrap();
    (
        status,
        serde_json::from_slice(&bytes).unwrap_or(Value::Null),
    )
}
