//! What every listener does: health, metrics, names, pages, the stop.

use reqwest::header::{
    ACCEPT, AUTHORIZATION, CONNECTION, CONTENT_SECURITY_POLICY, HOST, RETRY_AFTER,
};
use reqwest::{Method, StatusCode};
use testkit::wait;

use crate::harness::{TestApp, answer, browser};

#[tokio::test]
async fn health_and_readiness_say_what_they_know() {
    let app = TestApp::start().await;
    assert_eq!(app.get("/health").await["name"], "Archestra");
    assert_eq!(
        app.get("/ready").await["checks"]["database"]["status"],
        "ok"
    );

    app.database.set_away(true).await.unwrap();
    let (status, body) = answer(browser().get(app.url("/ready")).send().await.unwrap()).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{body}");
    assert_eq!(
        app.get("/health").await["status"],
        "ok",
        "the program itself runs"
    );
    app.database.set_away(false).await.unwrap();
    wait::until("the database is found again", async || {
        let (_, body) = app.send(Method::GET, "/ready", None).await;
        (body["status"] == "ok").then_some(())
    })
    .await;
}

#[tokio::test]
async fn metrics_need_their_token_and_name_the_route_not_the_path() {
    let app = TestApp::start_with(&[("ARCHESTRA_METRICS_SECRET", "let me in")]).await;
    let url = format!(
        "http://127.0.0.1:{}/metrics",
        app.running.config.metrics_port
    );
    let ask = async |token: &str| {
        browser()
            .get(&url)
            .header(AUTHORIZATION, token)
            .send()
            .await
            .unwrap()
    };
    assert_eq!(
        browser().get(&url).send().await.unwrap().status(),
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(ask("Bearer wrong").await.status(), StatusCode::UNAUTHORIZED);

    browser()
        .get(app.url("/api/agents/0195b5e8-0000-7000-8000-000000000000"))
        .send()
        .await
        .unwrap();
    let text = ask("Bearer let me in").await.text().await.unwrap();
    assert!(
        text.contains(r#"route="/api/agents/{id}",status_code="401""#),
        "{text}"
    );
    assert!(text.contains("process_resident_memory_bytes"), "{text}");
    assert!(!text.contains("# EOF"), "that is another format");
    assert!(text.contains("# TYPE archestra_recorder_lost_total counter\n"));

    let open = "application/openmetrics-text;version=1.0.0,text/plain;q=0.5";
    let request = browser().get(&url).header(ACCEPT, open);
    let answer = request.header(AUTHORIZATION, "Bearer let me in").send();
    let text = answer.await.unwrap().text().await.unwrap();
    assert!(text.contains("# TYPE archestra_recorder_lost counter\n"));
    assert!(text.ends_with("# EOF\n"), "{text}");
}

#[tokio::test]
async fn a_strangers_name_for_this_machine_is_refused_everywhere() {
    let app = TestApp::start().await;
    for path in ["/health", "/api/config/public", "/v1/openai/models"] {
        let response = browser()
            .get(app.url(path))
            .header(HOST, "rebound.example.net")
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{path}");
    }
}

#[tokio::test]
async fn the_ui_port_serves_pages_the_api_and_the_proxy_on_one_origin() {
    let app = TestApp::start().await;
    let ui = format!("http://127.0.0.1:{}", app.running.config.frontend_port());
    let page = browser()
        .get(format!("{ui}/agents/some-page"))
        .send()
        .await
        .unwrap();
    assert!(
        page.headers()[CONTENT_SECURITY_POLICY]
            .to_str()
            .unwrap()
            .contains("default-src 'self'")
    );
    let (status, body) = answer(
        browser()
            .get(format!("{ui}/api/health"))
            .send()
            .await
            .unwrap(),
    )
    .await;
    assert_eq!((status, &body["status"]), (StatusCode::OK, &"ok".into()));
    let missing = browser()
        .get(format!("{ui}/assets/made-up.js"))
        .send()
        .await
        .unwrap();
    assert_eq!(missing.status(), StatusCode::NOT_FOUND);
    assert_eq!(
        browser()
            .head(format!("{ui}/v1/anthropic"))
            .send()
            .await
            .unwrap()
            .status(),
        StatusCode::OK
    );
}

#[tokio::test]
async fn a_stop_ends_the_listeners_and_leaves_nothing_waiting() {
    let app = TestApp::start().await;
    let url = app.url("/health");
    let watched = app
        .client
        .get(app.url("/api/interactions/live"))
        .send()
        .await;
    app.running.stop().await;
    drop(watched);
    assert!(
        browser().get(url).send().await.is_err(),
        "nobody listens any more"
    );
}

#[tokio::test]
async fn a_draining_server_still_answers_and_sends_everybody_elsewhere() {
    let app = TestApp::start().await;
    app.running.platform.draining.cancel();
    let (ready, health) = (app.url("/ready"), app.url("/health"));
    let answer = browser().get(ready).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.headers().contains_key(RETRY_AFTER));
    let answer = browser().get(health).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(
        answer.headers()[CONNECTION],
        "close",
        "no connection is kept"
    );
}
