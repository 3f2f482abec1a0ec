//! The chat in the whole program: behind its guards, with kept prompts, and through a kill in the middle of an answer.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::harness::TestApp;

#[tokio::test]
async fn nobody_chats_without_signing_in() {
    let app = TestApp::start().await;
    for path in ["/api/chat/conversations", "/api/chat/status"] {
        app.refusal(Method::GET, path, None, (401, "api_authentication_error"))
            .await;
    }
}

#[tokio::test]
async fn the_demo_model_answers_through_the_guards() {
    let app = TestApp::signed_in().await;
    let made = app.post("/api/chat/conversations", json!({})).await;
    assert_eq!(made["provider"], "demo");
    let conversation = format!("/api/chat/conversations/{}", made["id"].as_str().unwrap());
    let turns = format!("{conversation}/turns");
    let (status, turn) = app
        .send(Method::POST, &turns, Some(json!({ "text": "Hello" })))
        .await;
    assert_eq!(status, StatusCode::ACCEPTED, "{turn}");
    let kept = testkit::wait::until("the answer", async || {
        let kept = app.get(&conversation).await;
        (kept["run"]["status"] == "completed").then_some(kept)
    })
    .await;
    let answer = kept["messages"][1]["parts"].to_string();
    assert!(answer.contains("demo model"), "{answer}");
}

#[tokio::test]
async fn a_changed_prompt_is_another_version_and_an_older_one_can_come_back() {
    let app = TestApp::signed_in().await;
    let agent = app.get("/api/agents/default").await["id"].clone();
    let first = json!({ "name": "Brief", "agentId": agent, "systemPrompt": "Be brief." });
    let first = app.post("/api/prompts", first).await;
    let path = format!("/api/prompts/{}", first["id"].as_str().unwrap());
    let change = json!({ "systemPrompt": "Be very brief." });
    let (status, second) = app.send(Method::PATCH, &path, Some(change)).await;
    assert_eq!((status, &second["version"]), (StatusCode::OK, &json!(2)));
    assert_eq!(second["parentPromptId"], first["id"]);
    let back = json!({ "versionId": first["id"] });
    let third = app.post(&format!("{path}/rollback"), back).await;
    assert_eq!(third["systemPrompt"], "Be brief.");
    let versions = app.get(&format!("{path}/versions")).await;
    let numbers: Vec<&Value> = versions
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["version"])
        .collect();
    assert_eq!(numbers, [&json!(3), &json!(2), &json!(1)]);
    let active = app.get("/api/prompts").await;
    assert_eq!(
        (active.as_array().unwrap().len(), &active[0]["id"]),
        (1, &third["id"])
    );

    let chat = app
        .post(
            "/api/chat/conversations",
            json!({ "promptId": third["id"] }),
        )
        .await;
    assert_eq!(chat["systemPrompt"], "Be brief.");
    let (status, _) = app.send(Method::DELETE, &path, None).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(app.get("/api/prompts").await, json!([]));
}

#[cfg(target_os = "linux")]
mod killed {
    use reqwest::{Method, StatusCode};
    use serde_json::{Value, json};
    use testkit::provider::{FakeProvider, Reply, Step};
    use testkit::wait;

    use crate::harness::{answer, browser};
    use crate::program::Program;

    fn event(delta: &Value, finish: &Value) -> String {
        let chunk = json!({ "id": "1", "model": "gpt-5.1", "choices": [{ "index": 0, "delta": delta, "finish_reason": finish }] });
        format!("data: {chunk}\n\n")
    }

    fn begins() -> Reply {
        let event = event(&json!({ "content": "Once upon" }), &Value::Null);
        let chunk = format!("{:x}\r\n{event}\r\n", event.len());
        let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
        Reply::raw(vec![
            Step::Send(head.to_owned().into()),
            Step::Send(chunk.into()),
            Step::Stall,
        ])
    }

    async fn send(
        program: &Program,
        method: Method,
        path: &str,
        body: Value,
    ) -> (StatusCode, Value) {
        let request = browser().request(method, program.url(path)).json(&body);
        let request = request.header("authorization", program.key());
        answer(request.send().await.unwrap()).await
    }

    #[tokio::test]
    async fn an_answer_in_the_middle_of_a_kill_is_interrupted_and_goes_on_after_the_restart() {
        let provider = FakeProvider::start().await.unwrap();
        let mut program = Program::start(&provider).await;
        program.kill();
        program.set("ARCHESTRA_CHAT_OPENAI_API_KEY", "sk-test".to_owned());
        program.spawn();
        program.wait_until_ready().await;
        let body = json!({ "selectedModel": "gpt-5.1", "provider": "openai", "title": "Story" });
        let (status, made) = send(&program, Method::POST, "/api/chat/conversations", body).await;
        assert_eq!(status, StatusCode::OK, "{made}");
        let conversation = format!("/api/chat/conversations/{}", made["id"].as_str().unwrap());
        provider.reply(begins());
        let turns = format!("{conversation}/turns");
        let (status, turn) = send(&program, Method::POST, &turns, json!({ "text": "Tell" })).await;
        assert_eq!(status, StatusCode::ACCEPTED, "{turn}");
        wait::until("the first word", async || {
            let (_, seen) = send(&program, Method::GET, &conversation, json!({})).await;
            let parts = seen["messages"][1]["parts"].to_string();
            parts.contains("Once upon").then_some(())
        })
        .await;
        program.kill();
        program.spawn();
        program.wait_until_ready().await;
        wait::until("the interruption", async || {
            let (_, seen) = send(&program, Method::GET, &conversation, json!({})).await;
            (seen["messages"][1]["metadata"]["status"] == "interrupted").then_some(())
        })
        .await;
        let whole = event(&json!({ "content": "The end." }), &json!("stop"));
        provider.reply(Reply::events(
            format!("{whole}data: [DONE]\n\n").as_bytes(),
            &[1_000],
        ));
        let resume = format!("{conversation}/resume");
        let (status, _) = send(&program, Method::POST, &resume, json!({})).await;
        assert_eq!(status, StatusCode::ACCEPTED);
        wait::until("the end", async || {
            let (_, seen) = send(&program, Method::GET, &conversation, json!({})).await;
            let is_whole = seen["messages"][1]["metadata"]["status"] == "complete";
            is_whole.then_some(seen)
        })
        .await;
    }
}
