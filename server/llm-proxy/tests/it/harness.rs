//! A served proxy with its provider, and the ways tests call it.

use std::sync::Arc;
use std::time::Duration;

use axum::serve::ListenerExt as _;
use bytes::Bytes;
use db::interactions::{Interaction, InteractionFilter};
use reqwest::{Client, RequestBuilder, Response};
use testkit::platform::{Options, TestPlatform};
use testkit::provider::FakeProvider;
use testkit::wait;
use tokio::net::TcpListener;
use uuid::Uuid;

pub(crate) const CHAT: &str = "/v1/openai/chat/completions";
pub(crate) const ASK: &str =
    r#"{"model":"gpt-4o-mini","messages":[{"role":"user","content":"hello"}]}"#;
pub(crate) const ANSWER: &str = r#"{"id":"c","object":"chat.completion","model":"gpt-4o-mini-2024-07-18","choices":[{"index":0,"message":{"role":"assistant","content":"Hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11}}"#;

pub(crate) struct TestProxy {
    pub(crate) provider: FakeProvider,
    pub(crate) test: TestPlatform,
    pub(crate) address: String,
    client: Client,
}

impl TestProxy {
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    pub(crate) async fn start_with(change: impl FnOnce(&mut Options)) -> Self {
        let provider = FakeProvider::start().await.unwrap();
        let mut options = Options::with_upstream(&provider.url().unwrap());
        change(&mut options);
        let test = TestPlatform::start(options).await.unwrap();
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let router = llm_proxy::router(Arc::clone(&test.platform));
        let listener = listener.tap_io(|socket| socket.set_nodelay(true).unwrap());
        test.platform
            .tasks
            .spawn(async move { axum::serve(listener, router).await });
        let client = Client::builder()
            .timeout(Duration::from_secs(30))
            .build()
            .unwrap();
        Self {
            provider,
            test,
            address,
            client,
        }
    }

    pub(crate) fn request(&self, method: &str, path: &str) -> RequestBuilder {
        let method = method.parse().unwrap();
        self.client
            .request(method, format!("{}{path}", self.address))
    }

    /// With a key of the client's own.
    pub(crate) async fn post(&self, path: &str, body: impl Into<Bytes>) -> Response {
        let request = self
            .request("POST", path)
            .header("authorization", "Bearer sk-client");
        request
            .header("content-type", "application/json")
            .body(body.into())
            .send()
            .await
            .unwrap()
    }

    /// An agent, as the product would create it.
    pub(crate) async fn agent(&self, name: &str) -> db::agents::Agent {
        let agent = domain::agents::new(
            testkit::platform::ORGANIZATION,
            name,
            self.test.platform.clock.now(),
        );
        db::agents::insert(&self.test.platform.db, &agent)
            .await
            .unwrap();
        self.test.refresh().await.unwrap();
        agent
    }

    /// All rows once there are so many, oldest first.
    pub(crate) async fn rows(&self, count: usize) -> Vec<Interaction> {
        let filter = InteractionFilter {
            ascending: true,
            ..InteractionFilter::default()
        };
        let limit = i64::try_from(count + 1).unwrap();
        wait::until("rows", async || {
            let rows = db::interactions::list(&self.test.platform.db, &filter, limit)
                .await
                .ok()?;
            (rows.len() >= count).then_some(rows)
        })
        .await
    }

    /// The only row.
    pub(crate) async fn row(&self) -> Interaction {
        let mut rows = self.rows(1).await;
        assert_eq!(rows.len(), 1, "{rows:?}");
        rows.remove(0)
    }

    /// The stored request and response.
    pub(crate) async fn bodies(&self, id: Uuid) -> (Vec<u8>, Vec<u8>) {
        let bodies = db::interactions::bodies(&self.test.platform.db, id)
            .await
            .unwrap()
            .unwrap();
        let plain = |body: Vec<u8>| zstd::decode_all(body.as_slice()).unwrap();
        (plain(bodies.request), plain(bodies.response))
    }
}
