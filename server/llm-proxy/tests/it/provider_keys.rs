//! Keys of agents and of the organization: which one goes up, and where to.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::DateTime;
use db::provider_keys::ProviderKey;
use domain::provider_keys::{NewKey, Value, create};
use reqwest::Response;
use secrecy::SecretString;
use testkit::clock::ManualClock;
use testkit::provider::{FakeProvider, Reply};
use testkit::wait;
use uuid::Uuid;

use crate::credentials::add_key;
use crate::harness::{ASK, TestProxy};

const OURS: &str = "archestra_0123456789abcdef";
const LIST: &str = r#"{"data":[]}"#;

async fn start() -> (TestProxy, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::at(DateTime::UNIX_EPOCH));
    let for_platform = clock.clone();
    let proxy = TestProxy::start_with(move |options| options.clock = for_platform).await;
    proxy.provider.always_reply(Reply::json(200, LIST));
    add_key(&proxy, OURS, None).await;
    (proxy, clock)
}

/// A key as the admin API would save it.
async fn key(proxy: &TestProxy, name: &str, change: impl FnOnce(&mut NewKey)) -> ProviderKey {
    let platform = &proxy.test.platform;
    let now = platform.clock.now();
    let mut new = NewKey {
        row: ProviderKey {
            id: Uuid::now_v7(),
            organization_id: testkit::platform::ORGANIZATION.to_owned(),
            name: name.to_owned(),
            provider: "openai".to_owned(),
            secret_id: None,
            base_url: None,
            scope: "org".to_owned(),
            team_id: None,
            user_id: None,
            is_default: false,
            vault_path: None,
            vault_key: None,
            tested_at: None,
            created_at: now,
            updated_at: now,
        },
        provider: llm::providers::provider("openai").unwrap(),
        value: Value::Text(SecretString::from(format!("sk-{name}"))),
        agent_ids: Vec::new(),
    };
    change(&mut new);
    create(platform, new).await.unwrap()
}

async fn call(proxy: &TestProxy, agent: Uuid) -> Response {
    let path = format!("/v1/openai/{agent}/chat/completions");
    let request = proxy.request("POST", &path).bearer_auth(OURS).body(ASK);
    request.send().await.unwrap()
}

fn used(provider: &FakeProvider) -> String {
    let headers = provider.last().unwrap().headers;
    let value = headers.get("authorization");
    value.map_or_else(String::new, |value| value.to_str().unwrap().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn each_agent_pays_with_its_own_key_else_with_the_organizations() {
    let (proxy, _) = start().await;
    let (own, other) = (proxy.agent("Own").await.id, proxy.agent("Other").await.id);
    let answer = call(&proxy, other).await;
    assert_eq!(answer.status(), 403);
    let text = answer.text().await.unwrap();
    assert!(text.contains("Settings → Chat"), "{text}");

    key(&proxy, "default", |new| new.row.is_default = true).await;
    key(&proxy, "own", |new| new.agent_ids = vec![own]).await;
    for (agent, expected) in [(own, "Bearer sk-own"), (other, "Bearer sk-default")] {
        assert_eq!(call(&proxy, agent).await.status(), 200);
        assert_eq!(used(&proxy.provider), expected);
    }
    let path = format!("/v1/openai/{own}/chat/completions");
    let brought = proxy
        .request("POST", &path)
        .bearer_auth("sk-brought")
        .body(ASK);
    assert_eq!(brought.send().await.unwrap().status(), 200);
    assert_eq!(used(&proxy.provider), "Bearer sk-brought");
    let both = proxy
        .request("POST", &path)
        .bearer_auth("sk-brought")
        .body(ASK);
    let both = both.header("x-api-key", OURS).send().await.unwrap();
    assert_eq!(both.status(), 200);
    assert_eq!(used(&proxy.provider), "Bearer sk-brought");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_with_an_address_of_its_own_goes_there_and_nowhere_else() {
    let (proxy, _) = start().await;
    let agent = proxy.agent("Local").await.id;
    let server = FakeProvider::start().await.unwrap();
    server.always_reply(Reply::json(200, LIST));
    let base_url = server.url().unwrap().join("base/v1/").unwrap();
    let asked = proxy.provider.received().len();
    key(&proxy, "local", |new| {
        new.row.base_url = Some(base_url.to_string());
        new.value = Value::None;
        new.agent_ids = vec![agent];
    })
    .await;
    assert_eq!(server.last().unwrap().target, "/base/v1/models");
    let calls = 20;
    for _ in 0..calls {
        let answer = call(&proxy, agent).await;
        assert_eq!(answer.status(), 200);
        answer.bytes().await.unwrap();
    }
    let received = server.last().unwrap();
    assert_eq!(received.target, "/base/v1/chat/completions");
    assert_eq!(received.body, ASK, "byte for byte");
    assert_eq!(used(&server), "", "it asks for no key");
    // A connection is free again a moment after the answer has ended: a call that comes sooner opens one more.
    let connections = server.connections();
    assert!(connections < calls / 2, "{connections} for {calls} calls");
    assert_eq!(proxy.provider.received().len(), asked);
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_are_paid_while_the_database_is_away_and_a_changed_value_is_taken_in_time() {
    let (proxy, clock) = start().await;
    let agent = proxy.agent("Support").await.id;
    let row = key(&proxy, "first", |new| new.agent_ids = vec![agent]).await;
    call(&proxy, agent).await;
    assert_eq!(used(&proxy.provider), "Bearer sk-first");
    let secrets = &proxy.test.platform.secrets;
    let changed = BTreeMap::from([("key".to_owned(), SecretString::from("sk-second"))]);
    secrets
        .put(row.secret_id.unwrap(), "provider-key-x", &changed)
        .await
        .unwrap();
    proxy.test.database.set_away(true).await.unwrap();
    clock.advance(Duration::from_mins(5));
    for _ in 0..5 {
        assert_eq!(call(&proxy, agent).await.status(), 200);
        assert_eq!(used(&proxy.provider), "Bearer sk-first");
    }
    proxy.test.database.set_away(false).await.unwrap();
    wait::until("the new value", async || {
        clock.advance(Duration::from_secs(31));
        call(&proxy, agent).await;
        (used(&proxy.provider) == "Bearer sk-second").then_some(())
    })
    .await;
}
