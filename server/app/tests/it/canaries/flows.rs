//! Signing in, tokens, provider keys, model calls, chat: what people and programs do with secrets.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use testkit::provider::{Reply, Step};
use testkit::wait;
use url::form_urlencoded::byte_serialize;

use super::world::{Ask, World, secret};
use crate::harness::EMAIL;

const NOWHERE: &str = "0198a6a4-0000-7000-8000-000000000000";
const PROVIDERS: [&str; 3] = ["openai", "anthropic", "gemini"];
const SIGN_IN: &str = "/api/auth/sign-in/email";
const KEYS: &str = "/api/llm-provider-api-keys";
const ANSWER: &str = r#"{"id":"c","model":"m","choices":[],"content":[]}"#;

/// What is said to a key.
type Said = fn(&str) -> Reply;

/// What a provider says, with the key that it was sent.
fn complaint(status: u16, key: &str) -> Reply {
    let message = format!("the key is wrong: {key}");
    let body = json!({ "error": { "message": message, "type": "x" } });
    Reply::json(status, body.to_string())
}

fn models() -> Reply {
    let methods = ["generateContent"];
    let body = json!({ "data": [{ "id": "m" }], "models": [{ "name": "models/m", "supportedGenerationMethods": methods }] });
    Reply::json(200, body.to_string())
}

pub(super) async fn sign_in(world: &mut World) {
    let credentials = |password: &str| json!({ "email": EMAIL, "password": secret(password) });
    let change = |from: &str| json!({ "currentPassword": secret(from), "newPassword": secret("new-password") });
    let path = "/api/auth/change-password";
    let (first, second) = (credentials("admin-password"), credentials("new-password"));
    let asks = [
        Ask::ok(Method::POST, SIGN_IN, &first).reveals(),
        Ask::bad(Method::POST, path, &change("wrong-password")),
        Ask::ok(Method::POST, path, &change("admin-password")),
        Ask::ok(Method::POST, SIGN_IN, &second).reveals(),
        Ask::get("/api/auth/get-session"),
        Ask::get("/api/auth/list-sessions"),
    ];
    world.ask_all(asks).await;
}

/// Last, since they slow down whoever signs in.
pub(super) async fn failed_sign_ins(world: &mut World) {
    let password = secret("wrong-password");
    let wrong_type = json!({ "email": EMAIL, "password": [password] });
    let wrong = json!({ "email": EMAIL, "password": password });
    let nobody = json!({ "email": "nobody@example.com", "password": password });
    let asks = [
        Ask::bad(Method::POST, SIGN_IN, &wrong_type),
        Ask::bad(Method::POST, SIGN_IN, &json!(password)),
        Ask::broken(
            Method::POST,
            SIGN_IN,
            format!("{{\"password\":\"{password}"),
        ),
        Ask::bad(Method::POST, SIGN_IN, &wrong),
        Ask::bad(Method::POST, SIGN_IN, &nobody),
    ];
    world.ask_all(asks).await;
}

pub(super) async fn tokens(world: &mut World) {
    let tokens = world.ask(Ask::get("/api/tokens")).await;
    let path = format!("/api/tokens/{}", tokens[0]["id"].as_str().unwrap());
    for path in [path.as_str(), "/api/user-tokens/me"] {
        let value = world.ask(Ask::get(format!("{path}/value")).reveals()).await;
        world.made(&value["value"]);
        let rotate = Ask::ok(Method::POST, format!("{path}/rotate"), &json!({}));
        let value = world.ask(rotate.reveals()).await;
        world.made(&value["value"]);
    }
    let nowhere = format!("/api/tokens/{NOWHERE}");
    let asks = [
        Ask::bad(Method::GET, format!("{nowhere}/value"), &Value::Null),
        Ask::bad(Method::POST, format!("{nowhere}/rotate"), &json!({})),
        Ask::get("/api/user-tokens/me"),
    ];
    world.ask_all(asks).await;
}

pub(super) async fn provider_keys(world: &mut World) {
    for provider in PROVIDERS {
        let given = |name: &str| secret(&format!("{name}-{provider}"));
        let key = json!({ "name": provider, "provider": provider, "apiKey": given("key"), "isPrimary": true });
        let create = Ask::ok(Method::POST, KEYS, &key).when(models());
        let key = world.ask(create).await;
        let path = format!("{KEYS}/{}", key["id"].as_str().unwrap());
        let rotated = json!({ "apiKey": given("rotated") });
        world.ask(Ask::ok(Method::PATCH, &path, &rotated)).await;
        let refused = given("refused");
        world.ask_all(misshapen(&path, provider, &refused)).await;
        let same = json!({ "name": "x", "provider": provider, "apiKey": refused });
        let test = format!("{KEYS}/test");
        let replies: [Said; 3] = [
            |key| complaint(401, key),
            |key| complaint(500, key),
            |key| Reply::json(200, format!("{{{key}")),
        ];
        for reply in replies {
            let asks = [
                Ask::bad(Method::POST, KEYS, &same),
                Ask::bad(Method::POST, &test, &same),
                Ask::bad(Method::PATCH, &path, &json!({ "apiKey": refused })),
            ];
            world
                .ask_all(asks.map(|ask| ask.when(reply(&refused))))
                .await;
            let saved = Ask::bad(Method::POST, &test, &json!({ "id": key["id"] }));
            world.ask(saved.when(reply(&given("rotated")))).await;
        }
        let asks = [
            Ask::get(&path),
            Ask::get(format!("{KEYS}/resolve?provider={provider}")),
        ];
        world.ask_all(asks).await;
    }
    let sync = Ask::ok(Method::POST, "/api/llm-models/sync", &json!({}));
    let refused = complaint(401, "whatever it was");
    world.ask_all([sync.when(refused), Ask::get(KEYS)]).await;
}

/// Bodies that are refused before anybody is asked.
fn misshapen(path: &str, provider: &str, key: &str) -> Vec<Ask> {
    let with = |field: &str, value: Value| {
        let mut body = json!({ "name": "x", "provider": provider, "apiKey": key });
        body[field] = value;
        Ask::bad(Method::POST, KEYS, &body)
    };
    vec![
        with("apiKey", json!({ "value": key })),
        with("isPrimary", json!(key)),
        with("provider", json!("unheard-of")),
        with("profileIds", json!([key])),
        with("profileIds", json!([NOWHERE])),
        with("scope", json!("everywhere")),
        with("name", Value::Null),
        with("baseUrl", json!("nonsense")),
        with("baseUrl", json!("http://127.0.0.1:9/v1")),
        with("baseUrl", json!("http://10.255.255.1/v1")),
        with("vaultSecretPath", json!("secret/data/x")),
        Ask::broken(Method::POST, KEYS, format!("{{\"apiKey\":\"{key}")),
        Ask::bad(Method::POST, KEYS, &json!([key])),
        Ask::bad(Method::PATCH, path, &json!({ "apiKey": [key] })),
        Ask::bad(
            Method::PATCH,
            path,
            &json!({ "apiKey": key, "provider": "other" }),
        ),
        Ask::bad(
            Method::PATCH,
            format!("{KEYS}/{NOWHERE}"),
            &json!({ "apiKey": key }),
        ),
    ]
}

pub(super) async fn model_calls(world: &mut World) {
    let body = json!({ "name": "cli" });
    let key = Ask::ok(Method::POST, "/api/auth/api-key/create", &body);
    let key = world.ask(key.reveals()).await;
    let ours = world.made(&key["key"]);
    let replies: [(Said, _); 6] = [
        (|_| Reply::json(200, ANSWER), Some(false)),
        (|key| complaint(401, key), Some(true)),
        (|key| complaint(429, key), Some(true)),
        (in_pieces, Some(true)),
        (|_| Reply::json(200, ANSWER).cut_after(1, Step::Close), None),
        (|_| Reply::raw(vec![Step::Stall]), Some(true)),
    ];
    for (reply, fails) in replies {
        for (ask, key) in calls(&ours) {
            let ask = ask.when(reply(&secret(key)));
            world.ask(ask.fails(fails)).await;
        }
    }
    let unknown = format!("Bearer archestra_{}", secret("gateway-api-key"));
    let path = "/v1/openai/chat/completions";
    let ask = Ask::bad(Method::POST, path, &json!({ "model": "m" }));
    world.ask(ask.header("authorization", unknown)).await;
}

/// An error whose bytes come a few at a time, so that no piece holds a whole key.
fn in_pieces(key: &str) -> Reply {
    let body = json!({ "error": { "message": format!("the key is wrong: {key}") } }).to_string();
    let pieces = testkit::provider::pieces(body.as_bytes(), &[7]);
    let reply = Reply::chunked(500, "application/json", pieces);
    reply.with_pauses(Duration::from_millis(2))
}

/// With keys of the callers' own, and with ours; beside them what goes up.
fn calls(ours: &str) -> [(Ask, &'static str); 7] {
    let openai = "/v1/openai/chat/completions";
    let anthropic = "/v1/anthropic/v1/messages";
    let gemini = "/v1/gemini/v1beta/models/m:generateContent";
    let key: String = byte_serialize(secret("brought-query").as_bytes()).collect();
    let query = format!("{gemini}?key={key}");
    let bearer = |key: &str| format!("Bearer {key}");
    let call = |path: &str, name: &'static str, value: String| {
        let body = json!({ "model": "m", "messages": [], "contents": [] });
        Ask::ok(Method::POST, path, &body).header(name, value)
    };
    let brought = |path: &str, carrier: &'static str| {
        call(path, carrier, secret(&format!("brought-{carrier}")))
    };
    [
        (
            call(
                openai,
                "authorization",
                bearer(&secret("brought-authorization")),
            ),
            "brought-authorization",
        ),
        (brought(anthropic, "x-api-key"), "brought-x-api-key"),
        (brought(gemini, "x-goog-api-key"), "brought-x-goog-api-key"),
        (call(&query, "accept", "*/*".to_owned()), "brought-query"),
        (
            call(openai, "authorization", bearer(ours)),
            "rotated-openai",
        ),
        (
            call(anthropic, "x-api-key", ours.to_owned()),
            "rotated-anthropic",
        ),
        (
            call(gemini, "x-goog-api-key", ours.to_owned()),
            "rotated-gemini",
        ),
    ]
}

/// A turn that the provider refuses.
pub(super) async fn chat(world: &mut World) {
    let refused = complaint(401, &secret("rotated-openai"));
    world.provider.always_reply(refused);
    let body = json!({ "provider": "openai", "model": "m" });
    let made = world
        .ask(Ask::ok(Method::POST, "/api/chat/conversations", &body))
        .await;
    let path = format!("/api/chat/conversations/{}", made["id"].as_str().unwrap());
    let turn = json!({ "text": "Hello", "provider": "openai", "model": "m" });
    world
        .ask(Ask::ok(Method::POST, format!("{path}/turns"), &turn))
        .await;
    wait::until("the end of the turn", async || {
        let kept: Value = world.look(&path).await;
        let run = kept["run"]["status"].as_str().unwrap_or_default();
        (!["running", "queued"].contains(&run)).then_some(())
    })
    .await;
    world.ask(Ask::get(path)).await;
}

pub(super) async fn secrets(world: &mut World) {
    let found = world.ask(Ask::get("/api/secrets?search=catalog")).await;
    let secret_of_item = &found["data"][0];
    let path = format!("/api/secrets/{}", secret_of_item["id"].as_str().unwrap());
    let field = secret_of_item["fields"][0].as_str().unwrap();
    let value = secret("item-rotated");
    let rotate = format!("{path}/rotate");
    let check = "/api/secrets/check-connectivity";
    let references = json!({ "name": "x", "provider": "openai", "vaultSecretPath": "a", "vaultSecretKey": secret("vault-key") });
    let asks = [
        Ask::ok(
            Method::POST,
            &rotate,
            &json!({ "values": { field: value } }),
        ),
        Ask::bad(
            Method::POST,
            &rotate,
            &json!({ "values": { "made-up": value } }),
        ),
        Ask::bad(Method::POST, &rotate, &json!({ "values": value })),
        Ask::bad(
            Method::POST,
            &rotate,
            &json!({ "values": { field: [value] } }),
        ),
        Ask::broken(
            Method::POST,
            &rotate,
            format!("{{\"values\":{{\"a\":\"{value}"),
        ),
        Ask::bad(
            Method::POST,
            format!("/api/secrets/{NOWHERE}/rotate"),
            &json!({ "values": { field: value } }),
        ),
        Ask::get(&path),
        Ask::bad(Method::DELETE, &path, &Value::Null),
        Ask::ok(Method::POST, check, &json!({})),
        Ask::bad(Method::POST, check, &json!({ "store": "vault" })),
        Ask::bad(Method::POST, KEYS, &references),
    ];
    world.ask_all(asks).await;
}

/// Whatever can be read is read, and the bodies of the recorded calls one by one.
pub(super) async fn everything_readable(world: &mut World) {
    let paths = "agents agents/all agent-tools auth/api-key/list chat/conversations chat/models chat/status \
        clusters config/public features home interactions?limit=100 interactions/export?format=jsonl interactions/facets \
        interactions/sessions internal_mcp_catalog llm-models llm-models/available llm-provider-api-keys \
        llm-provider-api-keys/available llm-providers mcp-tool-calls mcp-tool-calls/facets mcp_catalog/builtin mcp_server \
        mcp_server_installation_requests organization prompts runtimes secrets?limit=100 secrets/type statistics/overview teams \
        token-prices tokens tools user/permissions";
    for path in paths.split_whitespace() {
        world.ask(Ask::get(format!("/api/{path}")).either()).await;
    }
    for path in [
        "/ready",
        "/health",
        "/openapi.json",
        "/.well-known/oauth-authorization-server",
    ] {
        world.ask(Ask::get(path)).await;
    }
    let calls = world.look("/api/interactions?limit=100").await;
    for call in calls["data"].as_array().unwrap() {
        let path = format!("/api/interactions/{}", call["id"].as_str().unwrap());
        world.ask(Ask::get(path)).await;
    }
    let metrics = Ask::bad(Method::GET, "/metrics", &Value::Null);
    let wrong = format!("Bearer {}", secret("metrics-wrong"));
    world.ask(metrics.header("authorization", wrong)).await;
}
