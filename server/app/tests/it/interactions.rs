//! The log of calls: listed, counted, filtered, paged, exported, watched.

use chrono::TimeDelta;
use db::interactions::{Interaction, NewInteraction};
use domain::clock::{Clock as _, SystemClock};
use futures_util::StreamExt as _;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::TestApp;

fn call(model: &str, outcome: &str) -> NewInteraction {
    let row = Interaction {
        id: Uuid::now_v7(),
        created_at: SystemClock.now(),
        agent_id: None,
        external_agent_id: Some("ci".into()),
        user_id: None,
        session_id: Some(format!("session of {model}")),
        session_source: Some("header".into()),
        provider: "openai".into(),
        kind: "openai:chatCompletions".into(),
        requested_model: Some(model.into()),
        model: Some(model.into()),
        stream: false,
        status: 200,
        outcome: outcome.into(),
        error: None,
        input_tokens: Some(10),
        output_tokens: Some(5),
        cache_read_tokens: Some(0),
        cache_write_tokens: Some(0),
        cost_pico: Some(2_500_000_000),
        first_byte_us: Some(1500),
        duration_us: 2500,
        tool_call_count: 0,
        request_bytes: 20,
        response_bytes: 30,
    };
    let compress = |text: &str| zstd::encode_all(text.as_bytes(), 1).unwrap();
    NewInteraction {
        row,
        request: compress(r#"{"model":"m","messages":[]}"#),
        response: compress("not json"),
        truncated: false,
        model_names: vec![model.to_owned()],
        optimization: None,
    }
}

async fn store(app: &TestApp, calls: &[NewInteraction]) {
    let batch = db::records::Batch {
        interactions: calls.to_vec(),
        ..Default::default()
    };
    db::records::insert_batch(&app.running.platform.db, &batch)
        .await
        .unwrap();
}

#[tokio::test]
async fn calls_are_listed_newest_first_and_paged_by_key_without_gaps() {
    let app = TestApp::signed_in().await;
    let calls: Vec<_> = (0..7)
        .map(|number| call(&format!("m{number}"), "ok"))
        .collect();
    store(&app, &calls).await;

    let mut seen = Vec::new();
    let mut path = "/api/interactions?limit=3".to_owned();
    loop {
        let page = app.get(&path).await;
        assert_eq!(page["pagination"]["total"], 7);
        seen.extend(
            page["data"]
                .as_array()
                .unwrap()
                .iter()
                .map(|row| row["model"].as_str().unwrap().to_owned()),
        );
        let Some(before) = page["nextBefore"].as_str() else {
            break;
        };
        path = format!("/api/interactions?limit=3&before={before}");
    }
    assert_eq!(seen, ["m6", "m5", "m4", "m3", "m2", "m1", "m0"]);
}

#[tokio::test]
async fn filters_counts_and_search_agree() {
    let app = TestApp::signed_in().await;
    let calls = [
        call("gpt-a", "ok"),
        call("gpt-a", "upstream_error"),
        call("gpt_b", "ok"),
    ];
    store(&app, &calls).await;
    for (query, expected) in [
        ("model=gpt-a", 2),
        ("outcome=ok", 2),
        ("outcome=ok&model=gpt-a", 1),
        ("search=GPT_", 1),
        ("sessionId=session%20of%20gpt_b", 1),
        ("externalAgentId=ci", 3),
        ("externalAgentId=other", 0),
        (
            "startDate=2020-01-01T00:00:00Z&endDate=2020-02-01T00:00:00Z",
            0,
        ),
    ] {
        let page = app.get(&format!("/api/interactions?{query}")).await;
        assert_eq!(page["data"].as_array().unwrap().len(), expected, "{query}");
        assert_eq!(page["pagination"]["total"], expected, "{query}");
    }
    let facets = app.get("/api/interactions/facets").await;
    assert_eq!(facets["total"], 3);
    assert_eq!(
        facets["models"][0],
        json!({ "value": "gpt-a", "label": "gpt-a", "count": 2 })
    );
    assert_eq!(
        app.get("/api/interactions/external-agent-ids").await,
        json!(["ci"])
    );
}

#[tokio::test]
async fn one_call_is_served_with_its_bodies() {
    let app = TestApp::signed_in().await;
    let new = call("gpt-a", "ok");
    store(&app, std::slice::from_ref(&new)).await;
    let detail = app.get(&format!("/api/interactions/{}", new.row.id)).await;
    assert_eq!(detail["request"], json!({ "model": "m", "messages": [] }));
    assert_eq!(detail["response"], Value::Null);
    assert_eq!(detail["responseText"], "not json");
    assert_eq!(detail["cost"], 0.0025);
    assert_eq!(detail["firstByteMs"], 1.5);
    let path = format!("/api/interactions/{}", Uuid::nil());
    app.refusal(Method::GET, &path, None, (404, "api_not_found_error"))
        .await;
}

#[tokio::test]
async fn a_batch_written_twice_counts_once() {
    let app = TestApp::signed_in().await;
    let calls = [call("gpt-a", "ok"), call("gpt-a", "ok")];
    store(&app, &calls).await;
    store(&app, &calls).await;
    let home = app.get("/api/home?timeframe=24h").await;
    assert_eq!(home["cards"]["requests"]["value"], 2.0);
    assert_eq!(home["cards"]["tokens"]["value"], 30.0);
    assert_eq!(home["cards"]["cost"]["value"], 0.005);
    assert_eq!(
        home["cards"]["requests"]["series"]
            .as_array()
            .unwrap()
            .len(),
        24
    );
    assert_eq!(home["topModels"][0]["model"], "gpt-a");
}

#[tokio::test]
async fn an_export_holds_every_row_and_no_formula() {
    let app = TestApp::signed_in().await;
    let calls: Vec<_> = (0..1_100)
        .map(|_| call("=HYPERLINK(\"x\")", "ok"))
        .collect();
    store(&app, &calls).await;
    let url = app.url("/api/interactions/export?format=csv");
    let csv = app
        .client
        .get(&url)
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert_eq!(csv.lines().count(), 1_101);
    assert!(csv.starts_with("id,createdAt,agentId,"));
    assert!(csv.contains("\"'=HYPERLINK(\"\"x\"\")\""));
    let url = app.url("/api/interactions/export?format=jsonl&model=other");
    assert_eq!(
        app.client
            .get(&url)
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap(),
        ""
    );
}

#[tokio::test]
async fn a_watcher_sees_a_call_as_it_is_recorded() {
    let app = TestApp::signed_in().await;
    let response = app
        .client
        .get(app.url("/api/interactions/live"))
        .send()
        .await
        .unwrap();
    let mut events = response.bytes_stream();
    let new = call("watched", "ok");
    // The listener may still be connecting: a later call is announced for certain.
    let writer = async {
        loop {
            store(&app, &[call("watched", "ok"), new.clone()]).await;
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
    };
    let reader = async {
        let mut text = String::new();
        while !text.contains("watched") {
            text.push_str(&String::from_utf8_lossy(
                &events.next().await.unwrap().unwrap(),
            ));
        }
        text
    };
    let text = tokio::select! { text = reader => text, () = writer => unreachable!() };
    assert!(text.contains("event: interaction"), "{text}");
}

#[tokio::test]
async fn what_is_past_its_retention_goes_and_the_rest_stays() {
    let app = TestApp::signed_in().await;
    let mut old = call("old", "ok");
    let month_ago = SystemClock.now() - TimeDelta::days(31);
    old.row.id = Uuid::from_u128(db::call_log::boundary_id(month_ago).as_u128() | 1);
    old.row.created_at = month_ago;
    store(&app, &[old, call("new", "ok")]).await;
    assert_eq!(
        domain::retention::sweep(&app.running.platform, 0)
            .await
            .unwrap(),
        0,
        "zero keeps everything"
    );
    assert_eq!(
        domain::retention::sweep(&app.running.platform, 30)
            .await
            .unwrap(),
        1
    );
    let page = app.get("/api/interactions").await;
    assert_eq!(page["data"].as_array().unwrap().len(), 1);
    assert_eq!(page["data"][0]["model"], "new");
}
