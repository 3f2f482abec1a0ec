//! A key goes in, and nothing of it comes out anywhere.

use std::io;
use std::sync::{Arc, Mutex};

use reqwest::Method;
use serde_json::json;
use testkit::provider::{FakeProvider, Reply};

use super::{KEYS, add, app_with, models, path_of};
use crate::harness::{TestApp, answer, browser};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_key_is_in_no_answer_no_row_and_no_log() {
    let log = Log::default();
    let writer = log.clone();
    let level = tracing_subscriber::filter::LevelFilter::TRACE;
    let subscriber = tracing_subscriber::fmt().with_max_level(level);
    // Under `cargo test` another test may have been first.
    let is_read = subscriber
        .with_writer(move || writer.clone())
        .try_init()
        .is_ok();
    let provider = FakeProvider::start().await.unwrap();
    let app = app_with(&provider, &[]).await;
    let canary = "sk-c4n4ry-77e1";
    let mut said = Vec::new();
    let key = add(&app, "Main", json!({ "apiKey": canary, "isPrimary": true })).await;
    let path = path_of(&key, "");
    said.push(app.get(KEYS).await);
    said.push(app.get(&format!("{KEYS}/resolve?provider=openai")).await);
    let test = Some(json!({ "id": key["id"] }));
    let ours = app
        .post("/api/auth/api-key/create", json!({ "name": "cli" }))
        .await["key"]
        .clone();
    for reply in [
        models(&["gpt-4o"]),
        Reply::json(
            401,
            format!(r#"{{"error":{{"message":"bad key {canary}"}}}}"#),
        ),
        Reply::json(500, format!("oh no, {canary}!")),
        Reply::json(200, format!("{{{canary}")),
    ] {
        provider.always_reply(reply);
        said.push(
            app.send(Method::POST, &format!("{KEYS}/test"), test.clone())
                .await
                .1,
        );
        let again = Some(json!({ "apiKey": canary, "isPrimary": true }));
        said.push(app.send(Method::PATCH, &path, again).await.1);
        said.push(app.send(Method::POST, "/api/llm-models/sync", None).await.1);
        let wrong = Some(json!({ "apiKey": { "k": canary } }));
        said.push(app.send(Method::PATCH, &path, wrong).await.1);
    }
    provider.always_reply(Reply::json(200, "{}"));
    let call = browser().post(app.url("/v1/openai/chat/completions"));
    let call = call.bearer_auth(ours.as_str().unwrap()).body("{}");
    said.push(answer(call.send().await.unwrap()).await.1);
    assert_eq!(
        provider.last().unwrap().headers["authorization"],
        format!("Bearer {canary}")
    );
    check_rows(&app, canary).await;
    said.push(app.send(Method::DELETE, &path, None).await.1);
    assert!(!json!(said).to_string().contains(canary), "in an answer");
    let log = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    assert!(!is_read || log.contains("models"), "the log was read");
    assert!(!log.contains(canary), "in the log");
}

async fn check_rows(app: &TestApp, canary: &str) {
    let tables = "SELECT string_agg(query_to_xml(format('SELECT * FROM %I', tablename), true, false, '')::text, '')
         FROM pg_tables WHERE schemaname = 'public'";
    let rows = app.database.text(tables).await.unwrap().unwrap();
    assert!(rows.contains("provider-key-Main"), "the rows were read");
    assert!(!rows.contains(canary), "in a row");
}
