//! What a row says about its call.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::Value;
use testkit::clock::ManualClock;
use testkit::provider::Reply;
use testkit::wait;

use crate::harness::{ANSWER, ASK, CHAT, TestProxy};

#[tokio::test(flavor = "multi_thread")]
async fn a_row_tells_who_asked_what_and_what_it_cost() {
    let clock = Arc::new(ManualClock::default());
    let for_options = clock.clone();
    let proxy = TestProxy::start_with(|options| options.clock = for_options).await;
    let agent = proxy.agent("Team A").await;
    proxy.provider.reply(Reply::json(200, ANSWER));
    let request = proxy.request(
        "POST",
        &format!("/v1/openai/{}/chat/completions", agent.slug),
    );
    let request = request.bearer_auth("k").body(ASK);
    let request = request
        .header("x-archestra-agent-id", "nightly")
        .header("x-archestra-user-id", "u-7");
    request
        .header("x-archestra-session-id", "s-1")
        .send()
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap();
    let row = proxy.row().await;
    assert_eq!(row.agent_id, Some(agent.id));
    assert_eq!(row.external_agent_id.as_deref(), Some("nightly"));
    assert_eq!(row.user_id.as_deref(), Some("u-7"));
    assert_eq!(row.session_id.as_deref(), Some("s-1"));
    assert_eq!(row.session_source.as_deref(), Some("header"));
    assert_eq!(
        (row.provider.as_str(), row.kind.as_str()),
        ("openai", "openai:chatCompletions")
    );
    assert_eq!(row.requested_model.as_deref(), Some("gpt-4o-mini"));
    assert_eq!(row.model.as_deref(), Some("gpt-4o-mini-2024-07-18"));
    assert_eq!(
        (row.status, row.outcome.as_str(), row.stream),
        (200, "ok", false)
    );
    assert_eq!((row.input_tokens, row.output_tokens), (Some(9), Some(2)));
    let price = proxy
        .test
        .platform
        .snapshot
        .load()
        .price("openai", "gpt-4o-mini");
    assert_eq!(row.cost_pico.is_some(), price.is_some());
    assert_eq!(row.request_bytes, i64::try_from(ASK.len()).unwrap());
    assert_eq!(row.response_bytes, i64::try_from(ANSWER.len()).unwrap());
    assert_eq!(
        row.created_at.timestamp(),
        1_768_478_400,
        "the clock's noon"
    );
    assert_eq!(row.id.get_timestamp().unwrap().to_unix().0, 1_768_478_400);
    assert_eq!(
        proxy.bodies(row.id).await,
        (ASK.as_bytes().to_vec(), ANSWER.as_bytes().to_vec())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_meta_header_names_agent_and_session_and_programs_are_recognised() {
    let proxy = TestProxy::start().await;
    proxy.provider.always_reply(Reply::json(200, ANSWER));
    for (headers, agent, session) in [
        (
            vec![("x-archestra-meta", "a1/r1/s1")],
            Some("a1"),
            Some(("s1", "header")),
        ),
        (
            vec![
                ("x-archestra-meta", "a1//s1"),
                ("x-archestra-agent-id", "a2"),
            ],
            Some("a2"),
            Some(("s1", "header")),
        ),
        (vec![("x-archestra-meta", "/r1/")], None, None),
        (
            vec![
                ("user-agent", "claude-cli/2.1"),
                ("x-claude-code-session-id", "c1"),
            ],
            Some("anthropic_claude"),
            Some(("c1", "claude_code")),
        ),
        (
            vec![("user-agent", "codex_exec/0.169"), ("session-id", "x1")],
            Some("openai_codex"),
            Some(("x1", "codex")),
        ),
    ] {
        let before = proxy.provider.received().len();
        let mut request = proxy.request("POST", CHAT).bearer_auth("k").body(ASK);
        for (name, value) in &headers {
            request = request.header(*name, *value);
        }
        request.send().await.unwrap().bytes().await.unwrap();
        let row = proxy.rows(before + 1).await.pop().unwrap();
        assert_eq!(row.external_agent_id.as_deref(), agent, "{headers:?}");
        let recorded = row.session_id.as_deref().zip(row.session_source.as_deref());
        assert_eq!(recorded, session, "{headers:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_is_kept_as_the_body_it_amounts_to() {
    let proxy = TestProxy::start().await;
    let stream = concat!(
        "data: {\"id\":\"c\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"He\"}}]}\n\n",
        "data: {\"id\":\"c\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"llo\"},\"finish_reason\":\"stop\"}]}\n\n",
        "data: {\"id\":\"c\",\"model\":\"m\",\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":1}}\n\n",
        "data: [DONE]\n\n",
    );
    proxy
        .provider
        .reply(Reply::events(stream.as_bytes(), &[10]));
    proxy
        .post(CHAT, r#"{"model":"m","stream":true}"#)
        .await
        .bytes()
        .await
        .unwrap();
    let row = proxy.row().await;
    assert!(row.stream && row.first_byte_us.is_some());
    assert_eq!(row.response_bytes, i64::try_from(stream.len()).unwrap());
    let (_, response) = proxy.bodies(row.id).await;
    let response: Value = serde_json::from_slice(&response).unwrap();
    assert_eq!(response["choices"][0]["message"]["content"], "Hello");
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_that_are_not_understood_are_recorded_as_they_are() {
    let proxy = TestProxy::start().await;
    proxy
        .provider
        .reply(Reply::body(200, "audio/mpeg", b"\x00\xff\x00".to_vec()));
    proxy
        .post("/v1/openai/audio/speech", "a\0b")
        .await
        .bytes()
        .await
        .unwrap();
    let row = proxy.row().await;
    assert_eq!(
        (row.kind.as_str(), row.outcome.as_str()),
        ("openai:other", "ok")
    );
    assert_eq!(
        proxy.bodies(row.id).await,
        (b"a\0b".to_vec(), b"\x00\xff\x00".to_vec())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_nul_in_a_text_does_not_cost_the_row() {
    let proxy = TestProxy::start().await;
    proxy.provider.reply(Reply::json(
        400,
        r#"{"error":{"message":"bad \u0000 thing","type":"invalid"}}"#,
    ));
    proxy
        .post(CHAT, r#"{"model":"m\u0000x"}"#)
        .await
        .bytes()
        .await
        .unwrap();
    let row = proxy.row().await;
    assert_eq!((row.status, row.outcome.as_str()), (400, "client_error"));
    assert_eq!(row.requested_model.as_deref(), Some("mx"));
    assert!(row.error.unwrap().contains("bad  thing"));
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_of_the_time_without_a_database_are_there_when_it_is_back() {
    let proxy = TestProxy::start().await;
    proxy.provider.always_reply(Reply::json(200, ANSWER));
    proxy.post(CHAT, ASK).await;
    proxy.rows(1).await;

    proxy.test.database.set_away(true).await.unwrap();
    for _ in 0..20 {
        assert_eq!(proxy.post(CHAT, ASK).await.status(), 200);
    }
    let status = proxy.test.platform.recorder.status();
    wait::until("the spool", async || {
        (status.spooled.load(Ordering::Relaxed) == 20).then_some(())
    })
    .await;

    proxy.test.database.set_away(false).await.unwrap();
    assert_eq!(proxy.rows(21).await.len(), 21);
    wait::until("an empty spool", async || {
        (status.spooled.load(Ordering::Relaxed) == 0).then_some(())
    })
    .await;
    assert_eq!(status.lost.load(Ordering::Relaxed), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_the_recorder_loses_nothing() {
    let proxy = TestProxy::start().await;
    proxy
        .provider
        .always_reply(Reply::json(200, ANSWER).with_pauses(Duration::ZERO));
    for _ in 0..50 {
        proxy.post(CHAT, ASK).await.bytes().await.unwrap();
    }
    proxy.test.platform.recorder.close().await;
    let written = proxy
        .test
        .platform
        .recorder
        .status()
        .written
        .load(Ordering::Relaxed);
    assert_eq!(written, 50);
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_count_calls_without_naming_what_a_client_made_up() {
    let proxy = TestProxy::start().await;
    proxy.provider.reply(Reply::json(200, ANSWER));
    proxy
        .provider
        .reply(Reply::json(404, r#"{"error":{"message":"no such model"}}"#));
    proxy.post(CHAT, ASK).await.bytes().await.unwrap();
    proxy
        .post(CHAT, r#"{"model":"made-up-by-client"}"#)
        .await
        .bytes()
        .await
        .unwrap();
    proxy.rows(2).await;
    let platform = &proxy.test.platform;
    let text = platform.metrics.encode(platform).unwrap();
    assert!(text.contains("model=\"gpt-4o-mini-2024-07-18\""), "{text}");
    assert!(
        text.contains("model=\"other\"") && !text.contains("made-up-by-client"),
        "{text}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_count_runs_and_people_once() {
    let proxy = TestProxy::start().await;
    for (run, person) in [
        ("r-1", "ann"),
        ("r-1", "ann"),
        ("r-2", "ann"),
        ("r-3", "bob"),
    ] {
        proxy.provider.reply(Reply::json(200, ANSWER));
        let request = proxy.request("POST", CHAT).bearer_auth("k").body(ASK);
        let request = request.header("x-archestra-meta", format!("nightly/{run}/"));
        let request = request.header("x-archestra-user-id", person);
        request.send().await.unwrap().bytes().await.unwrap();
    }
    proxy.rows(4).await;
    let platform = &proxy.test.platform;
    domain::active_users::count(platform).await.unwrap();
    let text = platform.metrics.encode(platform).unwrap();
    for counted in [
        "external_agent_id=\"nightly\"} 3\n",
        "\nllm_active_users{window=\"24h\"} 2\n",
        "\nllm_active_users{window=\"7d\"} 2\n",
        "\narchestra_recorder_written_total ",
        "\narchestra_recorder_lost_total 0\n",
        "\ndatabase_pool_connections{state=\"total\"} ",
        "\narchestra_database_up 1\n",
        "\ntokio_worker_busy_seconds_total ",
    ] {
        assert!(text.contains(counted), "{counted} is missing in\n{text}");
    }
    assert!(text.ends_with("# EOF\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_tell_the_providers_first_token_from_the_callers_first_byte() {
    let proxy = TestProxy::start().await;
    let events = "data: {\"model\":\"gpt-4o-mini\",\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}\n\n\
                  data: [DONE]\n\n";
    proxy
        .provider
        .reply(Reply::events(events.as_bytes(), &[1_000]));
    proxy.post(CHAT, ASK).await.bytes().await.unwrap();
    proxy.rows(1).await;
    let platform = &proxy.test.platform;
    let text = platform.metrics.encode(platform).unwrap();
    let sum = |name: &str| -> f64 {
        let line = text.lines().find(|line| line.starts_with(name)).unwrap();
        line.rsplit(' ').next().unwrap().parse().unwrap()
    };
    let token = sum("llm_time_to_first_token_seconds_sum{");
    let byte = sum("llm_time_to_first_byte_seconds_sum{");
    assert!(0.0 < token && token < byte, "{token} of {byte}");
}
