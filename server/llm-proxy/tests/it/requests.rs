//! What the provider gets is what the client sent.

use testkit::provider::Reply;

use crate::harness::{ANSWER, ASK, CHAT, TestProxy};

async fn answering() -> TestProxy {
    let proxy = TestProxy::start().await;
    proxy.provider.always_reply(Reply::json(200, ANSWER));
    proxy
}

#[tokio::test(flavor = "multi_thread")]
async fn body_query_and_headers_go_up_byte_for_byte() {
    let proxy = answering().await;
    let body =
        "{ \"model\" : \"m\",\n\t\"unknown\": [1.0, 1e5, \"\\u00e9é\"], \"model\":\"again\" }";
    let path = "/v1/anthropic/v1/messages?beta=true&x=%20a+b&empty=&x=2";
    let request = proxy
        .request("POST", path)
        .header("x-api-key", "sk-ant-client")
        .body(body);
    let request = request
        .header("anthropic-version", "2023-06-01")
        .header("anthropic-beta", "a-2025-01-01,b-2025-02-02")
        .header(
            "traceparent",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        )
        .header("user-agent", "claude-cli/2.1 (external, cli)");
    assert_eq!(request.send().await.unwrap().status(), 200);

    let received = proxy.provider.last().unwrap();
    assert_eq!(received.method, "POST");
    assert_eq!(
        received.target,
        "/v1/messages?beta=true&x=%20a+b&empty=&x=2"
    );
    assert_eq!(received.body, body);
    let headers = received.headers;
    assert_eq!(headers["x-api-key"], "sk-ant-client");
    assert_eq!(headers["anthropic-version"], "2023-06-01");
    assert_eq!(headers["anthropic-beta"], "a-2025-01-01,b-2025-02-02");
    assert_eq!(
        headers["traceparent"],
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    );
    assert_eq!(headers["user-agent"], "claude-cli/2.1 (external, cli)");
    assert_eq!(headers["host"], proxy.provider.address().to_string());
    assert_eq!(headers["content-length"], body.len().to_string());
    assert_eq!(headers["accept-encoding"], "identity");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_without_a_body_says_so_as_some_servers_insist() {
    let proxy = answering().await;
    let answer = proxy.post("/v1/openai/responses/resp_1/cancel", "").await;
    assert_eq!(answer.status(), 200);
    assert_eq!(
        proxy.provider.last().unwrap().headers["content-length"],
        "0"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_in_chunks_goes_up_whole() {
    let proxy = answering().await;
    let request = "POST /v1/openai/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer k\r\n\
                   transfer-encoding: chunked\r\nconnection: close\r\n\r\n3\r\n{\"a\r\n3\r\n\":1\r\n1\r\n}\r\n0\r\n\r\n";
    assert!(raw(&proxy, request).await.starts_with("HTTP/1.1 200"));
    let received = proxy.provider.last().unwrap();
    assert_eq!(received.body, "{\"a\":1}");
    assert_eq!(received.headers["content-length"], "7");
    assert!(!received.headers.contains_key("transfer-encoding"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_ours_or_of_the_connection_stays_here() {
    let proxy = answering().await;
    let request = proxy
        .request("POST", CHAT)
        .bearer_auth("sk-client")
        .body(ASK);
    let request = request
        .header("x-archestra-agent-id", "a")
        .header("x-archestra-meta", "a/b/c")
        .header(
            "cookie",
            "theme=dark; archestra.session_token=secret; other=1",
        )
        .header("te", "trailers")
        .header("proxy-authorization", "Basic eA==");
    assert_eq!(request.send().await.unwrap().status(), 200);
    let headers = proxy.provider.last().unwrap().headers;
    let names: Vec<&str> = headers.keys().map(http::HeaderName::as_str).collect();
    assert!(
        !names.iter().any(|name| name.starts_with("x-archestra")),
        "{names:?}"
    );
    assert!(
        !names.contains(&"te") && !names.contains(&"proxy-authorization"),
        "{names:?}"
    );
    assert_eq!(headers["cookie"], "theme=dark; other=1");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_form_of_a_path_reaches_the_same_endpoint() {
    let proxy = answering().await;
    let agent = proxy.agent("Team A").await;
    let (id, slug) = (agent.id, &agent.slug);
    for (path, target) in [
        (
            "/v1/openai/chat/completions".to_owned(),
            "/chat/completions",
        ),
        (
            "/v1/openai/v1/chat/completions".to_owned(),
            "/chat/completions",
        ),
        (
            format!("/v1/openai/{id}/chat/completions"),
            "/chat/completions",
        ),
        (
            format!(
                "/v1/openai/{}/chat/completions",
                id.to_string().to_uppercase()
            ),
            "/chat/completions",
        ),
        (format!("/v1/openai/{slug}/v1/embeddings"), "/embeddings"),
        (format!("/v1/anthropic/{id}/v1/messages"), "/v1/messages"),
        (format!("/v1/anthropic/{id}/messages"), "/v1/messages"),
        (
            format!("/v1/gemini/{id}/v1/models/m:generateContent"),
            "/v1/models/m:generateContent",
        ),
        (
            "/v1/gemini/models/m:generateContent".to_owned(),
            "/v1beta/models/m:generateContent",
        ),
        (
            "/v1/openai/fine_tuning/jobs/ft%2Fx".to_owned(),
            "/fine_tuning/jobs/ft%2Fx",
        ),
    ] {
        assert_eq!(proxy.post(&path, ASK).await.status(), 200, "{path}");
        assert_eq!(proxy.provider.last().unwrap().target, target, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn other_methods_pass_through_and_are_not_recorded() {
    let proxy = answering().await;
    for (method, path, target) in [
        ("GET", "/v1/openai/models?limit=2", "/models?limit=2"),
        ("DELETE", "/v1/openai/files/file-1", "/files/file-1"),
        ("GET", "/v1/anthropic/v1/models", "/v1/models"),
        ("GET", "/v1/gemini/v1beta/models", "/v1beta/models"),
    ] {
        let answer = proxy
            .request(method, path)
            .bearer_auth("k")
            .header("accept-encoding", "br")
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        let received = proxy.provider.last().unwrap();
        assert_eq!(
            (received.method.as_str(), received.target.as_str()),
            (method, target)
        );
        assert_eq!(received.headers["accept-encoding"], "br");
    }
    proxy.post(CHAT, ASK).await;
    assert_eq!(proxy.row().await.kind, "openai:chatCompletions");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bare_base_url_says_that_somebody_is_there() {
    let proxy = answering().await;
    let agent = proxy.agent("Team A").await.id;
    for base in [
        "/v1/openai",
        "/v1/openai/",
        "/v1/anthropic/api/hello",
        &format!("/v1/gemini/{agent}"),
    ] {
        for method in ["GET", "HEAD"] {
            let answer = proxy.request(method, base).send().await.unwrap();
            assert_eq!(answer.status(), 200, "{method} {base}");
        }
    }
    assert!(proxy.provider.received().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_path_cannot_climb_out_of_the_upstreams_base() {
    let proxy = TestProxy::start_with(|options| {
        let base = options
            .upstreams
            .openai
            .base_url
            .join("tenant/v1/")
            .unwrap();
        options.upstreams.openai.base_url = base;
    })
    .await;
    proxy.provider.always_reply(Reply::json(200, ANSWER));
    proxy.post("/v1/openai/chat/completions", ASK).await;
    assert_eq!(
        proxy.provider.last().unwrap().target,
        "/tenant/v1/chat/completions"
    );
    // reqwest would tidy such a path up before it is sent.
    let answer = raw(&proxy, "POST /v1/openai/%2e%2E/admin HTTP/1.1\r\nhost: x\r\nauthorization: Bearer k\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    assert_eq!(proxy.provider.received().len(), 1);
}

async fn raw(proxy: &TestProxy, request: &str) -> String {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let address = proxy.address.strip_prefix("http://").unwrap();
    let mut socket = tokio::net::TcpStream::connect(address).await.unwrap();
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_of_the_limit_passes_and_a_larger_one_is_refused_in_words() {
    let proxy = TestProxy::start_with(|options| options.upstreams.body_limit = 100_000).await;
    proxy.provider.always_reply(Reply::json(200, ANSWER));
    assert_eq!(proxy.post(CHAT, vec![b'x'; 100_000]).await.status(), 200);
    assert_eq!(proxy.provider.last().unwrap().body.len(), 100_000);
    let refused = proxy.post(CHAT, vec![b'x'; 100_001]).await;
    assert_eq!(refused.status(), 413);
    let text = refused.text().await.unwrap();
    assert!(
        text.contains("\"error\"") && text.contains("ARCHESTRA_API_BODY_LIMIT"),
        "{text}"
    );
    assert_eq!(proxy.provider.received().len(), 1);
    let rows = proxy.rows(2).await;
    assert_eq!(
        (rows[1].status, rows[1].outcome.as_str()),
        (413, "client_error")
    );
}
