//! Limits on costs, and rules that choose cheaper models.

use std::sync::Arc;
use std::time::Duration;

use db::limits::Limit;
use db::optimization_rules::OptimizationRule;
use serde_json::{Value, json};
use testkit::clock::ManualClock;
use testkit::platform::ORGANIZATION;
use testkit::provider::Reply;
use testkit::wait;
use uuid::Uuid;

use crate::harness::{ANSWER, ASK, CHAT, TestProxy};

const PATHS: [&str; 4] = [
    CHAT,
    "/v1/openai/responses",
    "/v1/anthropic/v1/messages",
    "/v1/gemini/v1beta/models/gemini-2.5-pro:generateContent",
];

async fn limit(proxy: &TestProxy, value: i64, models: Option<Vec<String>>) -> Uuid {
    let platform = &proxy.test.platform;
    let now = platform.clock.now();
    let limit = Limit {
        id: Uuid::now_v7(),
        entity_type: "organization".to_owned(),
        entity_id: ORGANIZATION.to_owned(),
        limit_type: "token_cost".to_owned(),
        limit_value: value,
        models,
        mcp_server_name: None,
        tool_name: None,
        last_cleanup: None,
        created_at: now,
        updated_at: now,
    };
    db::limits::insert(&platform.db, &limit).await.unwrap();
    proxy.test.refresh().await.unwrap();
    limit.id
}

async fn rule(proxy: &TestProxy, provider: &str, target: &str, conditions: Value) {
    let platform = &proxy.test.platform;
    let now = platform.clock.now();
    let rule = OptimizationRule {
        id: Uuid::now_v7(),
        entity_type: "organization".to_owned(),
        entity_id: ORGANIZATION.to_owned(),
        provider: provider.to_owned(),
        target_model: target.to_owned(),
        conditions,
        enabled: true,
        created_at: now,
        updated_at: now,
    };
    db::optimization_rules::insert(&platform.db, &rule)
        .await
        .unwrap();
    proxy.test.refresh().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_that_is_used_up_is_told_in_every_dialect_and_nothing_is_asked() {
    let clock = Arc::new(ManualClock::default());
    let proxy = TestProxy::start_with(|options| options.clock = clock.clone()).await;
    let sql = "UPDATE organization SET limit_cleanup_interval = '1h'";
    proxy.test.database.execute(sql).await.unwrap();
    limit(&proxy, 0, None).await;
    clock.advance(Duration::from_mins(30));
    for path in PATHS {
        let answer = proxy.post(path, ASK).await;
        assert_eq!(answer.status(), 429, "{path}");
        assert_eq!(answer.headers()["retry-after"], "1801", "{path}");
        assert_eq!(answer.headers()["x-should-retry"], "false", "{path}");
        let body: Value = answer.json().await.unwrap();
        let error = &body["error"];
        let message = error["message"].as_str().unwrap();
        assert!(message.starts_with("The token cost limit of the organization is used up: $0.00 of $0 spent. It starts anew at 2026-01-15 13:00 UTC."), "{message}");
        assert!(
            message.ends_with(": http://localhost:3000/limits"),
            "{message}"
        );
        if path.contains("openai") {
            assert_eq!(error["type"], "rate_limit_exceeded");
            assert_eq!(error["code"], "token_cost_limit_exceeded");
        } else if path.contains("anthropic") {
            assert_eq!(
                (&body["type"], &error["type"]),
                (&json!("error"), &json!("rate_limit_error"))
            );
            assert_eq!(error["code"], "token_cost_limit_exceeded");
        } else {
            assert_eq!(
                (&error["code"], &error["status"]),
                (&json!(429), &json!("RESOURCE_EXHAUSTED"))
            );
            assert_eq!(error["details"][0]["reason"], "TOKEN_COST_LIMIT_EXCEEDED");
        }
    }
    assert!(proxy.provider.received().is_empty());
    for row in proxy.rows(PATHS.len()).await {
        assert_eq!(
            (row.status, row.outcome.as_str(), row.cost_pico),
            (429, "client_error", None)
        );
    }
    // What costs nothing still goes through.
    proxy.provider.reply(Reply::json(200, "{}"));
    let models = proxy.request("GET", "/v1/openai/models").bearer_auth("k");
    assert_eq!(models.send().await.unwrap().status(), 200);
    proxy.provider.reply(Reply::json(200, ANSWER));
    clock.advance(Duration::from_mins(30));
    assert_eq!(proxy.post(CHAT, ASK).await.status(), 200, "a new window");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_calls_cost_uses_up_the_limit_of_their_model_alone() {
    let proxy = TestProxy::start().await;
    proxy.test.follow();
    let limit = limit(&proxy, 1, Some(vec!["gpt-4o-mini".to_owned()])).await;
    // At 0.6 USD a million output tokens; answered by a dated snapshot of the model.
    let dear = ANSWER.replace("\"completion_tokens\":2", "\"completion_tokens\":2000000");
    proxy.provider.always_reply(Reply::json(200, dear));
    assert_eq!(proxy.post(CHAT, ASK).await.status(), 200);
    wait::until("the limit", async || {
        (proxy.post(CHAT, ASK).await.status() == 429).then_some(())
    })
    .await;
    let dated = ASK.replace("gpt-4o-mini", "gpt-4o-mini-2024-07-18");
    assert_eq!(proxy.post(CHAT, dated).await.status(), 429);
    let other = ASK.replace("gpt-4o-mini", "gpt-4.1-nano");
    assert_eq!(proxy.post(CHAT, other).await.status(), 200);
    let platform = &proxy.test.platform;
    let (usage, models) = db::limits::usage(&platform.db, platform.clock.now())
        .await
        .unwrap();
    assert_eq!(usage[0].limit.id, limit);
    assert_eq!(models[0].model, "gpt-4o-mini-2024-07-18");
    assert_eq!(models[0].cost_pico, models[0].calls * 1_200_001_350_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_short_call_without_tools_goes_to_the_cheaper_model_and_says_what_it_saved() {
    let proxy = TestProxy::start().await;
    let conditions = json!([{ "maxLength": 10 }, { "hasTools": false }]);
    rule(&proxy, "openai", "gpt-4o-mini", conditions).await;
    proxy.provider.always_reply(Reply::json(200, ANSWER));
    let ask = ASK.replace("gpt-4o-mini", "gpt-4o");
    let tools = ask.replace(
        "{\"model\"",
        "{\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}],\"model\"",
    );
    let long = ask.replace("hello", &"hello ".repeat(20));
    let cheaper = ask.replace("gpt-4o", "gpt-4.1-nano");
    for body in [&ask, &tools, &long, &cheaper] {
        assert_eq!(proxy.post(CHAT, body.clone()).await.status(), 200);
    }
    let sent: Vec<_> = proxy
        .provider
        .received()
        .iter()
        .map(|request| String::from_utf8(request.body.to_vec()).unwrap())
        .collect();
    assert_eq!(sent[0], ASK, "only the model is another");
    assert_eq!(sent[1..], [tools, long, cheaper], "byte for byte");
    let rows = proxy.rows(4).await;
    let row = rows
        .iter()
        .find(|row| row.requested_model.as_deref() == Some("gpt-4o"));
    assert_eq!(row.unwrap().cost_pico, Some(9 * 150_000 + 2 * 600_000));
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let made = db::interactions::optimizations(&proxy.test.platform.db, &ids)
        .await
        .unwrap();
    assert_eq!(made.len(), 1);
    assert_eq!(made[0].model, "gpt-4o-mini");
    assert_eq!(
        made[0].baseline_cost_pico,
        Some(9 * 2_500_000 + 2 * 10_000_000)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_path_names_the_model_the_path_is_changed() {
    let proxy = TestProxy::start().await;
    rule(&proxy, "gemini", "gemini-2.5-flash", json!([])).await;
    proxy.provider.always_reply(Reply::json(200, "{}"));
    proxy.post(PATHS[3], r#"{"contents":[]}"#).await;
    let count = PATHS[3].replace("generateContent", "countTokens");
    proxy.post(&count, r#"{"contents":[]}"#).await;
    let received = proxy.provider.received();
    assert_eq!(
        received[0].target,
        "/v1beta/models/gemini-2.5-flash:generateContent"
    );
    assert!(received[1].target.contains("gemini-2.5-pro:countTokens"));
}
