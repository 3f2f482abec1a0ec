//! What the published Terraform provider does, replayed: every operation of its contract against the whole program, with
//! the key as it is in `Authorization`, and each answer held to what the provider's client can read.
//!
//! `terraform/contract.json` holds the facts: for each operation its call, the members that have to be there, and the
//! shape of the answer.

mod agents;
mod contract;
mod guardrails;
mod identity;
mod models;
mod organization;
mod registry;
mod together;

use std::collections::BTreeSet;
use std::sync::Mutex;

use contract::Contract;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::mcp::FakeMcpServer;
use testkit::provider::{FakeProvider, Reply};

use crate::harness::{PASSWORD, TestApp};

/// The provider, with a server of its own and two outside systems.
struct Terraform {
    app: TestApp,
    key: String,
    /// Without cookies.
    client: reqwest::Client,
    contract: Contract,
    done: Mutex<BTreeSet<String>>,
    mcp: FakeMcpServer,
    llm: FakeProvider,
}

impl Terraform {
    async fn start() -> Self {
        let (mcp, llm) = tokio::join!(FakeMcpServer::start(), FakeProvider::start());
        let (mcp, llm) = (mcp.unwrap(), llm.unwrap());
        let models = json!({ "data": [{ "id": "model-a" }, { "id": "model-b" }] });
        llm.always_reply(Reply::json(200, models.to_string()));
        let url = llm.url().unwrap();
        let app = TestApp::start_with(&[
            ("ARCHESTRA_MCP_ALLOWED_NETWORKS", "127.0.0.0/8"),
            ("ARCHESTRA_OPENAI_BASE_URL", url.as_str()),
        ])
        .await;
        assert!(
            app.sign_in(&app.client, PASSWORD)
                .await
                .status()
                .is_success()
        );
        let body = json!({ "name": "terraform", "expiresIn": 3600 });
        let key = app.post("/api/auth/api-key/create", body).await;
        Self {
            key: key["key"].as_str().unwrap().to_owned(),
            app,
            client: crate::harness::browser(),
            contract: Contract::read(),
            done: Mutex::default(),
            mcp,
            llm,
        }
    }

    /// As the provider sends it: no cookie, no `Bearer`.
    async fn send(
        &self,
        operation: &str,
        places: &[&str],
        body: Option<&Value>,
    ) -> (StatusCode, Value) {
        let call = self.contract.call(operation, places);
        let method = Method::from_bytes(call.method.as_bytes()).unwrap();
        let mut request = self
            .client
            .request(method, self.app.url(&call.path))
            .header("authorization", &self.key)
            .header("user-agent", "Go-http-client/1.1");
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await.unwrap();
        let status = response.status();
        let kind = response.headers()["content-type"].to_str().unwrap();
        assert!(kind.contains("json"), "{operation}: {kind}");
        (status, response.json().await.unwrap())
    }

    /// Does an operation, which has to succeed. What stands behind `?` in the last place is the query.
    async fn act(&self, operation: &str, places: &[&str], body: Option<Value>) -> Value {
        let (status, answer) = self.send(operation, places, body.as_ref()).await;
        assert_eq!(status, StatusCode::OK, "{operation}: {answer}");
        if let Some(fault) = self.contract.fault(operation, &answer) {
            panic!("{operation}: {fault}\n{answer:#}");
        }
        self.done.lock().unwrap().insert(operation.to_owned());
        answer
    }

    async fn post(&self, operation: &str, places: &[&str], body: Value) -> Value {
        self.act(operation, places, Some(body)).await
    }

    async fn get(&self, operation: &str, places: &[&str]) -> Value {
        self.act(operation, places, None).await
    }

    /// It has to be gone, and said so in the envelope that the provider parses.
    async fn gone(&self, operation: &str, places: &[&str]) {
        self.refused(operation, places, None, 404).await;
    }

    async fn refused(&self, operation: &str, places: &[&str], body: Option<Value>, expected: u16) {
        let (status, answer) = self.send(operation, places, body.as_ref()).await;
        assert_eq!(status, expected, "{operation}: {answer}");
        for member in ["message", "type"] {
            assert!(answer["error"][member].is_string(), "{operation}: {answer}");
        }
    }

    /// A resource from its creation over partial updates to its end: each answer and each read says what was sent.
    async fn life(&self, resource: &str, create: Value, patches: &[Value]) {
        let id = self.begin(resource, create, patches).await;
        self.end(resource, &id).await;
    }

    async fn begin(&self, resource: &str, create: Value, patches: &[Value]) -> String {
        let name = |step: &str| format!("{resource} / {step}");
        let mut expected = create.clone();
        let created = self.post(&name("create"), &[], create).await;
        echoed(resource, &expected, &created);
        let id = id(&created).to_owned();
        echoed(resource, &expected, &self.get(&name("read"), &[&id]).await);
        for patch in patches {
            merge(&mut expected, patch);
            let updated = self.post(&name("update"), &[&id], patch.clone()).await;
            echoed(resource, &expected, &updated);
            echoed(resource, &expected, &self.get(&name("read"), &[&id]).await);
        }
        id
    }

    async fn end(&self, resource: &str, id: &str) {
        let name = |step: &str| format!("{resource} / {step}");
        let deleted = self.act(&name("delete"), &[id], None).await;
        assert_eq!(deleted, json!({ "success": true }), "{resource}");
        self.gone(&name("read"), &[id]).await;
        self.gone(&name("delete"), &[id]).await;
        self.refused(&name("update"), &[id], Some(json!({})), 404)
            .await;
    }
}

fn id(answer: &Value) -> &str {
    answer["id"].as_str().unwrap()
}

fn merge(expected: &mut Value, patch: &Value) {
    for (key, value) in patch.as_object().unwrap() {
        expected[key] = value.clone();
    }
}

/// What was sent comes back, byte for byte and in its order. Teams go in as ids and come out with names; keys stay in.
fn echoed(resource: &str, sent: &Value, answer: &Value) {
    for (key, value) in sent.as_object().unwrap() {
        let got = match key.as_str() {
            "apiKey" => continue,
            "teams" => answer[key]
                .as_array()
                .unwrap()
                .iter()
                .map(|team| team["id"].clone())
                .collect(),
            _ => answer[key].clone(),
        };
        assert_eq!(got, *value, "{resource}: {key} of {answer:#}");
    }
}

#[tokio::test]
async fn every_operation_of_the_provider_works_as_its_contract_says() {
    let terraform = Terraform::start().await;
    Box::pin(organization::settings(&terraform)).await;
    Box::pin(organization::teams(&terraform)).await;
    Box::pin(agents::walk(&terraform)).await;
    Box::pin(models::walk(&terraform)).await;
    Box::pin(guardrails::budgets(&terraform)).await;
    let world = Box::pin(registry::install(&terraform)).await;
    Box::pin(registry::assign(&terraform, &world)).await;
    Box::pin(guardrails::policies(&terraform, &world)).await;
    Box::pin(guardrails::proposals(&terraform, &world)).await;
    Box::pin(registry::calls(&terraform, &world)).await;
    Box::pin(registry::remove(&terraform, &world)).await;
    Box::pin(identity::walk(&terraform)).await;
    let done = terraform.done.lock().unwrap();
    let left: Vec<&String> = terraform
        .contract
        .operations()
        .filter(|operation| !done.contains(*operation))
        .collect();
    assert!(left.is_empty(), "not done: {left:#?}");
}
